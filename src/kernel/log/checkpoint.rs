//! C2SP checkpoints: the signed size and root of a log.

use super::merkle::Hash;
use super::note::{BadNote, Note, VerifierKey, signature_line};
use super::origin::Origin;
use crate::dsse::SecretKey;

/// The size and root of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Whose.
    pub origin: Origin,
    /// How many entries.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// A checkpoint and the note that carries it, word for word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: String,
}

/// Why a note is not a checkpoint of this log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCheckpoint {
    /// The note itself.
    #[error("the checkpoint: {0}")]
    Note(#[from] BadNote),
    /// Its text is not origin, size and root.
    #[error("the checkpoint's text is not origin, size and root, one per line")]
    Malformed,
    /// It is another log's.
    #[error("the checkpoint is of {0}: another log")]
    Origin(String),
}

impl BadCheckpoint {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Note(error) => error.code(),
            Self::Malformed => "checkpoint.malformed",
            Self::Origin(_) => "checkpoint.origin",
        }
    }
}

impl BadCheckpoint {
    /// Whether all that is wrong is that the key asked for did not sign it.
    pub fn is_unsigned(&self) -> bool {
        matches!(self, Self::Note(BadNote::Unsigned(_)))
    }
}

impl Checkpoint {
    /// The text that is signed: origin, size and root, one per line, no extension lines.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root)
    }

    /// Signs it with the log's key.
    pub fn sign(self, key: &SecretKey) -> SignedCheckpoint {
        let text = self.text();
        let line = signature_line(&text, self.origin.as_str(), key);
        SignedCheckpoint { checkpoint: self, note: format!("{text}\n{line}") }
    }

    fn parse(text: &str) -> Result<Self, BadCheckpoint> {
        let mut lines = text.strip_suffix('\n').ok_or(BadCheckpoint::Malformed)?.split('\n');
        let (Some(origin), Some(size), Some(root), None) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(BadCheckpoint::Malformed);
        };
        let size_value: u64 = size.parse().map_err(|_| BadCheckpoint::Malformed)?;
        let checkpoint = Self {
            origin: origin.parse().map_err(|_| BadCheckpoint::Malformed)?,
            size: size_value,
            root: root.parse().map_err(|_| BadCheckpoint::Malformed)?,
        };
        // One text for one checkpoint: no leading zeros or signs.
        if checkpoint.text() == text { Ok(checkpoint) } else { Err(BadCheckpoint::Malformed) }
    }
}

impl SignedCheckpoint {
    /// Reads a checkpoint that the log's key must have signed; lines of other keys are kept.
    ///
    /// # Errors
    /// [`BadCheckpoint`]: do not rely on it, and keep it as evidence if it came from the log.
    pub fn open(note: &str, log: &VerifierKey) -> Result<Self, BadCheckpoint> {
        let parsed = Note::parse(note)?;
        let checkpoint = Checkpoint::parse(&parsed.text)?;
        if checkpoint.origin.as_str() != log.name() {
            return Err(BadCheckpoint::Origin(checkpoint.origin.to_string()));
        }
        if parsed.verified_by(std::slice::from_ref(log))?.is_empty() {
            return Err(BadNote::Unsigned(log.name().to_owned()).into());
        }
        Ok(Self { checkpoint, note: note.to_owned() })
    }

    /// Reads a note's claim without any belief in it, to learn which log it speaks of.
    ///
    /// # Errors
    /// [`BadCheckpoint`] when it is no checkpoint at all.
    pub fn claim(note: &str) -> Result<Checkpoint, BadCheckpoint> {
        Checkpoint::parse(&Note::parse(note)?.text)
    }

    /// The checkpoint.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note, word for word.
    pub fn note(&self) -> &str {
        &self.note
    }
}
