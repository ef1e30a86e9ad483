//! Scores as they would be if an item fell, or an announced one were published

use schemars::JsonSchema;
use serde::Deserialize;

use super::Problem;
use super::queries::unknown_value;
use crate::dsse::EventId;
use crate::engines::Score;
use crate::event::SubjectId;
use crate::facts::At;
use crate::state::State;
use crate::time::Date;

/// Which score.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Supposed {
    /// How many entries count; by default those published, or those up to `as_of`.
    pub size: Option<u64>,
    /// The date it is read on; by default today, or the date of the last entry counted.
    pub as_of: Option<Date>,
    /// An assessment or sanction that stands now: the score as it would be if that fell, as it does where a contest
    /// of it is upheld.
    without: Option<EventId>,
    /// A notified assessment that waits to be published: the score as it would be if that were published as it was
    /// announced; not together with `without`.
    announced: Option<EventId>,
}

/// What is supposed.
pub(super) enum Item {
    /// This assessment or sanction fell.
    Without(EventId),
    /// What this notice announces is published.
    Announced(EventId),
}

impl Supposed {
    /// What is supposed, if anything.
    pub(super) fn item(&self) -> Result<Option<Item>, Problem> {
        match (self.without, self.announced) {
            (None, None) => Ok(None),
            (Some(item), None) => Ok(Some(Item::Without(item))),
            (None, Some(notice)) => Ok(Some(Item::Announced(notice))),
            (Some(_), Some(_)) => {
                let detail = "ask for one of `without` and `announced`: what both would do is not foreseen";
                Err(Problem::new(400, "query.malformed", detail))
            }
        }
    }
}

impl Item {
    /// The score of a subject then.
    pub(super) fn supposed(&self, state: &State, subject: &SubjectId, at: At) -> Result<Score, Problem> {
        let (name, item, score) = match self {
            Self::Without(item) => ("without", item, state.score_without(subject, item, at)),
            Self::Announced(notice) => ("announced", notice, state.score_announced(subject, notice, at)),
        };
        score.ok_or_else(|| unknown_value(name, item, &format!("/v1/subjects/{subject}/score")))
    }
}
