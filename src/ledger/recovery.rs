//! Opening: the store is believed only as far as it extends the last signed head.

use std::ops::ControlFlow;

use super::claim::{Beginning, Claim, Here};
use super::image::{Damage, ImageReading, ImageWriter, Imaged};
use super::open_error::OpenError;
use super::presence::Absent;
use super::retrace::{Retraced, retrace};
use super::rows::TileRows;
use super::{ReadError, Reader, Setup};
use crate::dsse::{PublicKey, SecretKey};
use crate::event::{Body, Event, EventType, type_of};
use crate::limits;
use crate::log::{ChainHash, Checkpoint, Entry, Frontier, Origin, SignedCheckpoint, VerifierKey};
use crate::state::State;
use crate::store::{
    Batch, Heads, HeadsState, Instance, PackWriter, ReadOnly, Standing, Store, StoreError, keys, read_entry,
};

/// Where a ledger goes on.
pub(super) struct Tip {
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
        if let Some((_, key)) = rotations(reader, size)?.last() {
            self.log_vkey = VerifierKey::ed25519(self.origin.as_str(), *key);
        }
        Ok(())
    }
}

/// The keys that the entries below a size rotate to, each with the first size whose checkpoint it signs.
fn rotations(reader: &Reader, size: u64) -> Result<Vec<(u64, PublicKey)>, ReadError> {
    let mut found = Vec::new();
    reader.entries(0, size, &mut |seq, bytes| {
        found.extend(rotated_to(bytes).map(|key| (seq + 1, key)));
        ControlFlow::Continue(())
    })?;
    Ok(found)
}

/// The key that an entry makes the log's; most are read no further than to their type.
pub fn rotated_to(bytes: &[u8]) -> Option<PublicKey> {
    let entry = Entry::parse(bytes).ok()?;
    type_of(&entry.payload).ok().filter(|name| *name == EventType::LedgerKeyRotated.name())?;
    match Event::parse(&entry.payload).ok()?.body {
        Body::LedgerKeyRotated(body) => Some(body.new),
        _ => None,
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

/// Tries anew where the store lacks something, from its files as they were: a read may have failed while it was
/// opened.
pub(super) fn again(setup: &Setup, error: OpenError) -> Result<Tip, OpenError> {
    let lacks = |error: &OpenError| {
        matches!(
            error,
            OpenError::Diverged { .. }
                | OpenError::Store(StoreError::Corrupt(_))
                | OpenError::Absent(Absent::Empty(_))
        )
    };
    let mut tip = Err(error);
    for _ in 0..limits::READ_ANEW {
        if !tip.as_ref().is_err_and(lacks) || setup.store.reopen().is_err() {
            break;
        }
        tip = recover(setup, None);
    }
    tip
}

/// A head that one of the log's keys signed: the first, or one at hand. Which it should be, the entries say.
fn open_head(setup: &Setup, identity: &Identity, note: &str) -> Result<SignedCheckpoint, OpenError> {
    let held = std::iter::once(&setup.log_key).chain(&setup.next_log_key);
    let held = held.map(|key| VerifierKey::ed25519(identity.origin.as_str(), key.public()));
    let first = SignedCheckpoint::open(note, &identity.log_vkey);
    let opened = held.filter_map(|key| SignedCheckpoint::open(note, &key).ok()).next();
    let opened = opened.map_or(first, Ok);
    opened.map_err(|error| other_key(setup, identity, note).unwrap_or(OpenError::Heads(error.to_string())))
}

/// That a key at hand is not the log's, where the head is whole by a key that the entries rotate to.
fn other_key(setup: &Setup, identity: &Identity, note: &str) -> Option<OpenError> {
    let size = SignedCheckpoint::claim(note).ok()?.size;
    let rotated = rotations(&Reader::new(setup.store.clone()), size).ok()?;
    let signs = |key: &PublicKey| VerifierKey::ed25519(identity.origin.as_str(), *key);
    let (_, expected) = rotated.last().copied()?;
    SignedCheckpoint::open(note, &signs(&expected)).ok()?;
    let (found, file) = (setup.log_key.public(), setup.key_file.clone());
    let is_first = signs(&found).to_string() == identity.log_vkey.to_string();
    let place = rotated.iter().position(|(_, key)| *key == found).map(|place| place + 1);
    Some(match place.or(is_first.then_some(0)).and_then(|place| rotated.get(place)) {
        Some((from, _)) => OpenError::FormerKey { file, found, until: from - 1, expected },
        None => OpenError::OtherKey { file, expected, found },
    })
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
    let place = ledger.log_keys().iter().position(|(_, key)| *key == found);
    setup.held(&expected).ok_or(match place.and_then(|place| ledger.log_keys().get(place + 1)) {
        Some((from, _)) => OpenError::FormerKey { file, found, until: from - 1, expected },
        None => OpenError::OtherKey { file, expected, found },
    })
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
