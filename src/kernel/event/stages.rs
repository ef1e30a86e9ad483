//! The stages that items go through, and what moves them on: the rules follow these tables, the
//! documentation draws them.
//!
//! **Stages are tables.** `src/kernel/event` holds, per kind of item, its stages and the arrows between
//! them; the rules ask the tables, the documentation draws them, and a test walks random histories along
//! them: nothing is recorded that a drawing forbids, nothing refused for a stage that it allows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::items::*;

/// What moves an item from one stage to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// An event of the type that its first word names; the words after it say in which case.
    Event(&'static str),
    /// A day, with what it is the day after.
    Day(&'static str),
}

/// One way on; without `from` it makes the item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrow {
    /// Where it starts.
    pub from: Option<&'static str>,
    /// What moves the item.
    pub by: Move,
    /// Where it leads.
    pub to: &'static str,
}

/// The stages of one kind of item, in the order in which they are drawn.
#[derive(Debug, Clone, Copy)]
pub struct Machine {
    /// What kind of item it is.
    pub item: &'static str,
    /// The names of its stages.
    pub stages: &'static [&'static str],
    /// The ways between them.
    pub arrows: &'static [Arrow],
}

/// An enum of stages and the table of their arrows: `From by event "…" to To`, or `by day "…"`;
/// `new` in place of a stage makes the item.
macro_rules! stages {
    (@from new) => { None };
    (@from $from:ident) => { Some(stringify!($from)) };
    (@is new, $stage:ident) => { $stage.is_none() };
    (@is $from:ident, $stage:ident) => { $stage == Some(Self::$from) };
    (@by event, $text:literal) => { Move::Event($text) };
    (@by day, $text:literal) => { Move::Day($text) };
    (
        $(#[$meta:meta])*
        $name:ident of $item:literal {
            $($(#[doc = $doc:literal])* $stage:ident,)*
        }
        $($from:ident by $kind:ident $text:literal to $to:ident;)*
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[doc = $doc])* $stage,)*
        }

        impl $name {
            /// Its stages and arrows.
            pub const MACHINE: Machine = Machine {
                item: $item,
                stages: &[$(stringify!($stage)),*],
                arrows: &[$(Arrow {
                    from: stages!(@from $from),
                    by: stages!(@by $kind, $text),
                    to: stringify!($to),
                }),*],
            };

            /// Where an event or a day leads from a stage, or from nothing; none: it leads nowhere.
            pub fn after(stage: Option<Self>, by: Move) -> Option<Self> {
                $(if stages!(@is $from, stage) && by == stages!(@by $kind, $text) {
                    return Some(Self::$to);
                })*
                None
            }
        }
    };
}

pub(super) use stages;

stages! {
    /// Whether a member acts, and what it said weighs.
    Membership of "member" {
        /// It acts.
        Active,
        /// It does not act for now; what it said weighs nothing meanwhile.
        Suspended,
        /// It never acts again; what it said weighs nothing.
        Removed,
    }
    new by event "ledger.opened" to Active;
    new by event "operator.changed" to Active;
    new by event "member.admitted" to Active;
    Active by event "member.updated" to Active;
    Suspended by event "member.updated" to Suspended;
    Active by event "member.suspended" to Suspended;
    Suspended by event "member.reinstated" to Active;
    Active by event "member.removed" to Removed;
    Active by event "operator.changed" to Removed;
    Suspended by event "member.removed" to Removed;
}

stages! {
    /// How far a contest has come. A day is the one after the last of the policy's window that it names.
    Contesting of "contest" {
        /// The council has yet to admit it; where the policy sets no days for that, to decide it.
        Filed,
        /// Admitted, or not declined in time: its panel is to be seated.
        Admitted,
        /// Its panel is to decide.
        Seated,
        /// Not decided in time: its item is out of the score until it is.
        Overdue,
        /// Decided; the subject may appeal where the policy has days for that.
        Decided,
        /// Appealed: another panel is to be seated; where there is none, the council decides.
        Appealed,
        /// The other panel is to decide.
        AppealSeated,
        /// The appeal was not decided in time: the item is out of the score until it is.
        AppealOverdue,
        /// Decided for good.
        Final,
        /// Not admitted: the item stands.
        Declined,
        /// Given up by the subject before a decision.
        Withdrawn,
    }
    new by event "contest.filed" to Filed;
    Filed by event "contest.admitted" to Admitted;
    Filed by event "contest.declined" to Declined;
    Filed by day "windows.admit" to Admitted;
    Filed by day "windows.decide" to Overdue;
    Filed by event "contest.extended" to Filed;
    Filed by event "contest.decided" to Decided;
    Filed by event "contest.withdrawn" to Withdrawn;
    Admitted by event "panel.seated" to Seated;
    Admitted by event "contest.extended" to Admitted;
    Admitted by day "windows.decide" to Overdue;
    Admitted by event "contest.withdrawn" to Withdrawn;
    Seated by event "panel.seated" to Seated;
    Seated by event "contest.extended" to Seated;
    Seated by event "contest.decided" to Decided;
    Seated by day "windows.decide" to Overdue;
    Seated by event "contest.withdrawn" to Withdrawn;
    Overdue by event "panel.seated" to Overdue;
    Overdue by event "contest.decided" to Decided;
    Overdue by event "contest.withdrawn" to Withdrawn;
    Decided by event "appeal.filed" to Appealed;
    Decided by day "windows.appeal" to Final;
    Appealed by event "panel.seated" to AppealSeated;
    Appealed by event "contest.extended" to Appealed;
    Appealed by event "appeal.decided" to Final;
    Appealed by day "windows.appeal_decide" to AppealOverdue;
    Appealed by event "contest.withdrawn" to Final;
    AppealSeated by event "panel.seated" to AppealSeated;
    AppealSeated by event "contest.extended" to AppealSeated;
    AppealSeated by event "appeal.decided" to Final;
    AppealSeated by day "windows.appeal_decide" to AppealOverdue;
    AppealSeated by event "contest.withdrawn" to Final;
    AppealOverdue by event "panel.seated" to AppealOverdue;
    AppealOverdue by event "appeal.decided" to Final;
    AppealOverdue by event "contest.withdrawn" to Final;
}

impl Contesting {
    /// Whether something waits for a decision.
    pub fn is_open(self) -> bool {
        use Contesting::*;
        matches!(self, Filed | Admitted | Seated | Overdue | Appealed | AppealSeated | AppealOverdue)
    }

    /// Whether that is an appeal.
    pub fn is_appeal(self) -> bool {
        matches!(self, Self::Appealed | Self::AppealSeated | Self::AppealOverdue)
    }
}

stages! {
    /// How a notified assessment stands.
    NoticeStage of "notice" {
        /// The subject may reply.
        Waiting,
        /// The subject has replied.
        Replied,
        /// The days to reply are over, and it did not.
        Unanswered,
        /// The assessment is published.
        Published,
        /// Nothing can be published by it any more.
        Lapsed,
    }
    new by event "assessment.notified" to Waiting;
    Waiting by event "assessment.replied" to Replied;
    Waiting by day "the last day to reply" to Unanswered;
    Replied by event "assessment.published" to Published;
    Unanswered by event "assessment.published" to Published;
    Replied by day "the last day of use" to Lapsed;
    Unanswered by day "the last day of use" to Lapsed;
}

stages! {
    /// How a proposed sanction stands.
    ProposalStage of "proposal" {
        /// The subject may reply.
        Waiting,
        /// The subject has replied.
        Replied,
        /// The days to reply are over, and it did not.
        Unanswered,
        /// The sanction is imposed.
        Imposed,
        /// Nothing can be imposed by it any more.
        Lapsed,
    }
    new by event "sanction.proposed" to Waiting;
    Waiting by event "sanction.replied" to Replied;
    Waiting by day "the last day to reply" to Unanswered;
    Replied by event "sanction.imposed" to Imposed;
    Unanswered by event "sanction.imposed" to Imposed;
    Replied by day "the last day of use" to Lapsed;
    Unanswered by day "the last day of use" to Lapsed;
}

/// Every table.
pub const MACHINES: &[Machine] = &[
    Membership::MACHINE,
    KeyStage::MACHINE,
    AccreditationStage::MACHINE,
    PolicyStage::MACHINE,
    SubjectStage::MACHINE,
    AccountStage::MACHINE,
    AssessmentStage::MACHINE,
    EndorsementStage::MACHINE,
    CollaborationStage::MACHINE,
    DecisionStage::MACHINE,
    SanctionStage::MACHINE,
    Contesting::MACHINE,
    NoticeStage::MACHINE,
    ProposalStage::MACHINE,
    EvidenceStage::MACHINE,
    ErasureStage::MACHINE,
];
