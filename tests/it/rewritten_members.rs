//! Whichever member of whichever answer somebody in between rewrites, an auditor names it, and where it stands.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::http::HeaderValue;
use axum::http::response::Parts;
use futures_util::{StreamExt, stream};
use serde_json::Value;
use tinnhiem::api;
use tinnhiem::audit::Place;
use tinnhiem::client::AuditReport;
use tinnhiem::limits;
use tinnhiem::oracle::{self, APART, MEMBERS_APART};

use crate::audited_answers::{Between, day, route_of};
use crate::reading::Demo;

/// Answers of each kind that are asked for: with those that are asked besides, every kind of row is among them.
const SAMPLE: usize = 2;

/// Audits at once.
const AT_ONCE: usize = 4;

/// A place in an answer: a JSON pointer, or the number of a line and the place of a byte in it.
#[derive(Debug, Clone)]
enum Spot {
    Member(String),
    Line(usize, usize),
}

impl Spot {
    /// How a finding begins that is about it.
    fn told(&self) -> String {
        match self {
            Self::Member(pointer) => format!("{pointer} "),
            Self::Line(number, _) => format!("line {} ", number + 1),
        }
    }
}

/// The members of a value that hold no others, each with its name without the places of rows.
fn leaves(value: &Value, at: String, shape: String, found: &mut Vec<(String, Spot)>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, inner) in members {
                let step = name.replace('~', "~0").replace('/', "~1");
                leaves(inner, format!("{at}/{step}"), format!("{shape}/{step}"), found);
            }
        }
        Value::Array(rows) if !rows.is_empty() => {
            for (place, inner) in rows.iter().enumerate() {
                leaves(inner, format!("{at}/{place}"), format!("{shape}/*"), found);
            }
        }
        _ => found.push((shape, Spot::Member(at))),
    }
}

/// The places of a text that are of a kind each: the columns of a table, the properties of a calendar, the lines
/// of anything else.
fn lines(kind: &str, text: &str, found: &mut Vec<(String, Spot)>) {
    for (number, line) in text.lines().enumerate() {
        let after = |place: usize| Spot::Line(number, place);
        let last = line.len().saturating_sub(1);
        match kind.split(';').next().unwrap() {
            "text/csv" => {
                let mut at = 0;
                for (column, cell) in line.split(',').enumerate() {
                    let row = if number == 0 { "head" } else { "row" };
                    if !cell.is_empty() {
                        found.push((format!("{row} {column}"), after(at)));
                    }
                    at += cell.len() + 1;
                }
            }
            "text/calendar" => {
                let name = line.split([':', ';', ' ']).next().unwrap();
                found.push((name.to_owned(), after(last)));
            }
            _ if line.is_empty() => {}
            _ => found.push((format!("line {number}"), after(last))),
        }
    }
}

/// Another value of the same shape.
fn other(value: &Value) -> Value {
    match value {
        Value::Null => "x".into(),
        Value::Bool(one) => (!one).into(),
        Value::Number(number) => (number.as_i64().unwrap() + 1).into(),
        Value::String(text) if text.is_empty() => "x".into(),
        Value::String(text) => {
            let mut chars: Vec<char> = text.chars().collect();
            let last = chars.iter().rposition(char::is_ascii_alphanumeric).unwrap_or(chars.len() - 1);
            chars[last] = another(chars[last]);
            chars.into_iter().collect::<String>().into()
        }
        Value::Array(_) => serde_json::json!(["x"]),
        Value::Object(_) => serde_json::json!({"x": 1}),
    }
}

fn another(one: char) -> char {
    match one {
        '0'..='8' | 'a'..='y' | 'A'..='Y' => char::from(one as u8 + 1),
        '9' => '8',
        'z' => 'y',
        'Z' => 'Y',
        _ => 'x',
    }
}

fn rewritten(bytes: Vec<u8>, spot: &Spot) -> Vec<u8> {
    match spot {
        Spot::Member(pointer) => {
            let mut value: Value = serde_json::from_slice(&bytes).unwrap();
            let place = value.pointer_mut(pointer).unwrap();
            *place = other(place);
            serde_json::to_vec(&value).unwrap()
        }
        Spot::Line(number, place) => {
            let text = String::from_utf8(bytes).unwrap();
            let start: usize = text.split_inclusive('\n').take(*number).map(str::len).sum();
            let mut at = start + place;
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            let old = text[at..].chars().next().unwrap();
            format!("{}{}{}", &text[..at], another(old), &text[at + old.len_utf8()..]).into_bytes()
        }
    }
}

/// Every kind of place in the answers of each route, and where it can be rewritten.
type Kinds = BTreeMap<(String, String), Vec<(String, Spot)>>;

/// What is answered, by what was asked: its media type and its bytes.
type Answers = BTreeMap<String, (String, Vec<u8>)>;

/// All that an audit is answered where nobody rewrites anything.
async fn answered(demo: &Demo) -> Answers {
    let answers: Arc<Mutex<Answers>> = Arc::default();
    let kept = answers.clone();
    let ledger = api::router(demo.ledger.clone(), Some(day()), api::Bounds::default());
    let keep = move |uri: &str, parts: &mut Parts, bytes: Vec<u8>| {
        let kind = parts.headers["content-type"].to_str().unwrap().to_owned();
        kept.lock().unwrap().insert(uri.to_owned(), (kind, bytes.clone()));
        bytes
    };
    let report = Between::through(ledger, Arc::new(keep)).await.audited(Some(day()), SAMPLE).await;
    assert_eq!(report.findings, []);
    answers.lock().unwrap().clone()
}

/// What is compared otherwise, before any question is asked, as the log itself; or not at all.
fn is_compared_otherwise(route: &str) -> bool {
    let before = route.starts_with("/tile/") || route == "/checkpoint" || oracle::compared_before(route);
    before || APART.iter().any(|(apart, _)| *apart == route)
}

fn kinds_of(answers: &Answers) -> Kinds {
    let routes = oracle::readable_routes();
    let mut kinds = Kinds::new();
    for (uri, (kind, bytes)) in answers {
        let route = route_of(&routes, uri).unwrap_or_else(|| panic!("{uri}"));
        if is_compared_otherwise(route) {
            continue;
        }
        let mut found = Vec::new();
        match serde_json::from_slice(bytes) {
            Ok(value) => leaves(&value, String::new(), String::new(), &mut found),
            Err(_) => lines(kind, std::str::from_utf8(bytes).unwrap(), &mut found),
        }
        for (shape, spot) in found {
            kinds.entry((route.clone(), shape)).or_default().push((uri.clone(), spot));
        }
    }
    kinds
}

/// Which kinds are rewritten in one audit: one place of an answer, and no more of a route than are told.
fn round(left: &mut Kinds) -> BTreeMap<String, (String, Spot)> {
    let mut round = BTreeMap::new();
    let mut of_route: BTreeMap<String, usize> = BTreeMap::new();
    left.retain(|(route, shape), places| {
        let count = of_route.entry(route.clone()).or_default();
        let free = places.iter().find(|(uri, _)| !round.contains_key(uri));
        match free {
            Some((uri, spot)) if *count < limits::AUDIT_FINDINGS => {
                *count += 1;
                round.insert(uri.clone(), (shape.clone(), spot.clone()));
                false
            }
            _ => true,
        }
    });
    round
}

fn names(report: &AuditReport, uri: &str, told: &str) -> bool {
    let place = Place::Answer(uri.to_owned());
    report.findings.iter().any(|one| one.place == place && one.what.starts_with(told))
}

/// Routes that share an answer's form were compared, and their members one by one were not: the operator, the key
/// and the policy in `/v1/ledger`, pages far into a listing, the key that a person who opens the address is shown.
#[tokio::test(flavor = "multi_thread")]
async fn each_member_of_each_answer_is_named_where_it_is_rewritten() {
    let demo = Demo::start().await;
    let answers = answered(&demo).await;
    let mut left = kinds_of(&answers);
    let compared = oracle::readable_routes().into_iter().filter(|route| !is_compared_otherwise(route));
    let unasked = compared.filter(|route| !left.keys().any(|(of, _)| of == route));
    let unasked: Vec<String> = unasked.map(|route| format!("{route} is not asked")).collect();
    assert!(left.len() > 500, "{}", left.len());
    let apart: BTreeSet<(&str, &str)> = MEMBERS_APART.iter().map(|(route, at, _)| (*route, *at)).collect();
    let is_apart = |route: &str, shape: &str| {
        apart.iter().any(|(of, at)| *of == route && (shape == *at || shape.starts_with(&format!("{at}/"))))
    };
    // A day that is not the auditor's has a finding of its own.
    left.retain(|(route, shape), _| (route.as_str(), shape.as_str()) != ("/v1/ledger", "/today"));
    let mut rounds = Vec::new();
    while !left.is_empty() {
        rounds.push(round(&mut left));
    }
    let count = rounds.len();
    let audits = rounds.into_iter().map(|spots| judged(&demo, spots, is_apart));
    let wrong: Vec<Vec<String>> = stream::iter(audits).buffered(AT_ONCE).collect().await;
    assert_eq!([unasked, wrong.concat()].concat(), Vec::<String>::new(), "in {count} audits");
}

/// What is wrong with an audit of a ledger whose answers are rewritten at these places.
async fn judged(
    demo: &Demo,
    spots: BTreeMap<String, (String, Spot)>,
    is_apart: impl Fn(&str, &str) -> bool,
) -> Vec<String> {
    let spots = Arc::new(spots);
    let ledger = api::router(demo.ledger.clone(), Some(day()), api::Bounds::default());
    let rewrites = spots.clone();
    let rewrite = move |uri: &str, _: &mut Parts, bytes: Vec<u8>| match rewrites.get(uri) {
        Some((_, spot)) => rewritten(bytes, spot),
        None => bytes,
    };
    let report = Between::through(ledger, Arc::new(rewrite)).await.audited(Some(day()), SAMPLE).await;
    let (routes, mut wrong) = (oracle::readable_routes(), Vec::new());
    for (uri, (shape, spot)) in &*spots {
        let route = route_of(&routes, uri).unwrap();
        if names(&report, uri, &spot.told()) == is_apart(route, shape) {
            let found = report.findings.iter().find(|one| one.place == Place::Answer(uri.clone()));
            let found = found.map_or("nothing".to_owned(), ToString::to_string);
            wrong.push(format!("{route} {shape}: rewritten in {uri} at {spot:?}, found: {found}"));
        }
    }
    let beside = report.findings.iter().find(|one| match &one.place {
        Place::Answer(uri) => !spots.contains_key(uri),
        _ => true,
    });
    wrong.extend(beside.map(|one| format!("beside what was rewritten: {one}")));
    wrong
}

/// An audit compared the first pages of each listing, and said that they were all.
#[tokio::test(flavor = "multi_thread")]
async fn pages_far_into_a_listing_are_drawn_and_those_left_are_counted() {
    let demo = Demo::start().await;
    let answers = answered(&demo).await;
    let pages = |part: &str| answers.keys().filter(|uri| uri.contains(part)).cloned().collect::<Vec<_>>();
    // The second page is where the first ends; a table says so in its head.
    assert_eq!(pages("/history/steps?format=csv&size=").len(), SAMPLE - 1, "{:?}", pages("format=csv"));
    let deepest = |part: &str| {
        let after = pages(part).into_iter().filter_map(|uri| uri.split("after=").nth(1)?.parse::<u64>().ok());
        after.max().unwrap()
    };
    let size = demo.ledger.snapshot().size();
    assert!(deepest("/history?limit=3") > 3 * SAMPLE as u64 + size / 20, "{:?}", pages("/history?limit=3"));
    let ledger = || api::router(demo.ledger.clone(), Some(day()), api::Bounds::default());
    let honest = || Between::new(ledger(), Arc::new(|_, _, bytes| bytes));
    let sampled = honest().await.audited(Some(day()), SAMPLE).await;
    let whole = honest().await.audited(Some(day()), usize::MAX).await;
    let kind = |report: &AuditReport, route: &str| {
        let kinds = &report.answers.as_ref().unwrap().kinds;
        let kind = kinds.iter().find(|kind| kind.route == route).unwrap();
        (kind.compared, kind.of)
    };
    for route in [
        "/v1/subjects",
        "/v1/subjects/{subject}/events",
        "/v1/subjects/{subject}/history",
        "/v1/receipts/{seq}",
    ] {
        let (compared, of) = kind(&sampled, route);
        assert!(compared < of, "{route}: {compared} of {of}");
        let (compared, of) = kind(&whole, route);
        assert_eq!(compared, of, "{route}");
    }
    // Where the end of a listing was not seen, nobody is told how much there is: that is said.
    let cut = |report: &AuditReport| {
        report.not_compared.iter().filter(|one| one.what.contains("what follows its first")).count()
    };
    assert_eq!(cut(&whole), 0);
    assert!(cut(&honest().await.audited(Some(day()), 1).await) > 0);
}

/// What is not compared is reported, member by member, and nothing else is.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_apart_is_reported_and_is_there() {
    let demo = Demo::start().await;
    let answers = answered(&demo).await;
    let ledger = api::router(demo.ledger.clone(), Some(day()), api::Bounds::default());
    let report = Between::new(ledger, Arc::new(|_, _, bytes| bytes)).await.audited(Some(day()), 1).await;
    for (route, at, why) in MEMBERS_APART {
        let value: Value = serde_json::from_slice(&answers[*route].1).unwrap();
        assert!(value.pointer(at).is_some(), "{at} of {route}");
        let told = report.not_compared.iter().filter(|one| one.what == format!("{at} of {route}"));
        assert_eq!(told.map(|one| one.why.as_str()).collect::<Vec<_>>(), [*why]);
    }
    for (what, why) in oracle::REST_APART {
        assert!(report.not_compared.iter().any(|one| one.what == *what && one.why == *why), "{what}");
    }
}

/// Who reads the list of what is kept took a text that was left out of it for one that is not there.
#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_is_left_out_of_the_list_of_what_is_kept_is_named() {
    let demo = Demo::start().await;
    let hidden = Arc::new(Mutex::new(String::new()));
    let left_out = hidden.clone();
    let rewrite = move |uri: &str, _: &mut Parts, bytes: Vec<u8>| {
        if !uri.starts_with("/v1/attachments?") {
            return bytes;
        }
        let mut page: Value = serde_json::from_slice(&bytes).unwrap();
        let rows = page["attachments"].as_array_mut().unwrap();
        *left_out.lock().unwrap() = rows.remove(0).as_str().unwrap().to_owned();
        serde_json::to_vec(&page).unwrap()
    };
    let ledger = api::router(demo.ledger.clone(), Some(day()), api::Bounds::default());
    let report = Between::through(ledger, Arc::new(rewrite)).await.audited(Some(day()), 1).await;
    let found: Vec<String> =
        report.findings.iter().map(|one| format!("{} {}", one.place, one.code)).collect();
    assert_eq!(found, [format!("attachment {} attachment.unlisted", hidden.lock().unwrap())]);
}

/// A cache that is told otherwise answers with what was true once.
#[tokio::test(flavor = "multi_thread")]
async fn headers_that_carry_meaning_are_compared() {
    let demo = Demo::start().await;
    let answers = answered(&demo).await;
    let asked = |part: &str| answers.keys().find(|uri| uri.contains(part)).unwrap().clone();
    let (table, calendar) = (asked("format=csv&limit=3"), asked("/clocks.ics"));
    let subject = table.split("/history").next().unwrap();
    let lasting = "public, max-age=31536000, immutable";
    for (uri, name, value, told) in [
        ("/v1/ledger".to_owned(), "etag", "W/\"00000000000000000000000000000000\"", "its ETag is"),
        (format!("{subject}/score"), "cache-control", lasting, "its Cache-Control is"),
        (format!("{subject}/score"), "etag", "W/\"00000000000000000000000000000000\"", "its ETag is"),
        (calendar, "content-type", "text/html", "it is text/html"),
        (table.clone(), "link", "<?format=csv&after=99999>; rel=\"next\"", "its Link is"),
    ] {
        let ledger = api::router(demo.ledger.clone(), Some(day()), api::Bounds::default());
        let at = uri.clone();
        let rewrite = move |uri: &str, parts: &mut Parts, bytes: Vec<u8>| {
            if uri == at {
                parts.headers.insert(name, HeaderValue::from_static(value));
            }
            bytes
        };
        let report = Between::through(ledger, Arc::new(rewrite)).await.audited(Some(day()), SAMPLE).await;
        let places: Vec<String> = report.findings.iter().map(|one| one.place.to_string()).collect();
        assert_eq!(places, [uri.as_str()], "{name}");
        assert!(names(&report, &uri, told), "{name}: {:?}", report.findings);
    }
}
