//! Scores as they were served, kept while they are asked for again.
//!
//! A score at a size and date never changes, so nothing here is ever wrong; what is oldest makes room.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use super::respond::Prepared;
use crate::engines::Score;
use crate::event::SubjectId;
use crate::facts::At;
use crate::limits;

/// Parts with a lock each, so that readers rarely meet.
const SHARDS: usize = 16;

/// Whose score, at which size and day.
type Key = (SubjectId, u64, i32);

/// The scores served last.
#[derive(Default)]
pub(super) struct Answers {
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Default)]
struct Shard {
    kept: HashMap<Key, Prepared<Score>>,
    order: VecDeque<Key>,
    bytes: usize,
}

impl Answers {
    /// The score of a subject at a moment, as served before.
    pub(super) fn score(&self, subject: &SubjectId, at: At) -> Option<Prepared<Score>> {
        let key = (*subject, at.size, at.as_of.as_days());
        let shard = self.shard(&key).lock().unwrap_or_else(PoisonError::into_inner);
        shard.kept.get(&key).cloned()
    }

    /// Keeps the score of a subject at a moment.
    pub(super) fn keep(&self, subject: &SubjectId, at: At, answer: &Prepared<Score>) {
        let key = (*subject, at.size, at.as_of.as_days());
        let mut shard = self.shard(&key).lock().unwrap_or_else(PoisonError::into_inner);
        shard.keep(key, answer.clone());
    }

    fn shard(&self, key: &Key) -> &Mutex<Shard> {
        &self.shards[self.hasher.hash_one(key) as usize % SHARDS]
    }
}

impl Shard {
    fn keep(&mut self, key: Key, answer: Prepared<Score>) {
        let bytes = answer.bytes.len();
        if self.kept.insert(key, answer).is_some() {
            return;
        }
        self.order.push_back(key);
        self.bytes += bytes;
        while self.order.len() > limits::KEPT_ANSWERS / SHARDS || self.bytes > limits::KEPT_BYTES / SHARDS {
            let Some(oldest) = self.order.pop_front() else { return };
            self.bytes -= self.kept.remove(&oldest).map_or(0, |answer| answer.bytes.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Date;

    #[test]
    fn what_is_kept_stays_within_its_bounds() {
        let answers = Answers::default();
        let subject = SubjectId::from_random([7; 13]);
        let at = |size| At { size, as_of: Date::from_days(1) };
        let answer = Prepared::of(&"x".repeat(8_000)).unwrap();
        let count = limits::KEPT_ANSWERS as u64 * 2;
        for size in 1..=count {
            answers.keep(&subject, at(size), &answer);
            answers.keep(&subject, at(size), &answer);
        }
        let found = (1..=count).filter(|size| answers.score(&subject, at(*size)).is_some()).count();
        assert!(found > 0 && found <= limits::KEPT_ANSWERS && found * 8_002 <= limits::KEPT_BYTES);
        assert_eq!(answers.score(&subject, at(count)).unwrap().bytes, answer.bytes);
        assert!(answers.score(&subject, At { size: count, as_of: Date::from_days(2) }).is_none());
        for shard in &answers.shards {
            let shard = shard.lock().unwrap();
            assert_eq!(shard.kept.len(), shard.order.len());
            assert_eq!(shard.bytes, shard.kept.values().map(|one| one.bytes.len()).sum::<usize>());
        }
    }
}
