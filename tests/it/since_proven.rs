//! What is said of a certificate, by those who show one and by those who verify one later.

use std::process::Command;

use serde_json::Value;
use tinnhiem::event::*;

use crate::certificates::{certifying, granted, rate};
use crate::programme::*;
use crate::withdrawal::run;

fn offline(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tinnhiem")).args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

/// A receipt was called verified, its certificate valid, after the certificate had been withdrawn.
#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_told_what_came_since_and_a_fallen_certificate_is_no_success() {
    let programme = Programme::start(certifying()).await;
    let kol = subject("kol").to_string();
    rate(&programme, "kol").await;
    let certificate = granted(&programme, "kol").await.to_string();
    programme.ledger.commit_state(&party("operator"), &key("operator")).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("score.json").display().to_string();
    assert!(run(&programme, &["score", &kol, "--receipt", &file], &[]).0);
    let vkey = programme.get("/v1/ledger").await["log_vkey"].as_str().unwrap().to_owned();
    let verify = ["verify", &file, "--vkey", &vkey];
    let asking = [&verify[..], &["--ledger", programme.client.base()]].concat();
    let (exit, said) = offline(&asking);
    assert!(exit == Some(0) && said.contains("no entry about this KOL came since"), "{said}");
    let never = "does not show what was recorded after entry";
    assert!(!said.contains(never), "{said}");

    let (done, said) = run(&programme, &["withdraw", &certificate, "--reason", "why"], &SEATS[..3]);
    assert!(done, "{said}");
    let withdrawal = programme.ledger.snapshot().size() - 1;
    let (exit, said) = offline(&asking);
    assert!(exit == Some(1) && said.contains("stands no longer, by the ledger asked"), "{said}");
    assert!(said.contains("1 entries about this KOL came since"), "{said}");
    assert!(said.contains(&format!("the newest is entry {withdrawal}")), "{said}");
    assert!(said.contains("there is no certificate now") && !said.contains("\nverified:"), "{said}");
    let (exit, said) = offline(&[&asking[..], &["--json"]].concat());
    let json: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((exit, json["since"]["later"].as_u64()), (Some(1), Some(1)), "{said}");
    // Offline nobody can know, and it is said.
    let (exit, said) = offline(&verify);
    assert!(exit == Some(0) && said.contains(never) && said.contains("--ledger ADDRESS asks"), "{said}");

    // Another in its place is a certificate that stands.
    granted(&programme, "kol").await;
    let (exit, said) = offline(&asking);
    assert!(
        exit == Some(0) && said.contains("2 entries about this KOL") || said.contains("3 entries"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_says_what_ends_it_how_the_next_is_had_and_what_the_score_is_now() {
    let programme = Programme::start(certifying()).await;
    let kol = subject("kol").to_string();
    let shown = |arguments: &[&str]| run(&programme, arguments, &[]);
    let (done, said) = shown(&["certificate", &kol]);
    assert!(!done && said.contains("none was ever granted") && said.contains("ask the council"), "{said}");
    let policy = shown(&["policy", "show"]).1;
    let asked = "band E or better, confidence low or higher, no sanction S3 or graver";
    assert!(policy.contains(asked), "{policy}");
    rate(&programme, "kol").await;
    let (done, said) = run(&programme, &["certify", "--subject", &kol], &SEATS[..3]);
    assert!(done && said.contains("tinnhiem withdraw"), "{said}");
    // What is taken back by a command is not called final.
    assert!(!said.contains("it is not taken back"), "{said}");
    let first = programme.ledger.snapshot().size() - 1;
    let stated = programme.get(format!("/v1/subjects/{kol}/score")).await["score"].as_i64().unwrap();
    let (_, entry) = shown(&["show", &first.to_string()]);
    assert!(entry.contains(&format!("score: {}.{:02}", stated / 100, stated % 100)), "{entry}");
    let last = programme.today().plus_days(365).to_string();
    for verb in ["certificate", "me"] {
        let (done, said) = shown(&[verb, &kol]);
        assert!(done && said.contains("it ends by an S5") && said.contains(&last), "{said}");
        assert!(said.contains(asked), "{said}");
        assert!(!said.contains("not in band"), "{said}");
    }
    for listing in [&["clocks", "--who", &kol][..], &["clocks", "--subject", &kol, "--ics"]] {
        let (_, said) = shown(listing);
        assert!(said.contains("last day of a certificate"), "{said}");
    }
    let (done, said) = shown(&["certificate", &kol, "--out", "x.json"]);
    assert!(!done && said.contains("operator") && said.contains("--receipt score.json"), "{said}");

    // The score leaves the band.
    let graded = ["I1", "I2", "I5", "I6", "I9", "I10", "I13", "I14", "I17", "I18"];
    let grades = graded.map(|id| (id.parse().unwrap(), Some(0)));
    for assessor in ["a1", "a2", "a3"] {
        let evidence = graded.map(|id| (id.parse().unwrap(), vec![text("seen").commitment().into()])).into();
        let body =
            AssessmentPublished { grades: grades.clone().into(), evidence, ..assessment(programme.today()) };
        programme.recorded(programme.draft(party(assessor), Some(subject("kol")), body), &[assessor]).await;
    }
    for verb in ["certificate", "me", "score"] {
        let (_, said) = shown(&[verb, &kol]);
        assert!(
            said.contains("not in band") && said.contains("it does not end by the score alone"),
            "{said}"
        );
    }

    // What became of one is told apart.
    granted(&programme, "kol").await;
    let second = programme.ledger.snapshot().size() - 1;
    assert!(run(&programme, &["withdraw", &second.to_string(), "--reason", "why"], &SEATS[..3]).0);
    let (done, said) = shown(&["certificate", &kol]);
    assert!(
        !done && said.contains(&format!("that of entry {second}")) && said.contains("withdrawn"),
        "{said}"
    );
    let (_, said) = shown(&["log", "--type", "certificate.granted"]);
    let line = |seq: u64| said.lines().find(|line| line.starts_with(&seq.to_string())).unwrap();
    assert!(line(first).contains("replaced") && line(second).contains("withdrawn"), "{said}");
}

#[test]
fn a_credential_in_the_place_of_a_receipt_is_recognised() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vc.json").display().to_string();
    std::fs::write(&file, r#"{"type":["VerifiableCredential"],"proof":{"cryptosuite":"eddsa-jcs-2022"}}"#)
        .unwrap();
    let origin = format!("it/{}", "0".repeat(32));
    let vkey = tinnhiem::log::VerifierKey::ed25519(&origin, key("log").public()).to_string();
    let (exit, said) = offline(&["verify", &file, "--vkey", &vkey]);
    assert!(exit == Some(2) && said.contains("is a Verifiable Credential, no receipt"), "{said}");
    assert!(said.contains("eddsa-jcs-2022") && said.contains("tinnhiem verify score.json"), "{said}");
}
