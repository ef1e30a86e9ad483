//! Events to try in a walk: one maker per type, each of what may go right and what may not.

use tinnhiem::dsse::{EventId, PublicKey};
use tinnhiem::event::*;
use tinnhiem::facts::{At, Capacity, Dossier};

use super::observed::Thing;
use super::{Act, World, documents, process};
use crate::programme::*;

/// A type's maker, and how often it is tried.
pub type Maker = (u32, fn(&mut World) -> Option<Act>);

const MAKERS: &[Maker] = &[
    (3, admit),
    (1, update),
    (2, suspend),
    (3, reinstate),
    (1, remove),
    (1, reseat),
    (1, hand_over),
    (1, publish_policy),
    (8, accredit),
    (1, withdraw_accreditation),
    (8, add_key),
    (1, rotate_key),
    (2, revoke_key),
    (2, enrol),
    (1, depart),
    (3, resume),
    (1, link),
    (2, unlink),
    (14, assess),
    (2, withdraw_assessment),
    (1, publish_code),
    (1, pledge),
    (3, collaborate),
    (2, end_collaboration),
    (6, endorse),
    (3, withdraw_endorsement),
    (4, decide_officially),
    (1, overturn),
    (5, sanction),
    (2, lift),
    (4, certify),
    (1, withdraw_certificate),
];

/// Something to try; none: the world lacks what the dice asked for.
pub fn any(world: &mut World) -> Option<Act> {
    // Contests take many steps in time: every other thing tried is one of theirs.
    let makers: &[&[Maker]] = match world.dice.one_in(2) {
        true => &[process::MAKERS],
        false => &[MAKERS, process::MAKERS, documents::MAKERS],
    };
    let makers = || makers.iter().copied().flatten();
    let all: u32 = makers().map(|(weight, _)| weight).sum();
    let mut left = world.dice.below(all as usize) as u32;
    let mut makers = makers();
    let maker = makers.find(|(weight, _)| {
        let found = left < *weight;
        left = left.saturating_sub(*weight);
        found
    });
    maker.and_then(|(_, make)| make(world))
}

impl World {
    pub fn fresh(&mut self) -> String {
        self.made += 1;
        format!("n{}", self.made)
    }

    /// A text to commit to: a new one, or now and then one that is somebody's already.
    pub fn words(&mut self) -> Commitment {
        let words = if self.dice.one_in(40) { "what was said".to_owned() } else { self.fresh() };
        Commitment::to(&[4; 32], words.as_bytes())
    }

    pub fn fresh_key(&mut self) -> PublicKey {
        key(&self.fresh()).public()
    }

    /// A key of a party, most often one that signs.
    pub fn key_of(&mut self, party: &PartyId) -> Vec<PublicKey> {
        let (size, now) = (self.state.size(), self.now);
        let own = self.state.parties().keys_of(party).filter(|(_, one)| one.capacity == Capacity::Own);
        let (live, rest): (Vec<_>, Vec<_>) =
            own.partition(|(_, one)| one.span.holds(size) && one.live_from <= now);
        let (live, rest): (Vec<PublicKey>, Vec<PublicKey>) =
            (live.iter().map(|one| *one.0).collect(), rest.iter().map(|one| *one.0).collect());
        let from = if live.is_empty() || (!rest.is_empty() && self.dice.one_in(20)) { rest } else { live };
        self.dice.pick(&from).into_iter().collect()
    }

    /// The keys of as many seats as must sign.
    pub fn council(&mut self) -> Vec<PublicKey> {
        let size = self.state.size();
        let seats: Vec<PublicKey> = self.state.parties().council(size).map(|seat| seat.key).collect();
        let live = |key: &&PublicKey| self.state.parties().key(key).unwrap().span.holds(size);
        let live: Vec<PublicKey> = seats.iter().filter(live).copied().collect();
        let short = usize::from(self.dice.one_in(30));
        live.into_iter().take(3 - short).collect()
    }

    pub fn member(&mut self, fits: impl Fn(&tinnhiem::facts::Member) -> bool) -> Option<PartyId> {
        let size = self.state.size();
        let parties = self.state.parties();
        let all = parties.members().filter(|name| fits(parties.member(name, size).unwrap()));
        let all: Vec<PartyId> = all.cloned().collect();
        self.dice.pick(&all)
    }

    pub fn of_class(&mut self, class: MemberClass) -> Option<PartyId> {
        let active = !self.dice.one_in(10);
        self.member(|one| one.class == class && (!active || one.membership == Membership::Active))
    }

    /// An assessor, most often one that is accredited.
    pub fn assessor(&mut self) -> Option<PartyId> {
        if self.dice.one_in(6) {
            return self.of_class(MemberClass::Assessor);
        }
        let valid = self.items.iter().filter(|item| item.stage(&self.state, self.now) == "Valid");
        let valid = valid.filter_map(|item| match &item.thing {
            Thing::Accreditation(_, assessor) => Some(assessor.clone()),
            _ => None,
        });
        let valid: Vec<PartyId> = valid.collect();
        self.dice.pick(&valid)
    }

    pub fn subject(&mut self) -> Option<SubjectId> {
        let size = self.state.size();
        let left = self.dice.one_in(15);
        let fits = |one: &&std::sync::Arc<Dossier>| left || one.enrolment(size).is_some();
        let all: Vec<SubjectId> = self.state.dossiers().iter().filter(fits).map(|one| one.subject).collect();
        self.dice.pick(&all)
    }

    /// An item about a subject, of this kind, most often one that has not ended.
    pub fn item(&mut self, kind: &str) -> Option<(EventId, SubjectId, Thing)> {
        let ended = self.dice.one_in(8);
        let over = [
            "Ended",
            "Struck",
            "Unlinked",
            "Overturned",
            "Over",
            "Published",
            "Imposed",
            "Lapsed",
            "Final",
            "Declined",
            "Withdrawn",
            "Destroyed",
            "Erased",
            "Executed",
            "Refused",
        ];
        let all = self.items.iter().filter_map(|item| match &item.thing {
            Thing::About(one, event, subject) if *one == kind => {
                let stands = !over.contains(&item.stage(&self.state, self.now));
                (ended || stands).then(|| (*event, *subject, item.thing.clone()))
            }
            _ => None,
        });
        let all: Vec<_> = all.collect();
        self.dice.pick(&all)
    }

    pub fn issuer_of(&self, event: &EventId) -> PartyId {
        let index = self.state.index();
        index.row(index.seq(event).unwrap()).unwrap().issuer.clone()
    }

    pub fn by_council(
        &mut self,
        about: Option<SubjectId>,
        body: impl Into<Body>,
        more: Vec<PublicKey>,
    ) -> Act {
        let keys = [self.council(), more].concat();
        Act { issuer: PartyId::council(), subject: about, body: body.into(), keys, aims: Vec::new() }
    }

    pub fn by(&mut self, issuer: PartyId, about: Option<SubjectId>, body: impl Into<Body>) -> Act {
        let keys = self.key_of(&issuer);
        Act { issuer, subject: about, body: body.into(), keys, aims: Vec::new() }
    }
}

impl Act {
    pub fn aiming(mut self, aim: Thing) -> Self {
        self.aims.push(aim);
        self
    }

    fn with(mut self, keys: Vec<PublicKey>) -> Self {
        self.keys.extend(keys);
        self
    }
}

fn admit(world: &mut World) -> Option<Act> {
    use MemberClass::*;
    let class = world.dice.pick(&[Assessor, Assessor, Business, Platform, StateAgency, Press, Auditor])?;
    let name = world.fresh();
    let roles = if class == Platform { vec![Role::Registrar] } else { Vec::new() };
    let body = admission(&name, class, &roles);
    let added = vec![body.key];
    Some(world.by_council(None, body, added))
}

fn update(world: &mut World) -> Option<Act> {
    let member = world.member(|_| true)?;
    let name = Some(world.fresh());
    let body = MemberUpdated { member: member.clone(), name, class: None, group: None, roles: None };
    Some(world.by_council(None, body, Vec::new()).aiming(Thing::Member(member)))
}

fn suspend(world: &mut World) -> Option<Act> {
    let member = world.member(|_| true)?;
    let body = MemberSuspended { member: member.clone(), reason: None };
    Some(world.by_council(None, body, Vec::new()).aiming(Thing::Member(member)))
}

fn reinstate(world: &mut World) -> Option<Act> {
    let any = world.dice.one_in(4);
    let member = world.member(|one| any || one.membership == Membership::Suspended)?;
    let body = MemberReinstated { member: member.clone(), reason: None };
    Some(world.by_council(None, body, Vec::new()).aiming(Thing::Member(member)))
}

fn remove(world: &mut World) -> Option<Act> {
    let size = world.state.size();
    let waiting = world.items.iter().filter_map(|item| match item.thing {
        Thing::Key(key) if item.stage(&world.state, world.now) == "Waiting" => {
            world.state.parties().key(&key).map(|one| one.owner.clone())
        }
        _ => None,
    });
    let waiting = waiting.filter(|owner| world.state.parties().member(owner, size).is_some());
    let waiting: Vec<PartyId> = waiting.collect();
    let member = world.dice.pick(&waiting).or_else(|| world.member(|_| true))?;
    let body = MemberRemoved { member: member.clone(), reason: None };
    Some(world.by_council(None, body, Vec::new()).aiming(Thing::Member(member)))
}

fn reseat(world: &mut World) -> Option<Act> {
    let size = world.state.size();
    let chosen = world.dice.below(5);
    let seats: Vec<_> = world.state.parties().council(size).cloned().collect();
    let (mut council, mut added) = (Vec::new(), Vec::new());
    for (place, seat) in seats.into_iter().enumerate() {
        let live = world.state.parties().key(&seat.key).unwrap().span.holds(size);
        let key = if live && place != chosen { seat.key } else { world.fresh_key() };
        added.extend((key != seat.key).then_some(key));
        council.push(Seat { seat: seat.seat, member: seat.member, key });
    }
    Some(world.by_council(None, CouncilChanged { council, threshold: 3 }, added))
}

fn hand_over(world: &mut World) -> Option<Act> {
    let stays = world.dice.one_in(2);
    let fresh = world.fresh();
    let member = if stays { world.state.ledger()?.operator.clone() } else { party(&fresh) };
    let key = world.fresh_key();
    Some(world.by_council(None, OperatorChanged { operator: Operator { member, key } }, vec![key]))
}

fn publish_policy(world: &mut World) -> Option<Act> {
    let versions = world.state.policies().versions();
    let version = versions.last()?.version + 1;
    let policy = (*versions[0].policy).clone();
    let effective_from = world.today().plus_days(28 + world.dice.below(40) as i32);
    Some(world.by_council(None, PolicyPublished { version, effective_from, policy }, Vec::new()))
}

fn accredit(world: &mut World) -> Option<Act> {
    let assessor = world.of_class(MemberClass::Assessor)?;
    let days = world.dice.below(60) as i32;
    let valid_until = (days < 40).then(|| world.today().plus_days(days));
    let body = AccreditationGranted { valid_until, ..accreditation(assessor.as_str()) };
    Some(world.by_council(None, body, Vec::new()))
}

fn withdraw_accreditation(world: &mut World) -> Option<Act> {
    let all = world.items.iter().filter_map(|item| match &item.thing {
        Thing::Accreditation(event, _) => Some((*event, item.thing.clone())),
        _ => None,
    });
    let all: Vec<_> = all.collect();
    let newest = all.len().saturating_sub(6);
    let (target, thing) = world.dice.pick(&all[newest..])?;
    let body = AccreditationWithdrawn { target, reason: None };
    Some(world.by_council(None, body, Vec::new()).aiming(thing))
}

/// A member, the operator more often than another, or a subject.
fn owner(world: &mut World) -> Option<PartyId> {
    match world.dice.below(4) {
        0 => Some(world.state.ledger()?.operator.clone()),
        1 => world.subject().map(PartyId::from),
        _ => world.member(|_| true),
    }
}

fn add_key(world: &mut World) -> Option<Act> {
    let owner = owner(world)?;
    let added = world.fresh_key();
    if world.dice.one_in(3) {
        return Some(world.by(owner, None, KeyAdded { key: added, owner: None }).with(vec![added]));
    }
    Some(world.by_council(None, KeyAdded { key: added, owner: Some(owner) }, vec![added]))
}

fn rotate_key(world: &mut World) -> Option<Act> {
    let owner = owner(world)?;
    let (old, new) = (world.key_of(&owner).first().copied()?, world.fresh_key());
    let keys = vec![old, new];
    let body = KeyRotated { old, new }.into();
    Some(Act { issuer: owner, subject: None, body, keys, aims: Vec::new() }.aiming(Thing::Key(old)))
}

fn revoke_key(world: &mut World) -> Option<Act> {
    let size = world.state.size();
    let all = world.items.iter().filter_map(|item| match item.thing {
        Thing::Key(key) => Some(key),
        _ => None,
    });
    let all: Vec<PublicKey> = all.collect();
    let key = world.dice.pick(&all)?;
    let record = world.state.parties().key(&key)?.clone();
    let waits = record.live_from > world.now;
    let parties = world.state.parties();
    let live = |key: &PublicKey| parties.key(key).unwrap().span.holds(size);
    let seats = parties.council(size).filter(|seat| live(&seat.key)).count();
    if record.capacity == Capacity::Seat && seats <= 3 {
        return None;
    }
    let aim = Thing::Key(key);
    match world.dice.below(4) {
        0 => {
            let from = world.now.minus_ms(world.dice.below(80) as u64 * 86_400_000);
            let body = KeyRevoked { key, cause: RevocationCause::Compromised, invalid_from: Some(from) };
            Some(world.by_council(None, body, Vec::new()).aiming(aim))
        }
        1 => {
            let body = KeyRevoked { key, cause: RevocationCause::Lost, invalid_from: None };
            Some(world.by_council(None, body, Vec::new()).aiming(aim))
        }
        _ if waits => {
            let body = KeyRevoked { key, cause: RevocationCause::Cancelled, invalid_from: None };
            Some(world.by(record.owner, None, body).aiming(aim))
        }
        _ => {
            let body = KeyRevoked { key, cause: RevocationCause::Retired, invalid_from: None }.into();
            Some(Act { issuer: record.owner, subject: None, body, keys: vec![key], aims: vec![aim] })
        }
    }
}

fn enrol(world: &mut World) -> Option<Act> {
    let size = world.state.size();
    let in_it = world.state.dossiers().iter().filter(|one| one.enrolment(size).is_some()).count();
    let registrar = world.of_class(MemberClass::Platform).filter(|_| in_it < 4)?;
    let name = world.fresh();
    let (body, _) = enrolment(&name);
    let added = vec![body.key];
    Some(world.by(registrar, Some(subject(&name)), body).with(added))
}

fn depart(world: &mut World) -> Option<Act> {
    let subject = world.subject()?;
    let body = SubjectDeparted { reason: None };
    Some(world.by(subject.into(), Some(subject), body).aiming(Thing::Subject(subject)))
}

fn resume(world: &mut World) -> Option<Act> {
    let registrar = world.of_class(MemberClass::Platform)?;
    let all: Vec<SubjectId> = world.state.dossiers().iter().map(|one| one.subject).collect();
    let about = world.dice.pick(&all)?;
    let name = (1..=world.made).map(|made| format!("n{made}")).find(|name| subject(name) == about)?;
    let (SubjectEnrolled { identity, identity_key, profile, consent, topics, group, .. }, _) =
        enrolment(&name);
    let body = SubjectResumed { identity, identity_key, profile, consent, topics, group };
    let keys = world.key_of(&about.into());
    Some(world.by(registrar, Some(about), body).with(keys).aiming(Thing::Subject(about)))
}

fn link(world: &mut World) -> Option<Act> {
    let (registrar, subject) = (world.of_class(MemberClass::Platform)?, world.subject()?);
    let account = world.words();
    let body = AccountLinked { platform: "vietreel".parse().ok()?, account: account.into() };
    let keys = world.key_of(&subject.into());
    Some(world.by(registrar, Some(subject), body).with(keys))
}

fn unlink(world: &mut World) -> Option<Act> {
    let registrar = world.of_class(MemberClass::Platform)?;
    let (target, subject, thing) = world.item("account")?;
    let keys = world.key_of(&subject.into());
    let body = AccountUnlinked { target, reason: None };
    Some(world.by(registrar, Some(subject), body).with(keys).aiming(thing))
}

fn assess(world: &mut World) -> Option<Act> {
    let (assessor, subject) = (world.assessor()?, world.subject()?);
    let today = world.today();
    let policy = world.state.policies().in_force(world.state.size(), today)?.version;
    let valid_until = Some(today.plus_days(world.dice.below(180) as i32));
    // One indicator of each criterion, at its middle level: enough for a score.
    let grades = ["I1", "I5", "I9", "I13", "I17"].map(|id| (id.parse().unwrap(), Some(1))).into();
    let body = AssessmentPublished { policy, valid_until, grades, ..assessment(today) };
    Some(world.by(assessor, Some(subject), body))
}

fn withdraw_assessment(world: &mut World) -> Option<Act> {
    let (target, subject, thing) = world.item("assessment")?;
    let issuer = world.issuer_of(&target);
    let body = AssessmentWithdrawn { target, reason: None };
    Some(world.by(issuer, Some(subject), body).aiming(thing))
}

fn publish_code(world: &mut World) -> Option<Act> {
    let version = world.state.codes().last().map_or(1, |code| code.version + 1);
    let text = world.words();
    let body = CodePublished { version, clauses: vec!["D1".parse().ok()?], text: text.into() };
    Some(world.by_council(None, body, Vec::new()))
}

fn pledge(world: &mut World) -> Option<Act> {
    let (subject, code) = (world.subject()?, world.state.codes().last()?.event);
    Some(world.by(subject.into(), Some(subject), PledgeSigned { code }))
}

fn collaborate(world: &mut World) -> Option<Act> {
    let (business, subject) = (world.of_class(MemberClass::Business)?, world.subject()?);
    let starts_on = world.today().plus_days(-(world.dice.below(40) as i32));
    let body = CollaborationDeclared {
        campaign: "campaign".to_owned(),
        category: "sua".parse().ok()?,
        starts_on,
        ends_on: starts_on.plus_days(world.dice.below(80) as i32),
        value_band: ValueBand::Under10m,
        papers: Vec::new(),
    };
    let keys = world.key_of(&subject.into());
    Some(world.by(business, Some(subject), body).with(keys))
}

fn end_collaboration(world: &mut World) -> Option<Act> {
    let (target, subject, thing) = world.item("collaboration")?;
    let (business, keys) = (world.issuer_of(&target), world.key_of(&subject.into()));
    let body = CollaborationEnded { target, reason: None };
    Some(world.by(business, Some(subject), body).with(keys).aiming(thing))
}

fn endorse(world: &mut World) -> Option<Act> {
    let subject = world.subject()?;
    let endorser = match world.dice.one_in(2) {
        true => world.of_class(MemberClass::Business),
        false => owner(world),
    };
    let body = EndorsementPublished {
        expires_on: world.today().plus_days(world.dice.below(60) as i32),
        ..endorsement(world.today())
    };
    Some(world.by(endorser?, Some(subject), body))
}

fn withdraw_endorsement(world: &mut World) -> Option<Act> {
    let (target, subject, thing) = world.item("endorsement")?;
    let issuer = world.issuer_of(&target);
    let body = EndorsementWithdrawn { target, reason: None };
    Some(world.by(issuer, Some(subject), body).aiming(thing))
}

fn official_act(world: &mut World) -> OfficialAct {
    OfficialAct { authority: "an authority".to_owned(), code: world.fresh(), date: world.today() }
}

fn decide_officially(world: &mut World) -> Option<Act> {
    let (agency, subject) = (world.of_class(MemberClass::StateAgency)?, world.subject()?);
    let body = DecisionRecorded { act: official_act(world), document: None };
    Some(world.by(agency, Some(subject), body))
}

fn overturn(world: &mut World) -> Option<Act> {
    let agency = world.of_class(MemberClass::StateAgency)?;
    let (target, subject, thing) = world.item("decision")?;
    let body = DecisionOverturned { target, act: official_act(world) };
    Some(world.by(agency, Some(subject), body).aiming(thing))
}

fn sanction(world: &mut World) -> Option<Act> {
    // One wrong is sanctioned once.
    let is_new = |world: &World, decision: &EventId, subject: &SubjectId| {
        let sanctions = world.state.dossier(subject).into_iter().flat_map(|file| file.sanctions.open());
        sanctions.into_iter().all(|one| one.basis != Basis::Decision(*decision))
    };
    let decided = world.item("decision").filter(|_| world.dice.below(4) > 0);
    let decided = decided.filter(|(decision, subject, _)| is_new(world, decision, subject));
    let (basis, subject) = match decided {
        Some((decision, subject, _)) => (Basis::Decision(decision), subject),
        None => (Basis::Conduct(format!("I{}", 1 + world.dice.below(20)).parse().ok()?), world.subject()?),
    };
    let severity = world.dice.pick(&[Severity::S1, Severity::S2, Severity::S3])?;
    let starts_on = world.today().plus_days(world.dice.below(3) as i32);
    let days = 1 + world.dice.below(180) as i32;
    let body = SanctionImposed { basis, ..crate::programme::sanction(starts_on, severity, days) };
    Some(world.by_council(Some(subject), body, Vec::new()))
}

fn lift(world: &mut World) -> Option<Act> {
    let (target, subject, thing) = world.item("sanction")?;
    let body = SanctionLifted { target, reason: None };
    Some(world.by_council(Some(subject), body, Vec::new()).aiming(thing))
}

/// A certificate of who has a score, now and then of another one, or for too long.
fn certify(world: &mut World) -> Option<Act> {
    let (size, as_of) = (world.state.size(), world.today().plus_days(-(world.dice.below(9) as i32)));
    let shown = |subject: &SubjectId| world.state.figure(subject, At { size, as_of })?.0.score;
    let all = world.state.dossiers().iter().map(|one| one.subject);
    let rated: Vec<SubjectId> = all.filter(|subject| shown(subject).is_some()).collect();
    let subject = world.dice.pick(&rated).or_else(|| world.subject())?;
    let figure = world.state.figure(&subject, At { size, as_of }).map(|(figure, _)| figure);
    let stated = figure.as_ref().and_then(|figure| Some((figure.score?, figure.band?)));
    let (score, band) = stated.filter(|_| !world.dice.one_in(12)).unwrap_or((5_000, 'A'));
    let policy = world.state.policies().in_force(size, as_of)?.version;
    let most = if world.dice.one_in(4) { 400 } else { 60 };
    let days = 1 + world.dice.below(most) as i32;
    let valid_until = world.today().plus_days(days);
    let body = CertificateGranted { policy, band, score, as_of, valid_until };
    Some(world.by_council(Some(subject), body, Vec::new()))
}

fn withdraw_certificate(world: &mut World) -> Option<Act> {
    let (target, subject, thing) = world.item("certificate")?;
    let body = CertificateWithdrawn { target, reason: world.words().into() };
    Some(world.by_council(Some(subject), body, Vec::new()).aiming(thing))
}
