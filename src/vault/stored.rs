//! A key as a file holds it: PKCS#8 in the clear or encrypted, a public key, a certificate, or hex.

use std::fmt;

use ed25519_dalek::pkcs8::KeypairBytes;
use pkcs8::der::asn1::{AnyRef, BitStringRef};
use pkcs8::der::{Decode, Reader, SliceReader};
use pkcs8::pkcs5::EncryptionScheme;
use pkcs8::pkcs5::pbes2::{Kdf, Parameters};
use pkcs8::spki::SubjectPublicKeyInfoRef;
use pkcs8::{EncryptedPrivateKeyInfoRef, ObjectIdentifier, PrivateKeyInfoRef};
use zeroize::Zeroizing;

use super::beside::Beside;
use super::key_fault::{KeyFault, old_scheme};
use super::pem;
use crate::dsse::{PublicKey, SecretKey};

const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// Rounds of PBKDF2 that a file written here takes; guessing a pass phrase costs as many a guess.
const ROUNDS: u32 = 600_000;
/// Most rounds that a file may ask for: some ten seconds.
const MOST_ROUNDS: u32 = 20_000_000;
/// Most memory that a file may ask scrypt to take, in bytes.
const MOST_SCRYPT_BYTES: u64 = 1 << 30;
/// Most that a file may ask scrypt to do at once.
const MOST_SCRYPT_LANES: u16 = 16;

/// What a key file holds.
#[derive(Debug)]
pub(super) enum Stored {
    /// A private key.
    Secret(SecretKey),
    /// A private key that a pass phrase opens.
    Locked(Locked),
    /// A public key alone.
    Public(PublicKey),
    /// 64 hex digits of which a public key can be made, as of every second secret: nothing tells which.
    Hex(PublicKey),
}

/// An encrypted private key.
pub(super) struct Locked {
    der: Vec<u8>,
    beside: Beside,
}

impl fmt::Debug for Locked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Locked(..)")
    }
}

impl Stored {
    /// Reads a key file's bytes: PEM, with anything around it; DER; or a public key in hex.
    ///
    /// # Errors
    /// [`KeyFault`].
    pub(super) fn read(bytes: &[u8]) -> Result<Self, KeyFault> {
        // DER is a SEQUENCE, which no text begins with; '0' begins hex too.
        if let [0x30, ..] = bytes
            && let Some(found) = from_der(bytes)
        {
            return found;
        }
        let text = pem::text(bytes);
        let hex = text.trim().to_ascii_lowercase();
        if let Ok(public) = hex.parse::<PublicKey>() {
            return public.check_admissible().map(|()| Self::Hex(public)).map_err(|_| KeyFault::Hex);
        }
        from_blocks(&pem::blocks(&text))
    }
}

fn from_blocks(blocks: &[pem::Block]) -> Result<Stored, KeyFault> {
    let (mut secrets, mut locked, mut beside, mut other) = (Vec::new(), Vec::new(), Beside::default(), None);
    for block in blocks {
        let whole = block.der.as_ref().map(|der| der.as_slice());
        match block.label.as_str() {
            "PRIVATE KEY" => secrets.push(secret(whole.ok_or(KeyFault::Damaged)?)?),
            "ENCRYPTED PRIVATE KEY" => {
                let der = whole.ok_or(KeyFault::Damaged)?;
                // Nobody is asked for the pass phrase of what is not read whatever it is.
                old_scheme(der).map_or(Ok(()), |scheme| Err(KeyFault::Scheme(scheme)))?;
                locked.push(der.to_vec());
            }
            "PUBLIC KEY" => beside.keys.push(whole.ok_or(KeyFault::Damaged).and_then(spki)),
            "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => {
                beside.certified.push(whole.ok_or(KeyFault::Damaged).and_then(certified));
            }
            "OPENSSH PRIVATE KEY" => other = Some(KeyFault::OpenSsh),
            label if label.ends_with("PRIVATE KEY") => other = Some(KeyFault::Form),
            _ => {}
        }
    }
    secrets.dedup_by_key(|key| key.public());
    locked.dedup();
    match (secrets.len(), locked.len()) {
        (0, 0) => {
            beside.alone().map_or_else(|| Err(other.unwrap_or(KeyFault::None)), |key| key.map(Stored::Public))
        }
        (1, 0) => {
            let own = secrets.pop().ok_or(KeyFault::None)?;
            if beside.is_of(&own.public()) { Ok(Stored::Secret(own)) } else { Err(KeyFault::Mismatch) }
        }
        (0, 1) => locked.pop().map(|der| Stored::Locked(Locked { der, beside })).ok_or(KeyFault::None),
        _ => Err(KeyFault::Several),
    }
}

/// Reads bare DER, where it is a key at all.
fn from_der(der: &[u8]) -> Option<Result<Stored, KeyFault>> {
    if PrivateKeyInfoRef::from_der(der).is_ok() {
        return Some(secret(der).map(Stored::Secret));
    }
    if let Some(scheme) = old_scheme(der) {
        return Some(Err(KeyFault::Scheme(scheme)));
    }
    if EncryptedPrivateKeyInfoRef::from_der(der).is_ok() {
        return Some(Ok(Stored::Locked(Locked { der: der.to_vec(), beside: Beside::default() })));
    }
    SubjectPublicKeyInfoRef::from_der(der).ok().map(|_| spki(der).map(Stored::Public))
}

fn secret(der: &[u8]) -> Result<SecretKey, KeyFault> {
    let info = PrivateKeyInfoRef::from_der(der).map_err(|_| KeyFault::Damaged)?;
    if info.algorithm.oid != ED25519 {
        return Err(KeyFault::Algorithm);
    }
    let pair = KeypairBytes::try_from(info).map_err(|_| KeyFault::Damaged)?;
    let key = SecretKey::from_seed(pair.secret_key);
    match &pair.public_key {
        Some(public) if public.to_bytes() != *key.public().as_bytes() => Err(KeyFault::Mismatch),
        _ => Ok(key),
    }
}

fn spki(der: &[u8]) -> Result<PublicKey, KeyFault> {
    let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| KeyFault::Damaged)?;
    if info.algorithm.oid != ED25519 {
        return Err(KeyFault::Algorithm);
    }
    let bits: BitStringRef<'_> = info.subject_public_key;
    let bytes = bits.as_bytes().and_then(|bytes| bytes.try_into().ok()).ok_or(KeyFault::Damaged)?;
    Ok(PublicKey::from_bytes(bytes))
}

/// The key in an X.509 certificate (RFC 5280): the member of its first part that is a SubjectPublicKeyInfo.
fn certified(der: &[u8]) -> Result<PublicKey, KeyFault> {
    let outer = AnyRef::from_der(der).map_err(|_| KeyFault::Damaged)?;
    let mut reader = SliceReader::new(outer.value()).map_err(|_| KeyFault::Damaged)?;
    let signed = reader.decode::<AnyRef<'_>>().map_err(|_| KeyFault::Damaged)?;
    let mut reader = SliceReader::new(signed.value()).map_err(|_| KeyFault::Damaged)?;
    while !reader.is_finished() {
        let member = reader.tlv_bytes().map_err(|_| KeyFault::Damaged)?;
        if SubjectPublicKeyInfoRef::from_der(member).is_ok() {
            return spki(member);
        }
    }
    Err(KeyFault::Damaged)
}

impl Locked {
    /// The public key that stands beside it, as far as the file can be believed.
    pub(super) fn public(&self) -> Option<PublicKey> {
        self.beside.named().and_then(Result::ok)
    }

    /// Opens it.
    ///
    /// # Errors
    /// [`KeyFault::Mismatch`] where a public key beside it is another's; [`KeyFault::Phrase`] for another pass
    /// phrase; [`KeyFault::Scheme`] for what is not read, or would take
    /// more time or memory than a key file may ask for.
    pub(super) fn open(&self, phrase: &str) -> Result<SecretKey, KeyFault> {
        let info = EncryptedPrivateKeyInfoRef::from_der(&self.der).map_err(|_| KeyFault::Damaged)?;
        let EncryptionScheme::Pbes2(parameters) = &info.encryption_algorithm else {
            return Err(KeyFault::Scheme("PBES1"));
        };
        if !is_bounded(&parameters.kdf) {
            return Err(KeyFault::Scheme("a key derivation or so many rounds"));
        }
        match info.decrypt(phrase) {
            // What another phrase makes of it ends in a padding and begins like DER only by chance.
            Ok(opened) => match secret(opened.as_bytes()) {
                Err(KeyFault::Damaged) => Err(KeyFault::Phrase),
                Ok(key) if !self.beside.is_of(&key.public()) => Err(KeyFault::Mismatch),
                other => other,
            },
            Err(pkcs8::Error::EncryptedPrivateKey(
                pkcs8::pkcs5::Error::UnsupportedAlgorithm { .. }
                | pkcs8::pkcs5::Error::AlgorithmParametersInvalid { .. }
                | pkcs8::pkcs5::Error::NoPbes1CryptSupport,
            )) => Err(KeyFault::Scheme("a cipher")),
            Err(_) => Err(KeyFault::Phrase),
        }
    }
}

fn is_bounded(kdf: &Kdf) -> bool {
    match kdf {
        Kdf::Pbkdf2(one) => (1..=MOST_ROUNDS).contains(&one.iteration_count),
        Kdf::Scrypt(one) => {
            let bytes = one.cost_parameter.checked_mul(128 * u64::from(one.block_size));
            one.cost_parameter.is_power_of_two()
                && one.cost_parameter > 1
                && bytes.is_some_and(|bytes| (1..=MOST_SCRYPT_BYTES).contains(&bytes))
                && (1..=MOST_SCRYPT_LANES).contains(&one.parallelization)
        }
        _ => false,
    }
}

/// The key as encrypted PKCS#8 PEM (PBES2, PBKDF2 with HMAC-SHA-256, AES-256-CBC), as every OpenSSL since 1.1
/// reads it; `salt` and `iv` are random and never used again.
pub(super) fn encrypted_pem(
    key: &SecretKey,
    phrase: &str,
    salt: &[u8; 16],
    iv: [u8; 16],
) -> Zeroizing<String> {
    let pem = key.to_pem();
    let blocks = pem::blocks(&pem);
    let der = blocks.iter().find_map(|block| block.der.as_deref()).expect("its own PEM is read");
    let info = PrivateKeyInfoRef::from_der(der).expect("its own DER is read");
    let parameters =
        Parameters::generate_pbkdf2_sha256_aes256cbc(ROUNDS, salt, iv).expect("a salt of 16 bytes");
    let locked = info.encrypt_with_params(parameters, phrase).expect("48 bytes are encrypted");
    let text = locked.to_pem("ENCRYPTED PRIVATE KEY", pkcs8::LineEnding::LF).expect("it has a PEM form");
    Zeroizing::new(text.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SecretKey {
        SecretKey::from_seed([7; 32])
    }

    /// Somebody else's.
    const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\n\
        MIIBLjCB4aADAgECAhQXeMRHF5PpNzelAPmZmriGPoxyGTAFBgMrZXAwDDEKMAgG\n\
        A1UEAwwBdDAgFw0yNjExMjgxOTE2MzZaGA8yMTI2MTEwNDE5MTYzNlowDDEKMAgG\n\
        A1UEAwwBdDAqMAUGAytlcAMhAK0QiUYATiAuNnitFMYSnhxMub/tbnqLC9Sh0/Lt\n\
        6C8go1MwUTAdBgNVHQ4EFgQUZ9P2RldnlIgGSjf0MqTAeCjDbBcwHwYDVR0jBBgw\n\
        FoAUZ9P2RldnlIgGSjf0MqTAeCjDbBcwDwYDVR0TAQH/BAUwAwEB/zAFBgMrZXAD\n\
        QQCylnwTt1MIZRaegY4PFsqDkKebmfwAuVjhxYBN6JE5gG1PrcddnEXMcq5D5fMN\n\
        EVaNbWZtJ2A5iC/KnFd4wT0D\n\
        -----END CERTIFICATE-----\n";

    /// As `openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES` writes it.
    const TRIPLE_DES: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n\
        MFgwHAYKKoZIhvcNAQwBAzAOBAiQsNMcPloxcAICCAAEOG3i1+PUEKyH+iMoW48Y\n\
        VvvwOz9eaJMC7H79pS/4xpLSBSNDtFuvajNZsewr69SdBp9tkRhXkSxb\n\
        -----END ENCRYPTED PRIVATE KEY-----\n";

    /// The private key that every spelling stands for.
    fn read(bytes: &[u8]) -> Result<PublicKey, KeyFault> {
        match Stored::read(bytes)? {
            Stored::Secret(key) => Ok(key.public()),
            other => panic!("{other:?} is no private key"),
        }
    }

    #[test]
    fn a_private_key_is_read_however_its_file_is_spelled() {
        let (pem, own) = (key().to_pem().to_string(), key().public());
        let public = own.to_pem().unwrap();
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let columns = |width: usize| {
            let lines: Vec<String> = body
                .as_bytes()
                .chunks(width)
                .map(|line| String::from_utf8_lossy(line).into_owned())
                .collect();
            format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", lines.join("\n"))
        };
        let utf_16 = |little: bool| -> Vec<u8> {
            let unit = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
            format!("\u{feff}{pem}").encode_utf16().flat_map(unit).collect()
        };
        let mut spelled: Vec<Vec<u8>> = [
            pem.clone(),
            format!("\n \n{pem}\n\n\n"),
            format!("\u{feff}{pem}"),
            pem.replace('\n', "\r\n"),
            pem.replace('\n', "\r"),
            pem.replace('\n', "  \n\n\t"),
            format!("Bag Attributes\n    friendlyName: tôi\nKey Attributes: <No Attributes>\n{pem}"),
            format!("{pem}{public}"),
            format!("{public}{pem}"),
            format!("{pem}{pem}"),
            format!("{pem}-----BEGIN DH PARAMETERS-----\nAAAA\n-----END DH PARAMETERS-----\n"),
        ]
        .into_iter()
        .map(String::into_bytes)
        .collect();
        spelled.extend((1..80).map(|width| columns(width).into_bytes()));
        spelled.extend([utf_16(true), utf_16(false), [b"gi\xe1y t\xed\n", pem.as_bytes()].concat()]);
        let der = pem::blocks(&pem)[0].der.clone().unwrap();
        spelled.push(der.to_vec());
        // Version 2 (RFC 8410, section 7) carries the public key.
        let mut second = der.to_vec();
        (second[1], second[4]) = (0x51, 1);
        second.extend([0x81, 0x21, 0]);
        second.extend(own.as_bytes());
        spelled.push(second.clone());
        for bytes in spelled {
            assert_eq!(read(&bytes), Ok(own), "{}", String::from_utf8_lossy(&bytes));
        }
        second[60] ^= 1;
        assert_eq!(read(&second), Err(KeyFault::Mismatch));
    }

    #[test]
    fn what_is_no_private_key_is_told_apart() {
        let pem = key().to_pem().to_string();
        let other = SecretKey::from_seed([8; 32]).to_pem().to_string();
        let public = key().public().to_pem().unwrap();
        let foreign = SecretKey::from_seed([8; 32]).public().to_pem().unwrap();
        let named = |label: &str| pem.replace("PRIVATE KEY", label);
        let x25519 = pem.replace("K2Vw", "K2Vu");
        for (text, fault) in [
            ("", KeyFault::None),
            ("my key", KeyFault::None),
            (&pem[..60], KeyFault::Damaged),
            (&pem.replace("MC4", "MC5"), KeyFault::Damaged),
            (&pem.replace("MC4", "M-4"), KeyFault::Damaged),
            (&named("RSA PRIVATE KEY"), KeyFault::Form),
            (&named("OPENSSH PRIVATE KEY"), KeyFault::OpenSsh),
            (TRIPLE_DES, KeyFault::Scheme("PBE-SHA1-3DES")),
            (&x25519, KeyFault::Algorithm),
            (&format!("{pem}{other}"), KeyFault::Several),
            (&format!("{pem}{foreign}"), KeyFault::Mismatch),
            (&format!("{foreign}{pem}"), KeyFault::Mismatch),
            (&format!("{pem}{public}{foreign}"), KeyFault::Mismatch),
            (&format!("{pem}{public}{CERTIFICATE}"), KeyFault::Mismatch),
            (&format!("{pem}{CERTIFICATE}"), KeyFault::Mismatch),
            (&format!("{public}{foreign}"), KeyFault::Several),
            (&format!("{public}{CERTIFICATE}"), KeyFault::Several),
            (&"02".repeat(32), KeyFault::Hex),
        ] {
            assert_eq!(Stored::read(text.as_bytes()).map(|_| ()), Err(fault), "{text}");
        }
        // Nobody is told to make another key in the place of one that is not read.
        let scheme = KeyFault::Scheme("PBE-SHA1-3DES");
        for fault in [KeyFault::None, KeyFault::Damaged, KeyFault::Form, scheme, KeyFault::Phrase] {
            assert!(!fault.to_string().contains("keygen"), "{fault}");
        }
        let der = &pem::blocks(TRIPLE_DES)[0].der;
        let bare = Stored::read(der.as_ref().unwrap()).map(|_| ());
        assert_eq!(bare, Err(scheme), "PEM is no part of it");
    }

    #[test]
    fn a_public_key_is_read_alone() {
        let own = key().public();
        let pem = own.to_pem().unwrap();
        for text in [own.to_string(), format!("  {own}\r\n"), own.to_string().to_uppercase(), pem.clone()] {
            match Stored::read(text.as_bytes()) {
                Ok(Stored::Public(read)) => assert_eq!((read, &text), (own, &pem)),
                Ok(Stored::Hex(read)) => assert_eq!((read, text != pem), (own, true)),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn an_encrypted_key_opens_by_its_phrase_alone() {
        let pem = encrypted_pem(&key(), "mật khẩu", &[1; 16], [2; 16]);
        let public = key().public().to_pem().unwrap();
        let Ok(Stored::Locked(locked)) = Stored::read(format!("{}{public}", *pem).as_bytes()) else {
            panic!()
        };
        assert_eq!(locked.public(), Some(key().public()));
        assert_eq!(locked.open("mật khẩu").unwrap().public(), key().public());
        for wrong in ["", "mat khau", "mật khẩu "] {
            assert_eq!(locked.open(wrong).map(|_| ()), Err(KeyFault::Phrase));
        }
        assert!(!format!("{locked:?}").contains("30"));
        let foreign = SecretKey::from_seed([8; 32]).public().to_pem().unwrap();
        for beside in [foreign.clone(), format!("{public}{foreign}"), CERTIFICATE.to_owned()] {
            let Ok(Stored::Locked(locked)) = Stored::read(format!("{beside}{}", *pem).as_bytes()) else {
                panic!()
            };
            assert_eq!(locked.open("mật khẩu").map(|_| ()), Err(KeyFault::Mismatch));
            assert_eq!(locked.open("mat khau").map(|_| ()), Err(KeyFault::Phrase));
        }
    }

    #[test]
    fn no_file_asks_for_more_than_a_key_is_worth() {
        let scrypt = |cost: u64, block: u16, lanes: u16| {
            let params = pkcs8::pkcs5::scrypt::Params::new(14, 8, 1).unwrap();
            let mut one = pkcs8::pkcs5::pbes2::ScryptParams::from_params_and_salt(params, &[0; 16]).unwrap();
            (one.cost_parameter, one.block_size, one.parallelization) = (cost, block, lanes);
            is_bounded(&Kdf::Scrypt(one))
        };
        assert!(scrypt(1 << 14, 8, 1) && scrypt(1 << 20, 8, 1));
        for (cost, block, lanes) in [
            (0, 8, 1),
            (1, 8, 1),
            (3, 8, 1),
            (1 << 21, 8, 1),
            (1 << 63, 8, 1),
            (1 << 14, 0, 1),
            (1 << 14, 8, 0),
            (16, 8, 17),
        ] {
            assert!(!scrypt(cost, block, lanes), "{cost} {block} {lanes}");
        }
        let rounds = |rounds| {
            let one = pkcs8::pkcs5::pbes2::Pbkdf2Params::hmac_sha256(1, &[0; 16]).unwrap();
            is_bounded(&Kdf::Pbkdf2(pkcs8::pkcs5::pbes2::Pbkdf2Params { iteration_count: rounds, ..one }))
        };
        assert!(rounds(2048) && !rounds(0) && !rounds(u32::MAX));
    }
}
