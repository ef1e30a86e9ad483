//! Judgements as vectors: histories in which every type is recorded and every rule is broken.
//!
//! Each file of `tests/vectors/judgements` is one ledger, an event a line: `at`, when it was recorded or
//! tried; `keys`, whose signatures verified, ascending; `event`, the payload's exact text; `is`, either
//! `recorded` or the code of the refusal. What is refused leaves no trace in what follows. Another
//! implementation of the rules gives the same answers, line by line.
//!
//! With `TINNHIEM_VECTORS=FOLDER`, every ledger that a test runs is written there as such a file;
//! `tests/vectors/choose.py` chooses from them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use serde::{Deserialize, Serialize};
use tinnhiem::dsse::{EventId, PublicKey};
use tinnhiem::engines::Score;
use tinnhiem::event::*;
use tinnhiem::ledger::Ledger;
use tinnhiem::log::Entry;
use tinnhiem::rules::{Candidate, Reason, check_recorded_at, judge, record_at};
use tinnhiem::state::{Recording, State};
use tinnhiem::time::Timestamp;

use crate::programme::*;
use crate::refusals::Provoked;

/// The answer about what stands in the log.
pub const RECORDED: &str = "recorded";

/// One event and the answer to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    pub at: Timestamp,
    pub keys: Vec<PublicKey>,
    pub event: String,
    pub is: String,
}

impl Judgement {
    /// A refusal by the rules; none for one that came before them.
    pub fn refused(at: Timestamp, keys: Vec<PublicKey>, payload: Vec<u8>, code: &str) -> Option<Self> {
        let of_rules = Reason::ALL.iter().any(|reason| reason.code() == code);
        of_rules.then(|| Self::of(at, keys, payload, code))
    }

    /// An event and the answer to it.
    pub fn of(at: Timestamp, mut keys: Vec<PublicKey>, payload: Vec<u8>, is: &str) -> Self {
        keys.sort();
        Self { at, keys, event: String::from_utf8(payload).unwrap(), is: is.to_owned() }
    }

    pub fn parsed(&self) -> Event {
        Event::parse_recorded(self.event.as_bytes()).unwrap()
    }

    /// What the rules say of it after this state, when signed by these keys.
    fn again(&self, state: &State, event: &Event, keys: &[PublicKey]) -> &'static str {
        self.spelled_as(&self.event, state, event, keys)
    }

    /// The same of its event in another spelling.
    pub fn spelled_as(
        &self,
        payload: &str,
        state: &State,
        event: &Event,
        keys: &[PublicKey],
    ) -> &'static str {
        let at = match self.is.as_str() {
            RECORDED => check_recorded_at(state, event, self.at).map(|()| self.at),
            _ => record_at(state, event, self.at),
        };
        let judged = at.and_then(|recorded_at| {
            let payload = payload.as_bytes();
            let id = EventId::of_payload(payload);
            judge(state, Candidate { id, event, payload, keys, recorded_at })
        });
        judged.map_or_else(|rejection| rejection.code(), |_| RECORDED)
    }
}

/// Writes a ledger's entries, and what it refused by the size at which it did, where that is asked for.
pub fn write(ledger: &Ledger, refused: &[(u64, Judgement)]) {
    static WRITTEN: AtomicU32 = AtomicU32::new(1);
    let Some(folder) = std::env::var_os("TINNHIEM_VECTORS") else { return };
    let name = format!("{:02}.jsonl", WRITTEN.fetch_add(1, Ordering::Relaxed));
    std::fs::write(Path::new(&folder).join(name), lines(ledger, refused)).unwrap();
}

/// Leaves a ledger of a random history where `tests/second.sh` finds it, with what could be committed to and
/// its scores.
pub fn leave(ledger: &Ledger, committed: &StateCommitted, scores: &[Score]) {
    static LEFT: AtomicU32 = AtomicU32::new(1);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("histories");
    let number = LEFT.fetch_add(1, Ordering::Relaxed);
    if number == 1 {
        // Those of an earlier run may be of other rules.
        let _ = std::fs::remove_dir_all(&folder);
    }
    std::fs::create_dir_all(&folder).unwrap();
    let name = folder.join(format!("{number:03}"));
    std::fs::write(name.with_extension("jsonl"), lines(ledger, &[])).unwrap();
    let left = serde_json::json!({ "committed": committed, "scores": scores });
    std::fs::write(name.with_extension("json"), left.to_string()).unwrap();
}

fn lines(ledger: &Ledger, refused: &[(u64, Judgement)]) -> String {
    let mut lines = String::new();
    let mut add = |one: &Judgement| lines += &(serde_json::to_string(one).unwrap() + "\n");
    let each = &mut |seq: u64, bytes: &[u8]| {
        refused.iter().filter(|(size, _)| *size == seq).for_each(|(_, one)| add(one));
        let entry = Entry::parse(bytes).unwrap();
        let event = String::from_utf8(entry.payload).unwrap();
        let keys = entry.signatures.iter().map(|(key, _)| *key).collect();
        add(&Judgement { at: entry.recorded_at, keys, event, is: RECORDED.to_owned() });
        ControlFlow::Continue(())
    };
    ledger.reader().entries(0, u64::MAX, each).unwrap();
    let size = ledger.snapshot().size();
    refused.iter().filter(|(at, _)| *at >= size).for_each(|(_, one)| add(one));
    lines
}

/// Provokes refusals of types that end or answer something, where nothing waits for it.
pub async fn refusals(provoked: &mut Provoked) {
    let programme = Programme::start(policy()).await;
    let about = |issuer: PartyId, body: Body| programme.draft(issuer, Some(subject("kol")), body);
    let by_council = |body: Body| about(PartyId::council(), body);

    let target = programme.accredit("a1").await;
    let withdrawal = || {
        let body = AccreditationWithdrawn { target, reason: None };
        programme.draft(PartyId::council(), None, body)
    };
    programme.recorded(withdrawal(), &SEATS[..3]).await;
    provoked.note(programme.send(withdrawal(), &SEATS[..3]).await, 409, "target.ended");

    let spoken = about(party("business"), endorsement(programme.today()).into());
    let target = programme.recorded(spoken, &["business"]).await;
    let withdrawal = || EndorsementWithdrawn { target, reason: None }.into();
    let of_another = about(party("a1"), withdrawal());
    provoked.note(programme.send(of_another, &["a1"]).await, 403, "target.other_issuer");
    programme.recorded(about(party("business"), withdrawal()), &["business"]).await;
    let again = about(party("business"), withdrawal());
    provoked.note(programme.send(again, &["business"]).await, 409, "target.ended");

    let target = programme.impose("kol", Severity::S2, 30).await;
    let lift = || by_council(SanctionLifted { target, reason: None }.into());
    programme.recorded(lift(), &SEATS[..3]).await;
    provoked.note(programme.send(lift(), &SEATS[..3]).await, 409, "target.ended");

    let (old, new) = (key("a1").public(), key("a1 2").public());
    let rotation = programme.draft(party("business"), None, KeyRotated { old, new });
    provoked.note(programme.send(rotation, &["business", "a1 2"]).await, 403, "key.other_owner");

    let item = programme.assess("a2", "kol").await;
    let filed = programme.contest("kol", item).await.unwrap();
    let contest = filed["id"].as_str().unwrap().parse().unwrap();
    let reason = text("why").commitment();
    let declined = ContestDeclined { contest, code: DeclineCode::NoCase, reason: reason.into() };
    let early =
        AppealDecided { contest, outcome: Outcome::Upheld, effect: None, reason: reason.into(), panel: None };
    for body in [declined.into(), early.into()] {
        let draft = by_council(body).with([text("why")]);
        provoked.note(programme.send(draft, &SEATS[..3]).await, 409, "contest.stage");
    }
}

/// Holds a file of the vectors against what it must be, or writes it where that is asked for.
pub fn check_file(name: &str, lines: impl Iterator<Item = Judgement>) {
    let text: String = lines.map(|one| serde_json::to_string(&one).unwrap() + "\n").collect();
    match std::env::var_os("TINNHIEM_VECTORS") {
        Some(folder) => std::fs::write(Path::new(&folder).join(name), text).unwrap(),
        None => assert_eq!(std::fs::read_to_string(folder().join(name)).unwrap(), text, "{name}"),
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/judgements")
}

/// The judgements of every ledger of the vectors, by file name.
pub fn ledgers() -> BTreeMap<String, Vec<Judgement>> {
    let read = |path: PathBuf| {
        let lines = std::fs::read_to_string(&path).unwrap();
        let judgements = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        (path.file_name().unwrap().to_str().unwrap().to_owned(), judgements)
    };
    std::fs::read_dir(folder()).unwrap().map(|file| read(file.unwrap().path())).collect()
}

/// Every ledger of the vectors by file name, each judgement handed to `each` with the state before it.
pub fn replay(mut each: impl FnMut(&State, &Judgement, &Event, String)) -> BTreeMap<String, State> {
    let mut states = BTreeMap::new();
    for file in std::fs::read_dir(folder()).unwrap() {
        let path = file.unwrap().path();
        let mut state = State::default();
        for (number, line) in (1..).zip(std::fs::read_to_string(&path).unwrap().lines()) {
            let one: Judgement = serde_json::from_str(line).unwrap();
            let event = one.parsed();
            each(&state, &one, &event, format!("{}:{number}", path.display()));
            if one.is == RECORDED {
                let id = EventId::of_payload(one.event.as_bytes());
                state.replay(Recording { id, at: one.at, keys: &one.keys, event: &event }).unwrap();
            }
        }
        states.insert(path.file_name().unwrap().to_str().unwrap().to_owned(), state);
    }
    states
}

#[test]
fn the_rules_judge_as_the_vectors_say() {
    let mut met: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let order = |code: &str| Reason::ALL.iter().position(|reason| reason.code() == code);
    replay(|state, one, event, place| {
        assert_eq!(one.again(state, event, &one.keys), one.is, "{place}");
        met.entry(event.body.type_name()).or_default().insert(one.is.clone());
        // Signatures are judged before what an event says.
        let unsigned = one.again(state, event, &[]);
        assert!(order(unsigned) <= order("signature.missing"), "{place}: {unsigned}");
    });
    for type_name in TYPES {
        let answers = met.get(type_name);
        assert!(answers.is_some_and(|all| all.contains(RECORDED)), "{type_name} is not recorded");
        assert!(answers.is_some_and(|all| all.len() > 1), "{type_name} is not refused");
    }
    let rules = Reason::ALL.iter();
    let unbroken: Vec<_> =
        rules.map(|one| one.code()).filter(|code| !met.values().any(|all| all.contains(*code))).collect();
    assert!(unbroken.is_empty(), "not broken: {unbroken:?}");
}
