//! Certificates: three stand, one is suspended by its subject's S4, one has lapsed.

use super::panels::Said;
use super::{SECOND_POLICY, Story, council, subject};
use crate::event::*;
use crate::facts::At;
use crate::time::Date;

/// Who was granted one on the first day of the second policy, and how many days ago its last day was.
const GRANTED: [(&str, Option<i32>); 5] =
    [("ngan", None), ("khai", None), ("dung", None), ("phuong", None), ("lenh", Some(12))];

/// On which conditions the second policy grants certificates.
pub(super) const CONDITIONS: CertificatePolicy =
    CertificatePolicy { least_band: 'B', least_confidence: Confidence::Medium, barred_from: Severity::S3 };

impl Story {
    pub(super) fn certificates(&mut self) {
        for (seed, last) in GRANTED {
            let last = last.map_or(364 - SECOND_POLICY, |days_ago| -days_ago);
            self.certify(SECOND_POLICY, seed, self.today.plus_days(last));
        }
    }

    /// The council certifies what the ledger shows that day.
    fn certify(&mut self, days_ago: i32, seed: &str, valid_until: Date) {
        let (as_of, about) = (self.date(days_ago), subject(seed));
        self.add_drawn(days_ago, seed, move |state| {
            let at = At { size: state.size(), as_of };
            let (figure, _) = state.figure(&about, at)?;
            let policy = state.policies().in_force(at.size, as_of)?.version;
            let (score, band) = (figure.score?, figure.band?);
            let body = CertificateGranted { policy, band, score, as_of, valid_until }.into();
            Some(Said { issuer: PartyId::council(), body, attachments: Vec::new(), keys: council().into() })
        });
    }
}
