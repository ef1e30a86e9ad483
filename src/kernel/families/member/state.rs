//! `member.*`

use super::council::first_key;
use super::{Presumed, Recording, State};
use crate::dsse::PublicKey;
use crate::event::{MemberAdmitted, MemberUpdated, Membership, PartyId};
use crate::facts::{Capacity, Member};

impl State {
    pub(super) fn admit_member(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &MemberAdmitted,
    ) -> Result<(), Presumed> {
        let member = Member {
            class: body.class,
            group: body.group.clone(),
            name: body.name.clone(),
            roles: body.roles.clone(),
            membership: Membership::Active,
        };
        self.parties.set_member(seq, &body.member, member);
        self.parties.add_key(body.key, first_key(seq, entry, &body.member, Capacity::Own));
        Ok(())
    }

    pub(super) fn update_member(&mut self, seq: u64, body: &MemberUpdated) -> Result<(), Presumed> {
        let before = self.standing_member(seq, &body.member)?;
        let member = Member {
            class: body.class.unwrap_or(before.class),
            group: body.group.clone().unwrap_or(before.group),
            name: body.name.clone().unwrap_or(before.name),
            roles: body.roles.clone().unwrap_or(before.roles),
            membership: before.membership,
        };
        self.parties.set_member(seq, &body.member, member);
        Ok(())
    }

    pub(super) fn set_membership(
        &mut self,
        seq: u64,
        member: &PartyId,
        membership: Membership,
    ) -> Result<(), Presumed> {
        let before = self.standing_member(seq, member)?;
        self.parties.set_member(seq, member, Member { membership, ..before });
        Ok(())
    }

    fn standing_member(&self, seq: u64, member: &PartyId) -> Result<Member, Presumed> {
        self.parties.member(member, seq).cloned().ok_or_else(|| Presumed::Member(member.clone()))
    }

    pub(super) fn remove_member(&mut self, seq: u64, member: &PartyId) -> Result<(), Presumed> {
        self.set_membership(seq, member, Membership::Removed)?;
        self.parties.end_accreditation(seq, member);
        self.end_own_keys(seq, member)
    }

    pub(super) fn end_own_keys(&mut self, seq: u64, party: &PartyId) -> Result<(), Presumed> {
        let own = self.parties.keys_of(party).filter(|(_, record)| record.capacity == Capacity::Own);
        let keys: Vec<PublicKey> = own.map(|(key, _)| *key).collect();
        keys.iter().try_for_each(|key| self.end_key(seq, key))
    }
}
