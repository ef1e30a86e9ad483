//! What is registered about a subject beside what its score is made of.
//!
//! Few subjects have any of it, so it stands apart from their files.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Presumed, Recording, State};
use crate::compact;
use crate::dsse::EventId;
use crate::event::{
    CategoryId, CollaborationStage, Commitment, CorrectionAction, ErasureStage, EvidenceStage, OfficialAct,
    PartyId, PlatformId, ValueBand,
};
use crate::facts::{Item, PartyNumber, Recorded, Records, item};
use crate::limits;
use crate::time::Date;

/// What is registered about one subject.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Register {
    /// Its pledges to the code of conduct; one at most is open.
    pub pledges: Records<Pledge>,
    /// Its paid work; what ended early stands with its new last day.
    pub collaborations: Records<Collaboration>,
    /// Its own accounts on platforms; those open are linked.
    pub accounts: Records<Account>,
    /// Official decisions about it; none open: overturned.
    pub decisions: Records<Decision>,
    /// What issuers put right in what they said about it.
    pub corrections: Records<Correction>,
    /// Evidence about it, in whatever stage.
    pub evidence: Records<Evidence>,
    /// What it asked to have erased, in whatever stage.
    pub erasures: Records<ErasureRequest>,
}

/// A pledge to a version of the code of conduct.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pledge {
    /// How it was recorded.
    pub recorded: Recorded,
    /// The `code.published` event.
    pub code: EventId,
}

/// Paid work for a business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
        Self::near(self.starts_on, self.ends_on, on)
    }

    /// The same of paid work from a first to a last day.
    pub fn near(starts_on: Date, ends_on: Date, on: Date) -> bool {
        let days = limits::COLLABORATION_DAYS;
        starts_on.days_since(on) <= days && on.days_since(ends_on) <= days
    }
}

/// An official decision about the subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// How it was recorded.
    pub recorded: Recorded,
    /// The agency that recorded it.
    pub agency: PartyNumber,
    /// The decision.
    pub act: OfficialAct,
}

/// What its issuer put right in an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// How it was recorded.
    pub recorded: Recorded,
    /// The event that it puts right.
    pub target: EventId,
    /// What became of that.
    #[serde(with = "compact::json")]
    pub action: CorrectionAction,
    /// The commitment to its statement.
    pub statement: Commitment,
}

/// A piece of evidence about the subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// How it was recorded.
    pub recorded: Recorded,
    /// The commitment to it.
    pub commitment: Commitment,
    /// What kind of bytes.
    pub media_type: String,
    /// Who keeps it.
    pub custodian: PartyNumber,
    /// The last day on which it must be kept.
    pub retain_until: Date,
    /// Whom it was shown to, in that order.
    pub disclosed_to: Vec<PartyId>,
    /// What became of it.
    pub stage: EvidenceStage,
}

/// What the subject asked to have erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureRequest {
    /// How it was recorded.
    pub recorded: Recorded,
    /// The events whose attachments are meant.
    pub targets: Vec<EventId>,
    /// The last day for the operator to answer; from then on the subject may ask again.
    pub answer_by: Date,
    /// What became of it.
    pub stage: ErasureStage,
}

/// An account on a platform that is the subject's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
item!(Correction);
item!(Evidence, custodian);
item!(ErasureRequest);

impl Register {
    /// Whose its records are.
    pub fn parties(&self) -> impl Iterator<Item = PartyNumber> {
        self.collaborations.parties().chain(self.decisions.parties()).chain(self.evidence.parties())
    }
}

impl State {
    /// The register of the subject an event is about, to write in.
    pub(super) fn register_mut(&mut self, entry: &Recording<'_>) -> Result<&mut Register, Presumed> {
        let subject = entry.event.subject.ok_or(Presumed::Subject)?;
        self.ordinal(&subject).ok_or(Presumed::Enrolled(subject))?;
        Ok(Arc::make_mut(self.registers.entry(subject).or_default()))
    }
}
