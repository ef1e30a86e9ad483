//! `panel.*`

use super::{Case, Reason, Rejection};
use crate::event::{PanelSeated, PartyId};
use crate::facts::{Contest, Panelled};

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
            Some(challenged) => self.check_challenge(panelled, challenged)?,
            None => self.check_vacant(panelled)?,
        }
        let drawn = self.state.drawn_panel(dossier, contest, self.today);
        let drawn = drawn.ok_or_else(|| Reason::PanelValues.about(panelled.draw))?;
        let fits = match &body.challenged {
            // The subject appoints nobody: where no successor is drawn, the seat is left to the council.
            Some(challenged) => body.members == self.state.sitting(&drawn, panelled, Some(challenged)),
            None => self.state.seats_panel(&drawn, panelled, &body.members),
        };
        Reason::PanelDraw.unless(fits, body.contest)
    }

    /// A panel that sits is changed only where a seat of it is empty, or its member does not act.
    fn check_vacant(&self, panelled: &Panelled) -> Result<(), Rejection> {
        let vacant = panelled.panel.as_ref().is_none_or(|panel| self.state.has_vacancy(panelled, panel));
        Reason::PanelExists.unless(vacant, panelled.draw)
    }

    /// One member, once, soon after it was first seated.
    fn check_challenge(&self, panelled: &Panelled, challenged: &PartyId) -> Result<(), Rejection> {
        let last = panelled.panel.as_ref().and_then(|panel| panel.challenge_by(challenged));
        let in_time = last.is_some_and(|last| self.today <= last) && panelled.challenged.is_none();
        Reason::PanelChallenge.unless(in_time, challenged)
    }

    /// A panel decides once the subject has had its days to challenge, or has challenged.
    pub(super) fn check_challenged(&self, contest: &Contest) -> Result<(), Rejection> {
        let from = contest.panelled.as_deref().and_then(Panelled::decides_from);
        let over = from.is_none_or(|from| from <= self.today);
        Reason::ChallengePending.unless(over, from.map_or(String::new(), |from| from.to_string()))
    }
}
