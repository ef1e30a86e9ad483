//! What somebody kept of a log, a checkpoint or a receipt, finds a rollback, a hidden end and a fork.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tinnhiem::client::{Auditing, Client, Source, audit_log, export, export_served};
use tinnhiem::ledger::{Archive, Claim};

use crate::programme::{files, listen};
use crate::signer::{Folder, admit, note};

/// Runs the program in the folder; its exit code, and all that it said.
fn tinnhiem(folder: &Folder, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tinnhiem"));
    // Nobody listens there.
    command.args(arguments).current_dir(folder.path("")).env("TINNHIEM_LEDGER", "http://127.0.0.1:1");
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap()).concat();
    (output.status.code().unwrap(), said)
}

fn is(folder: &Folder, arguments: &[&str], code: i32, says: &str) {
    let (got, said) = tinnhiem(folder, arguments);
    assert!(got == code && said.contains(says), "{arguments:?}: {got}\n{said}");
}

/// `data` of 5 entries, `old` of its first 3, `forked` of 3 and one other; exports of all; the checkpoint of 5
/// and the receipt of entry 3.
async fn histories() -> Folder {
    let folder = Folder::new().await;
    folder.shell("cp -a data old; cp -a data forked");
    let ledger = folder.open("data", Claim::Unchanged).unwrap();
    std::fs::write(folder.path("three.checkpoint"), note(&ledger)).unwrap();
    for name in ["three", "four"] {
        admit(&ledger, name).await.unwrap();
    }
    std::fs::write(folder.path("five.checkpoint"), note(&ledger)).unwrap();
    let receipt = ledger.reader().receipt(&ledger.snapshot(), 3).unwrap();
    std::fs::write(folder.path("three.receipt"), receipt.to_text()).unwrap();
    drop(ledger);
    let ledger = folder.open("forked", Claim::TakeOver).unwrap();
    for name in ["another", "other", "more"] {
        admit(&ledger, name).await.unwrap();
    }
    std::fs::write(folder.path("forked.checkpoint"), note(&ledger)).unwrap();
    drop(ledger);
    for name in ["data", "old", "forked"] {
        let archive = Archive::open(&folder.path(name)).map_err(|error| error.to_string()).unwrap();
        export(&archive, &folder.path(&format!("{name}.export")), &mut |_, _, _| {}).unwrap();
    }
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_checkpoint_finds_what_was_taken_back_or_exchanged() {
    let folder = histories().await;
    let saved = || std::fs::read_to_string(folder.path("saved")).unwrap_or_default();
    let five = std::fs::read_to_string(folder.path("five.checkpoint")).unwrap();
    for (verb, suffix) in [("fsck", ""), ("audit", ""), ("audit", ".export")] {
        let of = |name: &str| format!("{name}{suffix}");
        // The first is saved, the next takes its place, and the same stays.
        let _ = std::fs::remove_file(folder.path("saved"));
        is(&folder, &[verb, &of("old"), "--since", "saved"], 0, "NOTHING that you kept before WAS COMPARED");
        is(&folder, &[verb, &of("data"), "--since", "saved"], 0, "in the place of");
        is(&folder, &[verb, &of("data"), "--since", "saved"], 0, "5 entries is saved");
        assert_eq!(saved(), five);
        assert_eq!(std::fs::metadata(folder.path("saved")).unwrap().mode() & 0o777, 0o600);
        is(&folder, &[verb, &of("old"), "--since", "saved"], 1, "log.rolled_back");
        is(&folder, &[verb, &of("forked"), "--since", "saved"], 1, "log.forked");
        is(&folder, &[verb, &of("forked"), "--since", "saved"], 1, "Next: keep both notes");
        // Both are there to be kept, each said whose it is.
        let (_, told) = tinnhiem(&folder, &[verb, &of("forked"), "--since", "saved"]);
        for (whose, kept) in
            [("What was kept, from saved", "saved"), ("What is shown now", "forked.checkpoint")]
        {
            let note = std::fs::read_to_string(folder.path(kept)).unwrap();
            let lines: String = note.trim_end().lines().map(|line| format!("\n      {line}")).collect();
            assert!(told.contains(&format!("\n  {whose}:{lines}\n")), "{whose}: {told}");
        }
        is(&folder, &[verb, &of("old"), "--since", "saved"], 1, "Next (log.rolled_back): keep the note");
        assert_eq!(saved(), five, "what was found wrong is not saved");
        // Without it, each is clean in itself.
        is(&folder, &[verb, &of("old")], 0, "clean");
        is(&folder, &[verb, &of("forked")], 0, "clean");
        is(&folder, &[verb, &of("forked")], 0, "not compared: what others were shown");
        is(&folder, &[verb, &of("data"), "--receipt", "three.receipt"], 0, "clean");
        for name in ["old", "forked"] {
            is(&folder, &[verb, &of(name), "--receipt", "three.receipt"], 1, "receipt.dropped");
            is(&folder, &[verb, &of(name), "--receipt", "three.receipt"], 1, "Next (receipt.dropped): keep");
        }
        is(&folder, &[verb, &of("data"), "--since", "three.receipt"], 2, "three.receipt");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_checkpoint_is_saved_over_what_an_export_or_a_directory_is_known_by() {
    let folder = histories().await;
    folder.shell("ln -s old.export/checkpoint link");
    let kept = files(&folder.path("old.export"));
    for (since, of) in [
        ("old.export/checkpoint", "an export"),
        ("old.export/saved", "an export"),
        ("link", "an export"),
        ("old/saved", "a data directory"),
    ] {
        for (verb, what) in [("audit", "data.export"), ("fsck", "data")] {
            let says = format!("--since {since} lies in {of}");
            is(&folder, &[verb, what, "--since", since], 2, &says);
            is(&folder, &[verb, what, "--since", since], 2, "checkpoint compare");
        }
    }
    assert_eq!(files(&folder.path("old.export")), kept);
    assert!(!folder.path("old/saved").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_checkpoints_of_two_histories_are_a_fork() {
    let folder = histories().await;
    let compare = |one: &str, other: &str, code, says: &str| {
        is(&folder, &["checkpoint", "compare", one, other], code, says);
        is(&folder, &["checkpoint", "compare", other, one], code, says);
    };
    compare("five.checkpoint", "data.export", 0, "same");
    compare(
        "three.checkpoint",
        "data.export",
        0,
        "extends: data.export, of 5 entries, begins with the 3 of three.checkpoint",
    );
    compare("old.export", "five.checkpoint", 2, "nobody at hand proves");
    compare("old.export", "data.export", 0, "extends");
    compare("three.checkpoint", "forked.export", 0, "extends");
    compare("five.checkpoint", "forked.export", 1, "FORK");
    let (_, said) = tinnhiem(&folder, &["checkpoint", "compare", "five.checkpoint", "forked.export"]);
    for says in
        ["From five.checkpoint:", "From forked.export:", "one of the first 5 entries", "Next: keep both"]
    {
        assert!(said.contains(says), "{says}: {said}");
    }
    for evidence in ["five.checkpoint", "forked.checkpoint"] {
        let evidence = std::fs::read_to_string(folder.path(evidence)).unwrap();
        assert!(said.contains(&evidence), "{said}");
    }
    // Two files and a key do where their size is the same.
    let vkey = Archive::open(&folder.path("data")).map_err(|error| error.to_string()).unwrap();
    let vkey = vkey.identity.log_vkey.to_string();
    let files = ["checkpoint", "compare", "--vkey", &vkey, "three.checkpoint", "three.checkpoint"];
    is(&folder, &files, 0, "same");
    is(&folder, &["checkpoint", "compare", "five.checkpoint", "five.checkpoint"], 2, "--vkey");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_taken_while_writes_go_on_is_of_one_checkpoint() {
    let folder = Folder::new().await;
    let ledger = std::sync::Arc::new(folder.open("data", Claim::Unchanged).unwrap());
    let (client, server) = listen(ledger.clone()).await;
    let writing = ledger.clone();
    let writer = tokio::spawn(async move {
        for number in 0..30 {
            admit(&writing, &format!("m{number}")).await.unwrap();
        }
    });
    for round in 0..3 {
        let out = folder.path(&format!("out-{round}"));
        let size = export_served(&client, &out, &mut |_, _, _| {}).await.unwrap().size;
        let report =
            audit_log(&Source::Folder(out), &Auditing::default(), &mut |_, _, _| {}).await.unwrap().report;
        assert!(report.is_clean() && report.size == size && size >= 3, "{:?}", report.findings);
    }
    writer.await.unwrap();
    // What is fetched is what an export of the directory writes.
    export_served(&client, &folder.path("served"), &mut |_, _, _| {}).await.unwrap();
    server.abort();
    ledger.close();
    folder.shell("cp -a data copied");
    let archive = Archive::open(&folder.path("copied")).map_err(|error| error.to_string()).unwrap();
    export(&archive, &folder.path("stopped"), &mut |_, _, _| {}).unwrap();
    let files = |name: &str| crate::programme::files(&folder.path(name));
    assert_eq!(files("served"), files("stopped"));
}

/// A server process of the folder's `data`.
struct Serving(Child, Client);

impl Serving {
    fn start(folder: &Folder, options: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tinnhiem"));
        command.args(["serve", "--data", "data", "--listen", "127.0.0.1:0"]).args(options);
        let mut child = command.current_dir(folder.path("")).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.find_map(|line| line.ok().filter(|line| line.starts_with("http://"))).unwrap();
        let base = line.split(' ').next().unwrap().to_owned();
        std::thread::spawn(move || lines.count());
        Self(child, Client::new(&base))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_ledger_is_exported_by_its_directory_and_sealed_where_it_runs() {
    let folder = Folder::new().await;
    let serving = Serving::start(&folder, &[]);
    is(&folder, &["export", "--data", "data", "by-directory"], 0, "3 entries");
    is(&folder, &["export", "--ledger", serving.1.base(), "by-address"], 0, "3 entries");
    for export in ["by-directory", "by-address"] {
        is(&folder, &["audit", export], 0, "clean");
    }
    folder.shell("cp -a data copied");
    let newest = ["serve", "--data", "copied", "--newest", serving.1.base(), "--listen", "127.0.0.1:0"];
    is(&folder, &newest, 2, "takes writes, or may again");
    // Whoever has it open seals it: the key may lie apart, and is not asked for.
    folder.shell("mv data/log-key.pem log-key.pem");
    is(&folder, &["seal", "--data", "data", "--out", "last"], 0, "sealed at 3 entries");
    folder.shell("mv log-key.pem data/log-key.pem");
    // Reads go on, and the process with them.
    assert_eq!(
        serving.1.text("/checkpoint").await.unwrap(),
        std::fs::read_to_string(folder.path("last")).unwrap()
    );
    let ready = serving.1.text("/readyz").await.unwrap_err().to_string();
    assert!(ready.contains("ledger.sealed"), "{ready}");
    is(&folder, &["seal", "--data", "data"], 0, "sealed at 3 entries");
    folder.shell("cp -a data moved");
    let base = serving.1.base().to_owned();
    drop(serving);
    let serving = Serving::start(&folder, &[]);
    assert!(serving.1.text("/readyz").await.unwrap_err().to_string().contains("ledger.sealed"));
    drop(serving);
    let last = std::fs::read_to_string(folder.path("last")).unwrap();
    assert_eq!(folder.open("moved", Claim::Newest(last)).unwrap().held(), None, "{base}");
}

/// Every file and folder below, with its mode.
fn modes(folder: &Path) -> Vec<(String, bool, u32)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let metadata = std::fs::metadata(&path).unwrap();
            found.push((path.display().to_string(), metadata.is_dir(), metadata.mode() & 0o777));
            if metadata.is_dir() {
                folders.push(path);
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_the_program_writes_is_its_owners_alone() {
    let folder = Folder::new().await;
    let program = env!("CARGO_BIN_EXE_tinnhiem");
    folder.shell(&format!(
        "rm -r data; umask 0; mkdir -m 755 made; cd made
         {program} keygen seat.pem; {program} keygen operator.pem
         {program} init --data data --log-key keys.pem --name x.example --seat bo=seat.pem --operator op=operator.pem --yes < /dev/null
         test ! -e data/log-key.pem
         {program} demo --data demo --seed-only
         {program} export --data demo export
         mkdir -m 700 restored; cp -p demo/log-key.pem restored; {program} import export --data restored
         {program} fsck restored --since saved
         {program} serve --data data --log-key keys.pem --listen 127.0.0.1:0 > serving & server=$!
         until grep -q ^http serving; do sleep 0.1; done
         echo Quy > code.txt
         {program} code --version-number 1 --clause c1 --text code.txt --key seat.pem --yes --ledger $(grep -o '^http[^ ]*' serving) < /dev/null
         kill $server; wait $server; rm serving code.txt
         {program} seal --data data --log-key keys.pem --out last"
    ));
    let all = modes(&folder.path("made"));
    assert!(all.len() > 50, "{}", all.len());
    for (path, is_folder, mode) in all {
        assert_eq!(mode, if is_folder { 0o700 } else { 0o600 }, "{path}");
    }
}
