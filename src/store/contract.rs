//! What every store promises, tried on each of them.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use proptest::prelude::*;

use super::*;

/// Opens the same store again and again.
trait Kind {
    fn open(&self) -> Box<dyn Store>;
}

impl Kind for Disk {
    fn open(&self) -> Box<dyn Store> {
        Box::new(MemoryStore::open(self))
    }
}

impl Kind for tempfile::TempDir {
    fn open(&self) -> Box<dyn Store> {
        Box::new(SledStore::open(self.path(), 1 << 20).unwrap())
    }
}

#[derive(Debug, Clone)]
enum Step {
    Commit(Vec<(Vec<u8>, Option<Vec<u8>>)>),
    Reopen,
    Scan(Vec<u8>, Vec<u8>),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let key = || proptest::collection::vec(0u8..4, 0..4);
    let value = proptest::option::weighted(
        0.8,
        (any::<u8>(), 0usize..50_000).prop_map(|(byte, length)| vec![byte; length]),
    );
    let step = prop_oneof![
        6 => proptest::collection::vec((key(), value), 0..6).prop_map(Step::Commit),
        1 => Just(Step::Reopen),
        4 => (key(), key()).prop_map(|(from, below)| Step::Scan(from, below)),
    ];
    proptest::collection::vec(step, 1..12)
}

fn holds(kind: &dyn Kind, steps: &[Step]) {
    let mut store = kind.open();
    let mut model: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
    for step in steps {
        match step {
            Step::Commit(changes) => {
                let mut batch = Batch::default();
                for (key, value) in changes {
                    match value {
                        Some(value) => {
                            batch.put(key.as_slice(), value.as_slice());
                            model.insert(key.clone(), value.clone());
                        }
                        None => {
                            batch.remove(key.as_slice());
                            model.remove(key);
                        }
                    }
                }
                store.commit(batch).unwrap();
            }
            Step::Reopen => {
                drop(store);
                store = kind.open();
            }
            Step::Scan(from, below) => {
                let mut found = Vec::new();
                store
                    .scan(from, below, &mut |key, value| {
                        found.push((key.to_vec(), value.to_vec()));
                        ControlFlow::Continue(())
                    })
                    .unwrap();
                let expected: Vec<_> = model
                    .iter()
                    .filter(|(key, _)| *key >= from && *key < below)
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .collect();
                assert_eq!(store.last_before(from, below).unwrap(), expected.last().cloned());
                assert_eq!(found, expected);
            }
        }
        for (key, value) in &model {
            assert_eq!(store.value(key).unwrap().as_ref(), Some(value));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn memory_holds_the_contract(steps in steps()) {
        holds(&Disk::default(), &steps);
    }

    #[test]
    fn sled_holds_the_contract(steps in steps()) {
        holds(&tempfile::tempdir().unwrap(), &steps);
    }
}

#[test]
fn a_failed_commit_is_lost_or_landed_whole() {
    for (fault, expected) in [(Fault::Lost, None), (Fault::Landed, Some(b"1".to_vec()))] {
        let disk = Disk::default();
        disk.fail_commit(0, fault);
        let mut batch = Batch::default();
        batch.put("a", "1");
        assert!(MemoryStore::open(&disk).commit(batch).is_err());
        assert_eq!(MemoryStore::open(&disk).value(b"a").unwrap(), expected);
    }
}

#[test]
fn reads_go_on_while_a_store_is_opened_anew_and_where_it_cannot_be() {
    let directory = tempfile::tempdir().unwrap();
    let store = SledStore::open(directory.path(), 1 << 20).unwrap();
    let mut batch = Batch::default();
    batch.put(&b"key"[..], &b"value"[..]);
    store.commit(batch).unwrap();
    let reads = || assert_eq!(store.value(b"key").unwrap().as_deref(), Some(&b"value"[..]));
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            while !done.load(std::sync::atomic::Ordering::SeqCst) {
                reads();
            }
        });
        for _ in 0..10 {
            store.reopen().unwrap();
        }
        done.store(true, std::sync::atomic::Ordering::SeqCst);
        reader.join().unwrap();
    });
    // What is tried first can be neither made nor written.
    let stands_in_the_way = directory.path().join(format!("{}.new", sled::RESERVE));
    std::fs::create_dir(&stands_in_the_way).unwrap();
    assert!(store.reopen().unwrap_err().is_of_the_machine());
    reads();
    std::fs::remove_dir(&stands_in_the_way).unwrap();
    store.reopen().unwrap();
    reads();
}

#[test]
fn an_unfinished_snapshot_of_a_killed_process_does_not_stop_opening() {
    let directory = tempfile::tempdir().unwrap();
    let mut batch = Batch::default();
    batch.put("a", "1");
    directory.open().commit(batch).unwrap();
    std::fs::write(directory.path().join("snap.0000000000000FFF.generating"), b"half").unwrap();
    assert_eq!(directory.open().value(b"a").unwrap(), Some(b"1".to_vec()));
}

#[test]
fn damaged_files_make_errors_not_panics() {
    let directory = tempfile::tempdir().unwrap();
    let store = directory.open();
    for number in 0..40u64 {
        let mut batch = Batch::default();
        batch.put(keys::pack(number * 10), vec![number as u8; 3000]);
        store.commit(batch).unwrap();
    }
    drop(store);
    let copy = tempfile::tempdir().unwrap();
    let content = std::fs::read(directory.path().join("db")).unwrap();
    std::fs::copy(directory.path().join("conf"), copy.path().join("conf")).unwrap();
    for at in (0..content.len().min(300_000)).step_by(9_973) {
        let mut bytes = content.clone();
        bytes[at] ^= 0x55;
        std::fs::write(copy.path().join("db"), bytes).unwrap();
        if let Ok(store) = SledStore::open(copy.path(), 1 << 20) {
            let _ = store.scan(&[], &[0xff], &mut |_, _| ControlFlow::Continue(()));
        }
        for file in std::fs::read_dir(copy.path()).unwrap().flatten() {
            if file.file_name().to_string_lossy().starts_with("snap") {
                std::fs::remove_file(file.path()).unwrap();
            }
        }
    }
}

#[test]
fn sled_writes_no_value_to_a_file_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path(), 1 << 20).unwrap();
    let longest = crate::limits::PACK_BYTES.max(crate::limits::ENTRY_BYTES) + 64;
    let key = |at: u32| at.to_be_bytes();
    // In the order of a log, and then what lies between them, so that nodes fill up, split and merge.
    for from in [0, 1] {
        for group in (from..256).step_by(2).collect::<Vec<u32>>().chunks(20) {
            let mut batch = Batch::default();
            group.iter().for_each(|at| batch.put(key(*at), vec![*at as u8; longest]));
            store.commit(batch).unwrap();
        }
    }
    let mut batch = Batch::default();
    (0..256).filter(|at| at % 17 > 2).for_each(|at| batch.remove(key(at)));
    store.commit(batch).unwrap();
    store.reopen().unwrap();
    drop(store);
    assert_eq!(std::fs::read_dir(folder.path().join("blobs")).unwrap().count(), 0);
}
