//! Openings that cannot be: each has its code, leaves nothing behind, and the next one may succeed.

use tinnhiem::client::{Draft, export_served, import, opening};
use tinnhiem::clock::Clock;
use tinnhiem::dsse::PublicKey;
use tinnhiem::event::*;
use tinnhiem::ledger::{self, Ledger, OpenError, Setup};
use tinnhiem::log::VerifierKey;
use tinnhiem::time::Timestamp;
use tinnhiem::vault::write_secret;

use crate::judgements::{self, Judgement};
use crate::programme::*;

/// Openings with a fault each: how many seats sign it, and its code.
fn faulty(at: Timestamp, log_key: PublicKey) -> [(Draft, usize, &'static str); 5] {
    let mut other = good(at, log_key);
    other.event.body = admission("member", MemberClass::Press, &[]).into();
    let mut origin = good(at, log_key);
    origin.event.ledger = "opening/00000000000000000000000000000000".to_owned();
    let mut issuer = good(at, log_key);
    issuer.event.issuer = party("seat-1");
    let threshold = LedgerOpened { threshold: 9, log_key, ..opened(policy(), None) };
    [
        (other, 3, "opening.missing"),
        (origin, 3, "opening.origin"),
        (issuer, 3, "opening.issuer"),
        (opening("opening", at, threshold).unwrap().1, 5, "opening.body"),
        (good(at, log_key), 2, "opening.signatures"),
    ]
}

fn good(at: Timestamp, log_key: PublicKey) -> Draft {
    opening("opening", at, LedgerOpened { log_key, ..opened(policy(), None) }).unwrap().1
}

#[test]
fn they_stand_among_the_vectors() {
    let at = "2026-11-20T03:04:05.678Z".parse().unwrap();
    let log_key = key("log").public();
    let judged = |(draft, signers, code): (Draft, usize, &str)| {
        let keys = SEATS[..signers].iter().map(|seat| key(seat).public()).collect();
        Judgement::of(at, keys, draft.event.to_payload(), code)
    };
    let recorded = (good(at, log_key), 3, judgements::RECORDED);
    judgements::check_file("openings.jsonl", faulty(at, log_key).into_iter().chain([recorded]).map(judged));
}

#[test]
fn each_fault_has_its_code_and_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let clock = Clock::system();
    let log_key = ledger::log_key(directory.path()).unwrap();
    let (now, log) = (clock.now(), log_key.public());
    let keys = SEATS.map(key);
    let create = |draft: Draft, signers: usize| {
        let setup = Setup::create(directory.path(), clock.clone()).unwrap();
        let signers: Vec<_> = keys.iter().take(signers).collect();
        ledger::create(&setup, &draft.sign(&signers).unwrap().verify().unwrap())
    };
    for (draft, signers, code) in faulty(now, log) {
        match create(draft, signers).unwrap_err() {
            OpenError::Opening { code: broken, what } => assert_eq!(broken, code, "{what}"),
            error => panic!("{error}"),
        }
        assert!(matches!(
            Setup::at(directory.path(), clock.clone()).map(Ledger::open),
            Ok(Err(OpenError::Absent(ledger::Absent::Empty(_))))
        ));
    }
    create(good(now, log), 3).unwrap();
    assert!(matches!(create(good(now, log), 3), Err(OpenError::Exists)));
    let ledger = Ledger::open(Setup::at(directory.path(), clock.clone()).unwrap()).unwrap();
    let expected = VerifierKey::ed25519(ledger.origin().as_str(), log_key.public());
    assert_eq!((ledger.snapshot().size(), ledger.log_vkey()), (1, expected));
}

/// A ledger that was opened by a clock which was wrong took history until then: whatever was sent stood at the time
/// that it named.
#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_takes_history_until_a_day_to_come_is_read_only_and_not_imported() {
    let far: Timestamp = "2099-01-01T00:00:00.000Z".parse().unwrap();
    let now = Clock::system().now();
    let opened = opened(policy(), Some(far));
    let (origin, draft) = opening("it", now.minus_ms(86_400_000), opened).unwrap();
    let keys = SEATS.map(key);
    let opening = draft.sign(&keys.each_ref()[..3]).unwrap();
    let parts = Parts::created(Clock::manual(far), &opening);
    let parts = Parts { clock: Clock::system(), ..parts };
    let ledger = std::sync::Arc::new(Ledger::open(parts.setup()).unwrap());
    let programme = Programme::serve(ledger, origin, Clock::system(), parts).await;
    for issued_at in [now, now.plus_ms(400 * 86_400_000)] {
        let body = admission("press", MemberClass::Press, &[]);
        let mut draft = programme.draft(PartyId::council(), None, body);
        draft.event.issued_at = issued_at;
        let refused = programme.send(draft, &["seat-1", "seat-2", "seat-3", "press"]).await.unwrap_err();
        assert!(refused.to_string().contains("ledger.clock"), "{refused}");
        assert!(refused.to_string().contains("takes history until 2099"), "{refused}");
    }
    let view = programme.get("/v1/ledger").await;
    assert_eq!(
        (&view["writing"], &view["clock"], &view["size"]),
        (&false.into(), &"doubtful".into(), &1.into())
    );
    // Nor is it made anew of an export.
    let folder = tempfile::tempdir().unwrap();
    let (exported, data) = (folder.path().join("export"), folder.path().join("data"));
    export_served(&programme.client, &exported, &mut |_, _, _| {}).await.unwrap();
    write_secret(&folder.path().join("log-key.pem"), &key("log")).unwrap();
    let log_key = folder.path().join("log-key.pem");
    let imported = import(&exported, &data, Some(&log_key), None, &mut |_, _, _| {}).await.unwrap_err();
    assert!(imported.to_string().contains("takes history until 2099"), "{imported}");
    assert!(!data.join("heads").exists());
}
