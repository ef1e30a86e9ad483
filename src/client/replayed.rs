//! A log as an auditor takes it: fetched, checked and replayed, and followed while it grows.

use std::collections::BTreeSet;

use futures_util::StreamExt;

use super::audit::{Auditing, BUNDLE_BYTES, Progress};
use super::beside::Beside;
use super::http::ClientError;
use super::report::NotCompared;
use super::source::{Kept, Source};
use crate::audit::{Attachments, AttachmentsMet, Auditor, CheckedEntry, Fate, Finding, Place, TileAudit};
use crate::dsse::EventId;
use crate::event::Commitment;
use crate::ledger::Mirror;
use crate::limits;
use crate::log::{BundleId, Checkpoint, Hash, SignedCheckpoint, TileId, VerifierKey, readable_entries};

/// Bundles, tiles and attachments fetched at once.
const AT_ONCE: usize = 8;

/// A log that was replayed.
pub struct Replayed {
    source: Source,
    /// The state and everything that is wrong with the entries.
    pub auditor: Auditor,
    tiles: TileAudit,
    named: Attachments,
    /// The attachments that are there and whole.
    whole: BTreeSet<Commitment>,
    pub(super) tiles_compared: u64,
    pub(super) findings: Vec<Finding>,
    pub(super) not_compared: Vec<NotCompared>,
    /// The ledger as it would answer; none of a folder that is not to answer, or where entries are missing.
    pub mirror: Option<Mirror>,
    signed: Option<(SignedCheckpoint, VerifierKey)>,
}

/// How a ledger stands against what was taken of it.
pub enum Moved {
    /// It is where it was.
    Still,
    /// It grew, and what was added was taken.
    On,
    /// It shows what does not go on from what it showed before.
    Off(Finding),
}

impl Replayed {
    pub(super) fn new(source: &Source, claim: &Checkpoint, auditing: &Auditing) -> std::io::Result<Self> {
        let answers = auditing.answering || matches!(source, Source::Running(_));
        let mirror = answers.then(Mirror::new).transpose()?;
        Ok(Self {
            source: source.clone(),
            auditor: Auditor::new(claim.origin.clone(), auditing.clock.now()),
            tiles: TileAudit::default(),
            named: Attachments::default(),
            whole: BTreeSet::new(),
            tiles_compared: 0,
            findings: Vec::new(),
            not_compared: Vec::new(),
            mirror,
            signed: None,
        })
    }

    /// Whether every attachment is at hand that answers may be made of.
    pub fn has_every_text(&self) -> bool {
        let mut fates = self.named.fates(self.auditor.state());
        fates.all(|(commitment, fate)| fate != Fate::Text || self.whole.contains(&commitment))
    }

    /// Fetches and takes the entries up to a checkpoint's size, and compares its root.
    pub(super) async fn take_entries(
        &mut self,
        claim: &Checkpoint,
        progress: Progress<'_>,
    ) -> Result<(), ClientError> {
        let known = self.auditor.size();
        let bundles = BundleId::of_size(claim.size);
        let bundles = bundles.filter(|bundle| bundle.first_seq() + u64::from(bundle.width) > known);
        let source = self.source.clone();
        let fetched = bundles.map(move |bundle| {
            let source = source.clone();
            // Spawned, so that bundles are fetched and their signatures checked on every core.
            let checked = tokio::spawn(async move {
                let bytes = source.bytes(&bundle.path(), BUNDLE_BYTES).await?;
                Ok(CheckedBundle::of(bytes, &bundle, known))
            });
            async move { (bundle, checked.await) }
        });
        let mut fetched = futures_util::stream::iter(fetched).buffered(AT_ONCE);
        while let Some((bundle, checked)) = fetched.next().await {
            let checked = match checked.unwrap_or_else(|_| Ok(CheckedBundle::default())) {
                Err(error @ ClientError::Unreachable(..)) => return Err(error),
                Err(error) => {
                    let place = Place::Tile(bundle.path());
                    self.findings.push(Finding::new(place, "tile.missing", error.to_string()));
                    CheckedBundle::default()
                }
                Ok(checked) => {
                    self.tiles_compared += 1;
                    checked
                }
            };
            self.take_bundle(&bundle, checked)?;
            let end = bundle.first_seq() + u64::from(bundle.width);
            if self.auditor.size() < end && !self.pass_over(&bundle, end).await {
                self.not_compared.push(NotCompared::new(
                    format!("the entries from {} on, and the root", self.auditor.size()),
                    "neither the entries nor their hashes are there",
                ));
                return Ok(());
            }
            // However many entries a checkpoint claims, what is served in their place ends here.
            if self.findings.len() + self.auditor.findings().len() > limits::AUDIT_FINDINGS_IN_ALL
                && self.auditor.size() < claim.size
            {
                self.mirror = None;
                self.not_compared.push(NotCompared::new(
                    format!("the entries from {} on, and the root", self.auditor.size()),
                    "too much is wrong before them",
                ));
                return Ok(());
            }
            progress("entries", self.auditor.size(), claim.size);
        }
        drop(fetched);
        if !self.auditor.check_root(claim) {
            // What was taken is not what was signed: nothing that is answered follows from it.
            self.mirror = None;
        }
        Ok(())
    }

    fn take_bundle(&mut self, bundle: &BundleId, checked: CheckedBundle) -> Result<(), ClientError> {
        let (tiles, mirror) = (&mut self.tiles, &mut self.mirror);
        for (named, entry) in checked.entries {
            self.auditor.take(entry, |node| {
                tiles.expect(node);
                mirror.iter_mut().for_each(|mirror| mirror.expect(node));
            });
            self.named.note(named);
        }
        if let Some(mirror) = &mut self.mirror {
            let (entries, _) = readable_entries(&checked.bytes);
            let taken = entries.into_iter().take(usize::from(bundle.width)).skip(checked.skipped);
            mirror.append(taken).map_err(|error| ClientError::Local(std::io::Error::other(error)))?;
        }
        if let Some(what) = checked.fault {
            self.findings.push(Finding::new(Place::Tile(bundle.path()), "tile.bundle", what));
        }
        Ok(())
    }

    /// Takes the hashes of entries that are not there, as their tile has them: the root tells whether they
    /// are right. False where there is none.
    async fn pass_over(&mut self, bundle: &BundleId, end: u64) -> bool {
        self.mirror = None;
        let tile = TileId { level: 0, index: bundle.index, width: bundle.width };
        let Ok(hashes) = self.source.bytes(&tile.path(), 32 * limits::TILE_WIDTH as usize).await else {
            return false;
        };
        let taken = (self.auditor.size() - bundle.first_seq()) as usize;
        for hash in hashes.chunks_exact(32).take(usize::from(bundle.width)).skip(taken) {
            let hash = Hash::from_bytes(hash.try_into().expect("32 bytes"));
            self.auditor.pass_over(hash, |node| self.tiles.expect(node));
        }
        self.auditor.size() == end
    }

    /// Compares every published tile with what the entries make.
    pub(super) async fn compare_tiles(&mut self, progress: Progress<'_>) -> Result<(), ClientError> {
        let size = self.signed.as_ref().map_or(self.auditor.size(), |(signed, _)| signed.checkpoint().size);
        let all: Vec<TileId> = TileId::of_size(self.auditor.size()).collect();
        let total = all.len() as u64;
        // Where entries are missing, the tiles at the edge are published in another width.
        let whole = self.auditor.size() == size;
        let all = all.into_iter().filter(|tile| whole || u64::from(tile.width) == limits::TILE_WIDTH);
        let source = &self.source;
        let fetched = all.map(|tile| async move {
            (tile, source.bytes(&tile.path(), 32 * limits::TILE_WIDTH as usize).await)
        });
        let mut fetched = futures_util::stream::iter(fetched).buffered(AT_ONCE);
        let mut found = Vec::new();
        let mut compared = 0;
        while let Some((tile, bytes)) = fetched.next().await {
            let place = || Place::Tile(tile.path());
            match bytes {
                Ok(bytes) => found.extend(self.tiles.check(&tile, &bytes)),
                Err(error @ ClientError::Unreachable(..)) => return Err(error),
                Err(error) => found.push(Finding::new(place(), "tile.missing", error.to_string())),
            }
            compared += 1;
            progress("tiles", compared, total);
        }
        drop(fetched);
        self.findings.extend(found);
        self.tiles_compared += compared;
        Ok(())
    }

    /// Compares every attachment that is kept with its commitment, each once: texts must be kept unless
    /// their events were erased, and what only erased events name must be gone.
    pub(super) async fn compare_attachments(
        &mut self,
        progress: Progress<'_>,
    ) -> Result<AttachmentsMet, ClientError> {
        let mut fates: Vec<(Commitment, Fate)> = self.named.fates(self.auditor.state()).collect();
        let names = fates.iter().map(|(commitment, _)| *commitment).collect();
        let listed = match self.source.attachments(&names).await {
            Err(ClientError::Unreadable(path, what)) => {
                let place = Place::Answer(path);
                self.findings.push(Finding::new(place, "answer.differs", format!("no list: {what}")));
                None
            }
            listed => listed?,
        };
        let others = listed.as_ref().map_or(0, |listed| listed.others);
        if others > 0 {
            self.not_compared.push(NotCompared::new(
                format!("{others} attachments or more that are listed, and that no entry up to the checkpoint names"),
                "what comes in is kept before its entry is recorded, and this log does not tell what it is",
            ));
        }
        let all = fates.len();
        // What may be there and is not listed was never attached.
        if let Some(listed) = &listed {
            fates.retain(|(commitment, fate)| *fate != Fate::Document || listed.kept.contains(commitment));
        }
        let unlisted = all - fates.len();
        if unlisted > 0 && matches!(self.source, Source::Running(_)) {
            self.not_compared.push(NotCompared::new(
                format!("{unlisted} documents that entries commit to"),
                "they need not be attached, and the ledger does not list them among what it keeps",
            ));
        }
        let mut met = AttachmentsMet::default();
        let mut found = Vec::new();
        let total = fates.len() as u64;
        let source = &self.source;
        let fetched = fates.into_iter().map(|(commitment, fate)| {
            let source = source.clone();
            // What a folder does not hold needs no look.
            let absent = matches!(source, Source::Folder(_))
                && listed.as_ref().is_some_and(|listed| !listed.kept.contains(&commitment));
            let kept = tokio::spawn(async move {
                if absent { Kept::Missing } else { source.attachment(&commitment).await }
            });
            async move { (commitment, fate, kept.await) }
        });
        let mut fetched = futures_util::stream::iter(fetched).buffered(AT_ONCE);
        let mut unjudged = 0;
        while let Some((commitment, fate, kept)) = fetched.next().await {
            let kept = kept.unwrap_or_else(|error| Kept::Wrong("attachment.damaged", error.to_string()));
            let finding = match kept {
                Kept::Whole(_) | Kept::Wrong(..) if fate == Fate::Erased => {
                    Some(("attachment.kept", "its events were erased, and it is still there".to_owned()))
                }
                Kept::Whole(attachment) => {
                    met.whole(fate);
                    if let Some(mirror) = &self.mirror {
                        mirror.keep(&attachment).map_err(ClientError::Local)?;
                    }
                    self.whole.insert(commitment);
                    let listed = listed.as_ref().is_none_or(|listed| listed.kept.contains(&commitment));
                    (!listed).then(|| {
                        ("attachment.unlisted", "it is kept, and not among what is listed".to_owned())
                    })
                }
                Kept::Missing if fate == Fate::Erased => {
                    met.erased(self.named.is_text(&commitment));
                    None
                }
                Kept::Missing if fate != Fate::Text => None,
                // Past what was judged, the log may say that it was erased.
                Kept::Missing if self.auditor.unjudged().is_some() => {
                    unjudged += 1;
                    None
                }
                Kept::Missing => Some(("attachment.missing", "its bytes are not there".to_owned())),
                Kept::Wrong(code, what) => Some((code, what)),
            };
            if let Some((code, what)) = finding {
                found.push(Finding::new(Place::Attachment(commitment), code, what));
            }
            progress("attachments", met.kept(), total);
        }
        drop(fetched);
        self.findings.extend(found);
        if unjudged > 0 {
            self.not_compared.push(NotCompared::new(
                format!("{unjudged} texts that are not there"),
                "whether they were erased stands in entries that were not judged",
            ));
        }
        Ok(met)
    }

    /// Names what lies in a folder beside what the checkpoint of this size and the entries ask for.
    pub(super) fn look_beside(&mut self, size: u64) {
        let Source::Folder(folder) = &self.source else { return };
        let every_entry = self.auditor.unjudged().is_none() && self.auditor.size() == size;
        let not_compared = match Beside::of(folder, size, &self.named, every_entry) {
            Ok(beside) => {
                self.findings.extend(beside.findings);
                let what = format!("{} attachments that no entry at hand names", beside.unjudged);
                (beside.unjudged > 0).then(|| NotCompared::new(what, "not every entry can be read"))
            }
            Err(error) => Some(NotCompared::new("what else lies in the folder", error.to_string())),
        };
        self.not_compared.extend(not_compared);
    }

    /// Shows what was taken as the ledger that it is.
    pub(super) fn publish(&mut self, signed: SignedCheckpoint, log_vkey: VerifierKey) {
        let complete = self.auditor.state().size() == signed.checkpoint().size;
        match &mut self.mirror {
            Some(mirror) if complete => mirror.publish(self.auditor.state().clone(), signed.clone()),
            _ => self.mirror = None,
        }
        self.signed = Some((signed, log_vkey));
    }

    /// Takes what a running ledger has recorded since.
    ///
    /// # Errors
    /// [`ClientError`] when it cannot be read.
    pub async fn follow(&mut self) -> Result<Moved, ClientError> {
        let Some((known, log_vkey)) = self.signed.clone() else { return Ok(Moved::Still) };
        let note = self.source.text("checkpoint").await?;
        let off = |code, what: String| Ok(Moved::Off(Finding::new(Place::Checkpoint, code, what)));
        let claim = match SignedCheckpoint::claim(&note) {
            Ok(claim) => claim,
            Err(error) => return off(error.code(), error.to_string()),
        };
        let before = known.checkpoint();
        if claim.origin != before.origin || claim.size < before.size {
            let what =
                format!("it showed {} entries of {} before, now {}", before.size, before.origin, claim.size);
            return off("checkpoint.shrunk", what);
        }
        if claim.size == before.size {
            let same = claim.root == before.root;
            let what = || format!("at size {} it showed root {} before", claim.size, before.root);
            return if same { Ok(Moved::Still) } else { off("checkpoint.forked", what()) };
        }
        let (judged, found) = (self.auditor.findings().len(), self.findings.len());
        self.take_entries(&claim, &mut |_, _, _| {}).await?;
        let wrong = self.auditor.findings().get(judged).or(self.findings.get(found)).cloned();
        let log_vkey = self.auditor.log_vkey(claim.size, &log_vkey).unwrap_or(log_vkey);
        let signed = match SignedCheckpoint::open(&note, &log_vkey) {
            Ok(signed) => signed,
            Err(error) => return off(error.code(), error.to_string()),
        };
        self.follow_attachments().await?;
        self.publish(signed, log_vkey);
        Ok(wrong.map_or(Moved::On, Moved::Off))
    }

    async fn follow_attachments(&mut self) -> Result<(), ClientError> {
        let fates: Vec<_> = self.named.fates(self.auditor.state()).collect();
        let Some(mirror) = &self.mirror else { return Ok(()) };
        for (commitment, fate) in fates {
            match (fate, self.whole.contains(&commitment)) {
                (Fate::Erased, true) => {
                    mirror.forget(&commitment).map_err(ClientError::Local)?;
                    self.whole.remove(&commitment);
                }
                (Fate::Text, false) => {
                    if let Kept::Whole(attachment) = self.source.attachment(&commitment).await {
                        mirror.keep(&attachment).map_err(ClientError::Local)?;
                        self.whole.insert(commitment);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The checkpoint up to which the log was taken.
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        self.signed.as_ref().map(|(signed, _)| signed.checkpoint())
    }
}

/// The entries of a bundle, checked as far as each can be alone.
#[derive(Default)]
struct CheckedBundle {
    bytes: Vec<u8>,
    /// How many at its beginning were taken before.
    skipped: usize,
    entries: Vec<(Vec<(Commitment, EventId, bool)>, CheckedEntry)>,
    fault: Option<String>,
}

impl CheckedBundle {
    fn of(bytes: Vec<u8>, bundle: &BundleId, known: u64) -> Self {
        let width = usize::from(bundle.width);
        let (mut readable, malformed) = readable_entries(&bytes);
        let fault = match malformed {
            Some(error) => {
                let seq = bundle.first_seq() + error.0 as u64;
                Some(format!("entry {seq} cannot be read: {error}"))
            }
            None if readable.len() < width => Some("it holds fewer entries than it should".to_owned()),
            None if readable.len() > width => Some("it holds more entries than it should".to_owned()),
            None => None,
        };
        readable.truncate(width);
        let skipped = (known.saturating_sub(bundle.first_seq()) as usize).min(readable.len());
        let checked = CheckedEntry::check_each(&readable[skipped..]).into_iter();
        let entries = checked.map(|entry| (Attachments::of(&entry), entry)).collect();
        Self { skipped, entries, fault, bytes }
    }
}
