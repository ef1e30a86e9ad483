//! `appeal.*`

use super::{Case, Reason, Rejection};
use crate::event::{AppealDecided, AppealFiled, Contesting};

impl Case<'_> {
    pub(super) fn appeal_filed(&mut self, body: &AppealFiled) -> Result<(), Rejection> {
        self.signed_by_subject()?;
        let dossier = self.dossier()?;
        let contest = dossier
            .contest(&body.contest)
            .ok_or_else(|| Reason::TargetUnknown.about(self.entry(&body.contest)))?;
        let stage = contest.stage;
        Reason::ContestStage.unless(stage == Contesting::Decided, format_args!("{stage:?}"))?;
        let in_time = contest.appeal_by.is_some_and(|_| self.moved_contest(contest).is_ok());
        Reason::AppealLate.unless(in_time, body.contest)
    }

    pub(super) fn appeal_decided(&mut self, body: &AppealDecided) -> Result<(), Rejection> {
        self.check_ruling(&body.contest, body.outcome, body.effect.as_ref(), body.panel)
    }
}
