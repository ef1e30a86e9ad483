//! Who of the council has no say: nobody judges in its own cause.

use std::collections::BTreeSet;

use super::{Case, Rejection};
use crate::dsse::EventId;
use crate::event::{GroupId, PartyId};
use crate::facts::{Contest, Dossier, PartyNumber, Sanction};

impl<'a> Case<'a> {
    /// The controller groups that a party was in before the entry at `seq`, and is in now.
    pub(super) fn groups_of(&self, party: PartyNumber, seq: u64) -> BTreeSet<GroupId> {
        let parties = self.state.parties();
        let name = parties.name(party);
        [seq, self.state.size()].map(|size| parties.group(name, size)).into()
    }

    /// The groups of the subject and of whoever proposed its sanction.
    pub(super) fn concerned_in_sanction(&self, dossier: &Dossier, sanction: &Sanction) -> BTreeSet<GroupId> {
        let proposal = sanction.proposal_in(dossier);
        let mut groups = proposal.map(|proposal| self.proposers(proposal)).unwrap_or_default();
        groups.insert(self.state.parties().group(&PartyId::from(dossier.subject), self.state.size()));
        groups
    }

    /// The groups of the subject and of whoever assessed, or proposed the sanction, that is contested.
    fn concerned_in(&self, dossier: &Dossier, contest: &Contest) -> BTreeSet<GroupId> {
        if let Some(sanction) = contest.whole(&dossier.sanctions) {
            return self.concerned_in_sanction(dossier, sanction);
        }
        let item = contest.whole(&dossier.assessments);
        let mut groups = item.map(|one| self.groups_of(one.assessor, one.recorded.seq)).unwrap_or_default();
        groups.insert(self.state.parties().group(&PartyId::from(dossier.subject), self.state.size()));
        groups
    }

    /// The council, but for those concerned in the contest, signed about it, and nobody else.
    pub(super) fn contest_signed_by_council(&mut self, id: &EventId) -> Result<(), Rejection> {
        self.issued_by_council()?;
        let recused = self.about_file().and_then(|dossier| {
            let contest = dossier.pending.open().find(|one| one.recorded.event == *id)?;
            Some(self.concerned_in(dossier, contest))
        });
        self.signed_by_unconcerned(recused.unwrap_or_default())
    }

    /// The seats of other groups signed, and nobody else: as many as the threshold, or all of them where
    /// they are fewer. Where there are none, nobody is kept out, for somebody must decide.
    pub(super) fn signed_by_unconcerned(&mut self, recused: BTreeSet<GroupId>) -> Result<(), Rejection> {
        let (parties, size) = (self.state.parties(), self.state.size());
        let seats = parties.council(size).map(|seat| parties.group(&seat.member, size));
        let left = seats.filter(|group| !recused.contains(group)).collect::<BTreeSet<_>>().len();
        let threshold = parties.threshold(size);
        match left {
            0 => self.signers.council_without(&BTreeSet::new(), threshold)?,
            left => self.signers.council_without(&recused, threshold.min(left))?,
        };
        self.signers.all_needed()
    }

    /// The subject's file, whether it has left or not.
    pub(super) fn about_file(&self) -> Option<&'a Dossier> {
        self.event.subject.and_then(|subject| self.state.dossier(&subject)).map(|file| &**file)
    }
}
