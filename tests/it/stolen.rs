//! What falls with a key that was in other hands, what stands, and that everybody is told so.

use crate::programme::*;
use crate::withdrawal::run;

fn newest(programme: &Programme) -> String {
    (programme.ledger.snapshot().size() - 1).to_string()
}

/// Signs and sends, and tells the seq.
fn done(programme: &Programme, arguments: &[&str], keys: &[&str]) -> String {
    let (done, said) = run(programme, arguments, keys);
    assert!(done, "{said}");
    newest(programme)
}

fn endorse<'a>(issuer: &'a str, kol: &'a str) -> Vec<&'a str> {
    vec!["endorse", "--issuer", issuer, "--subject", kol, "--relation", "none", "--topic", "my-pham"]
}

#[tokio::test(flavor = "multi_thread")]
async fn who_ends_a_stolen_key_is_told_what_falls_what_stands_and_that_no_key_is_left() {
    let programme = Programme::start(policy()).await;
    let (kol, other) = (subject("kol").to_string(), subject("other-kol").to_string());
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (in_preview, in_later) = (file("preview.json"), file("later.json"));
    let earlier = done(&programme, &endorse("business", &kol), &["business"]);
    let theft = programme.clock.now().plus_ms(1).to_string();
    std::thread::sleep(std::time::Duration::from_millis(5));
    let withdrawal = done(&programme, &["withdraw", &earlier], &["business"]);
    let taken = done(&programme, &endorse("business", &kol), &["business"]);
    assert!(run(&programme, &["withdraw", &taken], &["business"]).0);
    let first = done(&programme, &endorse("business", &kol), &["business"]);
    tinnhiem::vault::write_secret(std::path::Path::new(&file("new.pem")), &key("new")).unwrap();
    let new = file("new.pem");
    let rotate = ["rotate-key", "--issuer", "business", "--new", &new];
    let (rotated, said) = run(&programme, &rotate, &["business"]);
    assert!(rotated && said.contains("the new key falls with the old one"), "{said}");
    let second = done(&programme, &endorse("business", &other), &["new"]);

    let stolen = key("business").public().to_string();
    let revoke = ["revoke-key", "--issuer", "council", "--target", &stolen, "--cause", "compromised"];
    let since = ["--invalid-from", &theft];
    let preview = [&revoke[..], &since, &["--out", &in_preview]].concat();
    let (written, said) = run(&programme, &preview, &SEATS[..3]);
    assert!(written && said.contains("WARNING: this leaves business without a key"), "{said}");
    let line = |said: &str, of: &str| said.lines().find(|line| line.contains(of)).unwrap_or(said).to_owned();
    let falls = line(&said, "these fall with it");
    assert!([&first, &second].iter().all(|seq| falls.contains(&format!("entry {seq} ("))), "{said}");
    assert!(![&earlier, &taken].iter().any(|seq| falls.contains(&format!("entry {seq} ("))), "{said}");
    assert!(said.contains(&format!("signatures by the key {}", key("new").public())), "{said}");
    let stands = line(&said, "stands all the same");
    assert!(stands.contains(&format!("entry {withdrawal} (")), "{said}");
    assert!(!stands.contains(&format!("entry {second} (")), "{said}");
    // Dated after the rotation the new key stays, and nobody is warned.
    let after = programme.clock.now().plus_ms(1).to_string();
    std::thread::sleep(std::time::Duration::from_millis(5));
    let later = [&revoke[..], &["--invalid-from", &after, "--out", &in_later]].concat();
    let (_, said) = run(&programme, &later, &SEATS[..3]);
    assert!(!said.contains("without a key") && said.contains("no endorsement falls with it"), "{said}");

    let (recorded, said) = run(&programme, &[&revoke[..], &since].concat(), &SEATS[..3]);
    assert!(recorded && said.contains("these fell with it"), "{said}");
    let revocation = newest(&programme);
    let show = |seq: &str| run(&programme, &["show", seq], &[]).1;
    assert!(show(&revocation).contains("these fell with it"), "{}", show(&revocation));
    let told = show(&withdrawal);
    assert!(told.contains(&format!("in other hands since {theft} (entry {revocation})")), "{told}");
    assert!(told.contains("it stands, since only") && told.contains("publish a new one"), "{told}");
    assert!(show(&first).contains("KEY.EXCLUDED"), "{}", show(&first));
    assert!(!show(&earlier).contains("in other hands"), "{}", show(&earlier));

    let (_, told) = run(&programme, &["member", "business"], &[]);
    assert!(told.contains("no live key: it signs nothing until the council recovers one"), "{told}");
    let ended = line(&told, &stolen);
    assert!(ended.contains("đã kết thúc") || ended.contains("ended"), "{told}");
    assert!(ended.contains(&format!("entry {revocation},")), "{told}");
    for (key_name, seqs) in [("business", vec![&withdrawal, &first]), ("new", vec![&second])] {
        let (_, told) = run(&programme, &["log", "--key", &key(key_name).public().to_string()], &[]);
        assert!(seqs.iter().all(|seq| told.lines().any(|line| line.trim().starts_with(*seq))), "{told}");
        assert!(!told.lines().any(|line| line.trim().starts_with(&revocation)), "{told}");
    }
    let (signed, said) = run(&programme, &endorse("business", &kol), &["business"]);
    assert!(!signed && said.contains("no key of business is live: the council recovers one"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_score_that_moves_with_a_stolen_key_is_told_before_and_after() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    for assessor in ["a1", "a2", "a3"] {
        programme.assess(assessor, "kol").await;
    }
    let since = programme.clock.now().minus_ms(3_600_000).to_string();
    let stolen = key("a3").public().to_string();
    let revoke = ["revoke-key", "--issuer", "council", "--target", &stolen, "--cause", "compromised"];
    let (recorded, said) = run(&programme, &[&revoke[..], &["--invalid-from", &since]].concat(), &SEATS[..3]);
    assert!(recorded, "{said}");
    let moved: Vec<&str> = said.lines().filter(|line| line.contains(&format!("score of {kol}: "))).collect();
    assert!(moved.len() == 2 && moved.iter().all(|line| line.contains("→ –")), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_entry_that_an_item_fell_by_is_named_and_paid_work_says_its_days() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let endorsement = done(&programme, &endorse("business", &kol), &["business"]);
    let day = |days: i32| programme.today().plus_days(days).to_string();
    let collaborate = |first: &str, last: &str| {
        let named = ["collaborate", "--issuer", "business", "--subject", &kol, "--campaign", "Sữa"];
        let terms = ["--category", "sua-bot", "--starts-on", first, "--ends-on", last];
        let worth = ["--value-band", "under_100m"];
        run(&programme, &[&named[..], &terms, &worth].concat(), &["business", "kol"])
    };
    let (declared, said) = collaborate(&day(10), &day(30));
    assert!(declared && said.contains("endorsements that it voided stay void"), "{said}");
    assert!(!said.contains("to take it back:"), "{said}");
    let work = newest(&programme);
    let show = |seq: &str| run(&programme, &["show", seq], &[]).1;
    assert!(show(&work).contains(&format!("has not begun: từ / from {}", day(10))), "{}", show(&work));
    let stolen = key("business").public().to_string();
    let since = programme.clock.now().minus_ms(3_600_000).to_string();
    // An endorsement after the paid work is void for it too.
    assert!(run(&programme, &["withdraw", &endorsement], &["business"]).0);
    let second = done(&programme, &endorse("business", &kol), &["business"]);
    let end = ["end-collaboration", "--issuer", "business", "--subject", &kol, "--target", &work];
    done(&programme, &end, &["business", "kol"]);
    let told = show(&work);
    assert!(told.contains("never began") && told.contains(&format!("last day is now {}", day(0))), "{told}");
    let revoke = ["revoke-key", "--issuer", "council", "--target", &stolen, "--cause", "compromised"];
    done(&programme, &[&revoke[..], &["--invalid-from", &since]].concat(), &SEATS[..3]);
    let revocation = newest(&programme);
    for listing in [vec!["log", "--issuer", "business"], vec!["member", "business"]] {
        let (_, told) = run(&programme, &listing, &[]);
        let line = told.lines().find(|line| line.trim_start().starts_with(&second)).unwrap().to_owned();
        assert!(line.contains("void: hides paid work (END.VOID)"), "{told}");
        assert!(line.contains(&format!("(mục / entry {work})")), "{told}");
        assert!(!line.contains(&format!("(mục / entry {revocation})")), "{told}");
    }
    let told = show(&second);
    assert!(told.contains(&format!("(mục / entry {work})")) && told.contains("KEY.EXCLUDED"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_issue_is_told_who_may_and_a_list_without_entries_says_so() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let act = ["--authority", "Bộ", "--code", "1/QĐ", "--date", "2026-01-02"];
    let decide = [&["record-decision", "--issuer", "business", "--subject", &kol][..], &act].concat();
    let (recorded, said) = run(&programme, &decide, &["business"]);
    assert!(!recorded && said.contains("decision.recorded is signed by: state agency"), "{said}");
    let (_, said) = run(&programme, &["log", "--issuer", "business", "--type", "contest.filed"], &[]);
    assert!(said.contains("no entry fits"), "{said}");
    for account in ["@kol", "https://evil.example/kol"] {
        let (found, said) = run(&programme, &["find", account], &[]);
        assert!(!found && said.contains("no KOL has linked the account"), "{said}");
        assert!(said.contains("a name is searched without @") && !said.contains("shorter part"), "{said}");
        let (found, said) = run(&programme, &["score", account], &[]);
        assert!(!found && said.contains("no KOL has linked the account"), "{said}");
    }
}

/// "Leave this signature out" was all that was said.
#[tokio::test(flavor = "multi_thread")]
async fn whose_key_another_of_the_owners_does_not_end_is_told_who_ends_it() {
    let programme = Programme::start(policy()).await;
    let folder = tempfile::tempdir().unwrap();
    let added = folder.path().join("added.pem");
    tinnhiem::vault::write_secret(&added, &key("added")).unwrap();
    let add = ["add-key", "--issuer", "business", "--new", added.to_str().unwrap()];
    done(&programme, &add, &["business"]);
    let target = key("added").public().to_string();
    let size = programme.ledger.snapshot().size();
    for cause in ["lost", "retired", "compromised", "cancelled"] {
        let revoke = ["revoke-key", "--issuer", "business", "--target", &target, "--cause", cause];
        let (ended, said) = run(&programme, &revoke, &["business"]);
        let says =
            ["ended by itself", "by the council", "key revoke --issuer council", "(signature.unneeded)"];
        assert!(!ended && says.iter().all(|one| said.contains(one)), "{cause}: {said}");
        assert!(!said.contains("About to sign"), "{said}");
    }
    assert_eq!(programme.ledger.snapshot().size(), size);
    let revoke = ["revoke-key", "--issuer", "business", "--target", &target, "--cause", "retired"];
    done(&programme, &revoke, &["added"]);
}
