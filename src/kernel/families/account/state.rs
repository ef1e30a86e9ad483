//! `account.*`

use super::register::Account;
use super::{Recording, State};
use crate::event::{AccountLinked, AccountUnlinked};

impl State {
    pub(super) fn link_account(&mut self, seq: u64, entry: &Recording<'_>, body: &AccountLinked) {
        let recorded = self.recorded(seq, entry);
        let (platform, account) = (body.platform.clone(), body.account);
        if let Some(register) = self.register_mut(entry) {
            register.accounts.push(seq, Account { recorded, platform, account });
        }
    }

    pub(super) fn unlink_account(&mut self, seq: u64, entry: &Recording<'_>, body: &AccountUnlinked) {
        if let Some(register) = self.register_mut(entry) {
            register.accounts.close_where(seq, |one| one.recorded.event == body.target);
        }
    }
}
