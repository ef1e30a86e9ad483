//! What must become of the attachments that a log commits to.

use std::collections::BTreeMap;

use super::CheckedEntry;
use crate::dsse::EventId;
use crate::event::Commitment;
use crate::state::State;

/// What must become of an attachment, by the events that commit to it; the first holds where they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It must be there.
    Text,
    /// It may be there.
    Document,
    /// It must be gone.
    Erased,
}

/// The commitments of a log, each once however many entries name it.
#[derive(Debug, Default)]
pub struct Attachments {
    named: BTreeMap<Commitment, Vec<(EventId, bool)>>,
}

impl Attachments {
    /// What an entry commits to, and whether each is a text.
    pub fn of(entry: &CheckedEntry) -> Vec<(Commitment, EventId, bool)> {
        let Some(recording) = entry.recording() else { return Vec::new() };
        let (event, id) = (recording.event, recording.id);
        let texts = event.texts();
        event.attachable().into_iter().map(|one| (one, id, texts.contains(&one))).collect()
    }

    /// Notes what an entry commits to.
    pub fn note(&mut self, named: Vec<(Commitment, EventId, bool)>) {
        for (commitment, event, text) in named {
            self.named.entry(commitment).or_default().push((event, text));
        }
    }

    /// Every commitment and what must become of it, by a state in which the log ends.
    pub fn fates<'a>(&'a self, state: &'a State) -> impl Iterator<Item = (Commitment, Fate)> + 'a {
        let fate = |(event, text): &(EventId, bool)| match (state.is_erased(event), text) {
            (true, _) => Fate::Erased,
            (false, true) => Fate::Text,
            (false, false) => Fate::Document,
        };
        self.named.iter().filter_map(move |(commitment, by)| Some((*commitment, by.iter().map(fate).min()?)))
    }
}
