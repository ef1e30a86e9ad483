//! Export of a running ledger: the same static folder as of a stopped one, fetched from where it is served.

use std::collections::BTreeSet;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::audit::Progress;
use super::export::{attachment_path, write_private};
use super::exported::{Exported, Needs};
use super::http::{Client, ClientError};
use super::unfinished::Unfinished;
use crate::event::Commitment;
use crate::limits;
use crate::log::{BundleId, SignedCheckpoint, TileId, parse_bundle};
use crate::vault::Attachment;

/// Largest bundle of entries.
const BUNDLE_BYTES: usize = (limits::ENTRY_BYTES + 2) * limits::TILE_WIDTH as usize;

/// Writes the log that a running ledger's checkpoint is of into a new folder, however much is written
/// meanwhile: entries and tiles of a size never change.
///
/// It is written under another name, `FOLDER.partial`, until it is whole. Nothing is verified but that
/// attachments match their commitments: audit the folder.
///
/// # Errors
/// What cannot be fetched or written.
pub async fn export_served(
    client: &Client,
    folder: &Path,
    progress: Progress<'_>,
) -> anyhow::Result<Exported> {
    let unfinished = Unfinished::begin(folder)?;
    let folder = unfinished.path();
    let note = client.text("/checkpoint").await?;
    let size = SignedCheckpoint::claim(&note)?.size;
    let (mut needs, mut written) = (Needs::default(), BTreeSet::new());
    for bundle in BundleId::of_size(size) {
        let bytes = client.bytes(&format!("/{}", bundle.path()), BUNDLE_BYTES).await?;
        for entry in parse_bundle(&bytes)? {
            // What cannot be read is for an audit to find.
            let _ = needs.take(entry);
        }
        write_private(&folder.join(bundle.path()), &bytes)?;
        progress("entries", bundle.first_seq() + u64::from(bundle.width), size);
    }
    for tile in TileId::of_size(size) {
        let bytes = client.bytes(&format!("/{}", tile.path()), 32 * limits::TILE_WIDTH as usize).await?;
        write_private(&folder.join(tile.path()), &bytes)?;
    }
    let named = needs.names();
    for (done, commitment) in (1..).zip(&named) {
        if let Some(attachment) = fetched(client, commitment).await? {
            write_private(&attachment_path(folder, commitment), &attachment.to_file())?;
            written.insert(*commitment);
        }
        progress("attachments", done, named.len() as u64);
    }
    write_private(&folder.join("checkpoint"), note.as_bytes())?;
    unfinished.finish()?;
    Ok(Exported { size, attachments: needs.met_by(&written) })
}

/// The attachment of a commitment; none where it is not kept.
async fn fetched(client: &Client, commitment: &Commitment) -> anyhow::Result<Option<Attachment>> {
    let path = format!("/v1/attachments/{commitment}");
    let headers = ["x-salt", "content-type"];
    let (bytes, [salt, media_type]) =
        match client.bytes_with_headers(&path, limits::ATTACHMENT_BYTES, headers).await {
            Ok(answer) => answer,
            Err(ClientError::Refused { status: 404, .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
    let salt = STANDARD.decode(salt).ok().and_then(|salt| salt.try_into().ok());
    let attachment = salt.map(|salt| Attachment { salt, media_type, bytes });
    let whole = attachment.filter(|one| one.commitment() == *commitment);
    let whole = whole.ok_or_else(|| anyhow::anyhow!("{path} does not match its commitment"))?;
    whole.check()?;
    Ok(Some(whole))
}
