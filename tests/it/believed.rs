//! What a client believes of a server that answers something else than it was asked.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tinnhiem::api;
use tinnhiem::client::{Client, ClientError, Patience};
use tinnhiem::ledger::Submission;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::audited_answers::{Between, Rewriting};
use crate::commitments;
use crate::programme::*;

/// A server that answers every request with the same bytes, or with none; its address.
async fn answering(answer: Option<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            match &answer {
                Some(answer) => {
                    let _ = stream.read(&mut [0; 65_536]).await;
                    let _ = stream.write_all(answer.as_bytes()).await;
                }
                None => kept.push(stream),
            }
        }
    });
    address
}

fn http(status: &str, more: &str, body: &str) -> Option<String> {
    let length = body.len();
    Some(format!("HTTP/1.1 {status}\r\n{more}content-length: {length}\r\nconnection: close\r\n\r\n{body}"))
}

async fn submitted(answer: Option<String>, submission: &Submission) -> ClientError {
    Client::new(&answering(answer).await).submit(submission).await.unwrap_err()
}

/// An endorsement, and what a ledger really answers to it and to another.
async fn endorsed(programme: &Programme, name: &str) -> (Submission, Value) {
    let draft = programme.draft(party("business"), Some(subject(name)), endorsement(programme.today()));
    let submission = draft.sign(&[&key("business")]).unwrap();
    let answer = programme.client.submit(&submission).await.unwrap();
    (submission, answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_counts_as_recorded_that_is_not_told_of_this_event() {
    let programme = Programme::start(policy()).await;
    let (submission, right) = endorsed(&programme, "kol").await;
    let (_, other) = endorsed(&programme, "other-kol").await;
    let with = |name: &str, value: Value| {
        let mut answer = right.clone();
        answer[name] = value;
        answer.to_string()
    };
    let answers = [
        "{}".to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        "\"ok\"".to_owned(),
        json!({"seq": 5}).to_string(),
        other.to_string(),
        with("id", other["id"].clone()),
        with("seq", json!(1)),
        with("receipt", json!("nonsense")),
        with("receipt", other["receipt"].clone()),
        with("receipt", Value::Null),
    ];
    for status in ["200 OK", "201 Created", "202 Accepted"] {
        for answer in &answers {
            let error = submitted(http(status, "", answer), &submission).await;
            assert!(matches!(error, ClientError::Unreadable(..)), "{answer}: {error:?}");
        }
    }
    let honest = Client::new(&answering(http("201 Created", "", &right.to_string())).await);
    assert_eq!(honest.submit(&submission).await.unwrap(), right);
}

/// Whatever a batch was answered with a good status counted as recorded.
#[tokio::test(flavor = "multi_thread")]
async fn no_line_of_a_batch_counts_as_recorded_that_is_not_told_of_its_event() {
    let programme = Programme::start(policy()).await;
    let events = crate::batch::events(&programme, 3);
    let body = crate::batch::lines(&events);
    let right = crate::batch::send(&programme, body.clone(), true).await;
    let with = |line: usize, name: &str, value: Value| {
        let mut answers = right.clone();
        answers[line][name] = value;
        answers
    };
    let swapped = vec![right[1].clone(), right[0].clone(), right[2].clone()];
    let more = |last: Value| [&right[..], &[last]].concat();
    let lies = [
        vec![],
        right[..2].to_vec(),
        swapped,
        vec![json!({}); 3],
        with(1, "id", right[0]["id"].clone()),
        with(1, "seq", json!(1)),
        with(1, "seq", Value::Null),
        with(1, "receipt", Value::Null),
        with(1, "receipt", right[2]["receipt"].clone()),
        with(1, "line", json!(2)),
        with(1, "status", json!(302)),
        with(1, "status", json!(422)),
        more(json!({"line": 3, "status": 201})),
        [more(json!({"line": 3, "status": 413, "code": "batch.too_large"})), vec![json!({"line": 4})]]
            .concat(),
    ];
    for lie in lies {
        let lines: String = lie.iter().map(|one| format!("{one}\n")).collect();
        let client = Client::new(&answering(http("200 OK", "", &lines)).await);
        let error = client.submit_batch(body.clone(), true, &mut |_| ()).await.unwrap_err();
        assert!(matches!(error, ClientError::Unreadable(..)), "{lines}: {error:?}");
    }
    for (right, receipts) in [(right.clone(), true), (with(1, "receipt", Value::Null), false)] {
        let lines: String = right.iter().map(|one| format!("{one}\n")).collect();
        let client = Client::new(&answering(http("200 OK", "", &lines)).await);
        client.submit_batch(body.clone(), receipts, &mut |_| ()).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_not_sent_elsewhere() {
    let programme = Programme::start(policy()).await;
    let draft = programme.draft(party("business"), Some(subject("kol")), endorsement(programme.today()));
    let submission = draft.sign(&[&key("business")]).unwrap();
    let size = programme.ledger.snapshot().size();
    for status in
        ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Moved"]
    {
        let to = format!("location: {}/v1/events\r\n", programme.client.base());
        let error = submitted(http(status, &to, ""), &submission).await;
        let told = error.to_string();
        assert!(told.contains("--ledger") && told.contains(programme.client.base()), "{status}: {told}");
        assert_eq!(programme.ledger.snapshot().size(), size);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_nothing_is_not_waited_for() {
    let patience = Patience { idle: Duration::from_millis(200), ..Patience::default() };
    let silent = Client::waiting(&answering(None).await, patience);
    let error = silent.json::<Value>("/v1/ledger").await.unwrap_err();
    assert!(matches!(error, ClientError::Unreachable(..)), "{error:?}");
}

/// Runs the program on a ledger; its exit code and what it says.
pub async fn run(ledger: &Client, line: &[&str]) -> (i32, String) {
    let (line, ledger): (Vec<String>, _) =
        (line.iter().map(|one| (*one).to_owned()).collect(), ledger.base().to_owned());
    let program = std::process::Command::new(env!("CARGO_BIN_EXE_tinnhiem"));
    let asked = move || { program }.args(line).env("TINNHIEM_LEDGER", ledger).output().unwrap();
    let done = tokio::task::spawn_blocking(asked).await.unwrap();
    let said = [done.stdout, done.stderr].concat();
    (done.status.code().unwrap(), String::from_utf8_lossy(&said).into_owned())
}

/// The ledger, but that one path is answered with these bytes.
async fn but_for(programme: &Programme, path: &str, lie: Vec<u8>) -> Between {
    let router = api::router(programme.ledger.clone(), None, api::Bounds::default());
    let path = path.to_owned();
    let rewrite: Rewriting =
        Arc::new(move |uri, _, answer| if uri.starts_with(&path) { lie.clone() } else { answer });
    Between::new(router, rewrite).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_receipt_or_checkpoint_is_not_kept_as_one() {
    let programme = Programme::start(policy()).await;
    let body = commitments::next(&programme).await;
    commitments::commit(&programme, body).await.unwrap();
    let bytes = async |path: &str| programme.client.bytes(path, 1 << 20).await.unwrap();
    let score = |name: &str| format!("/v1/subjects/{}/receipt", subject(name));
    let note = String::from_utf8(bytes("/checkpoint").await).unwrap();
    let (signed, _) = note.split_once("\n\n").unwrap();
    let unsigned = format!("{signed}\n\n").into_bytes();
    let other_size = note.replacen(&format!("\n{}\n", programme.ledger.snapshot().size()), "\n3\n", 1);
    assert_ne!(other_size, note);
    let (page, kol) = (b"<html>login</html>".to_vec(), subject("kol").to_string());
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept");
    let out = kept.to_str().unwrap();
    let checkpoint = &["checkpoint", "--out", out][..];
    let receipt = &["receipt", "5", "--out", out][..];
    let proof = &["score", &kol, "--receipt", out][..];
    let lies = [
        ("/checkpoint", page.clone(), checkpoint),
        ("/checkpoint", unsigned, checkpoint),
        ("/checkpoint", other_size.into_bytes(), checkpoint),
        ("/v1/receipts/5", page.clone(), receipt),
        ("/v1/receipts/5", Vec::new(), receipt),
        ("/v1/receipts/5", bytes("/v1/receipts/7").await, receipt),
        (&*score("kol"), page, proof),
        (&*score("kol"), bytes(&score("other-kol")).await, proof),
    ];
    for (path, lie, line) in lies {
        let between = but_for(&programme, path, lie.clone()).await;
        let (exit, said) = run(&between.client, line).await;
        let lie = String::from_utf8_lossy(&lie[..lie.len().min(60)]);
        assert_eq!(exit, 4, "{line:?} of {lie:?}: {said}");
        assert!(!kept.exists(), "{line:?} of {lie:?}");
    }
    for line in [checkpoint, receipt, proof] {
        let (exit, said) = run(&programme.client, line).await;
        assert_eq!(exit, 0, "{line:?}: {said}");
        std::fs::remove_file(&kept).unwrap();
    }
}
