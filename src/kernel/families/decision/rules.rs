//! `decision.*`

use super::member::fits;
use super::{Case, Reason, Rejection};
use crate::dsse::EventId;
use crate::event::{
    DecisionOverturned, DecisionRecorded, DecisionStage, EventType, MemberClass, OfficialAct,
};
use crate::facts::PartyClass;
use crate::state::Decision;

impl<'a> Case<'a> {
    pub(super) fn decision_recorded(&mut self, body: &DecisionRecorded) -> Result<(), Rejection> {
        self.signed_by_agency()?;
        self.dossier()?;
        self.check_act(&body.act)?;
        let same = |one: &&Decision| one.act.authority == body.act.authority && one.act.code == body.act.code;
        match self.decisions().find(same) {
            Some(twin) => Err(Reason::DecisionExists.about(&twin.recorded)),
            None => Ok(()),
        }
    }

    pub(super) fn decision_overturned(&mut self, body: &DecisionOverturned) -> Result<(), Rejection> {
        self.signed_by_agency()?;
        self.dossier()?;
        let decision = self.decision(&body.target);
        let stage = match decision {
            Some(_) => Some(DecisionStage::Standing),
            None => self.ended(&body.target, EventType::DecisionRecorded, DecisionStage::Overturned),
        };
        self.leads_on(&body.target, stage, DecisionStage::after)?;
        self.check_act(&body.act)?;
        let in_order = decision.is_none_or(|decision| body.act.date >= decision.act.date);
        Reason::DecisionAct.unless(in_order, body.act.date)
    }

    /// The decision about the subject that this event recorded, while it stands.
    pub(super) fn decision(&self, event: &EventId) -> Option<&'a Decision> {
        self.decisions().find(|one| one.recorded.event == *event)
    }

    fn decisions(&self) -> impl Iterator<Item = &'a Decision> + use<'a> {
        self.register().into_iter().flat_map(|register| register.decisions.open())
    }

    fn check_act(&self, act: &OfficialAct) -> Result<(), Rejection> {
        Reason::DecisionAct.unless(fits(&act.authority), "authority")?;
        Reason::DecisionAct.unless(fits(&act.code), "code")?;
        Reason::DecisionAct.unless(act.date <= self.today, act.date)
    }

    fn signed_by_agency(&mut self) -> Result<(), Rejection> {
        self.signed_by_issuer()?;
        let class = self.state.parties().class(&self.event.issuer, self.state.size());
        let agency = class == Some(PartyClass::Member(MemberClass::StateAgency));
        Reason::Issuer.unless(agency, &self.event.issuer)
    }
}
