//! What an export holds of what its log names.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::audit::{Attachments, CheckedEntry, Fate, Finding};
use crate::event::Commitment;
use crate::state::State;

/// What was exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// How many entries.
    pub size: u64,
    /// What became of the attachments.
    pub attachments: ExportedAttachments,
}

/// What an export holds of the attachments that its log commits to, each counted once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ExportedAttachments {
    /// How many the entries name.
    pub named: u64,
    /// How many were written.
    pub written: u64,
    /// How many texts are gone because their events were erased.
    pub erased: u64,
    /// How many documents of erased events are not there: the log does not tell whether they ever were.
    pub erased_documents: u64,
    /// How many documents are not there, as they need not be.
    pub unattached: u64,
    /// How many texts are not there and should be.
    pub missing: u64,
    /// How many are not there of which the entries, as not all can be read, do not tell whether they should be.
    pub unjudged: u64,
}

/// What the entries of a log say of its attachments, as they are exported.
#[derive(Default)]
pub(super) struct Needs {
    state: State,
    named: Attachments,
    unreadable: bool,
}

impl Needs {
    /// Takes the next entry.
    ///
    /// # Errors
    /// What keeps it from being read; from there on nobody tells what should be there.
    pub(super) fn take(&mut self, entry: &[u8]) -> Result<(), Finding> {
        let entry = CheckedEntry::own(entry);
        self.named.note(Attachments::of(&entry));
        let retraced = if self.unreadable { Ok(()) } else { entry.retrace(&mut self.state) };
        self.unreadable |= retraced.is_err();
        retraced
    }

    /// The state after the entries taken.
    pub(super) fn state(&self) -> &State {
        &self.state
    }

    /// Every commitment that is named.
    pub(super) fn names(&self) -> Vec<Commitment> {
        self.named.fates(&self.state).map(|(commitment, _)| commitment).collect()
    }

    /// What an export holds into which these were written.
    pub(super) fn met_by(&self, written: &BTreeSet<Commitment>) -> ExportedAttachments {
        let mut met = ExportedAttachments::default();
        for (commitment, fate) in self.named.fates(&self.state) {
            met.named += 1;
            let count = match fate {
                _ if written.contains(&commitment) => &mut met.written,
                _ if self.unreadable => &mut met.unjudged,
                Fate::Erased if self.named.is_text(&commitment) => &mut met.erased,
                Fate::Erased => &mut met.erased_documents,
                Fate::Document => &mut met.unattached,
                Fate::Text => &mut met.missing,
            };
            *count += 1;
        }
        met
    }
}

impl ExportedAttachments {
    /// The same for people.
    pub fn told(&self) -> String {
        let of_each = [
            (self.erased, "erased"),
            (self.erased_documents, "documents of erased entries, destroyed or never attached"),
            (self.unattached, "documents not attached"),
            (self.missing, "missing: `tinnhiem audit` names them"),
            (self.unjudged, "not there, and entries that cannot be read do not tell whether they should be"),
        ];
        let rest: Vec<String> = of_each
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let rest = if rest.is_empty() { String::new() } else { format!(" ({})", rest.join(", ")) };
        format!("{} of the {} attachments that they name{rest}", self.written, self.named)
    }
}
