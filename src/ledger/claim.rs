//! How a directory that did not sign last comes to sign.

use std::path::Path;

use super::open_error::OpenError;
use super::presence::Absent;
use super::retrace::Retraced;
use super::{ReadError, Reader};
use crate::log::{
    BadCheckpoint, Checkpoint, Origin, SignedCheckpoint, TileNodes, VerifierKey, consistency_proof,
    verify_consistency,
};
use crate::state::State;
use crate::store::{ReadOnly, Standing, lies_where_it_was_written};

/// On what grounds a directory signs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Claim {
    /// It is the one that signed last; where it is not, it is read-only.
    #[default]
    Unchanged,
    /// It holds all that this checkpoint is of, which somebody kept. The directory's own newest is no
    /// ground: every backup has one.
    Newest(String),
    /// The same of what another host shows now.
    Shown(String),
    /// The same, where the host's tiles contradict the directory's newest head.
    Contradicted(String),
    /// What a host shows that no directory signs by, and why; that it is of another history is told first.
    Unfit {
        /// The checkpoint.
        note: String,
        /// The stable code of why.
        code: &'static str,
        /// Why, in words.
        why: String,
    },
    /// Whoever runs it says so.
    TakeOver,
}

/// What is about to be signed from, for whoever runs the ledger to look at before it is.
pub struct Beginning<'a> {
    /// All that the entries make.
    pub state: &'a State,
    /// Why the directory would sign nothing by itself; none where it signed last.
    pub was: Option<ReadOnly>,
    /// Whether it signs now.
    pub signs: bool,
    /// On what grounds.
    pub claim: &'a Claim,
}

/// Looks at that, and may refuse it; nothing has been begun then.
pub type Check = Box<dyn Fn(&Beginning<'_>) -> Result<(), OpenError> + Send>;

/// What a directory holds, against which a claim is checked.
pub(super) struct Here<'a> {
    pub retraced: &'a Retraced,
    pub origin: &'a Origin,
    pub reader: Reader,
    /// The newest head.
    pub head: Option<&'a SignedCheckpoint>,
    pub standing: Standing,
    pub directory: &'a Path,
}

impl Claim {
    /// The checkpoint that the claim names.
    pub fn note(&self) -> Option<&str> {
        match self {
            Self::Newest(note) | Self::Shown(note) | Self::Contradicted(note) | Self::Unfit { note, .. } => {
                Some(note)
            }
            Self::Unchanged | Self::TakeOver => None,
        }
    }

    /// Refuses what is no ground, whatever it shows.
    fn is_fit(&self) -> Result<(), OpenError> {
        match self {
            Self::Unfit { code, why, .. } => Err(OpenError::Unfit { code, why: why.clone() }),
            _ => Ok(()),
        }
    }

    /// Checks the claim against the entries that are here.
    pub(super) fn check(&self, here: &Here<'_>) -> Result<(), OpenError> {
        let Some(note) = self.note() else { return Ok(()) };
        let known = SignedCheckpoint::claim(note)?;
        if known.origin != *here.origin {
            return Err(BadCheckpoint::Origin(known.origin.to_string()).into());
        }
        let (retraced, origin) = (here.retraced, here.origin);
        let ledger = retraced.state.ledger().ok_or_else(|| Absent::Empty(here.directory.to_owned()))?;
        let vkey = |key| VerifierKey::ed25519(origin.as_str(), key);
        let size = retraced.frontier.size();
        let forked = || OpenError::Forked {
            known: note.to_owned(),
            own: here.head.map_or(String::new(), |head| head.note().to_owned()),
        };
        if known.size > size {
            self.is_fit()?;
            // Which key signs beyond the end is not known here; one that signed before may.
            let mut keys = ledger.log_keys().iter();
            let signed = keys.any(|(_, key)| SignedCheckpoint::open(note, &vkey(*key)).is_ok());
            let known = known.size;
            return Err(match signed {
                true if matches!(self, Self::Contradicted(_)) => forked(),
                true => OpenError::Behind { size, known },
                false => OpenError::BeyondRotation { size, known },
            });
        }
        SignedCheckpoint::open(note, &vkey(*ledger.log_key_at(known.size)))?;
        let diverged = |error: ReadError| OpenError::Diverged { what: error.to_string(), good: 0, size };
        let proof = match known.size {
            0 => Vec::new(),
            from => consistency_proof(&TileNodes::new(&here.reader, size), from, size).map_err(diverged)?,
        };
        let root = retraced.frontier.root();
        verify_consistency(known.size, &known.root, size, &root, &proof).map_err(|_| forked())?;
        self.is_fit()?;
        self.shows_something(&known, here)
    }

    /// Whether a checkpoint that the directory extends comes from outside, as far as that can be told.
    ///
    /// One of fewer entries than the directory signed is older than it, wherever it comes from.
    fn shows_something(&self, known: &Checkpoint, here: &Here<'_>) -> Result<(), OpenError> {
        let (Standing::ReadOnly(why), Some(head)) = (here.standing, here.head) else { return Ok(()) };
        let size = head.checkpoint().size;
        match why {
            ReadOnly::Sealed if known.size < size && lies_where_it_was_written(here.directory)? => {
                Err(OpenError::SealedHere { size, known: known.size })
            }
            _ if known.size < size => Err(OpenError::OlderThanOwn { size, known: known.size }),
            _ if !matches!(self, Self::Newest(_)) => Ok(()),
            // The last checkpoint of a term is the newest there is, until another goes on from it.
            ReadOnly::Sealed if !lies_where_it_was_written(here.directory)? => Ok(()),
            ReadOnly::Sealed if known.size <= size => Err(OpenError::SealedHere { size, known: known.size }),
            _ if known.size == size => Err(OpenError::OwnHead { size }),
            _ => Ok(()),
        }
    }
}
