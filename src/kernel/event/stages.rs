//! The stages that items go through, and what moves them on: the rules follow these tables, the
//! documentation draws them.
//!
//! **Stages are tables.** Each family's `stages.rs` holds the stages of what it makes and the arrows between
//! them; the rules ask the tables, the documentation draws them, and a test walks random histories along
//! them: nothing is recorded that a drawing forbids, nothing refused for a stage that it allows.

use super::EventType;

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

/// An enum of stages and the table of their arrows.
///
/// `From by event Type to To`, in one case of it `by event Type "…"`, or `by day "…"`, which is the day
/// after the date that it names; `new` in place of a stage makes the item.
macro_rules! stages {
    (@from new) => { None };
    (@from $from:ident) => { Some(stringify!($from)) };
    (@is new, $stage:ident) => { $stage.is_none() };
    (@is $from:ident, $stage:ident) => { $stage == Some(Self::$from) };
    (@by day, $text:literal) => { $crate::event::Move::Day($text) };
    (@by event, $event:ident) => { $crate::event::Move::Event($crate::event::EventType::$event, None) };
    (@by event, $event:ident, $case:literal) => { $crate::event::Move::Event($crate::event::EventType::$event, Some($case)) };
    (
        $(#[$meta:meta])*
        $name:ident of $item:literal {
            $($(#[doc = $doc:literal])* $stage:ident,)*
        }
        $($from:ident by $kind:ident $($event:ident)? $($text:literal)? to $to:ident;)*
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
            schemars::JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[doc = $doc])* $stage,)*
        }

        impl $name {
            /// Its stages and arrows.
            pub const MACHINE: $crate::event::Machine = $crate::event::Machine {
                item: $item,
                stages: &[$(stringify!($stage)),*],
                arrows: &[$($crate::event::Arrow {
                    from: stages!(@from $from),
                    by: stages!(@by $kind $(, $event)? $(, $text)?),
                    to: stringify!($to),
                }),*],
            };

            /// Where an event or a day leads from a stage, or from nothing; none: it leads nowhere.
            pub fn after(stage: Option<Self>, by: $crate::event::Move) -> Option<Self> {
                $(if stages!(@is $from, stage) && by == stages!(@by $kind $(, $event)? $(, $text)?) {
                    return Some(Self::$to);
                })*
                None
            }
        }
    };
}

#[path = "../families/account/stages.rs"]
mod account;
#[path = "../families/accreditation/stages.rs"]
mod accreditation;
#[path = "../families/assessment/stages.rs"]
mod assessment;
#[path = "../families/certificate/stages.rs"]
mod certificate;
#[path = "../families/collaboration/stages.rs"]
mod collaboration;
#[path = "../families/contest/stages.rs"]
mod contest;
#[path = "../families/decision/stages.rs"]
mod decision;
#[path = "../families/endorsement/stages.rs"]
mod endorsement;
#[path = "../families/erasure/stages.rs"]
mod erasure;
#[path = "../families/evidence/stages.rs"]
mod evidence;
#[path = "../families/key/stages.rs"]
mod key;
#[path = "../families/member/stages.rs"]
mod member;
#[path = "../families/policy/stages.rs"]
mod policy;
#[path = "../families/sanction/stages.rs"]
mod sanction;
#[path = "../families/subject/stages.rs"]
mod subject;

pub use account::AccountStage;
pub use accreditation::AccreditationStage;
pub use assessment::{AssessmentStage, NoticeStage};
pub use certificate::CertificateStage;
pub use collaboration::CollaborationStage;
pub use contest::Contesting;
pub use decision::DecisionStage;
pub use endorsement::EndorsementStage;
pub use erasure::ErasureStage;
pub use evidence::EvidenceStage;
pub use key::KeyStage;
pub use member::Membership;
pub use policy::PolicyStage;
pub use sanction::{ProposalStage, SanctionStage};
pub use subject::SubjectStage;

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
    CertificateStage::MACHINE,
];
