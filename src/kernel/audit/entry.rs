//! One entry, checked as far as it can be alone: what may run on every core.

use super::{Finding, Place};
use crate::dsse::{EnvelopeError, EventId, PublicKey, Verified};
use crate::event::Event;
use crate::log::{ChainHash, Entry, Hash, leaf_hash};
use crate::rules::{self, Candidate, Rejection};
use crate::state::{Admitted, Recording, State};
use crate::time::Timestamp;

/// An entry whose bytes and signatures were checked; its place in the log was not.
#[derive(Debug)]
pub struct CheckedEntry {
    leaf: Hash,
    chain: ChainHash,
    /// The hash it names, whether or not the rest can be read.
    prev: Option<ChainHash>,
    pub(super) opened: Result<OpenedEntry, Unopened>,
}

/// Why an entry cannot be opened: a stable code, and what is wrong.
pub(super) type Unopened = (&'static str, String);

/// An entry that can be read.
#[derive(Debug)]
pub(super) struct OpenedEntry {
    pub(super) recorded_at: Timestamp,
    pub(super) id: EventId,
    pub(super) keys: Vec<PublicKey>,
    payload: Vec<u8>,
    pub(super) event: Event,
    /// What is wrong with its signatures: nobody may believe it, but what follows may rest on it.
    pub(super) forged: Option<Unopened>,
}

impl CheckedEntry {
    /// Parses an entry and its event, and verifies every signature strictly.
    pub fn check(bytes: &[u8]) -> Self {
        Self::opened(bytes, OpenedEntry::open(bytes))
    }

    /// The same of each of many, in their order, in less time.
    pub fn check_each(entries: &[&[u8]]) -> Vec<Self> {
        let opened = OpenedEntry::open_each(entries);
        entries.iter().zip(opened).map(|(bytes, opened)| Self::opened(bytes, opened)).collect()
    }

    /// Parses an entry of one's own log, whose signatures were verified when it was recorded.
    pub fn own(bytes: &[u8]) -> Self {
        Self::opened(bytes, OpenedEntry::own(bytes))
    }

    /// Hashes an entry of one's own log that a state has taken already; it is not opened.
    pub fn hashed(bytes: &[u8]) -> Self {
        Self::opened(bytes, Err(("entry.unopened", "it was hashed, not opened".to_owned())))
    }

    fn opened(bytes: &[u8], opened: Result<OpenedEntry, Unopened>) -> Self {
        let (leaf, chain, prev) = (leaf_hash(bytes), ChainHash::of_entry(bytes), Entry::prev_of(bytes));
        Self { leaf, chain, prev, opened }
    }

    /// Whether it names `chain` as the hash of the entry before it.
    pub fn follows(&self, chain: &ChainHash) -> bool {
        self.prev.as_ref() == Some(chain)
    }

    /// Its leaf hash.
    pub fn leaf(&self) -> Hash {
        self.leaf
    }

    /// Its chain hash, which the next entry names.
    pub fn chain(&self) -> ChainHash {
        self.chain
    }

    /// The entry as a state takes it; none when it cannot be read.
    pub fn recording(&self) -> Option<Recording<'_>> {
        self.opened.as_ref().ok().map(OpenedEntry::recording)
    }

    /// Takes the entry into `state` without judging it: for one's own log, whose hashes are compared apart.
    ///
    /// # Errors
    /// What keeps it from being read, or what it presumes and the state has not: the log is damaged there, and
    /// the state is to be thrown away.
    pub fn retrace(&self, state: &mut State) -> Result<(), Finding> {
        match &self.opened {
            Ok(entry) => Ok(state.replay(entry.recording())?),
            Err((code, what)) => Err(Finding::new(Place::Entry(state.size()), code, what.clone())),
        }
    }

    /// Applies the entry to `state`, if it may follow the entry whose hash is `prev`.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn follow(&self, state: &mut State, prev: &ChainHash) -> Result<(), Finding> {
        let seq = state.size();
        let find = |code, what| Err(Finding::new(Place::Entry(seq), code, what));
        let entry = match &self.opened {
            Ok(OpenedEntry { forged: Some((code, what)), .. }) | Err((code, what)) => {
                return find(code, what.clone());
            }
            Ok(entry) => entry,
        };
        if !self.follows(prev) {
            return find("chain.broken", "it does not name the hash of the entry before it".to_owned());
        }
        if state.index().seq(&entry.id).is_some() {
            return find("event.twice", "the same event stands in the log before".to_owned());
        }
        match entry.judge(state) {
            Ok(admitted) => Ok(state.apply(admitted)?),
            Err(rejection) => find(rejection.code(), rejection.to_string()),
        }
    }
}

/// What an auditor is told of a signature: whoever sent the event is not at hand to sign it again.
fn unsigned(error: &EnvelopeError) -> String {
    match error {
        EnvelopeError::BadSignature(key) => format!(
            "the signature of key {key} does not verify over this payload: the entry is damaged, or was never signed so. Compare it with another copy of the log"
        ),
        error => error.to_string(),
    }
}

impl OpenedEntry {
    fn open(bytes: &[u8]) -> Result<Self, Unopened> {
        let entry = Entry::parse(bytes).map_err(|error| (error.code(), error.to_string()))?;
        let recorded_at = entry.recorded_at;
        match entry.verify() {
            Ok(verified) => Self::of(recorded_at, verified),
            Err(error) => Self::forged(bytes, (error.code(), unsigned(&error))),
        }
    }

    /// Reads an entry whose signatures do not hold.
    fn forged(bytes: &[u8], fault: Unopened) -> Result<Self, Unopened> {
        // Where the event cannot be read either, the signatures are what is wrong first.
        match Self::own(bytes) {
            Ok(entry) if Event::parse(&entry.payload).is_ok() => Ok(Self { forged: Some(fault), ..entry }),
            _ => Err(fault),
        }
    }

    fn open_each(entries: &[&[u8]]) -> Vec<Result<Self, Unopened>> {
        let mut unverified = Vec::with_capacity(entries.len());
        let parsed: Vec<Result<Timestamp, Unopened>> = entries
            .iter()
            .map(|bytes| {
                let entry = Entry::parse(bytes).map_err(|error| (error.code(), error.to_string()))?;
                unverified.push((entry.payload, entry.signatures));
                Ok(entry.recorded_at)
            })
            .collect();
        let mut verified = Verified::check_each(unverified).into_iter();
        let each = parsed.into_iter().zip(entries).map(|(recorded_at, bytes)| {
            let recorded_at = recorded_at?;
            match verified.next().expect("each parsed entry was checked") {
                Ok(verified) => Self::of(recorded_at, verified),
                Err(error) => Self::forged(bytes, (error.code(), unsigned(&error))),
            }
        });
        each.collect()
    }

    fn of(recorded_at: Timestamp, verified: Verified) -> Result<Self, Unopened> {
        let event = Event::parse(verified.payload()).map_err(|error| (error.code(), error.to_string()))?;
        let (id, keys) = (verified.id(), verified.keys().collect());
        let (payload, _) = verified.into_parts();
        Ok(Self { recorded_at, id, keys, payload, event, forged: None })
    }

    fn own(bytes: &[u8]) -> Result<Self, Unopened> {
        let entry = Entry::parse(bytes).map_err(|error| (error.code(), error.to_string()))?;
        let recorded_at = entry.recorded_at;
        let event =
            Event::parse_recorded(&entry.payload).map_err(|error| (error.code(), error.to_string()))?;
        let keys = entry.signatures.iter().map(|(key, _)| *key).collect();
        let (id, forged) = (entry.id(), None);
        Ok(Self { recorded_at, id, keys, payload: entry.payload, event, forged })
    }

    pub(super) fn recording(&self) -> Recording<'_> {
        Recording { id: self.id, at: self.recorded_at, keys: &self.keys, event: &self.event }
    }

    /// Judges the entry by the rules of the server.
    pub(super) fn judge(&self, state: &State) -> Result<Admitted<'_>, Rejection> {
        let (id, event, keys, recorded_at) = (self.id, &self.event, &self.keys[..], self.recorded_at);
        rules::check_recorded_at(state, event, recorded_at)?;
        rules::judge(state, Candidate { id, event, payload: &self.payload, keys, recorded_at })
    }
}
