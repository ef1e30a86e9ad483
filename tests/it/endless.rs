//! A server that never comes to an end holds nobody: neither its answers, nor its listings, nor its log.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use serde_json::{Value, json};
use tinnhiem::api;
use tinnhiem::client::{Auditing, Client, ClientError, Patience, Source, audit_log};
use tinnhiem::event::Commitment;
use tinnhiem::limits;
use tinnhiem::log::{BundleId, Checkpoint, encode_bundle, parse_bundle};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::audited_answers::{Between, Rewriting};
use crate::believed::run;
use crate::programme::*;

/// Far less than what is waited for below without a bound.
const SOON: Duration = Duration::from_secs(20);

fn patience() -> Patience {
    Patience { connect: Duration::from_millis(300), idle: Duration::from_millis(300) }
}

/// A server that begins each answer with these bytes and goes on with one byte after the other; its address.
async fn dripping(begins: &'static str, drop: u8) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = stream.write_all(begins.as_bytes()).await;
                while stream.write_all(&[drop]).await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            });
        }
    });
    address
}

/// Each piece came in time, so that an answer of a few bytes a second was waited for without end.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_drop_by_drop_is_given_up() {
    const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    let began = Instant::now();
    for (begins, drop) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n", b' '),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffff\r\n", b' '),
        ("HTTP/1.1 200 OK\r\n\r\n", b'\n'),
        ("HTTP/1.1 500 Oh\r\ncontent-length: 1000000\r\n\r\n", b' '),
        (HEAD, b'x'),
    ] {
        let client = Client::waiting(&dripping(begins, drop).await, patience());
        let told = |error: ClientError| assert!(matches!(error, ClientError::Unreachable(..)), "{error:?}");
        let all = async {
            told(client.json::<Value>("/v1/ledger").await.unwrap_err());
            told(client.answer("/v1/ledger").await.unwrap_err());
            told(client.post::<Value>("/v1/events", b"{}".to_vec()).await.unwrap_err());
            told(client.submit_batch(b"{}\n".to_vec(), true, &mut |_| ()).await.unwrap_err());
        };
        tokio::time::timeout(SOON, all).await.expect("it is waited for");
    }
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}

/// The same length in pieces that come as fast as a slow line carries them is taken.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_answer_on_a_slow_line_is_taken() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let patience = Patience { idle: Duration::from_secs(2), ..Patience::default() };
    let client = Client::waiting(&format!("http://{}", listener.local_addr().unwrap()), patience);
    let piece = " ".repeat(limits::SLOWEST_BYTES_A_SECOND as usize / 5);
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", 24 * piece.len() + 1);
        stream.write_all(head.as_bytes()).await.unwrap();
        for _ in 0..24 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            stream.write_all(piece.as_bytes()).await.unwrap();
        }
        stream.write_all(b"1").await.unwrap();
    });
    assert_eq!(client.json::<Value>("/v1/ledger").await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_no_connection_is_given_up() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    // Once its queue is full, whoever knocks hears nothing.
    let mut waiting = Vec::new();
    while let Ok(Ok(stream)) =
        tokio::time::timeout(Duration::from_millis(300), TcpStream::connect(address)).await
    {
        waiting.push(stream);
        assert!(waiting.len() < 64, "the queue is not full");
    }
    let patience = Patience { idle: Duration::from_secs(600), ..patience() };
    let client = Client::waiting(&format!("http://{address}"), patience);
    let asked = tokio::time::timeout(SOON, client.json::<Value>("/v1/ledger")).await;
    let error = asked.expect("it is waited for").unwrap_err();
    assert!(matches!(error, ClientError::Unreachable(..)), "{error:?}");
}

/// A page of attachments that goes on for ever: as many as may be, each right after the one before.
fn endless_page(uri: &str, last: impl Fn(&Commitment) -> Commitment) -> Vec<u8> {
    let after =
        uri.split("after=").nth(1).map_or([0; 32], |after| *after.parse::<Commitment>().unwrap().as_bytes());
    let next = |mut bytes: [u8; 32]| {
        for byte in bytes.iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                break;
            }
        }
        bytes
    };
    let rows = std::iter::successors(Some(next(after)), |bytes| Some(next(*bytes)));
    let rows: Vec<Commitment> = rows.take(limits::PAGE_ROWS).map(Commitment::from_bytes).collect();
    let end = last(&rows[rows.len() - 1]);
    serde_json::to_vec(&json!({"attachments": rows, "next": end})).unwrap()
}

/// An audit read the list of attachments as long as it was told that there were more.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_attachments_without_end_is_left() {
    let programme = Programme::start(policy()).await;
    programme.assess("a1", "kol").await;
    let router = api::router(programme.ledger.clone(), None, api::Bounds::default());
    let audited = async |last: fn(&Commitment) -> Commitment| {
        let rewrite: Rewriting = Arc::new(move |uri, _, answer| match uri.starts_with("/v1/attachments?") {
            true => endless_page(uri, last),
            false => answer,
        });
        let between = Between::new(router.clone(), rewrite).await;
        let source = Source::Running(between.client.clone());
        let audit =
            async { audit_log(&source, &Auditing::default(), &mut |_, _, _| {}).await.unwrap().report };
        let report = tokio::time::timeout(SOON * 3, audit).await.expect("it is read without end");
        (report, between.asked("/v1/attachments?"))
    };
    let (report, asked) = audited(|last| *last).await;
    let named = report.attachments + report.erased;
    assert!(asked > 1 && asked <= named as usize + 64, "{asked} pages for {named}");
    assert_eq!(report.findings, []);
    let beyond = report.not_compared.iter().find(|one| one.what.contains("that are listed"));
    let told = beyond.and_then(|one| one.what.split(' ').next()?.parse::<usize>().ok());
    // All but those that the log names.
    let rows = asked * limits::PAGE_ROWS;
    assert!(told.is_some_and(|told| told <= rows && told + 64 >= rows), "{beyond:?} of {rows}");
    // Cursors that lead elsewhere are no cursors.
    let (report, asked) = audited(|_| Commitment::from_bytes([0xff; 32])).await;
    assert_eq!((report.findings[0].code, asked), ("answer.differs", 1));
}

/// Commands followed the pages of a listing as long as there were more.
#[tokio::test(flavor = "multi_thread")]
async fn listings_that_lead_nowhere_are_left() {
    let programme = Programme::start(policy()).await;
    programme.assess("a1", "kol").await;
    let router = api::router(programme.ledger.clone(), None, api::Bounds::default());
    let subject = subject("kol").to_string();
    for (path, line) in [
        (format!("/v1/subjects/{subject}/history?"), vec!["history", &subject]),
        (format!("/v1/subjects/{subject}/history/steps?"), vec!["history", &subject, "--steps"]),
        ("/v1/clocks?".to_owned(), vec!["me", &subject]),
        ("/v1/contests?".to_owned(), vec!["me", &subject]),
        ("/v1/events?".to_owned(), vec!["show", "0123456789abcdef"]),
    ] {
        let prefix = path.clone();
        let rewrite: Rewriting = Arc::new(move |uri, _, answer| {
            let mut page: Value = serde_json::from_slice(&answer).unwrap_or_default();
            if !uri.starts_with(&prefix) || !page.is_object() {
                return answer;
            }
            page["next"] = if page["next"].is_string() { json!("1.2026-01-01.0.0") } else { json!(3) };
            if prefix.starts_with("/v1/clocks") {
                page["next"] = json!("1.2026-01-01.0.0");
            }
            serde_json::to_vec(&page).unwrap()
        });
        let between = Between::new(router.clone(), rewrite).await;
        let (exit, said) = tokio::time::timeout(SOON, run(&between.client, &line)).await.expect("it goes on");
        assert!(exit != 0 || said.contains("goes on where it began"), "{line:?}: {said}");
        assert!(between.asked(&path) <= 4, "{line:?}: {} pages", between.asked(&path));
    }
}

/// Whatever size a checkpoint claims, junk in the place of its entries is not read to the end, nor kept.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_of_junk_is_left() {
    let programme = Programme::start(policy()).await;
    let reader = programme.ledger.reader();
    let size = programme.ledger.snapshot().size();
    let first = reader.bundle(&BundleId { index: 0, width: size as u16 }).unwrap();
    let first = parse_bundle(&first).unwrap()[0].to_vec();
    let root = programme.ledger.snapshot().checkpoint.checkpoint().root;
    let claim = Checkpoint { origin: programme.origin.clone(), size: 1 << 50, root };
    let note = claim.sign(&key("log")).note().to_owned();
    let junk = vec![0_u8; 100];
    let bundle = move |index: bool| {
        let begins = if index { &first } else { &junk };
        encode_bundle(std::iter::once(&**begins).chain(std::iter::repeat_n(&*junk, 255)))
    };
    let lying = Router::new().fallback(move |request: Request| {
        let path = request.uri().path().to_owned();
        let (note, bundle) = (note.clone(), bundle.clone());
        async move {
            match &*path {
                "/checkpoint" => note.into_bytes(),
                "/tile/entries/000" => bundle(true),
                entries if entries.starts_with("/tile/entries/") => bundle(false),
                _ => vec![0; 8192],
            }
        }
    });
    let between = Between::new(lying, Arc::new(|_, _, bytes| bytes)).await;
    let source = Source::Running(between.client.clone());
    let audit = async { audit_log(&source, &Auditing::default(), &mut |_, _, _| {}).await.unwrap().report };
    let report = tokio::time::timeout(SOON * 3, audit).await.expect("it is read without end");
    assert!(report.findings.len() < 2 * limits::AUDIT_FINDINGS_IN_ALL, "{}", report.findings.len());
    assert!(report.not_compared.iter().any(|one| one.why.contains("too much is wrong")));
}
