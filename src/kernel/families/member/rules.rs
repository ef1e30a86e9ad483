//! `member.*`

use super::{Case, Reason, Rejection};
use crate::event::{
    MemberAdmitted, MemberReinstated, MemberRemoved, MemberSuspended, MemberUpdated, Membership, PartyId,
    alike, naming,
};
use crate::facts::Member;

impl<'a> Case<'a> {
    pub(super) fn member_admitted(&mut self, body: &MemberAdmitted) -> Result<(), Rejection> {
        self.issued_by_council()?;
        self.signers.council(0)?;
        self.signers.newcomer(&body.key)?;
        self.signers.all_needed()?;
        let free = !body.member.is_council() && body.member.as_subject().is_none();
        Reason::MemberName.unless(free, &body.member)?;
        check_name(&body.name)?;
        Reason::MemberExists.unless(!self.state.parties().was_member(&body.member), &body.member)?;
        self.check_own_name(&body.member, &body.name)
    }

    pub(super) fn member_updated(&mut self, body: &MemberUpdated) -> Result<(), Rejection> {
        self.signed_by_council()?;
        body.name.as_deref().map_or(Ok(()), check_name)?;
        let before = self.moved(&body.member)?;
        let changes = body.class.is_some_and(|class| class != before.class)
            || body.group.as_ref().is_some_and(|group| *group != before.group)
            || body.name.as_ref().is_some_and(|name| *name != before.name)
            || body.roles.as_ref().is_some_and(|roles| *roles != before.roles);
        Reason::MemberUnchanged.unless(changes, &body.member)?;
        body.name.as_ref().map_or(Ok(()), |name| self.check_own_name(&body.member, name))
    }

    /// Nobody else is called so, nor has this name as its id, nor this id as its name.
    pub(super) fn check_own_name(&self, member: &PartyId, name: &str) -> Result<(), Rejection> {
        let (parties, size) = (self.state.parties(), self.state.size());
        let called = [name, member.as_str()].map(|name| parties.called(&naming::folded(name)));
        let id = naming::as_member_id(name);
        let has_id = id.as_ref().filter(|id| {
            let holder = parties.member(id, size);
            holder.is_some_and(|holder| holder.membership != Membership::Removed)
        });
        match called.into_iter().flatten().chain(has_id).find(|other| *other != member) {
            None => self.check_looks(member, name),
            Some(other) => Err(Reason::MemberNameTaken.about(other)),
        }
    }

    /// The name is not made to look like another's, or like the council's.
    fn check_looks(&self, member: &PartyId, name: &str) -> Result<(), Rejection> {
        let mixed = alike::mixed(name).map_or(Ok(()), |word| Err(Reason::MemberNameAlike.about(word)));
        mixed?;
        let skeletons = alike::skeletons(name);
        let council = PartyId::council();
        let mut reserved = naming::RESERVED.iter().flat_map(|reserved| alike::skeletons(reserved));
        let is_council = reserved.any(|one| skeletons.contains(&one));
        let other = self.state.parties().seen_as(&skeletons).or(is_council.then_some(&council));
        let other = other.filter(|other| *other != member);
        other.map_or(Ok(()), |other| Err(Reason::MemberNameAlike.about(other)))
    }

    pub(super) fn member_suspended(&mut self, body: &MemberSuspended) -> Result<(), Rejection> {
        self.signed_by_council()?;
        self.moved(&body.member)?;
        self.check_dispensable(&body.member)
    }

    pub(super) fn member_reinstated(&mut self, body: &MemberReinstated) -> Result<(), Rejection> {
        self.signed_by_council()?;
        self.moved(&body.member).map(drop)
    }

    pub(super) fn member_removed(&mut self, body: &MemberRemoved) -> Result<(), Rejection> {
        self.signed_by_council()?;
        self.moved(&body.member)?;
        self.check_dispensable(&body.member)
    }

    /// A member that this event leads on from where it stands.
    fn moved(&self, member: &PartyId) -> Result<&'a Member, Rejection> {
        let before = self.member(member)?;
        let leads_to = Membership::after(Some(before.membership), self.moves());
        Reason::MemberStanding.unless(leads_to.is_some(), member)?;
        Ok(before)
    }

    /// A member that was not removed.
    pub(super) fn member(&self, member: &PartyId) -> Result<&'a Member, Rejection> {
        let before = self.state.parties().member(member, self.state.size());
        let before = before.ok_or_else(|| Reason::MemberUnknown.about(member))?;
        Reason::MemberStanding.unless(before.membership != Membership::Removed, member)?;
        Ok(before)
    }

    /// A council that loses a signer may no longer reach its threshold, and a ledger needs its operator.
    fn check_dispensable(&self, member: &PartyId) -> Result<(), Rejection> {
        let mut seats = self.state.parties().council(self.state.size());
        let runs = self.state.ledger().is_some_and(|ledger| ledger.operator == *member);
        Reason::MemberSeated.unless(!runs && seats.all(|seat| seat.member != *member), member)
    }
}

fn check_name(name: &str) -> Result<(), Rejection> {
    naming::check(name).map_err(|unfit| Reason::MemberName.about(unfit))?;
    Reason::MemberName.unless(!naming::is_reserved(name), "the council's name, or a KOL's id")
}

/// Whether a name for people can be shown.
pub(super) fn fits(name: &str) -> bool {
    naming::check(name).is_ok()
}
