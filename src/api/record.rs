//! `/v1/members/{member}/record`: how what somebody said has fared.
//!
//! Counted out of the files themselves when asked, so that it can never differ from them.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cores::on_every_core;
use super::extract::InPath;
use super::looks::Look;
use super::members::{Which, unknown};
use super::{Problem, Shared};
use crate::dsse::EventId;
use crate::event::{EndorsementStage, EventType, Outcome, PartyId};
use crate::facts::{At, Dossier, Experience, Item, PartyNumber, Records};
use crate::state;
use crate::time::Date;

/// How recent an assessment is that counts as work of late, in days.
const LATE_DAYS: i32 = 30;

/// How what somebody said has fared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemberRecord {
    /// The log's size that it reflects.
    pub size: u64,
    /// The date it is read on.
    pub as_of: Date,
    /// Whose: a member, or a subject that endorses.
    pub member: PartyId,
    /// Its assessments.
    pub assessments: AssessmentRecord,
    /// How experienced its group is: what its assessment of a subject that is new to the group would be told.
    #[serde(default, skip_serializing_if = "Experience::is_none")]
    pub experience: Experience,
    /// Its endorsements.
    pub endorsements: EndorsementRecord,
}

/// How an assessor's assessments have fared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AssessmentRecord {
    /// How many it published.
    pub published: u64,
    /// How many of them in the last 30 days.
    pub last_30_days: u64,
    /// How many subjects it assessed.
    pub subjects: u64,
    /// How many stand, are valid and count.
    pub in_force: u64,
    /// How many stand and are valid, but count in no score.
    pub excluded: u64,
    /// How many stand and are no longer valid.
    pub expired: u64,
    /// How many its own newer ones ended.
    pub replaced: u64,
    /// How many it withdrew or retracted.
    pub withdrawn: u64,
    /// How many fell by a contest.
    pub struck: u64,
    /// How many it notified beforehand.
    pub notified: u64,
    /// How many of those the subject replied to.
    pub replied: u64,
    /// Contests against them that wait for a decision.
    pub contests_open: u64,
    /// Contests decided for the subject.
    pub upheld: u64,
    /// Contests decided for the subject in part.
    pub partial: u64,
    /// Contests decided against the subject.
    pub rejected: u64,
    /// The overturn rate: the share of decided contests that were upheld, in thousandths; absent before the first.
    pub overturn_permille: Option<u64>,
    /// Grades of its assessments in force of which a median is known, its own vote included.
    pub grades: u64,
    /// How many of them agree with that median.
    pub agreeing: u64,
    /// Their share, in thousandths; absent without a grade.
    pub agreement_permille: Option<u64>,
}

/// How an endorser's endorsements have fared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EndorsementRecord {
    /// How many it published.
    pub published: u64,
    /// How many stand, run and count.
    pub in_force: u64,
    /// How many stand and run, but count in no score.
    pub excluded: u64,
    /// How many stand and are over.
    pub expired: u64,
    /// How many it withdrew or retracted.
    pub withdrawn: u64,
    /// How many are void: they hide paid work.
    pub voided: u64,
}

/// How what a party said has fared.
pub async fn one(State(app): Shared, InPath(which): InPath<Which>) -> Result<Json<MemberRecord>, Problem> {
    let looked = app.look(Look::Ledger, move |app, _| {
        let snapshot = app.ledger.snapshot();
        let at = At { size: snapshot.size(), as_of: app.latest() };
        record(&snapshot.state, &which.member, at.as_of).ok_or_else(|| unknown(&which.member))
    });
    looked.await.map(Json)
}

/// How what a party said has fared by a date, on every core; none for a party the log never spoke of.
pub fn record(state: &state::State, member: &PartyId, as_of: Date) -> Option<MemberRecord> {
    let party = state.parties().number(member)?;
    let at = At { size: state.size(), as_of };
    let dossiers = state.dossiers();
    let parts = on_every_core(dossiers.len(), |place| in_file(state, dossiers.get(place)?, party, at));
    let (mut assessments, mut endorsements) = <(AssessmentRecord, EndorsementRecord)>::default();
    for (of_assessments, of_endorsements) in &parts {
        assessments.add(of_assessments);
        endorsements.add(of_endorsements);
    }
    let permille = |part: u64, of: u64| (1000 * part).checked_div(of);
    let decided = assessments.upheld + assessments.partial + assessments.rejected;
    assessments.overturn_permille = permille(assessments.upheld, decided);
    assessments.agreement_permille = permille(assessments.agreeing, assessments.grades);
    let (member, experience) = (member.clone(), state.experience_on(party, as_of));
    Some(MemberRecord { size: at.size, as_of, member, assessments, experience, endorsements })
}

impl AssessmentRecord {
    fn add(&mut self, other: &Self) {
        self.published += other.published;
        self.last_30_days += other.last_30_days;
        self.subjects += other.subjects;
        self.in_force += other.in_force;
        self.excluded += other.excluded;
        self.expired += other.expired;
        self.replaced += other.replaced;
        self.withdrawn += other.withdrawn;
        self.struck += other.struck;
        self.notified += other.notified;
        self.replied += other.replied;
        self.contests_open += other.contests_open;
        self.upheld += other.upheld;
        self.partial += other.partial;
        self.rejected += other.rejected;
        self.grades += other.grades;
        self.agreeing += other.agreeing;
    }
}

impl EndorsementRecord {
    fn add(&mut self, other: &Self) {
        self.published += other.published;
        self.in_force += other.in_force;
        self.excluded += other.excluded;
        self.expired += other.expired;
        self.withdrawn += other.withdrawn;
        self.voided += other.voided;
    }
}

/// What a party said in one file; none when it said nothing there.
fn in_file(
    state: &state::State,
    dossier: &Dossier,
    party: PartyNumber,
    at: At,
) -> Option<(AssessmentRecord, EndorsementRecord)> {
    let (assessed, endorsed) = (fates(&dossier.assessments, party), fates(&dossier.endorsements, party));
    let notified = notified(dossier, party);
    if assessed.is_empty() && endorsed.is_empty() && notified.is_empty() {
        return None;
    }
    let mut assessments = AssessmentRecord {
        subjects: u64::from(!assessed.is_empty()),
        notified: notified.len() as u64,
        replied: notified.values().filter(|replied| **replied).count() as u64,
        ..Default::default()
    };
    for fate in assessed.values() {
        assessments.published += 1;
        assessments.last_30_days += u64::from(at.as_of.days_since(fate.on) < LATE_DAYS);
        match fate.ended_by(state) {
            None => {}
            Some(EventType::AssessmentPublished) => assessments.replaced += 1,
            Some(EventType::AssessmentWithdrawn | EventType::CorrectionIssued) => assessments.withdrawn += 1,
            Some(_) => assessments.struck += 1,
        }
    }
    let counting = state.counting(dossier, at);
    for one in dossier.assessments.open_of(party) {
        let valid = one.valid_until.is_none_or(|last| at.as_of <= last);
        *match counting.excludes_assessment(one) {
            _ if !valid => &mut assessments.expired,
            Some(_) => &mut assessments.excluded,
            None => &mut assessments.in_force,
        } += 1;
    }
    for contest in dossier.contests(at.size).filter(|one| assessed.contains_key(&one.target)) {
        let outcome = contest.ruling.map(|ruling| ruling.outcome);
        match outcome {
            _ if contest.stage.is_open() => assessments.contests_open += 1,
            Some(Outcome::Upheld) => assessments.upheld += 1,
            Some(Outcome::Partial) => assessments.partial += 1,
            Some(Outcome::Rejected) => assessments.rejected += 1,
            None => {}
        }
    }
    if assessments.in_force > 0 {
        (assessments.grades, assessments.agreeing) = agreement(state, dossier, party, at);
    }
    let mut endorsements = EndorsementRecord::default();
    for fate in endorsed.values() {
        endorsements.published += 1;
        match fate.ended_by(state) {
            None => {}
            Some(EventType::EndorsementWithdrawn | EventType::CorrectionIssued) => {
                endorsements.withdrawn += 1
            }
            Some(_) => endorsements.voided += 1,
        }
    }
    for one in dossier.endorsements.open_of(party) {
        match one.stage(at.as_of) {
            EndorsementStage::Expired => endorsements.expired += 1,
            EndorsementStage::Voided => endorsements.voided += 1,
            _ if counting.excludes_endorsement(one).is_some() => endorsements.excluded += 1,
            _ => endorsements.in_force += 1,
        }
    }
    Some((assessments, endorsements))
}

/// What became of one item.
struct Fate {
    on: Date,
    /// The size at which it no longer stood; none: it stands.
    to_size: Option<u64>,
}

impl Fate {
    /// The type of the event that ended it.
    fn ended_by(&self, state: &state::State) -> Option<EventType> {
        let row = state.index().row(self.to_size?.checked_sub(1)?);
        row?.event_type()
    }
}

/// A party's items of one kind; one that was amended is one item, whose last record tells.
fn fates<T: Item>(records: &Records<T>, party: PartyNumber) -> BTreeMap<EventId, Fate> {
    let ended = records.ended_after(0).filter(|one| one.record.by() == Some(party));
    let ended = ended.map(|one| (one.record.recorded(), one.span.to_size));
    let open = records.open_of(party).map(|one| (one.recorded(), None));
    ended.chain(open).map(|(one, to_size)| (one.event, Fate { on: one.on, to_size })).collect()
}

/// A party's notices, and whether the subject replied.
fn notified(dossier: &Dossier, party: PartyNumber) -> BTreeMap<EventId, bool> {
    let ended = dossier.notices.ended_after(0).map(|one| &*one.record);
    let own = ended.filter(|one| one.assessor == party).chain(dossier.notices.open_of(party));
    // One that was replied to stands twice, the last as it ended.
    own.map(|one| (one.recorded.event, one.hearing.reply.is_some())).collect()
}

/// How many grades in force have a median, and how many of them agree with it.
fn agreement(state: &state::State, dossier: &Dossier, party: PartyNumber, at: At) -> (u64, u64) {
    let in_force = state.policies().in_force(at.size, at.as_of);
    let Some((version, score)) = in_force.zip(state.score(&dossier.subject, at)) else { return (0, 0) };
    let distance = version.policy.assessment.agreement_distance;
    let indicators = score.criteria.iter().flat_map(|one| &one.indicators);
    let medians: Vec<Option<u16>> = indicators.map(|one| one.median).collect();
    let (mut grades, mut agreeing) = (0, 0);
    let own = dossier.assessments.open_of(party);
    let counting = state.counting(dossier, at);
    let own = own.filter(|one| counting.excludes_assessment(one).is_none());
    for one in own.filter(|one| one.valid_until.is_none_or(|last| at.as_of <= last)) {
        let places = state.policies().places(one.policy, version.version);
        for grade in &one.grades {
            let place = places.get(usize::from(grade.place())).copied().flatten();
            let median = place.and_then(|place| medians.get(usize::from(place)).copied().flatten());
            if let Some((value, median)) = grade.value().zip(median) {
                grades += 1;
                agreeing += u64::from(value.abs_diff(median) <= distance);
            }
        }
    }
    (grades, agreeing)
}
