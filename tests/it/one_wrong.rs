//! One wrong is sanctioned once, and not again once a contest cleared it; a sanction begins soon.

use serde_json::Value;
use tinnhiem::client::ClientError;
use tinnhiem::clock::Clock;
use tinnhiem::dsse::EventId;
use tinnhiem::event::*;

use crate::adverse::{heard, impose, of, proposed, wait};
use crate::contests::id;
use crate::programme::*;
use crate::refusals::Provoked;
use crate::register::act;

fn on(programme: &Programme, basis: Basis, days: i32) -> SanctionImposed {
    SanctionImposed { basis, ..sanction(programme.today(), Severity::S2, days) }
}

fn conduct(indicator: &str) -> Basis {
    Basis::Conduct(indicator.parse().unwrap())
}

async fn start() -> Programme {
    let programme = Programme::start_at(policy(), Clock::manual(Clock::system().now())).await;
    programme.admit("agency", MemberClass::StateAgency, &[]).await;
    programme
}

async fn contest(programme: &Programme, target: EventId) -> EventId {
    id(programme.contest("kol", target).await)
}

async fn decide(programme: &Programme, contest: EventId, outcome: Outcome, effect: Option<Effect>) {
    let reason = text("why").commitment();
    let body = ContestDecided { contest, outcome, effect, reason: reason.into(), panel: None };
    programme.recorded(of(programme, "council", body).with([text("why")]), &SEATS[..3]).await;
}

async fn by_council(programme: &Programme, body: impl Into<Body>) -> Result<Value, ClientError> {
    let draft = of(programme, "council", body);
    let draft = if draft.event.texts().is_empty() { draft } else { draft.with([text("why")]) };
    programme.send(draft, &SEATS[..3]).await
}

async fn retract(programme: &Programme, target: EventId) {
    let statement = text("why").commitment();
    let body = CorrectionIssued { target, action: CorrectionAction::Retract, statement: statement.into() };
    by_council(programme, body).await.unwrap();
}

/// The council imposed, on the day after a contest was upheld, the same sanction three times.
#[tokio::test(flavor = "multi_thread")]
async fn a_sanction_that_was_struck_does_not_come_back_and_one_that_stands_is_not_doubled() {
    let programme = start().await;
    let mut provoked = Provoked::default();
    let seats = &SEATS[..3];
    let body = |days| on(&programme, conduct("I1"), days);
    let item = id(impose(&programme, body(60), seats).await);
    provoked.note(impose(&programme, body(60), seats).await, 409, "sanction.settled");
    provoked.note(impose(&programme, body(10), seats).await, 409, "sanction.settled");
    let contest = contest(&programme, item).await;
    decide(&programme, contest, Outcome::Upheld, None).await;
    for days in [0, 1, 89] {
        wait(&programme, days);
        for _ in 0..3 {
            provoked.note(impose(&programme, body(60), seats).await, 409, "sanction.settled");
        }
    }
    impose(&programme, on(&programme, conduct("I2"), 60), seats).await.unwrap();
    // Whether it happened since, the basis cannot say: three months later it may have.
    wait(&programme, 1);
    impose(&programme, body(60), seats).await.unwrap();
    provoked.note(impose(&programme, body(60), seats).await, 409, "sanction.settled");
    wait(&programme, 60);
    impose(&programme, body(60), seats).await.unwrap();
}

/// Lifted or retracted while it is contested, the sanction would be imposed anew past the contest.
#[tokio::test(flavor = "multi_thread")]
async fn a_contest_is_not_passed_by_lifting_or_retracting_its_sanction() {
    let programme = start().await;
    let mut provoked = Provoked::default();
    let seats = &SEATS[..3];
    for (indicator, lifts) in [("I1", true), ("I2", false)] {
        let body = || on(&programme, conduct(indicator), 60);
        let item = id(impose(&programme, body(), seats).await);
        let contest = contest(&programme, item).await;
        match lifts {
            true => {
                drop(by_council(&programme, SanctionLifted { target: item, reason: None }).await.unwrap())
            }
            false => retract(&programme, item).await,
        }
        provoked.note(impose(&programme, body(), seats).await, 409, "sanction.settled");
        let about = PartyId::from(subject("kol"));
        let body_of_it = ContestWithdrawn { contest, reason: None };
        programme.recorded(programme.draft(about, Some(subject("kol")), body_of_it), &["kol"]).await;
        if lifts {
            // Lifted and imposed in turn, each would count for more than the one before.
            wait(&programme, 90);
            provoked.note(impose(&programme, body(), seats).await, 409, "sanction.settled");
            wait(&programme, 1);
        }
        impose(&programme, body(), seats).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_contest_made_milder_is_not_made_harsher_by_another() {
    let programme = start().await;
    let mut provoked = Provoked::default();
    let seats = &SEATS[..3];
    let body = || on(&programme, conduct("I1"), 60);
    let item = id(impose(&programme, body(), seats).await);
    let contest = contest(&programme, item).await;
    let milder = Reduction { severity: Severity::S1, ends_on: Some(programme.today().plus_days(1)) };
    decide(&programme, contest, Outcome::Partial, Some(Effect::Reduced(milder))).await;
    for days in [0, 2, 88] {
        wait(&programme, days);
        provoked.note(impose(&programme, body(), seats).await, 409, "sanction.settled");
    }
    wait(&programme, 1);
    impose(&programme, body(), seats).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_sanctioned_once_for_ever_unless_that_is_retracted() {
    let programme = start().await;
    let mut provoked = Provoked::default();
    let seats = &SEATS[..3];
    let decided = DecisionRecorded { act: act("1/QĐ", programme.today()), document: None };
    let decision = programme.recorded(of(&programme, "agency", decided), &["agency"]).await;
    let body = || on(&programme, Basis::Decision(decision), 20);
    let item = id(impose(&programme, body(), seats).await);
    retract(&programme, item).await;
    let item = id(impose(&programme, body(), seats).await);
    wait(&programme, 500);
    provoked.note(impose(&programme, body(), seats).await, 409, "sanction.settled");
    let contest = contest(&programme, item).await;
    decide(&programme, contest, Outcome::Upheld, None).await;
    wait(&programme, 500);
    provoked.note(impose(&programme, body(), seats).await, 409, "sanction.settled");
}

/// Another day of the same clause is another wrong; the same day is not.
#[tokio::test(flavor = "multi_thread")]
async fn a_clause_broken_on_one_day_is_sanctioned_once() {
    let programme = start().await;
    let mut provoked = Provoked::default();
    let seats = &SEATS[..3];
    let words = text("the code");
    let code =
        CodePublished { version: 1, clauses: vec!["D1".parse().unwrap()], text: words.commitment().into() };
    let code = programme.draft(PartyId::council(), None, code).with([words]);
    let code = programme.recorded(code, seats).await;
    let about = PartyId::from(subject("kol"));
    programme.recorded(programme.draft(about, Some(subject("kol")), PledgeSigned { code }), &["kol"]).await;
    wait(&programme, 5);
    let (first, second) = (programme.today().plus_days(-3), programme.today().plus_days(-2));
    let broken = |broken_on| {
        on(&programme, Basis::Clause(ClauseBasis { code, clause: "D1".parse().unwrap(), broken_on }), 20)
    };
    impose(&programme, broken(first), seats).await.unwrap();
    impose(&programme, broken(second), seats).await.unwrap();
    wait(&programme, 30);
    provoked.note(impose(&programme, broken(first), seats).await, 409, "sanction.settled");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_urgent_suspension_that_was_struck_is_not_confirmed() {
    let programme = crate::adverse::programme(heard(7)).await;
    let mut provoked = Provoked::default();
    let urgent = SanctionImposed { urgent: true, ..sanction(programme.today(), Severity::S4, 14) };
    let item = id(impose(&programme, urgent, &SEATS[..3]).await);
    let contest = contest(&programme, item).await;
    let regular = || sanction(programme.today(), Severity::S4, 30);
    let proposal = of(&programme, "press", proposed(regular())).with([text("why")]);
    let proposal = programme.recorded(proposal, &["press"]).await;
    wait(&programme, 8);
    decide(&programme, contest, Outcome::Upheld, None).await;
    let confirming = SanctionImposed { proposal: Some(proposal), ..regular() };
    provoked.note(impose(&programme, confirming, &SEATS[1..4]).await, 409, "sanction.settled");
    let again = of(&programme, "business", proposed(regular())).with([text("why")]);
    provoked.note(programme.send(again, &["business"]).await, 409, "sanction.settled");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_wait_begins_today_and_nothing_begins_after_a_month() {
    let programme = start().await;
    let mut provoked = Provoked::default();
    let seats = &SEATS[..3];
    let from = |days| sanction(programme.today().plus_days(days), Severity::S4, 14);
    provoked.note(impose(&programme, from(31), seats).await, 422, "sanction.starts_on");
    let later = SanctionImposed { urgent: true, ..from(1) };
    provoked.note(impose(&programme, later, seats).await, 422, "sanction.starts_on");
    impose(&programme, from(30), seats).await.unwrap();
    let programme = crate::adverse::programme(heard(7)).await;
    let body = proposed(sanction(programme.today().plus_days(31), Severity::S4, 14));
    let draft = of(&programme, "press", body).with([text("why")]);
    provoked.note(programme.send(draft, &["press"]).await, 422, "sanction.starts_on");
}
