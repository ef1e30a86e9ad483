//! What issuers put right in what they said.

use serde_json::Value;
use tinnhiem::client::Draft;
use tinnhiem::clock::Clock;
use tinnhiem::dsse::EventId;
use tinnhiem::event::*;

use crate::contests::{Court, id};
use crate::programme::*;
use crate::refusals::Provoked;
use crate::register::act;

fn correction(programme: &Programme, issuer: PartyId, target: EventId, action: CorrectionAction) -> Draft {
    let body = CorrectionIssued { target, action, statement: text("what was wrong").commitment().into() };
    programme.draft(issuer, Some(subject("kol")), body).with([text("what was wrong")])
}

fn replace(indicator: &str, level: u16) -> CorrectionAction {
    let evidence = Commitment::to(&[3; 32], b"evidence");
    CorrectionAction::Replace(Regrading {
        grades: [(indicator.parse().unwrap(), level)].into(),
        evidence: [(indicator.parse().unwrap(), vec![evidence.into()])].into(),
    })
}

/// Provokes the code of corrections.
pub async fn refusals(provoked: &mut Provoked) {
    let programme = Programme::start(policy()).await;
    let item = programme.assess("a1", "kol").await;
    let of = |issuer: &str, target, action| correction(&programme, party(issuer), target, action);
    let annotate = || CorrectionAction::Annotate;
    let unknown = of("a1", EventId::from_bytes([1; 32]), annotate());
    provoked.note(programme.send(unknown, &["a1"]).await, 409, "target.unknown");
    provoked.note(programme.send(of("a2", item, annotate()), &["a2"]).await, 403, "target.other_issuer");
    let council = correction(&programme, PartyId::council(), item, CorrectionAction::Retract);
    provoked.note(programme.send(council, &SEATS[..3]).await, 403, "target.other_issuer");
    for lower in [replace("I1", 1), replace("I2", 2)] {
        provoked.note(programme.send(of("a1", item, lower), &["a1"]).await, 422, "correction.grades");
    }
    provoked.note(programme.send(of("a1", item, replace("I1", 3)), &["a1"]).await, 422, "assessment.grades");
    let bare = Regrading { grades: [("I1".parse().unwrap(), 2)].into(), evidence: Default::default() };
    let bare = of("a1", item, CorrectionAction::Replace(bare));
    provoked.note(programme.send(bare, &["a1"]).await, 422, "assessment.evidence");
    let body = endorsement(programme.today());
    let endorsed = programme.draft(party("a1"), Some(subject("kol")), body);
    let endorsed = programme.recorded(endorsed, &["a1"]).await;
    let odd = of("a1", endorsed, replace("I1", 2));
    provoked.note(programme.send(odd, &["a1"]).await, 422, "correction.grades");
    programme.recorded(of("a1", item, CorrectionAction::Retract), &["a1"]).await;
    for ended in [CorrectionAction::Retract, replace("I1", 2)] {
        provoked.note(programme.send(of("a1", item, ended), &["a1"]).await, 409, "target.ended");
    }
}

async fn score(programme: &Programme) -> Value {
    programme.get(format!("/v1/subjects/{}/score", subject("kol"))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_annotation_stands_beside_the_item_and_a_replacement_raises_it() {
    let programme = Programme::start(policy()).await;
    let item = programme.assess("a1", "kol").await;
    let before = score(&programme).await;
    let note = correction(&programme, party("a1"), item, CorrectionAction::Annotate);
    let note = programme.recorded(note, &["a1"]).await;
    let listed = programme.get(format!("/v1/events?subject={}", subject("kol"))).await;
    let listed = listed["events"].as_array().unwrap();
    let row = listed.iter().find(|row| row["id"] == item.to_string()).unwrap();
    assert_eq!(row["corrections"], serde_json::json!([note.to_string()]));
    let history = programme.get(format!("/v1/subjects/{}/history", subject("kol"))).await;
    assert!(
        history["history"].as_array().unwrap().iter().any(|row| row["corrections"][0] == note.to_string())
    );
    let shown = programme.get(format!("/v1/subjects/{}", subject("kol"))).await;
    assert_eq!(shown["corrections"][0]["target"], item.to_string());
    assert_eq!(score(&programme).await["criteria"], before["criteria"]);
    let size = programme.ledger.snapshot().size();
    let better = correction(&programme, party("a1"), item, replace("I1", 2));
    programme.recorded(better, &["a1"]).await;
    let after = score(&programme).await;
    let value = |score: &Value| score["criteria"][0]["indicators"][0]["median"].clone();
    assert_eq!((value(&before), value(&after)), (5000.into(), 10000.into()));
    assert_eq!(after["assessments"][0]["event"], item.to_string());
    let path = format!("/v1/subjects/{}/score/{size}/{}", subject("kol"), programme.today());
    assert_eq!(value(&programme.get(path).await), 5000);
    programme.check_replay();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_retracted_ends_and_what_rests_on_it_falls() {
    let programme = Programme::start(policy()).await;
    programme.admit("agency", MemberClass::StateAgency, &[]).await;
    let today = programme.today();
    let body = DecisionRecorded { act: act("1/QĐ", today), document: None };
    let decided = programme.draft(party("agency"), Some(subject("kol")), body);
    let decided = programme.recorded(decided, &["agency"]).await;
    let basis = Basis::Decision(decided);
    let body = SanctionImposed { basis, ..sanction(today, Severity::S4, 100) };
    let imposed = programme.draft(PartyId::council(), Some(subject("kol")), body).with([text("why")]);
    programme.recorded(imposed, &SEATS[..3]).await;
    let mistaken = programme.impose("kol", Severity::S4, 50).await;
    let state = || async { score(&programme).await["standing"]["state"].clone() };
    assert_eq!(state().await, "withheld");
    let retracted = correction(&programme, party("agency"), decided, CorrectionAction::Retract);
    programme.recorded(retracted, &["agency"]).await;
    assert_eq!(state().await, "withheld");
    let retracted = correction(&programme, PartyId::council(), mistaken, CorrectionAction::Retract);
    programme.recorded(retracted, &SEATS[..3]).await;
    assert_eq!(state().await, "not_rated");
    programme.check_replay();
}

/// What an assessor had raised after the decision fell back when the appeal was decided.
#[tokio::test(flavor = "multi_thread")]
async fn an_appeal_does_not_undo_a_correction() {
    let mut policy = policy();
    policy.windows.appeal = Some(30);
    let court = Court::of(policy).await;
    let document = Commitment::to(&[3; 32], b"document");
    let levels = [("I1", 1), ("I2", 0), ("I3", 1)];
    let body = AssessmentPublished {
        grades: levels.map(|(id, level)| (id.parse().unwrap(), Some(level))).into_iter().collect(),
        evidence: [("I2".parse().unwrap(), vec![document.into()])].into(),
        ..assessment(court.programme.today())
    };
    let item = id(court.send("a1", body, &["a1"]).await);
    let contest = court.file(item).await;
    let reason = text("why").commitment();
    let effect = Some(Effect::Struck(vec!["I1".parse().unwrap()]));
    let body =
        ContestDecided { contest, outcome: Outcome::Partial, effect, reason: reason.into(), panel: None };
    id(court.council(body).await);
    let raised = correction(&court.programme, party("a1"), item, replace("I2", 2));
    court.programme.recorded(raised, &["a1"]).await;
    id(court.appeal(contest).await);
    let body = AppealDecided {
        contest,
        outcome: Outcome::Rejected,
        effect: None,
        reason: reason.into(),
        panel: None,
    };
    id(court.council(body).await);
    let score = court.score("").await;
    let medians = [0, 1, 2].map(|place| score["criteria"][0]["indicators"][place]["median"].clone());
    assert_eq!(medians, [5000, 10000, 5000].map(Value::from));
    court.programme.check_replay();
}

/// A retracted endorsement still made its giver's others lighter, and was counted as void.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_retracted_dilutes_nothing_and_counts_as_taken_back() {
    let clock = Clock::manual(Clock::system().now());
    let programme = Programme::start_at(policy(), clock.clone()).await;
    programme.enrol("third").await;
    let endorse = async |by: &str, of: &str| {
        let draft = programme.draft(party(by), Some(subject(of)), endorsement(programme.today()));
        programme.recorded(draft, &[by]).await
    };
    let retracted = endorse("a1", "kol").await;
    let draft = correction(&programme, party("a1"), retracted, CorrectionAction::Retract);
    programme.recorded(draft, &["a1"]).await;
    let withdrawn = endorse("a2", "kol").await;
    let body = EndorsementWithdrawn { target: withdrawn, reason: None };
    programme.recorded(programme.draft(party("a2"), Some(subject("kol")), body), &["a2"]).await;
    clock.set(clock.now().plus_ms(60 * 86_400_000));
    for by in ["a1", "a2"] {
        endorse(by, "third").await;
    }
    let state = programme.ledger.snapshot();
    let dilutions: Vec<u16> =
        state.state.dossier(&subject("third")).unwrap().endorsements.open().map(|one| one.dilution).collect();
    assert_eq!(dilutions, [1, 1]);
    let assessed = programme.assess("a1", "kol").await;
    let draft = correction(&programme, party("a1"), assessed, CorrectionAction::Retract);
    programme.recorded(draft, &["a1"]).await;
    let record = programme.get("/v1/members/a1/record").await;
    let counts = |kind: &str, name: &str| record[kind][name].clone();
    assert_eq!((counts("assessments", "withdrawn"), counts("assessments", "struck")), (1.into(), 0.into()));
    assert_eq!((counts("endorsements", "withdrawn"), counts("endorsements", "voided")), (1.into(), 0.into()));
    programme.check_replay();
}
