//! Room on the disks: looked at before anything is written, so that nothing that is written meets the end.

use std::path::Path;

use super::Hold;
use crate::limits;
use crate::store::StoreError;
use crate::vault::{Vault, VaultError};

/// Whether `bytes` of attachments fit beside the reserve, and can be written at all.
///
/// # Errors
/// [`Hold::VaultFull`], or [`Hold::Vault`].
pub(super) fn for_attachments(directory: &Path, vault: &Vault, bytes: usize) -> Result<(), Hold> {
    let path = directory.join("vault");
    let folder = if path.exists() { &path } else { directory };
    // Each takes whole blocks, and a folder.
    let needed = limits::FREE_BYTES + 2 * bytes as u64;
    match crate::store::free_bytes(folder) {
        Some(free) if free < needed => Err(Hold::VaultFull),
        _ => vault.prove().map_err(|error| of_vault(&error)),
    }
}

/// Tells whoever runs the ledger which disk is full, and what it lacks; the others are told no path.
pub(super) fn tell(directory: &Path, hold: &Hold) {
    let (folder, needed) = match hold {
        Hold::StoreFull => (directory.join("store"), limits::FREE_BYTES + 2 * limits::ROOM_BYTES),
        Hold::VaultFull => (directory.join("vault"), limits::FREE_BYTES),
        Hold::Vault(why) => {
            let folder = directory.join("vault");
            tracing::error!(
                folder = %folder.display(), why,
                "no attachment can be stored there: whom this process runs as must own the folder and all in it (`chown -R`), and the file system take writes"
            );
            return;
        }
        _ => return,
    };
    let free = crate::store::free_bytes(directory).unwrap_or_default();
    let (free_kib, needed_kib) = (free / 1024, needed / 1024);
    tracing::error!(folder = %folder.display(), free_kib, needed_kib, "the disk is full: make room");
}

/// The hold that an error of the store means, where it is one of the machine and not of what is stored.
pub(super) fn of_store(error: &StoreError) -> Option<Hold> {
    match error {
        StoreError::Full => Some(Hold::StoreFull),
        StoreError::Descriptors => Some(Hold::Descriptors),
        StoreError::Io(_) | StoreError::Locked(_) | StoreError::Corrupt(_) => None,
    }
}

/// The same of an error of the vault.
pub(super) fn of_vault(error: &VaultError) -> Hold {
    let VaultError::Io(io) = error else { return Hold::Vault(error.to_string()) };
    match StoreError::of(io) {
        StoreError::Full => Hold::VaultFull,
        of_all => of_store(&of_all).unwrap_or_else(|| Hold::Vault(io.to_string())),
    }
}
