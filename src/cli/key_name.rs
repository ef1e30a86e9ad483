//! Keys as people name them: in hex, or by a file of either half. Where the public half is enough, nobody
//! needs another's private key.

use std::io::Read;
use std::path::Path;
use std::str::FromStr;

use crate::dsse::PublicKey;
use crate::event::PartyId;
use crate::log::VerifierKey;
use crate::vault::{NamedKey, read_named, read_public};

/// A key's name.
#[derive(Debug, Clone)]
pub(super) struct KeyName(String);

impl FromStr for KeyName {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl KeyName {
    /// The key, private where it is at hand.
    ///
    /// # Errors
    /// When it is neither hex nor a file that holds a key.
    pub(super) fn read(&self) -> anyhow::Result<NamedKey> {
        match hex(&self.0) {
            Some(key) => Ok(NamedKey::Public(key)),
            None => Ok(read_named(self.0.as_ref())?),
        }
    }
}

/// A public key by its name.
///
/// # Errors
/// When it is neither hex nor a file that holds a key.
pub(super) fn public(text: &str) -> Result<PublicKey, String> {
    let read = || read_public(text.as_ref());
    hex(text).map_or_else(read, Ok).map_err(|error| format!("expected a key in hex, or its file: {error}"))
}

/// Longest file that is read for the key of a log.
const VKEY_FILE_BYTES: u64 = 4096;

/// The key that a log's checkpoints are verified with: itself, however it was broken into lines, or its file.
///
/// # Errors
/// When it is neither.
pub(super) fn log_key(text: &str) -> Result<VerifierKey, String> {
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    if let Ok(key) = bare(text).parse() {
        return Ok(key);
    }
    let read = || -> std::io::Result<String> {
        let mut found = String::new();
        std::fs::File::open(text)?.take(VKEY_FILE_BYTES).read_to_string(&mut found)?;
        Ok(found)
    };
    match read() {
        Ok(found) => bare(&found).parse().map_err(|error| format!("{text} holds no key of a log: {error}")),
        Err(error) => Err(format!(
            "expected the log's key, NAME+HASH+KEY as `tinnhiem ledger --vkey` prints it, or a file that holds it: as a file, {error}"
        )),
    }
}

fn hex(text: &str) -> Option<PublicKey> {
    let bare: String = text.split_whitespace().collect();
    bare.to_ascii_lowercase().parse().ok()
}

/// `MEMBER=KEY`: a member and its key.
#[derive(Debug, Clone)]
pub(super) struct MemberKey {
    /// The member.
    pub member: PartyId,
    key: KeyName,
}

impl FromStr for MemberKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (member, key) =
            text.split_once('=').ok_or("expected MEMBER=KEY, the key in hex or by its file")?;
        let member = member.parse().map_err(|error| format!("{error}"))?;
        Ok(Self { member, key: KeyName(key.to_owned()) })
    }
}

impl MemberKey {
    /// Its file, where it is named by one.
    pub(super) fn file(&self) -> &Path {
        self.key.0.as_ref()
    }

    /// The key, private where it is at hand.
    ///
    /// # Errors
    /// When it is neither hex nor a file that holds a key.
    pub(super) fn read(&self) -> anyhow::Result<NamedKey> {
        self.key.read()
    }
}
