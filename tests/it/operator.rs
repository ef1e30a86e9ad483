//! What an operator is told where something is not as it should be, and that nothing is begun then.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};

use tinnhiem::clock::Clock;
use tinnhiem::event::*;
use tinnhiem::ledger::{Claim, Ledger, Setup};
use tinnhiem::vault::{read_secret, write_secret};

use crate::programme::*;
use crate::signer::{Folder, admit, note};

pub fn program(folder: &Folder, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tinnhiem"));
    command.args(line.split(' ')).current_dir(folder.path("")).stdin(Stdio::null());
    // Nobody listens there.
    command.env("TINNHIEM_LEDGER", "http://127.0.0.1:1");
    command
}

pub fn said(output: Output) -> (i32, String) {
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap()).concat();
    (output.status.code().unwrap_or(-1), said)
}

/// The verb ends with this code, and says all of this.
pub fn ends(folder: &Folder, line: &str, code: i32, says: &[&str]) -> String {
    let (got, said) = said(program(folder, line).output().unwrap());
    assert!(got == code && says.iter().all(|one| said.contains(one)), "{line}: {got}\n{said}");
    said
}

/// What a server says until it answers, and is stopped.
pub fn served(folder: &Folder, line: &str) -> String {
    let mut command = program(folder, line);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let base = lines.find_map(|line| line.unwrap().strip_prefix("http://").map(str::to_owned));
    let base = base.unwrap_or_else(|| panic!("{line}: {}", said_by(&mut child)));
    let mut stream = TcpStream::connect(base.split(' ').next().unwrap()).unwrap();
    stream.write_all(b"GET /healthz HTTP/1.0\r\n\r\n").unwrap();
    stream.read_to_end(&mut Vec::new()).unwrap();
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    said_by(&mut child)
}

/// What it said on the error stream until it ended.
fn said_by(child: &mut Child) -> String {
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    child.wait().unwrap();
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_the_place_of_a_ledger_is_said_by_every_verb_that_opens_one() {
    let folder = Folder::new().await;
    ends(&folder, "export --data data export", 0, &["3 entries"]);
    folder.shell("mkdir empty; touch file; cp -a data apart; mv apart/log-key.pem key.pem");
    let verbs =
        ["fsck DIR", "export --data DIR out", "seal --data DIR", "serve --listen 127.0.0.1:0 --data DIR"];
    for verb in verbs {
        let line = |name: &str| verb.replace("DIR", name);
        ends(&folder, &line("gone"), 2, &["gone does not exist", "init --data gone"]);
        ends(&folder, &line("file"), 2, &["file is no directory"]);
        ends(&folder, &line("empty"), 2, &["no ledger is in empty"]);
        ends(&folder, &line("export"), 2, &["export is an export", "audit export", "import export --data"]);
    }
    for verb in &verbs[2..] {
        let says = &["a ledger is in apart", "apart/log-key.pem", "--log-key"];
        ends(&folder, &verb.replace("DIR", "apart"), 2, says);
    }
    ends(&folder, "confirm-clock --now 2026-11-28T12:00Z --data gone", 2, &["gone does not exist"]);
    ends(&folder, "fsck --json export", 2, &["\"ledger.export\""]);
    // Of a running one no key is needed.
    let running = Ledger::open(Setup::at(&folder.path("data"), Clock::system()).unwrap()).unwrap();
    folder.shell("mv data/log-key.pem key.pem");
    ends(&folder, "serve --listen 127.0.0.1:0 --data data", 2, &["in use by process"]);
    drop(running);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_without_its_store_or_with_half_of_it_is_told_what_it_lacks() {
    let folder = Folder::new().await;
    ends(&folder, "audit data", 0, &["directory's own word", "clean"]);
    folder.shell("cp -a data storeless; rm -r storeless/store");
    ends(&folder, "fsck storeless", 1, &["store.missing", "restore a backup"]);
    let serve = "serve --listen 127.0.0.1:0 --data storeless";
    let said = ends(&folder, serve, 2, &["store", "is missing", "restore a backup"]);
    assert!(!said.contains("tinnhiem init"), "{said}");
    let sealed = |said: &str| said.contains("it is sealed");
    assert!(!sealed(&ends(&folder, "fsck data", 0, &["clean"])));
    ends(&folder, "seal --data data --out last", 0, &[]);
    assert!(sealed(&ends(&folder, "fsck data", 0, &["clean"])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_cannot_store_attachments_is_not_ready() {
    let folder = Folder::new().await;
    let serve = "serve --listen 127.0.0.1:0 --data data";
    let told = served(&folder, serve);
    assert!(told.contains("signs what comes in"), "{told}");
    let held = |folder: &Folder| folder.open("data", Claim::Unchanged).unwrap().held();
    folder.shell("rm -rf data/vault; touch data/vault");
    let told = served(&folder, serve);
    for says in ["takes no writes (vault.io)", "no attachment can be stored there", "data/vault", "chown"] {
        assert!(told.contains(says), "{says}: {told}");
    }
    // Trying leaves no file.
    folder.shell("rm data/vault");
    assert_eq!(held(&folder), None);
    assert!(files(&folder.path("data/vault")).is_empty());
    // Nor can anything be stored where a file stands in the place of a folder.
    folder.shell("rm -r data/vault/00; touch data/vault/00");
    assert_eq!(held(&folder).map(|hold| hold.code()), Some("vault.io"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_ledger_is_made_among_other_files() {
    let folder = Folder::new().await;
    write_secret(&folder.path("seat.pem"), &key("seat-1")).unwrap();
    ends(&folder, "export --data data export", 0, &["3 entries"]);
    folder.shell("mkdir full; cp -p data/log-key.pem full; touch full/draw.pem");
    let init = "init --name x.example --seat bo=seat.pem --operator op=seat.pem --data full";
    let before = files(&folder.path("full"));
    for verb in ["import export --data full", init] {
        ends(&folder, verb, 2, &["full holds draw.pem"]);
        assert_eq!(files(&folder.path("full")), before, "{verb}");
    }
    folder.shell("printf '1,2,3,1600000000\n' > ratings");
    ends(&folder, "ratings ratings --data full", 2, &["full holds draw.pem"]);
    assert_eq!(files(&folder.path("full")), before, "ratings");
    // What an attempt left that failed stops no other.
    folder.shell("rm full/draw.pem; mkdir full/store full/vault; touch full/lock");
    ends(&folder, "import export --data full", 0, &["3 entries"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_taken_over_by_a_start_that_fails_and_what_is_lost_is_said() {
    let folder = Folder::new().await;
    write_secret(&folder.path("operator.pem"), &key("operator")).unwrap();
    write_secret(&folder.path("other.pem"), &key("other")).unwrap();
    ends(&folder, "export --data data export", 0, &["3 entries"]);
    folder.shell("mkdir restored; cp -p data/log-key.pem restored");
    ends(&folder, "import export --data restored", 0, &["--newest", "--take-over"]);
    let heads = files(&folder.path("restored/heads"));
    let serve = "serve --data restored --listen 127.0.0.1:0";
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap();
    ends(&folder, &format!("serve --data restored --take-over --listen {port}"), 2, &["in use"]);
    for claim in ["", " --take-over"] {
        let line = format!("{serve}{claim} --operator-key other.pem");
        ends(&folder, &line, 2, &["other.pem holds no key of the operator"]);
    }
    let own = format!("{serve} --newest export/checkpoint");
    ends(&folder, &own, 2, &["own newest, of 3 entries", "auditor", "--take-over"]);
    assert_eq!(files(&folder.path("restored/heads")), heads);
    // Colours are for terminals.
    let told = served(&folder, serve);
    assert!(told.contains("takes no writes (ledger.read_only)") && !told.contains('\u{1b}'), "{told}");
    assert_eq!(told.matches("this ledger is read-only").count(), 1, "{told}");
    // Nobody is there to be asked, and nobody said so.
    let asked = ["About to take over in restored", "is lost here for good", "--yes", "(consent.needed)"];
    ends(&folder, &format!("{serve} --take-over"), 2, &asked);
    assert_eq!(files(&folder.path("restored/heads")), heads);
    let told = served(&folder, &format!("{serve} --take-over --yes --operator-key operator.pem"));
    for says in [
        "About to take over in restored",
        "it holds 3 entries",
        "from entry 3 on",
        "is lost here for good",
        "No other directory of this ledger may ever start again",
        "begins to sign",
        "signs what comes in",
        "in a day 1000000 events and 4096 MiB",
        "stopped: 3 entries",
    ] {
        assert!(told.contains(says), "{says}: {told}");
    }
    // Whoever signed last takes nothing over.
    let told = served(&folder, &format!("{serve} --take-over"));
    assert!(!told.contains("About to take over"), "{told}");
    assert!(told.contains("signed last and needs no --take-over: leave it out"), "{told}");
    let told = served(&folder, serve);
    assert!(!told.contains("leave it out"), "{told}");
}

/// Serves the files of a folder, as a mirror does.
async fn mirror(folder: std::path::PathBuf) -> String {
    let file = move |uri: axum::http::Uri| {
        let read = std::fs::read(folder.join(uri.path().trim_start_matches('/')));
        std::future::ready(read.map_err(|_| axum::http::StatusCode::NOT_FOUND))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, axum::Router::new().fallback(file)).into_future());
    base
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_somebody_serves_starts_no_copy_of_it_unasked() {
    let folder = Folder::new().await;
    ends(&folder, "export --data data export", 0, &["3 entries"]);
    folder.shell("mkdir restored; cp -p data/log-key.pem restored");
    ends(&folder, "import export --data restored", 0, &["--newest"]);
    let heads = files(&folder.path("restored/heads"));
    let base = mirror(folder.path("export")).await;
    let serve = format!("serve --data restored --listen 127.0.0.1:0 --newest {base}");
    let asked =
        ["mirror", "About to take over in restored", "is lost here for good", "--yes", "(consent.needed)"];
    ends(&folder, &serve, 2, &asked);
    assert_eq!(files(&folder.path("restored/heads")), heads);
    let told = served(&folder, &format!("{serve} --yes"));
    assert!(told.contains("begins to sign") && told.contains("signs what comes in"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_newest_was_checked_against_is_said() {
    let folder = Folder::new().await;
    folder.shell("cp -a data backup");
    let ledger = folder.open("backup", Claim::Unchanged).unwrap();
    std::fs::write(folder.path("three"), note(&ledger)).unwrap();
    drop(ledger);
    let ledger = folder.open("data", Claim::Unchanged).unwrap();
    admit(&ledger, "three").await.unwrap();
    drop(ledger);
    folder.shell("cp -a data newer");
    let older = ["of 3 entries", "itself signed 4", "--take-over"];
    ends(&folder, "serve --data newer --newest three --listen 127.0.0.1:0", 2, &older);
    let told = served(&folder, "serve --data data --newest three --listen 127.0.0.1:0");
    assert!(told.contains("signed last and needs no --newest") && !told.contains("you say so"), "{told}");
    ends(&folder, "seal --data data --out last", 0, &["start one copy of it only"]);
    folder.shell("cp -a data moved");
    let told = served(&folder, "serve --data moved --newest last --listen 127.0.0.1:0");
    for says in ["it holds 4 entries", "last, is of 4", "No other directory"] {
        assert!(told.contains(says), "{says}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_holds_a_checkpoint_is_taken_for_one_from_outside() {
    let folder = Folder::new().await;
    folder.shell("cp -a data backup");
    let ledger = folder.open("data", Claim::Unchanged).unwrap();
    admit(&ledger, "three").await.unwrap();
    let receipt = ledger.reader().receipt(&ledger.snapshot(), 3).unwrap();
    std::fs::write(folder.path("entry-3.tlog-proof"), receipt.to_text()).unwrap();
    std::fs::write(folder.path("four"), note(&ledger)).unwrap();
    std::fs::write(folder.path("nothing"), "no note").unwrap();
    let vkey = ledger.log_vkey();
    drop(ledger);
    ends(&folder, "export --data data export", 0, &["4 entries"]);
    for outside in ["entry-3.tlog-proof", "export", "four"] {
        let serve = format!("serve --data backup --listen 127.0.0.1:0 --newest {outside}");
        ends(&folder, &serve, 2, &["of 4 entries, but there are 3 here"]);
        let compare = format!("checkpoint compare {outside} four --vkey {vkey}");
        ends(&folder, &compare, 0, &["same"]);
    }
    let serve = "serve --data backup --listen 127.0.0.1:0 --newest nothing";
    let said = ends(&folder, serve, 2, &["given with --newest"]);
    assert_eq!(said.matches("root, one per line").count() + said.matches("signed note").count(), 1, "{said}");
    // A receipt is evidence, which no newer checkpoint takes the place of.
    ends(&folder, "audit data --since entry-3.tlog-proof", 2, &["--receipt"]);
    ends(&folder, "audit data --receipt entry-3.tlog-proof", 0, &["clean"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_was_rolled_back_is_told_by_who_kept_more() {
    let folder = Folder::new().await;
    folder.shell("cp -a data backup");
    let ledger = folder.open("data", Claim::Unchanged).unwrap();
    let held = ledger.reader().receipt(&ledger.snapshot(), 2).unwrap();
    std::fs::write(folder.path("held"), held.to_text()).unwrap();
    admit(&ledger, "three").await.unwrap();
    let lost = ledger.reader().receipt(&ledger.snapshot(), 3).unwrap();
    std::fs::write(folder.path("lost"), lost.to_text()).unwrap();
    std::fs::write(folder.path("four"), note(&ledger)).unwrap();
    let vkey = ledger.log_vkey();
    drop(ledger);
    let restored = std::sync::Arc::new(folder.open("backup", Claim::TakeOver).unwrap());
    let (client, server) = listen(restored).await;
    let base = client.base();
    for compare in [format!("four {base}"), format!("{base} four"), format!("four four --ledger {base}")] {
        let same = compare.starts_with("four four");
        let (code, says) = if same { (0, "same") } else { (1, "log.rolled_back") };
        ends(&folder, &format!("checkpoint compare {compare} --vkey {vkey}"), code, &[says]);
    }
    let verify = |receipt: &str| format!("verify {receipt} --vkey {vkey} --ledger {base}");
    ends(&folder, &verify("lost"), 1, &["receipt.dropped", "the receipt itself is sound"]);
    ends(&folder, &verify("held"), 0, &["verified"]);
    server.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_from_before_a_rotation_is_told_what_it_is() {
    let folder = Folder::new().await;
    let ledger = folder.open("data", Claim::Unchanged).unwrap();
    let receipt = ledger.reader().receipt(&ledger.snapshot(), 2).unwrap();
    std::fs::write(folder.path("before.receipt"), receipt.to_text()).unwrap();
    drop(ledger);
    folder.shell("cp -a data backup");
    let old = read_secret(&folder.path("data/log-key.pem")).unwrap();
    let new = key("log 2");
    write_secret(&folder.path("data/next-log-key.pem"), &new).unwrap();
    let ledger = folder.open("data", Claim::Unchanged).unwrap();
    let body = LedgerKeyRotated { old: old.public(), new: new.public() };
    let draft = tinnhiem::client::Draft::new(ledger.origin(), PartyId::council(), None, ledger.now(), body);
    let seats = ["seat-1", "seat-2", "seat-3"].map(key);
    let event = draft.sign(&[&seats[0], &seats[1], &seats[2], &old, &new]).unwrap().verify().unwrap();
    ledger.submit(event).await.unwrap();
    std::fs::write(folder.path("newest"), note(&ledger)).unwrap();
    let vkey = ledger.log_vkey();
    drop(ledger);
    // As the guide says: the former key stays.
    folder.shell("mv data/log-key.pem data/log-key-former.pem; mv data/next-log-key.pem data/log-key.pem");
    let until = "up to size 3; the present one is";
    for verb in ["serve --listen 127.0.0.1:0", "seal"] {
        let line = format!("{verb} --data data --log-key data/log-key-former.pem");
        let told = ends(&folder, &line, 2, &["former key", until, "--log-key", "(ledger.log_key)"]);
        assert!(!told.contains("damaged or missing"), "{told}");
    }
    assert_eq!(folder.open("data", Claim::Unchanged).unwrap().held(), None);
    let serve = "serve --data backup --listen 127.0.0.1:0 --newest newest";
    ends(
        &folder,
        serve,
        2,
        &["of 4 entries, but there are 3 here", "rotated since", "former_vkeys", "import"],
    );
    let says =
        &["data/log-key.pem holds the key", "rotated after this directory was backed up", "former key"];
    ends(&folder, &format!("{serve} --log-key data/log-key.pem"), 2, says);
    let verify = format!("verify before.receipt --vkey {vkey}");
    let (code, told) = said(program(&folder, &verify).output().unwrap());
    assert!(code == 1 && told.contains("former_vkeys"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_that_fails_leaves_nothing_behind_and_the_next_steps_name_what_was_given() {
    let folder = Folder::new().await;
    write_secret(&folder.path("seat.pem"), &key("seat-1")).unwrap();
    write_secret(&folder.path("operator.pem"), &key("operator")).unwrap();
    let init = |name: &str| format!("init --name {name} --seat bo=seat.pem --operator op=operator.pem");
    // No signature of others brings more seats than are named.
    let says = ["--threshold 3", "given with --seat: 1", "at most 1", "(council.seats)"];
    let told = ends(
        &folder,
        &format!("{} --threshold 3 --data new --log-key seat.pem", init("x.example")),
        2,
        &says,
    );
    assert!(!told.contains("let the other seats sign"), "{told}");
    for line in [
        format!("{} --data new --utc-offset-min 5000", init("x.example")),
        format!("{} --data new --log-key new.pem --policy gone.json", init("x.example")),
        format!("{} --data new --threshold 2", init("x.example")),
    ] {
        let (code, told) = said(program(&folder, &line).output().unwrap());
        assert!(code != 0, "{line}: {told}");
        assert!(!folder.path("new").exists() && !folder.path("new.pem").exists(), "{line}");
    }
    let drafted = format!("{} --data new --log-key new.pem --out opening.json", init("x.example"));
    ends(&folder, &drafted, 0, &["init --data new --log-key new.pem --opening opening.json"]);
    // A key is never made for an opening that names one.
    let says = &["names the log key", "new/log-key.pem", "--log-key"];
    ends(&folder, "init --data new --opening opening.json", 2, says);
    ends(&folder, "init --data new --log-key gone.pem --opening opening.json", 2, &["gone.pem"]);
    ends(
        &folder,
        "init --data new --log-key seat.pem --opening opening.json",
        2,
        &["seat.pem holds the key"],
    );
    assert!(!folder.path("new").exists() && !folder.path("gone.pem").exists());
    let opening = "init --data new --log-key new.pem --opening opening.json";
    ends(&folder, opening, 0, &["serve --data new --log-key new.pem"]);
    ends(&folder, opening, 2, &["a ledger is there already"]);
    ends(&folder, "fsck new", 0, &["clean"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_failed_is_none_and_an_import_looks_for_its_key_first() {
    let folder = Folder::new().await;
    folder.shell("mkdir half.partial");
    ends(&folder, "export --ledger http://127.0.0.1:1 out", 4, &[]);
    ends(&folder, "export --data data half", 2, &["half.partial", "remove it"]);
    ends(&folder, "export --data data nowhere/below/out", 0, &["3 entries"]);
    for name in ["out", "out.partial", "half", "nowhere/below/out.partial"] {
        assert!(!folder.path(name).exists(), "{name}");
    }
    ends(&folder, "export --data data good", 0, &["3 entries"]);
    folder.shell("cp -a good headless; rm headless/checkpoint; mkdir -p new");
    ends(&folder, "audit headless", 2, &["headless/checkpoint"]);
    ends(&folder, "import headless --data new", 2, &["headless/checkpoint"]);
    ends(&folder, "import data --data new", 2, &["data is a data directory, no export"]);
    ends(
        &folder,
        "import good --data new",
        2,
        &["good/checkpoint is needed", "new/log-key.pem", "--log-key"],
    );
    write_secret(&folder.path("other.pem"), &key("other")).unwrap();
    let other = "import good --data new --log-key other.pem";
    ends(&folder, other, 2, &["other.pem holds the key", "did not sign good/checkpoint"]);
    ends(&folder, "import good --data new --log-key data/log-key.pem", 0, &["3 entries"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_export_is_told_to_who_reads_it_not_to_who_signs() {
    let folder = Folder::new().await;
    ends(&folder, "export --data data good", 0, &["3 entries"]);
    let bundle = folder.path("good/tile/entries/000.p/3");
    let mut bytes = std::fs::read(&bundle).unwrap();
    let end = bytes.len() - 3;
    // A digit of the last entry's payload.
    let at = (0..end).rev().find(|at| bytes[*at].is_ascii_digit()).unwrap();
    bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
    std::fs::write(&bundle, bytes).unwrap();
    let told = ends(&folder, "audit good", 1, &["entry 2"]);
    assert!(!told.contains("sign the PAE"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_after_a_backup_is_sent_again_to_what_was_restored_from_it() {
    let folder = Folder::new().await;
    folder.shell("cp -a data backup");
    let ledger = folder.open("data", Claim::Unchanged).unwrap();
    for name in ["three", "four"] {
        admit(&ledger, name).await.unwrap();
    }
    let last = ledger.snapshot().state.clone();
    drop(ledger);
    ends(&folder, "export --data data --events-from 5 dropped", 2, &["no entry 5", "has 5"]);
    ends(&folder, "export --data data --events-from 3 dropped", 0, &["2 events", "/v1/events/batch"]);
    ends(&folder, "export --data data --events-from 3 dropped", 2, &["dropped exists already"]);
    let ledger = std::sync::Arc::new(folder.open("backup", Claim::TakeOver).unwrap());
    let (client, server) = listen(ledger.clone()).await;
    let lines = std::fs::read(folder.path("dropped")).unwrap();
    let sent = reqwest::Client::new().post(format!("{}/v1/events/batch", client.base())).body(lines);
    let answer = sent.send().await.unwrap().text().await.unwrap();
    assert_eq!(ledger.snapshot().size(), 5, "{answer}");
    for name in ["three", "four"] {
        assert!(ledger.snapshot().state.parties().key(&key(name).public()).is_some(), "{name}");
        assert!(last.parties().key(&key(name).public()).is_some(), "{name}");
    }
    server.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_whose_seats_are_elsewhere_is_opened_by_what_they_sign() {
    let folder = Folder::new().await;
    for name in ["one", "two", "operator"] {
        write_secret(&folder.path(&format!("{name}.pem")), &key(name)).unwrap();
    }
    let [one, two] = ["one", "two"].map(|name| key(name).public());
    let seats = format!("--seat bo={one} --seat hoi={two} --threshold 2 --operator op=operator.pem");
    let says = &["--out FILE", "tinnhiem sign"];
    ends(&folder, &format!("init --data new --name x.example {seats}"), 2, says);
    let told = ends(&folder, &format!("init --data new --name x.example {seats} --out opening"), 0, &[]);
    // A seat a line, and what is needed before anybody is rated.
    let lines: Vec<&str> = told.lines().collect();
    for key in [one, two] {
        assert_eq!(lines.iter().filter(|line| line.contains(&key.to_string())).count(), 1, "{told}");
    }
    for says in ["controller groups assessed", "panel drawn by lot: 3", "S4, S5: a council of at least"] {
        assert!(told.contains(says), "{says}: {told}");
    }
    assert_ne!(said(program(&folder, "init --data new --opening opening").output().unwrap()).0, 0);
    ends(&folder, "sign opening --key one.pem", 0, &[]);
    ends(&folder, "sign opening --key two.pem", 0, &[]);
    ends(&folder, "init --data new --opening opening", 0, &["serve --data new"]);
    ends(&folder, "fsck new", 0, &["clean"]);
}
