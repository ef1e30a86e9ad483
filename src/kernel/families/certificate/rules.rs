//! `certificate.*`
//!
//! A certificate says no more than the ledger does: the rules compute the score at this size on the day that
//! it names, and refuse one that states another or does not meet the policy's conditions, then or today.

use super::{Case, Reason, Rejection};
use crate::engines::Excluded;
use crate::event::{
    CertificateGranted, CertificatePolicy, CertificateStage, CertificateWithdrawn, Confidence, Contesting,
    EventType, Policy,
};
use crate::facts::{At, Contest, Dossier};
use crate::limits;
use crate::time::Date;

impl Case<'_> {
    pub(super) fn certificate_granted(&mut self, body: &CertificateGranted) -> Result<(), Rejection> {
        self.signed_by_council()?;
        let dossier = self.dossier()?;
        let back = self.today.days_since(body.as_of);
        let read = (0..=limits::CERTIFICATE_SCORE_DAYS).contains(&back);
        Reason::CertificateTerms.unless(read, body.as_of)?;
        let ahead = body.valid_until.days_since(self.today);
        let lasts = (1..=limits::CERTIFICATE_DAYS).contains(&ahead);
        Reason::CertificateTerms.unless(lasts, body.valid_until)?;
        let size = self.state.size();
        let version = self.state.policies().in_force(size, body.as_of);
        let version = version.filter(|one| one.version == body.policy);
        let conditions = version.and_then(|one| Some((&*one.policy, one.policy.certificate?)));
        let (policy, conditions) = conditions
            .ok_or_else(|| Reason::CertificatePolicy.about(format_args!("version {}", body.policy)))?;
        let at = At { size, as_of: body.as_of };
        let figure = self.state.figure(&dossier.subject, at).map(|(figure, _)| figure);
        let shown = figure.as_ref().and_then(|figure| Some((figure.score?, figure.band?)));
        let stated = shown == Some((body.score, body.band));
        Reason::CertificateScore.unless(stated, shown_as(shown))?;
        self.meets(dossier, policy, conditions, body.as_of)?;
        // Time alone may have changed it since.
        let today = self.policy.certificate.unwrap_or(conditions);
        self.meets(dossier, self.policy, today, self.today)
    }

    fn meets(
        &self,
        dossier: &Dossier,
        policy: &Policy,
        conditions: CertificatePolicy,
        on: Date,
    ) -> Result<(), Rejection> {
        let at = At { size: self.state.size(), as_of: on };
        let figure = self.state.figure(&dossier.subject, at).map(|(figure, _)| figure);
        let place = |band: char| policy.bands.iter().position(|one| one.band == band);
        let band = figure.as_ref().and_then(|figure| figure.band);
        let enough = band.and_then(place) <= place(conditions.least_band) && band.is_some();
        let (held, needed) = (shown_band(band), conditions.least_band);
        Reason::CertificateConditions
            .unless(enough, format_args!("band on {on}: {held}, needed {needed} or better"))?;
        let confidence = figure.and_then(|figure| figure.confidence);
        let sure = confidence >= Some(conditions.least_confidence);
        let (held, needed) =
            (shown_confidence(confidence), shown_confidence(Some(conditions.least_confidence)));
        Reason::CertificateConditions
            .unless(sure, format_args!("confidence on {on}: {held}, needed {needed} or higher"))?;
        let counting = self.state.counting(dossier, at);
        let bars = dossier.sanctions.open().find(|one| {
            one.severity >= conditions.barred_from
                && one.ends_on.is_none_or(|last| last >= on)
                && matches!(counting.excludes_sanction(one), None | Some(Excluded::Ahead))
        });
        if let Some(sanction) = bars {
            let until = sanction.ends_on.map_or("without end".to_owned(), |last| format!("until {last}"));
            return Err(Reason::CertificateConditions.about(format_args!(
                "the {:?} of {}, {until}: needed none from {:?} up",
                sanction.severity, sanction.recorded, conditions.barred_from
            )));
        }
        let stage = |one: &Contest| one.stage_on(on, self.state.policies(), at.size);
        let missed = |one: &&Contest| matches!(stage(one), Contesting::Overdue | Contesting::AppealOverdue);
        match dossier.pending.open().find(missed) {
            None => Ok(()),
            Some(contest) => Err(Reason::CertificateConditions
                .about(format_args!("the contest, {}, is overdue: needed none", contest.recorded))),
        }
    }

    pub(super) fn certificate_withdrawn(&mut self, body: &CertificateWithdrawn) -> Result<(), Rejection> {
        self.signed_by_council()?;
        let dossier = self.dossier()?;
        let target = dossier.certificates.open().find(|one| one.recorded.event == body.target);
        let stage = match target {
            Some(one) => Some(one.stage(self.today)),
            None => self.ended(&body.target, EventType::CertificateGranted, CertificateStage::Ended),
        };
        self.leads_on(&body.target, stage, CertificateStage::after)
    }
}

fn shown_as(shown: Option<(u16, char)>) -> String {
    match shown {
        Some((score, band)) => format!("score {score}, band {band}"),
        None => "no score is shown".to_owned(),
    }
}

fn shown_band(band: Option<char>) -> String {
    band.map_or("none".to_owned(), String::from)
}

fn shown_confidence(confidence: Option<Confidence>) -> &'static str {
    match confidence {
        Some(Confidence::Low) => "low",
        Some(Confidence::Medium) => "medium",
        Some(Confidence::High) => "high",
        None => "none",
    }
}
