//! Receipts (C2SP tlog-proof): one entry, its proof and the checkpoint, in one file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::checkpoint::{BadCheckpoint, Checkpoint, SignedCheckpoint};
use super::entry::{ChainHash, Entry, MalformedEntry};
use super::merkle::{BadProof, Hash, leaf_hash, verify_inclusion};
use super::note::VerifierKey;
use crate::dsse::{EnvelopeError, Verified};
use crate::event::{Event, Malformed};
use crate::limits;
use crate::time::Timestamp;

/// A receipt as it travels; nothing in it is believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The entry's bytes.
    pub entry: Vec<u8>,
    /// Its seq.
    pub index: u64,
    /// The inclusion proof, the leaf's sibling first.
    pub proof: Vec<Hash>,
    /// The checkpoint's note.
    pub checkpoint: String,
}

/// What a receipt proves, once verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedReceipt {
    /// The entry's seq.
    pub seq: u64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The hash of the entry before.
    pub prev: ChainHash,
    /// The event and its signatures, all verified.
    pub event: Verified,
    /// The entry's leaf hash.
    pub leaf: Hash,
    /// The checkpoint that includes it.
    pub checkpoint: Checkpoint,
}

/// Why a receipt proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadReceipt {
    /// Not in the form of one.
    #[error("not a receipt: {0}")]
    Malformed(&'static str),
    /// Its checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] BadCheckpoint),
    /// Its proof.
    #[error(transparent)]
    Proof(#[from] BadProof),
    /// Its entry.
    #[error("the receipt's entry: {0}")]
    Entry(#[from] MalformedEntry),
    /// The event's signatures.
    #[error("the receipt's event: {0}")]
    Event(#[from] EnvelopeError),
    /// What was signed is no event.
    #[error("the receipt's event: {0}")]
    Payload(#[from] Malformed),
    /// An event of another ledger.
    #[error("the receipt's event was signed for another ledger, {0}")]
    OtherLedger(String),
}

impl BadReceipt {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "receipt.malformed",
            Self::Checkpoint(error) => error.code(),
            Self::Proof(error) => error.code(),
            Self::Entry(error) => error.code(),
            Self::Event(error) => error.code(),
            Self::Payload(error) => error.code(),
            Self::OtherLedger(_) => "ledger.other",
        }
    }
}

impl Receipt {
    /// The first line of a receipt.
    pub const HEADER: &str = "c2sp.org/tlog-proof@v1";

    /// The receipt's text, the content of a `.tlog-proof` file.
    pub fn to_text(&self) -> String {
        let mut text =
            format!("{}\nextra {}\nindex {}\n", Self::HEADER, STANDARD.encode(&self.entry), self.index);
        for hash in &self.proof {
            text.push_str(&hash.to_string());
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }

    /// Reads a receipt's text.
    ///
    /// # Errors
    /// [`BadReceipt::Malformed`].
    pub fn parse(text: &str) -> Result<Self, BadReceipt> {
        let malformed = BadReceipt::Malformed;
        if text.len() > limits::RECEIPT_BYTES {
            return Err(malformed("too large"));
        }
        let (head, checkpoint) = text.split_once("\n\n").ok_or(malformed("no empty line"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(Self::HEADER) {
            return Err(malformed("it does not begin with c2sp.org/tlog-proof@v1"));
        }
        let extra = lines.next().and_then(|line| line.strip_prefix("extra "));
        let entry = extra.and_then(|extra| STANDARD.decode(extra).ok());
        let entry = entry.ok_or(malformed("no extra line with the entry"))?;
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let index = index.and_then(|index| index.parse().ok()).ok_or(malformed("no index line"))?;
        let proof: Option<Vec<Hash>> = lines.map(|line| line.parse().ok()).collect();
        let proof = proof.filter(|proof| proof.len() < 64).ok_or(malformed("a line that is no hash"))?;
        let receipt = Self { entry, index, proof, checkpoint: checkpoint.to_owned() };
        // One text for one receipt.
        if receipt.to_text() == text { Ok(receipt) } else { Err(malformed("a number in another form")) }
    }

    /// Verifies checkpoint, proof, entry and every signature of the event, offline, and that the event was
    /// signed for the ledger that the checkpoint is of.
    ///
    /// Whose keys the signatures are under is not judged here: the log says so as a whole.
    ///
    /// # Errors
    /// [`BadReceipt`]: it proves nothing.
    pub fn verify(&self, log: &VerifierKey) -> Result<VerifiedReceipt, BadReceipt> {
        let signed = SignedCheckpoint::open(&self.checkpoint, log)?;
        let checkpoint = signed.checkpoint().clone();
        let leaf = leaf_hash(&self.entry);
        verify_inclusion(checkpoint.size, self.index, &leaf, &self.proof, &checkpoint.root)?;
        let entry = Entry::parse(&self.entry)?;
        let (recorded_at, prev) = (entry.recorded_at, entry.prev);
        let event = entry.verify()?;
        // Who signed for one ledger has said nothing of another.
        let named = Event::parse(event.payload())?.ledger;
        if named != checkpoint.origin.as_str() {
            return Err(BadReceipt::OtherLedger(named));
        }
        Ok(VerifiedReceipt { seq: self.index, recorded_at, prev, event, leaf, checkpoint })
    }
}
