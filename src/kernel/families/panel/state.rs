//! Who sits on a panel: drawn, so that nobody chooses, and drawn again by whoever checks.
//!
//! The pool holds the active members of every class at the size after the filing, but for the
//! controller groups of the parties, of those involved in the item, of a former panel, of whoever is
//! tied to the subject, and of the two who bring the values. It is sorted by BLAKE3(seed ‖ member), and
//! the first of each group counts. Ties that ended more than 12 months before the filing follow after
//! the others, in the same order.

use std::collections::{BTreeMap, BTreeSet};

use super::{Draw, Presumed, Recording, State};
use crate::event::{Basis, GroupId, Membership, PanelSeated, PartyId};
use crate::facts::{Contest, Dossier, Item, Panel, Panelled, PartyNumber, Records, Sanction};
use crate::limits;
use crate::time::Date;

/// The last day of what has none.
const NEVER: Date = Date::from_days(i32::MAX);

/// A panel as it was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnPanel {
    /// What it was drawn with.
    pub seed: [u8; 32],
    /// How many members it has.
    pub seats: usize,
    /// Those of the whole order who act now; the first of them sit.
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

    /// A tie of a party until a day, or until what made it ended.
    fn tie(&mut self, party: PartyNumber, last: Option<Date>, to_size: Option<u64>) {
        let ended = to_size.and_then(|to| self.state.date_at_size(to));
        let until = ended.unwrap_or(NEVER).min(last.unwrap_or(NEVER));
        let known = self.tied_until.entry(self.group(party)).or_insert(until);
        *known = until.max(*known);
    }

    /// Ties of one kind, each with the last day that it sets itself.
    fn tie_all<T: Item>(&mut self, records: &Records<T>, last: impl Fn(&T) -> Option<Date>) {
        let by = |one: &T| one.by();
        self.tie_by(records, by, last);
    }

    /// The same, by who stands behind each.
    fn tie_by<T: Item>(
        &mut self,
        records: &Records<T>,
        by: impl Fn(&T) -> Option<PartyNumber>,
        last: impl Fn(&T) -> Option<Date>,
    ) {
        for one in records.standing(self.size) {
            if let Some(party) = by(one) {
                self.tie(party, last(one), None);
            }
        }
        let size = self.size;
        for one in records.ended_after(0).filter(|one| one.span.to_size <= Some(size)) {
            if let Some(party) = by(&one.record) {
                self.tie(party, last(&one.record), one.span.to_size);
            }
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
        // Those admitted since were no members then.
        let members = self.parties.members();
        for (name, member) in members.filter_map(|name| Some((name, self.parties.member(name, draw.size)?))) {
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
        let order =
            pool.into_iter().map(|(.., name)| name).filter(|name| self.is_active(name)).cloned().collect();
        let mut barred = ties.barred;
        barred.extend(ties.tied_until.into_iter().filter(|(_, until)| *until >= old).map(|(group, _)| group));
        Some(DrawnPanel { seed, seats: usize::from(draw.seats), order, barred })
    }

    fn is_active(&self, name: &PartyId) -> bool {
        let member = self.parties.member(name, self.size);
        member.is_some_and(|one| one.membership == Membership::Active)
    }

    fn ties(&self, dossier: &Dossier, contest: &Contest, draw: &Draw) -> Ties<'_> {
        let (barred, tied_until) = (BTreeSet::new(), BTreeMap::new());
        let mut ties = Ties { state: self, size: draw.size, barred, tied_until };
        ties.bar(&dossier.subject.into());
        draw.drawers.iter().for_each(|one| ties.bar(one));
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
        ties.tie_all(&dossier.assessments, |one| one.valid_until);
        ties.tie_all(&dossier.endorsements, |one| Some(one.expires_on));
        ties.tie_all(&dossier.notices, |one| Some(one.hearing.use_by));
        ties.tie_all(&dossier.proposals, |one| Some(one.hearing.use_by));
        // A proposal that was used ended with the entry that imposed: the measure ties who proposed it.
        let used = dossier.proposals.ended_after(0);
        let used: BTreeMap<Option<u64>, PartyNumber> =
            used.map(|one| (one.span.to_size, one.record.proposer)).collect();
        let proposer = |one: &Sanction| used.get(&Some(one.recorded.seq + 1)).copied();
        ties.tie_by(&dossier.sanctions, proposer, |one| one.ends_on);
        if let Some(register) = self.register(&dossier.subject) {
            ties.tie_all(&register.collaborations, |one| Some(one.ends_on));
        }
        ties
    }

    /// Those who sit by the draw, and then those appointed before who still may; the council appoints
    /// the others.
    pub fn sitting(
        &self,
        drawn: &DrawnPanel,
        panelled: &Panelled,
        challenged: Option<&PartyId>,
    ) -> Vec<PartyId> {
        let others = drawn.order.iter().filter(|name| Some(*name) != challenged);
        let mut sitting: Vec<PartyId> = others.take(drawn.seats).cloned().collect();
        let mut groups = self.groups_of(&sitting);
        for name in panelled.panel.iter().flat_map(|panel| &panel.members) {
            let stays = !sitting.contains(name) && Some(name) != challenged;
            if stays && sitting.len() < drawn.seats && self.may_be_appointed(drawn, name, &mut groups) {
                sitting.push(name.clone());
            }
        }
        sitting
    }

    fn groups_of(&self, members: &[PartyId]) -> BTreeSet<GroupId> {
        members.iter().map(|one| self.parties.group(one, self.size)).collect()
    }

    /// Whether a member may sit beside those of these groups, which then hold its own.
    fn may_be_appointed(&self, drawn: &DrawnPanel, name: &PartyId, groups: &mut BTreeSet<GroupId>) -> bool {
        let group = self.parties.group(name, self.size);
        self.is_active(name) && !drawn.barred.contains(&group) && groups.insert(group)
    }

    /// Whether the council seats these: those who sit, and where they are too few, members who were
    /// admitted or freed of their ties since.
    pub fn seats_panel(&self, drawn: &DrawnPanel, panelled: &Panelled, members: &[PartyId]) -> bool {
        let challenged = panelled.challenged.as_ref();
        let sitting = self.sitting(drawn, panelled, challenged);
        let Some((first, appointed)) = members.split_at_checked(sitting.len()) else { return false };
        let mut groups = self.groups_of(&sitting);
        let mut fits = |name| Some(name) != challenged && self.may_be_appointed(drawn, name, &mut groups);
        members.len() == drawn.seats && first == sitting && appointed.iter().all(&mut fits)
    }

    /// Whether a panel has a seat that nobody sits on who acts.
    pub fn has_vacancy(&self, panelled: &Panelled, panel: &Panel) -> bool {
        panel.members.len() < self.seats_of(panelled)
            || !panel.members.iter().all(|name| self.is_active(name))
    }

    /// How many members a panel has.
    pub fn seats_of(&self, panelled: &Panelled) -> usize {
        self.draws.draw(&panelled.draw).map_or(0, |draw| usize::from(draw.seats))
    }

    pub(super) fn seat_panel(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &PanelSeated,
    ) -> Result<(), Presumed> {
        let today = self.date_of(entry.at);
        let mut contest = self.moved(entry, &body.contest)?;
        let windows = self.policy_on(today).map(|policy| policy.windows);
        let days =
            windows.and_then(
                |windows| {
                    if contest.stage.is_appeal() { windows.appeal_decide } else { windows.decide }
                },
            );
        let days = days.map_or(i32::MAX, i32::from);
        let last = today.plus_days(days.min(limits::CHALLENGE_DAYS));
        // Fewer days to decide leave the last of them for both.
        let decides_from = today.plus_days(days.min(limits::CHALLENGE_DAYS + 1));
        let panelled = contest.panelled.as_mut().ok_or(Presumed::Panelled(body.contest))?;
        let before = panelled.panel.take();
        let since = |name| before.as_ref().and_then(|panel| panel.challenge_by(name)).unwrap_or(last);
        let challenge_by: Vec<Date> = body.members.iter().map(since).collect();
        let is_new = |name| before.as_ref().is_none_or(|panel| panel.challenge_by(name).is_none());
        let decides_from = match &before {
            Some(panel) if !body.members.iter().any(is_new) => panel.decides_from,
            _ => decides_from,
        };
        let members = body.members.clone();
        panelled.panel = Some(Panel { event: entry.id, members, challenge_by, decides_from });
        panelled.challenged = panelled.challenged.take().or(body.challenged.clone());
        self.put(seq, entry, contest)
    }
}
