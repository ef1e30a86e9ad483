//! `sanction.*`

use std::collections::BTreeSet;

use super::{Case, Reason, Rejection};
use crate::dsse::EventId;
use crate::event::{
    Basis, EventType, GroupId, Outcome, ProposalStage, SanctionImposed, SanctionLifted, SanctionStage,
    Severity, Terms,
};
use crate::facts::{Contest, Dossier, Proposal, Sanction, SeatRecord};
use crate::limits;

impl<'a> Case<'a> {
    pub(super) fn sanction_imposed(&mut self, body: &SanctionImposed) -> Result<(), Rejection> {
        self.issued_by_council()?;
        // Whoever proposed it has no say in it.
        let proposal = body.proposal.and_then(|proposal| self.proposal(&proposal));
        let recused = proposal.map(|proposal| self.proposers(proposal)).unwrap_or_default();
        let threshold = self.state.parties().threshold(self.state.size());
        let signed = self.signers.council_without(&recused, threshold)?;
        self.signers.all_needed()?;
        let dossier = self.dossier()?;
        self.check_terms(dossier, body.terms(), if body.urgent { 0 } else { limits::SANCTION_AHEAD_DAYS })?;
        if body.urgent {
            self.check_urgent(dossier, body)?;
        }
        match (body.proposal, proposal) {
            (None, _) => {
                let needed = self.policy.windows.reply.is_some() && !body.urgent;
                Reason::SanctionProposal.unless(!needed, "proposal")?;
            }
            (Some(named), None) => return Err(Reason::SanctionProposal.about(named)),
            (Some(_), Some(proposal)) => self.check_proposal(proposal, body)?,
        }
        self.check_grave(body.severity, signed, &recused)?;
        // Where a policy no longer asks for a reply, one that was asked for is awaited all the same.
        let waits = |one: &&Proposal| {
            one.stage(self.today) == ProposalStage::Waiting
                && one.proposed.basis.is_same_wrong(&body.basis)
                && !body.urgent
        };
        proposal.or_else(|| dossier.proposals.open().find(waits)).map_or(Ok(()), |proposal| {
            let leads_to = ProposalStage::after(Some(proposal.stage(self.today)), self.moves());
            self.check_heard(leads_to.is_some(), &proposal.hearing)
        })
    }

    /// The controller groups that whoever proposed was and is in.
    pub(super) fn proposers(&self, proposal: &Proposal) -> BTreeSet<GroupId> {
        self.groups_of(proposal.proposer, proposal.recorded.seq)
    }

    /// The proposal about the subject by which nothing has been imposed.
    pub(super) fn proposal(&self, event: &EventId) -> Option<&'a Proposal> {
        let dossier = self.state.dossier(&self.event.subject?)?;
        dossier.proposals.open().find(|one| one.recorded.event == *event)
    }

    /// Whether terms can be imposed, to begin within so many days from today.
    pub(super) fn check_terms(
        &self,
        dossier: &Dossier,
        terms: Terms<'_>,
        ahead: i32,
    ) -> Result<(), Rejection> {
        let severity = self.policy.sanction.severities.get(&terms.severity);
        let severity =
            severity.ok_or_else(|| Reason::SanctionSeverity.about(format!("{:?}", terms.severity)))?;
        self.check_basis(terms.basis)?;
        let in_time = (self.today..=self.today.plus_days(ahead)).contains(&terms.starts_on);
        Reason::SanctionStart.unless(in_time, terms.starts_on)?;
        self.check_term(terms, severity.term_days)?;
        self.check_unsettled(dossier, terms.basis)
    }

    /// No wrong is sanctioned twice, nor once more what a contest cleared the subject of.
    fn check_unsettled(&self, dossier: &Dossier, basis: &Basis) -> Result<(), Rejection> {
        let undated = matches!(basis, Basis::Conduct(_));
        let same = |one: &&Sanction| one.basis == *basis;
        // An urgent suspension goes on as what was proposed meanwhile.
        let counts = |one: &&Sanction| {
            let days = one.ends_on.map_or(0, |last| self.today.days_since(last));
            let bars = match one.stage(self.today) {
                SanctionStage::Standing => true,
                // Or each that is lifted would make the next one count for more.
                SanctionStage::Lifted => days <= limits::CLEARED_DAYS,
                _ => false,
            };
            same(one) && !one.urgent && (bars || !undated)
        };
        if let Some(one) = dossier.sanctions.open().find(counts) {
            return Err(Reason::SanctionSettled.about(&one.recorded));
        }
        let size = self.state.size();
        let bars = |contest: &&Contest| {
            let Some(item) = contest.whole(&dossier.sanctions).filter(same) else { return false };
            let cleared = contest.ruling.is_some_and(|ruling| {
                let on = self.state.date_at_size(ruling.seq + 1);
                let late = on.is_some_and(|on| self.today.days_since(on) > limits::CLEARED_DAYS);
                let whole = ruling.outcome == Outcome::Upheld;
                (whole || ruling.outcome == Outcome::Partial && !item.urgent) && !(undated && late)
            });
            cleared || contest.stage.is_open() && !item.urgent
        };
        match dossier.contests(size).find(bars) {
            None => Ok(()),
            Some(contest) => Err(Reason::SanctionSettled.about(&contest.recorded)),
        }
    }

    /// Short, without a proposal, once per basis and year, and not one after another.
    fn check_urgent(&self, dossier: &Dossier, body: &SanctionImposed) -> Result<(), Rejection> {
        let last = body.starts_on.plus_days(limits::URGENT_DAYS - 1);
        let short = body.severity == Severity::S4 && body.ends_on.is_some_and(|ends_on| ends_on <= last);
        Reason::SanctionUrgent.unless(short && body.proposal.is_none(), "urgent")?;
        // Those that were struck or lifted have been urgent all the same.
        let ended = dossier.sanctions.ended_after(0).map(|one| &*one.record);
        let mut urgent = dossier.sanctions.open().chain(ended).filter(|one| one.urgent);
        let again = urgent.find(|one| {
            let near = |from, days| body.starts_on.days_since(from) < days;
            let same = one.basis.is_same_wrong(&body.basis) && near(one.starts_on, limits::URGENT_AGAIN_DAYS);
            same || near(one.ends_on.unwrap_or(one.starts_on), limits::NOTICE_DAYS)
        });
        match again {
            None => Ok(()),
            Some(one) => Err(Reason::SanctionUrgentAgain.about(&one.recorded)),
        }
    }

    fn check_basis(&self, basis: &Basis) -> Result<(), Rejection> {
        match basis {
            Basis::Conduct(id) => Reason::SanctionBasis.unless(self.policy.indicator(id).is_some(), id),
            Basis::Clause(broken) => {
                let code = self.state.codes().find(|code| code.event == broken.code);
                let holds = code.is_some_and(|code| code.clauses.contains(&broken.clause))
                    && broken.broken_on <= self.today
                    && self.was_bound(&broken.code, broken.broken_on);
                Reason::SanctionBasis.unless(holds, &broken.clause)
            }
            Basis::Decision(decision) => {
                Reason::SanctionBasis.unless(self.decision(decision).is_some(), decision)
            }
        }
    }

    fn check_term(&self, terms: Terms<'_>, term_days: Option<u16>) -> Result<(), Rejection> {
        match (terms.ends_on, term_days) {
            (None, None) => Ok(()),
            (Some(last), Some(days)) => {
                let latest = terms.starts_on.plus_days(i32::from(days) - 1);
                Reason::SanctionTerm.unless(
                    (terms.starts_on..=latest).contains(&last),
                    format_args!("at most until {latest}"),
                )
            }
            _ => Err(Reason::SanctionTerm.about(format!("{:?}", terms.severity))),
        }
    }

    fn check_grave(
        &mut self,
        severity: Severity,
        signed: usize,
        recused: &BTreeSet<GroupId>,
    ) -> Result<(), Rejection> {
        if severity < Severity::S4 {
            return Ok(());
        }
        let (parties, size) = (self.state.parties(), self.state.size());
        let seats = parties.council(size).count();
        let concerned = |seat: &&SeatRecord| recused.contains(&parties.group(&seat.member, size));
        let may_sign = parties.council(size).filter(|seat| !concerned(seat)).count();
        let rule = &self.policy.sanction;
        let needed = usize::from(rule.grave_signatures).min(may_sign);
        let large = seats >= usize::from(rule.grave_min_seats);
        if large && self.signers.is_patient() {
            return self.signers.council_without(recused, needed).map(drop);
        }
        let about = format_args!("{signed} signatures, {seats} seats");
        Reason::SanctionGrave.unless(large && signed >= needed, about)
    }

    pub(super) fn sanction_lifted(&mut self, body: &SanctionLifted) -> Result<(), Rejection> {
        self.issued_by_council()?;
        let recused = self.about_file().and_then(|dossier| {
            let sanction = dossier.sanctions.open().find(|one| one.recorded.event == body.target)?;
            Some(self.concerned_in_sanction(dossier, sanction))
        });
        self.signed_by_unconcerned(recused.unwrap_or_default())?;
        let dossier = self.dossier()?;
        let target = dossier.sanctions.open().find(|one| one.recorded.event == body.target);
        let stage = match target {
            Some(target) => Some(target.stage(self.today)),
            None => self.ended(&body.target, EventType::SanctionImposed, SanctionStage::Struck),
        };
        self.leads_on(&body.target, stage, SanctionStage::after)
    }
}
