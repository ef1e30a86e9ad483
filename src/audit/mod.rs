//! Checking a whole log without trusting whoever keeps it.
//!
//! Pure: entries and tiles are handed in from wherever they lie. [`CheckedEntry::check`] is what may run on
//! every core; [`Auditor::take`] folds the checked entries in order, with the rules of the server.

mod continuity;
mod finding;
mod tiles;

pub use continuity::{Known, Relation, Unusable, compare};
pub use finding::{Finding, Place};
pub use tiles::TileAudit;

use crate::clock::Timestamp;
use crate::dsse::{EventId, PublicKey, Verified};
use crate::event::{Body, Event, StateAttested};
use crate::log::{ChainHash, Checkpoint, Entry, Frontier, Hash, Origin, TileNode, VerifierKey, leaf_hash};
use crate::proof::Leaves;
use crate::rules::{self, Candidate, Rejection};
use crate::state::{Recording, State};

/// An entry whose bytes and signatures were checked; its place in the log was not.
#[derive(Debug)]
pub struct CheckedEntry {
    leaf: Hash,
    chain: ChainHash,
    /// The hash it names, whether or not the rest can be read.
    prev: Option<ChainHash>,
    opened: Result<OpenedEntry, Unopened>,
}

/// Why an entry cannot be opened: a stable code, and what is wrong.
type Unopened = (&'static str, String);

#[derive(Debug)]
struct OpenedEntry {
    recorded_at: Timestamp,
    id: EventId,
    keys: Vec<PublicKey>,
    payload: Vec<u8>,
    event: Event,
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

    /// Applies the entry to `state` without judging it: for one's own log, whose hashes are compared apart.
    ///
    /// # Errors
    /// What keeps it from being read; the state is as it was.
    pub fn retrace(&self, state: &mut State) -> Result<(), Finding> {
        match &self.opened {
            Ok(entry) => {
                state.apply(entry.recording());
                Ok(())
            }
            Err((code, what)) => Err(Finding::new(Place::Entry(state.size()), code, what.clone())),
        }
    }

    /// Applies the entry to `state`, if it may follow the entry whose hash is `prev`.
    ///
    /// # Errors
    /// The first thing that is wrong; the state is as it was.
    pub fn follow(&self, state: &mut State, prev: &ChainHash) -> Result<(), Finding> {
        let seq = state.size();
        let find = |code, what| Err(Finding::new(Place::Entry(seq), code, what));
        let entry = match &self.opened {
            Ok(entry) => entry,
            Err((code, what)) => return find(code, what.clone()),
        };
        if !self.follows(prev) {
            return find("chain.broken", "it does not name the hash of the entry before it".to_owned());
        }
        if state.index().seq(&entry.id).is_some() {
            return find("event.twice", "the same event stands in the log before".to_owned());
        }
        entry.apply_to(state).or_else(|rejection| find(rejection.code(), rejection.to_string()))
    }
}

impl OpenedEntry {
    fn open(bytes: &[u8]) -> Result<Self, Unopened> {
        let entry = Entry::parse(bytes).map_err(|error| (error.code(), error.to_string()))?;
        let recorded_at = entry.recorded_at;
        let verified = entry.verify().map_err(|error| (error.code(), error.to_string()))?;
        Self::of(recorded_at, verified)
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
        let each = parsed.into_iter().map(|recorded_at| {
            let recorded_at = recorded_at?;
            let verified = verified.next().expect("each parsed entry was checked");
            Self::of(recorded_at, verified.map_err(|error| (error.code(), error.to_string()))?)
        });
        each.collect()
    }

    fn of(recorded_at: Timestamp, verified: Verified) -> Result<Self, Unopened> {
        let event = Event::parse(verified.payload()).map_err(|error| (error.code(), error.to_string()))?;
        let (id, keys) = (verified.id(), verified.keys().collect());
        let (payload, _) = verified.into_parts();
        Ok(Self { recorded_at, id, keys, payload, event })
    }

    fn own(bytes: &[u8]) -> Result<Self, Unopened> {
        let entry = Entry::parse(bytes).map_err(|error| (error.code(), error.to_string()))?;
        let recorded_at = entry.recorded_at;
        let event =
            Event::parse_recorded(&entry.payload).map_err(|error| (error.code(), error.to_string()))?;
        let keys = entry.signatures.iter().map(|(key, _)| *key).collect();
        Ok(Self { recorded_at, id: entry.id(), keys, payload: entry.payload, event })
    }

    fn recording(&self) -> Recording<'_> {
        Recording { id: self.id, at: self.recorded_at, keys: &self.keys, event: &self.event }
    }

    /// Judges the entry by the rules of the server and applies it.
    fn apply_to(&self, state: &mut State) -> Result<(), Rejection> {
        let (event, keys, recorded_at) = (&self.event, &self.keys[..], self.recorded_at);
        rules::check_recorded_at(state, event, recorded_at)?;
        rules::judge(state, Candidate { event, payload: &self.payload, keys, recorded_at })?;
        state.apply(self.recording());
        Ok(())
    }
}

/// Replays a log entry by entry, noting everything that is wrong.
pub struct Auditor {
    origin: Origin,
    state: State,
    frontier: Frontier,
    chain: ChainHash,
    entry_findings: Vec<Finding>,
    signatures: u64,
    replayed: u64,
    derailed: bool,
    leaves: Leaves,
    committed: Option<StateAttested>,
}

impl Auditor {
    /// An audit of the log of this origin, from its first entry.
    pub fn new(origin: Origin) -> Self {
        Self {
            chain: ChainHash::of_origin(&origin),
            origin,
            state: State::default(),
            frontier: Frontier::default(),
            entry_findings: Vec::new(),
            signatures: 0,
            replayed: 0,
            derailed: false,
            leaves: Leaves::default(),
            committed: None,
        }
    }

    /// Takes the next entry; returns its leaf hash. Tells `completed` each tile hash that is now fixed.
    pub fn take(&mut self, entry: CheckedEntry, completed: impl FnMut(TileNode)) -> Hash {
        let seq = self.frontier.size();
        self.frontier.append(entry.leaf, completed);
        let expected = std::mem::replace(&mut self.chain, entry.chain);
        let follows = entry.follows(&expected);
        match entry.opened {
            Err((code, what)) => {
                self.find(seq, code, what);
                self.derailed = true;
            }
            Ok(opened) => self.replay(seq, follows, &opened),
        }
        entry.leaf
    }

    fn replay(&mut self, seq: u64, follows: bool, entry: &OpenedEntry) {
        if !follows {
            let (at, what) = match seq.checked_sub(1) {
                None => (0, "its prev is not the hash of the origin".to_owned()),
                Some(before) => (before, format!("its hash is not the one that entry {seq} names")),
            };
            self.find(at, "chain.broken", what);
        }
        if entry.event.ledger != self.origin.as_str() {
            self.find(seq, "ledger.other", format!("signed for {}", entry.event.ledger));
        }
        self.signatures += entry.keys.len() as u64;
        if self.derailed {
            return;
        }
        if self.state.index().seq(&entry.id).is_some() {
            self.find(seq, "event.twice", "the same event stands in the log before".to_owned());
        }
        if let Err(rejection) = entry.apply_to(&mut self.state) {
            self.find(seq, rejection.code(), rejection.to_string());
            self.derailed = true;
            return;
        }
        self.replayed += u64::from(!self.state.clocked());
        if let Body::StateCommitted(committed) = &entry.event.body {
            let found = self.leaves.trees(&self.state, committed.size).roots();
            if !found.agree_with(committed) {
                let what = format!("the state of size {} has other roots", committed.size);
                self.find(seq, "commitment.root", what);
            }
            self.committed = Some(found.attested_of(committed.date));
        }
    }

    /// Compares the log taken so far with a checkpoint whose signature was verified.
    pub fn check_root(&mut self, checkpoint: &Checkpoint) {
        if checkpoint.size != self.frontier.size() {
            let what =
                format!("it has size {}, but there are {} entries", checkpoint.size, self.frontier.size());
            self.entry_findings.push(Finding::new(Place::Checkpoint, "checkpoint.size", what));
        } else if checkpoint.root != self.frontier.root() {
            let what =
                format!("its root is {}, but the entries make {}", checkpoint.root, self.frontier.root());
            self.entry_findings.push(Finding::new(Place::Checkpoint, "checkpoint.root", what));
        }
    }

    /// The state after the entries taken; short of the whole once an entry was refused.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The key that signs the checkpoint of a size, for who trusts `anchor`: a key that the log had, which
    /// those after it follow by its own signature.
    pub fn log_vkey(&self, size: u64, anchor: &VerifierKey) -> Option<VerifierKey> {
        let ledger = self.state.ledger().filter(|ledger| ledger.has_logged(&anchor.key()))?;
        Some(VerifierKey::ed25519(self.origin.as_str(), *ledger.log_key_at(size)))
    }

    /// How many entries were taken.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root over the entries taken.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// The chain hash of the last entry taken.
    pub fn chain(&self) -> ChainHash {
        self.chain
    }

    /// How many event signatures verified.
    pub fn signatures(&self) -> u64 {
        self.signatures
    }

    /// How many events were brought in as history, before the ledger's clock began.
    pub fn replayed(&self) -> u64 {
        self.replayed
    }

    /// What may be attested of the newest commitment: the roots as they were found here.
    pub fn committed(&self) -> Option<StateAttested> {
        self.committed
    }

    /// Whether a refused entry has ended the replay, so that state and scores stand still before it.
    pub fn derailed(&self) -> bool {
        self.derailed
    }

    /// What is wrong so far.
    pub fn findings(&self) -> &[Finding] {
        &self.entry_findings
    }

    fn find(&mut self, seq: u64, code: &'static str, what: String) {
        self.entry_findings.push(Finding::new(Place::Entry(seq), code, what));
    }
}
