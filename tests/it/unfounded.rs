//! Entries that presume what the entries before them did not bring about: nothing of them is passed over.

use std::collections::BTreeSet;
use std::sync::Arc;

use tinnhiem::audit::{Auditor, CheckedEntry, Finding, Place};
use tinnhiem::client::{Draft, opening};
use tinnhiem::clock::Clock;
use tinnhiem::dsse::EventId;
use tinnhiem::event::*;
use tinnhiem::ledger::{Archive, Ledger, OpenError, fsck};
use tinnhiem::log::{ChainHash, Checkpoint, Entry, Frontier, Origin, leaf_hash};
use tinnhiem::rules::{Candidate, judge};
use tinnhiem::state::{Recording, State};
use tinnhiem::store::{Batch, Heads, MemoryStore, PackWriter, Store, read_entry};
use tinnhiem::time::Timestamp;

use crate::judgements::{self, RECORDED};
use crate::programme::*;

fn now() -> Timestamp {
    "2026-11-20T03:00:00.000Z".parse().unwrap()
}

/// A log of which nothing but the opening was judged, under a head that acknowledges all of it.
struct Forged {
    parts: Parts,
    origin: Origin,
    entries: Vec<Vec<u8>>,
}

impl Forged {
    /// Each event is signed by a seat.
    fn with(events: impl FnOnce(&Origin) -> Vec<Draft>) -> Self {
        let (origin, first) = opening("forged", now(), opened(policy(), None)).unwrap();
        let first = first.sign(&[&key("seat-1"), &key("seat-2"), &key("seat-3")]).unwrap();
        let parts = Parts::created(Clock::manual(now()), &first);
        let store = MemoryStore::open(&parts.disk);
        let mut entries = vec![read_entry(&store, 0).unwrap().unwrap()];
        for draft in events(&origin) {
            let event = draft.sign(&[&key("seat-1")]).unwrap().verify().unwrap();
            let prev = ChainHash::of_entry(entries.last().unwrap());
            entries.push(Entry::encode(now(), &prev, &event.verified));
        }
        let mut batch = Batch::default();
        PackWriter::resume(&store).unwrap().append(entries[1..].iter().map(Vec::as_slice), &mut batch);
        store.commit(batch).unwrap();
        let mut frontier = Frontier::default();
        entries.iter().for_each(|entry| frontier.append(leaf_hash(entry), |_| {}));
        let (size, root) = (frontier.size(), frontier.root());
        let head = Checkpoint { origin: origin.clone(), size, root }.sign(&key("log"));
        Heads::open(parts.directory.path()).unwrap().append(head.note().as_bytes()).unwrap();
        Self { parts, origin, entries }
    }
}

/// Before, such a log was opened and signed for as if all were well: what the entry would change was left out.
#[test]
fn a_start_fsck_and_an_audit_tell_of_it_with_its_place() {
    let forged = Forged::with(|origin| {
        let draft = |about, body: Body| Draft::new(origin, PartyId::council(), about, now(), body);
        let admitted = admission("member", MemberClass::Press, &[]);
        let removed = MemberRemoved { member: party("nobody"), reason: None };
        vec![draft(None, admitted.into()), draft(None, removed.into()), draft(None, draw().into())]
    });
    match Ledger::open(forged.parts.setup()).err().unwrap() {
        OpenError::Diverged { good: 2, size: 4, what } => {
            assert!(what.starts_with("entry 2: it presumes that nobody was admitted"), "{what}");
            assert!(what.ends_with("(entry.unfounded)"), "{what}");
        }
        other => panic!("{other}"),
    }
    // Who judges says first which rule it breaks, and goes on with what the others change.
    let refused = |findings: &[Finding]| {
        let at: Vec<&Finding> = findings.iter().filter(|finding| finding.place == Place::Entry(2)).collect();
        assert_eq!(at.len(), 1, "{findings:?}");
        at[0].code
    };
    let store: Arc<dyn Store> = Arc::new(MemoryStore::open(&forged.parts.disk));
    let archive = Archive::over(Ok(store), forged.parts.directory.path(), None).unwrap();
    assert_eq!(refused(&fsck(&archive).findings), "council.threshold");
    let mut auditor = Auditor::new(forged.origin.clone(), now());
    for entry in &forged.entries {
        auditor.take(CheckedEntry::check(entry), |_| {});
    }
    assert_eq!(refused(auditor.findings()), "council.threshold");
    assert_eq!((auditor.state().size(), auditor.unjudged()), (4, None));
    assert!(auditor.state().parties().was_member(&party("member")));
    assert!(!auditor.state().parties().was_member(&party("nobody")));
}

fn draw() -> DrawCommitted {
    DrawCommitted { tip: DrawValue::from_bytes([1; 32]), length: 1 }
}

/// What was judged in one state is applied to no other.
#[test]
fn what_is_admitted_after_some_entries_is_not_applied_after_others() {
    let (origin, first) = opening("apart", now(), opened(policy(), None)).unwrap();
    let seats = ["seat-1", "seat-2", "seat-3"].map(|seat| key(seat).public());
    let mut keys = seats.to_vec();
    keys.push(key("member").public());
    keys.sort();
    let mut council = seats.to_vec();
    council.sort();
    let admitted =
        Draft::new(&origin, PartyId::council(), None, now(), admission("member", MemberClass::Press, &[]));
    let (opening, event) = (first.event, admitted.event);
    let candidate = |event, payload, keys| Candidate {
        id: EventId::of_payload(payload),
        event,
        payload,
        keys,
        recorded_at: now(),
    };
    let (payload, bytes) = (opening.to_payload(), event.to_payload());
    let mut state = State::default();
    let opens = judge(&state, candidate(&opening, &payload, &council)).unwrap();
    state.apply(opens).unwrap();
    assert_eq!(state.apply(opens).unwrap_err().code(), "entry.unfounded");
    assert_eq!(state.size(), 1);
    let admits = judge(&state, candidate(&event, &bytes, &keys)).unwrap();
    assert!(State::default().apply(admits).is_err());
    state.apply(admits).unwrap();
    assert!(state.parties().was_member(&party("member")));
}

/// The types of which an entry of the vectors is borne by a state that `before` chooses.
fn borne(mut before: impl FnMut(&State, &Event, Recording<'_>) -> State) -> BTreeSet<&'static str> {
    let mut borne = BTreeSet::new();
    let mut met = BTreeSet::new();
    judgements::replay(|state, one, event, _| {
        if one.is == RECORDED && state.ledger().is_some() {
            let id = EventId::of_payload(one.event.as_bytes());
            let entry = Recording { id, at: one.at, keys: &one.keys, event };
            met.insert(event.body.type_name());
            let mut state = before(state, event, entry);
            let again = Recording { id: EventId::from_bytes([7; 32]), ..entry };
            if state.replay(again).is_ok() {
                borne.insert(event.body.type_name());
            }
        }
    });
    // All but the opening.
    assert_eq!(met.len(), TYPES.len() - 1);
    borne
}

/// What needs nothing but an open ledger.
#[test]
fn entries_that_presume_anything_are_not_borne_by_a_ledger_that_was_only_opened() {
    let mut opened = State::default();
    let borne = borne(|state, _, _| {
        if state.size() == 1 {
            opened = state.clone();
        }
        opened.clone()
    });
    let right = [
        "accreditation.granted",
        "audit.finding",
        "code.published",
        "council.changed",
        "draw.committed",
        "key.added",
        "ledger.key_rotated",
        "member.admitted",
        "operator.changed",
        "policy.published",
        "state.committed",
        "subject.enrolled",
    ];
    assert_eq!(borne, BTreeSet::from(right));
}

/// What ends something, or moves on what can be moved so once.
#[test]
fn entries_that_end_something_are_not_borne_twice() {
    let borne = borne(|state, _, entry| {
        let mut after = state.clone();
        after.replay(entry).unwrap();
        after
    });
    let once: BTreeSet<&str> = TYPES.iter().copied().filter(|name| !borne.contains(name)).collect();
    let right = [
        "account.unlinked",
        "appeal.decided",
        "appeal.filed",
        "assessment.withdrawn",
        "certificate.withdrawn",
        "contest.admitted",
        "contest.decided",
        "contest.declined",
        "contest.withdrawn",
        "decision.overturned",
        "endorsement.withdrawn",
        "ledger.opened",
        "subject.departed",
    ];
    assert_eq!(once, BTreeSet::from(right));
}
