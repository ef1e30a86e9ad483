//! What a controller group has assessed before: the dates on which it assessed a subject for the first time.
//!
//! A first assessment counts as experience a week after its date, and no longer once it was overturned. What
//! an assessment is told of its group's experience is settled when it is recorded, and stays.

use std::sync::Arc;

use imbl::{OrdMap, Vector};
use serde::{Deserialize, Serialize};

use super::{Presumed, Recording, State};
use crate::compact;
use crate::dsse::EventId;
use crate::facts::{Experience, GroupNumber, PartyNumber};
use crate::limits;
use crate::time::Date;

/// The first assessments of one group.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Experienced {
    /// The dates of those that were not overturned, ascending, and how many are of each.
    days: Vector<(Date, u32)>,
    /// By the subject's place among the dossiers.
    #[serde(with = "compact::map")]
    firsts: OrdMap<u32, First>,
    overturned: u32,
}

/// A group's first assessment of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct First {
    seq: u64,
    on: Date,
    overturned: bool,
}

impl Experienced {
    /// What an assessment of a subject on a date is told.
    fn before(&self, subject: u32, on: Date) -> Experience {
        let ripe = on.plus_days(-limits::EXPERIENCE_DAYS);
        let days = self.days.binary_search_by_key(&ripe, |(day, _)| *day).map_or_else(|at| at, |at| at + 1);
        let own = self.firsts.get(&subject).filter(|first| !first.overturned && first.on <= ripe);
        let alone = own.is_some_and(|first| self.count(first.on) == 1);
        Experience { days: counted(days - usize::from(alone)), overturned: counted(self.overturned as usize) }
    }

    fn count(&self, day: Date) -> u32 {
        let found = self.days.binary_search_by_key(&day, |(day, _)| *day);
        found.ok().and_then(|at| self.days.get(at)).map_or(0, |(_, count)| *count)
    }

    fn assess(&mut self, subject: u32, seq: u64, on: Date) {
        if self.firsts.contains_key(&subject) {
            return;
        }
        self.firsts.insert(subject, First { seq, on, overturned: false });
        match self.days.binary_search_by_key(&on, |(day, _)| *day) {
            Ok(at) => self.days[at].1 += 1,
            Err(at) => self.days.insert(at, (on, 1)),
        }
    }

    /// The assessment at `seq` was overturned.
    fn overturn(&mut self, subject: u32, seq: u64) {
        // Later assessments of a subject are no experience, and an appeal may overturn what was overturned.
        let first = self.firsts.get_mut(&subject).filter(|one| one.seq == seq && !one.overturned);
        let Some(first) = first else { return };
        first.overturned = true;
        self.overturned += 1;
        if let Ok(at) = self.days.binary_search_by_key(&first.on, |(day, _)| *day) {
            self.days[at].1 -= 1;
            if self.days[at].1 == 0 {
                self.days.remove(at);
            }
        }
    }
}

/// As many as are told apart.
fn counted(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

impl State {
    /// The experience of an assessor's group before the entry at `seq`, an assessment that adds to it.
    pub(super) fn experience(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        assessor: PartyNumber,
    ) -> Result<Experience, Presumed> {
        let named = entry.event.subject.ok_or(Presumed::Subject)?;
        let subject = self.about.ok_or(Presumed::Enrolled(named))?;
        let (group, on) = (self.parties.place(assessor, seq).group, self.date_of(entry.at));
        let experienced = self.experienced_mut(group);
        let before = experienced.before(subject, on);
        experienced.assess(subject, seq, on);
        Ok(before)
    }

    /// What an assessment by a party is told of its group's experience on a date from here on, if it is of a
    /// subject that the group never assessed.
    pub fn experience_on(&self, party: PartyNumber, on: Date) -> Experience {
        let group = self.parties.place(party, self.size).group;
        let known = self.experienced.get(&group);
        known.map_or_else(Experience::default, |known| known.before(u32::MAX, on))
    }

    /// The same of a subject that it may have assessed.
    pub(super) fn experience_of(
        &self,
        party: PartyNumber,
        subject: &crate::event::SubjectId,
        on: Date,
    ) -> Experience {
        let Some(subject) = self.ordinal(subject) else { return Experience::default() };
        let known = self.experienced.get(&self.parties.place(party, self.size).group);
        known.map_or_else(Experience::default, |known| known.before(subject, on))
    }

    /// An item about the subject was overturned; where it is the first assessment of the group that its
    /// assessor was of when it was recorded, it is no experience.
    pub(super) fn overturn(&mut self, target: &EventId) -> Result<(), Presumed> {
        let made = self.index.seq(target).and_then(|seq| Some((seq, self.index.row(seq)?.issuer)));
        let (seq, issuer) = made.ok_or(Presumed::Standing(*target))?;
        // A sanction is the council's, which has no experience.
        let group = self.parties.number(issuer).map(|assessor| self.parties.place(assessor, seq).group);
        let group = group.filter(|group| self.experienced.contains_key(group));
        if let Some((group, subject)) = group.zip(self.about) {
            self.experienced_mut(group).overturn(subject, seq);
        }
        Ok(())
    }

    fn experienced_mut(&mut self, group: GroupNumber) -> &mut Experienced {
        Arc::make_mut(self.experienced.entry(group).or_default())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_dates_on_which_others_were_assessed_first_a_week_ago_and_not_overturned(
            moves in proptest::collection::vec((0i32..6, 0u32..5, 0u8..4), 0..60),
        ) {
            let (mut experienced, mut today) = (Experienced::default(), Date::from_days(0));
            // By subject: seq, date and whether it was overturned.
            let mut plain: BTreeMap<u32, (u64, Date, bool)> = BTreeMap::new();
            for (seq, (later, subject, what)) in (0u64..).zip(moves) {
                today = today.plus_days(later);
                if what == 0 {
                    // That of the entry before is the first of another subject, or none at all.
                    let first = plain.get(&subject).map(|first| first.0);
                    experienced.overturn(subject, seq.saturating_sub(1));
                    if let Some(first) = first {
                        experienced.overturn(subject, first);
                        experienced.overturn(subject, first);
                    }
                    plain.entry(subject).and_modify(|first| first.2 = true);
                    continue;
                }
                let others = plain.iter().filter(|(name, first)| **name != subject && !first.2);
                let ripe = others.filter(|(_, first)| today.days_since(first.1) >= 7);
                let days: BTreeSet<Date> = ripe.map(|(_, first)| first.1).collect();
                let overturned = plain.values().filter(|first| first.2).count() as u16;
                let right = Experience { days: days.len() as u16, overturned };
                prop_assert_eq!(experienced.before(subject, today), right);
                experienced.assess(subject, seq, today);
                plain.entry(subject).or_insert((seq, today, false));
            }
        }
    }
}
