//! `account.*`

use super::{Case, Reason, Rejection};
use crate::event::{AccountLinked, AccountStage, AccountUnlinked, EventType, PartyId, Role};
use crate::limits;
use crate::state::Account;

impl<'a> Case<'a> {
    pub(super) fn account_linked(&mut self, body: &AccountLinked) -> Result<(), Rejection> {
        self.signed_by_registrar_and_subject()?;
        self.dossier()?;
        let twin = self.accounts().find(|one| one.account == *body.account);
        Reason::AccountExists.unless(twin.is_none(), body.account)?;
        let linked = self.accounts().count();
        Reason::AccountCount.unless(linked < limits::ACCOUNTS, format_args!("{linked} are linked"))
    }

    pub(super) fn account_unlinked(&mut self, body: &AccountUnlinked) -> Result<(), Rejection> {
        self.signed_by_registrar_and_subject()?;
        self.dossier()?;
        let linked = self.accounts().any(|one| one.recorded.event == body.target);
        let stage = match linked {
            true => Some(AccountStage::Linked),
            false => self.ended(&body.target, EventType::AccountLinked, AccountStage::Unlinked),
        };
        self.leads_on(&body.target, stage, AccountStage::after)
    }

    fn accounts(&self) -> impl Iterator<Item = &'a Account> + use<'a> {
        self.register().into_iter().flat_map(|register| register.accounts.open())
    }

    fn signed_by_registrar_and_subject(&mut self) -> Result<(), Rejection> {
        let issuer = &self.event.issuer;
        self.signers.party(issuer)?;
        let subject = self.subject_id()?;
        self.signers.party(&PartyId::from(subject))?;
        let registrar = self.state.parties().member(issuer, self.state.size());
        let may = registrar.is_some_and(|member| member.roles.contains(&Role::Registrar));
        Reason::Issuer.unless(may, issuer)?;
        self.signers.all_needed()
    }
}
