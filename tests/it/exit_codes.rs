//! What a script can tell from how a verb ends.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;

use serde_json::Value;

use crate::programme::*;

/// Runs the program; its exit code, and its fault as a program reads it.
fn run(line: &[&str]) -> (i32, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_tinnhiem")).args(line).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let fault = said.lines().rev().find_map(|line| serde_json::from_str(line).ok());
    (output.status.code().unwrap(), fault.unwrap_or_else(|| said.into()))
}

/// A ledger that answers everything with one problem.
fn answering(status: u16, code: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let body = serde_json::json!({"code": code, "detail": "why"}).to_string();
    let answer = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    base
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_refusal_and_outage_have_their_own_codes() {
    let programme = Programme::start(policy()).await;
    let folder = tempfile::tempdir().unwrap();
    let key_file = folder.path().join("business.pem");
    tinnhiem::vault::write_secret(&key_file, &key("business")).unwrap();
    let key_file = key_file.to_str().unwrap();
    let kol = subject("kol").to_string();
    let endorse = |ledger: &str, issuer: &str| {
        run(&[
            "endorse",
            "--issuer",
            issuer,
            "--subject",
            &kol,
            "--relation",
            "none",
            "--topic",
            "my-pham",
            "--key",
            key_file,
            "--json",
            "--ledger",
            ledger,
        ])
    };
    let base = programme.client.base();
    assert_eq!(endorse(base, "business").0, 0);
    let (code, fault) = endorse(base, "business");
    assert_eq!((code, &fault["error"]["code"]), (3, &"endorsement.exists".into()), "{fault}");
    assert_eq!(fault["error"]["status"], 409);
    let (code, fault) = endorse(base, "a1");
    assert_eq!((code, &fault["error"]["code"]), (3, &"key.other_owner".into()), "{fault}");
    for (status, code) in [(503, "ledger.clock"), (429, "key.too_fast"), (507, "ledger.full")] {
        let (exit, fault) = endorse(&answering(status, code), "business");
        assert_eq!((exit, &fault["error"]["code"]), (4, &code.into()), "{fault}");
        assert_eq!(fault["error"]["detail"].as_str().unwrap(), format!("why ({code})"));
    }
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (code, fault) = endorse(&format!("http://{closed}"), "business");
    assert_eq!((code, &fault["error"]["code"]), (4, &"ledger.unreachable".into()), "{fault}");
    for usage in [&["endorse", "--json"][..], &["nothing", "--json"], &["top", "--json", "--limit", "x"]] {
        let (code, fault) = run(usage);
        assert_eq!((code, &fault["error"]["code"]), (2, &"usage".into()), "{fault}");
    }
    // What could not be done here is no refusal.
    let (code, fault) = run(&["fsck", "--json", folder.path().to_str().unwrap()]);
    assert_eq!(code, 2, "{fault}");
    assert!(fault["error"]["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{fault}");
    // Work that was done and found something.
    let receipt = folder.path().join("r");
    std::fs::write(&receipt, "no receipt").unwrap();
    let vkey = programme.ledger.log_vkey().to_string();
    assert_eq!(run(&["verify", receipt.to_str().unwrap(), "--vkey", &vkey]).0, 1);
    // Without --json a fault is prose.
    let (code, said) = run(&["score", "kol-0000000000000", "--ledger", base]);
    assert_eq!((code, said.as_str().is_some_and(|said| said.starts_with("tinnhiem: "))), (3, true), "{said}");
    let help = Command::new(env!("CARGO_BIN_EXE_tinnhiem")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for code in 0..=4 {
        assert!(help.contains(&format!("\n  {code}  ")), "{help}");
    }
}
