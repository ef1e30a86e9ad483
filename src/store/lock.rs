//! One process at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use super::{StoreError, create_private_folder};
use crate::files::open_file;

/// The hold on a data directory; given up when dropped, or when the process ends in any way.
#[derive(Debug)]
pub struct DirectoryLock {
    _file: File,
}

impl DirectoryLock {
    /// Takes the hold, or where nothing can be written there, as on a read-only mount, makes sure that nobody
    /// has it who can; none then.
    ///
    /// # Errors
    /// [`StoreError::Locked`] with the process that has it.
    pub fn take_to_read(directory: &Path) -> Result<Option<Self>, StoreError> {
        let path = directory.join("lock");
        let writable = OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(&path);
        match writable {
            Ok(_) => return Self::take(directory).map(Some),
            Err(error) if is_denied(&error) => {}
            Err(error) => return Err(error.into()),
        }
        let mut file = match open_file(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => Err(held_by(&mut file)),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Takes the hold; waits a second for whoever has it.
    ///
    /// # Errors
    /// [`StoreError::Locked`] with the process that has it.
    pub fn take(directory: &Path) -> Result<Self, StoreError> {
        create_private_folder(directory)?;
        let path = directory.join("lock");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = options.open(path)?;
        // A process on its way out has it a moment longer, as has one that is not another program yet.
        let mut left = 20;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if left > 0 => {
                    left -= 1;
                    std::thread::sleep(Duration::from_millis(50));
                }
                Err(TryLockError::WouldBlock) => return Err(held_by(&mut file)),
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
        }
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        writeln!(file, "{}", std::process::id())?;
        Ok(Self { _file: file })
    }
}

fn held_by(file: &mut File) -> StoreError {
    let mut holder = String::new();
    let _ = file.take(20).read_to_string(&mut holder);
    StoreError::Locked(holder.trim().to_owned())
}

/// Whether a file cannot be written here, though it may be read.
fn is_denied(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_hold_is_refused_and_told_by_whom() {
        let directory = tempfile::tempdir().unwrap();
        let first = DirectoryLock::take(directory.path()).unwrap();
        let refusal = DirectoryLock::take(directory.path()).unwrap_err();
        assert_eq!(refusal, StoreError::Locked(std::process::id().to_string()));
        drop(first);
        assert!(DirectoryLock::take(directory.path()).is_ok());
    }
}
