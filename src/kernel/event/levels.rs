//! Levels of indicators: a map that is made once and read in order, so a sorted list holds it.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::ids::IndicatorId;

/// The level of each indicator graded, ascending by id; none: it does not apply to the subject.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels(Vec<(IndicatorId, Option<u16>)>);

impl Levels {
    /// What is said of an indicator; none: nothing.
    pub fn get(&self, indicator: &IndicatorId) -> Option<&Option<u16>> {
        let place = self.place(indicator).ok()?;
        self.0.get(place).map(|(_, level)| level)
    }

    /// Says something of an indicator in place of what was said before.
    pub fn insert(&mut self, indicator: IndicatorId, level: Option<u16>) {
        match self.place(&indicator) {
            Ok(place) => self.0[place].1 = level,
            Err(place) => self.0.insert(place, (indicator, level)),
        }
    }

    /// How many indicators something is said of.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Indicators and levels, ascending by indicator.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&IndicatorId, &Option<u16>)> {
        self.0.iter().map(|(indicator, level)| (indicator, level))
    }

    /// The indicators, ascending.
    pub fn keys(&self) -> impl Iterator<Item = &IndicatorId> {
        self.0.iter().map(|(indicator, _)| indicator)
    }

    /// The levels, in the order of the indicators.
    pub fn values(&self) -> impl Iterator<Item = &Option<u16>> {
        self.0.iter().map(|(_, level)| level)
    }

    fn place(&self, indicator: &IndicatorId) -> Result<usize, usize> {
        self.0.binary_search_by(|(one, _)| one.cmp(indicator))
    }
}

impl FromIterator<(IndicatorId, Option<u16>)> for Levels {
    /// Of what is said twice the later counts.
    fn from_iter<I: IntoIterator<Item = (IndicatorId, Option<u16>)>>(levels: I) -> Self {
        let levels = levels.into_iter();
        let mut all = Self(Vec::with_capacity(levels.size_hint().0));
        for (indicator, level) in levels {
            all.add(indicator, level);
        }
        all
    }
}

impl Levels {
    /// Inserts what mostly comes in order; whether it is new.
    fn add(&mut self, indicator: IndicatorId, level: Option<u16>) -> bool {
        if self.0.last().is_none_or(|(last, _)| *last < indicator) {
            self.0.push((indicator, level));
            return true;
        }
        let before = self.0.len();
        self.insert(indicator, level);
        self.0.len() > before
    }
}

impl<const N: usize> From<[(IndicatorId, Option<u16>); N]> for Levels {
    fn from(levels: [(IndicatorId, Option<u16>); N]) -> Self {
        levels.into_iter().collect()
    }
}

impl Serialize for Levels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Levels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Map;

        impl<'de> Visitor<'de> for Map {
            type Value = Levels;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Levels, A::Error> {
                let mut levels = Levels::default();
                while let Some((indicator, level)) = map.next_entry()? {
                    if !levels.add(indicator, level) {
                        return Err(A::Error::custom("an indicator stands twice"));
                    }
                }
                Ok(levels)
            }
        }

        deserializer.deserialize_map(Map)
    }
}

impl JsonSchema for Levels {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Levels".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        std::collections::BTreeMap::<IndicatorId, Option<u16>>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_answers_and_is_written_as_a_map_is(
            said in proptest::collection::vec((0u8..20, proptest::option::of(0u16..4)), 0..30),
        ) {
            let id = |number: u8| format!("I{number}").parse::<IndicatorId>().unwrap();
            let said = said.into_iter().map(|(number, level)| (id(number), level));
            let levels: Levels = said.clone().collect();
            let map: BTreeMap<IndicatorId, Option<u16>> = said.collect();
            prop_assert!(levels.iter().eq(&map));
            prop_assert!((0..20).all(|number| levels.get(&id(number)) == map.get(&id(number))));
            let json = serde_json::to_string(&map).unwrap();
            prop_assert_eq!(serde_json::to_string(&levels).unwrap(), &json[..]);
            prop_assert_eq!(serde_json::from_str::<Levels>(&json).unwrap(), levels);
        }
    }

    #[test]
    fn an_indicator_does_not_stand_twice() {
        assert!(serde_json::from_str::<Levels>(r#"{"I2":1,"I1":null}"#).is_ok());
        assert!(serde_json::from_str::<Levels>(r#"{"I2":1,"I1":null,"I2":1}"#).is_err());
    }
}
