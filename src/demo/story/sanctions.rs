//! What the council imposes: at once under the first policy; under the second after a proposal and the
//! subject's days to reply, unless it cannot wait.

use super::{SECOND_POLICY, Story, key, party, subject, text};
use crate::dsse::EventId;
use crate::event::*;
use crate::vault::Attachment;

/// A measure that was proposed to the council.
pub(super) struct Proposed {
    seed: &'static str,
    proposal: EventId,
    body: SanctionProposed,
    reason: Attachment,
}

impl Story {
    fn terms(
        &self,
        days_ago: i32,
        severity: Severity,
        basis: Basis,
        term_days: i32,
        reason: &Attachment,
    ) -> SanctionImposed {
        let starts_on = self.date(days_ago);
        SanctionImposed {
            severity,
            basis,
            starts_on,
            ends_on: Some(starts_on.plus_days(term_days - 1)),
            reason: reason.commitment().into(),
            proposal: None,
            urgent: false,
        }
    }

    /// Imposed at once, as the first policy has it.
    pub(super) fn sanction(
        &mut self,
        days_ago: i32,
        seed: &str,
        severity: Severity,
        basis: Basis,
        term_days: i32,
        why: &str,
    ) -> EventId {
        assert!(days_ago > SECOND_POLICY, "the second policy has the measure proposed first");
        let reason = text(why);
        let body = self.terms(days_ago, severity, basis, term_days, &reason);
        self.council_on(days_ago, seed, body, vec![reason])
    }

    /// A suspension of fourteen days that cannot wait for a reply.
    pub(super) fn suspend_urgently(&mut self, days_ago: i32, seed: &str, basis: Basis, why: &str) {
        let reason = text(why);
        let body = SanctionImposed { urgent: true, ..self.terms(days_ago, Severity::S4, basis, 14, &reason) };
        self.council_on(days_ago, seed, body, vec![reason]);
    }

    /// Proposed by a member, to begin on a later day.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn propose(
        &mut self,
        days_ago: i32,
        proposer: &str,
        seed: &'static str,
        severity: Severity,
        basis: Basis,
        (from_days_ago, term_days): (i32, i32),
        why: &str,
    ) -> Proposed {
        let reason = text(why);
        let terms = self.terms(from_days_ago, severity, basis, term_days, &reason);
        let body = SanctionProposed {
            severity: terms.severity,
            basis: terms.basis,
            starts_on: terms.starts_on,
            ends_on: terms.ends_on,
            reason: terms.reason,
        };
        let (about, texts) = (Some(subject(seed)), vec![reason.clone()]);
        let proposal = self.add(days_ago, party(proposer), about, body.clone(), texts, &[&key(proposer)]);
        Proposed { seed, proposal, body, reason }
    }

    /// The subject replies to a proposal.
    pub(super) fn reply_to_proposal(&mut self, days_ago: i32, proposed: &Proposed, words: &str) {
        let statement = text(words);
        let body = SanctionReplied {
            proposal: proposed.proposal,
            statement: statement.commitment().into(),
            evidence: Vec::new(),
        };
        self.by_subject(days_ago, proposed.seed, body, vec![statement]);
    }

    /// Imposed as it was proposed.
    pub(super) fn impose(&mut self, days_ago: i32, proposed: Proposed) -> EventId {
        let Proposed { seed, proposal, body, reason } = proposed;
        let body = SanctionImposed {
            severity: body.severity,
            basis: body.basis,
            starts_on: body.starts_on,
            ends_on: body.ends_on,
            reason: body.reason,
            proposal: Some(proposal),
            urgent: false,
        };
        self.council_on(days_ago, seed, body, vec![reason])
    }
}
