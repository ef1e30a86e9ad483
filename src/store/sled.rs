//! The store on disk: sled 0.34.7. The only file that names it.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::{Batch, Store, StoreError};
use crate::limits;

/// Longest wait for a handle of this process to be let go of.
const LET_GO: Duration = Duration::from_secs(10);
/// Rows that one iterator passes.
const SCAN_ROWS: usize = 4;

/// A sled database in a directory of its own.
///
/// Two faults of sled are met here. A kill while it writes its snapshot leaves `snap.*.generating`,
/// which it later takes for corruption; such files were never renamed, so they are removed first.
/// And on damaged files it panics, or waits for ever: panics become errors and are not printed, and
/// opening has a time limit.
pub struct SledStore {
    db: sled::Db,
}

impl SledStore {
    /// Opens the database in `directory`, or makes one.
    ///
    /// # Errors
    /// [`StoreError`]: the files cannot be read, or are damaged.
    pub fn open(directory: &Path, cache_bytes: u64) -> Result<Self, StoreError> {
        remove_unfinished_snapshots(directory)?;
        let config = sled::Config::new()
            .path(directory)
            .cache_capacity(cache_bytes)
            .flush_every_ms(None)
            .use_compression(false);
        let (answer, opened) = mpsc::channel();
        std::thread::spawn(move || answer.send(open_once_let_go(&config)));
        match opened.recv_timeout(Duration::from_secs(limits::STORE_OPEN_S)) {
            Ok(db) => Ok(Self { db: db? }),
            Err(_) => Err(StoreError::Corrupt("opening it takes for ever".to_owned())),
        }
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        let _ = guarded(|| self.db.flush());
    }
}

impl Store for SledStore {
    fn value(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        guarded(|| Ok(self.db.get(key)?.map(|value| value.to_vec())))
    }

    fn scan(
        &self,
        from: &[u8],
        below: &[u8],
        each: &mut dyn FnMut(&[u8], &[u8]) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let mut next = from.to_vec();
        loop {
            // An iterator keeps sled from forgetting what it passed, so each is short.
            let mut rows = guarded(|| Ok(self.db.range(next.as_slice()..below)))?;
            let mut last = None;
            for _ in 0..SCAN_ROWS {
                let Some((key, value)) = guarded(|| rows.next().transpose())? else { return Ok(()) };
                if each(&key, &value).is_break() {
                    return Ok(());
                }
                last = Some(key);
            }
            let Some(last) = last else { return Ok(()) };
            next.clear();
            next.extend_from_slice(&last);
            next.push(0);
        }
    }

    fn last_before(&self, from: &[u8], below: &[u8]) -> Result<Option<(Vec<u8>, Vec<u8>)>, StoreError> {
        guarded(|| {
            let last = self.db.range(from..below).next_back().transpose()?;
            Ok(last.map(|(key, value)| (key.to_vec(), value.to_vec())))
        })
    }

    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        guarded(|| {
            let mut changes = sled::Batch::default();
            for (key, value) in batch.changes {
                match value {
                    Some(value) => changes.insert(key, value),
                    None => changes.remove(key),
                }
            }
            self.db.apply_batch(changes)?;
            self.db.flush()
        })
        .map(drop)
    }
}

/// Opens it once sled's threads have let go of the handle that this process had before.
///
/// They do so a little after it is dropped. Another process cannot be meant: the directory's own
/// lock keeps it out.
fn open_once_let_go(config: &sled::Config) -> Result<sled::Db, StoreError> {
    let started = Instant::now();
    loop {
        match guarded(|| config.open()) {
            Err(StoreError::Io(what)) if what.contains("acquire lock") && started.elapsed() < LET_GO => {
                std::thread::sleep(Duration::from_millis(5));
            }
            opened => return opened,
        }
    }
}

fn remove_unfinished_snapshots(directory: &Path) -> Result<(), StoreError> {
    let listing = match std::fs::read_dir(directory) {
        Ok(listing) => listing,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    for entry in listing {
        let path: PathBuf = entry?.path();
        if path.extension().is_some_and(|extension| extension == "generating") {
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs a call into sled; its panics are errors, and nothing of them is printed.
fn guarded<T>(call: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
    static SILENCE: Once = Once::new();
    SILENCE.call_once(|| {
        let printing = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let sleds_own = std::thread::current().name().is_some_and(|name| name.starts_with("sled-io"));
            if !sleds_own && !GUARDED.get() {
                printing(panic);
            }
        }));
    });
    let outer = GUARDED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(call));
    GUARDED.set(outer);
    match outcome {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(sled::Error::Io(error))) => Err(StoreError::Io(error.to_string())),
        Ok(Err(error)) => Err(StoreError::Corrupt(error.to_string())),
        Err(_) => Err(StoreError::Corrupt("sled found what it cannot read".to_owned())),
    }
}
