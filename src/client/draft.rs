//! Drafting an event: its members, its attachments, and who signs it.

use crate::dsse::{Envelope, EnvelopeError, SecretKey};
use crate::event::{Body, DrawValue, Event, LedgerOpened, PartyId, SubjectId, body_bytes};
use crate::ledger::Submission;
use crate::log::{MalformedOrigin, Origin};
use crate::time::Timestamp;
use crate::vault::Attachment;

/// An event that is not signed yet.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The event.
    pub event: Event,
    /// The texts and documents that it commits to.
    pub attachments: Vec<Attachment>,
}

impl Draft {
    /// An event of this body.
    pub fn new(
        ledger: &Origin,
        issuer: PartyId,
        subject: Option<SubjectId>,
        issued_at: Timestamp,
        body: impl Into<Body>,
    ) -> Self {
        let event = Event { ledger: ledger.to_string(), issuer, subject, issued_at, body: body.into() };
        Self { event, attachments: Vec::new() }
    }

    /// Adds what travels beside it.
    pub fn with(mut self, attachments: impl IntoIterator<Item = Attachment>) -> Self {
        self.attachments.extend(attachments);
        self
    }

    /// The same as it is sent to be checked: signed by nobody.
    ///
    /// # Errors
    /// None that an event without signatures could meet.
    pub fn unsigned(&self) -> Result<Submission, EnvelopeError> {
        self.clone().sign(&[])
    }

    /// Signs it with each key.
    ///
    /// # Errors
    /// [`EnvelopeError`] when there are none or too many keys, or one twice.
    pub fn sign(self, keys: &[&SecretKey]) -> Result<Submission, EnvelopeError> {
        let envelope = Envelope::sign(self.event.to_payload(), keys)?;
        Ok(Submission { envelope, attachments: self.attachments })
    }
}

/// The value of the chain made of a secret that stands `steps` after its first.
pub fn chain_value(secret: &SecretKey, steps: u32) -> DrawValue {
    let first = blake3::derive_key("tinnhiem draw 1", secret.to_pem().as_bytes());
    (0..steps).fold(DrawValue::from_bytes(first), |value, _| value.next())
}

/// The draft that opens a ledger called `name`, and the origin that commits to it.
///
/// # Errors
/// [`MalformedOrigin`] when the name cannot be part of an origin: choose another.
pub fn opening(
    name: &str,
    issued_at: Timestamp,
    body: LedgerOpened,
) -> Result<(Origin, Draft), MalformedOrigin> {
    let issuer = PartyId::council();
    let mut event =
        Event { ledger: String::new(), issuer, subject: None, issued_at, body: Body::LedgerOpened(body) };
    let payload = event.to_payload();
    let origin = Origin::derive(name, body_bytes(&payload).map_err(|_| MalformedOrigin)?)?;
    event.ledger = origin.to_string();
    Ok((origin, Draft { event, attachments: Vec::new() }))
}

/// A salt from the operating system.
///
/// # Errors
/// When the system has no randomness to give.
pub fn random_salt() -> Result<[u8; 32], getrandom::Error> {
    let mut salt = [0; 32];
    getrandom::fill(&mut salt)?;
    Ok(salt)
}

/// A subject id from the operating system.
///
/// # Errors
/// When the system has no randomness to give.
pub fn random_subject() -> Result<SubjectId, getrandom::Error> {
    let mut random = [0; 13];
    getrandom::fill(&mut random)?;
    Ok(SubjectId::from_random(random))
}
