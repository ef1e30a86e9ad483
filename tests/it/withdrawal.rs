//! `tinnhiem withdraw` for each kind of thing, and what `tinnhiem me` offers before and after.

use std::process::Command;

use tinnhiem::dsse::EventId;
use tinnhiem::event::Severity;

use crate::programme::*;

/// Runs a verb against the programme, signed by these; tells whether it succeeded and all that it said.
pub fn run(programme: &Programme, arguments: &[&str], signers: &[&str]) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tinnhiem"));
    command.args(arguments).args(["--ledger", programme.client.base()]);
    for name in signers {
        let path = folder.path().join(name);
        tinnhiem::vault::write_secret(&path, &key(name)).unwrap();
        command.arg("--key").arg(path);
    }
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_is_taken_back_and_what_may_be_contested_is_offered() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let offers = |item: EventId| {
        let seq = programme.ledger.snapshot().state.index().seq(&item).unwrap();
        run(&programme, &["me", &kol], &[]).1.contains(&format!("--target {seq} "))
    };
    let withdraw = |event: &str, signers: &[&str]| {
        let (done, said) = run(&programme, &["withdraw", event, "--reason", "why"], signers);
        assert!(done, "{said}");
    };

    let item = programme.assess("a1", "kol").await;
    assert!(offers(item));
    let filed = programme.contest("kol", item).await.unwrap();
    assert!(!offers(item));
    withdraw(&filed["seq"].to_string(), &["kol"]);
    assert!(offers(item));
    withdraw(&item.to_string(), &["a1"]);
    assert!(!offers(item));

    let sanction = programme.impose("kol", Severity::S2, 30).await;
    assert!(offers(sanction));
    withdraw(&sanction.to_string(), &SEATS[..3]);
    let snapshot = programme.ledger.snapshot();
    assert!(snapshot.state.dossier(&subject("kol")).unwrap().sanctions.open().all(|one| one.lifted));
    let granted = programme.accredit("a2").await;
    withdraw(&granted.to_string(), &SEATS[..3]);

    let (done, said) = run(&programme, &["withdraw", "1"], &["kol"]);
    assert!(!done && said.contains("entry 1 is member.admitted, which is not withdrawn"), "{said}");

    let other = subject("other-kol");
    assert!(run(&programme, &["depart", "--subject", &other.to_string()], &["other-kol"]).0);
    let (_, said) = run(&programme, &["me", &other.to_string()], &[]);
    assert!(said.contains("tinnhiem erasure request") && !said.contains("tinnhiem code pledge"), "{said}");
    assert!(said.contains("--receipt score.json"), "{said}");
}
