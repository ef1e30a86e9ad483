//! What falls with a key that ends: found in the state after its end, by the rule that scores are made by.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::events::EventRow;
use crate::dsse::{EventId, PublicKey};
use crate::engines::{Excluded, Figure};
use crate::event::{AssessmentStage, EndorsementStage, EventType, KeyRevoked, PartyId, SubjectId};
use crate::facts::{At, Capacity, Dossier};
use crate::state::State;
use crate::time::{Date, Timestamp};

/// What falls with a key that is revoked.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Fallen {
    /// Whose key it is.
    pub owner: PartyId,
    /// The keys whose signatures are found to be worth nothing: it, and those that it added or rotated to since.
    pub keys: Vec<FallenKey>,
    /// The assessments and endorsements that counted just before and count nothing any more.
    pub entries: Vec<EventRow>,
    /// The scores of whom these are about, just before and just after.
    pub scores: Vec<MovedScore>,
    /// Whether a key of the owner's own acts afterwards.
    pub acts: bool,
    /// From when a key acts that the council has brought in already, where none acts before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acts_from: Option<Timestamp>,
}

/// A key whose signatures are found to be worth nothing.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FallenKey {
    /// The key.
    pub key: PublicKey,
    /// From when.
    pub from: Timestamp,
}

/// A score just before and just after an entry.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MovedScore {
    /// Whose.
    pub subject: SubjectId,
    /// Before.
    pub before: Figure,
    /// After.
    pub after: Figure,
}

impl MovedScore {
    /// The score of a subject just before and just after the entry at a seq, both on the day of that entry, in a state
    /// in which it stands; none where the subject is not there before.
    pub fn by(state: &State, subject: SubjectId, seq: u64) -> Option<Self> {
        let as_of = state.date_at_size(seq + 1)?;
        let score = |size| Some(state.figure(&subject, At { size, as_of })?.0);
        Some(Self { subject, before: score(seq)?, after: score(seq + 1)? })
    }
}

impl Fallen {
    /// What fell with the key that the entry at `seq` revoked, in a state in which that entry stands; none
    /// where the ledger does not know the key.
    pub fn of(state: &State, seq: u64, body: &KeyRevoked) -> Option<Self> {
        let parties = state.parties();
        let record = parties.key(&body.key)?;
        let owner = record.owner.clone();
        let at = state.index().row(seq)?.recorded_at;
        let after = seq + 1;
        let fallen = parties.keys_of(&owner).filter_map(|(key, record)| {
            let found = record.invalid.iter().filter(|one| one.known_from_size == after);
            Some(FallenKey { key: *key, from: found.map(|one| one.from).min()? })
        });
        let keys: Vec<FallenKey> = fallen.collect();
        let as_of = state.date_at_size(after).unwrap_or_default();
        let first = keys.iter().map(|one| one.from).min();
        let mut entries = Vec::new();
        for (seq, row) in
            first.into_iter().flat_map(|from| state.index().rows_from(state.index().count_before(from)))
        {
            let falls = [EventType::AssessmentPublished, EventType::EndorsementPublished];
            if seq + 1 >= after {
                break;
            }
            if *row.issuer == owner
                && row.event_type().is_some_and(|of| falls.contains(&of))
                && let Some(dossier) = row.subject.and_then(|subject| state.dossier(&subject))
                && falls_by(state, dossier, &row.id, after, as_of)
            {
                entries.push(EventRow::new(seq, &row));
            }
        }
        let mut subjects: Vec<SubjectId> = entries.iter().filter_map(|row| row.subject).collect();
        subjects.sort();
        subjects.dedup();
        let own = parties.keys_of(&owner).map(|(_, one)| one).filter(|one| one.capacity == Capacity::Own);
        let live = own.filter(|one| one.span.holds(after)).map(|one| one.live_from).min();
        Some(Self {
            scores: subjects.into_iter().filter_map(|one| MovedScore::by(state, one, seq)).collect(),
            acts: live.is_some_and(|from| from <= at),
            acts_from: live.filter(|from| *from > at),
            owner,
            keys,
            entries,
        })
    }
}

/// Whether an item that counted before the last of so many entries counts nothing after it, for the key that
/// signed it.
fn falls_by(state: &State, dossier: &Dossier, item: &EventId, size: u64, as_of: Date) -> bool {
    let counting = |size| state.counting(dossier, At { size, as_of });
    let (before, after) = (counting(size - 1), counting(size));
    let by = |one| matches!(one, Some(Excluded::Key { known_from_size }) if known_from_size == size);
    let assessed = dossier.assessments.standing(size).find(|one| one.recorded.event == *item);
    let endorsed = dossier.endorsements.standing(size).find(|one| one.recorded.event == *item);
    let assessed = assessed.is_some_and(|one| {
        one.stage(as_of) != AssessmentStage::Expired
            && before.excludes_assessment(one).is_none()
            && by(after.excludes_assessment(one))
    });
    let endorsed = endorsed.is_some_and(|one| {
        one.stage(as_of) == EndorsementStage::Standing
            && before.excludes_endorsement(one).is_none()
            && by(after.excludes_endorsement(one))
    });
    assessed || endorsed
}
