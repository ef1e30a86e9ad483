//! Keys that were stolen or lost, and who left and was erased.

use super::{Story, UTC_OFFSET_MIN, key, own_key, party, subject};
use crate::demo::cast::{self, HA};
use crate::dsse::EventId;
use crate::event::*;

/// Days ago on which the influencer who had lost a key put the next one in place of the recovered one.
pub(super) const ROTATED: i32 = 70;

impl Story {
    /// A stolen key endorses; the council dates the theft, and what it signed since weighs nothing.
    pub(super) fn stolen_key(&mut self) {
        let stolen = key("la-sen 2");
        let body = KeyAdded { key: stolen.public(), owner: None };
        self.add(60, party("la-sen"), None, body, Vec::new(), &[&key("la-sen"), &stolen]);
        self.endorse(25, "la-sen", &stolen, "lien", "gia-dung", Relation::None);
        self.endorse(24, "la-sen", &stolen, "tan", "my-pham", Relation::None);
        let body = KeyRevoked {
            key: stolen.public(),
            cause: RevocationCause::Compromised,
            invalid_from: Some(self.date(26).start_at(UTC_OFFSET_MIN)),
        };
        self.by_council(15, body, None);
    }

    /// A lost key: the council gives another, which is live after fourteen days, and ends the lost one;
    /// its owner then rotates to one that nobody else has seen made.
    pub(super) fn lost_key(&mut self) {
        let (owner, recovered) = (PartyId::from(subject(HA)), key("ha, recovered"));
        let body = KeyAdded { key: recovered.public(), owner: Some(owner.clone()) };
        self.by_council(90, body, Some(&recovered));
        // Not before another acts: until then any key of hers may cancel the recovery.
        let lost = own_key(HA, 90).public();
        self.by_council(75, KeyRevoked { key: lost, cause: RevocationCause::Lost, invalid_from: None }, None);
        let body = KeyRotated { old: recovered.public(), new: key(HA).public() };
        self.add(ROTATED, owner, None, body, Vec::new(), &[&recovered, &key(HA)]);
    }

    /// One who has left and had her profile erased: nothing says any more who she was, and what was
    /// recorded still verifies.
    pub(super) fn departed(&mut self, enrolment: EventId) {
        self.by_subject(30, cast::DEPARTED, SubjectDeparted { reason: None }, Vec::new());
        let body = ErasureRequested { targets: vec![enrolment], reason: None };
        let request = self.by_subject(28, cast::DEPARTED, body, Vec::new());
        let (operator, body) = (cast::OPERATOR, ErasureExecuted { request, targets: vec![enrolment] });
        self.add(18, party(operator), Some(subject(cast::DEPARTED)), body, Vec::new(), &[&key(operator)]);
    }
}
