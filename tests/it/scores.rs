//! Every score of one day in one file: the same scores as one by one, of one moment, whoever reads how.

use std::collections::BTreeMap;
use std::io::Read as _;

use reqwest::StatusCode;
use serde_json::Value;
use tinnhiem::event::*;

use crate::programme::{self, Programme};
use crate::reading::Demo;

const FOREVER: &str = "public, max-age=31536000, immutable";

/// The cells of a table (RFC 4180); a table that is none is told.
pub fn cells(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut was_quoted) = (false, false);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => cell.push(rest.next().unwrap()),
            '"' if quoted => quoted = false,
            c if quoted => cell.push(c),
            '"' => {
                assert!(cell.is_empty() && !was_quoted, "a quote within a cell: {text:.200}");
                (quoted, was_quoted) = (true, true);
            }
            ',' => {
                row.push(std::mem::take(&mut cell));
                was_quoted = false;
            }
            '\r' => {
                assert_eq!(rest.next(), Some('\n'), "a line ends by CR and LF");
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
                was_quoted = false;
            }
            c => {
                assert!(!was_quoted && !c.is_control(), "{c:?} stands bare in a table");
                cell.push(c);
            }
        }
    }
    assert!(!quoted && row.is_empty() && cell.is_empty(), "the last line has no end");
    let [columns, ..] = &rows[..] else { panic!("no line of columns") };
    assert!(rows.iter().all(|row| row.len() == columns.len()), "a row has other columns");
    rows
}

/// The rows of a table by the names of their columns.
pub fn table(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut rows = cells(text).into_iter();
    let columns = rows.next().unwrap();
    rows.map(|row| columns.iter().cloned().zip(row).collect()).collect()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn text(demo: &Demo, path: &str) -> String {
    let answer = demo.get(path).await;
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.text().await.unwrap()
}

/// What a row of the table says, as the row of JSON has it.
fn same(row: &BTreeMap<String, String>, line: &Value) {
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let topics: Vec<String> = line["topics"].as_array().unwrap().iter().map(text).collect();
    for (column, value) in [
        ("size", text(&line["size"])),
        ("as_of", text(&line["as_of"])),
        ("subject", text(&line["subject"])),
        ("name", text(&line["name"])),
        ("topics", topics.join(" ")),
        ("state", text(&line["standing"]["state"])),
        ("score", text(&line["score"])),
        ("low", text(&line["range"]["low"])),
        ("high", text(&line["range"]["high"])),
        ("band", text(&line["band"])),
        ("confidence", text(&line["confidence"])),
        ("assessments", text(&line["assessments"])),
        ("certificate", text(&line["certificate"]["state"])),
    ] {
        assert_eq!(row[column], value, "{column} of {line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_have_every_score_with_its_name() {
    let demo = Demo::of("2026-11-28").await;
    let page = demo.json("/v1/subjects?limit=1000").await;
    assert!(page["next"].is_null());
    let lines = lines(&text(&demo, "/v1/scores.ndjson").await);
    let rows = table(&text(&demo, "/v1/scores.csv").await);
    assert_eq!(lines.len(), page["subjects"].as_array().unwrap().len());
    assert_eq!(rows.len(), lines.len());
    let mut unrated = 0;
    for ((line, row), listed) in lines.iter().zip(&rows).zip(page["subjects"].as_array().unwrap()) {
        same(row, line);
        let mut listed = listed.clone();
        listed["size"] = page["size"].clone();
        listed["as_of"] = page["as_of"].clone();
        assert_eq!(*line, listed);
        unrated += u32::from(line["score"].is_null());
    }
    assert!(rows[0]["name"].contains(' ') && unrated > 2 && rows.len() as u32 > 2 * unrated);
    assert!(lines.iter().any(|line| line["name"].is_null()), "who is erased has no name");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_of_the_moment_that_it_is_asked_for() {
    let demo = Demo::of("2026-11-28").await;
    let size = demo.ledger.snapshot().size();
    for (query, moment) in [
        (String::new(), (size, "2026-11-28")),
        ("?as_of=2026-08-01".to_owned(), (0, "2026-08-01")),
        (format!("?size={size}&as_of=2027-03-01"), (size, "2027-03-01")),
        (format!("?size={}&as_of=2026-11-28", size - 30), (size - 30, "2026-11-28")),
    ] {
        let answer = demo.get(&format!("/v1/scores.ndjson{query}")).await;
        let link = answer.headers()["link"].to_str().unwrap().to_owned();
        let rows = lines(&answer.text().await.unwrap());
        let at = rows[0]["size"].as_u64().unwrap();
        assert!((moment.0 == 0 || moment.0 == at) && rows[0]["as_of"] == moment.1, "{query}");
        assert_eq!(link, format!("<?size={at}&as_of={}>; rel=\"canonical\"", moment.1));
        for row in &rows {
            assert_eq!((&row["size"], &row["as_of"]), (&at.into(), &moment.1.into()), "one moment");
            let subject = row["subject"].as_str().unwrap();
            let score = demo.json(&format!("/v1/subjects/{subject}/score/{at}/{}", moment.1)).await;
            for member in ["score", "range", "band", "confidence", "standing", "certificate"] {
                assert_eq!(row[member], score[member], "{member} of {subject} at {moment:?}");
            }
        }
        let named = text(&demo, &format!("/v1/scores.csv?size={at}&as_of={}", moment.1)).await;
        assert_eq!(table(&named).len(), rows.len(), "{query}");
    }
    for (query, status, code) in [
        ("size=0".to_owned(), 422, "size.out_of_range"),
        (format!("size={}", size + 1), 422, "size.out_of_range"),
        (format!("size={size}&as_of=2026-01-01"), 422, "as_of.before_size"),
        ("as_of=2020-01-01".to_owned(), 422, "as_of.before_first"),
        ("names=perhaps".to_owned(), 400, "query.malformed"),
    ] {
        for kind in ["csv", "ndjson"] {
            assert_eq!(demo.code(&format!("/v1/scores.{kind}?{query}")).await, (status, code.to_owned()));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_never_changes_is_kept_for_ever() {
    let demo = Demo::of("2026-11-28").await;
    let size = demo.ledger.snapshot().size();
    let fixed = format!("size={size}&as_of=2026-11-28");
    for (query, kept) in [
        (String::new(), "no-cache"),
        ("?names=false".to_owned(), "no-cache"),
        (format!("?size={size}&names=false"), "no-cache"),
        // A name may have to be forgotten.
        (format!("?{fixed}"), "no-cache"),
        (format!("?{fixed}&names=true"), "no-cache"),
        (format!("?{fixed}&names=false"), FOREVER),
    ] {
        for kind in ["csv", "ndjson"] {
            let answer = demo.get(&format!("/v1/scores.{kind}{query}")).await;
            assert_eq!(answer.headers()["cache-control"], kept, "{kind} {query}");
            let file = answer.headers()["content-disposition"].to_str().unwrap();
            // Of a size alone, the day is that of its last entry.
            let day = match query.contains("size") && !query.contains("as_of") {
                true => demo.ledger.snapshot().state.date_at_size(size).unwrap().to_string(),
                false => "2026-11-28".to_owned(),
            };
            assert_eq!(file, format!("attachment; filename=\"scores-{day}-{size}.{kind}\""));
            let link = answer.headers()["link"].to_str().unwrap().to_owned();
            assert_eq!(link.contains("names=false"), query.contains("names=false"), "{link}");
            let names = answer.text().await.unwrap().contains("Trần Bảo Ngân");
            assert_eq!(names, !query.contains("names=false"), "{kind} {query}");
        }
    }
    let path = format!("{}/v1/scores.csv", demo.base);
    let packed = demo.http.get(&path).header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert_eq!(packed.headers()["vary"], "accept-encoding");
    let mut whole = String::new();
    let bytes = packed.bytes().await.unwrap();
    flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut whole).unwrap();
    assert_eq!(whole, text(&demo, "/v1/scores.csv").await);
}

/// Enrols somebody whose profile says this name.
async fn enrolled(programme: &Programme, seed: &str, name: &str) -> SubjectId {
    let (mut body, mut profile) = programme::enrolment(seed);
    profile.bytes = serde_json::json!({"name": name}).to_string().into_bytes();
    body.profile = profile.commitment().into();
    let id = programme::subject(seed);
    let draft = programme.draft(programme::party("registrar"), Some(id), body).with([profile]);
    programme.recorded(draft, &["registrar", seed]).await;
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_a_cell_that_nothing_computes() {
    let programme = Programme::start(programme::policy()).await;
    let names = [
        ("=HYPERLINK(\"http://evil.example\")", "'=HYPERLINK(\"http://evil.example\")"),
        ("+1 \"Bống\", Hân", "'+1 \"Bống\", Hân"),
        ("-2+3;=1+1", "'-2+3;'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", " '=1"),
        ("\r\n=1", "  '=1"),
        ("a\r\nb,c", "a  b,c"),
        ("\u{202e}=1", "\u{fffd}=1"),
    ];
    let mut written = BTreeMap::new();
    for (at, (name, cell)) in names.iter().enumerate() {
        written.insert(enrolled(&programme, &format!("named-{at}"), name).await.to_string(), *cell);
    }
    let long = enrolled(&programme, "named-long", &"Ư".repeat(10_000)).await.to_string();
    let base = programme.client.base();
    let answer = reqwest::get(format!("{base}/v1/scores.csv")).await.unwrap().text().await.unwrap();
    let mut seen = 0;
    for row in table(&answer) {
        if let Some(cell) = written.get(&row["subject"]) {
            assert_eq!(row["name"], *cell);
            seen += 1;
        } else if row["subject"] == long {
            assert_eq!(row["name"].chars().count(), 201, "a name has an end");
        }
    }
    assert_eq!(seen, names.len());
}
