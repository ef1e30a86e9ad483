//! What `serve` holds those who ask to.

use std::time::Duration;

use clap::Args;

use crate::api::Bounds;
use crate::limits;

/// Bytes in a mebibyte.
const MIB: usize = 1024 * 1024;

/// The bounds that an operator may set.
#[derive(Debug, Args)]
#[command(next_help_heading = "Bounds")]
pub(super) struct Door {
    /// Most connections at once; the next one waits. By default 2,048, or as many as the limit of
    /// open files leaves when 256 are kept for the ledger
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=i64::from(limits::CONNECTIONS_MOST)))]
    connections: Option<u32>,
    /// Most seconds that an answer may lie unread
    #[arg(long, default_value_t = limits::UNREAD_MS / 1000, value_parser = clap::value_parser!(u64).range(1..=limits::UNREAD_S_MOST))]
    unread_seconds: u64,
    /// Most MiB of batches on their way at once; single events have half of it
    #[arg(long, default_value_t = (limits::BATCH_BYTES_IN_FLIGHT / MIB) as u32, value_parser = clap::value_parser!(u32).range(4..=4096))]
    batch_mib: u32,
    /// Most events recorded under one key in a day
    #[arg(long, default_value_t = limits::KEY_EVENTS_A_DAY, value_parser = clap::value_parser!(u64).range(1..=limits::KEY_EVENTS_MOST))]
    key_events: u64,
    /// Most MiB recorded under one key in a day
    #[arg(long, default_value_t = limits::KEY_BYTES_A_DAY / MIB as u64, value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    key_mib: u64,
}

impl Door {
    /// The bounds to serve within.
    ///
    /// # Errors
    /// More connections than the process may have open files for.
    pub(super) fn bounds(&self) -> anyhow::Result<Bounds> {
        let most = Bounds::default();
        let asked = self.connections.map_or(most.connections, |asked| asked as usize);
        let room = Bounds::connections_at_most();
        if asked > room {
            anyhow::bail!(
                "--connections {asked}: {room} is what the limit of open files leaves; raise that (`ulimit -n`)"
            );
        }
        let batch_bytes = self.batch_mib as usize * MIB;
        Ok(Bounds {
            connections: asked,
            unread: Duration::from_secs(self.unread_seconds),
            batch_bytes,
            event_bytes: batch_bytes / 2,
            key_events: self.key_events,
            key_bytes: self.key_mib * MIB as u64,
            ..most
        })
    }
}
