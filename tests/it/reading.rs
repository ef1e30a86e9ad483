//! What the API answers to those who read.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::StatusCode;
use serde_json::Value;
use tinnhiem::clock::Clock;
use tinnhiem::demo;
use tinnhiem::event::Commitment;
use tinnhiem::ledger::{Ledger, Setup};
use tinnhiem::log::*;
use tinnhiem::time::Date;

use crate::programme::{listen_as_of, listen_within};

/// The demo behind a socket.
pub struct Demo {
    pub ledger: Arc<Ledger>,
    pub http: reqwest::Client,
    pub base: String,
    server: tokio::task::JoinHandle<()>,
    _directory: tempfile::TempDir,
}

impl Demo {
    pub async fn start() -> Self {
        Self::of("2026-06-01").await
    }

    /// The demo seen on a day.
    pub async fn of(today: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let today: Date = today.parse().unwrap();
        demo::seed(directory.path(), today).await.unwrap();
        let ledger = Arc::new(Ledger::open(Setup::at(directory.path(), Clock::system()).unwrap()).unwrap());
        let (client, server) = listen_as_of(ledger.clone(), Some(today)).await;
        let base = client.base().to_owned();
        Self { ledger, http: reqwest::Client::new(), base, server, _directory: directory }
    }

    pub async fn get(&self, path: &str) -> reqwest::Response {
        self.http.get(format!("{}{path}", self.base)).send().await.unwrap()
    }

    pub async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    pub async fn code(&self, path: &str) -> (u16, String) {
        let answer = self.get(path).await;
        let status = answer.status().as_u16();
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{path}");
        let problem: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        assert!(!problem["detail"].as_str().unwrap().is_empty());
        (status, problem["code"].as_str().unwrap().to_owned())
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// A member of each row; the name of who is erased is nowhere.
fn texts(values: &Value, member: &str) -> Vec<String> {
    let rows = values.as_array().unwrap().iter();
    rows.map(|row| row[member].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_one_another_without_gap_or_repeat() {
    let demo = Demo::start().await;
    let size = demo.ledger.snapshot().size();
    let mut seqs = Vec::new();
    let mut path = "/v1/events?limit=37".to_owned();
    loop {
        let page = demo.json(&path).await;
        seqs.extend(page["events"].as_array().unwrap().iter().map(|row| row["seq"].as_u64().unwrap()));
        match page["next"].as_u64() {
            Some(next) => path = format!("/v1/events?limit=37&after={next}"),
            None => break,
        }
    }
    assert_eq!(seqs, (0..size).collect::<Vec<_>>());
    for (sort, topic) in
        [("best", ""), ("worst", ""), ("best", "&topic=thoi-trang"), ("worst", "&topic=am-thuc")]
    {
        let whole = demo.json(&format!("/v1/subjects?sort={sort}{topic}")).await;
        let mut subjects = Vec::new();
        let mut after = String::new();
        loop {
            let page = demo.json(&format!("/v1/subjects?sort={sort}{topic}&limit=2{after}")).await;
            subjects.extend(texts(&page["subjects"], "subject"));
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert_eq!(subjects, texts(&whole["subjects"], "subject"), "{sort}{topic}");
    }
    let b = demo.json("/v1/subjects?band=B").await;
    assert!(b["subjects"].as_array().unwrap().iter().all(|row| row["band"] == "B"));
    let good = demo.json("/v1/subjects?min_score=8000").await;
    assert!(good["subjects"].as_array().unwrap().iter().all(|row| row["score"].as_u64().unwrap() >= 8000));
    assert!(texts(&good["subjects"], "name").contains(&"Trần Bảo Ngân".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn subjects_are_found_by_name_and_by_id() {
    let demo = Demo::start().await;
    let found = async |q: &str| {
        let page = demo.http.get(format!("{}/v1/subjects", demo.base)).query(&[("q", q)]).send().await;
        let page: Value = serde_json::from_slice(&page.unwrap().bytes().await.unwrap()).unwrap();
        texts(&page["subjects"], "name")
    };
    let ways = ["bao ngan", "Bảo Ngân", "TRẦN BẢO", "trần  bao ngân ", "ngan bao", "Ngân Trần"];
    let pointed = ["Trần, Bảo Ngân", "Tran-Bao.Ngan", "“Bảo Ngân”", "(Ngân) Trần", "'ngan', bao;"];
    for q in ways.into_iter().chain(pointed).chain([
        "Ｔｒần Bảo",
        "tr\u{200b}ần\u{feff} bảo",
        "Ba\u{309}o Nga\u{302}n",
    ]) {
        assert_eq!(found(q).await, ["Trần Bảo Ngân"], "{q}");
    }
    // A handle that nobody has linked is nobody's, whatever people are called.
    assert!(found("@bao-ngân").await.is_empty() && found("@ngan").await.is_empty());
    let whole = demo.json("/v1/subjects").await;
    assert_eq!(found("kol-").await, texts(&whole["subjects"], "name"));
    assert!(found("ngan gao").await.is_empty() && found("kol-0123456789abcd").await.is_empty());
    let han = demo::subject("han").to_string();
    let name = demo.json(&format!("/v1/subjects/{han}")).await["name"].clone();
    assert_eq!(found(&han[..12]).await, [name.as_str().unwrap()]);
    assert_eq!(found(&han.to_uppercase()).await, [name.as_str().unwrap()]);
    let topic = demo.json("/v1/subjects?topic=thoi-trang&q=kol-&limit=1000").await;
    assert_eq!(topic["subjects"], demo.json("/v1/subjects?topic=thoi-trang").await["subjects"]);
    let profile = demo.json(&format!("/v1/subjects/{}", demo::subject("ngan"))).await;
    if let Some(profile) = profile["profile"].as_str() {
        std::fs::remove_file(demo.ledger.vault().path(&profile.parse().unwrap())).unwrap();
        assert!(found("bao ngan").await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_long_is_compressed_for_those_who_ask() {
    let demo = Demo::start().await;
    let han = demo::subject("han");
    for path in [format!("/v1/subjects/{han}/score"), "/v1/events?limit=1000".to_owned()] {
        let plain = demo.get(&path).await;
        assert!(plain.headers().get("content-encoding").is_none());
        assert_eq!(plain.headers()["vary"], "accept-encoding");
        let tag = plain.headers()["etag"].clone();
        let asked = demo.http.get(format!("{}{path}", demo.base)).header("accept-encoding", "gzip");
        let packed = asked.send().await.unwrap();
        assert_eq!(
            (&packed.headers()["content-encoding"], &packed.headers()["etag"]),
            (&"gzip".parse().unwrap(), &tag)
        );
        let packed = packed.bytes().await.unwrap();
        let mut whole = Vec::new();
        std::io::copy(&mut flate2::read::GzDecoder::new(&packed[..]), &mut whole).unwrap();
        assert_eq!(whole, plain.bytes().await.unwrap(), "{path}");
        let head = demo.http.head(format!("{}{path}", demo.base)).send().await.unwrap();
        assert_eq!(
            (&head.headers()["etag"], head.headers()["content-length"].to_str().unwrap()),
            (&tag, whole.len().to_string().as_str())
        );
    }
    let short = demo.get("/healthz").await;
    assert_eq!(short.headers()["vary"], "accept-encoding");
    assert!(short.headers().get("content-encoding").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_name_the_same_entries_as_the_whole_list() {
    let demo = Demo::start().await;
    let whole = demo.json("/v1/events?limit=1000").await;
    let han = demo::subject("han").to_string();
    for (filter, fits) in [
        (
            "type=assessment.published",
            Box::new(|row: &Value| row["type"] == "assessment.published") as Box<dyn Fn(&Value) -> bool>,
        ),
        ("issuer=council", Box::new(|row: &Value| row["issuer"] == "council")),
        (&format!("subject={han}"), Box::new(|row: &Value| row["subject"] == han.as_str())),
        (
            &format!("subject={han}&type=sanction.imposed"),
            Box::new(|row: &Value| row["subject"] == han.as_str() && row["type"] == "sanction.imposed"),
        ),
    ] {
        let expected: Vec<&Value> =
            whole["events"].as_array().unwrap().iter().filter(|row| fits(row)).collect();
        let found = demo.json(&format!("/v1/events?limit=1000&{filter}")).await;
        assert!(!expected.is_empty());
        assert_eq!(found["events"].as_array().unwrap().iter().collect::<Vec<_>>(), expected, "{filter}");
    }
    let of_han = demo.json(&format!("/v1/subjects/{han}/events?limit=1000")).await;
    let history = demo.json(&format!("/v1/subjects/{han}/history?limit=1000")).await;
    assert_eq!(of_han["events"].as_array().unwrap().len(), history["history"].as_array().unwrap().len());
    let last = history["history"].as_array().unwrap().last().unwrap();
    assert_eq!(last["after"]["score"], 7982);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_is_answered_and_what_cannot_be_is_refused() {
    let demo = Demo::start().await;
    let han = demo::subject("han");
    let size = demo.ledger.snapshot().size();
    let now = demo.json(&format!("/v1/subjects/{han}/score")).await;
    assert_eq!(
        (&now["score"], &now["size"], &now["as_of"]),
        (&7982.into(), &size.into(), &"2026-06-01".into())
    );
    for (query, fixed) in [
        ("size=150".to_owned(), None),
        ("as_of=2026-05-01".to_owned(), None),
        (format!("size={size}&as_of=2026-12-24"), Some(format!("{size}/2026-12-24"))),
    ] {
        let score = demo.json(&format!("/v1/subjects/{han}/score?{query}")).await;
        let fixed = fixed.unwrap_or(format!("{}/{}", score["size"], score["as_of"].as_str().unwrap()));
        assert_eq!(demo.json(&format!("/v1/subjects/{han}/score/{fixed}")).await, score);
    }
    for (path, status, code) in [
        (format!("/v1/subjects/{han}/score?size=0"), 422, "size.out_of_range"),
        (format!("/v1/subjects/{han}/score?size={}", size + 1), 422, "size.out_of_range"),
        (format!("/v1/subjects/{han}/score?size={size}&as_of=2026-01-01"), 422, "as_of.before_size"),
        (format!("/v1/subjects/{han}/score?as_of=2020-01-01"), 422, "as_of.before_first"),
        (format!("/v1/subjects/{han}/score?as_of=yesterday"), 400, "query.malformed"),
        (format!("/v1/subjects/{han}/score?size=1&size=2"), 400, "query.repeated"),
        ("/v1/subjects/kol-0000000000000/score".to_owned(), 404, "subject.unknown"),
        ("/v1/subjects/kol-O/score".to_owned(), 400, "path.malformed"),
        (format!("/v1/subjects/{han}/score?size=2&as_of=2026-05-01"), 404, "subject.unknown"),
        ("/v1/subjects?limit=0".to_owned(), 400, "query.limit"),
        ("/v1/subjects?limit=1001".to_owned(), 400, "query.limit"),
        ("/v1/subjects?after=x".to_owned(), 400, "query.after"),
        ("/v1/events?type=nothing".to_owned(), 400, "query.type"),
        ("/v1/events/007".to_owned(), 400, "path.malformed"),
        (format!("/v1/events/{size}"), 404, "event.unknown"),
        (format!("/v1/events/{}", "0".repeat(64)), 404, "event.unknown"),
        ("/v1/members/nobody".to_owned(), 404, "member.unknown"),
        ("/v1/contests/0".to_owned(), 404, "contest.unknown"),
        ("/v1/policies/9".to_owned(), 404, "policy.unknown"),
        (format!("/v1/attachments/{}", "0".repeat(64)), 404, "attachment.unknown"),
        (format!("/v1/receipts/{size}"), 404, "log.beyond"),
        (format!("/v1/proofs/inclusion/{}/0", size + 1), 404, "log.beyond"),
        ("/v1/proofs/inclusion/5/5".to_owned(), 404, "log.beyond"),
        ("/v1/proofs/consistency/0/5".to_owned(), 404, "log.beyond"),
        ("/v1/proofs/consistency/6/5".to_owned(), 404, "log.beyond"),
        ("/tile/0/000.p/0".to_owned(), 400, "tile.path"),
        ("/tile/0/001".to_owned(), 404, "tile.unpublished"),
        ("/tile/entries/009".to_owned(), 404, "tile.unpublished"),
        ("/v1/nothing".to_owned(), 404, "route.unknown"),
    ] {
        assert_eq!(demo.code(&path).await, (status, code.to_owned()), "{path}");
    }
    let wrong = demo.http.delete(format!("{}/v1/events", demo.base)).send().await.unwrap();
    assert_eq!(wrong.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lasts_says_so_and_what_changes_can_be_asked_again() {
    let demo = Demo::start().await;
    let han = demo::subject("han");
    let size = demo.ledger.snapshot().size();
    for path in [
        format!("/v1/subjects/{han}/score/{size}/2026-06-01"),
        "/v1/events/3".to_owned(),
        "/tile/0/000".to_owned(),
        "/tile/entries/000".to_owned(),
        format!("/v1/proofs/inclusion/{size}/7"),
        format!("/v1/proofs/consistency/9/{size}"),
    ] {
        let answer = demo.get(&path).await;
        assert_eq!(answer.headers()["cache-control"], "public, max-age=31536000, immutable", "{path}");
    }
    for path in ["/checkpoint", "/v1/ledger", "/v1/subjects", "/v1/members", "/v1/policies", "/openapi.json"]
    {
        let answer = demo.get(path).await;
        assert_eq!(
            (answer.status(), &answer.headers()["cache-control"]),
            (StatusCode::OK, &"no-cache".parse().unwrap())
        );
        let tag = answer.headers()["etag"].clone();
        let again =
            demo.http.get(format!("{}{path}", demo.base)).header("if-none-match", tag).send().await.unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
        assert!(again.bytes().await.unwrap().is_empty());
        let other = demo
            .http
            .get(format!("{}{path}", demo.base))
            .header("if-none-match", "W/\"x\"")
            .send()
            .await
            .unwrap();
        assert_eq!(other.status(), StatusCode::OK);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn proofs_receipts_and_attachments_verify() {
    let demo = Demo::start().await;
    let log = &demo.ledger.log_vkey();
    let note = demo.get("/checkpoint").await.text().await.unwrap();
    let checkpoint = SignedCheckpoint::open(&note, log).unwrap().checkpoint().clone();
    let hashes = |value: &Value| -> Vec<Hash> { serde_json::from_value(value["hashes"].clone()).unwrap() };
    let mut commitments = BTreeSet::new();
    for seq in (0..checkpoint.size).step_by(17) {
        let text = demo.get(&format!("/v1/receipts/{seq}")).await.text().await.unwrap();
        let receipt = Receipt::parse(&text).unwrap();
        let verified = receipt.verify(log).unwrap();
        let proof = hashes(&demo.json(&format!("/v1/proofs/inclusion/{}/{seq}", checkpoint.size)).await);
        verify_inclusion(checkpoint.size, seq, &verified.leaf, &proof, &checkpoint.root).unwrap();
        let by_id = demo.json(&format!("/v1/events/{}", verified.event.id())).await;
        assert_eq!(by_id, demo.json(&format!("/v1/events/{seq}")).await);
        assert_eq!(by_id["prev"], verified.prev.to_string());
        let payload = STANDARD.decode(by_id["envelope"]["payload"].as_str().unwrap()).unwrap();
        assert_eq!(payload, verified.event.payload());
        let resent = demo.http.post(format!("{}/v1/events", demo.base)).body(by_id["envelope"].to_string());
        assert_eq!(resent.send().await.unwrap().status(), StatusCode::OK);
        commitments.extend(
            by_id["attachments"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()),
        );
        if seq > 0 {
            let root = demo.ledger.reader().root(seq).unwrap();
            let proof =
                hashes(&demo.json(&format!("/v1/proofs/consistency/{seq}/{}", checkpoint.size)).await);
            verify_consistency(seq, &root, checkpoint.size, &checkpoint.root, &proof).unwrap();
        }
    }
    let mut kept = 0;
    for commitment in commitments {
        let answer = demo.get(&format!("/v1/attachments/{commitment}")).await;
        if answer.status() == StatusCode::NOT_FOUND {
            continue;
        }
        let salt: [u8; 32] =
            STANDARD.decode(answer.headers()["x-salt"].to_str().unwrap()).unwrap().try_into().unwrap();
        assert!(answer.headers()["content-security-policy"].to_str().unwrap().contains("sandbox"));
        let bytes = answer.bytes().await.unwrap();
        assert_eq!(Commitment::to(&salt, &bytes).to_string(), commitment);
        kept += 1;
    }
    assert!(kept > 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn members_contests_and_policies_are_shown() {
    let demo = Demo::start().await;
    let members = demo.json("/v1/members").await;
    assert_eq!((members["council"].as_array().unwrap().len(), &members["threshold"]), (5, &3.into()));
    let la_sen = demo.json("/v1/members/la-sen").await;
    let keys = la_sen["keys"].as_array().unwrap();
    assert_eq!((la_sen["name"].as_str(), keys.len()), (Some("Mỹ phẩm Lá Sen"), 2));
    assert!(keys[0]["live"] == true && keys[1]["live"] == false && !keys[1]["invalid_from"].is_null());
    let contests = demo.json("/v1/contests?status=open").await;
    assert_eq!(contests["contests"][0]["subject"], demo::subject("han").to_string());
    let id = contests["contests"][0]["contest"].as_str().unwrap();
    assert_eq!(demo.json(&format!("/v1/contests/{id}")).await, contests["contests"][0]);
    let decided = demo.json("/v1/contests?status=decided").await;
    assert_eq!(texts(&decided["contests"], "subject"), [demo::subject("nghia").to_string()]);
    let policies = demo.json("/v1/policies").await;
    let in_force = policies["policies"].as_array().unwrap().iter().filter(|one| one["in_force"] == true);
    assert_eq!(in_force.map(|one| one["version"].as_u64().unwrap()).collect::<Vec<_>>(), [2]);
    assert_eq!(demo.json("/v1/policies/2").await["policy"]["notice_days"], 45);
    let ledger = demo.json("/v1/ledger").await;
    assert_eq!(ledger["replayed_entries"], demo.ledger.snapshot().size());
    assert_eq!((&ledger["policy"], &ledger["today"]), (&2.into(), &"2026-06-01".into()));
    let subject = demo.json(&format!("/v1/subjects/{}", demo::subject("dung"))).await;
    assert_eq!((&subject["name"], &subject["band"]), (&"BS. Ngô Thùy Dung".into(), &"A".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_reading_stops_the_program_quietly() {
    let demo = Demo::start().await;
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tinnhiem"));
    let output = command.args(["top", "--ledger", &demo.base]).stdout(writer).output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(141), Vec::new()));
}

/// A look that takes too long stops where it is, says where, and is gone on with from there.
#[tokio::test(flavor = "multi_thread")]
async fn looks_that_have_no_time_come_to_their_end_page_by_page() {
    let demo = Demo::start().await;
    let bounds = tinnhiem::api::Bounds { look: std::time::Duration::ZERO, ..Default::default() };
    let hurried = listen_within(demo.ledger.clone(), Some("2026-06-01".parse().unwrap()), bounds).await.0;
    let json = async |base: &str, path: &str| -> Value {
        let answer = reqwest::get(format!("{base}{path}")).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    };
    let subjects = demo.json("/v1/subjects").await;
    let subject = subjects["subjects"][0]["subject"].as_str().unwrap();
    let mut short = 0;
    for (path, rows) in [
        (format!("/v1/subjects/{subject}/history?limit=1000"), "history"),
        (format!("/v1/subjects/{subject}/history/steps?limit=1000"), "steps"),
        ("/v1/events?type=assessment.published&limit=1000".to_owned(), "events"),
        ("/v1/contests?limit=1000".to_owned(), "contests"),
        ("/v1/collaborations?limit=1000".to_owned(), "collaborations"),
        ("/v1/subjects?q=an&limit=1000".to_owned(), "subjects"),
    ] {
        let whole = json(&demo.base, &path).await;
        let (mut joined, mut next) = (Vec::new(), None::<String>);
        for page in 0.. {
            assert!(page < 2000, "{path} has no end");
            let cursor = next.map_or_else(String::new, |next| format!("&after={next}"));
            let answer = json(hurried.base(), &format!("{path}{cursor}")).await;
            joined.extend(answer[rows].as_array().unwrap_or_else(|| panic!("{path}: {answer}")).clone());
            next = match &answer["next"] {
                Value::Null => break,
                Value::String(next) => Some(next.clone()),
                other => Some(other.to_string()),
            };
            short += 1;
        }
        assert_eq!(Value::from(joined), whole[rows], "{path}");
    }
    assert!(short > 1, "no look was cut short");
}

/// Who holds a key and nothing else could not learn as whom it acts.
#[tokio::test(flavor = "multi_thread")]
async fn whose_a_key_is_is_told_of_members_kols_and_seats() {
    let demo = Demo::start().await;
    let of = |name: &str| format!("/v1/keys/{}", demo::key(name).public());
    for (name, owner, seat) in [
        ("la-sen", "la-sen".to_owned(), None),
        ("han", demo::subject("han").to_string(), None),
        ("dieu-phoi-2", "dieu-phoi-2".to_owned(), Some(2)),
    ] {
        let told = demo.json(&of(name)).await;
        assert_eq!((told["owner"].as_str(), told["seat_number"].as_u64()), (Some(owner.as_str()), seat));
        assert_eq!(told["live"], true);
        assert_eq!(told["state"], "live");
        assert_eq!(told["seat"], seat.is_some());
    }
    assert_eq!(demo.code(&of("nobody")).await, (404, "key.unknown".to_owned()));
    assert_eq!(demo.code("/v1/keys/00").await, (400, "path.malformed".to_owned()));
}
