//! Which verb runs what.

use super::{Verb, shell};
use crate::event::{MemberReinstated, MemberRemoved, MemberSuspended};

impl Verb {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        match self {
            Self::Demo(verb) => verb.run().await,
            Self::Serve(verb) => verb.run().await,
            Self::Init(verb) => verb.run().await,
            Self::Keygen(verb) => verb.run(),
            Self::PublicKey(verb) => verb.run(),
            Self::Sign(verb) => verb.run().await,
            Self::Submit(verb) => verb.run().await,
            Self::Publish(verb) => verb.run().await,
            Self::Admit(verb) => verb.run().await,
            Self::Update(verb) => verb.run().await,
            Self::Accredit(verb) => verb.run().await,
            Self::Suspend(verb) => verb.run(|member, reason| MemberSuspended { member, reason }.into()).await,
            Self::Reinstate(verb) => {
                verb.run(|member, reason| MemberReinstated { member, reason }.into()).await
            }
            Self::Remove(verb) => verb.run(|member, reason| MemberRemoved { member, reason }.into()).await,
            Self::Reseat(verb) => verb.run().await,
            Self::HandOver(verb) => verb.run().await,
            Self::AddKey(verb) => verb.run().await,
            Self::RotateKey(verb) => verb.run().await,
            Self::RevokeKey(verb) => verb.run().await,
            Self::RotateLogKey(verb) => verb.run().await,
            Self::IdentitySecret(verb) => verb.run(),
            Self::Enrol(verb) => verb.run().await,
            Self::Resume(verb) => verb.resume().await,
            Self::Depart(verb) => verb.run().await,
            Self::Link(verb) => verb.run().await,
            Self::Unlink(verb) => {
                verb.run(|target, reason| crate::event::AccountUnlinked { target, reason }).await
            }
            Self::Notify(verb) => verb.run().await,
            Self::Assess(verb) => verb.run().await,
            Self::Endorse(verb) => verb.run().await,
            Self::Propose(verb) => verb.run().await,
            Self::Certify(verb) => verb.run().await,
            Self::Certificate(verb) => verb.run().await,
            Self::Reply(verb) => verb.run().await,
            Self::Sanction(verb) => verb.run().await,
            Self::Code(verb) => verb.run().await,
            Self::Pledge(verb) => verb.run().await,
            Self::Collaborate(verb) => verb.run().await,
            Self::EndCollaboration(verb) => {
                verb.run(|target, reason| crate::event::CollaborationEnded { target, reason }).await
            }
            Self::RecordDecision(verb) => verb.run().await,
            Self::OverturnDecision(verb) => verb.run().await,
            Self::Withdraw(verb) => verb.run().await,
            Self::Contest(verb) => verb.run().await,
            Self::AdmitContest(verb) => verb.run().await,
            Self::DeclineContest(verb) => verb.run().await,
            Self::Seat(verb) => verb.run().await,
            Self::Challenge(verb) => verb.run().await,
            Self::Extend(verb) => verb.run().await,
            Self::Decide(verb) => verb.run().await,
            Self::Appeal(verb) => verb.run().await,
            Self::CommitDraw(verb) => verb.run().await,
            Self::RevealDraw(verb) => verb.run().await,
            Self::Draw(verb) => verb.run().await,
            Self::Correct(verb) => verb.run().await,
            Self::CommitEvidence(verb) => verb.run().await,
            Self::Commitment(verb) => verb.run().await,
            Self::DiscloseEvidence(verb) => verb.run().await,
            Self::DestroyEvidence(verb) => {
                verb.run(|target, reason| crate::event::EvidenceDestroyed { target, reason }).await
            }
            Self::RequestErasure(verb) => verb.run().await,
            Self::ExecuteErasure(verb) => verb.run().await,
            Self::RefuseErasure(verb) => verb.run().await,
            Self::ReportFinding(verb) => verb.run().await,
            Self::CommitState(verb) => verb.run().await,
            Self::Attest(verb) => verb.run().await,
            Self::Score(verb) => verb.run().await,
            Self::History(verb) => verb.run().await,
            Self::Me(verb) => verb.run().await,
            Self::Ledger(verb) => verb.run().await,
            Self::Clocks(verb) => verb.run().await,
            Self::Members(verb) => verb.run().await,
            Self::Member(verb) => verb.run().await,
            Self::Policy(verb) => verb.run().await,
            Self::Find(verb) => verb.run().await,
            Self::Top(verb) => verb.run().await,
            Self::Log(verb) => verb.run().await,
            Self::Show(verb) => verb.run().await,
            Self::Guide(verb) => verb.run(),
            Self::Explain(verb) => verb.run().await,
            Self::Receipt(verb) => verb.run().await,
            Self::Verify(verb) => verb.run().await,
            Self::ConfirmClock(verb) => verb.run().await,
            Self::Checkpoint(verb) => verb.run().await,
            Self::Fsck(verb) => verb.run(),
            Self::Audit(verb) => verb.run().await,
            Self::Export(verb) => verb.run().await,
            Self::Import(verb) => verb.run().await,
            Self::Seal(verb) => verb.run().await,
            Self::Ratings(verb) => verb.run().await,
            Self::Bench(verb) => verb.run().await,
            Self::Schemas(verb) => verb.run(),
            Self::Completions(verb) => verb.run(),
            Self::Man => shell::manual(),
        }
    }
}
