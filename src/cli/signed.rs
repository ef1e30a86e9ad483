//! What keys have signed, whatever it is and whoever issued it: read out of the log itself

use crate::api::views::{EventRow, LedgerView};
use crate::client::Client;
use crate::dsse::{EventId, PublicKey};
use crate::event::Event;
use crate::limits;
use crate::log::{BundleId, Entry, parse_bundle};
use crate::time::Timestamp;

/// Largest bundle of entries.
const BUNDLE_BYTES: usize = (limits::ENTRY_BYTES + 2) * limits::TILE_WIDTH as usize;

/// Most bundles that are looked through, 256 entries each.
const MOST_BUNDLES: usize = 40_000;

/// The entries that any of these keys signed after a seq and since a moment, the oldest first.
///
/// # Errors
/// When the ledger does not answer, or what it answers is no log.
pub(super) async fn by(
    client: &Client,
    keys: &[PublicKey],
    after: Option<u64>,
    since: Timestamp,
) -> anyhow::Result<Vec<EventRow>> {
    let ledger: LedgerView = client.json("/v1/ledger").await?;
    let first = after.map_or(0, |after| after.saturating_add(1));
    let mut signed = Vec::new();
    // The newest first: what is asked for is mostly new.
    for (read, bundle) in BundleId::of_size(ledger.size).rev().enumerate() {
        anyhow::ensure!(
            read < MOST_BUNDLES,
            "the log is too long to be looked through: name a later start, --after SEQ"
        );
        let bytes = client.bytes(&format!("/{}", bundle.path()), BUNDLE_BYTES).await?;
        let entries = parse_bundle(&bytes)?;
        let mut is_old = bundle.first_seq() < first;
        for (seq, bytes) in (bundle.first_seq()..).zip(entries) {
            let entry = Entry::parse(bytes)?;
            is_old |= entry.recorded_at < since;
            let sought = first <= seq && since <= entry.recorded_at;
            if sought && entry.signatures.iter().any(|(key, _)| keys.contains(key)) {
                signed.push(row(seq, &entry)?);
            }
        }
        if is_old {
            break;
        }
    }
    signed.sort_by_key(|row| row.seq);
    Ok(signed)
}

fn row(seq: u64, entry: &Entry) -> anyhow::Result<EventRow> {
    let event = Event::parse_recorded(&entry.payload)?;
    Ok(EventRow {
        seq,
        id: EventId::of_payload(&entry.payload),
        recorded_at: entry.recorded_at,
        type_name: event.body.event_type().name().to_owned(),
        issuer: event.issuer,
        subject: event.subject,
        corrections: Vec::new(),
        fate: None,
    })
}
