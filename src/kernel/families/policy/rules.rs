//! `policy.*`

use super::{Case, Reason, Rejection};
use crate::engines;
use crate::event::PolicyPublished;

impl Case<'_> {
    pub(super) fn policy_published(&mut self, body: &PolicyPublished) -> Result<(), Rejection> {
        self.signed_by_council()?;
        let newest = self.state.policies().versions().iter().map(|one| one.version).max().unwrap_or(0);
        Reason::PolicyVersion.unless(
            Some(body.version) == newest.checked_add(1),
            format_args!("version {newest} is the newest"),
        )?;
        let earliest = self.today.plus_days(i32::from(self.policy.notice_days).max(1));
        let pending_or_past = self.state.policies().versions().iter().map(|one| one.effective_from);
        let in_force = pending_or_past.filter(|from| *from <= self.today).max().unwrap_or_default();
        let ahead = body.effective_from >= earliest && body.effective_from > in_force;
        Reason::PolicyEffective.unless(ahead, format_args!("the earliest day is {earliest}"))?;
        engines::check_bounds(&body.policy).map_err(|error| Reason::PolicyBounds.about(error))
    }
}
