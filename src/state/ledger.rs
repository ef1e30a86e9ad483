//! `ledger.*`

use std::sync::Arc;

use super::{Recording, State};
use crate::clock::{Date, Timestamp};
use crate::dsse::PublicKey;
use crate::event::{GroupId, LedgerOpened, MemberClass, PartyId};
use crate::score::{Capacity, KeyRecord, Member, Membership, PolicyVersion, SeatRecord, Span};

/// What a ledger is, fixed by its first event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    /// The origin: name and hash of the opening.
    pub origin: String,
    /// The key that signs checkpoints.
    pub log_key: PublicKey,
    /// Who runs it.
    pub operator: PartyId,
    /// Minutes east of Greenwich of its civil dates.
    pub utc_offset_min: i32,
    /// History issued before this instant may have been brought in.
    pub replayed_until: Option<Timestamp>,
}

impl Ledger {
    /// Whether an event issued at `issued_at` is history, as long as nothing was recorded by the clock.
    pub fn is_replayed(&self, issued_at: Timestamp) -> bool {
        self.replayed_until.is_some_and(|until| issued_at < until)
    }
}

impl State {
    pub(super) fn open(&mut self, seq: u64, entry: &Recording<'_>, body: &LedgerOpened) {
        self.ledger = Some(Arc::new(Ledger {
            origin: entry.event.ledger.clone(),
            log_key: body.log_key,
            operator: body.operator.member.clone(),
            utc_offset_min: body.utc_offset_min,
            replayed_until: body.replayed_until,
        }));
        let key = |owner: &PartyId, capacity| KeyRecord {
            owner: owner.clone(),
            capacity,
            span: Span::opened_by(seq),
            live_from: entry.at,
            added_at: entry.at,
            added_by: None,
            recovery: false,
            invalid: Vec::new(),
        };
        for seat in &body.council {
            self.parties.add_key(seat.key, key(&seat.member, Capacity::Seat));
        }
        let seats = body.council.iter().map(|seat| SeatRecord {
            seat: seat.seat,
            member: seat.member.clone(),
            key: seat.key,
        });
        self.parties.set_council(seq, seats.collect(), body.threshold);
        let operator = &body.operator;
        self.parties.add_key(operator.key, key(&operator.member, Capacity::Own));
        self.parties.set_member(
            seq,
            &operator.member,
            Member {
                class: MemberClass::Operator,
                group: GroupId::alone(&operator.member),
                name: operator.member.to_string(),
                roles: Vec::new(),
                membership: Membership::Active,
            },
        );
        let first = PolicyVersion {
            span: Span::opened_by(seq),
            event: entry.id,
            version: 1,
            effective_from: Date::from_days(0),
            policy: Arc::new(body.policy.clone()),
        };
        self.policies.publish(seq, self.date_of(entry.at), first);
    }
}
