//! Engines: a score is a pure function of a dossier, the parties, the policies, a log size and a date.
//!
//! A policy names the engine that scores under it; what the engines share asks which, in one place. An engine
//! is frozen once a ledger uses it: a test holds the code of its folder against a recorded hash, and a
//! change of rule is a new engine in a folder of its own.
//!
//! # The rules, by the numbers that the code cites
//!
//! | rule | what it says | where |
//! |---|---|---|
//! | 1 | what an assessment weighs, by class and age, and what is left out | `shared/counting.rs` |
//! | 2 | one vote for each controller group: the weighted median within it | `shared/tally.rs`, `shared/votes.rs` |
//! | 3 | the median of an indicator over the groups | `shared/votes.rs` |
//! | 4 | its value: dissent counts, but only so far | `score_1/valued.rs`; in `score/2` a balance of pulls, `score_2/indicator.rs` |
//! | 5 | criteria and the base, what does not apply | `shared/assessed.rs` |
//! | 6 | what endorsements add | `shared/endorsed.rs` |
//! | 7 | what sanctions take, cap and withhold | `shared/sanctioned.rs` |
//! | 8 | the score and its range | `shared/evaluated.rs` |
//! | 9 | when too little is known for a score | `shared/assessed.rs` |
//! | 10 | confidence, by the width of the range | `shared/evaluated.rs` |
//! | 11 | bands | `shared/evaluated.rs` |
//! | 12 | parts that add up, reasons, remedies | `shared/explained.rs`, `shared/supposed.rs` |
//! | 13 | what is contested: marked, and the figure without it | `shared/evaluated.rs` |

mod cause;
mod certified;
mod figure;
mod foreseen;
mod score_1;
pub mod score_2;
mod shared;

pub use cause::{Cause, Passing};
pub use certified::{CertificateStanding, Certified};
pub use figure::{
    AssessmentFigure, CountedFigure, CountedVote, CriterionFigure, EndorsementFigure, Figure,
    IndicatorFigure, Missing, Part, Range, Reason, SanctionFigure, Score, Shadow, Standing,
};
pub use foreseen::{Change, Foreseen, Outlook, change_after, outlook};
pub use shared::{Counting, Excluded, OutOfBounds};

use crate::event::Policy;
use crate::facts::{At, Dossier, Parties, PolicyBook};
use crate::time::Date;

/// Checks every number of a policy.
///
/// # Errors
/// [`OutOfBounds`] with the first member to mend.
pub fn check_bounds(policy: &Policy) -> Result<(), OutOfBounds> {
    shared::check_bounds(policy)?;
    certified::check_bounds(policy)
}

/// The score of a dossier at a moment, explained.
///
/// Without a policy in force there is no score to speak of: the answer is "not rated" under version 0.
pub fn score(dossier: &Dossier, parties: &Parties, policies: &PolicyBook, at: At) -> Score {
    let Some(version) = policies.in_force(at.size, at.as_of) else { return unruled(dossier, at) };
    let score = shared::score(dossier, parties, policies, version, at);
    Score { certificate: Certified::of(dossier, parties, policies, at), ..score }
}

/// What is shown of a score, without its explanation, and the next date on which it may change of itself:
/// what rankings need.
pub fn figure(dossier: &Dossier, parties: &Parties, policies: &PolicyBook, at: At) -> (Figure, Option<Date>) {
    let Some(version) = policies.in_force(at.size, at.as_of) else {
        return (unruled(dossier, at).figure, None);
    };
    shared::figure(dossier, parties, policies, version, at)
}

/// What is due on a date, as it is foreseen at a moment before it.
fn due_on(dossier: &Dossier, parties: &Parties, policies: &PolicyBook, at: At, on: Date) -> Vec<Cause> {
    let Some(version) = policies.in_force(at.size, at.as_of) else { return Vec::new() };
    shared::due_on(dossier, parties, policies, version, at, on)
}

fn unruled(dossier: &Dossier, at: At) -> Score {
    let standing = Standing::NotRated { missing: Vec::new() };
    Score {
        subject: dossier.subject,
        size: at.size,
        as_of: at.as_of,
        policy: 0,
        figure: Figure { standing, score: None, range: None, band: None, confidence: None },
        base: None,
        agreement_permille: None,
        without_contested: None,
        criteria: Vec::new(),
        assessments: Vec::new(),
        endorsements: Vec::new(),
        sanctions: Vec::new(),
        parts: Vec::new(),
        reasons: Vec::new(),
        next_change: None,
        certificate: None,
        shadow: None,
    }
}
