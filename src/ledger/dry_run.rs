//! What would become of an event if it were submitted now, found out without recording anything.

use std::sync::Arc;

use super::submission::missing_text;
use super::{Ledger, Refusal, Submission};
use crate::dsse::{EnvelopeError, EventId, PublicKey};
use crate::event::{Body, Event, KeyRevoked};
use crate::limits;
use crate::rules::{self, Candidate, Missing};
use crate::state::{State, Unfounded};

/// What a submission that would not be refused needs.
#[derive(Debug, Clone)]
pub struct DryRun {
    /// The size of the log after which it was judged.
    pub size: u64,
    /// Where the event stands in the log already.
    pub stands: Option<u64>,
    /// Whose signatures it still needs.
    pub missing: Vec<Missing>,
    /// Of the end of a key: the state with it, the seq at which it stands or would stand there, and what it says.
    pub ended: Option<(Arc<State>, u64, KeyRevoked)>,
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
        let id = EventId::of_payload(payload);
        if let Some(seq) = state.index().seq(&id) {
            let ended = key_revoked(&event).map(|body| (Arc::new(state.clone()), seq, body));
            return Ok(DryRun { size: state.size(), stands: Some(seq), missing: Vec::new(), ended });
        }
        if let Body::LedgerKeyRotated(body) = &event.body
            && self.log_keys.as_ref().is_some_and(|keys| !keys.contains(&body.new))
        {
            return Err(Refusal::NextKey);
        }
        let recorded_at = rules::record_at(state, &event, self.now())?;
        let candidate = Candidate { id, event: &event, payload, keys: &keys, recorded_at };
        let missing = rules::judge_draft(state, candidate)?;
        let kept = |text: &_| state.keeps_text(text) == Some(true) && self.vault().contains(text);
        match missing_text(&event, &submission.attachments, kept) {
            Some(text) => Err(Refusal::AttachmentMissing(text)),
            None => {
                let ended = key_revoked(&event).map(|body| {
                    // Signatures may be missing, so nothing is admitted yet; and this state is recorded nowhere.
                    let mut after = state.clone();
                    after.replay(candidate.recording())?;
                    Ok::<_, Unfounded>((Arc::new(after), state.size(), body))
                });
                Ok(DryRun { size: state.size(), stands: None, missing, ended: ended.transpose()? })
            }
        }
    }
}

fn key_revoked(event: &Event) -> Option<KeyRevoked> {
    match &event.body {
        Body::KeyRevoked(body) => Some(body.clone()),
        _ => None,
    }
}
