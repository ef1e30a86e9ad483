//! Why a ledger is not opened, and what to do about it.

use std::path::{Path, PathBuf};

use super::presence::Absent;
use crate::dsse::PublicKey;
use crate::log::BadCheckpoint;
use crate::store::StoreError;
use crate::vault::KeyFileError;

/// Why a ledger is not opened. Nothing has been signed or lost.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is none, or not all of one.
    #[error(transparent)]
    Absent(#[from] Absent),
    /// There is one already.
    #[error("a ledger is there already: choose another directory")]
    Exists,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log's key.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// The key in the directory is not the log's.
    #[error(
        "{file} holds the key {found}, but this ledger's checkpoints are signed by {expected}: put the file of that key there, or name it with --log-key. Where the log's key was rotated after this directory was backed up, that is the file of the former key",
        file = file.display()
    )]
    OtherKey {
        /// The file.
        file: PathBuf,
        /// The key the ledger names.
        expected: PublicKey,
        /// The key in the file.
        found: PublicKey,
    },
    /// The key at hand is one that the log had before.
    #[error(
        "{file} holds the log's former key {found}, which signed up to size {until}; the present one is {expected}: name its file with --log-key (that of the key it was rotated to, such as next-log-key.pem beside the former one). Nothing is damaged",
        file = file.display()
    )]
    FormerKey {
        /// The file.
        file: PathBuf,
        /// The key in it.
        found: PublicKey,
        /// The largest size whose checkpoint it signed.
        until: u64,
        /// The key that signs now.
        expected: PublicKey,
    },
    /// The key of an export's log is not at hand.
    #[error(
        "the log key that signed {folder}/checkpoint is needed, and not at {file}: an export does not hold it. Put its file there, or name it with --log-key",
        folder = folder.display(), file = file.display()
    )]
    ExportKey {
        /// The export.
        folder: PathBuf,
        /// Where the key was looked for.
        file: PathBuf,
    },
    /// The key at hand did not sign an export's checkpoint.
    #[error(
        "{file} holds the key {found}, which did not sign {folder}/checkpoint: {next}",
        file = file.display(), folder = folder.display(), next = key_of_export(expected.as_ref(), folder)
    )]
    NotItsKey {
        /// The file.
        file: PathBuf,
        /// The key in it.
        found: PublicKey,
        /// The export.
        folder: PathBuf,
        /// The key of the log that did sign it, by the export's entries.
        expected: Option<PublicKey>,
    },
    /// The key that an opening names is not at hand.
    #[error(
        "the opening names the log key {expected}, which is not at {file}: name its file with --log-key, the one that `tinnhiem init --out` made or was given",
        file = file.display()
    )]
    OpeningKey {
        /// Where it was looked for.
        file: PathBuf,
        /// The key that is wanted.
        expected: PublicKey,
    },
    /// The opening cannot be accepted.
    #[error("the ledger cannot be opened with this event: {what}")]
    Opening {
        /// The code of the rule that it breaks.
        code: &'static str,
        /// How.
        what: String,
    },
    /// The heads are damaged or gone.
    #[error(
        "the signed heads are damaged or missing: {0}. The newest head may be lost, and without it nothing is signed: fetch the newest checkpoint from a mirror or witness, compare with `tinnhiem fsck`, and restore a backup or an export that reaches it"
    )]
    Heads(String),
    /// The checkpoint known outside is not one of this log.
    #[error("the checkpoint given with --newest: {0}")]
    Newest(BadCheckpoint),
    /// It is of more entries than are here.
    #[error(
        "the checkpoint given with --newest is of {known} entries, but there are {size} here: bring the others from an export, a mirror or a later backup, with `tinnhiem import` into a new directory; with --take-over they are lost, and whoever holds a receipt of one of them can prove it"
    )]
    Behind {
        /// How many entries are here.
        size: u64,
        /// How many the checkpoint is of.
        known: u64,
    },
    /// It is of more entries than are here, and by a key that they do not name.
    #[error(
        "the checkpoint given with --newest is of {known} entries, but there are {size} here, and these name no key that signed it: the log's key was rotated since (`former_vkeys` in /v1/ledger of where it ran shows from which entry on), or it is no checkpoint of this log. If it was rotated, this directory is older than that: restore a later backup, or export from a mirror or from where the ledger ran, and run `tinnhiem import` into a new directory with the log's present key"
    )]
    BeyondRotation {
        /// How many entries are here.
        size: u64,
        /// How many the checkpoint is of.
        known: u64,
    },
    /// It is what the directory itself holds.
    #[error(
        "the checkpoint given with --newest is this directory's own newest, of {size} entries, from a file: every copy holds that, and it shows nothing of what was recorded after it. Give the newest that is known outside: the address of a mirror or of the host where the ledger ran, once that is sealed, which may be of as many entries; or a checkpoint of more that an auditor or a member saved. If this is what `seal` wrote, copy the sealed directory (`cp -a`), which it starts, or serve it and give its address. Where there is none of these, --take-over says what can be lost, and signs"
    )]
    OwnHead {
        /// How many entries are here.
        size: u64,
    },
    /// It is of fewer entries than the directory itself signed.
    #[error(
        "the checkpoint given with --newest is of {known} entries, and this directory itself signed {size}: an older one shows nothing of what was signed after those. Give the newest that is known outside: a checkpoint or receipt of {size} entries or more that an auditor or a member holds, or the address of a mirror or of the host where the ledger ran, once that is sealed. Where nobody has one, --take-over says what can be lost, and signs"
    )]
    OlderThanOwn {
        /// How many entries the directory's own newest head is of.
        size: u64,
        /// How many the checkpoint is of.
        known: u64,
    },
    /// The directory is sealed, and it shows nothing of where the ledger went on.
    #[error(
        "this directory is sealed at {size} entries, so that another goes on, and the checkpoint given with --newest is of {known}: it does not show whether one did. Give the address where the ledger went on, or a newer checkpoint of that. Where it went on nowhere, --take-over says what can be lost, and signs"
    )]
    SealedHere {
        /// How many entries are here.
        size: u64,
        /// How many the checkpoint is of.
        known: u64,
    },
    /// What an address shows is no ground to sign.
    #[error("{why}")]
    Unfit {
        /// The stable code.
        code: &'static str,
        /// Why not.
        why: String,
    },
    /// The key given for commitments is not the operator's.
    #[error(
        "{file} holds no key of the operator, {1}: give the operator's with --operator-key; nothing was begun",
        file = .0.display()
    )]
    OperatorKey(PathBuf, String),
    /// Whoever runs the ledger was asked, and did not want it.
    #[error("nothing was taken over: the directory is as it was")]
    Declined,
    /// Whoever runs the ledger cannot be asked, and did not say so beforehand.
    #[error(
        "nothing was taken over, for nobody could be asked: read above what can be lost, and if you want that, give --yes with --take-over"
    )]
    Unasked,
    /// It is of other entries.
    #[error(
        "FORK: the log signed two histories. The checkpoint given with --newest is of another than this directory: two checkpoints of one log contradict each other, and nothing is signed here. Next: keep both notes as evidence, let no directory of this log sign, compare with every checkpoint and receipt that members and auditors hold (`tinnhiem checkpoint compare`, `tinnhiem audit --receipt`), go on only from the history that they hold, and say in public what the other one lost:\n\n{known}\n{own}"
    )]
    Forked {
        /// The note given.
        known: String,
        /// The newest note here.
        own: String,
    },
    /// The store does not extend the last head.
    #[error(
        "the store does not hold what was acknowledged: {what}. The last good position is {good} of {size} entries. Nothing is signed: restore the entries from an export or a mirror, or a backup of the whole directory"
    )]
    Diverged {
        /// What is wrong.
        what: String,
        /// How many entries from the beginning are whole.
        good: u64,
        /// How many the last head acknowledges.
        size: u64,
    },
}

/// What is done about a key that did not sign an export.
fn key_of_export(expected: Option<&PublicKey>, folder: &Path) -> String {
    match expected {
        Some(expected) => format!(
            "{expected} did, and its checkpoint is whole: name the file of that key with --log-key. Where the log's key was rotated after this export was made, that is the file of the former key"
        ),
        None => format!(
            "name the file of the log's key with --log-key. If this is the log's key, the checkpoint is damaged: `tinnhiem audit {}`",
            folder.display()
        ),
    }
}

impl OpenError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Absent(error) => error.code(),
            Self::Exists => "ledger.exists",
            Self::Store(error) => error.code(),
            Self::Key(error) => error.code(),
            Self::OtherKey { .. } | Self::FormerKey { .. } | Self::NotItsKey { .. } => "ledger.log_key",
            Self::ExportKey { .. } | Self::OpeningKey { .. } => "ledger.no_log_key",
            Self::Opening { code, .. } => code,
            Self::Heads(_) => "heads.damaged",
            Self::Newest(error) => error.code(),
            Self::Behind { .. } => "newest.ahead",
            Self::BeyondRotation { .. } => "newest.rotated",
            Self::OwnHead { .. } => "newest.own",
            Self::OlderThanOwn { .. } => "newest.older",
            Self::SealedHere { .. } => "newest.sealed",
            Self::OperatorKey(..) => "operator.key",
            Self::Unfit { code, .. } => code,
            Self::Unasked => "consent.needed",
            Self::Declined => "ledger.declined",
            Self::Forked { .. } => "newest.forked",
            Self::Diverged { .. } => "store.diverged",
        }
    }
}

// What is said holds the cause already, which is not told again after it.
impl From<BadCheckpoint> for OpenError {
    fn from(error: BadCheckpoint) -> Self {
        Self::Newest(error)
    }
}
