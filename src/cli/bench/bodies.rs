//! What the load's events say.

use super::alliance::{ASSESSORS, Signer, UTC_OFFSET_MIN, class, commitment, subject};
use super::dice::Dice;
use crate::demo;
use crate::dsse::EventId;
use crate::event::*;
use crate::time::Date;
use crate::vault::Attachment;

/// Indicators of the policy, `I1` to `I20`, four to a criterion.
pub(super) const INDICATORS: usize = 20;
/// Days of the conduct that an assessment is about, which end the day before it.
pub(super) const OBSERVED_DAYS: i32 = 31;

/// What the load's events are made from.
pub(super) struct Bodies {
    topics: Vec<TopicId>,
    indicators: Vec<IndicatorId>,
    /// What profiles, statements and reasons say.
    pub text: Attachment,
}

/// The programme's policy; with `open_quorum` one assessment rates a subject and needs no evidence.
pub(super) fn policy(open_quorum: bool) -> anyhow::Result<Policy> {
    let mut policy: Policy = serde_json::from_str(demo::POLICY_1)?;
    if open_quorum {
        policy.quorum =
            Quorum { groups: 1, untied_groups: 1, indicators_per_criterion: 1, groups_per_indicator: 1 };
        policy.assessment.extreme_evidence = 0;
    }
    Ok(policy)
}

impl Bodies {
    /// Bodies under the programme's policy.
    pub(super) fn new() -> anyhow::Result<Self> {
        let indicators = (1..=INDICATORS).map(|number| format!("I{number}").parse());
        Ok(Self {
            topics: policy(false)?.topics.into_keys().collect(),
            indicators: indicators.collect::<Result<_, _>>()?,
            text: super::alliance::profile("Shared by all"),
        })
    }

    /// The fields of a subject: one to three.
    pub(super) fn topics_of(&self, number: usize) -> impl ExactSizeIterator<Item = &TopicId> {
        (0..1 + number % 3).map(move |nth| &self.topics[(number / 3 + nth * 5) % self.topics.len()])
    }

    /// An indicator.
    pub(super) fn indicator(&self, number: usize) -> IndicatorId {
        self.indicators[number % INDICATORS].clone()
    }

    /// A member joins.
    pub(super) fn admission(&self, signer: Signer) -> MemberAdmitted {
        let member = signer.party();
        MemberAdmitted {
            class: class(signer),
            group: GroupId::alone(&member),
            name: format!("Member {member}"),
            roles: if signer == Signer::Registrar { vec![Role::Registrar] } else { Vec::new() },
            member,
            key: signer.public(),
        }
    }

    /// An assessor may assess in every field.
    pub(super) fn accreditation(&self, assessor: usize) -> AccreditationGranted {
        let class = if assessor % 5 == 4 { "member" } else { "independent" };
        AccreditationGranted {
            assessor: Signer::Assessor(assessor).party(),
            topics: self.topics.clone(),
            class: class.parse().expect("a class of the policy"),
            valid_until: None,
        }
    }

    /// A subject joins.
    pub(super) fn enrolment(&self, number: usize, text: Commitment) -> SubjectEnrolled {
        SubjectEnrolled {
            identity: commitment("identity", number as u64),
            identity_key: None,
            profile: text.into(),
            consent: commitment("consent", number as u64).into(),
            topics: self.topics_of(number).cloned().collect(),
            group: GroupId::alone(&subject(number).into()),
            key: Signer::Subject(number, 0).public(),
        }
    }

    /// An assessment of some indicators: most grades in the middle, extreme ones with a piece of evidence.
    pub(super) fn assessment(&self, dice: &mut Dice, today: Date) -> (AssessmentPublished, usize) {
        let (first, step) = (dice.below(INDICATORS), [1, 3, 7, 9][dice.below(4)]);
        let mut body = self.blank_assessment(today);
        body.conflict = dice.chance(10);
        body.fee = dice.chance(100);
        for nth in 0..4 + dice.below(5) {
            let indicator = self.indicator(first + nth * step);
            let level = if dice.chance(700) { 1 } else { 2 * u16::from(dice.chance(700)) };
            // The first is what a contest may strike, which no highest grade is.
            let level = if nth == 0 && level == 2 { 0 } else { level };
            if level != 1 {
                let evidence = commitment("evidence", dice.below(usize::MAX) as u64);
                body.evidence.insert(indicator.clone(), vec![evidence.into()]);
            }
            body.grades.insert(indicator, Some(level));
        }
        (body, first)
    }

    /// An assessment of every indicator.
    pub(super) fn full_assessment(&self, dice: &mut Dice, today: Date) -> AssessmentPublished {
        let mut body = self.blank_assessment(today);
        for number in 0..INDICATORS {
            let level = dice.below(3) as u16;
            let indicator = self.indicator(number);
            if level != 1 {
                body.evidence.insert(indicator.clone(), vec![commitment("evidence", number as u64).into()]);
            }
            body.grades.insert(indicator, Some(level));
        }
        body
    }

    /// An assessment of two indicators of each criterion, without evidence.
    pub(super) fn rating(&self, dice: &mut Dice, today: Date) -> AssessmentPublished {
        let mut body = self.blank_assessment(today);
        for number in (0..INDICATORS).filter(|number| number % 4 < 2) {
            body.grades.insert(self.indicator(number), Some(dice.below(3) as u16));
        }
        body
    }

    fn blank_assessment(&self, today: Date) -> AssessmentPublished {
        let on = today.plus_days(-1);
        AssessmentPublished {
            policy: 1,
            grades: Default::default(),
            evidence: Default::default(),
            observed_from: on.plus_days(1 - OBSERVED_DAYS),
            observed_until: on,
            valid_until: Some(today.plus_days(300)),
            conflict: false,
            fee: false,
            statement: None,
            notice: None,
        }
    }

    /// An endorsement in a field.
    pub(super) fn endorsement(
        &self,
        dice: &mut Dice,
        topic: TopicId,
        expires_on: Date,
    ) -> EndorsementPublished {
        let relation = match dice.below(10) {
            0..5 => Relation::None,
            5..7 => Relation::Professional,
            7..9 => Relation::Commercial,
            _ => Relation::FamilyOwner,
        };
        let value_band = (relation == Relation::Commercial).then_some(ValueBand::Under100m);
        EndorsementPublished { relation, value_band, topic, expires_on, statement: None }
    }

    /// A sanction that starts a day after `today`, so that it may be recorded after midnight.
    pub(super) fn sanction(
        &self,
        dice: &mut Dice,
        indicator: usize,
        today: Date,
        text: Commitment,
    ) -> (SanctionImposed, Date) {
        let (severity, days) = [(Severity::S1, 180), (Severity::S2, 365), (Severity::S3, 545)][dice.below(3)];
        let (starts_on, ends_on) = (today.plus_days(1), today.plus_days(days));
        let body = SanctionImposed {
            severity,
            basis: Basis::Conduct(self.indicator(indicator)),
            starts_on,
            ends_on: Some(ends_on),
            reason: text.into(),
            proposal: None,
            urgent: false,
        };
        (body, ends_on)
    }

    /// A contest of an item.
    pub(super) fn contest(&self, dice: &mut Dice, target: EventId, text: Commitment) -> ContestFiled {
        let all = [
            Grounds::FactualError,
            Grounds::Procedure,
            Grounds::ConflictOfInterest,
            Grounds::Disproportionate,
        ];
        let grounds = all[dice.below(all.len())];
        ContestFiled { target, grounds, statement: text.into(), evidence: Vec::new() }
    }

    /// What the council decides on a contest of an assessment that graded `indicator`.
    pub(super) fn decision(
        &self,
        dice: &mut Dice,
        contest: EventId,
        indicator: usize,
        text: Commitment,
    ) -> ContestDecided {
        let (outcome, effect) = match dice.below(3) {
            0 => (Outcome::Upheld, None),
            1 => (Outcome::Rejected, None),
            _ => (Outcome::Partial, Some(Effect::Struck(vec![self.indicator(indicator)]))),
        };
        ContestDecided { contest, outcome, effect, reason: text.into(), panel: None }
    }
}

/// The ledger's date at an instant.
pub(super) fn date(at: crate::time::Timestamp) -> Date {
    at.date_at(UTC_OFFSET_MIN)
}

/// An assessor by chance.
pub(super) fn some_assessor(dice: &mut Dice) -> usize {
    dice.below(ASSESSORS)
}
