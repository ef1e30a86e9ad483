//! Commitments to the state: the trees that proofs of scores come from, and the operator's daily word.
//!
//! **The checkpoint is signed after the flush**, so nothing is ever signed that may not last; and before the
//! acknowledgement, so whoever holds a receipt can hold the operator to it.
//!
//! **A failed commit stops the ledger.** Whether it landed is unknown; the next start finds out from the
//! store and the heads.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{Ledger, Refusal, Submission, lock};
use crate::dsse::{Envelope, SecretKey};
use crate::event::{Event, PartyId};
use crate::proof::{Leaves, Trees};
use crate::state::State;

/// How often the committer looks whether a commitment is due.
const LOOKS: Duration = Duration::from_secs(10);
/// How long it waits after a refusal.
const PATIENCE: Duration = Duration::from_secs(600);

/// Makes the trees over states, one at a time; keeps those of the newest commitment, and the leaves that
/// the next ones need not write anew.
#[derive(Debug, Default)]
pub struct TreeMaker {
    /// Held while trees are made, which may take seconds.
    making: Mutex<Making>,
    /// The trees of the newest commitment that was asked for.
    committed: Mutex<Option<Arc<Trees>>>,
}

#[derive(Debug, Default)]
struct Making {
    leaves: Leaves,
    /// The size that the leaves reflect.
    size: u64,
}

impl TreeMaker {
    /// The trees of a commitment to this size, if they are those kept.
    pub fn kept(&self, size: u64) -> Option<Arc<Trees>> {
        lock(&self.committed).clone().filter(|trees| trees.roots().size == size)
    }

    /// The trees over the state of a size; never called where others wait for the thread.
    pub fn trees(&self, state: &State, size: u64) -> Trees {
        let mut making = lock(&self.making);
        if size < making.size {
            return Leaves::default().trees(state, size);
        }
        making.size = size;
        making.leaves.trees(state, size)
    }

    /// The trees of a commitment, kept when it is the newest; never called where others wait for the thread.
    pub fn committed(&self, state: &State, size: u64) -> Arc<Trees> {
        let trees = self.kept(size).unwrap_or_else(|| Arc::new(self.trees(state, size)));
        let newest = state.commitments().next_back().map(|one| one.body.size);
        if newest == Some(size) {
            *lock(&self.committed) = Some(trees.clone());
        }
        trees
    }
}

impl Ledger {
    /// Where trees over the state are made.
    pub fn tree_maker(&self) -> &TreeMaker {
        &self.tree_maker
    }

    /// Commits to the state as it is published now, as the operator who holds `key`.
    ///
    /// # Errors
    /// [`Refusal`]: the key is not the operator's, or a commitment to this size stands.
    pub async fn commit_state(self: &Arc<Self>, operator: &PartyId, key: &SecretKey) -> Result<(), Refusal> {
        let (ledger, snapshot) = (self.clone(), self.snapshot());
        let made = tokio::task::spawn_blocking(move || {
            ledger.tree_maker.trees(&snapshot.state, snapshot.size()).roots()
        });
        let roots = made.await.map_err(|_| Refusal::Unsettled)?;
        let event = Event {
            ledger: self.origin.to_string(),
            issuer: operator.clone(),
            subject: None,
            issued_at: self.now(),
            body: roots.committed_on(self.today()).into(),
        };
        let envelope = Envelope::sign(event.to_payload(), &[key])?;
        let submission = Submission { envelope, attachments: Vec::new() };
        self.submit(submission.verify()?).await.map(drop)
    }
}

/// Commits to the state whenever a day has begun since the last commitment, or `entries` were recorded;
/// never ends by itself.
pub async fn keep_committing(ledger: Arc<Ledger>, operator: PartyId, key: SecretKey, entries: u64) {
    loop {
        tokio::time::sleep(LOOKS).await;
        if !ledger.snapshot().state.commitment_is_due(ledger.today(), entries.max(1)) {
            continue;
        }
        if let Err(refusal) = ledger.commit_state(&operator, &key).await {
            tracing::error!(code = refusal.code(), %refusal, "the state was not committed to");
            tokio::time::sleep(PATIENCE).await;
        }
    }
}
