//! How a certificate stands: what a sanction suspends or ends, it does by itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Counting;
use crate::dsse::EventId;
use crate::event::{CertificateStage, Policy, Severity};
use crate::facts::{At, Certificate, Dossier, Parties, PolicyBook, Sanction};
use crate::time::Date;

use super::OutOfBounds;

/// A certificate at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Certified {
    /// The `certificate.granted` event.
    pub event: EventId,
    /// The policy version whose conditions were met.
    pub policy: u32,
    /// The band that it states.
    pub band: char,
    /// The score that it states, in hundredths of a point.
    pub score: u16,
    /// The day on which that score was read.
    pub as_of: Date,
    /// The day on which it was granted.
    pub granted_on: Date,
    /// Its last day.
    pub valid_until: Date,
    /// Whether it stands.
    #[serde(flatten)]
    pub standing: CertificateStanding,
}

/// Whether a certificate stands, and why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CertificateStanding {
    /// It does.
    Valid,
    /// A sanction S4 is in force: it stands again after that.
    Suspended {
        /// The sanction.
        by: EventId,
        /// Its last day.
        until: Option<Date>,
    },
    /// A sanction S5 came into force, and has not been struck.
    Ended {
        /// The sanction.
        by: EventId,
    },
    /// Its last day is over.
    Lapsed,
}

impl Certified {
    /// How the certificate of a dossier stands; none: none was granted by then, or it was withdrawn.
    pub fn of(dossier: &Dossier, parties: &Parties, policies: &PolicyBook, at: At) -> Option<Self> {
        let one = dossier.certificates.only(at.size).filter(|one| one.recorded.on <= at.as_of)?;
        let counting = Counting::new(dossier, parties, policies, at);
        let began = |sanction: &&Sanction| counting.excludes_sanction(sanction).is_none();
        let since = |sanction: &&Sanction, day| sanction.ends_on.is_none_or(|last| last >= day);
        let of = |severity, day| {
            let all = dossier.sanctions(at.size).filter(move |sanction| sanction.severity == severity);
            let all = all.filter(|sanction| began(sanction) && since(sanction, day));
            all.min_by_key(|sanction| sanction.recorded.seq)
        };
        let standing = if let Some(sanction) = of(Severity::S5, one.recorded.on) {
            CertificateStanding::Ended { by: sanction.recorded.event }
        } else if one.stage(at.as_of) == CertificateStage::Lapsed {
            CertificateStanding::Lapsed
        } else if let Some(sanction) = of(Severity::S4, at.as_of) {
            CertificateStanding::Suspended { by: sanction.recorded.event, until: sanction.ends_on }
        } else {
            CertificateStanding::Valid
        };
        Some(Self::standing(one, standing))
    }

    fn standing(one: &Certificate, standing: CertificateStanding) -> Self {
        Self {
            event: one.recorded.event,
            policy: one.policy,
            band: one.band,
            score: one.score,
            as_of: one.as_of,
            granted_on: one.recorded.on,
            valid_until: one.valid_until,
            standing,
        }
    }
}

/// Checks a policy's conditions for certificates.
pub(super) fn check_bounds(policy: &Policy) -> Result<(), OutOfBounds> {
    let known = |band| policy.bands.iter().any(|one| one.band == band);
    match policy.certificate {
        Some(conditions) if !known(conditions.least_band) => {
            Err(OutOfBounds { member: "certificate.least_band", rule: "one of the bands" })
        }
        _ => Ok(()),
    }
}
