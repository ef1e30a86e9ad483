//! The stages that items go through, and what moves them on: the rules follow these tables, the
//! documentation draws them.
//!
//! **Stages are tables.** `src/kernel/event` holds, per kind of item, its stages and the arrows between
//! them; the rules ask the tables, the documentation draws them, and a test walks random histories along
//! them: nothing is recorded that a drawing forbids, nothing refused for a stage that it allows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::EventType;
use super::items::*;

/// What moves an item from one stage to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// An event of this type, and in which case of it; mostly in any.
    Event(EventType, Option<&'static str>),
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

/// An enum of stages and the table of their arrows: `From by event Type to To`, in one case of it `by event Type "…"`, or
/// `by day "…"`;
/// `new` in place of a stage makes the item.
macro_rules! stages {
    (@from new) => { None };
    (@from $from:ident) => { Some(stringify!($from)) };
    (@is new, $stage:ident) => { $stage.is_none() };
    (@is $from:ident, $stage:ident) => { $stage == Some(Self::$from) };
    (@by day, $text:literal) => { Move::Day($text) };
    (@by event, $event:ident) => { Move::Event(EventType::$event, None) };
    (@by event, $event:ident, $case:literal) => { Move::Event(EventType::$event, Some($case)) };
    (
        $(#[$meta:meta])*
        $name:ident of $item:literal {
            $($(#[doc = $doc:literal])* $stage:ident,)*
        }
        $($from:ident by $kind:ident $($event:ident)? $($text:literal)? to $to:ident;)*
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
                    by: stages!(@by $kind $(, $event)? $(, $text)?),
                    to: stringify!($to),
                }),*],
            };

            /// Where an event or a day leads from a stage, or from nothing; none: it leads nowhere.
            pub fn after(stage: Option<Self>, by: Move) -> Option<Self> {
                $(if stages!(@is $from, stage) && by == stages!(@by $kind $(, $event)? $(, $text)?) {
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
    new by event LedgerOpened to Active;
    new by event OperatorChanged to Active;
    new by event MemberAdmitted to Active;
    Active by event MemberUpdated to Active;
    Suspended by event MemberUpdated to Suspended;
    Active by event MemberSuspended to Suspended;
    Suspended by event MemberReinstated to Active;
    Active by event MemberRemoved to Removed;
    Active by event OperatorChanged to Removed;
    Suspended by event MemberRemoved to Removed;
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
    new by event ContestFiled to Filed;
    Filed by event ContestAdmitted to Admitted;
    Filed by event ContestDeclined to Declined;
    Filed by day "windows.admit" to Admitted;
    Filed by day "windows.decide" to Overdue;
    Filed by event ContestExtended to Filed;
    Filed by event ContestDecided to Decided;
    Filed by event ContestWithdrawn to Withdrawn;
    Admitted by event PanelSeated to Seated;
    Admitted by event ContestExtended to Admitted;
    Admitted by day "windows.decide" to Overdue;
    Admitted by event ContestWithdrawn to Withdrawn;
    Seated by event PanelSeated to Seated;
    Seated by event ContestExtended to Seated;
    Seated by event ContestDecided to Decided;
    Seated by day "windows.decide" to Overdue;
    Seated by event ContestWithdrawn to Withdrawn;
    Overdue by event PanelSeated to Overdue;
    Overdue by event ContestDecided to Decided;
    Overdue by event ContestWithdrawn to Withdrawn;
    Decided by event AppealFiled to Appealed;
    Decided by day "windows.appeal" to Final;
    Appealed by event PanelSeated to AppealSeated;
    Appealed by event ContestExtended to Appealed;
    Appealed by event AppealDecided to Final;
    Appealed by day "windows.appeal_decide" to AppealOverdue;
    Appealed by event ContestWithdrawn to Final;
    AppealSeated by event PanelSeated to AppealSeated;
    AppealSeated by event ContestExtended to AppealSeated;
    AppealSeated by event AppealDecided to Final;
    AppealSeated by day "windows.appeal_decide" to AppealOverdue;
    AppealSeated by event ContestWithdrawn to Final;
    AppealOverdue by event PanelSeated to AppealOverdue;
    AppealOverdue by event AppealDecided to Final;
    AppealOverdue by event ContestWithdrawn to Final;
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
    new by event AssessmentNotified to Waiting;
    Waiting by event AssessmentReplied to Replied;
    Waiting by day "the last day to reply" to Unanswered;
    Replied by event AssessmentPublished to Published;
    Unanswered by event AssessmentPublished to Published;
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
    new by event SanctionProposed to Waiting;
    Waiting by event SanctionReplied to Replied;
    Waiting by day "the last day to reply" to Unanswered;
    Replied by event SanctionImposed to Imposed;
    Unanswered by event SanctionImposed to Imposed;
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
