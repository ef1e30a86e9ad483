//! Random histories walked along the drawn stages: nothing is recorded that a drawing forbids, nothing
//! is refused for a stage that it allows, and a replay ends where the living state did.

mod acts;
mod documents;
mod observed;
mod process;

use std::collections::{BTreeMap, BTreeSet};

use tinnhiem::dsse::{EventId, PublicKey};
use tinnhiem::event::*;
use tinnhiem::rules::{Candidate, Reason, Rejection, judge};
use tinnhiem::state::{Recording, State};
use tinnhiem::time::{Date, Timestamp};

use crate::programme::*;
use observed::{Item, Thing};

/// Walks, and steps of each.
const WALKS: u64 = 270;
const STEPS: u32 = 2_000;

/// The type that no walk makes: the opening makes the world.
const UNWALKED: [&str; 1] = ["ledger.opened"];

/// What may be recorded about who has left: that it comes back, what becomes of its data, and a draw's
/// values, which are owed in the order of filings.
const ABOUT_DEPARTED: [&str; 7] = [
    "draw.revealed",
    "subject.resumed",
    "evidence.disclosed",
    "evidence.destroyed",
    "erasure.requested",
    "erasure.executed",
    "erasure.refused",
];

/// Refusals for the stage of what the event aims at.
const OF_STAGE: [Reason; 4] =
    [Reason::TargetEnded, Reason::MemberStanding, Reason::KeyTarget, Reason::ContestStage];

/// An arrow of a drawing: item, from, by, to.
type Way = (&'static str, Option<&'static str>, Move, &'static str);

/// What a walk met.
#[derive(Default)]
struct Met {
    accepted: BTreeMap<&'static str, u32>,
    refused: BTreeMap<&'static str, u32>,
    ways: Vec<Way>,
}

/// Repeatable chance.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n.max(1)
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        all.get(self.below(all.len())).cloned()
    }
}

/// An event to try.
struct Act {
    issuer: PartyId,
    subject: Option<SubjectId>,
    body: Body,
    keys: Vec<PublicKey>,
    /// What it is to move.
    aims: Vec<Thing>,
}

/// An event as it was recorded.
struct Entry {
    id: EventId,
    at: Timestamp,
    keys: Vec<PublicKey>,
    event: Event,
}

impl Entry {
    fn recording(&self) -> Recording<'_> {
        Recording { id: self.id, at: self.at, keys: &self.keys, event: &self.event }
    }
}

struct World {
    state: State,
    origin: String,
    now: Timestamp,
    dice: Dice,
    /// Every key ever made, so that each is made once.
    made: u32,
    items: Vec<Item>,
    log: Vec<Entry>,
    /// What was committed to, by tip, and is to be revealed.
    chains: BTreeMap<DrawValue, Vec<DrawValue>>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut policy = policy();
        let windows = &mut policy.windows;
        (windows.file, windows.decide_extension, windows.appeal_extension) = (Some(60), Some(10), Some(10));
        (windows.decide, windows.appeal, windows.appeal_decide) = (Some(30), Some(20), Some(20));
        // Half of the walks hear the subject first and draw panels, which takes longer.
        if seed % 2 == 1 {
            (windows.reply, windows.admit) = (Some(15), Some(20));
            (windows.decide, windows.appeal, windows.appeal_decide) = (Some(150), Some(60), Some(150));
        }
        // And some appeals come too late even so.
        if seed % 4 == 3 {
            windows.appeal_decide = Some(30);
        }
        policy.quorum =
            Quorum { groups: 1, untied_groups: 1, indicators_per_criterion: 1, groups_per_indicator: 1 };
        let (least_confidence, barred_from) = (Confidence::Low, Severity::S3);
        let least_band = policy.bands.last().unwrap().band;
        policy.certificate = Some(CertificatePolicy { least_band, least_confidence, barred_from });
        let now = "2026-01-05T02:00:00.000Z".parse().unwrap();
        let (origin, draft) = tinnhiem::client::opening("model", now, opened(policy, None)).unwrap();
        let mut world = Self {
            state: State::default(),
            origin: origin.to_string(),
            now,
            dice: Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1),
            made: 0,
            items: Vec::new(),
            log: Vec::new(),
            chains: BTreeMap::new(),
        };
        let keys = SEATS[..3].iter().map(|seat| key(seat).public()).collect();
        world.record(draft.event, keys).unwrap();
        world
    }

    fn today(&self) -> Date {
        self.state.date_of(self.now)
    }

    /// Judges an event as the next entry and records it if it may be.
    fn record(&mut self, event: Event, mut keys: Vec<PublicKey>) -> Result<(), Rejection> {
        keys.sort();
        keys.dedup();
        let payload = event.to_payload();
        let id = EventId::from_bytes(*blake3::hash(&payload).as_bytes());
        let recorded_at = self.now;
        let candidate = Candidate { id, event: &event, payload: &payload, keys: &keys, recorded_at };
        let admitted = judge(&self.state, candidate)?;
        // Whatever the rules admit, the state bears.
        self.state.apply(admitted).unwrap_or_else(|unfounded| panic!("{unfounded}: {event:?}"));
        for item in observed::made(id, &event) {
            if self.items.iter().all(|known| known.thing != item.thing) {
                self.items.push(item);
            }
        }
        self.log.push(Entry { id, at: self.now, keys, event });
        Ok(())
    }

    /// Where each item stands.
    fn stages(&self) -> Vec<&'static str> {
        self.items.iter().map(|item| item.stage(&self.state, self.now)).collect()
    }

    /// Lets time pass: what changes by that is drawn as changing by days.
    fn wait(&mut self, met: &mut Met) {
        let days = if self.dice.one_in(12) { self.dice.below(50) as u64 } else { 0 };
        let before = self.stages();
        self.now = self.now.plus_ms(1 + days * 86_400_000 + self.dice.below(600_000) as u64);
        for (item, from) in self.items.iter().zip(before) {
            let mut at = from;
            let to = item.stage(&self.state, self.now);
            while at != to {
                let days = item.machine().arrows.iter().filter(|arrow| matches!(arrow.by, Move::Day(_)));
                let mut days = days.filter(|arrow| arrow.from == Some(at));
                let way = days.clone().find(|arrow| arrow.to == to).or_else(|| days.next());
                let way = way.unwrap_or_else(|| panic!("{item:?} went from {from} to {to} in time alone"));
                met.ways.push((item.machine().item, way.from, way.by, way.to));
                at = way.to;
            }
        }
    }

    /// Tries an event, and holds the answer against the drawings.
    fn attempt(&mut self, act: Act, met: &mut Met) {
        let type_name = act.body.type_name();
        let before = self.stages();
        let aimed = (0..self.items.len()).filter(|place| act.aims.contains(&self.items[*place].thing));
        let aimed: Vec<usize> = aimed.collect();
        let departed = act.subject.is_some_and(|subject| {
            let about = self.items.iter().position(|item| item.thing == Thing::Subject(subject));
            about.is_some_and(|place| before[place] == "Departed")
        });
        let event = Event {
            ledger: self.origin.clone(),
            issuer: act.issuer,
            subject: act.subject,
            issued_at: self.now,
            body: act.body,
        };
        let (said, body) = (format!("{event:?}"), event.body.clone());
        match self.record(event, act.keys) {
            Ok(()) => {
                *met.accepted.entry(type_name).or_default() += 1;
                assert!(!departed || ABOUT_DEPARTED.contains(&type_name), "about who has left: {said}");
                self.follow(&body, &aimed, &before, met, &said);
            }
            Err(rejection) => {
                *met.refused.entry(rejection.code()).or_default() += 1;
                if rejection.reason == Reason::SubjectDeparted {
                    assert!(departed, "{rejection} about who has not left: {said}");
                }
                if !OF_STAGE.contains(&rejection.reason) {
                    return;
                }
                for place in aimed {
                    let (item, from) = (&self.items[place], before[place]);
                    // What a contest is about may stand where the contest does not.
                    let of_contest = item.machine().item == Contesting::MACHINE.item;
                    let mut ways = item.ways(Some(from), type_name);
                    let allowed = ways.any(|arrow| self.is_open(arrow.by, &body, false));
                    let concerned = of_contest == (rejection.reason == Reason::ContestStage);
                    assert!(
                        !(allowed && concerned),
                        "{rejection}, but {item:?} at {from} may be moved: {said}"
                    );
                }
            }
        }
    }

    /// What an accepted event changed, it changed along arrows of its type.
    fn follow(&self, body: &Body, aimed: &[usize], before: &[&'static str], met: &mut Met, said: &str) {
        let type_name = body.type_name();
        for (place, item) in self.items.iter().enumerate() {
            let (from, to) = (before.get(place).copied(), item.stage(&self.state, self.now));
            if from == Some(to) && !aimed.contains(&place) {
                continue;
            }
            let mut ways = item.ways(from, type_name);
            let way = ways.find(|arrow| arrow.to == to && self.is_open(arrow.by, body, true));
            let way = way.unwrap_or_else(|| panic!("no arrow for {item:?} from {from:?} to {to}: {said}"));
            met.ways.push((item.machine().item, from, way.by, to));
        }
    }

    /// Whether an event, recorded or refused, is what an arrow says it must be: a type, or a type and more.
    fn is_open(&self, by: Move, body: &Body, recorded: bool) -> bool {
        let Move::Event(_, case) = by else { return false };
        let Some(more) = case else { return true };
        let decided = match body {
            Body::ContestDecided(body) => Some((body.outcome, &body.effect)),
            Body::AppealDecided(body) => Some((body.outcome, &body.effect)),
            _ => None,
        };
        let ends_on = match decided {
            Some((Outcome::Partial, Some(Effect::Reduced(reduced)))) => reduced.ends_on,
            _ => None,
        };
        match (more, body) {
            ("upheld", _) => decided.is_some_and(|(outcome, _)| outcome == Outcome::Upheld),
            ("with an end that is past", _) => ends_on.is_some_and(|last| last < self.today()),
            // A decision that does not stand may have shortened what a later one leaves as it was.
            ("with an end to come", _) => decided.is_some(),
            ("that retracts", Body::CorrectionIssued(body)) => body.action == CorrectionAction::Retract,
            ("that raises grades", Body::CorrectionIssued(body)) => {
                matches!(body.action, CorrectionAction::Replace(_))
            }
            ("with an earlier invalid_from", Body::KeyRevoked(body)) => {
                body.invalid_from.is_some_and(|from| {
                    let known = &self.state.parties().key(&body.key).unwrap().invalid;
                    recorded || known.iter().all(|one| from < one.from)
                })
            }
            ("by the council", Body::KeyAdded(body)) => body.owner.is_some(),
            ("hiding a collaboration", Body::EndorsementPublished(body)) => {
                body.relation != Relation::Commercial
            }
            ("after its end", Body::CollaborationDeclared(body)) => body.ends_on < self.today(),
            _ => panic!("what does {by:?} ask of {body:?}?"),
        }
    }

    /// The log applied anew comes to the same state, and what is read of an image goes on as it would.
    fn check_replay(&self) {
        let (half, rest) = self.log.split_at(self.log.len() / 2);
        let mut replayed = State::default();
        half.iter().for_each(|entry| replayed.replay(entry.recording()).unwrap());
        let mut restored = crate::history::read_again(&replayed);
        for entry in rest {
            replayed.replay(entry.recording()).unwrap();
            restored.replay(entry.recording()).unwrap();
        }
        assert!(replayed == self.state, "a replay comes to another state");
        assert!(restored == self.state, "what is read of an image comes to another state");
        assert!(crate::history::read_again(&restored) == self.state, "an image comes to another state");
    }
}

/// Whether walks make what moves an item along an arrow.
fn is_walked(by: Move) -> bool {
    match by {
        Move::Event(of, _) => !UNWALKED.contains(&of.name()),
        Move::Day(_) => true,
    }
}

#[test]
fn random_histories_follow_the_drawings() {
    let mut met = Met::default();
    for seed in 0..WALKS {
        let mut world = World::new(seed);
        for _ in 0..STEPS {
            world.wait(&mut met);
            if let Some(act) = acts::any(&mut world) {
                world.attempt(act, &mut met);
            }
        }
        world.check_replay();
    }
    let walked = |name: &&&str| !UNWALKED.contains(*name) && !met.accepted.contains_key(**name);
    let missing: Vec<_> = TYPES.iter().filter(walked).collect();
    assert!(missing.is_empty(), "never recorded: {missing:?}; add it to acts.rs. {:?}", met.refused);
    let drawn = MACHINES.iter().filter(|machine| observed::KINDS.contains(&machine.item));
    let drawn = drawn.flat_map(|machine| machine.arrows.iter().map(move |arrow| (machine.item, arrow)));
    let drawn = drawn.filter(|(_, arrow)| is_walked(arrow.by));
    let untaken: BTreeSet<String> = drawn
        .filter(|(item, arrow)| !met.ways.contains(&(*item, arrow.from, arrow.by, arrow.to)))
        .map(|(item, arrow)| format!("{item}: {arrow:?}"))
        .collect();
    assert!(untaken.is_empty(), "drawn, but never taken: {untaken:#?} {:?} {:?}", met.accepted, met.refused);
    assert!(met.refused.len() > 20, "too little was refused: {:?}", met.refused);
}
