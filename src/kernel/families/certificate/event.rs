//! `certificate.*`: what the programme grants to whom its score speaks for, for at most twelve months.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::meant::Text;
use super::policy::Confidence;
use super::sanction::Severity;
use crate::dsse::EventId;
use crate::time::Date;

/// `certificate.granted`: council threshold; in the place of the subject's certificate before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateGranted {
    /// The policy version in force on `as_of`, whose conditions the score meets.
    pub policy: u32,
    /// The band of the score.
    pub band: char,
    /// The score, in hundredths of a point.
    pub score: u16,
    /// The day that the score is read on, at most 7 days back.
    pub as_of: Date,
    /// The last day of the certificate, at most 365 days ahead.
    pub valid_until: Date,
}

/// `certificate.withdrawn`: council threshold; the certificate ends that day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificateWithdrawn {
    /// The `certificate.granted` event.
    pub target: EventId,
    /// Why, as an attached text.
    pub reason: Text,
}

/// What a score must be for a certificate to be granted; a policy without these conditions grants none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificatePolicy {
    /// The lowest band that is enough.
    pub least_band: char,
    /// The lowest confidence that is enough.
    pub least_confidence: Confidence,
    /// No sanction of this severity or a graver one is in force or about to begin.
    pub barred_from: Severity,
}
