//! What would become of an event if it were submitted now, found out without recording anything.

use super::submission::missing_text;
use super::{Ledger, Refusal, Submission};
use crate::dsse::{EnvelopeError, EventId, PublicKey};
use crate::event::Body;
use crate::limits;
use crate::rules::{self, Candidate, Missing};

/// What a submission that would not be refused needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DryRun {
    /// The size of the log after which it was judged.
    pub size: u64,
    /// Where the event stands in the log already.
    pub stands: Option<u64>,
    /// Whose signatures it still needs.
    pub missing: Vec<Missing>,
}

impl Ledger {
    /// Judges an event after the published entries as the writer would now, as if `signers` had signed it
    /// too; signatures that are missing refuse nothing. What holds writes is not judged.
    ///
    /// # Errors
    /// The [`Refusal`] of the event, once those signatures are there.
    pub fn dry_run(&self, submission: &Submission, signers: &[PublicKey]) -> Result<DryRun, Refusal> {
        let event = submission.event()?;
        let payload = submission.envelope.payload();
        let mut keys: Vec<PublicKey> = submission.envelope.signers().collect();
        if !keys.is_empty() {
            submission.envelope.clone().verify()?;
        }
        for key in signers {
            if keys.contains(key) {
                return Err(EnvelopeError::KeyTwice(*key).into());
            }
            keys.push(*key);
        }
        if keys.len() > limits::SIGNATURES {
            return Err(EnvelopeError::SignatureCount(keys.len()).into());
        }
        keys.sort();
        let snapshot = self.snapshot();
        let state = &snapshot.state;
        if let Some(seq) = state.index().seq(&EventId::of_payload(payload)) {
            return Ok(DryRun { size: state.size(), stands: Some(seq), missing: Vec::new() });
        }
        if let Body::LedgerKeyRotated(body) = &event.body
            && self.log_keys.as_ref().is_some_and(|keys| !keys.contains(&body.new))
        {
            return Err(Refusal::NextKey);
        }
        let recorded_at = rules::record_at(state, &event, self.now())?;
        let candidate = Candidate { event: &event, payload, keys: &keys, recorded_at };
        let missing = rules::judge_draft(state, candidate)?;
        let kept = |text: &_| state.keeps_text(text) == Some(true) && self.vault().contains(text);
        match missing_text(&event, &submission.attachments, kept) {
            Some(text) => Err(Refusal::AttachmentMissing(text)),
            None => Ok(DryRun { size: state.size(), stands: None, missing }),
        }
    }
}
