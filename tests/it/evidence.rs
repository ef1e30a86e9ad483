//! Evidence that is kept, shown and destroyed; personal data that is erased; what auditors find.

use serde_json::Value;
use tinnhiem::client::{ClientError, Draft, Source};
use tinnhiem::clock::Clock;
use tinnhiem::dsse::{Envelope, EventId};
use tinnhiem::event::*;
use tinnhiem::ledger::Submission;
use tinnhiem::vault::Attachment;

use crate::contests::Court;
use crate::programme::*;
use crate::refusals::Provoked;

const DAY_MS: u64 = 86_400_000;

fn committed(programme: &Programme, name: &str, days: i32) -> EvidenceCommitted {
    EvidenceCommitted {
        commitment: text(name).commitment().into(),
        media_type: "video/mp4".to_owned(),
        custodian: party("a1"),
        retain_until: programme.today().plus_days(days),
    }
}

fn about(programme: &Programme, issuer: &str, body: impl Into<Body>) -> Draft {
    programme.draft(party(issuer), Some(subject("kol")), body)
}

async fn keep(programme: &Programme, name: &str, days: i32) -> EventId {
    programme.recorded(about(programme, "a1", committed(programme, name, days)), &["a1"]).await
}

async fn destroy(programme: &Programme, target: EventId) -> Result<Value, ClientError> {
    programme.send(about(programme, "a1", EvidenceDestroyed { target, reason: None }), &["a1"]).await
}

async fn request(programme: &Programme, targets: &[EventId]) -> Result<Value, ClientError> {
    let body = ErasureRequested { targets: targets.to_vec(), reason: None };
    let subject = subject("kol");
    programme.send(programme.draft(PartyId::from(subject), Some(subject), body), &["kol"]).await
}

fn id(recorded: &Value) -> EventId {
    recorded["id"].as_str().unwrap().parse().unwrap()
}

async fn execute(programme: &Programme, request: EventId, targets: &[EventId]) -> Result<Value, ClientError> {
    let body = ErasureExecuted { request, targets: targets.to_vec() };
    programme.send(about(programme, "operator", body), &["operator"]).await
}

/// Provokes the codes of evidence, erasure and findings.
pub async fn refusals(provoked: &mut Provoked) {
    let clock = Clock::manual(Clock::system().now());
    let programme = Programme::start_at(policy(), clock.clone()).await;
    evidence(&programme, &clock, provoked).await;
    erasures(&programme, provoked).await;
    findings(&programme, provoked).await;
}

async fn evidence(programme: &Programme, clock: &Clock, provoked: &mut Provoked) {
    let good = || committed(programme, "video", 5);
    let send = |body: EvidenceCommitted| programme.send(about(programme, "a1", body), &["a1"]);
    for media_type in ["video", "video/\u{1}", &format!("a/{}", "b".repeat(200))] {
        let body = EvidenceCommitted { media_type: media_type.to_owned(), ..good() };
        provoked.note(send(body).await, 422, "evidence.terms");
    }
    for days in [-1, tinnhiem::limits::EVIDENCE_DAYS + 1] {
        provoked.note(send(committed(programme, "video", days)).await, 422, "evidence.terms");
    }
    let unasked = EvidenceCommitted { custodian: party("a2"), ..good() };
    provoked.note(send(unasked).await, 403, "key.other_owner");
    let by_kol = EvidenceCommitted { custodian: PartyId::from(subject("kol")), ..good() };
    let draft = programme.draft(PartyId::from(subject("kol")), Some(subject("kol")), by_kol);
    provoked.note(programme.send(draft, &["kol"]).await, 403, "issuer.not_allowed");
    let held = keep(programme, "video", 5).await;
    provoked.note(send(good()).await, 409, "evidence.exists");
    let show = |issuer: &str, target, to: PartyId| {
        about(programme, issuer, EvidenceDisclosed { target, to, reason: None })
    };
    let nobody = show("a1", held, party("nobody"));
    provoked.note(programme.send(nobody, &["a1"]).await, 409, "evidence.recipient");
    let other = show("a2", held, party("a3"));
    provoked.note(programme.send(other, &["a2"]).await, 403, "target.other_issuer");
    for seen in 0..tinnhiem::limits::EVIDENCE_RECIPIENTS {
        // Subjects are parties too.
        let to = if seen == 0 { party("a2") } else { PartyId::from(viewer(programme, seen).await) };
        programme.recorded(show("a1", held, to), &["a1"]).await;
        if seen == 0 {
            let again = show("a1", held, party("a2"));
            provoked.note(programme.send(again, &["a1"]).await, 409, "evidence.disclosed");
        }
    }
    let one_more = show("a1", held, PartyId::council());
    provoked.note(programme.send(one_more, &["a1"]).await, 409, "evidence.too_many_recipients");
    let unknown = show("a1", EventId::from_bytes([1; 32]), party("a2"));
    provoked.note(programme.send(unknown, &["a1"]).await, 409, "target.unknown");
    provoked.note(destroy(programme, held).await, 409, "evidence.retained");
    clock.set(clock.now().plus_ms(6 * DAY_MS));
    let item = programme.impose("kol", Severity::S2, 100).await;
    let contest = id(&programme.contest("kol", item).await.unwrap());
    provoked.note(destroy(programme, held).await, 409, "evidence.contested");
    let body = ContestWithdrawn { contest, reason: None };
    let withdrawn = programme.draft(PartyId::from(subject("kol")), Some(subject("kol")), body);
    programme.recorded(withdrawn, &["kol"]).await;
    destroy(programme, held).await.unwrap();
    provoked.note(destroy(programme, held).await, 409, "target.ended");
    let late = show("a1", held, party("a2"));
    provoked.note(programme.send(late, &["a1"]).await, 409, "target.ended");
    // No group takes the room of others, and there is not room for any number of groups.
    let others = ["a2", "a3", "business", "registrar", "operator", "k1", "k2"];
    for name in &others[5..] {
        programme.admit(name, MemberClass::Press, &[]).await;
    }
    for keeper in ["a1"].iter().chain(&others) {
        let piece = |number: usize| {
            let body = committed(programme, &format!("{keeper} {number}"), 5);
            about(programme, keeper, EvidenceCommitted { custodian: party(keeper), ..body })
        };
        for number in 0..tinnhiem::limits::EVIDENCE_OF_GROUP {
            programme.recorded(piece(number), &[keeper]).await;
        }
        provoked.note(programme.send(piece(99), &[keeper]).await, 409, "evidence.too_many");
    }
    programme.admit("k3", MemberClass::Press, &[]).await;
    let body = EvidenceCommitted { custodian: party("k3"), ..committed(programme, "one more", 5) };
    provoked.note(programme.send(about(programme, "k3", body), &["k3"]).await, 409, "evidence.too_many");
}

/// Somebody whom evidence is shown to.
async fn viewer(programme: &Programme, number: usize) -> SubjectId {
    let name = format!("viewer {number}");
    programme.enrol(&name).await;
    subject(&name)
}

async fn erasures(programme: &Programme, provoked: &mut Provoked) {
    let assessed = programme.assess("a2", "kol").await;
    let kept = programme.get(format!("/v1/subjects/{}", subject("kol"))).await;
    let kept: EventId =
        kept["evidence"].as_array().unwrap().last().unwrap()["evidence"].as_str().unwrap().parse().unwrap();
    provoked.note(request(programme, &[]).await, 422, "erasure.targets");
    provoked.note(request(programme, &[assessed, assessed]).await, 422, "erasure.targets");
    let other = programme.assess("a2", "other-kol").await;
    provoked.note(request(programme, &[other]).await, 409, "target.unknown");
    let item = programme.impose("kol", Severity::S2, 90).await;
    let filed = id(&programme.contest("kol", item).await.unwrap());
    let enrolled: EventId = {
        let listed =
            programme.get(format!("/v1/events?subject={}&type=subject.enrolled", subject("kol"))).await;
        listed["events"][0]["id"].as_str().unwrap().parse().unwrap()
    };
    let asked = id(&request(programme, &[assessed, kept, item, filed, enrolled]).await.unwrap());
    provoked.note(request(programme, &[assessed]).await, 409, "erasure.exists");
    for needed in [kept, item, filed, enrolled] {
        provoked.note(execute(programme, asked, &[needed]).await, 409, "erasure.clock");
    }
    provoked.note(execute(programme, asked, &[other]).await, 422, "erasure.targets");
    provoked.note(execute(programme, asked, &[]).await, 422, "erasure.targets");
    provoked.note(execute(programme, assessed, &[assessed]).await, 409, "target.unknown");
    let body = ErasureExecuted { request: asked, targets: vec![assessed] };
    provoked.note(programme.send(about(programme, "a1", body), &["a1"]).await, 403, "issuer.not_allowed");
    execute(programme, asked, &[assessed]).await.unwrap();
    provoked.note(execute(programme, asked, &[assessed]).await, 409, "target.ended");
    provoked.note(request(programme, &[assessed]).await, 409, "target.ended");
    let asked = id(&request(programme, &[item]).await.unwrap());
    let ground = LegalGround::OpenClock;
    let body = ErasureRefused { request: asked, ground, reason: None };
    programme.recorded(about(programme, "operator", body.clone()), &["operator"]).await;
    provoked.note(
        programme.send(about(programme, "operator", body), &["operator"]).await,
        409,
        "target.ended",
    );
}

async fn findings(programme: &Programme, provoked: &mut Provoked) {
    programme.admit("auditor", MemberClass::Auditor, &[]).await;
    let found = |issuer: &str, positions: Vec<u64>| {
        let body =
            AuditFinding { kind: FindingKind::Clock, text: text("late").commitment().into(), positions };
        programme.draft(party(issuer), None, body).with([text("late")])
    };
    provoked.note(programme.send(found("a1", vec![1]), &["a1"]).await, 403, "issuer.not_allowed");
    for wrong in [vec![2, 1], vec![1, 1], vec![1_000_000], (0..65).collect()] {
        provoked.note(programme.send(found("auditor", wrong), &["auditor"]).await, 422, "finding.positions");
    }
    programme.recorded(found("auditor", vec![1, 2]), &["auditor"]).await;
    let listed = programme.get("/v1/events?type=audit.finding").await;
    let seq = &listed["events"][0]["seq"];
    let shown = programme.get(format!("/v1/events/{seq}")).await;
    assert_eq!(shown["payload"]["body"]["kind"], "clock");
}

async fn gone(programme: &Programme, one: &Attachment) -> bool {
    let path = programme.ledger.vault().path(&one.commitment());
    for _ in 0..200 {
        if !path.exists() {
            return true;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_is_kept_shown_and_destroyed_with_what_was_attached_of_it() {
    let clock = Clock::manual(Clock::system().now());
    let programme = Programme::start_at(policy(), clock.clone()).await;
    let both = EvidenceCommitted { custodian: party("a2"), ..committed(&programme, "video", 3) };
    let draft = about(&programme, "a1", both).with([text("video")]);
    let target = programme.recorded(draft, &["a1", "a2"]).await;
    let shown = EvidenceDisclosed { target, to: PartyId::council(), reason: None };
    programme.recorded(about(&programme, "a2", shown), &["a2"]).await;
    let view = || programme.get("/v1/subjects/".to_owned() + &subject("kol").to_string());
    let held = view().await;
    assert_eq!(held["evidence"][0]["custodian"], "a2");
    assert_eq!(held["evidence"][0]["disclosed_to"], serde_json::json!(["council"]));
    clock.set(clock.now().plus_ms(4 * DAY_MS));
    let body = EvidenceDestroyed { target, reason: None };
    programme.recorded(about(&programme, "a2", body), &["a2"]).await;
    assert_eq!(view().await["evidence"][0]["stage"], "destroyed");
    assert!(gone(&programme, &text("video")).await);
    programme.check_replay();
}

/// An assessment of `kol` by `a1` that rests on a document, which is attached.
async fn rests_on(programme: &Programme, document: &Attachment) -> EventId {
    let body = AssessmentPublished {
        evidence: [("I1".parse().unwrap(), vec![document.commitment().into()])].into(),
        ..assessment(programme.today())
    };
    programme.recorded(about(programme, "a1", body).with([document.clone()]), &["a1"]).await
}

/// Lets the eraser end its work.
async fn settled(programme: &Programme, mark: &str) {
    let draft = EvidenceCommitted { custodian: party("a3"), ..committed(programme, mark, 0) };
    let target = programme.recorded(about(programme, "a3", draft).with([text(mark)]), &["a3"]).await;
    programme.clock.set(programme.clock.now().plus_ms(DAY_MS));
    let body = EvidenceDestroyed { target, reason: None };
    programme.recorded(about(programme, "a3", body), &["a3"]).await;
    assert!(gone(programme, &text(mark)).await, "what was destroyed after it is still there");
}

/// An assessor's evidence went when the subject had a filing erased that names it too, and when a
/// stranger committed to it as a custodian and destroyed it a day later.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_has_evidence_destroyed_that_another_event_needs() {
    let clock = Clock::manual(Clock::system().now());
    let programme = Programme::start_at(policy(), clock.clone()).await;
    let document = text("what was seen");
    let is_kept = || programme.ledger.vault().contains(&document.commitment());
    let assessed = rests_on(&programme, &document).await;
    let item = programme.impose("kol", Severity::S2, 90).await;
    programme.contest("kol", assessed).await.unwrap();
    let body = ContestFiled { evidence: vec![document.commitment().into()], ..contest(item) };
    let draft = programme.draft(PartyId::from(subject("kol")), Some(subject("kol")), body);
    let filed = programme.recorded(draft.with([text("my case")]), &["kol"]).await;
    let withdrawn = ContestWithdrawn { contest: filed, reason: None };
    let draft = programme.draft(PartyId::from(subject("kol")), Some(subject("kol")), withdrawn);
    programme.recorded(draft, &["kol"]).await;
    let asked = id(&request(&programme, &[filed]).await.unwrap());
    execute(&programme, asked, &[filed]).await.unwrap();

    let other = programme.assess("a2", "other-kol").await;
    let stranger = Programme::start_at(policy(), clock.clone()).await;
    let theirs = rests_on(&stranger, &document).await;
    let body = EvidenceCommitted {
        commitment: document.commitment().into(),
        custodian: party("business"),
        ..committed(&stranger, "", 0)
    };
    let target = stranger.recorded(about(&stranger, "business", body), &["business"]).await;
    clock.set(clock.now().plus_ms(DAY_MS));
    let body = EvidenceDestroyed { target, reason: None };
    stranger.recorded(about(&stranger, "business", body), &["business"]).await;
    settled(&stranger, "later").await;
    assert!(stranger.ledger.vault().contains(&document.commitment()), "{theirs} rests on it");

    // Nor is it gone here, where its own custodian may not destroy it either while a contest is open.
    let contest: EventId = {
        let listed = programme.get("/v1/contests?status=open").await;
        listed["contests"][0]["contest"].as_str().unwrap().parse().unwrap()
    };
    let body = ContestWithdrawn { contest, reason: None };
    let draft = programme.draft(PartyId::from(subject("kol")), Some(subject("kol")), body);
    programme.recorded(draft, &["kol"]).await;
    settled(&programme, "later").await;
    assert!(is_kept(), "{assessed} rests on it, {other} does not");
    // Its own custodian destroys it, once nothing keeps it from that.
    let body = EvidenceCommitted { commitment: document.commitment().into(), ..committed(&programme, "", 0) };
    let target = programme.recorded(about(&programme, "a1", body), &["a1"]).await;
    clock.set(clock.now().plus_ms(DAY_MS));
    destroy(&programme, target).await.unwrap();
    assert!(gone(&programme, &document).await);
    let source = Source::Running(programme.client.clone());
    assert_eq!(audited(&source, None, &programme.clock).await.findings, vec![]);
    programme.check_replay();
}

/// A search for the commitment in an entry's bytes would pass over the assessment that rests on it.
#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_needed_however_who_cites_it_spells_it() {
    let clock = Clock::manual(Clock::system().now());
    let programme = Programme::start_at(policy(), clock).await;
    let document = text("what was seen");
    let (cited, digits) = (document.commitment(), document.commitment().to_string());
    let body = AssessmentPublished {
        evidence: [("I1".parse().unwrap(), vec![cited.into()])].into(),
        ..assessment(programme.today())
    };
    let draft = about(&programme, "a1", body);
    let escaped = format!("{}\\u{:04x}{}", &digits[..9], digits.as_bytes()[9], &digits[10..]);
    let payload = String::from_utf8(draft.event.to_payload()).unwrap().replace(&digits, &escaped);
    assert!(payload.contains(&escaped) && !payload.contains(&digits));
    let envelope = Envelope::sign(payload.into_bytes(), &[&key("a1")]).unwrap();
    let submission = Submission { envelope, attachments: vec![document.clone()] };
    programme.client.submit(&submission).await.unwrap();
    let item = programme.impose("kol", Severity::S2, 90).await;
    let by_kol = |body: Body| programme.draft(PartyId::from(subject("kol")), Some(subject("kol")), body);
    let filed = by_kol(ContestFiled { evidence: vec![cited.into()], ..contest(item) }.into());
    let filed = programme.recorded(filed.with([text("my case")]), &["kol"]).await;
    let withdrawn = by_kol(ContestWithdrawn { contest: filed, reason: None }.into());
    programme.recorded(withdrawn, &["kol"]).await;
    let asked = id(&request(&programme, &[filed]).await.unwrap());
    execute(&programme, asked, &[filed]).await.unwrap();
    settled(&programme, "later").await;
    assert!(programme.ledger.vault().contains(&cited), "an assessment rests on it");
    programme.check_replay();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_appeal_may_need_is_not_erased() {
    let mut policy = policy();
    (policy.windows.appeal, policy.windows.appeal_decide) = (Some(30), Some(60));
    let court = Court::of(policy).await;
    let programme = &court.programme;
    let target = programme.assess("a1", "kol").await;
    let held = keep(programme, "video", 0).await;
    let contest = court.file(target).await;
    let reason = text("why").commitment();
    let body = ContestDecided {
        contest,
        outcome: Outcome::Rejected,
        effect: None,
        reason: reason.into(),
        panel: None,
    };
    let decided = crate::contests::id(court.council(body).await);
    court.days(1);
    let mut provoked = Provoked::default();
    provoked.note(destroy(programme, held).await, 409, "evidence.contested");
    let asked = id(&request(programme, &[target, contest, decided, held]).await.unwrap());
    for needed in [target, contest, decided, held] {
        provoked.note(execute(programme, asked, &[needed]).await, 409, "erasure.clock");
    }
    execute(programme, asked, &[]).await.unwrap_err();
    let appeal = crate::contests::id(court.appeal(contest).await);
    court.days(21);
    let asked_again = id(&request(programme, &[appeal, target, held]).await.unwrap());
    for needed in [appeal, target, held] {
        provoked.note(execute(programme, asked_again, &[needed]).await, 409, "erasure.clock");
    }
    let body = AppealDecided {
        contest,
        outcome: Outcome::Rejected,
        effect: None,
        reason: reason.into(),
        panel: None,
    };
    court.council(body).await.unwrap();
    // Nothing needs them any more; and the first request may still be answered.
    execute(programme, asked, &[contest, decided]).await.unwrap();
    execute(programme, asked_again, &[appeal, target, held]).await.unwrap();
    programme.check_replay();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_owes_an_answer_to_a_request_for_erasure() {
    let clock = Clock::manual(Clock::system().now());
    let programme = Programme::start_at(policy(), clock.clone()).await;
    let about_kol = subject("kol");
    let item = programme.assess("a1", "kol").await;
    let draft = programme.draft(PartyId::from(about_kol), Some(about_kol), SubjectDeparted { reason: None });
    programme.recorded(draft, &["kol"]).await;
    let asked = id(&request(&programme, &[item]).await.unwrap());
    let due = programme.today().plus_days(tinnhiem::limits::ERASURE_DAYS);
    let owed = async || programme.get(format!("/v1/clocks?subject={about_kol}")).await["clocks"].clone();
    let clocks = owed().await;
    assert_eq!((&clocks[0]["what"], &clocks[0]["who"]), (&"erasure_answer".into(), &"operator".into()));
    assert_eq!((&clocks[0]["duty"], &clocks[0]["due"]), (&"must".into(), &due.to_string().into()));
    assert_eq!(clocks[0]["event"], asked.to_string());
    clock.set(clock.now().plus_ms(tinnhiem::limits::ERASURE_DAYS as u64 * DAY_MS));
    Provoked::default().note(request(&programme, &[item]).await, 409, "erasure.exists");
    clock.set(clock.now().plus_ms(DAY_MS));
    assert_eq!(owed().await[0]["missed"], true);
    // Silence does not keep it from asking again, nor from an answer to either.
    let again = id(&request(&programme, &[item]).await.unwrap());
    assert_eq!(owed().await.as_array().unwrap().len(), 2);
    execute(&programme, asked, &[item]).await.unwrap();
    let body = ErasureRefused { request: again, ground: LegalGround::OpenClock, reason: None };
    programme.recorded(about(&programme, "operator", body), &["operator"]).await;
    assert_eq!(owed().await, serde_json::json!([]));
    programme.check_replay();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_subject_is_a_tombstone_and_the_log_still_verifies() {
    let programme = Programme::start(policy()).await;
    let statement = text("a private matter");
    let spoken = EndorsementPublished {
        statement: Some(statement.commitment().into()),
        ..endorsement(programme.today())
    };
    let draft = about(&programme, "business", spoken.clone()).with([statement.clone()]);
    let endorsed = programme.recorded(draft, &["business"]).await;
    let shared = text("said twice");
    let of_kol =
        AssessmentPublished { statement: Some(shared.commitment().into()), ..assessment(programme.today()) };
    let draft = about(&programme, "a1", of_kol.clone()).with([shared.clone()]);
    let assessed = programme.recorded(draft, &["a1"]).await;
    // Another event of its issuer about the subject says the same: it goes when that is erased too.
    let corrected = CorrectionIssued {
        target: assessed,
        action: CorrectionAction::Annotate,
        statement: shared.commitment().into(),
    };
    programme.recorded(about(&programme, "a1", corrected), &["a1"]).await;
    let listed = programme.get(format!("/v1/events?subject={}&type=subject.enrolled", subject("kol"))).await;
    let enrolled: EventId = listed["events"][0]["id"].as_str().unwrap().parse().unwrap();
    let about_kol = subject("kol");
    let left = programme.draft(PartyId::from(about_kol), Some(about_kol), SubjectDeparted { reason: None });
    programme.recorded(left, &["kol"]).await;
    let named = programme.get(format!("/v1/subjects/{about_kol}")).await;
    assert_eq!((&named["name"], &named["tombstone"]), (&"kol".into(), &false.into()));
    let targets = [endorsed, assessed, enrolled];
    let asked = id(&request(&programme, &targets).await.unwrap());
    execute(&programme, asked, &targets).await.unwrap();
    assert!(gone(&programme, &statement).await && gone(&programme, &enrolment("kol").1).await);
    let path = format!("/v1/attachments/{}", statement.commitment());
    assert_eq!(programme.get(path).await["status"], 404);
    let after = programme.get(format!("/v1/subjects/{about_kol}")).await;
    assert_eq!((&after["name"], &after["tombstone"]), (&Value::Null, &true.into()));
    assert_eq!(after["erasures"][0]["stage"], "executed");
    assert!(programme.ledger.vault().contains(&shared.commitment()));
    let source = Source::Running(programme.client.clone());
    let report = audited(&source, None, &programme.clock).await;
    assert_eq!((&report.findings, report.erased), (&vec![], 3));
    // What lost its file without being erased is missing.
    std::fs::remove_file(programme.ledger.vault().path(&shared.commitment())).unwrap();
    let report = audited(&source, None, &programme.clock).await;
    assert_eq!(report.findings[0].code, "attachment.missing");
    // What the log says is erased must be gone; sent again, it is not taken back.
    let draft = about(&programme, "business", spoken).with([statement.clone()]);
    programme.send(draft, &["business"]).await.unwrap_err();
    drop(programme.ledger.vault().store(std::slice::from_ref(&statement)).unwrap());
    // A file that was put back is not served.
    let path = format!("/v1/attachments/{}", statement.commitment());
    assert_eq!(programme.get(path).await["status"], 404);
    programme.check_replay();
}
