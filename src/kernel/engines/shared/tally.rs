//! Rule 2: one vote for each controller group.

use super::context::{Context, WhatIf};
use super::sheet::Cell;
use super::votes::Votes;
use crate::event::Relation;
use crate::facts::GroupNumber;

/// The votes of all groups with weight.
pub(super) struct Tally {
    /// By indicator, in the policy's order.
    pub polls: Vec<Poll>,
    /// How many groups there are.
    pub groups: u32,
    /// Of them, those without commercial or fee tie.
    pub untied: u32,
    /// What the groups weigh together.
    pub weight: i64,
}

/// The votes on one indicator.
#[derive(Debug, Clone, Default)]
pub(super) struct Poll {
    /// How many groups graded it.
    pub groups: u32,
    /// Their votes.
    pub votes: Votes,
    /// The weight of those who say that it does not apply.
    pub aside: i64,
}

/// An assessment that weighs.
struct Voter<'a> {
    group: GroupNumber,
    weight: i64,
    fee: bool,
    row: &'a [Cell],
}

impl Tally {
    pub(super) fn of(context: &Context<'_>, what_if: WhatIf) -> Self {
        let mut tally =
            Self { polls: vec![Poll::default(); context.sheet.columns()], groups: 0, untied: 0, weight: 0 };
        let tied = tied_groups(context, what_if);
        for group in voters(context, what_if).chunk_by(|one, next| one.group == next.group) {
            tally.groups += 1;
            tally.weight += heaviest(group);
            let is_tied = group.iter().any(|one| one.fee) || tied.binary_search(&group[0].group).is_ok();
            tally.untied += u32::from(!is_tied);
            tally.cast(group);
        }
        tally
    }

    fn cast(&mut self, group: &[Voter<'_>]) {
        match group {
            [one] => {
                for (poll, cell) in self.polls.iter_mut().zip(one.row) {
                    poll.cast(*cell, one.weight);
                }
            }
            several => {
                for (column, poll) in self.polls.iter_mut().enumerate() {
                    let (cell, weight) = common_vote(several, column);
                    poll.cast(cell, weight);
                }
            }
        }
    }
}

impl Poll {
    fn cast(&mut self, cell: Cell, weight: i64) {
        match cell {
            Some(Some(value)) => {
                self.groups += 1;
                self.votes.add(i64::from(value), weight);
            }
            Some(None) => self.aside += weight,
            None => {}
        }
    }
}

/// The assessments that weigh, group by group.
fn voters<'a>(context: &'a Context<'_>, what_if: WhatIf) -> Vec<Voter<'a>> {
    let mut voters: Vec<Voter<'_>> = Vec::with_capacity(context.assessed.len());
    for (row, one) in context.assessed.iter().enumerate() {
        if one.excluded(what_if).is_none() {
            let weight = one.weight(what_if);
            voters.push(Voter { group: one.group, weight, fee: one.record.fee, row: context.sheet.row(row) });
        }
    }
    voters.sort_unstable_by_key(|one| one.group);
    voters
}

/// What a group of several says together: the median of its values, by the heaviest that graded.
fn common_vote(group: &[Voter<'_>], column: usize) -> (Cell, i64) {
    let mut votes = Votes::default();
    let (mut graded, mut aside) = (0, 0);
    for one in group {
        match one.row[column] {
            Some(Some(value)) => {
                votes.add(i64::from(value), one.weight);
                graded = one.weight.max(graded);
            }
            Some(None) => aside = one.weight.max(aside),
            None => {}
        }
    }
    match votes.median() {
        Some(median) => (Some(Some(median as u16)), graded),
        None => ((aside > 0).then_some(None), aside),
    }
}

fn heaviest(group: &[Voter<'_>]) -> i64 {
    group.iter().map(|one| one.weight).max().unwrap_or(0)
}

/// The groups with a commercial or family tie that their endorsement discloses, or hides, ascending.
fn tied_groups(context: &Context<'_>, what_if: WhatIf) -> Vec<GroupNumber> {
    let ties = |relation| matches!(relation, Relation::Commercial | Relation::FamilyOwner);
    let tied = context.ties(what_if);
    let tied = tied.filter(|one| ties(one.record.relation) || one.record.voided_by.is_some());
    let mut groups: Vec<GroupNumber> = tied.map(|one| one.group).collect();
    groups.sort_unstable();
    groups
}
