//! Nothing adverse without a hearing: notices, proposals, replies, and the ways round them.

use serde_json::{Value, json};
use tinnhiem::client::{ClientError, Draft};
use tinnhiem::clock::Clock;
use tinnhiem::dsse::EventId;
use tinnhiem::event::*;
use tinnhiem::ledger::Ledger;
use tinnhiem::time::Date;

use crate::programme::*;
use crate::refusals::Provoked;

const DAY_MS: u64 = 86_400_000;

/// The programme's policy with so many days to reply.
pub fn heard(days: u16) -> Policy {
    let mut policy = policy();
    policy.windows.reply = Some(days);
    policy.notice_days = 1;
    policy
}

/// A programme whose clock stands at noon in Việt Nam.
pub async fn programme(policy: Policy) -> Programme {
    let programme =
        Programme::start_at(policy, Clock::manual("2026-03-02T05:00:00.000Z".parse().unwrap())).await;
    // The press is in the hands of who holds the first seat.
    let press = MemberAdmitted {
        group: GroupId::alone(&party("seat-1")),
        ..admission("press", MemberClass::Press, &[])
    };
    let admitted = programme.draft(PartyId::council(), None, press);
    programme.recorded(admitted, &["seat-1", "seat-2", "seat-3", "press"]).await;
    programme
}

pub fn wait(programme: &Programme, days: u64) {
    programme.clock.set(programme.clock.now().plus_ms(days * DAY_MS));
}

/// What is notified where this is to be published.
pub fn notified(body: AssessmentPublished) -> AssessmentNotified {
    AssessmentNotified {
        policy: body.policy,
        grades: body.grades,
        evidence: body.evidence,
        observed_from: body.observed_from,
        observed_until: body.observed_until,
        valid_until: body.valid_until,
        conflict: body.conflict,
        fee: body.fee,
        statement: body.statement,
    }
}

/// What is published where this was notified.
pub fn published(body: AssessmentNotified) -> AssessmentPublished {
    AssessmentPublished {
        policy: body.policy,
        grades: body.grades,
        evidence: body.evidence,
        observed_from: body.observed_from,
        observed_until: body.observed_until,
        valid_until: body.valid_until,
        conflict: body.conflict,
        fee: body.fee,
        statement: body.statement,
        notice: None,
    }
}

/// What is proposed where this is to be imposed.
pub fn proposed(body: SanctionImposed) -> SanctionProposed {
    let SanctionImposed { severity, basis, starts_on, ends_on, reason, .. } = body;
    SanctionProposed { severity, basis, starts_on, ends_on, reason }
}

pub fn of(programme: &Programme, by: &str, body: impl Into<Body>) -> Draft {
    programme.draft(party(by), Some(subject("kol")), body)
}

pub async fn notify(programme: &Programme, by: &str, body: AssessmentPublished) -> EventId {
    programme.recorded(attached(of(programme, by, notified(body))), &[by]).await
}

/// Attaches those of a few texts that the event names.
fn attached(draft: Draft) -> Draft {
    let texts = draft.event.texts();
    let known = [text("my side"), text("why")].into_iter().filter(|one| texts.contains(&one.commitment()));
    draft.with(known)
}

pub async fn publish(
    programme: &Programme,
    by: &str,
    notice: EventId,
    body: AssessmentPublished,
) -> Result<Value, ClientError> {
    let body = AssessmentPublished { notice: Some(notice), ..body };
    programme.send(attached(of(programme, by, body)), &[by]).await
}

async fn propose(programme: &Programme, by: &str, body: SanctionImposed) -> EventId {
    programme.recorded(of(programme, by, proposed(body)).with([text("why")]), &[by]).await
}

pub async fn impose(
    programme: &Programme,
    body: SanctionImposed,
    seats: &[&str],
) -> Result<Value, ClientError> {
    programme.send(of(programme, "council", body).with([text("why")]), seats).await
}

async fn reply(programme: &Programme, body: impl Into<Body>) -> Result<Value, ClientError> {
    let about = subject("kol");
    let draft = programme.draft(PartyId::from(about), Some(about), body);
    programme.send(draft.with([text("my side")]), &["kol"]).await
}

fn to_notice(notice: EventId) -> AssessmentReplied {
    AssessmentReplied { notice, statement: text("my side").commitment().into(), evidence: Vec::new() }
}

fn to_proposal(proposal: EventId) -> SanctionReplied {
    SanctionReplied { proposal, statement: text("my side").commitment().into(), evidence: Vec::new() }
}

pub async fn depart(programme: &Programme) -> Result<Value, ClientError> {
    reply_free(programme, SubjectDeparted { reason: None }).await
}

async fn reply_free(programme: &Programme, body: impl Into<Body>) -> Result<Value, ClientError> {
    let about = subject("kol");
    programme.send(programme.draft(PartyId::from(about), Some(about), body), &["kol"]).await
}

pub async fn shown(programme: &Programme, path: &str) -> Value {
    programme.get(format!("/v1/subjects/{}{path}", subject("kol"))).await
}

fn id(answer: Result<Value, ClientError>) -> EventId {
    answer.unwrap()["id"].as_str().unwrap().parse().unwrap()
}

/// The seats that sign beside the proposer's.
const OTHERS: [&str; 3] = ["seat-2", "seat-3", "seat-4"];

/// Provokes the codes of hearings.
pub async fn refusals(provoked: &mut Provoked) {
    let programme = programme(heard(7)).await;
    let today = programme.today();
    let good = || assessment(today);
    let unheard = of(&programme, "a1", good());
    provoked.note(programme.send(unheard, &["a1"]).await, 409, "assessment.notice");
    let unaccredited = of(&programme, "business", notified(good()));
    provoked.note(programme.send(unaccredited, &["business"]).await, 403, "assessment.scope");
    let odd = AssessmentPublished { grades: Levels::default(), ..good() };
    let odd = of(&programme, "a1", notified(odd));
    provoked.note(programme.send(odd, &["a1"]).await, 422, "assessment.grades");
    let notice = notify(&programme, "a1", good()).await;
    let again = of(&programme, "a1", notified(good()));
    provoked.note(programme.send(again, &["a1"]).await, 409, "notice.exists");
    provoked.note(publish(&programme, "a1", notice, good()).await, 409, "reply.pending");
    provoked.note(publish(&programme, "a2", notice, good()).await, 409, "assessment.notice");
    let stranger = programme.draft(party("a1"), Some(subject("kol")), to_notice(notice));
    provoked.note(programme.send(stranger.with([text("my side")]), &["a1"]).await, 403, "issuer.not_allowed");
    provoked.note(reply(&programme, to_notice(EventId::from_bytes([1; 32]))).await, 409, "target.unknown");
    reply(&programme, to_notice(notice)).await.unwrap();
    let twice = AssessmentReplied { evidence: vec![text("other").commitment().into()], ..to_notice(notice) };
    provoked.note(reply(&programme, twice).await, 409, "reply.given");
    let worse = AssessmentPublished { fee: true, grades: [("I1".parse().unwrap(), None)].into(), ..good() };
    provoked.note(publish(&programme, "a1", notice, worse).await, 422, "assessment.grades");
    let other = [("I1".parse().unwrap(), Some(1)), ("I2".parse().unwrap(), Some(1))].into();
    let worse = AssessmentPublished { grades: other, ..good() };
    provoked.note(publish(&programme, "a1", notice, worse).await, 409, "assessment.harsher");
    let item = id(publish(&programme, "a1", notice, good()).await);
    let late = AssessmentReplied { evidence: vec![text("late").commitment().into()], ..to_notice(notice) };
    provoked.note(reply(&programme, late).await, 409, "target.ended");
    let second = AssessmentPublished { fee: true, ..good() };
    provoked.note(publish(&programme, "a1", notice, second).await, 409, "assessment.notice");
    programme.contest("kol", item).await.unwrap();
    let copy = of(&programme, "a1", notified(good()));
    provoked.note(programme.send(copy, &["a1"]).await, 409, "assessment.contested");
    let notice = notify(&programme, "a2", good()).await;
    wait(&programme, 8);
    provoked.note(reply(&programme, to_notice(notice)).await, 422, "reply.late");
    sanctions(&programme, provoked).await;
    unasked(provoked).await;
}

async fn sanctions(programme: &Programme, provoked: &mut Provoked) {
    let today = programme.today();
    let good = || sanction(today, Severity::S2, 100);
    provoked.note(impose(programme, good(), &SEATS[..3]).await, 409, "sanction.proposal");
    let by_kol = of(programme, "kol", proposed(good())).event.body;
    let draft = programme.draft(PartyId::from(subject("kol")), Some(subject("other-kol")), by_kol);
    provoked.note(programme.send(draft.with([text("why")]), &["kol"]).await, 403, "issuer.not_allowed");
    let long = of(programme, "business", proposed(sanction(today, Severity::S2, 400)));
    provoked.note(programme.send(long.with([text("why")]), &["business"]).await, 422, "sanction.term");
    let proposal = propose(programme, "press", good()).await;
    let again = of(programme, "press", proposed(sanction(today, Severity::S1, 10)));
    provoked.note(programme.send(again.with([text("why")]), &["press"]).await, 409, "proposal.exists");
    let by = |body| SanctionImposed { proposal: Some(proposal), ..body };
    provoked.note(impose(programme, by(good()), &OTHERS).await, 409, "reply.pending");
    provoked.note(impose(programme, by(good()), &SEATS[..3]).await, 403, "council.threshold");
    provoked.note(depart(programme).await, 409, "subject.proposed");
    provoked.note(reply(programme, to_proposal(EventId::from_bytes([1; 32]))).await, 409, "target.unknown");
    reply(programme, to_proposal(proposal)).await.unwrap();
    let twice =
        SanctionReplied { evidence: vec![text("other").commitment().into()], ..to_proposal(proposal) };
    provoked.note(reply(programme, twice).await, 409, "reply.given");
    let harsher = by(sanction(today, Severity::S3, 100));
    provoked.note(impose(programme, harsher, &OTHERS).await, 409, "sanction.harsher");
    let both = SanctionImposed { urgent: true, ..by(sanction(today, Severity::S4, 10)) };
    provoked.note(impose(programme, both, &OTHERS).await, 422, "sanction.urgent");
    let urgent = || SanctionImposed { urgent: true, ..sanction(today, Severity::S4, 10) };
    impose(programme, urgent(), &SEATS[..3]).await.unwrap();
    let longer = SanctionImposed { ends_on: Some(today.plus_days(11)), ..urgent() };
    provoked.note(impose(programme, longer, &SEATS[..3]).await, 409, "sanction.urgent_again");
}

/// Where no reply is asked for, nothing is announced.
async fn unasked(provoked: &mut Provoked) {
    let programme = programme(policy()).await;
    let today = programme.today();
    let notice = of(&programme, "a1", notified(assessment(today)));
    provoked.note(programme.send(notice, &["a1"]).await, 409, "reply.unasked");
    let proposal = of(&programme, "press", proposed(sanction(today, Severity::S2, 10)));
    provoked.note(programme.send(proposal.with([text("why")]), &["press"]).await, 409, "reply.unasked");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_day_to_reply_ends_at_midnight_in_the_ledgers_own_time() {
    let programme = programme(heard(7)).await;
    let mut provoked = Provoked::default();
    let good = assessment(programme.today());
    let first = notify(&programme, "a1", good.clone()).await;
    let second = notify(&programme, "a2", good.clone()).await;
    let proposal = propose(&programme, "press", sanction(programme.today(), Severity::S1, 10)).await;
    let list = shown(&programme, "/notices").await;
    let clocks = |one: &Value| (one["stage"].clone(), one["reply_by"].clone(), one["use_by"].clone());
    let waits = (json!("waiting"), json!("2026-03-09"), json!("2026-04-01"));
    assert_eq!((clocks(&list["notices"][1]), clocks(&list["proposals"][0])), (waits.clone(), waits));
    // 23:59:59.999 at UTC+7 on the seventh day after.
    programme.clock.set("2026-03-09T16:59:59.900Z".parse().unwrap());
    provoked.note(publish(&programme, "a1", first, good.clone()).await, 409, "reply.pending");
    let imposed = SanctionImposed {
        proposal: Some(proposal),
        ..sanction("2026-03-10".parse().unwrap(), Severity::S1, 10)
    };
    provoked.note(impose(&programme, imposed.clone(), &OTHERS).await, 409, "reply.pending");
    let said = id(reply(&programme, to_notice(first)).await);
    // A reply ends the waiting at once, also on its last day.
    let item = id(publish(&programme, "a1", first, good.clone()).await);
    programme.clock.set("2026-03-09T17:00:00.000Z".parse().unwrap());
    provoked.note(reply(&programme, to_notice(second)).await, 422, "reply.late");
    provoked.note(reply(&programme, to_proposal(proposal)).await, 422, "reply.late");
    id(publish(&programme, "a2", second, good).await);
    let imposed = id(impose(&programme, imposed, &OTHERS).await);
    // The reply stands beside the assessment, and nothing beside what was not replied to.
    let score = shown(&programme, "/score").await;
    let stands = json!({"event": said, "on": "2026-03-09", "statement": text("my side").commitment()});
    assert_eq!(
        (&score["assessments"][0]["reply"], &score["assessments"][1]["reply"]),
        (&stands, &Value::Null)
    );
    assert_eq!(
        (&score["sanctions"][0]["event"], &score["sanctions"][0]["reply"]),
        (&json!(imposed), &Value::Null)
    );
    let history = shown(&programme, "/history").await;
    let beside: Vec<&Value> = history["history"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["reply"] == stands)
        .map(|row| &row["id"])
        .collect();
    assert_eq!(beside, [&json!(first), &json!(item)]);
    let record = programme.get("/v1/members/a1/record").await;
    assert_eq!(
        (&record["assessments"]["notified"], &record["assessments"]["replied"]),
        (&json!(1), &json!(1))
    );
    let list = shown(&programme, "/notices").await;
    assert_eq!((&list["notices"], &list["proposals"]), (&json!([]), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_days_to_reply_are_the_day_itself() {
    let programme = programme(heard(0)).await;
    let mut provoked = Provoked::default();
    let good = assessment(programme.today());
    let notice = notify(&programme, "a1", good.clone()).await;
    provoked.note(publish(&programme, "a1", notice, good.clone()).await, 409, "reply.pending");
    wait(&programme, 1);
    provoked.note(reply(&programme, to_notice(notice)).await, 422, "reply.late");
    publish(&programme, "a1", notice, good).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_thirtieth_day_is_the_last_to_use_a_notice_or_a_proposal() {
    let programme = programme(heard(7)).await;
    let mut provoked = Provoked::default();
    let (today, good) = (programme.today(), assessment(programme.today()));
    let first = notify(&programme, "a1", good.clone()).await;
    let second = notify(&programme, "a2", good.clone()).await;
    let used = propose(&programme, "press", sanction(today, Severity::S1, 10)).await;
    let other = |on| SanctionImposed {
        basis: Basis::Conduct("I6".parse().unwrap()),
        ..sanction(on, Severity::S1, 10)
    };
    let unused = propose(&programme, "business", other(today)).await;
    wait(&programme, 30);
    publish(&programme, "a1", first, good.clone()).await.unwrap();
    let by = |proposal| SanctionImposed {
        proposal: Some(proposal),
        ..sanction(programme.today(), Severity::S1, 10)
    };
    impose(&programme, by(used), &OTHERS).await.unwrap();
    provoked.note(depart(&programme).await, 409, "subject.sanctioned");
    wait(&programme, 1);
    assert_eq!(shown(&programme, "/notices").await["notices"], json!([]));
    provoked.note(publish(&programme, "a2", second, good.clone()).await, 409, "assessment.notice");
    let late = SanctionImposed { proposal: Some(unused), ..other(programme.today()) };
    provoked.note(impose(&programme, late, &OTHERS).await, 409, "sanction.proposal");
    // What has lapsed is announced anew.
    let third = notify(&programme, "a2", good).await;
    let list = shown(&programme, "/notices").await;
    assert_eq!(
        (list["notices"].as_array().unwrap().len(), &list["notices"][0]["notice"]),
        (1, &json!(third))
    );
    propose(&programme, "business", other(programme.today())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_is_what_was_notified_or_better() {
    let programme = programme(heard(7)).await;
    let mut provoked = Provoked::default();
    let today = programme.today();
    let (shown, unseen) = (Commitment::to(&[3; 32], b"shown"), Commitment::to(&[3; 32], b"unseen"));
    let graded = |levels: [Option<u16>; 3]| AssessmentPublished {
        grades: ["I1", "I2", "I3"].map(|id| id.parse().unwrap()).into_iter().zip(levels).collect(),
        evidence: [("I1".parse().unwrap(), vec![shown.into()])].into(),
        ..assessment(today)
    };
    let said = AssessmentPublished {
        statement: Some(text("my side").commitment().into()),
        ..graded([Some(0), Some(1), None])
    };
    let good = || said.clone();
    let notice = notify(&programme, "a1", AssessmentPublished { fee: true, ..good() }).await;
    reply(&programme, to_notice(notice)).await.unwrap();
    let with = |body: AssessmentPublished, id: &str, piece| {
        let evidence = body.evidence.clone().into_iter().chain([(id.parse().unwrap(), vec![piece])]);
        AssessmentPublished { evidence: evidence.collect(), ..body }
    };
    let fee = |body| AssessmentPublished { fee: true, ..body };
    for switched in [
        good(),
        fee(graded([Some(0), Some(1), Some(1)])),
        fee(graded([Some(0), None, None])),
        fee(with(graded([Some(0), Some(0), None]), "I2", shown.into())),
        fee(with(good(), "I1", unseen.into())),
        fee(with(good(), "I2", unseen.into())),
        fee(AssessmentPublished { statement: Some(text("why").commitment().into()), ..good() }),
        fee(AssessmentPublished { observed_from: today.plus_days(-11), ..good() }),
        fee(AssessmentPublished { observed_until: today.plus_days(-1), ..good() }),
        fee(AssessmentPublished { valid_until: Some(today.plus_days(301)), ..good() }),
    ] {
        provoked.note(publish(&programme, "a1", notice, switched).await, 409, "assessment.harsher");
    }
    let dropped = AssessmentPublished { grades: [("I1".parse().unwrap(), Some(0))].into(), ..fee(good()) };
    provoked.note(publish(&programme, "a1", notice, dropped).await, 409, "assessment.harsher");
    // A level that rises may rest on what the reply brought; a tie that came to light is told.
    let better = with(graded([Some(1), Some(2), None]), "I2", unseen.into());
    publish(&programme, "a1", notice, AssessmentPublished { conflict: true, ..fee(better) }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_runs_and_grades_count_by_the_policy_under_which_it_was_notified() {
    let programme = programme(heard(7)).await;
    let mut provoked = Provoked::default();
    let good = assessment(programme.today());
    let notice = notify(&programme, "a1", good.clone()).await;
    let proposal = propose(&programme, "press", sanction(programme.today(), Severity::S1, 10)).await;
    for (version, days) in [(2, Some(0)), (3, None)] {
        let mut policy = heard(0);
        policy.windows.reply = days;
        let effective_from = programme.today().plus_days(1);
        let body = PolicyPublished { version, effective_from, policy };
        programme.recorded(programme.draft(PartyId::council(), None, body), &SEATS[..3]).await;
        wait(&programme, 1);
        provoked.note(publish(&programme, "a1", notice, good.clone()).await, 409, "reply.pending");
        let newer = AssessmentPublished { policy: version, ..good.clone() };
        provoked.note(publish(&programme, "a1", notice, newer).await, 409, "assessment.policy");
    }
    // Nor is what was announced done without naming it, where nothing need be announced any more.
    let newer = AssessmentPublished { policy: 3, ..good.clone() };
    provoked.note(programme.send(of(&programme, "a1", newer), &["a1"]).await, 409, "reply.pending");
    let at_once = sanction(programme.today(), Severity::S1, 10);
    provoked.note(impose(&programme, at_once.clone(), &SEATS[..3]).await, 409, "reply.pending");
    let other = SanctionImposed { basis: Basis::Conduct("I6".parse().unwrap()), ..at_once.clone() };
    impose(&programme, other, &SEATS[..3]).await.unwrap();
    reply(&programme, to_proposal(proposal)).await.unwrap();
    impose(&programme, at_once, &SEATS[..3]).await.unwrap();
    reply(&programme, to_notice(notice)).await.unwrap();
    publish(&programme, "a1", notice, good.clone()).await.unwrap();
    // Where no reply is asked for any more, others publish at once.
    let newer = AssessmentPublished { policy: 3, ..good };
    programme.recorded(of(&programme, "a2", newer), &["a2"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sanction_is_what_was_proposed_or_milder_and_its_proposer_has_no_say() {
    let programme = programme(heard(7)).await;
    let mut provoked = Provoked::default();
    let today = programme.today();
    let proposal = propose(&programme, "press", sanction(today, Severity::S4, 100)).await;
    let said = id(reply(&programme, to_proposal(proposal)).await);
    let by = |body| SanctionImposed { proposal: Some(proposal), ..body };
    wait(&programme, 3);
    let today = today.plus_days(3);
    let conduct = |id: &str| Basis::Conduct(id.parse().unwrap());
    for harsher in [
        SanctionImposed { severity: Severity::S5, ends_on: None, ..sanction(today, Severity::S4, 1) },
        sanction(today, Severity::S4, 101),
        SanctionImposed { basis: conduct("I6"), ..sanction(today, Severity::S4, 100) },
        SanctionImposed {
            reason: text("the code").commitment().into(),
            ..sanction(today, Severity::S4, 100)
        },
    ] {
        let draft = of(&programme, "council", by(harsher)).with([text("why"), text("the code")]);
        let texts = draft.event.texts();
        let draft = Draft {
            attachments: draft
                .attachments
                .into_iter()
                .filter(|one| texts.contains(&one.commitment()))
                .collect(),
            ..draft
        };
        provoked.note(programme.send(draft, &OTHERS).await, 409, "sanction.harsher");
    }
    // The first seat's owner proposed it: with or without that signature, two others are too few.
    let good = || by(sanction(today, Severity::S4, 100));
    provoked.note(impose(&programme, good(), &OTHERS[..2]).await, 403, "council.threshold");
    let three = ["seat-1", "seat-2", "seat-3"];
    provoked.note(impose(&programme, good(), &three).await, 403, "council.threshold");
    let four = ["seat-1", "seat-2", "seat-3", "seat-4"];
    provoked.note(impose(&programme, good(), &four).await, 422, "signature.unneeded");
    // Begun later, it is as long as proposed.
    let imposed = id(impose(&programme, good(), &OTHERS).await);
    let score = shown(&programme, "/score").await;
    let shown = &score["sanctions"][0];
    assert_eq!((&shown["event"], &shown["reply"]["event"]), (&json!(imposed), &json!(said)));
    assert_eq!(score["standing"]["state"], "withheld");
    provoked.note(impose(&programme, good(), &OTHERS).await, 409, "sanction.settled");
    wait(&programme, 100);
    let again = by(sanction(programme.today(), Severity::S4, 100));
    provoked.note(impose(&programme, again, &OTHERS).await, 409, "sanction.proposal");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sanction_proposed_for_a_day_does_not_begin_before() {
    let programme = programme(heard(7)).await;
    let mut provoked = Provoked::default();
    let (today, later) = (programme.today(), programme.today().plus_days(20));
    let proposal = propose(&programme, "press", sanction(later, Severity::S2, 100)).await;
    reply(&programme, to_proposal(proposal)).await.unwrap();
    let by = |body| SanctionImposed { proposal: Some(proposal), ..body };
    let early = by(sanction(today, Severity::S2, 100));
    provoked.note(impose(&programme, early, &OTHERS).await, 409, "sanction.harsher");
    // Milder in severity, term and beginning.
    impose(&programme, by(sanction(later.plus_days(1), Severity::S1, 99)), &OTHERS).await.unwrap();
}

/// S4 and S5 take as many signatures as the policy says, or all that did not propose it.
#[tokio::test(flavor = "multi_thread")]
async fn a_grave_sanction_needs_every_seat_that_may_sign_where_they_are_few() {
    let mut strict = heard(7);
    strict.sanction.grave_signatures = 5;
    let programme = programme(strict).await;
    let mut provoked = Provoked::default();
    let body = sanction(programme.today(), Severity::S4, 100);
    let proposal = propose(&programme, "press", body.clone()).await;
    reply(&programme, to_proposal(proposal)).await.unwrap();
    let by = || SanctionImposed { proposal: Some(proposal), ..body.clone() };
    provoked.note(impose(&programme, by(), &OTHERS).await, 403, "sanction.grave");
    impose(&programme, by(), &SEATS[1..]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_urgent_suspension_is_over_unless_it_is_confirmed() {
    let programme = programme(heard(7)).await;
    let mut provoked = Provoked::default();
    let urgent =
        |on: Date, days, basis| SanctionImposed { urgent: true, basis, ..sanction(on, Severity::S4, days) };
    let conduct = |id: &str| Basis::Conduct(id.parse().unwrap());
    let today = programme.today();
    let state = async || shown(&programme, "/score").await["standing"]["state"].clone();
    let long = urgent(today, 15, conduct("I5"));
    provoked.note(impose(&programme, long, &SEATS[..3]).await, 422, "sanction.urgent");
    impose(&programme, urgent(today, 14, conduct("I5")), &SEATS[..3]).await.unwrap();
    assert_eq!(state().await, "withheld");
    // Not once more beside it, after it, or on another basis right after it.
    let mut again = async |basis| {
        let again = urgent(programme.today(), 14, conduct(basis));
        provoked.note(impose(&programme, again, &SEATS[..3]).await, 409, "sanction.urgent_again");
    };
    again("I6").await;
    let proposal = propose(&programme, "press", sanction(today, Severity::S4, 30)).await;
    wait(&programme, 14);
    for basis in ["I5", "I6"] {
        again(basis).await;
    }
    assert_eq!(state().await, "not_rated");
    // The hearing confirms it.
    let regular = sanction(programme.today(), Severity::S4, 30);
    let regular = SanctionImposed { proposal: Some(proposal), ..regular };
    let confirmed = id(impose(&programme, regular, &OTHERS).await);
    assert_eq!(state().await, "withheld");
    let lift = SanctionLifted { target: confirmed, reason: None };
    programme.recorded(of(&programme, "council", lift), &OTHERS).await;
    // Being lifted makes nothing urgent again; a month makes another basis, a year the same one.
    wait(&programme, 28);
    again("I6").await;
    wait(&programme, 1);
    impose(&programme, urgent(programme.today(), 14, conduct("I6")), &SEATS[..3]).await.unwrap();
    wait(&programme, 364 - 43);
    again("I5").await;
    wait(&programme, 1);
    impose(&programme, urgent(programme.today(), 14, conduct("I5")), &SEATS[..3]).await.unwrap();
}

/// A clause was broken on many days, in many versions: it is one basis all the same.
#[tokio::test(flavor = "multi_thread")]
async fn another_day_of_the_same_clause_is_not_another_basis() {
    let programme = programme(heard(7)).await;
    let mut provoked = Provoked::default();
    let code = CodePublished {
        version: 1,
        clauses: vec!["D1".parse().unwrap()],
        text: text("the code").commitment().into(),
    };
    let code = programme.draft(PartyId::council(), None, code).with([text("the code")]);
    let code = programme.recorded(code, &SEATS[..3]).await;
    reply_free(&programme, PledgeSigned { code }).await.unwrap();
    wait(&programme, 1);
    let on = |days: i32| {
        let broken_on = programme.today().plus_days(-days);
        let basis = Basis::Clause(ClauseBasis { code, clause: "D1".parse().unwrap(), broken_on });
        SanctionImposed { urgent: true, basis, ..sanction(programme.today(), Severity::S4, 14) }
    };
    impose(&programme, on(1), &SEATS[..3]).await.unwrap();
    wait(&programme, 100);
    provoked.note(impose(&programme, on(0), &SEATS[..3]).await, 409, "sanction.urgent_again");
}

/// A slander that is contested or struck comes back ten times: as a copy, over a part of the same days,
/// through a notice kept ready, and from a sister in the same hands.
#[tokio::test(flavor = "multi_thread")]
async fn ten_copies_of_a_slander_are_refused() {
    let programme = programme(policy()).await;
    let mut provoked = Provoked::default();
    let sister = MemberAdmitted {
        group: GroupId::alone(&party("a1")),
        ..admission("sister", MemberClass::Assessor, &[])
    };
    let sister = programme.draft(PartyId::council(), None, sister);
    programme.recorded(sister, &["seat-1", "seat-2", "seat-3", "sister"]).await;
    programme.accredit("sister").await;
    let today = programme.today();
    let slander = |from: i32, until: i32| AssessmentPublished {
        grades: [("I1".parse().unwrap(), Some(0))].into(),
        evidence: [("I1".parse().unwrap(), vec![Commitment::to(&[3; 32], b"forged").into()])].into(),
        observed_from: today.plus_days(from),
        observed_until: today.plus_days(until),
        ..assessment(today)
    };
    let item = programme.recorded(of(&programme, "a1", slander(-40, -20)), &["a1"]).await;
    let contest: EventId = id(programme.contest("kol", item).await);
    let decide = |outcome, effect| {
        let reason = text("why").commitment();
        let body = ContestDecided { contest, outcome, effect, reason: reason.into(), panel: None };
        of(&programme, "council", body).with([text("why")])
    };
    let copies = async |provoked: &mut Provoked| {
        for copy in 0..10 {
            let by = ["a1", "sister"][copy % 2];
            let body = slander(-40 + copy as i32, if copy < 5 { -20 } else { 0 });
            let answer = programme.send(of(&programme, by, body), &[by]).await;
            provoked.note(answer, 409, "assessment.contested");
        }
        let last_day = programme.send(of(&programme, "a1", slander(-20, 0)), &["a1"]).await;
        provoked.note(last_day, 409, "assessment.contested");
    };
    copies(&mut provoked).await;
    let withdraw = AssessmentWithdrawn { target: item, reason: None };
    programme.recorded(of(&programme, "a1", withdraw), &["a1"]).await;
    copies(&mut provoked).await;
    programme.recorded(decide(Outcome::Upheld, None), &SEATS[..3]).await;
    copies(&mut provoked).await;
    assert_eq!(shown(&programme, "/score").await["assessments"], json!([]));
    // Others may grade the same days, and the same assessor later ones; a newer one ends the older.
    programme.recorded(of(&programme, "a2", slander(-40, -20)), &["a2"]).await;
    programme.recorded(of(&programme, "a1", slander(-19, 0)), &["a1"]).await;
    programme.recorded(of(&programme, "a1", slander(-10, 0)), &["a1"]).await;
    assert_eq!(shown(&programme, "/score").await["assessments"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contest_that_fails_frees_the_days_and_one_in_part_keeps_what_was_struck() {
    let programme = programme(policy()).await;
    let mut provoked = Provoked::default();
    let today = programme.today();
    let graded = |ids: &[&str], days: i32| AssessmentPublished {
        grades: ids.iter().map(|id| (id.parse().unwrap(), Some(1))).collect(),
        observed_from: today.plus_days(-days),
        ..assessment(today)
    };
    for (number, outcome) in [Outcome::Rejected, Outcome::Partial].into_iter().enumerate() {
        let item =
            programme.recorded(of(&programme, "a1", graded(&["I1", "I2"], number as i32)), &["a1"]).await;
        let contest = id(programme.contest("kol", item).await);
        let part = outcome == Outcome::Partial;
        let effect = part.then(|| Effect::Struck(vec!["I1".parse().unwrap()]));
        let reason = text("why").commitment();
        let body = ContestDecided { contest, outcome, effect, reason: reason.into(), panel: None };
        let decided = of(&programme, "council", body).with([text("why")]);
        let copy = of(&programme, "a1", graded(&["I2"], 5));
        provoked.note(programme.send(copy, &["a1"]).await, 409, "assessment.contested");
        programme.recorded(decided, &SEATS[..3]).await;
    }
    let struck = of(&programme, "a1", graded(&["I1", "I2"], 5));
    provoked.note(programme.send(struck, &["a1"]).await, 409, "assessment.contested");
    programme.recorded(of(&programme, "a1", graded(&["I2"], 5)), &["a1"]).await;
    // A contest that is withdrawn bars nothing either.
    let item = programme.recorded(of(&programme, "a2", graded(&["I1"], 5)), &["a2"]).await;
    let contest = id(programme.contest("kol", item).await);
    reply_free(&programme, ContestWithdrawn { contest, reason: None }).await.unwrap();
    programme.recorded(of(&programme, "a2", graded(&["I1"], 6)), &["a2"]).await;
}

/// A notice kept ready while the contest is decided does not bring the slander back.
#[tokio::test(flavor = "multi_thread")]
async fn a_notice_kept_ready_does_not_pass_a_contest() {
    let programme = programme(heard(7)).await;
    let mut provoked = Provoked::default();
    let good = assessment(programme.today());
    let first = notify(&programme, "a1", good.clone()).await;
    reply(&programme, to_notice(first)).await.unwrap();
    let item = id(publish(&programme, "a1", first, good.clone()).await);
    let ready = notify(&programme, "a1", good.clone()).await;
    programme.contest("kol", item).await.unwrap();
    wait(&programme, 8);
    provoked.note(publish(&programme, "a1", ready, good).await, 409, "assessment.contested");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_departs_to_shed_a_sanction() {
    let programme = programme(heard(7)).await;
    let mut provoked = Provoked::default();
    let today = programme.today();
    let proposal = propose(&programme, "press", sanction(today.plus_days(20), Severity::S2, 30)).await;
    provoked.note(depart(&programme).await, 409, "subject.proposed");
    reply(&programme, to_proposal(proposal)).await.unwrap();
    provoked.note(depart(&programme).await, 409, "subject.proposed");
    let body = sanction(today.plus_days(20), Severity::S2, 30);
    let imposed = SanctionImposed { proposal: Some(proposal), ..body };
    let imposed = id(impose(&programme, imposed, &OTHERS).await);
    // Before its first day, on its last, and while it is contested.
    provoked.note(depart(&programme).await, 409, "subject.sanctioned");
    let contest = id(programme.contest("kol", imposed).await);
    wait(&programme, 49);
    provoked.note(depart(&programme).await, 409, "subject.sanctioned");
    wait(&programme, 1);
    provoked.note(depart(&programme).await, 409, "subject.contesting");
    reply_free(&programme, ContestWithdrawn { contest, reason: None }).await.unwrap();
    // A notice of an assessment holds nobody, and what has lapsed neither.
    notify(&programme, "a1", assessment(programme.today())).await;
    propose(&programme, "press", sanction(programme.today(), Severity::S2, 30)).await;
    wait(&programme, 30);
    provoked.note(depart(&programme).await, 409, "subject.proposed");
    wait(&programme, 1);
    depart(&programme).await.unwrap();
}

/// One member after the other lapsed proposal held the subject in the programme for ever.
#[tokio::test(flavor = "multi_thread")]
async fn who_only_proposes_holds_nobody_for_long() {
    let programme = programme(heard(7)).await;
    let mut provoked = Provoked::default();
    let again = async || propose(&programme, "press", sanction(programme.today(), Severity::S1, 10)).await;
    again().await;
    wait(&programme, 30);
    provoked.note(depart(&programme).await, 409, "subject.proposed");
    wait(&programme, 1);
    again().await;
    wait(&programme, 31);
    again().await;
    // Another's first one holds, and after three months so does this one's.
    let other = propose(&programme, "business", sanction(programme.today(), Severity::S1, 10)).await;
    provoked.note(depart(&programme).await, 409, "subject.proposed");
    wait(&programme, 8);
    let by = SanctionImposed { proposal: Some(other), ..sanction(programme.today(), Severity::S1, 10) };
    impose(&programme, by, &SEATS[..3]).await.unwrap();
    wait(&programme, 84);
    again().await;
    provoked.note(depart(&programme).await, 409, "subject.proposed");
    wait(&programme, 31);
    again().await;
    depart(&programme).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_knows_the_same_notices_replies_and_bars() {
    let programme = programme(heard(3)).await;
    let (today, good) = (programme.today(), assessment(programme.today()));
    let used = notify(&programme, "a1", good.clone()).await;
    reply(&programme, to_notice(used)).await.unwrap();
    let item = id(publish(&programme, "a1", used, good.clone()).await);
    let open = notify(&programme, "a2", good).await;
    programme.contest("kol", item).await.unwrap();
    let proposal = propose(&programme, "press", sanction(today, Severity::S2, 30)).await;
    reply(&programme, to_proposal(proposal)).await.unwrap();
    let by = SanctionImposed { proposal: Some(proposal), ..sanction(today, Severity::S2, 30) };
    impose(&programme, by, &OTHERS).await.unwrap();
    let other =
        SanctionImposed { basis: Basis::Conduct("I6".parse().unwrap()), ..sanction(today, Severity::S1, 5) };
    propose(&programme, "business", other).await;
    let live = programme.ledger.snapshot();
    let dossier = live.state.dossier(&subject("kol")).unwrap();
    assert_eq!(dossier.notices.open().map(|one| one.recorded.event).collect::<Vec<_>>(), [open]);
    assert_eq!((dossier.proposals.open().count(), dossier.disputed.open().count()), (1, 1));
    programme.check_replay();
    tokio::task::block_in_place(|| programme.ledger.close());
    assert_eq!(Ledger::open(programme.parts.setup()).unwrap().snapshot().state, live.state);
}

#[test]
fn days_to_reply_end_before_what_is_announced_lapses() {
    use tinnhiem::engines::check_bounds;
    assert!(check_bounds(&heard(29)).is_ok());
    assert_eq!(check_bounds(&heard(30)).unwrap_err().member, "windows.reply");
}
