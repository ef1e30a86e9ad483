//! What is sent in: an envelope, alone or with attachments; checked as far as no state is needed.
//!
//! **A place is taken before anything is spent on an event.** Beyond the queue's bound the answer is 503 at
//! once, before parsing or verifying, so that refusing costs little and those inside go on at full speed.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Refusal;
use crate::dsse::{Envelope, EnvelopeError, Verified};
use crate::event::{Commitment, Event};
use crate::vault::Attachment;
use crate::{json, limits};

/// Deepest nesting: the submission, the envelope, its signatures, one signature.
const DEPTH: usize = 4;

/// An envelope and its attachments, parsed; nothing is verified yet.
#[derive(Debug, Clone)]
pub struct Submission {
    /// The envelope.
    pub envelope: Envelope,
    /// What its event commits to.
    pub attachments: Vec<Attachment>,
}

/// An event whose signatures verified and whose attachments match; the rules have not judged it.
#[derive(Debug, Clone)]
pub struct Admissible {
    /// Payload and signatures.
    pub verified: Verified,
    /// The event.
    pub event: Event,
    /// Its attachments.
    pub attachments: Vec<Attachment>,
}

#[derive(Deserialize)]
struct Probe<'a> {
    #[serde(borrow)]
    envelope: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<'a> {
    #[serde(borrow)]
    envelope: &'a RawValue,
    #[serde(default)]
    attachments: Vec<Attachment>,
}

#[derive(Serialize)]
struct Sent<'a> {
    envelope: &'a RawValue,
    attachments: &'a [Attachment],
}

impl Submission {
    /// Parses a DSSE envelope, or an object of `envelope` and `attachments`.
    ///
    /// # Errors
    /// [`Refusal`], whose text says what to mend.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        Self::parse_by(bytes, Envelope::parse)
    }

    /// The same of one that nobody may have signed yet.
    ///
    /// # Errors
    /// [`Refusal`], whose text says what to mend.
    pub fn parse_draft(bytes: &[u8]) -> Result<Self, Refusal> {
        Self::parse_by(bytes, Envelope::parse_draft)
    }

    fn parse_by(
        bytes: &[u8],
        envelope: impl Fn(&[u8]) -> Result<Envelope, EnvelopeError>,
    ) -> Result<Self, Refusal> {
        if bytes.len() > limits::SUBMISSION_BYTES {
            return Err(Refusal::TooLarge);
        }
        if !may_be_wrapped(bytes) {
            return Ok(Self { envelope: envelope(bytes)?, attachments: Vec::new() });
        }
        json::check(bytes, DEPTH)?;
        let malformed = |error: serde_json::Error| Refusal::Malformed(error.to_string());
        let probe: Probe<'_> = json::from_slice(bytes).map_err(malformed)?;
        if probe.envelope.is_none() {
            return Ok(Self { envelope: envelope(bytes)?, attachments: Vec::new() });
        }
        let wire: Wire<'_> = json::from_slice(bytes).map_err(malformed)?;
        if wire.attachments.len() > limits::ATTACHMENTS {
            return Err(Refusal::AttachmentCount(wire.attachments.len()));
        }
        let envelope = envelope(wire.envelope.get().as_bytes())?;
        Ok(Self { envelope, attachments: wire.attachments })
    }

    /// The submission as one line of JSON.
    pub fn to_json(&self) -> String {
        let envelope = self.envelope.to_json();
        if self.attachments.is_empty() {
            return envelope;
        }
        let envelope = RawValue::from_string(envelope).expect("an envelope's JSON is JSON");
        serde_json::to_string(&Sent { envelope: &envelope, attachments: &self.attachments })
            .expect("a submission is a plain structure, which serialises")
    }

    /// Parses the event, matches the attachments, and verifies every signature: what needs no state.
    ///
    /// # Errors
    /// [`Refusal`], whose text says what to mend.
    pub fn verify(self) -> Result<Admissible, Refusal> {
        let event = self.event()?;
        Ok(Admissible { verified: self.envelope.verify()?, event, attachments: self.attachments })
    }

    /// The same of each of many, in their order, in less time; what could not be parsed stays refused.
    pub fn verify_each(
        parsed: impl Iterator<Item = Result<Self, Refusal>>,
    ) -> Vec<Result<Admissible, Refusal>> {
        let mut envelopes = Vec::new();
        let mut opened = Vec::new();
        for one in parsed {
            opened.push(one.and_then(|submission| {
                let event = submission.event()?;
                envelopes.push(submission.envelope.into_parts());
                Ok((event, submission.attachments))
            }));
        }
        let mut verified = Verified::check_each(envelopes).into_iter();
        let each = opened.into_iter().map(|one| {
            let (event, attachments) = one?;
            let verified = verified.next().expect("each envelope was checked")?;
            Ok(Admissible { verified, event, attachments })
        });
        each.collect()
    }

    /// The event, which commits to every attachment.
    pub(super) fn event(&self) -> Result<Event, Refusal> {
        let event = Event::parse(self.envelope.payload())?;
        let attachable = event.attachable();
        for attachment in &self.attachments {
            attachment.check().map_err(|error| Refusal::AttachmentRefused(error.to_string()))?;
            let commitment = attachment.commitment();
            if !attachable.contains(&commitment) {
                return Err(Refusal::AttachmentUnmatched(commitment));
            }
        }
        Ok(event)
    }
}

/// Whether it is not plainly an envelope: a member may be named `envelope`, as such or by escapes.
fn may_be_wrapped(bytes: &[u8]) -> bool {
    let plain = |text: &str| text.starts_with('{') && !text.contains('\\') && !text.contains("\"envelope\"");
    !std::str::from_utf8(bytes).is_ok_and(plain)
}

impl Admissible {
    /// The commitments of texts that neither came along nor are `kept` already.
    pub(super) fn missing_text(&self, kept: impl Fn(&Commitment) -> bool) -> Option<Commitment> {
        missing_text(&self.event, &self.attachments, kept)
    }
}

/// The same of an event and what came along with it.
pub(super) fn missing_text(
    event: &Event,
    sent: &[Attachment],
    kept: impl Fn(&Commitment) -> bool,
) -> Option<Commitment> {
    let sent: Vec<Commitment> = sent.iter().map(Attachment::commitment).collect();
    event.texts().into_iter().find(|text| !sent.contains(text) && !kept(text))
}
