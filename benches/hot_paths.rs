//! How many instructions the hot paths take, counted by callgrind; `tools/instructions` guards them.
//!
//! Verifying signatures is left out: it is the floor that everything else is measured against, and
//! which of its variants runs depends on the processor.

#![allow(missing_docs, reason = "what the macros of the benchmark make is theirs")]

use std::hint::black_box;
use std::sync::Arc;

use gungraun::prelude::*;

use tinnhiem::client::{Draft, opening};
use tinnhiem::clock::Clock;
use tinnhiem::dsse::{Envelope, EventId, PublicKey, SecretKey, Verified};
use tinnhiem::engines::Score;
use tinnhiem::event::*;
use tinnhiem::facts::At;
use tinnhiem::ledger::{Claim, OwnOrder, Reader, Setup, Submission, restore};
use tinnhiem::log::{ChainHash, Checkpoint, Entry, Frontier, Origin, Receipt, TileId, TileNode, leaf_hash};
use tinnhiem::rules::{self, Candidate};
use tinnhiem::state::{Recording, State};
use tinnhiem::store::{Disk, MemoryStore};
use tinnhiem::time::{Date, Timestamp};
use tinnhiem::{demo, json, limits};

/// Assessors that assessed, and members that endorsed, the one subject.
const EACH: usize = 100;

/// A ledger in memory with one subject that has two hundred contributions.
struct Programme {
    origin: Origin,
    state: State,
    at: Timestamp,
}

impl Programme {
    fn with_contributions(each: usize) -> Self {
        let first = day().start_at(0);
        let seat = Seat { seat: 1, member: party("seat"), key: key("seat").public() };
        let body = LedgerOpened {
            council: vec![seat],
            threshold: 1,
            operator: Operator { member: party("operator"), key: key("operator").public() },
            log_key: key("log").public(),
            utc_offset_min: 0,
            policy: serde_json::from_str(demo::POLICY_1).unwrap(),
            replayed_until: None,
        };
        let (origin, draft) = opening("count.example", first, body).unwrap();
        let mut programme = Self { origin, state: State::default(), at: first };
        programme.apply(&draft.event, &[key("seat").public()]);
        programme.admit("registrar", MemberClass::Platform, vec![Role::Registrar]);
        for number in 0..EACH + 1 {
            programme.admit(&format!("assessor-{number}"), MemberClass::Assessor, Vec::new());
            programme.accredit(&format!("assessor-{number}"));
            programme.admit(&format!("endorser-{number}"), MemberClass::Business, Vec::new());
        }
        programme.enrol();
        for number in 0..each {
            let body = assessment(number);
            programme.record(&format!("assessor-{number}"), Some(subject()), body, &[]);
            let body = EndorsementPublished {
                relation: Relation::None,
                value_band: None,
                topic: "am-thuc".parse().unwrap(),
                expires_on: day().plus_days(300),
                statement: None,
            };
            programme.record(&format!("endorser-{number}"), Some(subject()), body, &[]);
        }
        programme
    }

    fn admit(&mut self, name: &str, class: MemberClass, roles: Vec<Role>) {
        let (member, own) = (party(name), key(name).public());
        let group = GroupId::alone(&member);
        let body = MemberAdmitted { class, group, name: name.to_owned(), member, roles, key: own };
        self.record("council", None, body, &[own]);
    }

    fn accredit(&mut self, name: &str) {
        let body = AccreditationGranted {
            assessor: party(name),
            topics: vec!["am-thuc".parse().unwrap()],
            class: "independent".parse().unwrap(),
            valid_until: None,
        };
        self.record("council", None, body, &[]);
    }

    fn enrol(&mut self) {
        let body = SubjectEnrolled {
            identity: Commitment::from_bytes([101; 32]),
            identity_key: None,
            profile: Commitment::from_bytes([102; 32]).into(),
            consent: Commitment::from_bytes([103; 32]).into(),
            topics: vec!["am-thuc".parse().unwrap()],
            group: "subject".parse().unwrap(),
            key: key("subject").public(),
        };
        self.record("registrar", Some(subject()), body, &[key("subject").public()]);
    }

    fn record(&mut self, by: &str, about: Option<SubjectId>, body: impl Into<Body>, more: &[PublicKey]) {
        let signer = if by == "council" { "seat" } else { by };
        let event = Draft::new(&self.origin, party(by), about, self.at, body).event;
        let keys: Vec<PublicKey> = more.iter().copied().chain([key(signer).public()]).collect();
        self.apply(&event, &keys);
    }

    fn apply(&mut self, event: &Event, keys: &[PublicKey]) {
        let id = EventId::of_payload(&event.to_payload());
        self.at = self.at.plus_ms(1000);
        self.state.replay(Recording { id, at: self.at, keys, event }).unwrap();
    }

    /// The assessment that comes next, signed.
    fn next(&self) -> Submission {
        let name = format!("assessor-{EACH}");
        Draft::new(&self.origin, party(&name), Some(subject()), self.at, assessment(EACH))
            .sign(&[&key(&name)])
            .unwrap()
    }
}

fn day() -> Date {
    "2026-06-01".parse().unwrap()
}

fn key(name: &str) -> SecretKey {
    SecretKey::from_seed(*blake3::hash(name.as_bytes()).as_bytes())
}

fn party(name: &str) -> PartyId {
    name.parse().unwrap()
}

fn subject() -> SubjectId {
    SubjectId::from_random([7; 13])
}

/// Every indicator graded, a third of the grades extreme.
fn assessment(number: usize) -> AssessmentPublished {
    let indicator = |at: usize| -> IndicatorId { format!("I{}", at + 1).parse().unwrap() };
    let level = |at: usize| if (at + number).is_multiple_of(3) { 2 } else { 1 };
    let extreme = (0..20).filter(|at| level(*at) == 2);
    AssessmentPublished {
        policy: 1,
        grades: (0..20).map(|at| (indicator(at), Some(level(at)))).collect(),
        evidence: extreme
            .map(|at| (indicator(at), vec![Commitment::from_bytes([at as u8; 32]).into()]))
            .collect(),
        observed_from: day().plus_days(-30),
        observed_until: day().plus_days(-1),
        valid_until: Some(day().plus_days(300)),
        conflict: false,
        fee: false,
        statement: None,
        notice: None,
    }
}

fn submitted() -> Vec<u8> {
    Programme::with_contributions(0).next().to_json().into_bytes()
}

fn payload() -> Vec<u8> {
    Programme::with_contributions(0).next().envelope.payload().to_vec()
}

#[library_benchmark]
#[bench::assessment(setup = submitted)]
fn envelope_parse(bytes: Vec<u8>) -> Envelope {
    black_box(Envelope::parse(black_box(&bytes))).unwrap()
}

#[library_benchmark]
#[bench::assessment(setup = submitted)]
fn submission_parse(bytes: Vec<u8>) -> Submission {
    black_box(Submission::parse(black_box(&bytes))).unwrap()
}

#[library_benchmark]
#[bench::assessment(setup = payload)]
fn event_parse(payload: Vec<u8>) -> Event {
    black_box(Event::parse(black_box(&payload))).unwrap()
}

#[library_benchmark]
#[bench::assessment(setup = payload)]
fn json_check(payload: Vec<u8>) {
    black_box(json::check(black_box(&payload), limits::JSON_DEPTH)).unwrap();
}

/// A programme with an assessment that asks to be recorded.
fn candidate() -> (Programme, Event, Vec<u8>, Vec<PublicKey>) {
    let programme = Programme::with_contributions(EACH);
    let payload = programme.next().envelope.payload().to_vec();
    let event = Event::parse(&payload).unwrap();
    let keys = vec![key(&format!("assessor-{EACH}")).public()];
    (programme, event, payload, keys)
}

#[library_benchmark]
#[bench::assessment(setup = candidate)]
fn judge(case: (Programme, Event, Vec<u8>, Vec<PublicKey>)) -> (Programme, Event) {
    let (programme, event, payload, keys) = case;
    let (id, recorded_at) = (EventId::from_bytes([9; 32]), programme.at);
    let candidate = Candidate { id, event: &event, payload: &payload, keys: &keys, recorded_at };
    black_box(rules::judge(black_box(&programme.state), candidate)).unwrap();
    (programme, event)
}

#[library_benchmark]
#[bench::assessment(setup = candidate)]
fn apply(case: (Programme, Event, Vec<u8>, Vec<PublicKey>)) -> (Programme, State) {
    let (mut programme, event, _, keys) = case;
    // As when a snapshot of the state before is published.
    let published = programme.state.clone();
    let recording =
        Recording { id: EventId::from_bytes([9; 32]), at: programme.at, keys: &keys, event: &event };
    black_box(&mut programme.state).replay(recording).unwrap();
    (programme, published)
}

/// A signed assessment taken as verified, and the edge of a log of a thousand entries.
fn edge() -> (Timestamp, Verified, ChainHash, Frontier) {
    let programme = Programme::with_contributions(0);
    let submission = programme.next();
    let name = format!("assessor-{EACH}");
    let signature =
        key(&name).sign(&tinnhiem::dsse::pae(tinnhiem::dsse::PAYLOAD_TYPE, submission.envelope.payload()));
    let signatures = vec![(key(&name).public(), signature)];
    let verified = Verified::trusted(submission.envelope.payload().to_vec(), signatures).unwrap();
    let mut frontier = Frontier::default();
    for number in 0..1_023_u64 {
        frontier.append(leaf_hash(&number.to_be_bytes()), |_| {});
    }
    (programme.at, verified, ChainHash::of_origin(&programme.origin), frontier)
}

#[library_benchmark]
#[bench::assessment(setup = edge)]
fn append(case: (Timestamp, Verified, ChainHash, Frontier)) -> (Vec<u8>, ChainHash, Frontier, Vec<TileNode>) {
    let (at, verified, chain, mut frontier) = case;
    let mut nodes = Vec::with_capacity(8);
    let entry = Entry::encode(at, &chain, black_box(&verified));
    let chain = ChainHash::of_entry(&entry);
    frontier.append(leaf_hash(&entry), |node| nodes.push(node));
    black_box((entry, chain, frontier, nodes))
}

fn scored() -> (State, At) {
    let programme = Programme::with_contributions(EACH);
    let at = At { size: programme.state.size(), as_of: day().plus_days(20) };
    (programme.state, at)
}

#[library_benchmark]
#[bench::contributions_200(setup = scored)]
fn score(case: (State, At)) -> (Score, State) {
    let (state, at) = case;
    let score = black_box(&state).score(&subject(), at).unwrap();
    (black_box(score), state)
}

/// A log of 512 entries in memory.
fn stored() -> (Reader, TileId, Receipt) {
    let entries: Vec<Vec<u8>> = (0..512_u64).map(|number| number.to_be_bytes().repeat(80)).collect();
    let mut frontier = Frontier::default();
    for entry in &entries {
        frontier.append(leaf_hash(entry), |_| {});
    }
    let origin = Programme::with_contributions(0).origin;
    let signed = Checkpoint { origin, size: 512, root: frontier.root() }.sign(&key("log"));
    let directory = tempfile::tempdir().unwrap();
    let store = Arc::new(MemoryStore::open(&Disk::default()));
    let setup = Setup {
        directory: directory.path().to_owned(),
        store: store.clone(),
        log_key: key("log"),
        next_log_key: None,
        clock: Clock::manual(day().start_at(0)),
        order: Box::new(OwnOrder),
        queue_events: limits::QUEUE_EVENTS,
        image: None,
        claim: Claim::Unchanged,
        check: None,
        key_file: "log-key.pem".into(),
        lock: None,
    };
    let mut all = Some(entries.clone());
    restore(&setup, &signed, &mut || Ok(all.take().unwrap_or_default())).unwrap();
    let reader = Reader::new(store);
    let receipt = Receipt {
        entry: entries[300].clone(),
        index: 300,
        proof: reader.inclusion(512, 300).unwrap(),
        checkpoint: signed.note().to_owned(),
    };
    let tile = TileId::of_size(512).next().unwrap();
    (reader, tile, receipt)
}

#[library_benchmark]
#[bench::full(setup = stored)]
fn tile_read(case: (Reader, TileId, Receipt)) -> (Vec<u8>, Reader) {
    let bytes = case.0.tile(black_box(&case.1)).unwrap();
    (black_box(bytes), case.0)
}

#[library_benchmark]
#[bench::of_512(setup = stored)]
fn receipt_text(case: (Reader, TileId, Receipt)) -> (String, Receipt) {
    (black_box(black_box(&case.2).to_text()), case.2)
}

library_benchmark_group!(
    name = hot_paths,
    benchmarks = [
        envelope_parse,
        submission_parse,
        event_parse,
        json_check,
        judge,
        apply,
        append,
        score,
        tile_read,
        receipt_text
    ]
);

main!(library_benchmark_groups = hot_paths);
