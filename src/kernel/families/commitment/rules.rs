//! `state.*`
//!
//! Whether the roots are right is not judged here: it takes every dossier to say. An audit does, and
//! an auditor that found others says so in the log.
//!
//! **The rules do not judge the roots.** That takes every dossier, and would stop the one writer for
//! seconds. The server makes them beside it, an audit makes each anew (writing only what changed since the
//! last) and names a false one (`commitment.root`), the server gives no receipt from a false one, and an
//! auditor who finds other roots says so in the log (`tinnhiem state attest --disagree`): `/v1/commitments` shows
//! who disagrees. An attestation repeats the commitment's day, which only who replayed the log knows to be
//! as recorded.

use super::{Case, Reason, Rejection};
use crate::event::{MemberClass, StateAttested, StateCommitted};
use crate::facts::PartyClass;

impl Case<'_> {
    pub(super) fn state_committed(&mut self, body: &StateCommitted) -> Result<(), Rejection> {
        self.signed_by_issuer()?;
        let (state, issuer) = (self.state, &self.event.issuer);
        let operates = state.ledger().is_some_and(|ledger| ledger.operator == *issuer);
        Reason::Issuer.unless(operates, issuer)?;
        let last = state.commitments().next_back().map_or(0, |one| one.body.size);
        let within = last < body.size && body.size <= state.size();
        Reason::CommitmentSize.unless(within, body.size)?;
        let counted = state.date_at_size(body.size).is_some_and(|entry| entry <= body.date);
        Reason::CommitmentDate.unless(counted && body.date <= self.today, body.date)
    }

    pub(super) fn state_attested(&mut self, body: &StateAttested) -> Result<(), Rejection> {
        self.signed_by_issuer()?;
        let (state, issuer) = (self.state, &self.event.issuer);
        let (parties, size) = (state.parties(), state.size());
        let auditor = parties.class(issuer, size) == Some(PartyClass::Member(MemberClass::Auditor));
        Reason::Issuer.unless(auditor, issuer)?;
        let operator = state.ledger().map(|ledger| parties.group(&ledger.operator, size));
        Reason::AttestationOwnGroup.unless(operator != Some(parties.group(issuer, size)), issuer)?;
        let committed =
            state.commitment(body.size).ok_or_else(|| Reason::AttestationSize.about(body.size))?;
        let attested = committed.attested.iter().any(|one| one.auditor == *issuer);
        Reason::AttestationExists.unless(!attested, body.size)
    }
}
