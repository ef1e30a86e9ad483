//! The facts of a KOL's page, as the API answers them.

use std::collections::BTreeSet;

use super::asked::Source;
use super::contesting::stands_open;
use crate::api::Problem;
use crate::api::views::{
    ContestPage, EventPage, HistoryPage, HistoryRow, PolicyView, Step, StepPage, SubjectView,
};
use crate::dsse::EventId;
use crate::engines::{Score, Standing};
use crate::event::{PartyId, SubjectId};
use crate::time::Date;

/// Most pages of a history that one page shows.
const PAGES: usize = 5;
/// Most rows of a page of the API.
const ROWS: usize = 1_000;

/// The facts of a page, as the API answers them.
pub(super) struct Facts {
    /// The KOL as it stands.
    pub view: SubjectView,
    /// Its score on the day asked for.
    pub score: Score,
    /// The policy that made it.
    pub policy: PolicyView,
    /// Every move of the score up to then.
    pub steps: Vec<Step>,
    /// Every event about it up to then.
    pub history: Vec<HistoryRow>,
    /// Its contests, the newest first.
    pub contests: ContestPage,
    /// The seqs of what is contested today.
    pub contested: BTreeSet<u64>,
    /// What may be contested today; nothing where a past day is asked for.
    pub contestable: BTreeSet<EventId>,
}

impl Facts {
    /// Asks for them; `as_of` is none for today.
    ///
    /// # Errors
    /// What the API answers.
    pub(super) async fn of(
        source: &Source,
        subject: SubjectId,
        as_of: Option<Date>,
    ) -> Result<Self, Problem> {
        let path = format!("/v1/subjects/{subject}");
        let read_on = as_of.map(|day| format!("&as_of={day}")).unwrap_or_default();
        let view: SubjectView = source.json(&path).await?;
        let score: Score = source.json(&format!("{path}/score?{}", read_on.trim_start_matches('&'))).await?;
        let policy = source.json(&format!("/v1/policies/{}", score.policy)).await?;
        let (mut steps, mut history) = (Vec::new(), Vec::new());
        let mut after = String::new();
        for _ in 0..PAGES {
            let page: StepPage =
                source.json(&format!("{path}/history/steps?limit={ROWS}{read_on}{after}")).await?;
            steps.extend(page.steps);
            let Some(next) = page.next else { break };
            after = format!("&after={next}");
        }
        after.clear();
        for _ in 0..PAGES {
            let page: HistoryPage = source.json(&format!("{path}/history?limit={ROWS}{after}")).await?;
            history.extend(
                page.history.into_iter().filter(|row| row.on <= score.as_of && row.event.seq < score.size),
            );
            let Some(next) = page.next else { break };
            after = format!("&after={next}");
        }
        let contests = source.json(&format!("/v1/contests?subject={subject}")).await?;
        let events: EventPage = source.json(&format!("{path}/events?fates=true&limit={ROWS}")).await?;
        let disputed =
            events.events.iter().filter(|row| row.fate.as_ref().is_some_and(|fate| fate.contested));
        let contested = disputed.map(|row| row.seq).filter(|_| as_of.is_none()).collect();
        let today = as_of.is_none() && view.row.figure.standing != Standing::Departed;
        let open = events.events.iter().filter(|row| today && stands_open(row, row.fate.as_ref()));
        let contestable = open.map(|row| row.id).collect();
        Ok(Self { view, score, policy, steps, history, contests, contested, contestable })
    }

    /// Whoever they speak of.
    pub(super) fn parties(&self) -> Vec<PartyId> {
        let issuers = self.history.iter().map(|row| row.event.issuer.clone());
        let endorsers = self.score.endorsements.iter().map(|one| one.endorser.clone());
        issuers.chain(endorsers).collect()
    }
}
