//! `sanction.*`

use super::{Case, Reason, Rejection};
use crate::dsse::EventId;
use crate::event::{
    Basis, GroupId, ProposalStage, SanctionImposed, SanctionLifted, SanctionStage, Severity, Terms,
};
use crate::limits;
use crate::score::{Dossier, Proposal};

impl<'a> Case<'a> {
    pub(super) fn sanction_imposed(&mut self, body: &SanctionImposed) -> Result<(), Rejection> {
        self.issued_by_council()?;
        // Whoever proposed it has no say in it.
        let (parties, size) = (self.state.parties(), self.state.size());
        let proposal = body.proposal.and_then(|proposal| self.proposal(&proposal));
        let recused = proposal.map(|proposal| parties.group(parties.name(proposal.proposer), size));
        let signed = self.signers.council_without(recused.as_ref(), 0)?;
        self.signers.all_needed()?;
        let dossier = self.dossier()?;
        self.check_terms(body.terms())?;
        if body.urgent {
            self.check_urgent(dossier, body)?;
        }
        match (body.proposal, proposal) {
            (None, _) => {
                let needed = self.policy.windows.reply.is_some() && !body.urgent;
                Reason::SanctionProposal.unless(!needed, "proposal")?;
            }
            (Some(named), None) => return Err(Reason::SanctionProposal.about(named)),
            (Some(_), Some(proposal)) => self.check_proposal(proposal, body.terms())?,
        }
        self.check_grave(body.severity, signed, recused.as_ref())?;
        proposal.map_or(Ok(()), |proposal| {
            let leads_to = ProposalStage::after(Some(proposal.stage(self.today)), self.moves());
            self.check_heard(leads_to.is_some(), &proposal.hearing)
        })
    }

    /// The proposal about the subject by which nothing has been imposed.
    fn proposal(&self, event: &EventId) -> Option<&'a Proposal> {
        let dossier = self.state.dossier(&self.event.subject?)?;
        dossier.proposals.open().find(|one| one.recorded.event == *event)
    }

    /// Whether terms can be imposed from today on.
    pub(super) fn check_terms(&self, terms: Terms<'_>) -> Result<(), Rejection> {
        let severity = self.policy.sanction.severities.get(&terms.severity);
        let severity =
            severity.ok_or_else(|| Reason::SanctionSeverity.about(format!("{:?}", terms.severity)))?;
        self.check_basis(terms.basis)?;
        Reason::SanctionStart.unless(terms.starts_on >= self.today, terms.starts_on)?;
        self.check_term(terms, severity.term_days)
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
            Some(one) => Err(Reason::SanctionUrgentAgain.about(one.recorded.event)),
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
        &self,
        severity: Severity,
        signed: usize,
        recused: Option<&GroupId>,
    ) -> Result<(), Rejection> {
        if severity < Severity::S4 {
            return Ok(());
        }
        let (parties, size) = (self.state.parties(), self.state.size());
        let seats = parties.council(size).count();
        let may_sign = match recused {
            None => seats,
            Some(group) => {
                parties.council(size).filter(|seat| parties.group(&seat.member, size) != *group).count()
            }
        };
        let rule = &self.policy.sanction;
        let enough = seats >= usize::from(rule.grave_min_seats)
            && signed >= usize::from(rule.grave_signatures).min(may_sign);
        Reason::SanctionGrave.unless(enough, format_args!("{signed} signatures, {seats} seats"))
    }

    pub(super) fn sanction_lifted(&mut self, body: &SanctionLifted) -> Result<(), Rejection> {
        self.signed_by_council()?;
        let dossier = self.dossier()?;
        let target = dossier.sanctions.open().find(|one| one.recorded.event == body.target);
        let stage = match target {
            Some(target) => Some(target.stage(self.today)),
            None => self.ended(&body.target, "sanction.imposed", SanctionStage::Struck),
        };
        self.leads_on(&body.target, stage, SanctionStage::after)
    }
}
