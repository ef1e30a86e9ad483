//! What an event commits to: its own texts, and documents that anybody may cite.

use super::{Case, Reason, Rejection};
use crate::event::{Body, Commitment, PartyId};

impl Case<'_> {
    /// Nobody names the text of another, or of one's own about somebody else: not as a text, and not as a
    /// document. It would be kept, or destroyed, with what it does not belong to.
    pub(super) fn check_attached(&self) -> Result<(), Rejection> {
        for commitment in self.event.attachable() {
            let Some(first) = self.state.text_owner(&commitment) else { continue };
            let own = (first.subject, first.issuer) == (self.event.subject, &self.event.issuer);
            let taken = || format!("{commitment}, {}", self.entry(&first.id));
            if !own && !self.carries_out(&commitment, first.issuer) {
                return Err(Reason::CommitmentTaken.about(taken()));
            }
        }
        Ok(())
    }

    /// Whether it imposes what `issuer` proposed, for the reason that it gave.
    fn carries_out(&self, commitment: &Commitment, issuer: &PartyId) -> bool {
        let Body::SanctionImposed(body) = &self.event.body else { return false };
        let proposal = body.proposal.and_then(|event| self.proposal(&event));
        // That its reason is the proposal's was judged before.
        proposal.is_some_and(|one| *self.state.parties().name(one.proposer) == *issuer)
            && *body.reason == *commitment
    }
}
