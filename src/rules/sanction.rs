//! `sanction.*`

use super::{Case, Reason, Rejection};
use crate::event::{Basis, SanctionImposed, SanctionLifted, SanctionStage, Severity};
use crate::limits;

impl Case<'_> {
    pub(super) fn sanction_imposed(&mut self, body: &SanctionImposed) -> Result<(), Rejection> {
        self.issued_by_council()?;
        let signed = self.signers.council(0)?;
        self.signers.all_needed()?;
        self.dossier()?;
        let severity = self.policy.sanction.severities.get(&body.severity);
        let severity =
            severity.ok_or_else(|| Reason::SanctionSeverity.about(format!("{:?}", body.severity)))?;
        self.check_basis(&body.basis)?;
        Reason::SanctionStart.unless(body.starts_on >= self.today, body.starts_on)?;
        self.check_term(body, severity.term_days)?;
        if body.urgent {
            let last = body.starts_on.plus_days(limits::URGENT_DAYS - 1);
            let short = body.severity == Severity::S4 && body.ends_on.is_some_and(|ends_on| ends_on <= last);
            Reason::SanctionUrgent.unless(short, "urgent")?;
        }
        let needs_proposal = self.policy.windows.reply.is_some() && !body.urgent;
        Reason::SanctionProposal.unless(!needs_proposal && body.proposal.is_none(), "proposal")?;
        self.check_grave(body.severity, signed)
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

    fn check_term(&self, body: &SanctionImposed, term_days: Option<u16>) -> Result<(), Rejection> {
        match (body.ends_on, term_days) {
            (None, None) => Ok(()),
            (Some(last), Some(days)) => {
                let latest = body.starts_on.plus_days(i32::from(days) - 1);
                Reason::SanctionTerm
                    .unless((body.starts_on..=latest).contains(&last), format_args!("at most until {latest}"))
            }
            _ => Err(Reason::SanctionTerm.about(format!("{:?}", body.severity))),
        }
    }

    fn check_grave(&self, severity: Severity, signed: usize) -> Result<(), Rejection> {
        if severity < Severity::S4 {
            return Ok(());
        }
        let seats = self.state.parties().council(self.state.size()).count();
        let rule = &self.policy.sanction;
        let enough =
            seats >= usize::from(rule.grave_min_seats) && signed >= usize::from(rule.grave_signatures);
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
