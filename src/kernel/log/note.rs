//! C2SP signed notes: a text and the signature lines under it.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::origin::is_note_name;
use crate::dsse::{PublicKey, SecretKey, Signature};
use crate::limits;

const ED25519: u8 = 0x01;
const COSIGNATURE: u8 = 0x04;

/// A key that verifies notes: `name+<key id in hex>+<base64 of algorithm and key>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    algorithm: u8,
    key: PublicKey,
}

/// A parsed note; none of its signatures is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The text, its last newline included.
    pub text: String,
    /// The signature lines, in order.
    pub signatures: Vec<NoteSignature>,
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// Who signs.
    pub name: String,
    /// Which of its keys.
    pub key_id: [u8; 4],
    /// The signature, in the form of the key's algorithm.
    pub blob: Vec<u8>,
}

/// A signature that a known key made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedSignature {
    /// The key.
    pub key: VerifierKey,
    /// For a cosignature, when it was made, in Unix seconds.
    pub time_s: Option<u64>,
}

/// Why a note or key is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadNote {
    /// Too large, not UTF-8 text of lines, or without signature lines.
    #[error("not a signed note: {0}")]
    Malformed(&'static str),
    /// A known key's signature fails.
    #[error("the signature of {0} does not verify: somebody changed the note or the signature")]
    Signature(String),
    /// No signature of the one that must have signed.
    #[error("no signature of {0}")]
    Unsigned(String),
    /// Not a verifier key.
    #[error(
        "not a verifier key: expected name+keyid+base64, as C2SP signed-note writes it, whose key id is that of name and key; mistyped?"
    )]
    VerifierKey,
}

impl BadNote {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "note.malformed",
            Self::Signature(_) => "note.signature",
            Self::Unsigned(_) => "note.unsigned",
            Self::VerifierKey => "note.vkey",
        }
    }
}

impl VerifierKey {
    /// The key that signs notes as `name`, by plain Ed25519.
    pub fn ed25519(name: &str, key: PublicKey) -> Self {
        Self { name: name.to_owned(), algorithm: ED25519, key }
    }

    /// The key that cosigns checkpoints as `name` (cosignature/v1).
    pub fn cosigner(name: &str, key: PublicKey) -> Self {
        Self { name: name.to_owned(), algorithm: COSIGNATURE, key }
    }

    /// Who signs with it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The raw key.
    pub fn key(&self) -> PublicKey {
        self.key
    }

    /// Whether it cosigns rather than signs.
    pub fn is_cosigner(&self) -> bool {
        self.algorithm == COSIGNATURE
    }

    /// Its short id, which signature lines carry.
    pub fn key_id(&self) -> [u8; 4] {
        let hash = Sha256::new()
            .chain_update(self.name.as_bytes())
            .chain_update([b'\n', self.algorithm])
            .chain_update(self.key.as_bytes())
            .finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    fn verify(&self, text: &str, blob: &[u8]) -> Option<VerifiedSignature> {
        let (time_s, signature, message) = if self.is_cosigner() {
            let (time, signature) = blob.split_at_checked(8)?;
            let time_s = u64::from_be_bytes(time.try_into().ok()?);
            (Some(time_s), signature, cosigned_text(time_s, text))
        } else {
            (None, blob, text.to_owned())
        };
        let signature = Signature::from_bytes(signature.try_into().ok()?);
        let holds = self.key.verify(message.as_bytes(), &signature);
        holds.then(|| VerifiedSignature { key: self.clone(), time_s })
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = u32::from_be_bytes(self.key_id());
        let bytes = [&[self.algorithm], &self.key.as_bytes()[..]].concat();
        write!(f, "{}+{id:08x}+{}", self.name, STANDARD.encode(bytes))
    }
}

impl FromStr for VerifierKey {
    type Err = BadNote;

    fn from_str(text: &str) -> Result<Self, BadNote> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(bytes)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(BadNote::VerifierKey);
        };
        let bytes = STANDARD.decode(bytes).map_err(|_| BadNote::VerifierKey)?;
        let (algorithm, key) = bytes.split_first().ok_or(BadNote::VerifierKey)?;
        let key = <[u8; 32]>::try_from(key).map_err(|_| BadNote::VerifierKey)?;
        if !matches!(*algorithm, ED25519 | COSIGNATURE) || !is_note_name(name) {
            return Err(BadNote::VerifierKey);
        }
        let vkey = Self { name: name.to_owned(), algorithm: *algorithm, key: PublicKey::from_bytes(key) };
        // The key id must be the key's own, in its one written form.
        if vkey.to_string() == text { Ok(vkey) } else { Err(BadNote::VerifierKey) }
    }
}

/// What a cosignature covers: a header with its time, and the checkpoint's text.
fn cosigned_text(time_s: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time_s}\n{text}")
}

/// The line, newline included, by which `key` signs `text` as `name`.
pub fn signature_line(text: &str, name: &str, key: &SecretKey) -> String {
    let id = VerifierKey::ed25519(name, key.public()).key_id();
    let signature = key.sign(text.as_bytes());
    line(name, &[&id[..], signature.as_bytes()].concat())
}

/// The line, newline included, by which `key` cosigns a checkpoint's text as `name` at `time_s` Unix seconds.
pub fn cosignature_line(text: &str, name: &str, time_s: u64, key: &SecretKey) -> String {
    let id = VerifierKey::cosigner(name, key.public()).key_id();
    let signature = key.sign(cosigned_text(time_s, text).as_bytes());
    line(name, &[&id[..], &time_s.to_be_bytes()[..], signature.as_bytes()].concat())
}

fn line(name: &str, bytes: &[u8]) -> String {
    format!("\u{2014} {name} {}\n", STANDARD.encode(bytes))
}

impl Note {
    /// Takes a note apart at its last empty line.
    ///
    /// # Errors
    /// [`BadNote::Malformed`].
    pub fn parse(note: &str) -> Result<Self, BadNote> {
        if note.len() > limits::NOTE_BYTES {
            return Err(BadNote::Malformed("too large"));
        }
        if note.chars().any(|c| c < ' ' && c != '\n') {
            return Err(BadNote::Malformed("control characters"));
        }
        let at = note.rfind("\n\n").ok_or(BadNote::Malformed("no empty line"))?;
        let (text, lines) = (&note[..=at], &note[at + 2..]);
        let lines = lines.strip_suffix('\n').ok_or(BadNote::Malformed("no newline at the end"))?;
        let signatures = lines.split('\n').map(parse_line).collect::<Option<_>>();
        let signatures = signatures.ok_or(BadNote::Malformed("a signature line of another form"))?;
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// The signatures by known keys; those of unknown keys are passed over.
    ///
    /// # Errors
    /// [`BadNote::Signature`] when the signature of a known key fails.
    pub fn verified_by(&self, keys: &[VerifierKey]) -> Result<Vec<VerifiedSignature>, BadNote> {
        let mut verified = Vec::new();
        for signature in &self.signatures {
            let known =
                keys.iter().find(|key| key.name == signature.name && key.key_id() == signature.key_id);
            let Some(key) = known else { continue };
            let found = key.verify(&self.text, &signature.blob);
            verified.push(found.ok_or_else(|| BadNote::Signature(key.name.clone()))?);
        }
        Ok(verified)
    }
}

fn parse_line(line: &str) -> Option<NoteSignature> {
    let (name, encoded) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    let bytes = STANDARD.decode(encoded).ok()?;
    let (key_id, blob) = bytes.split_at_checked(4)?;
    if !is_note_name(name) || blob.is_empty() {
        return None;
    }
    Some(NoteSignature { name: name.to_owned(), key_id: key_id.try_into().ok()?, blob: blob.to_vec() })
}
