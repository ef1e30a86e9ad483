//! What a verb tells after it wrote, and what `sign` tells of who is missing; evidence that travels once.

use crate::programme::*;
use crate::withdrawal::run;

#[tokio::test(flavor = "multi_thread")]
async fn every_write_tells_what_it_did_and_how_it_is_taken_back() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    for assessor in ["a1", "a2", "a3"] {
        programme.assess(assessor, "kol").await;
    }
    let endorse =
        ["endorse", "--issuer", "business", "--subject", &kol, "--relation", "none", "--topic", "my-pham"];
    let (done, said) = run(&programme, &endorse, &["business"]);
    let seq = programme.ledger.snapshot().size() - 1;
    assert!(done && said.contains("score of kol: "), "{said}");
    assert!(
        said.contains(&format!("to take it back:\n  tinnhiem withdraw {seq} --reason '…' --key KEY.pem")),
        "{said}"
    );
    // The command that was told does it, and nothing takes that back.
    let (done, said) = run(&programme, &["withdraw", &seq.to_string()], &["business"]);
    assert!(done && said.contains("it is not taken back"), "{said}");
    let suspend = ["suspend", "--member", "business"];
    let (done, said) = run(&programme, &suspend, &SEATS[..3]);
    assert!(done && said.contains("tinnhiem member reinstate --member business"), "{said}");
    assert!(!said.contains("score of"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_is_told_which_seat_signed_and_who_is_missing() {
    let programme = Programme::start(policy()).await;
    let folder = tempfile::tempdir().unwrap();
    let event = folder.path().join("event.json");
    let event = event.to_str().unwrap();
    let newcomer = key("press-2").public().to_string();
    let admit =
        ["admit", "--member", "press-2", "--class", "press", "--name", "P", "--member-key", &newcomer];
    let (done, said) = run(&programme, &[&admit[..], &["--out", event]].concat(), &SEATS[..1]);
    assert!(done, "{said}");
    let (done, said) = run(&programme, &["sign", event], &SEATS[1..2]);
    assert!(done && said.contains("seat 1 has signed: seat-1"), "{said}");
    assert!(said.contains("seat 2 has signed: seat-2"), "{said}");
    assert!(said.contains("2 of 3 seats have signed; 1 more of: 3 seat-3"), "{said}");
    assert!(said.contains(&format!("the new key {newcomer}")), "{said}");
    let (_, said) = run(&programme, &["sign", event], &SEATS[2..3]);
    assert!(said.contains("3 of 3 seats have signed") && said.contains("the new key"), "{said}");
    let (_, said) = run(&programme, &["sign", event], &["press-2"]);
    assert!(!said.contains("still to sign"), "{said}");
    assert!(run(&programme, &["submit", event], &[]).0);
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_travels_once_is_kept_where_it_is_large_and_one_grade_is_corrected_alone() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str, bytes: Vec<u8>| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (small, large) = (at("small.png", vec![1; 100_000]), at("large.mp4", vec![2; 300_000]));
    let today = programme.today();
    let (from, until, valid) =
        (today.plus_days(-10).to_string(), today.to_string(), today.plus_days(200).to_string());
    let indicators: Vec<String> =
        policy().criteria.iter().flat_map(|one| &one.indicators).map(|one| one.id.to_string()).collect();
    assert!(indicators.len() > 16, "{}", indicators.len());
    let mut assess = vec!["assess".to_owned()];
    let mut give = |line: &[&str]| assess.extend(line.iter().map(|one| (*one).to_owned()));
    give(&["--issuer", "a1", "--subject", &kol, "--observed-from", &from, "--observed-until", &until]);
    give(&["--valid-until", &valid, "--statement", "why"]);
    for indicator in &indicators {
        give(&["--grade", &format!("{indicator}=0"), "--evidence", &format!("{indicator}={small}")]);
    }
    let large = format!("{}={large}", indicators[0]);
    give(&["--evidence", &large]);
    let line: Vec<&str> = assess.iter().map(String::as_str).collect();
    let (done, said) = run(&programme, &line, &["a1"]);
    assert!(!done && said.contains("--retain-until"), "{said}");
    // What the rules do not take of it is said before anybody is asked.
    let (done, said) = run(&programme, &[&line[..], &["--retain-until", "2099-01-01"]].concat(), &["a1"]);
    assert!(!done && said.contains("evidence.") && !said.contains("About to sign"), "{said}");
    let keep = [&line[..], &["--retain-until", &valid]].concat();
    let (done, said) = run(&programme, &keep, &["a1"]);
    assert!(done && said.contains("large.mp4: committed to as entry"), "{said}");
    let seq = programme.ledger.snapshot().size() - 1;
    let body = |seq: u64| {
        let (_, shown) = run(&programme, &["show", &seq.to_string(), "--json"], &[]);
        serde_json::from_str::<serde_json::Value>(&shown).unwrap()["payload"]["body"].clone()
    };
    let (committed, assessed) = (body(seq - 1), body(seq));
    let evidence = assessed["evidence"].as_object().unwrap();
    assert_eq!(evidence[&indicators[0]][1], committed["commitment"], "{assessed}");
    assert_eq!(evidence[&indicators[0]][0], evidence[&indicators[16]][0], "{assessed}");
    // One grade is another; everything else stays, the evidence too, and nothing is attached again.
    let grade = format!("{}=1", indicators[3]);
    let like = ["assess", "--issuer", "a1", "--subject", &kol, "--like", &seq.to_string(), "--grade", &grade];
    let (done, said) = run(&programme, &like, &["a1"]);
    assert!(done, "{said}");
    let (mut again, mut before) = (body(seq + 1), assessed);
    assert_eq!(again["grades"][&indicators[3]], 1);
    for one in [&mut again, &mut before] {
        one["grades"].as_object_mut().unwrap().remove(&indicators[3]);
    }
    assert_eq!(again, before);
}
