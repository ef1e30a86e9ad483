//! What `serve --newest` makes of a file and of an address.

use tinnhiem::ledger::Claim;

use crate::operator::{ends, program, said, served};
use crate::programme::*;
use crate::signer::{Folder, admit};

#[tokio::test(flavor = "multi_thread")]
async fn a_complete_backup_starts_by_the_address_of_the_sealed_directory_not_by_its_last_checkpoint() {
    let folder = Folder::new().await;
    folder.shell("cp -a data backup; mv backup/log-key.pem key.pem");
    ends(&folder, "seal --data data --out last", 0, &[]);
    for verb in ["fsck", "audit"] {
        let says = ["`tinnhiem serve --data backup --log-key FILE` serves reads", "clean"];
        ends(&folder, &format!("{verb} backup"), 0, &says);
        let told = ends(&folder, &format!("{verb} data"), 0, &["`tinnhiem serve --data data` serves reads"]);
        assert!(!told.contains("--log-key"), "{told}");
    }
    let serve = "serve --data backup --log-key key.pem --listen 127.0.0.1:0 --newest";
    let says = [
        "once that is sealed, which may be of as many entries",
        "serve it and give its address",
        "newest.own",
    ];
    ends(&folder, &format!("{serve} last"), 2, &says);
    let (client, server) = listen(std::sync::Arc::new(folder.open("data", Claim::Unchanged).unwrap())).await;
    let told = served(&folder, &format!("{serve} {}", client.base()));
    assert!(told.contains("is of 3, and they begin with these"), "{told}");
    server.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_names_what_comes_next_and_the_sealed_directory_is_told_where_it_went_on() {
    let folder = Folder::new().await;
    let says = ["cp -a data moved", "tinnhiem serve --data moved --newest last", "mistake", "--take-over"];
    ends(&folder, "seal --data data --out last", 0, &says);
    folder.shell("cp -a data moved");
    // What is asked of it says by which checkpoint each of the two signs.
    for (name, by) in [
        ("data", "the address where the ledger went on"),
        ("moved", "the last checkpoint, which `seal` wrote"),
    ] {
        let held = folder.open(name, Claim::Unchanged).unwrap().held().unwrap();
        assert!(held.to_string().contains(by), "{name}: {held}");
        ends(&folder, &format!("fsck {name}"), 0, &[by]);
    }
    let last = std::fs::read_to_string(folder.path("last")).unwrap();
    let moved = std::sync::Arc::new(folder.open("moved", Claim::Newest(last)).unwrap());
    admit(&moved, "three").await.unwrap();
    let (client, server) = listen(moved).await;
    let on = format!("the ledger goes on at {}", client.base());
    let says = [on.as_str(), "without --newest", "(newest.writing)"];
    let serve = format!("serve --data data --listen 127.0.0.1:0 --newest {}", client.base());
    ends(&folder, &serve, 2, &says);
    server.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_as_a_checkpoint_and_is_none_is_told_what_it_is() {
    let folder = Folder::new().await;
    let ledger = folder.open("data", Claim::Unchanged).unwrap();
    std::fs::write(folder.path("log.vkey"), format!("{}\n", ledger.log_vkey())).unwrap();
    drop(ledger);
    folder.shell("mkdir empty; cp -a data copy");
    for (given, says) in [
        ("copy", ["copy is a data directory", "give its address", "(file.kind)"]),
        ("empty", ["empty is no export", "an address", "(file.kind)"]),
        ("log.vkey", ["log.vkey holds the log's key", "checkpoint --out", "(checkpoint.malformed)"]),
    ] {
        ends(&folder, &format!("serve --data data --listen 127.0.0.1:0 --newest {given}"), 2, &says);
        ends(&folder, &format!("checkpoint compare {given} {given}"), 2, &says);
    }
}

/// The good ledger was to be sealed, at the advice of the one that had left its history.
#[tokio::test(flavor = "multi_thread")]
async fn a_fork_is_told_before_anything_is_advised_of_the_ledger_at_the_address() {
    let folder = Folder::new().await;
    folder.shell("cp -a data forked; cp -a data behind");
    let forked = folder.open("forked", Claim::TakeOver).unwrap();
    admit(&forked, "another").await.unwrap();
    drop(forked);
    let good = std::sync::Arc::new(folder.open("data", Claim::Unchanged).unwrap());
    let (client, server) = listen(good.clone()).await;
    let serve = |data: &str| format!("serve --data {data} --listen 127.0.0.1:0 --newest {}", client.base());
    // What is shorter than the fork is compared by the fork's own tiles, what is longer by those at the address.
    for longer in ["", "three", "four"] {
        if !longer.is_empty() {
            admit(&good, longer).await.unwrap();
        }
        folder.shell("rm -rf copy; cp -a forked copy");
        let heads = files(&folder.path("copy/heads"));
        let told = said(program(&folder, &serve("copy")).output().unwrap());
        let size = good.snapshot().size();
        match size {
            // It begins with these, so that nothing contradicts it.
            3 => assert!(told.0 == 2 && told.1.contains("(newest.writing)"), "{size}: {}", told.1),
            _ => {
                assert!(told.0 == 2 && told.1.contains("FORK: the log signed two"), "{size}: {}", told.1);
                assert!(told.1.contains("(newest.forked)") && !told.1.contains("seal"), "{size}: {}", told.1);
                assert_eq!(told.1.matches("\n— ").count(), 2, "{}", told.1);
            }
        }
        assert_eq!(files(&folder.path("copy/heads")), heads);
    }
    ends(&folder, &serve("behind"), 2, &["takes writes", "tinnhiem seal", "(newest.writing)"]);
    // The same of a ledger that is sealed, and where the fork is the longer one.
    let forked = folder.open("forked", Claim::Unchanged).unwrap();
    for name in ["fifth", "sixth", "seventh"] {
        admit(&forked, name).await.unwrap();
    }
    drop(forked);
    folder.shell("cp -a forked longer");
    ends(&folder, &serve("longer"), 2, &["FORK", "(newest.forked)"]);
    good.seal().unwrap();
    for name in ["copy", "longer"] {
        ends(&folder, &serve(name), 2, &["FORK", "(newest.forked)"]);
    }
    server.abort();
}
