//! What issuers put right in what they said.

use serde_json::Value;
use tinnhiem::client::Draft;
use tinnhiem::dsse::EventId;
use tinnhiem::event::*;

use crate::programme::*;
use crate::refusals::Provoked;
use crate::register::act;

fn correction(programme: &Programme, issuer: PartyId, target: EventId, action: CorrectionAction) -> Draft {
    let body = CorrectionIssued { target, action, statement: text("what was wrong").commitment() };
    programme.draft(issuer, Some(subject("kol")), body).with([text("what was wrong")])
}

fn replace(indicator: &str, level: u16) -> CorrectionAction {
    let evidence = Commitment::to(&[3; 32], b"evidence");
    CorrectionAction::Replace(Regrading {
        grades: [(indicator.parse().unwrap(), level)].into(),
        evidence: [(indicator.parse().unwrap(), vec![evidence])].into(),
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
