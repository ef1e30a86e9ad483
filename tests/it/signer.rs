//! Who may sign: the directory that signed last, and no copy of it unless somebody answers for that.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use tinnhiem::client::{Auditing, Source, audit_log, export, import, opening};
use tinnhiem::clock::Clock;
use tinnhiem::event::*;
use tinnhiem::ledger::{self, Archive, Claim, Ledger, OpenError, Refusal, Setup};
use tinnhiem::log::{Checkpoint, SignedCheckpoint};

use crate::programme::*;

/// A folder with a ledger of three entries in `data`.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub async fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let data = folder.path("data");
        let log_key = ledger::log_key(&data).unwrap().public();
        let body = LedgerOpened { log_key, ..opened(policy(), None) };
        let draft = opening("signer", Clock::system().now(), body).unwrap().1;
        let opening = draft.sign(&SEATS.map(key).each_ref()[..3]).unwrap();
        let setup = Setup::create(&data, Clock::system()).unwrap();
        ledger::create(&setup, &opening.verify().unwrap()).unwrap();
        drop(setup);
        let ledger = folder.open("data", Claim::Unchanged).unwrap();
        for name in ["one", "two"] {
            admit(&ledger, name).await.unwrap();
        }
        folder
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn open(&self, name: &str, claim: Claim) -> Result<Ledger, OpenError> {
        Ledger::open(Setup { claim, ..Setup::at(&self.path(name), Clock::system())? })
    }

    /// Runs a shell's command in the folder.
    pub fn shell(&self, command: &str) {
        let status = Command::new("sh").args(["-ec", command]).current_dir(self.0.path()).status().unwrap();
        assert!(status.success(), "{command}");
    }

    /// The directory opens, and takes no writes for this reason.
    fn is_held(&self, name: &str, code: &str) {
        assert_eq!(self.open(name, Claim::Unchanged).unwrap().held().unwrap().code(), code, "{name}");
    }

    /// The directory shows all that it holds, signs nothing, changes no head, and says so.
    async fn is_read_only(&self, name: &str, size: u64, why: &str) {
        let heads = files(&self.path(name).join("heads"));
        let ledger = self.open(name, Claim::Unchanged).unwrap();
        let held = ledger.held().unwrap();
        assert_eq!(held.code(), "ledger.read_only");
        assert!(held.to_string().contains(why), "{name}: {held}");
        assert_eq!(ledger.snapshot().size(), size, "{name}");
        assert_eq!(admit(&ledger, "late").await.unwrap_err(), held, "{name}");
        assert_eq!(ledger.place().err(), Some(held));
        ledger.close();
        assert_eq!(files(&self.path(name).join("heads")), heads, "{name}");
    }
}

pub async fn admit(ledger: &Ledger, name: &str) -> Result<u64, Refusal> {
    let body = admission(name, MemberClass::Press, &[]);
    let draft = tinnhiem::client::Draft::new(ledger.origin(), PartyId::council(), None, ledger.now(), body);
    let keys = ["seat-1", "seat-2", "seat-3", name].map(key);
    let event = draft.sign(&keys.each_ref()).unwrap().verify().unwrap();
    Ok(ledger.submit(event).await?.seq)
}

pub fn note(ledger: &Ledger) -> String {
    ledger.snapshot().checkpoint.note().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_goes_on_and_so_does_a_directory_under_another_name() {
    let folder = Folder::new().await;
    for round in 0..3 {
        let ledger = folder.open("data", Claim::Unchanged).unwrap();
        assert_eq!(ledger.held(), None);
        admit(&ledger, &format!("r{round}")).await.unwrap();
    }
    folder.shell("mkdir above; mv data above/renamed; ln -s above/renamed linked");
    for name in ["above/renamed", "linked"] {
        assert_eq!(folder.open(name, Claim::Unchanged).unwrap().held(), None, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_copy_signs_however_it_was_made() {
    let folder = Folder::new().await;
    folder
        .shell("cp -r data copied; cp -a data archived; tar cf data.tar data; chmod 600 copied/log-key.pem");
    folder.shell("mkdir restored; tar xf data.tar -C restored");
    for name in ["copied", "archived", "restored/data"] {
        folder.is_read_only(name, 3, "is a copy").await;
    }
    // A start makes the heads of every backup before it heads of another time.
    let ledger = folder.open("data", Claim::Unchanged).unwrap();
    admit(&ledger, "three").await.unwrap();
    drop(ledger);
    folder.shell("cp -r data newer");
    // As rsync puts it back: what is the same stays as it is, the rest is exchanged, what came since goes.
    folder.shell(
        "cd archived && find . -type f | while read -r f; do cmp -s $f ../data/$f || \\
         { cp -a $f ../data/new; mv ../data/new ../data/$f; }; done
         cd ../data && find . -type f | while read -r f; do [ -e ../archived/$f ] || rm $f; done",
    );
    folder.is_read_only("data", 3, "is a copy").await;
    folder.shell("rm -r data/heads data/store; cp -a archived/heads archived/store data");
    folder.is_read_only("data", 3, "is a copy").await;
    // Unpacked over what is there, and its newer heads removed.
    folder.shell("rm -r data/heads/* data/store; tar xf data.tar");
    folder.is_read_only("data", 3, "is a copy").await;
    // A store that was brought back without its heads does not reach them.
    folder.shell("rm -r newer/store; cp -a archived/store newer");
    assert!(matches!(folder.open("newer", Claim::TakeOver), Err(OpenError::Diverged { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn hard_links_stop_both_until_one_is_gone() {
    let folder = Folder::new().await;
    folder.shell("cp -al data linked");
    for name in ["data", "linked"] {
        folder.is_read_only(name, 3, "hard link").await;
    }
    folder.shell("rm -r linked");
    assert_eq!(folder.open("data", Claim::Unchanged).unwrap().held(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_exported_and_imported_signs_once_somebody_answers_for_it() {
    let folder = Folder::new().await;
    let size =
        export(&Archive::open(&folder.path("data")).unwrap(), &folder.path("export"), &mut |_, _, _| {});
    assert_eq!(size.unwrap().size, 3);
    let source = Source::Folder(folder.path("export"));
    let audited = audit_log(&source, &Auditing::default(), &mut |_, _, _| {}).await.unwrap();
    assert!(audited.report.is_clean());
    for name in ["imported", "again"] {
        folder.shell(&format!("mkdir {name}; cp -p data/log-key.pem {name}"));
        import(&folder.path("export"), &folder.path(name), None, None, &mut |_, _, _| {}).await.unwrap();
        folder.is_read_only(name, 3, "imported").await;
    }
    // The export's own checkpoint says nothing of what came after it; the same from elsewhere does.
    let known = std::fs::read_to_string(folder.path("export/checkpoint")).unwrap();
    let own = folder.open("imported", Claim::Newest(known.clone())).err().unwrap();
    assert_eq!(own.code(), "newest.own");
    assert!(own.to_string().contains("mirror") && own.to_string().contains("--take-over"), "{own}");
    folder.is_read_only("imported", 3, "imported").await;
    let ledger = folder.open("imported", Claim::Shown(known)).unwrap();
    assert_eq!(admit(&ledger, "three").await, Ok(3));
    drop(ledger);
    let ledger = folder.open("again", Claim::TakeOver).unwrap();
    assert_eq!(admit(&ledger, "three").await, Ok(3));
    drop(ledger);
    // From then on they are signers like any other.
    for name in ["imported", "again"] {
        assert_eq!(folder.open(name, Claim::Unchanged).unwrap().held(), None, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_checkpoint_lets_sign_who_extends_it() {
    let folder = Folder::new().await;
    let ledger = folder.open("data", Claim::Unchanged).unwrap();
    let three = note(&ledger);
    admit(&ledger, "three").await.unwrap();
    let four = note(&ledger);
    drop(ledger);
    folder.shell("cp -r data equal; cp -r data extends; cp -r data behind; cp -r data forked");
    folder.shell("chmod 600 */log-key.pem");
    // What is older than the directory's own head shows nothing of what came after that, whoever shows it.
    for older in [Claim::Newest(three.clone()), Claim::Shown(three.clone())] {
        let heads = files(&folder.path("extends/heads"));
        let error = folder.open("extends", older).err().unwrap();
        assert_eq!((error.code(), files(&folder.path("extends/heads"))), ("newest.older", heads));
        assert!(error.to_string().contains("is of 3 entries, and this directory itself signed 4"), "{error}");
    }
    let ledger = folder.open("equal", Claim::Shown(four.clone())).unwrap();
    assert_eq!(admit(&ledger, "four").await, Ok(4));
    drop(ledger);
    // Whoever signed last needs no checkpoint, and none that it extends stops it.
    drop(folder.open("data", Claim::Newest(three)).unwrap());
    let ledger = folder.open("data", Claim::Unchanged).unwrap();
    admit(&ledger, "five").await.unwrap();
    let five = note(&ledger);
    drop(ledger);
    let refused = |name: &str, known: &str| {
        let heads = files(&folder.path(name).join("heads"));
        let error = folder.open(name, Claim::Newest(known.to_owned())).err().unwrap();
        assert_eq!(files(&folder.path(name).join("heads")), heads, "{known}");
        error
    };
    let behind = refused("behind", &five);
    assert_eq!(behind.code(), "newest.ahead");
    assert!(behind.to_string().contains("of 5 entries, but there are 4 here"), "{behind}");
    let ledger = folder.open("forked", Claim::TakeOver).unwrap();
    admit(&ledger, "another").await.unwrap();
    let other = note(&ledger);
    drop(ledger);
    for (name, known, own) in [("forked", &five, &other), ("data", &other, &five)] {
        let error = refused(name, known);
        assert_eq!(error.code(), "newest.forked");
        // Both notes are printed: they are the evidence.
        let said = error.to_string();
        assert!(said.contains(known.as_str()) && said.contains(own.as_str()), "{said}");
    }
    // What nobody signed is no ground.
    let checkpoint = SignedCheckpoint::claim(&four).unwrap();
    let forged = checkpoint.clone().sign(&key("thief"));
    assert_eq!(refused("behind", forged.note()).code(), "note.unsigned");
    let larger = Checkpoint { size: 9, ..checkpoint.clone() }.sign(&key("thief"));
    assert_eq!(refused("behind", larger.note()).code(), "newest.rotated");
    assert_eq!(refused("behind", &four).code(), "newest.own");
    let elsewhere = Checkpoint { origin: "other/00".parse().unwrap(), ..checkpoint }.sign(&key("thief"));
    assert_eq!(refused("behind", elsewhere.note()).code(), "checkpoint.origin");
    assert_eq!(refused("behind", "no note").code(), "note.malformed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_taken_under_writes_shows_what_was_signed_and_no_more() {
    let folder = Folder::new().await;
    folder.shell("cp -r data/heads before; cp -r data copied; chmod 600 copied/log-key.pem");
    let ledger = folder.open("data", Claim::Unchanged).unwrap();
    admit(&ledger, "three").await.unwrap();
    let known = note(&ledger);
    drop(ledger);
    // The heads are of a moment before the store.
    folder.shell("rm -r copied/store; cp -r data/store copied");
    folder.is_read_only("copied", 3, "is a copy").await;
    let ledger = folder.open("copied", Claim::Newest(known.clone())).unwrap();
    assert_eq!((ledger.snapshot().size(), note(&ledger)), (4, known));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_ledger_answers_reads_and_says_why_it_takes_no_writes() {
    let folder = Folder::new().await;
    folder.shell("cp -a data copied");
    let ledger = Arc::new(folder.open("copied", Claim::Unchanged).unwrap());
    let (client, server) = listen(ledger.clone()).await;
    let get = async |path: &str| {
        let answer = reqwest::get(format!("{}{path}", client.base())).await.unwrap();
        (answer.status().as_u16(), answer.json::<serde_json::Value>().await.unwrap_or_default())
    };
    let (status, ready) = get("/readyz").await;
    assert_eq!((status, &ready["code"]), (503, &"ledger.read_only".into()));
    assert!(ready["detail"].as_str().unwrap().contains("--newest"), "{ready}");
    let (_, told) = get("/v1/ledger").await;
    assert_eq!((&told["writing"], &told["held"][0]["code"]), (&false.into(), &"ledger.read_only".into()));
    assert_eq!(get("/v1/members").await.0, 200);
    let audited =
        audit_log(&Source::Running(client.clone()), &Auditing::default(), &mut |_, _, _| {}).await.unwrap();
    assert!(audited.report.is_clean());
    let keys = ["seat-1", "seat-2", "seat-3", "late"].map(key);
    let body = admission("late", MemberClass::Press, &[]);
    let draft = tinnhiem::client::Draft::new(ledger.origin(), PartyId::council(), None, ledger.now(), body);
    let sent = draft.sign(&keys.each_ref()).unwrap();
    let line = reqwest::Client::new().post(format!("{}/v1/events", client.base()));
    let answer = line.body(sent.to_json()).send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.json::<serde_json::Value>().await.unwrap()["code"], "ledger.read_only");
    server.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_ledger_goes_on_elsewhere_and_nowhere_else() {
    let folder = Folder::new().await;
    let ledger = folder.open("data", Claim::Unchanged).unwrap();
    let last = ledger.seal().unwrap();
    assert_eq!(last.checkpoint().size, 3);
    // It is read as before, and sealed but once.
    let held = ledger.held().unwrap();
    assert_eq!((held.code(), ledger.snapshot().size()), ("ledger.sealed", 3));
    assert_eq!(admit(&ledger, "late").await, Err(held));
    assert_eq!(ledger.seal().unwrap(), last);
    drop(ledger);
    let ledger = folder.open("data", Claim::Unchanged).unwrap();
    assert_eq!(ledger.held().unwrap().code(), "ledger.sealed");
    drop(ledger);
    // Where it was sealed, its last checkpoint does not show whether another went on.
    let again = folder.open("data", Claim::Newest(last.note().to_owned())).err().unwrap();
    assert_eq!(again.code(), "newest.sealed");
    folder.is_held("data", "ledger.sealed");
    folder.shell("cp -a data moved");
    folder.is_held("moved", "ledger.sealed");
    let ledger = folder.open("moved", Claim::Newest(last.note().to_owned())).unwrap();
    assert_eq!(admit(&ledger, "three").await, Ok(3));
    let four = note(&ledger);
    drop(ledger);
    assert_eq!(folder.open("moved", Claim::Unchanged).unwrap().held(), None);
    // The first one may not come back with what it knows.
    assert_eq!(folder.open("data", Claim::Newest(four)).err().unwrap().code(), "newest.ahead");
    folder.is_held("data", "ledger.sealed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_is_recorded_before_the_seal_or_not_at_all() {
    let folder = Folder::new().await;
    let ledger = Arc::new(folder.open("data", Claim::Unchanged).unwrap());
    let writers: Vec<_> = (0..40)
        .map(|number| {
            let ledger = ledger.clone();
            tokio::spawn(async move { admit(&ledger, &format!("m{number}")).await })
        })
        .collect();
    let sealing = ledger.clone();
    let last = tokio::task::spawn_blocking(move || sealing.seal().unwrap()).await.unwrap();
    let mut recorded = 0;
    for writer in writers {
        match writer.await.unwrap() {
            Ok(_) => recorded += 1,
            Err(refusal) => assert_eq!(refusal.code(), "ledger.sealed"),
        }
    }
    assert_eq!((last.checkpoint().size, note(&ledger)), (3 + recorded, last.note().to_owned()));
    drop(ledger);
    let report =
        ledger::fsck(&Archive::open(&folder.path("data")).map_err(|error| error.to_string()).unwrap());
    assert_eq!((report.findings.len(), report.acknowledged), (0, 3 + recorded));
}
