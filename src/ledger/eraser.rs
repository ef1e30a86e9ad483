//! Destroying the attachments of events that the log says are erased, beside the writer.
//!
//! What another event still needs stays: a text of an event that is not erased, or anything that an
//! event about somebody else commits to. So nobody has another's data destroyed by committing to it.
//! Whatever was left undone when the process ended is done at the next start.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::mpsc;
use std::thread::JoinHandle;

use memchr::memmem::Finder;

use super::{ReadError, Reader};
use crate::dsse::EventId;
use crate::event::{Commitment, Event, SubjectId};
use crate::log::Entry;
use crate::state::State;
use crate::vault::Vault;

/// The thread that destroys, and the way to tell it of a state.
pub struct Eraser {
    states: Option<mpsc::Sender<State>>,
    thread: Option<JoinHandle<()>>,
    told: usize,
}

impl Eraser {
    /// An eraser over a ledger; it looks at every state it is told of.
    pub fn over(reader: Reader, vault: Vault) -> Self {
        let (states, told) = mpsc::channel::<State>();
        let work = move || {
            let mut done = BTreeSet::new();
            for state in told {
                if let Err(error) = erase(&reader, &vault, &state, &mut done) {
                    tracing::error!(%error, "attachments that the log says are erased are still there");
                }
            }
        };
        let thread = std::thread::Builder::new().name("eraser".to_owned()).spawn(work);
        Self { states: Some(states), thread: thread.ok(), told: 0 }
    }

    /// Looks at a state, if more is erased in it than in the last.
    pub fn look_at(&mut self, state: &State) {
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

fn erase(
    reader: &Reader,
    vault: &Vault,
    state: &State,
    done: &mut BTreeSet<EventId>,
) -> Result<(), Box<dyn std::error::Error>> {
    let erased: Vec<EventId> = state.erased().iter().filter(|one| !done.contains(*one)).copied().collect();
    let mut going: BTreeMap<Commitment, Option<SubjectId>> = BTreeMap::new();
    for id in &erased {
        let Some(seq) = state.index().seq(id) else { continue };
        let Some(event) = reader.entry(seq)?.and_then(|bytes| event_of(&bytes)).map(|(_, event)| event)
        else {
            continue;
        };
        let kept = event.attachable().into_iter().filter(|one| vault.contains(one));
        going.extend(kept.map(|one| (one, event.subject)));
    }
    keep_needed(reader, state, &mut going)?;
    for commitment in going.keys() {
        vault.destroy(commitment)?;
    }
    done.extend(erased);
    Ok(())
}

/// Takes out what other events need.
fn keep_needed(
    reader: &Reader,
    state: &State,
    going: &mut BTreeMap<Commitment, Option<SubjectId>>,
) -> Result<(), ReadError> {
    if going.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = going.keys().map(ToString::to_string).collect();
    let names: Vec<Finder<'_>> = names.iter().map(|name| Finder::new(name.as_bytes())).collect();
    reader.entries(0, state.size(), &mut |_, bytes| {
        if names.iter().any(|name| name.find(bytes).is_some())
            && let Some((id, event)) = event_of(bytes)
            && !state.is_erased(&id)
        {
            let texts = event.texts();
            let others = |of: &Option<SubjectId>| *of != event.subject;
            for one in event.attachable() {
                if going.get(&one).is_some_and(|of| others(of) || texts.contains(&one)) {
                    going.remove(&one);
                }
            }
        }
        if going.is_empty() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
}

fn event_of(bytes: &[u8]) -> Option<(EventId, Event)> {
    let entry = Entry::parse(bytes).ok()?;
    Some((entry.id(), Event::parse_recorded(&entry.payload).ok()?))
}
