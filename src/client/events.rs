//! The events of a log from an entry on, as they are sent: for a ledger that goes on from before them.

use std::io::Write;
use std::ops::ControlFlow;

use super::audit::Progress;
use crate::dsse::Envelope;
use crate::event::Event;
use crate::ledger::{Archive, Submission};
use crate::log::Entry;

/// Writes each event that a data directory's newest head acknowledges, from entry `from` on, as one line that
/// `POST /v1/events/batch` takes, with the attachments that are still kept; how many there are.
///
/// # Errors
/// What cannot be read or written.
pub fn export_events(
    archive: &Archive,
    from: u64,
    out: &mut dyn Write,
    progress: Progress<'_>,
) -> anyhow::Result<u64> {
    let size = archive.head.checkpoint().size;
    anyhow::ensure!(from < size, "there is no entry {from}: the log has {size}");
    let mut failed = None;
    archive.reader.entries(from, size, &mut |seq, bytes| {
        progress("events", seq + 1 - from, size - from);
        match line(archive, bytes).and_then(|line| Ok(writeln!(out, "{line}")?)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error.context(format!("entry {seq}")));
                ControlFlow::Break(())
            }
        }
    })?;
    failed.map_or(Ok(size - from), Err)
}

fn line(archive: &Archive, bytes: &[u8]) -> anyhow::Result<String> {
    let verified = Entry::parse(bytes)?.verify()?;
    let mut attachments = Vec::new();
    for commitment in Event::parse_recorded(verified.payload())?.attachable() {
        attachments.extend(archive.vault.read(&commitment)?);
    }
    Ok(Submission { envelope: Envelope::of(&verified), attachments }.to_json())
}
