//! Where a KOL who had nothing but the command line was led astray, and no longer is.

use std::process::Command;

use serde_json::Value;
use tinnhiem::event::*;

use crate::certificates::rate;
use crate::contests::Court;
use crate::programme::*;
use crate::withdrawal::run;

fn newest(programme: &Programme) -> String {
    (programme.ledger.snapshot().size() - 1).to_string()
}

/// That a verb was refused before anything was signed, with this in what it said.
fn refused((done, said): (bool, String), told: &[&str]) {
    assert!(!done && !said.contains("About to sign"), "{said}");
    for one in told {
        assert!(said.contains(one), "{one} is not in {said}");
    }
}

/// A request of which nothing could be destroyed was taken, and kept every other from being made for 20 days.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_for_erasure_in_vain_is_not_signed() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let item = programme.assess("a1", "kol").await;
    programme.contest("kol", item).await.unwrap();
    let held = newest(&programme);
    let ask = ["erasure", "request", "--subject", &kol, "--target", &held];
    let told = format!("entry {held} is needed until the contest, entry {held}, ends");
    refused(run(&programme, &ask, &["kol"]), &["erasure.clock", &told, "no other is taken"]);
    assert_eq!(newest(&programme), held);
    assert!(run(&programme, &["withdraw", &held], &["kol"]).0);
    let (done, said) = run(&programme, &ask, &["kol"]);
    assert!(done, "{said}");
    // What waits is named first.
    refused(run(&programme, &ask, &["kol"]), &["erasure.exists"]);
}

/// Two KOLs linked one account, and one linked it twice, without a word.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_linked_is_told_before_it_is_linked_again() {
    let programme = Programme::start(policy()).await;
    let (kol, other) = (subject("kol").to_string(), subject("other-kol").to_string());
    let link = |name: &str, platform: &str, account: &str| {
        let about = subject(name).to_string();
        let line = ["subject", "link", "--issuer", "registrar", "--subject", &about];
        let what = ["--platform", platform, "--account", account];
        run(&programme, &[&line[..], &what].concat(), &["registrar", name])
    };
    let (done, said) = link("other-kol", "TikTok", "@giahan.official");
    assert!(done && !said.contains("WARNING"), "{said}");
    let first = newest(&programme);
    for again in ["@giahan.official", "https://www.tiktok.com/@GiaHan.official"] {
        refused(
            link("other-kol", "tiktok", again),
            &["account.exists", &format!("linked already as entry {first}")],
        );
    }
    let (done, said) = link("kol", "tiktok", "@giahan.official");
    let by = format!("other-kol ({other}), by entry {first}");
    assert!(done && said.contains("WARNING: this account is linked") && said.contains(&by), "{said}");
    let (_, said) = run(&programme, &["find", "@giahan.official"], &[]);
    for one in [&kol, &other] {
        assert!(said.contains(&format!("linked to {one} too")), "{said}");
    }
    let (_, said) = run(&programme, &["find", "@giahan.official", "--json"], &[]);
    let found: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(found["kols"][0]["accounts"], serde_json::json!(["tiktok @giahan.official"]));
    assert_eq!(found["kols"][0]["shared"][0]["linked_to_too"].as_array().unwrap().len(), 1);
    // The same handle elsewhere is another account.
    let (done, said) = link("kol", "instagram", "@giahan.official");
    assert!(done && !said.contains("WARNING"), "{said}");

    refused(link("kol", "titkok", "@han"), &["did you mean tiktok?", "youtube"]);
    refused(link("kol", "tiktok", "https://www.youtube.com/@han"), &["give --platform youtube"]);
    refused(link("kol", "Tik Tok", "@han"), &["such as facebook"]);
    let (done, said) = link("kol", "vietreel", "@han");
    assert!(done && !said.contains("WARNING"), "{said}");
}

/// No verb listed a KOL's keys, though a guide said so; and who had lost the last was offered what it could not do.
#[tokio::test(flavor = "multi_thread")]
async fn a_kol_sees_its_keys_and_what_waits_for_one_that_acts() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let item = programme.assess("a1", "kol").await;
    let (old, new) = (key("kol").public().to_string(), key("new").public().to_string());
    let me = || run(&programme, &["me", &kol], &[]).1;
    let can = || {
        let (_, said) = run(&programme, &["me", &kol, "--json"], &[]);
        let answer: Value = serde_json::from_str(&said).unwrap();
        (answer["can"].as_array().unwrap().clone(), answer["keys"].clone())
    };
    let state = format!("{old}\n    có hiệu lực / live; ghi nhận ngày / added on {}", programme.today());
    assert!(me().contains(&state), "{}", me());
    assert_eq!(can().1[0]["key"], old.as_str());
    let (_, said) = run(&programme, &["member", "show", &kol], &[]);
    assert!(said.contains(&format!("tinnhiem me {kol}")), "{said}");

    let revoke = ["key", "revoke", "--issuer", "council", "--target", &old, "--cause", "compromised"];
    let (done, said) = run(&programme, &revoke, &SEATS[..3]);
    assert!(done, "{said}");
    let signed = |one: &Value| one["command"].as_str().is_some_and(|all| all.contains(" --key "));
    assert!(!can().0.iter().any(signed), "{:?}", can().0);
    assert!(me().contains("once a key of yours acts:"), "{}", me());
    assert!(me().contains("hand the public half of a new one to the council"), "{}", me());

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new").to_str().unwrap().to_owned();
    tinnhiem::vault::write_secret(path.as_ref(), &key("new")).unwrap();
    let add = ["key", "add", "--issuer", "council", "--owner", &kol, "--new", &path];
    let (done, said) = run(&programme, &add, &SEATS[..3]);
    assert!(done, "{said}");
    let view = programme.get(format!("/v1/subjects/{kol}")).await;
    let added = view["keys"].as_array().unwrap().iter().find(|one| one["key"] == new.as_str()).unwrap();
    let from = added["live_from"].as_str().unwrap();
    let said = me();
    assert!(said.contains(&format!("your new key {new} acts from {from}")), "{said}");
    assert!(said.contains(&format!("from {from}, when your new key acts:")), "{said}");
    assert!(!said.contains("hand the public half") && !said.contains("--cause cancelled"), "{said}");
    assert!(!can().0.iter().any(signed), "{:?}", can().0);
    // Who signs with it all the same is told the day.
    let target = item.to_string();
    let file = ["contest", "file", "--subject", &kol, "--target", &target, "--grounds", "procedure"];
    let early = run(&programme, &[&file[..], &["--statement", "x"]].concat(), &["new"]);
    refused(early, &["key.not_live", &format!("the key {new} acts from {from}")]);
}

/// An assessment of somebody else was said to be contested; what is announced was said to be no item.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_replied_to_and_what_is_contested_are_told_apart() {
    let mut policy = policy();
    (policy.windows.reply, policy.windows.admit, policy.windows.decide) = (Some(7), Some(14), Some(30));
    let programme = Programme::start(policy).await;
    let kol = subject("kol").to_string();
    let day = |days: i32| programme.today().plus_days(days).to_string();
    let (from, until, last) = (day(-20), day(-2), day(200));
    let notify = |about: &str| {
        let about = subject(about).to_string();
        let line =
            ["notify", "--issuer", "a1", "--subject", &about, "--grade", "I1=1", "--observed-from", &from];
        let days = ["--observed-until", &until, "--valid-until", &last];
        let (done, said) = run(&programme, &[&line[..], &days].concat(), &["a1"]);
        assert!(done, "{said}");
        newest(&programme)
    };
    let reply = |seq: &str| {
        run(
            &programme,
            &["reply", "--subject", &kol, "--notice", seq, "--statement", "Nhãn ở giây 2."],
            &["kol"],
        )
    };
    let contest = |seq: &str| {
        let line = ["contest", "file", "--subject", &kol, "--target", seq, "--grounds", "procedure"];
        run(&programme, &[&line[..], &["--statement", "x"]].concat(), &["kol"])
    };
    let theirs = notify("other-kol");
    refused(
        reply(&theirs),
        &[&format!("entry {theirs} announces nothing about you"), &format!("`tinnhiem me {kol}`")],
    );
    let notice = notify("kol");
    refused(
        contest(&notice),
        &["target.unknown", &format!("`tinnhiem reply --subject {kol} --notice {notice} ")],
    );
    assert!(reply(&notice).0);
    refused(reply(&notice), &["reply.given", "`tinnhiem show` of that entry"]);
    let assess = ["assess", "--issuer", "a1", "--subject", &kol, "--notice", &notice];
    assert!(run(&programme, &assess, &["a1"]).0);
    let item = newest(&programme);
    // The KOL's words stand under the assessor's name, and say whose they are.
    let (_, said) = run(&programme, &["history", &kol], &[]);
    assert!(said.contains("the KOL replied: “Nhãn ở giây 2.”"), "{said}");
    let (_, said) = run(&programme, &["me", &kol], &[]);
    let file =
        format!("--target {item} --grounds GROUNDS --statement '…' --evidence FILE --key KEY.pem --receipt ");
    assert!(said.contains(&file), "{said}");
    let (done, said) = contest(&item);
    assert!(done, "{said}");
    let filed = newest(&programme);
    refused(reply(&item), &[&format!("contested already by entry {filed}")]);

    // The decision is owed before a clock runs for it.
    let view = programme.get(format!("/v1/contests/{filed}")).await;
    let decide_by = view["decide_by"].as_str().unwrap();
    for verb in [vec!["clocks", "--who", &kol], vec!["clocks", "--subject", &kol], vec!["me", &kol]] {
        let (_, said) = run(&programme, &verb, &[]);
        assert!(said.contains(&format!("{decide_by}: dự kiến / foreseen: ")), "{said}");
    }
    let seated = ["clocks", "--who", &kol, "--duty", "may"];
    assert!(!run(&programme, &seated, &[]).1.contains("foreseen"));
}

/// A value was due for a contest that was withdrawn, and nobody said what for.
#[tokio::test(flavor = "multi_thread")]
async fn the_draw_of_a_withdrawn_contest_is_told_with_what_it_serves() {
    let court = Court::open().await;
    let (programme, kol) = (&court.programme, subject("kol").to_string());
    let item = programme.assess("a1", "kol").await;
    let told = || {
        ["clocks", "me"].map(|verb| {
            let line = if verb == "me" { vec!["me", &kol] } else { vec!["clocks", "--who", &kol] };
            run(programme, &line, &[]).1
        })
    };
    programme.contest("kol", item).await.unwrap();
    let first = newest(programme);
    assert!(told().iter().all(|said| !said.contains("was withdrawn")));
    assert!(run(programme, &["withdraw", &first], &["kol"]).0);
    for said in told() {
        assert!(
            said.contains(&format!("the contest of entry {first} was withdrawn; filed again, it keeps")),
            "{said}"
        );
    }
    programme.contest("kol", item).await.unwrap();
    let again = newest(programme);
    for said in told() {
        assert!(
            said.contains(&format!("chooses the panel for the one filed again, entry {again}:")),
            "{said}"
        );
    }
}

/// Refusals named neither a day nor what to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_tells_until_when_or_what_to_do() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let item = programme.assess("a1", "kol").await.to_string();
    let depart = || run(&programme, &["subject", "depart", "--subject", &kol], &["kol"]);
    programme.contest("kol", item.parse().unwrap()).await.unwrap();
    let filed = newest(&programme);
    refused(depart(), &["subject.contesting", &format!("`tinnhiem withdraw {filed} --key KEY.pem`")]);
    assert!(run(&programme, &["withdraw", &filed], &["kol"]).0);
    programme.impose("kol", Severity::S2, 30).await;
    let last = programme.today().plus_days(29);
    refused(
        depart(),
        &["subject.sanctioned", &format!("it runs until {last}: you may leave on the day after")],
    );

    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let file = ["contest", "file", "--subject", &kol, "--target", &item, "--grounds", "factual_error"];
    let gone = at("none.png");
    let none = [&file[..], &["--statement", "x", "--evidence", &gone]].concat();
    refused(
        run(&programme, &none, &["kol"]),
        &["--evidence ", "there is no such file: give its path", "file.missing"],
    );
    let empty = [&file[..], &["--statement", ""]].concat();
    let (_, said) = run(&programme, &empty, &["kol"]);
    assert!(said.contains("says nothing: say something") && !said.contains("leave it out"), "{said}");
    let (_, said) = run(&programme, &["me", "ko"], &[]);
    assert!(said.contains("the names of several hold ko") && !said.contains("are called"), "{said}");

    // Who has signed is told what is left.
    for name in ["registrar", "kol"] {
        tinnhiem::vault::write_secret(at(name).as_ref(), &key(name)).unwrap();
    }
    let out = at("link.json");
    let link = ["subject", "link", "--issuer", "registrar", "--subject", &kol, "--platform", "tiktok"];
    let account = [&link[..], &["--account", "@kol", "--out", &out]].concat();
    assert!(run(&programme, &account, &["registrar"]).0);
    let sign = |name: &str| run(&programme, &["sign", &out, "--key", &at(name)], &[]);
    let send = format!("`tinnhiem submit {out}`");
    refused(sign("registrar"), &["has signed it already", &format!("still to sign: {kol}"), &send]);
    assert!(sign("kol").0);
    refused(sign("kol"), &["has signed it already", "all have signed, send it", &send]);
    assert!(run(&programme, &["submit", &out], &[]).0);
    refused(sign("kol"), &["signature.key_twice", &format!("it stands as entry {}", newest(&programme))]);
}

/// A long statement was signed of which nobody had seen more than the beginning; others were shown as JSON or digits.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_is_read_in_words_and_comes_from_a_file() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let long = "Nhãn có ở giây đầu. ".repeat(450) + "HẾT";
    std::fs::write(at("case.txt"), format!("{long}\n")).unwrap();
    let absent = text("a film");
    let mut body = assessment(programme.today());
    body.evidence = [("I1".parse().unwrap(), vec![absent.commitment().into()])].into();
    let draft = programme.draft(party("a1"), Some(subject("kol")), body);
    let item = programme.recorded(draft, &["a1"]).await.to_string();
    let (_, said) = run(&programme, &["show", &item], &[]);
    let line =
        "\n      I1 Có ghi nhãn quảng cáo / Advertising label present: 1 tài liệu / document (không lưu";
    assert!(said.contains(line), "{said}");

    let file = ["contest", "file", "--subject", &kol, "--target", &item, "--grounds", "procedure"];
    let case = at("case.txt");
    let (done, said) = run(&programme, &[&file[..], &["--statement-file", &case]].concat(), &["kol"]);
    let more = long.chars().count() - 500;
    assert!(done && said.contains(&format!("{more} more characters)")), "{said}");
    let (_, said) = run(&programme, &["show", &newest(&programme)], &[]);
    assert!(said.contains(&format!("“{long}”")), "{said}");
    let help =
        Command::new(env!("CARGO_BIN_EXE_tinnhiem")).args(["contest", "file", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(help.contains("--statement-file <FILE>") && help.contains("256 KiB"), "{help}");

    std::fs::write(at("number"), "079 301 000 123").unwrap();
    std::fs::write(at("consent"), "Tôi đồng ý.").unwrap();
    tinnhiem::vault::write_identity_secret(at("secret").as_ref(), &[1; 32]).unwrap();
    let new = key("new-kol").public().to_string();
    let (number, consent, secret, out) = (at("number"), at("consent"), at("secret"), at("event.json"));
    let line = ["subject", "enrol", "--issuer", "registrar", "--name", "Mới", "--handle", "@moi"];
    let more = ["--topic", "my-pham", "--subject-key", &new, "--out", &out];
    let files = ["--identity", &number, "--identity-secret", &secret, "--consent", &consent];
    let (done, said) = run(&programme, &[&line[..], &more, &files].concat(), &["registrar"]);
    let told = said.split("recorded").next().unwrap_or_default();
    assert!(done && told.contains("tên / name “Mới”; tên tài khoản / handles: @moi"), "{said}");
    assert!(told.contains("only a registrar, who has the shared secret, can compute it"), "{said}");
}

/// What a sanction takes stood among the parts, and in no row of what is lost and what helps.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_sanction_takes_stands_among_the_reasons() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    rate(&programme, "kol").await;
    programme.impose("kol", Severity::S2, 30).await;
    let sanction = newest(&programme);
    let (done, said) = run(&programme, &["score", &kol, "--explain"], &[]);
    let reasons = said.split("lý do / reason").nth(1).unwrap();
    let row = reasons.lines().find(|line| line.starts_with("SANC.S2")).unwrap_or_default();
    assert!(done && row.contains(&format!("  {sanction}  ")) && row.contains("contest it"), "{said}");
    let thin = reasons.lines().find(|line| line.starts_with("EVID.")).unwrap_or_default();
    assert!(thin.is_empty() || thin.contains("no single entry"), "{thin}");
}
