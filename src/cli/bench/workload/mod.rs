//! The load: events that a real alliance would send, in an order in which each is accepted.
//!
//! A [`Workload`] keeps what it needs to know of the ledger it has made so far. History is one
//! sequence in which events build on one another. Live events build on what was there before the
//! phase began and never on one another, so that they may arrive in any order.

mod contributions;
mod parties;
mod remedies;

use std::collections::{HashMap, HashSet, VecDeque};

use super::alliance::{self, ENDORSERS, Signer, THRESHOLD};
use super::bodies::{Bodies, date, some_assessor};
use super::dice::Dice;
use crate::dsse::EventId;
use crate::event::*;
use crate::time::{Date, Timestamp};
use crate::vault::Attachment;

/// Items kept to be contested, withdrawn or lifted later.
const POOL: usize = 65_536;
/// Most contests that history leaves open at a time, so that live events have some to settle.
const OPEN_CONTESTS: usize = 8_192;
/// Most contests that a subject may have open.
const OPEN_PER_SUBJECT: u8 = 3;
/// Events before the first that is about a subject, the opening not counted.
pub(super) const PROLOGUE: usize = 1 + 2 * alliance::ASSESSORS + ENDORSERS;
/// Days that an endorsement lasts.
const ENDORSED_DAYS: i32 = 180;

/// An event to be signed.
#[derive(Debug)]
pub(super) struct Planned {
    /// The event.
    pub event: Event,
    /// Its bytes.
    pub payload: Vec<u8>,
    /// Who signs.
    pub signers: Vec<Signer>,
    /// What must come with it.
    pub attachments: Vec<Attachment>,
}

impl Planned {
    fn with(mut self, attachment: Attachment) -> Self {
        self.attachments.push(attachment);
        self
    }
}

/// What comes with events that need a text: profiles, statements, reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Texts {
    /// An issuer says the same about a subject each time, so that the ledger keeps that once.
    Shared,
    /// Each brings its own.
    Own,
}

/// What a ledger's history is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Story {
    /// The realistic mix.
    Mixed,
    /// Every subject is enrolled and assessed once, which rates it.
    EveryoneRated,
    /// One subject that every assessor has assessed in full and a hundred members endorse; then the mix.
    OneThorough,
}

/// How large a history is, and when it happened.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    /// What it is made of.
    pub story: Story,
    /// Events, the opening included.
    pub events: u64,
    /// Subjects that are enrolled at the end of it.
    pub subjects: usize,
    /// When it begins.
    pub from: Timestamp,
    /// When it has ended.
    pub until: Timestamp,
}

struct Assessed {
    assessor: usize,
    subject: usize,
    id: EventId,
    indicator: usize,
}

struct Endorsed {
    endorser: usize,
    subject: usize,
    topic: TopicId,
    id: EventId,
    expires_on: Date,
}

struct Contested {
    subject: usize,
    id: EventId,
    indicator: usize,
}

struct Sanctioned {
    subject: usize,
    id: EventId,
    ends_on: Date,
}

/// What a phase of live events must not build on, nor interfere with.
#[derive(Default)]
struct Phase {
    number: u64,
    subjects: usize,
    /// Assessments that something in this phase is about; they must not be replaced meanwhile.
    frozen: HashSet<(usize, usize)>,
    filed: Vec<Contested>,
    settled: Vec<usize>,
    speaking: HashSet<usize>,
    rotating: HashSet<usize>,
}

/// A source of events.
pub(super) struct Workload {
    origin: String,
    seed: u64,
    scale: Scale,
    bodies: Bodies,
    dice: Dice,
    at: Timestamp,
    planned: u64,
    prologue: VecDeque<(Vec<Signer>, Body)>,
    enrolled: usize,
    newcomers: usize,
    assessed: Vec<Assessed>,
    newest: HashMap<(usize, usize), EventId>,
    endorsed: Vec<Endorsed>,
    endorsing: HashMap<(usize, usize, TopicId), Date>,
    contested: Vec<Contested>,
    open: HashMap<usize, u8>,
    /// Assessors whose assessment of a subject is contested, and the day after which another is
    /// about other conduct.
    disputed: HashMap<(usize, usize), Date>,
    sanctioned: Vec<Sanctioned>,
    /// Until when a subject is not sanctioned again for an indicator.
    sanctioned_until: HashMap<(usize, usize), Date>,
    generation: HashMap<usize, u32>,
    rating: Option<usize>,
    phase: Option<Phase>,
    /// Which texts come along.
    pub texts: Texts,
}

impl Workload {
    /// The workload of a seed on a ledger of this origin.
    pub(super) fn new(origin: &str, seed: u64, scale: Scale) -> anyhow::Result<Self> {
        let bodies = Bodies::new()?;
        let prologue = prologue(&bodies);
        Ok(Self {
            origin: origin.to_owned(),
            seed,
            scale,
            bodies,
            dice: Dice::new(seed, "history"),
            at: scale.from,
            planned: 1,
            prologue,
            enrolled: 0,
            newcomers: 0,
            assessed: Vec::new(),
            newest: HashMap::new(),
            endorsed: Vec::new(),
            endorsing: HashMap::new(),
            contested: Vec::new(),
            open: HashMap::new(),
            disputed: HashMap::new(),
            sanctioned: Vec::new(),
            sanctioned_until: HashMap::new(),
            generation: HashMap::new(),
            rating: None,
            phase: None,
            texts: Texts::Shared,
        })
    }

    /// The next event of the history; none at its end.
    pub(super) fn history(&mut self) -> Option<Planned> {
        if self.planned == self.scale.events {
            return None;
        }
        let span = self.scale.until.as_ms() - self.scale.from.as_ms();
        let past = u128::from(span) * u128::from(self.planned) / u128::from(self.scale.events);
        self.at = self.scale.from.plus_ms(past as u64);
        self.planned += 1;
        if let Some((signers, body)) = self.prologue.pop_front() {
            return Some(self.plan(signers, None, body));
        }
        Some(match self.scale.story {
            Story::Mixed => self.mixed(),
            Story::EveryoneRated => self.everyone_rated(),
            Story::OneThorough => self.one_thorough(),
        })
    }

    /// Live events that may arrive in any order, once everything planned before has arrived.
    ///
    /// They are issued a millisecond apart, the last one just before `now`.
    pub(super) fn live(&mut self, events: usize, now: Timestamp) -> Vec<Planned> {
        let number = self.end_phase();
        self.dice = Dice::new(self.seed, &format!("phase {number}"));
        self.phase = Some(Phase { number, subjects: self.enrolled, ..Phase::default() });
        (0..events)
            .map(|nth| {
                self.at = now.minus_ms((events - nth) as u64);
                self.mixed()
            })
            .collect()
    }

    /// Takes what the last phase made into account; the number of the next.
    fn end_phase(&mut self) -> u64 {
        let Some(phase) = self.phase.take() else { return 1 };
        self.contested.extend(phase.filed);
        for subject in phase.settled {
            *self.open.entry(subject).or_default() -= 1;
        }
        phase.number + 1
    }

    fn everyone_rated(&mut self) -> Planned {
        match self.rating.take() {
            None => {
                self.rating = Some(self.enrolled);
                self.enrol()
            }
            Some(subject) => {
                let assessor = some_assessor(&mut self.dice);
                let body = self.bodies.rating(&mut self.dice, date(self.at));
                self.plan([Signer::Assessor(assessor)], Some(subject), body)
            }
        }
    }

    fn one_thorough(&mut self) -> Planned {
        let nth = self.planned as usize - 2 - PROLOGUE;
        let today = date(self.at);
        match nth {
            0 => self.enrol(),
            1..=100 => {
                let body = self.bodies.full_assessment(&mut self.dice, today);
                self.plan([Signer::Assessor(nth - 1)], Some(0), body)
            }
            101..=200 => {
                let topic = self.bodies.topics_of(0).next().expect("a subject has a field").clone();
                let expires_on = today.plus_days(ENDORSED_DAYS);
                self.endorsing.insert((nth - 101, 0, topic.clone()), expires_on);
                let body = self.bodies.endorsement(&mut self.dice, topic, expires_on);
                self.plan([Signer::Endorser(nth - 101)], Some(0), body)
            }
            _ => self.mixed(),
        }
    }

    fn mixed(&mut self) -> Planned {
        if self.phase.is_none() && (self.enrolled as u64) < self.enrolled_by_now() {
            return self.enrol();
        }
        // Drawn again where nothing is there to settle or withdraw, so that no one kind makes up for it.
        let drawn = (0..8).find_map(|_| self.drawn());
        drawn.unwrap_or_else(|| self.assess())
    }

    /// An event of a kind by chance; none where there is nothing for it to be about.
    fn drawn(&mut self) -> Option<Planned> {
        match self.dice.below(1000) {
            0..420 => Some(self.assess()),
            420..700 => self.endorse(),
            700..750 => self.contest(),
            750..785 => self.decide(),
            785..800 => self.withdraw_contest(),
            800..860 => self.phase.is_some().then(|| self.enrol()),
            860..865 => Some(self.admit()),
            865..895 => self.withdraw_assessment(),
            895..950 => self.withdraw_endorsement(),
            950..965 => self.sanction(),
            965..975 => self.lift(),
            _ => self.rotate(),
        }
    }

    /// A fifth of the subjects come first, the others evenly.
    fn enrolled_by_now(&self) -> u64 {
        let subjects = self.scale.subjects as u64;
        (subjects / 5 + subjects * 4 / 5 * self.planned / self.scale.events).max(1).min(subjects)
    }

    fn some_subject(&mut self) -> usize {
        self.dice.zipf(self.subjects())
    }

    /// Subjects that events may be about: one that is enrolled in a phase may not have arrived.
    fn subjects(&self) -> usize {
        self.phase.as_ref().map_or(self.enrolled, |phase| phase.subjects)
    }

    /// The text of an event that needs one, by such an issuer about a subject.
    fn text(&mut self, issuer: &str, subject: usize) -> Attachment {
        match self.texts {
            // Under a salt of its own: a text belongs to who named it first, about whom.
            Texts::Shared => {
                let salt = alliance::text(&format!("{issuer} {subject}")).salt;
                Attachment { salt, ..self.bodies.text.clone() }
            }
            Texts::Own => {
                alliance::text(&format!("{:x} {}", self.dice.below(usize::MAX), "of 300 bytes ".repeat(22)))
            }
        }
    }

    fn plan(
        &self,
        signers: impl IntoIterator<Item = Signer>,
        subject: Option<usize>,
        body: impl Into<Body>,
    ) -> Planned {
        let signers: Vec<Signer> = signers.into_iter().collect();
        let issuer = match signers[0] {
            Signer::Seat(_) => PartyId::council(),
            one => one.party(),
        };
        let subject = subject.map(alliance::subject);
        let event =
            Event { ledger: self.origin.clone(), issuer, subject, issued_at: self.at, body: body.into() };
        let payload = event.to_payload();
        Planned { event, payload, signers, attachments: Vec::new() }
    }
}

fn council() -> impl Iterator<Item = Signer> {
    (0..THRESHOLD).map(Signer::Seat)
}

/// Registrar, assessors and endorsers join.
fn prologue(bodies: &Bodies) -> VecDeque<(Vec<Signer>, Body)> {
    let admission = |signer| (council().chain([signer]).collect(), bodies.admission(signer).into());
    let assessors = (0..alliance::ASSESSORS).flat_map(|number| {
        let accreditation = (council().collect(), bodies.accreditation(number).into());
        [admission(Signer::Assessor(number)), accreditation]
    });
    let endorsers = (0..ENDORSERS).map(|number| admission(Signer::Endorser(number)));
    [admission(Signer::Registrar)].into_iter().chain(assessors).chain(endorsers).collect()
}

/// Puts an item into a bounded pool; the one that had to leave for it.
fn keep<T>(pool: &mut Vec<T>, one: T, dice: &mut Dice) -> Option<T> {
    if pool.len() < POOL {
        pool.push(one);
        return None;
    }
    Some(std::mem::replace(&mut pool[dice.below(POOL)], one))
}
