//! Auditing a ledger from outside: a running one, or an export of it.

use super::http::ClientError;
use super::replayed::Replayed;
use super::report::{AuditReport, NotCompared, OTHER_HISTORIES};
use super::source::Source;
use crate::audit::{Finding, Place};
use crate::clock::Clock;
use crate::ledger::Identity;
use crate::limits;
use crate::log::{BadCheckpoint, BundleId, Checkpoint, SignedCheckpoint, VerifierKey, readable_entries};

/// Largest bundle of entries.
pub(super) const BUNDLE_BYTES: usize = (limits::ENTRY_BYTES + 2) * limits::TILE_WIDTH as usize;

/// How an audit is made.
#[derive(Clone)]
pub struct Auditing {
    /// The log's key, from somewhere that the operator cannot change.
    pub vkey: Option<VerifierKey>,
    /// The auditor's own clock.
    pub clock: Clock,
    /// Whether the log of a folder is to answer too, as that of a running ledger does.
    pub answering: bool,
}

impl Default for Auditing {
    fn default() -> Self {
        Self { vkey: None, clock: Clock::system(), answering: false }
    }
}

/// Tells how far a long piece of work is: what, how much is done, of how much.
pub type Progress<'a> = &'a mut (dyn FnMut(&str, u64, u64) + Send);

/// An audit of the log: what it found, and the log as it was replayed, where there is one.
pub struct Audited {
    /// What it found.
    pub report: AuditReport,
    /// The log, for who goes on.
    pub replayed: Option<Replayed>,
}

/// Checks a whole log: checkpoint, tiles, chain, every signature, every rule, every attachment.
///
/// What a running ledger answers beside its log is compared by [`crate::oracle`].
///
/// # Errors
/// [`ClientError`] when the ledger cannot be read at all; what is wrong in it is in the report.
pub async fn audit_log(
    source: &Source,
    auditing: &Auditing,
    progress: Progress<'_>,
) -> Result<Audited, ClientError> {
    let note = match source.text("checkpoint").await {
        Ok(note) => note,
        Err(ClientError::File(path, what)) if is_no_note(&path) => {
            let finding = Finding::new(Place::Checkpoint, "checkpoint.unreadable", what);
            return Ok(broken(auditing, None, vec![finding]));
        }
        Err(error) => return Err(error),
    };
    let claim = match SignedCheckpoint::claim(&note) {
        Ok(claim) => claim,
        Err(error) => {
            let finding = Finding::new(Place::Checkpoint, error.code(), error.to_string());
            return Ok(broken(auditing, None, vec![finding]));
        }
    };
    let first = BundleId { index: 0, width: claim.size.clamp(1, limits::TILE_WIDTH) as u16 };
    let identity = match source.bytes(&first.path(), BUNDLE_BYTES).await {
        Err(error @ ClientError::Unreachable(..)) => return Err(error),
        Err(error) => {
            let what = format!("it claims {} entries, but {error}", claim.size);
            let finding = Finding::new(Place::Checkpoint, "checkpoint.size", what);
            return Ok(broken(auditing, Some(&claim), vec![finding]));
        }
        Ok(bytes) => Identity::of(readable_entries(&bytes).0.first().copied().unwrap_or_default()),
    };
    let anchor = match (&auditing.vkey, &identity) {
        (Some(vkey), _) => vkey.clone(),
        (None, Ok(identity)) => identity.log_vkey.clone(),
        (None, Err(what)) => {
            let finding = Finding::new(Place::Entry(0), "ledger.opening", what.clone());
            return Ok(broken(auditing, Some(&claim), vec![finding]));
        }
    };
    let faults = |error: &BadCheckpoint| {
        let mut findings = vec![Finding::new(Place::Checkpoint, error.code(), error.to_string())];
        // Where the first entry is what was tampered with, both are wrong: name both.
        if let Err(what) = &identity {
            findings.push(Finding::new(Place::Entry(0), "ledger.opening", what.clone()));
        }
        findings
    };
    // Where another key signed, the entries may say that it followed the one that is trusted.
    let unsigned = SignedCheckpoint::open(&note, &anchor).err();
    if let Some(error) = unsigned.as_ref().filter(|error| identity.is_err() || !error.is_unsigned()) {
        return Ok(broken(auditing, Some(&claim), faults(error)));
    }
    let mut replayed = Replayed::new(source, &claim, auditing).map_err(ClientError::Local)?;
    replayed.take_entries(&claim, progress).await?;
    let log_vkey = replayed.auditor.log_vkey(claim.size, &anchor).unwrap_or_else(|| anchor.clone());
    let signed = match SignedCheckpoint::open(&note, &log_vkey) {
        Ok(signed) => signed,
        Err(error) => {
            let mut audited = broken(auditing, Some(&claim), faults(&error));
            audited.report.findings.extend(replayed.auditor.findings().iter().cloned());
            return Ok(audited);
        }
    };
    replayed.compare_tiles(progress).await?;
    let met = replayed.compare_attachments(progress).await?;
    replayed.look_beside(claim.size);
    let auditor = &replayed.auditor;
    let mut report = AuditReport {
        log_vkey: log_vkey.to_string(),
        newest_at: (auditor.state().size() > 0).then(|| auditor.state().last_at()),
        signatures: auditor.signatures(),
        replayed: auditor.replayed(),
        tiles: replayed.tiles_compared,
        attachments: met.kept(),
        texts: met.texts,
        documents: met.documents,
        erased: met.gone(),
        erased_texts: met.erased_texts,
        erased_documents: met.erased_documents,
        unjudged: auditor.unjudged().cloned(),
        not_compared: std::mem::take(&mut replayed.not_compared),
        state: auditor.committed(),
        findings: auditor.findings().to_vec(),
        ..broken(auditing, Some(&claim), Vec::new()).report
    };
    report.findings.append(&mut replayed.findings);
    report.not_compared.push(NotCompared::new(OTHER_HISTORIES.0, OTHER_HISTORIES.1));
    replayed.publish(signed, log_vkey);
    Ok(Audited { report, replayed: Some(replayed) })
}

/// Whether what lies in the place of a checkpoint can be none, whoever reads it.
fn is_no_note(path: &std::path::Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| !file.is_file() || file.len() > limits::NOTE_BYTES as u64)
}

/// The report of an audit that comes no further.
fn broken(auditing: &Auditing, claim: Option<&Checkpoint>, findings: Vec<Finding>) -> Audited {
    let report = AuditReport {
        origin: claim.map(|claim| claim.origin.to_string()).unwrap_or_default(),
        log_vkey: auditing.vkey.as_ref().map(VerifierKey::to_string).unwrap_or_default(),
        vkey_given: auditing.vkey.is_some(),
        size: claim.map_or(0, |claim| claim.size),
        root: claim.map(|claim| claim.root.to_string()).unwrap_or_default(),
        audited_at: auditing.clock.now(),
        newest_at: None,
        signatures: 0,
        replayed: 0,
        tiles: 0,
        attachments: 0,
        texts: 0,
        documents: 0,
        erased: 0,
        erased_texts: 0,
        erased_documents: 0,
        unjudged: None,
        answers: None,
        not_compared: vec![NotCompared::new(
            "entries, tiles, attachments and answers",
            "without a checkpoint that its key signed there is nothing to compare them with",
        )],
        state: None,
        findings,
    };
    Audited { report, replayed: None }
}
