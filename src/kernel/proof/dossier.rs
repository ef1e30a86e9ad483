//! A dossier as `dossier/1` writes it: what one subject's score is made of at one size.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::canonical;
use super::certificate::CertificateLine;
use crate::dsse::{EventId, PublicKey};
use crate::event::there;
use crate::event::{
    Basis, Commitment, Contesting, Grounds, GroupId, IndicatorId, PartyId, Relation, Severity, SubjectId,
    TopicId,
};
use crate::facts::{
    Assessment, Contest, DecisionClock, Dossier, Endorsement, Enrolment, Experience, Grade, KeyNumber,
    Parties, PolicyBook, Recorded, Reply, Sanction,
};
use crate::time::{Date, Timestamp};

/// Most contests that wait in one dossier: policies count them in a byte.
const CONTESTS: usize = u8::MAX as usize;
/// Most sanctions in one dossier that is read: each is held against all others.
const SANCTIONS: usize = 10_000;
/// The highest value of a grade.
const FULL: u16 = 10_000;

/// A dossier at a size: what stands then, each kind by seq.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DossierDocument {
    /// The assessments that stand.
    assessments: Vec<AssessmentLine>,
    /// The newest certificate, unless it was withdrawn; who never had one has a dossier without it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    #[schemars(with = "CertificateLine")]
    certificate: Option<CertificateLine>,
    /// The contests that wait for a decision.
    contests: Vec<ContestLine>,
    /// The endorsements that stand.
    endorsements: Vec<EndorsementLine>,
    /// The enrolment; null: the subject has left.
    enrolment: Option<EnrolmentLine>,
    /// The sanctions that stand, those that are over included.
    sanctions: Vec<SanctionLine>,
    /// Whose dossier it is.
    pub subject: SubjectId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EnrolmentLine {
    at: Timestamp,
    /// The `subject.enrolled` or `subject.resumed` event.
    event: EventId,
    group: GroupId,
    on: Date,
    profile: Commitment,
    registrar: PartyId,
    seq: u64,
    topics: Vec<TopicId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AssessmentLine {
    assessor: PartyId,
    /// When it was recorded.
    at: Timestamp,
    conflict: bool,
    /// The day from which its age counts.
    counts_from: Date,
    event: EventId,
    /// How experienced the assessor's group was when it was recorded; left out where it was not at all.
    #[serde(default, skip_serializing_if = "Experience::is_none")]
    experience: Experience,
    fee: bool,
    /// The assessor's key that signed it.
    key: PublicKey,
    /// The date of `at` at the ledger's offset.
    on: Date,
    /// The policy version that it graded by.
    policy: u32,
    /// What the subject replied to the notice.
    reply: Option<Reply>,
    seq: u64,
    valid_until: Option<Date>,
    /// 0 to 10000 for each indicator graded; null: it does not apply.
    values: BTreeMap<IndicatorId, Option<u16>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EndorsementLine {
    at: Timestamp,
    /// The most that the endorser had in force shortly before, and with this one.
    dilution: u16,
    endorser: PartyId,
    event: EventId,
    expires_on: Date,
    /// The endorser's key that signed it.
    key: PublicKey,
    on: Date,
    reciprocal: bool,
    relation: Relation,
    seq: u64,
    topic: TopicId,
    /// The `collaboration.declared` event that it hides.
    voided_by: Option<EventId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SanctionLine {
    at: Timestamp,
    basis: Basis,
    ends_on: Option<Date>,
    event: EventId,
    lifted: bool,
    on: Date,
    /// What the subject replied to the proposal.
    reply: Option<Reply>,
    seq: u64,
    severity: Severity,
    starts_on: Date,
    /// Days of the term as imposed or reduced.
    term_days: Option<u32>,
    urgent: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ContestLine {
    at: Timestamp,
    /// The last day to decide it, as far as it is known; after it the item is out of the score.
    decide_by: Option<Date>,
    event: EventId,
    grounds: Grounds,
    on: Date,
    seq: u64,
    /// The item contested.
    target: EventId,
}

/// What a document says cannot be.
pub(super) type Unfit = &'static str;

impl DossierDocument {
    /// A dossier as it stood at `size`; none where the subject was not known then.
    pub fn of(dossier: &Dossier, parties: &Parties, policies: &PolicyBook, size: u64) -> Option<Self> {
        let known = |one: &Enrolment| one.recorded.seq < size;
        let ended = dossier.enrolments.ended_after(0).map(|one| &*one.record);
        if !dossier.enrolments.open().chain(ended).any(known) {
            return None;
        }
        let mut document = Self {
            assessments: dossier.assessments(size).map(|one| assessment(one, parties, policies)).collect(),
            certificate: dossier.certificates.only(size).map(CertificateLine::of),
            contests: dossier.open_contests(size).map(|one| contest(one, policies, size)).collect(),
            endorsements: dossier.endorsements(size).map(|one| endorsement(one, parties)).collect(),
            enrolment: dossier.enrolment(size).map(enrolment),
            sanctions: dossier.sanctions(size).map(sanction).collect(),
            subject: dossier.subject,
        };
        // What one entry amended stands in the order of the amendments.
        document.assessments.sort_unstable_by_key(|one| one.seq);
        document.contests.sort_unstable_by_key(|one| one.seq);
        document.endorsements.sort_unstable_by_key(|one| one.seq);
        document.sanctions.sort_unstable_by_key(|one| one.seq);
        Some(document)
    }

    /// Its bytes.
    pub fn bytes(&self) -> Vec<u8> {
        canonical(self)
    }

    /// The parties that the score looks at, each once, in order of name.
    pub fn parties(&self) -> Vec<&PartyId> {
        let assessors = self.assessments.iter().map(|one| &one.assessor);
        let mut parties: Vec<_> =
            assessors.chain(self.endorsements.iter().map(|one| &one.endorser)).collect();
        parties.sort_unstable();
        parties.dedup();
        parties
    }

    /// The dossier as a score takes it, at the size of the document alone.
    ///
    /// # Errors
    /// What cannot be, in a document that no ledger wrote.
    pub(super) fn read(&self, parties: &Parties, policies: &PolicyBook, size: u64) -> Result<Dossier, Unfit> {
        let lines = self.assessments.iter().map(|one| one.seq);
        let lines = lines.chain(self.endorsements.iter().map(|one| one.seq));
        let lines = lines.chain(self.sanctions.iter().map(|one| one.seq));
        let lines = lines.chain(self.certificate.iter().map(|one| one.seq));
        let mut lines = lines.chain(self.contests.iter().map(|one| one.seq));
        if lines.any(|seq| seq >= size) {
            return Err("an item is not older than the commitment");
        }
        if self.contests.len() > CONTESTS {
            return Err("the dossier has more open contests than a policy allows");
        }
        if self.sanctions.len() > SANCTIONS {
            return Err("the dossier has more sanctions than are read");
        }
        let mut dossier = Dossier::new(self.subject);
        for one in self.enrolment.iter().filter(|one| one.seq < size) {
            dossier.enrolments.push(one.seq, one.read());
        }
        for one in &self.assessments {
            dossier.assessments.push(one.seq, one.read(parties, policies)?);
        }
        for one in &self.endorsements {
            dossier.endorsements.push(one.seq, one.read(parties)?);
        }
        for one in &self.sanctions {
            dossier.sanctions.push(one.seq, one.read());
        }
        if let Some(one) = &self.certificate {
            dossier.certificates.push(one.seq, one.read());
        }
        for one in &self.contests {
            dossier.pending.push(one.seq, one.read());
        }
        Ok(dossier)
    }
}

fn enrolment(one: &Enrolment) -> EnrolmentLine {
    let Recorded { event, seq, at, on, .. } = one.recorded;
    EnrolmentLine {
        at,
        event,
        group: one.group.clone(),
        on,
        profile: one.profile,
        registrar: one.registrar.clone(),
        seq,
        topics: one.topics.clone(),
    }
}

fn assessment(one: &Assessment, parties: &Parties, policies: &PolicyBook) -> AssessmentLine {
    let Recorded { event, seq, at, on, signed_by } = one.recorded;
    let policy = policies.version(one.policy).map(|version| &version.policy);
    let indicator = |place: u16| policy.and_then(|policy| policy.indicators().nth(usize::from(place)));
    let values =
        one.grades.iter().filter_map(|grade| Some((indicator(grade.place())?.id.clone(), grade.value())));
    AssessmentLine {
        assessor: parties.name(one.assessor).clone(),
        at,
        conflict: one.conflict,
        counts_from: one.counts_from,
        event,
        experience: one.experience,
        fee: one.fee,
        key: key(signed_by, parties),
        on,
        policy: one.policy,
        reply: one.reply.as_deref().copied(),
        seq,
        valid_until: one.valid_until,
        values: values.collect(),
    }
}

fn endorsement(one: &Endorsement, parties: &Parties) -> EndorsementLine {
    let Recorded { event, seq, at, on, signed_by } = one.recorded;
    EndorsementLine {
        at,
        dilution: one.dilution,
        endorser: parties.name(one.endorser).clone(),
        event,
        expires_on: one.expires_on,
        key: key(signed_by, parties),
        on,
        reciprocal: one.reciprocal,
        relation: one.relation,
        seq,
        topic: one.topic.clone(),
        voided_by: one.voided_by.as_deref().copied(),
    }
}

fn sanction(one: &Sanction) -> SanctionLine {
    let Recorded { event, seq, at, on, .. } = one.recorded;
    SanctionLine {
        at,
        basis: one.basis.clone(),
        ends_on: one.ends_on,
        event,
        lifted: one.lifted,
        on,
        reply: one.reply.as_deref().copied(),
        seq,
        severity: one.severity,
        starts_on: one.starts_on,
        term_days: one.term_days,
        urgent: one.urgent,
    }
}

fn contest(one: &Contest, policies: &PolicyBook, size: u64) -> ContestLine {
    let Recorded { event, seq, at, on, .. } = one.recorded;
    let decide_by = one.clock(policies, size).decide_by;
    ContestLine { at, decide_by, event, grounds: one.grounds, on, seq, target: one.target }
}

/// The key of a number; zeros stand for one that is not among the parties.
fn key(number: Option<KeyNumber>, parties: &Parties) -> PublicKey {
    let known = number.and_then(|number| parties.numbered_key(number));
    known.copied().unwrap_or(PublicKey::from_bytes([0; 32]))
}

impl EnrolmentLine {
    fn read(&self) -> Enrolment {
        let Self { event, seq, at, on, .. } = *self;
        Enrolment {
            recorded: Recorded { event, seq, at, on, signed_by: None },
            registrar: self.registrar.clone(),
            profile: self.profile,
            topics: self.topics.clone(),
            group: self.group.clone(),
        }
    }
}

impl AssessmentLine {
    fn read(&self, parties: &Parties, policies: &PolicyBook) -> Result<Assessment, Unfit> {
        let version =
            policies.version(self.policy).ok_or("an assessment names a policy that is not there")?;
        let mut grades = Vec::with_capacity(self.values.len());
        for (indicator, value) in &self.values {
            let place = version.policy.place(indicator).ok_or("a grade is not of its policy")?;
            if value.is_some_and(|value| value > FULL) {
                return Err("a grade is above 10000");
            }
            grades.push(Grade::new(place, *value));
        }
        grades.sort_unstable_by_key(|grade| grade.place());
        let Self { event, seq, at, on, key, .. } = *self;
        let signed_by = parties.key_number(&key);
        Ok(Assessment {
            recorded: Recorded { event, seq, at, on, signed_by },
            assessor: parties.number(&self.assessor).ok_or("an assessor is not among the parties")?,
            policy: self.policy,
            counts_from: self.counts_from,
            valid_until: self.valid_until,
            conflict: self.conflict,
            fee: self.fee,
            experience: self.experience,
            grades: grades.into(),
            reply: self.reply.map(Box::new),
        })
    }
}

impl EndorsementLine {
    fn read(&self, parties: &Parties) -> Result<Endorsement, Unfit> {
        let Self { event, seq, at, on, key, .. } = *self;
        let signed_by = parties.key_number(&key);
        Ok(Endorsement {
            recorded: Recorded { event, seq, at, on, signed_by },
            endorser: parties.number(&self.endorser).ok_or("an endorser is not among the parties")?,
            relation: self.relation,
            topic: self.topic.clone(),
            expires_on: self.expires_on,
            dilution: self.dilution,
            reciprocal: self.reciprocal,
            voided_by: self.voided_by.map(Box::new),
        })
    }
}

impl SanctionLine {
    fn read(&self) -> Sanction {
        let Self { event, seq, at, on, .. } = *self;
        Sanction {
            recorded: Recorded { event, seq, at, on, signed_by: None },
            severity: self.severity,
            basis: self.basis.clone(),
            starts_on: self.starts_on,
            ends_on: self.ends_on,
            term_days: self.term_days,
            lifted: self.lifted,
            urgent: self.urgent,
            reply: self.reply.map(Box::new),
        }
    }
}

impl ContestLine {
    fn read(&self) -> Contest {
        let Self { event, seq, at, on, .. } = *self;
        Contest {
            recorded: Recorded { event, seq, at, on, signed_by: None },
            target: self.target,
            grounds: self.grounds,
            // Whatever its stage, its clock is known.
            stage: Contesting::Admitted,
            admit_by: None,
            clock: DecisionClock { decide_by: self.decide_by, extend_to: None },
            appeal_by: None,
            appeal: None,
            ruling: None,
            declined: None,
            panelled: None,
        }
    }
}
