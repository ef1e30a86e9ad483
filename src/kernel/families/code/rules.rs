//! `code.*` and `pledge.*`

use std::collections::BTreeSet;

use super::{Case, Reason, Rejection};
use crate::dsse::EventId;
use crate::event::{CodePublished, PledgeSigned};
use crate::limits;
use crate::state::Pledge;
use crate::time::Date;

impl Case<'_> {
    pub(super) fn code_published(&mut self, body: &CodePublished) -> Result<(), Rejection> {
        self.signed_by_council()?;
        let newest = self.state.codes().last().map_or(0, |code| code.version);
        Reason::CodeVersion.unless(
            Some(body.version) == newest.checked_add(1),
            format_args!("version {newest} is the newest"),
        )?;
        let distinct = body.clauses.iter().collect::<BTreeSet<_>>().len() == body.clauses.len();
        let count = (1..=limits::CODE_CLAUSES).contains(&body.clauses.len());
        Reason::CodeClauses.unless(distinct && count, format_args!("{} clauses", body.clauses.len()))
    }

    pub(super) fn pledge_signed(&mut self, body: &PledgeSigned) -> Result<(), Rejection> {
        self.signed_by_subject()?;
        self.dossier()?;
        let newest = self.state.codes().last().map(|code| code.event);
        Reason::PledgeCode.unless(newest == Some(body.code), body.code)?;
        let pledged = self.register().and_then(|register| register.pledges.open().next());
        Reason::PledgeExists.unless(pledged.is_none_or(|pledge| pledge.code != body.code), body.code)
    }

    /// Whether the subject's pledge to a version of the code stood on a day.
    pub(super) fn was_bound(&self, code: &EventId, on: Date) -> bool {
        let Some(register) = self.register() else { return false };
        let bound = |pledge: &Pledge| pledge.code == *code && pledge.recorded.on <= on;
        let last_day = |to_size: Option<u64>| to_size.and_then(|size| self.state.date_at_size(size));
        register.pledges.open().any(bound)
            || register
                .pledges
                .ended_after(0)
                .any(|one| bound(&one.record) && last_day(one.span.to_size).is_some_and(|last| on <= last))
    }
}
