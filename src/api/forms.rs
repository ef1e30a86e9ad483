//! What the value of a parameter looks like, and whether one does: as the OpenAPI document says it, in words.

use serde_json::Value;

use crate::dsse::{EventId, PublicKey};
use crate::event::{Commitment, PartyId, SubjectId, TopicId};
use crate::time::Date;

/// The form of a parameter's values.
#[derive(Debug)]
pub(super) enum Form {
    /// A whole number between two.
    Number(u64, u64),
    /// One of these words.
    Words(Vec<String>),
    /// What has a type of its own: whether a text is one, and what is expected.
    Typed(fn(&str) -> bool, &'static str),
    /// Any text.
    Text,
}

impl Form {
    /// The form that a schema tells of, where those that it refers to stand in `known`.
    pub(super) fn of(schema: &Value, known: &Value) -> Self {
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
            return Self::named(name).unwrap_or_else(|| Self::of(&known[name], &Value::Null));
        }
        // A value that may be left out.
        if let Some(inner) =
            schema["anyOf"].as_array().and_then(|all| all.iter().find(|one| one["type"] != "null"))
        {
            return Self::of(inner, known);
        }
        let is = |kind: &str| {
            let of = &schema["type"];
            of == kind || of.as_array().is_some_and(|all| all.iter().any(|one| one == kind))
        };
        let words = words(schema);
        if !words.is_empty() {
            Self::Words(words)
        } else if is("boolean") {
            Self::Words(vec!["true".to_owned(), "false".to_owned()])
        } else if is("integer") {
            let bound = |name: &str| {
                schema[name].as_u64().or_else(|| schema[name].as_f64().map(|bound| bound as u64))
            };
            Self::Number(bound("minimum").unwrap_or(0), bound("maximum").unwrap_or(u64::MAX))
        } else {
            Self::Text
        }
    }

    fn named(name: &str) -> Option<Self> {
        let (is_one, expected): (fn(&str) -> bool, _) = match name {
            "Date" => (|text| text.parse::<Date>().is_ok(), "a day, such as 2026-11-28"),
            "SubjectId" => {
                (|text| text.parse::<SubjectId>().is_ok(), "the id of a KOL, such as kol-0123456789abc")
            }
            "PartyId" => (
                |text| text.parse::<PartyId>().is_ok(),
                "the id of a member or a KOL, or `council`: 1 to 40 of a to z, 0 to 9 and -",
            ),
            "TopicId" => (|text| text.parse::<TopicId>().is_ok(), "the id of a topic, such as my-pham"),
            "PublicKey" => (|text| text.parse::<PublicKey>().is_ok(), "the 64 hex digits of a public key"),
            "EventId" => (|text| text.parse::<EventId>().is_ok(), "the 64 hex digits of an event's id"),
            "Commitment" => (|text| text.parse::<Commitment>().is_ok(), "the 64 hex digits of a commitment"),
            _ => return None,
        };
        Some(Self::Typed(is_one, expected))
    }

    /// Whether a text has it.
    pub(super) fn holds(&self, text: &str) -> bool {
        match self {
            Self::Number(least, most) => {
                text.parse().is_ok_and(|number: u64| (*least..=*most).contains(&number))
            }
            Self::Words(words) => words.iter().any(|word| word == text),
            Self::Typed(is_one, _) => is_one(text),
            Self::Text => true,
        }
    }

    /// What is said of a value that does not have it.
    pub(super) fn told(&self, name: &str, given: &str) -> String {
        // Bounds of the type are no bounds of what is asked.
        const LARGE: u64 = u32::MAX as u64;
        let expected = match self {
            Self::Number(0, LARGE..) => "a whole number".to_owned(),
            Self::Number(least, LARGE..) => format!("a whole number from {least} on"),
            Self::Number(least, most) => format!("a whole number from {least} to {most}"),
            Self::Words(words) => format!("one of {}", words.join(", ")),
            Self::Typed(_, expected) => (*expected).to_owned(),
            Self::Text => "a text as /openapi.json describes it".to_owned(),
        };
        let given: String = given.escape_debug().take(80).collect();
        format!("`{name}` is {expected}, not `{given}`")
    }
}

/// The words that a schema allows, where it lists them.
fn words(schema: &Value) -> Vec<String> {
    let listed = schema["enum"].as_array().into_iter().flatten();
    let one_by_one = schema["oneOf"].as_array().into_iter().flatten();
    let apart = one_by_one.flat_map(|one| {
        let several = one["enum"].as_array().into_iter().flatten();
        several.chain(one.get("const"))
    });
    listed.chain(apart).filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_told_by_name_and_by_what_is_expected() {
        let known = json!({"Sort": {"oneOf": [{"const": "best"}, {"const": "worst"}]}, "Date": {}});
        for (schema, right, wrong, told) in [
            (
                json!({"type": "integer", "minimum": 1, "maximum": 9}),
                "9",
                "abc",
                "`x` is a whole number from 1 to 9, not `abc`",
            ),
            (
                json!({"type": ["integer", "null"], "minimum": 0}),
                "70000000000",
                "-1",
                "`x` is a whole number, not `-1`",
            ),
            (
                json!({"$ref": "#/components/schemas/Sort"}),
                "best",
                "middle",
                "`x` is one of best, worst, not `middle`",
            ),
            (
                json!({"anyOf": [{"$ref": "#/a/Date"}, {"type": "null"}]}),
                "2026-11-28",
                "x",
                "`x` is a day, such as 2026-11-28, not `x`",
            ),
            (json!({"type": "boolean"}), "true", "yes", "`x` is one of true, false, not `yes`"),
        ] {
            let form = Form::of(&schema, &known);
            assert!(form.holds(right) && !form.holds(wrong), "{form:?}");
            assert_eq!(form.told("x", wrong), told);
        }
        let long = Form::Number(0, 9).told("x", &"\u{1b}".repeat(500));
        assert!(long.len() < 200 && !long.contains('\u{1b}'), "{long}");
    }
}
