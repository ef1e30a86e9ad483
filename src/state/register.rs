//! What is registered about a subject beside what its score is made of.
//!
//! Few subjects have any of it, so it stands apart from their files.

use std::sync::Arc;

use super::{Recording, State};
use crate::clock::Date;
use crate::dsse::EventId;
use crate::event::{CategoryId, CollaborationStage, Commitment, OfficialAct, PlatformId, ValueBand};
use crate::limits;
use crate::score::{Item, PartyNumber, Recorded, Records, item};

/// What is registered about one subject.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Register {
    /// Its pledges to the code of conduct; one at most is open.
    pub pledges: Records<Pledge>,
    /// Its paid work; what ended early stands with its new last day.
    pub collaborations: Records<Collaboration>,
    /// Its own accounts on platforms; those open are linked.
    pub accounts: Records<Account>,
    /// Official decisions about it; none open: overturned.
    pub decisions: Records<Decision>,
}

/// A pledge to a version of the code of conduct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pledge {
    /// How it was recorded.
    pub recorded: Recorded,
    /// The `code.published` event.
    pub code: EventId,
}

/// Paid work for a business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collaboration {
    /// How it was recorded.
    pub recorded: Recorded,
    /// The business that pays.
    pub business: PartyNumber,
    /// The campaign's name.
    pub campaign: String,
    /// What kind of product it is about.
    pub category: CategoryId,
    /// Its first day.
    pub starts_on: Date,
    /// Its last day.
    pub ends_on: Date,
    /// What it is worth a year.
    pub value_band: ValueBand,
    /// The papers that the subject checked.
    pub papers: Vec<Commitment>,
}

impl Collaboration {
    /// Its stage on a day.
    pub fn stage(&self, on: Date) -> CollaborationStage {
        if self.ends_on < on { CollaborationStage::Over } else { CollaborationStage::Declared }
    }

    /// Whether an endorsement published on a day must disclose it.
    pub fn is_near(&self, on: Date) -> bool {
        let days = limits::COLLABORATION_DAYS;
        self.starts_on.days_since(on) <= days && on.days_since(self.ends_on) <= days
    }
}

/// An official decision about the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// How it was recorded.
    pub recorded: Recorded,
    /// The agency that recorded it.
    pub agency: PartyNumber,
    /// The decision.
    pub act: OfficialAct,
}

/// An account on a platform that is the subject's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// How it was recorded.
    pub recorded: Recorded,
    /// The platform.
    pub platform: PlatformId,
    /// The commitment to its handle or address.
    pub account: Commitment,
}

item!(Pledge);
item!(Account);
item!(Collaboration, business);
item!(Decision, agency);

impl State {
    /// The register of the subject an event is about, to write in; none for an event about nobody.
    pub(super) fn register_mut(&mut self, entry: &Recording<'_>) -> Option<&mut Register> {
        let subject = entry.event.subject?;
        Some(Arc::make_mut(self.registers.entry(subject).or_default()))
    }
}
