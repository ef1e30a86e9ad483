//! What a person who works for a member is promised at the command line: what was said is found, by whom
//! and about whom in names, and what became of it; words are checked against a receipt.

use std::process::Command;

use serde_json::Value;
use tinnhiem::event::{ContestFiled, MemberClass};

use crate::programme::*;
use crate::reading::Demo;
use crate::withdrawal::run;

/// Runs a verb that asks no ledger; its exit code and all that it said.
fn offline(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tinnhiem")).args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

fn endorse<'a>(issuer: &'a str, kol: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["endorse", "--issuer", issuer, "--subject", kol, "--relation", "none"], more].concat()
}

const ON: [&str; 2] = ["--topic", "my-pham"];

/// The seq of the newest entry.
fn newest(programme: &Programme) -> String {
    (programme.ledger.snapshot().size() - 1).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_checked_against_a_receipt_and_a_key_may_be_broken_or_lie_in_a_file() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let said = "Chúng tôi đã làm việc cùng trong ba số báo.";
    let (done, told) = run(
        &programme,
        &endorse("business", &kol, &[&ON[..], &["--statement", said]].concat()),
        &["business"],
    );
    assert!(done, "{told}");
    let seq = newest(&programme);
    let (receipt, words) = (file("entry.tlog-proof"), file("entry.json"));
    let (done, told) = run(&programme, &["receipt", &seq, "--out", &receipt, "--words", &words], &[]);
    assert!(done, "{told}");

    let vkey = programme.get("/v1/ledger").await["log_vkey"].as_str().unwrap().to_owned();
    let (first, rest) = vkey.split_at(40);
    let broken = format!("  {first}\n  {rest}\n");
    let (exit, told) = offline(&["verify", &receipt, "--vkey", &broken]);
    assert_eq!(exit, Some(0), "{told}");
    assert!(told.contains("the words are not in this file") && !told.contains(said), "{told}");
    std::fs::write(file("log.vkey"), &broken).unwrap();
    let (exit, told) = offline(&["verify", &receipt, "--vkey", &file("log.vkey"), "--words", &words]);
    assert_eq!(exit, Some(0), "{told}");
    assert!(told.contains(said) && told.contains("the words are those committed to: 1 of 1"), "{told}");
    // A text that stands there twice, as evidence of two findings, is one.
    let once: Vec<serde_json::Value> = serde_json::from_slice(&std::fs::read(&words).unwrap()).unwrap();
    std::fs::write(file("twice.json"), serde_json::to_vec(&[once.clone(), once].concat()).unwrap()).unwrap();
    let (exit, told) =
        offline(&["verify", &receipt, "--vkey", &file("log.vkey"), "--words", &file("twice.json")]);
    assert!(exit == Some(0) && told.contains("the words are those committed to: 1 of 1"), "{told}");
    let (exit, told) = offline(&["verify", &receipt, "--vkey", &receipt]);
    assert!(exit == Some(2) && told.contains("holds no key of a log"), "{told}");
    // Whoever runs the log has its key in another form.
    tinnhiem::vault::write_secret(&folder.path().join("log.pem"), &key("log")).unwrap();
    let (exit, told) = offline(&["verify", &receipt, "--vkey", &file("log.pem")]);
    assert!(exit == Some(2) && told.contains("tinnhiem ledger --vkey > log.vkey"), "{told}");

    // One letter of them is another.
    let mut changed: Vec<tinnhiem::vault::Attachment> =
        serde_json::from_slice(&std::fs::read(&words).unwrap()).unwrap();
    changed[0].bytes[0] ^= 1;
    std::fs::write(file("changed.json"), serde_json::to_vec(&changed).unwrap()).unwrap();
    let (exit, told) = offline(&["verify", &receipt, "--vkey", &vkey, "--words", &file("changed.json")]);
    assert_eq!(exit, Some(1), "{told}");
    assert!(told.contains("1 of the 1 texts in") && told.contains("not what the entry commits to"), "{told}");
    std::fs::write(file("plain.txt"), said).unwrap();
    let (exit, told) = offline(&["verify", &receipt, "--vkey", &vkey, "--words", &file("plain.txt")]);
    assert!(exit == Some(2) && told.contains("no words with their salts"), "{told}");
    // That it stands no longer a receipt does not show, and says so; a ledger is asked.
    let verify = ["verify", &receipt, "--vkey", &vkey];
    assert!(offline(&verify).1.contains("not whether it was withdrawn, corrected or voided since"));
    let (_, told) = run(&programme, &verify, &[]);
    assert!(told.contains("còn hiệu lực / in force"), "{told}");
    assert!(run(&programme, &["withdraw", &seq], &["business"]).0);
    let (done, told) = run(&programme, &verify, &[]);
    assert!(done && told.contains("đã rút / withdrawn") && told.contains("withdrew an"), "{told}");
    // A name needs somebody to ask.
    let about = ["verify", &receipt, "--vkey", &vkey, "--subject", "kol"];
    assert!(offline(&about).1.contains("--ledger ADDRESS"));
    assert!(run(&programme, &about, &[]).0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_of_an_item_is_shown_wherever_it_is() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    assert!(run(&programme, &endorse("business", &kol, &ON), &["business"]).0);
    let first = newest(&programme);
    let show = |seq: &str| run(&programme, &["show", seq], &[]).1;
    assert!(show(&first).contains("còn hiệu lực / in force"), "{}", show(&first));

    // The same again is refused before it is signed, and what stands is named.
    let (done, told) = run(&programme, &endorse("business", &kol, &ON), &["business"]);
    assert!(
        !done && told.contains("endorsement.exists") && told.contains(&format!("entry {first}")),
        "{told}"
    );
    assert!(!told.contains("About to sign"), "{told}");
    let (done, told) = run(&programme, &endorse("business", &kol, &["--topic", "game"]), &["business"]);
    assert!(
        !done
            && told.contains("the topics of kol-")
            && told.contains("are my-pham")
            && !told.contains("About to sign"),
        "{told}"
    );
    assert!(run(&programme, &["score", &kol], &[]).1.contains("topics: my-pham"));

    assert!(run(&programme, &["withdraw", &first], &["business"]).0);
    let withdrawal = newest(&programme);
    let by = format!("mục / entry {withdrawal}");
    let told = show(&first);
    assert!(
        told.contains("đã rút / withdrawn") && told.contains(&by) && told.contains("withdrew an"),
        "{told}"
    );
    assert!(run(&programme, &endorse("business", &kol, &ON), &["business"]).0);
    let second = newest(&programme);

    // In a listing, and at whoever said it.
    for listing in
        [vec!["log", "--subject", "kol"], vec!["log", "--issuer", "business"], vec!["member", "business"]]
    {
        let (_, told) = run(&programme, &listing, &[]);
        let line =
            |seq: &str| told.lines().find(|line| line.trim_start().starts_with(seq)).unwrap().to_owned();
        assert!(line(&first).contains(&format!("đã rút / withdrawn ({by})")), "{told}");
        assert!(line(&second).contains("còn hiệu lực / in force"), "{told}");
        assert!(line(&second).contains("my-pham"), "{told}");
    }
    let (done, told) = run(&programme, &["withdraw", &first], &["business"]);
    assert!(!done && told.contains("target.ended") && told.contains(&by), "{told}");
    assert!(!told.contains("About to sign"), "{told}");

    let item = programme.assess("a1", "kol").await;
    let seq = newest(&programme);
    programme.contest("kol", item).await.unwrap();
    let contest = newest(&programme);
    let told = show(&seq);
    assert!(told.contains("in force; đang bị khiếu nại / contested"), "{told}");
    assert!(told.contains(&format!("mục / entry {contest}")), "{told}");
    assert!(run(&programme, &["withdraw", &contest], &["kol"]).0);
    assert!(!show(&seq).contains("đang bị khiếu nại"), "{}", show(&seq));
    assert!(show(&contest).contains("đã rút / withdrawn"), "{}", show(&contest));
    programme.assess("a1", "kol").await;
    assert!(show(&seq).contains("đã được thay / replaced"), "{}", show(&seq));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_entry_that_changes_an_item_is_told_with_it() {
    let demo = Demo::start().await;
    let page = demo.json("/v1/events?limit=1000&fates=true").await;
    let rows = page["events"].as_array().unwrap();
    let of = |id: &Value| rows.iter().find(|row| row["id"] == *id).unwrap();
    let changing = [
        ("withdrawn", ["target", "contest"]),
        ("lifted", ["target", ""]),
        ("issued", ["target", ""]),
        ("unlinked", ["target", ""]),
        ("ended", ["target", ""]),
        ("overturned", ["target", ""]),
        ("destroyed", ["target", ""]),
        ("disclosed", ["target", ""]),
        ("filed", ["target", "contest"]),
        ("admitted", ["contest", ""]),
        ("declined", ["contest", ""]),
        ("decided", ["contest", ""]),
    ];
    let mut looked_at = 0;
    for row in rows {
        let (kind, verb) = row["type"].as_str().unwrap().split_once('.').unwrap();
        let Some((_, names)) = changing.iter().find(|(name, _)| *name == verb) else { continue };
        let entry = demo.json(&format!("/v1/events/{}", row["seq"])).await;
        let named = names.iter().find_map(|name| entry["payload"]["body"].get(*name));
        let Some(named) = named else { continue };
        let target = of(named);
        let told = target["fate"]["by"].as_array().unwrap();
        assert!(told.iter().any(|one| one["seq"] == row["seq"]), "{kind}.{verb} {}: {target}", row["seq"]);
        looked_at += 1;
    }
    assert!(looked_at > 8, "{looked_at}");
    // Nothing is told twice, nor before it happened; and what is not asked for is not told.
    for row in rows.iter().filter(|row| row.get("fate").is_some()) {
        let by: Vec<u64> =
            row["fate"]["by"].as_array().unwrap().iter().map(|one| one["seq"].as_u64().unwrap()).collect();
        assert!(by.is_sorted_by(|one, next| one < next), "{row}");
        assert!(by.iter().all(|seq| *seq > row["seq"].as_u64().unwrap()), "{row}");
        assert_ne!(row["fate"]["stage"], "", "{row}");
    }
    let plain = demo.json("/v1/events?limit=1000").await;
    assert!(plain["events"].as_array().unwrap().iter().all(|row| row.get("fate").is_none()));
    for kind in [
        "assessment.published",
        "endorsement.published",
        "sanction.imposed",
        "contest.filed",
        "collaboration.declared",
        "accreditation.granted",
        "account.linked",
        "decision.recorded",
    ] {
        let untold = rows.iter().find(|row| row["type"] == kind && row.get("fate").is_none());
        assert!(untold.is_none(), "{untold:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_party_is_called_by_its_name_and_a_misspelt_one_is_told() {
    let programme = Programme::start(policy()).await;
    let named = tinnhiem::event::MemberAdmitted {
        name: "Báo Nhịp Số".to_owned(),
        ..admission("nhip-so", MemberClass::Press, &[])
    };
    let draft = programme.draft(party("council"), None, named);
    programme.recorded(draft, &[&SEATS[..3], &["nhip-so"]].concat()).await;
    let kol = subject("kol").to_string();
    let (done, told) = run(&programme, &endorse("bao nhip so", &kol, &ON), &["nhip-so"]);
    assert!(done, "{told}");
    let seq = newest(&programme);
    let (_, told) = run(&programme, &["log", "--issuer", "Báo Nhịp Số"], &[]);
    assert!(told.lines().any(|line| line.starts_with(&seq)), "{told}");
    assert!(run(&programme, &["member", "Báo Nhịp Số"], &[]).1.starts_with("nhip-so"));
    for verb in
        [vec!["member", "nhip-sp"], vec!["log", "--issuer", "Báo Nhịp"], endorse("nhip-sp", &kol, &ON)]
    {
        let (done, told) = run(&programme, &verb, &["nhip-so"][..usize::from(verb[0] == "endorse")]);
        assert!(!done && told.contains("did you mean nhip-so (Báo Nhịp Số)?"), "{verb:?}: {told}");
    }
    let (_, told) = run(&programme, &["log", "--type", "endorsment.published"], &[]);
    assert!(told.contains("endorsement.published") && !told.contains("draw.committed"), "{told}");
    let (_, told) = run(&programme, &["find", "nhip", "so"], &[]);
    assert!(told.contains("nhip-so") && told.contains("Báo Nhịp Số"), "{told}");
    let (_, told) = run(&programme, &["find", "KOL"], &[]);
    assert!(told.contains(&kol) && told.contains("other-kol"), "{told}");
    let (_, told) = run(&programme, &["top", "Nhịp Số"], &[]);
    assert!(told.contains("`tinnhiem find 'Nhịp Số'`"), "{told}");
    // A part of a KOL's name finds it, and whom it found is told.
    for by in ["--who", "--subject"] {
        let (done, told) = run(&programme, &["clocks", by, "other"], &[]);
        let other = subject("other-kol");
        assert!(done && told.starts_with(&format!("hạn của / clocks of {other}  other-kol\n")), "{told}");
        let (_, told) = run(&programme, &["clocks", by, &kol], &[]);
        assert!(!told.contains("clocks of"), "{told}");
    }
    // Whose the wrong key is.
    let (_, told) = run(&programme, &endorse("business", &kol, &ON), &["nhip-so"]);
    assert!(told.contains("the key is nhip-so's"), "{told}");
    for (day, why) in [("2026-02-30", "no such day"), ("28/11/2027", "the year first")] {
        let (_, told) =
            run(&programme, &endorse("business", &kol, &["--topic", "my-pham", "--expires-on", day]), &[]);
        assert!(told.contains(why), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_lead_on_and_nothing_is_left_where_nothing_was_written() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let told = |arguments: &[&str], keys: &[&str]| {
        let (done, told) = run(&programme, arguments, keys);
        assert!(!done, "{told}");
        told
    };
    // A member is no KOL, and a misspelt KOL is told.
    assert!(told(&["me", "business"], &[]).contains("`tinnhiem member show business`"));
    let about_member = told(&endorse("a1", "business", &ON), &["a1"]);
    assert!(about_member.contains("is no KOL but the member business"), "{about_member}");
    for verb in [&["score", "other-kpl"][..], &["find", "other-kpl"]] {
        let told = told(verb, &[]);
        assert!(told.contains("did you mean other-kol (kol-"), "{told}");
    }
    let (exit, _) = offline(&["find", "zzzz", "--ledger", programme.client.base()]);
    assert_eq!(exit, Some(1));
    // A forgotten option tells what it takes.
    let forgotten = offline(&["endorse", "--issuer", "a", "--subject", "b"]).1;
    for values in
        ["none, professional, commercial, family_owner", "one of the KOL's", "The file of a private key"]
    {
        assert!(forgotten.contains(values), "{forgotten}");
    }
    assert!(offline(&["verify", "x"]).1.contains("tinnhiem ledger --vkey"));

    // What another said is not mine to take back.
    assert!(run(&programme, &endorse("business", &kol, &ON), &["business"]).0);
    let another = told(&["withdraw", &newest(&programme)], &["a1"]);
    assert!(another.contains("is of business, who alone takes it back"), "{another}");
    assert!(!another.contains("About to sign"), "{another}");

    // A file is there once it is whole, and over another only where that is asked for.
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("event.json");
    let path = out.to_str().unwrap();
    let to_file = |more: &[&str]| {
        let verb =
            ["endorse", "--issuer", "business", "--subject", &kol, "--relation", "none", "--out", path];
        run(&programme, &[&verb, &ON[..], more].concat(), &["business"])
    };
    let (done, said) = to_file(&[]);
    assert!(!done && said.contains("endorsement.exists"), "{said}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    assert!(run(&programme, &["withdraw", &newest(&programme)], &["business"]).0);
    assert!(to_file(&[]).0);
    assert!(to_file(&[]).1.contains("exists already"));
    assert!(to_file(&["--force"]).0);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_is_told_what_stands_what_falls_and_what_is_left_to_do() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let item = programme.assess("a1", "kol").await;
    let seq = programme.ledger.snapshot().state.index().seq(&item).unwrap();
    let other = programme.impose("kol", tinnhiem::event::Severity::S2, 30).await;
    programme.contest("kol", item).await.unwrap();
    let (_, said) = run(&programme, &["me", &kol], &[]);
    assert!(!said.contains("alone: "), "{said}");
    programme.contest("kol", other).await.unwrap();
    let (_, said) = run(&programme, &["me", &kol], &[]);
    let second = programme.ledger.snapshot().state.index().seq(&other).unwrap();
    assert!([seq, second].iter().all(|one| said.contains(&format!("entry {one} alone: "))), "{said}");
    let stolen = key("a1").public().to_string();
    let revoke = ["revoke-key", "--issuer", "council", "--target", &stolen, "--cause", "compromised"];
    let out = file("revoked.json");
    let (done, said) = run(&programme, &[&revoke[..], &["--out", &out]].concat(), &SEATS[..2]);
    assert!(done && said.contains("without --invalid-from all that this key has signed stands"), "{said}");
    assert!(said.contains("never acts again") && said.contains("1 more of the council's seats"), "{said}");
    assert!(said.contains(&format!("tinnhiem sign {out}")) && said.contains("tinnhiem submit"), "{said}");
    let (done, said) = run(&programme, &["sign", &out], &SEATS[2..3]);
    assert!(done && said.contains(&format!("all have signed, send it: tinnhiem submit {out}")), "{said}");
    let before = programme.clock.now().minus_ms(86_400_000).to_string();
    let since = ["--invalid-from", &before, "--out", &file("since.json")];
    let (done, said) = run(&programme, &[&revoke[..], &since].concat(), &SEATS[..3]);
    assert!(done && said.contains(&format!("these fall with it: mục / entry {seq} (")), "{said}");

    let add = ["add-key", "--issuer", &kol, "--new"];
    tinnhiem::vault::write_secret(std::path::Path::new(&file("new.pem")), &key("new")).unwrap();
    let (done, said) = run(&programme, &[&add[..], &[&file("new.pem")]].concat(), &["new"]);
    assert!(!done && said.contains("give there a key that acts already"), "{said}");
    tinnhiem::vault::write_secret(std::path::Path::new(&file("kol.pem")), &key("kol")).unwrap();
    let (new, own) = (file("new.pem"), file("kol.pem"));
    let twice = [&add[..], &[&new, "--key", &own]].concat();
    let (done, said) = run(&programme, &twice, &["kol"]);
    assert!(!done && said.contains("twice: give each key once"), "{said}");
    let (done, said) = run(
        &programme,
        &["reply", "--subject", &kol, "--notice", &seq.to_string(), "--statement", "x"],
        &["kol"],
    );
    assert!(!done && said.contains("is recorded, and contested already by entry"), "{said}");
    let (done, said) =
        run(&programme, &["reply", "--subject", &kol, "--notice", "1", "--statement", "x"], &["kol"]);
    assert!(!done && said.contains(&format!("`tinnhiem me {kol}` lists what waits")), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_erasure_is_told_what_has_no_texts_and_what_is_destroyed_already() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let named = ["--issuer", "business", "--subject", &kol, "--relation", "none", "--topic", "my-pham"];
    let endorse = |more: &[&str]| run(&programme, &[&["endorse"], &named[..], more].concat(), &["business"]);
    assert!(endorse(&["--statement", "Một câu."]).0);
    let texts = newest(&programme);
    assert!(run(&programme, &["withdraw", &texts], &["business"]).0);
    let bare = newest(&programme);
    let ask =
        |target: &str| run(&programme, &["request-erasure", "--subject", &kol, "--target", target], &["kol"]);
    let (done, said) = ask(&texts);
    assert!(done && said.contains("texts once destroyed do not come back"), "{said}");
    assert!(!said.contains("carries no texts"), "{said}");
    let request = newest(&programme);
    let execute = ["execute-erasure", "--issuer", "operator", "--subject", &kol, "--request", &request];
    let (done, said) = run(&programme, &[&execute[..], &["--target", &texts]].concat(), &["operator"]);
    assert!(done, "{said}");
    let by = format!("its texts were destroyed on request: mục / entry {}", newest(&programme));
    let (_, said) = run(&programme, &["show", &texts], &[]);
    assert!(said.contains(&by), "{said}");
    let (done, said) = ask(&texts);
    assert!(!done && said.contains(&by) && said.contains("nothing of them is left"), "{said}");
    let (_, said) = ask(&bare);
    assert!(said.contains(&format!("WARNING: entry {bare} carries no texts")), "{said}");
}

/// Evidence that the ledger never kept was counted among what is destroyed, before and after.
#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_erasure_is_told_what_is_kept_here_and_what_stays_elsewhere() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let (words, kept, absent) = (text("my case"), text("a letter"), text("a film"));
    let item = programme.assess("a1", "kol").await;
    let evidence = vec![kept.commitment(), absent.commitment()];
    let body = ContestFiled {
        statement: words.commitment().into(),
        evidence: evidence.into_iter().map(Into::into).collect(),
        ..contest(item)
    };
    let draft = programme.draft(subject("kol").into(), Some(subject("kol")), body).with([words, kept]);
    programme.recorded(draft, &["kol"]).await;
    let filed = newest(&programme);
    assert!(run(&programme, &["withdraw", &filed], &["kol"]).0);
    let (_, shown) = run(&programme, &["show", &filed], &[]);
    assert!(shown.contains("not kept here") && !shown.contains("destroyed on request"), "{shown}");
    let (done, said) = run(&programme, &["request-erasure", "--subject", &kol, "--target", &filed], &["kol"]);
    assert!(done && said.contains(&format!("(how many): {filed} (2);")), "{said}");
    assert!(said.contains("stays with whoever has it"), "{said}");
    assert!(said.contains(&format!("(mục / entries, how many): {filed} (1)")), "{said}");
    assert!(said.contains("exports made before keep what they hold"), "{said}");
    let request = newest(&programme);
    let execute = ["execute-erasure", "--issuer", "operator", "--subject", &kol, "--request", &request];
    let (done, said) = run(&programme, &[&execute[..], &["--target", &filed]].concat(), &["operator"]);
    assert!(done, "{said}");
    let (_, shown) = run(&programme, &["show", &filed], &[]);
    assert!(shown.contains("(đã hủy theo yêu cầu / destroyed on request)"), "{shown}");
    assert!(
        shown.contains(
            "2 tài liệu / documents (đã hủy theo yêu cầu hoặc chưa từng gửi kèm / destroyed on request, or never"
        ),
        "{shown}"
    );
    assert!(!shown.contains("not kept here"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_score_names_its_parts_and_a_past_one_leads_to_its_proof() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    for assessor in ["a1", "a2", "a3"] {
        programme.assess(assessor, "kol").await;
    }
    let (done, said) = run(&programme, &["score", &kol, "--explain"], &[]);
    let first = policy().criteria[0].indicators[0].clone();
    assert!(done && said.contains(&format!("{} / {}", first.name.vi, first.name.en)), "{said}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("score.json").to_str().unwrap().to_owned();
    let (done, said) = run(&programme, &["score", &kol, "--receipt", &file, "--as-of", "2026-01-01"], &[]);
    assert!(
        !done && said.contains("tinnhiem export --ledger") && said.contains("--as-of 2026-01-01"),
        "{said}"
    );
    assert!(!folder.path().join("score.json").exists());
    let named = ["--issuer", "business", "--subject", &kol, "--relation", "none", "--topic", "my-pham"];
    let (done, said) =
        run(&programme, &[&["endorse"], &named[..], &["--statement", "Tốt."]].concat(), &["business"]);
    assert!(done, "{said}");
    let (done, said) = run(&programme, &["receipt", &newest(&programme), "--words", &file], &[]);
    assert!(done && said.contains("its receipt is not written: add --out FILE"), "{said}");
    assert!(!said.contains("c2sp.org") && folder.path().join("score.json").exists(), "{said}");
}

#[test]
fn help_that_nobody_reads_on_ends_quietly() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tinnhiem"));
    let (out, err) = (std::process::Stdio::piped(), std::process::Stdio::piped());
    let mut child = command.arg("--help").stdout(out).stderr(err).spawn().unwrap();
    drop(child.stdout.take());
    let said = child.wait_with_output().unwrap().stderr;
    assert_eq!(String::from_utf8_lossy(&said), "");
}
