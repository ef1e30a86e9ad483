//! Openings that cannot be: each has its code, leaves nothing behind, and the next one may succeed.

use tinnhiem::client::opening;
use tinnhiem::clock::Clock;
use tinnhiem::event::*;
use tinnhiem::ledger::{self, Ledger, OpenError, Setup};
use tinnhiem::log::VerifierKey;

use crate::programme::*;

#[test]
fn each_fault_has_its_code_and_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let clock = Clock::system();
    let log_key = ledger::log_key(directory.path()).unwrap();
    let body = || LedgerOpened { log_key: log_key.public(), ..opened(policy(), None) };
    let keys = SEATS.map(key);
    let good = |body| opening("opening", clock.now(), body).unwrap().1;
    let create = |draft: tinnhiem::client::Draft, signers: usize| {
        let setup = Setup::create(directory.path(), clock.clone()).unwrap();
        let signers: Vec<_> = keys.iter().take(signers).collect();
        ledger::create(&setup, &draft.sign(&signers).unwrap().verify().unwrap())
    };
    let mut other = good(body());
    other.event.body = admission("member", MemberClass::Press, &[]).into();
    let mut origin = good(body());
    origin.event.ledger = "opening/00000000000000000000000000000000".to_owned();
    let mut issuer = good(body());
    issuer.event.issuer = party("seat-1");
    let threshold = good(LedgerOpened { threshold: 9, ..body() });
    for (draft, signers, code) in [
        (other, 3, "opening.missing"),
        (origin, 3, "opening.origin"),
        (issuer, 3, "opening.issuer"),
        (threshold, 5, "opening.body"),
        (good(body()), 2, "opening.signatures"),
    ] {
        match create(draft, signers).unwrap_err() {
            OpenError::Opening(what) => assert!(what.contains(&format!("({code})")), "{what}"),
            error => panic!("{error}"),
        }
        assert!(matches!(
            Setup::at(directory.path(), clock.clone()).map(Ledger::open),
            Ok(Err(OpenError::Empty))
        ));
    }
    create(good(body()), 3).unwrap();
    assert!(matches!(create(good(body()), 3), Err(OpenError::Exists)));
    let ledger = Ledger::open(Setup::at(directory.path(), clock.clone()).unwrap()).unwrap();
    let expected = VerifierKey::ed25519(ledger.origin().as_str(), log_key.public());
    assert_eq!((ledger.snapshot().size(), ledger.log_vkey()), (1, expected));
}
