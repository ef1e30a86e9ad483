//! `account.*`

use super::register::Account;
use super::{Presumed, Recording, State};
use crate::event::{AccountLinked, AccountUnlinked};

impl State {
    pub(super) fn link_account(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &AccountLinked,
    ) -> Result<(), Presumed> {
        let recorded = self.recorded(seq, entry);
        let (platform, account) = (body.platform.clone(), body.account);
        self.register_mut(entry)?.accounts.push(seq, Account { recorded, platform, account: *account });
        Ok(())
    }

    pub(super) fn unlink_account(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &AccountUnlinked,
    ) -> Result<(), Presumed> {
        let accounts = &mut self.register_mut(entry)?.accounts;
        let stood = accounts.close_where(seq, |one| one.recorded.event == body.target);
        Presumed::Standing(body.target).unless(stood)
    }
}
