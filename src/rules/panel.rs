//! `panel.*`

use super::{Case, Reason, Rejection};
use crate::event::{Membership, PanelSeated, PartyId};
use crate::limits;
use crate::score::{Contest, Panelled};

impl Case<'_> {
    pub(super) fn panel_seated(&mut self, body: &PanelSeated) -> Result<(), Rejection> {
        let by_subject = body.challenged.is_some();
        if by_subject {
            self.signed_by_subject()?
        } else {
            self.signed_by_council()?
        }
        let dossier = self.dossier()?;
        let contest = self.open_contest(dossier, &body.contest)?;
        self.moved_contest(contest)?;
        let panelled = contest.panelled.as_deref().ok_or_else(|| Reason::ContestStage.about(body.contest))?;
        match &body.challenged {
            Some(challenged) => self.check_challenge(contest, panelled, challenged)?,
            None => self.check_vacant(panelled)?,
        }
        let drawn = self.state.drawn_panel(dossier, contest, self.today);
        let drawn = drawn.ok_or_else(|| Reason::PanelValues.about(panelled.draw))?;
        let challenged = body.challenged.as_ref().or(panelled.challenged.as_ref());
        // The subject appoints nobody.
        let others = || drawn.order.iter().filter(|name| Some(*name) != challenged).count();
        let fits = self.state.seats_panel(&drawn, challenged, &body.members)
            && (!by_subject || others() >= drawn.seats);
        Reason::PanelDraw.unless(fits, body.contest)
    }

    /// A panel that sits is changed only where a member of it was removed.
    fn check_vacant(&self, panelled: &Panelled) -> Result<(), Rejection> {
        let (parties, size) = (self.state.parties(), self.state.size());
        let removed =
            |name| parties.member(name, size).is_none_or(|one| one.membership == Membership::Removed);
        let vacant = panelled.panel.as_ref().is_none_or(|panel| panel.members.iter().any(removed));
        Reason::PanelExists.unless(vacant, panelled.draw)
    }

    /// One member, once, soon after the panel was first seated.
    fn check_challenge(
        &self,
        contest: &Contest,
        panelled: &Panelled,
        challenged: &PartyId,
    ) -> Result<(), Rejection> {
        let in_time = contest.panel().is_some_and(|panel| {
            panel.members.contains(challenged) && self.today <= panel.on.plus_days(limits::CHALLENGE_DAYS)
        });
        Reason::PanelChallenge.unless(in_time && panelled.challenged.is_none(), challenged)
    }
}
