//! Which attachments the entries need, as the stored entries tell: the rule is the state's.

use super::{ReadError, Reader};
use crate::dsse::EventId;
use crate::event::{Commitment, Event};
use crate::log::Entry;
use crate::state::State;

/// Whether an entry that is not erased needs the attachment of a commitment, by [`State::keeps_text`] and
/// [`State::keeps_document_of`].
///
/// # Errors
/// [`ReadError`].
pub fn keeps(reader: &Reader, state: &State, commitment: &Commitment) -> Result<bool, ReadError> {
    if let Some(kept) = state.keeps_text(commitment) {
        return Ok(kept);
    }
    let mut citing = Vec::new();
    for seq in state.attached().documents(commitment) {
        let entry = reader.entry(seq)?.and_then(|bytes| event_of(&bytes));
        let cites = entry.filter(|(_, event)| event.documents().contains(commitment));
        citing.extend(cites.map(|(id, _)| id));
    }
    Ok(state.keeps_document_of(citing))
}

/// The same as far as the state tells by itself: a document may be said to be named that is not, one in
/// a thousand million for each that is.
pub(super) fn may_keep(state: &State, commitment: &Commitment) -> bool {
    let cited = || !state.attached().documents(commitment).is_empty();
    state.keeps_text(commitment).unwrap_or_else(cited)
}

/// The event of an entry, and its id.
pub(super) fn event_of(bytes: &[u8]) -> Option<(EventId, Event)> {
    let entry = Entry::parse(bytes).ok()?;
    Some((entry.id(), Event::parse_recorded(&entry.payload).ok()?))
}
