//! Events of due process to try in a walk: notices, proposals, replies, panels, draws, appeals.

use tinnhiem::dsse::{EventId, PublicKey};
use tinnhiem::event::*;
use tinnhiem::facts::Contest;
use tinnhiem::state::Drawer;

use super::acts::Maker;
use super::observed::Thing;
use super::{Act, World};
use crate::adverse::{notified, proposed};
use crate::contests::chain;
use crate::programme::*;

pub const MAKERS: &[Maker] = &[
    (5, notify),
    (5, reply_to_notice),
    (7, publish_notified),
    (4, propose),
    (4, reply_to_proposal),
    (5, impose_proposed),
    (20, contest),
    (6, admit_contest),
    (2, decline),
    (24, seat),
    (6, challenge),
    (3, extend),
    (7, rule),
    (16, appeal),
    (8, rule_on_appeal),
    (2, withdraw),
    (1, commit),
    (30, reveal),
];

/// What an assessor intends to publish; the policy in force when it does may be another.
fn notify(world: &mut World) -> Option<Act> {
    let (assessor, subject) = (world.assessor()?, world.subject()?);
    let today = world.today();
    let policy = world.state.policies().in_force(world.state.size(), today)?.version;
    let valid_until = Some(today.plus_days(20 + world.dice.below(160) as i32));
    let body = notified(AssessmentPublished { policy, valid_until, ..assessment(today) });
    Some(world.by(assessor, Some(subject), body))
}

fn reply_to_notice(world: &mut World) -> Option<Act> {
    let (notice, subject, thing) = world.item("notice")?;
    let body = AssessmentReplied { notice, statement: world.words().into(), evidence: Vec::new() };
    Some(world.by(subject.into(), Some(subject), body).aiming(thing))
}

fn publish_notified(world: &mut World) -> Option<Act> {
    let (notice, subject, thing) = world.item("notice")?;
    let dossier = world.state.dossier(&subject)?;
    let intended = dossier.notices.open().find(|one| one.recorded.event == notice)?.intended.clone();
    let assessor = world.issuer_of(&notice);
    let body = AssessmentPublished { notice: Some(notice), ..crate::adverse::published(intended) };
    Some(world.by(assessor, Some(subject), body).aiming(thing))
}

fn propose(world: &mut World) -> Option<Act> {
    let (proposer, subject) = (world.member(|_| true)?, world.subject()?);
    let starts_on = world.today().plus_days(world.dice.below(12) as i32);
    let body = proposed(sanction(starts_on, Severity::S2, 10 + world.dice.below(40) as i32));
    Some(world.by(proposer, Some(subject), body))
}

fn reply_to_proposal(world: &mut World) -> Option<Act> {
    let (proposal, subject, thing) = world.item("proposal")?;
    let body = SanctionReplied { proposal, statement: world.words().into(), evidence: Vec::new() };
    Some(world.by(subject.into(), Some(subject), body).aiming(thing))
}

fn impose_proposed(world: &mut World) -> Option<Act> {
    let (proposal, subject, thing) = world.item("proposal")?;
    let dossier = world.state.dossier(&subject)?;
    let terms = dossier.proposals.open().find(|one| one.recorded.event == proposal)?.proposed.clone();
    let starts_on = terms.starts_on.max(world.today());
    let later = starts_on.days_since(terms.starts_on);
    let body = SanctionImposed {
        severity: terms.severity,
        basis: terms.basis,
        starts_on,
        ends_on: terms.ends_on.map(|last| last.plus_days(later)),
        reason: terms.reason,
        proposal: Some(proposal),
        urgent: false,
    };
    Some(world.by_council(Some(subject), body, Vec::new()).aiming(thing))
}

impl World {
    /// A contest that waits for a decision and that `fits`, its subject, and what it is drawn as.
    fn waiting(&mut self, fits: impl Fn(&Self, &Contest) -> bool) -> Option<(Contest, SubjectId, Thing)> {
        let dossiers = self.state.dossiers().iter();
        let open = dossiers.flat_map(|dossier| dossier.pending.open().map(|one| (one, dossier.subject)));
        let open = open.filter(|(one, _)| fits(self, one));
        let open: Vec<_> = open.map(|(one, subject)| (one.clone(), subject)).collect();
        let (contest, subject) = self.dice.pick(&open)?;
        let thing = Thing::About("contest", contest.recorded.event, subject);
        Some((contest, subject, thing))
    }

    fn stage_of(&self, contest: &Contest) -> Contesting {
        contest.stage_on(self.today(), self.state.policies(), self.state.size())
    }

    /// One who decides, and the keys of all: the panel, or the council.
    fn deciders(&mut self, contest: &Contest) -> (PartyId, Vec<PublicKey>) {
        match contest.panel() {
            None => (PartyId::council(), self.council()),
            Some(panel) => {
                let keys = panel.members.iter().take(2).flat_map(|one| self.key_of(one)).collect();
                (panel.members[0].clone(), keys)
            }
        }
    }
}

fn contest(world: &mut World) -> Option<Act> {
    let kind = if world.dice.one_in(3) { "assessment" } else { "sanction" };
    let (target, subject, thing) = world.item(kind)?;
    let grounds = world.dice.pick(&[Grounds::FactualError, Grounds::Procedure])?;
    let body = ContestFiled { grounds, ..crate::programme::contest(target) };
    Some(world.by(subject.into(), Some(subject), body).aiming(thing))
}

fn admit_contest(world: &mut World) -> Option<Act> {
    let (contest, subject, thing) = world.waiting(|_, one| one.admit_by.is_some())?;
    let body = ContestAdmitted { contest: contest.recorded.event };
    Some(world.by_council(Some(subject), body, Vec::new()).aiming(thing))
}

fn decline(world: &mut World) -> Option<Act> {
    let (contest, subject, thing) = world.waiting(|_, one| one.admit_by.is_some())?;
    let body = ContestDeclined {
        contest: contest.recorded.event,
        code: DeclineCode::NoCase,
        reason: world.words().into(),
    };
    Some(world.by_council(Some(subject), body, Vec::new()).aiming(thing))
}

fn seat(world: &mut World) -> Option<Act> {
    // An appeal that waits for a panel beyond its last day is rare: it comes first.
    let overdue = |world: &World, one: &Contest| {
        one.panelled.is_some() && one.panel().is_none() && world.stage_of(one) == Contesting::AppealOverdue
    };
    let found = world.waiting(overdue).or_else(|| world.waiting(|_, one| one.panelled.is_some()));
    let (contest, subject, thing) = found?;
    let dossier = world.state.dossier(&subject)?;
    let drawn = world.state.drawn_panel(dossier, &contest, world.today())?;
    let panelled = contest.panelled.as_deref()?;
    let sitting = world.state.sitting(&drawn, panelled, panelled.challenged.as_ref());
    let mut members = sitting.clone();
    for _ in 0..40 {
        members.truncate(sitting.len());
        while members.len() < drawn.seats {
            members.push(world.member(|_| true)?);
        }
        if world.state.seats_panel(&drawn, panelled, &members) {
            break;
        }
    }
    let body = PanelSeated { contest: contest.recorded.event, members, challenged: None };
    Some(world.by_council(Some(subject), body, Vec::new()).aiming(thing))
}

fn challenge(world: &mut World) -> Option<Act> {
    let (contest, subject, thing) = world.waiting(|_, one| one.panel().is_some())?;
    let challenged = contest.panel()?.members.first()?.clone();
    let dossier = world.state.dossier(&subject)?;
    let drawn = world.state.drawn_panel(dossier, &contest, world.today())?;
    let members = world.state.sitting(&drawn, contest.panelled.as_deref()?, Some(&challenged));
    let body = PanelSeated { contest: contest.recorded.event, members, challenged: Some(challenged) };
    Some(world.by(subject.into(), Some(subject), body).aiming(thing))
}

fn extend(world: &mut World) -> Option<Act> {
    let (contest, subject, thing) = world.waiting(|_, _| true)?;
    let (issuer, keys) = world.deciders(&contest);
    let body = ContestExtended { contest: contest.recorded.event, reason: None }.into();
    Some(Act { issuer, subject: Some(subject), body, keys, aims: vec![thing] })
}

/// A ruling on a contest that waits for one, or on its appeal.
struct Ruling {
    contest: EventId,
    outcome: Outcome,
    effect: Option<Effect>,
    panel: Option<EventId>,
    reason: Commitment,
}

/// By whom a ruling is signed, and what it moves: the contest, and the item where that has not ended.
fn ruling(world: &mut World, on_appeal: bool, make: fn(Ruling) -> Body) -> Option<Act> {
    let of_kind = |world: &World, one: &Contest| world.stage_of(one).is_appeal() == on_appeal;
    let (contest, subject, thing) = world.waiting(of_kind)?;
    let target = contest.target;
    let item = world.items.iter().find(
        |item| matches!(&item.thing, Thing::About("assessment" | "sanction", event, _) if *event == target),
    );
    let item = item?.clone();
    let outcomes = [Outcome::Upheld, Outcome::Rejected, Outcome::Rejected, Outcome::Partial];
    let outcome = world.dice.pick(&outcomes)?;
    let reduced = Reduction {
        severity: Severity::S1,
        ends_on: Some(world.today().plus_days(5 - world.dice.below(12) as i32)),
    };
    let effect = match &item.thing {
        _ if outcome != Outcome::Partial => None,
        Thing::About("assessment", ..) => Some(Effect::Struck(vec!["I1".parse().ok()?])),
        _ => Some(Effect::Reduced(reduced)),
    };
    let (issuer, keys) = world.deciders(&contest);
    let panel = contest.panel().map(|panel| panel.event);
    let (contest, reason) = (contest.recorded.event, world.words());
    let body = make(Ruling { contest, outcome, effect, panel, reason });
    let act = Act { issuer, subject: Some(subject), body, keys, aims: vec![thing] };
    let ended = ["Ended", "Struck"].contains(&item.stage(&world.state, world.now));
    Some(if ended { act } else { act.aiming(item.thing) })
}

fn rule(world: &mut World) -> Option<Act> {
    ruling(world, false, |one| {
        let Ruling { contest, outcome, effect, panel, reason } = one;
        ContestDecided { contest, outcome, effect, reason: reason.into(), panel }.into()
    })
}

fn rule_on_appeal(world: &mut World) -> Option<Act> {
    ruling(world, true, |one| {
        let Ruling { contest, outcome, effect, panel, reason } = one;
        AppealDecided { contest, outcome, effect, reason: reason.into(), panel }.into()
    })
}

fn withdraw(world: &mut World) -> Option<Act> {
    let (contest, subject, thing) = world.waiting(|_, _| true)?;
    let body = ContestWithdrawn { contest: contest.recorded.event, reason: None };
    Some(world.by(subject.into(), Some(subject), body).aiming(thing))
}

fn appeal(world: &mut World) -> Option<Act> {
    let (contest, subject, thing) = world.item("contest")?;
    let one = world.state.dossier(&subject)?.contest(&contest)?;
    let may = one.appeal_by.is_some();
    let body = AppealFiled { contest, statement: world.words().into(), evidence: Vec::new() };
    let act = world.by(subject.into(), Some(subject), body);
    Some(if may { act.aiming(thing) } else { act })
}

fn drawer(world: &mut World) -> Option<(Drawer, PartyId)> {
    match world.dice.one_in(2) {
        true => Some((Drawer::Operator, world.state.ledger()?.operator.clone())),
        false => Some((Drawer::Auditor, world.of_class(MemberClass::Auditor)?)),
    }
}

fn commit(world: &mut World) -> Option<Act> {
    let (_, party) = drawer(world)?;
    let mut values = chain(&world.fresh(), 6);
    let body = DrawCommitted { tip: values.pop()?, length: 6 };
    world.chains.insert(body.tip, values);
    Some(world.by(party, None, body))
}

fn reveal(world: &mut World) -> Option<Act> {
    let (drawer, party) = drawer(world)?;
    let draws = world.state.draws();
    let (filing, last) = (*draws.next(drawer, world.today())?, draws.chain(drawer)?.last);
    let value = *world.chains.values().flatten().find(|value| value.next() == last)?;
    let about = filed_about(world, &filing)?;
    Some(world.by(party, Some(about), DrawRevealed { filing, value }))
}

fn filed_about(world: &World, filing: &EventId) -> Option<SubjectId> {
    let index = world.state.index();
    index.row(index.seq(filing)?)?.subject
}
