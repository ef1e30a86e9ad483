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

/// What was met of the attachments that a log commits to, each counted once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AttachmentsMet {
    /// Texts that are there and whole.
    pub texts: u64,
    /// Documents that are there and whole.
    pub documents: u64,
    /// Texts that are gone because their events were erased.
    pub erased_texts: u64,
    /// Documents of erased events that are not there: the log does not tell whether they ever were.
    pub erased_documents: u64,
}

impl AttachmentsMet {
    /// Counts one that is there, where it may be, and whole.
    pub fn whole(&mut self, fate: Fate) {
        *(if fate == Fate::Text { &mut self.texts } else { &mut self.documents }) += 1;
    }

    /// Counts one that was erased and is not there.
    pub fn erased(&mut self, is_text: bool) {
        *(if is_text { &mut self.erased_texts } else { &mut self.erased_documents }) += 1;
    }

    /// How many are there and whole.
    pub fn kept(&self) -> u64 {
        self.texts + self.documents
    }

    /// How many were erased and are not there.
    pub fn gone(&self) -> u64 {
        self.erased_texts + self.erased_documents
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
