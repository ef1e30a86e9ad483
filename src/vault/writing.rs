//! Writing many files: together they wait for the disk little longer than one does.

use std::collections::BTreeSet;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::thread::Builder;

use rustix::fs::Access;

use super::{Attachment, Vault, VaultError};
use crate::limits;

impl Vault {
    /// Writes those that are not there, and tells which files that makes.
    pub(super) fn write_new(
        &self,
        attachments: &[Attachment],
        made: &mut Vec<PathBuf>,
    ) -> Result<(), VaultError> {
        let mut folders = BTreeSet::new();
        for some in attachments.chunks(limits::SYNCS) {
            let (mut files, mut paths) = (Vec::new(), BTreeSet::new());
            for attachment in some {
                attachment.check()?;
                let path = self.path(&attachment.commitment());
                let Some(folder) = path.parent().filter(|_| !path.exists()) else { continue };
                if !paths.insert(path.clone()) {
                    continue;
                }
                DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
                folders.insert(folder.to_owned());
                let unfinished = path.with_extension("new");
                let options = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).clone();
                let mut file = options.open(&unfinished)?;
                made.push(unfinished);
                file.write_all(&attachment.to_file())?;
                files.push(file);
            }
            sync_at_once(&files)?;
            for path in paths {
                std::fs::rename(path.with_extension("new"), &path)?;
                made.push(path);
            }
        }
        let folders: Vec<PathBuf> = folders.into_iter().collect();
        for some in folders.chunks(limits::SYNCS) {
            sync_at_once(&some.iter().map(File::open).collect::<Result<Vec<_>, _>>()?)?;
        }
        if !folders.is_empty() {
            File::open(&self.directory)?.sync_all()?;
        }
        Ok(())
    }
}

impl Vault {
    /// Whether attachments can be stored: a try is made where none was since the start, or since one was
    /// not stored. An empty folder is left of it: one that goes would be missed by who lists them meanwhile.
    ///
    /// # Errors
    /// [`VaultError::Io`].
    pub fn prove(&self) -> Result<(), VaultError> {
        if !self.proven.load(Ordering::Relaxed) {
            let _nobody_else = self.incoming();
            self.try_writing()?;
            self.proven.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// The folder and the file that are tried: what a fault leaves of it is one that was never finished.
    fn tried(&self) -> (PathBuf, PathBuf) {
        let folder = self.directory.join("00");
        let file = folder.join("0".repeat(64)).with_extension("new");
        (folder, file)
    }

    fn try_writing(&self) -> io::Result<()> {
        let (folder, file) = self.tried();
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let options = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).clone();
        let written = options.open(&file).and_then(|mut open| {
            open.write_all(b"can this be stored?")?;
            open.sync_all()
        });
        let removed = std::fs::remove_file(&file);
        written.and(removed)?;
        // An attachment may come to lie in any of the folders.
        for folder in std::fs::read_dir(&self.directory)? {
            let folder = folder?;
            if folder.file_type()?.is_dir() {
                rustix::fs::access(folder.path(), Access::WRITE_OK | Access::EXEC_OK)?;
            }
        }
        Ok(())
    }
}

/// Syncs files at once, each on a thread of its own where there are several; the caller bounds how many.
///
/// # Errors
/// That of one that could not be synced.
fn sync_at_once(files: &[File]) -> io::Result<()> {
    let [first, others @ ..] = files else { return Ok(()) };
    std::thread::scope(|scope| {
        let mut threads = Vec::new();
        for file in others {
            match Builder::new().name("vault".to_owned()).spawn_scoped(scope, || file.sync_all()) {
                Ok(thread) => threads.push(thread),
                // The system gives no more threads.
                Err(_) => file.sync_all()?,
            }
        }
        let mut outcome = first.sync_all();
        for thread in threads {
            let synced = thread.join().map_err(|_| io::Error::other("syncing panicked"));
            outcome = outcome.and(synced.and_then(|synced| synced));
        }
        outcome
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_try_leaves_is_swept_as_unfinished() {
        let directory = tempfile::tempdir().unwrap();
        let vault = Vault::open(directory.path());
        vault.prove().unwrap();
        let (_, file) = vault.tried();
        File::create(&file).unwrap();
        let listing = vault.list().unwrap();
        assert_eq!((listing.unfinished.len(), listing.others.len()), (1, 0));
        assert_eq!(vault.sweep(|_| false).unwrap(), 1);
        assert!(!file.exists());
    }

    #[test]
    fn one_that_cannot_be_synced_is_told_wherever_it_stands() {
        let file = || tempfile::tempfile().unwrap();
        assert!(sync_at_once(&[]).is_ok());
        assert!(sync_at_once(&[file(), file(), file()]).is_ok());
        for place in 0..3 {
            let mut files = [file(), file(), file()];
            // No disk is behind a pipe.
            let (read, _write) = io::pipe().unwrap();
            files[place] = File::from(std::os::fd::OwnedFd::from(read));
            assert!(sync_at_once(&files).is_err(), "{place}");
        }
    }
}
