//! One log entry, byte for byte.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Origin;
use crate::dsse::{EnvelopeError, EventId, PublicKey, Signature, Verified};
use crate::limits;
use crate::time::Timestamp;

const VERSION: u8 = 1;
const HEADER: usize = 42;
const SIGNED: usize = 96;

/// BLAKE3 of an entry, or of the origin before the first: the link of the chain, as 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChainHash([u8; 32]);

impl ChainHash {
    /// The hash of an entry's bytes, which the next entry names.
    pub fn of_entry(entry: &[u8]) -> Self {
        Self(*blake3::hash(entry).as_bytes())
    }

    /// The hash that the first entry names.
    pub fn of_origin(origin: &Origin) -> Self {
        Self(*blake3::hash(origin.as_str().as_bytes()).as_bytes())
    }

    /// A hash read from its 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChainHash({self})")
    }
}

impl FromStr for ChainHash {
    type Err = MalformedEntry;

    fn from_str(text: &str) -> Result<Self, MalformedEntry> {
        let lower = text.len() == 64 && !text.bytes().any(|byte| byte.is_ascii_uppercase());
        let hash = blake3::Hash::from_hex(text).ok().filter(|_| lower);
        hash.map(|hash| Self(*hash.as_bytes())).ok_or(MalformedEntry::ChainHash)
    }
}

impl Serialize for ChainHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ChainHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// An entry taken apart; its signatures are not yet verified.
///
/// ```text
/// 0      1    version 0x01
/// 1      8    recorded_at, u64 big-endian, Unix milliseconds
/// 9      32   prev: BLAKE3 of the previous entry (seq 0: of the origin)
/// 41     1    n, number of signatures (1 to 8)
/// 42     96n  n × (public key 32 ‖ signature 64), ascending by key
/// 42+96n      payload, to the end
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The hash of the entry before.
    pub prev: ChainHash,
    /// Keys and signatures, ascending by key.
    pub signatures: Vec<(PublicKey, Signature)>,
    /// The exact bytes that were signed.
    pub payload: Vec<u8>,
}

/// Why bytes are not an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MalformedEntry {
    /// Shorter than header, signatures and a payload, or over the largest entry.
    #[error("an entry of {0} bytes cannot be")]
    Length(usize),
    /// Another version.
    #[error("entry version {0} is not known: a newer program may have written it")]
    Version(u8),
    /// A time beyond the year 9999.
    #[error("recorded_at is out of range")]
    RecordedAt,
    /// No signature, or more than eight.
    #[error("an entry carries 1 to 8 signatures, not {0}")]
    SignatureCount(u8),
    /// Keys out of order, or one twice.
    #[error("the signatures are not in strictly ascending order of their keys")]
    KeyOrder,
    /// Not 64 lower-case hex digits.
    #[error("expected a chain hash: 64 lower-case hex digits")]
    ChainHash,
}

impl MalformedEntry {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Length(_) => "entry.length",
            Self::Version(_) => "entry.version",
            Self::RecordedAt => "entry.recorded_at",
            Self::SignatureCount(_) => "entry.signature_count",
            Self::KeyOrder => "entry.key_order",
            Self::ChainHash => "entry.chain_hash",
        }
    }
}

impl Entry {
    /// The bytes of an entry.
    pub fn encode(recorded_at: Timestamp, prev: &ChainHash, event: &Verified) -> Vec<u8> {
        let signatures = event.signatures();
        let mut bytes = Vec::with_capacity(HEADER + SIGNED * signatures.len() + event.payload().len());
        bytes.push(VERSION);
        bytes.extend_from_slice(&recorded_at.as_ms().to_be_bytes());
        bytes.extend_from_slice(prev.as_bytes());
        bytes.push(signatures.len() as u8);
        for (key, signature) in signatures {
            bytes.extend_from_slice(key.as_bytes());
            bytes.extend_from_slice(signature.as_bytes());
        }
        bytes.extend_from_slice(event.payload());
        bytes
    }

    /// Takes an entry's bytes apart.
    ///
    /// # Errors
    /// [`MalformedEntry`]: the bytes are damaged, or not an entry.
    pub fn parse(bytes: &[u8]) -> Result<Self, MalformedEntry> {
        let length = MalformedEntry::Length(bytes.len());
        let (header, rest) = bytes.split_at_checked(HEADER).ok_or(length)?;
        if bytes.len() > limits::ENTRY_BYTES {
            return Err(length);
        }
        if header[0] != VERSION {
            return Err(MalformedEntry::Version(header[0]));
        }
        let ms = u64::from_be_bytes(array(&header[1..9]));
        let recorded_at = Timestamp::from_ms(ms).ok_or(MalformedEntry::RecordedAt)?;
        let count = header[41];
        if !(1..=limits::SIGNATURES).contains(&usize::from(count)) {
            return Err(MalformedEntry::SignatureCount(count));
        }
        let (signed, payload) = rest.split_at_checked(SIGNED * usize::from(count)).ok_or(length)?;
        if payload.is_empty() || payload.len() > limits::PAYLOAD_BYTES {
            return Err(length);
        }
        let signature =
            |one: &[u8]| (PublicKey::from_bytes(array(&one[..32])), Signature::from_bytes(array(&one[32..])));
        let signatures: Vec<_> = signed.chunks_exact(SIGNED).map(signature).collect();
        if !signatures.is_sorted_by(|one, next| one.0 < next.0) {
            return Err(MalformedEntry::KeyOrder);
        }
        let prev = ChainHash(array(&header[9..41]));
        Ok(Self { recorded_at, prev, signatures, payload: payload.to_vec() })
    }

    /// The hash that an entry's bytes name, whatever else they hold; none when they are too short.
    pub fn prev_of(bytes: &[u8]) -> Option<ChainHash> {
        bytes.get(9..41).map(|prev| ChainHash(array(prev)))
    }

    /// The event's id.
    pub fn id(&self) -> EventId {
        EventId::of_payload(&self.payload)
    }

    /// Verifies every signature, strictly.
    ///
    /// # Errors
    /// [`EnvelopeError`] with the key whose signature fails.
    pub fn verify(self) -> Result<Verified, EnvelopeError> {
        Verified::check(self.payload, self.signatures)
    }

    /// Takes the signatures as verified: for one's own log, whose hashes have been checked.
    ///
    /// # Errors
    /// [`EnvelopeError`] when their number or order is impossible.
    pub fn trusted(self) -> Result<Verified, EnvelopeError> {
        Verified::trusted(self.payload, self.signatures)
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(bytes);
    array
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dsse::{Envelope, SecretKey};

    proptest! {
        #[test]
        fn an_entry_reads_as_it_was_written(
            ms in 0u64..253_402_300_799_999, prev: [u8; 32], keys in 1u8..=8, payload in "[ -~]{1,200}",
        ) {
            let keys: Vec<_> = (0..keys).map(|seed| SecretKey::from_seed([seed; 32])).collect();
            let event = Envelope::sign(payload.into_bytes(), &keys.iter().collect::<Vec<_>>()).unwrap();
            let event = event.verify().unwrap();
            let at = Timestamp::from_ms(ms).unwrap();
            let bytes = Entry::encode(at, &ChainHash(prev), &event);
            let entry = Entry::parse(&bytes).unwrap();
            prop_assert_eq!((entry.recorded_at, entry.prev.0, entry.id()), (at, prev, event.id()));
            prop_assert_eq!(entry.verify().unwrap(), event);
        }

        #[test]
        fn any_bytes_get_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut bytes = bytes;
            let _ = Entry::parse(&bytes);
            if bytes.len() > 42 {
                (bytes[0], bytes[1], bytes[41]) = (1, 0, 1 + bytes[41] % 4);
                let _ = Entry::parse(&bytes).map(Entry::verify);
            }
        }
    }
}
