//! Ed25519 keys and signatures (RFC 8032), and their PEM forms.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{EncodePrivateKey, EncodePublicKey, KeypairBytes};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// A raw Ed25519 public key, written as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey([u8; 32]);

impl Ord for PublicKey {
    #[inline]
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        // Keys nearly always differ in their first bytes, which compare as one number.
        let first = |key: &Self| u64::from_be_bytes(std::array::from_fn(|at| key.0[at]));
        first(self).cmp(&first(other)).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for PublicKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// 2²⁵⁵ − 19, big-endian: a canonical y coordinate is below it.
const FIELD_PRIME: [u8; 32] = {
    let mut prime = [0xff; 32];
    (prime[0], prime[31]) = (0x7f, 0xed);
    prime
};

/// The text is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub struct MalformedKey(&'static str);

/// The key could let two messages share a signature, or one key have two forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a usable Ed25519 key (not canonical, or of small order): generate another")]
pub struct WeakKey;

impl PublicKey {
    /// A key read from its 32 bytes; whether it is usable is for [`PublicKey::check_admissible`].
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key's 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether the key may be enrolled: canonical, and not of small order.
    ///
    /// # Errors
    /// [`WeakKey`]: its owner must generate another.
    pub fn check_admissible(&self) -> Result<(), WeakKey> {
        // The other choice that canonical bytes leave none of is the sign of a zero x, and where x is
        // zero the order is small.
        let mut y = self.0;
        y[31] &= 0x7f;
        y.reverse();
        if y < FIELD_PRIME && self.decompressed().is_some() { Ok(()) } else { Err(WeakKey) }
    }

    /// The key as a SubjectPublicKeyInfo PEM, as OpenSSL reads it.
    ///
    /// # Errors
    /// [`WeakKey`] when the bytes are no curve point.
    pub fn to_pem(&self) -> Result<String, WeakKey> {
        let key = VerifyingKey::from_bytes(&self.0).map_err(|_| WeakKey)?;
        key.to_public_key_pem(LineEnding::LF).map_err(|_| WeakKey)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl FromStr for PublicKey {
    type Err = MalformedKey;

    fn from_str(text: &str) -> Result<Self, MalformedKey> {
        hex32(text).map(Self).ok_or(MalformedKey("a key: 64 lower-case hex digits"))
    }
}

/// Reads 64 lower-case hex digits.
pub(super) fn hex32(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    blake3::Hash::from_hex(text).ok().map(|hash| *hash.as_bytes())
}

/// 32 bytes that people see as hex; binary forms carry them raw.
macro_rules! serde_as_hex {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    let bytes = $crate::compact::Fixed(self.as_bytes());
                    serializer.serialize_newtype_struct(stringify!($name), &bytes)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    let text = Cow::<'de, str>::deserialize(deserializer)?;
                    text.parse().map_err(serde::de::Error::custom)
                } else {
                    $crate::compact::fixed::deserialize(deserializer).map(Self::from_bytes)
                }
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string", "pattern": "^[0-9a-f]{64}$"})
            }
        }
    };
}

pub(super) use serde_as_hex;

serde_as_hex!(PublicKey);

/// An Ed25519 signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

impl Signature {
    /// A signature read from its 64 bytes.
    pub fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The signature's 64 bytes.
    pub fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(..)")
    }
}

/// A secret key; wiped when dropped, never shown.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// The key of a 32-byte seed.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// A new key from the operating system's randomness.
    ///
    /// # Errors
    /// When the system has none to give; nothing can be signed safely then.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *seed)?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    /// Its public key.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs `message`.
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }

    /// The key as PKCS#8 version 1 PEM, without the public key: the form every OpenSSL reads.
    pub fn to_pem(&self) -> Zeroizing<String> {
        KeypairBytes { secret_key: self.0.to_bytes(), public_key: None }
            .to_pkcs8_pem(LineEnding::LF)
            .expect("an Ed25519 key has a PKCS#8 form")
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(of {})", self.public())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_pem_and_shows_no_secret() {
        let key = SecretKey::from_seed(std::array::from_fn(|at| at as u8));
        assert_eq!(
            key.public().to_string(),
            "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
        );
        let pem = key.to_pem();
        // RFC 8410 section 7: version 0, OID 1.3.101.112, the seed in an OCTET STRING, no public key.
        assert!(pem.contains("MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"));
        assert!(!format!("{key:?}").contains("000102"));
    }

    #[test]
    fn small_order_and_non_canonical_keys_are_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        let mut non_canonical = [0xff; 32];
        let mut written_twice = 0;
        for least in 0..=0xff {
            // From 2²⁵⁵ − 256 on, with and without the sign: the y from the prime on stand for others too.
            non_canonical[0] = least;
            for top in [0x7f, 0xff] {
                non_canonical[31] = top;
                let key = PublicKey::from_bytes(non_canonical);
                let Ok(point) = VerifyingKey::from_bytes(&non_canonical) else { continue };
                let is_canonical = point.to_edwards().compress().to_bytes() == non_canonical;
                assert_eq!(key.check_admissible().is_ok(), is_canonical && !point.is_weak(), "{key}");
                written_twice += usize::from(!is_canonical);
            }
        }
        assert!(written_twice > 10);
        for bytes in [[0; 32], identity] {
            assert_eq!(PublicKey::from_bytes(bytes).check_admissible(), Err(WeakKey));
        }
        for seed in 0..=0xff {
            assert_eq!(SecretKey::from_seed([seed; 32]).public().check_admissible(), Ok(()));
        }
    }
}
