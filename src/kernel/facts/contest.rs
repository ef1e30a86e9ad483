//! A contest against one item: how far it has come, and its clocks.

use serde::{Deserialize, Serialize};

use crate::dsse::EventId;
use crate::event::{Contesting, DeclineCode, Grounds, Move, Outcome, PartyId};
use crate::facts::{PolicyBook, Recorded, Records};
use crate::time::Date;

/// A contest against one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contest {
    /// How it was recorded.
    pub recorded: Recorded,
    /// The assessment or sanction contested.
    pub target: EventId,
    /// On what ground.
    pub grounds: Grounds,
    /// Where the last event left it; see [`Contest::stage_on`].
    pub stage: Contesting,
    /// The last day to admit or decline it, after which it is admitted; none: that is not required.
    pub admit_by: Option<Date>,
    /// The clock of what waits for a decision now; see [`Contest::clock`].
    pub clock: DecisionClock,
    /// The last day to appeal the decision; none: it cannot be.
    pub appeal_by: Option<Date>,
    /// The `appeal.filed` event.
    pub appeal: Option<EventId>,
    /// What was decided.
    pub ruling: Option<Ruling>,
    /// Why it was not admitted.
    pub declined: Option<DeclineCode>,
    /// Who decides it; boxed, for few contests have panels.
    pub panelled: Option<Box<Panelled>>,
}

/// Until when a decision is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DecisionClock {
    /// The last day on which it may be decided; after it the item is out of the score. None: no clock runs.
    pub decide_by: Option<Date>,
    /// The last day to which it may be put off; none: it may not, or not again.
    pub extend_to: Option<Date>,
}

/// A decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruling {
    /// What was decided.
    pub outcome: Outcome,
    /// By which event.
    pub by: EventId,
    /// That event's place in the log.
    pub seq: u64,
}

/// The panel of a contest, or of its appeal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Panelled {
    /// The filing whose draw makes the panel: the first one's, where a contest was filed again.
    pub draw: EventId,
    /// The panel, once it is seated.
    pub panel: Option<Panel>,
    /// The member that the subject challenged.
    pub challenged: Option<PartyId>,
    /// Members of the panel whose decision is appealed.
    pub former: Vec<PartyId>,
}

/// A seated panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Panel {
    /// The event that seated it.
    pub event: EventId,
    /// Its members.
    pub members: Vec<PartyId>,
    /// The last day to challenge each of them, in the same order.
    pub challenge_by: Vec<Date>,
    /// The first day on which it decides, unless a member was challenged before.
    pub decides_from: Date,
}

impl Panel {
    /// The last day to challenge a member of it.
    pub fn challenge_by(&self, member: &PartyId) -> Option<Date> {
        self.members.iter().zip(&self.challenge_by).find(|(name, _)| *name == member).map(|(_, by)| *by)
    }
}

impl Panelled {
    /// The last day to challenge anybody on the panel; none: nobody may be challenged.
    pub fn challenge_by(&self) -> Option<Date> {
        let panel = self.panel.as_ref().filter(|_| self.challenged.is_none())?;
        panel.challenge_by.iter().max().copied()
    }

    /// The first day on which the panel decides; none: any.
    pub fn decides_from(&self) -> Option<Date> {
        self.panel.as_ref().filter(|_| self.challenged.is_none()).map(|panel| panel.decides_from)
    }
}

impl DecisionClock {
    /// The clock of an admitted contest that starts on a day, by the policy in force then.
    pub fn started(policies: &PolicyBook, size: u64, on: Date) -> Self {
        let windows = policies.in_force(size, on).map(|version| version.policy.windows);
        windows.map_or(Self::default(), |windows| Self::of(on, windows.decide, windows.decide_extension))
    }

    /// The clock of an appeal filed on a day, by the policy in force then.
    pub fn of_appeal(policies: &PolicyBook, size: u64, on: Date) -> Self {
        let windows = policies.in_force(size, on).map(|version| version.policy.windows);
        windows
            .map_or(Self::default(), |windows| Self::of(on, windows.appeal_decide, windows.appeal_extension))
    }

    fn of(on: Date, days: Option<u16>, extension: Option<u16>) -> Self {
        let decide_by = days.map(|days| on.plus_days(i32::from(days)));
        let extend_to = decide_by.zip(extension).map(|(last, days)| last.plus_days(i32::from(days)));
        Self { decide_by, extend_to }
    }
}

impl Contest {
    /// Until when it is due; silence on admission starts the clock on the last day to admit.
    pub fn clock(&self, policies: &PolicyBook, size: u64) -> DecisionClock {
        match self.admit_by.filter(|_| self.stage == Contesting::Filed) {
            Some(last) => DecisionClock::started(policies, size, last),
            None => self.clock,
        }
    }

    /// Its stage on a date: days move it on as events do.
    pub fn stage_on(&self, date: Date, policies: &PolicyBook, size: u64) -> Contesting {
        let over = |last: Option<Date>| last.is_some_and(|last| last < date);
        let days = [
            ("windows.admit", over(self.admit_by)),
            (if self.stage.is_appeal() { "windows.appeal_decide" } else { "windows.decide" }, {
                over(self.clock(policies, size).decide_by)
            }),
            ("windows.appeal", over(self.appeal_by)),
        ];
        let passed = days.into_iter().filter(|(_, over)| *over);
        passed.fold(self.stage, |stage, (day, _)| {
            Contesting::after(Some(stage), Move::Day(day)).unwrap_or(stage)
        })
    }

    /// The seated panel.
    pub fn panel(&self) -> Option<&Panel> {
        self.panelled.as_ref()?.panel.as_ref()
    }

    /// The contested item as it was before the decision: what a decision is about, and an appeal too.
    pub fn whole<'a, T: super::Item>(&self, records: &'a Records<T>) -> Option<&'a T> {
        let is_target = |one: &&T| one.recorded().event == self.target;
        // It may have ended since the contest was filed.
        let ended = records.ended_after(self.recorded.seq).rev().map(|one| &*one.record);
        let amended = self.ruling.and_then(|ruling| {
            let mut ended = records.ended_after(ruling.seq);
            let by_it = ended.find(|one| is_target(&&*one.record))?;
            (by_it.span.to_size == Some(ruling.seq + 1)).then_some(&*by_it.record)
        });
        amended.or_else(|| records.open().rev().chain(ended).find(is_target))
    }
}
