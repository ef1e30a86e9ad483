//! The server is killed at random moments under concurrent writes: what was acknowledged stays.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tinnhiem::client::{Client, Draft};
use tinnhiem::clock::Clock;
use tinnhiem::demo;
use tinnhiem::event::{CollaborationDeclared, ValueBand};
use tinnhiem::ledger::{Archive, Ledger, Setup, Submission, fsck};
use tinnhiem::log::{Origin, Receipt, verify_consistency};
use tinnhiem::time::Timestamp;

/// Kills by SIGKILL.
const KILLS: u32 = 60;
/// Clients that write at once; every other one by batch.
const CLIENTS: u64 = 6;

/// A server process and where it listens.
struct Server {
    process: Child,
    base: String,
}

impl Server {
    fn start(data: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_tinnhiem"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let line = lines.find(|line| line.as_ref().is_ok_and(|line| line.starts_with("http://")));
        let line = line.expect("the server says where it listens").unwrap();
        let base = line.split(' ').next().unwrap().to_owned();
        Self { process, base }
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// Random milliseconds, different in every round of every run.
fn random_ms(least: u64, most: u64) -> Duration {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    Duration::from_millis(least + u64::from_be_bytes(bytes) % (most - least))
}

/// Paid work of every business with everyone, which no clock holds up, each at an instant of its own.
fn event(origin: &Origin, client: u64, number: u64) -> Submission {
    let pairs = demo::businesses_and_influencers();
    let (business, key, subject, own_key) = &pairs[(client + number * CLIENTS) as usize % pairs.len()];
    let now = Clock::system().now();
    let on = now.date_at(demo::UTC_OFFSET_MIN);
    let body = CollaborationDeclared {
        campaign: format!("{client}.{number}"),
        category: "sua".parse().unwrap(),
        starts_on: on,
        ends_on: on.plus_days(30),
        value_band: ValueBand::Under100m,
        papers: Vec::new(),
    };
    // Distinct by client and number, and never ahead of the clock.
    let at = Timestamp::from_ms(now.as_ms() / 64 * 64 - 64 + client).unwrap();
    Draft::new(origin, business.clone(), Some(*subject), at, body).sign(&[key, own_key]).unwrap()
}

/// Writes until the server is gone; keeps every receipt it was given.
async fn write(base: String, origin: Origin, client: u64, receipts: Arc<Mutex<Vec<String>>>) {
    let ledger = Client::new(&base);
    for round in 0.. {
        if client.is_multiple_of(2) {
            let events = (0..20).map(|number| event(&origin, client, round * 20 + number));
            let lines: String = events.map(|event| event.to_json() + "\n").collect();
            let mut keep = |fate: serde_json::Value| {
                if let Some(receipt) = fate["receipt"].as_str() {
                    receipts.lock().unwrap().push(receipt.to_owned());
                }
            };
            if ledger.submit_batch(lines.into_bytes(), true, &mut keep).await.is_err() {
                return;
            }
        } else {
            match ledger.submit(&event(&origin, client, round)).await {
                Ok(answer) => receipts.lock().unwrap().push(answer["receipt"].as_str().unwrap().to_owned()),
                Err(_) => return,
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_every_kill() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let today = Clock::system().now().date_at(demo::UTC_OFFSET_MIN);
    demo::seed(&data, today).await.unwrap();
    let ledger = Ledger::open(Setup::at(&data, Clock::system()).unwrap()).unwrap();
    let (origin, vkey) = (ledger.origin().clone(), ledger.log_vkey());
    let seeded = ledger.snapshot().size();
    drop(ledger);
    let receipts = Arc::new(Mutex::new(Vec::new()));
    let started = Instant::now();
    for kill in 0..KILLS {
        let server = Server::start(&data);
        let before = receipts.lock().unwrap().len();
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| tokio::spawn(write(server.base.clone(), origin.clone(), client, receipts.clone())))
            .collect();
        // Half of the time some were acknowledged, however slow the machine is.
        for _ in 0..1000 {
            if kill % 2 == 0 || receipts.lock().unwrap().len() > before + 2 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(random_ms(5, 150)).await;
        server.kill();
        for client in clients {
            client.await.unwrap();
        }
    }
    let report = fsck(&Archive::open(&data).unwrap());
    assert_eq!(report.findings, []);
    let ledger = Ledger::open(Setup::at(&data, Clock::system()).unwrap()).unwrap();
    let snapshot = ledger.snapshot();
    let receipts = receipts.lock().unwrap();
    assert!(receipts.len() as u64 > u64::from(KILLS), "{} receipts", receipts.len());
    let newest = snapshot.checkpoint.checkpoint();
    for text in receipts.iter() {
        let receipt = Receipt::parse(text).unwrap();
        let verified = receipt.verify(&vkey).unwrap();
        assert_eq!(ledger.reader().entry(verified.seq).unwrap().unwrap(), receipt.entry);
        assert_eq!(snapshot.state.index().seq(&verified.event.id()), Some(verified.seq));
        // Its checkpoint is a beginning of the log as it is now.
        let old = &verified.checkpoint;
        let proof = ledger.reader().consistency(old.size, newest.size).unwrap();
        verify_consistency(old.size, &old.root, newest.size, &newest.root, &proof).unwrap();
    }
    println!(
        "{KILLS} kills, {} receipts, {} entries, {:?}",
        receipts.len(),
        newest.size - seeded,
        started.elapsed()
    );
    // What is stored of the state is what replay gives.
    ledger.close();
    drop(ledger);
    let report = fsck(&Archive::open(&data).unwrap());
    assert_eq!((report.findings.len(), report.good), (0, newest.size));
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_stop_it_finishes_what_it_accepted() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let today = Clock::system().now().date_at(demo::UTC_OFFSET_MIN);
    demo::seed(&data, today).await.unwrap();
    let ledger = Ledger::open(Setup::at(&data, Clock::system()).unwrap()).unwrap();
    let origin = ledger.origin().clone();
    drop(ledger);
    let mut server = Server::start(&data);
    let receipts = Arc::new(Mutex::new(Vec::new()));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| tokio::spawn(write(server.base.clone(), origin.clone(), client, receipts.clone())))
        .collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let terminated = Command::new("kill").arg(server.process.id().to_string()).status().unwrap();
    assert!(terminated.success());
    // Clients on kept-alive connections go away as their connections are closed.
    for client in clients {
        client.await.unwrap();
    }
    assert!(server.process.wait().unwrap().success());
    let ledger = Ledger::open(Setup::at(&data, Clock::system()).unwrap()).unwrap();
    for text in receipts.lock().unwrap().iter() {
        let receipt = Receipt::parse(text).unwrap();
        assert_eq!(ledger.reader().entry(receipt.index).unwrap().unwrap(), receipt.entry);
    }
    assert!(!receipts.lock().unwrap().is_empty());
}

#[test]
fn a_second_process_is_told_who_has_the_directory() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let tinnhiem = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tinnhiem"));
        command.args(arguments).current_dir(directory.path());
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(tinnhiem(&["demo", "--data", "data", "--seed-only"]).0, Some(0));
    let server = Server::start(&data);
    for arguments in [&["serve", "--listen", "127.0.0.1:0", "--data", "data"][..], &["fsck", "data"]] {
        let (code, said) = tinnhiem(arguments);
        assert_eq!(code, Some(2));
        assert!(said.contains(&format!("in use by process {}", server.process.id())), "{said}");
    }
    server.kill();
    assert_eq!(tinnhiem(&["fsck", "data"]).0, Some(0));
    assert_eq!(
        tinnhiem(&["demo", "--data", "data", "--today", "2020-01-01", "--listen", "127.0.0.1:0"]).0,
        Some(2)
    );
    let (code, said) = tinnhiem(&["serve", "--data", "nowhere", "--listen", "127.0.0.1:0"]);
    assert_eq!((code, said.contains("tinnhiem init")), (Some(2), true), "{said}");
}
