//! Which attachments the entries need: the one rule by which they are kept, served, exported, destroyed and
//! audited.
//!
//! A text stays as long as one of the entries that it belongs to does, whoever cites it. A document stays as
//! long as an entry cites it; but what a custodian destroyed is not kept by documents of its own, or of who
//! gave it to it, about the same subject: they are why it had it.

use super::{Row, State};
use crate::dsse::EventId;
use crate::event::{Commitment, EventType, EvidenceStage, PartyId, SubjectId};

/// The type of an event that says who keeps a document.
const HELD: EventType = EventType::EvidenceCommitted;

/// Whose documents about whom do not keep what is to go.
struct Owners<'a> {
    subject: Option<SubjectId>,
    members: [&'a PartyId; 2],
}

impl State {
    /// Whether an entry that is not erased names a text; none: nobody ever named it as one.
    pub fn keeps_text(&self, commitment: &Commitment) -> Option<bool> {
        let named = self.attached.texts(commitment);
        let rows = named.iter().filter_map(|seq| self.index.row(*seq));
        (!named.is_empty()).then(|| self.keeps_text_of(rows.map(|row| row.id)))
    }

    /// Whether a text stays that these events name as one, and no others.
    pub fn keeps_text_of(&self, events: impl IntoIterator<Item = EventId>) -> bool {
        events.into_iter().any(|id| !self.is_erased(&id))
    }

    /// Whether a document stays that these events cite, and no others.
    pub fn keeps_document_of(&self, events: impl IntoIterator<Item = EventId>) -> bool {
        let (erased, left): (Vec<_>, Vec<_>) = events.into_iter().partition(|id| self.is_erased(id));
        let destroyed: Vec<Owners<'_>> = erased.iter().filter_map(|id| self.owners(id)).collect();
        let own = |row: &Row<'_>| {
            let by = |of: &Owners<'_>| of.subject == row.subject && of.members.contains(&row.issuer);
            row.event_type() != Some(HELD) && destroyed.iter().any(by)
        };
        // An entry past those that the state reflects may need it.
        left.iter().any(|id| destroyed.is_empty() || self.row_of(id).is_none_or(|row| !own(&row)))
    }

    fn row_of(&self, id: &EventId) -> Option<Row<'_>> {
        self.index.seq(id).and_then(|seq| self.index.row(seq))
    }

    /// Of evidence that its custodian destroyed: the custodian, and who gave it to it.
    fn owners(&self, id: &EventId) -> Option<Owners<'_>> {
        let row = self.row_of(id).filter(|row| row.event_type() == Some(HELD))?;
        let mut evidence = self.register(&row.subject?)?.evidence.open();
        let destroyed =
            evidence.find(|one| one.recorded.event == *id && one.stage == EvidenceStage::Destroyed)?;
        Some(Owners { subject: row.subject, members: [self.parties.name(destroyed.custodian), row.issuer] })
    }
}
