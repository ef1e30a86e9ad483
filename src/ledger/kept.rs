//! Which attachments the entries need: a text that one of them names and that is not erased, a document
//! that one of them rests on.

use super::{ReadError, Reader};
use crate::dsse::EventId;
use crate::event::{Body, Commitment, Event, EvidenceStage, PartyId, SubjectId};
use crate::log::Entry;
use crate::state::State;

/// Whether an entry that is not erased needs the attachment of a commitment.
///
/// A text stays as long as one of the entries that it belongs to does. A document stays as long as an
/// entry cites it; but what a custodian destroyed is not kept by documents of its own, or of who gave it
/// to it, about the same subject: they are why it had it.
///
/// # Errors
/// [`ReadError`].
pub fn keeps(reader: &Reader, state: &State, commitment: &Commitment) -> Result<bool, ReadError> {
    if let Some(kept) = state.keeps_text(commitment) {
        return Ok(kept);
    }
    let mut destroyed = Vec::new();
    let mut needed_by = Vec::new();
    for seq in state.attached().documents(commitment) {
        let entry = reader.entry(seq)?.and_then(|bytes| event_of(&bytes));
        let Some((id, event)) = entry.filter(|(_, event)| event.documents().contains(commitment)) else {
            continue;
        };
        if state.is_erased(&id) {
            destroyed.extend(owners(state, &id, &event));
        } else {
            needed_by.push(event);
        }
    }
    let own = |event: &Event| {
        let held = matches!(event.body, Body::EvidenceCommitted(_));
        let by = |of: &Owners| of.subject == event.subject && of.members.contains(&event.issuer);
        !held && destroyed.iter().any(by)
    };
    Ok(needed_by.iter().any(|event| !own(event)))
}

/// The same as far as the state tells by itself: a document may be said to be named that is not, one in
/// a thousand million for each that is.
pub fn may_keep(state: &State, commitment: &Commitment) -> bool {
    let cited = || !state.attached().documents(commitment).is_empty();
    state.keeps_text(commitment).unwrap_or_else(cited)
}

/// The event of an entry, and its id.
pub fn event_of(bytes: &[u8]) -> Option<(EventId, Event)> {
    let entry = Entry::parse(bytes).ok()?;
    Some((entry.id(), Event::parse_recorded(&entry.payload).ok()?))
}

/// Whose documents about whom do not keep what is to go.
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
