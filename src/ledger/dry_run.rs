//! What would become of an event if it were submitted now, found out without recording anything.

use std::sync::Arc;

use super::submission::missing_text;
use super::{Ledger, Refusal, Snapshot, Submission};
use crate::dsse::{EnvelopeError, EventId, PublicKey};
use crate::event::{Body, Event};
use crate::limits;
use crate::rules::{self, Candidate, Missing};
use crate::state::{Recording, State, Unfounded};
use crate::time::Timestamp;

/// What a submission that would not be refused needs, and what it would do.
pub struct DryRun {
    /// The event.
    pub event: Event,
    /// Where it stands in the log already.
    pub stands: Option<u64>,
    /// Whose signatures it still needs.
    pub missing: Vec<Missing>,
    snapshot: Arc<Snapshot>,
    id: EventId,
    keys: Vec<PublicKey>,
    recorded_at: Timestamp,
}

impl DryRun {
    /// The size of the log after which it was judged.
    pub fn size(&self) -> u64 {
        self.snapshot.size()
    }

    /// The state in which the event stands, and its place there: where it stands already, or as if it were the
    /// next entry, with the signatures that it lacks. That state is recorded nowhere.
    ///
    /// # Errors
    /// [`Unfounded`]: what the rules would admit cannot be applied, which is a fault of theirs.
    pub fn after(&self) -> Result<(State, u64), Unfounded> {
        let mut state = self.snapshot.state.clone();
        if let Some(seq) = self.stands {
            return Ok((state, seq));
        }
        let seq = state.size();
        // Signatures may be missing, so nothing is admitted yet.
        state.replay(Recording {
            id: self.id,
            at: self.recorded_at,
            keys: &self.keys,
            event: &self.event,
        })?;
        Ok((state, seq))
    }
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
        let stands = state.index().seq(&id);
        if stands.is_some() {
            let (missing, recorded_at) = (Vec::new(), state.last_at());
            return Ok(DryRun { event, stands, missing, snapshot, id, keys, recorded_at });
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
            None => Ok(DryRun { event, stands, missing, snapshot, id, keys, recorded_at }),
        }
    }
}
