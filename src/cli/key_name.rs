//! Keys as people name them: in hex, or by a file of either half. Where the public half is enough, nobody
//! needs another's private key.

use std::io::Read;
use std::path::Path;
use std::str::FromStr;

use super::coded::usage;
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
            None => match miscounted(&self.0) {
                Some(digits) => Err(usage(digits).into()),
                None => Ok(read_named(self.0.as_ref())?),
            },
        }
    }
}

/// A public key by its name.
///
/// # Errors
/// When it is neither hex nor a file that holds a key.
pub(super) fn public(text: &str) -> Result<PublicKey, String> {
    if let Some(digits) = miscounted(text) {
        return Err(digits);
    }
    let read = || read_public(text.as_ref());
    hex(text).map_or_else(read, Ok).map_err(|error| format!("expected a key in hex, or its file: {error}"))
}

/// The hex digits of a key.
const DIGITS: usize = 64;

/// That a text is the digits of a key but for some that are missing, or too many; none of a file's name.
fn miscounted(text: &str) -> Option<String> {
    let bare: String = text.split_whitespace().collect();
    let is_hex = bare.len() >= DIGITS / 2 && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_wrong = is_hex && bare.len() != DIGITS && !Path::new(text).exists();
    is_wrong.then(|| format!("{} hex digits, and a key has {DIGITS}: copy all of it", bare.len()))
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
        Ok(found) if found.contains("-----BEGIN") => Err(format!(
            "{text} is a key's own file (PEM), which says not of which log: write the log's key as a verifier takes it with `tinnhiem ledger --vkey > log.vkey`, compare it with one from elsewhere, and give log.vkey"
        )),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_that_are_missing_are_counted_and_a_name_is_a_file() {
        let digits = "3f".repeat(32);
        let more = format!("{digits}9a");
        for (text, count) in [(&digits[1..], "63 hex digits"), (&more[..], "66 hex digits")] {
            assert!(public(text).unwrap_err().starts_with(count), "{text}");
            let said = KeyName(text.to_owned()).read().err().unwrap().to_string();
            assert!(said.starts_with(count), "{said}");
        }
        assert!(public("auditor.pem").unwrap_err().contains("or its file"));
    }
}
