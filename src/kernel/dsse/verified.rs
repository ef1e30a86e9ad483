//! A payload whose every signature was checked.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::envelope::{EnvelopeError, PAYLOAD_TYPE, pae};
use super::key::{MalformedKey, PublicKey, Signature, hex32, serde_as_hex};
use super::verification::verify_each;
use crate::limits;

/// An event's id: BLAKE3 of the DSSE PAE that was signed, as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId([u8; 32]);

impl EventId {
    /// The id of this payload's event.
    pub fn of_payload(payload: &[u8]) -> Self {
        Self(*blake3::hash(&pae(PAYLOAD_TYPE, payload)).as_bytes())
    }

    /// An id read from its 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The id's 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventId({self})")
    }
}

impl FromStr for EventId {
    type Err = MalformedId;

    fn from_str(text: &str) -> Result<Self, MalformedId> {
        hex32(text).map(Self).ok_or(MalformedId)
    }
}

/// The text is not an event id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an event id: 64 lower-case hex digits")]
pub struct MalformedId;

serde_as_hex!(EventId);

/// A payload and its signatures, every one verified; keys ascend, none stands twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    payload: Vec<u8>,
    id: EventId,
    signatures: Vec<(PublicKey, Signature)>,
}

impl Verified {
    /// Verifies every signature over the payload, strictly.
    ///
    /// # Errors
    /// [`EnvelopeError`] with the key whose signature fails.
    pub fn check(payload: Vec<u8>, signatures: Vec<(PublicKey, Signature)>) -> Result<Self, EnvelopeError> {
        let signed = pae(PAYLOAD_TYPE, &payload);
        for (key, signature) in &signatures {
            if !key.verify(&signed, signature) {
                return Err(EnvelopeError::BadSignature(*key));
            }
        }
        let id = EventId(*blake3::hash(&signed).as_bytes());
        Self::assemble(payload, id, signatures)
    }

    /// The same of each of many, in their order, in less time.
    pub fn check_each(
        unverified: Vec<(Vec<u8>, Vec<(PublicKey, Signature)>)>,
    ) -> Vec<Result<Self, EnvelopeError>> {
        let signed: Vec<Vec<u8>> = unverified.iter().map(|(payload, _)| pae(PAYLOAD_TYPE, payload)).collect();
        let all = unverified.iter().zip(&signed).flat_map(|((_, signatures), signed)| {
            signatures.iter().map(|(key, signature)| (*key, &signed[..], *signature))
        });
        let mut holds = verify_each(&all.collect::<Vec<_>>()).into_iter();
        let each = unverified.into_iter().zip(&signed).map(|((payload, signatures), signed)| {
            let holds: Vec<bool> = holds.by_ref().take(signatures.len()).collect();
            if let Some(at) = holds.iter().position(|holds| !holds) {
                return Err(EnvelopeError::BadSignature(signatures[at].0));
            }
            let id = EventId(*blake3::hash(signed).as_bytes());
            Self::assemble(payload, id, signatures)
        });
        each.collect()
    }

    /// Takes the signatures as verified: for one's own log, whose hashes have been checked.
    ///
    /// # Errors
    /// [`EnvelopeError`] when their number or order is impossible.
    pub fn trusted(payload: Vec<u8>, signatures: Vec<(PublicKey, Signature)>) -> Result<Self, EnvelopeError> {
        let id = EventId::of_payload(&payload);
        Self::assemble(payload, id, signatures)
    }

    fn assemble(
        payload: Vec<u8>,
        id: EventId,
        mut signatures: Vec<(PublicKey, Signature)>,
    ) -> Result<Self, EnvelopeError> {
        if signatures.is_empty() || signatures.len() > limits::SIGNATURES {
            return Err(EnvelopeError::SignatureCount(signatures.len()));
        }
        signatures.sort_by_key(|(key, _)| *key);
        if let Some(pair) = signatures.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(EnvelopeError::KeyTwice(pair[0].0));
        }
        Ok(Self { payload, id, signatures })
    }

    /// The exact bytes that were signed as payload.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The event's id.
    pub fn id(&self) -> EventId {
        self.id
    }

    /// Keys and signatures, ascending by key.
    pub fn signatures(&self) -> &[(PublicKey, Signature)] {
        &self.signatures
    }

    /// The keys that signed, ascending.
    pub fn keys(&self) -> impl Iterator<Item = PublicKey> + '_ {
        self.signatures.iter().map(|(key, _)| *key)
    }

    /// Takes the payload and signatures apart.
    pub fn into_parts(self) -> (Vec<u8>, Vec<(PublicKey, Signature)>) {
        (self.payload, self.signatures)
    }
}

impl From<MalformedKey> for MalformedId {
    fn from(_: MalformedKey) -> Self {
        Self
    }
}
