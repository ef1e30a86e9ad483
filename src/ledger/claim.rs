//! How a directory that did not sign last comes to sign.

use super::recovery::OpenError;
use super::retrace::Retraced;
use super::{ReadError, Reader};
use crate::log::{
    BadCheckpoint, Origin, SignedCheckpoint, TileNodes, VerifierKey, consistency_proof, verify_consistency,
};

/// On what grounds a directory signs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Claim {
    /// It is the one that signed last; where it is not, it is read-only.
    #[default]
    Unchanged,
    /// It holds all that this checkpoint, the newest known outside, is of.
    Newest(String),
    /// Whoever runs it says so.
    TakeOver,
}

impl Claim {
    /// Checks the claim against the entries that are here; `own` is the newest head's note.
    pub(super) fn check(
        &self,
        retraced: &Retraced,
        origin: &Origin,
        reader: &Reader,
        own: &str,
    ) -> Result<(), OpenError> {
        let Self::Newest(note) = self else { return Ok(()) };
        let known = SignedCheckpoint::claim(note)?;
        if known.origin != *origin {
            return Err(BadCheckpoint::Origin(known.origin.to_string()).into());
        }
        let keys = retraced.state.ledger().map_or(&[][..], |ledger| ledger.log_keys());
        let vkey = |key| VerifierKey::ed25519(origin.as_str(), key);
        let size = retraced.frontier.size();
        if known.size > size {
            // Which key signs beyond the end is not known here; one that signed before may.
            let opened = keys.iter().map(|(_, key)| SignedCheckpoint::open(note, &vkey(*key)));
            return match opened.reduce(Result::or) {
                Some(Err(error)) => Err(error.into()),
                _ => Err(OpenError::Behind { size, known: known.size }),
            };
        }
        let signs = retraced.state.ledger().map(|ledger| vkey(*ledger.log_key_at(known.size)));
        let signs = signs.ok_or(OpenError::Empty)?;
        SignedCheckpoint::open(note, &signs)?;
        let diverged = |error: ReadError| OpenError::Diverged { what: error.to_string(), good: 0, size };
        let proof = match known.size {
            0 => Vec::new(),
            from => consistency_proof(&TileNodes::new(reader, size), from, size).map_err(diverged)?,
        };
        let root = retraced.frontier.root();
        verify_consistency(known.size, &known.root, size, &root, &proof)
            .map_err(|_| OpenError::Forked { known: note.clone(), own: own.to_owned() })
    }
}
