//! Verbs of a family of events stand together in a group: what may be done to one kind of thing.

use clap::Subcommand;

use super::{
    accounts, case, certificates, commitments, contests, contribute, council, draws, evidence, govern,
    identity, keys, member, party_keys, register, remedy, sanction,
};
use crate::event::{
    AccountUnlinked, CollaborationEnded, EvidenceDestroyed, MemberReinstated, MemberRemoved, MemberSuspended,
};

/// Who the members are, and in what standing
#[derive(Debug, Subcommand)]
pub(super) enum Member {
    /// List the members, as they stand
    List(member::Members),
    /// Show a member and how what it said has fared
    Show(member::Member),
    /// Admit a member (council)
    Admit(govern::Admit),
    /// Change a member's class, controller group, name or duties (council)
    Update(council::Update),
    /// Accredit an assessor, in the place of the accreditation that stands (council)
    Accredit(council::Accredit),
    /// Suspend a member: it issues nothing, and nothing of it weighs (council)
    Suspend(council::Membership),
    /// Reinstate a suspended member (council)
    #[command(after_help = "Example:
  tinnhiem member reinstate --member bao-moi --key seat-1.pem --key seat-2.pem \\
    --key seat-3.pem")]
    Reinstate(council::Membership),
    /// Remove a member for good (council)
    #[command(after_help = "Example:
  tinnhiem member remove --member bao-moi --reason 'Giải thể.' \\
    --key seat-1.pem --key seat-2.pem --key seat-3.pem")]
    Remove(council::Membership),
}

impl Member {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        match self {
            Self::List(verb) => verb.run().await,
            Self::Show(verb) => verb.run().await,
            Self::Admit(verb) => verb.run().await,
            Self::Update(verb) => verb.run().await,
            Self::Accredit(verb) => verb.run().await,
            Self::Suspend(verb) => {
                verb.run(|member, reason| MemberSuspended { member, reason: reason.map(Into::into) }.into())
                    .await
            }
            Self::Reinstate(verb) => {
                verb.run(|member, reason| MemberReinstated { member, reason: reason.map(Into::into) }.into())
                    .await
            }
            Self::Remove(verb) => {
                verb.run(|member, reason| MemberRemoved { member, reason: reason.map(Into::into) }.into())
                    .await
            }
        }
    }
}

/// The council and the operator
#[derive(Debug, Subcommand)]
pub(super) enum Council {
    /// Change the council's seats and threshold (council, with the new keys)
    Reseat(council::Reseat),
    /// Change the operator or its key (council, with the new key)
    HandOver(council::HandOver),
}

impl Council {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        match self {
            Self::Reseat(verb) => verb.run().await,
            Self::HandOver(verb) => verb.run().await,
        }
    }
}

/// Keys of whoever signs
#[derive(Debug, Subcommand)]
pub(super) enum Key {
    /// Make a key file
    New(keys::Keygen),
    /// Print the public key of a key file
    Public(keys::ShowPublic),
    /// Add a key (its owner; the council to recover a lost one)
    Add(party_keys::AddKey),
    /// Put a new key in the place of another (its owner)
    Rotate(party_keys::RotateKey),
    /// End a key (the key itself, or the council)
    Revoke(party_keys::RevokeKey),
    /// Put a new key in the place of the log's (council, with both)
    RotateLog(party_keys::RotateLogKey),
}

impl Key {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        match self {
            Self::New(verb) => verb.run(),
            Self::Public(verb) => verb.run(),
            Self::Add(verb) => verb.run().await,
            Self::Rotate(verb) => verb.run().await,
            Self::Revoke(verb) => verb.run().await,
            Self::RotateLog(verb) => verb.run().await,
        }
    }
}

/// Who is assessed
#[derive(Debug, Subcommand)]
pub(super) enum Subject {
    /// Enrol a subject (registrar; the subject signs too, with `sign` where its key is elsewhere)
    Enrol(contribute::Enrol),
    /// Bring back a subject that departed, with its history (registrar and the KOL)
    #[command(after_help = "Example:
  tinnhiem subject resume --issuer vietreel --subject kol-0123456789abc \\
    --name 'Trần Bảo Ngân' --topic am-thuc --identity so-dinh-danh.txt \\
    --identity-secret secret.hex --consent dong-y.pdf --subject-key kol.pem \\
    --key vietreel.pem")]
    Resume(contribute::Enrol),
    /// Leave the programme (the KOL)
    Depart(remedy::Depart),
    /// Link an account on a platform to its subject (registrar and the KOL)
    Link(accounts::Link),
    /// Unlink it, by the `account.linked` event (registrar and the KOL)
    #[command(after_help = "Example:
  tinnhiem subject unlink --issuer vietreel --subject kol-0123456789abc \\
    --target 5f…e2 --key vietreel.pem --key kol.pem")]
    Unlink(case::Target),
    /// Make the secret that keys identity numbers, once for all registrars of a ledger
    IdentitySecret(identity::IdentitySecret),
}

impl Subject {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        match self {
            Self::Enrol(verb) => verb.run().await,
            Self::Resume(verb) => verb.resume().await,
            Self::Depart(verb) => verb.run().await,
            Self::Link(verb) => verb.run().await,
            Self::Unlink(verb) => {
                verb.run(|target, reason| AccountUnlinked { target, reason: reason.map(Into::into) }).await
            }
            Self::IdentitySecret(verb) => verb.run(),
        }
    }
}

/// A contest of an item, from its filing to its appeal
#[derive(Debug, Subcommand)]
pub(super) enum Contest {
    /// Contest an assessment or sanction (the KOL concerned); `withdraw` takes it back
    File(contribute::Contest),
    /// Admit a contest (council)
    Admit(contests::AdmitContest),
    /// Decline a contest (council)
    Decline(contests::DeclineContest),
    /// Seat the panel that was drawn for a contest or its appeal (council)
    Seat(contests::Seat),
    /// Challenge one member of the panel (the KOL concerned)
    Challenge(contests::Challenge),
    /// Put a decision off, once (the panel, or the council before it sits)
    Extend(contests::Extend),
    /// Decide a contest or its appeal (the panel, or the council where there is none)
    Decide(govern::Decide),
    /// Appeal a decision (the KOL concerned)
    Appeal(contests::Appeal),
}

impl Contest {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        match self {
            Self::File(verb) => verb.run().await,
            Self::Admit(verb) => verb.run().await,
            Self::Decline(verb) => verb.run().await,
            Self::Seat(verb) => verb.run().await,
            Self::Challenge(verb) => verb.run().await,
            Self::Extend(verb) => verb.run().await,
            Self::Decide(verb) => verb.run().await,
            Self::Appeal(verb) => verb.run().await,
        }
    }
}

/// Draws of panels
#[derive(Debug, Subcommand)]
pub(super) enum Draw {
    /// Commit to the values from which panels are drawn (operator, auditor)
    Commit(draws::CommitDraw),
    /// Reveal the next of them (operator, auditor)
    Reveal(draws::RevealDraw),
    /// Draw the panel of a contest again
    Repeat(draws::Draw),
}

impl Draw {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        match self {
            Self::Commit(verb) => verb.run().await,
            Self::Reveal(verb) => verb.run().await,
            Self::Repeat(verb) => verb.run().await,
        }
    }
}

/// Sanctions
#[derive(Debug, Subcommand)]
pub(super) enum Sanction {
    /// Propose a sanction, for the subject to reply to first (any member)
    Propose(sanction::Propose),
    /// Impose a sanction (council)
    Impose(sanction::Sanction),
}

impl Sanction {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        match self {
            Self::Propose(verb) => verb.run().await,
            Self::Impose(verb) => verb.run().await,
        }
    }
}

/// Certificates
#[derive(Debug, Subcommand)]
pub(super) enum Certificate {
    /// Show a KOL's certificate (anyone); write it as a credential that proves it (operator)
    Show(certificates::Certificate),
    /// Grant a certificate, in the place of the one that stands (council)
    Grant(certificates::Certify),
}

impl Certificate {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        match self {
            Self::Show(verb) => verb.run().await,
            Self::Grant(verb) => verb.run().await,
        }
    }
}

/// The code of conduct
#[derive(Debug, Subcommand)]
pub(super) enum Code {
    /// Publish a version of the code of conduct (council)
    Publish(register::Code),
    /// Pledge to keep the code of conduct (the KOL)
    Pledge(register::Pledge),
}

impl Code {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        match self {
            Self::Publish(verb) => verb.run().await,
            Self::Pledge(verb) => verb.run().await,
        }
    }
}

/// Paid work
#[derive(Debug, Subcommand)]
pub(super) enum Collaboration {
    /// Declare paid work (the business and the KOL)
    Declare(register::Collaborate),
    /// End paid work before its last day, by the `collaboration.declared` event (the same two)
    #[command(after_help = "Example:
  tinnhiem collaboration end --issuer sua-doi-xanh --subject kol-0123456789abc \\
    --target 5f…e2 --key sua-doi-xanh.pem --key kol.pem")]
    End(case::Target),
}

impl Collaboration {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        match self {
            Self::Declare(verb) => verb.run().await,
            Self::End(verb) => {
                verb.run(|target, reason| CollaborationEnded { target, reason: reason.map(Into::into) }).await
            }
        }
    }
}

/// Official decisions
#[derive(Debug, Subcommand)]
pub(super) enum Decision {
    /// Record an official decision (state agency)
    Record(register::RecordDecision),
    /// Record that a decision was overturned (state agency)
    Overturn(register::OverturnDecision),
}

impl Decision {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        match self {
            Self::Record(verb) => verb.run().await,
            Self::Overturn(verb) => verb.run().await,
        }
    }
}

/// Evidence that is kept
#[derive(Debug, Subcommand)]
pub(super) enum Evidence {
    /// Say what evidence is kept, by whom and until when (member and custodian)
    Commit(evidence::CommitEvidence),
    /// Say whom evidence was shown to (its custodian)
    Disclose(evidence::DiscloseEvidence),
    /// Say that evidence was destroyed, by the `evidence.committed` event (its custodian)
    #[command(after_help = "Example:
  tinnhiem evidence destroy --issuer o4-hai-van --subject kol-0123456789abc \\
    --target 5f…e2 --key o4-hai-van.pem")]
    Destroy(case::Target),
}

impl Evidence {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        match self {
            Self::Commit(verb) => verb.run().await,
            Self::Disclose(verb) => verb.run().await,
            Self::Destroy(verb) => {
                verb.run(|target, reason| EvidenceDestroyed { target, reason: reason.map(Into::into) }).await
            }
        }
    }
}

/// Destruction of personal data
#[derive(Debug, Subcommand)]
pub(super) enum Erasure {
    /// Ask for the destruction of personal data (the KOL concerned)
    Request(remedy::RequestErasure),
    /// Destroy it (operator)
    Execute(remedy::ExecuteErasure),
    /// Keep it, on a legal ground (operator)
    Refuse(remedy::RefuseErasure),
}

impl Erasure {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        match self {
            Self::Request(verb) => verb.run().await,
            Self::Execute(verb) => verb.run().await,
            Self::Refuse(verb) => verb.run().await,
        }
    }
}

/// Commitments to the state
#[derive(Debug, Subcommand)]
pub(super) enum State {
    /// Commit to the state as a whole, from which scores are proven (operator)
    Commit(commitments::CommitState),
    /// Audit the ledger, and attest the state that was committed to (auditor)
    Attest(commitments::Attest),
}

impl State {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        match self {
            Self::Commit(verb) => verb.run().await,
            Self::Attest(verb) => verb.run().await,
        }
    }
}
