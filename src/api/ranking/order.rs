//! The order of subjects, and places in it.

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::Problem;
use crate::api::moments::malformed;
use crate::event::SubjectId;

/// The order of subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// The highest score first.
    #[default]
    Best,
    /// The lowest score first.
    Worst,
}

/// A place in the ranking; as text the score, or `-`, a dot, and the subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(Reverse<Option<u16>>, SubjectId);

impl Place {
    /// The place of a subject with this score.
    pub fn at(score: Option<u16>, subject: SubjectId) -> Self {
        Self(Reverse(score), subject)
    }
}

impl FromStr for Place {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let parse = || {
            let (score, subject) = text.split_once('.')?;
            let score = if score == "-" { None } else { Some(score.parse().ok()?) };
            Some(Self::at(score, subject.parse().ok()?))
        };
        parse().ok_or_else(malformed)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.0 {
            Some(score) => write!(f, "{score}.{}", self.1),
            None => write!(f, "-.{}", self.1),
        }
    }
}
