//! What once misled people at the command line: what is wrong is said by its code and by the option that gave
//! it, with what to do next.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use serde_json::Value;
use tinnhiem::ledger::Claim;
use tinnhiem::vault::write_secret;

use crate::operator::{ends, program, said};
use crate::programme::*;
use crate::signer::{Folder, admit, note};
use crate::withdrawal::run;

/// The code of a fault, as a program reads it.
fn code(folder: &Folder, line: &str) -> (i32, String) {
    let (exit, said) = said(program(folder, &format!("{line} --json")).output().unwrap());
    let faults = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let code = faults.filter_map(|fault| fault["error"]["code"].as_str().map(str::to_owned)).next_back();
    (exit, code.unwrap_or(said))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_of_the_time_that_the_machines_clock_contradicts_is_not_left() {
    let folder = Folder::new().await;
    let says = ["the machine's clock says", "earlier than 2099", "set the machine's clock right"];
    ends(&folder, "confirm-clock --data data --now 2099-01-01T00:00Z", 2, &says);
    assert!(!folder.path("data/clock-confirmed").exists());
    let now = tinnhiem::clock::Clock::system().now();
    ends(&folder, &format!("confirm-clock --data data --now {now}"), 0, &["said that it is"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_newest_is_refused_for_is_told_by_its_code() {
    let folder = Folder::new().await;
    folder.shell("cp -a data backup; cp -a data forked");
    let write = |name: &str, note: String| std::fs::write(folder.path(name), note).unwrap();
    let ledger = folder.open("data", Claim::Unchanged).unwrap();
    write("three", note(&ledger));
    admit(&ledger, "three").await.unwrap();
    write("four", note(&ledger));
    drop(ledger);
    let ledger = folder.open("forked", Claim::TakeOver).unwrap();
    admit(&ledger, "another").await.unwrap();
    admit(&ledger, "more").await.unwrap();
    drop(ledger);
    folder.shell("cp -a data newer; cp -a forked other; echo nothing > none");
    for (data, newest, expected) in [
        ("backup", "three", "newest.own"),
        ("newer", "three", "newest.older"),
        ("backup", "four", "newest.ahead"),
        ("other", "four", "newest.forked"),
        ("backup", "none", "note.malformed"),
    ] {
        let line = format!("serve --listen 127.0.0.1:0 --data {data} --newest {newest}");
        ends(&folder, &line, 2, &[&format!("({expected})")]);
        let explained = ends(&folder, &format!("explain {expected}"), 0, &[expected]);
        assert!(explained.contains("what to do:"), "{explained}");
    }
    let forked = "serve --listen 127.0.0.1:0 --data other --newest four";
    ends(&folder, forked, 2, &["(newest.forked):\n\n", "\n— "]);
    for code in ["usage", "failed", "ledger.between", "name.unknown"] {
        ends(&folder, &format!("explain {code}"), 0, &["what to do:"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_does_not_answer_is_told_by_what_gave_it() {
    let folder = Folder::new().await;
    folder.shell("cp -a data copy");
    let dead = "http://127.0.0.1:1";
    let newest = format!("serve --listen 127.0.0.1:0 --data copy --newest {dead}");
    let told = ends(
        &folder,
        &newest,
        4,
        &["by --newest", "no answer from http://127.0.0.1:1", "(ledger.unreachable)"],
    );
    assert!(!told.contains("--ledger"), "{told}");
    let audit = "audit http://localhost:1";
    let told = ends(&folder, audit, 4, &["in the place of http://localhost:1"]);
    assert!(!told.contains("--ledger"), "{told}");
    ends(&folder, "top", 4, &["by --ledger ADDRESS or TINNHIEM_LEDGER"]);
    ends(&folder, "top --ledger http://127.0.0.1:2", 4, &["by --ledger ADDRESS or TINNHIEM_LEDGER"]);
    // What a directory says of where it is served nobody gave.
    let _running = folder.open("data", Claim::Unchanged).unwrap();
    folder.shell("echo http://127.0.0.1:3 > data/address");
    let told = ends(&folder, "export --data data out", 4, &["no answer from http://127.0.0.1:3"]);
    assert!(!told.contains("--ledger"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_opens_read_only_says_so_and_what_is_served_says_where() {
    let folder = Folder::new().await;
    let told = ends(&folder, "fsck data", 0, &["clean"]);
    assert!(!told.contains("read-only"), "{told}");
    ends(&folder, "export --data data export", 0, &[]);
    folder.shell("cp -a data copy; mkdir imported; cp -p data/log-key.pem imported");
    ends(&folder, "import export --data imported", 0, &[]);
    for (data, why) in [("copy", "is a copy"), ("imported", "was imported")] {
        for verb in ["fsck", "audit"] {
            let says =
                ["read-only", why, &format!("serve --data {data}"), "--newest", "--take-over", "clean"];
            ends(&folder, &format!("{verb} {data}"), 0, &says);
        }
    }
    ends(&folder, "seal --data data --out last", 0, &[]);
    folder.shell("cp -a data moved");
    ends(&folder, "fsck data", 0, &["it is sealed", "read-only", "the address where the ledger went on"]);
    ends(&folder, "fsck moved", 0, &["it is sealed", "read-only", "the last checkpoint, which `seal` wrote"]);
    let (_, report) = said(program(&folder, "fsck --json copy").output().unwrap());
    let report: Value = serde_json::from_str(&report).unwrap();
    assert!(report["read_only"].as_str().is_some_and(|why| why.contains("copy")), "{report}");

    let mut serving = program(&folder, "serve --listen 127.0.0.1:0 --data copy --take-over --yes");
    let mut child = serving.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let base = lines.find_map(|line| line.unwrap().strip_prefix("http://").map(str::to_owned)).unwrap();
    let address = format!("http://{}", base.split(' ').next().unwrap());
    for verb in ["fsck", "audit"] {
        let says = [
            format!("tinnhiem audit {address}"),
            "in use by process".to_owned(),
            "(store.locked)".to_owned(),
        ];
        ends(&folder, &format!("{verb} copy"), 2, &says.each_ref().map(String::as_str));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A demo that ran was not exported by its directory, and no verb said where it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_demo_that_runs_says_where_as_any_ledger_does() {
    let folder = Folder::new().await;
    let mut demo = program(&folder, "demo --data seeded --today 2026-06-01 --listen 127.0.0.1:0");
    let mut child = demo.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("http://127.0.0.1:")));
    ends(&folder, "export --data seeded out", 0, &["entries written to out"]);
    ends(&folder, "fsck seeded", 2, &["tinnhiem audit http://127.0.0.1:", "(store.locked)"]);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_that_begins_to_serve_is_whole() {
    let folder = Folder::new().await;
    for name in ["seat", "operator"] {
        write_secret(&folder.path(&format!("{name}.pem")), &key(name)).unwrap();
    }
    let init = "init --name x.example --seat bo=seat.pem";
    let by_file = format!("{init} --operator op=operator.pem --data new");
    ends(&folder, &by_file, 0, &["`tinnhiem serve --data new --operator-key operator.pem`"]);
    let by_hex = format!("{init} --operator op={} --data other", key("operator").public());
    ends(&folder, &by_hex, 0, &["`tinnhiem serve --data other --operator-key OPERATOR.pem`", "private key"]);
    let mut command = program(&folder, &by_file);
    let mut served = Command::new(env!("CARGO_BIN_EXE_tinnhiem"));
    served.args(command.get_args().take_while(|one| *one != "--data")).args(["--data", "sổ cái"]);
    let (exit, told) = said(served.current_dir(folder.path("")).stdin(Stdio::null()).output().unwrap());
    assert!(exit == 0 && told.contains("serve --data 'sổ cái' --operator-key"), "{told}");
    assert_eq!(command.output().unwrap().status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_where_nothing_can_lie_is_told_with_what_can() {
    let folder = Folder::new().await;
    write_secret(&folder.path("seat.pem"), &key("seat-1")).unwrap();
    write_secret(&folder.path("operator.pem"), &key("operator")).unwrap();
    folder.shell("touch file; mkdir folder other; touch other/draw.pem");
    let init = "init --name x.example --seat bo=seat.pem --operator op=operator.pem";
    for (line, expected, says) in [
        (format!("{init} --data new --log-key gone/log.pem"), "file.missing", "mkdir -p gone"),
        (format!("{init} --data new --out gone/opening"), "file.missing", "mkdir -p gone"),
        (format!("{init} --data new --out folder"), "file.kind", "folder names a folder"),
        (format!("{init} --data new --out folder/"), "file.kind", "folder/ names a folder"),
        (format!("{init} --data new --out file/opening"), "file.kind", "file is no folder"),
        (format!("{init} --data file"), "ledger.no_directory", "file is a file"),
        (format!("{init} --data file/below"), "ledger.no_directory", "does not exist yet"),
        (format!("{init} --data new --out seat.pem"), "file.exists", "--force"),
        ("seal --data data --out gone/last".to_owned(), "file.missing", "mkdir -p gone"),
        ("fsck data --since gone/last".to_owned(), "file.missing", "mkdir -p gone"),
        ("export --data data --events-from 0 gone/all".to_owned(), "file.missing", "mkdir -p gone"),
        ("export --data data folder".to_owned(), "file.exists", "choose another folder"),
        ("export --data data file/below/out".to_owned(), "file.kind", "file is a file"),
        ("import gone --data new".to_owned(), "file.missing", "gone does not exist"),
        ("demo --seed-only --data file/below".to_owned(), "ledger.no_directory", "file/below is a file"),
        ("demo --seed-only --data other".to_owned(), "ledger.occupied", "other holds draw.pem"),
        ("keygen gone/me.pem".to_owned(), "keyfile.io", "mkdir -p"),
        ("policy diff gone.json".to_owned(), "file.missing", "gone.json"),
    ] {
        ends(&folder, &line, 2, &[says, &format!("({expected})")]);
        if !line.starts_with("fsck") && !line.starts_with("demo") {
            assert_eq!(code(&folder, &line), (2, expected.to_owned()), "{line}");
        }
        assert!(!folder.path("new").exists() && !folder.path("gone").exists(), "{line}");
    }
    let broken = format!("{init} --data new --utc-offset-min 5000");
    ends(&folder, &broken, 3, &["(opening.body)"]);
    assert_eq!(code(&folder, &broken), (3, "opening.body".to_owned()));
    // What is missing above a data directory is made, and a stroke at its end is no part of its name.
    ends(&folder, "demo --seed-only --today 2026-06-01 --data seeded/", 0, &[]);
    ends(&folder, "fsck seeded", 0, &["clean"]);
    ends(&folder, &format!("{init} --data deep/down/new/"), 0, &["serve --data deep/down/new/"]);
    for (listen, says) in [
        ("8080", "it has no port"),
        ("127.0.0.1", "it has no port"),
        (":8080", "it has no host"),
        ("127.0.0.1:http", "no number from 0 to 65535"),
        ("127.0.0.1:65536", "no number from 0 to 65535"),
        ("::1", "in brackets"),
        ("http://127.0.0.1:0", "no scheme"),
    ] {
        for verb in ["serve --data data", "demo"] {
            let line = format!("{verb} --listen {listen}");
            ends(&folder, &line, 2, &["--listen", says, "HOST:PORT", ":8080"]);
        }
    }
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let line = format!("serve --data data --listen {}", taken.local_addr().unwrap());
    ends(&folder, &line, 2, &["choose another with --listen", "(listen.taken)"]);
}

/// A server that answers everything as a proxy does whose ledger is gone; its address.
fn between(status: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, body) = (stream.unwrap(), "<html><h1>nginx</h1></html>");
            let _ = stream.read(&mut [0; 4096]);
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(head.as_bytes());
        }
    });
    base
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_no_ledger_gives_is_told_to_be_of_something_in_between() {
    let folder = Folder::new().await;
    for (status, exit, says) in [
        ("502 Bad Gateway", 4, "try again in a minute"),
        ("504 Gateway Timeout", 4, "no answer of the ledger in time"),
        ("500 Internal Server Error", 4, "try again in a minute"),
        ("429 Too Many Requests", 4, "no more for now"),
        ("403 Forbidden", 3, "lets nobody through"),
        ("404 Not Found", 3, "check the address"),
        ("413 Payload Too Large", 3, "passes on nothing as large"),
    ] {
        let line = format!("ledger --ledger {}", between(status));
        ends(
            &folder,
            &line,
            exit,
            &[&format!("answered {status}"), "a proxy in between", says, "(ledger.between)"],
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_ledger_has_not_ends_alike_whatever_it_is() {
    let programme = Programme::start(policy()).await;
    let folder = tempfile::tempdir().unwrap();
    let nobody = "kol-0000000000000";
    for (line, expected) in [
        (&["score", nobody][..], "subject.unknown"),
        (&["score", "Không Ai"], "subject.unknown"),
        (&["me", "Không Ai"], "subject.unknown"),
        (&["member", "khong-ai"], "member.unknown"),
        (&["member", "Không Ai Cả"], "name.unknown"),
        (&["log", "--issuer", "Không Ai Cả"], "name.unknown"),
        (&["show", "99999"], "event.unknown"),
        (&["show", "00000000"], "event.unknown"),
        (&["receipt", "99999"], "event.unknown"),
        (&["top", "--topic", "no-such-topic"], "query.value"),
        (&["top", "--band", "Z"], "query.value"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tinnhiem"));
        command.args(line).args(["--json", "--ledger", programme.client.base()]).current_dir(folder.path());
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let fault: Value =
            said.lines().rev().find_map(|line| serde_json::from_str(line).ok()).unwrap_or_default();
        assert_eq!(
            (output.status.code(), fault["error"]["code"].as_str()),
            (Some(3), Some(expected)),
            "{line:?}: {said}"
        );
        let (_, told) = run(&programme, line, &[]);
        assert!(told.contains(&format!("({expected})")), "{line:?}: {told}");
    }
    // What the program itself does not have is a wrong word of the command.
    for line in [&["explain", "a.b"][..], &["guide", "nothing"], &["log", "--type", "nothing"]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tinnhiem"));
        let output = command.args(line).arg("--json").output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && said.contains("\"usage\""), "{line:?}: {said}");
    }
}
