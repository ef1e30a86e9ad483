//! A certificate as `dossier/1` writes it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dsse::EventId;
use crate::facts::{Certificate, Recorded};
use crate::time::{Date, Timestamp};

/// The certificate that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CertificateLine {
    /// The day on which the score was read.
    as_of: Date,
    at: Timestamp,
    band: char,
    event: EventId,
    on: Date,
    policy: u32,
    score: u16,
    pub seq: u64,
    /// Its last day.
    valid_until: Date,
}

impl CertificateLine {
    pub fn of(one: &Certificate) -> Self {
        let Recorded { event, seq, at, on, .. } = one.recorded;
        let Certificate { policy, band, score, as_of, valid_until, .. } = *one;
        Self { as_of, at, band, event, on, policy, score, seq, valid_until }
    }

    pub fn read(&self) -> Certificate {
        let Self { as_of, at, band, event, on, policy, score, seq, valid_until } = *self;
        let recorded = Recorded { event, seq, at, on, signed_by: None };
        Certificate { recorded, policy, band, score, as_of, valid_until }
    }
}
