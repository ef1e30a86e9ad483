//! Whether a ledger is in a directory, and what is there in its place.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};
use rustix::io::Errno;

use super::making::MARK;
use super::open_error::OpenError;
use super::{LOG_KEY_FILE, NEXT_LOG_KEY_FILE, STORE_FOLDER};
use crate::store::StoreError;

/// Why there is no ledger to open at a path.
#[derive(Debug, thiserror::Error)]
pub enum Absent {
    /// Nothing has that name.
    #[error(
        "{path} does not exist: check the name, or make a ledger there with `tinnhiem init --data {path}`",
        path = .0.display()
    )]
    Missing(PathBuf),
    /// It is no directory.
    #[error("{path} is no directory: name the data directory of a ledger", path = .0.display())]
    NoDirectory(PathBuf),
    /// No directory can be made there.
    #[error(
        "{path} is a file, or lies below one, so no ledger can be made there: name a directory that does not exist yet",
        path = .0.display()
    )]
    NoPlace(PathBuf),
    /// Whoever runs this may not look.
    #[error(
        "{path} may not be opened by this user: run this as whom the ledger's files belong to, or have them hand it over (`chown -R`)",
        path = .0.display()
    )]
    Forbidden(PathBuf),
    /// An export, which is checked and imported, never opened.
    #[error(
        "{path} is an export, no data directory: check it with `tinnhiem audit {path}`, or make a directory of it with `tinnhiem import {path} --data NEW`",
        path = .0.display()
    )]
    Export(PathBuf),
    /// A folder of something else, or of nothing.
    #[error(
        "no ledger is in {path}: name another directory, or make one there with `tinnhiem init --data {path}`",
        path = .0.display()
    )]
    Empty(PathBuf),
    /// One was being made there, and is not whole.
    #[error(
        "a ledger was being made in {path}, and that did not end: give the same `tinnhiem import` or `tinnhiem init` again, which begins anew, or remove the directory",
        path = .0.display()
    )]
    Unfinished(PathBuf),
    /// What was signed is there, but not what it was signed of.
    #[error(
        "the store of the ledger in {path} is missing, and only what was signed is there: restore a backup of the whole directory, or bring an export or mirror with `tinnhiem import` into a new one",
        path = .0.display()
    )]
    Store(PathBuf),
    /// A new ledger would lie among what is no part of it.
    #[error(
        "{directory} holds {name}, which is no part of a new ledger: name a directory that holds its log's key and nothing else, or one that does not exist yet",
        directory = directory.display()
    )]
    Occupied {
        /// The directory.
        directory: PathBuf,
        /// What lies in it.
        name: String,
    },
    /// The ledger is there, but not the key that signs its checkpoints.
    #[error(
        "a ledger is in {directory}, but its log key is not at {file}: where the key lies apart, name its file with --log-key",
        directory = directory.display(), file = file.display()
    )]
    LogKey {
        /// The data directory.
        directory: PathBuf,
        /// Where its key was looked for.
        file: PathBuf,
    },
}

impl Absent {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing(_) => "ledger.missing",
            Self::NoDirectory(_) | Self::NoPlace(_) => "ledger.no_directory",
            Self::Forbidden(_) => "ledger.forbidden",
            Self::Export(_) => "ledger.export",
            Self::Empty(_) => "ledger.empty",
            Self::Unfinished(_) => "ledger.unfinished",
            Self::Store(_) => "store.missing",
            Self::Occupied { .. } => "ledger.occupied",
            Self::LogKey { .. } => "ledger.no_log_key",
        }
    }
}

/// Checks that a data directory is at a path, and may be read.
///
/// # Errors
/// [`OpenError::Absent`] with what is there.
pub fn present(directory: &Path) -> Result<(), OpenError> {
    // Listing finds out whether the files in it may be looked for at all.
    let listed = std::fs::read_dir(directory).and_then(|_| std::fs::metadata(directory.join(".")));
    listed.map_err(|error| refused(directory, &error))?;
    if directory.join(MARK).exists() {
        return Err(Absent::Unfinished(directory.to_owned()).into());
    }
    match std::fs::read_dir(directory.join(STORE_FOLDER)) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let exported = directory.join("tile").exists() || directory.join("checkpoint").exists();
            let signed =
                std::fs::read_dir(directory.join("heads")).is_ok_and(|mut heads| heads.next().is_some());
            let path = directory.to_owned();
            return Err(match (exported, signed) {
                (true, _) => Absent::Export(path),
                (_, true) => Absent::Store(path),
                _ => Absent::Empty(path),
            }
            .into());
        }
        Err(error) => return Err(refused(&directory.join(STORE_FOLDER), &error)),
    }
    let heads = directory.join("heads");
    match std::fs::read_dir(&heads) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(refused(&heads, &error)),
        // Without heads it is damaged, which whoever opens it says.
        _ => Ok(()),
    }
}

/// What an attempt to make a ledger may have left, the keys of its log, and what a file system keeps.
const VACANT: [&str; 7] =
    ["lock", STORE_FOLDER, "vault", LOG_KEY_FILE, NEXT_LOG_KEY_FILE, "log-key-former.pem", "lost+found"];

/// Checks that a ledger can be made in a directory: it does not exist, or holds the log's key at most, and
/// what an attempt that failed left.
///
/// # Errors
/// [`OpenError::Exists`], or [`Absent::Occupied`] with the first that is no part of one.
pub fn vacant(directory: &Path, key_file: &Path) -> Result<(), OpenError> {
    if directory.join(MARK).exists() {
        return Err(Absent::Unfinished(directory.to_owned()).into());
    }
    if directory.join("heads").exists() {
        return Err(OpenError::Exists);
    }
    let listed = match std::fs::read_dir(directory) {
        Ok(listed) => listed,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            return Err(Absent::NoPlace(directory.to_owned()).into());
        }
        Err(error) => return Err(refused(directory, &error)),
    };
    let mut names = Vec::new();
    for entry in listed {
        let entry = entry.map_err(|error| refused(directory, &error))?;
        if entry.path() != key_file {
            names.push(entry.file_name().to_string_lossy().escape_debug().to_string());
        }
    }
    names.sort_unstable();
    match names.into_iter().find(|name| !VACANT.contains(&name.as_str())) {
        Some(name) => Err(Absent::Occupied { directory: directory.to_owned(), name }.into()),
        None => Ok(()),
    }
}

/// Checks that this user may read and write what is in a data directory under these names, as a start that
/// signs does: whoever else owns a part of it would stop that halfway.
///
/// # Errors
/// [`Absent::Forbidden`] with the first that may not be.
pub fn owned(directory: &Path, names: &[&str]) -> Result<(), OpenError> {
    let mut paths: Vec<PathBuf> = names.iter().map(|name| directory.join(name)).collect();
    paths.push(directory.to_owned());
    while let Some(path) = paths.pop() {
        let folder = path.is_dir();
        let wanted = if folder {
            Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK
        } else {
            Access::READ_OK | Access::WRITE_OK
        };
        match access(&path, wanted) {
            Err(Errno::NOENT) => continue,
            allowed => allowed.map_err(|error| refused(&path, &error.into()))?,
        }
        if folder && path != directory {
            let listed = std::fs::read_dir(&path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
            paths.extend(listed.map_err(|error| refused(&path, &error))?.iter().map(std::fs::DirEntry::path));
        }
    }
    Ok(())
}

/// What a ledger keeps in its directory.
const OWN: [&str; 13] = [
    "lock",
    STORE_FOLDER,
    "heads",
    "vault",
    "derived",
    "clock",
    "clock-confirmed",
    "address",
    "seal-asked",
    LOG_KEY_FILE,
    NEXT_LOG_KEY_FILE,
    "log-key-former.pem",
    "lost+found",
];

/// The names in a data directory that are no part of the ledger, ascending.
///
/// # Errors
/// What the system refuses.
pub fn strangers(directory: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        names.push(entry?.file_name().to_string_lossy().escape_debug().to_string());
    }
    names.retain(|name| !OWN.contains(&name.as_str()));
    names.sort_unstable();
    Ok(names)
}

fn refused(path: &Path, error: &std::io::Error) -> OpenError {
    let path = path.to_owned();
    match error.kind() {
        ErrorKind::NotFound => Absent::Missing(path).into(),
        ErrorKind::NotADirectory => Absent::NoDirectory(path).into(),
        ErrorKind::PermissionDenied => Absent::Forbidden(path).into(),
        _ => StoreError::Io(format!("{}: {error}", path.display())).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_place_of_a_ledger_is_told_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["nothing", "export/tile", "ledger/store"] {
            std::fs::create_dir_all(at(name)).unwrap();
        }
        std::fs::write(at("file"), "x").unwrap();
        for (name, code) in [
            ("gone", "ledger.missing"),
            ("file", "ledger.no_directory"),
            ("nothing", "ledger.empty"),
            ("export", "ledger.export"),
        ] {
            let error = present(&at(name)).unwrap_err();
            assert_eq!(error.code(), code, "{name}");
            assert!(error.to_string().contains(&at(name).display().to_string()), "{error}");
        }
        assert!(present(&at("ledger")).is_ok());
        let denied = refused(&at("ledger"), &ErrorKind::PermissionDenied.into());
        assert_eq!(denied.code(), "ledger.forbidden");
    }
}
