//! `council.changed` and `operator.changed`

use std::sync::Arc;

use super::{Presumed, Recording, State};
use crate::collections::Span;
use crate::dsse::PublicKey;
use crate::event::{CouncilChanged, GroupId, MemberClass, Membership, OperatorChanged, PartyId, Seat};
use crate::facts::{Capacity, KeyRecord, Member, SeatRecord};

impl State {
    pub(super) fn change_council(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &CouncilChanged,
    ) -> Result<(), Presumed> {
        let before: Vec<PublicKey> = self.parties.council(seq).map(|seat| seat.key).collect();
        for key in before.iter().filter(|key| body.council.iter().all(|seat| seat.key != **key)) {
            self.end_key(seq, key)?;
        }
        for seat in body.council.iter().filter(|seat| !before.contains(&seat.key)) {
            self.parties.add_key(seat.key, first_key(seq, entry, &seat.member, Capacity::Seat));
        }
        self.parties.set_council(seq, seats(&body.council), body.threshold);
        Ok(())
    }

    pub(super) fn change_operator(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &OperatorChanged,
    ) -> Result<(), Presumed> {
        let ledger = self.ledger.as_mut().ok_or(Presumed::Opened)?;
        let member = &body.operator.member;
        let former = std::mem::replace(&mut Arc::make_mut(ledger).operator, member.clone());
        if former != *member {
            self.remove_member(seq, &former)?;
        }
        self.end_own_keys(seq, member)?;
        if self.parties.member(member, seq).is_none() {
            self.parties.set_member(seq, member, operator(member));
        }
        self.parties.add_key(body.operator.key, first_key(seq, entry, member, Capacity::Own));
        Ok(())
    }
}

/// The member that a ledger's operator becomes by running it.
pub(super) fn operator(member: &PartyId) -> Member {
    Member {
        class: MemberClass::Operator,
        group: GroupId::alone(member),
        name: member.to_string(),
        roles: Vec::new(),
        membership: Membership::Active,
    }
}

/// A key that no other key of its owner added.
pub(super) fn first_key(seq: u64, entry: &Recording<'_>, owner: &PartyId, capacity: Capacity) -> KeyRecord {
    KeyRecord {
        owner: owner.clone(),
        capacity,
        span: Span::opened_by(seq),
        live_from: entry.at,
        added_at: entry.at,
        added_by: None,
        recovery: false,
        restrained_until: None,
        invalid: Vec::new(),
    }
}

/// The seats of a council as the parties keep them.
pub(super) fn seats(council: &[Seat]) -> Vec<SeatRecord> {
    let record = |seat: &Seat| SeatRecord { seat: seat.seat, member: seat.member.clone(), key: seat.key };
    council.iter().map(record).collect()
}
