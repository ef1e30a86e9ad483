//! What people who use the command line for the first time looked for in vain, and find.

use std::process::Command;

use tinnhiem::event::*;

use crate::certificates::{certifying, rate};
use crate::programme::*;
use crate::reading::Demo;
use crate::withdrawal::run;

/// Runs a verb that asks no ledger; its exit code and all that it said.
fn offline(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tinnhiem")).args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_to_sign_sees_that_the_consent_is_the_text_that_was_shown() {
    let programme = Programme::start(policy()).await;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(at("number"), "079 301 000 123").unwrap();
    std::fs::write(at("consent"), "Tôi đồng ý.").unwrap();
    tinnhiem::vault::write_identity_secret(at("secret").as_ref(), &[1; 32]).unwrap();
    let new = key("new-kol").public().to_string();
    let (number, consent, secret, out) = (at("number"), at("consent"), at("secret"), at("event.json"));
    let line = ["enrol", "--issuer", "registrar", "--name", "Mới", "--topic", "my-pham", "--out", &out];
    let files = ["--identity", &number, "--identity-secret", &secret, "--consent", &consent];
    let enrol = [&line[..], &files, &["--subject-key", &new]].concat();
    let (done, said) = run(&programme, &enrol, &["registrar"]);
    assert!(done, "{said}");

    // The salt lies beside the document; no ledger is asked about a file.
    let shown = ["commitment", &consent, "--of", &out, "--ledger", "http://127.0.0.1:9"];
    let (exit, said) = offline(&shown);
    assert!(exit == Some(0) && said.contains("a match: ") && said.contains("consent"), "{said}");
    let salts = std::fs::read_to_string(at("consent.salt")).unwrap();
    let (made, salt) = salts.trim_end().split_once(' ').unwrap();
    assert!(said.contains(made), "{said}");
    let (exit, said) = offline(&["commitment", &consent, "--salt", salt, "--of", &out, "--json"]);
    let told: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((exit, &told["named_as"][0], &told["matches"]), (Some(0), &"consent".into(), &true.into()));

    // Another text, another salt, and an event that names neither.
    let other = at("other");
    std::fs::write(&other, "Tôi không đồng ý.").unwrap();
    for more in [["--salts", &at("consent.salt")], ["--salt", salt]] {
        let (exit, said) = offline(&[&["commitment", &other, "--of", &out][..], &more].concat());
        assert!(exit == Some(1) && said.contains("NOT a match"), "{said}");
    }
    let (exit, said) = offline(&["commitment", &consent, "--salt", &"0".repeat(64), "--of", &out]);
    assert!(exit == Some(1) && said.contains("NOT a match"), "{said}");
    let (exit, said) = offline(&["commitment", &other]);
    assert!(exit == Some(2) && said.contains("--salt HEX or --salts FILE"), "{said}");

    // The same of the entry.
    let path = at("new-kol.pem");
    tinnhiem::vault::write_secret(path.as_ref(), &key("new-kol")).unwrap();
    assert!(run(&programme, &["sign", &out, "--key", &path], &[]).0);
    assert!(run(&programme, &["submit", &out], &[]).0);
    let seq = (programme.ledger.snapshot().size() - 1).to_string();
    let (done, said) = run(&programme, &["commitment", &consent, "--of", &seq], &[]);
    assert!(done && said.contains("a match: ") && said.contains("subject.enrolled"), "{said}");
    assert!(!run(&programme, &["commitment", &consent, "--of", "0"], &[]).0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_with_the_wrong_key_is_told_whose_is_waited_for() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for name in ["a1", "stranger", "business"] {
        tinnhiem::vault::write_secret(at(name).as_ref(), &key(name)).unwrap();
    }
    // The registrar has signed, the KOL has not.
    let out = at("event.json");
    let link = ["link", "--issuer", "registrar", "--subject", &kol, "--platform", "tiktok"];
    let account = [&link[..], &["--account", "@kol", "--out", &out]].concat();
    let (done, said) = run(&programme, &account, &["registrar"]);
    assert!(done, "{said}");
    let own = key("kol").public().to_string();
    for (wrong, code) in [("a1", "key.other_owner"), ("stranger", "key.unknown")] {
        let (done, said) = run(&programme, &["sign", &out, "--key", &at(wrong)], &[]);
        assert!(!done && said.contains(code) && !said.contains("About to sign"), "{said}");
        let waited = said
            .split("waited for")
            .nth(1)
            .and_then(|rest| rest.split(';').next())
            .unwrap_or_default()
            .to_owned();
        assert!(waited.contains(&kol) && waited.contains(&own), "{said}");
        assert!(!waited.contains("registrar"), "who has signed is not waited for: {said}");
    }
    // The seats have signed a recovery, the new key has not.
    let (out, new) = (at("recovery.json"), key("new").public().to_string());
    let recover = ["add-key", "--issuer", "council", "--owner", &kol, "--new", &new, "--out", &out];
    let (done, said) = run(&programme, &recover, &SEATS[..3]);
    assert!(done, "{said}");
    let (done, said) = run(&programme, &["sign", &out, "--key", &at("business")], &[]);
    let waited = said.split("waited for").nth(1).unwrap_or_default();
    assert!(!done && said.contains("signature.unneeded"), "{said}");
    assert!(waited.contains(&format!("the key {new}")), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn criteria_and_indicators_are_explained_and_no_unknown_code_hides_the_others() {
    let programme = Programme::start(policy()).await;
    let (done, said) = run(&programme, &["explain", "C1.I4", "I4", "C1"], &[]);
    let of = &policy().criteria[0];
    let indicator = of.indicators.iter().find(|one| one.id.as_str() == "I4").unwrap();
    assert!(done && said.matches(&indicator.name.en).count() >= 3, "{said}");
    assert!(said.contains(&of.name.vi) && said.contains("C1.I4 (Indicators)"), "{said}");
    for order in
        [["explain", "confidence", "contest.latte", "range"], ["explain", "x.y", "range", "confidence"]]
    {
        let (exit, said) = offline(&order);
        assert_eq!(exit, Some(2), "{said}");
        assert!(said.contains("\nrange (") || said.starts_with("range ("), "{said}");
        assert!(said.contains("confidence ("), "{said}");
        assert!(said.contains("did you mean contest.late?") || said.contains("no code is x.y"), "{said}");
    }
    let (exit, said) = offline(&["explain", "C1.I99", "range", "--ledger", programme.client.base()]);
    assert!(exit == Some(2) && said.contains("no code is C1.I99") && said.contains("range ("), "{said}");
    let (exit, said) = offline(&["explain", "C1.I4", "range", "--ledger", "http://127.0.0.1:9"]);
    assert!(exit == Some(2) && said.contains("range (") && said.contains("C1.I4, if a policy"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_refused_says_what_is_held_and_what_is_needed() {
    let with = |least_band, least_confidence| {
        let certificate = CertificatePolicy { least_band, least_confidence, barred_from: Severity::S3 };
        Policy { certificate: Some(certificate), ..certifying() }
    };
    let kol = subject("kol").to_string();
    for (policy, wanted) in [
        (with('A', Confidence::Low), "needed A or better"),
        (with('E', Confidence::High), "needed high or higher"),
    ] {
        let programme = Programme::start(policy).await;
        rate(&programme, "kol").await;
        let score = programme.get(format!("/v1/subjects/{kol}/score")).await;
        let what = if wanted.contains('A') { "band" } else { "confidence" };
        let held = score[what].as_str().unwrap();
        let (done, said) = run(&programme, &["certify", "--subject", &kol], &SEATS[..3]);
        let today = programme.today();
        assert!(!done && said.contains(&format!("{what} on {today}: {held}, {wanted}")), "{said}");
    }
    let programme = Programme::start(certifying()).await;
    rate(&programme, "kol").await;
    programme.impose("kol", Severity::S3, 10).await;
    let seq = programme.ledger.snapshot().size() - 1;
    let (done, said) = run(&programme, &["certify", "--subject", &kol], &SEATS[..3]);
    assert!(!done && said.contains(&format!("the S3 of entry {seq} ")), "{said}");
    assert!(said.contains("needed none from S3 up"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_score_names_the_entry_that_is_contested_and_until_when() {
    let mut due = policy();
    (due.windows.file, due.windows.decide) = (Some(183), Some(30));
    let programme = Programme::start(due).await;
    let kol = subject("kol").to_string();
    let item = programme.assess("a1", "kol").await;
    let seq = programme.ledger.snapshot().size() - 1;
    let score = || run(&programme, &["score", &kol], &[]).1;
    assert!(!score().contains("contested: "), "{}", score());
    let contest = programme.contest("kol", item).await.unwrap()["seq"].to_string();
    let said = score();
    assert!(said.contains(&format!("contested: mục / entry {seq}, ")), "{said}");
    let last = programme.today().plus_days(30);
    assert!(said.contains(&format!("entry {contest}: ")) && said.contains(&format!("by {last}")), "{said}");
    assert!(run(&programme, &["withdraw", &contest], &["kol"]).0);
    assert!(!score().contains("contested: "), "{}", score());
}

#[tokio::test(flavor = "multi_thread")]
async fn kols_of_the_demo_are_found_by_their_accounts() {
    let demo = Demo::start().await;
    let find = |name: &str| offline(&["find", name, "--ledger", &demo.base]);
    for (account, seed) in [
        ("@han", "han"),
        ("https://cho-so.example/han", "han"),
        ("@an-gi-hom-nay", "ngan"),
        ("https://cho-so.example/khai", "khai"),
        ("@thu", "thu"),
        ("https://vietreel.example/@dung", "dung"),
    ] {
        let (exit, said) = find(account);
        let own = tinnhiem::demo::subject(seed).to_string();
        assert!(exit == Some(0) && said.contains(&own) && said.contains(account), "{account}: {said}");
    }
    let (exit, said) = find("@luu");
    assert!(exit == Some(1), "{said}");
}

/// The seq of the newest entry, once a verb has recorded it.
fn recorded(programme: &Programme, line: &[&str], signers: &[&str]) -> String {
    let (done, said) = run(programme, line, signers);
    assert!(done, "{said}");
    (programme.ledger.snapshot().size() - 1).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stolen_key_signed_is_marked_wherever_it_is_listed() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let endorse =
        ["endorse", "--issuer", "business", "--subject", &kol, "--relation", "none", "--topic", "my-pham"];
    let earlier = recorded(&programme, &endorse, &["business"]);
    let theft = programme.clock.now().plus_ms(1).to_string();
    std::thread::sleep(std::time::Duration::from_millis(5));
    let withdrawal = recorded(&programme, &["withdraw", &earlier], &["business"]);
    let second = recorded(&programme, &endorse, &["business"]);
    let stolen = key("business").public().to_string();
    let revoke = ["revoke-key", "--issuer", "council", "--target", &stolen, "--cause", "compromised"];
    let (done, said) = run(&programme, &[&revoke[..], &["--invalid-from", &theft]].concat(), &SEATS[..3]);
    // What falls and what stands do not contradict each other.
    assert!(done && said.contains("count nothing in assessments and endorsements"), "{said}");
    let revocation = programme.ledger.snapshot().size() - 1;
    let mark = format!("signed with a stolen key, entry {revocation}");
    for listing in [vec!["log", "--issuer", "business"], vec!["member", "business"]] {
        let (_, told) = run(&programme, &listing, &[]);
        let line =
            |seq: &str| told.lines().find(|line| line.trim_start().starts_with(seq)).map(str::to_owned);
        assert!(line(&second).unwrap().contains(&mark), "{told}");
        assert!(!line(&earlier).unwrap().contains(&mark), "{told}");
        // A member's own page lists what it said, not what it took back.
        assert!(line(&withdrawal).is_none_or(|line| line.contains(&mark)), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_an_endorsement_that_is_void_finds_it_beside_the_clocks() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let endorse =
        ["endorse", "--issuer", "business", "--subject", &kol, "--relation", "none", "--topic", "my-pham"];
    let endorsement = recorded(&programme, &endorse, &["business"]);
    let clocks = || run(&programme, &["clocks", "--who", "business"], &[]).1;
    let withdraw = format!("`tinnhiem withdraw {endorsement} ");
    assert!(!clocks().contains(&withdraw), "{}", clocks());
    let (first, last) = (programme.today().to_string(), programme.today().plus_days(20).to_string());
    let named = ["collaborate", "--issuer", "business", "--subject", &kol, "--campaign", "Sữa"];
    let terms = ["--category", "sua-bot", "--starts-on", &first, "--ends-on", &last];
    let paid = [&named[..], &terms, &["--value-band", "under_100m"]].concat();
    recorded(&programme, &paid, &["business", "kol"]);
    let said = clocks();
    assert!(said.contains(&withdraw) && said.contains("END.VOID") && said.contains(&kol), "{said}");
    recorded(&programme, &["withdraw", &endorsement], &["business"]);
    assert!(!clocks().contains(&withdraw), "{}", clocks());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_of_a_rotation_and_of_an_opening_fits_and_can_be_done() {
    let programme = Programme::start(policy()).await;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for name in ["new", "seat", "operator"] {
        tinnhiem::vault::write_secret(at(name).as_ref(), &key(name)).unwrap();
    }
    let (done, said) =
        run(&programme, &["rotate-key", "--issuer", "business", "--new", &at("new")], &["business"]);
    let longest = said.split('`').skip(1).step_by(2).map(|one| one.chars().count()).max();
    assert!(done && longest.is_some_and(|longest| longest <= 78), "{longest:?}: {said}");
    // Before the first policy there is none to compare it with.
    let (seat, operator) = (format!("one={}", at("seat")), format!("two={}", at("operator")));
    let data = at("ledger");
    let line = ["init", "--data", &data, "--name", "new.example", "--seat", &seat, "--operator", &operator];
    let (exit, said) = offline(&line);
    assert!(exit == Some(0) && !said.contains("policy diff"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_to_reply_sees_what_the_score_would_be_and_it_is_that_once_published() {
    let mut due = policy();
    due.windows.reply = Some(7);
    let programme = Programme::start(due).await;
    let kol = subject("kol").to_string();
    let day = |days: i32| programme.today().plus_days(days).to_string();
    let (from, until, last) = (day(-20), day(-2), day(200));
    let notify = |assessor: &str, more: &[&str]| {
        let graded = ["I2=1", "I5=1", "I6=1", "I9=1", "I10=1", "I13=1", "I14=1", "I17=1", "I18=1"];
        let grades: Vec<&str> = graded.iter().flat_map(|grade| ["--grade", grade]).collect();
        let days = ["--observed-from", &from, "--observed-until", &until, "--valid-until", &last];
        let line = [&["notify", "--issuer", assessor, "--subject", &kol][..], &grades, &days, more].concat();
        recorded(&programme, &line, &[assessor])
    };
    let reply = |notice: &str| {
        let line = ["reply", "--subject", &kol, "--notice", notice, "--statement", "x"];
        let (done, said) = run(&programme, &line, &["kol"]);
        assert!(done && said.contains("may be published or imposed at once"), "{said}");
        said
    };
    let assess = |assessor: &str, notice: &str| {
        let line = ["assess", "--issuer", assessor, "--subject", &kol, "--notice", notice];
        recorded(&programme, &line, &[assessor])
    };
    for assessor in ["a1", "a2", "a3"] {
        let notice = notify(assessor, &["--grade", "I1=1"]);
        reply(&notice);
        assess(assessor, &notice);
    }
    // A worse one of the first assessor's takes the place of its own.
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("video.txt"), "không ghi nhãn").unwrap();
    let evidence = format!("I1={}", folder.path().join("video.txt").display());
    let notice = notify("a1", &["--grade", "I1=0", "--evidence", &evidence]);
    let id = programme.get(format!("/v1/events/{notice}")).await["id"].as_str().unwrap().to_owned();
    let score = format!("/v1/subjects/{kol}/score");
    let now = programme.get(&score).await["score"].as_u64().unwrap();
    let then = programme.get(format!("{score}?announced={id}")).await["score"].as_u64().unwrap();
    assert!(then < now, "{now} {then}");
    let told = format!("published as announced, the score is about {}.{:02}", then / 100, then % 100);
    let (_, me) = run(&programme, &["me", &kol], &[]);
    assert!(me.contains(&told), "{told}: {me}");
    let said = reply(&notice);
    assert!(said.contains(&told), "{said}");
    assess("a1", &notice);
    assert_eq!(programme.get(&score).await["score"], then);
    // Nothing is supposed of what waits no longer.
    let gone = format!("{}{score}?announced={id}", programme.client.base());
    assert!(reqwest::get(gone).await.unwrap().status().is_client_error());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_without_a_reason_is_told_so_before_it_is_signed() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let endorse = [
        "endorse",
        "--issuer",
        "business",
        "--subject",
        &kol,
        "--relation",
        "nghề nghiệp",
        "--topic",
        "my-pham",
    ];
    let (done, said) = run(&programme, &endorse, &["business"]);
    assert!(done, "a tie is named by what the program calls it, too: {said}");
    assert!(said.contains("--reason '…' --key"), "{said}");
    let seq = (programme.ledger.snapshot().size() - 1).to_string();
    let (done, said) = run(&programme, &["withdraw", &seq], &["business"]);
    assert!(done && said.contains("no reason is given") && said.contains("annotate --target"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_contested_is_told_with_what_is_done_about_it() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let endorse =
        ["endorse", "--issuer", "business", "--subject", &kol, "--relation", "none", "--topic", "my-pham"];
    assert!(run(&programme, &endorse, &["business"]).0);
    let seq = (programme.ledger.snapshot().size() - 1).to_string();
    let contest = [
        "contest",
        "file",
        "--subject",
        &kol,
        "--target",
        &seq,
        "--grounds",
        "procedure",
        "--statement",
        "Sai.",
    ];
    let (done, said) = run(&programme, &contest, &["kol"]);
    assert!(!done && said.contains("target.unknown") && said.contains("business, withdraws"), "{said}");
    assert!(said.contains("assessments and sanctions are contested"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_acts_already_takes_the_place_of_none_and_the_way_to_end_the_other_is_told() {
    let programme = Programme::start(policy()).await;
    let folder = tempfile::tempdir().unwrap();
    let second = folder.path().join("second.pem");
    tinnhiem::vault::write_secret(&second, &key("second")).unwrap();
    let new = second.to_str().unwrap();
    let (done, said) = run(&programme, &["key", "add", "--issuer", "business", "--new", new], &["business"]);
    assert!(done && said.contains("of that very key"), "{said}");
    let rotate = ["key", "rotate", "--issuer", "business", "--new", new];
    let (done, said) = run(&programme, &rotate, &["business"]);
    let old = key("business").public().to_string();
    assert!(!done && said.contains("key.taken") && !said.contains("generate another"), "{said}");
    assert!(said.contains(&format!("key revoke --issuer business --target {old}")), "{said}");
    let ended = ["key", "revoke", "--issuer", "business", "--target", &old, "--cause", "retired"];
    assert!(run(&programme, &ended, &["business"]).0);
}

#[test]
fn a_field_or_a_tie_that_is_not_known_is_told_by_those_that_are() {
    for (words, says) in [
        (&["top", "--topic", "Giáo dục"][..], "giao-duc"),
        (
            &[
                "endorse",
                "--issuer",
                "a",
                "--subject",
                "b",
                "--topic",
                "x",
                "--key",
                "k",
                "--relation",
                "bạn",
            ],
            "professional",
        ),
    ] {
        let said = std::process::Command::new(env!("CARGO_BIN_EXE_tinnhiem")).args(words).output().unwrap();
        let said = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(said.contains(says) && !said.contains("[a-z"), "{said}");
    }
}
