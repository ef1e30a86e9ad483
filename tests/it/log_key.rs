//! A new key for the log: who signs what, and who goes on trusting whom.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tinnhiem::api;
use tinnhiem::client::Source;
use tinnhiem::clock::Clock;
use tinnhiem::event::*;
use tinnhiem::ledger::{Archive, Ledger, Setup, fsck};
use tinnhiem::log::{SignedCheckpoint, VerifierKey};
use tinnhiem::store::MemoryStore;

use crate::audited_answers::{Between, Rewriting};
use crate::believed::run;
use crate::programme::*;
use crate::refusals::Provoked;

fn rotated(old: &str, new: &str) -> LedgerKeyRotated {
    LedgerKeyRotated { old: key(old).public(), new: key(new).public() }
}

/// Provokes the codes of a rotation.
pub async fn refusals(programme: &Programme, provoked: &mut Provoked) {
    let council = |body: LedgerKeyRotated| programme.draft(PartyId::council(), None, body);
    let signers = |others: [&'static str; 2]| [&SEATS[..3], &others].concat();
    // This ledger does not hold the next key.
    let answer = programme.send(council(rotated("log", "log 2")), &signers(["log", "log 2"])).await;
    provoked.note(answer, 503, "ledger.next_key");
    let holding = begun_with_next().await;
    let draft = holding.draft(PartyId::council(), None, rotated("other", "log 2"));
    provoked.note(holding.send(draft, &signers(["other", "log 2"])).await, 409, "log_key.old");
}

/// A new programme whose operator holds the next key.
async fn begun_with_next() -> Programme {
    let opened = tinnhiem::client::opening("it", Clock::system().now(), opened(policy(), None));
    let (origin, draft) = opened.unwrap();
    let keys = SEATS.map(key);
    let opening = draft.sign(&keys.each_ref()[..3]).unwrap();
    holding_next(Parts::created(Clock::system(), &opening), origin).await
}

/// A programme whose operator holds the next key.
async fn holding_next(parts: Parts, origin: tinnhiem::log::Origin) -> Programme {
    let ledger = Arc::new(Ledger::open(setup(&parts, "log", Some("log 2"))).unwrap());
    let clock = parts.clock.clone();
    Programme::serve(ledger, origin, clock, parts).await
}

fn setup(parts: &Parts, first: &str, next: Option<&str>) -> Setup {
    Setup { log_key: key(first), next_log_key: next.map(key), ..parts.setup() }
}

#[tokio::test(flavor = "multi_thread")]
async fn checkpoints_from_the_rotation_on_are_signed_by_the_new_key_and_auditors_follow() {
    let programme = begun_with_next().await;
    let origin = programme.origin.clone();
    programme.admit("business", MemberClass::Business, &[]).await;
    let mut provoked = Provoked::default();
    let send = |body: LedgerKeyRotated, signers: &[&'static str]| {
        let signers = [&SEATS[..3], signers].concat();
        let draft = programme.draft(PartyId::council(), None, body);
        let programme = &programme;
        async move { programme.send(draft, &signers).await }
    };
    provoked.note(send(rotated("log", "log 2"), &["log 2"]).await, 403, "signature.missing");
    provoked.note(send(rotated("log", "log 2"), &["log"]).await, 403, "signature.missing");
    provoked.note(send(rotated("log", "log"), &["log"]).await, 409, "key.taken");
    provoked.note(send(rotated("other", "log 2"), &["other", "log 2"]).await, 409, "log_key.old");
    let business = programme.draft(party("business"), None, rotated("log", "log 2"));
    provoked.note(programme.send(business, &["business", "log", "log 2"]).await, 403, "issuer.not_allowed");
    let before = programme.get("/v1/ledger").await;
    let old_note = programme.ledger.snapshot().checkpoint.note().to_owned();
    send(rotated("log", "log 2"), &["log", "log 2"]).await.unwrap();
    programme.admit("later", MemberClass::Business, &[]).await;
    let after = programme.get("/v1/ledger").await;
    assert_ne!(before["log_vkey"], after["log_vkey"]);
    assert_eq!(after["former_vkeys"][0]["vkey"], before["log_vkey"]);
    let vkeys = ["log", "log 2"].map(|name| VerifierKey::ed25519(origin.as_str(), key(name).public()));
    let note = programme.ledger.snapshot().checkpoint.note().to_owned();
    assert!(SignedCheckpoint::open(&note, &vkeys[0]).is_err());
    SignedCheckpoint::open(&note, &vkeys[1]).unwrap();
    SignedCheckpoint::open(&old_note, &vkeys[0]).unwrap();
    // A key that is rotated while the checkpoint is on its way makes no good checkpoint a bad one.
    let (router, asked) =
        (api::router(programme.ledger.clone(), None, api::Bounds::default()), AtomicU64::new(0));
    let before = old_note.clone().into_bytes();
    let late: Rewriting = Arc::new(move |uri, _, answer| {
        let first = uri == "/checkpoint" && asked.fetch_add(1, Ordering::Relaxed) == 0;
        if first { before.clone() } else { answer }
    });
    let between = Between::new(router, late).await;
    let (exit, said) = run(&between.client, &["checkpoint"]).await;
    assert_eq!((exit, said.trim_end()), (0, note.trim_end()));
    assert_eq!(between.asked("/checkpoint"), 2);
    // Who trusts either key, or none, comes to the same; another key is another log.
    let running = Source::Running(programme.client.clone());
    for vkey in [None, Some(vkeys[0].clone()), Some(vkeys[1].clone())] {
        let report = audited(&running, vkey, &programme.clock).await;
        assert_eq!((&report.findings, report.log_vkey), (&vec![], vkeys[1].to_string()));
    }
    let other = VerifierKey::ed25519(origin.as_str(), key("other").public());
    let report = audited(&running, Some(other), &programme.clock).await;
    assert!(!report.is_clean());
    // The old key signs nothing any more and belongs to nobody.
    provoked.note(send(rotated("log", "log 3"), &["log", "log 3"]).await, 503, "ledger.next_key");
    let admission = MemberAdmitted { key: key("log").public(), ..admission("odd", MemberClass::Press, &[]) };
    let draft = programme.draft(PartyId::council(), None, admission);
    provoked.note(programme.send(draft, &["seat-1", "seat-2", "seat-3", "log"]).await, 409, "key.taken");
    programme.check_replay();
    // Opened anew: with both keys or the new one, not with the old one alone.
    tokio::task::block_in_place(|| programme.ledger.close());
    let parts = &programme.parts;
    let former = Ledger::open(setup(parts, "log", None)).err().unwrap();
    let says = [
        "the log's former key",
        "signed up to size",
        "Nothing is damaged",
        &key("log 2").public().to_string(),
    ];
    assert!(says.iter().all(|one| former.to_string().contains(one)), "{former}");
    for name in ["log", "other"] {
        assert_eq!(Ledger::open(setup(parts, name, None)).err().unwrap().code(), "ledger.log_key", "{name}");
    }
    for (first, next) in [("log", Some("log 2")), ("log 2", None)] {
        let ledger = Ledger::open(setup(parts, first, next)).unwrap();
        assert_eq!(ledger.log_vkey().to_string(), after["log_vkey"]);
    }
    // A data directory is read without any of its keys at hand.
    let store = Arc::new(MemoryStore::open(&parts.disk));
    let archive = Archive::over(Ok(store), parts.directory.path(), None).unwrap();
    let report = fsck(&archive);
    let findings: Vec<_> = report.findings.iter().filter(|one| one.code != "key.file").collect();
    assert!(findings.iter().all(|one| one.place.to_string().contains("log-key")), "{findings:?}");
    assert_eq!((report.log_vkey, report.former_vkeys), (vkeys[1].to_string(), vec![vkeys[0].to_string()]));
}
