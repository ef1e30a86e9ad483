//! Who must act by when: the listing, and the calendars.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;
use tinnhiem::clock::Clock;
use tinnhiem::event::*;

use crate::adverse::{notified, proposed};
use crate::contests::{Court, DAY_MS, id};
use crate::programme::*;
use crate::withdrawal::run;

/// A programme in which clocks of most kinds run.
async fn running() -> (Programme, String) {
    let mut policy = policy();
    (policy.windows.decide, policy.windows.file) = (Some(30), Some(183));
    let clock = Clock::manual(Clock::system().now());
    let programme = Programme::start_at(policy.clone(), clock).await;
    let today = programme.today();
    programme.assess("a2", "kol").await;
    let contested = programme.assess("a1", "kol").await;
    programme.impose("kol", Severity::S2, 60).await;
    let filed = programme.contest("kol", contested).await.unwrap();
    let recovered = KeyAdded { key: key("a1 again").public(), owner: Some(party("a1")) };
    let recovered = programme.draft(PartyId::council(), None, recovered);
    programme.recorded(recovered, &["seat-1", "seat-2", "seat-3", "a1 again"]).await;
    let body = endorsement(today);
    programme
        .recorded(programme.draft(party("business"), Some(subject("other-kol")), body), &["business"])
        .await;
    let coming = PolicyPublished { version: 2, effective_from: today.plus_days(90), policy };
    programme.recorded(programme.draft(PartyId::council(), None, coming), &SEATS[..3]).await;
    (programme, filed["id"].as_str().unwrap().to_owned())
}

async fn clocks(programme: &Programme, query: &str) -> Vec<Value> {
    programme.get(format!("/v1/clocks?{query}")).await["clocks"].as_array().unwrap().clone()
}

fn kinds(clocks: &[Value]) -> Vec<&str> {
    clocks.iter().map(|one| one["what"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clocks_of_the_programme_are_listed_the_soonest_first() {
    let (programme, filed) = running().await;
    let today = programme.today();
    let all = clocks(&programme, "").await;
    let expected = [
        ("key_recovery", 14, Some("a1"), "may"),
        ("contest_decision", 30, Some("council"), "must"),
        ("sanction_ends", 59, None, "will"),
        ("policy_begins", 90, None, "will"),
        ("contest_filing", 183, None, "may"),
        ("contest_filing", 183, None, "may"),
        ("endorsement_ends", 200, Some("business"), "will"),
        ("assessment_ends", 300, Some("a2"), "will"),
        ("assessment_ends", 300, Some("a1"), "will"),
    ];
    assert_eq!(kinds(&all), expected.map(|one| one.0));
    for (one, (what, days, who, duty)) in all.iter().zip(expected) {
        assert_eq!(one["due"], today.plus_days(days).to_string(), "{what}");
        assert_eq!(one["duty"], duty, "{what}");
        assert!(who.is_none_or(|who| one["who"] == who), "{one}");
        assert_eq!(one["missed"], false);
    }
    assert_eq!(all[1]["event"], filed);
    // Each party sees its own, a seat the council's; what is for everybody, all.
    assert_eq!(kinds(&clocks(&programme, "who=seat-2").await), ["contest_decision", "policy_begins"]);
    assert_eq!(kinds(&clocks(&programme, "who=a3").await), ["policy_begins"]);
    let own = format!("who={}", subject("kol"));
    let own = clocks(&programme, &own).await;
    // A subject's are all that run about it, whoever is to act.
    let about = |one: &&Value| one["subject"] == subject("kol").to_string() || one["who"].is_null();
    let about: Vec<_> = all.iter().filter(about).cloned().collect();
    assert_eq!(own, about);
    let about = clocks(&programme, &format!("subject={}", subject("other-kol"))).await;
    assert_eq!(kinds(&about), ["endorsement_ends"]);
    assert_eq!(kinds(&clocks(&programme, "duty=must").await), ["contest_decision"]);
    let until = format!("until={}", today.plus_days(59));
    assert_eq!(clocks(&programme, &until).await.len(), 3);
    // Page by page they are the same.
    let (mut paged, mut after) = (Vec::new(), String::new());
    loop {
        let page = programme.get(format!("/v1/clocks?limit=2{after}")).await;
        paged.extend(page["clocks"].as_array().unwrap().clone());
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(paged, all);
    let url = |path: &str| format!("{}/v1/{path}", programme.client.base());
    for (path, status) in
        [("clocks?after=soon", 400), ("clocks?limit=0", 400), ("members/nobody/clocks.ics", 404)]
    {
        assert_eq!(reqwest::get(url(path)).await.unwrap().status(), status, "{path}");
    }
    // Nobody decided.
    programme.clock.set(programme.clock.now().plus_ms(31 * DAY_MS));
    let must = clocks(&programme, "duty=must").await;
    assert_eq!((must.len(), &must[0]["missed"]), (1, &Value::Bool(true)));
    assert!(!kinds(&clocks(&programme, "").await).contains(&"key_recovery"));
}

/// Reads a calendar as strictly as RFC 5545 writes one; tells its name and its events.
fn read(text: &str) -> (String, Vec<BTreeMap<String, String>>) {
    assert!(text.ends_with("\r\n"));
    let mut lines: Vec<String> = Vec::new();
    for line in text.strip_suffix("\r\n").unwrap().split("\r\n") {
        assert!(line.len() <= 75 && !line.is_empty(), "{line}");
        assert!(!line.chars().any(char::is_control), "{line:?}");
        match line.strip_prefix(' ') {
            Some(more) => lines.last_mut().unwrap().push_str(more),
            None => lines.push(line.to_owned()),
        }
    }
    let mut parts = lines.iter().map(|line| line.split_once(':').unwrap());
    let mut expect = |name: &str, value: &str| assert_eq!(parts.next(), Some((name, value)));
    expect("BEGIN", "VCALENDAR");
    expect("VERSION", "2.0");
    let (mut events, mut head, mut open) = (Vec::new(), BTreeMap::new(), None);
    let mut zone = false;
    for (name, value) in parts {
        match (name, value) {
            ("BEGIN", "VEVENT") => assert!(open.replace(BTreeMap::new()).is_none()),
            ("END", "VEVENT") => events.push(open.take().unwrap()),
            ("END", "VCALENDAR") => assert!(open.is_none()),
            ("BEGIN", "VTIMEZONE") => zone = true,
            ("END", "VTIMEZONE") => zone = false,
            _ if zone => {}
            (name, value) => {
                let twice = open.as_mut().unwrap_or(&mut head).insert(name.to_owned(), unescaped(value));
                assert!(twice.is_none(), "{name} twice");
            }
        }
    }
    assert!(head.contains_key("PRODID"));
    assert_eq!((&*head["REFRESH-INTERVAL;VALUE=DURATION"], &*head["X-PUBLISHED-TTL"]), ("PT12H", "PT12H"));
    assert!(!events.is_empty() || text.contains("BEGIN:VTIMEZONE"), "a calendar has a component");
    assert_eq!(lines.last().unwrap(), "END:VCALENDAR");
    (head["NAME"].clone(), events)
}

/// Reads every calendar of a programme, and leaves it where `tests/calendars.py` reads it too.
async fn leave_calendars(programme: &Programme, history: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("calendars");
    std::fs::create_dir_all(&folder).unwrap();
    let members = programme.get("/v1/members").await;
    let members = members["members"].as_array().unwrap().iter().map(|one| one["member"].as_str().unwrap());
    let members = members.chain(["council"]).map(|member| format!("members/{member}"));
    for party in members.chain([format!("subjects/{}", subject("kol"))]) {
        let path = format!("{}/v1/{party}/clocks.ics", programme.client.base());
        let answer = reqwest::get(path).await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/calendar; charset=utf-8", "{party}");
        let calendar = answer.text().await.unwrap();
        read(&calendar);
        std::fs::write(folder.join(format!("{history} {}.ics", party.replace('/', " "))), calendar).unwrap();
    }
}

fn unescaped(value: &str) -> String {
    let (mut out, mut chars) = (String::new(), value.chars());
    while let Some(c) = chars.next() {
        assert!(!matches!(c, ';' | ','), "{value} is not escaped");
        out.push(match c {
            '\\' => match chars.next().unwrap() {
                'n' => '\n',
                c @ ('\\' | ';' | ',') => c,
                other => panic!("{other} was escaped"),
            },
            c => c,
        });
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn calendars_are_what_rfc_5545_says_and_follow_from_the_log() {
    let (programme, filed) = running().await;
    let name = "Báo; \"Nhịp\\Số\", và nhiều chữ nữa để tên này dài hơn bảy mươi lăm byte của một dòng";
    let named = MemberUpdated {
        member: party("a1"),
        name: Some(name.to_owned()),
        class: None,
        group: None,
        roles: None,
    };
    programme.recorded(programme.draft(PartyId::council(), None, named), &SEATS[..3]).await;
    let fetch = async |path: &str| {
        let answer = reqwest::get(format!("{}{path}", programme.client.base())).await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/calendar; charset=utf-8", "{path}");
        answer.text().await.unwrap()
    };
    let council = fetch("/v1/members/council/clocks.ics").await;
    let (_, events) = read(&council);
    assert_eq!(events.len(), 2);
    let decide = &events[0];
    assert!(decide["UID"].starts_with(&format!("contest_decision.{filed}@it.")), "{decide:?}");
    let due = programme.today().plus_days(30).to_string().replace('-', "");
    assert_eq!(decide["DTSTART;VALUE=DATE"], due);
    let entry = programme.get(format!("/v1/events/{filed}")).await;
    let stamp: String = entry["recorded_at"].as_str().unwrap()[..19].replace(['-', ':'], "") + "Z";
    assert_eq!(decide["DTSTAMP"], stamp);
    assert_eq!(decide["SUMMARY"], "hạn quyết định khiếu nại / a contest is to be decided");
    assert!(decide["DESCRIPTION"].contains(&format!("kol ({})\n", subject("kol"))), "{decide:?}");
    let (titled, own) = read(&fetch("/v1/members/a1/clocks.ics").await);
    assert_eq!((titled, own.len()), (format!("Tín nhiệm: {name}"), 3));
    let (_, mine) = read(&fetch(&format!("/v1/subjects/{}/clocks.ics", subject("kol"))).await);
    let uids: BTreeSet<&String> = mine.iter().map(|one| &one["UID"]).collect();
    assert_eq!((mine.len(), uids.len()), (7, 7));
    leave_calendars(&programme, "running").await;
    // Where nothing runs for somebody, its calendar is one all the same.
    let quiet = Programme::start(policy()).await;
    let empty = reqwest::get(format!("{}/v1/members/a1/clocks.ics", quiet.client.base())).await.unwrap();
    assert!(read(&empty.text().await.unwrap()).1.is_empty());
    leave_calendars(&quiet, "quiet").await;
    // No clock on the wall, but what the log says, is in it.
    programme.clock.set(programme.clock.now().plus_ms(DAY_MS));
    assert_eq!(fetch("/v1/members/council/clocks.ics").await, council);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_announced_is_answered_by_a_day_and_done_by_another() {
    let mut policy = policy();
    policy.windows.reply = Some(7);
    let programme = Programme::start_at(policy, Clock::manual(Clock::system().now())).await;
    let (today, about) = (programme.today(), subject("kol"));
    let send = async |issuer: PartyId, body: Body, signers: &[&str]| {
        let draft = programme.draft(issuer, Some(about), body);
        let texts = draft.event.texts();
        let attached = [text("why"), text("my case")];
        let attached: Vec<_> = attached.into_iter().filter(|one| texts.contains(&one.commitment())).collect();
        programme.recorded(draft.with(attached), signers).await
    };
    let notify = |who: &str| (party(who), notified(assessment(today)).into());
    let (a1, notice) = notify("a1");
    let notice = send(a1, notice, &["a1"]).await;
    let (a2, second) = notify("a2");
    send(a2, second, &["a2"]).await;
    let proposal = proposed(sanction(today.plus_days(8), Severity::S2, 30));
    let proposal = send(party("business"), proposal.into(), &["business"]).await;
    let of = async |who: &str| {
        let mut all = clocks(&programme, &format!("who={who}")).await;
        // A subject sees what others may do about it too.
        all.retain(|one| one["who"] == who);
        let shown = |one: &Value| {
            assert_eq!(one["duty"], "may");
            let (what, due) = (one["what"].as_str().unwrap(), one["due"].as_str().unwrap());
            (what.to_owned(), due.parse::<tinnhiem::time::Date>().unwrap().days_since(today))
        };
        all.iter().map(shown).collect::<Vec<_>>()
    };
    let kol = about.to_string();
    let own = ["notice_reply", "notice_reply", "proposal_reply"].map(|what| (what.to_owned(), 7));
    assert_eq!(of(&kol).await, own);
    for nobody in ["a1", "a2", "council", "business"] {
        assert_eq!(of(nobody).await, [], "{nobody}");
    }
    // Once it replied, what is replied to may be done at once; the rest after the days to reply.
    let statement = text("my case").commitment();
    let reply = AssessmentReplied { notice, statement: statement.into(), evidence: Vec::new() };
    send(about.into(), reply.into(), &["kol"]).await;
    assert_eq!(of(&kol).await, own[1..]);
    let publish = [("notice_use".to_owned(), 30)];
    assert_eq!((of("a1").await, of("a2").await), (publish.to_vec(), Vec::new()));
    let body = AssessmentPublished { notice: Some(notice), ..assessment(today) };
    send(party("a1"), body.into(), &["a1"]).await;
    assert!(of("council").await.is_empty());
    programme.clock.set(programme.clock.now().plus_ms(8 * DAY_MS));
    assert_eq!(of(&kol).await, []);
    assert_eq!(of("a2").await, publish);
    assert_eq!(of("council").await, [("proposal_use".to_owned(), 30)]);
    let body = SanctionImposed { proposal: Some(proposal), ..sanction(today.plus_days(8), Severity::S2, 30) };
    send(PartyId::council(), body.into(), &SEATS[..3]).await;
    assert_eq!(of("council").await, []);
    programme.clock.set(programme.clock.now().plus_ms(23 * DAY_MS));
    assert_eq!(of("a2").await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_who_sits_on_a_panel_sees_its_clock_and_the_subject_that_of_its_appeal() {
    let mut court = Court::open().await;
    let target = court.programme.assess("a1", "kol").await;
    let contest = court.file(target).await;
    let must = async |court: &Court| clocks(&court.programme, "duty=must").await;
    let owed = must(&court).await;
    assert_eq!(kinds(&owed), ["draw_reveal", "draw_reveal", "contest_admission"]);
    let who: BTreeSet<&str> = owed[..2].iter().map(|one| one["who"].as_str().unwrap()).collect();
    assert_eq!((who, &owed[0]["event"]), (["auditor", "operator"].into(), &contest.to_string().into()));
    assert_eq!(owed[0]["due"], court.programme.today().plus_days(3).to_string());
    id(court.council(ContestAdmitted { contest }).await);
    court.reveal_both(contest).await;
    let before = must(&court).await;
    assert_eq!((kinds(&before), &before[0]["who"]), (vec!["contest_decision"], &"council".into()));
    let (sat, panel) = court.seat(contest).await;
    let may = clocks(&court.programme, &format!("duty=may&who={}", subject("kol"))).await;
    assert_eq!((kinds(&may), &may[0]["event"]), (vec!["panel_challenge"], &contest.to_string().into()));
    assert_eq!(may[0]["due"], court.programme.today().plus_days(3).to_string());
    court.days(4);
    assert!(clocks(&court.programme, &format!("duty=may&who={}", subject("kol"))).await.is_empty());
    let due = must(&court).await;
    let who: BTreeSet<&str> = due.iter().map(|one| one["who"].as_str().unwrap()).collect();
    assert_eq!((due.len(), who), (3, sat.iter().map(String::as_str).collect()));
    // They stand on pages of their own, and on one day of the subject's calendar.
    let page = court.programme.get("/v1/clocks?duty=must&limit=2").await;
    let rest = format!("duty=must&after={}", page["next"].as_str().unwrap());
    assert_eq!(clocks(&court.programme, &rest).await, due[2..]);
    let path = format!("{}/v1/subjects/{}/clocks.ics", court.programme.client.base(), subject("kol"));
    let calendar = reqwest::get(path).await.unwrap().text().await.unwrap();
    assert_eq!(calendar.matches("UID:contest_decision").count(), 1);
    leave_calendars(&court.programme, "seated").await;
    let sat: Vec<&str> = sat.iter().map(String::as_str).collect();
    id(court.decide((contest, panel), Outcome::Rejected, None, &sat).await);
    leave_calendars(&court.programme, "decided").await;
    let own = clocks(&court.programme, &format!("duty=may&who={}", subject("kol"))).await;
    assert_eq!((kinds(&own), &own[0]["event"]), (vec!["appeal_filing"], &contest.to_string().into()));
    assert_eq!(own[0]["due"], court.programme.today().plus_days(30).to_string());
    id(court.appeal(contest).await);
    assert_eq!(kinds(&must(&court).await), ["draw_reveal", "draw_reveal", "appeal_decision"]);
    court.days(61);
    assert_eq!(must(&court).await[0]["missed"], true);
}

/// Those of a draw, and of what a KOL gave, stood in the list of all and not in the KOL's own.
#[tokio::test(flavor = "multi_thread")]
async fn every_clock_of_all_that_concerns_a_kol_is_in_its_own_listings() {
    let demo = crate::reading::Demo::start().await;
    let listed = async |query: String| {
        let (mut all, mut after) = (Vec::new(), String::new());
        loop {
            let page = demo.json(&format!("/v1/clocks?limit=1000{query}{after}")).await;
            all.extend(page["clocks"].as_array().unwrap().clone());
            let Some(next) = page["next"].as_str() else { return all };
            after = format!("&after={next}");
        }
    };
    let all = listed(String::new()).await;
    let is = |clock: &Value, member: &str, id: &str| clock[member].as_str() == Some(id);
    let subjects = demo.json("/v1/subjects?limit=1000").await;
    for one in subjects["subjects"].as_array().unwrap() {
        let id = one["subject"].as_str().unwrap();
        let about: Vec<Value> = all.iter().filter(|clock| is(clock, "subject", id)).cloned().collect();
        assert_eq!(listed(format!("&subject={id}")).await, about, "{id}");
        let concerns =
            |clock: &&Value| is(clock, "subject", id) || is(clock, "who", id) || clock["who"].is_null();
        let own: Vec<Value> = all.iter().filter(concerns).cloned().collect();
        assert_eq!(listed(format!("&who={id}")).await, own, "{id}");
    }
    assert!(kinds(&all).contains(&"draw_reveal"), "{:?}", kinds(&all));
    let given = |clock: &Value| {
        clock["who"]
            .as_str()
            .is_some_and(|who| who.starts_with("kol-") && clock["subject"].as_str() != Some(who))
    };
    assert!(all.iter().any(given));
}

/// Whoever had withdrawn a contest went on reading that values of its draw were due, and not what for.
#[tokio::test(flavor = "multi_thread")]
async fn a_draw_that_no_contest_waits_for_says_what_it_is_still_due_for() {
    let court = Court::open().await;
    let target = court.programme.assess("a1", "kol").await;
    let contest = court.file(target).await;
    let said = async || {
        let owed = clocks(&court.programme, "duty=must").await;
        let draws = owed.into_iter().filter(|one| one["what"] == "draw_reveal");
        let said: BTreeSet<String> = draws.map(|one| one["en"].as_str().unwrap().to_owned()).collect();
        assert_eq!(said.len(), 1, "{said:?}");
        said.into_iter().next().unwrap()
    };
    let filed = said().await;
    assert!(!filed.contains("withdrawn"), "{filed}");
    id(court.send("kol", ContestWithdrawn { contest, reason: None }, &["kol"]).await);
    assert!(said().await.contains("withdrawn, and has this draw if it is filed again"));
    let kol = subject("kol").to_string();
    let (_, me) = run(&court.programme, &["me", &kol], &[]);
    assert!(me.contains("and has this draw if it is filed again"), "{me}");
    let path = format!("{}/v1/subjects/{kol}/clocks.ics", court.programme.client.base());
    let calendar = reqwest::get(path).await.unwrap().text().await.unwrap().replace("\r\n ", "");
    assert!(calendar.contains("has this draw if it is filed again"), "{calendar}");
    // Filed again, it waits for the same draw.
    let contest = court.file(target).await;
    assert_eq!(said().await, filed);
    id(court.send("kol", ContestWithdrawn { contest, reason: None }, &["kol"]).await);
    id(court.send("kol", SubjectDeparted { reason: None }, &["kol"]).await);
    assert!(said().await.contains("no contest waits for it any more"));
}

/// The figure under a coming version took for granted that a contest would not be decided, and did not say so.
#[tokio::test(flavor = "multi_thread")]
async fn the_figure_under_a_coming_version_says_what_it_takes_for_granted() {
    let (programme, filed) = running().await;
    let today = programme.today();
    let seq = programme.get(format!("/v1/events/{filed}")).await["seq"].clone();
    let (done, said) = run(&programme, &["score", &subject("kol").to_string()], &[]);
    assert!(done, "{said}");
    let (from, eve, due) = (today.plus_days(90), today.plus_days(89), today.plus_days(30));
    assert!(said.contains(&format!("by policy 2, from {from} on")), "{said}");
    let unless = format!("if the contest of entry {seq}, due on {due}, is still not decided then");
    assert!(said.contains(&unless), "{said}");
    assert!(said.contains(&format!("on the day before, {eve}, by policy 1")), "{said}");
}
