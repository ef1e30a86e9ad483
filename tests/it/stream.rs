//! Entries as they are recorded: nothing is missed or told twice, and nobody who listens holds up the server.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::Value;
use tinnhiem::api::{self, Bounds};
use tinnhiem::client::Client;
use tinnhiem::event::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::programme::*;

/// What no answer of these tests comes near unless something is held up.
const SOON: Duration = Duration::from_secs(60);

/// Somebody who listens, as the standard for server-sent events says.
struct Listener {
    answer: reqwest::Response,
    unread: String,
    /// The last id that was told, which is sent when coming again.
    last: Option<String>,
}

/// An event: its name and its data.
type Told = (String, Value);

impl Listener {
    async fn to(client: &Client, query: &str, last: Option<&str>) -> Self {
        let mut request = reqwest::Client::new().get(format!("{}/v1/events/stream{query}", client.base()));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        Self { answer, unread: String::new(), last: last.map(str::to_owned) }
    }

    /// The next event; none once the stream has ended.
    async fn next(&mut self) -> Option<Told> {
        loop {
            while let Some((block, rest)) = self.unread.split_once("\n\n") {
                let (mut name, mut data, mut id) = ("message".to_owned(), None, None);
                for line in block.lines() {
                    match line.split_once(": ") {
                        Some(("id", value)) => id = Some(value.to_owned()),
                        Some(("event", value)) => name = value.to_owned(),
                        Some(("data", value)) => data = Some(serde_json::from_str(value).unwrap()),
                        Some(("retry", _)) => {}
                        _ => assert_eq!(line, ":"),
                    }
                }
                self.last = id.or(self.last.take());
                self.unread = rest.to_owned();
                if let Some(data) = data {
                    return Some((name, data));
                }
            }
            let piece = timeout(SOON, self.answer.chunk()).await.expect("nothing comes").ok()??;
            self.unread += std::str::from_utf8(&piece).unwrap();
        }
    }

    /// Reads until so many were told, or it ends.
    async fn seqs(&mut self, count: usize) -> Vec<u64> {
        let mut found = Vec::new();
        while found.len() < count
            && let Some((name, row)) = timeout(SOON, self.next()).await.expect("no entry comes")
        {
            assert_eq!(name, "message");
            assert_eq!(self.last.as_deref(), Some(&*row["seq"].to_string()));
            found.push(row["seq"].as_u64().unwrap());
        }
        found
    }
}

async fn refused(client: &Client, query: &str, last: Option<&str>) -> (u16, String) {
    let mut request = reqwest::Client::new().get(format!("{}/v1/events/stream{query}", client.base()));
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json::<Value>().await.unwrap()["code"].as_str().unwrap().to_owned())
}

/// Records something: who is updated.
async fn recorded(programme: &Programme, name: &str) {
    let body = MemberUpdated {
        member: party("business"),
        name: Some(name.to_owned()),
        class: None,
        group: None,
        roles: None,
    };
    programme.recorded(programme.draft(PartyId::council(), None, body), &SEATS[..3]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_told_as_the_listing_has_it_and_filters_are_those_of_the_listing() {
    let programme = Programme::start(policy()).await;
    programme.assess("a1", "kol").await;
    let size = programme.ledger.snapshot().size();
    for filter in [
        String::new(),
        format!("&subject={}", subject("kol")),
        "&issuer=registrar".to_owned(),
        "&type=member.admitted".to_owned(),
        format!("&issuer=a1&subject={}", subject("kol")),
    ] {
        let listed = programme.get(format!("/v1/events?after=0{filter}")).await;
        let listed = listed["events"].as_array().unwrap().clone();
        assert!(!listed.is_empty());
        let query = format!("?after=0&limit={}{filter}", listed.len());
        let mut listener = Listener::to(&programme.client, &query, None).await;
        let mut found = Vec::new();
        while let Some((_, row)) = listener.next().await {
            found.push(row);
        }
        assert_eq!(found, listed, "{filter}");
    }
    for (query, last, expected) in [
        ("?after=0&type=nothing", None, (400, "query.type")),
        ("?issuer=nobody-at-all", None, (400, "query.value")),
        ("?subject=kol-0000000000000", None, (400, "query.value")),
        ("", Some("x"), (400, "stream.last_event_id")),
        ("", Some("01"), (400, "stream.last_event_id")),
        ("", Some(&*size.to_string()), (404, "event.unknown")),
    ] {
        let told = refused(&programme.client, query, last).await;
        assert_eq!((told.0, &*told.1), expected, "{query}");
    }
    // Without a place to begin at, what is recorded from now on is told, each once.
    let mut listener = Listener::to(&programme.client, "", None).await;
    for number in 0..4 {
        recorded(&programme, &format!("Later {number}")).await;
        assert_eq!(listener.seqs(1).await, [size + number]);
    }
}

/// Whoever breaks off anywhere and comes again hears of each entry once.
#[test]
fn a_stream_goes_on_after_a_break_without_loss_or_repetition() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let programme = runtime.block_on(Programme::start(policy()));
    let bounds = Bounds { stream_silent: Duration::from_millis(30), ..Bounds::default() };
    let client = runtime.block_on(programme.served_anew(bounds));
    let config = ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() };
    // How much is read until each break, how much is recorded meanwhile, and whether by the header.
    let breaks = prop::collection::vec((0..4_usize, 0..3_usize, prop::bool::ANY), 1..6);
    let number = std::cell::Cell::new(0);
    proptest::test_runner::TestRunner::new(config)
        .run(&(breaks, 0..20_u64, prop::bool::ANY), |(breaks, first, filtered)| {
            let first = first % programme.ledger.snapshot().size();
            runtime.block_on(async {
                let filter = if filtered { "&type=member.updated" } else { "" };
                let (mut found, mut last) = (Vec::new(), first.to_string());
                for (read, record, by_header) in breaks {
                    for _ in 0..record {
                        number.set(number.get() + 1);
                        recorded(&programme, &format!("Business {}", number.get())).await;
                    }
                    let left = programme.get(format!("/v1/events?after={last}{filter}")).await;
                    let left = left["events"].as_array().unwrap().len();
                    let (query, header) = match by_header {
                        // What the parameter says was true when first coming.
                        true => (format!("?after={first}{filter}"), Some(&*last)),
                        false => (format!("?after={last}{filter}"), None),
                    };
                    let mut listener = Listener::to(&client, &query, header).await;
                    found.extend(listener.seqs(read.min(left)).await);
                    if let Some(told) = listener.last {
                        last = told;
                    }
                }
                let mut listener =
                    Listener::to(&client, &format!("?after={last}{filter}&limit=1000"), None).await;
                let tip = programme.ledger.snapshot().size() - 1;
                while last != tip.to_string() {
                    let piece = timeout(SOON, listener.answer.chunk()).await.unwrap().unwrap().unwrap();
                    for line in std::str::from_utf8(&piece).unwrap().lines() {
                        if let Some(row) = line.strip_prefix("data: ") {
                            found.push(serde_json::from_str::<Value>(row).unwrap()["seq"].as_u64().unwrap());
                        }
                        if let Some(id) = line.strip_prefix("id: ") {
                            last = id.to_owned();
                        }
                    }
                }
                let listed = programme.get(format!("/v1/events?after={first}&limit=1000{filter}")).await;
                let listed: Vec<u64> = listed["events"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|row| row["seq"].as_u64().unwrap())
                    .collect();
                prop_assert_eq!(found, listed);
                Ok(())
            })
        })
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_too_far_behind_or_finds_no_place_is_told() {
    let programme = Programme::start(policy()).await;
    let silent = Duration::from_millis(50);
    let bounds = Bounds { streams: 1, stream_behind: 3, stream_silent: silent, ..Bounds::default() };
    let client = programme.served_anew(bounds).await;
    let size = programme.ledger.snapshot().size();
    let told = refused(&client, &format!("?after={}", size - 5), None).await;
    assert_eq!(told, (410, "stream.behind".to_owned()));
    let mut listener = Listener::to(&client, &format!("?after={}", size - 4), None).await;
    assert_eq!(listener.seqs(3).await, [size - 3, size - 2, size - 1]);
    assert_eq!(refused(&client, "", None).await, (503, "stream.full".to_owned()));
    drop(listener);
    // What was cut off gives back its place once it is sent the next thing.
    let again = async {
        while reqwest::get(format!("{}/v1/events/stream?limit=1&after={}", client.base(), size - 2))
            .await
            .unwrap()
            .status()
            != 200
        {
            tokio::time::sleep(silent).await;
        }
    };
    timeout(SOON, again).await.expect("the place is not given back");
}

/// A connection whose buffers are small, so that little fills them.
async fn narrow(
    programme: &Programme,
    bounds: Bounds,
) -> (std::net::SocketAddr, tokio::task::JoinHandle<()>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_send_buffer_size(4_096).unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(16).unwrap();
    let address = listener.local_addr().unwrap();
    let router = api::router(programme.ledger.clone(), None, bounds);
    (address, tokio::spawn(api::serve(listener, router, bounds, std::future::pending())))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_is_cut_off_and_who_listens_in_silence_is_not() {
    let programme = Programme::start(policy()).await;
    for number in 0..60 {
        recorded(&programme, &format!("Business {number:0>180}")).await;
    }
    let unread = Duration::from_millis(400);
    let bounds = Bounds { streams: 1, unread, head: unread, stream_silent: unread / 4, ..Bounds::default() };
    let (address, server) = narrow(&programme, bounds).await;
    let connect = || async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        socket.connect(address).await.unwrap()
    };
    let ask = |after: u64| format!("GET /v1/events/stream?after={after} HTTP/1.1\r\nhost: x\r\n\r\n");
    let mut slow = connect().await;
    slow.write_all(ask(0).as_bytes()).await.unwrap();
    // Its place is free again although it is still connected: another one listens.
    let tip = programme.ledger.snapshot().size() - 1;
    let healthy = async {
        loop {
            let mut stream = connect().await;
            stream.write_all(ask(tip).as_bytes()).await.unwrap();
            let mut head = [0; 12];
            stream.read_exact(&mut head).await.unwrap();
            if head.ends_with(b"200") {
                return stream;
            }
            tokio::time::sleep(unread / 4).await;
        }
    };
    let mut healthy = timeout(SOON, healthy).await.expect("who does not read keeps the place");
    let mut rest = Vec::new();
    let read = timeout(SOON, slow.read_to_end(&mut rest)).await.expect("it is never closed");
    let whole = read.is_ok() && String::from_utf8_lossy(&rest).contains(&format!("id: {tip}\n"));
    assert!(!whole, "all of it was told");
    // Nothing but that all was looked through is said to who listens, far longer than any patience.
    let mut told = String::new();
    let began = tokio::time::Instant::now();
    while began.elapsed() < 4 * unread {
        let mut piece = [0; 1_024];
        let count = timeout(SOON, healthy.read(&mut piece)).await.unwrap().unwrap();
        assert!(count > 0, "a healthy stream is cut: {told}");
        told += std::str::from_utf8(&piece[..count]).unwrap();
    }
    assert!(told.matches(&format!("id: {tip}\n")).count() > 4, "{told}");
    server.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_end_when_the_server_stops() {
    let programme = Programme::start(policy()).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(&format!("http://{}", listener.local_addr().unwrap()));
    let (tell, told) = tokio::sync::oneshot::channel::<()>();
    let router = tinnhiem::web::router(programme.ledger.clone(), None, Bounds::default());
    let stopped = async { drop(told.await) };
    let server = tokio::spawn(api::serve(listener, router, Bounds::default(), stopped));
    let mut listener = Listener::to(&client, "", None).await;
    // Whoever asks for what has no end by HEAD is told its head.
    let head =
        reqwest::Client::new().head(format!("{}/v1/events/stream", client.base())).send().await.unwrap();
    assert_eq!((head.status().as_u16(), head.bytes().await.unwrap().len()), (200, 0));
    tell.send(()).unwrap();
    assert_eq!(timeout(SOON, listener.next()).await.expect("it goes on"), None);
    timeout(SOON, server).await.expect("the server waits for who listens").unwrap();
    assert!(TcpStream::connect(client.base().trim_start_matches("http://")).await.is_err());
}
