//! Attacks on the process, each carried out and counted; the documentation of the rules states the same.

use std::collections::BTreeSet;

use serde_json::Value;
use tinnhiem::client::ClientError;
use tinnhiem::clock::Clock;
use tinnhiem::dsse::EventId;
use tinnhiem::event::*;

use crate::adverse::{self, heard, impose, notify, publish, shown, wait};
use crate::attacks::stated;
use crate::contests::{Court, id};
use crate::programme::*;
use crate::{keys, resumption};

/// How many attempts were refused, each with this code.
#[derive(Default)]
struct Attempts {
    made: u32,
    refused: u32,
}

impl Attempts {
    fn count(&mut self, answer: &Result<Value, ClientError>, code: &str) {
        self.made += 1;
        if let Err(ClientError::Refused { code: got, detail, .. }) = answer {
            assert_eq!(got, code, "{detail}");
            self.refused += 1;
        }
    }

    fn told(&self) -> String {
        format!("{} of {} refused", self.refused, self.made)
    }
}

fn graded(levels: &[(&str, u16)], body: AssessmentPublished) -> AssessmentPublished {
    let grades = levels.iter().map(|(id, level)| (id.parse().unwrap(), Some(*level))).collect();
    let piece = vec![Commitment::to(&[3; 32], b"document").into()];
    let evidence = levels.iter().map(|(id, _)| (id.parse().unwrap(), piece.clone())).collect();
    AssessmentPublished { grades, evidence, ..body }
}

/// A friendly notice, and another assessment in its place once nobody replies.
async fn bait_and_switch() -> String {
    let programme = adverse::programme(heard(7)).await;
    let on = assessment(programme.today());
    let good = graded(&[("I1", 1), ("I2", 2)], on.clone());
    let notice = notify(&programme, "a1", good.clone()).await;
    wait(&programme, 8);
    let mut attempts = Attempts::default();
    for worse in [
        graded(&[("I1", 0), ("I2", 2)], on.clone()),
        graded(&[("I1", 1), ("I2", 1)], on.clone()),
        graded(&[("I1", 1)], on.clone()),
        graded(&[("I1", 1), ("I2", 2), ("I3", 0)], on.clone()),
        AssessmentPublished { valid_until: on.valid_until.map(|last| last.plus_days(1)), ..good.clone() },
        AssessmentPublished { observed_until: on.observed_until.plus_days(-1), ..good.clone() },
    ] {
        attempts.count(&publish(&programme, "a1", notice, worse).await, "assessment.harsher");
    }
    publish(&programme, "a1", notice, good).await.unwrap();
    attempts.told()
}

/// Days of a year on which a subject is suspended by a council that tries every day.
async fn urgent_days(basis: impl Fn(u32) -> String) -> usize {
    let programme = adverse::programme(heard(7)).await;
    let (mut suspended, mut imposed) = (0, 0);
    for _ in 0..365 {
        let basis = Basis::Conduct(basis(imposed).parse().unwrap());
        let body = sanction(programme.today(), Severity::S4, 14);
        let body = SanctionImposed { urgent: true, basis, ..body };
        imposed += u32::from(impose(&programme, body, &SEATS[..3]).await.is_ok());
        suspended += usize::from(shown(&programme, "/score").await["standing"]["state"] == "withheld");
        wait(&programme, 1);
    }
    suspended
}

async fn urgent_for_ever() -> String {
    let same = urgent_days(|_| "I5".to_owned()).await;
    let another = urgent_days(|imposed| format!("I{}", 1 + imposed)).await;
    format!("{same} of 365 days on one basis, {another} on a new basis each time")
}

async fn copies_of_a_slander() -> String {
    let programme = adverse::programme(policy()).await;
    let slander = graded(&[("I1", 0)], assessment(programme.today()));
    let send = || programme.send(adverse::of(&programme, "a1", slander.clone()), &["a1"]);
    let item = id(send().await);
    let contest = id(programme.contest("kol", item).await);
    let mut attempts = Attempts::default();
    for _ in 0..10 {
        attempts.count(&send().await, "assessment.contested");
    }
    let reason = text("why").commitment();
    let body = ContestDecided {
        contest,
        outcome: Outcome::Upheld,
        effect: None,
        reason: reason.into(),
        panel: None,
    };
    let decided = adverse::of(&programme, "council", body).with([text("why")]);
    programme.recorded(decided, &SEATS[..3]).await;
    for _ in 0..10 {
        attempts.count(&send().await, "assessment.contested");
    }
    attempts.told()
}

/// A contest strikes a sanction; the council imposes it anew every day.
async fn struck_and_imposed_again() -> String {
    let programme = adverse::programme(policy()).await;
    let body = || sanction(programme.today(), Severity::S2, 60);
    let item = id(impose(&programme, body(), &SEATS[..3]).await);
    let contest = id(programme.contest("kol", item).await);
    let reason = text("why").commitment();
    let upheld = ContestDecided {
        contest,
        outcome: Outcome::Upheld,
        effect: None,
        reason: reason.into(),
        panel: None,
    };
    let decided = adverse::of(&programme, "council", upheld).with([text("why")]);
    programme.recorded(decided, &SEATS[..3]).await;
    let mut attempts = Attempts::default();
    for _ in 0..90 {
        wait(&programme, 1);
        attempts.count(&impose(&programme, body(), &SEATS[..3]).await, "sanction.settled");
    }
    attempts.told()
}

/// The council brings in a key for a party and tries every day to end the one that could cancel it.
async fn recovered_and_revoked() -> String {
    let programme = adverse::programme(policy()).await;
    let body = KeyAdded { key: key("ear").public(), owner: Some(party("a1")) };
    let draft = programme.draft(PartyId::council(), None, body);
    programme.recorded(draft, &["seat-1", "seat-2", "seat-3", "ear"]).await;
    let mut attempts = Attempts::default();
    for _ in 0..14 {
        let lost = (RevocationCause::Lost, None);
        let answer = keys::revoke(&programme, PartyId::council(), "a1", lost, &SEATS[..3]).await;
        attempts.count(&answer, "key.only");
        wait(&programme, 1);
    }
    attempts.told()
}

async fn contest_flooding() -> String {
    let programme = Programme::start(policy()).await;
    let mut attempts = Attempts::default();
    for days in 10..20 {
        let item = programme.impose("kol", Severity::S1, days).await;
        attempts.count(&programme.contest("kol", item).await, "contest.too_many");
    }
    attempts.told()
}

/// One of three who must sign signs with the key of its seat and with its own.
async fn two_keys() -> String {
    let programme = Programme::start(policy()).await;
    let body = MemberAdmitted { key: key("own").public(), ..admission("seat-1", MemberClass::Press, &[]) };
    let draft = programme.draft(PartyId::council(), None, body);
    programme.recorded(draft, &["seat-1", "seat-2", "seat-3", "own"]).await;
    let mut attempts = Attempts::default();
    for signers in [["seat-1", "own", "seat-2"], ["seat-1", "own", "seat-3"]] {
        let body = MemberSuspended { member: party("business"), reason: None };
        let draft = programme.draft(PartyId::council(), None, body);
        attempts.count(&programme.send(draft, &signers).await, "council.threshold");
    }
    attempts.told()
}

/// How many assessments of the subject weigh.
async fn weighing(programme: &Programme) -> usize {
    keys::excluded(programme, "").await.iter().filter(|one| one.is_none()).count()
}

/// A thief rotates a stolen key twice and assesses; the council dates the theft a month later.
async fn stolen_key() -> String {
    let clock = Clock::manual(Clock::system().now());
    let programme = Programme::start_at(policy(), clock.clone()).await;
    let stolen_at = clock.now();
    wait(&programme, 1);
    keys::rotate(&programme, party("a1"), "a1", "thief").await.unwrap();
    keys::rotate(&programme, party("a1"), "thief", "thief 2").await.unwrap();
    keys::assess(&programme, "thief 2").await.unwrap();
    let before = weighing(&programme).await;
    wait(&programme, 30);
    let dated = (RevocationCause::Compromised, Some(stolen_at));
    keys::revoke(&programme, PartyId::council(), "a1", dated, &SEATS[..3]).await.unwrap();
    let mut attempts = Attempts::default();
    for key in ["a1", "thief", "thief 2"] {
        attempts.count(&keys::assess(&programme, key).await, "key.revoked");
    }
    let after = weighing(&programme).await;
    format!("its assessments that weigh: {before} → {after}; its keys: {}", attempts.told())
}

async fn disavowal() -> String {
    let clock = Clock::manual(Clock::system().now());
    let programme = Programme::start_at(policy(), clock.clone()).await;
    keys::assess(&programme, "a1").await.unwrap();
    let (said_at, before) = (clock.now(), weighing(&programme).await);
    wait(&programme, 3);
    let mut attempts = Attempts::default();
    for dated in [
        (RevocationCause::Compromised, Some(said_at)),
        (RevocationCause::Compromised, None),
        (RevocationCause::Lost, Some(said_at)),
    ] {
        let answer = keys::revoke(&programme, party("a1"), "a1", dated, &["a1"]).await;
        attempts.count(&answer, "key.invalid_from");
    }
    keys::revoke(&programme, party("a1"), "a1", (RevocationCause::Retired, None), &["a1"]).await.unwrap();
    let after = weighing(&programme).await;
    format!("{}; its assessments that weigh: {before} → {after}", attempts.told())
}

/// Files, looks at the panel, withdraws and files again.
async fn another_panel() -> String {
    let mut court = Court::open().await;
    let target = court.programme.assess("a1", "kol").await;
    let (mut panels, filings) = (BTreeSet::new(), 6);
    for filing in 0..filings {
        let contest: EventId = court.file(target).await;
        if filing == 0 {
            court.reveal_both(contest).await;
        }
        panels.insert(court.sit(contest).await);
        id(court.send("kol", ContestWithdrawn { contest, reason: None }, &["kol"]).await);
        court.days(1);
    }
    format!("{} panel in {filings} filings", panels.len())
}

/// Leaves on any day of a sanction, and comes back once it may.
async fn departure() -> String {
    let programme = adverse::programme(policy()).await;
    programme.impose("kol", Severity::S2, 30).await;
    let mut attempts = Attempts::default();
    for _ in 0..30 {
        attempts.count(&adverse::depart(&programme).await, "subject.sanctioned");
        wait(&programme, 1);
    }
    adverse::depart(&programme).await.unwrap();
    resumption::resume(&programme, "kol", &["registrar", "kol"]).await.unwrap();
    let live = programme.ledger.snapshot();
    let kept = live.state.dossier(&subject("kol")).unwrap().sanctions.open().count();
    format!("{}; sanctions on record after coming back: {kept}", attempts.told())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rules_state_what_was_counted() {
    let counted = [
        ("bait and switch between notice and publication", bait_and_switch().await),
        ("urgent suspension for ever", urgent_for_ever().await),
        ("ten copies of a slander, before and after the decision", copies_of_a_slander().await),
        ("a struck sanction imposed again and again", struck_and_imposed_again().await),
        ("a council that makes itself the party by a key", recovered_and_revoked().await),
        ("ten contests at once", contest_flooding().await),
        ("one council member with two keys", two_keys().await),
        ("a stolen key that re-keys", stolen_key().await),
        ("an owner who disavows", disavowal().await),
        ("withdrawal to draw another panel", another_panel().await),
        ("departure to shed a sanction", departure().await),
    ];
    assert_eq!(stated(include_str!("../../src/kernel/rules/attacks.md")), counted);
}
