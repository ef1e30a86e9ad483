//! What is announced, and the subject's reply: `assessment.notified`, `sanction.proposed`, `.replied`

use super::{Presumed, Recording, State};
use crate::dsse::EventId;
use crate::event::{AssessmentNotified, AssessmentReplied, Commitment, SanctionProposed, SanctionReplied};
use crate::facts::{Dossier, Hearing, Item, Notice, Proposal, Records, Reply};
use crate::time::Date;

impl State {
    pub(super) fn notify_assessment(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &AssessmentNotified,
    ) -> Result<(), Presumed> {
        let recorded = self.recorded(seq, entry);
        let assessor = self.enlist_issuer(entry);
        let hearing = self.hearing(recorded.on);
        let notice = Notice { recorded, assessor, intended: body.clone(), hearing };
        let dossier = self.dossier_mut(entry)?;
        // The one before has lapsed.
        dossier.notices.close_of(seq, assessor, |_| true);
        dossier.notices.push(seq, notice);
        Ok(())
    }

    pub(super) fn propose_sanction(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &SanctionProposed,
    ) -> Result<(), Presumed> {
        let recorded = self.recorded(seq, entry);
        let proposer = self.enlist_issuer(entry);
        let hearing = self.hearing(recorded.on);
        let proposal = Proposal { recorded, proposer, proposed: body.clone(), hearing };
        let dossier = self.dossier_mut(entry)?;
        dossier.proposals.close_of(seq, proposer, |_| true);
        dossier.proposals.push(seq, proposal);
        Ok(())
    }

    pub(super) fn reply_to_notice(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &AssessmentReplied,
    ) -> Result<(), Presumed> {
        let reply = self.reply(entry, *body.statement);
        let dossier = self.dossier_mut(entry)?;
        let before = named(&dossier.notices, &body.notice)?;
        let hearing = Hearing { reply: Some(reply), ..before.hearing };
        let replied = Notice { hearing, ..before.clone() };
        dossier.notices.close_where(seq, |one| one.recorded.event == body.notice);
        dossier.notices.push(seq, replied);
        Ok(())
    }

    pub(super) fn reply_to_proposal(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &SanctionReplied,
    ) -> Result<(), Presumed> {
        let reply = self.reply(entry, *body.statement);
        let dossier = self.dossier_mut(entry)?;
        let before = named(&dossier.proposals, &body.proposal)?;
        let hearing = Hearing { reply: Some(reply), ..before.hearing };
        let replied = Proposal { hearing, ..before.clone() };
        dossier.proposals.close_where(seq, |one| one.recorded.event == body.proposal);
        dossier.proposals.push(seq, replied);
        Ok(())
    }

    /// The clock of what is announced on a day, by the policy in force then.
    fn hearing(&self, on: Date) -> Hearing {
        Hearing::from(on, self.policy_on(on).and_then(|policy| policy.windows.reply).unwrap_or(0))
    }

    fn reply(&self, entry: &Recording<'_>, statement: Commitment) -> Reply {
        Reply { event: entry.id, on: self.date_of(entry.at), statement }
    }
}

/// Ends a notice by which the entry at `seq` publishes; tells the reply to it.
pub(super) fn use_notice(
    dossier: &mut Dossier,
    seq: u64,
    notice: &EventId,
) -> Result<Option<Box<Reply>>, Presumed> {
    let reply = named(&dossier.notices, notice)?.hearing.reply;
    dossier.notices.close_where(seq, |one| one.recorded.event == *notice);
    Ok(reply.map(Box::new))
}

/// Ends a proposal by which the entry at `seq` imposes; tells the reply to it.
pub(super) fn use_proposal(
    dossier: &mut Dossier,
    seq: u64,
    proposal: &EventId,
) -> Result<Option<Box<Reply>>, Presumed> {
    let reply = named(&dossier.proposals, proposal)?.hearing.reply;
    dossier.proposals.close_where(seq, |one| one.recorded.event == *proposal);
    Ok(reply.map(Box::new))
}

fn named<'a, T: Item>(records: &'a Records<T>, event: &EventId) -> Result<&'a T, Presumed> {
    records.open().find(|one| one.recorded().event == *event).ok_or(Presumed::Standing(*event))
}
