//! Nobody outside holds up the server: connections, bodies, unread answers, rates, and what is logged.

use std::time::{Duration, Instant};

use serde_json::Value;
use tinnhiem::api::Bounds;
use tinnhiem::client::{Client, ClientError};
use tinnhiem::clock::Clock;
use tinnhiem::limits;
use tinnhiem::time::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::batch::{events, lines};
use crate::programme::*;

/// What no answer of these tests comes near unless something is held up.
const SOON: Duration = Duration::from_secs(60);

async fn connect(client: &Client) -> TcpStream {
    TcpStream::connect(client.base().trim_start_matches("http://")).await.unwrap()
}

async fn is_served(client: &Client) {
    let answer = tokio::time::timeout(SOON, client.text("/healthz")).await.expect("it is held up");
    assert_eq!(answer.unwrap(), "ok\n");
}

/// What the other end sends until it closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let read = tokio::time::timeout(SOON, stream.read_to_end(&mut answer)).await.expect("it is never closed");
    let _ = read;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_connections_make_room_for_those_who_ask() {
    let programme = Programme::start(policy()).await;
    let bounds = Bounds { connections: 4, head: Duration::from_millis(300), ..Bounds::default() };
    let client = programme.served_anew(bounds).await;
    let mut silent = Vec::new();
    for number in 0..12 {
        let mut stream = connect(&client).await;
        // Nothing, half a head, and a request that is answered and not followed by another.
        let sent =
            ["", "GET /healthz HTTP/1.1\r\nhost:", "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"][number % 3];
        stream.write_all(sent.as_bytes()).await.unwrap();
        silent.push(stream);
    }
    is_served(&client).await;
    for (number, stream) in silent.iter_mut().enumerate() {
        let told = rest(stream).await;
        assert_eq!(told.contains("200 OK"), number % 3 == 2, "{told}");
    }
}

/// Whoever is beyond the bound waits where it costs the process no file.
#[tokio::test(flavor = "multi_thread")]
async fn no_more_connections_are_taken_than_there_may_be() {
    let programme = Programme::start(policy()).await;
    let client = programme.served_anew(Bounds { connections: 2, ..Bounds::default() }).await;
    let mut taken = Vec::new();
    for _ in 0..2 {
        let mut stream = connect(&client).await;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost:").await.unwrap();
        taken.push(stream);
    }
    let mut waiting = connect(&client).await;
    waiting.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut first = [0];
    let answered = tokio::time::timeout(Duration::from_millis(500), waiting.read(&mut first)).await;
    assert!(answered.is_err(), "a third is answered while two are open");
    taken.pop();
    assert!(rest(&mut waiting).await.contains("200 OK"));
}

/// The id under which the log tells of an answer.
fn id(answer: &str) -> String {
    let (head, _) = answer.split_once("\r\n\r\n").unwrap();
    let line = head.lines().find_map(|line| line.strip_prefix("x-request-id: "));
    line.unwrap_or_else(|| panic!("{answer}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_come_is_told_so() {
    let programme = Programme::start(policy()).await;
    let late = Duration::from_millis(200);
    let bounds = Bounds { body: late, whole_batch: Duration::from_millis(600), ..Bounds::default() };
    let client = programme.served_anew(bounds).await;
    let head = |path: &str| {
        format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 99999\r\n\r\n")
    };
    for path in ["/v1/events", "/v1/policies/diff", "/v1/events/batch"] {
        let mut stream = connect(&client).await;
        stream.write_all((head(path) + "{\"a\": ").as_bytes()).await.unwrap();
        let told = rest(&mut stream).await;
        assert!(told.contains("\"code\":\"body.late\"") && id(&told).len() == 16, "{path}: {told}");
    }
    // One byte at a time, each in time, never ends it either.
    let mut stream = connect(&client).await;
    stream.write_all(head("/v1/events/batch").as_bytes()).await.unwrap();
    let started = Instant::now();
    while stream.write_all(b"x").await.is_ok() && started.elapsed() < SOON {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(started.elapsed() < SOON);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_read_is_cut_off_and_gives_back_what_it_held() {
    let programme = Programme::start(policy()).await;
    let bounds = Bounds { connections: 1, unread: Duration::from_millis(300), ..Bounds::default() };
    let client = programme.served_anew(bounds).await;
    let size = programme.ledger.snapshot().size();
    let body = "{}\n".repeat(50_000);
    let head = format!("POST /v1/events/batch HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len());
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let address = client.base().trim_start_matches("http://").parse().unwrap();
    let mut stubborn = socket.connect(address).await.unwrap();
    let sending = tokio::spawn(async move {
        let _ = stubborn.write_all((head + &body).as_bytes()).await;
        stubborn
    });
    // The only place is taken until it is cut off; then there is room, for batches too.
    is_served(&client).await;
    let events = events(&programme, 300);
    let mut told = Vec::new();
    let each = &mut |fate: Value| told.push(fate["status"].clone());
    let sent = client.submit_batch(lines(&events), true, each);
    tokio::time::timeout(SOON, sent).await.expect("it is held up").unwrap();
    assert_eq!(told, vec![Value::from(201); 300]);
    assert_eq!(programme.ledger.snapshot().size(), size + 300);
    drop(sending);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_batches_within_little_memory_are_all_answered() {
    let programme = Programme::start(policy()).await;
    let bounds = Bounds { batch_bytes: 4 * 1024 * 1024, event_bytes: 1024 * 1024, ..Bounds::default() };
    let client = programme.served_anew(bounds).await;
    let events = events(&programme, 1_500);
    let sending = (0..6).map(|_| {
        let (client, lines) = (client.clone(), lines(&events));
        tokio::spawn(async move {
            let mut statuses = Vec::new();
            let each = &mut |fate: Value| statuses.push(fate["status"].as_u64().unwrap());
            client.submit_batch(lines, true, each).await.unwrap();
            statuses
        })
    });
    let mut fresh = 0;
    for sent in sending.collect::<Vec<_>>() {
        let statuses = sent.await.unwrap();
        assert!(statuses.iter().all(|status| [200, 201].contains(status)));
        fresh += statuses.iter().filter(|status| **status == 201).count();
    }
    assert_eq!(fresh, 1_500);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_records_so_much_a_day_and_pays_for_nothing_else() {
    let at: Timestamp = "2026-03-02T03:00:00.000Z".parse().unwrap();
    let programme = Programme::start_at(policy(), Clock::manual(at)).await;
    let client = programme.served_anew(Bounds { key_events: 4, ..Bounds::default() }).await;
    let events = events(&programme, 30);
    let of_a1: Vec<_> = events.iter().step_by(3).cloned().collect();
    // What is refused, and what stood there before, costs nothing.
    let stranger = programme.draft(party("a1"), Some(subject("nobody")), assessment(programme.today()));
    let stranger = stranger.sign(&[&key("a1")]).unwrap();
    for _ in 0..6 {
        assert!(matches!(
            client.submit(&stranger).await,
            Err(ClientError::Refused { status: 404 | 422 | 409 | 403, .. })
        ));
        client.submit(&of_a1[0]).await.unwrap();
    }
    for event in &of_a1[1..4] {
        client.submit(event).await.unwrap();
    }
    let body = of_a1[4].to_json();
    let refused = reqwest::Client::new().post(format!("{}/v1/events", client.base())).body(body);
    let refused = refused.send().await.unwrap();
    assert_eq!(refused.status(), 429);
    let wait_s: u32 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((21_000..=21_600).contains(&wait_s), "{wait_s}");
    assert_eq!(refused.json::<Value>().await.unwrap()["code"], "key.rate");
    // Others have a rate of their own, in batches too.
    let mut told = Vec::new();
    client.submit_batch(lines(&events[1..12]), false, &mut |fate| told.push(fate)).await.unwrap();
    let of =
        |wanted: &str| told.iter().filter(|fate| fate["code"] == wanted || fate["status"] == wanted).count();
    let recorded = told.iter().filter(|fate| fate["status"] == 201).count();
    assert_eq!((recorded, of("key.rate")), (8, 0), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_is_bounded_in_bytes_and_lines() {
    let programme = Programme::start(policy()).await;
    let lines = |count: usize| (0..count).map(|number| format!("x-{number}: y\r\n")).collect::<String>();
    let head =
        |path: &str, rest: &str| format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{rest}\r\n");
    let filling = |bytes: usize| format!("x: {}\r\n", "a".repeat(bytes));
    let bare = head("/healthz", &filling(0)).len();
    for (sent, status) in [
        (head("/healthz", &lines(limits::HEAD_LINES - 2)), "200"),
        (head("/healthz", &lines(limits::HEAD_LINES - 1)), "431"),
        (head("/healthz", &lines(5_000)), "431"),
        (head("/healthz", &filling(limits::HEAD_BYTES - bare)), "200"),
        (head("/healthz", &filling(limits::HEAD_BYTES - bare + 1)), "431"),
        (head("/healthz", &filling(70_000)), "431"),
        (head("/healthz", &filling(1_000_000)), "431"),
        (head(&format!("/{}", "a".repeat(limits::HEAD_BYTES)), ""), "431"),
        (head(&format!("/v1/subjects?q={}", "a".repeat(limits::HEAD_BYTES)), ""), "431"),
        (head(&format!("/{}", "a".repeat(limits::HEAD_BYTES / 2)), ""), "404"),
    ] {
        let mut stream = connect(&programme.client).await;
        let _ = stream.write_all(sent.as_bytes()).await;
        let told = rest(&mut stream).await;
        assert!(
            told.starts_with(&format!("HTTP/1.1 {status} ")),
            "{} bytes, {status}: {told:.80}",
            sent.len()
        );
    }
    is_served(&programme.client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_says_it_is_too_long_is_not_waited_for() {
    let programme = Programme::start(policy()).await;
    let (one, many) = (limits::SUBMISSION_BYTES, limits::BATCH_BYTES);
    for (path, most, code) in [
        ("/v1/events", one, "submission.too_large"),
        ("/v1/policies/diff", one, "submission.too_large"),
        ("/v1/events/batch", many, "batch.too_large"),
        ("/v1/events/batch?receipts=false", many, "batch.too_large"),
    ] {
        for (extra, body) in [("", 0), ("expect: 100-continue\r\n", 0), ("", 100_000), ("", 4 * one)] {
            let mut stream = connect(&programme.client).await;
            let head =
                format!("POST {path} HTTP/1.1\r\nhost: x\r\n{extra}content-length: {}\r\n\r\n", most + 1);
            let sent = [head.into_bytes(), vec![b' '; body]].concat();
            let asked = Instant::now();
            let _ = stream.write_all(&sent).await;
            let told = rest(&mut stream).await;
            assert!(told.starts_with("HTTP/1.1 413 ") && told.contains(code), "{path}: {told:.300}");
            assert!(told.contains("connection: close") && id(&told).len() == 16, "{told:.300}");
            assert!(
                asked.elapsed() < Duration::from_millis(limits::BODY_PIECE_MS / 2),
                "{path} is waited for"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_taken_for_a_second_request_that_was_sent_as_a_body() {
    let programme = Programme::start(policy()).await;
    let hidden = "GET /checkpoint HTTP/1.1\r\nhost: x\r\n\r\n";
    let (length, chunked) =
        (format!("content-length: {}\r\n", 5 + hidden.len()), "transfer-encoding: chunked\r\n");
    for headers in [
        format!("{length}{chunked}"),
        format!("{chunked}{length}"),
        "content-length: 5\r\ncontent-length: 6\r\n".to_owned(),
        "content-length: +5\r\n".to_owned(),
        "content-length: 5, 5\r\n".to_owned(),
        "transfer-encoding: chunked, identity\r\n".to_owned(),
        "transfer-encoding: gzip, chunked\r\nconnection: close\r\n".to_owned(),
    ] {
        let mut stream = connect(&programme.client).await;
        let sent = format!("POST /v1/events HTTP/1.1\r\nhost: x\r\n{headers}\r\n0\r\n\r\n{hidden}");
        let _ = stream.write_all(sent.as_bytes()).await;
        let told = rest(&mut stream).await;
        let status = if headers.contains("gzip") { "415" } else { "400" };
        assert!(told.starts_with(&format!("HTTP/1.1 {status} ")), "{headers}: {told:.200}");
        assert_eq!(told.matches("HTTP/1.1 ").count(), 1, "{headers}: {told:.400}");
    }
}

#[test]
fn each_request_is_logged_in_one_line_without_what_was_searched_for() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let program = env!("CARGO_BIN_EXE_tinnhiem");
    let seeded = std::process::Command::new(program)
        .args(["demo", "--seed-only", "--today", "2026-06-01", "--data"])
        .arg(&data)
        .output()
        .unwrap();
    assert!(seeded.status.success(), "{}", String::from_utf8_lossy(&seeded.stderr));
    let log = std::fs::File::create(folder.path().join("log")).unwrap();
    let mut server = std::process::Command::new(program)
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(&data)
        .env("TINNHIEM_LOG", "info")
        .stdout(std::process::Stdio::piped())
        .stderr(log)
        .spawn()
        .unwrap();
    let mut told = std::io::BufRead::lines(std::io::BufReader::new(server.stdout.take().unwrap()));
    let line =
        told.find(|line| line.as_ref().is_ok_and(|line| line.starts_with("http://"))).unwrap().unwrap();
    let base = line.split(' ').next().unwrap().to_owned();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (found, missing) = runtime.block_on(async {
        let id = async |request: reqwest::RequestBuilder| {
            let answer = request.send().await.unwrap();
            answer.headers()["x-request-id"].to_str().unwrap().to_owned()
        };
        let http = reqwest::Client::new();
        let found = id(http.get(format!("{base}/v1/subjects?q=hidden-words"))).await;
        let missing = id(http.post(format!("{base}/v1/events")).body("secret body")).await;
        (found, missing)
    });
    let _ = server.kill();
    let _ = server.wait();
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    for (id, method, path, status) in
        [(found, "GET", "/v1/subjects", "200"), (missing, "POST", "/v1/events", "400")]
    {
        let of_it: Vec<&str> = log.lines().filter(|line| line.contains(&id)).collect();
        let [line] = of_it[..] else { panic!("{id} is not in one line: {log}") };
        for part in [method, path, status, "took"] {
            assert!(line.contains(part), "{line} does not say {part}");
        }
    }
    assert!(!log.contains("hidden-words") && !log.contains("secret"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_refused_at_the_door_says_why() {
    let programme = Programme::start(policy()).await;
    let long = "a".repeat(limits::HEAD_BYTES);
    let mut ids = std::collections::BTreeSet::new();
    for (sent, status, code) in [
        ("GET / HTTP/1.1\r\nconnection: close\r\n\r\n".to_owned(), 400, "request.host"),
        ("GET / HTTP/1.1\r\nhost: x\r\nhost: x\r\n\r\n".to_owned(), 400, "request.host"),
        ("GET / HTTP/1.0\r\nhost: x\r\nhost: y\r\n\r\n".to_owned(), 400, "request.host"),
        ("GET / HTTP/1.1\r\nhost: x y\r\n\r\n".to_owned(), 400, "request.host"),
        (format!("GET / HTTP/1.1\r\nhost: x\r\nx: {long}\r\n\r\n"), 431, "request.head"),
        ("hello\r\n\r\n".to_owned(), 400, "request.malformed"),
        ("GET / HTTP/1.1\r\nhost x\r\n\r\n".to_owned(), 400, "request.malformed"),
    ] {
        let mut stream = connect(&programme.client).await;
        let _ = stream.write_all(sent.as_bytes()).await;
        let told = rest(&mut stream).await;
        assert!(
            told.starts_with("HTTP/1.") && told[8..].starts_with(&format!(" {status} ")),
            "{sent:.60}: {told}"
        );
        let (head, body) = told.split_once("\r\n\r\n").unwrap();
        for says in ["application/problem+json", "cache-control: no-store", "nosniff"] {
            assert!(head.contains(says), "{says}: {told}");
        }
        assert!(ids.insert(id(&told)), "{told}");
        let problem: Value = serde_json::from_str(body).unwrap();
        assert_eq!(
            (problem["code"].as_str(), problem["status"].as_u64()),
            (Some(code), Some(status)),
            "{told}"
        );
    }
    for sent in
        ["GET /healthz HTTP/1.0\r\n\r\n", "GET /healthz HTTP/1.1\r\nhost:\r\nconnection: close\r\n\r\n"]
    {
        let mut stream = connect(&programme.client).await;
        stream.write_all(sent.as_bytes()).await.unwrap();
        assert!(rest(&mut stream).await.contains(" 200 OK"), "{sent}");
    }
}
