//! The next change that is known already: when the score will move if nothing more is recorded.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cause, Figure, due_on, figure};
use crate::event::SubjectId;
use crate::facts::{At, Dossier, Parties, PolicyBook};
use crate::time::Date;

/// A subject's figure, and its next change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Outlook {
    /// Whose.
    pub subject: SubjectId,
    /// How many entries count.
    pub size: u64,
    /// The date it is read on.
    pub as_of: Date,
    /// What is shown on that date.
    pub figure: Figure,
    /// The first later date on which another score, band or standing is shown; absent: none is known.
    pub next: Option<Change>,
    /// The last date looked at, where there were too many to look at all: no change lies before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub searched_to: Option<Date>,
}

/// A change that time alone brings about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// Its date.
    pub on: Date,
    /// By how much the score rises, in hundredths; absent where one of the two is none.
    pub points: Option<i64>,
    /// What is shown from then on.
    pub after: Figure,
    /// What happens on that date.
    pub causes: Vec<Cause>,
}

/// What a search for a change came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Foreseen {
    /// The next change.
    Change(Change),
    /// There is none to the end of the search.
    Nothing,
    /// There is none before this date, to which the search came.
    SearchedTo(Date),
}

/// The figure of a dossier at a moment, and its next change among so many dates.
pub fn outlook(
    dossier: &Dossier,
    parties: &Parties,
    policies: &PolicyBook,
    at: At,
    most_dates: usize,
) -> Outlook {
    let mut dates = most_dates;
    let found = change_after(dossier, parties, policies, at, None, &mut dates);
    let (next, searched_to) = match found {
        Foreseen::Change(change) => (Some(change), None),
        Foreseen::Nothing => (None, None),
        Foreseen::SearchedTo(date) => (None, Some(date)),
    };
    let (figure, _) = figure(dossier, parties, policies, at);
    Outlook { subject: dossier.subject, size: at.size, as_of: at.as_of, figure, next, searched_to }
}

/// The first change after a moment, at the latest on `until`; takes what it looks at off `dates`.
pub fn change_after(
    dossier: &Dossier,
    parties: &Parties,
    policies: &PolicyBook,
    at: At,
    until: Option<Date>,
    dates: &mut usize,
) -> Foreseen {
    let (now, mut due) = figure(dossier, parties, policies, at);
    while let Some(on) = due.filter(|on| until.is_none_or(|until| *on <= until)) {
        let Some(left) = dates.checked_sub(1) else { return Foreseen::SearchedTo(on) };
        *dates = left;
        let (after, later) = figure(dossier, parties, policies, At { as_of: on, ..at });
        if now.moves_to(&after) {
            let causes = due_on(dossier, parties, policies, At { as_of: on.plus_days(-1), ..at }, on);
            return Foreseen::Change(Change { on, points: now.points_to(&after), after, causes });
        }
        due = later;
    }
    Foreseen::Nothing
}
