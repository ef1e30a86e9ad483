//! An event is judged without being recorded as it would be if it were.

use serde_json::Value;
use tinnhiem::api::views::{Checked, Signatory};
use tinnhiem::client::ClientError;
use tinnhiem::dsse::{EventId, PublicKey};
use tinnhiem::engines::Figure;
use tinnhiem::event::*;
use tinnhiem::facts::At;
use tinnhiem::ledger::Submission;
use tinnhiem::rules::{Candidate, Missing, Reason, check_recorded_at, judge_draft, record_at};
use tinnhiem::state::State;

use crate::judgements::{self, RECORDED};
use crate::programme::*;

/// Refusals that more signatures may mend.
const LACKING: [&str; 6] = [
    "key.unknown",
    "key.other_owner",
    "council.threshold",
    "panel.majority",
    "signature.missing",
    "sanction.grave",
];

fn code(answer: &Result<impl Sized, ClientError>) -> Option<&str> {
    match answer {
        Err(ClientError::Refused { code, .. }) => Some(code),
        _ => None,
    }
}

async fn check(
    programme: &Programme,
    submission: &Submission,
    keys: &[PublicKey],
) -> Result<Option<Checked>, ClientError> {
    programme.client.check(submission, keys).await
}

/// What a ledger says of an event before it is sent: signed, and unsigned.
pub struct Checks {
    size: u64,
    signed: Result<Option<Checked>, ClientError>,
    unsigned: Result<Option<Checked>, ClientError>,
}

impl Checks {
    /// Asks.
    pub async fn of(programme: &Programme, submission: &Submission) -> Self {
        let size = programme.ledger.snapshot().size();
        // What is too large is no draft either.
        let bare = bare(submission);
        let unsigned = check(programme, bare.as_ref().unwrap_or(submission), &[]).await;
        Self { size, signed: check(programme, submission, &[]).await, unsigned }
    }

    /// What was said is what came of it, where nothing else was recorded in between.
    pub fn hold(self, programme: &Programme, answer: &Result<Value, ClientError>) {
        let Self { size, signed, unsigned } = self;
        match answer {
            Ok(recorded) if recorded["seq"] == size => {
                let signed = signed.unwrap().unwrap();
                assert!(signed.missing.is_empty() && signed.size == size, "{signed:?}");
                let unsigned = unsigned.unwrap().unwrap();
                assert!(!unsigned.missing.is_empty(), "{recorded}");
                let moved = moved(&programme.ledger.snapshot().state, size);
                for checked in [signed, unsigned] {
                    assert_eq!(checked.moves.map(|one| (one.before, one.after)), moved, "{recorded}");
                }
            }
            Err(ClientError::Refused { code: refused, detail, .. })
                if Reason::ALL.iter().any(|reason| reason.code() == refused)
                    && programme.ledger.snapshot().size() == size =>
            {
                match &signed {
                    Ok(Some(checked)) => {
                        assert!(LACKING.contains(&&refused[..]), "{refused} {detail}: {checked:?}");
                        assert!(!checked.missing.is_empty(), "{refused} {detail}");
                    }
                    Ok(None) => panic!("nothing answers"),
                    Err(_) => assert!(
                        code(&signed) == Some(refused) || LACKING.contains(&&refused[..]),
                        "{refused} {detail}: {signed:?}"
                    ),
                }
            }
            _ => {}
        }
    }
}

/// The score of whom an entry is about, before and after it, on its day.
fn moved(state: &State, seq: u64) -> Option<(Figure, Figure)> {
    let (row, as_of) = (state.index().row(seq)?, state.date_at_size(seq + 1)?);
    let figure = |size| Some(state.figure(&row.subject?, At { size, as_of })?.0);
    Some((figure(seq)?, figure(seq + 1)?))
}

/// The same, signed by nobody; none of what no ledger reads.
fn bare(submission: &Submission) -> Option<Submission> {
    let mut value: Value = serde_json::from_str(&submission.to_json()).unwrap();
    let wrapped = value.get("envelope").is_some();
    let envelope = if wrapped { &mut value["envelope"] } else { &mut value };
    envelope["signatures"] = serde_json::json!([]);
    Submission::parse_draft(value.to_string().as_bytes()).ok()
}

/// The answer of the rules to a line of the vectors, were these its keys.
fn drafted(
    state: &State,
    one: &judgements::Judgement,
    event: &Event,
    keys: &[PublicKey],
) -> Result<Vec<Missing>, &'static str> {
    let at = match one.is.as_str() {
        RECORDED => check_recorded_at(state, event, one.at).map(|()| one.at),
        _ => record_at(state, event, one.at),
    };
    let payload = one.event.as_bytes();
    let id = EventId::of_payload(payload);
    let judged =
        at.and_then(|recorded_at| judge_draft(state, Candidate { id, event, payload, keys, recorded_at }));
    judged.map_err(|rejection| rejection.code())
}

#[test]
fn a_dry_run_of_every_vector_says_what_was_done() {
    let (mut accepted, mut refused, mut lacking) = (0, 0, 0);
    judgements::replay(|state, one, event, place| {
        let signed = drafted(state, one, event, &one.keys);
        if state.ledger().is_none() {
            // What opens a ledger is judged by nobody's ledger.
            return;
        }
        let unsigned = drafted(state, one, event, &[]);
        match (one.is.as_str(), &signed) {
            (RECORDED, answer) => {
                assert_eq!(answer, &Ok(Vec::new()), "{place}");
                assert!(unsigned.is_ok_and(|missing| !missing.is_empty()), "{place}");
                accepted += 1;
            }
            (code, Ok(missing)) => {
                assert!(LACKING.contains(&code) && !missing.is_empty(), "{place}: {code}");
                lacking += 1;
            }
            (code, Err(other)) => {
                assert!(code == *other || LACKING.contains(&code), "{place}: {code} {other}");
                // Who signed tells nothing that the event itself is refused for.
                let of_signers =
                    LACKING.contains(&code) || code.starts_with("key.") || code.starts_with("signature.");
                let of_signers = of_signers || code == "member.inactive";
                assert!(of_signers || unsigned == Err(*other), "{place}: {code} {unsigned:?}");
                refused += 1;
            }
        }
    });
    assert!(accepted > 200 && refused > 100 && lacking > 10, "{accepted} {refused} {lacking}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_signatures_are_missing_is_said_and_nothing_is_recorded() {
    let programme = Programme::start(policy()).await;
    let before = programme.ledger.snapshot();
    let image = |state: &State| blake3::hash(&serde_json::to_vec(state).unwrap());
    let admit = |name: &str, member: &str| {
        let body = MemberAdmitted { key: key(name).public(), ..admission(member, MemberClass::Press, &[]) };
        programme.draft(PartyId::council(), None, body)
    };
    let checked = check(&programme, &admit("new", "new").unsigned().unwrap(), &[]).await.unwrap().unwrap();
    let [seats, new] = &checked.missing[..] else { panic!("{checked:?}") };
    assert_eq!((seats.of, seats.more, &seats.seats[..]), (Signatory::Council, 3, &[1, 2, 3, 4, 5][..]));
    assert_eq!((new.of, new.key), (Signatory::Key, Some(key("new").public())));
    // One has signed, and another is supposed to.
    let one = admit("new", "new").sign(&[&key("seat-2")]).unwrap();
    let checked = check(&programme, &one, &[key("seat-4").public()]).await.unwrap().unwrap();
    assert_eq!((checked.missing[0].more, &checked.missing[0].seats[..]), (1, &[1, 3, 5][..]));
    let asked = check(&programme, &one, &[key("seat-2").public()]).await;
    assert_eq!(code(&asked), Some("signature.key_twice"));

    // What signatures cannot mend is refused without them, and a signature that is wrong is refused.
    let refused = async |submission: Submission, keys: &[&str]| {
        let keys: Vec<PublicKey> = keys.iter().map(|name| key(name).public()).collect();
        code(&check(&programme, &submission, &keys).await).unwrap_or_default().to_owned()
    };
    assert_eq!(refused(admit("new", "business").unsigned().unwrap(), &[]).await, "member.exists");
    assert_eq!(refused(admit("business", "new").unsigned().unwrap(), &["seat-1"]).await, "key.taken");
    assert_eq!(refused(admit("new", "new").unsigned().unwrap(), &["a1"]).await, "key.other_owner");
    assert_eq!(
        refused(admit("new", "new").unsigned().unwrap(), &["seat-1", "a1"]).await,
        "signature.unneeded"
    );
    let mut forged: Value = serde_json::from_str(&one.to_json()).unwrap();
    forged["signatures"][0]["keyid"] = key("seat-3").public().to_string().into();
    let forged = Submission::parse_draft(forged.to_string().as_bytes()).unwrap();
    assert_eq!(refused(forged, &[]).await, "signature.invalid");
    let nobody = programme.draft(party("business"), Some(subject("nobody")), endorsement(programme.today()));
    assert_eq!(refused(nobody.unsigned().unwrap(), &["business"]).await, "subject.unknown");

    for (query, problem) in [("?signers=5f", "query.value"), ("?signer=x", "query.unknown")] {
        let url = format!("{}/v1/events/check{query}", programme.client.base());
        let sent = reqwest::Client::new().post(url).body(one.to_json()).send().await.unwrap();
        let answer: Value = serde_json::from_slice(&sent.bytes().await.unwrap()).unwrap();
        assert_eq!(answer["code"], problem, "{answer}");
    }
    let after = programme.ledger.snapshot();
    assert_eq!((after.size(), image(&after.state)), (before.size(), image(&before.state)));

    // What stands in the log is known; a ledger that is sealed judges all the same.
    let stands =
        admit("new", "new").sign(&[&key("seat-1"), &key("seat-2"), &key("seat-3"), &key("new")]).unwrap();
    let seq = programme.client.submit(&stands).await.unwrap()["seq"].as_u64();
    programme.ledger.seal().unwrap();
    let checked = check(&programme, &stands, &[]).await.unwrap().unwrap();
    assert_eq!(checked.stands_as, seq);
    let held = check(&programme, &admit("other", "other").unsigned().unwrap(), &[]).await.unwrap().unwrap();
    assert_eq!(held.held.map(|held| held.code).as_deref(), Some("ledger.sealed"));
    assert_eq!(refused(admit("new", "third").unsigned().unwrap(), &[]).await, "key.taken");
}
