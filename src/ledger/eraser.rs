//! Destroying the attachments that no entry needs, beside the writer: those of events that the log says
//! are erased, and at a start those that came with what was never recorded.
//!
//! Whatever was left undone when the process ended is done at the next start.

use std::collections::BTreeSet;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use tokio::sync::watch;

use super::kept::{event_of, keeps, may_keep};
use super::{Reader, Snapshot};
use crate::dsse::EventId;
use crate::state::State;
use crate::vault::Vault;

/// The thread that destroys, and the way to tell it of a state.
pub(super) struct Eraser {
    states: Option<mpsc::Sender<State>>,
    thread: Option<JoinHandle<()>>,
    told: usize,
}

impl Eraser {
    /// An eraser over a ledger, which sweeps its vault; it looks at every state it is told of.
    pub(super) fn over(reader: Reader, vault: Vault, published: watch::Receiver<Arc<Snapshot>>) -> Self {
        let (states, told) = mpsc::channel::<State>();
        let work = move || {
            let eraser = Erasing { reader, vault, published };
            eraser.sweep();
            let mut done = BTreeSet::new();
            for state in told {
                if let Err(error) = eraser.erase(&state, &mut done) {
                    tracing::error!(%error, "attachments that the log says are erased are still there");
                }
            }
        };
        let thread = std::thread::Builder::new().name("eraser".to_owned()).spawn(work);
        Self { states: Some(states), thread: thread.ok(), told: 0 }
    }

    /// Looks at a state, if more is erased in it than in the last.
    pub(super) fn look_at(&mut self, state: &State) {
        let erased = state.erased().len();
        if erased > self.told
            && let Some(states) = &self.states
        {
            self.told = erased;
            let _ = states.send(state.clone());
        }
    }
}

impl Drop for Eraser {
    fn drop(&mut self) {
        drop(self.states.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Erasing {
    reader: Reader,
    vault: Vault,
    /// What is judged by: an entry that needs an attachment may have been published a moment ago.
    published: watch::Receiver<Arc<Snapshot>>,
}

impl Erasing {
    fn now(&self) -> Arc<Snapshot> {
        self.published.borrow().clone()
    }

    /// Removes what came with events that were never recorded.
    fn sweep(&self) {
        match self.vault.sweep(|commitment| may_keep(&self.now().state, commitment)) {
            Ok(0) => {}
            Ok(swept) => tracing::info!(swept, "attachments that no entry needs were removed"),
            Err(error) => tracing::warn!(%error, "attachments that no entry needs are still there"),
        }
    }

    fn erase(&self, state: &State, done: &mut BTreeSet<EventId>) -> Result<(), Box<dyn std::error::Error>> {
        let erased: Vec<EventId> =
            state.erased().iter().filter(|one| !done.contains(*one)).copied().collect();
        for id in &erased {
            let Some(seq) = state.index().seq(id) else { continue };
            let Some((_, event)) = self.reader.entry(seq)?.and_then(|bytes| event_of(&bytes)) else {
                continue;
            };
            for one in event.attachable().into_iter().filter(|one| self.vault.contains(one)) {
                // What cannot be read may be needed.
                let keeps = || keeps(&self.reader, &self.now().state, &one).unwrap_or(true);
                self.vault.destroy_unless(&one, keeps)?;
            }
        }
        done.extend(erased);
        Ok(())
    }
}
