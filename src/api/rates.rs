//! How much is recorded under one key in a day: a bucket each of events and of bytes.
//!
//! Who signs for the issuer pays: the first of its keys on the envelope, or the first seat for the
//! council. What is not recorded, or was before, costs nothing; so what a refused event took is given
//! back, which ready-made limiters do not do. No rule of the ledger knows of it: another server of the
//! same log may set another rate.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::{Bounds, Problem};
use crate::dsse::PublicKey;
use crate::facts::{Capacity, Parties};
use crate::ledger::Admissible;
use crate::state::State;

/// Seconds in which an empty bucket fills.
const DAY_S: f64 = 86_400.0;
/// Keys kept; those with the fullest buckets are forgotten first.
const KEYS: usize = 65_536;

/// What the keys have left.
pub(super) struct Rates {
    most: Amount,
    kept: Mutex<HashMap<PublicKey, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Amount {
    events: f64,
    bytes: f64,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: Amount,
    at: Instant,
}

/// What an event took of its key's bucket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Charge {
    key: PublicKey,
    bytes: f64,
}

impl Rates {
    /// Full buckets.
    pub(super) fn new(bounds: &Bounds) -> Self {
        let most = Amount { events: bounds.key_events as f64, bytes: bounds.key_bytes as f64 };
        Self { most, kept: Mutex::default() }
    }

    /// Takes what an event costs; nothing where it stands in the log already, or where no key of its
    /// issuer signed, which the rules refuse.
    ///
    /// # Errors
    /// `key.rate`, with the seconds until there is enough.
    pub(super) fn charge(
        &self,
        state: &State,
        event: &Admissible,
        now: Instant,
    ) -> Result<Option<Charge>, Problem> {
        let stands = state.index().seq(&event.verified.id()).is_some();
        let Some(key) = payer(state.parties(), event).filter(|_| !stands) else { return Ok(None) };
        let attached: usize = event.attachments.iter().map(|one| one.bytes.len()).sum();
        let bytes = (event.verified.payload().len() + attached) as f64;
        self.take(key, bytes, now).map(Some)
    }

    /// Takes what a draft, or a signature under one, costs the key that brought it.
    ///
    /// # Errors
    /// `key.rate`, with the seconds until there is enough.
    pub(super) fn charge_key(&self, key: PublicKey, bytes: usize, now: Instant) -> Result<Charge, Problem> {
        self.take(key, bytes as f64, now)
    }

    fn take(&self, key: PublicKey, bytes: f64, now: Instant) -> Result<Charge, Problem> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEYS && !kept.contains_key(&key) {
            self.forget(&mut kept, now);
        }
        let full = Bucket { left: self.most, at: now };
        let bucket = kept.entry(key).or_insert(full);
        *bucket = self.filled(*bucket, now);
        let left = &mut bucket.left;
        // One event more than a day's bytes is let through a full bucket: it could never pass else.
        let missing = |least: f64, left: f64, most: f64| (least.min(most) - left).max(0.0) / most * DAY_S;
        let wait_s =
            missing(1.0, left.events, self.most.events).max(missing(bytes, left.bytes, self.most.bytes));
        if wait_s > 0.0 {
            let wait_s = wait_s.ceil() as u32;
            let detail = format!(
                "this key has had as much recorded as it may in a day: send it again in {wait_s} seconds, or ask the operator"
            );
            return Err(Problem::new(429, "key.rate", detail).after_s(wait_s));
        }
        left.events -= 1.0;
        left.bytes -= bytes;
        Ok(Charge { key, bytes })
    }

    /// Gives back what an event took that was not recorded.
    pub(super) fn give_back(&self, charge: Option<Charge>) {
        let Some(Charge { key, bytes }) = charge else { return };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = kept.get_mut(&key) {
            bucket.left.events = (bucket.left.events + 1.0).min(self.most.events);
            bucket.left.bytes = (bucket.left.bytes + bytes).min(self.most.bytes);
        }
    }

    fn filled(&self, bucket: Bucket, now: Instant) -> Bucket {
        let days = now.saturating_duration_since(bucket.at).as_secs_f64() / DAY_S;
        let fill = |left: f64, most: f64| (left + days * most).min(most);
        let left = Amount {
            events: fill(bucket.left.events, self.most.events),
            bytes: fill(bucket.left.bytes, self.most.bytes),
        };
        Bucket { left, at: now }
    }

    /// Forgets who has used least.
    fn forget(&self, kept: &mut HashMap<PublicKey, Bucket>, now: Instant) {
        let share = |bucket: &Bucket| {
            let left = self.filled(*bucket, now).left;
            (left.events / self.most.events).min(left.bytes / self.most.bytes)
        };
        let mut shares: Vec<f64> = kept.values().map(share).collect();
        let middle = shares.len() / 2;
        let (_, median, _) = shares.select_nth_unstable_by(middle, f64::total_cmp);
        let median = *median;
        let mut surplus = kept.len() / 2;
        kept.retain(|_, bucket| {
            let goes = surplus > 0 && share(bucket) >= median;
            surplus -= usize::from(goes);
            !goes
        });
    }
}

/// Who pays for an event.
fn payer(parties: &Parties, event: &Admissible) -> Option<PublicKey> {
    let issuer = &event.event.issuer;
    event.verified.keys().find(|key| {
        parties.key(key).is_some_and(|record| {
            if issuer.is_council() { record.capacity == Capacity::Seat } else { record.owner == *issuer }
        })
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn rates(events: u64, bytes: u64) -> Rates {
        Rates::new(&Bounds { key_events: events, key_bytes: bytes, ..Bounds::default() })
    }

    fn key(number: u32) -> PublicKey {
        let mut bytes = [0; 32];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        PublicKey::from_bytes(bytes)
    }

    #[test]
    fn a_bucket_empties_fills_within_a_day_and_is_given_back() {
        let (rates, start) = (rates(24, 1_000_000), Instant::now());
        let charges: Vec<Charge> = (0..24).map(|_| rates.take(key(1), 10.0, start).unwrap()).collect();
        let refused = rates.take(key(1), 10.0, start).unwrap_err();
        assert_eq!((refused.status, refused.code.as_str()), (429, "key.rate"));
        assert_eq!(refused.retry_after_s, Some(3_600));
        assert!(rates.take(key(2), 10.0, start).is_ok(), "each key has its own");
        let hour = start + Duration::from_secs(3_601);
        assert!(rates.take(key(1), 10.0, hour).is_ok());
        assert!(rates.take(key(1), 10.0, hour).is_err());
        rates.give_back(Some(charges[0]));
        assert!(rates.take(key(1), 10.0, hour).is_ok());
        let later = start + Duration::from_secs(40 * 86_400);
        assert_eq!((0..30).filter(|_| rates.take(key(1), 10.0, later).is_ok()).count(), 24);
    }

    #[test]
    fn bytes_count_and_one_event_always_passes_a_full_bucket() {
        let (rates, start) = (rates(1_000, 100), Instant::now());
        assert!(rates.take(key(1), 60.0, start).is_ok());
        assert!(rates.take(key(1), 60.0, start).is_err());
        assert!(rates.take(key(1), 40.0, start).is_ok());
        assert!(rates.take(key(2), 5_000.0, start).is_ok());
        assert!(rates.take(key(2), 1.0, start).is_err());
    }

    #[test]
    fn memory_is_bounded_and_who_used_most_is_remembered() {
        let (rates, start) = (rates(2, 1_000), Instant::now());
        rates.take(key(0), 1.0, start).unwrap();
        rates.take(key(0), 1.0, start).unwrap();
        for number in 1..3 * KEYS as u32 {
            rates.take(key(number), 1.0, start).unwrap();
        }
        assert!(rates.kept.lock().unwrap().len() <= KEYS);
        assert!(rates.take(key(0), 1.0, start).is_err());
    }
}
