//! The origin: the ledger's name together with a hash of what opened it.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use unicode_normalization::is_nfc;

use crate::event::naming;
use crate::limits;

/// The name of a log, as its checkpoints and events carry it: `<name>/<32 hex>`.
///
/// The hex is the first 16 bytes of BLAKE3 over the exact bytes of the `body` of `ledger.opened`, so
/// that an event signed for one ledger is worth nothing in another that bears its name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(Arc<str>);

/// The text cannot name a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a log's name is 1 to {most} bytes in composed form (NFC) without spaces, control or invisible characters or plus signs", most = limits::ORIGIN_BYTES)]
pub struct MalformedOrigin;

impl MalformedOrigin {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        "origin.malformed"
    }
}

impl Origin {
    /// The origin of the ledger called `name` that `opened_body` opens.
    ///
    /// # Errors
    /// [`MalformedOrigin`] when the name cannot be part of one: choose another.
    pub fn derive(name: &str, opened_body: &[u8]) -> Result<Self, MalformedOrigin> {
        if name.is_empty() {
            return Err(MalformedOrigin);
        }
        format!("{name}/{}", hash_part(opened_body)).parse()
    }

    /// Whether the hash in this origin is that of `opened_body`.
    pub fn commits_to(&self, opened_body: &[u8]) -> bool {
        self.0.rsplit_once('/').is_some_and(|(_, hash)| hash == hash_part(opened_body))
    }

    /// The name before the hash.
    pub fn name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(name, _)| name)
    }

    /// The whole origin.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn hash_part(opened_body: &[u8]) -> String {
    blake3::hash(opened_body).to_hex()[..32].to_owned()
}

/// Whether a text can be the name in a signed note (C2SP signed-note).
pub(super) fn is_note_name(text: &str) -> bool {
    (1..=limits::ORIGIN_BYTES).contains(&text.len())
        && !text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

impl FromStr for Origin {
    type Err = MalformedOrigin;

    fn from_str(text: &str) -> Result<Self, MalformedOrigin> {
        // People compare origins by eye.
        let plain = !text.contains(naming::is_invisible) && is_nfc(text);
        if is_note_name(text) && plain { Ok(Self(text.into())) } else { Err(MalformedOrigin) }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Origin({self})")
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
