//! `accreditation.*`

use super::{Case, Reason, Rejection};
use crate::event::{AccreditationGranted, AccreditationStage, AccreditationWithdrawn, MemberClass};

impl Case<'_> {
    pub(super) fn accreditation_granted(&mut self, body: &AccreditationGranted) -> Result<(), Rejection> {
        self.signed_by_council()?;
        let member = self.member(&body.assessor)?;
        Reason::AccreditationMember.unless(member.class == MemberClass::Assessor, &body.assessor)?;
        for topic in &body.topics {
            Reason::AccreditationTerms.unless(self.policy.topics.contains_key(topic), topic)?;
        }
        Reason::AccreditationTerms.unless(!body.topics.is_empty(), "no topic")?;
        let has_weight = self.policy.assessment.class_permille.contains_key(&body.class);
        Reason::AccreditationTerms.unless(has_weight, &body.class)?;
        let ahead = body.valid_until.is_none_or(|last| last >= self.today);
        Reason::AccreditationTerms.unless(ahead, "valid_until")
    }

    pub(super) fn accreditation_withdrawn(&mut self, body: &AccreditationWithdrawn) -> Result<(), Rejection> {
        self.signed_by_council()?;
        let parties = self.state.parties();
        let assessor = parties.accredited_by(&body.target);
        let assessor = assessor.ok_or_else(|| Reason::TargetUnknown.about(self.entry(&body.target)))?;
        let standing = parties.accreditation(assessor, self.state.size());
        let stage = match standing.filter(|one| one.event == body.target) {
            Some(one) => one.stage(self.today),
            None => AccreditationStage::Ended,
        };
        self.leads_on(&body.target, Some(stage), AccreditationStage::after)
    }
}
