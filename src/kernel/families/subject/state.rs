//! `subject.*`

use std::sync::Arc;

use super::council::first_key;
use super::{Presumed, Recording, State};
use crate::event::{Commitment, GroupId, SubjectEnrolled, SubjectId, SubjectResumed, TopicId};
use crate::facts::{Capacity, Dossier, Enrolment};

impl State {
    pub(super) fn enrol_subject(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &SubjectEnrolled,
    ) -> Result<(), Presumed> {
        let subject = entry.event.subject.ok_or(Presumed::Subject)?;
        self.parties.add_key(body.key, first_key(seq, entry, &subject.into(), Capacity::Own));
        self.identities.insert(body.identity, subject);
        self.identity_key = self.identity_key.or(body.identity_key);
        self.take_in(seq, entry, *body.profile, &body.topics, &body.group)
    }

    pub(super) fn resume_subject(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &SubjectResumed,
    ) -> Result<(), Presumed> {
        self.dossier_mut(entry)?;
        self.identity_key = self.identity_key.or(body.identity_key);
        self.take_in(seq, entry, *body.profile, &body.topics, &body.group)
    }

    fn take_in(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        profile: Commitment,
        topics: &[TopicId],
        group: &GroupId,
    ) -> Result<(), Presumed> {
        let subject = entry.event.subject.ok_or(Presumed::Subject)?;
        let enrolment = Enrolment {
            recorded: self.recorded(seq, entry),
            registrar: entry.event.issuer.clone(),
            profile,
            topics: topics.to_vec(),
            group: group.clone(),
        };
        self.parties.set_subject_group(seq, subject, Some(group.clone()));
        self.new_dossier(subject).enrolments.push(seq, enrolment);
        Ok(())
    }

    pub(super) fn depart_subject(&mut self, seq: u64, entry: &Recording<'_>) -> Result<(), Presumed> {
        let subject = entry.event.subject.ok_or(Presumed::Subject)?;
        self.parties.set_subject_group(seq, subject, None);
        // Who has left is bound by nothing; of many nothing was ever registered.
        if let Some(register) = self.registers.get_mut(&subject) {
            Arc::make_mut(register).pledges.close_where(seq, |_| true);
        }
        let dossier = self.dossier_mut(entry)?;
        dossier.certificates.close_where(seq, |_| true);
        Presumed::Enrolled(subject).unless(dossier.enrolments.close_where(seq, |_| true))
    }

    fn new_dossier(&mut self, subject: SubjectId) -> &mut Dossier {
        let place = self.dossiers.place_or_add(&subject, || Arc::new(Dossier::new(subject)));
        Arc::make_mut(self.dossiers.get_mut(place).expect("a place in the list is that of a row"))
    }
}
