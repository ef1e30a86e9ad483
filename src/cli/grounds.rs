//! On what grounds a KOL may contest an item now, as the rules take it.

use super::policies;
use crate::api::views::{ContestView, PolicyList, PolicyView};
use crate::client::Client;
use crate::event::{Contesting, Grounds};
use crate::time::Date;

/// Every ground, in the order in which they are told.
const ALL: [Grounds; 4] =
    [Grounds::FactualError, Grounds::Procedure, Grounds::ConflictOfInterest, Grounds::Disproportionate];

/// What `contest file --help` says of them.
pub(super) const EXPLAINED: &str = "Grounds:
  factual_error         a fact that it rests on is wrong; may be contested at
                        any time
  procedure             the rules for making it were not kept (notice,
                        accreditation, signatures, days)
  conflict_of_interest  whoever made it had an interest that was not declared
  disproportionate      the facts are right, but it is harsher than they bear
A case that is declined on one ground may be contested on another; what was
decided is appealed.";

/// The days within which items may be contested on every ground, by policy version, and how many at once.
pub(super) struct Filing {
    /// The first day of each, and its days.
    versions: Vec<(Date, Option<u16>)>,
    most_open: usize,
}

/// What may be contested: on these grounds, on all but the facts until a day.
pub(super) struct Contestable {
    /// The grounds.
    pub grounds: Vec<Grounds>,
    /// The last day for those beside a factual error; none: there is no such day.
    pub until: Option<Date>,
}

impl Filing {
    /// Asks a ledger.
    ///
    /// # Errors
    /// When it does not answer.
    pub(super) async fn of(client: &Client) -> anyhow::Result<Self> {
        let list: PolicyList = client.json("/v1/policies").await?;
        let mut versions = Vec::new();
        for row in list.policies.into_iter().filter(|one| !one.cancelled) {
            let one: PolicyView = client.json(&format!("/v1/policies/{}", row.version)).await?;
            versions.push((row.effective_from, one.policy.windows.file));
        }
        let most_open = policies::version(client, None).await?.policy.contest.max_open.into();
        Ok(Self { versions, most_open })
    }

    /// How many contests are open, and how many may be at once, where no other is taken now.
    pub(super) fn full(&self, contests: &[ContestView]) -> Option<(usize, usize)> {
        let waits = |one: &&ContestView| {
            one.stage.is_open() && !one.stage.is_appeal() && one.stage != Contesting::Overdue
        };
        let open = contests.iter().filter(waits).count();
        (open >= self.most_open).then_some((open, self.most_open))
    }

    /// On what grounds an item that was recorded on a day may be contested today; none at all: nothing.
    pub(super) fn open(
        &self,
        item: &str,
        recorded_on: Date,
        today: Date,
        contests: &[ContestView],
    ) -> Option<Contestable> {
        let in_force = self.versions.iter().filter(|(from, _)| *from <= recorded_on);
        let days = in_force.max_by_key(|(from, _)| *from).and_then(|(_, days)| *days);
        let until = days.map(|days| recorded_on.plus_days(i32::from(days)));
        let in_time = until.is_none_or(|last| today <= last);
        let about = || contests.iter().filter(|one| one.target.to_string() == item);
        if about().any(|one| one.stage.is_open() || one.outcome.is_some()) {
            return None;
        }
        // What was not admitted on one ground may be on another.
        let declined =
            |grounds| about().any(|one| one.stage == Contesting::Declined && one.grounds == grounds);
        let taken = |grounds: &Grounds| (in_time || *grounds == Grounds::FactualError) && !declined(*grounds);
        let grounds: Vec<Grounds> = ALL.into_iter().filter(taken).collect();
        (!grounds.is_empty()).then_some(Contestable { grounds, until: until.filter(|_| in_time) })
    }
}
