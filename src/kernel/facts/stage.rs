//! At which stage a record stands on a day.

use crate::event::{AccreditationStage, AssessmentStage, EndorsementStage, KeyStage, SanctionStage};
use crate::facts::{Accreditation, Assessment, Endorsement, KeyRecord, Sanction};
use crate::time::{Date, Timestamp};

impl Accreditation {
    /// Its stage while nothing has ended it.
    pub fn stage(&self, on: Date) -> AccreditationStage {
        let over = self.valid_until.is_some_and(|last| last < on);
        if over { AccreditationStage::Expired } else { AccreditationStage::Valid }
    }
}

impl Assessment {
    /// Its stage while nothing has ended it.
    pub fn stage(&self, on: Date) -> AssessmentStage {
        let over = self.valid_until.is_some_and(|last| last < on);
        if over { AssessmentStage::Expired } else { AssessmentStage::Standing }
    }
}

impl Endorsement {
    /// Its stage while nothing has ended it.
    pub fn stage(&self, on: Date) -> EndorsementStage {
        match self.voided_by {
            _ if self.expires_on < on => EndorsementStage::Expired,
            Some(_) => EndorsementStage::Voided,
            None => EndorsementStage::Standing,
        }
    }
}

impl Sanction {
    /// Its stage while nothing has struck it.
    pub fn stage(&self, on: Date) -> SanctionStage {
        match self.ends_on {
            _ if self.lifted => SanctionStage::Lifted,
            Some(last) if last < on => SanctionStage::Over,
            _ => SanctionStage::Standing,
        }
    }
}

impl KeyRecord {
    /// Its stage at a size and an instant.
    pub fn stage(&self, size: u64, at: Timestamp) -> KeyStage {
        match self.span.holds(size) {
            false => KeyStage::Ended,
            true if self.live_from > at => KeyStage::Waiting,
            true => KeyStage::Live,
        }
    }
}
