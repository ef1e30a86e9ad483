//! What must become of the attachments that a log commits to.

use std::collections::BTreeMap;

use super::CheckedEntry;
use crate::dsse::EventId;
use crate::event::Commitment;
use crate::state::State;

/// What must become of an attachment, by the events that commit to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
        let named = event.named();
        let texts = named.texts.iter().chain(&named.documents);
        texts.map(|one| (*one, id, named.texts.contains(one))).collect()
    }

    /// Notes what an entry commits to.
    pub fn note(&mut self, named: Vec<(Commitment, EventId, bool)>) {
        for (commitment, event, text) in named {
            self.named.entry(commitment).or_default().push((event, text));
        }
    }

    /// Whether an entry names a commitment.
    pub fn names(&self, commitment: &Commitment) -> bool {
        self.named.contains_key(commitment)
    }

    /// Every commitment and what must become of it, by a state in which the log ends.
    pub fn fates<'a>(&'a self, state: &'a State) -> impl Iterator<Item = (Commitment, Fate)> + 'a {
        self.named.iter().map(|(commitment, by)| (*commitment, fate(state, by)))
    }

    /// Whether an event names it as a text, which had to be attached.
    pub fn is_text(&self, commitment: &Commitment) -> bool {
        self.named.get(commitment).is_some_and(|by| by.iter().any(|(_, text)| *text))
    }
}

/// A text's fate is told by the events that name it as one, whoever else cites it.
fn fate(state: &State, by: &[(EventId, bool)]) -> Fate {
    let texts = || by.iter().filter(|(_, text)| *text).map(|(event, _)| *event);
    let is_text = texts().next().is_some();
    match is_text {
        true if state.keeps_text_of(texts()) => Fate::Text,
        false if state.keeps_document_of(by.iter().map(|(event, _)| *event)) => Fate::Document,
        _ => Fate::Erased,
    }
}
