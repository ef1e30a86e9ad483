//! What is registered beside scores: the code of conduct, pledges to it, official decisions.

use serde_json::json;
use tinnhiem::client::Draft;
use tinnhiem::clock::Clock;
use tinnhiem::dsse::EventId;
use tinnhiem::event::*;
use tinnhiem::time::Date;

use crate::programme::*;
use crate::refusals::Provoked;

const DAY_MS: u64 = 86_400_000;

fn code(version: u32, clauses: &[&str]) -> CodePublished {
    let clauses = clauses.iter().map(|clause| clause.parse().unwrap()).collect();
    CodePublished { version, clauses, text: text("the code").commitment().into() }
}

/// Publishes a version of the code of conduct.
async fn publish_code(programme: &Programme, version: u32, clauses: &[&str]) -> EventId {
    let draft = programme.draft(PartyId::council(), None, code(version, clauses));
    programme.recorded(draft.with([text("the code")]), &SEATS[..3]).await
}

fn pledge(programme: &Programme, name: &str, code: EventId) -> Draft {
    let about = subject(name);
    programme.draft(PartyId::from(about), Some(about), PledgeSigned { code })
}

fn on_clause(programme: &Programme, code: EventId, clause: &str, days_ago: i32) -> Draft {
    let broken_on = programme.today().plus_days(-days_ago);
    let clause = ClauseBasis { code, clause: clause.parse().unwrap(), broken_on };
    let body = SanctionImposed {
        basis: Basis::Clause(clause),
        ..sanction(programme.today(), Severity::S2, 100 + days_ago)
    };
    programme.draft(PartyId::council(), Some(subject("kol")), body).with([text("why")])
}

/// Provokes the codes of the code of conduct.
pub async fn codes_and_pledges(programme: &Programme, provoked: &mut Provoked) {
    let seats = &SEATS[..3];
    let council = |body| programme.draft(PartyId::council(), None, body).with([text("the code")]);
    provoked.note(programme.send(council(code(2, &["D1"])), seats).await, 409, "code.version");
    for clauses in [&["D1", "D1"][..], &[]] {
        provoked.note(programme.send(council(code(1, clauses)), seats).await, 422, "code.clauses");
    }
    let first = publish_code(programme, 1, &["D1"]).await;
    let second = publish_code(programme, 2, &["D1", "D2"]).await;
    let answer = programme.send(pledge(programme, "other-kol", first), &["other-kol"]).await;
    provoked.note(answer, 409, "pledge.code");
    programme.recorded(pledge(programme, "other-kol", second), &["other-kol"]).await;
    let answer = programme.send(pledge(programme, "other-kol", second), &["other-kol"]).await;
    provoked.note(answer, 409, "pledge.exists");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sanction_names_a_clause_that_bound_the_subject_on_the_day_it_was_broken() {
    let clock = Clock::manual(Clock::system().now());
    let programme = Programme::start_at(policy(), clock.clone()).await;
    let mut provoked = Provoked::default();
    let seats = &SEATS[..3];
    let wait = |days: u64| clock.set(clock.now().plus_ms(days * DAY_MS));
    let first = publish_code(&programme, 1, &["D1", "D2"]).await;
    let unpledged = on_clause(&programme, first, "D1", 0);
    provoked.note(programme.send(unpledged, seats).await, 409, "sanction.basis");
    programme.recorded(pledge(&programme, "kol", first), &["kol"]).await;
    wait(10);
    let second = publish_code(&programme, 2, &["D1"]).await;
    programme.recorded(pledge(&programme, "kol", second), &["kol"]).await;
    wait(10);
    // The first bound from the 20th to the 10th day before today, the second from then on.
    for (code, clause, days_ago, bound) in [
        (first, "D2", 20, true),
        (first, "D2", 10, true),
        (first, "D2", 9, false),
        (first, "D2", 21, false),
        (first, "D3", 15, false),
        (second, "D1", 10, true),
        (second, "D1", 11, false),
        (second, "D2", 5, false),
        (second, "D1", -1, false),
    ] {
        let answer = programme.send(on_clause(&programme, code, clause, days_ago), seats).await;
        match bound {
            true => drop(answer.unwrap()),
            false => provoked.note(answer, 409, "sanction.basis"),
        }
    }
    let shown = programme.get(&format!("/v1/subjects/{}", subject("kol"))).await;
    assert_eq!(shown["pledged"], second.to_string());
}

/// An act of a court or agency.
pub fn act(code: &str, date: Date) -> OfficialAct {
    OfficialAct { authority: "Sở Văn hóa".to_owned(), code: code.to_owned(), date }
}

fn decided(programme: &Programme, act: OfficialAct) -> Draft {
    let body = DecisionRecorded { act, document: None };
    programme.draft(party("agency"), Some(subject("kol")), body)
}

fn overturned(programme: &Programme, target: EventId, act: OfficialAct) -> Draft {
    programme.draft(party("agency"), Some(subject("kol")), DecisionOverturned { target, act })
}

/// Provokes the codes of official decisions.
pub async fn decisions(programme: &Programme, provoked: &mut Provoked) {
    let today = programme.today();
    programme.admit("agency", MemberClass::StateAgency, &[]).await;
    let body = DecisionRecorded { act: act("1/QĐ", today), document: None };
    let business = programme.draft(party("business"), Some(subject("kol")), body);
    provoked.note(programme.send(business, &["business"]).await, 403, "issuer.not_allowed");
    let unnamed = OfficialAct { authority: String::new(), ..act("1/QĐ", today) };
    for wrong in [unnamed, act("", today), act("1/QĐ", today.plus_days(1))] {
        let draft = decided(programme, wrong);
        provoked.note(programme.send(draft, &["agency"]).await, 422, "decision.act");
    }
    let target = programme.recorded(decided(programme, act("1/QĐ", today)), &["agency"]).await;
    let again = decided(programme, act("1/QĐ", today));
    provoked.note(programme.send(again, &["agency"]).await, 409, "decision.exists");
    let early = overturned(programme, target, act("2/HC", today.plus_days(-1)));
    provoked.note(programme.send(early, &["agency"]).await, 422, "decision.act");
    let unknown = overturned(programme, EventId::from_bytes([1; 32]), act("2/HC", today));
    provoked.note(programme.send(unknown, &["agency"]).await, 409, "target.unknown");
    programme.recorded(overturned(programme, target, act("2/HC", today)), &["agency"]).await;
    let twice = overturned(programme, target, act("3/HC", today));
    provoked.note(programme.send(twice, &["agency"]).await, 409, "target.ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sanction_rests_on_a_decision_and_falls_with_it() {
    let programme = Programme::start(policy()).await;
    programme.admit("agency", MemberClass::StateAgency, &[]).await;
    let (today, seats) = (programme.today(), &SEATS[..3]);
    let on_decision = |days, decision| {
        let basis = Basis::Decision(decision);
        let body = SanctionImposed { basis, ..sanction(today, Severity::S4, days) };
        programme.draft(PartyId::council(), Some(subject("kol")), body).with([text("why")])
    };
    let target = programme.recorded(decided(&programme, act("1/QĐ", today)), &["agency"]).await;
    let shown = || programme.get("/v1/subjects/".to_owned() + &subject("kol").to_string());
    assert_eq!(shown().await["decisions"][0]["act"]["code"], "1/QĐ");
    programme.recorded(on_decision(100, target), seats).await;
    let withheld = shown().await;
    assert_eq!(withheld["standing"]["state"], "withheld");
    programme.recorded(overturned(&programme, target, act("2/HC", today)), &["agency"]).await;
    let after = shown().await;
    assert_eq!((&after["standing"]["state"], &after["decisions"]), (&"not_rated".into(), &json!([])));
    let path = format!("/v1/subjects/{}/score/{}/{today}", subject("kol"), withheld["size"]);
    assert_eq!(programme.get(&path).await["standing"], withheld["standing"]);
    let mut provoked = Provoked::default();
    provoked.note(programme.send(on_decision(99, target), seats).await, 409, "sanction.basis");
}
