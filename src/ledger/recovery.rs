//! Opening: the store is believed only as far as it extends the last signed head.

use std::ops::ControlFlow;
use std::path::PathBuf;

use super::claim::{Beginning, Claim, Here};
use super::image::{Damage, ImageReading, ImageWriter, Imaged};
use super::presence::Absent;
use super::retrace::{Retraced, retrace};
use super::rows::TileRows;
use super::{ReadError, Reader, Setup};
use crate::dsse::{PublicKey, SecretKey};
use crate::event::{Body, Event, EventType, type_of};
use crate::limits;
use crate::log::{
    BadCheckpoint, ChainHash, Checkpoint, Entry, Frontier, Origin, SignedCheckpoint, VerifierKey,
};
use crate::state::State;
use crate::store::{
    Batch, Heads, HeadsState, Instance, PackWriter, ReadOnly, Standing, Store, StoreError, keys, read_entry,
};
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
        "{file} holds the key {found}, which did not sign {folder}/checkpoint: name the file of the log's key with --log-key. If this is the log's key, the checkpoint is damaged: `tinnhiem audit {folder}`",
        file = file.display(), folder = folder.display()
    )]
    NotItsKey {
        /// The file.
        file: PathBuf,
        /// The key in it.
        found: PublicKey,
        /// The export.
        folder: PathBuf,
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
    #[error("the ledger cannot be opened with this event: {0}")]
    Opening(String),
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
        "the checkpoint given with --newest is this directory's own newest, of {size} entries: a backup's own file shows nothing of what was recorded after it. Give the newest that is known outside: the address of a mirror or of the host where the ledger ran, or a checkpoint that an auditor or a member saved after this backup. Where nobody has one, --take-over says what can be lost, and signs"
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
    /// The key given for commitments is not the operator's.
    #[error(
        "{file} holds no key of the operator, {1}: give the operator's with --operator-key; nothing was begun",
        file = .0.display()
    )]
    OperatorKey(PathBuf, String),
    /// Whoever runs the ledger was asked, and did not want it.
    #[error("nothing was taken over: the directory is as it was")]
    Declined,
    /// It is of other entries.
    #[error(
        "the checkpoint given with --newest is of another history: two checkpoints of one log contradict each other, and nothing is signed here. Next: keep both notes as evidence, let no directory of this log sign, compare with every checkpoint and receipt that members and auditors hold (`tinnhiem checkpoint compare`, `tinnhiem audit --receipt`), go on only from the history that they hold, and say in public what the other one lost:\n\n{known}\n{own}"
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

impl OpenError {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Absent(error) => error.code(),
            Self::Exists => "ledger.exists",
            Self::Store(error) => error.code(),
            Self::Key(error) => error.code(),
            Self::OtherKey { .. } | Self::NotItsKey { .. } => "ledger.log_key",
            Self::ExportKey { .. } | Self::OpeningKey { .. } => "ledger.no_log_key",
            Self::Opening(_) => "ledger.opening",
            Self::Heads(_) => "heads.damaged",
            Self::Newest(error) => error.code(),
            Self::Behind { .. } => "newest.ahead",
            Self::BeyondRotation { .. } => "newest.rotated",
            Self::OwnHead { .. } => "newest.own",
            Self::OlderThanOwn { .. } => "newest.older",
            Self::SealedHere { .. } => "newest.sealed",
            Self::OperatorKey(..) => "operator.key",
            Self::Declined => "ledger.declined",
            Self::Forked { .. } => "newest.forked",
            Self::Diverged { .. } => "store.diverged",
        }
    }
}

/// Where a ledger goes on.
pub struct Tip {
    /// Why nothing is signed; none where it is.
    pub(super) read_only: Option<ReadOnly>,
    pub(super) origin: Origin,
    pub(super) checkpoint: SignedCheckpoint,
    pub(super) state: State,
    pub(super) images: ImageWriter,
    /// How many entries from the beginning were not hashed yet.
    pub(super) unhashed: u64,
    pub(super) frontier: Frontier,
    pub(super) chain: ChainHash,
    pub(super) rows: TileRows,
    pub(super) packs: PackWriter,
    pub(super) heads: Heads,
}

/// Who a log is, as its entries say.
pub struct Identity {
    /// The origin.
    pub origin: Origin,
    /// The key that checkpoints verify under.
    pub log_vkey: VerifierKey,
}

impl Identity {
    /// Reads it from entry 0, which must be an opening that its own origin commits to.
    ///
    /// # Errors
    /// What is wrong with the entry.
    pub fn of(first_entry: &[u8]) -> Result<Self, String> {
        let entry = Entry::parse(first_entry).map_err(|error| error.to_string())?;
        let event = Event::parse(&entry.payload).map_err(|error| error.to_string())?;
        let Body::LedgerOpened(body) = &event.body else {
            return Err(format!("entry 0 is not {}", EventType::LedgerOpened));
        };
        let origin: Origin = event.ledger.parse().map_err(|_| "its origin is malformed".to_owned())?;
        let raw = crate::event::body_bytes(&entry.payload).map_err(|error| error.to_string())?;
        if !origin.commits_to(raw) {
            return Err("the origin does not commit to entry 0".to_owned());
        }
        let log_vkey = VerifierKey::ed25519(origin.as_str(), body.log_key);
        Ok(Self { origin, log_vkey })
    }

    /// Takes the key that signs the checkpoint of a size, after every rotation in the entries before.
    ///
    /// Unchecked, as the entries are: whoever relies on it audits them.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn follow(&mut self, reader: &Reader, size: u64) -> Result<(), ReadError> {
        reader.entries(0, size, &mut |_, bytes| {
            // Most entries are read no further than to their type.
            if let Ok(entry) = Entry::parse(bytes)
                && type_of(&entry.payload).is_ok_and(|name| name == EventType::LedgerKeyRotated.name())
                && let Ok(Event { body: Body::LedgerKeyRotated(body), .. }) = Event::parse(&entry.payload)
            {
                self.log_vkey = VerifierKey::ed25519(self.origin.as_str(), body.new);
            }
            ControlFlow::Continue(())
        })
    }
}

/// Brings a ledger back from its store, its heads and the image of its state.
///
/// The newest entries are hashed before it opens, up to the root of the last head over the stored
/// hashes of the others. Where anything does not fit, all of it is hashed and the state made anew.
pub(super) fn recover(setup: &Setup, image: Option<ImageReading>) -> Result<Tip, OpenError> {
    let store = &*setup.store;
    let mut heads = Heads::open(&setup.directory)?;
    if let HeadsState::Damaged(what) = heads.state() {
        return Err(OpenError::Heads(what.clone()));
    }
    let head_note = heads.last().map(|head| String::from_utf8_lossy(head).into_owned());
    let Some(first) = read_first(store, head_note.as_deref())? else {
        return Err(Absent::Empty(setup.directory.clone()).into());
    };
    let claimed = head_size(head_note.as_deref());
    let identity = Identity::of(&first).map_err(|what| OpenError::Diverged {
        what: format!("entry 0: {what}"),
        good: 0,
        size: claimed,
    })?;
    let head = match &head_note {
        None => None,
        Some(note) => Some(open_head(setup, &identity, note)?),
    };
    let standing = heads.standing();
    let read_only = match (standing, &setup.claim) {
        (Standing::ReadOnly(why), Claim::Unchanged) => Some(why),
        _ => None,
    };
    let acknowledged = head.as_ref().map(SignedCheckpoint::checkpoint);
    // Whoever signs nothing shows what was signed, and no more.
    let to = read_only.map_or(u64::MAX, |_| acknowledged.map_or(0, |head| head.size));
    let mut retraced = newest(setup, image, &identity.origin, acknowledged, to)?;
    let size = retraced.frontier.size();
    if head.is_none() && (size > 1 || read_only.is_some()) {
        return Err(OpenError::Heads("there are entries, but no head".to_owned()));
    }
    let log_key = check_keys(setup, &identity, &retraced.state, head.as_ref())?;
    repair_rows(store, std::mem::take(&mut retraced.wrong_rows))?;
    if read_only.is_none() {
        let reader = Reader::new(setup.store.clone());
        let (origin, head, directory) = (&identity.origin, head.as_ref(), &setup.directory);
        setup.claim.check(&Here { retraced: &retraced, origin, reader, head, standing, directory })?;
    }
    // Whatever else may stop a start stops it before anything is begun.
    if let Some(check) = &setup.check {
        let was = match standing {
            Standing::ReadOnly(why) => Some(why),
            Standing::Signer(_) => None,
        };
        check(&Beginning { state: &retraced.state, was, signs: read_only.is_none(), claim: &setup.claim })?;
    }
    if read_only.is_none() {
        heads.begin_term(match standing {
            Standing::Signer(instance) => instance,
            Standing::ReadOnly(_) => Instance::random()?,
        })?;
    }
    let checkpoint = match head {
        Some(head) if head.checkpoint().size == size => head,
        // Entries that landed although their commit was never acknowledged.
        _ => {
            let root = retraced.frontier.root();
            let signed = Checkpoint { origin: identity.origin.clone(), size, root }.sign(log_key);
            heads.append(signed.note().as_bytes())?;
            signed
        }
    };
    Ok(Tip {
        read_only,
        origin: identity.origin,
        checkpoint,
        state: retraced.state,
        images: ImageWriter::after(&setup.directory, retraced.imaged),
        unhashed: retraced.from,
        frontier: retraced.frontier,
        chain: retraced.chain,
        rows: retraced.rows,
        packs: PackWriter::resume(store)?,
        heads,
    })
}

/// A head that one of the log's keys signed: the first, or one at hand. Which it should be, the entries say.
fn open_head(setup: &Setup, identity: &Identity, note: &str) -> Result<SignedCheckpoint, OpenError> {
    let held = std::iter::once(&setup.log_key).chain(&setup.next_log_key);
    let held = held.map(|key| VerifierKey::ed25519(identity.origin.as_str(), key.public()));
    let first = SignedCheckpoint::open(note, &identity.log_vkey);
    let opened = held.filter_map(|key| SignedCheckpoint::open(note, &key).ok()).next();
    opened.map_or(first, Ok).map_err(|error| OpenError::Heads(error.to_string()))
}

/// The key to sign with: the one that the log names, which must be at hand; and the head must be signed
/// by the one that it named at that size.
fn check_keys<'a>(
    setup: &'a Setup,
    identity: &Identity,
    state: &State,
    head: Option<&SignedCheckpoint>,
) -> Result<&'a SecretKey, OpenError> {
    let Some(ledger) = state.ledger() else {
        return Err(Absent::Empty(setup.directory.clone()).into());
    };
    if let Some(head) = head {
        let key = *ledger.log_key_at(head.checkpoint().size);
        SignedCheckpoint::open(head.note(), &VerifierKey::ed25519(identity.origin.as_str(), key))
            .map_err(|error| OpenError::Heads(error.to_string()))?;
    }
    let (expected, found) = (*ledger.log_key(), setup.log_key.public());
    let file = setup.key_file.clone();
    setup.held(&expected).ok_or(OpenError::OtherKey { file, expected, found })
}

/// Retraces the newest entries below `to` over what is stored of the others, or all where that does not fit.
fn newest(
    setup: &Setup,
    image: Option<ImageReading>,
    origin: &Origin,
    head: Option<&Checkpoint>,
    to: u64,
) -> Result<Retraced, OpenError> {
    let imaged = image.map_or_else(|| Imaged::read(&setup.directory), ImageReading::finish);
    let acknowledged = head.map_or(0, |head| head.size);
    let imaged = usable(imaged, acknowledged);
    let from = imaged.state.size().min(acknowledged.saturating_sub(limits::OPENING_ENTRIES));
    let from = from / limits::TILE_WIDTH * limits::TILE_WIDTH;
    if imaged.chain.is_some() {
        match retrace(setup, origin, head, imaged, from..to) {
            Ok(Some(retraced)) => return Ok(retraced),
            Err(error @ OpenError::Store(_)) => return Err(error),
            Ok(None) => tracing::warn!("what is stored beside the log does not fit it, and is made anew"),
            Err(error) => tracing::warn!(%error, "the whole log is hashed, and the state made anew"),
        }
    }
    let retraced = retrace(setup, origin, head, Imaged::default(), 0..to)?;
    retraced.ok_or_else(|| OpenError::Heads("the log fits nothing".to_owned()))
}

/// The image, or none where it is damaged or ahead of what was acknowledged: whatever lies beyond that is
/// judged as if it came in anew.
fn usable(imaged: Imaged, acknowledged: u64) -> Imaged {
    let why = match imaged.damage {
        Some(Damage::Form) => "of another version of the program",
        Some(Damage::Bytes) => "damaged",
        Some(Damage::Unread) => "not to be opened",
        None if imaged.state.size() > acknowledged => "ahead of the log",
        None => return imaged,
    };
    tracing::warn!("the image of the state is {why}: the state is made anew, and the start takes longer");
    Imaged::default()
}

fn head_size(note: Option<&str>) -> u64 {
    note.and_then(|note| SignedCheckpoint::claim(note).ok()).map_or(0, |claim| claim.size)
}

/// Entry 0; none when nothing was ever recorded.
fn read_first(store: &dyn Store, head: Option<&str>) -> Result<Option<Vec<u8>>, OpenError> {
    let diverged = |what| OpenError::Diverged { what, good: 0, size: head_size(head) };
    match (read_entry(store, 0), head) {
        (Err(error), _) if error.is_of_the_machine() => Err(error.into()),
        (Ok(None), None) => Ok(None),
        (Ok(None), Some(_)) => Err(diverged("it is empty".to_owned())),
        (Ok(Some(first)), _) => Ok(Some(first)),
        (Err(error), _) => Err(diverged(error.to_string())),
    }
}

fn repair_rows(store: &dyn Store, rows: Vec<((u8, u64), Vec<u8>)>) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    tracing::warn!(rows = rows.len(), "stored tile rows are rebuilt from the entries");
    let mut batch = Batch::default();
    for ((level, index), bytes) in rows {
        batch.put(keys::tile(level, index), bytes);
    }
    store.commit(batch)
}
