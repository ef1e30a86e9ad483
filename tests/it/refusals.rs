//! Every code that a submission can be refused with, provoked over HTTP.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tinnhiem::client::ClientError;
use tinnhiem::clock::Clock;
use tinnhiem::dsse::{Envelope, EventId, PublicKey};
use tinnhiem::event::*;
use tinnhiem::ledger::{Hold, Ledger, Order, OrderError, Placed, Refusal};
use tinnhiem::limits;
use tinnhiem::rules::{Kind, Reason};
use tinnhiem::store::Fault;
use tinnhiem::time::Timestamp;
use tinnhiem::vault::Attachment;

use crate::programme::*;
use crate::register;
use crate::{
    accounts, adverse, batch, certificates, collaborations, commitments, corrections, council, evidence,
    log_key, members, panels, resumption,
};

const DAY_MS: u64 = 86_400_000;

/// The codes provoked so far.
#[derive(Default)]
pub struct Provoked(BTreeSet<String>);

impl Provoked {
    /// Notes a refusal, which must be this one.
    pub fn note(&mut self, answer: Result<Value, ClientError>, status: u16, code: &str) {
        match answer {
            Err(ClientError::Refused { status: got, code: got_code, detail }) => {
                assert_eq!((got, got_code.as_str()), (status, code), "{detail}");
                assert!(!detail.is_empty());
                self.0.insert(got_code);
            }
            other => panic!("expected {code}, got {other:?}"),
        }
    }
}

/// Sends raw bytes as one submission.
async fn post(programme: &Programme, body: impl Into<Vec<u8>>) -> Result<Value, ClientError> {
    let url = format!("{}/v1/events", programme.client.base());
    let answer = reqwest::Client::new().post(url).body(body.into()).send().await.unwrap();
    let status = answer.status().as_u16();
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    let value: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    if status < 300 {
        return Ok(value);
    }
    assert_eq!(kind, "application/problem+json");
    assert_eq!(value["status"], status);
    let member = |name: &str| value[name].as_str().unwrap().to_owned();
    Err(ClientError::Refused { status, code: member("code"), detail: member("detail") })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_code_is_provoked_over_http_and_tabled() {
    let mut provoked = Provoked::default();
    let programme = Programme::start(without_s1()).await;
    bytes(&programme, &mut provoked).await;
    attachments(&programme, &mut provoked).await;
    ledger_and_time(&programme, &mut provoked).await;
    signers(&programme, &mut provoked).await;
    keys(&programme, &mut provoked).await;
    members_and_policies(&programme, &mut provoked).await;
    assessments(&programme, &mut provoked).await;
    endorsements(&programme, &mut provoked).await;
    register::decisions(&programme, &mut provoked).await;
    sanctions(&programme, &mut provoked).await;
    contests(&programme, &mut provoked).await;
    accounts::refusals(&programme, &mut provoked).await;
    collaborations::refusals(&programme, &mut provoked).await;
    register::codes_and_pledges(&programme, &mut provoked).await;
    subjects(&programme, &mut provoked).await;
    identity_keys(&mut provoked).await;
    council::refusals(&programme, &mut provoked).await;
    members::refusals(&programme, &mut provoked).await;
    adverse::refusals(&mut provoked).await;
    resumption::refusals(&programme, &mut provoked).await;
    certificates::refusals(&mut provoked).await;
    log_key::refusals(&programme, &mut provoked).await;
    crate::keys::refusals(&mut provoked).await;
    corrections::refusals(&mut provoked).await;
    evidence::refusals(&mut provoked).await;
    crate::texts::refusals(&mut provoked).await;
    commitments::refusals(&mut provoked).await;
    crate::judgements::refusals(&mut provoked).await;
    late_contests(&mut provoked).await;
    panels::refusals(&mut provoked).await;
    history_out_of_order(&mut provoked).await;
    when_the_ledger_cannot(&mut provoked).await;
    batches(&mut provoked).await;
    let rules = Reason::ALL.iter().filter(|reason| reason.kind() != Kind::Opening);
    let missing: Vec<_> =
        rules.map(|reason| reason.code()).filter(|code| !provoked.0.contains(*code)).collect();
    assert!(missing.is_empty(), "never provoked: {missing:?}");
    let listed: Vec<String> = include_str!("../../schemas/problems.md")
        .lines()
        .skip_while(|line| *line != "## Rejection codes")
        .skip(1)
        .take_while(|line| !line.starts_with("## "))
        .filter_map(|line| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_owned()))
        .collect();
    let judged: Vec<&str> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    let (told, listed) = (listed.clone(), listed.into_iter().collect::<BTreeSet<_>>());
    let told: Vec<&str> = told.iter().map(String::as_str).filter(|code| judged.contains(code)).collect();
    assert_eq!(told, judged, "rows stand in the order of judgement");
    for reason in Reason::ALL {
        let (code, row) = (reason.code(), format!("| {} |", reason.advice()));
        let says = |line: &str| line.starts_with(&format!("| `{code}` |")) && line.ends_with(&row);
        let told = include_str!("../../schemas/problems.md").lines().any(says);
        assert!(told, "the table says something else of {code} than the rules do");
    }
    let opening = Reason::ALL.iter().filter(|reason| reason.kind() == Kind::Opening);
    provoked.0.extend(opening.map(|reason| reason.code().to_owned()));
    assert_eq!(listed, provoked.0);
}

/// The programme's policy without S1, so that a severity can be missing.
fn without_s1() -> Policy {
    let mut policy = policy();
    policy.sanction.severities.remove(&Severity::S1);
    policy
}

async fn bytes(programme: &Programme, provoked: &mut Provoked) {
    let draft = programme.draft(party("business"), Some(subject("kol")), endorsement(programme.today()));
    let payload = String::from_utf8(draft.event.to_payload()).unwrap();
    let good = draft.sign(&[&key("business")]).unwrap().to_json();
    let resigned =
        |payload: String| Envelope::sign(payload.into_bytes(), &[&key("business")]).unwrap().to_json();
    let keyid = key("business").public().to_string();
    let b64 = |text: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(text)
    };
    let nested = format!("{}1{}", "[".repeat(20), "]".repeat(20));
    let long = " ".repeat(limits::ENVELOPE_BYTES);
    let nine: Vec<Value> = (0..9).map(|_| json!({"keyid": keyid, "sig": "AA=="})).collect();
    let signed_twice = {
        let mut value: Value = serde_json::from_str(&good).unwrap();
        let first = value["signatures"][0].clone();
        value["signatures"].as_array_mut().unwrap().push(first);
        value.to_string()
    };
    let over = " ".repeat(limits::PAYLOAD_BYTES);
    let cases: Vec<(Vec<u8>, u16, &str)> = vec![
        (vec![b' '; limits::SUBMISSION_BYTES + 1], 413, "submission.too_large"),
        (format!("{good}{long}").into(), 413, "envelope.too_large"),
        (resigned(format!("{payload}{over}")).into(), 413, "payload.too_large"),
        (vec![b'"', 0xff, b'"'], 400, "json.utf8"),
        (b"{".to_vec(), 400, "json.syntax"),
        (nested.into(), 400, "json.depth"),
        (br#"{"a":1,"a":2}"#.to_vec(), 400, "json.duplicate_member"),
        (resigned(payload.replace("\"my-pham\"", "1.5")).into(), 400, "json.float"),
        (resigned(payload.replace("\"my-pham\"", "9007199254740992")).into(), 400, "json.integer_range"),
        (b"[]".to_vec(), 400, "submission.malformed"),
        (good.replace("\"sig\"", "\"extra\":1,\"sig\"").into(), 400, "envelope.unknown_member"),
        (good.replace("\"payloadType\"", "\"type\"").into(), 400, "envelope.unknown_member"),
        (br#"{"payload":""}"#.to_vec(), 400, "envelope.member"),
        (good.replace("event+json", "other").into(), 400, "envelope.payload_type"),
        (good.replace(&b64(&payload), "!!!!").into(), 400, "envelope.base64"),
        (json!({"payload": "e30=", "payloadType": "application/vnd.tinnhiem.event+json", "signatures": nine})
            .to_string().into(), 400, "signature.count"),
        (good.replace(&keyid, &keyid.to_uppercase()).into(), 400, "signature.keyid"),
        (json!({"payload": "e30=", "payloadType": "application/vnd.tinnhiem.event+json",
            "signatures": [{"keyid": keyid, "sig": "AA=="}]}).to_string().into(), 400, "signature.length"),
        (signed_twice.into(), 400, "signature.key_twice"),
        (good.replace(&keyid, &key("other").public().to_string()).into(), 400, "signature.invalid"),
        (resigned(payload.replace("endorsement.published", "endorsement.sold")).into(), 400, "payload.type"),
        (resigned(payload.replace("\"topic\"", "\"extra\":1,\"topic\"")).into(), 400, "payload.unknown_member"),
        (resigned(payload.replace("\"none\"", "\"friendly\"")).into(), 400, "payload.member"),
        (resigned(payload.replace(&format!("\"subject\":\"{}\",", subject("kol")), "")).into(), 400, "payload.subject"),
    ];
    for (body, status, code) in cases {
        provoked.note(post(programme, body).await, status, code);
    }
}

/// A list is as long as its schema says, and no longer.
#[tokio::test(flavor = "multi_thread")]
async fn more_evidence_than_the_schemas_allow_is_refused() {
    let programme = Programme::start(policy()).await;
    let item = programme.assess("a1", "kol").await;
    let file = async |pieces: u8| {
        let evidence = (0..pieces).map(|piece| Commitment::to(&[piece; 32], b"piece").into()).collect();
        let about = subject("kol");
        let body = ContestFiled { evidence, ..contest(item) };
        let draft = programme.draft(PartyId::from(about), Some(about), body).with([text("my case")]);
        programme.send(draft, &["kol"]).await
    };
    Provoked::default().note(file(65).await, 400, "payload.member");
    file(64).await.unwrap();
}

async fn attachments(programme: &Programme, provoked: &mut Provoked) {
    let body = |statement: &Attachment| EndorsementPublished {
        statement: Some(statement.commitment().into()),
        ..endorsement(programme.today())
    };
    let send = |statement: &Attachment, attached: Vec<Attachment>| {
        let draft = programme.draft(party("business"), Some(subject("kol")), body(statement));
        let submission = draft.with(attached).sign(&[&key("business")]).unwrap();
        async move { post(programme, submission.to_json()).await }
    };
    let words = text("new words");
    provoked.note(send(&words, vec![]).await, 400, "attachment.missing");
    provoked.note(send(&words, vec![text("others")]).await, 400, "attachment.unmatched");
    provoked.note(send(&words, vec![words.clone(); 17]).await, 400, "attachment.count");
    let odd = Attachment { media_type: "text".to_owned(), ..words.clone() };
    provoked.note(send(&words, vec![odd]).await, 400, "attachment.refused");
}

async fn ledger_and_time(programme: &Programme, provoked: &mut Provoked) {
    let endorse = |ledger: &str, at: Timestamp| {
        let mut draft =
            programme.draft(party("business"), Some(subject("kol")), endorsement(programme.today()));
        draft.event.ledger = ledger.to_owned();
        draft.event.issued_at = at;
        draft
    };
    let (now, origin) = (programme.clock.now(), programme.origin.to_string());
    let other = "it/00000000000000000000000000000000";
    provoked.note(programme.send(endorse(other, now), &["business"]).await, 422, "ledger.other");
    let future = endorse(&origin, now.plus_ms(limits::ISSUED_AHEAD_MS + 60_000));
    provoked.note(programme.send(future, &["business"]).await, 422, "time.future");
    let stale = endorse(&origin, now.minus_ms(limits::ISSUED_BEHIND_MS + 60_000));
    provoked.note(programme.send(stale, &["business"]).await, 422, "time.stale");
    let again = programme.draft(PartyId::council(), None, opened(policy(), None));
    provoked.note(programme.send(again, &SEATS[..3]).await, 409, "ledger.opened");
}

async fn signers(programme: &Programme, provoked: &mut Provoked) {
    let endorse = || programme.draft(party("business"), Some(subject("kol")), endorsement(programme.today()));
    provoked.note(programme.send(endorse(), &["nobody"]).await, 403, "key.unknown");
    provoked.note(programme.send(endorse(), &["a1"]).await, 403, "key.other_owner");
    provoked.note(programme.send(endorse(), &["business", "a1"]).await, 422, "signature.unneeded");
    let admit = |issuer| programme.draft(issuer, None, admission("newcomer", MemberClass::Press, &[]));
    let answer = programme.send(admit(party("business")), &["business", "newcomer"]).await;
    provoked.note(answer, 403, "issuer.not_allowed");
    let council = PartyId::council;
    let answer = programme.send(admit(council()), &["seat-1", "seat-2", "newcomer"]).await;
    provoked.note(answer, 403, "council.threshold");
    provoked.note(programme.send(admit(council()), &SEATS[..3]).await, 403, "signature.missing");
    let taken = MemberAdmitted { key: key("a1").public(), ..admission("newcomer", MemberClass::Press, &[]) };
    let draft = programme.draft(council(), None, taken);
    provoked.note(programme.send(draft, &["seat-1", "seat-2", "seat-3", "a1"]).await, 409, "key.taken");
    let mut identity = [0; 32];
    identity[0] = 1;
    let weak = MemberAdmitted {
        key: PublicKey::from_bytes(identity),
        ..admission("newcomer", MemberClass::Press, &[])
    };
    let draft = programme.draft(council(), None, weak);
    provoked.note(programme.send(draft, &SEATS[..3]).await, 422, "key.weak");
}

async fn keys(programme: &Programme, provoked: &mut Provoked) {
    programme.admit("keyed", MemberClass::Business, &[]).await;
    let add = |issuer: PartyId, name: &str, owner: Option<PartyId>| {
        programme.draft(issuer, None, KeyAdded { key: key(name).public(), owner })
    };
    let council = PartyId::council;
    let unnamed = add(council(), "keyed 2", None);
    let answer = programme.send(unnamed, &["seat-1", "seat-2", "seat-3", "keyed 2"]).await;
    provoked.note(answer, 422, "key.owner");
    programme.recorded(add(party("keyed"), "keyed 2", None), &["keyed", "keyed 2"]).await;
    let revoke = |issuer: PartyId, name: &str, cause, invalid_from| {
        programme.draft(issuer, None, KeyRevoked { key: key(name).public(), cause, invalid_from })
    };
    let dated = revoke(party("keyed"), "keyed 2", RevocationCause::Retired, Some(programme.clock.now()));
    provoked.note(programme.send(dated, &["keyed 2"]).await, 422, "key.invalid_from");
    let unknown = revoke(council(), "nobody", RevocationCause::Lost, None);
    provoked.note(programme.send(unknown, &SEATS[..3]).await, 409, "key.target");
    let retired = revoke(party("keyed"), "keyed 2", RevocationCause::Retired, None);
    programme.recorded(retired, &["keyed 2"]).await;
    let only = revoke(council(), "keyed", RevocationCause::Lost, None);
    provoked.note(programme.send(only, &SEATS[..3]).await, 409, "key.only");
    let endorse = || programme.draft(party("keyed"), Some(subject("kol")), endorsement(programme.today()));
    provoked.note(programme.send(endorse(), &["keyed 2"]).await, 403, "key.revoked");
    let recovery = add(council(), "keyed 3", Some(party("keyed")));
    programme.recorded(recovery, &["seat-1", "seat-2", "seat-3", "keyed 3"]).await;
    provoked.note(programme.send(endorse(), &["keyed 3"]).await, 403, "key.not_live");
}

async fn members_and_policies(programme: &Programme, provoked: &mut Provoked) {
    let council = |body: Body| programme.draft(PartyId::council(), None, body);
    let with = ["seat-1", "seat-2", "seat-3", "newcomer"];
    let newcomer = || admission("newcomer", MemberClass::Press, &[]);
    let named = MemberAdmitted { name: String::new(), ..newcomer() };
    provoked.note(programme.send(council(named.into()), &with).await, 422, "member.name");
    let existing = MemberAdmitted { member: party("a1"), ..newcomer() };
    provoked.note(programme.send(council(existing.into()), &with).await, 409, "member.exists");
    let update = |member: &str| MemberUpdated {
        member: party(member),
        class: None,
        group: None,
        name: None,
        roles: None,
    };
    let seats = &SEATS[..3];
    provoked.note(programme.send(council(update("nobody").into()), seats).await, 409, "member.unknown");
    provoked.note(programme.send(council(update("a1").into()), seats).await, 409, "member.unchanged");
    let business = accreditation("business");
    provoked.note(programme.send(council(business.into()), seats).await, 409, "accreditation.member");
    let odd = AccreditationGranted { class: "odd".parse().unwrap(), ..accreditation("a1") };
    provoked.note(programme.send(council(odd.into()), seats).await, 422, "accreditation.terms");
    let publish = |version, days: i32, policy| {
        let effective_from = programme.today().plus_days(days);
        council(PolicyPublished { version, effective_from, policy }.into())
    };
    provoked.note(programme.send(publish(7, 60, policy()), seats).await, 409, "policy.version");
    provoked.note(programme.send(publish(2, 3, policy()), seats).await, 422, "policy.effective_from");
    let mut broken = policy();
    broken.criteria[0].weight_permille += 1;
    provoked.note(programme.send(publish(2, 60, broken), seats).await, 422, "policy.bounds");
}

async fn assessments(programme: &Programme, provoked: &mut Provoked) {
    let today = programme.today();
    let of = |body: AssessmentPublished| programme.draft(party("a1"), Some(subject("kol")), body);
    let good = || assessment(today);
    let unknown = programme.draft(party("a1"), Some(subject("nobody")), good());
    provoked.note(programme.send(unknown, &["a1"]).await, 409, "subject.unknown");
    let unaccredited = programme.draft(party("business"), Some(subject("kol")), good());
    provoked.note(programme.send(unaccredited, &["business"]).await, 403, "assessment.scope");
    let policy = AssessmentPublished { policy: 9, ..good() };
    provoked.note(programme.send(of(policy), &["a1"]).await, 409, "assessment.policy");
    let grades = AssessmentPublished { grades: [("I1".parse().unwrap(), Some(3))].into(), ..good() };
    provoked.note(programme.send(of(grades), &["a1"]).await, 422, "assessment.grades");
    let evidence = AssessmentPublished { grades: [("I1".parse().unwrap(), Some(0))].into(), ..good() };
    provoked.note(programme.send(of(evidence), &["a1"]).await, 422, "assessment.evidence");
    let observed = AssessmentPublished { observed_until: today.plus_days(1), ..good() };
    provoked.note(programme.send(of(observed), &["a1"]).await, 422, "assessment.observed");
    let validity = AssessmentPublished { valid_until: Some(today.plus_days(366)), ..good() };
    provoked.note(programme.send(of(validity), &["a1"]).await, 422, "assessment.validity");
    let notice = AssessmentPublished { notice: Some(EventId::from_bytes([1; 32])), ..good() };
    provoked.note(programme.send(of(notice), &["a1"]).await, 409, "assessment.notice");
    let owned = MemberUpdated {
        member: party("a3"),
        class: None,
        group: Some(GroupId::alone(&PartyId::from(subject("kol")))),
        name: None,
        roles: None,
    };
    programme.recorded(programme.draft(PartyId::council(), None, owned), &SEATS[..3]).await;
    let own = programme.draft(party("a3"), Some(subject("kol")), good());
    provoked.note(programme.send(own, &["a3"]).await, 403, "assessment.own_group");
    let target = programme.assess("a1", "kol").await;
    let withdraw = |issuer: &str, target| {
        let body = AssessmentWithdrawn { target, reason: None };
        programme.draft(party(issuer), Some(subject("kol")), body)
    };
    let unknown = withdraw("a1", EventId::from_bytes([1; 32]));
    provoked.note(programme.send(unknown, &["a1"]).await, 409, "target.unknown");
    provoked.note(programme.send(withdraw("a2", target), &["a2"]).await, 403, "target.other_issuer");
    programme.recorded(withdraw("a1", target), &["a1"]).await;
    provoked.note(programme.send(withdraw("a1", target), &["a1"]).await, 409, "target.ended");
}

async fn endorsements(programme: &Programme, provoked: &mut Provoked) {
    let of = |body| programme.draft(party("business"), Some(subject("kol")), body);
    let good = || endorsement(programme.today());
    let own = programme.draft(PartyId::from(subject("kol")), Some(subject("kol")), good());
    provoked.note(programme.send(own, &["kol"]).await, 403, "endorsement.own_group");
    let topic = EndorsementPublished { topic: "game".parse().unwrap(), ..good() };
    provoked.note(programme.send(of(topic), &["business"]).await, 422, "endorsement.topic");
    let value = EndorsementPublished { relation: Relation::Commercial, ..good() };
    provoked.note(programme.send(of(value), &["business"]).await, 422, "endorsement.value_band");
    let expired = EndorsementPublished { expires_on: programme.today().plus_days(-1), ..good() };
    provoked.note(programme.send(of(expired), &["business"]).await, 422, "endorsement.expires_on");
    programme.recorded(of(good()), &["business"]).await;
    let second = EndorsementPublished { expires_on: programme.today().plus_days(9), ..good() };
    provoked.note(programme.send(of(second), &["business"]).await, 409, "endorsement.exists");
}

async fn sanctions(programme: &Programme, provoked: &mut Provoked) {
    let today = programme.today();
    let of = |body: SanctionImposed| {
        programme.draft(PartyId::council(), Some(subject("kol")), body).with([text("why")])
    };
    let good = || sanction(today, Severity::S2, 100);
    let seats = &SEATS[..3];
    let severity = sanction(today, Severity::S1, 10);
    provoked.note(programme.send(of(severity), seats).await, 422, "sanction.severity");
    let basis = SanctionImposed { basis: Basis::Decision(EventId::from_bytes([1; 32])), ..good() };
    provoked.note(programme.send(of(basis), seats).await, 409, "sanction.basis");
    let starts = SanctionImposed { starts_on: today.plus_days(-1), ..good() };
    provoked.note(programme.send(of(starts), seats).await, 422, "sanction.starts_on");
    provoked.note(programme.send(of(sanction(today, Severity::S2, 400)), seats).await, 422, "sanction.term");
    let urgent = SanctionImposed { urgent: true, ..good() };
    provoked.note(programme.send(of(urgent), seats).await, 422, "sanction.urgent");
    let proposal = SanctionImposed { proposal: Some(EventId::from_bytes([1; 32])), ..good() };
    provoked.note(programme.send(of(proposal), seats).await, 409, "sanction.proposal");
    let again = |days| {
        let body = sanction(today, Severity::S2, days);
        programme.draft(PartyId::council(), Some(subject("other-kol")), body).with([text("why")])
    };
    programme.recorded(again(100), seats).await;
    provoked.note(programme.send(again(99), seats).await, 409, "sanction.settled");
    // Two of the three seats that sign come into one hand: a plain sanction needs three groups already.
    let mut stricter = policy();
    stricter.sanction.grave_signatures = 4;
    let grave = Programme::bare(stricter, Clock::system(), None).await;
    grave.admit("registrar", MemberClass::Platform, &[Role::Registrar]).await;
    grave.enrol("kol").await;
    let body = sanction(grave.today(), Severity::S4, 10);
    let draft = grave.draft(PartyId::council(), Some(subject("kol")), body).with([text("why")]);
    provoked.note(grave.send(draft, seats).await, 403, "sanction.grave");
}

async fn contests(programme: &Programme, provoked: &mut Provoked) {
    let mut items = Vec::new();
    for days in [20, 30, 40, 50] {
        items.push(programme.impose("other-kol", Severity::S2, days).await);
    }
    let filed = programme.contest("other-kol", items[0]).await.unwrap();
    let filed: EventId = filed["id"].as_str().unwrap().parse().unwrap();
    provoked.note(programme.contest("other-kol", items[0]).await, 409, "contest.exists");
    for item in &items[1..3] {
        programme.contest("other-kol", *item).await.unwrap();
    }
    provoked.note(programme.contest("other-kol", items[3]).await, 409, "contest.too_many");
    let decide = |outcome, effect, panel| {
        let reason = text("why").commitment();
        let body = ContestDecided { contest: filed, outcome, effect, reason: reason.into(), panel };
        programme.draft(PartyId::council(), Some(subject("other-kol")), body).with([text("why")])
    };
    let seats = &SEATS[..3];
    let stray = decide(Outcome::Partial, None, None);
    provoked.note(programme.send(stray, seats).await, 422, "contest.effect");
    let panel = decide(Outcome::Upheld, None, Some(EventId::from_bytes([1; 32])));
    provoked.note(programme.send(panel, seats).await, 409, "contest.panel");
    programme.recorded(decide(Outcome::Rejected, None, None), seats).await;
    provoked.note(programme.contest("other-kol", items[0]).await, 409, "contest.settled");
}

/// One secret keys every identity: another, or none, could make one person two subjects.
async fn identity_keys(provoked: &mut Provoked) {
    let programme = Programme::start(policy()).await;
    let enrol = |name: &str, identity_key: Option<IdentityKey>| {
        let (body, profile) = enrolment(name);
        let body = SubjectEnrolled { identity_key, ..body };
        programme.draft(party("registrar"), Some(subject(name)), body).with([profile])
    };
    let fixed = Some(IdentityKey::of(&[1; 32]));
    programme.recorded(enrol("first", fixed), &["registrar", "first"]).await;
    for other in [None, Some(IdentityKey::of(&[2; 32]))] {
        let answer = programme.send(enrol("second", other), &["registrar", "second"]).await;
        provoked.note(answer, 409, "subject.identity_key");
    }
    programme.recorded(enrol("second", fixed), &["registrar", "second"]).await;
    let about = subject("first");
    let left = programme.draft(PartyId::from(about), Some(about), SubjectDeparted { reason: None });
    programme.recorded(left, &["first"]).await;
    let answer = resumption::resume(&programme, "first", &["registrar", "first"]).await;
    provoked.note(answer, 409, "subject.identity_key");
}

async fn subjects(programme: &Programme, provoked: &mut Provoked) {
    let enrol = |id: &str, body: SubjectEnrolled, profile: Attachment| {
        programme.draft(party("registrar"), Some(subject(id)), body).with([profile])
    };
    let (body, profile) = enrolment("third");
    let exists = enrol("kol", body.clone(), profile.clone());
    provoked.note(programme.send(exists, &["registrar", "third"]).await, 409, "subject.exists");
    let twin = SubjectEnrolled { identity: enrolment("kol").0.identity, ..body.clone() };
    let answer = programme.send(enrol("third", twin, profile.clone()), &["registrar", "third"]).await;
    provoked.note(answer, 409, "subject.identity");
    let topics = SubjectEnrolled { topics: vec!["astrology".parse().unwrap()], ..body };
    let answer = programme.send(enrol("third", topics, profile), &["registrar", "third"]).await;
    provoked.note(answer, 422, "subject.topics");
    let depart = |name: &str| {
        let about = subject(name);
        programme.draft(PartyId::from(about), Some(about), SubjectDeparted { reason: None })
    };
    provoked.note(programme.send(depart("other-kol"), &["other-kol"]).await, 409, "subject.sanctioned");
    let assessed = programme.assess("a2", "kol").await;
    programme.contest("kol", assessed).await.unwrap();
    provoked.note(programme.send(depart("kol"), &["kol"]).await, 409, "subject.contesting");
    programme.enrol("leaver").await;
    programme.recorded(depart("leaver"), &["leaver"]).await;
    let late = programme.draft(party("a1"), Some(subject("leaver")), assessment(programme.today()));
    provoked.note(programme.send(late, &["a1"]).await, 409, "subject.departed");
}

/// The days to contest run by the policy in force, on a clock that the test moves.
async fn late_contests(provoked: &mut Provoked) {
    let mut windowed = policy();
    windowed.windows.file = Some(5);
    let clock = Clock::manual(Clock::system().now());
    let programme = Programme::start_at(windowed, clock.clone()).await;
    let item = programme.assess("a1", "kol").await;
    clock.set(clock.now().plus_ms(6 * DAY_MS));
    provoked.note(programme.contest("kol", item).await, 422, "contest.late");
    let mut factual = contest(item);
    factual.grounds = Grounds::FactualError;
    let about = subject("kol");
    let draft = programme.draft(PartyId::from(about), Some(about), factual).with([text("my case")]);
    programme.recorded(draft, &["kol"]).await;
}

async fn history_out_of_order(provoked: &mut Provoked) {
    let clock = Clock::system();
    let programme = Programme::bare(policy(), clock.clone(), Some(clock.now())).await;
    let admit = |name: &str, days_ago: u64| {
        let body = admission(name, MemberClass::Press, &[]);
        let mut draft = programme.draft(PartyId::council(), None, body);
        draft.event.issued_at = clock.now().minus_ms(days_ago * DAY_MS);
        draft
    };
    let seats = |name| ["seat-1", "seat-2", "seat-3", name];
    programme.recorded(admit("first", 100), &seats("first")).await;
    provoked.note(programme.send(admit("second", 101), &seats("second")).await, 409, "time.order");
    programme.recorded(admit("second", 99), &seats("second")).await;
}

/// An order that does not answer until it is let go.
struct Stuck(std::sync::mpsc::Receiver<()>);

impl Order for Stuck {
    fn append(&mut self, _at: u64, _entries: &[Vec<u8>]) -> Result<Placed, OrderError> {
        let _ = self.0.recv();
        Err(OrderError("let go".to_owned()))
    }
}

async fn when_the_ledger_cannot(provoked: &mut Provoked) {
    let endorse = |programme: &Programme| {
        programme.draft(party("business"), Some(subject("kol")), endorsement(programme.today()))
    };
    // The vault's folder is a file.
    let programme = Programme::start(policy()).await;
    let vault = programme.parts.directory.path().join("vault");
    std::fs::remove_dir_all(&vault).unwrap();
    std::fs::write(&vault, b"").unwrap();
    let words = text("kept nowhere");
    let spoken =
        EndorsementPublished { statement: Some(words.commitment().into()), ..endorsement(programme.today()) };
    let draft = programme.draft(party("business"), Some(subject("kol")), spoken).with([words]);
    provoked.note(programme.send(draft, &["business"]).await, 503, "vault.io");
    let ready = async || programme.client.text("/readyz").await.map_err(|error| error.to_string());
    assert!(ready().await.unwrap_err().contains("attachments cannot be stored"));
    std::fs::remove_file(&vault).unwrap();
    // Nobody sends anything: it is tried by itself.
    while let Err(error) = ready().await {
        assert!(error.contains("attachments cannot be stored"), "{error}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    programme.recorded(endorse(&programme), &["business"]).await;
    // A commit fails, and what was acknowledged is gone.
    programme.parts.disk.fail_commit(0, Fault::Lost);
    std::fs::remove_dir_all(programme.parts.directory.path().join("heads")).unwrap();
    let draft = programme.draft(party("a1"), Some(subject("kol")), endorsement(programme.today()));
    provoked.note(programme.send(draft.clone(), &["a1"]).await, 503, "ledger.stopped");
    provoked.note(programme.send(draft, &["a1"]).await, 503, "ledger.stopped");
    assert!(programme.client.text("/checkpoint").await.is_ok(), "reads go on");
    // Whatever else holds writes.
    let programme = Programme::start(policy()).await;
    let holds = programme.ledger.holds();
    for (hold, status, code) in [
        (Hold::ReadOnly("a copy".to_owned()), 503, "ledger.read_only"),
        (Hold::Sealed("it goes on elsewhere".to_owned()), 503, "ledger.sealed"),
    ] {
        holds.raise(hold);
        provoked.note(programme.send(endorse(&programme), &["business"]).await, status, code);
        holds.lift(code);
    }
    programme.recorded(endorse(&programme), &["business"]).await;
    for (hold, status, code) in [
        (Hold::StoreFull, 507, "store.full"),
        (Hold::VaultFull, 507, "vault.full"),
        (Hold::Descriptors, 503, "ledger.descriptors"),
        (Hold::Unsettled, 503, "ledger.unsettled"),
    ] {
        let refusal = Refusal::from(hold);
        assert_eq!((refusal.status(), refusal.code()), (status, code));
        provoked.0.insert(code.to_owned());
    }
    // The wall clock falls back.
    let clock = Clock::manual(Clock::system().now());
    let programme = Programme::start_at(policy(), clock.clone()).await;
    let draft = endorse(&programme);
    clock.set(clock.now().minus_ms(DAY_MS));
    provoked.note(programme.send(draft, &["business"]).await, 503, "ledger.clock");
    // Shutting down.
    let programme = Programme::start(policy()).await;
    let draft = endorse(&programme);
    tokio::task::block_in_place(|| programme.ledger.close());
    provoked.note(programme.send(draft, &["business"]).await, 503, "ledger.closed");
    // The queue is full behind an order that does not answer.
    let programme = Programme::start(policy()).await;
    tokio::task::block_in_place(|| programme.ledger.close());
    let (release, gate) = std::sync::mpsc::channel();
    let mut setup = programme.parts.setup();
    setup.order = Box::new(Stuck(gate));
    let stuck = Arc::new(Ledger::open(setup).unwrap());
    let submission = endorse(&programme).sign(&[&key("business")]).unwrap();
    let event = submission.clone().verify().unwrap();
    let soon = Duration::from_millis(300);
    while tokio::time::timeout(soon, stuck.enqueue(event.clone())).await.is_ok() {}
    let (client, server) = listen(stuck).await;
    provoked.note(client.submit(&submission).await, 503, "ledger.busy");
    drop(release);
    server.abort();
}

async fn batches(provoked: &mut Provoked) {
    let programme = Programme::start(policy()).await;
    let event = batch::lines(&batch::events(&programme, 1));
    let many = b"{}\n".repeat(limits::BATCH_LINES + 1);
    let fates = batch::send(&programme, many, false).await;
    let last = fates.last().unwrap();
    let told = (fates.len(), &last["status"], &last["code"]);
    assert_eq!(told, (limits::BATCH_LINES + 1, &413.into(), &"batch.too_many".into()));
    let large = [event.clone(), vec![b' '; limits::BATCH_BYTES]].concat();
    // Of a length that is not announced, the lines within the bound are answered.
    let url = format!("{}/v1/events/batch?receipts=false", programme.client.base());
    let pieces =
        large.chunks(1 << 20).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect::<Vec<_>>();
    let streamed = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    let told = reqwest::Client::new().post(url).body(streamed).send().await.unwrap().text().await.unwrap();
    let fates: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((fates.len(), &fates[1]["code"]), (2, &"batch.too_large".into()));
    // One that is announced is refused before anything of it is read.
    let refused =
        programme.client.submit_batch(large, false, &mut |_| panic!("it is read")).await.unwrap_err();
    assert!(
        matches!(&refused, ClientError::Refused { status: 413, code, .. } if code == "batch.too_large"),
        "{refused}"
    );
    provoked.0.extend(["batch.too_many", "batch.too_large"].map(str::to_owned));
    let long = [vec![b'x'; limits::SUBMISSION_BYTES + 5], b"\n".to_vec(), event].concat();
    let fates = batch::send(&programme, long, false).await;
    assert_eq!((&fates[0]["code"], &fates[1]["status"]), (&"submission.too_large".into(), &200.into()));
}
