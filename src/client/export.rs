//! Export: a static tlog-tiles folder with the attachments; import makes a data directory of it.

use std::collections::BTreeSet;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::audit::{Auditing, Progress, audit_log};
use super::exported::{Exported, Needs};
use super::source::Source;
use super::unfinished::Unfinished;
use crate::clock::Clock;
use crate::dsse::PublicKey;
use crate::event::{Commitment, Event};
use crate::ledger::{
    Archive, LOG_KEY_FILE, Making, NEXT_LOG_KEY_FILE, OpenError, Setup, clear, keeps, present, restore,
    vacant,
};
use crate::log::{BundleId, Entry, SignedCheckpoint, TileId, VerifierKey, encode_bundle, parse_bundle};
use crate::store::{create_private_file, create_private_folder};
use crate::vault::{Attachment, Vault, read_secret};

/// Where the attachments lie in an export.
pub(super) fn attachments_path(folder: &Path) -> PathBuf {
    folder.join("attachments")
}

/// Where an attachment lies in an export.
pub(super) fn attachment_path(folder: &Path, commitment: &Commitment) -> PathBuf {
    attachments_path(folder).join(commitment.to_string())
}

/// Writes a file that is its owner's alone, with the folders above it.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(parent) = path.parent() {
        create_private_folder(parent).with_context(|| parent.display().to_string())?;
    }
    let written = create_private_file(path).and_then(|mut file| file.write_all(bytes));
    written.with_context(|| path.display().to_string())
}

/// Writes the log that a data directory's newest head acknowledges into a new folder.
///
/// It is written under another name, `FOLDER.partial`, until it is whole.
///
/// # Errors
/// What cannot be read or written; nothing is left then.
pub fn export(archive: &Archive, folder: &Path, progress: Progress<'_>) -> anyhow::Result<Exported> {
    let unfinished = Unfinished::begin(folder)?;
    let folder = unfinished.path();
    let size = archive.head.checkpoint().size;
    for bundle in BundleId::of_size(size) {
        let (first, width) = (bundle.first_seq(), u64::from(bundle.width));
        let mut entries: Vec<Vec<u8>> = Vec::new();
        archive.reader.entries(first, first + width, &mut |_, entry| {
            entries.push(entry.to_vec());
            ControlFlow::Continue(())
        })?;
        if entries.len() as u64 != width {
            anyhow::bail!("the store ends at entry {}: run `tinnhiem fsck`", first + entries.len() as u64);
        }
        write_private(&folder.join(bundle.path()), &encode_bundle(entries.iter().map(Vec::as_slice)))?;
        progress("entries", first + width, size);
    }
    for tile in TileId::of_size(size) {
        write_private(&folder.join(tile.path()), &archive.reader.tile(&tile)?)?;
    }
    let commitments = archive.vault.commitments()?;
    let (needs, mut written) = (needed(archive, size, progress)?, BTreeSet::new());
    for (done, commitment) in (1..).zip(&commitments) {
        if keeps(&archive.reader, needs.state(), commitment)?
            && let Some(attachment) = archive.vault.read(commitment)?
        {
            write_private(&attachment_path(folder, commitment), &attachment.to_file())?;
            written.insert(*commitment);
        }
        progress("attachments", done, commitments.len() as u64);
    }
    write_private(&folder.join("checkpoint"), archive.head.note().as_bytes())?;
    unfinished.finish()?;
    Ok(Exported { size, attachments: needs.met_by(&written) })
}

/// What the entries that are exported need.
fn needed(archive: &Archive, size: u64, progress: Progress<'_>) -> anyhow::Result<Needs> {
    let (mut needs, mut broken) = (Needs::default(), None);
    archive.reader.entries(0, size, &mut |seq, entry| {
        broken = needs.take(entry).err();
        progress("what they need", seq + 1, size);
        if broken.is_none() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    match broken {
        None => Ok(needs),
        Some(finding) => anyhow::bail!("{finding}: run `tinnhiem fsck`"),
    }
}

/// A file of an export.
fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| path.display().to_string())
}

/// The commitments that the entries of an export name.
fn named(folder: &Path, size: u64) -> anyhow::Result<BTreeSet<Commitment>> {
    let mut named = BTreeSet::new();
    for bundle in BundleId::of_size(size) {
        let bytes = read(&folder.join(bundle.path()))?;
        for bytes in parse_bundle(&bytes)? {
            let entry = Entry::parse(bytes)?;
            named.extend(Event::parse_recorded(&entry.payload)?.attachable());
        }
    }
    Ok(named)
}

/// Checks that a directory may be filled with an export, and that a key at hand signed its checkpoint.
async fn check_ends(folder: &Path, directory: &Path, key_file: &Path) -> anyhow::Result<()> {
    if present(folder).is_ok() {
        anyhow::bail!(
            "{path} is a data directory, no export: `tinnhiem export --data {path} OUT` makes one of it",
            path = folder.display()
        );
    }
    if !folder.exists() {
        let detail = format!("{} does not exist: name the folder of an export", folder.display());
        anyhow::bail!(std::io::Error::new(std::io::ErrorKind::NotFound, detail));
    }
    let note = String::from_utf8_lossy(&read(&folder.join("checkpoint"))?).into_owned();
    vacant(directory, key_file)?;
    let claim = SignedCheckpoint::claim(&note).with_context(|| format!("{}/checkpoint", folder.display()))?;
    if !key_file.exists() {
        let (folder, file) = (folder.to_owned(), key_file.to_owned());
        return Err(OpenError::ExportKey { folder, file }.into());
    }
    let key = read_secret(key_file)?.public();
    let next = key_file.with_file_name(NEXT_LOG_KEY_FILE);
    let next = if next.exists() { Some(read_secret(&next)?.public()) } else { None };
    let signed = |key: &PublicKey| {
        SignedCheckpoint::open(&note, &VerifierKey::ed25519(claim.origin.as_str(), *key)).is_ok()
    };
    if !signed(&key) && !next.is_some_and(|next| signed(&next)) {
        let (file, folder) = (key_file.to_owned(), folder.to_owned());
        let keys = Source::Folder(folder.clone()).log_keys().await;
        let expected = keys.iter().map(VerifierKey::key).find(|key| signed(key));
        return Err(OpenError::NotItsKey { file, found: key, folder, expected }.into());
    }
    Ok(())
}

/// Makes a data directory of an export, after auditing it.
///
/// The directory must hold nothing of a ledger but the log's key, where that does not lie apart. Nobody signs
/// there yet: see [`crate::ledger::Claim`].
///
/// # Errors
/// The audit's findings, or what cannot be read or written; what was made goes again then.
pub async fn import(
    folder: &Path,
    directory: &Path,
    log_key: Option<&Path>,
    vkey: Option<VerifierKey>,
    progress: Progress<'_>,
) -> anyhow::Result<u64> {
    let key_file = log_key.map_or(directory.join(LOG_KEY_FILE), Path::to_owned);
    clear(directory)?;
    // Reading it all takes long: what would stop it afterwards is looked at first.
    check_ends(folder, directory, &key_file).await?;
    let auditing = Auditing { vkey, ..Auditing::default() };
    let report = audit_log(&Source::Folder(folder.to_owned()), &auditing, progress).await?.report;
    if let Some(finding) = report.findings.first() {
        anyhow::bail!(
            "the export does not audit clean: {finding}. Run `tinnhiem audit {}`",
            folder.display()
        );
    }
    let making = Making::begin(directory)?;
    let setup = Setup::create_with_key(directory, &key_file, Clock::system())?;
    let vkey: VerifierKey = report.log_vkey.parse()?;
    let note = String::from_utf8(read(&folder.join("checkpoint"))?)?;
    let signed = SignedCheckpoint::open(&note, &vkey)?;
    if setup.held(&vkey.key()).is_none() {
        let (expected, found) = (vkey.key(), setup.log_key.public());
        return Err(OpenError::OtherKey { file: key_file, expected, found }.into());
    }
    let vault = Vault::open(directory);
    let attachments = attachments_path(folder);
    let size = signed.checkpoint().size;
    if attachments.exists() {
        let named = named(folder, size)?;
        for file in std::fs::read_dir(&attachments).with_context(|| attachments.display().to_string())? {
            let attachment = Attachment::from_file(&read(&file?.path())?);
            let attachment = attachment.filter(|one| named.contains(&one.commitment()));
            drop(vault.store(attachment.as_slice())?);
        }
    }
    let mut bundles = BundleId::of_size(size);
    restore(&setup, &signed, &mut || {
        let Some(bundle) = bundles.next() else { return Ok(Vec::new()) };
        let path = folder.join(bundle.path());
        let bytes = std::fs::read(&path)
            .map_err(|error| std::io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
        let entries = parse_bundle(&bytes).map_err(|error| std::io::Error::other(error.to_string()))?;
        progress("entries", bundle.first_seq() + entries.len() as u64, size);
        Ok(entries.into_iter().map(<[u8]>::to_vec).collect())
    })?;
    // Closed before it is whole, so that nothing of it is written after.
    drop(setup);
    making.finish()?;
    Ok(size)
}
