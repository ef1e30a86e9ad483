//! Many events at once: order, duplicates, parallel clients.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use tinnhiem::ledger::Submission;
use tinnhiem::log::Receipt;

use crate::programme::*;

/// Assessments by three assessors of two subjects, each at an instant of its own.
pub fn events(programme: &Programme, count: usize) -> Vec<Submission> {
    let one = |number: usize| {
        let assessor = ["a1", "a2", "a3"][number % 3];
        let about = subject(["kol", "other-kol"][number % 2]);
        let draft = programme.draft(party(assessor), Some(about), assessment(programme.today()));
        draft.sign(&[&key(assessor)]).unwrap()
    };
    (0..count).map(one).collect()
}

/// A batch of events.
pub fn lines(events: &[Submission]) -> Vec<u8> {
    events.iter().map(|event| event.to_json() + "\n").collect::<String>().into_bytes()
}

/// Sends a batch; every line is answered, in order.
pub async fn send(programme: &Programme, lines: Vec<u8>, receipts: bool) -> Vec<Value> {
    let mut fates = Vec::new();
    programme.client.submit_batch(lines, receipts, &mut |fate| fates.push(fate)).await.unwrap();
    assert!((0..).zip(&fates).all(|(line, fate)| fate["line"] == line));
    fates
}

#[tokio::test(flavor = "multi_thread")]
async fn each_line_has_its_own_fate_in_order() {
    let programme = Programme::start(policy()).await;
    let first = programme.ledger.snapshot().size();
    let events = events(&programme, 300);
    let mut body = lines(&events[..200]);
    body.extend_from_slice(b"\n{\"not\": \"an envelope\"}\r\n");
    body.extend(lines(&events[..1]));
    body.extend(lines(&events[200..]));
    let fates = send(&programme, body, true).await;
    assert_eq!(fates.len(), 302);
    assert_eq!(
        (&fates[200]["status"], &fates[200]["code"]),
        (&400.into(), &"envelope.unknown_member".into())
    );
    assert_eq!((&fates[201]["status"], &fates[201]["seq"]), (&200.into(), &first.into()));
    let recorded = fates.iter().filter(|fate| fate["status"] == 201);
    let seqs: Vec<u64> = recorded.map(|fate| fate["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, (first..first + 300).collect::<Vec<_>>());
    for fate in fates.iter().filter(|fate| fate["status"] != 400) {
        let receipt = Receipt::parse(fate["receipt"].as_str().unwrap()).unwrap();
        let verified = receipt.verify(&programme.ledger.log_vkey()).unwrap();
        assert_eq!(verified.seq, fate["seq"].as_u64().unwrap());
        assert_eq!(verified.event.id().to_string(), fate["id"].as_str().unwrap());
    }
    let without = send(&programme, lines(&events[..2]), false).await;
    assert!(without.iter().all(|fate| fate["status"] == 200 && fate.get("receipt").is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_clients_sending_the_same_thousand_events_make_one_order() {
    let programme = Programme::start(policy()).await;
    let first = programme.ledger.snapshot().size();
    let events = events(&programme, 1000);
    let clients = (0..16).map(|client| {
        let mut own: Vec<Submission> = events.clone();
        own.rotate_left(client * 61);
        let http = programme.client.clone();
        tokio::spawn(async move {
            let mut seqs = Vec::new();
            if client % 2 == 0 {
                let collect = &mut |fate: Value| {
                    seqs.push((fate["id"].to_string(), fate["seq"].as_u64(), fate["status"] == 201))
                };
                http.submit_batch(lines(&own), false, collect).await.unwrap();
            } else {
                for event in &own {
                    let answer = http.submit(event).await.unwrap();
                    seqs.push((answer["id"].to_string(), answer["seq"].as_u64(), false));
                }
            }
            seqs
        })
    });
    let mut order = BTreeMap::new();
    for client in clients.collect::<Vec<_>>() {
        let seqs = client.await.unwrap();
        assert_eq!(seqs.len(), 1000);
        for (id, seq, _) in seqs {
            assert_eq!(*order.entry(id).or_insert(seq.unwrap()), seq.unwrap());
        }
    }
    let mut seqs: Vec<u64> = order.into_values().collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (first..first + 1000).collect::<Vec<_>>());
    assert_eq!(programme.ledger.snapshot().size(), first + 1000);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_event_again_is_answered_with_what_was_logged() {
    let programme = Programme::start(policy()).await;
    let event = &events(&programme, 1)[0];
    let first = programme.client.submit(event).await.unwrap();
    programme.assess("a2", "kol").await;
    let mut other = event.clone();
    other.envelope.add_signature_of(&key("business")).unwrap();
    let again = programme.client.submit(&other).await.unwrap();
    for member in ["seq", "id", "recorded_at", "keys"] {
        assert_eq!(first[member], again[member]);
    }
    let receipt = Receipt::parse(again["receipt"].as_str().unwrap()).unwrap();
    let verified = receipt.verify(&programme.ledger.log_vkey()).unwrap();
    assert_eq!(verified.checkpoint.size, programme.ledger.snapshot().size());
}

/// The answers to a body sent as it stands, whatever they say.
async fn answers(programme: &Programme, body: Vec<u8>) -> Vec<Value> {
    let url = format!("{}/v1/events/batch?receipts=false", programme.client.base());
    // The client leaves the length of nothing out.
    let length = body.len();
    let sent = reqwest::Client::new().post(url).body(body).header("content-length", length);
    let answer = sent.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let text = answer.text().await.unwrap();
    let fates: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!((0..).zip(&fates).all(|(line, fate)| fate["line"] == line));
    fates
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_may_end_anywhere_and_loses_no_line() {
    let programme = Programme::start(policy()).await;
    let first = programme.ledger.snapshot().size();
    let events = events(&programme, 640);
    let mut recorded = 0;
    for count in [1, 63, 64, 65, 128, 640] {
        let mut body = lines(&events[..count]);
        body.pop();
        let fates = answers(&programme, body).await;
        let statuses: Vec<u64> = fates.iter().map(|fate| fate["status"].as_u64().unwrap()).collect();
        assert_eq!(statuses, [vec![200; recorded], vec![201; count - recorded]].concat(), "{count}");
        recorded = count;
    }
    assert_eq!(programme.ledger.snapshot().size(), first + 640);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_long_a_line_is_refused_by_name_and_the_others_go_on() {
    let programme = Programme::start(policy()).await;
    let events = events(&programme, 3);
    let long = vec![b'x'; 3 * tinnhiem::limits::SUBMISSION_BYTES];
    let blank = vec![b' '; 2 * tinnhiem::limits::SUBMISSION_BYTES];
    let mut body = lines(&events[..2]);
    body.extend([&long[..], b"\n", &blank, b"\n", &blank, b"x\n", b"\r\n"].concat());
    body.extend(lines(&events[2..]));
    body.extend(&long);
    let fates = answers(&programme, body).await;
    let told: Vec<(u64, &str)> = fates
        .iter()
        .map(|fate| (fate["status"].as_u64().unwrap(), fate["code"].as_str().unwrap_or_default()))
        .collect();
    let long = (413, "submission.too_large");
    assert_eq!(told, [(201, ""), (201, ""), long, long, long, (201, ""), long]);
}

/// What a body is made of: ends of lines, blanks of all kinds, bytes that are no text, and events.
fn part(event: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let ends = prop::sample::select(vec![&b"\n"[..], b"\n", b"\r\n", b"\r", b"\n\n"]);
    let blanks = prop::sample::select(vec![
        &b" "[..],
        b"\t",
        b"\x0b",
        b"\x0c",
        b"\0",
        b"\xff",
        b"\xc2\x85",
        b"\xe2\x80\xa8",
        b"\xef\xbb\xbf",
        b"{}",
        b"x",
    ]);
    prop_oneof![
        6 => ends.prop_map(<[u8]>::to_vec),
        4 => blanks.prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..6),
        1 => Just(event),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_that_is_not_empty_has_one_answer() {
    let programme = Programme::start(policy()).await;
    let event = events(&programme, 1)[0].to_json().into_bytes();
    // Empty is a line of no byte, or of a carriage return alone: each of these but the last has answers.
    for (body, count) in [
        (&b"\x0c"[..], 1),
        (b"\x0b\n \n\t\n\r\r\n", 4),
        (b"\n\n{}\n\n\r\n{}\n", 2),
        (b"\xe2\x80\xa8\n\xc2\x85\n\0", 3),
        (b"\n\r\n\n\r", 0),
    ] {
        assert_eq!(answers(&programme, body.to_vec()).await.len(), count, "{body:?}");
    }
    let parts = prop::collection::vec(part(event), 0..30);
    let mut runner = TestRunner::deterministic();
    for _ in 0..120 {
        let body = parts.new_tree(&mut runner).unwrap().current().concat();
        let lines = body.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let count = lines.filter(|line| !line.is_empty()).count();
        let told = answers(&programme, body.clone()).await;
        assert_eq!(told.len(), count, "{:?}", String::from_utf8_lossy(&body));
        // Who counts the lines by the same rule knows that none is missing.
        let mut heard = 0;
        programme.client.submit_batch(body, false, &mut |_| heard += 1).await.unwrap();
        assert_eq!(heard, count);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_breaks_off_is_answered_as_far_as_it_came() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let programme = Programme::start(policy()).await;
    let events = events(&programme, 65);
    let mut body = lines(&events);
    body.truncate(body.len() - 10);
    let address = programme.client.base().trim_start_matches("http://").to_owned();
    let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
    let head = "POST /v1/events/batch?receipts=false HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 9999999\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).unwrap();
    assert_eq!(answer.matches("\"status\":201").count(), 64, "{answer:.400}");
    assert_eq!(answer.matches("\"code\":\"batch.broken\"").count(), 1);
}
