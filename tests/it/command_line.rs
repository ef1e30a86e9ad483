//! What the command line promises about files, names of events, words and TLS.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::programme::*;
use crate::withdrawal::run;

fn lossless(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// How an endorsement by the business is written; `more` follows.
fn endorse<'a>(kol: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let line =
        ["endorse", "--issuer", "business", "--subject", kol, "--relation", "none", "--topic", "my-pham"];
    [&line, more].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_whose_receipt_cannot_be_written_and_no_file_is_lost() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let folder = tempfile::tempdir().unwrap();
    let size = || programme.ledger.snapshot().size();
    let before = size();

    let nowhere = lossless(&folder.path().join("nowhere/receipt"));
    let (done, said) = run(&programme, &endorse(&kol, &["--receipt", &nowhere]), &["business"]);
    assert!(!done && said.contains(&nowhere), "{said}");
    let victim = folder.path().join("victim.pem");
    std::fs::write(&victim, "precious").unwrap();
    let victim_name = lossless(&victim);
    for option in ["--receipt", "--out"] {
        let (done, said) = run(&programme, &endorse(&kol, &[option, &victim_name]), &["business"]);
        assert!(!done && said.contains("exists already"), "{said}");
    }
    let (done, said) = run(&programme, &["receipt", "1", "--out", &victim_name], &[]);
    assert!(!done && said.contains("exists already"), "{said}");
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "precious");
    assert_eq!(size(), before);

    // A refused event leaves no empty receipt behind.
    let unused = folder.path().join("unused");
    let wrong = ["withdraw", "0", "--receipt", &lossless(&unused)];
    assert!(!run(&programme, &wrong, &["business"]).0 && !unused.exists());
    let twice = lossless(&folder.path().join("twice"));
    let stranger = endorse(&kol, &["--receipt", &twice]);
    assert!(!run(&programme, &stranger, &["kol"]).0 && !Path::new(&twice).exists());

    let (done, said) = run(&programme, &endorse(&kol, &["--receipt", "/dev/full"]), &["business"]);
    let fetch = format!("recorded as entry {before}, but its receipt is not written");
    assert!(!done && said.contains(&fetch) && said.contains("tinnhiem receipt"), "{said}");
    assert_eq!(size(), before + 1);
    let forced = ["receipt", &before.to_string(), "--out", &victim_name, "--force"];
    let (done, said) = run(&programme, &forced, &[]);
    assert!(done && std::fs::read_to_string(&victim).unwrap().starts_with("c2sp.org/tlog-proof"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_named_by_seq_id_or_first_digits() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let item = programme.assess("a1", "kol").await.to_string();
    let seq = (programme.ledger.snapshot().size() - 1).to_string();
    for name in [item.as_str(), &item[..8], &seq] {
        let contest = [
            "contest",
            "--subject",
            &kol,
            "--target",
            name,
            "--grounds",
            "factual_error",
            "--statement",
            "x",
        ];
        let (done, said) = run(&programme, &contest, &["kol"]);
        assert!(done, "{name}: {said}");
        let filed = (programme.ledger.snapshot().size() - 1).to_string();
        assert!(run(&programme, &["show", &filed, "--json"], &[]).1.contains(&item));
        assert!(run(&programme, &["receipt", &filed], &[]).0);
        assert!(run(&programme, &["withdraw", &filed], &["kol"]).0);
    }
    let (_, said) = run(&programme, &["show", "00000000"], &[]);
    assert!(said.contains("no event's id begins with 00000000"), "{said}");
    let (_, said) = run(&programme, &["receipt", "99999"], &[]);
    assert!(said.contains("the log has entries 0 to"), "{said}");
    let (_, said) = run(&programme, &["withdraw", ""], &["kol"]);
    assert!(said.contains("expected a seq"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gives_up_an_appeal_is_told_what_stands_then() {
    let mut policy = policy();
    policy.windows.decide = Some(30);
    (policy.windows.appeal, policy.windows.appeal_decide) = (Some(30), Some(60));
    let programme = Programme::start(policy).await;
    let kol = subject("kol").to_string();
    let item = programme.assess("a1", "kol").await;
    let filed = programme.contest("kol", item).await.unwrap()["seq"].to_string();
    let me = || run(&programme, &["me", &kol], &[]).1;
    assert!(
        me().contains("withdraw the contest of entry ")
            && me().contains(&format!("\n    tinnhiem withdraw {filed} ")),
        "{}",
        me()
    );
    // The policy sets no days to contest: what is not contested yet is contested on any ground.
    programme.assess("a2", "kol").await;
    let seq = programme.ledger.snapshot().size() - 1;
    assert!(me().contains(&format!("--target {seq} --grounds GROUNDS ")), "{}", me());
    let decide = ["decide", "--subject", &kol, "--contest", &filed, "--outcome", "rejected", "--reason", "x"];
    let (done, said) = run(&programme, &decide, &SEATS[..3]);
    assert!(done, "{said}");
    assert!(
        me().contains(&format!("tinnhiem contest appeal --subject {kol} --contest {filed} --statement")),
        "{}",
        me()
    );
    let (done, said) =
        run(&programme, &["appeal", "--subject", &kol, "--contest", &filed, "--statement", "x"], &["kol"]);
    assert!(done, "{said}");
    let appealed = (programme.ledger.snapshot().size() - 1).to_string();
    assert!(me().contains("withdraw the appeal: the decision then stands for good"), "{}", me());
    let (done, said) = run(&programme, &["withdraw", &appealed], &["kol"]);
    let decided = appealed.parse::<u64>().unwrap() - 1;
    let told = format!("withdraws the appeal: the decision, entry {decided}, then stands for good");
    assert!(done && said.contains(&told), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_read_in_words_and_rows_lead_to_the_score() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    for assessor in ["a1", "a2", "a3"] {
        let mut body = assessment(programme.today());
        body.grades = (1..=20).map(|number| (format!("I{number}").parse().unwrap(), Some(1))).collect();
        let draft = programme.draft(party(assessor), Some(subject("kol")), body);
        programme.recorded(draft, &[assessor]).await;
    }
    let item = (programme.ledger.snapshot().size() - 1).to_string();
    let (_, said) = run(&programme, &["show", &item], &[]);
    for shown in ["published an assessment", "I1 Có ghi nhãn quảng cáo / Advertising label present: "] {
        assert!(said.contains(shown), "{shown} is not in {said}");
    }
    assert!(said.find("I2 ").unwrap() < said.find("I10 ").unwrap(), "{said}");
    let filed = programme.contest("kol", item_id(&programme, &item)).await.unwrap()["seq"].to_string();
    let (_, said) = run(&programme, &["show", &filed], &[]);
    assert!(said.contains("“my case”") && said.contains(&format!("entry {item}: ")), "{said}");

    // All of it at once: every statement whole, and where the evidence is.
    let folder = tempfile::tempdir().unwrap();
    let photo = folder.path().join("nhan.png");
    std::fs::write(&photo, [1; 7]).unwrap();
    let (long, other_item) =
        ("Nhãn có ở giây đầu. ".repeat(40), (item.parse::<u64>().unwrap() - 1).to_string());
    let contest = ["contest", "--subject", &kol, "--target", &other_item, "--grounds", "procedure"];
    let case = ["--statement", &long, "--evidence", &lossless(&photo)];
    let (done, said) = run(&programme, &[&contest[..], &case].concat(), &["kol"]);
    assert!(done, "{said}");
    let decide =
        ["decide", "--subject", &kol, "--contest", &filed, "--outcome", "rejected", "--reason", "Đủ."];
    assert!(run(&programme, &decide, &SEATS[..3]).0);
    let (done, said) = run(&programme, &["me", &kol, "--words"], &[]);
    let evidence = format!("image/png, 7 bytes: {}/v1/attachments/", programme.client.base());
    let shown = ["“my case”", &format!("“{long}”"), &evidence, "“Đủ.”", "I10 ", "can do, until when"];
    for shown in shown {
        assert!(done && said.contains(shown), "{shown} is not in {said}");
    }
    let (_, said) = run(&programme, &["me", &kol, "--words", "--json"], &[]);
    assert!(said.contains("“my case”") && said.contains("“Đủ.”"), "{said}");
    let (_, said) = run(&programme, &["me", &kol], &[]);
    let holding = said.lines().find(|line| line.contains("tinnhiem erasure request ")).unwrap();
    assert!(holding.contains(&format!("--target {filed} ")), "{holding}");
    assert!(!holding.contains(&format!("--target {item} ")), "{holding}");
    let (done, said) = run(&programme, &["show", &item, &filed], &[]);
    assert!(done && said.contains("I10 ") && said.contains("“my case”"), "{said}");
    let (_, said) = run(&programme, &["show", &item, &filed, "--json"], &[]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&said).unwrap().as_array().unwrap().len(), 2);

    let other = subject("other-kol").to_string();
    let (done, said) = run(&programme, &["score", "kol", &other], &[]);
    let line = said.lines().nth(1).unwrap();
    assert!(done && said.contains("C5") && line.starts_with(&kol) && line.contains("  50.00  "), "{said}");

    // The accreditation is about the assessor; what it did to the score stands among the rows.
    let granted = programme.get("/v1/events?type=accreditation.granted&limit=1000").await;
    let granted = granted["events"][0]["seq"].to_string();
    assert!(run(&programme, &["withdraw", &granted], &SEATS[..3]).0);
    let (_, said) = run(&programme, &["me", &kol, "--json"], &[]);
    let answer: serde_json::Value = serde_json::from_str(&said).unwrap();
    let rows = answer["said"].as_array().unwrap();
    let score = |figure: &serde_json::Value| figure["score"].as_i64();
    for pair in rows.windows(2) {
        assert_eq!(score(&pair[0]["after"]), score(&pair[1]["before"]), "{pair:?}");
    }
    let last = rows.last().unwrap();
    assert_eq!((score(&last["before"]), score(&last["after"])), (Some(5000), None), "{last}");
    assert_eq!(answer["me"]["score"].as_i64(), None);
    assert!(last["en"].as_str().unwrap().starts_with("withdrew an accreditation"), "{last}");
    assert!(last["content"].as_str().unwrap().starts_with("a1"), "{last}");
    assert!(rows.iter().any(|row| row["content"].as_str().unwrap().contains(" grades: ")), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_what_there_is_and_where_to_look() {
    let programme = Programme::start(policy()).await;
    let (kol, other) = (subject("kol").to_string(), subject("other-kol").to_string());
    let item = programme.assess("a1", "kol").await;
    let seq = programme.ledger.snapshot().size() - 1;
    let filed = programme.contest("kol", item).await.unwrap()["seq"].to_string();
    let (today, seq) = (programme.today(), seq.to_string());
    let refused = |line: &[&str], signer: &str, shown: &[&str]| {
        let (done, said) = run(&programme, line, &[signer]);
        assert!(!done, "{said}");
        let error = said.lines().last().unwrap();
        shown.iter().for_each(|shown| assert!(error.contains(shown), "{shown} is not in {error}"));
    };
    let contest = |subject, target| {
        ["contest", "--subject", subject, "--target", target, "--grounds", "procedure", "--statement", "x"]
    };
    let open = format!("contested by entry {filed} of {today}");
    refused(&contest(&kol, &seq), "kol", &["contest.exists", &open, "tinnhiem withdraw"]);
    let of_other = format!("entry {seq} of {today} is assessment.published about {kol}");
    refused(&contest(&other, &seq), "other-kol", &["target.unknown", &of_other, "tinnhiem me"]);
    let nothing = "5f".repeat(32);
    refused(&contest(&kol, &nothing), "kol", &["target.unknown", "no entry is 5f5f"]);
    let nobody = subject("nobody").to_string();
    refused(&endorse(&nobody, &[]), "business", &["subject.unknown", &nobody, "tinnhiem top"]);
    // What can be found before anything is shown is found then, and told by the option.
    refused(
        &endorse(&kol, &[]),
        "a1",
        &["key.other_owner", "no signature of business: the key is a1's", "tinnhiem member list"],
    );
    let (_, said) = run(&programme, &endorse(&kol, &[]), &["a1"]);
    assert!(!said.contains("About to sign"), "{said}");
    let case = ["--evidence", "nowhere.png"];
    refused(
        &[&contest(&kol, &seq)[..], &case].concat(),
        "kol",
        &["--evidence nowhere.png: ", "there is no such file"],
    );
    refused(&endorse(&kol, &["--expires-on", "2020-01-01"]), "business", &["--expires-on must not"]);
    let spoken = programme.client.base().replace("http:", "https:");
    let asked = Command::new(env!("CARGO_BIN_EXE_tinnhiem")).args(["top", "--ledger", &spoken]).output();
    let said = String::from_utf8(asked.unwrap().stderr).unwrap();
    assert!(said.contains("does not speak https: give the address as http://…"), "{said}");
    programme.assess("a2", "kol").await;
    let erased = (programme.ledger.snapshot().size() - 1).to_string();
    let erase = ["request-erasure", "--subject", &kol, "--target", &erased];
    assert!(run(&programme, &erase, &["kol"]).0);
    let asked = format!("entry {} of {today}, to be answered by", programme.ledger.snapshot().size() - 1);
    refused(&erase, "kol", &["erasure.exists", &asked, "tinnhiem show"]);
}

fn item_id(programme: &Programme, seq: &str) -> tinnhiem::dsse::EventId {
    programme.ledger.snapshot().state.index().row(seq.parse().unwrap()).unwrap().id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pledge_is_offered_until_it_is_given() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("code.txt");
    std::fs::write(&text, "Ghi nhãn.").unwrap();
    let offered = || run(&programme, &["me", &kol], &[]).1.contains("tinnhiem code pledge");
    assert!(!offered());
    let code = ["code", "--version-number", "1", "--clause", "D1", "--text", &lossless(&text)];
    let (done, said) = run(&programme, &code, &SEATS[..3]);
    assert!(done && said.contains("code.txt, text/plain; charset=utf-8, 10 bytes"), "{said}");
    assert!(offered());
    let seq = (programme.ledger.snapshot().size() - 1).to_string();
    assert!(run(&programme, &["pledge", "--subject", &kol, "--code", &seq], &["kol"]).0);
    assert!(!offered());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_refused_with_what_does() {
    let programme = Programme::start(policy()).await;
    let (refused, lists): (&[&[&str]], &[&str]) = (
        &[
            &["top", "--topic", "thoi-tiet"],
            &["top", "--band", ""],
            &["log", "--type", "contest.file"],
            &["log", "--issuer", "nobody"],
            &["clocks", "--who", "nobody"],
            &["me", "Nobody"],
            &["score", "--ledger", "127.0.0.1:1", "x"],
        ],
        &[
            "am-thuc",
            "A, B, C, D, E",
            "contest.filed",
            "no member nobody",
            "no member nobody",
            "tinnhiem top",
            "",
        ],
    );
    for (line, list) in refused.iter().zip(lists) {
        let (done, said) = run(&programme, line, &[]);
        assert!(!done && said.contains(list), "{line:?}: {said}");
    }
    let (done, said) = run(&programme, &["log", "--last", "3"], &[]);
    let size = programme.ledger.snapshot().size();
    let seqs: Vec<&str> = said.lines().skip(1).map(|line| line.split(' ').next().unwrap()).collect();
    assert!(done && seqs == [size - 3, size - 2, size - 1].map(|seq| seq.to_string()), "{said}");
    for line in [&["clocks", "--who", "other-kol"][..], &["log", "--subject", "other-kol"]] {
        let (done, said) = run(&programme, line, &[]);
        assert!(done, "{line:?}: {said}");
    }
    let (done, said) = run(&programme, &endorse("other-k", &[]), &["business"]);
    assert!(!done && said.contains("only a part of a name"), "{said}");
    let (done, said) = run(&programme, &endorse("other-kol", &[]), &["business"]);
    assert!(done && said.contains(&subject("other-kol").to_string()), "{said}");
    let wrong = ["assess", "--issuer", "a1", "--subject", &subject("kol").to_string(), "--grade", "I1=1"];
    let dated = ["--grade", "I1=2", "--observed-from", "2026-01-01", "--observed-until", "2026-01-02"];
    let (done, said) = run(&programme, &[&wrong[..], &dated[..]].concat(), &["a1"]);
    assert!(!done && said.contains("I1 is graded twice"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_council_accredits_updates_and_publishes_a_policy_by_verbs() {
    let programme = Programme::start(policy()).await;
    let accredit = ["accredit", "--assessor", "a1", "--topic", "am-thuc", "--class", "member"];
    let (done, said) = run(&programme, &accredit, &SEATS[..3]);
    assert!(done && said.contains("replaces the one that stands: "), "{said}");
    let (done, said) = run(&programme, &["update", "--member", "a1", "--name", "Tên mới"], &SEATS[..3]);
    assert!(done, "{said}");
    let suspend = ["suspend", "--member", "a1"];
    assert!(run(&programme, &suspend, &SEATS[..3]).0);
    let (_, said) = run(&programme, &["member", "a1"], &[]);
    for shown in ["Tên mới", "suspended", "am-thuc (member)", "controller group: a1"] {
        assert!(said.contains(shown), "{shown} is not in {said}");
    }
    let (_, said) = run(&programme, &["members"], &[]);
    assert!(said.contains("Tên mới") && said.contains("5 seat-5"), "{said}");
    let seat = key(SEATS[4]).public().to_string();
    let retire = ["revoke-key", "--issuer", SEATS[4], "--target", &seat, "--cause", "retired"];
    let (done, said) = run(&programme, &retire, &SEATS[4..5]);
    assert!(done, "{said}");

    let (done, said) = run(&programme, &["policy", "show"], &[]);
    for shown in ["am-thuc", "Advertising label present", "0–2", "S2", "in force"] {
        assert!(done && said.contains(shown), "{shown} is not in {said}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.json");
    let (_, document) = run(&programme, &["policy", "show", "1", "--json"], &[]);
    std::fs::write(&file, document.replace("\"notice_days\": 30", "\"notice_days\": 31")).unwrap();
    for version in ["2", "3"] {
        let from = programme.today().plus_days(40 + version.parse::<i32>().unwrap()).to_string();
        let publish = ["policy", "publish", &lossless(&file), "--from", &from];
        let (done, said) = run(&programme, &publish, &SEATS[..3]);
        assert!(done && said.contains("cancels version 2") == (version == "3"), "{said}");
        let changed = ["differences from version 1", "notice_days: 30 → 31", "KOLs move", &from, version];
        changed.iter().for_each(|shown| assert!(said.contains(shown), "{shown} is not in {said}"));
        assert!(run(&programme, &["policy", "show", version], &[]).1.contains(&from));
    }
}

#[test]
fn a_ledger_behind_tls_is_reached_by_who_trusts_its_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"])
        .args(["-days", "2", "-subj", "/CN=ledger", "-addext", "subjectAltName=IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout", "key.pem", "-out", "cert.pem"])
        .current_dir(at)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    std::fs::create_dir_all(at.join("v1")).unwrap();
    std::fs::write(at.join("v1/members"), "not JSON").unwrap();
    let mut server = Command::new("openssl")
        .args(["s_server", "-accept", "127.0.0.1:0", "-cert", "cert.pem", "-key", "key.pem", "-WWW"])
        .current_dir(at)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let accepts = lines.find_map(|line| line.ok()?.strip_prefix("ACCEPT ").map(str::to_owned)).unwrap();
    let port = accepts.rsplit(':').next().unwrap();
    let asked = |trusted: &str| {
        let ledger = format!("https://127.0.0.1:{port}");
        let mut command = Command::new(env!("CARGO_BIN_EXE_tinnhiem"));
        command.args(["members", "--ledger", &ledger]).env("SSL_CERT_FILE", at.join(trusted));
        String::from_utf8(command.output().unwrap().stderr).unwrap()
    };
    std::fs::write(at.join("none.pem"), "").unwrap();
    let (trusting, wary) = (asked("cert.pem"), asked("none.pem"));
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(trusting.contains("answered what cannot be read"), "{trusting}");
    assert!(wary.contains("no answer from") && wary.contains("ertificate"), "{wary}");
}
