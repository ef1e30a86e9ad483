//! Nobody of the council judges in its own cause.

use tinnhiem::dsse::EventId;
use tinnhiem::event::*;

use crate::adverse::{heard, impose, of, proposed, wait};
use crate::contests::id;
use crate::programme::*;
use crate::refusals::Provoked;

async fn move_to(programme: &Programme, member: &str, group: &str) {
    let group = Some(GroupId::alone(&party(group)));
    let body = MemberUpdated { member: party(member), class: None, group, name: None, roles: None };
    programme.recorded(programme.draft(PartyId::council(), None, body), &SEATS[..3]).await;
}

fn decided(contest: EventId) -> ContestDecided {
    let reason = text("why").commitment();
    ContestDecided { contest, outcome: Outcome::Rejected, effect: None, reason: reason.into(), panel: None }
}

async fn refused(programme: &Programme, body: impl Into<Body>, seats: &[&str]) {
    let draft = of(programme, "council", body);
    let draft = if draft.event.texts().is_empty() { draft } else { draft.with([text("why")]) };
    Provoked::default().note(programme.send(draft, seats).await, 403, "council.threshold");
}

/// Who assessed decided the contest of what it had said.
#[tokio::test(flavor = "multi_thread")]
async fn a_contest_is_decided_without_the_group_of_who_assessed_also_once_it_moved() {
    let programme = Programme::start(policy()).await;
    move_to(&programme, "a1", "seat-1").await;
    let item = programme.assess("a1", "kol").await;
    let contest = id(programme.contest("kol", item).await);
    refused(&programme, decided(contest), &SEATS[..3]).await;
    move_to(&programme, "a1", "elsewhere").await;
    refused(&programme, decided(contest), &SEATS[..3]).await;
    move_to(&programme, "a1", "seat-2").await;
    refused(&programme, decided(contest), &SEATS[1..4]).await;
    let draft = of(&programme, "council", decided(contest)).with([text("why")]);
    programme.recorded(draft, &SEATS[2..]).await;
}

/// Where the threshold can no longer be reached, all who are left sign.
#[tokio::test(flavor = "multi_thread")]
async fn where_few_are_left_all_of_them_decide_and_where_none_is_left_the_council_does() {
    let programme = Programme::start(policy()).await;
    let item = programme.assess("a1", "kol").await;
    let contest = id(programme.contest("kol", item).await);
    let council = (1..).zip(&SEATS[..3]);
    let council = council.map(|(seat, one)| Seat { seat, member: party(one), key: key(one).public() });
    let body = CouncilChanged { council: council.collect(), threshold: 3 };
    programme.recorded(programme.draft(PartyId::council(), None, body), &SEATS[..3]).await;
    move_to(&programme, "a1", "seat-1").await;
    refused(&programme, decided(contest), &SEATS[..2]).await;
    let draft = of(&programme, "council", decided(contest)).with([text("why")]);
    programme.recorded(draft, &SEATS[1..3]).await;
    let one = vec![Seat { seat: 1, member: party("seat-1"), key: key("seat-1").public() }];
    let body = CouncilChanged { council: one, threshold: 1 };
    programme.recorded(programme.draft(PartyId::council(), None, body), &SEATS[..3]).await;
    let item = programme.assess("a1", "kol").await;
    let contest = id(programme.contest("kol", item).await);
    let draft = of(&programme, "council", decided(contest)).with([text("why")]);
    programme.recorded(draft, &SEATS[..1]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_lifts_a_sanction_of_its_own_group_or_judges_what_it_proposed() {
    let programme = crate::adverse::programme(heard(1)).await;
    let body = sanction(programme.today(), Severity::S2, 90);
    let draft = of(&programme, "press", proposed(body.clone())).with([text("why")]);
    let proposal = programme.recorded(draft, &["press"]).await;
    wait(&programme, 2);
    // The press was in the hands of the first seat when it proposed.
    move_to(&programme, "press", "elsewhere").await;
    let body = SanctionImposed { proposal: Some(proposal), starts_on: programme.today(), ..body };
    refused(&programme, body.clone(), &SEATS[..3]).await;
    let item = id(impose(&programme, body, &SEATS[1..4]).await);
    let contest = id(programme.contest("kol", item).await);
    let reason = text("why").commitment();
    let late = ContestExtended { contest, reason: None };
    refused(&programme, late, &SEATS[..3]).await;
    let declined = ContestDeclined { contest, code: DeclineCode::NoCase, reason: reason.into() };
    refused(&programme, declined, &SEATS[..3]).await;
    refused(&programme, decided(contest), &SEATS[..3]).await;
    let lifted = || SanctionLifted { target: item, reason: None };
    refused(&programme, lifted(), &SEATS[..3]).await;
    programme.recorded(of(&programme, "council", lifted()), &SEATS[1..4]).await;
    // And a subject whose group holds a seat.
    let own = |name: &str| {
        let (body, profile) = enrolment(name);
        let body = SubjectEnrolled { group: GroupId::alone(&party("seat-2")), ..body };
        programme.draft(party("registrar"), Some(subject(name)), body).with([profile])
    };
    programme.recorded(own("third"), &["registrar", "third"]).await;
    let body = SanctionImposed { urgent: true, ..sanction(programme.today(), Severity::S4, 9) };
    let draft = programme.draft(PartyId::council(), Some(subject("third")), body).with([text("why")]);
    let target = programme.recorded(draft, &SEATS[..3]).await;
    let lift = |seats: &'static [&str]| {
        let body = SanctionLifted { target, reason: None };
        programme.send(programme.draft(PartyId::council(), Some(subject("third")), body), seats)
    };
    Provoked::default().note(lift(&["seat-1", "seat-2", "seat-3"]).await, 403, "council.threshold");
    lift(&["seat-1", "seat-3", "seat-4"]).await.unwrap();
}
