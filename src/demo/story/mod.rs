//! What happens in the demo, told as days before the day it is seen on.

mod accounts;
mod assessments;
mod certificates;
mod custody;
mod disputes;
mod endorsements;
mod panels;
mod programme;
mod sanctions;

use std::collections::BTreeMap;

use super::cast::{self, HA, INFLUENCERS};
use super::{POLICY_1, UTC_OFFSET_MIN, key, replayed_until, salt, subject};
use crate::client::{Draft, opening};
use crate::dsse::{EventId, SecretKey};
use crate::event::*;
use crate::ledger::Submission;
use crate::log::Origin;
use crate::state::State;
use crate::time::{Date, Timestamp};
use crate::vault::Attachment;

/// Days ago on which the ledger was opened.
const OPENED: i32 = 426;
/// Days ago on which the second policy version came into force.
const SECOND_POLICY: i32 = 52;
/// Days until the third one does.
const THIRD_POLICY: i32 = 60;
const HOUR_MS: u64 = 3_600_000;

/// What happens next.
pub(super) enum Step {
    /// This event.
    Fixed(Submission),
    /// The event that follows from the state of the ledger: a draw, and whom it has chosen.
    Drawn(Box<dyn FnOnce(&State) -> Option<Submission> + Send>),
}

/// The opening of the demo, and what happens then, by time.
pub(super) fn tell(today: Date) -> (Submission, Vec<Step>) {
    let mut story = Story::begin(today);
    story.members();
    let enrolments = story.influencers();
    story.second_policy();
    story.third_policy();
    story.draws();
    for (number, influencer) in (0..).zip(INFLUENCERS) {
        story.rounds(number, influencer);
    }
    story.endorsements();
    story.worked_example();
    story.stolen_key();
    story.code_of_conduct();
    story.paid_work();
    story.overturned();
    story.suspended();
    story.corrected();
    story.regraded();
    story.appealed();
    story.upheld();
    story.undecided();
    story.certificates();
    story.lost_key();
    story.departed(enrolments[cast::DEPARTED]);
    story.accounts();
    story.end()
}

/// The events so far.
struct Story {
    today: Date,
    origin: Origin,
    opening: Submission,
    events: Vec<(Timestamp, Step)>,
    /// Events on one day follow one another by minutes.
    on_day: BTreeMap<i32, u64>,
}

impl Story {
    fn begin(today: Date) -> Self {
        let seat = |(number, member): (usize, &&str)| Seat {
            seat: number as u8 + 1,
            member: party(member),
            key: key(member).public(),
        };
        let body = LedgerOpened {
            council: cast::COUNCIL.iter().enumerate().map(seat).collect(),
            threshold: cast::THRESHOLD,
            operator: Operator { member: party(cast::OPERATOR), key: key(cast::OPERATOR).public() },
            log_key: key("log").public(),
            utc_offset_min: UTC_OFFSET_MIN,
            policy: policy(),
            replayed_until: Some(replayed_until(today)),
        };
        let at = today.plus_days(-OPENED).start_at(UTC_OFFSET_MIN).plus_ms(8 * HOUR_MS);
        let (origin, draft) = opening("tinnhiem.demo", at, body).expect("the demo's name is well formed");
        let signed = draft.sign(&council().each_ref()).expect("distinct keys sign");
        let on_day = BTreeMap::from([(OPENED, 1)]);
        Self { today, origin, opening: signed, events: Vec::new(), on_day }
    }

    fn end(mut self) -> (Submission, Vec<Step>) {
        self.events.sort_by_key(|(at, _)| *at);
        (self.opening, self.events.into_iter().map(|(_, step)| step).collect())
    }

    fn date(&self, days_ago: i32) -> Date {
        self.today.plus_days(-days_ago)
    }

    /// Adds an event; tells its id.
    fn add(
        &mut self,
        days_ago: i32,
        issuer: PartyId,
        about: Option<SubjectId>,
        body: impl Into<Body>,
        attachments: Vec<Attachment>,
        keys: &[&SecretKey],
    ) -> EventId {
        let at = self.next_on(days_ago);
        let draft = Draft::new(&self.origin, issuer, about, at, body).with(attachments);
        let id = EventId::of_payload(&draft.event.to_payload());
        let signed = draft.sign(keys).expect("one to eight distinct keys sign");
        self.events.push((at, Step::Fixed(signed)));
        id
    }

    /// The instant of the next event of a day.
    fn next_on(&mut self, days_ago: i32) -> Timestamp {
        let of_day = self.on_day.entry(days_ago).or_default();
        // From eight in the morning, every two minutes.
        let at = self.today.plus_days(-days_ago).start_at(UTC_OFFSET_MIN);
        let at = at.plus_ms(8 * HOUR_MS + *of_day * 120_000);
        *of_day += 1;
        at
    }

    fn by_council(&mut self, days_ago: i32, body: impl Into<Body>, newcomer: Option<&SecretKey>) -> EventId {
        let council = council();
        let keys: Vec<&SecretKey> = council.iter().chain(newcomer).collect();
        self.add(days_ago, PartyId::council(), None, body, Vec::new(), &keys)
    }

    /// The council speaks about a subject, and says why.
    fn council_on(
        &mut self,
        days_ago: i32,
        seed: &str,
        body: impl Into<Body>,
        why: Vec<Attachment>,
    ) -> EventId {
        let council = council();
        let keys: Vec<&SecretKey> = council.iter().collect();
        self.add(days_ago, PartyId::council(), Some(subject(seed)), body, why, &keys)
    }

    /// A subject speaks about itself.
    fn by_subject(
        &mut self,
        days_ago: i32,
        seed: &str,
        body: impl Into<Body>,
        why: Vec<Attachment>,
    ) -> EventId {
        let about = subject(seed);
        self.add(days_ago, PartyId::from(about), Some(about), body, why, &[&own_key(seed, days_ago)])
    }
}

/// The key that an influencer signs with on a day: one of them has lost the first.
fn own_key(seed: &str, days_ago: i32) -> SecretKey {
    if seed == HA && days_ago > custody::ROTATED { key("ha, lost") } else { key(seed) }
}

fn text(words: &str) -> Attachment {
    Attachment::text(salt(words), words)
}

fn policy() -> Policy {
    serde_json::from_str(POLICY_1).expect("the demo's policy is well formed")
}

fn council() -> [SecretKey; cast::THRESHOLD as usize] {
    std::array::from_fn(|at| key(cast::COUNCIL[at]))
}

fn party(slug: &str) -> PartyId {
    slug.parse().expect("the cast's slugs are well formed")
}

/// A member of the cast, or an influencer acting as one.
fn issuer(name: &str) -> PartyId {
    if INFLUENCERS.iter().any(|one| one.seed == name) { PartyId::from(subject(name)) } else { party(name) }
}

fn indicator(number: u32) -> IndicatorId {
    format!("I{number}").parse().expect("an indicator")
}
