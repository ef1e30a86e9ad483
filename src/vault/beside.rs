//! The public keys in a key file, alone or beside a private one.

use super::key_fault::KeyFault;
use crate::dsse::PublicKey;

/// The public keys that a file holds, or why they cannot be read.
#[derive(Debug, Default)]
pub(super) struct Beside {
    pub keys: Vec<Result<PublicKey, KeyFault>>,
    /// Those in certificates.
    pub certified: Vec<Result<PublicKey, KeyFault>>,
}

impl Beside {
    /// Whether a private key may lie beside them: the public keys are its own; of a chain of certificates,
    /// one is. What is cut off is nobody's.
    pub(super) fn is_of(&self, own: &PublicKey) -> bool {
        let is_own = |one: &Result<PublicKey, KeyFault>| *one == Ok(*own);
        let is_readable = |one: &Result<PublicKey, KeyFault>| *one != Err(KeyFault::Damaged);
        let mut certified = self.certified.iter().filter(|one| is_readable(one)).peekable();
        let chained = certified.peek().is_none() || certified.any(is_own);
        chained && self.keys.iter().filter(|one| is_readable(one)).all(is_own)
    }

    /// The one that is meant: of a chain of certificates, the first is its holder's.
    pub(super) fn named(&self) -> Option<Result<PublicKey, KeyFault>> {
        let mut all = self.keys.iter().chain(&self.certified);
        all.clone().find(|one| one.is_ok()).or_else(|| all.next()).copied()
    }

    /// The same where no private key says which is meant.
    pub(super) fn alone(&self) -> Option<Result<PublicKey, KeyFault>> {
        let named = self.named()?;
        Some(named.and_then(|key| {
            match self.keys.iter().flatten().all(|one| *one == key) && self.is_of(&key) {
                true => Ok(key),
                false => Err(KeyFault::Several),
            }
        }))
    }
}
