//! Certificates: granted by what the score says, suspended and ended by themselves, proven with the score.

use serde_json::Value;
use tinnhiem::client::ClientError;
use tinnhiem::clock::Clock;
use tinnhiem::dsse::EventId;
use tinnhiem::event::*;
use tinnhiem::time::Date;

use crate::programme::*;
use crate::refusals::Provoked;
use crate::withdrawal::run;

const DAY_MS: u64 = 86_400_000;

/// A policy that certifies whoever has a score, unless something is against it.
pub fn certifying() -> Policy {
    let (least_band, least_confidence, barred_from) = ('E', Confidence::Low, Severity::S3);
    let certificate = Some(CertificatePolicy { least_band, least_confidence, barred_from });
    Policy { certificate, ..policy() }
}

/// Three assessments of two indicators in each criterion, which make a score.
pub async fn rate(programme: &Programme, name: &str) {
    let graded = ["I1", "I2", "I5", "I6", "I9", "I10", "I13", "I14", "I17", "I18"];
    let grades = graded.map(|id| (id.parse().unwrap(), Some(1)));
    for assessor in ["a1", "a2", "a3"] {
        let body = AssessmentPublished { grades: grades.clone().into(), ..assessment(programme.today()) };
        programme.recorded(programme.draft(party(assessor), Some(subject(name)), body), &[assessor]).await;
    }
}

async fn score(programme: &Programme, name: &str) -> Value {
    programme.get(format!("/v1/subjects/{}/score", subject(name))).await
}

/// What the ledger's own score of today makes of a certificate.
async fn stated(programme: &Programme, name: &str) -> CertificateGranted {
    let score = score(programme, name).await;
    CertificateGranted {
        policy: score["policy"].as_u64().unwrap() as u32,
        band: score["band"].as_str().and_then(|band| band.chars().next()).unwrap_or('A'),
        score: score["score"].as_u64().unwrap_or(1) as u16,
        as_of: programme.today(),
        valid_until: programme.today().plus_days(365),
    }
}

async fn grant(programme: &Programme, name: &str, body: CertificateGranted) -> Result<Value, ClientError> {
    let draft = programme.draft(PartyId::council(), Some(subject(name)), body);
    programme.send(draft, &SEATS[..3]).await
}

pub async fn granted(programme: &Programme, name: &str) -> EventId {
    let body = stated(programme, name).await;
    grant(programme, name, body).await.unwrap()["id"].as_str().unwrap().parse().unwrap()
}

/// What the score's answer says of the certificate.
async fn state(programme: &Programme, name: &str, as_of: Date) -> String {
    let path = format!("/v1/subjects/{}/score?as_of={as_of}", subject(name));
    let certificate = programme.get(path).await["certificate"]["state"].take();
    certificate.as_str().unwrap_or("none").to_owned()
}

async fn certified(programme: &Programme) -> usize {
    programme.get("/v1/subjects?certified=true").await["subjects"].as_array().unwrap().len()
}

/// Provokes the codes of certificates.
pub async fn refusals(provoked: &mut Provoked) {
    let programme = Programme::start(certifying()).await;
    let body = stated(&programme, "kol").await;
    let other = CertificateGranted { policy: 2, ..body.clone() };
    provoked.note(grant(&programme, "kol", other).await, 409, "certificate.policy");
    let late = CertificateGranted { valid_until: programme.today(), ..body.clone() };
    provoked.note(grant(&programme, "kol", late).await, 422, "certificate.terms");
    provoked.note(grant(&programme, "kol", body).await, 409, "certificate.score");
    rate(&programme, "kol").await;
    programme.impose("kol", Severity::S3, 10).await;
    let body = stated(&programme, "kol").await;
    provoked.note(grant(&programme, "kol", body).await, 409, "certificate.conditions");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_says_no_more_than_the_score() {
    let programme = Programme::start(certifying()).await;
    let unrated = grant(&programme, "kol", stated(&programme, "kol").await).await;
    let mut provoked = Provoked::default();
    provoked.note(unrated, 409, "certificate.score");
    rate(&programme, "kol").await;
    let right = stated(&programme, "kol").await;
    let today = programme.today();
    for (body, code) in [
        (CertificateGranted { score: right.score + 1, ..right.clone() }, "certificate.score"),
        (CertificateGranted { band: 'A', ..right.clone() }, "certificate.score"),
        (CertificateGranted { policy: 2, ..right.clone() }, "certificate.policy"),
        (CertificateGranted { as_of: today.plus_days(1), ..right.clone() }, "certificate.terms"),
        (CertificateGranted { as_of: today.plus_days(-8), ..right.clone() }, "certificate.terms"),
        (CertificateGranted { valid_until: today.plus_days(366), ..right.clone() }, "certificate.terms"),
        (CertificateGranted { valid_until: today, ..right.clone() }, "certificate.terms"),
    ] {
        let status = if code == "certificate.terms" { 422 } else { 409 };
        provoked.note(grant(&programme, "kol", body).await, status, code);
    }
    let two = programme.draft(PartyId::council(), Some(subject("kol")), right.clone());
    provoked.note(programme.send(two, &SEATS[..2]).await, 403, "council.threshold");
    assert_eq!(certified(&programme).await, 0);
    grant(&programme, "kol", right).await.unwrap();
    assert_eq!(certified(&programme).await, 1);
    let shown = score(&programme, "kol").await["certificate"].take();
    assert_eq!(shown["state"], "valid", "{shown}");
    let row = programme.get(format!("/v1/subjects/{}", subject("kol"))).await["certificate"].take();
    assert_eq!(row, shown);
    // A newer one stands in its place, and the first has ended.
    let second = granted(&programme, "kol").await;
    assert_eq!(score(&programme, "kol").await["certificate"]["event"], second.to_string());
    programme.check_replay();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_bars_a_certificate() {
    let mut strict = certifying();
    strict.windows.decide = Some(20);
    let clock = Clock::manual(Clock::system().now());
    let programme = Programme::start_at(strict, clock.clone()).await;
    let mut provoked = Provoked::default();
    rate(&programme, "kol").await;
    programme.impose("kol", Severity::S2, 10).await;
    granted(&programme, "kol").await;
    let grave = programme.impose("kol", Severity::S3, 10).await;
    let body = stated(&programme, "kol").await;
    provoked.note(grant(&programme, "kol", body).await, 409, "certificate.conditions");
    programme.contest("kol", grave).await.unwrap();
    clock.set(clock.now().plus_ms(21 * DAY_MS));
    // The sanction is over; the contest of it was not decided in time.
    let body = stated(&programme, "kol").await;
    provoked.note(grant(&programme, "kol", body).await, 409, "certificate.conditions");
    programme.check_replay();
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_suspended_ended_and_lapses_by_itself() {
    let clock = Clock::manual(Clock::system().now());
    let programme = Programme::start_at(certifying(), clock.clone()).await;
    rate(&programme, "kol").await;
    rate(&programme, "other-kol").await;
    for name in ["kol", "other-kol"] {
        granted(&programme, name).await;
    }
    let today = programme.today();
    programme.impose("kol", Severity::S4, 30).await;
    assert_eq!(state(&programme, "kol", today).await, "suspended");
    assert_eq!(state(&programme, "kol", today.plus_days(29)).await, "suspended");
    assert_eq!(state(&programme, "kol", today.plus_days(30)).await, "valid");
    assert_eq!(state(&programme, "kol", today.plus_days(365)).await, "valid");
    assert_eq!(state(&programme, "kol", today.plus_days(366)).await, "lapsed");
    assert_eq!(certified(&programme).await, 1);
    // The council is reminded of it 60 days before, and not earlier.
    let renewals = async || {
        let clocks = programme.get("/v1/clocks").await["clocks"].take();
        clocks.as_array().unwrap().iter().filter(|one| one["what"] == "certificate_renewal").count()
    };
    clock.set(clock.now().plus_ms(304 * DAY_MS));
    assert_eq!(renewals().await, 0);
    clock.set(clock.now().plus_ms(DAY_MS));
    assert_eq!(renewals().await, 2);
    let basis = Basis::Conduct("I20".parse().unwrap());
    let ended = SanctionImposed { basis, ends_on: None, ..sanction(programme.today(), Severity::S5, 1) };
    let draft = programme.draft(PartyId::council(), Some(subject("other-kol")), ended).with([text("why")]);
    programme.recorded(draft, &SEATS[..4]).await;
    assert_eq!(state(&programme, "other-kol", programme.today()).await, "ended");
    programme.check_replay();
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_withdrawn_with_its_reasons_and_by_leaving() {
    let programme = Programme::start(certifying()).await;
    let mut provoked = Provoked::default();
    rate(&programme, "kol").await;
    let certificate = granted(&programme, "kol").await;
    let withdraw = async |target| {
        let reason = text("granted by mistake");
        let body = CertificateWithdrawn { target, reason: reason.commitment().into() };
        let draft = programme.draft(PartyId::council(), Some(subject("kol")), body).with([reason]);
        programme.send(draft, &SEATS[..3]).await
    };
    let other = EventId::from_bytes([7; 32]);
    provoked.note(withdraw(other).await, 409, "target.unknown");
    withdraw(certificate).await.unwrap();
    assert_eq!(state(&programme, "kol", programme.today()).await, "none");
    provoked.note(withdraw(certificate).await, 409, "target.ended");
    granted(&programme, "kol").await;
    let left = SubjectDeparted { reason: None };
    let about = subject("kol");
    programme.recorded(programme.draft(PartyId::from(about), Some(about), left), &["kol"]).await;
    assert_eq!(state(&programme, "kol", programme.today()).await, "none");
    programme.check_replay();
}

/// `me` was silent on a certificate that had been withdrawn or was never granted.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_none_is_told_why_and_which_conditions_are_missed() {
    let programme = Programme::start(certifying()).await;
    let kol = subject("kol").to_string();
    let say = |expected: &[&str]| {
        let (_, me) = run(&programme, &["me", &kol], &[]);
        let (_, certificate) = run(&programme, &["certificate", &kol], &[]);
        for part in expected {
            assert!(me.contains(part), "{part}: {me}");
            assert!(certificate.contains(part), "{part}: {certificate}");
        }
    };
    say(&["none was ever granted", "these conditions are missed: hạng / band –", "confidence –"]);
    rate(&programme, "kol").await;
    let target = granted(&programme, "kol").await;
    let (_, me) = run(&programme, &["me", &kol], &[]);
    assert!(!me.contains("conditions are"), "{me}");
    let reason = text("granted by mistake");
    let body = CertificateWithdrawn { target, reason: reason.commitment().into() };
    let draft = programme.draft(PartyId::council(), Some(subject("kol")), body).with([reason]);
    programme.recorded(draft, &SEATS[..3]).await;
    say(&["that of entry", "withdrawn", "the conditions are met"]);
    let sanction = programme.impose("kol", Severity::S3, 10).await;
    let seq = programme.get(format!("/v1/events/{sanction}")).await["seq"].clone();
    say(&[&format!("these conditions are missed: xử lý / sanction S3, mục / entry {seq}")]);
}
