//! Taking the next entry.

use std::sync::Arc;

use super::{Admitted, Presumed, Recording, State, Unfounded};
use crate::dsse::PublicKey;
use crate::event::{Body, Membership, SubjectId};
use crate::facts::{Dossier, PartyNumber, Recorded};

impl State {
    /// Records the next entry.
    ///
    /// # Errors
    /// [`Unfounded`]: it was admitted to another state, or the rules admitted what this one does not bear. The
    /// state is to be thrown away then.
    pub fn apply(&mut self, admitted: Admitted<'_>) -> Result<(), Unfounded> {
        if admitted.size != self.size {
            return Err(Unfounded { seq: self.size, presumed: Presumed::Size(admitted.size) });
        }
        self.replay(admitted.entry)
    }

    /// Takes the next entry of a log that is written already, unjudged: one's own at a start, or that of
    /// another with which an audit goes on after an entry that the rules refuse.
    ///
    /// # Errors
    /// [`Unfounded`]. The entry is counted and listed all the same, and left out is what it would change of
    /// what is not there: whoever does not mean to go on without that throws the state away.
    pub fn replay(&mut self, entry: Recording<'_>) -> Result<(), Unfounded> {
        let seq = self.size;
        self.index.push(entry);
        self.attached.push(seq, entry.event);
        let opened = self.opened_by(seq, &entry);
        self.about = entry.event.subject.and_then(|subject| self.ordinal(&subject));
        let replayed = self.ledger().is_some_and(|ledger| ledger.is_replayed(entry.event.issued_at));
        self.clocked |= !replayed;
        let today = self.date_of(entry.at);
        if seq == 0 || today != self.date_of(self.last_at) {
            self.days.insert(today, seq);
        }
        self.last_at = entry.at;
        let changed = self.change(seq, &entry);
        // An event may be about nobody.
        if let Ok(dossier) = self.dossier_mut(&entry) {
            dossier.timeline.push(seq);
        }
        self.about = None;
        self.size += 1;
        opened.and(changed).map_err(|presumed| Unfounded { seq, presumed })
    }

    /// Opens the ledger where the entry does, and sees to it that one is open.
    fn opened_by(&mut self, seq: u64, entry: &Recording<'_>) -> Result<(), Presumed> {
        match &entry.event.body {
            Body::LedgerOpened(body) => {
                self.open(seq, entry, body);
                Presumed::Unopened.unless(seq == 0)
            }
            _ => Presumed::Opened.unless(self.ledger.is_some()),
        }
    }

    fn change(&mut self, seq: u64, entry: &Recording<'_>) -> Result<(), Presumed> {
        match &entry.event.body {
            Body::LedgerOpened(_) => Ok(()),
            Body::LedgerKeyRotated(body) => self.rotate_log_key(seq, body),
            Body::CouncilChanged(body) => self.change_council(seq, entry, body),
            Body::OperatorChanged(body) => self.change_operator(seq, entry, body),
            Body::PolicyPublished(body) => self.publish_policy(seq, entry, body),
            Body::MemberAdmitted(body) => self.admit_member(seq, entry, body),
            Body::MemberUpdated(body) => self.update_member(seq, body),
            Body::MemberSuspended(body) => self.set_membership(seq, &body.member, Membership::Suspended),
            Body::MemberReinstated(body) => self.set_membership(seq, &body.member, Membership::Active),
            Body::MemberRemoved(body) => self.remove_member(seq, &body.member),
            Body::AccreditationGranted(body) => self.grant_accreditation(seq, entry, body),
            Body::AccreditationWithdrawn(body) => self.withdraw_accreditation(seq, body),
            Body::KeyAdded(body) => self.add_key(seq, entry, body),
            Body::KeyRotated(body) => self.rotate_key(seq, entry, body),
            Body::KeyRevoked(body) => self.revoke_key(seq, body),
            Body::SubjectEnrolled(body) => self.enrol_subject(seq, entry, body),
            Body::SubjectDeparted(_) => self.depart_subject(seq, entry),
            Body::SubjectResumed(body) => self.resume_subject(seq, entry, body),
            Body::AccountLinked(body) => self.link_account(seq, entry, body),
            Body::AccountUnlinked(body) => self.unlink_account(seq, entry, body),
            Body::AssessmentNotified(body) => self.notify_assessment(seq, entry, body),
            Body::AssessmentReplied(body) => self.reply_to_notice(seq, entry, body),
            Body::AssessmentPublished(body) => self.publish_assessment(seq, entry, body),
            Body::AssessmentWithdrawn(body) => self.withdraw_assessment(seq, entry, body),
            Body::CodePublished(body) => self.publish_code(entry, body),
            Body::PledgeSigned(body) => self.sign_pledge(seq, entry, body),
            Body::CollaborationDeclared(body) => self.declare_collaboration(seq, entry, body),
            Body::CollaborationEnded(body) => self.end_collaboration(seq, entry, body),
            Body::EndorsementPublished(body) => self.publish_endorsement(seq, entry, body),
            Body::EndorsementWithdrawn(body) => self.withdraw_endorsement(seq, entry, body),
            Body::DecisionRecorded(body) => self.record_decision(seq, entry, body),
            Body::DecisionOverturned(body) => self.overturn_decision(seq, entry, body),
            Body::SanctionProposed(body) => self.propose_sanction(seq, entry, body),
            Body::SanctionReplied(body) => self.reply_to_proposal(seq, entry, body),
            Body::SanctionImposed(body) => self.impose_sanction(seq, entry, body),
            Body::SanctionLifted(body) => self.lift_sanction(seq, entry, body),
            Body::ContestFiled(body) => self.file_contest(seq, entry, body),
            Body::ContestAdmitted(body) => self.admit_contest(seq, entry, body),
            Body::ContestDeclined(body) => self.decline_contest(seq, entry, body),
            Body::PanelSeated(body) => self.seat_panel(seq, entry, body),
            Body::ContestExtended(body) => self.extend_contest(seq, entry, body),
            Body::ContestDecided(body) => self.decide_contest(seq, entry, body),
            Body::ContestWithdrawn(body) => self.withdraw_contest(seq, entry, body),
            Body::AppealFiled(body) => self.file_appeal(seq, entry, body),
            Body::AppealDecided(body) => self.decide_appeal(seq, entry, body),
            Body::DrawCommitted(body) => self.commit_draw(entry, body),
            Body::DrawRevealed(body) => self.reveal_draw(entry, body),
            Body::CorrectionIssued(body) => self.correct(seq, entry, body),
            Body::EvidenceCommitted(body) => self.commit_evidence(seq, entry, body),
            Body::EvidenceDisclosed(body) => self.disclose_evidence(seq, entry, body),
            Body::EvidenceDestroyed(body) => self.destroy_evidence(seq, entry, body),
            Body::ErasureRequested(body) => self.request_erasure(seq, entry, body),
            Body::ErasureExecuted(body) => self.execute_erasure(seq, entry, body),
            Body::ErasureRefused(body) => self.refuse_erasure(seq, entry, body),
            Body::AuditFinding(_) => Ok(()),
            Body::StateCommitted(body) => self.commit_state(seq, entry, body),
            Body::StateAttested(body) => self.attest_state(seq, entry, body),
            Body::CertificateGranted(body) => self.grant_certificate(seq, entry, body),
            Body::CertificateWithdrawn(body) => self.withdraw_certificate(seq, entry, body),
        }
    }

    /// The file of the subject an event is about, to write in.
    pub(super) fn dossier_mut(&mut self, entry: &Recording<'_>) -> Result<&mut Dossier, Presumed> {
        let subject = entry.event.subject.ok_or(Presumed::Subject)?;
        let ordinal = self.about.or_else(|| self.ordinal(&subject)).ok_or(Presumed::Enrolled(subject))?;
        let file = self.dossiers.get_mut(ordinal as usize).ok_or(Presumed::Enrolled(subject))?;
        Ok(Arc::make_mut(file))
    }

    pub(super) fn dossier_of_mut(&mut self, subject: &SubjectId) -> Option<&mut Dossier> {
        let ordinal = self.ordinal(subject)?;
        self.dossiers.get_mut(ordinal as usize).map(Arc::make_mut)
    }

    /// The number of the issuer, which it gets here if it has none yet.
    pub(super) fn enlist_issuer(&mut self, entry: &Recording<'_>) -> PartyNumber {
        self.parties.enlist(&entry.event.issuer)
    }

    pub(super) fn recorded(&self, seq: u64, entry: &Recording<'_>) -> Recorded {
        let owned =
            |key: &&PublicKey| self.parties.key(key).is_some_and(|record| record.owner == entry.event.issuer);
        let signed_by = match entry.keys {
            [only] => Some(only),
            keys => keys.iter().find(owned).or(keys.first()),
        };
        Recorded {
            event: entry.id,
            seq,
            at: entry.at,
            on: self.date_of(entry.at),
            signed_by: signed_by.and_then(|key| self.parties.key_number(key)),
        }
    }
}
