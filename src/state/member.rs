//! `member.*`

use super::{Recording, State};
use crate::event::{MemberAdmitted, MemberUpdated};
use crate::score::{Capacity, KeyRecord, Member, Span};

impl State {
    pub(super) fn admit_member(&mut self, seq: u64, entry: &Recording<'_>, body: &MemberAdmitted) {
        let member = Member {
            class: body.class,
            group: body.group.clone(),
            name: body.name.clone(),
            roles: body.roles.clone(),
        };
        self.parties.set_member(seq, &body.member, member);
        let first_key = KeyRecord {
            owner: body.member.clone(),
            capacity: Capacity::Own,
            span: Span::opened_by(seq),
            live_from: entry.at,
            added_at: entry.at,
            added_by: None,
            recovery: false,
            invalid: Vec::new(),
        };
        self.parties.add_key(body.key, first_key);
    }

    pub(super) fn update_member(&mut self, seq: u64, body: &MemberUpdated) {
        let Some(before) = self.parties.member(&body.member, seq).cloned() else { return };
        let member = Member {
            class: body.class.unwrap_or(before.class),
            group: body.group.clone().unwrap_or(before.group),
            name: body.name.clone().unwrap_or(before.name),
            roles: body.roles.clone().unwrap_or(before.roles),
        };
        self.parties.set_member(seq, &body.member, member);
    }
}
