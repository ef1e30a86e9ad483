//! Structures are read of objects, and names of strings.
//!
//! serde's derived readers also take an array for a structure, and `{"name":null}` for a name. No schema
//! says so, and no other reader would know.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, Error, IgnoredAny, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};

/// Reads a value of a type from JSON.
///
/// # Errors
/// What serde_json says; where the value has another shape too.
pub fn from_slice<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> serde_json::Result<T> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = T::deserialize(Typed(&mut reader))?;
    reader.end()?;
    Ok(value)
}

/// A deserializer, or the seed of one, within which everything has its shape.
struct Typed<T>(T);

/// What reads a value; `object` where nothing but an object will do.
struct Reading<V> {
    visitor: V,
    object: bool,
}

fn any<V>(visitor: V) -> Reading<V> {
    Reading { visitor, object: false }
}

macro_rules! forward {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method(any(visitor))
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Typed<D> {
    type Error = D::Error;

    forward! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf
        deserialize_option deserialize_unit deserialize_seq deserialize_map deserialize_identifier
        deserialize_ignored_any
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_unit_struct(name, any(visitor))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_newtype_struct(name, any(visitor))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple(length, any(visitor))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple_struct(name, length, any(visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_struct(name, fields, Reading { visitor, object: true })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(Choice(visitor))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Typed<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Typed(deserializer))
    }
}

macro_rules! visit {
    ($($method:ident: $type:ty,)*) => {
        $(fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.visitor.$method(value)
        })*
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Reading<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    visit! {
        visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str,
        visit_borrowed_str: &'de str, visit_string: String, visit_bytes: &[u8],
        visit_borrowed_bytes: &'de [u8], visit_byte_buf: Vec<u8>,
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(Typed(deserializer))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_newtype_struct(Typed(deserializer))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, rows: A) -> Result<V::Value, A::Error> {
        if self.object {
            return Err(A::Error::invalid_type(Unexpected::Seq, &"an object"));
        }
        self.visitor.visit_seq(Typed(rows))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(Typed(members))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Typed<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Typed(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Typed<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_key_seed(Typed(seed))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Typed(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

/// Reads one of several: a name, or an object of one member where something goes with it.
struct Choice<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Choice<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<V::Value, E> {
        let name: StrDeserializer<'_, E> = name.into_deserializer();
        self.0.visit_enum(name)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        self.0.visit_enum(Typed(members))
    }
}

impl<'de, A: MapAccess<'de>> EnumAccess<'de> for Typed<A> {
    type Error = A::Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(mut self, seed: S) -> Result<(S::Value, Self), A::Error> {
        let name = self.0.next_key_seed(Typed(seed))?;
        let none = || A::Error::invalid_value(Unexpected::Map, &"an object of one member");
        Ok((name.ok_or_else(none)?, self))
    }
}

impl<'de, A: MapAccess<'de>> Typed<A> {
    /// The value, when no other member follows.
    fn only<S: DeserializeSeed<'de>>(mut self, seed: S) -> Result<S::Value, A::Error> {
        let value = self.0.next_value_seed(Typed(seed))?;
        match self.0.next_key::<IgnoredAny>()? {
            None => Ok(value),
            Some(_) => Err(A::Error::invalid_value(Unexpected::Map, &"an object of one member")),
        }
    }
}

impl<'de, A: MapAccess<'de>> VariantAccess<'de> for Typed<A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        Err(A::Error::invalid_type(Unexpected::Map, &"its name as a string"))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.only(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.only(Within { visitor, fields: None })
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.only(Within { visitor, fields: Some(fields) })
    }
}

/// What goes with a name: a list, or an object of these fields.
struct Within<V> {
    visitor: V,
    fields: Option<&'static [&'static str]>,
}

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for Within<V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        match self.fields {
            None => deserializer.deserialize_seq(self.visitor),
            Some(fields) => deserializer.deserialize_struct("", fields, self.visitor),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::value::RawValue;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Plain,
        With(u8),
        Pair(u8, u8),
        Named { a: u8 },
        Inner(Inner),
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        kind: Option<Box<Kind>>,
        #[serde(default)]
        all: Vec<Inner>,
        #[serde(default)]
        named: BTreeMap<String, Option<Inner>>,
    }

    #[derive(Deserialize)]
    struct Raw<'a> {
        #[serde(borrow)]
        raw: &'a RawValue,
    }

    #[test]
    fn what_has_its_shape_is_read_as_serde_reads_it() {
        for text in [
            r#"{"kind":"plain"}"#,
            r#"{"kind":null}"#,
            "{}",
            r#"{"kind":{"with":3}}"#,
            r#"{"kind":{"pair":[1,2]}}"#,
            r#"{"kind":{"named":{"a":1}}}"#,
            r#"{"all":[{},{"kind":{"inner":{"kind":"plain"}}}],"named":{"x":null,"y":{}}}"#,
        ] {
            let expected: Inner = serde_json::from_str(text).unwrap();
            assert_eq!(from_slice::<Inner>(text.as_bytes()).unwrap(), expected, "{text}");
        }
        let raw: Raw<'_> = from_slice(br#"{"raw": [1, {"a" : 2}]}"#).unwrap();
        assert_eq!(raw.raw.get(), r#"[1, {"a" : 2}]"#);
    }

    #[test]
    fn what_has_another_shape_is_refused() {
        for text in [
            r#"["plain"]"#,
            "[]",
            r#"{"kind":{"plain":null}}"#,
            r#"{"kind":{}}"#,
            r#"{"kind":{"with":3,"plain":null}}"#,
            r#"{"kind":{"named":[1]}}"#,
            r#"{"all":[["plain"]]}"#,
            r#"{"named":{"y":[]}}"#,
            r#"{"kind":{"inner":["plain"]}}"#,
            r#"{"kind":"with"}"#,
            r#"{"kind":7}"#,
            "{} {}",
        ] {
            assert!(from_slice::<Inner>(text.as_bytes()).is_err(), "{text}");
        }
    }
}
