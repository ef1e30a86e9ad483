//! Destroying the attachments of events that the log says are erased, beside the writer.
//!
//! What an event that is not erased commits to stays, so nobody has another's data destroyed by
//! committing to it. Only what a custodian destroyed is not kept by documents of its own, or of who gave
//! it to it, about the same subject: they are why it had it.
//! Whatever was left undone when the process ended is done at the next start.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::mpsc;
use std::thread::JoinHandle;

use memchr::memmem::Finder;

use super::{ReadError, Reader};
use crate::dsse::EventId;
use crate::event::{Body, Commitment, Event, EvidenceStage, PartyId, SubjectId};
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

/// Whose documents about whom do not keep what is to go.
#[derive(Clone)]
struct Owners {
    subject: Option<SubjectId>,
    members: [PartyId; 2],
}

/// Of evidence that its custodian destroyed: the custodian, and who gave it to it.
fn owners(state: &State, id: &EventId, event: &Event) -> Option<Owners> {
    let register = event.subject.and_then(|subject| state.register(&subject));
    let mut evidence = register.into_iter().flat_map(|register| register.evidence.open());
    let destroyed = evidence.any(|one| one.recorded.event == *id && one.stage == EvidenceStage::Destroyed);
    match &event.body {
        Body::EvidenceCommitted(body) if destroyed => {
            let members = [body.custodian.clone(), event.issuer.clone()];
            Some(Owners { subject: event.subject, members })
        }
        _ => None,
    }
}

fn erase(
    reader: &Reader,
    vault: &Vault,
    state: &State,
    done: &mut BTreeSet<EventId>,
) -> Result<(), Box<dyn std::error::Error>> {
    let erased: Vec<EventId> = state.erased().iter().filter(|one| !done.contains(*one)).copied().collect();
    let mut going: BTreeMap<Commitment, Vec<Owners>> = BTreeMap::new();
    for id in &erased {
        let Some(seq) = state.index().seq(id) else { continue };
        let Some(event) = reader.entry(seq)?.and_then(|bytes| event_of(&bytes)).map(|(_, event)| event)
        else {
            continue;
        };
        let owners = owners(state, id, &event);
        for one in event.attachable().into_iter().filter(|one| vault.contains(one)) {
            going.entry(one).or_default().extend(owners.clone());
        }
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
    going: &mut BTreeMap<Commitment, Vec<Owners>>,
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
            let held = matches!(event.body, Body::EvidenceCommitted(_));
            let own =
                |of: &Owners| !held && of.subject == event.subject && of.members.contains(&event.issuer);
            for one in event.attachable() {
                if going.get(&one).is_some_and(|of| texts.contains(&one) || !of.iter().any(own)) {
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
