//! The store on disk: sled 0.34.7. The only file that names it.
//!
//! **sled is read in short scans of small values.** Measured on it: a value over its page size (about 12 KB)
//! and whatever one long iterator passes stay in memory, whatever the cache is set to; scanning 400 MB in
//! packs of 32 KiB held 407 MB, in packs of 8 KiB with an iterator for every few rows 60 to 100 MB. Its
//! flush takes 0.4 ms and more however little is written, so events share commits.

use std::cell::Cell;
use std::fs::{File, OpenOptions};
use std::ops::ControlFlow;
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::sync::{Mutex, Once, PoisonError, RwLock};
use std::time::{Duration, Instant};

use rustix::fs::FallocateFlags;
use rustix::io::Errno;

use super::before::Before;
use super::nudge::Nudged;
use super::{Batch, Store, StoreError, create_private_folder, free_bytes, snapshots};
use crate::limits;

/// Longest that reads wait for a store that is being opened anew, counted from when it failed: many read on
/// threads that answer others too, and each would wait in turn.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it looks.
const PAUSE: Duration = Duration::from_millis(5);
/// Longest wait for a handle of this process to be let go of.
const LET_GO: Duration = Duration::from_secs(10);
/// sled's unit of writing. What it writes of one node, at most 20 values beside each other, stays under a
/// quarter of it, so that none goes to a file of its own: see [`SledStore`].
const SEGMENT_BYTES: usize = 4 * 1024 * 1024;
/// The file of [`Reserve`], in the store's folder.
pub(super) const RESERVE: &str = "reserve";
/// Rows that one iterator passes.
const SCAN_ROWS: usize = 4;

/// A sled database in a directory of its own.
///
/// Faults of sled that are met here. A kill while it writes its snapshot leaves `snap.*.generating`, which
/// it later takes for corruption, and a damaged snapshot stops it although its log is whole: see
/// [`snapshots`]. On damaged files it panics, or waits for ever: panics become errors and are not printed,
/// and opening has a time limit. It takes a read that failed for the end of its log: see [`Before`]. And after one write that failed it takes no more: [`Store::room`] keeps
/// blocks for what it is about to write, and [`Store::reopen`] puts a new handle in the place of the old.
/// One of the two places where it notices that a write failed wakes nobody who waits for that write:
/// [`Nudged`] does, as any other call finds the failure and wakes all. And a node of over a quarter of a
/// segment is written to a file of its own; where that fails, what is written beside it waits for ever, the
/// handle cannot be let go of, and none opened after it: segments are long enough that there is no such node.
pub struct SledStore {
    directory: PathBuf,
    cache_bytes: u64,
    db: RwLock<Handle>,
    /// When the handle began to fail; none while there is one that works.
    failing: Mutex<Option<Instant>>,
    /// The log's file, to keep blocks for it.
    log: File,
    flushes: Nudged,
    /// Its files as they were, until what was opened is believed.
    before: Mutex<Option<Before>>,
}

/// What reads and writes go through.
#[derive(Clone)]
enum Handle {
    /// The handle, and how many came before it.
    Open(sled::Db, u64),
    /// Another is being opened, after so many.
    Opening(u64),
    /// Why it could not be opened again, after so many.
    Closed(StoreError, u64),
}

impl SledStore {
    /// Opens the database in `directory`, or makes one.
    ///
    /// # Errors
    /// [`StoreError`]: the files cannot be read, or are damaged.
    pub fn open(directory: &Path, cache_bytes: u64) -> Result<Self, StoreError> {
        create_private_folder(directory)?;
        // What a kill left while it was being opened anew.
        for left in [RESERVE.to_owned(), format!("{RESERVE}.new")] {
            drop(Reserve(directory.join(left)));
        }
        let (db, before) = open_whole(directory, cache_bytes)?;
        let log = OpenOptions::new().write(true).open(directory.join("db"))?;
        let db = RwLock::new(Handle::Open(db, 0));
        let (failing, flushes, before) = (Mutex::default(), Nudged::begin()?, Mutex::new(before));
        Ok(Self { directory: directory.to_owned(), cache_bytes, db, failing, log, flushes, before })
    }

    fn handle(&self) -> Handle {
        self.db.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts a handle in the place of another, which is let go of where nobody waits for it: sled writes what
    /// it has left when the last holder lets go, which may take as long as the disk likes.
    fn set(&self, handle: Handle) {
        let mut place = self.db.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *place, handle);
        drop(place);
        if let Handle::Open(db, _) = before {
            std::thread::spawn(move || {
                guarded(|| {
                    drop(db);
                    Ok(())
                })
            });
        }
    }

    /// Whether it is still worth waiting for a handle that works.
    fn is_soon_back(&self) -> bool {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        failing.get_or_insert_with(Instant::now).elapsed() < PATIENCE
    }

    /// A handle for a moment: as long as one is held, sled cannot be opened anew.
    fn db(&self) -> Result<sled::Db, StoreError> {
        loop {
            match self.handle() {
                Handle::Open(db, _) => return Ok(db),
                Handle::Closed(error, _) => return Err(error),
                Handle::Opening(_) if self.is_soon_back() => std::thread::sleep(PAUSE),
                Handle::Opening(_) => return Err(being_opened()),
            }
        }
    }

    /// Reads; where a handle fails that takes no more writes, from the one that comes after it.
    fn read<T>(&self, read: impl Fn(&sled::Db) -> sled::Result<T>) -> Result<T, StoreError> {
        let mut failed = None;
        loop {
            let error = match self.handle() {
                Handle::Open(db, turn) if failed.as_ref().is_none_or(|(_, before)| *before != turn) => {
                    match guarded(|| read(&db)) {
                        Err(error) if error.is_of_the_machine() => {
                            failed = Some((error, turn));
                            continue;
                        }
                        outcome => return outcome,
                    }
                }
                Handle::Closed(error, _) => error,
                Handle::Open(..) | Handle::Opening(_) => {
                    failed.as_ref().map_or_else(being_opened, |(error, _)| error.clone())
                }
            };
            if !self.is_soon_back() {
                return Err(error);
            }
            std::thread::sleep(PAUSE);
        }
    }
}

fn being_opened() -> StoreError {
    StoreError::Io("it is being opened anew".to_owned())
}

/// Opens sled over what is whole, and keeps what was there before. Where the log does not open it is tried
/// anew, since a read may have failed, and then without the snapshots.
fn open_whole(directory: &Path, cache_bytes: u64) -> Result<(sled::Db, Option<Before>), StoreError> {
    let mut without_snapshots = false;
    let mut tries = 0;
    let outcome = loop {
        Before::settle(directory)?;
        snapshots::tidy(directory)?;
        let before = Before::keep(directory)?;
        match open_in_time(directory, cache_bytes) {
            Ok(db) => return Ok((db, before)),
            Err(StoreError::Corrupt(_)) if tries == 0 && before.is_some() => tries += 1,
            Err(StoreError::Corrupt(what)) if !without_snapshots => {
                without_snapshots = true;
                before.iter().try_for_each(Before::forget_snapshots)?;
                if !snapshots::set_all_aside(directory)? {
                    break StoreError::Corrupt(what);
                }
            }
            Err(error) => break error,
        }
    };
    Before::settle(directory)?;
    // Without room sled cannot finish what it begins, and takes its own half for damage.
    let full = free_bytes(directory).is_some_and(|free| free < limits::FREE_BYTES);
    Err(match outcome {
        StoreError::Corrupt(_) if full => StoreError::Full,
        error => error,
    })
}

fn open_in_time(directory: &Path, cache_bytes: u64) -> Result<sled::Db, StoreError> {
    let config = sled::Config::new()
        .path(directory)
        .cache_capacity(cache_bytes)
        .flush_every_ms(None)
        .segment_size(SEGMENT_BYTES)
        .use_compression(false);
    let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let opener = idle.unwrap_or_else(Opener::begin);
    let (answer, opened) = mpsc::channel();
    let asked = opener.0.send((config, answer));
    let opened = opened.recv_timeout(Duration::from_secs(limits::STORE_OPEN_S));
    let Ok(opened) = asked.map_err(drop).and(opened.map_err(drop)) else {
        return Err(StoreError::Corrupt("opening it takes for ever".to_owned()));
    };
    IDLE.lock().unwrap_or_else(PoisonError::into_inner).push(opener);
    opened
}

/// A thread that opens stores, one after another; one that sled keeps for ever is left to it.
struct Opener(mpsc::Sender<(sled::Config, mpsc::Sender<Result<sled::Db, StoreError>>)>);

/// Those that have nothing to open.
static IDLE: Mutex<Vec<Opener>> = Mutex::new(Vec::new());

impl Opener {
    fn begin() -> Self {
        let (ask, asked) = mpsc::channel();
        std::thread::spawn(move || {
            for (config, answer) in asked {
                let _: Result<(), _> = mpsc::Sender::send(&answer, open_once_let_go(&config));
            }
        });
        Self(ask)
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        let _ = self.db().and_then(|db| guarded(|| db.flush()));
        let handle = self.db.get_mut().unwrap_or_else(PoisonError::into_inner);
        let handle = std::mem::replace(handle, Handle::Closed(being_opened(), 0));
        let _ = guarded(|| {
            drop(handle);
            Ok(())
        });
        let before = self.before.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Err(error)) = before.map(|before| before.put_back()) {
            tracing::warn!(%error, "the store's files are put back at its next opening");
        }
    }
}

impl Store for SledStore {
    fn value(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|db| Ok(db.get(key)?.map(|value| value.to_vec())))
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
            let db = self.db()?;
            let mut rows = guarded(|| Ok(db.range(next.as_slice()..below)))?;
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
        self.read(|db| {
            let last = db.range(from..below).next_back().transpose()?;
            Ok(last.map(|(key, value)| (key.to_vec(), value.to_vec())))
        })
    }

    fn believe(&self) -> Result<(), StoreError> {
        let mut before = self.before.lock().unwrap_or_else(PoisonError::into_inner);
        before.iter().try_for_each(Before::forget)?;
        *before = None;
        Ok(())
    }

    fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        self.believe()?;
        let db = self.db()?;
        let waiting = db.clone();
        let _nudged = self.flushes.during(move || drop(guarded(|| waiting.flush())));
        guarded(|| {
            let mut changes = sled::Batch::default();
            for (key, value) in batch.changes {
                match value {
                    Some(value) => changes.insert(key, value),
                    None => changes.remove(key),
                }
            }
            db.apply_batch(changes)?;
            db.flush()
        })
        .map(drop)
    }

    fn room(&self, bytes: usize) -> Result<(), StoreError> {
        if free_bytes(&self.directory).is_some_and(|free| free < limits::FREE_BYTES) {
            return Err(StoreError::Full);
        }
        // The log grows at its end; sled gives blocks back where it shortens the file.
        let needed = limits::ROOM_BYTES + limits::ROOM_TIMES * bytes as u64;
        let log = self.log.metadata()?;
        if log.blocks() * 512 >= log.len() + needed {
            return Ok(());
        }
        match rustix::fs::fallocate(&self.log, FallocateFlags::KEEP_SIZE, log.len(), 2 * needed) {
            Err(Errno::NOSPC | Errno::DQUOT | Errno::FBIG) => Err(StoreError::Full),
            // Not every file system keeps blocks: what is free now must do then.
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn reopen(&self) -> Result<(), StoreError> {
        // Where it was opened and is not believed, its files are put back, and it is opened from them.
        self.before.lock().unwrap_or_else(PoisonError::into_inner).take();
        // The old handle still reads: it is let go of once there is room to open another.
        let mut reserve = Some(Reserve::of(&self.directory)?);
        let (Handle::Open(_, turn) | Handle::Opening(turn) | Handle::Closed(_, turn)) = self.handle();
        // Nobody waits for a lock that is held until sled has opened, which may be never.
        let _ = self.is_soon_back();
        self.set(Handle::Opening(turn));
        let mut opened = open_whole(&self.directory, self.cache_bytes);
        if matches!(opened, Err(StoreError::Full)) {
            drop(reserve.take());
            opened = open_whole(&self.directory, self.cache_bytes);
        }
        let (db, before) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                self.set(Handle::Closed(error.clone(), turn));
                return Err(error);
            }
        };
        *self.before.lock().unwrap_or_else(PoisonError::into_inner) = before;
        self.set(Handle::Open(db, turn + 1));
        *self.failing.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }
}

/// Blocks kept for what opens a store, so that nobody takes them meanwhile; given back when dropped.
struct Reserve(PathBuf);

impl Reserve {
    /// Keeps them beside as many that are free: sled waits for ever where its first write finds no room.
    /// The file is written as sled writes, so that a disk which takes nothing is found out while there is
    /// a handle left to read with.
    fn of(directory: &Path) -> Result<Self, StoreError> {
        let has_room = |bytes| free_bytes(directory).is_none_or(|free| free >= bytes);
        if !has_room(2 * limits::REOPEN_BYTES) {
            return Err(StoreError::Full);
        }
        let unfinished = Self(directory.join(RESERVE).with_extension("new"));
        let file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished.0)?;
        let kept = rustix::fs::fallocate(&file, FallocateFlags::empty(), 0, limits::REOPEN_BYTES);
        // Not every file system keeps blocks: what is free now must do then.
        if let Err(Errno::NOSPC | Errno::DQUOT | Errno::FBIG) = kept {
            return Err(StoreError::Full);
        }
        file.write_all_at(&[0; 4096], 0)?;
        file.sync_data()?;
        file.sync_all()?;
        let reserve = Self(directory.join(RESERVE));
        std::fs::rename(&unfinished.0, &reserve.0)?;
        if has_room(limits::REOPEN_BYTES) { Ok(reserve) } else { Err(StoreError::Full) }
    }
}

impl Drop for Reserve {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
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
        Ok(Err(sled::Error::Io(error))) => Err(StoreError::of(&error)),
        // Its settings are not today's: nothing of it was read.
        Ok(Err(sled::Error::Unsupported(what))) => Err(StoreError::Io(format!(
            "the store in it was made by another version of this program, which alone opens it ({what}); export the ledger with that one, and import it here"
        ))),
        Ok(Err(error)) => Err(StoreError::Corrupt(error.to_string())),
        // It unwraps what the system answers, too.
        Err(panic) => {
            let told = panic.downcast_ref::<String>().map_or("", String::as_str);
            let corrupt = || StoreError::Corrupt("sled found what it cannot read".to_owned());
            Err(StoreError::told(told).unwrap_or_else(corrupt))
        }
    }
}
