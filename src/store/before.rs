//! The files of a store as they were before sled opened it, put back unless what it opened proves whole.
//!
//! Where a read fails while sled reads its log, sled takes that place for the log's end and cuts off the
//! rest: one error of the disk would lose what lies after it for good. So its files are kept beside it, by
//! reference where the file system shares blocks, else as a copy of up to [`limits::KEPT_STORE_BYTES`], until
//! whoever opened the store found in it what it should hold, or for good where it is opened to read. Longer
//! ones are read whole beforehand: what the disk cannot read is found out before sled is let near it, and
//! what it can, sled then reads from memory.
//!
//! Nothing is committed while they are kept, so what is put back lacks nothing. They are put back by another
//! process too, after a kill, but not after the machine itself ended: they are not synced.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::{StoreError, create_private_file, create_private_folder, free_bytes};
use crate::limits;

/// The folder, in that of the store.
const FOLDER: &str = "before";
/// While it is made, and while it is removed.
const UNFINISHED: &str = "before-new";
const DONE: &str = "before-done";
/// The file in it that names the run of the machine that it belongs to.
const BOOT: &str = "boot";
/// What sled calls its own.
const OWN: [&str; 2] = ["db", "conf"];
const SNAPSHOT: &str = "snap.";
const BLOBS: &str = "blobs";

/// Kept files of a store.
#[derive(Debug)]
pub(super) struct Before {
    store: PathBuf,
}

impl Before {
    /// Puts back what an opening left that did not come to its end, and removes what it was still making.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(super) fn settle(store: &Path) -> Result<(), StoreError> {
        for left in [UNFINISHED, DONE] {
            remove(&store.join(left))?;
        }
        let left = Self { store: store.to_owned() };
        match std::fs::read(left.folder().join(BOOT)) {
            Ok(boot) if boot == this_boot() => left.put_back(),
            Ok(_) => left.forget(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => remove(&left.folder()),
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps the files of a store; none where they are too long, or there is no room for them.
    ///
    /// # Errors
    /// [`StoreError`] when one of them cannot be read.
    pub(super) fn keep(store: &Path) -> Result<Option<Self>, StoreError> {
        let files = own_files(store)?;
        if !files.iter().any(|file| file == Path::new("db")) {
            return Ok(None);
        }
        if this_boot().is_empty() {
            files.iter().try_for_each(|file| read(&store.join(file)))?;
            return Ok(None);
        }
        match kept(store, &files) {
            Ok(true) => Ok(Some(Self { store: store.to_owned() })),
            // Whatever it was: what cannot be read is told by reading it.
            Ok(false) | Err(_) => {
                remove(&store.join(UNFINISHED))?;
                files.iter().try_for_each(|file| read(&store.join(file)))?;
                Ok(None)
            }
        }
    }

    /// Gives up the snapshots among them, which were set aside.
    pub(super) fn forget_snapshots(&self) -> Result<(), StoreError> {
        for file in own_files(&self.folder())?.iter().filter(|file| is_snapshot(file)) {
            std::fs::remove_file(self.folder().join(file))?;
        }
        Ok(())
    }

    /// Puts them back in the place of whatever is there now, under names that no open handle writes to.
    ///
    /// # Errors
    /// [`StoreError`]: they are still kept.
    pub(super) fn put_back(&self) -> Result<(), StoreError> {
        let kept = own_files(&self.folder())?;
        // Whatever is not kept is removed: of what is not whole nothing is believed.
        if !self.folder().join(BOOT).exists() || !kept.iter().any(|file| file == Path::new("db")) {
            return Ok(());
        }
        for file in &kept {
            let (from, to) = (self.folder().join(file), self.store.join(file));
            let beside = self.store.join("back");
            remove(&beside)?;
            std::fs::hard_link(&from, &beside)?;
            std::fs::rename(&beside, &to)?;
        }
        for file in own_files(&self.store)?.iter().filter(|file| !kept.contains(file)) {
            std::fs::remove_file(self.store.join(file))?;
        }
        self.forget()
    }

    /// Removes them: from now on what is in the store counts.
    ///
    /// # Errors
    /// [`StoreError`]: commit nothing.
    pub(super) fn forget(&self) -> Result<(), StoreError> {
        // At once, so that no half of it is ever put back; it need not be synced, since after the machine itself
        // ended nothing is.
        std::fs::rename(self.folder(), self.store.join(DONE))?;
        if let Err(error) = remove(&self.store.join(DONE)) {
            tracing::warn!(%error, "what was kept of the store is removed at its next opening");
        }
        Ok(())
    }

    fn folder(&self) -> PathBuf {
        self.store.join(FOLDER)
    }
}

/// Keeps them; whether they are short enough and fit.
fn kept(store: &Path, files: &[PathBuf]) -> io::Result<bool> {
    let unfinished = store.join(UNFINISHED);
    create_private_folder(&unfinished.join(BLOBS))?;
    let length = |file: &PathBuf| std::fs::metadata(store.join(file)).map(|one| one.len());
    let total: u64 = files.iter().map(length).sum::<io::Result<u64>>()?;
    let room = total.saturating_add(2 * limits::REOPEN_BYTES + limits::FREE_BYTES);
    let may_copy = total <= limits::KEPT_STORE_BYTES && free_bytes(store).is_none_or(|free| free > room);
    for file in files {
        let mut from = File::open(store.join(file))?;
        let mut to = create_private_file(&unfinished.join(file))?;
        match rustix::fs::ioctl_ficlone(&to, &from) {
            Ok(()) => {}
            Err(Errno::IO) => return Err(Errno::IO.into()),
            Err(_) if may_copy => drop(io::copy(&mut from, &mut to)?),
            Err(_) => return Ok(false),
        }
    }
    std::fs::write(unfinished.join(BOOT), this_boot())?;
    std::fs::rename(&unfinished, store.join(FOLDER))?;
    Ok(true)
}

/// The files of sled in a folder, by their path in it.
fn own_files(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut files = Vec::new();
    for (within, own) in [("", false), (BLOBS, true)] {
        let listing = match std::fs::read_dir(folder.join(within)) {
            Ok(listing) => listing,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error.into()),
        };
        for entry in listing {
            let entry = entry?;
            let file = Path::new(within).join(entry.file_name());
            let is_own = own || OWN.iter().any(|name| file == Path::new(name)) || is_snapshot(&file);
            if is_own && entry.file_type()?.is_file() {
                files.push(file);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn is_snapshot(file: &Path) -> bool {
    file.to_str().is_some_and(|name| name.starts_with(SNAPSHOT))
}

fn read(path: &Path) -> Result<(), StoreError> {
    let mut from = File::open(path)?;
    Ok(io::copy(&mut from, &mut io::sink()).map(drop)?)
}

fn remove(path: &Path) -> Result<(), StoreError> {
    let removed = match std::fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// What names this run of the machine.
fn this_boot() -> Vec<u8> {
    std::fs::read("/proc/sys/kernel/random/boot_id").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::{Batch, SledStore, Store};
    use super::*;

    /// A store of 40 rows, opened by nobody.
    fn store() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let store = SledStore::open(folder.path(), 1 << 20).unwrap();
        for at in 0..40u8 {
            let mut batch = Batch::default();
            batch.put([at], vec![at; 3000]);
            store.commit(batch).unwrap();
        }
        drop(store);
        folder
    }

    fn rows(store: &SledStore) -> usize {
        (0..40u8).filter(|at| store.value(&[*at]).unwrap().is_some()).count()
    }

    fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
        let files = own_files(folder).unwrap().into_iter();
        files.map(|file| (file.clone(), std::fs::read(folder.join(file)).unwrap())).collect()
    }

    /// Cuts off the log as sled does after a read that failed.
    fn cut(folder: &Path) {
        let db = std::fs::OpenOptions::new().write(true).open(folder.join("db")).unwrap();
        db.set_len(4096).unwrap();
    }

    #[test]
    fn a_store_that_is_opened_to_read_stays_as_it_was() {
        let folder = store();
        let whole = files(folder.path());
        let store = SledStore::open(folder.path(), 1 << 20).unwrap();
        assert_eq!(rows(&store), 40);
        cut(folder.path());
        drop(store);
        assert_eq!(files(folder.path()), whole);
        assert_eq!(rows(&SledStore::open(folder.path(), 1 << 20).unwrap()), 40);
    }

    #[test]
    fn what_was_being_opened_at_a_kill_is_put_back_unless_the_machine_ended() {
        let folder = store();
        let whole = files(folder.path());
        Before::keep(folder.path()).unwrap().unwrap();
        cut(folder.path());
        std::fs::write(folder.path().join("snap.0000000000000007"), "half").unwrap();
        Before::settle(folder.path()).unwrap();
        assert_eq!(files(folder.path()), whole);
        Before::keep(folder.path()).unwrap().unwrap();
        std::fs::write(folder.path().join(FOLDER).join(BOOT), "another").unwrap();
        cut(folder.path());
        Before::settle(folder.path()).unwrap();
        assert_eq!(std::fs::metadata(folder.path().join("db")).unwrap().len(), 4096);
        assert!(!folder.path().join(FOLDER).exists());
    }

    #[test]
    fn what_is_no_longer_kept_takes_nothing_away() {
        let folder = store();
        let whole = files(folder.path());
        let before = Before::keep(folder.path()).unwrap().unwrap();
        before.forget().unwrap();
        before.put_back().unwrap();
        assert_eq!(files(folder.path()), whole);
        // Nor does what is kept in part.
        for part in ["db", BOOT] {
            let before = Before::keep(folder.path()).unwrap().unwrap();
            std::fs::remove_file(before.folder().join(part)).unwrap();
            before.put_back().unwrap();
            assert_eq!(files(folder.path()), whole, "{part}");
            remove(&before.folder()).unwrap();
        }
    }

    #[test]
    fn what_is_committed_is_never_put_back_over() {
        let folder = store();
        let store = SledStore::open(folder.path(), 1 << 20).unwrap();
        assert!(folder.path().join(FOLDER).exists());
        let mut batch = Batch::default();
        batch.put([41], [41]);
        store.commit(batch).unwrap();
        assert!(!folder.path().join(FOLDER).exists());
        drop(store);
        let store = SledStore::open(folder.path(), 1 << 20).unwrap();
        assert_eq!(store.value(&[41]).unwrap(), Some(vec![41]));
        store.believe().unwrap();
        assert!(!folder.path().join(FOLDER).exists());
    }
}
