//! What the command line tells a KOL about its rights is what the rules grant.

use std::collections::BTreeSet;

use serde_json::Value;
use tinnhiem::clock::Clock;
use tinnhiem::dsse::EventId;
use tinnhiem::event::*;

use crate::programme::*;
use crate::withdrawal::run;

const DAY_MS: u64 = 86_400_000;
const GROUNDS: [(&str, Grounds); 4] = [
    ("factual_error", Grounds::FactualError),
    ("procedure", Grounds::Procedure),
    ("conflict_of_interest", Grounds::ConflictOfInterest),
    ("disproportionate", Grounds::Disproportionate),
];

fn seq_of(programme: &Programme, event: EventId) -> u64 {
    programme.ledger.snapshot().state.index().seq(&event).unwrap()
}

fn newest(programme: &Programme) -> String {
    (programme.ledger.snapshot().size() - 1).to_string()
}

/// What `me` offers that begins so.
fn offered(programme: &Programme, command: &str) -> Vec<Value> {
    let (done, said) = run(programme, &["me", &subject("kol").to_string(), "--json"], &[]);
    assert!(done, "{said}");
    let said: Value = serde_json::from_str(&said).unwrap();
    let fits = |one: &&Value| one["command"].as_str().is_some_and(|one| one.starts_with(command));
    said["can"].as_array().unwrap().iter().filter(fits).cloned().collect()
}

/// The grounds that `me` lists for an item.
fn listed(programme: &Programme, item: EventId) -> BTreeSet<String> {
    let target = format!("--target {} ", seq_of(programme, item));
    let all = offered(programme, "tinnhiem contest file ");
    let of = all.iter().find(|one| one["command"].as_str().unwrap().contains(&target));
    let Some(of) = of.and_then(|one| one["en"].as_str()) else { return BTreeSet::new() };
    let list = of.split("(--grounds ").nth(1).unwrap().split(')').next().unwrap();
    list.split(", ").map(str::to_owned).collect()
}

/// The grounds on which the rules take a contest of an item; each is taken back.
async fn taken(programme: &Programme, item: EventId) -> BTreeSet<String> {
    let (kol, mut taken) = (subject("kol"), BTreeSet::new());
    for (name, grounds) in GROUNDS {
        let body = ContestFiled { grounds, ..contest(item) };
        let draft = programme.draft(kol.into(), Some(kol), body).with([text("my case")]);
        let Ok(filed) = programme.send(draft, &["kol"]).await else { continue };
        taken.insert(name.to_owned());
        let contest = filed["id"].as_str().unwrap().parse().unwrap();
        let body = ContestWithdrawn { contest, reason: None };
        programme.recorded(programme.draft(kol.into(), Some(kol), body), &["kol"]).await;
    }
    taken
}

#[tokio::test(flavor = "multi_thread")]
async fn the_grounds_listed_for_an_item_are_those_that_the_rules_take() {
    let mut policy = policy();
    (policy.windows.file, policy.windows.admit) = (Some(10), Some(14));
    let clock = Clock::manual(Clock::system().now());
    let programme = Programme::start_at(policy, clock.clone()).await;
    let kol = subject("kol");
    let declined = programme.assess("a1", "kol").await;
    let late = programme.assess("a2", "kol").await;
    // Not admitted on the facts.
    let on_facts = ContestFiled { grounds: Grounds::FactualError, ..contest(declined) };
    let draft = programme.draft(kol.into(), Some(kol), on_facts).with([text("my case")]);
    let contest = programme.recorded(draft, &["kol"]).await;
    let body =
        ContestDeclined { contest, code: DeclineCode::NoCase, reason: text("why").commitment().into() };
    let draft = programme.draft(PartyId::council(), Some(kol), body).with([text("why")]);
    programme.recorded(draft, &SEATS[..3]).await;
    let all: BTreeSet<String> = GROUNDS.map(|(name, _)| name.to_owned()).into();
    let facts = BTreeSet::from(["factual_error".to_owned()]);
    for (item, expected) in [(declined, &all - &facts), (late, all)] {
        assert_eq!(listed(&programme, item), expected);
        assert_eq!(taken(&programme, item).await, expected);
    }
    clock.set(clock.now().plus_ms(11 * DAY_MS));
    for (item, expected) in [(declined, BTreeSet::new()), (late, facts)] {
        assert_eq!(listed(&programme, item), expected);
        assert_eq!(taken(&programme, item).await, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_listed_for_erasure_can_be_erased_and_what_is_held_cannot() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    assert!(offered(&programme, "tinnhiem erasure request").is_empty(), "nothing is attached");
    let item = programme.assess("a1", "kol").await;
    programme.contest("kol", item).await.unwrap();
    let held = newest(&programme);
    let endorse =
        ["endorse", "--issuer", "business", "--subject", &kol, "--relation", "none", "--topic", "my-pham"];
    let (done, said) = run(&programme, &[&endorse[..], &["--statement", "x"]].concat(), &["business"]);
    assert!(done, "{said}");
    let free = newest(&programme);
    let offers = offered(&programme, "tinnhiem erasure request");
    let command = offers[0]["command"].as_str().unwrap();
    assert!(command.contains(&format!(" --target {free} ")), "{command}");
    assert!(!command.contains(&format!(" --target {held} ")), "{command}");
    let (_, said) = run(&programme, &["me", &kol], &[]);
    assert!(said.contains(&format!("until the contest, entry {held}, ends")), "{said}");

    // Who asks for what is held is told so before signing, and the operator may not destroy it.
    let ask = ["request-erasure", "--subject", &kol, "--target", &held, "--target", &free];
    let (done, said) = run(&programme, &ask, &["kol"]);
    assert!(done && said.contains("is not destroyed until the contest, entry"), "{said}");
    assert!(offered(&programme, "tinnhiem erasure request").is_empty(), "one request waits at a time");
    let request = newest(&programme);
    let execute =
        ["execute-erasure", "--issuer", "operator", "--subject", &kol, "--request", &request, "--target"];
    let (done, said) = run(&programme, &[&execute[..], &[&held]].concat(), &["operator"]);
    assert!(!done && said.contains("erasure.clock"), "{said}");
    let (done, said) = run(&programme, &[&execute[..], &[&free]].concat(), &["operator"]);
    assert!(done, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_score_if_a_contest_is_upheld_is_the_score_once_it_is() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let mut items = Vec::new();
    for assessor in ["a1", "a2", "a3"] {
        let mut body = assessment(programme.today());
        body.grades = (1..=20).map(|number| (format!("I{number}").parse().unwrap(), Some(1))).collect();
        let draft = programme.draft(party(assessor), Some(subject("kol")), body);
        items.push(programme.recorded(draft, &[assessor]).await);
    }
    let sanction = programme.impose("kol", Severity::S2, 30).await;
    let score = format!("/v1/subjects/{kol}/score");
    for item in [sanction, items[0]] {
        let supposed = programme.get(format!("{score}?without={item}")).await;
        let seq = seq_of(&programme, item).to_string();
        let grounds = ["--grounds", "factual_error", "--statement", "x"];
        let file = ["contest", "--subject", &kol, "--target", &seq];
        let (done, said) = run(&programme, &[&file[..], &grounds].concat(), &["kol"]);
        assert!(done && said.contains("if upheld, the score is about"), "{said}");
        // Two assessments make no score: of that the KOL is warned. Without the sanction it is more.
        assert_eq!(said.contains("WARNING"), item == items[0], "{said}");
        assert!(said.contains("no day is set for the decision"), "{said}");
        let filed = newest(&programme);
        let (_, said) = run(&programme, &["me", &kol], &[]);
        assert!(said.contains("without the contested items: "), "{said}");
        let decide =
            ["decide", "--subject", &kol, "--contest", &filed, "--outcome", "upheld", "--reason", "x"];
        let (done, said) = run(&programme, &decide, &SEATS[..3]);
        assert!(done, "{said}");
        let after = programme.get(&score).await;
        for member in ["standing", "score", "band", "range", "parts"] {
            assert_eq!(supposed[member], after[member], "{member}");
        }
        let gone = format!("{}{score}?without={item}", programme.client.base());
        assert!(reqwest::get(gone).await.unwrap().status().is_client_error());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_of_any_size_is_cited_from_a_members_custody() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let item = programme.assess("a1", "kol").await.to_string();
    let folder = tempfile::tempdir().unwrap();
    let video = folder.path().join("video.mp4");
    std::fs::write(&video, vec![7; 300_000]).unwrap();
    let video = video.to_str().unwrap();
    let contest =
        ["contest", "--subject", &kol, "--target", &item, "--grounds", "procedure", "--statement", "x"];
    let (done, said) = run(&programme, &[&contest[..], &["--evidence", video]].concat(), &["kol"]);
    assert!(!done && said.contains("--evidence-event SEQ") && !said.contains("--retain-until Y"), "{said}");
    let until = programme.today().plus_days(400).to_string();
    let commit =
        ["commit-evidence", "--subject", &kol, "--file", video, "--retain-until", &until, "--issuer"];
    let (done, said) = run(&programme, &[&commit[..], &[&kol]].concat(), &["kol"]);
    assert!(!done && said.contains("kept by a member"), "{said}");
    let (done, said) = run(&programme, &[&commit[..], &["business"]].concat(), &["business"]);
    let kept = newest(&programme);
    assert!(done && said.contains(&format!("--evidence-event {kept}")), "{said}");
    let (done, said) = run(&programme, &[&contest[..], &["--evidence-event", "1"]].concat(), &["kol"]);
    assert!(!done && said.contains("not evidence about you"), "{said}");
    let (done, said) = run(&programme, &[&contest[..], &["--evidence-event", &kept]].concat(), &["kol"]);
    assert!(done && said.contains("kept by business"), "{said}");
    let filed = programme.get(format!("/v1/events/{}", newest(&programme))).await;
    let evidence = programme.get(format!("/v1/events/{kept}")).await;
    let committed = evidence["payload"]["body"]["commitment"].clone();
    assert_eq!(filed["payload"]["body"]["evidence"], Value::from(vec![committed]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_that_the_ledger_would_refuse_is_not_signed() {
    let programme = Programme::start(policy()).await;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(at("number"), "079 301 000 123").unwrap();
    std::fs::write(at("consent"), "yes").unwrap();
    for (name, number) in [("first", 1), ("second", 2)] {
        tinnhiem::vault::write_identity_secret(at(name).as_ref(), &[number; 32]).unwrap();
    }
    let new = folder.path().join("new-kol");
    tinnhiem::vault::write_secret(&new, &key("new-kol")).unwrap();
    let enrol = |secret: &str, topic: &str, more: &[&str]| {
        let (number, consent, secret) = (at("number"), at("consent"), at(secret));
        let line = ["enrol", "--issuer", "registrar", "--name", "Mới", "--topic", topic];
        let files = ["--identity", &number, "--identity-secret", &secret, "--consent", &consent];
        run(&programme, &[&line[..], &files, more].concat(), &["registrar"])
    };
    let private = ["--subject-key", new.to_str().unwrap()];
    let (done, said) = enrol("first", "my-pham", &private);
    assert!(done, "{said}");
    let (out, other) = (at("out"), key("other").public().to_string());
    let later = ["--subject-key", &other, "--out", &out];
    let (done, said) = enrol("second", "my-pham", &later);
    assert!(!done && said.contains("subject.identity_key") && said.contains("(registrar)"), "{said}");
    let (done, said) = enrol("first", "my-phm", &later);
    assert!(!done && said.contains("my-phm is no topic") && said.contains("my-pham"), "{said}");
    // The same number is the same person, however it is written.
    for number in ["079301000123", " 079-301-000-123\n"] {
        std::fs::write(at("number"), number).unwrap();
        let (done, said) = enrol("first", "my-pham", &later);
        assert!(!done && said.contains("subject.identity"), "{number}: {said}");
    }
    assert!(!folder.path().join("out").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_a_wrong_step_is_told_the_right_one() {
    let mut policy = policy();
    policy.windows.reply = Some(7);
    let programme = Programme::start(policy).await;
    let kol = subject("kol").to_string();
    let day = |days: i32| programme.today().plus_days(days).to_string();
    let (from, until, last) = (day(-20), day(-2), day(200));
    let notify = ["notify", "--issuer", "a1", "--subject", &kol, "--grade", "I1=1", "--observed-from", &from];
    let days = ["--observed-until", &until, "--valid-until", &last];
    let (done, said) = run(&programme, &[&notify[..], &days].concat(), &["a1"]);
    assert!(done, "{said}");
    let notice = newest(&programme);
    let reply = |option: &str, seq: &str| {
        run(&programme, &["reply", "--subject", &kol, option, seq, "--statement", "x"], &["kol"])
    };
    let (done, said) = reply("--proposal", &notice);
    assert!(!done && said.contains(&format!("reply with --notice {notice}")), "{said}");
    assert!(reply("--notice", &notice).0);
    let (_, said) = run(&programme, &["me", &kol], &[]);
    let announced = said.split("Announced, and still open to others").nth(1).unwrap_or_default();
    assert!(announced.contains("a1: ") && announced.contains(&notice), "{said}");
    let assess = ["assess", "--issuer", "a1", "--subject", &kol, "--notice", &notice];
    let (done, said) = run(&programme, &assess, &["a1"]);
    assert!(done, "{said}");
    let item = newest(&programme);
    for named in [&notice, &item] {
        let (done, said) = reply("--notice", named);
        assert!(!done && said.contains(&format!("--target {item} ")), "{said}");
    }
    let grounds = ["--grounds", "procedure", "--statement", "x"];
    let contest = ["contest", "--subject", &kol, "--target", &item];
    assert!(run(&programme, &[&contest[..], &grounds].concat(), &["kol"]).0);
    let filed = newest(&programme);
    let (done, said) = run(&programme, &["withdraw", &item], &["kol"]);
    assert!(!done && said.contains(&format!("`tinnhiem withdraw {filed} ")), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_is_told_with_its_day_and_cancelled_as_offered() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for name in ["new", "kol", "business"] {
        tinnhiem::vault::write_secret(at(name).as_ref(), &key(name)).unwrap();
    }
    let backup = offered(&programme, "tinnhiem key add ");
    assert!(backup[0]["command"].as_str().unwrap().starts_with(&format!("tinnhiem key add --issuer {kol} ")));
    let new = key("new").public().to_string();
    let recover = ["add-key", "--issuer", "council", "--owner", &kol, "--new", &new, "--out", &at("event")];
    let (done, said) = run(&programme, &recover, &SEATS[..3]);
    assert!(done && said.contains("key of seat 1, seat-1: "), "{said}");
    let before = std::fs::read(at("event")).unwrap();
    let sign = |name: &str| {
        let path = at(name);
        run(&programme, &["sign", &at("event"), "--key", &path], &[])
    };
    let (done, said) = sign("business");
    assert!(!done && said.contains("signature.unneeded") && !said.contains("About to sign"), "{said}");
    assert_eq!(std::fs::read(at("event")).unwrap(), before);
    let (_, said) = run(&programme, &["show", &at("event")], &[]);
    assert!(said.contains("add a key") && said.contains(&format!("the new key {new}")), "{said}");
    assert!(sign("new").0);
    let (done, said) = run(&programme, &["submit", &at("event")], &[]);
    assert!(done && said.contains("the key acts from 20"), "{said}");
    let cancel = offered(&programme, "tinnhiem key revoke ");
    let command = cancel[0]["command"].as_str().unwrap().replace("KEY.pem", &at("kol"));
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    let (done, said) = run(&programme, &words, &[]);
    assert!(done, "{said}");
    assert!(offered(&programme, "tinnhiem key revoke ").is_empty());
}

/// An entry whose texts are held was asked for without a word, and nobody said afterwards that it was left.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_request_for_erasure_cannot_have_is_said_before_and_after() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let enrolled = programme.get(format!("/v1/events?subject={kol}&type=subject.enrolled")).await;
    let enrolled = enrolled["events"][0]["seq"].to_string();
    let endorse =
        ["endorse", "--issuer", "business", "--subject", &kol, "--relation", "none", "--topic", "my-pham"];
    assert!(run(&programme, &[&endorse[..], &["--statement", "x"]].concat(), &["business"]).0);
    let free = newest(&programme);
    let ask = ["request-erasure", "--subject", &kol, "--target", &enrolled, "--target", &free];
    let (done, said) = run(&programme, &ask, &["kol"]);
    assert!(done, "{said}");
    let warning = format!("WARNING: entry {enrolled} is not destroyed until the KOL leaves");
    assert!(said.contains(&warning) && said.contains("leave these out"), "{said}");
    let last = programme.today().plus_days(20).to_string();
    assert!(said.contains(&format!("the operator is to answer by {last}")), "{said}");
    assert!(said.contains(&format!("{free} (1)")), "{said}");
    let request = newest(&programme);
    let (_, me) = run(&programme, &["me", &kol], &[]);
    assert!(me.contains(&format!("đến / until {last}: yêu cầu xóa dữ liệu")), "{me}");
    let execute =
        ["execute-erasure", "--issuer", "operator", "--subject", &kol, "--request", &request, "--target"];
    let (done, said) = run(&programme, &[&execute[..], &[&free]].concat(), &["operator"]);
    let left = format!("left as they are of what was asked for: mục / entries {enrolled}");
    assert!(done && said.contains(&left), "{said}");
    let executed = newest(&programme);
    for shown in [vec!["show", &request], vec!["show", &executed], vec!["me", &kol]] {
        let (_, said) = run(&programme, &shown, &[]);
        assert!(said.contains(&left), "{said}");
    }
    // Who has left may have it destroyed, and is told of nothing that holds it.
    assert!(run(&programme, &["depart", "--subject", &kol], &["kol"]).0);
    let (done, said) = run(&programme, &ask[..5], &["kol"]);
    assert!(done && !said.contains("is not destroyed"), "{said}");
}

/// It was said that silence works for the KOL, which it does not for an item that helps.
#[tokio::test(flavor = "multi_thread")]
async fn what_silence_does_to_the_score_is_said_before_a_contest_and_after() {
    let mut policy = policy();
    (policy.windows.admit, policy.windows.decide) = (Some(14), Some(30));
    let programme = Programme::start(policy).await;
    programme.admit("a4", MemberClass::Assessor, &[]).await;
    programme.accredit("a4").await;
    let kol = subject("kol").to_string();
    let mut items = Vec::new();
    for (assessor, level) in [("a1", 2), ("a2", 1), ("a3", 1), ("a4", 0)] {
        let mut body = assessment(programme.today());
        let all = || (1..=20).map(|number| format!("I{number}").parse().unwrap());
        body.grades = all().map(|id| (id, Some(level))).collect();
        // The lowest and the highest grades need evidence.
        let shown = all().filter(|_| level != 1).map(|id| (id, vec![text("seen").commitment().into()]));
        body.evidence = shown.collect();
        let draft = programme.draft(party(assessor), Some(subject("kol")), body);
        items.push(programme.recorded(draft, &[assessor]).await);
    }
    for (item, helps) in [(items[0], true), (items[3], false)] {
        let without = programme.get(format!("/v1/subjects/{kol}/score?without={item}")).await;
        let without = without["score"].as_i64().unwrap();
        let figure = format!("{}.{:02}", without / 100, without % 100);
        let target = seq_of(&programme, item).to_string();
        let grounds = ["--grounds", "factual_error", "--statement", "x"];
        let file = ["contest", "--subject", &kol, "--target", &target];
        let (done, said) = run(&programme, &[&file[..], &grounds].concat(), &["kol"]);
        assert!(done, "{said}");
        assert!(said.contains(&format!("which is then about {figure}")), "{said}");
        assert_eq!(said.contains("to win and silence both lower it"), helps, "{said}");
        let (_, said) = run(&programme, &["score", &kol], &[]);
        assert!(said.contains("if it is not decided before"), "{said}");
        assert_eq!(said.contains("the contested item helps the score"), helps, "{said}");
        assert!(run(&programme, &["withdraw", &newest(&programme)], &["kol"]).0);
    }
}
