//! The envelope as JSON: what travels, before any signature has been believed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::key::{PublicKey, SecretKey, Signature};
use super::verified::Verified;
use crate::{json, limits};

/// The payload type of every Tinnhiem event.
pub const PAYLOAD_TYPE: &str = "application/vnd.tinnhiem.event+json";

/// Deepest nesting of an envelope: the object, its signatures, one signature.
const ENVELOPE_DEPTH: usize = 3;

/// DSSE v1 pre-authentication encoding: the bytes that a signature covers.
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

/// A parsed envelope; its signatures are not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    payload: Vec<u8>,
    signatures: Vec<(PublicKey, Signature)>,
}

/// Why bytes are not an acceptable envelope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Over [`limits::ENVELOPE_BYTES`].
    #[error("the envelope is over {} bytes", limits::ENVELOPE_BYTES)]
    TooLarge,
    /// Not strict JSON.
    #[error("the envelope: {0}")]
    Json(#[from] json::Malformed),
    /// A member that DSSE v1 does not have.
    #[error("the envelope: {0}; DSSE has payload, payloadType and signatures of keyid and sig")]
    UnknownMember(String),
    /// A member is missing or of the wrong form.
    #[error("the envelope: {0}")]
    Member(String),
    /// Another payload type.
    #[error("payloadType must be {PAYLOAD_TYPE}")]
    PayloadType,
    /// Payload or signature is not standard padded base64.
    #[error("{0} must be standard base64 with padding")]
    Base64(&'static str),
    /// The payload is over [`limits::PAYLOAD_BYTES`].
    #[error("the payload is over {} bytes: shorten it, and attach texts instead", limits::PAYLOAD_BYTES)]
    PayloadTooLarge,
    /// No signature, or too many.
    #[error("{0} signatures: an event carries 1 to {most}", most = limits::SIGNATURES)]
    SignatureCount(usize),
    /// A key id that is not a raw public key in hex.
    #[error("keyid must be the 64 lower-case hex digits of the raw public key")]
    KeyId,
    /// A signature that is not 64 bytes.
    #[error("sig must be the base64 of 64 bytes")]
    SignatureLength,
    /// The same key signs twice.
    #[error("key {0} signs twice: keep one signature of each key")]
    KeyTwice(PublicKey),
    /// A signature that strict verification refuses.
    #[error(
        "the signature of key {0} does not verify: sign the PAE of exactly these payload bytes with that key"
    )]
    BadSignature(PublicKey),
}

impl EnvelopeError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "envelope.too_large",
            Self::Json(error) => error.code(),
            Self::UnknownMember(_) => "envelope.unknown_member",
            Self::Member(_) => "envelope.member",
            Self::PayloadType => "envelope.payload_type",
            Self::Base64(_) => "envelope.base64",
            Self::PayloadTooLarge => "payload.too_large",
            Self::SignatureCount(_) => "signature.count",
            Self::KeyId => "signature.keyid",
            Self::SignatureLength => "signature.length",
            Self::KeyTwice(_) => "signature.key_twice",
            Self::BadSignature(_) => "signature.invalid",
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire<'a> {
    #[serde(borrow)]
    payload: std::borrow::Cow<'a, str>,
    #[serde(borrow, rename = "payloadType")]
    payload_type: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    signatures: Vec<WireSignature<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireSignature<'a> {
    #[serde(borrow)]
    keyid: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    sig: std::borrow::Cow<'a, str>,
}

impl Envelope {
    /// Parses an envelope's JSON, strictly.
    ///
    /// # Errors
    /// [`EnvelopeError`], whose text says what to mend.
    pub fn parse(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        Self::with_signatures(bytes, 1)
    }

    /// The same of one that nobody may have signed yet.
    ///
    /// # Errors
    /// [`EnvelopeError`], whose text says what to mend.
    pub fn parse_draft(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        Self::with_signatures(bytes, 0)
    }

    fn with_signatures(bytes: &[u8], least: usize) -> Result<Self, EnvelopeError> {
        if bytes.len() > limits::ENVELOPE_BYTES {
            return Err(EnvelopeError::TooLarge);
        }
        json::check(bytes, ENVELOPE_DEPTH)?;
        let wire: Wire<'_> = json::from_slice(bytes).map_err(|error| {
            let text = error.to_string();
            if text.starts_with("unknown field") {
                EnvelopeError::UnknownMember(text)
            } else {
                EnvelopeError::Member(text)
            }
        })?;
        if wire.payload_type != PAYLOAD_TYPE {
            return Err(EnvelopeError::PayloadType);
        }
        if !(least..=limits::SIGNATURES).contains(&wire.signatures.len()) {
            return Err(EnvelopeError::SignatureCount(wire.signatures.len()));
        }
        let payload = STANDARD.decode(&*wire.payload).map_err(|_| EnvelopeError::Base64("payload"))?;
        if payload.len() > limits::PAYLOAD_BYTES {
            return Err(EnvelopeError::PayloadTooLarge);
        }
        let mut envelope = Self { payload, signatures: Vec::with_capacity(wire.signatures.len()) };
        for signature in &wire.signatures {
            let key: PublicKey = signature.keyid.parse().map_err(|_| EnvelopeError::KeyId)?;
            let bytes = STANDARD.decode(&*signature.sig).map_err(|_| EnvelopeError::Base64("sig"))?;
            let bytes = bytes.try_into().map_err(|_| EnvelopeError::SignatureLength)?;
            envelope.add(key, Signature::from_bytes(bytes))?;
        }
        Ok(envelope)
    }

    /// Signs `payload` with each key.
    ///
    /// # Errors
    /// [`EnvelopeError`] when there are none or too many keys, or one twice.
    pub fn sign(payload: Vec<u8>, keys: &[&SecretKey]) -> Result<Self, EnvelopeError> {
        let mut envelope = Self { payload, signatures: Vec::with_capacity(keys.len()) };
        for key in keys {
            envelope.add_signature_of(key)?;
        }
        Ok(envelope)
    }

    /// Adds the signature of one more key.
    ///
    /// # Errors
    /// [`EnvelopeError`] when the key signed before, or the envelope is full.
    pub fn add_signature_of(&mut self, key: &SecretKey) -> Result<(), EnvelopeError> {
        let signature = key.sign(&pae(PAYLOAD_TYPE, &self.payload));
        self.add(key.public(), signature)
    }

    fn add(&mut self, key: PublicKey, signature: Signature) -> Result<(), EnvelopeError> {
        if self.signatures.iter().any(|(other, _)| *other == key) {
            return Err(EnvelopeError::KeyTwice(key));
        }
        if self.signatures.len() == limits::SIGNATURES {
            return Err(EnvelopeError::SignatureCount(limits::SIGNATURES + 1));
        }
        self.signatures.push((key, signature));
        Ok(())
    }

    /// An envelope of a logged event, to send it on.
    pub fn of(verified: &Verified) -> Self {
        Self { payload: verified.payload().to_vec(), signatures: verified.signatures().to_vec() }
    }

    /// The keys whose signatures it carries, whether they verify or not.
    pub fn signers(&self) -> impl Iterator<Item = PublicKey> {
        self.signatures.iter().map(|(key, _)| *key)
    }

    /// The payload's exact bytes.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The envelope as one line of JSON.
    pub fn to_json(&self) -> String {
        let signatures = self
            .signatures
            .iter()
            .map(|(key, signature)| WireSignature {
                keyid: key.to_string().into(),
                sig: STANDARD.encode(signature.as_bytes()).into(),
            })
            .collect();
        let wire = Wire {
            payload: STANDARD.encode(&self.payload).into(),
            payload_type: PAYLOAD_TYPE.into(),
            signatures,
        };
        serde_json::to_string(&wire).expect("an envelope is a plain structure, which serialises")
    }

    /// Verifies every signature, strictly.
    ///
    /// # Errors
    /// [`EnvelopeError`] with the key whose signature fails.
    pub fn verify(self) -> Result<Verified, EnvelopeError> {
        Verified::check(self.payload, self.signatures)
    }

    /// The payload and the signatures over it, which nobody has verified.
    pub fn into_parts(self) -> (Vec<u8>, Vec<(PublicKey, Signature)>) {
        (self.payload, self.signatures)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(seed: u8) -> SecretKey {
        SecretKey::from_seed([seed; 32])
    }

    fn code(json: &str) -> &'static str {
        Envelope::parse(json.as_bytes())
            .and_then(Envelope::verify)
            .map_or_else(|error| error.code(), |_| "ok")
    }

    #[test]
    fn each_fault_has_its_code() {
        let good = Envelope::sign(b"{}".to_vec(), &[&key(1), &key(2)]).unwrap().to_json();
        assert_eq!(code(&good), "ok");
        assert_eq!(code(&good.replace("e30=", "e30")), "envelope.base64");
        assert_eq!(code(&good.replace("e30=", "e31=")), "envelope.base64");
        assert_eq!(code(&good.replace("e30=", "W10=")), "signature.invalid");
        assert_eq!(code(&good.replace("event+json", "event")), "envelope.payload_type");
        assert_eq!(code(&good.replace("\"sig\"", "\"signature\"")), "envelope.unknown_member");
        assert_eq!(code(&good.replace("\"payload\"", "\"payload\":1,\"payload\"")), "json.duplicate_member");
        assert_eq!(code(&good.replace(&key(2).public().to_string(), "00")), "signature.keyid");
        let twice = good.replace(&key(2).public().to_string(), &key(1).public().to_string());
        assert_eq!(code(&twice), "signature.key_twice");
        let none = format!(r#"{{"payload":"e30=","payloadType":"{PAYLOAD_TYPE}","signatures":[]}}"#);
        assert_eq!(code(&none), "signature.count");
        assert_eq!(code(&" ".repeat(limits::ENVELOPE_BYTES + 1)), "envelope.too_large");
    }

    #[test]
    fn the_largest_event_fits_its_envelope() {
        let keys: Vec<_> = (0..8).map(key).collect();
        let payload = vec![b' '; limits::PAYLOAD_BYTES];
        let json = Envelope::sign(payload, &keys.iter().collect::<Vec<_>>()).unwrap().to_json();
        assert_eq!(code(&json), "ok");
    }

    proptest! {
        #[test]
        fn any_flipped_bit_is_noticed(at in 0usize..2, bit in 0usize..512) {
            let mut envelope = Envelope::sign(b"{\"a\":1}".to_vec(), &[&key(3)]).unwrap();
            if at == 0 {
                let bits = envelope.payload.len() * 8;
                envelope.payload[bit % bits / 8] ^= 1 << (bit % 8);
            } else {
                let mut bytes = *envelope.signatures[0].1.as_bytes();
                bytes[bit / 8] ^= 1 << (bit % 8);
                envelope.signatures[0].1 = Signature::from_bytes(bytes);
            }
            prop_assert!(envelope.verify().is_err());
        }
    }
}
