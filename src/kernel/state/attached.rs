//! What entries commit to: whose each text is, and which entries may name a document.
//!
//! A text belongs to the entry that named it first, so that nobody else can keep it, or have it destroyed.
//! Documents are cited by many, and are many: of each naming no more is kept than where to look.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use imbl::Vector;
use serde::{Deserialize, Serialize};

use crate::collections::Slots;
use crate::event::{Commitment, Event};

/// Keys in a run of slots that is still being filled, which a snapshot's next entry copies.
const RUN_KEYS: usize = 256;

/// An entry that names a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Naming {
    commitment: Commitment,
    seq: u64,
}

/// An entry that names a document: bits of the commitment's hash, and the entry's seq.
pub(super) type Mention = (u64, u64);

/// Texts and documents that entries commit to.
#[derive(Debug, Clone)]
pub struct Attached {
    /// Each naming of a text, in the order of the log.
    texts: Vector<Naming>,
    /// Hashed with a secret: others choose commitments, and nobody shall crowd a slot.
    places: Slots,
    secret: RandomState,
    /// The seqs of entries that name documents.
    documents: Slots,
    mentions: u64,
}

impl Default for Attached {
    fn default() -> Self {
        let [places, documents] = [Slots::of_runs(RUN_KEYS), Slots::of_runs(RUN_KEYS)];
        Self { texts: Vector::new(), places, secret: RandomState::new(), documents, mentions: 0 }
    }
}

impl PartialEq for Attached {
    fn eq(&self, other: &Self) -> bool {
        self.texts == other.texts && self.mentions() == other.mentions()
    }
}

impl Attached {
    /// The seqs of the entries that name a text, ascending; none: it is no text.
    pub fn texts(&self, commitment: &Commitment) -> Vec<u64> {
        let candidates = self.places.candidates(self.secret.hash_one(commitment));
        let namings = candidates.filter_map(|place| self.texts.get(place as usize));
        let mut seqs: Vec<u64> =
            namings.filter(|one| one.commitment == *commitment).map(|one| one.seq).collect();
        seqs.sort_unstable();
        seqs
    }

    /// The seqs of the entries that may name a document, ascending; whether one does, it says itself.
    pub fn documents(&self, commitment: &Commitment) -> Vec<u64> {
        let mut seqs: Vec<u64> = self.documents.candidates(hash(commitment)).collect();
        seqs.sort_unstable();
        seqs.dedup();
        seqs
    }

    /// Notes what the entry of a seq commits to.
    pub(super) fn push(&mut self, seq: u64, event: &Event) {
        let named = event.named();
        for commitment in named.texts {
            self.name_text(Naming { commitment, seq });
        }
        for commitment in named.documents {
            self.mention((hash(&commitment), seq));
        }
    }

    /// Notes that an entry names a text.
    pub(super) fn name_text(&mut self, naming: Naming) {
        self.places.push(self.secret.hash_one(naming.commitment), self.texts.len() as u64);
        self.texts.push_back(naming);
    }

    /// Notes that an entry names a document.
    pub(super) fn mention(&mut self, (hash, seq): Mention) {
        self.documents.push(hash, seq);
        self.mentions += 1;
    }

    /// How many namings of texts and of documents there are.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.texts.len() as u64, self.mentions)
    }

    /// Some namings of texts.
    pub(super) fn namings(&self, range: Range<usize>) -> Vec<&Naming> {
        self.texts.focus().narrow(range).into_iter().collect()
    }

    /// Every naming of a document, by seq.
    pub(super) fn mentions(&self) -> Vec<Mention> {
        let mut all: Vec<Mention> = self.documents.keys().collect();
        all.sort_unstable_by_key(|(hash, seq)| (*seq, *hash));
        all
    }

    /// Whether every naming is by one of so many entries.
    pub(super) fn is_within(&self, size: u64) -> bool {
        self.texts.iter().all(|one| one.seq < size) && self.documents.keys().all(|(_, seq)| seq < size)
    }
}

/// The bits that choose a document's slot; to grind out some that share them is as hard as they are many.
fn hash(commitment: &Commitment) -> u64 {
    let hash = *blake3::hash(commitment.as_bytes()).as_bytes();
    u64::from_le_bytes(std::array::from_fn(|at| hash[at]))
}
