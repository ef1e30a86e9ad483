//! What is announced before it is done: notices of assessments and proposals of sanctions, with the
//! days in which the subject may reply; and conduct that is not graded again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dossier::item;
use crate::compact;
use crate::dsse::EventId;
use crate::event::{
    AssessmentNotified, Commitment, EventType, IndicatorId, Move, NoticeStage, ProposalStage,
    SanctionProposed,
};
use crate::facts::{Dossier, Item, PartyNumber, Recorded, Sanction};
use crate::limits;
use crate::time::Date;

/// What a subject replied; it stands beside what it is a reply to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reply {
    /// The event.
    pub event: EventId,
    /// When it was recorded.
    pub on: Date,
    /// The commitment to its text.
    pub statement: Commitment,
}

/// The clock of what was announced, and the subject's reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hearing {
    /// The last day on which the subject may reply.
    pub reply_by: Date,
    /// The last day on which what was announced may be done.
    pub use_by: Date,
    /// What it replied.
    pub reply: Option<Reply>,
}

impl Hearing {
    /// The clock of what is announced on a day, under a policy that gives so many days to reply.
    pub fn from(on: Date, reply_days: u16) -> Self {
        let reply_by = on.plus_days(i32::from(reply_days));
        Self { reply_by, use_by: on.plus_days(limits::NOTICE_DAYS), reply: None }
    }

    /// What has happened to it up to a day; `replied` is the type of a reply to it.
    fn moves(self, replied: EventType, today: Date) -> impl Iterator<Item = Move> {
        let reply = self.reply.map(|_| Move::Event(replied, None));
        let over = (today > self.reply_by).then_some(Move::Day("the last day to reply"));
        let lapsed = (today > self.use_by).then_some(Move::Day("the last day of use"));
        [reply, over, lapsed].into_iter().flatten()
    }
}

/// A notified assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// How it was recorded.
    pub recorded: Recorded,
    /// Who intends to publish it.
    pub assessor: PartyNumber,
    /// What is intended.
    #[serde(with = "compact::json")]
    pub intended: AssessmentNotified,
    /// Its clock and the reply.
    pub hearing: Hearing,
}

impl Notice {
    /// How it stands on a day, until something is published by it.
    pub fn stage(&self, today: Date) -> NoticeStage {
        let moves = self.hearing.moves(EventType::AssessmentReplied, today);
        moves.fold(NoticeStage::Waiting, |stage, by| NoticeStage::after(Some(stage), by).unwrap_or(stage))
    }
}

/// A proposed sanction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// How it was recorded.
    pub recorded: Recorded,
    /// Who proposes it.
    pub proposer: PartyNumber,
    /// What is proposed.
    #[serde(with = "compact::json")]
    pub proposed: SanctionProposed,
    /// Its clock and the reply.
    pub hearing: Hearing,
}

impl Proposal {
    /// How it stands on a day, until something is imposed by it.
    pub fn stage(&self, today: Date) -> ProposalStage {
        let moves = self.hearing.moves(EventType::SanctionReplied, today);
        moves.fold(ProposalStage::Waiting, |stage, by| ProposalStage::after(Some(stage), by).unwrap_or(stage))
    }
}

impl Sanction {
    /// The proposal by which it was imposed.
    pub fn proposal_in<'a>(&self, dossier: &'a Dossier) -> Option<&'a Proposal> {
        // It ended with the entry that imposed.
        let imposed = self.recorded.seq;
        let mut used = dossier.proposals.ended_after(imposed);
        used.find(|one| one.span.to_size == Some(imposed + 1)).map(|one| &*one.record)
    }
}

/// Conduct that an assessor's controller group does not grade again: a contest against what it said
/// of it is open, or was upheld.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disputed {
    /// How the contest was recorded.
    pub recorded: Recorded,
    /// Whose assessment it was.
    pub assessor: PartyNumber,
    /// The last day of the conduct observed.
    pub observed_until: Date,
    /// The indicators; none: all.
    pub indicators: Option<Box<[IndicatorId]>>,
}

item!(Notice, assessor);
item!(Proposal, proposer);
item!(Disputed, assessor);
