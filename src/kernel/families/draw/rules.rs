//! `draw.*`

use super::{Case, Reason, Rejection};
use crate::event::{DrawCommitted, DrawRevealed, EventType, MemberClass, PartyId};
use crate::facts::PartyClass;
use crate::limits;
use crate::state::Drawer;

impl Case<'_> {
    pub(super) fn draw_committed(&mut self, body: &DrawCommitted) -> Result<(), Rejection> {
        self.signed_by_issuer()?;
        let issuer = &self.event.issuer;
        let drawer = self.drawer(issuer).ok_or_else(|| Reason::Issuer.about(issuer))?;
        let (parties, size) = (self.state.parties(), self.state.size());
        let operator = self.state.ledger().map(|ledger| parties.group(&ledger.operator, size));
        let apart = drawer == Drawer::Operator || operator != Some(parties.group(issuer, size));
        Reason::DrawOwnGroup.unless(apart, issuer)?;
        let length = (1..=limits::DRAW_LENGTH).contains(&body.length);
        Reason::DrawLength.unless(length, body.length)?;
        let chain = self.state.draws().chain(drawer);
        let free = chain.is_none_or(|chain| chain.left == 0 || self.drawer(&chain.holder) != Some(drawer));
        Reason::DrawExists.unless(free, body.tip)
    }

    /// Which of the two who bring values a party may be now.
    fn drawer(&self, party: &PartyId) -> Option<Drawer> {
        if self.state.ledger().is_some_and(|ledger| ledger.operator == *party) {
            return Some(Drawer::Operator);
        }
        let class = self.state.parties().class(party, self.state.size());
        (class == Some(PartyClass::Member(MemberClass::Auditor))).then_some(Drawer::Auditor)
    }

    pub(super) fn draw_revealed(&mut self, body: &DrawRevealed) -> Result<(), Rejection> {
        self.signed_by_issuer()?;
        let issuer = &self.event.issuer;
        let own =
            |drawer: &Drawer| self.state.draws().chain(*drawer).is_some_and(|chain| chain.holder == *issuer);
        let drawer = self.drawer(issuer).filter(own).ok_or_else(|| Reason::Issuer.about(issuer))?;
        let filing = self
            .made(&body.filing, EventType::ContestFiled)
            .or_else(|| self.made(&body.filing, EventType::AppealFiled));
        let draws = self.state.draws();
        let known = filing.is_some() && draws.draw(&body.filing).is_some();
        Reason::TargetUnknown.unless(known, self.entry(&body.filing))?;
        Reason::DrawOrder.unless(draws.next(drawer, self.today) == Some(&body.filing), body.filing)?;
        let last = draws.chain(drawer).map(|chain| chain.last);
        Reason::DrawValue.unless(last == Some(body.value.next()), body.value)
    }
}
