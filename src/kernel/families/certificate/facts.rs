//! What is recorded of a certificate.

use serde::{Deserialize, Serialize};

use crate::event::CertificateStage;
use crate::facts::{Item, Recorded, item};
use crate::time::Date;

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// How it was recorded.
    pub recorded: Recorded,
    /// The policy version whose conditions were met.
    pub policy: u32,
    /// The band that it states.
    pub band: char,
    /// The score that it states, in hundredths of a point.
    pub score: u16,
    /// The day on which that score was read.
    pub as_of: Date,
    /// Its last day.
    pub valid_until: Date,
}

impl Certificate {
    /// Its stage while nothing has ended it.
    pub fn stage(&self, on: Date) -> CertificateStage {
        if self.valid_until < on { CertificateStage::Lapsed } else { CertificateStage::Granted }
    }
}

item!(Certificate);
