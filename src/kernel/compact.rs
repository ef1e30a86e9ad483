//! How values stand in compact binary forms, where serde's own form would be large or slow to read.

use std::fmt;

use serde::de::{DeserializeOwned, Error, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserializer, Serialize, Serializer};

/// Bytes of a fixed number, read where they stand and not one by one.
pub mod fixed {
    use super::*;

    /// Writes the bytes.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer, const N: usize>(
        bytes: &[u8; N],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    /// Reads as many bytes.
    ///
    /// # Errors
    /// The deserializer's, also where there are more or fewer.
    pub fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error> {
        struct Fixed<const N: usize>;

        impl<const N: usize> Visitor<'_> for Fixed<N> {
            type Value = [u8; N];

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{N} bytes")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<[u8; N], E> {
                bytes.try_into().map_err(|_| E::invalid_length(bytes.len(), &self))
            }
        }

        deserializer.deserialize_bytes(Fixed)
    }
}

/// Bytes of a fixed number, for who names what they are.
pub struct Fixed<'a, const N: usize>(pub &'a [u8; N]);

impl<const N: usize> Serialize for Fixed<'_, N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fixed::serialize(self.0, serializer)
    }
}

/// Writes a list of known length.
///
/// # Errors
/// The serializer's.
pub fn list<S: Serializer, T: Serialize>(
    length: usize,
    rows: impl Iterator<Item = T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(Some(length))?;
    for row in rows {
        list.serialize_element(&row)?;
    }
    list.end()
}

/// A map as a list of pairs: its own form asks for as much memory as its length says, before any pair is read.
pub mod map {
    use imbl::OrdMap;
    use serde::Deserialize;

    use super::*;

    /// Writes the pairs.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer, K: Serialize + Ord, V: Serialize>(
        map: &OrdMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        list(map.len(), map.iter(), serializer)
    }

    /// Reads the pairs.
    ///
    /// # Errors
    /// The deserializer's.
    pub fn deserialize<'de, D, K, V>(deserializer: D) -> Result<OrdMap<K, V>, D::Error>
    where
        D: Deserializer<'de>,
        K: Deserialize<'de> + Ord + Clone,
        V: Deserialize<'de> + Clone,
    {
        Vec::deserialize(deserializer).map(OrdMap::from_iter)
    }
}

/// A value as its JSON: for types that leave out members, which no binary form could read again.
pub mod json {
    use super::*;

    /// Writes its JSON as one text.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer>(value: &impl Serialize, serializer: S) -> Result<S::Ok, S::Error> {
        let text = serde_json::to_string(value).map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&text)
    }

    /// Reads a value from its JSON.
    ///
    /// # Errors
    /// The deserializer's, or that of its JSON.
    pub fn deserialize<'de, D: Deserializer<'de>, T: DeserializeOwned>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
        serde_json::from_str(&text).map_err(D::Error::custom)
    }
}
