//! A score of any day, computed by anyone from all entries, which are verified first.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tinnhiem::clock::Clock;
use tinnhiem::event::Severity;

use crate::certificates::rate;
use crate::programme::*;
use crate::withdrawal::run;

const DAY_MS: u64 = 86_400_000;

/// Runs the program in a folder, with the words of a command; its exit code, its answer and all that it said.
fn pasted(folder: &Path, command: &str) -> (Option<i32>, String, String) {
    let mut words = command.split_whitespace();
    assert_eq!(words.next(), Some("tinnhiem"), "{command}");
    let mut program = Command::new(env!("CARGO_BIN_EXE_tinnhiem"));
    // A ledger that is not there, so that nothing is asked but what the command names.
    program.env("TINNHIEM_LEDGER", "http://127.0.0.1:1").current_dir(folder).args(words);
    let output = program.output().unwrap();
    let answer = String::from_utf8(output.stdout.clone()).unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code(), answer, said)
}

/// The advice was to export, import and serve, which only who has the operator's log key can.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_advised_for_a_past_day_works_as_pasted_without_a_key_of_the_operator() {
    let clock = Clock::manual(Clock::system().now().minus_ms(20 * DAY_MS));
    let programme = Programme::start_at(policy(), clock.clone()).await;
    let kol = subject("kol").to_string();
    rate(&programme, "kol").await;
    let then = programme.today();
    clock.set(clock.now().plus_ms(10 * DAY_MS));
    programme.impose("kol", Severity::S2, 30).await;
    let size = programme.ledger.snapshot().size();
    let (past, now) = (format!("score?as_of={then}"), format!("score?size={size}"));
    let answered = async |path: &str| programme.get(format!("/v1/subjects/{kol}/{path}")).await;
    assert_ne!(answered(&past).await["score"], answered(&now).await["score"]);

    let as_of = then.to_string();
    let (done, advice) = run(&programme, &["score", &kol, "--receipt", "x", "--as-of", &as_of], &[]);
    assert!(!done && !advice.contains("import") && !advice.contains("serve"), "{advice}");
    let commands: Vec<String> = advice.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    let export = commands.iter().find(|one| one.contains(" export ")).unwrap();
    let vkey = programme.get("/v1/ledger").await["log_vkey"].as_str().unwrap().to_owned();
    let score = commands.iter().find(|one| one.contains(" --from ")).unwrap().replace("KEY", &vkey);
    let folder = tempfile::tempdir().unwrap();
    let at = |command: &str| pasted(folder.path(), command);
    let (exit, _, said) = at(export);
    assert_eq!(exit, Some(0), "{said}");
    let (exit, _, said) = at(&score);
    assert!(
        exit == Some(0) && said.contains("computed here from my-export, read whole and verified"),
        "{said}"
    );
    assert!(said.contains("the key given") && said.contains("clean: the chain, the root"), "{said}");

    // What is computed is what the ledger answers.
    let computed = |command: &str| {
        let (exit, answer, said) = at(&format!("{command} --json"));
        assert_eq!(exit, Some(0), "{said}");
        let mut computed: Value = serde_json::from_str(&answer).unwrap();
        let (checked, _next) = (computed["computed"].take(), computed["next"].take());
        let members = computed.as_object_mut().unwrap();
        members.retain(|name, _| !["computed", "next"].contains(&name.as_str()));
        (computed, checked)
    };
    let (from_export, checked) = computed(&score);
    assert_eq!(from_export, answered(&past).await);
    assert_eq!((checked["size"].as_u64(), &checked["vkey_given"]), (Some(size), &Value::Bool(true)));
    let url = programme.client.base();
    let of_address = format!("tinnhiem score {kol} --from {url} --as-of {then}");
    assert_eq!(computed(&of_address).0, from_export);
    let (exit, _, said) = at(&of_address);
    assert!(exit == Some(0) && said.contains("that log's own word"), "{said}");
    let of_size = format!("tinnhiem score {kol} --from my-export --size {size}");
    assert_eq!(computed(&of_size).0["score"], answered(&now).await["score"]);

    // Nothing is computed from what does not verify.
    let other =
        tinnhiem::log::VerifierKey::ed25519(&programme.origin.to_string(), key("thief").public()).to_string();
    let (exit, _, said) = at(&score.replace(&vkey, &other));
    assert!(exit == Some(1) && said.contains("no score is computed"), "{said}");
    let bundle = folder.path().join("my-export/tile/entries");
    let (path, mut bytes) = files(&bundle).into_iter().next_back().unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(bundle.join(path), bytes).unwrap();
    let (exit, _, said) = at(&score);
    assert!(exit == Some(1) && said.contains("no score is computed"), "{said}");

    // What is given in the wrong place is told its right one.
    let (exit, _, said) = at(&format!("tinnhiem score {kol} --ledger my-export"));
    assert!(exit == Some(2) && said.contains("--from my-export"), "{said}");
    let data = programme.parts.directory.path().display().to_string();
    let (exit, _, said) = at(&format!("tinnhiem score {kol} --from {data}"));
    assert!(exit == Some(2) && said.contains(&format!("tinnhiem export --data {data}")), "{said}");
    let (done, said) = run(&programme, &["score", &kol, "--size", "3", "--receipt", "x"], &[]);
    assert!(
        !done && said.contains("commitment.unknown") && said.contains("--from my-export --size 3"),
        "{said}"
    );
}
