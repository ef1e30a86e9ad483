//! Every single write to the store fails once, in both ways; nothing acknowledged is lost.

use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};

use tinnhiem::audit::CheckedEntry;
use tinnhiem::client::{Draft, opening};
use tinnhiem::clock::Clock;
use tinnhiem::dsse::SecretKey;
use tinnhiem::event::*;
use tinnhiem::ledger::{
    self, Accepted, Archive, Ledger, OpenError, Order, OrderError, Placed, Refusal, Setup, Submission, fsck,
};
use tinnhiem::log::{ChainHash, Entry, Origin};
use tinnhiem::rules::Reason;
use tinnhiem::state::{BadImage, IMAGE_FORMAT, State};
use tinnhiem::store::{Batch, Disk, Fault, MemoryStore, PackWriter, Store, StoreError, keys};
use tinnhiem::time::Timestamp;
use tinnhiem::vault::Vault;

use crate::programme::*;

/// The instant that these ledgers live at.
fn now() -> Timestamp {
    "2026-03-01T03:00:00.000Z".parse().unwrap()
}

fn ledger_opening() -> (Origin, Submission) {
    let (origin, draft) = opening("faults", now(), opened(policy(), None)).unwrap();
    (origin, draft.sign(&SEATS.map(key).each_ref()[..3]).unwrap())
}

/// Admissions, an enrolment with its attachment, assessments.
fn script(origin: &Origin) -> Vec<Submission> {
    let mut events = Vec::new();
    let mut add = |issuer: &str, about, body: Body, attached: Vec<_>, keys: &[&str]| {
        let issuer = issuer.parse().unwrap();
        let at = now().plus_ms(events.len() as u64);
        let draft = Draft::new(origin, issuer, about, at, body).with(attached);
        let keys: Vec<SecretKey> = keys.iter().map(|name| key(name)).collect();
        events.push(draft.sign(&keys.iter().collect::<Vec<_>>()).unwrap());
    };
    let seats = |name| ["seat-1", "seat-2", "seat-3", name];
    let registrar = admission("registrar", MemberClass::Platform, &[Role::Registrar]);
    add("council", None, registrar.into(), vec![], &seats("registrar"));
    for assessor in ["a1", "a2"] {
        let body = admission(assessor, MemberClass::Assessor, &[]);
        add("council", None, body.into(), vec![], &seats(assessor));
        add("council", None, accreditation(assessor).into(), vec![], &SEATS[..3]);
    }
    let (body, profile) = enrolment("kol");
    add("registrar", Some(subject("kol")), body.into(), vec![profile], &["registrar", "kol"]);
    for assessor in ["a1", "a2", "a1"] {
        let body = assessment(now().date_at(420));
        add(assessor, Some(subject("kol")), body.into(), vec![], &[assessor]);
    }
    events
}

/// Opens the ledger however often it takes.
fn open(parts: &Parts, opening: &Submission) -> Ledger {
    loop {
        match ledger::create(&parts.setup(), &opening.clone().verify().unwrap()) {
            Ok(()) | Err(OpenError::Exists) => {}
            Err(OpenError::Store(_)) => continue,
            Err(error) => panic!("{error}"),
        }
        match Ledger::open(parts.setup()) {
            Ok(ledger) => return ledger,
            Err(OpenError::Store(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// What a run leaves: the acknowledgements, the entries, the state.
#[derive(PartialEq, Debug)]
struct Outcome {
    accepted: Vec<Accepted>,
    entries: Vec<Vec<u8>>,
    state: State,
}

/// Runs the script on new parts whose nth write fails.
async fn run(fault: Option<(u64, Fault)>) -> (Outcome, u64) {
    let (origin, opening) = ledger_opening();
    let parts =
        Parts { directory: tempfile::tempdir().unwrap(), disk: Disk::default(), clock: Clock::manual(now()) };
    if let Some((nth, fault)) = fault {
        parts.disk.fail_commit(nth, fault);
    }
    let ledger = open(&parts, &opening);
    let mut accepted = Vec::new();
    for event in script(&origin) {
        // Whatever the write did, the ledger finds it out and goes on by itself.
        let answer = ledger.submit(event.clone().verify().unwrap()).await.unwrap();
        // Whether it landed before or now, what is acknowledged is there.
        let receipt = ledger.reader().receipt(&ledger.snapshot(), answer.seq).unwrap();
        assert_eq!(receipt.verify(&ledger.log_vkey()).unwrap().event.id(), answer.id);
        accepted.push(Accepted { fresh: true, ..answer });
    }
    ledger.close();
    drop(ledger);
    let ledger = open(&parts, &opening);
    let mut entries = Vec::new();
    ledger
        .reader()
        .entries(0, u64::MAX, &mut |_, entry| {
            entries.push(entry.to_vec());
            ControlFlow::Continue(())
        })
        .unwrap();
    let state = ledger.snapshot().state.clone();
    ledger.close();
    drop(ledger);
    let store = Arc::new(MemoryStore::open(&parts.disk));
    let archive = Archive::over(Ok(store), parts.directory.path(), None).unwrap();
    tinnhiem::vault::write_secret(&parts.directory.path().join(ledger::LOG_KEY_FILE), &key("log")).unwrap();
    let report = ledger::fsck(&archive);
    assert_eq!(report.findings, [], "fault {fault:?}");
    assert_eq!(report.good, entries.len() as u64);
    (Outcome { accepted, entries, state }, parts.disk.commits())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_write_may_fail_in_both_ways() {
    let (expected, commits) = run(None).await;
    assert!(commits >= 10);
    for nth in 0..commits {
        for fault in [Fault::Lost, Fault::Landed] {
            let (outcome, _) = run(Some((nth, fault))).await;
            assert_eq!(outcome, expected, "write {nth}, {fault:?}");
        }
    }
}

/// A store of whose vault everything that nobody needs is swept whenever it is opened anew.
struct Swept {
    store: MemoryStore,
    vault: Arc<OnceLock<Vault>>,
}

impl Store for Swept {
    fn value(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.value(key)
    }

    fn scan(
        &self,
        from: &[u8],
        below: &[u8],
        each: &mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.store.scan(from, below, each)
    }

    fn last_before(&self, from: &[u8], below: &[u8]) -> Result<Option<(Vec<u8>, Vec<u8>)>, StoreError> {
        self.store.last_before(from, below)
    }

    fn reopen(&self) -> Result<(), StoreError> {
        self.vault.get().unwrap().sweep(|_| false).unwrap();
        self.store.reopen()
    }

    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        self.store.commit(batch)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_with_an_entry_that_may_have_landed_is_swept_by_nobody() {
    for fault in [Fault::Lost, Fault::Landed] {
        let (origin, opening) = ledger_opening();
        let parts = Parts::created(Clock::manual(now()), &opening);
        let vault = Arc::new(OnceLock::new());
        let store = Swept { store: MemoryStore::open(&parts.disk), vault: vault.clone() };
        let ledger = Ledger::open(Setup { store: Arc::new(store), ..parts.setup() }).unwrap();
        vault.set(ledger.vault().clone()).unwrap();
        for event in script(&origin) {
            let event = event.verify().unwrap();
            if !event.attachments.is_empty() {
                parts.disk.fail_commit(0, fault);
            }
            let attachments = event.attachments.clone();
            ledger.submit(event).await.unwrap();
            for one in attachments {
                assert!(ledger.vault().contains(&one.commitment()), "{fault:?}");
            }
        }
        ledger.close();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_lost_what_was_acknowledged_is_refused() {
    let (origin, opening) = ledger_opening();
    let parts = Parts::created(Clock::manual(now()), &opening);
    let ledger = Ledger::open(parts.setup()).unwrap();
    for event in script(&origin) {
        ledger.submit(event.verify().unwrap()).await.unwrap();
    }
    drop(ledger);
    // A store of the same ledger that ends earlier: a backup, or what sled made of a damaged file.
    let shorter = Parts::created(Clock::manual(now()), &opening);
    let ledger = Ledger::open(shorter.setup()).unwrap();
    for event in script(&origin).into_iter().take(4) {
        ledger.submit(event.verify().unwrap()).await.unwrap();
    }
    drop(ledger);
    let mut setup = parts.setup();
    setup.store = Arc::new(MemoryStore::open(&shorter.disk));
    match Ledger::open(setup).err().unwrap() {
        OpenError::Diverged { good: 5, size: 10, .. } => {}
        other => panic!("{other}"),
    }
    // Heads that are gone are as bad.
    std::fs::remove_dir_all(parts.directory.path().join("heads")).unwrap();
    assert_eq!(Ledger::open(parts.setup()).err().unwrap().code(), "heads.damaged");
    // Another key signs for another log.
    let mut setup = shorter.setup();
    setup.log_key = key("other");
    assert_eq!(Ledger::open(setup).err().unwrap().code(), "ledger.log_key");
}

/// A full disk may tear a commit of several packs: a later one is there, and one before it is not.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_torn_commit_left_beyond_the_head_stops_nobody() {
    let (origin, opening) = ledger_opening();
    let parts = Parts::created(Clock::manual(now()), &opening);
    let ledger = Ledger::open(parts.setup()).unwrap();
    let mut script = script(&origin).into_iter();
    let last = script.next_back().unwrap();
    for event in script {
        ledger.submit(event.verify().unwrap()).await.unwrap();
    }
    let size = ledger.snapshot().size();
    drop(ledger);
    let torn = || {
        let store = MemoryStore::open(&parts.disk);
        let mut batch = Batch::default();
        let pack = [&[0, 4][..], b"left", &[0, 4][..], b"over"].concat();
        batch.put(keys::pack(size + 2), pack.clone());
        batch.put(keys::pack(size + 40), pack);
        store.commit(batch).unwrap();
        Arc::new(store)
    };
    let archive = Archive::over(Ok(torn()), parts.directory.path(), None).unwrap();
    let report = fsck(&archive);
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    assert_eq!((report.entries, report.good, report.notes[0].code), (size, size, "store.torn"));
    // What is whole is read as ever.
    let mut read = 0;
    let mut each = |_, _: &[u8]| {
        read += 1;
        ControlFlow::Continue(())
    };
    archive.reader.entries(0, size, &mut each).unwrap();
    assert_eq!(read, size);
    drop(archive);
    let ledger = Ledger::open(parts.setup()).unwrap();
    assert_eq!(ledger.snapshot().size(), size);
    ledger.submit(last.verify().unwrap()).await.unwrap();
    drop(ledger);
    assert_eq!(Ledger::open(parts.setup()).unwrap().snapshot().size(), size + 1);
    // Where something acknowledged is among what is not there, nothing is cut.
    let store = MemoryStore::open(&parts.disk);
    let mut batch = Batch::default();
    batch.remove(keys::pack(0));
    batch.put(keys::pack(size + 2), b"\x00\x04left".to_vec());
    store.commit(batch).unwrap();
    assert!(Ledger::open(parts.setup()).is_err());
    assert!(MemoryStore::open(&parts.disk).value(&keys::pack(size + 2)).unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_rewritten_or_added_to_is_refused() {
    let (origin, opening) = ledger_opening();
    let parts = Parts::created(Clock::manual(now()), &opening);
    let ledger = Ledger::open(parts.setup()).unwrap();
    for event in script(&origin) {
        ledger.submit(event.verify().unwrap()).await.unwrap();
    }
    let mut entries = Vec::new();
    let mut collect = |_, entry: &[u8]| {
        entries.push(entry.to_vec());
        ControlFlow::Continue(())
    };
    ledger.reader().entries(0, u64::MAX, &mut collect).unwrap();
    drop(ledger);
    let opened_with = |entries: &[Vec<u8>]| {
        let mut setup = parts.setup();
        let store = MemoryStore::open(&Disk::default());
        let mut batch = Batch::default();
        PackWriter::resume(&store).unwrap().append(entries.iter().map(Vec::as_slice), &mut batch);
        store.commit(batch).unwrap();
        setup.store = Arc::new(store);
        Ledger::open(setup)
    };
    // The entries alone are enough: rows and state are rebuilt.
    let rebuilt = opened_with(&entries).unwrap();
    let snapshot = rebuilt.snapshot();
    assert_eq!(rebuilt.reader().root(10).unwrap(), snapshot.checkpoint.checkpoint().root);
    for seq in 0..10 {
        rebuilt.reader().receipt(&snapshot, seq).unwrap().verify(&rebuilt.log_vkey()).unwrap();
    }
    drop(rebuilt);
    // An entry changed and all after it chained anew: every link holds, the root does not.
    let mut rewritten = entries.clone();
    rewritten[4][8] ^= 1;
    for seq in 5..rewritten.len() {
        let prev = ChainHash::of_entry(&rewritten[seq - 1]);
        rewritten[seq][9..41].copy_from_slice(prev.as_bytes());
    }
    match opened_with(&rewritten).err().unwrap() {
        OpenError::Diverged { size: 10, .. } => {}
        other => panic!("{other}"),
    }
    // The same without new links: the place is named.
    let mut broken = entries.clone();
    broken[4][8] ^= 1;
    match opened_with(&broken).err().unwrap() {
        OpenError::Diverged { good: 5, size: 10, .. } => {}
        other => panic!("{other}"),
    }
    // What no head acknowledges is judged by every rule before anything is signed for it.
    let stranger = Draft::new(
        &origin,
        party("a1"),
        Some(subject("kol")),
        now().plus_ms(99),
        endorsement(now().date_at(420)),
    );
    let forged = stranger.sign(&[&key("stranger")]).unwrap().verify().unwrap();
    let prev = ChainHash::of_entry(entries.last().unwrap());
    let more = [entries.clone(), vec![Entry::encode(now().plus_ms(99), &prev, &forged.verified)]].concat();
    let is_judged = || match opened_with(&more).err().unwrap() {
        OpenError::Diverged { good: 10, what, .. } => assert!(what.contains("key.unknown"), "{what}"),
        other => panic!("{other}"),
    };
    is_judged();
    // So it is where an image has it in already.
    let mut state = State::default();
    for entry in &more {
        CheckedEntry::own(entry).retrace(&mut state).unwrap();
    }
    std::fs::create_dir_all(parts.directory.path().join("derived")).unwrap();
    let image = image_file(&state, &ChainHash::of_entry(more.last().unwrap()));
    std::fs::write(parts.directory.path().join("derived/state"), image).unwrap();
    is_judged();
}

/// An image as it stands on disk.
fn image_file(state: &State, chain: &ChainHash) -> Vec<u8> {
    let sum = |bytes: &[u8]| blake3::hash(bytes).as_bytes()[..16].to_vec();
    let mut file = [b"TNSTATE", &[IMAGE_FORMAT][..], &state.size().to_be_bytes(), chain.as_bytes()].concat();
    let header_sum = sum(&file);
    file.extend_from_slice(&header_sum);
    let mut put = |kind: u8, part: &[u8]| {
        let part = [&[kind][..], &(part.len() as u32).to_be_bytes(), part].concat();
        file.extend_from_slice(&part);
        file.extend_from_slice(&sum(&[&header_sum[..], &part].concat()));
    };
    let written: Result<(), BadImage> = state.write_image(&mut |kind, part| {
        put(kind as u8, part);
        Ok(())
    });
    written.unwrap();
    put(0, &[]);
    file
}

/// An order in which somebody else's entries come first, once.
struct Interposed(Vec<Vec<u8>>);

impl Order for Interposed {
    fn append(&mut self, _at: u64, _entries: &[Vec<u8>]) -> Result<Placed, OrderError> {
        let others = std::mem::take(&mut self.0);
        Ok(if others.is_empty() { Placed::Here } else { Placed::CameFirst(others) })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_placed_first_is_checked_and_taken_and_the_rest_judged_anew() {
    let (origin, opening) = ledger_opening();
    let events = script(&origin);
    let theirs = Parts::created(Clock::manual(now()), &opening);
    let ledger = Ledger::open(theirs.setup()).unwrap();
    for event in &events[..2] {
        ledger.submit(event.clone().verify().unwrap()).await.unwrap();
    }
    let mut placed = Vec::new();
    let mut collect = |_, entry: &[u8]| {
        placed.push(entry.to_vec());
        ControlFlow::Continue(())
    };
    ledger.reader().entries(1, 3, &mut collect).unwrap();
    // Ours submits the second of them, which is there by the time it is placed.
    let ours = Parts::created(Clock::manual(now()), &opening);
    let mut setup = ours.setup();
    setup.order = Box::new(Interposed(placed.clone()));
    let follower = Ledger::open(setup).unwrap();
    let registrar_again = {
        let body = admission("registrar", MemberClass::Press, &[]);
        let draft = Draft::new(&origin, PartyId::council(), None, now().plus_ms(9), body);
        let keys = ["seat-1", "seat-2", "seat-3", "registrar"].map(key);
        draft.sign(&keys.each_ref()).unwrap()
    };
    let refused = follower.submit(registrar_again.verify().unwrap()).await.unwrap_err();
    match refused {
        Refusal::Rejected(rejection) => assert_eq!(rejection.reason, Reason::KeyTaken),
        other => panic!("{other}"),
    }
    let accepted = follower.submit(events[1].clone().verify().unwrap()).await.unwrap();
    assert_eq!((accepted.seq, accepted.fresh), (2, false));
    assert_eq!(follower.snapshot().checkpoint, ledger.snapshot().checkpoint);
    // Entries that break the chain or a rule are not taken.
    let ours = Parts::created(Clock::manual(now()), &opening);
    let mut setup = ours.setup();
    setup.order = Box::new(Interposed(vec![placed[1].clone()]));
    let follower = Ledger::open(setup).unwrap();
    let refused = follower.submit(events[0].clone().verify().unwrap()).await.unwrap_err();
    assert_eq!((refused.code(), follower.snapshot().size()), ("ledger.stopped", 1));
}

/// A disk that takes nothing was told as a loss, with the advice to restore.
#[test]
fn a_full_disk_is_no_loss() {
    let (_, opening) = ledger_opening();
    let parts = Parts::created(Clock::manual(now()), &opening);
    let full = Archive::over(Err(StoreError::Full), parts.directory.path(), None);
    let Err(error) = full else { panic!("a full disk was judged") };
    assert_eq!(error.code(), "store.full");
    let said = error.to_string();
    assert!(said.contains("nothing was judged") && !said.contains("restore"), "{said}");
}
