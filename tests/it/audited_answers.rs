//! An auditor compares what a ledger answers: whatever somebody in between rewrites is named.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::response::Parts;
use axum::response::Response;
use serde_json::Value;
use tinnhiem::api;
use tinnhiem::audit::Place;
use tinnhiem::client::{AuditReport, Auditing, Client, Source};
use tinnhiem::clock::Clock;
use tinnhiem::limits;
use tinnhiem::oracle::{self, APART, Inquiry};
use tinnhiem::time::Date;
use tower::ServiceExt;

use crate::programme::*;
use crate::reading::Demo;

/// The bytes that are answered in place of those that were.
pub type Rewriting = Arc<dyn Fn(&str, &str, Vec<u8>) -> Vec<u8> + Send + Sync>;

/// The same, of the head too.
pub type WholeRewriting = Arc<dyn Fn(&str, &mut Parts, Vec<u8>) -> Vec<u8> + Send + Sync>;

/// Somebody between a ledger and those who read it.
pub struct Between {
    pub client: Client,
    asked: Arc<Mutex<Vec<String>>>,
    server: tokio::task::JoinHandle<()>,
}

impl Between {
    pub async fn new(ledger: Router, rewrite: Rewriting) -> Self {
        Self::through(
            ledger,
            Arc::new(move |uri, parts, bytes| {
                let kind =
                    parts.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or("");
                rewrite(uri, kind, bytes)
            }),
        )
        .await
    }

    /// The same, where the heads of good answers are rewritten too.
    pub async fn through(ledger: Router, rewrite: WholeRewriting) -> Self {
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let noted = asked.clone();
        let between = Router::new().fallback(move |request: Request| {
            let (ledger, rewrite, noted) = (ledger.clone(), rewrite.clone(), noted.clone());
            async move {
                let uri = request.uri().to_string();
                noted.lock().unwrap().push(uri.clone());
                let answer = ledger.oneshot(request).await.unwrap();
                let (mut parts, body) = answer.into_parts();
                let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
                let bytes = if parts.status.is_success() { rewrite(&uri, &mut parts, bytes) } else { bytes };
                let mut answer = Response::from_parts(parts, Body::from(bytes));
                answer.headers_mut().remove("content-length");
                answer
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = Client::new(&format!("http://{}", listener.local_addr().unwrap()));
        let server =
            tokio::spawn(api::serve(listener, between, api::Bounds::default(), std::future::pending()));
        Self { client, asked, server }
    }

    /// How many questions it was asked that begin so.
    pub fn asked(&self, path: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|uri| uri.starts_with(path)).count()
    }

    pub async fn audited(&self, today: Option<Date>, sample: usize) -> AuditReport {
        let inquiry =
            Inquiry { today, sample: Some(sample), seed: Some([7; 16]), auditing: Auditing::default() };
        oracle::audit(&Source::Running(self.client.clone()), &inquiry, &mut |_, _, _| {}).await.unwrap()
    }
}

impl Drop for Between {
    fn drop(&mut self) {
        self.server.abort();
    }
}

pub fn day() -> Date {
    "2026-06-01".parse().unwrap()
}

/// Whether a path is one of a route.
fn is_of(route: &str, uri: &str) -> bool {
    let path = uri.split('?').next().unwrap();
    if route.starts_with("/tile/") {
        return path.starts_with("/tile/");
    }
    let (mut names, mut parts) = (route.split('/'), path.split('/'));
    loop {
        match (names.next(), parts.next()) {
            (None, None) => return true,
            (Some(name), Some(part)) if name == part || name.starts_with('{') => {}
            _ => return false,
        }
    }
}

/// The route of a path: one without parameters before one with them.
pub fn route_of<'a>(routes: &'a [String], uri: &str) -> Option<&'a String> {
    routes.iter().filter(|route| is_of(route, uri)).min_by_key(|route| route.matches('{').count())
}

/// What somebody does to an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Change {
    Number,
    Text,
    Fewer,
    Order,
}

const CHANGES: [Change; 4] = [Change::Number, Change::Text, Change::Fewer, Change::Order];

/// Every place in a value at which a change can be made.
fn places(value: &Value, change: Change, at: String, found: &mut Vec<String>) {
    let fits = match (value, change) {
        (Value::Number(_), Change::Number) => true,
        (Value::String(text), Change::Text) => !text.is_empty(),
        (Value::Array(all), Change::Fewer) => !all.is_empty(),
        (Value::Array(all), Change::Order) => all.len() > 1 && all[0] != all[all.len() - 1],
        _ => false,
    };
    if fits && !["/limits", "/writing", "/held", "/clock", "/today"].iter().any(|apart| at.starts_with(apart))
    {
        found.push(at.clone());
    }
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                places(inner, change, format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(all) => {
            for (place, inner) in all.iter().enumerate() {
                places(inner, change, format!("{at}/{place}"), found);
            }
        }
        _ => {}
    }
}

fn changed(uri: &str, kind: &str, bytes: Vec<u8>, change: Change) -> Vec<u8> {
    let dice = blake3::hash(format!("{uri} {change:?}").as_bytes());
    let drawn = |below: usize| dice.as_bytes()[0] as usize * 256 % below.max(1);
    if !kind.starts_with("application/json") {
        let mut bytes = bytes;
        let half = bytes.len() / 2;
        if let Some(byte) = bytes.iter_mut().skip(half).find(|byte| !byte.is_ascii_whitespace()) {
            *byte = if *byte == b'7' { b'8' } else { b'7' };
        }
        return bytes;
    }
    let mut value: Value = serde_json::from_slice(&bytes).unwrap();
    for change in [change].into_iter().chain(CHANGES) {
        let mut found = Vec::new();
        places(&value, change, String::new(), &mut found);
        if found.is_empty() {
            continue;
        }
        let place = value.pointer_mut(&found[drawn(found.len())]).unwrap();
        match place {
            Value::Number(number) => *place = (number.as_i64().unwrap() + 1).into(),
            Value::String(text) => *place = format!("{text}7").into(),
            Value::Array(all) if change == Change::Fewer => drop(all.pop()),
            Value::Array(all) => {
                let last = all.len() - 1;
                all.swap(0, last);
            }
            _ => unreachable!(),
        }
        return serde_json::to_vec(&value).unwrap();
    }
    br#"{"other":true}"#.to_vec()
}

/// Whether a finding is about what a route answers.
fn names(place: &Place, route: &str) -> bool {
    match place {
        Place::Answer(path) => is_of(route, path),
        // Other entries make another root.
        Place::Checkpoint => route == "/checkpoint" || route.starts_with("/tile/"),
        Place::Attachment(_) => route == "/v1/attachments/{commitment}",
        Place::Tile(_) | Place::Entry(_) => route.starts_with("/tile/"),
        _ => false,
    }
}

/// Of 28 kinds of answers that somebody rewrote, an auditor named four.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_rewritten_is_named_and_nothing_else() {
    let demo = Demo::start().await;
    let ledger = api::router(demo.ledger.clone(), Some(day()), api::Bounds::default());
    let routes = oracle::readable_routes();
    let (mut kinds, mut wrong) = (0, Vec::new());
    for (number, route) in routes.iter().enumerate() {
        if APART.iter().any(|(apart, _)| apart == route) {
            continue;
        }
        for change in [CHANGES[number % 4], CHANGES[(number + 1) % 4]] {
            let (all, target, hits) = (routes.clone(), route.clone(), Arc::new(AtomicU64::new(0)));
            let counted = hits.clone();
            let rewrite: Rewriting = Arc::new(move |uri, kind, bytes| {
                let hit = route_of(&all, uri) == Some(&target);
                counted.fetch_add(u64::from(hit), Ordering::Relaxed);
                if hit { changed(uri, kind, bytes, change) } else { bytes }
            });
            let report = Between::new(ledger.clone(), rewrite).await.audited(Some(day()), 1).await;
            if hits.load(Ordering::Relaxed) == 0 {
                // The sample met nothing but refusals.
                continue;
            }
            let found = &report.findings;
            let named = found.iter().any(|one| names(&one.place, route) && one.code != "checkpoint.root");
            if !named {
                wrong.push(format!("{route} {change:?} is not named"));
            }
            let others: Vec<_> = found.iter().filter(|one| !names(&one.place, route)).collect();
            wrong.extend(others.first().map(|other| format!("{route} {change:?}: beside it {other}")));
            kinds += 1;
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(kinds >= 2 * 28, "{kinds}");
}

/// Nobody may add a route, or a parameter of one, without saying what an auditor asks of it.
#[tokio::test(flavor = "multi_thread")]
async fn every_route_and_parameter_is_asked_and_an_honest_ledger_is_clean() {
    let demo = Demo::start().await;
    let between = Between::new(
        api::router(demo.ledger.clone(), Some(day()), api::Bounds::default()),
        Arc::new(|_, _, bytes| bytes),
    )
    .await;
    let report = between.audited(Some(day()), 12).await;
    assert_eq!(report.findings, []);
    let asked: BTreeSet<String> = between.asked.lock().unwrap().iter().cloned().collect();
    let document = api::openapi();
    let routes = oracle::readable_routes();
    let answers = report.answers.unwrap();
    for route in &routes {
        let apart = APART.iter().any(|(apart, _)| apart == route);
        let left = report.not_compared.iter().filter(|one| one.what == *route).count();
        assert_eq!(usize::from(apart), left, "{route}");
        let kind = answers.kinds.iter().find(|kind| kind.route == *route);
        let before = oracle::compared_before(route);
        assert_eq!(kind.is_some_and(|kind| kind.compared > 0), !apart && !before, "{route}");
        if apart {
            continue;
        }
        let uris: Vec<&String> = asked.iter().filter(|uri| route_of(&routes, uri) == Some(route)).collect();
        assert!(!uris.is_empty(), "{route}");
        let parameters =
            document["paths"][route]["get"]["parameters"].as_array().cloned().unwrap_or_default();
        for parameter in parameters.iter().filter(|one| one["in"] == "query") {
            let name = parameter["name"].as_str().unwrap();
            // The path says whom it is about, and a calendar or page of its own says the rest.
            if name == "subject" && route.contains("{subject}") {
                continue;
            }
            let given =
                |uri: &&&String| uri.contains(&format!("?{name}=")) || uri.contains(&format!("&{name}="));
            assert!(uris.iter().any(|uri| given(&uri)), "{route}: nothing is asked by {name}");
        }
    }
    // Nor is it passed over in silence what no audit can ask.
    let written = oracle::written_routes();
    assert!(written.len() >= 3, "{written:?}");
    for route in written {
        assert!(report.not_compared.iter().any(|one| one.what == format!("POST {route}")), "{route}");
    }
    let score = answers.kinds.iter().find(|kind| kind.route == "/v1/subjects/{subject}/score").unwrap();
    assert!(score.compared >= 20, "every score is compared: {score:?}");
    // Each attachment is asked for once, and none that need not be there.
    let all = between.asked.lock().unwrap();
    let fetched: Vec<&String> = all.iter().filter(|uri| uri.starts_with("/v1/attachments/")).collect();
    let once: BTreeSet<_> = fetched.iter().collect();
    assert_eq!(once.len(), fetched.len());
    assert!(
        fetched.len() as u64 <= report.attachments + report.erased,
        "{} of {}",
        fetched.len(),
        report.attachments
    );
    assert!(report.attachments > 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_day_that_is_served_is_compared_with_the_auditors() {
    let programme = Programme::start(policy()).await;
    let rewrite: Rewriting = Arc::new(|uri, _, bytes| {
        if uri != "/v1/ledger" {
            return bytes;
        }
        let mut value: Value = serde_json::from_slice(&bytes).unwrap();
        value["today"] = "2031-01-01".into();
        serde_json::to_vec(&value).unwrap()
    });
    let between =
        Between::new(api::router(programme.ledger.clone(), None, api::Bounds::default()), rewrite).await;
    let report = between.audited(None, 1).await;
    let [finding] = &report.findings[..] else { panic!("{:?}", report.findings) };
    assert_eq!((finding.code, finding.place.to_string().as_str()), ("clock.today", "/v1/ledger"));
    // A ledger that stands at another day is audited on that day once the auditor says so.
    let past = Between::new(
        api::router(programme.ledger.clone(), Some(day()), api::Bounds::default()),
        Arc::new(|_, _, bytes| bytes),
    )
    .await;
    assert_eq!(past.audited(None, 1).await.findings[0].code, "clock.today");
    assert_eq!(past.audited(Some(day()), 1).await.findings, []);
    // Of an auditor whose clock is a day ahead the day is told, and nothing that follows from it.
    let clock = Clock::manual(programme.clock.now().plus_ms(86_400_000));
    let inquiry = Inquiry {
        sample: Some(1),
        auditing: Auditing { clock, ..Auditing::default() },
        ..Inquiry::default()
    };
    let source = Source::Running(programme.client.clone());
    let report = oracle::audit(&source, &inquiry, &mut |_, _, _| {}).await.unwrap();
    let codes: Vec<_> = report.findings.iter().map(|one| (one.place.to_string(), one.code)).collect();
    assert_eq!(codes, [("/v1/ledger".to_owned(), "clock.today")], "{:?}", report.findings);
}

/// While others write, an auditor follows, and finds nothing where nothing is wrong.
#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_moves_is_followed() {
    let programme = Arc::new(Programme::start(policy()).await);
    programme.assess("a1", "kol").await;
    let (ledger, count) =
        (api::router(programme.ledger.clone(), None, api::Bounds::default()), Arc::new(AtomicU64::new(0)));
    let writer = programme.clone();
    let moving = Router::new().fallback(move |request: Request| {
        let (ledger, writer, count) = (ledger.clone(), writer.clone(), count.clone());
        async move {
            if count.fetch_add(1, Ordering::Relaxed) % 40 == 39 {
                let body = endorsement(writer.today());
                let draft = writer.draft(party("business"), Some(subject("kol")), body);
                let endorsed = writer.recorded(draft, &["business"]).await;
                let about = Some(subject("kol"));
                let body = tinnhiem::event::EndorsementWithdrawn { target: endorsed, reason: None };
                writer.recorded(writer.draft(party("business"), about, body), &["business"]).await;
            }
            ledger.oneshot(request).await.unwrap()
        }
    });
    let before = programme.ledger.snapshot().size();
    let between = Between::new(moving, Arc::new(|_, _, bytes| bytes)).await;
    let report = between.audited(None, 3).await;
    assert_eq!(report.findings, []);
    assert!(programme.ledger.snapshot().size() > before + 4 && report.answers.unwrap().size > before);
    assert!(!report.not_compared.iter().any(|one| one.why.contains("moving")), "{:?}", report.not_compared);
}

/// A ledger with much to do ends its pages early, and was taken for one that leaves something out.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_cut_short_is_followed_and_what_is_left_out_of_it_is_named() {
    let demo = Demo::start().await;
    let hurried = || {
        let bounds = api::Bounds { look: std::time::Duration::ZERO, ..Default::default() };
        api::router(demo.ledger.clone(), Some(day()), bounds)
    };
    let between = Between::new(hurried(), Arc::new(|_, _, bytes| bytes)).await;
    let report = between.audited(Some(day()), 2).await;
    assert_eq!(report.findings, []);
    let pieces = |part: &str| between.asked.lock().unwrap().iter().filter(|uri| uri.contains(part)).count();
    for part in ["/history?", "/history/steps?limit", "format=csv", "fates=true"] {
        assert!(pieces(part) > 20, "{part}");
    }
    // In pieces too what is left out is named, and a row that is another, or where it goes on.
    let changes: [fn(&mut Value); 4] = [
        |page| page["next"] = (page["size"].as_u64().unwrap() - 2).into(),
        |page| page["next"] = Value::Null,
        |page| drop(page["history"].as_array_mut().unwrap().pop()),
        |page| page["history"][0]["event"]["seq"] = 1.into(),
    ];
    let lied: Arc<Mutex<Vec<String>>> = Arc::default();
    let first = lied.clone();
    let rewrite = move |uri: &str, parts: &mut Parts, bytes: Vec<u8>| {
        if !uri.ends_with(&format!("/history?limit={}", limits::PAGE_ROWS)) {
            return bytes;
        }
        let mut first = first.lock().unwrap();
        let place = first.iter().position(|one| one == uri).unwrap_or_else(|| {
            first.push(uri.to_owned());
            first.len() - 1
        });
        let mut page: Value = serde_json::from_slice(&bytes).unwrap();
        changes[place](&mut page);
        let bytes = serde_json::to_vec(&page).unwrap();
        parts.headers.insert("etag", api::validator(&bytes).parse().unwrap());
        bytes
    };
    let report = Between::through(hurried(), Arc::new(rewrite)).await.audited(Some(day()), 4).await;
    let named = report.findings.iter().map(|one| one.place.to_string());
    let lied: BTreeSet<String> = lied.lock().unwrap().iter().cloned().collect();
    assert_eq!((lied.len(), named.collect::<BTreeSet<_>>()), (4, lied), "{:?}", report.findings);
}
