//! The server as it runs in production: the program's own `serve`, in a process of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::load::{Load, Pace, get};

/// Longest wait for a server to be ready.
const READY: Duration = Duration::from_secs(600);

/// What one key may have recorded in a day: more than any load sends, which has few keys.
const KEY_EVENTS: &str = "1000000000";
const KEY_MIB: &str = "1000000";

/// A server process; it is stopped when dropped.
pub(super) struct Served {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// From its start until it was ready.
    pub start: Duration,
}

impl Served {
    /// Serves a data directory.
    ///
    /// # Errors
    /// When it does not start.
    pub(super) fn ledger(data: &Path, options: &[&str]) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        // Ledgers that are kept for measuring may have been copied.
        command
            .args(["serve", "--take-over", "--yes", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(options);
        command.args(["--key-events", KEY_EVENTS, "--key-mib", KEY_MIB]);
        Self::run(command, "/readyz")
    }

    /// Serves the bytes of a file from a bare route, `/bare`.
    ///
    /// # Errors
    /// When it does not start.
    pub(super) fn bare(file: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bench", "--bare"]).arg(file);
        Self::run(command, "/bare")
    }

    fn run(mut command: Command, ready: &str) -> anyhow::Result<Self> {
        let started = Instant::now();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("its output")?).lines();
        let address = loop {
            let Some(line) = lines.next() else { anyhow::bail!("the server ended before it listened") };
            let line = line?;
            if let Some(rest) = line.strip_prefix("http://") {
                break rest.split(' ').next().unwrap_or_default().parse()?;
            }
        };
        let mut served = Self { child, address, start: Duration::ZERO };
        let load = served.load(1, Pace::Closed);
        loop {
            if load.once(&get(ready)).is_ok_and(|answer| answer.status == 200) {
                served.start = started.elapsed();
                return Ok(served);
            }
            anyhow::ensure!(started.elapsed() < READY, "the server is not ready after {READY:?}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// A load on this server.
    pub(super) fn load(&self, connections: usize, pace: Pace) -> Load {
        Load { address: self.address, connections, pace, keep: false }
    }

    /// What it holds in memory now, in megabytes.
    ///
    /// # Errors
    /// When the system does not say.
    pub(super) fn resident_mb(&self) -> anyhow::Result<f64> {
        self.memory_mb("VmRSS:")
    }

    /// The most that it ever held, in megabytes.
    ///
    /// # Errors
    /// When the system does not say.
    pub(super) fn peak_rss_mb(&self) -> anyhow::Result<f64> {
        self.memory_mb("VmHWM:")
    }

    fn memory_mb(&self, row: &str) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let row = status.lines().find_map(|line| line.strip_prefix(row)).context("no memory in /proc")?;
        let kb: f64 = row.trim().trim_end_matches(" kB").parse()?;
        Ok(kb / 1024.0)
    }

    /// Asks it to stop, and waits until it has.
    ///
    /// # Errors
    /// When it ended otherwise than well.
    pub(super) fn stop(mut self) -> anyhow::Result<()> {
        self.terminate();
        let status = self.child.wait()?;
        anyhow::ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }

    fn terminate(&self) {
        let id = rustix::process::Pid::from_child(&self.child);
        let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.terminate();
            let _ = self.child.wait();
        }
    }
}
