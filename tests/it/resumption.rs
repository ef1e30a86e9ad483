//! Subjects that leave and come back: under the same id, with all of their history.

use serde_json::Value;
use tinnhiem::client::{ClientError, Draft};
use tinnhiem::clock::Clock;
use tinnhiem::event::*;
use tinnhiem::vault::Attachment;

use crate::programme::*;
use crate::refusals::Provoked;

const DAY_MS: u64 = 86_400_000;

fn resumption(name: &str) -> (SubjectResumed, Attachment) {
    let (SubjectEnrolled { identity, identity_key, profile, consent, topics, group, .. }, attached) =
        enrolment(name);
    (SubjectResumed { identity, identity_key, profile, consent, topics, group }, attached)
}

fn draft(programme: &Programme, name: &str, body: SubjectResumed, profile: Attachment) -> Draft {
    programme.draft(party("registrar"), Some(subject(name)), body).with([profile])
}

pub async fn resume(programme: &Programme, name: &str, signers: &[&str]) -> Result<Value, ClientError> {
    let (body, profile) = resumption(name);
    programme.send(draft(programme, name, body, profile), signers).await
}

async fn depart(programme: &Programme, name: &str) {
    let about = subject(name);
    let left = programme.draft(PartyId::from(about), Some(about), SubjectDeparted { reason: None });
    programme.recorded(left, &[name]).await;
}

/// Provokes the codes of coming back.
pub async fn refusals(programme: &Programme, provoked: &mut Provoked) {
    programme.enrol("returner").await;
    let both = ["registrar", "returner"];
    provoked.note(resume(programme, "returner", &both).await, 409, "subject.enrolled");
    provoked.note(resume(programme, "nobody", &["registrar", "nobody"]).await, 403, "key.unknown");
    depart(programme, "returner").await;
    let (body, profile) = resumption("returner");
    let other = SubjectResumed { identity: resumption("kol").0.identity, ..body.clone() };
    let answer = programme.send(draft(programme, "returner", other, profile.clone()), &both).await;
    provoked.note(answer, 409, "subject.other_identity");
    let topics = SubjectResumed { topics: Vec::new(), ..body.clone() };
    let answer = programme.send(draft(programme, "returner", topics, profile.clone()), &both).await;
    provoked.note(answer, 422, "subject.topics");
    provoked.note(resume(programme, "returner", &["registrar"]).await, 403, "key.other_owner");
    let business = programme.draft(party("business"), Some(subject("returner")), body).with([profile]);
    provoked.note(programme.send(business, &["business", "returner"]).await, 403, "issuer.not_allowed");
    resume(programme, "returner", &both).await.unwrap();
}

/// Who has a bad history leaves and comes as somebody new.
#[tokio::test(flavor = "multi_thread")]
async fn departure_and_a_new_identity_shed_no_history() {
    let clock = Clock::manual(Clock::system().now());
    let programme = Programme::start_at(policy(), clock.clone()).await;
    let mut provoked = Provoked::default();
    for assessor in ["a1", "a2"] {
        programme.assess(assessor, "kol").await;
    }
    let sanction = programme.impose("kol", Severity::S2, 30).await;
    clock.set(clock.now().plus_ms(31 * DAY_MS));
    depart(&programme, "kol").await;
    let gone = programme.get(format!("/v1/subjects/{}", subject("kol"))).await;
    assert_eq!(gone["standing"]["state"], "departed");
    // The identity is known, whatever id and key it comes with.
    let (body, profile) = enrolment("fresh");
    let body = SubjectEnrolled { identity: enrolment("kol").0.identity, ..body };
    let fresh = programme.draft(party("registrar"), Some(subject("fresh")), body).with([profile.clone()]);
    provoked.note(programme.send(fresh, &["registrar", "fresh"]).await, 409, "subject.identity");
    let (body, _) = enrolment("fresh");
    let body = SubjectEnrolled { identity: enrolment("kol").0.identity, ..body };
    let same = programme.draft(party("registrar"), Some(subject("kol")), body).with([profile]);
    provoked.note(programme.send(same, &["registrar", "fresh"]).await, 409, "subject.exists");
    resume(&programme, "kol", &["registrar", "kol"]).await.unwrap();
    let back = programme.get(format!("/v1/subjects/{}", subject("kol"))).await;
    assert_eq!((&back["standing"]["state"], &back["assessments"]), (&"not_rated".into(), &2.into()));
    let history = programme.get(format!("/v1/subjects/{}/history", subject("kol"))).await;
    let rows = history["history"].as_array().unwrap();
    assert!(rows.iter().any(|row| row["id"] == sanction.to_string()));
    assert_eq!(rows.last().unwrap()["type"], "subject.resumed");
    // The earlier sanction makes the next one dearer, as if nobody had left.
    let dossier = programme.ledger.snapshot().state.dossier(&subject("kol")).unwrap().clone();
    assert_eq!(dossier.sanctions.open().count(), 1);
    programme.assess("a3", "kol").await;
    programme.check_replay();
}
