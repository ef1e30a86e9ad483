//! Checking a whole log without trusting whoever keeps it.
//!
//! Pure: entries and tiles are handed in from wherever they lie. [`CheckedEntry::check`] is what may run on
//! every core; [`Auditor::take`] folds the checked entries in order, with the rules of the server.
//!
//! A fault ends nothing. An entry that the rules refuse, or whose signatures do not hold, is named, and what
//! follows is judged as if it stood, which is how whoever recorded it went on. Only where an entry cannot
//! be read at all is the state behind it unknown: the rules are silent from there on, and the audit says so;
//! signatures, links, tree and tiles go on being checked.

mod attachments;
mod continuity;
mod entry;
mod finding;
mod tiles;

pub use attachments::{Attachments, AttachmentsMet, Fate};
pub use continuity::{Known, Relation, Unusable, compare};
pub use entry::CheckedEntry;
pub use finding::{Finding, Place};
pub use tiles::TileAudit;

use serde::Serialize;

use crate::dsse::PublicKey;
use crate::event::{Body, StateAttested};
use crate::limits;
use crate::log::{ChainHash, Checkpoint, Frontier, Hash, Origin, TileNode, VerifierKey};
use crate::proof::Leaves;
use crate::state::State;
use crate::time::{Timestamp, span};

use entry::OpenedEntry;

/// Replays a log entry by entry, noting everything that is wrong.
pub struct Auditor {
    origin: Origin,
    /// The time by the auditor's own clock.
    now: Timestamp,
    state: State,
    frontier: Frontier,
    /// The hash of the last entry; none where that entry is not at hand.
    chain: Option<ChainHash>,
    entry_findings: Vec<Finding>,
    signatures: u64,
    replayed: u64,
    unjudged: Option<Unjudged>,
    /// Whether an entry ahead of the auditor's clock was named; those after it are no earlier.
    ahead: bool,
    /// The keys that signed the log, each with the size from which it did: the opening's, and those that took
    /// over by an entry that stands and that the key before them signed too. What was forged moves no trust.
    log_keys: Vec<(u64, PublicKey)>,
    leaves: Leaves,
    committed: Option<StateAttested>,
}

/// From where on the rules were not applied, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unjudged {
    /// The first entry that was not judged.
    pub from: u64,
    /// Why.
    pub why: String,
}

impl Auditor {
    /// An audit of the log of this origin, from its first entry, at this time by the auditor's clock.
    pub fn new(origin: Origin, now: Timestamp) -> Self {
        Self {
            chain: Some(ChainHash::of_origin(&origin)),
            origin,
            now,
            state: State::default(),
            frontier: Frontier::default(),
            entry_findings: Vec::new(),
            signatures: 0,
            replayed: 0,
            unjudged: None,
            ahead: false,
            log_keys: Vec::new(),
            leaves: Leaves::default(),
            committed: None,
        }
    }

    /// Takes the next entry; returns its leaf hash. Tells `completed` each tile hash that is now fixed.
    pub fn take(&mut self, entry: CheckedEntry, completed: impl FnMut(TileNode)) -> Hash {
        let seq = self.frontier.size();
        self.frontier.append(entry.leaf(), completed);
        let follows = self.chain.is_none_or(|expected| entry.follows(&expected));
        self.chain = Some(entry.chain());
        if !follows {
            let (at, what) = match seq.checked_sub(1) {
                None => (0, "its prev is not the hash of the origin".to_owned()),
                Some(before) => (before, format!("its hash is not the one that entry {seq} names")),
            };
            self.find(at, "chain.broken", what);
        }
        let leaf = entry.leaf();
        match entry.opened {
            Err((code, what)) => {
                self.find(seq, code, what);
                self.stop_judging(seq, "it cannot be read");
            }
            Ok(opened) => self.replay(seq, &opened),
        }
        leaf
    }

    /// Takes the leaf hash of an entry that is not at hand, so that the tree can be made all the same.
    pub fn pass_over(&mut self, leaf: Hash, completed: impl FnMut(TileNode)) {
        let seq = self.frontier.size();
        self.frontier.append(leaf, completed);
        self.chain = None;
        self.stop_judging(seq, "it is not there");
    }

    fn replay(&mut self, seq: u64, entry: &OpenedEntry) {
        if entry.event.ledger != self.origin.as_str() {
            self.find(seq, "ledger.other", format!("signed for {}", entry.event.ledger));
        }
        match &entry.forged {
            Some((code, what)) => self.find(seq, code, what.clone()),
            None => self.signatures += entry.keys.len() as u64,
        }
        self.check_clock(seq, entry.recorded_at);
        if self.unjudged.is_some() {
            self.follow_log_key(seq, entry);
            return;
        }
        let twice = self.state.index().seq(&entry.id).is_some();
        if twice {
            self.find(seq, "event.twice", "the same event stands in the log before".to_owned());
        }
        let mut admitted = None;
        if entry.forged.is_none() && !twice {
            match entry.judge(&self.state) {
                Ok(one) => admitted = Some(one),
                Err(rejection) => self.find(seq, rejection.code(), rejection.to_string()),
            }
        }
        let stands = admitted.is_some();
        // A ledger is opened once, by its first entry: with anything else no state goes on.
        if (seq == 0) != matches!(entry.event.body, Body::LedgerOpened(_)) {
            self.stop_judging(seq, "a ledger is opened by its first entry, and by no other");
            return;
        }
        self.check_history(&entry.event.body);
        if stands || seq == 0 {
            self.follow_log_key(seq, entry);
        }
        match admitted.map(|admitted| self.state.apply(admitted)) {
            Some(applied) => self.entry_findings.extend(applied.err().map(Finding::from)),
            // It was named: what it presumes need not be there, and the audit goes on without that.
            None => drop(self.state.replay(entry.recording())),
        }
        self.replayed += u64::from(!self.state.clocked());
        if let Body::StateCommitted(committed) = &entry.event.body
            && stands
        {
            let found = self.leaves.trees(&self.state, committed.size).roots();
            if !found.agree_with(committed) {
                let what = format!("the state of size {} has other roots", committed.size);
                self.find(seq, "commitment.root", what);
            }
            self.committed = Some(found.attested_of(committed.date));
        }
    }

    /// Takes the log's key from the opening, and from what the key so far has signed.
    fn follow_log_key(&mut self, seq: u64, entry: &OpenedEntry) {
        match &entry.event.body {
            Body::LedgerOpened(opened) if seq == 0 => self.log_keys.push((0, opened.log_key)),
            Body::LedgerKeyRotated(rotated) => {
                let handed_over = self.log_keys.last().is_some_and(|(_, old)| entry.keys.contains(old));
                if entry.forged.is_none() && handed_over {
                    self.log_keys.push((seq + 1, rotated.new));
                }
            }
            _ => {}
        }
    }

    /// History ends before the present: until `replayed_until`, entries stand at whatever time they name.
    fn check_history(&mut self, body: &Body) {
        let Body::LedgerOpened(opened) = body else { return };
        let ahead = opened.replayed_until.filter(|until| *until > self.now.plus_ms(limits::AUDIT_AHEAD_MS));
        if let Some(until) = ahead {
            let what = format!(
                "it takes history until {until}, ahead of this auditor's clock ({}): no time in this log means anything",
                self.now
            );
            self.find(0, "entry.ahead", what);
        }
    }

    /// Entries are in the order of their times, so the first one ahead stands for those after it.
    fn check_clock(&mut self, seq: u64, recorded_at: Timestamp) {
        if self.ahead || recorded_at <= self.now.plus_ms(limits::AUDIT_AHEAD_MS) {
            return;
        }
        self.ahead = true;
        let ahead = span(recorded_at.as_ms() - self.now.as_ms());
        let what = format!(
            "it is recorded at {recorded_at}, {ahead} ahead of this auditor's clock ({}), and what follows is no earlier",
            self.now
        );
        self.find(seq, "entry.ahead", what);
    }

    fn stop_judging(&mut self, from: u64, why: &str) {
        self.unjudged.get_or_insert_with(|| Unjudged { from, why: format!("entry {from}: {why}") });
    }

    /// Compares the log taken so far with a checkpoint whose signature was verified; whether it is the same.
    pub fn check_root(&mut self, checkpoint: &Checkpoint) -> bool {
        let (code, what) = if checkpoint.size != self.frontier.size() {
            let entries = self.frontier.size();
            ("checkpoint.size", format!("it has size {}, but there are {entries} entries", checkpoint.size))
        } else if checkpoint.root != self.frontier.root() {
            let (named, made) = (checkpoint.root, self.frontier.root());
            ("checkpoint.root", format!("its root is {named}, but the entries make {made}"))
        } else {
            return true;
        };
        self.entry_findings.push(Finding::new(Place::Checkpoint, code, what));
        false
    }

    /// The state after the entries taken; short of the whole where the rules fell silent.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The key that signs the checkpoint of a size, for who trusts `anchor`: a key that the log had, which
    /// those after it follow by its own signature.
    pub fn log_vkey(&self, size: u64, anchor: &VerifierKey) -> Option<VerifierKey> {
        let trusted = self.log_keys.iter().position(|(_, key)| *key == anchor.key())?;
        let later = self.log_keys[trusted..].iter().rfind(|(from_size, _)| *from_size <= size);
        let (_, key) = later.unwrap_or(&self.log_keys[trusted]);
        Some(VerifierKey::ed25519(self.origin.as_str(), *key))
    }

    /// How many entries were taken.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root over the entries taken.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// The chain hash of the last entry taken; none where that entry is not at hand.
    pub fn chain(&self) -> Option<ChainHash> {
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

    /// From where on the rules were not applied, so that state and scores stand still before it.
    pub fn unjudged(&self) -> Option<&Unjudged> {
        self.unjudged.as_ref()
    }

    /// What is wrong so far.
    pub fn findings(&self) -> &[Finding] {
        &self.entry_findings
    }

    fn find(&mut self, seq: u64, code: &'static str, what: String) {
        self.entry_findings.push(Finding::new(Place::Entry(seq), code, what));
    }
}
