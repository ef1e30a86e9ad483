//! `certificate.*`

use super::{Awaited, OpenClock, Presumed, Recording, State, Who};
use crate::engines::{CertificateStanding, Certified};
use crate::event::{CertificateGranted, CertificateStage, CertificateWithdrawn};
use crate::facts::{At, Certificate, Dossier};
use crate::limits;
use crate::time::Date;

impl State {
    pub(super) fn grant_certificate(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &CertificateGranted,
    ) -> Result<(), Presumed> {
        let record = Certificate {
            recorded: self.recorded(seq, entry),
            policy: body.policy,
            band: body.band,
            score: body.score,
            as_of: body.as_of,
            valid_until: body.valid_until,
        };
        let certificates = &mut self.dossier_mut(entry)?.certificates;
        certificates.close_where(seq, |_| true);
        certificates.push(seq, record);
        Ok(())
    }

    pub(super) fn withdraw_certificate(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &CertificateWithdrawn,
    ) -> Result<(), Presumed> {
        let certificates = &mut self.dossier_mut(entry)?.certificates;
        let stood = certificates.close_where(seq, |one| one.recorded.event == body.target);
        Presumed::Standing(body.target).unless(stood)
    }

    /// How the newest certificate of a dossier stands at a moment; none: it has none.
    pub fn certified(&self, dossier: &Dossier, at: At) -> Option<Certified> {
        Certified::of(dossier, &self.parties, &self.policies, at)
    }

    /// The clock of a certificate that is to be renewed soon: the council may until its last day.
    pub(super) fn renewal_of(&self, dossier: &Dossier, on: Date) -> Option<OpenClock> {
        let one = dossier.certificates.open().next()?;
        let soon = one.valid_until.days_since(on) <= limits::CERTIFICATE_RENEWAL_DAYS;
        let runs = one.stage(on) == CertificateStage::Granted && soon;
        let what = Awaited::CertificateRenewal;
        let clock = || OpenClock::of(&one.recorded, what, one.valid_until, Who::Council, dossier.subject);
        runs.then(clock)
    }

    /// The clock of the last day of a certificate, which its subject is to know of from the first day on.
    pub(super) fn end_of_certificate(&self, dossier: &Dossier, on: Date) -> Option<OpenClock> {
        let one = dossier.certificates.open().next()?;
        let standing = self.certified(dossier, At { size: self.size, as_of: on })?.standing;
        let runs = matches!(standing, CertificateStanding::Valid | CertificateStanding::Suspended { .. });
        let (what, who) = (Awaited::CertificateEnds, Who::Subject(dossier.subject));
        runs.then(|| OpenClock::of(&one.recorded, what, one.valid_until, who, dossier.subject))
    }
}
