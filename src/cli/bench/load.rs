//! The load generator: keep-alive connections that send bytes made beforehand.
//!
//! One thread drives all connections, so that as little as can be is taken from the server, which
//! shares the cores.

use std::cell::{Cell, RefCell};
use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::answers::{Answer, Answers};
use super::histogram::Histogram;

/// Longest that a server which is busy may ask to be left alone: beyond that it takes no writes at all.
const BUSY_S: u64 = 10;

/// How requests follow one another.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pace {
    /// Each connection sends its next as soon as it was answered, until all are sent.
    Closed,
    /// The same, round and round, for a time.
    ClosedFor(Duration),
    /// So many per second, whatever the answers do, until all are sent.
    Open(f64),
}

/// What came back.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// From the first request sent to the last one answered.
    pub took: Duration,
    /// When the last request was handed out, and how many had been answered by then.
    pub handed_out: Option<(Duration, u64)>,
    /// Latencies of the answers that were not 503: with [`Pace::Open`], from when it was due.
    pub answered: Histogram,
    /// Latencies of 503s.
    pub busy: Histogram,
    /// Answers by status, the last for each request.
    pub statuses: std::collections::BTreeMap<u16, u64>,
    /// Bodies, where `keep` was asked for, in no order.
    pub bodies: Vec<Vec<u8>>,
}

impl Outcome {
    /// Answered requests per second.
    pub(super) fn per_s(&self) -> f64 {
        self.answered.total() as f64 / self.took.as_secs_f64()
    }

    /// Answered requests per second while there were more to send.
    pub(super) fn steady_per_s(&self) -> f64 {
        self.handed_out.map_or(self.per_s(), |(took, answered)| answered as f64 / took.as_secs_f64())
    }

    /// Refuses an outcome in which an answer had another status.
    ///
    /// # Errors
    /// Says which statuses came.
    pub(super) fn all(self, status: u16) -> anyhow::Result<Self> {
        let others = self.statuses.keys().any(|one| *one != status);
        anyhow::ensure!(!others, "expected {status} only, but the answers were {:?}", self.statuses);
        Ok(self)
    }
}

/// Requests over connections to one server.
pub(super) struct Load {
    /// Where to.
    pub address: SocketAddr,
    /// How many connections.
    pub connections: usize,
    /// How fast.
    pub pace: Pace,
    /// Whether bodies are kept.
    pub keep: bool,
}

impl Load {
    /// Sends the requests; waits until all are answered.
    ///
    /// # Errors
    /// A connection that fails, or an answer that is not HTTP.
    pub(super) fn send(&self, requests: &[Vec<u8>]) -> anyhow::Result<Outcome> {
        std::thread::scope(|scope| {
            let driven = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                runtime.block_on(self.drive(requests))
            });
            driven.join().map_err(|_| anyhow::anyhow!("the load generator panicked"))?
        })
    }

    /// Asks once, on a connection of its own.
    ///
    /// # Errors
    /// As [`Load::send`].
    pub(super) fn once(&self, request: &[u8]) -> anyhow::Result<Answer> {
        let mut stream = std::net::TcpStream::connect(self.address)?;
        stream.write_all(request)?;
        let (mut answers, mut piece) = (Answers::default(), vec![0; 65_536]);
        loop {
            if let Some(answer) = answers.take()? {
                return Ok(answer);
            }
            let read = stream.read(&mut piece)?;
            anyhow::ensure!(read > 0, "the server hung up");
            answers.buffer.extend_from_slice(&piece[..read]);
        }
    }

    async fn drive(&self, requests: &[Vec<u8>]) -> anyhow::Result<Outcome> {
        let mut connections = Vec::new();
        for _ in 0..self.connections {
            connections.push(Connection::open(self.address, self.keep).await?);
        }
        let turns = Turns::begin(self.pace, requests.len());
        let outcome = RefCell::new(Outcome::default());
        let mut works: FuturesUnordered<_> =
            connections.into_iter().map(|one| one.work(requests, &turns, &outcome)).collect();
        while let Some(done) = works.next().await {
            done?;
        }
        drop(works);
        let mut outcome = outcome.into_inner();
        outcome.took = turns.started.elapsed();
        Ok(outcome)
    }
}

/// Whose turn it is: hands out requests and the instants at which they are due.
struct Turns {
    pace: Pace,
    count: usize,
    next: Cell<usize>,
    started: Instant,
    due: Arc<Semaphore>,
}

impl Turns {
    fn begin(pace: Pace, count: usize) -> Self {
        let turns = Self {
            pace,
            count,
            next: Cell::new(0),
            started: Instant::now(),
            due: Arc::new(Semaphore::new(0)),
        };
        if let Pace::Open(per_s) = pace {
            let (started, due) = (turns.started, turns.due.clone());
            // The runtime's timers keep to milliseconds only; a thread of its own keeps to the instant.
            std::thread::spawn(move || {
                for number in 0..count {
                    std::thread::sleep(
                        due_at(started, number, per_s).saturating_duration_since(Instant::now()),
                    );
                    due.add_permits(1);
                }
            });
        }
        turns
    }

    /// The next request and when it is due; none when there are no more.
    async fn next(&self) -> Option<(usize, Instant)> {
        let number = self.next.get();
        let over = match self.pace {
            Pace::ClosedFor(time) => self.started.elapsed() >= time,
            _ => number >= self.count,
        };
        if over {
            return None;
        }
        self.next.set(number + 1);
        match self.pace {
            Pace::Open(per_s) => {
                self.due.acquire().await.ok()?.forget();
                Some((number, due_at(self.started, number, per_s)))
            }
            _ => Some((number % self.count, Instant::now())),
        }
    }
}

fn due_at(started: Instant, number: usize, per_s: f64) -> Instant {
    started + Duration::from_secs_f64(number as f64 / per_s)
}

/// One connection.
struct Connection {
    address: SocketAddr,
    stream: TcpStream,
    /// Whether an answer came on this stream, after which the server may end it.
    answered: bool,
    answers: Answers,
    keep: bool,
}

impl Connection {
    async fn open(address: SocketAddr, keep: bool) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { address, stream, answered: false, answers: Answers::default(), keep })
    }

    async fn work(
        mut self,
        requests: &[Vec<u8>],
        turns: &Turns,
        outcome: &RefCell<Outcome>,
    ) -> anyhow::Result<()> {
        while let Some((number, mut due)) = turns.next().await {
            if number + 1 == turns.count {
                let mut outcome = outcome.borrow_mut();
                let answered = outcome.answered.total();
                outcome.handed_out.get_or_insert((turns.started.elapsed(), answered));
            }
            loop {
                let answer = self.ask(&requests[number]).await?;
                let latency = due.elapsed();
                if answer.status != 503 {
                    let mut outcome = outcome.borrow_mut();
                    outcome.answered.record(latency);
                    *outcome.statuses.entry(answer.status).or_default() += 1;
                    if self.keep {
                        outcome.bodies.push(answer.body);
                    }
                    break;
                }
                let wait_s = answer.retry_after_s.unwrap_or(1);
                let said = || String::from_utf8_lossy(&answer.body);
                anyhow::ensure!(wait_s <= BUSY_S, "the server is not to be measured: {}", said());
                outcome.borrow_mut().busy.record(latency);
                if matches!(turns.pace, Pace::ClosedFor(time) if turns.started.elapsed() >= time) {
                    return Ok(());
                }
                tokio::time::sleep(Duration::from_secs(wait_s)).await;
                due = Instant::now();
            }
        }
        Ok(())
    }

    async fn ask(&mut self, request: &[u8]) -> anyhow::Result<Answer> {
        // A server may end a connection that was silent for long, or after any answer, to have its place.
        if self.answered {
            if let Some(answer) = self.asked(request).await? {
                return Ok(answer);
            }
            *self = Self::open(self.address, self.keep).await?;
        }
        self.answered = true;
        self.asked(request).await?.ok_or_else(|| anyhow::anyhow!("the server hung up"))
    }

    /// The answer; none where the server ended the connection instead.
    async fn asked(&mut self, request: &[u8]) -> anyhow::Result<Option<Answer>> {
        if let Err(error) = self.stream.write_all(request).await {
            return none_if_ended(error);
        }
        loop {
            if let Some(answer) = self.answers.take()? {
                return Ok(Some(answer));
            }
            match self.stream.read_buf(&mut self.answers.buffer).await {
                Ok(0) if self.answers.is_empty() => return Ok(None),
                Ok(0) => anyhow::bail!("the server hung up within an answer"),
                Ok(_) => {}
                Err(error) => return none_if_ended(error),
            }
        }
    }
}

fn none_if_ended(error: std::io::Error) -> anyhow::Result<Option<Answer>> {
    use std::io::ErrorKind::{BrokenPipe, ConnectionReset};
    match error.kind() {
        BrokenPipe | ConnectionReset => Ok(None),
        _ => Err(error.into()),
    }
}

/// A GET request.
pub(super) fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n").into_bytes()
}

/// A POST request.
pub(super) fn post(path: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers every request with `answer`; the requests it took.
    fn server(answers: &'static [&'static str]) -> (SocketAddr, std::thread::JoinHandle<usize>) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let serving = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut taken, mut buffer) = (0, [0; 1024]);
            while stream.read(&mut buffer).unwrap() > 0 {
                stream.write_all(answers[taken.min(answers.len() - 1)].as_bytes()).unwrap();
                taken += 1;
            }
            taken
        });
        (address, serving)
    }

    #[test]
    fn a_503_is_asked_again_after_the_time_it_names() {
        let busy = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n";
        let created = "HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok";
        let answers: &'static [&'static str] = Box::leak(Box::new([busy, created]));
        let (address, serving) = server(answers);
        let load = Load { address, connections: 1, pace: Pace::Closed, keep: true };
        let outcome = load.send(&[get("/"), get("/")]).unwrap().all(201).unwrap();
        assert!(outcome.took >= Duration::from_secs(1));
        assert_eq!((outcome.busy.total(), outcome.answered.total()), (1, 2));
        assert_eq!(outcome.bodies, [b"ok", b"ok"]);
        assert_eq!(serving.join().unwrap(), 3);
    }

    #[test]
    fn a_connection_that_was_ended_after_an_answer_is_opened_anew() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let serving = std::thread::spawn(move || {
            for _ in 0..3 {
                let (mut stream, _) = listener.accept().unwrap();
                assert!(stream.read(&mut [0; 1024]).unwrap() > 0);
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
            }
            drop(listener.accept().unwrap());
        });
        let load = Load { address, connections: 1, pace: Pace::Closed, keep: false };
        load.send(&[get("/"), get("/"), get("/")]).unwrap().all(200).unwrap();
        let hung_up = load.send(&[get("/")]).unwrap_err();
        assert_eq!(hung_up.to_string(), "the server hung up");
        serving.join().unwrap();
    }

    #[test]
    fn a_server_that_takes_no_writes_is_not_waited_for() {
        let (address, _) = server(&[
            "HTTP/1.1 503 Service Unavailable\r\nretry-after: 60\r\ncontent-length: 9\r\n\r\nthe clock",
        ]);
        let load = Load { address, connections: 1, pace: Pace::Closed, keep: false };
        let error = load.send(&[get("/")]).unwrap_err().to_string();
        assert!(error.ends_with("the clock"), "{error}");
    }

    #[test]
    fn an_open_load_keeps_its_pace() {
        let (address, serving) = server(&["HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"]);
        let load = Load { address, connections: 1, pace: Pace::Open(100.0), keep: false };
        let outcome = load.send(&vec![get("/"); 20]).unwrap().all(200).unwrap();
        assert!(outcome.took >= Duration::from_millis(190), "{:?}", outcome.took);
        assert_eq!(serving.join().unwrap(), 20);
    }
}
