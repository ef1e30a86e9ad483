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
