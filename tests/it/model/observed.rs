//! What a walk keeps in sight, read off the state's records without the rules.

use tinnhiem::dsse::{EventId, PublicKey};
use tinnhiem::event::*;
use tinnhiem::facts::Records;
use tinnhiem::state::State;
use tinnhiem::time::{Date, Timestamp};

/// The drawings that a walk follows.
pub const KINDS: [&str; 17] = [
    "member",
    "key",
    "accreditation",
    "policy version",
    "subject",
    "account",
    "assessment",
    "endorsement",
    "collaboration",
    "decision",
    "sanction",
    "notice",
    "proposal",
    "contest",
    "evidence",
    "erasure",
    "certificate",
];

/// What an item is known by.
#[derive(Debug, Clone, PartialEq)]
pub enum Thing {
    Member(PartyId),
    Key(PublicKey),
    Subject(SubjectId),
    Policy(u32),
    Accreditation(EventId, PartyId),
    /// About a subject.
    About(&'static str, EventId, SubjectId),
}

#[derive(Debug, Clone)]
pub struct Item {
    pub thing: Thing,
}

impl Item {
    fn kind(&self) -> &'static str {
        match &self.thing {
            Thing::Member(_) => "member",
            Thing::Key(_) => "key",
            Thing::Subject(_) => "subject",
            Thing::Policy(_) => "policy version",
            Thing::Accreditation(..) => "accreditation",
            Thing::About(kind, ..) => kind,
        }
    }

    /// The drawing that it follows.
    pub fn machine(&self) -> &'static Machine {
        MACHINES.iter().find(|machine| machine.item == self.kind()).unwrap()
    }

    /// The arrows of a type from a stage, or from nothing.
    pub fn ways(
        &self,
        from: Option<&'static str>,
        type_name: &'static str,
    ) -> impl Iterator<Item = &'static Arrow> {
        let of_type = move |by: Move| matches!(by, Move::Event(of, _) if of.name() == type_name);
        self.machine().arrows.iter().filter(move |arrow| arrow.from == from && of_type(arrow.by))
    }

    /// Where it stands.
    pub fn stage(&self, state: &State, now: Timestamp) -> &'static str {
        let (parties, size, today) = (state.parties(), state.size(), state.date_of(now));
        match &self.thing {
            Thing::Member(member) => match parties.member(member, size).unwrap().membership {
                Membership::Active => "Active",
                Membership::Suspended => "Suspended",
                Membership::Removed => "Removed",
            },
            Thing::Key(key) => {
                let record = parties.key(key).unwrap();
                match (record.span.holds(size), record.live_from <= now) {
                    (true, true) => "Live",
                    (true, false) => "Waiting",
                    (false, _) => "Ended",
                }
            }
            Thing::Subject(subject) => match state.dossier(subject).unwrap().enrolment(size) {
                Some(_) => "Enrolled",
                None => "Departed",
            },
            Thing::Policy(version) => {
                let one = state.policies().version(*version).unwrap();
                let in_force = state.policies().in_force(size, today).unwrap().version;
                match one.span.holds(size) {
                    false => "Cancelled",
                    true if *version == in_force => "InForce",
                    true if one.effective_from > today => "Coming",
                    true => "Past",
                }
            }
            Thing::Accreditation(event, assessor) => {
                let mut all = parties.accreditations_of(assessor).iter();
                let one = all.find(|one| one.record.event == *event).unwrap();
                match one.span.holds(size) {
                    false => "Ended",
                    true => by_day(one.record.valid_until, today, "Valid", "Expired"),
                }
            }
            Thing::About(kind, event, subject) => about(state, kind, event, subject, today),
        }
    }
}

fn by_day(last: Option<Date>, today: Date, during: &'static str, after: &'static str) -> &'static str {
    if last.is_some_and(|last| last < today) { after } else { during }
}

/// The name by which a stage is drawn.
fn named(machine: &Machine, stage: impl std::fmt::Debug) -> &'static str {
    let name = format!("{stage:?}");
    machine.stages.iter().find(|one| **one == name).unwrap()
}

/// The type of the event that ended an item.
fn ended_by<T: tinnhiem::facts::Item>(state: &State, records: &Records<T>, event: &EventId) -> &'static str {
    let ended = records.ended_after(0).filter(|one| one.record.recorded().event == *event);
    let seq = ended.filter_map(|one| one.span.to_size).max().unwrap() - 1;
    state.index().row(seq).unwrap().type_name()
}

fn about(state: &State, kind: &str, event: &EventId, subject: &SubjectId, today: Date) -> &'static str {
    fn open<'a, T: tinnhiem::facts::Item>(records: &'a Records<T>, event: &EventId) -> Option<&'a T> {
        records.open().find(|one| one.recorded().event == *event)
    }
    let dossier = state.dossier(subject).unwrap();
    let register = || state.register(subject).unwrap();
    match kind {
        "assessment" => open(&dossier.assessments, event)
            .map_or("Ended", |one| by_day(one.valid_until, today, "Standing", "Expired")),
        "endorsement" => open(&dossier.endorsements, event).map_or("Ended", |one| {
            let during = if one.voided_by.is_some() { "Voided" } else { "Standing" };
            by_day(Some(one.expires_on), today, during, "Expired")
        }),
        "sanction" => open(&dossier.sanctions, event).map_or("Struck", |one| match one.lifted {
            true => "Lifted",
            false => by_day(one.ends_on, today, "Standing", "Over"),
        }),
        "certificate" => open(&dossier.certificates, event)
            .map_or("Ended", |one| by_day(Some(one.valid_until), today, "Granted", "Lapsed")),
        "account" => open(&register().accounts, event).map_or("Unlinked", |_| "Linked"),
        "collaboration" => {
            by_day(Some(open(&register().collaborations, event).unwrap().ends_on), today, "Declared", "Over")
        }
        "decision" => open(&register().decisions, event).map_or("Overturned", |_| "Standing"),
        "notice" => match open(&dossier.notices, event) {
            Some(one) => named(&NoticeStage::MACHINE, one.stage(today)),
            None if ended_by(state, &dossier.notices, event) == "assessment.published" => "Published",
            None => "Lapsed",
        },
        "proposal" => match open(&dossier.proposals, event) {
            Some(one) => named(&ProposalStage::MACHINE, one.stage(today)),
            None if ended_by(state, &dossier.proposals, event) == "sanction.imposed" => "Imposed",
            None => "Lapsed",
        },
        "contest" => {
            let one = dossier.contest(event).unwrap();
            named(&Contesting::MACHINE, one.stage_on(today, state.policies(), state.size()))
        }
        "evidence" => named(&EvidenceStage::MACHINE, open(&register().evidence, event).unwrap().stage),
        "erasure" => named(&ErasureStage::MACHINE, open(&register().erasures, event).unwrap().stage),
        other => panic!("{other} is not observed"),
    }
}

/// What an event made, or named anew.
pub fn made(id: EventId, event: &Event) -> Vec<Item> {
    let about = |kind| event.subject.map(|subject| Thing::About(kind, id, subject));
    let things: Vec<Thing> = match &event.body {
        Body::MemberAdmitted(body) => vec![Thing::Member(body.member.clone()), Thing::Key(body.key)],
        Body::LedgerOpened(body) => {
            let keys = body.council.iter().map(|seat| Thing::Key(seat.key));
            let operator = [Thing::Member(body.operator.member.clone()), Thing::Key(body.operator.key)];
            keys.chain(operator).chain([Thing::Policy(1)]).collect()
        }
        Body::OperatorChanged(body) => {
            vec![Thing::Member(body.operator.member.clone()), Thing::Key(body.operator.key)]
        }
        Body::CouncilChanged(body) => body.council.iter().map(|seat| Thing::Key(seat.key)).collect(),
        Body::PolicyPublished(body) => vec![Thing::Policy(body.version)],
        Body::AccreditationGranted(body) => vec![Thing::Accreditation(id, body.assessor.clone())],
        Body::KeyAdded(body) => vec![Thing::Key(body.key)],
        Body::KeyRotated(body) => vec![Thing::Key(body.new)],
        Body::SubjectEnrolled(body) => {
            vec![Thing::Subject(event.subject.unwrap()), Thing::Key(body.key)]
        }
        Body::AccountLinked(_) => about("account").into_iter().collect(),
        Body::AssessmentPublished(_) => about("assessment").into_iter().collect(),
        Body::EndorsementPublished(_) => about("endorsement").into_iter().collect(),
        Body::CollaborationDeclared(_) => about("collaboration").into_iter().collect(),
        Body::DecisionRecorded(_) => about("decision").into_iter().collect(),
        Body::SanctionImposed(_) => about("sanction").into_iter().collect(),
        Body::AssessmentNotified(_) => about("notice").into_iter().collect(),
        Body::SanctionProposed(_) => about("proposal").into_iter().collect(),
        Body::ContestFiled(_) => about("contest").into_iter().collect(),
        Body::EvidenceCommitted(_) => about("evidence").into_iter().collect(),
        Body::CertificateGranted(_) => about("certificate").into_iter().collect(),
        Body::ErasureRequested(_) => about("erasure").into_iter().collect(),
        _ => Vec::new(),
    };
    things.into_iter().map(|thing| Item { thing }).collect()
}
