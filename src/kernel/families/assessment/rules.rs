//! `assessment.*`

use super::{Case, Reason, Rejection};
use crate::event::{
    AssessmentPublished, AssessmentStage, AssessmentWithdrawn, EventType, Findings, NoticeStage, Policy,
};
use crate::facts::{Disputed, Dossier, PolicyBook};

impl Case<'_> {
    pub(super) fn assessment_published(&mut self, body: &AssessmentPublished) -> Result<(), Rejection> {
        self.signed_by_issuer()?;
        let dossier = self.dossier()?;
        self.check_scope(dossier)?;
        let notice = body.notice.and_then(|notice| self.own_notice(dossier, &notice));
        let findings = body.findings();
        self.check_findings(findings, notice.map(|notice| notice.intended.policy))?;
        match (body.notice, notice) {
            (None, _) => Reason::AssessmentNotice.unless(self.policy.windows.reply.is_none(), "notice")?,
            (Some(named), None) => return Err(Reason::AssessmentNotice.about(named)),
            (Some(_), Some(notice)) => self.check_notice(notice, body)?,
        }
        self.check_undisputed(dossier, findings)?;
        // Where a policy no longer asks for a reply, one that was asked for is awaited all the same.
        let number = self.state.parties().number(&self.event.issuer);
        let mut own = number.into_iter().flat_map(|number| dossier.notices.open_of(number));
        let waits = || own.find(|one| one.stage(self.today) == NoticeStage::Waiting);
        notice.or_else(waits).map_or(Ok(()), |notice| {
            let leads_to = NoticeStage::after(Some(notice.stage(self.today)), self.moves());
            self.check_heard(leads_to.is_some(), &notice.hearing)
        })
    }

    /// Whether the findings are well made, by the policy in force or the one that they were notified under.
    pub(super) fn check_findings(
        &self,
        findings: Findings<'_>,
        notified: Option<u32>,
    ) -> Result<(), Rejection> {
        let policies = self.state.policies();
        let version = match notified {
            Some(version) => policies.version(version),
            None => policies.in_force(self.state.size(), self.today),
        };
        let (version, policy) = version.map_or((0, self.policy), |one| (one.version, &*one.policy));
        Reason::AssessmentPolicy
            .unless(findings.policy == version, format_args!("grade by version {version}"))?;
        check_grades(policies, findings)?;
        check_evidence(policies, policy.assessment.extreme_evidence, findings)?;
        let (from, until) = findings.observed;
        Reason::AssessmentObserved.unless(from <= until && until <= self.today, until)?;
        self.check_validity(policy, findings)
    }

    /// No contest is open, or was upheld, against what the assessor's group said of the same conduct.
    pub(super) fn check_undisputed(
        &self,
        dossier: &Dossier,
        findings: Findings<'_>,
    ) -> Result<(), Rejection> {
        let (parties, size) = (self.state.parties(), self.state.size());
        let graded = |one: &Disputed| match &one.indicators {
            None => true,
            Some(struck) => struck.iter().any(|indicator| findings.grades.get(indicator).is_some()),
        };
        let own = |one: &Disputed| {
            let issuer = parties.number(&self.event.issuer);
            issuer.is_some_and(|issuer| {
                parties.place(issuer, size).group == parties.place(one.assessor, size).group
            })
        };
        let covers = |one: &&Disputed| findings.observed.0 <= one.observed_until && graded(one) && own(one);
        match dossier.disputed.open().filter(covers).max_by_key(|one| one.observed_until) {
            None => Ok(()),
            Some(one) => Err(Reason::AssessmentContested.about(one.observed_until)),
        }
    }

    pub(super) fn check_scope(&self, dossier: &Dossier) -> Result<(), Rejection> {
        let (parties, size, assessor) = (self.state.parties(), self.state.size(), &self.event.issuer);
        let accreditation = parties.accreditation(assessor, size);
        let accreditation = accreditation.ok_or_else(|| Reason::AssessmentScope.about(assessor))?;
        let valid = accreditation.valid_until.is_none_or(|last| last >= self.today);
        Reason::AssessmentScope.unless(valid, "accreditation expired")?;
        let Some(enrolment) = dossier.enrolment(size) else { return Err(Reason::SubjectDeparted.into()) };
        let covered = enrolment.topics.iter().any(|topic| accreditation.topics.contains(topic));
        Reason::AssessmentScope.unless(covered, "none of the subject's topics")?;
        let own = parties.group(assessor, size) == enrolment.group;
        Reason::AssessmentOwnGroup.unless(!own, &enrolment.group)
    }

    fn check_validity(&self, policy: &Policy, findings: Findings<'_>) -> Result<(), Rejection> {
        match (findings.valid_until, policy.assessment.max_validity_days) {
            (None, None) => Ok(()),
            (None, Some(days)) => Err(Reason::AssessmentValidity.about(format!("at most {days} days"))),
            (Some(last), longest) => {
                Reason::AssessmentValidity.unless(last >= self.today, last)?;
                let latest = longest.map(|days| self.today.plus_days(i32::from(days)));
                Reason::AssessmentValidity.unless(latest.is_none_or(|latest| last <= latest), last)
            }
        }
    }

    pub(super) fn assessment_withdrawn(&mut self, body: &AssessmentWithdrawn) -> Result<(), Rejection> {
        self.signed_by_issuer()?;
        let dossier = self.dossier()?;
        let number = self.state.parties().number(&self.event.issuer);
        let mut own = number.into_iter().flat_map(|number| dossier.assessments.open_of(number));
        let stage = match own.find(|one| one.recorded.event == body.target) {
            Some(one) => one.stage(self.today),
            None => self.ended_own(&body.target, EventType::AssessmentPublished, AssessmentStage::Ended)?,
        };
        self.leads_on(&body.target, Some(stage), AssessmentStage::after)
    }
}

pub(super) fn check_grades(policies: &PolicyBook, body: Findings<'_>) -> Result<(), Rejection> {
    for (id, level, scale) in policies.scaled(body.policy, body.grades) {
        let max_level = scale.ok_or_else(|| Reason::AssessmentGrades.about(id))?.max_level;
        let within = level.is_none_or(|level| level <= max_level);
        Reason::AssessmentGrades.unless(within, format_args!("{id} has levels 0 to {max_level}"))?;
    }
    let graded = body.grades.values().any(Option::is_some);
    Reason::AssessmentGrades.unless(graded, "no indicator graded")
}

pub(super) fn check_evidence(policies: &PolicyBook, needed: u8, body: Findings<'_>) -> Result<(), Rejection> {
    for id in body.evidence.keys() {
        let graded = body.grades.get(id).is_some_and(Option::is_some);
        Reason::AssessmentEvidence.unless(graded, id)?;
    }
    for (id, level, scale) in policies.scaled(body.policy, body.grades) {
        let is_extreme = |level| level == 0 || scale.is_some_and(|scale| level == scale.max_level);
        let enough = !level.is_some_and(is_extreme)
            || body.evidence.get(id).map_or(0, Vec::len) >= usize::from(needed);
        Reason::AssessmentEvidence.unless(enough, format_args!("{id} needs {needed}"))?;
    }
    Ok(())
}
