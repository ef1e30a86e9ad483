//! Wakes the writer every second, so that holds rise and end although nobody writes.

use std::time::Duration;

use tokio::sync::mpsc;

use super::work::Work;

/// Time between two looks.
const EVERY: Duration = Duration::from_secs(1);

/// Sends looks until the ledger closes; it holds the queue open no longer than a moment.
pub(super) fn begin(queue: mpsc::WeakSender<Work>) -> std::io::Result<()> {
    let work = move || {
        while let Some(open) = queue.upgrade() {
            // Who has much to do looks before each group of it.
            let _ = open.try_send(Work::Look);
            drop(open);
            std::thread::sleep(EVERY);
        }
    };
    std::thread::Builder::new().name("lookout".to_owned()).spawn(work).map(drop)
}
