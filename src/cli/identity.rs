//! Identity numbers, and the secret that keys them: `subject identity-secret`
//!
//! A number is written in many ways, and one person is one subject: before it is keyed, a number is brought
//! to one form. Compatibility forms are folded (NFKC), every script's decimal digits become 0 to 9, letters
//! become capitals, and nothing else counts: spaces, dots, hyphens, slashes and what does not show.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::output::Answer;
use super::owner;
use crate::api::views::{LedgerView, MemberList};
use crate::client::Client;
use crate::event::{IdentityKey, Role};
use crate::rules::Reason;
use crate::vault::{read_identity_secret, write_identity_secret};

#[derive(Debug, Args)]
#[command(after_help = "Made once for a ledger: every registrar keys identities by the same, so that one
person is one subject. Its fingerprint is printed; the ledger fixes it at the
first enrolment. Example:
  tinnhiem subject identity-secret identity.secret")]
pub(super) struct IdentitySecret {
    /// Where to write the secret (mode 0600)
    out: PathBuf,
    /// Print the fingerprint of a secret that is there already
    #[arg(long)]
    show: bool,
    #[command(flatten)]
    answer: Answer,
}

impl IdentitySecret {
    pub(super) fn run(self) -> anyhow::Result<u8> {
        if !self.show {
            let secret = Zeroizing::new(crate::client::random_salt()?);
            write_identity_secret(&self.out, &secret)?;
        }
        let fingerprint = IdentityKey::of(&*secret(&self.out)?).to_string();
        self.answer.tell(&serde_json::json!({"fingerprint": fingerprint, "file": self.out}), &fingerprint)
    }
}

/// The secret in a file that only its owner can read.
///
/// # Errors
/// When others can read it, or it is none.
pub(super) fn secret(path: &Path) -> anyhow::Result<Zeroizing<[u8; 32]>> {
    read_identity_secret(path)?.with_context(|| {
        format!(
            "{}: expected the secret of identity numbers, as `tinnhiem subject identity-secret FILE` makes it",
            path.display()
        )
    })
}

/// Refuses a secret that is not the one by which the ledger's identities are keyed, before anything is signed.
///
/// # Errors
/// Says whose file the right one is.
pub(super) async fn check(client: &Client, path: &Path, key: IdentityKey) -> anyhow::Result<()> {
    let ledger: LedgerView = client.json("/v1/ledger").await?;
    let Some(fixed) = ledger.identity_key.filter(|fixed| *fixed != key) else { return Ok(()) };
    let list: MemberList = client.json("/v1/members").await?;
    let registrars = list.members.iter().filter(|one| one.roles.contains(&Role::Registrar));
    let registrars: Vec<String> = registrars.map(|one| one.member.to_string()).collect();
    let what = format!(
        "{} has the fingerprint {key}, and this ledger's identities are keyed by {fixed}; that secret lies with \
         its registrars ({}), a demo's in keys/identity.secret of its data directory; `tinnhiem \
         identity-secret --show FILE` prints a file's fingerprint",
        path.display(),
        registrars.join(", ")
    );
    Err(owner::refused(409, Reason::SubjectIdentityKey, &what))
}

/// The identity number in a file, in its one form.
///
/// # Errors
/// When there is none.
pub(super) fn number(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    let text = Zeroizing::new(super::written::read(path)?);
    let text = std::str::from_utf8(&text)
        .map_err(|_| anyhow::anyhow!("{}: expected an identity number as UTF-8 text", path.display()))?;
    let number = normalised(text);
    anyhow::ensure!(!number.is_empty(), "{} holds no identity number", path.display());
    anyhow::ensure!(
        is_one_number(&number),
        "{} holds more than one identity number, or another text: write the number alone, without what it is \
         called, its day or its place (5 to 20 letters A to Z and digits, at most 3 of them letters)",
        path.display()
    );
    Ok(number)
}

/// Whether this is a number alone: what stands beside it would make another identity of the same person.
fn is_one_number(number: &str) -> bool {
    let letters = number.bytes().filter(u8::is_ascii_uppercase).count();
    let plain = number.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let named = ["CMT", "CMND", "CCCD", "HC"].iter().any(|name| number.starts_with(name));
    plain && letters <= 3 && !named && (5..=20).contains(&number.len())
}

fn normalised(text: &str) -> Zeroizing<String> {
    let mut number = Zeroizing::new(String::with_capacity(2 * text.len()));
    for c in text.nfkc() {
        match digit(c) {
            Some(digit) => number.push(digit),
            None if c.is_alphanumeric() => number.extend(c.to_uppercase()),
            None => {}
        }
    }
    number
}

/// The first of ten digits in each script that counts by tens (Unicode's general category Nd), but for what
/// NFKC makes ASCII of.
const ZEROS: [u32; 64] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50,
    0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40,
    0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0x104a0, 0x10d30, 0x11066, 0x110f0,
    0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50,
    0x11d50, 0x11da0, 0x11f50, 0x16a60, 0x16ac0, 0x16b50, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e950, 0x10d40,
    0x11bf0, 0x1e5f1,
];

fn digit(c: char) -> Option<char> {
    let zero = ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&u32::from(c)))?;
    char::from_digit(u32::from(c) - zero, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_has_one_form() {
        for spelled in [
            "012345678901",
            "0123 4567 8901\n",
            "\u{feff}012.345.678.901\r\n",
            "012-345-678-901",
            "０１２３４５６７８９０１",
            "٠١٢٣٤٥٦٧٨٩٠١",
            "०१२३४५६७८९०१",
            "0123\u{200b}4567\u{a0}8901",
            "012–345/678_901",
            "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗𝟎𝟏",
        ] {
            assert_eq!(*normalised(spelled), "012345678901", "{spelled:?}");
        }
        for spelled in ["b1234567", "B 1234567", "Ｂ１２３４５６７"] {
            assert_eq!(*normalised(spelled), "B1234567", "{spelled:?}");
        }
        assert_eq!(*normalised("đ1"), *normalised("Đ1"));
        assert_ne!(*normalised("0123"), *normalised("123"));
        assert!(normalised(" \n-.").is_empty());
    }

    #[test]
    fn a_number_stands_alone() {
        for number in ["012345678901", "123456789", "B 123 4567", "12AB34567"] {
            assert!(is_one_number(&normalised(number)), "{number}");
        }
        // Each would be another identity of who has the number.
        for text in [
            "CCCD 012 345 678 901",
            "CMND: 012345678901",
            "CMT 123456789",
            "012345678901\n(cấp ngày 01/02/2021)",
            "012345678901 012345678901",
            "\u{412}1234567",
            "1234",
            "Nguyễn Văn A",
        ] {
            assert!(!is_one_number(&normalised(text)), "{text}");
        }
    }

    #[test]
    fn every_digit_counts_as_its_value() {
        for zero in ZEROS {
            let digits: String = (zero..zero + 10).filter_map(char::from_u32).collect();
            assert_eq!(*normalised(&digits), "0123456789", "{zero:x}");
        }
    }

    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        IdentitySecret { out: path.clone(), show: false, answer: Answer { json: false } }.run().unwrap();
        assert!(secret(&path).is_ok());
        assert!(
            IdentitySecret { out: path.clone(), show: false, answer: Answer { json: false } }.run().is_err(),
            "it is never written over"
        );
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(secret(&path).unwrap_err().to_string().contains("chmod 600"));
    }
}
