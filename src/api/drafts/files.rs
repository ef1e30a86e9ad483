//! Drafts on disk: a file each in `derived/drafts` of the data directory, its owner's alone.
//!
//! What lies there is no part of the log: no export holds it, no audit reads it, and whoever removes it
//! loses drafts and nothing else. A file is written under another name and moved, so that a kill leaves it
//! whole or not there; what is read is bounded, verified and judged as if it came anew, and what is not a
//! draft goes.
//!
//! ```text
//! derived/drafts/<event id>.json    {"came_at", "payer", "submission": {"envelope", "attachments"}}
//! ```

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::waiting::Waiting;
use crate::dsse::{EventId, PublicKey};
use crate::files::open_file;
use crate::ledger::{Ledger, Submission};
use crate::limits;
use crate::store::{create_private_file, create_private_folder};
use crate::time::Timestamp;

/// What stands around the submission, in bytes.
const AROUND_BYTES: usize = 4 * 1024;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    came_at: Timestamp,
    payer: PublicKey,
    submission: Box<RawValue>,
}

/// The folder of a ledger's drafts.
pub(super) struct Files(PathBuf);

impl Files {
    /// The folder beside the ledger's vault; it is made with the first draft.
    pub(super) fn of(ledger: &Ledger) -> Self {
        Self(ledger.vault().home().join("derived").join("drafts"))
    }

    fn path(&self, id: &EventId) -> PathBuf {
        self.0.join(format!("{id}.json"))
    }

    /// Writes a draft, synced when it returns; what was there of it is replaced.
    ///
    /// # Errors
    /// What the system refuses; what was there stays then.
    pub(super) fn keep(&self, draft: &Waiting) -> io::Result<()> {
        let submission = draft.submission().map_err(io::Error::other)?.to_json();
        let submission = RawValue::from_string(submission)?;
        let written = Written { came_at: draft.came_at, payer: draft.payer, submission };
        create_private_folder(&self.0)?;
        let (path, unfinished) = (self.path(&draft.id()), self.path(&draft.id()).with_extension("new"));
        let placed = (|| {
            let mut file = create_private_file(&unfinished)?;
            file.write_all(&serde_json::to_vec(&written)?)?;
            file.sync_all()?;
            std::fs::rename(&unfinished, &path)?;
            File::open(&self.0)?.sync_all()
        })();
        placed.inspect_err(|_| drop(std::fs::remove_file(&unfinished)))
    }

    /// Removes a draft; one that stays is removed when it is met again.
    pub(super) fn forget(&self, id: &EventId) {
        match std::fs::remove_file(self.path(id)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                tracing::warn!(%error, "the file of a draft that is done with stays");
            }
            _ => {}
        }
    }

    /// The drafts that lie there, the oldest first; whatever else does is removed.
    pub(super) fn read(&self) -> Vec<Waiting> {
        let listed = match std::fs::read_dir(&self.0) {
            Ok(listed) => listed,
            Err(error) => {
                if error.kind() != ErrorKind::NotFound {
                    tracing::warn!(%error, "the drafts of before cannot be read");
                }
                return Vec::new();
            }
        };
        let mut found = Vec::new();
        for entry in listed.flatten() {
            let path = entry.path();
            let read = if found.len() < limits::DRAFTS { read(&path) } else { None };
            match read.filter(|draft| path == self.path(&draft.id())) {
                Some(draft) => found.push(draft),
                None => {
                    tracing::warn!(path = %path.display(), "no draft lies in this file: it is removed");
                    let _ = std::fs::remove_file(&path);
                }
            }
        }
        found.sort_by_key(|draft| (draft.came_at, draft.id()));
        found
    }
}

fn read(path: &Path) -> Option<Waiting> {
    let most = limits::SUBMISSION_BYTES + AROUND_BYTES;
    let mut bytes = Vec::new();
    open_file(path).ok()?.take(most as u64 + 1).read_to_end(&mut bytes).ok()?;
    if bytes.len() > most {
        return None;
    }
    let written: Written = serde_json::from_slice(&bytes).ok()?;
    let admissible = Submission::parse(written.submission.get().as_bytes()).ok()?.verify().ok()?;
    Waiting::new(admissible, written.came_at, written.payer).ok()
}
