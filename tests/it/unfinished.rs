//! What breaks off, is declined or cannot help leaves nothing that is taken for more than it is.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use tinnhiem::vault::write_secret;

use crate::operator::{ends, said};
use crate::programme::*;
use crate::signer::Folder;

const PROGRAM: &str = env!("CARGO_BIN_EXE_tinnhiem");
const NOBODY: u32 = 65_534;

/// Imports an export where files may have so many blocks of 512 bytes: beyond that writing fails.
fn import(folder: &Folder, data: &str, blocks: u32) -> (i32, String) {
    let line = format!("ulimit -f {blocks}; exec {PROGRAM} import export --data {data} --log-key key.pem");
    let mut shell = Command::new("sh");
    said(shell.args(["-c", &line]).current_dir(folder.path("")).stdin(Stdio::null()).output().unwrap())
}

/// Imports an export and kills who does it while it is at it, however many tries that takes.
fn import_killed(folder: &Folder, data: &str) {
    for _ in 0..200 {
        let mut import = Command::new(PROGRAM);
        import.args(["import", "export", "--data", data, "--log-key", "key.pem"]);
        let mut running = import.current_dir(folder.path("")).stderr(Stdio::null()).spawn().unwrap();
        while !folder.path(data).join("store").exists() && running.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        running.kill().unwrap();
        running.wait().unwrap();
        if folder.path(data).join("unfinished").exists() {
            return;
        }
        folder.shell(&format!("rm -rf {data}"));
    }
    panic!("no import was killed in time");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_fails_leaves_nothing_and_one_that_is_ended_says_so() {
    let folder = Folder::new().await;
    ends(&folder, "export --data data export", 0, &["3 entries"]);
    folder.shell("cp -p data/log-key.pem key.pem");
    let (code, said) = import(&folder, "failed", 4);
    assert!(code == 2 && !folder.path("failed").exists(), "{code}: {said}");
    // A directory that was there stays, with what it held.
    folder.shell("mkdir there; cp -p key.pem there/log-key.pem");
    let (code, said) = import(&folder, "there", 4);
    let left = std::fs::read_dir(folder.path("there")).unwrap().count();
    assert_eq!((code, left), (2, 1), "{said}");
    import_killed(&folder, "ended");
    for verb in ["fsck ended", "serve --listen 127.0.0.1:0 --data ended", "export --data ended out"] {
        ends(&folder, verb, 2, &["that did not end", "tinnhiem import"]);
    }
    ends(&folder, "fsck --json ended", 2, &["ledger.unfinished"]);
    ends(&folder, "import export --data ended --log-key key.pem", 0, &["3 entries"]);
    ends(&folder, "fsck ended", 0, &["clean"]);
    // What was there of another ledger is no part of the attempt.
    folder.shell("cp -a data headless; rm -rf headless/heads headless/clock headless/derived");
    ends(&folder, "import export --data headless --log-key key.pem", 2, &["a ledger is there already"]);
    assert!(folder.path("headless/store/db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_another_is_named_before_anything_begins() {
    let folder = Folder::new().await;
    let root = rustix::process::geteuid().is_root();
    // Who may do everything is refused nothing: the program runs as nobody then.
    folder.shell(&format!("cp {PROGRAM} program"));
    for file in ["store/db", "lock", "heads", "vault"] {
        folder.shell("rm -rf copy; cp -a data copy");
        let theirs = folder.path("copy").join(file);
        if !theirs.exists() {
            std::fs::create_dir(&theirs).unwrap();
        }
        match root {
            true => {
                folder.shell(&format!("chown -R {NOBODY} ."));
                chown(&theirs, Some(0), None).unwrap();
                folder.shell(&format!("chmod 0700 copy/{file}"));
            }
            false => folder.shell(&format!("chmod 0 copy/{file}")),
        }
        let mut command = Command::new(folder.path("program"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--take-over", "--data", "copy"]);
        command.current_dir(folder.path("")).stdin(Stdio::null());
        if root {
            command.uid(NOBODY).gid(NOBODY);
        }
        let (code, said) = said(command.output().unwrap());
        assert_eq!(code, 2, "{file}: {said}");
        assert!(said.contains(&format!("copy/{file} may not be opened")) && said.contains("chown"), "{said}");
        assert!(!said.contains("begins to sign"), "{said}");
        folder.shell(&format!("chmod 0700 copy/{file}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_said_with_what_can() {
    let folder = Folder::new().await;
    // The newest entry was recorded after that.
    let confirm = "confirm-clock --data data --now 2020-01-01T00:00Z";
    ends(&folder, confirm, 2, &["no word lets", "`tinnhiem guide operator`"]);
    assert!(!folder.path("data/clock-confirmed").exists());
    ends(&folder, "audit data --vkey gone", 2, &["gone", "No such file"]);
    folder.shell("mkdir data/stray");
    ends(&folder, "fsck data", 0, &["no part of the ledger, and not looked at: stray", "clean"]);
    let mut misspelt = crate::operator::program(&folder, "fsck data");
    let (code, told) = said(misspelt.env("TINNHIEM_LOG", "inof").output().unwrap());
    assert!(code == 2 && told.contains("TINNHIEM_LOG=inof: expected off, error, warn, info"), "{told}");
    // With public keys only, nobody signs.
    write_secret(&folder.path("op.pem"), &key("op")).unwrap();
    let seat = key("seat-1").public();
    let init = format!("init --name x.example --seat bo={seat} --operator op=op.pem --data new --out o.json");
    let told = ends(&folder, &init, 0, &["signed by nobody yet; the seats sign it"]);
    assert!(!told.contains("About to sign") && !told.contains("the other seats"), "{told}");
}
