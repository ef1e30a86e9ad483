//! Every entry of a stored log in order, read by one thread, opened by all cores, taken by one.

use std::ops::ControlFlow;
use std::sync::mpsc;

use crate::store::{Store, StoreError, read_range};

/// Entries opened together: few, so that what is on its way stays in the processor's caches.
const CHUNK: usize = 64;
/// Chunks on their way to and from each opener.
const AHEAD: usize = 4;

/// Entries in the order of the log, each as its length and its bytes.
#[derive(Default)]
struct Chunk {
    first: u64,
    bytes: Vec<u8>,
    lengths: Vec<usize>,
}

impl Chunk {
    fn begin(&mut self, first: u64) {
        self.first = first;
        self.bytes.clear();
        self.lengths.clear();
    }

    fn entries(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = &self.bytes[..];
        self.lengths.iter().map(move |length| {
            let (entry, after) = rest.split_at(*length);
            rest = after;
            entry
        })
    }
}

/// Opens the entries from seq `from` up to but not including `to` with `open`, some together, on every
/// core, and hands what it makes of each to `take` in order, until it breaks or the store ends.
///
/// # Errors
/// [`StoreError`] where the store cannot be read; the entries before were taken.
pub(super) fn scan<T: Send>(
    store: &dyn Store,
    from: u64,
    to: u64,
    open: &(dyn Fn(u64, &[&[u8]]) -> Vec<T> + Sync),
    take: &mut dyn FnMut(u64, T) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let openers = std::thread::available_parallelism().map_or(1, usize::from);
    // Chunks go round: fresh memory costs more than the copying.
    let (give_back, emptied) = mpsc::sync_channel(2 * openers * AHEAD);
    std::thread::scope(|scope| {
        let mut give = Vec::new();
        let mut opened = Vec::new();
        for _ in 0..openers {
            let (send, chunks) = mpsc::sync_channel::<Chunk>(AHEAD);
            let (done, entries) = mpsc::sync_channel::<(u64, Vec<T>)>(AHEAD);
            give.push(send);
            opened.push(entries);
            let give_back = give_back.clone();
            scope.spawn(move || {
                for chunk in chunks {
                    let first = chunk.first;
                    let entries = open(first, &chunk.entries().collect::<Vec<_>>());
                    let _ = give_back.try_send(chunk);
                    if done.send((first, entries)).is_err() {
                        break;
                    }
                }
            });
        }
        let reader = scope.spawn(move || read_chunks(store, from, to, &give, &emptied));
        // Chunk n went to opener n modulo their number, so asking them in turn keeps the order.
        'all: for turn in (0..openers).cycle() {
            let Ok((first, entries)) = opened[turn].recv() else { break };
            for (seq, entry) in (first..).zip(entries) {
                if take(seq, entry).is_break() {
                    break 'all;
                }
            }
        }
        drop(opened);
        match reader.join() {
            Ok(read) => read,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

fn read_chunks(
    store: &dyn Store,
    from: u64,
    to: u64,
    give: &[mpsc::SyncSender<Chunk>],
    emptied: &mpsc::Receiver<Chunk>,
) -> Result<(), StoreError> {
    let mut turn = 0;
    let mut chunk = Chunk { first: from, ..Chunk::default() };
    let mut send = |chunk: &mut Chunk, next: u64| {
        let mut empty = emptied.try_recv().unwrap_or_default();
        empty.begin(next);
        let full = std::mem::replace(chunk, empty);
        let sent = give[turn % give.len()].send(full);
        turn += 1;
        sent.is_ok()
    };
    let read = read_range(store, from, to, &mut |seq, entry| {
        chunk.bytes.extend_from_slice(entry);
        chunk.lengths.push(entry.len());
        if chunk.lengths.len() == CHUNK && !send(&mut chunk, seq + 1) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    if !chunk.lengths.is_empty() {
        send(&mut chunk, to);
    }
    read
}
