//! Signing on every core.

use super::workload::Planned;
use crate::dsse::{Envelope, SecretKey, Verified};
use crate::ledger::{Admissible, Submission};

impl Planned {
    /// Signs it, to be sent.
    pub(super) fn sign(self) -> Submission {
        let keys: Vec<SecretKey> = self.signers.iter().map(|signer| signer.key()).collect();
        let keys: Vec<&SecretKey> = keys.iter().collect();
        let envelope = Envelope::sign(self.payload, &keys).expect("the signers are few and distinct");
        Submission { envelope, attachments: self.attachments }
    }

    /// Signs it, to be recorded at once: what was signed here needs no verifying here.
    pub(super) fn sign_as_verified(self) -> Admissible {
        let signed = crate::dsse::pae(crate::dsse::PAYLOAD_TYPE, &self.payload);
        let signatures = self.signers.iter().map(|signer| {
            let key = signer.key();
            (key.public(), key.sign(&signed))
        });
        let verified =
            Verified::trusted(self.payload, signatures.collect()).expect("the signers are few and distinct");
        Admissible { verified, event: self.event, attachments: self.attachments }
    }
}

/// Applies `work` to every item, in order, on every core.
pub(super) fn on_every_core<T: Send, U: Send>(items: Vec<T>, work: impl Fn(T) -> U + Sync) -> Vec<U> {
    let cores = cores();
    let size = items.len().div_ceil(cores).max(1);
    let mut items = items.into_iter();
    let chunks: Vec<Vec<T>> = (0..cores).map(|_| items.by_ref().take(size).collect()).collect();
    let work = &work;
    std::thread::scope(|scope| {
        let threads: Vec<_> = chunks
            .into_iter()
            .map(|chunk| scope.spawn(move || chunk.into_iter().map(work).collect::<Vec<U>>()))
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("signing does not panic")).collect()
    })
}

/// How many cores there are.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
