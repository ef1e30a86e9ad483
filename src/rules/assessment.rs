//! `assessment.*`

use super::{Case, Reason, Rejection};
use crate::event::{AssessmentPublished, AssessmentStage, AssessmentWithdrawn};
use crate::score::{Dossier, PolicyBook};

impl Case<'_> {
    pub(super) fn assessment_published(&mut self, body: &AssessmentPublished) -> Result<(), Rejection> {
        self.signed_by_issuer()?;
        let dossier = self.dossier()?;
        self.check_scope(dossier)?;
        let version = self.state.policies().in_force(self.state.size(), self.today);
        let in_force = version.map_or(0, |version| version.version);
        Reason::AssessmentPolicy
            .unless(body.policy == in_force, format_args!("version {in_force} is in force"))?;
        check_grades(self.state.policies(), body)?;
        check_evidence(self.state.policies(), self.policy.assessment.extreme_evidence, body)?;
        let ordered = body.observed_from <= body.observed_until && body.observed_until <= self.today;
        Reason::AssessmentObserved.unless(ordered, body.observed_until)?;
        self.check_validity(body)?;
        let needs_notice = self.policy.windows.reply.is_some();
        Reason::AssessmentNotice.unless(!needs_notice && body.notice.is_none(), "notice")
    }

    fn check_scope(&self, dossier: &Dossier) -> Result<(), Rejection> {
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

    fn check_validity(&self, body: &AssessmentPublished) -> Result<(), Rejection> {
        match (body.valid_until, self.policy.assessment.max_validity_days) {
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
            None => self.ended_own(&body.target, "assessment.published", AssessmentStage::Ended)?,
        };
        self.leads_on(&body.target, Some(stage), AssessmentStage::after)
    }
}

fn check_grades(policies: &PolicyBook, body: &AssessmentPublished) -> Result<(), Rejection> {
    for (id, level, scale) in policies.scaled(body.policy, &body.grades) {
        let max_level = scale.ok_or_else(|| Reason::AssessmentGrades.about(id))?.max_level;
        let within = level.is_none_or(|level| level <= max_level);
        Reason::AssessmentGrades.unless(within, format_args!("{id} has levels 0 to {max_level}"))?;
    }
    let graded = body.grades.values().any(Option::is_some);
    Reason::AssessmentGrades.unless(graded, "no indicator graded")
}

fn check_evidence(policies: &PolicyBook, needed: u8, body: &AssessmentPublished) -> Result<(), Rejection> {
    for id in body.evidence.keys() {
        let graded = body.grades.get(id).is_some_and(Option::is_some);
        Reason::AssessmentEvidence.unless(graded, id)?;
    }
    for (id, level, scale) in policies.scaled(body.policy, &body.grades) {
        let is_extreme = |level| level == 0 || scale.is_some_and(|scale| level == scale.max_level);
        let enough = !level.is_some_and(is_extreme)
            || body.evidence.get(id).map_or(0, Vec::len) >= usize::from(needed);
        Reason::AssessmentEvidence.unless(enough, format_args!("{id} needs {needed}"))?;
    }
    Ok(())
}
