//! What is announced, replied to, and then done: `assessment.notified`, `sanction.proposed`, `.replied`

use super::{Case, Reason, Rejection};
use crate::dsse::EventId;
use crate::event::{
    AssessmentNotified, AssessmentPublished, AssessmentReplied, Document, EventType, Findings, IndicatorId,
    NoticeStage, PartyId, ProposalStage, SanctionImposed, SanctionProposed, SanctionReplied, Terms,
};
use crate::facts::{Dossier, Hearing, Notice, PartyClass, Proposal};
use crate::limits;
use crate::time::Date;

impl<'a> Case<'a> {
    pub(super) fn assessment_notified(&mut self, body: &AssessmentNotified) -> Result<(), Rejection> {
        self.signed_by_issuer()?;
        let dossier = self.dossier()?;
        self.check_scope(dossier)?;
        let findings = body.findings();
        self.check_findings(findings, None)?;
        let number = self.state.parties().number(&self.event.issuer);
        let mut own = number.into_iter().flat_map(|number| dossier.notices.open_of(number));
        if let Some(open) = own.find(|one| one.stage(self.today) != NoticeStage::Lapsed) {
            return Err(Reason::NoticeExists.about(&open.recorded));
        }
        self.check_undisputed(dossier, findings)?;
        Reason::ReplyUnasked.unless(self.policy.windows.reply.is_some(), "notice")
    }

    pub(super) fn sanction_proposed(&mut self, body: &SanctionProposed) -> Result<(), Rejection> {
        self.signed_by_issuer()?;
        let (parties, size, proposer) = (self.state.parties(), self.state.size(), &self.event.issuer);
        let class = parties.class(proposer, size);
        Reason::Issuer.unless(matches!(class, Some(PartyClass::Member(_))), proposer)?;
        let dossier = self.dossier()?;
        self.check_terms(dossier, body.terms(), limits::SANCTION_AHEAD_DAYS)?;
        let number = parties.number(proposer);
        let mut own = number.into_iter().flat_map(|number| dossier.proposals.open_of(number));
        if let Some(open) = own.find(|one| one.stage(self.today) != ProposalStage::Lapsed) {
            return Err(Reason::ProposalExists.about(&open.recorded));
        }
        Reason::ReplyUnasked.unless(self.policy.windows.reply.is_some(), "proposal")
    }

    pub(super) fn assessment_replied(&mut self, body: &AssessmentReplied) -> Result<(), Rejection> {
        self.signed_by_subject()?;
        let dossier = self.dossier()?;
        let notice = dossier.notices.open().find(|one| one.recorded.event == body.notice);
        let notice = notice.ok_or_else(|| self.not_open(&body.notice, EventType::AssessmentNotified))?;
        let leads_to = NoticeStage::after(Some(notice.stage(self.today)), self.moves());
        leads_to.map(drop).ok_or_else(|| self.too_late(&notice.hearing))
    }

    pub(super) fn sanction_replied(&mut self, body: &SanctionReplied) -> Result<(), Rejection> {
        self.signed_by_subject()?;
        let dossier = self.dossier()?;
        let proposal = dossier.proposals.open().find(|one| one.recorded.event == body.proposal);
        let proposal = proposal.ok_or_else(|| self.not_open(&body.proposal, EventType::SanctionProposed))?;
        let leads_to = ProposalStage::after(Some(proposal.stage(self.today)), self.moves());
        leads_to.map(drop).ok_or_else(|| self.too_late(&proposal.hearing))
    }

    fn not_open(&self, announced: &EventId, of: EventType) -> Rejection {
        let known = self.made(announced, of).is_some();
        if known {
            Reason::TargetEnded.about(self.entry(announced))
        } else {
            Reason::TargetUnknown.about(self.entry(announced))
        }
    }

    /// The issuer's own notice about the subject.
    pub(super) fn own_notice(&self, dossier: &'a Dossier, notice: &EventId) -> Option<&'a Notice> {
        let number = self.state.parties().number(&self.event.issuer)?;
        dossier.notices.open_of(number).find(|one| one.recorded.event == *notice)
    }

    /// The notice has not lapsed, and what is published is what was notified, or better.
    pub(super) fn check_notice(&self, notice: &Notice, body: &AssessmentPublished) -> Result<(), Rejection> {
        if notice.stage(self.today) == NoticeStage::Lapsed {
            return Err(Reason::AssessmentNotice.about(format!("lapsed after {}", notice.hearing.use_by)));
        }
        match worse(notice.intended.findings(), body.findings()) {
            // What it says in words may hold what the subject could not reply to.
            None => {
                let same = body.statement.is_none() || body.statement == notice.intended.statement;
                Reason::AssessmentHarsher.unless(same, "statement")
            }
            Some(what) => Err(Reason::AssessmentHarsher.about(what)),
        }
    }

    /// The proposal has not lapsed, and what is imposed is what was proposed, or milder.
    pub(super) fn check_proposal(
        &self,
        proposal: &Proposal,
        body: &SanctionImposed,
    ) -> Result<(), Rejection> {
        if proposal.stage(self.today) == ProposalStage::Lapsed {
            return Err(Reason::SanctionProposal.about(format!("lapsed after {}", proposal.hearing.use_by)));
        }
        match harsher(proposal.proposed.terms(), body.terms()) {
            None => Reason::SanctionHarsher.unless(body.reason == proposal.proposed.reason, "reason"),
            Some(what) => Err(Reason::SanctionHarsher.about(what)),
        }
    }

    /// The stage in which something is announced lets it be done: the subject replied, or its days are over.
    pub(super) fn check_heard(&self, leads_on: bool, hearing: &Hearing) -> Result<(), Rejection> {
        let over = hearing.reply_by < self.today;
        // A reply that may not be the subject's own leaves it the days that it had.
        let heard = over || !hearing.reply.is_some_and(|reply| self.was_restrained(reply.on));
        Reason::ReplyPending.unless(leads_on && heard, format_args!("until {}", hearing.reply_by))
    }

    fn too_late(&self, hearing: &Hearing) -> Rejection {
        match hearing.reply {
            Some(reply) => Reason::ReplyGiven.about(self.entry(&reply.event)),
            None => Reason::ReplyLate.about(format!("the last day was {}", hearing.reply_by)),
        }
    }

    /// Whether a key of the subject was held back on a day.
    fn was_restrained(&self, on: Date) -> bool {
        let keys = self.event.subject.map(PartyId::from);
        let mut keys = keys.iter().flat_map(|subject| self.state.parties().keys_of(subject));
        keys.any(|(_, key)| {
            let until = key.restrained_until.map(|until| self.state.date_of(until));
            until.is_some_and(|until| self.state.date_of(key.live_from) <= on && on <= until)
        })
    }
}

/// In what the findings are worse for the subject than those notified.
fn worse<'a>(notified: Findings<'a>, findings: Findings<'a>) -> Option<&'a str> {
    if (notified.policy, notified.observed, notified.valid_until)
        != (findings.policy, findings.observed, findings.valid_until)
    {
        return Some("policy, days of observation and validity");
    }
    // A tie that comes to light is told; one that was told is not dropped.
    if notified.conflict && !findings.conflict || notified.fee && !findings.fee {
        return Some("conflict and fee");
    }
    if !notified.grades.keys().eq(findings.grades.keys()) {
        return Some("the indicators graded");
    }
    let graded = notified.grades.iter().zip(findings.grades.values());
    let worse = graded.filter(|((indicator, before), after)| match (before, after) {
        (Some(before), Some(after)) if after > before => false,
        (before, after) => *before != *after || !rests_on(notified, findings, indicator),
    });
    worse.map(|((indicator, _), _)| indicator.as_str()).next()
}

/// Whether a grade rests on nothing that the subject could not reply to.
fn rests_on(notified: Findings<'_>, findings: Findings<'_>, indicator: &IndicatorId) -> bool {
    let shown = |from: Findings<'_>, one: &Document| {
        from.evidence.get(indicator).is_some_and(|evidence| evidence.contains(one))
    };
    findings.evidence.get(indicator).into_iter().flatten().all(|one| shown(notified, one))
}

/// In what the terms are harsher than those proposed.
fn harsher(proposed: Terms<'_>, imposed: Terms<'_>) -> Option<&'static str> {
    let longer = match (imposed.days(), proposed.days()) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(imposed), Some(proposed)) => imposed > proposed,
    };
    if imposed.basis != proposed.basis {
        Some("basis")
    } else if imposed.severity > proposed.severity {
        Some("severity")
    } else if imposed.starts_on < proposed.starts_on {
        Some("starts_on")
    } else {
        longer.then_some("ends_on")
    }
}
