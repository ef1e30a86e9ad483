//! Auditing a ledger from outside: a running one, or an export of it.

use futures_util::StreamExt;
use serde::Serialize;
use serde_json::Value;

use super::http::ClientError;
use super::source::{Kept, Source};
use crate::audit::{Auditor, CheckedEntry, Finding, Place, TileAudit};
use crate::clock::Date;
use crate::dsse::EventId;
use crate::event::{Commitment, StateAttested, SubjectId};
use crate::ledger::Identity;
use crate::limits;
use crate::log::{BadCheckpoint, BundleId, Checkpoint, SignedCheckpoint, TileId, VerifierKey, parse_bundle};
use crate::score::{At, Score};

/// Bundles and scores fetched at once.
const AT_ONCE: usize = 8;
/// Largest bundle of entries.
const BUNDLE_BYTES: usize = (limits::ENTRY_BYTES + 2) * limits::TILE_WIDTH as usize;

/// What an audit found.
#[derive(Debug, Serialize)]
pub struct AuditReport {
    /// The log.
    pub origin: String,
    /// The key its checkpoint verifies under.
    pub log_vkey: String,
    /// Whether that key was given by the auditor; otherwise it is the ledger's own word.
    pub vkey_given: bool,
    /// The size of the checkpoint.
    pub size: u64,
    /// Its root.
    pub root: String,
    /// How many event signatures verified.
    pub signatures: u64,
    /// How many entries were brought in as history, not recorded by the clock.
    pub replayed: u64,
    /// How many tiles and bundles were compared.
    pub tiles: u64,
    /// How many attachments were compared with their commitments.
    pub attachments: u64,
    /// How many attachments are gone because their events were erased.
    pub erased: u64,
    /// How many served scores were recomputed and compared.
    pub scores: u64,
    /// The date the scores were read on.
    pub as_of: Option<Date>,
    /// The roots of the state that the newest commitment is about, as they were found here.
    pub state: Option<StateAttested>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// Tells how far a long piece of work is: what, how much is done, of how much.
pub type Progress<'a> = &'a mut (dyn FnMut(&str, u64, u64) + Send);

/// Checks a whole ledger: checkpoint, tiles, chain, every signature, every rule, every score.
///
/// # Errors
/// [`ClientError`] when the ledger cannot be read at all; what is wrong in it is in the report.
pub async fn audit(
    source: &Source,
    vkey: Option<VerifierKey>,
    progress: Progress<'_>,
) -> Result<AuditReport, ClientError> {
    let note = source.text("checkpoint").await?;
    let claim = match SignedCheckpoint::claim(&note) {
        Ok(claim) => claim,
        Err(error) => {
            let finding = Finding::new(Place::Checkpoint, error.code(), error.to_string());
            return Ok(AuditReport::broken(&note, vec![finding]));
        }
    };
    let first = BundleId { index: 0, width: claim.size.clamp(1, limits::TILE_WIDTH) as u16 };
    let identity = match source.bytes(&first.path(), BUNDLE_BYTES).await {
        Err(error @ ClientError::Unreachable(..)) => return Err(error),
        Err(error) => {
            let what = format!("it claims {} entries, but {error}", claim.size);
            let finding = Finding::new(Place::Checkpoint, "checkpoint.size", what);
            return Ok(AuditReport::broken(&note, vec![finding]));
        }
        Ok(bytes) => parse_bundle(&bytes)
            .map_err(|error| error.to_string())
            .and_then(|entries| Identity::of(entries.first().copied().unwrap_or_default())),
    };
    let given = vkey.is_some();
    let mut findings = Vec::new();
    let anchor = match (vkey, &identity) {
        (Some(vkey), _) => vkey,
        (None, Ok(identity)) => identity.log_vkey.clone(),
        (None, Err(what)) => {
            findings.push(Finding::new(Place::Entry(0), "ledger.opening", what.clone()));
            return Ok(AuditReport::broken(&note, findings));
        }
    };
    let unsigned = SignedCheckpoint::open(&note, &anchor).err();
    let broken = |error: &BadCheckpoint| {
        let mut findings = vec![Finding::new(Place::Checkpoint, error.code(), error.to_string())];
        // Where the first entry is what was tampered with, both are wrong: name both.
        if let Err(what) = &identity {
            findings.push(Finding::new(Place::Entry(0), "ledger.opening", what.clone()));
        }
        AuditReport::broken(&note, findings)
    };
    // Where another key signed, the entries may say that it followed the one that is trusted.
    if let Some(error) = unsigned.as_ref().filter(|error| identity.is_err() || !error.is_unsigned()) {
        return Ok(broken(error));
    }
    let checkpoint = claim;
    let mut work = Work {
        source,
        size: checkpoint.size,
        auditor: Auditor::new(checkpoint.origin.clone()),
        tiles: TileAudit::default(),
        commitments: Vec::new(),
        compared: 0,
        findings,
    };
    if work.take_entries(progress).await? {
        work.auditor.check_root(&checkpoint);
    }
    let log_vkey = work.auditor.log_vkey(checkpoint.size, &anchor).unwrap_or_else(|| anchor.clone());
    let unsigned = SignedCheckpoint::open(&note, &log_vkey).err();
    if let Some(error) = unsigned {
        let mut report = broken(&error);
        report.findings.extend(work.auditor.findings().iter().cloned());
        return Ok(report);
    }
    work.compare_tiles(progress).await?;
    let (attachments, erased) = work.compare_attachments(progress).await?;
    let (scores, as_of) = work.compare_scores(progress).await?;
    let mut findings = work.auditor.findings().to_vec();
    findings.extend(work.findings);
    Ok(AuditReport {
        origin: checkpoint.origin.to_string(),
        log_vkey: log_vkey.to_string(),
        vkey_given: given,
        size: checkpoint.size,
        root: checkpoint.root.to_string(),
        signatures: work.auditor.signatures(),
        replayed: work.auditor.replayed(),
        tiles: work.compared,
        attachments,
        erased,
        scores,
        as_of,
        state: work.auditor.committed(),
        findings,
    })
}

impl AuditReport {
    fn broken(note: &str, findings: Vec<Finding>) -> Self {
        let claim = SignedCheckpoint::claim(note).ok();
        Self {
            origin: claim.as_ref().map(|claim| claim.origin.to_string()).unwrap_or_default(),
            log_vkey: String::new(),
            vkey_given: false,
            size: claim.as_ref().map_or(0, |claim| claim.size),
            root: claim.map(|claim| claim.root.to_string()).unwrap_or_default(),
            signatures: 0,
            replayed: 0,
            tiles: 0,
            attachments: 0,
            erased: 0,
            scores: 0,
            as_of: None,
            state: None,
            findings,
        }
    }

    /// The checkpoint that was audited; none where there is none of this log.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        let (origin, root) = (self.origin.parse().ok()?, self.root.parse().ok()?);
        (!self.log_vkey.is_empty()).then_some(Checkpoint { origin, size: self.size, root })
    }

    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }
}

/// An audit under way.
struct Work<'a> {
    source: &'a Source,
    size: u64,
    auditor: Auditor,
    tiles: TileAudit,
    /// Commitments, whether each is a text that must be there, and the event that makes it.
    commitments: Vec<(Commitment, bool, EventId)>,
    compared: u64,
    findings: Vec<Finding>,
}

impl Work<'_> {
    /// Fetches and takes every entry; false when they end early.
    async fn take_entries(&mut self, progress: Progress<'_>) -> Result<bool, ClientError> {
        let bundles = BundleId::of_size(self.size).map(|bundle| {
            let source = self.source.clone();
            // Spawned, so that bundles are fetched and their signatures checked on every core.
            let checked = tokio::spawn(async move {
                let bytes = source.bytes(&bundle.path(), BUNDLE_BYTES).await?;
                Ok(check_bundle(&bytes, &bundle))
            });
            async move { (bundle, checked.await) }
        });
        let mut bundles = futures_util::stream::iter(bundles).buffered(AT_ONCE);
        while let Some((bundle, checked)) = bundles.next().await {
            let place = || Place::Tile(bundle.path());
            let checked = match checked.unwrap_or_else(|_| Ok(CheckedBundle::default())) {
                Err(error @ ClientError::Unreachable(..)) => return Err(error),
                Err(error) => {
                    self.findings.push(Finding::new(place(), "tile.missing", error.to_string()));
                    return Ok(false);
                }
                Ok(checked) => checked,
            };
            self.compared += 1;
            let whole = checked.fault.is_none() && checked.entries.len() == usize::from(bundle.width);
            for (entry, commitments) in checked.entries {
                let tiles = &mut self.tiles;
                self.auditor.take(entry, |node| tiles.expect(node));
                self.commitments.extend(commitments);
            }
            if !whole {
                let what =
                    checked.fault.unwrap_or_else(|| "it holds fewer entries than it should".to_owned());
                self.findings.push(Finding::new(place(), "tile.bundle", what));
                return Ok(false);
            }
            progress("entries", self.auditor.size(), self.size);
        }
        Ok(true)
    }

    /// Compares every published tile with what the entries make.
    async fn compare_tiles(&mut self, progress: Progress<'_>) -> Result<(), ClientError> {
        let all: Vec<TileId> = TileId::of_size(self.auditor.size()).collect();
        let total = all.len() as u64;
        // Where entries are missing, the tiles at the edge are published in another width.
        let whole = self.auditor.size() == self.size;
        let all = all.into_iter().filter(|tile| whole || u64::from(tile.width) == limits::TILE_WIDTH);
        let source = self.source;
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
                Err(error) => found.push(Finding::new(place(), "tile.missing", error.to_string())),
            }
            compared += 1;
            progress("tiles", compared, total);
        }
        drop(fetched);
        self.findings.extend(found);
        self.compared += compared;
        Ok(())
    }

    /// Compares every attachment that is kept with its commitment: texts must be kept unless their
    /// events were erased, and what only erased events name must be gone.
    async fn compare_attachments(&mut self, progress: Progress<'_>) -> Result<(u64, u64), ClientError> {
        let state = self.auditor.state();
        let commitments =
            std::mem::take(&mut self.commitments).into_iter().map(|(commitment, text, event)| {
                (commitment, if state.is_erased(&event) { Fate::Erased } else { Fate::of(text) })
            });
        let mut commitments: Vec<(Commitment, Fate)> = commitments.collect();
        commitments.sort_unstable();
        commitments.dedup_by_key(|(commitment, _)| *commitment);
        let total = commitments.len() as u64;
        let source = self.source;
        let kept = source.attachments();
        let kept = kept.as_ref();
        let fetched = commitments.into_iter().map(|(commitment, fate)| async move {
            let is_there = kept.is_none_or(|kept| kept.contains(&commitment));
            let found = if is_there { source.attachment(&commitment).await } else { Kept::Missing };
            (commitment, fate, found)
        });
        let mut fetched = futures_util::stream::iter(fetched).buffered(AT_ONCE);
        let (mut found, mut seen, mut compared, mut erased) = (Vec::new(), 0, 0, 0);
        while let Some((commitment, fate, kept)) = fetched.next().await {
            erased += u64::from(fate == Fate::Erased);
            let finding = match kept {
                Kept::Whole | Kept::Wrong(_) if fate == Fate::Erased => {
                    Some(("attachment.kept", "its events were erased, and it is still there".to_owned()))
                }
                Kept::Whole => {
                    compared += 1;
                    None
                }
                Kept::Missing if fate != Fate::Text => None,
                Kept::Missing => Some(("attachment.missing", "its bytes are not there".to_owned())),
                Kept::Wrong(what) => Some(("attachment.damaged", what)),
            };
            if let Some((code, what)) = finding {
                found.push(Finding::new(Place::Attachment(commitment), code, what));
            }
            seen += 1;
            progress("attachments", seen, total);
        }
        drop(fetched);
        self.findings.extend(found);
        Ok((compared, erased))
    }

    /// Recomputes every score that a running ledger serves.
    async fn compare_scores(&mut self, progress: Progress<'_>) -> Result<(u64, Option<Date>), ClientError> {
        let Source::Running(client) = self.source else { return Ok((0, None)) };
        if self.auditor.derailed() || self.auditor.state().size() != self.size {
            return Ok((0, None));
        }
        let ledger: Value = client.json("/v1/ledger").await?;
        let today = ledger["today"].as_str().and_then(|today| today.parse().ok()).unwrap_or_default();
        let state = self.auditor.state();
        let as_of = state.date_of(state.last_at()).max(today);
        let at = At { size: self.size, as_of };
        let subjects: Vec<SubjectId> = state.dossiers().iter().map(|one| one.subject).collect();
        let total = subjects.len() as u64;
        let fetched = subjects.into_iter().map(|subject| async move {
            let path = format!("/v1/subjects/{subject}/score/{}/{}", at.size, at.as_of);
            (subject, client.json::<Score>(&path).await)
        });
        let mut fetched = futures_util::stream::iter(fetched).buffered(AT_ONCE);
        let (mut found, mut compared) = (Vec::new(), 0);
        while let Some((subject, served)) = fetched.next().await {
            let what = match served {
                Ok(served) if Some(&served) == state.score(&subject, at).as_ref() => None,
                Ok(_) => Some("the served score is not the one that the log makes".to_owned()),
                Err(error @ ClientError::Unreachable(..)) => return Err(error),
                Err(error) => Some(error.to_string()),
            };
            if let Some(what) = what {
                found.push(Finding::new(Place::Score(subject), "score.differs", what));
            }
            compared += 1;
            progress("scores", compared, total);
        }
        drop(fetched);
        self.findings.extend(found);
        Ok((compared, Some(as_of)))
    }
}

/// The entries of a bundle, checked as far as each can be alone.
#[derive(Default)]
struct CheckedBundle {
    entries: Vec<(CheckedEntry, Vec<(Commitment, bool, EventId)>)>,
    fault: Option<String>,
}

fn check_bundle(bytes: &[u8], bundle: &BundleId) -> CheckedBundle {
    let (entries, fault) = match parse_bundle(bytes) {
        Ok(entries) => (entries, None),
        Err(error) => {
            let seq = bundle.first_seq() + error.0 as u64;
            (Vec::new(), Some(format!("entry {seq} cannot be read: {error}")))
        }
    };
    let checked = CheckedEntry::check_each(&entries).into_iter().map(|entry| {
        let commitments = commitments(&entry);
        (entry, commitments)
    });
    CheckedBundle { entries: checked.collect(), fault }
}

/// What an entry commits to, and whether each is a text.
fn commitments(entry: &CheckedEntry) -> Vec<(Commitment, bool, EventId)> {
    let Some(recording) = entry.recording() else { return Vec::new() };
    let (event, id) = (recording.event, recording.id);
    let texts = event.texts();
    event.attachable().into_iter().map(|one| (one, texts.contains(&one), id)).collect()
}

/// What must become of an attachment, by the events that commit to it; the first holds where they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// It must be there.
    Text,
    /// It may be there.
    Document,
    /// It must be gone.
    Erased,
}

impl Fate {
    fn of(text: bool) -> Self {
        if text { Self::Text } else { Self::Document }
    }
}
