//! Corrections, evidence, erasures and findings to try in a walk.

use tinnhiem::event::*;

use super::acts::Maker;
use super::observed::Thing;
use super::{Act, World};

pub const MAKERS: &[Maker] = &[
    (2, retract),
    (2, raise),
    (1, annotate),
    (2, commit),
    (1, disclose),
    (2, destroy),
    (2, request),
    (2, execute),
    (1, refuse),
    (1, report),
    (1, rotate_log_key),
    (1, commit_state),
    (1, attest_state),
];

fn correct(world: &mut World, kind: &str, action: CorrectionAction) -> Option<Act> {
    let (target, subject, thing) = world.item(kind)?;
    let issuer = world.issuer_of(&target);
    // An annotation moves nothing.
    let moves = action != CorrectionAction::Annotate;
    let body = CorrectionIssued { target, action, statement: world.words().into() };
    let act = match issuer.is_council() {
        true => world.by_council(Some(subject), body, Vec::new()),
        false => world.by(issuer, Some(subject), body),
    };
    Some(if moves { act.aiming(thing) } else { act })
}

fn kind(world: &mut World) -> Option<&'static str> {
    world.dice.pick(&["assessment", "endorsement", "sanction", "decision"])
}

fn retract(world: &mut World) -> Option<Act> {
    let kind = kind(world)?;
    correct(world, kind, CorrectionAction::Retract)
}

fn raise(world: &mut World) -> Option<Act> {
    let indicator: IndicatorId = "I1".parse().ok()?;
    let evidence = [(indicator.clone(), vec![world.words().into()])].into();
    let regrading = Regrading { grades: [(indicator, 2)].into(), evidence };
    correct(world, "assessment", CorrectionAction::Replace(regrading))
}

fn annotate(world: &mut World) -> Option<Act> {
    let kind = kind(world)?;
    correct(world, kind, CorrectionAction::Annotate)
}

fn commit(world: &mut World) -> Option<Act> {
    let (member, subject) = (world.member(|_| true)?, world.subject()?);
    let body = EvidenceCommitted {
        commitment: world.words().into(),
        media_type: "video/mp4".to_owned(),
        custodian: member.clone(),
        retain_until: world.today().plus_days(world.dice.below(20) as i32),
    };
    Some(world.by(member, Some(subject), body))
}

fn disclose(world: &mut World) -> Option<Act> {
    let (target, subject, thing) = world.item("evidence")?;
    let custodian = world.issuer_of(&target);
    let body = EvidenceDisclosed { target, to: PartyId::council(), reason: None };
    Some(world.by(custodian, Some(subject), body).aiming(thing))
}

fn destroy(world: &mut World) -> Option<Act> {
    let (target, subject, thing) = world.item("evidence")?;
    let custodian = world.issuer_of(&target);
    let body = EvidenceDestroyed { target, reason: None };
    Some(world.by(custodian, Some(subject), body).aiming(thing))
}

fn request(world: &mut World) -> Option<Act> {
    let kind = world.dice.pick(&["evidence", "evidence", "assessment"])?;
    let (target, subject, _) = world.item(kind)?;
    let body = ErasureRequested { targets: vec![target], reason: None };
    Some(world.by(subject.into(), Some(subject), body))
}

/// The operator's answer to a request.
fn answer(world: &mut World, body: impl FnOnce(&World, Thing) -> Option<Body>) -> Option<Act> {
    let (_, subject, thing) = world.item("erasure")?;
    let operator = world.state.ledger()?.operator.clone();
    let body = body(world, thing.clone())?;
    Some(world.by(operator, Some(subject), body).aiming(thing))
}

fn execute(world: &mut World) -> Option<Act> {
    answer(world, |world, thing| {
        let Thing::About(_, request, subject) = thing else { return None };
        let register = world.state.register(&subject)?;
        let targets = register.erasures.open().find(|one| one.recorded.event == request)?.targets.clone();
        Some(ErasureExecuted { request, targets }.into())
    })
}

fn refuse(world: &mut World) -> Option<Act> {
    answer(world, |_, thing| {
        let Thing::About(_, request, _) = thing else { return None };
        Some(ErasureRefused { request, ground: LegalGround::LegalClaim, reason: None }.into())
    })
}

fn report(world: &mut World) -> Option<Act> {
    let auditor = world.of_class(MemberClass::Auditor)?;
    let body = AuditFinding { kind: FindingKind::Clock, text: world.words().into(), positions: vec![0] };
    Some(world.by(auditor, None, body))
}

fn rotate_log_key(world: &mut World) -> Option<Act> {
    let old = *world.state.ledger()?.log_key();
    let new = world.fresh_key();
    Some(world.by_council(None, LedgerKeyRotated { old, new }, vec![old, new]))
}

fn commit_state(world: &mut World) -> Option<Act> {
    let operator = world.state.ledger()?.operator.clone();
    let (size, date) = (world.state.size(), world.today());
    let root = StateRoot::from_bytes([1; 32]);
    let body = StateCommitted {
        format: StateFormat::Dossier1,
        size,
        date,
        subjects: 0,
        root,
        parties: 0,
        parties_root: root,
        policies_root: root,
    };
    Some(world.by(operator, None, body))
}

fn attest_state(world: &mut World) -> Option<Act> {
    let auditor = world.of_class(MemberClass::Auditor)?;
    let last = world.state.commitments().last()?.body;
    let StateCommitted { size, date, root, parties_root, policies_root, .. } = last;
    Some(world.by(auditor, None, StateAttested { size, date, root, parties_root, policies_root }))
}
