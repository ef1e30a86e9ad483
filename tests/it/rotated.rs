//! What is told of checkpoints and backups from both sides of a rotation of the log's key.

use std::sync::Arc;

use tinnhiem::client::{Draft, export};
use tinnhiem::event::*;
use tinnhiem::ledger::{Archive, Claim};
use tinnhiem::vault::{read_secret, write_secret};

use crate::operator::ends;
use crate::programme::*;
use crate::signer::{Folder, admit, note};

/// `data` of 5 entries, whose entry 3 rotates the log's key; `before`, a copy from before that; exports of both, and
/// both their checkpoints.
async fn rotated() -> Folder {
    let folder = Folder::new().await;
    folder.shell("cp -a data before");
    let old = read_secret(&folder.path("data/log-key.pem")).unwrap();
    let new = key("log 2");
    write_secret(&folder.path("data/next-log-key.pem"), &new).unwrap();
    let ledger = folder.open("data", Claim::Unchanged).unwrap();
    std::fs::write(folder.path("three.checkpoint"), note(&ledger)).unwrap();
    let body = LedgerKeyRotated { old: old.public(), new: new.public() };
    let draft = Draft::new(ledger.origin(), PartyId::council(), None, ledger.now(), body);
    let seats = ["seat-1", "seat-2", "seat-3"].map(key);
    let event = draft.sign(&[&seats[0], &seats[1], &seats[2], &old, &new]).unwrap().verify().unwrap();
    ledger.submit(event).await.unwrap();
    admit(&ledger, "five").await.unwrap();
    std::fs::write(folder.path("five.checkpoint"), note(&ledger)).unwrap();
    drop(ledger);
    folder.shell("mv data/log-key.pem former.pem; mv data/next-log-key.pem data/log-key.pem");
    for name in ["data", "before"] {
        let archive = Archive::open(&folder.path(name)).map_err(|error| error.to_string()).unwrap();
        export(&archive, &folder.path(&format!("{name}.export")), &mut |_, _, _| {}).unwrap();
    }
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn checkpoints_of_both_keys_are_compared_by_the_word_of_who_is_named() {
    let folder = rotated().await;
    let compare = |rest: &str, code, says: &[&str]| {
        ends(&folder, &format!("checkpoint compare {rest}"), code, says);
    };
    compare("data.export data.export", 0, &["the word of data.export:", "same"]);
    compare("three.checkpoint data.export", 0, &["the word of data.export", "extends"]);
    let ledger = Arc::new(folder.open("data", Claim::Unchanged).unwrap());
    let (client, server) = listen(ledger.clone()).await;
    let base = client.base();
    let word = format!("the log's key is the word of {base}:");
    for one in ["three.checkpoint", "five.checkpoint", base] {
        compare(&format!("{one} {base}"), 0, &[&word]);
    }
    // Of two files it is the usual ledger's, which is named.
    let named = format!("the word of {base} (--ledger)");
    compare(&format!("three.checkpoint five.checkpoint --ledger {base}"), 0, &[&named, "extends"]);
    compare("three.checkpoint five.checkpoint", 2, &["http://127.0.0.1:1 (--ledger) names none", "--vkey"]);
    // The present key alone did not sign the older one, which is said once, and what to do.
    let vkey = ledger.log_vkey();
    let says =
        ["three.checkpoint: none of the keys at hand", "former_vkeys", "second --vkey", "(note.unsigned)"];
    compare(&format!("three.checkpoint {base} --vkey {vkey}"), 2, &says);
    server.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_to_before_a_rotation_reads_as_one_and_an_older_checkpoint_is_followed() {
    let folder = rotated().await;
    for of in ["before", "before.export"] {
        for verb in ["audit", "fsck"].into_iter().filter(|verb| *verb == "audit" || of == "before") {
            folder.shell("cp five.checkpoint saved");
            let says = [
                "saved is of 5 entries of this log, and only 3 are shown",
                "ROLLED BACK",
                "(newest.rotated)",
            ];
            ends(&folder, &format!("{verb} {of} --since saved"), 2, &says);
            folder.shell("cmp five.checkpoint saved");
        }
    }
    for line in ["fsck data", "audit data", "audit data.export"] {
        folder.shell("cp three.checkpoint saved");
        ends(&folder, &format!("{line} --since saved"), 0, &["5 entries is saved"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_from_before_a_rotation_is_not_said_to_be_damaged() {
    let folder = rotated().await;
    let says = ["did, and its checkpoint is whole", "former key", "(ledger.log_key)"];
    let told = ends(&folder, "import before.export --data new --log-key data/log-key.pem", 2, &says);
    assert!(!told.contains("is damaged"), "{told}");
    ends(&folder, "import before.export --data new --log-key former.pem", 0, &["3 entries brought"]);
    // The other way round.
    let says = ["did, and its checkpoint is whole", "(ledger.log_key)"];
    ends(&folder, "import data.export --data newer --log-key former.pem", 2, &says);
}
