//! The names that events use: parties, subjects, topics, indicators, commitments.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

/// A name is not in the form its kind asks for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub struct MalformedName(&'static str);

/// Reads a name from text without keeping a copy of the text.
struct ByText<T>(PhantomData<T>);

impl<T: FromStr<Err = MalformedName>> serde::de::Visitor<'_> for ByText<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

/// Serialises as text; binary forms carry the same text, or those bytes of it that tell it from others.
macro_rules! serde_by_text {
    ($name:ident, $pattern:literal $(, bytes $valid:expr)?) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $(if !serializer.is_human_readable() {
                    debug_assert!($valid(&self.0));
                    return crate::compact::fixed::serialize(&self.0, serializer);
                })?
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $(if !deserializer.is_human_readable() {
                    let bytes = crate::compact::fixed::deserialize(deserializer)?;
                    let valid = $valid(&bytes).then_some(Self(bytes));
                    return valid.ok_or_else(|| serde::de::Error::custom("bytes that are no name"));
                })?
                deserializer.deserialize_str(ByText(PhantomData))
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string", "pattern": $pattern})
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    };
}

/// A short text, held in place where it has at most 23 bytes.
macro_rules! text_name {
    ($(#[$doc:meta])* $name:ident, $pattern:literal, $form:literal, $accepts:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(SmolStr);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = MalformedName;

            fn from_str(text: &str) -> Result<Self, MalformedName> {
                let accepts: fn(&str) -> bool = $accepts;
                accepts(text).then(|| Self(text.into())).ok_or(MalformedName($form))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        serde_by_text!($name, $pattern);
    };
}

fn is_slug(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_code(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

text_name!(
    /// Who acts or owns a key: a member's slug, `council`, or a subject's id.
    PartyId,
    r"^[a-z0-9-]{1,40}$",
    "a party: [a-z0-9-]{1,40}; names that begin with kol- are subject ids",
    |text| is_slug(text) && (!text.starts_with("kol-") || SubjectId::from_str(text).is_ok())
);

impl PartyId {
    /// The council as a whole.
    pub fn council() -> Self {
        Self("council".into())
    }

    /// Whether this is the council.
    pub fn is_council(&self) -> bool {
        &*self.0 == "council"
    }

    /// The subject, when this party is one.
    pub fn as_subject(&self) -> Option<SubjectId> {
        self.0.parse().ok()
    }
}

impl From<SubjectId> for PartyId {
    fn from(subject: SubjectId) -> Self {
        Self(subject.text(&mut SubjectId::FORM.clone()).into())
    }
}

text_name!(
    /// A controller group: parties that one owner controls share it and count once.
    GroupId,
    r"^[a-z0-9-]{1,40}$",
    "a group: [a-z0-9-]{1,40}",
    is_slug
);

impl GroupId {
    /// The group of a party that nobody else controls.
    pub fn alone(party: &PartyId) -> Self {
        Self(party.0.clone())
    }
}

text_name!(
    /// A field in which subjects are assessed and assessors accredited; policies list them.
    TopicId,
    r"^[a-z0-9-]{1,40}$",
    "a topic: [a-z0-9-]{1,40}",
    is_slug
);

text_name!(
    /// A kind of product, such as `sua-bot`.
    CategoryId,
    r"^[a-z0-9-]{1,40}$",
    "a product category: [a-z0-9-]{1,40}",
    is_slug
);

text_name!(
    /// A platform on which subjects publish, such as `vietreel`; it need not be a member.
    PlatformId,
    r"^[a-z0-9-]{1,40}$",
    "a platform: [a-z0-9-]{1,40}",
    is_slug
);

text_name!(
    /// A criterion of a policy, such as `C1`.
    CriterionId,
    r"^[A-Za-z0-9._-]{1,32}$",
    "a criterion: [A-Za-z0-9._-]{1,32}",
    is_code
);

text_name!(
    /// An indicator of a policy, such as `I4`; it never changes its meaning.
    IndicatorId,
    r"^[A-Za-z0-9._-]{1,32}$",
    "an indicator: [A-Za-z0-9._-]{1,32}",
    is_code
);

text_name!(
    /// A class of assessors whose weight a policy sets, such as `independent`.
    ClassId,
    r"^[a-z0-9-]{1,40}$",
    "an assessor class: [a-z0-9-]{1,40}",
    is_slug
);

text_name!(
    /// A clause of the code of conduct.
    ClauseId,
    r"^[A-Za-z0-9._-]{1,32}$",
    "a clause: [A-Za-z0-9._-]{1,32}",
    is_code
);

const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Whether a byte stands in [`CROCKFORD`].
fn is_crockford(byte: &u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'h' | b'j' | b'k' | b'm' | b'n' | b'p'..=b't' | b'v'..=b'z')
}

/// A subject (KOL): `kol-` and 13 random characters of Crockford's base32, lower case.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SubjectId([u8; 13]);

impl Ord for SubjectId {
    #[inline]
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.number().cmp(&other.number())
    }
}

impl PartialOrd for SubjectId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl SubjectId {
    /// The id before all others.
    pub const FIRST: Self = Self([b'0'; 13]);

    /// The id as a number of the same order, which compares faster than bytes do.
    fn number(&self) -> u128 {
        let mut bytes = [0; 16];
        bytes[..13].copy_from_slice(&self.0);
        u128::from_be_bytes(bytes)
    }

    /// The bytes of its text, but for the random characters.
    const FORM: [u8; 17] = *b"kol-0000000000000";

    /// Its text, written over `form`.
    fn text(self, form: &mut [u8; 17]) -> &str {
        form[4..].copy_from_slice(&self.0);
        std::str::from_utf8(form).unwrap_or_default()
    }

    /// The id that 13 random bytes stand for; the low five bits of each count.
    pub fn from_random(random: [u8; 13]) -> Self {
        Self(random.map(|byte| CROCKFORD[usize::from(byte & 31)]))
    }
}

impl FromStr for SubjectId {
    type Err = MalformedName;

    fn from_str(text: &str) -> Result<Self, MalformedName> {
        text.strip_prefix("kol-")
            .and_then(|rest| <[u8; 13]>::try_from(rest.as_bytes()).ok())
            .filter(|rest| rest.iter().all(is_crockford))
            .map(Self)
            .ok_or(MalformedName("a subject: kol- and 13 of 0123456789abcdefghjkmnpqrstvwxyz"))
    }
}

impl fmt::Display for SubjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text(&mut Self::FORM.clone()))
    }
}

serde_by_text!(SubjectId, r"^kol-[0-9a-hjkmnp-tv-z]{13}$", bytes |rest: &[u8; 13]| rest.iter().all(is_crockford));

/// 32 bytes, written as lower-case hex.
macro_rules! hex_bytes {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Its 32 bytes.
            pub fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }

            /// Read from its 32 bytes.
            pub fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }
        }

        impl FromStr for $name {
            type Err = MalformedName;

            fn from_str(text: &str) -> Result<Self, MalformedName> {
                const FORM: MalformedName = MalformedName("64 lower-case hex digits");
                if text.len() != 64 || text.bytes().any(|byte| byte.is_ascii_uppercase()) {
                    return Err(FORM);
                }
                blake3::Hash::from_hex(text).map(|hash| Self(*hash.as_bytes())).map_err(|_| FORM)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
            }
        }

        serde_by_text!($name, r"^[0-9a-f]{64}$", bytes |_: &[u8; 32]| true);
    };
}

hex_bytes!(
    /// A salted commitment to a text or file: BLAKE3 keyed by its 32-byte salt, as lower-case hex.
    Commitment
);

hex_bytes!(
    /// A value of a hash chain from which panels are drawn: 32 bytes, as lower-case hex.
    DrawValue
);

hex_bytes!(
    /// Tells the secret that keys identities from any other, and nothing else of it: 32 bytes, as lower-case hex.
    IdentityKey
);

hex_bytes!(
    /// The root of an RFC 6962 tree over a whole state: 32 bytes, as lower-case hex.
    StateRoot
);

impl Commitment {
    /// Commits to `bytes` under `salt`.
    pub fn to(salt: &[u8; 32], bytes: &[u8]) -> Self {
        Self(*blake3::keyed_hash(salt, bytes).as_bytes())
    }
}

impl IdentityKey {
    /// That of a secret of 32 random bytes.
    pub fn of(secret: &[u8; 32]) -> Self {
        Self(blake3::derive_key("tinnhiem identity key 1", secret))
    }
}

impl DrawValue {
    /// What a value that was withheld counts as.
    pub const ZERO: Self = Self([0; 32]);

    /// The value after this one in its chain.
    pub fn next(&self) -> Self {
        Self(*blake3::hash(&self.0).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commitment_vector_holds() {
        let salt: [u8; 32] = std::array::from_fn(|at| at as u8);
        assert_eq!(
            Commitment::to(&salt, "Trần Bảo Ngân".as_bytes()).to_string(),
            "1e5f6b22944631f2d5f3ed4094c3da5dcb61d78e66493738d9eeacf36016b5e0"
        );
    }

    #[test]
    fn the_identity_key_vector_holds() {
        let secret: [u8; 32] = std::array::from_fn(|at| at as u8);
        let expected = blake3::Hasher::new_derive_key("tinnhiem identity key 1").update(&secret).finalize();
        assert_eq!(IdentityKey::of(&secret).to_string(), expected.to_hex().to_string());
        assert_ne!(IdentityKey::of(&secret).to_string(), blake3::hash(&secret).to_hex().to_string());
    }

    #[test]
    fn the_alphabet_is_crockfords() {
        assert!((0..=255).all(|byte: u8| is_crockford(&byte) == CROCKFORD.contains(&byte)));
    }

    #[test]
    fn kol_names_are_subject_ids_or_nothing() {
        assert!("kol-0123456789abc".parse::<PartyId>().is_ok());
        for wrong in ["kol-", "kol-0123456789abl", "Kol", "", "a b"] {
            assert!(wrong.parse::<PartyId>().is_err(), "{wrong}");
        }
    }
}
