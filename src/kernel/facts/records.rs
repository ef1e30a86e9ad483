//! The records of one kind in a dossier: those that stand apart from those that have ended.
//!
//! What is asked most is about the present, and what an event changes stands. So neither looks
//! through what has ended, of which a much discussed subject has a hundred times as much.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::collections::Chunked;
use crate::collections::{Grown, Span};
use crate::facts::{PartyNumber, Recorded};

/// What a dossier keeps records of.
pub trait Item {
    /// How it was recorded.
    fn recorded(&self) -> &Recorded;

    /// Whose it is, where that is asked for.
    fn by(&self) -> Option<PartyNumber> {
        None
    }
}

/// Records of one kind, in the order recorded.
///
/// Most dossiers hold none of a kind; and an event copies only the kind that it changes.
#[derive(Debug, PartialEq, Eq)]
pub struct Records<T>(Option<Arc<Lists<T>>>);

#[derive(Debug, PartialEq, Eq)]
struct Lists<T> {
    open: Chunked<Open<T>>,
    /// Whose each open record is, side by side: a party's own are looked for at every event.
    by: Vec<PartyNumber>,
    /// In the order in which they ended.
    closed: Grown<StandsFor<T>>,
}

/// A record that stands.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Open<T> {
    from_size: u64,
    record: Arc<T>,
}

/// Stands for no party, in a kind of which nobody asks whose a record is.
const NOBODY: PartyNumber = PartyNumber(u32::MAX);

/// A record and the log sizes at which it stood.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandsFor<T> {
    /// When it stood.
    pub span: Span,
    /// What stood.
    pub record: Arc<T>,
}

impl<T> Clone for Open<T> {
    fn clone(&self) -> Self {
        Self { from_size: self.from_size, record: self.record.clone() }
    }
}

impl<T> Clone for StandsFor<T> {
    fn clone(&self) -> Self {
        Self { span: self.span, record: self.record.clone() }
    }
}

impl<T> StandsFor<T> {
    /// A record that the entry at `seq` makes.
    pub fn opened_by(seq: u64, record: T) -> Self {
        Self { span: Span::opened_by(seq), record: Arc::new(record) }
    }
}

impl<T> Default for Records<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Clone for Records<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { open: Chunked::default(), by: Vec::new(), closed: Grown::default() }
    }
}

impl<T> Clone for Lists<T> {
    fn clone(&self) -> Self {
        Self { open: self.open.clone(), by: self.by.clone(), closed: self.closed.clone() }
    }
}

impl<T: Serialize> Serialize for Records<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_ref().map(|lists| (&lists.open, &lists.closed)).serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de> + Item> Deserialize<'de> for Records<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let lists = Option::<(Chunked<Open<T>>, _)>::deserialize(deserializer)?;
        Ok(Self(lists.map(|(open, closed)| {
            let by = open.iter().map(|one| one.record.by().unwrap_or(NOBODY)).collect();
            Arc::new(Lists { open, by, closed })
        })))
    }
}

impl<T> Records<T> {
    /// The records that ended after `size`, the first to end first.
    pub fn ended_after(&self, size: u64) -> impl DoubleEndedIterator<Item = &StandsFor<T>> {
        let ended = move |one: &StandsFor<T>| one.span.to_size.is_none_or(|to| size < to);
        self.0.iter().flat_map(move |lists| lists.closed.from_where(ended))
    }

    /// The record that stands at `size`, of a kind of which one stands at a time.
    pub fn only(&self, size: u64) -> Option<&T> {
        let open = self.opened().next().filter(|one| one.from_size <= size).map(|one| &one.record);
        let stood = |one: &&StandsFor<T>| one.span.from_size <= size;
        let ended = || self.ended_after(size).find(stood).map(|one| &one.record);
        open.or_else(ended).map(|record| &**record)
    }

    /// The records that nothing has ended, in the order recorded.
    pub fn open(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.opened().map(|one| &*one.record)
    }

    /// Whether a record has come or ended after `size`.
    pub fn have_changed_after(&self, size: u64) -> bool {
        // Those that came last stand last.
        let came = self.opened().next_back().is_some_and(|one| size < one.from_size);
        came || self.ended_after(size).next().is_some()
    }

    /// The record that ended last.
    pub fn last_ended(&self) -> Option<&T> {
        self.0.as_ref()?.closed.last().map(|one| &*one.record)
    }

    /// Ends the open records that `ends` holds for, by the entry at `seq`; whether there is one.
    pub fn close_where(&mut self, seq: u64, mut ends: impl FnMut(&T) -> bool) -> bool {
        self.close(seq, |_, record| ends(record))
    }

    fn opened(&self) -> impl DoubleEndedIterator<Item = &Open<T>> {
        self.0.iter().flat_map(|lists| lists.open.iter())
    }

    fn lists_mut(&mut self) -> &mut Lists<T> {
        Arc::make_mut(self.0.get_or_insert_default())
    }

    fn close(&mut self, seq: u64, mut ends: impl FnMut(PartyNumber, &T) -> bool) -> bool {
        // Nothing is copied where nothing ends.
        let first = self
            .0
            .as_ref()
            .and_then(|lists| lists.open.iter().zip(&lists.by).position(|(one, by)| ends(*by, &one.record)));
        let Some(first) = first else { return false };
        let Lists { open, by, closed } = self.lists_mut();
        let mut place = first;
        let mut goes = vec![first];
        let ended = open.take_from(first, |one| {
            place += 1;
            let ends = ends(by[place], &one.record);
            goes.extend(ends.then_some(place));
            ends
        });
        let (mut goes, mut place) = (goes.into_iter().peekable(), 0..);
        by.retain(|_| place.next().is_some_and(|place| goes.next_if_eq(&place).is_none()));
        for one in ended {
            let mut span = Span { from_size: one.from_size, to_size: None };
            span.close_by(seq);
            closed.push(StandsFor { span, record: one.record });
        }
        true
    }
}

impl<T: Item> Records<T> {
    /// The records that stand at `size`, in the order recorded.
    pub fn standing(&self, size: u64) -> impl ExactSizeIterator<Item = &T> {
        let Some(lists) = &self.0 else { return Vec::new().into_iter() };
        let open = lists.open.iter().take_while(|one| one.from_size <= size);
        // One entry may have made several records, which then ended in another order.
        let place = |from_size: u64, record: &T| (from_size, record.recorded().seq);
        let ended = self.ended_after(size).filter(|one| one.span.from_size <= size);
        let mut mixed: Vec<_> =
            ended.map(|one| (place(one.span.from_size, &one.record), &*one.record)).collect();
        let mut standing = Vec::with_capacity(lists.open.len() + mixed.len());
        if mixed.is_empty() {
            open.for_each(|one| standing.push(&*one.record));
        } else {
            open.for_each(|one| mixed.push((place(one.from_size, &one.record), &*one.record)));
            mixed.sort_unstable_by_key(|(place, _)| *place);
            standing.extend(mixed.into_iter().map(|(_, record)| record));
        }
        standing.into_iter()
    }

    /// Adds a record that the entry at `seq` makes.
    pub fn push(&mut self, seq: u64, record: T) {
        let Lists { open, by, .. } = self.lists_mut();
        by.push(record.by().unwrap_or(NOBODY));
        open.push(Open { from_size: Span::opened_by(seq).from_size, record: Arc::new(record) });
    }

    /// The open records of a party, in the order recorded.
    pub fn open_of(&self, party: PartyNumber) -> impl Iterator<Item = &T> {
        let lists = self.0.iter().filter(move |lists| lists.by.contains(&party));
        let owned = lists.flat_map(|lists| lists.open.iter().zip(&lists.by));
        owned.filter(move |(_, by)| **by == party).map(|(one, _)| &*one.record)
    }

    /// Whose the records are, ended or not.
    pub fn parties(&self) -> impl Iterator<Item = PartyNumber> {
        self.open().chain(self.ended_after(0).map(|one| &*one.record)).filter_map(Item::by)
    }

    /// Ends the open records of a party that `ends` holds for, by the entry at `seq`; whether there is one.
    pub fn close_of(&mut self, seq: u64, party: PartyNumber, mut ends: impl FnMut(&T) -> bool) -> bool {
        let has = self.0.as_ref().is_some_and(|lists| lists.by.contains(&party));
        has && self.close(seq, |by, record| by == party && ends(record))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dsse::EventId;
    use crate::time::{Date, Timestamp};

    #[derive(Debug, PartialEq, Eq)]
    struct Mark {
        recorded: Recorded,
        by: u32,
    }

    impl Item for Mark {
        fn recorded(&self) -> &Recorded {
            &self.recorded
        }

        fn by(&self) -> Option<PartyNumber> {
            Some(PartyNumber(self.by))
        }
    }

    fn mark(seq: u64, by: u32) -> Mark {
        let recorded = Recorded {
            event: EventId::from_bytes([seq as u8; 32]),
            seq,
            at: Timestamp::default(),
            on: Date::default(),
            signed_by: None,
        };
        Mark { recorded, by }
    }

    proptest! {
        #[test]
        fn they_answer_as_a_list_of_spans_does_at_every_size(
            moves in proptest::collection::vec((0u8..5, 0u32..3), 0..60),
        ) {
            let mut records = Records::default();
            let mut list: Vec<StandsFor<Mark>> = Vec::new();
            for (seq, (what, party)) in (0u64..).zip(&moves) {
                let own = |one: &&mut StandsFor<Mark>| one.span.is_open() && one.record.by == *party;
                let mut made = Vec::new();
                match what {
                    // A newer one in place of all earlier ones.
                    0 => {
                        list.iter_mut().filter(own).for_each(|one| one.span.close_by(seq));
                        records.close_where(seq, |one: &Mark| one.by == *party);
                        made.push(mark(seq, *party));
                    }
                    1 => made.push(mark(seq, *party)),
                    // The last alone.
                    2 => {
                        if let Some(last) = list.iter_mut().rfind(own) {
                            last.span.close_by(seq);
                            let last = last.record.recorded.seq;
                            records.close_of(seq, PartyNumber(*party), |one| one.recorded.seq == last);
                        }
                    }
                    // All of a party amended by one entry.
                    _ => {
                        for one in list.iter_mut().filter(own) {
                            one.span.close_by(seq);
                            made.push(mark(one.record.recorded.seq, *party));
                        }
                        records.close_of(seq, PartyNumber(*party), |_| true);
                    }
                }
                for one in made {
                    list.push(StandsFor::opened_by(seq, mark(one.recorded.seq, *party)));
                    records.push(seq, one);
                }
            }
            let spans = |standing: Vec<&Mark>| standing.iter().map(|one| one.recorded.seq).collect::<Vec<_>>();
            for size in 0..=moves.len() as u64 + 1 {
                let plain = list.iter().filter(|one| one.span.holds(size)).map(|one| &*one.record).collect();
                prop_assert_eq!(spans(records.standing(size).collect()), spans(plain), "size {}", size);
                let ended = list.iter().filter(|one| one.span.to_size.is_some_and(|to| to > size)).count();
                prop_assert_eq!(records.ended_after(size).count(), ended);
                let came = list.iter().any(|one| size < one.span.from_size);
                prop_assert_eq!(records.have_changed_after(size), came || ended > 0, "size {}", size);
            }
            for party in 0..4 {
                let plain = list.iter().filter(|one| one.span.is_open() && one.record.by == party);
                let plain = plain.map(|one| &*one.record).collect();
                prop_assert_eq!(spans(records.open_of(PartyNumber(party)).collect()), spans(plain));
            }
        }
    }
}
