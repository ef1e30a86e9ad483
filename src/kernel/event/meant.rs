//! What an event names, told by the types of its parts: texts, documents, other events.
//!
//! A body is gone through as it is serialised, and whatever of it is of such a type is noted. So no body says
//! beside its members which of them commit to anything.

use std::fmt;
use std::ops::Deref;

use serde::ser::{self, Serialize, Serializer};
use serde::{Deserialize, Deserializer};

use super::ids::Commitment;
use crate::dsse::EventId;

/// A commitment, by what it is to.
macro_rules! commitment_to {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Commitment);

        impl From<Commitment> for $name {
            fn from(commitment: Commitment) -> Self {
                Self(commitment)
            }
        }

        impl From<$name> for Commitment {
            fn from(named: $name) -> Self {
                named.0
            }
        }

        impl Deref for $name {
            type Target = Commitment;

            fn deref(&self) -> &Commitment {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_newtype_struct(stringify!($name), &self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Commitment::deserialize(deserializer).map(Self)
            }
        }

        // In a schema it is written as every commitment is.
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                Commitment::schema_name()
            }

            fn schema_id() -> std::borrow::Cow<'static, str> {
                Commitment::schema_id()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                Commitment::json_schema(generator)
            }
        }
    };
}

commitment_to!(
    /// The commitment to a text, which must be attached when the event is submitted.
    Text
);

commitment_to!(
    /// The commitment to a document, which may be attached, or stay with its custodian.
    Document
);

/// What an event names, each in the order of its members.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    /// Texts that must be attached when it is submitted.
    pub texts: Vec<Commitment>,
    /// Documents that may be attached.
    pub documents: Vec<Commitment>,
    /// Other events.
    pub events: Vec<EventId>,
    /// What the value that comes next is.
    next: Option<Kind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Document,
    Event,
}

impl Named {
    /// What a body names.
    pub(super) fn by(body: &impl Serialize) -> Self {
        let mut named = Self::default();
        body.serialize(&mut named).expect("nothing of a body is refused");
        named
    }

    fn note(&mut self, bytes: [u8; 32]) {
        match self.next {
            Some(Kind::Text) => self.texts.push(Commitment::from_bytes(bytes)),
            Some(Kind::Document) => self.documents.push(Commitment::from_bytes(bytes)),
            Some(Kind::Event) => self.events.push(EventId::from_bytes(bytes)),
            None => {}
        }
    }
}

/// What names nothing by itself.
macro_rules! passed_over {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, _: $type) -> Passed {
            Ok(())
        })*
    };
}

type Passed = Result<(), fmt::Error>;

impl Serializer for &mut Named {
    type Ok = ();
    type Error = fmt::Error;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    passed_over!(
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_char: char,
        serialize_str: &str, serialize_unit_struct: &'static str
    );

    passed_over!(serialize_f32: f32, serialize_f64: f64);

    /// Ids and commitments come as their bytes.
    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Passed {
        if let Ok(bytes) = bytes.try_into() {
            self.note(bytes);
        }
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Passed {
        let outer = self.next;
        self.next = match name {
            "Text" => Some(Kind::Text),
            "Document" => Some(Kind::Document),
            "EventId" => Some(Kind::Event),
            _ => None,
        };
        value.serialize(&mut *self)?;
        self.next = outer;
        Ok(())
    }

    fn serialize_none(self) -> Passed {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Passed {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Passed {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Passed {
        Ok(())
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Passed {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, fmt::Error> {
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, fmt::Error> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, fmt::Error> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, fmt::Error> {
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, fmt::Error> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, fmt::Error> {
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, fmt::Error> {
        Ok(self)
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, _: &T) -> Passed {
        Ok(())
    }
}

/// What holds others: each is gone through.
macro_rules! gone_through {
    ($($trait:ident::$method:ident($($key:ty)?);)*) => {
        $(impl ser::$trait for &mut Named {
            type Ok = ();
            type Error = fmt::Error;

            fn $method<T: Serialize + ?Sized>(&mut self, $(_: $key,)? value: &T) -> Passed {
                value.serialize(&mut **self)
            }

            fn end(self) -> Passed {
                Ok(())
            }
        })*
    };
}

gone_through! {
    SerializeSeq::serialize_element();
    SerializeTuple::serialize_element();
    SerializeTupleStruct::serialize_field();
    SerializeTupleVariant::serialize_field();
    SerializeStruct::serialize_field(&'static str);
    SerializeStructVariant::serialize_field(&'static str);
}

impl ser::SerializeMap for &mut Named {
    type Ok = ();
    type Error = fmt::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Passed {
        key.serialize(&mut **self)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Passed {
        value.serialize(&mut **self)
    }

    fn end(self) -> Passed {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use super::*;

    #[test]
    fn what_a_body_names_is_told_by_its_types() {
        let [text, other] = [[1; 32], [2; 32]].map(Commitment::from_bytes);
        let event = EventId::from_bytes([3; 32]);
        let filed = ContestFiled {
            target: event,
            grounds: Grounds::Procedure,
            statement: text.into(),
            evidence: vec![other.into(), text.into()],
        };
        let named = Named::by(&filed);
        assert_eq!(
            (named.texts, named.documents, named.events),
            (vec![text], vec![other, text], vec![event])
        );
        // Within maps, options and variants too; and an identity is none of these.
        let evidence =
            [("I2".parse().unwrap(), vec![other.into()]), ("I1".parse().unwrap(), vec![text.into()])];
        let action =
            CorrectionAction::Replace(Regrading { grades: Default::default(), evidence: evidence.into() });
        let named = Named::by(&CorrectionIssued { target: event, action, statement: other.into() });
        assert_eq!(
            (named.texts, named.documents, named.events),
            (vec![other], vec![text, other], vec![event])
        );
        let proposed = SanctionProposed {
            severity: Severity::S1,
            basis: Basis::Decision(event),
            starts_on: crate::time::Date::from_days(0),
            ends_on: None,
            reason: text.into(),
        };
        assert_eq!(Named::by(&proposed).events, [event]);
        let departed = SubjectDeparted { reason: None };
        assert_eq!(Named::by(&departed), Named::default());
        let enrolled = SubjectEnrolled {
            identity: Commitment::from_bytes([4; 32]),
            identity_key: None,
            profile: text.into(),
            consent: other.into(),
            topics: Vec::new(),
            group: "group".parse().unwrap(),
            key: crate::dsse::SecretKey::from_seed([5; 32]).public(),
        };
        let named = Named::by(&enrolled);
        assert_eq!((named.texts, named.documents, named.events), (vec![text], vec![other], vec![]));
    }

    #[test]
    fn a_text_is_written_as_the_commitment_it_is() {
        let commitment = Commitment::from_bytes([7; 32]);
        let text = Text::from(commitment);
        let json = serde_json::to_string(&text).unwrap();
        assert_eq!(json, serde_json::to_string(&commitment).unwrap());
        assert_eq!(serde_json::from_str::<Document>(&json).unwrap(), Document::from(commitment));
        assert_eq!(postcard::to_stdvec(&text).unwrap(), postcard::to_stdvec(&commitment).unwrap());
    }
}
