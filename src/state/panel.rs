//! Who sits on a panel: drawn, so that nobody chooses, and drawn again by whoever checks.
//!
//! The pool holds the active members of every class at the size after the filing, but for the
//! controller groups of the parties, of those involved in the item, of a former panel, and of whoever
//! is tied to the subject. It is sorted by BLAKE3(seed ‖ member), and the first of each group counts.
//! Ties that ended more than 12 months before the filing follow after the others, in the same order.

use std::collections::{BTreeMap, BTreeSet};

use super::{Draw, Recording, State};
use crate::clock::Date;
use crate::event::{Basis, GroupId, Membership, PanelSeated, PartyId};
use crate::limits;
use crate::score::{Contest, Dossier, Item, Panel, PartyNumber, Records};

/// The last day of what has none.
const NEVER: Date = Date::from_days(i32::MAX);

/// A panel as it was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnPanel {
    /// What it was drawn with.
    pub seed: [u8; 32],
    /// How many members it has.
    pub seats: usize,
    /// The whole order; the first who are not removed sit.
    pub order: Vec<PartyId>,
    /// Groups none of whose members may be appointed.
    barred: BTreeSet<GroupId>,
}

/// Who may not sit, and who may where too few are left.
struct Ties<'a> {
    state: &'a State,
    size: u64,
    /// Groups of the parties and of those involved in the item.
    barred: BTreeSet<GroupId>,
    /// The last day of each group's last tie with the subject.
    tied_until: BTreeMap<GroupId, Date>,
}

impl Ties<'_> {
    fn group(&self, party: PartyNumber) -> GroupId {
        self.state.parties.group(self.state.parties.name(party), self.size)
    }

    fn bar(&mut self, party: &PartyId) {
        self.barred.insert(self.state.parties.group(party, self.size));
    }

    /// Ties of one kind, each with the last day that it sets itself.
    fn tie<T: Item>(&mut self, records: &Records<T>, last: impl Fn(&T) -> Option<Date>) {
        let open = records.open().map(|one| (one, None));
        let ended = records.ended_after(0).map(|one| (&*one.record, one.span.to_size));
        for (one, to_size) in open.chain(ended).filter(|(one, _)| one.recorded().seq < self.size) {
            let ended = to_size.filter(|to| *to <= self.size).and_then(|to| self.state.date_at_size(to));
            let until = ended.unwrap_or(NEVER).min(last(one).unwrap_or(NEVER));
            let Some(group) = one.by().map(|by| self.group(by)) else { continue };
            let known = self.tied_until.entry(group).or_insert(until);
            *known = until.max(*known);
        }
    }
}

impl State {
    /// The panel of a contest as drawn, or that of its appeal; none where there is none, or while a
    /// value is due.
    pub fn drawn_panel(&self, dossier: &Dossier, contest: &Contest, date: Date) -> Option<DrawnPanel> {
        let panelled = contest.panelled.as_ref()?;
        let draw = self.draws.draw(&panelled.draw)?;
        let seed = draw.seed(&panelled.draw, date)?;
        let mut ties = self.ties(dossier, contest, draw);
        panelled.former.iter().for_each(|one| ties.bar(one));
        let old = draw.on.plus_days(-limits::TIE_DAYS);
        let mut pool = Vec::new();
        for name in self.parties.members() {
            let Some(member) = self.parties.member(name, draw.size) else { continue };
            let until = ties.tied_until.get(&member.group);
            let tied = until.is_some_and(|until| *until >= old);
            if member.membership == Membership::Active && !tied && !ties.barred.contains(&member.group) {
                let lot = *blake3::Hasher::new()
                    .update(&seed)
                    .update(name.as_str().as_bytes())
                    .finalize()
                    .as_bytes();
                pool.push((until.is_some(), lot, &member.group, name));
            }
        }
        pool.sort_unstable();
        let mut groups = BTreeSet::new();
        pool.retain(|(_, _, group, _)| groups.insert(*group));
        let acts = |name: &PartyId| {
            self.parties.member(name, self.size).is_some_and(|one| one.membership != Membership::Removed)
        };
        let order = pool.into_iter().map(|(.., name)| name).filter(|name| acts(name)).cloned().collect();
        let mut barred = ties.barred;
        barred.extend(ties.tied_until.into_iter().filter(|(_, until)| *until >= old).map(|(group, _)| group));
        Some(DrawnPanel { seed, seats: usize::from(draw.seats), order, barred })
    }

    fn ties(&self, dossier: &Dossier, contest: &Contest, draw: &Draw) -> Ties<'_> {
        let (barred, tied_until) = (BTreeSet::new(), BTreeMap::new());
        let mut ties = Ties { state: self, size: draw.size, barred, tied_until };
        ties.bar(&dossier.subject.into());
        if let Some(assessment) = contest.whole(&dossier.assessments) {
            ties.bar(self.parties.name(assessment.assessor));
        }
        if let Some(sanction) = contest.whole(&dossier.sanctions) {
            // Those who held the council's seats when it was imposed.
            let seats: Vec<PartyId> =
                self.parties.council(sanction.recorded.seq).map(|seat| seat.member.clone()).collect();
            seats.iter().for_each(|member| ties.bar(member));
            if let Some(proposal) = sanction.proposal_in(dossier) {
                ties.bar(self.parties.name(proposal.proposer));
            }
            if let Basis::Decision(decision) = sanction.basis {
                let decisions = self.register(&dossier.subject).map(|register| &register.decisions);
                let all = decisions
                    .into_iter()
                    .flat_map(|all| all.open().chain(all.ended_after(0).map(|one| &*one.record)));
                if let Some(found) = all.into_iter().find(|one| one.recorded.event == decision) {
                    ties.bar(self.parties.name(found.agency));
                }
            }
        }
        ties.tie(&dossier.assessments, |one| one.valid_until);
        ties.tie(&dossier.endorsements, |one| Some(one.expires_on));
        if let Some(register) = self.register(&dossier.subject) {
            ties.tie(&register.collaborations, |one| Some(one.ends_on));
        }
        ties
    }

    /// Whether a panel of these members is the one drawn: the first in the order, and where those are
    /// too few, members who were admitted or freed of their ties since.
    pub fn seats_panel(&self, drawn: &DrawnPanel, challenged: Option<&PartyId>, members: &[PartyId]) -> bool {
        let order = drawn.order.iter().filter(|name| Some(*name) != challenged);
        let sitting: Vec<&PartyId> = order.take(drawn.seats).collect();
        let Some((first, appointed)) = members.split_at_checked(sitting.len()) else { return false };
        let mut groups: BTreeSet<GroupId> =
            sitting.iter().map(|one| self.parties.group(one, self.size)).collect();
        members.len() == drawn.seats
            && first.iter().eq(sitting)
            && appointed.iter().all(|name| {
                let member = self.parties.member(name, self.size);
                let acts = member.filter(|one| one.membership == Membership::Active);
                acts.is_some_and(|one| !drawn.barred.contains(&one.group) && groups.insert(one.group.clone()))
                    && Some(name) != challenged
            })
    }

    pub(super) fn seat_panel(&mut self, seq: u64, entry: &Recording<'_>, body: &PanelSeated) {
        let today = self.date_of(entry.at);
        let Some(mut contest) = self.moved(entry, &body.contest) else { return };
        if let Some(panelled) = &mut contest.panelled {
            let on = panelled.panel.as_ref().map_or(today, |panel| panel.on);
            panelled.panel = Some(Panel { event: entry.id, on, members: body.members.clone() });
            panelled.challenged = panelled.challenged.take().or(body.challenged.clone());
        }
        self.put(seq, entry, contest);
    }
}
