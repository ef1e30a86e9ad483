//! `council.changed` and `operator.changed`

use std::collections::BTreeSet;

use super::ledger::check_seats;
use super::{Case, Reason, Rejection};
use crate::event::{CouncilChanged, MemberClass, Membership, OperatorChanged, Seat};

impl Case<'_> {
    pub(super) fn council_changed(&mut self, body: &CouncilChanged) -> Result<(), Rejection> {
        self.issued_by_council()?;
        self.signers.council(0)?;
        for seat in &body.council {
            if !self.keeps_key(seat) {
                self.signers.newcomer(&seat.key)?;
            }
        }
        self.signers.all_needed()?;
        check_seats(Reason::CouncilSeats, &body.council, body.threshold)?;
        let (parties, size) = (self.state.parties(), self.state.size());
        for seat in &body.council {
            let member = parties.member(&seat.member, size);
            let acts = member.is_none_or(|member| member.membership == Membership::Active);
            Reason::CouncilSeats.unless(acts, &seat.member)?;
        }
        let groups: BTreeSet<_> = body.council.iter().map(|seat| parties.group(&seat.member, size)).collect();
        Reason::CouncilSeats.unless(groups.len() == body.council.len(), "each seat has its own group")
    }

    /// Whether the member holds a seat under this key, which is live.
    fn keeps_key(&self, seat: &Seat) -> bool {
        let (parties, size) = (self.state.parties(), self.state.size());
        let live = parties.key(&seat.key).is_some_and(|record| record.span.holds(size));
        live && parties.council(size).any(|one| one.key == seat.key && one.member == seat.member)
    }

    pub(super) fn operator_changed(&mut self, body: &OperatorChanged) -> Result<(), Rejection> {
        self.issued_by_council()?;
        self.signers.council(0)?;
        self.signers.newcomer(&body.operator.key)?;
        self.signers.all_needed()?;
        let (parties, size, member) = (self.state.parties(), self.state.size(), &body.operator.member);
        Reason::MemberName.unless(!member.is_council() && member.as_subject().is_none(), member)?;
        let fits = parties
            .member(member, size)
            .is_none_or(|one| one.class == MemberClass::Operator && one.membership == Membership::Active);
        Reason::OperatorMember.unless(fits, member)?;
        let former = self.state.ledger().map(|ledger| &ledger.operator).filter(|former| *former != member);
        let seated = former.is_some_and(|former| parties.council(size).any(|seat| seat.member == *former));
        Reason::MemberSeated.unless(!seated, former.unwrap_or(member))?;
        // A new operator is called by its id.
        match parties.member(member, size) {
            Some(_) => Ok(()),
            None => self.check_own_name(member, member.as_str()),
        }
    }
}
