//! Commitments to the state, attestations of it, and scores proven from one file.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use tinnhiem::client::{ClientError, Source};
use tinnhiem::clock::Clock;
use tinnhiem::demo;
use tinnhiem::dsse::Envelope;
use tinnhiem::event::*;
use tinnhiem::facts::Dossier;
use tinnhiem::log::*;
use tinnhiem::proof::{
    BadScoreReceipt, DossierDocument, Leaves, PartyDocument, PolicyDocument, ScoreReceipt,
};
use tinnhiem::state::State;
use tinnhiem::time::Date;

use crate::judgements;
use crate::programme::*;
use crate::reading::Demo;
use crate::refusals::Provoked;

/// What the operator would commit to now.
pub async fn next(programme: &Programme) -> StateCommitted {
    serde_json::from_value(programme.get("/v1/commitments/next").await).unwrap()
}

pub async fn commit(programme: &Programme, body: StateCommitted) -> Result<Value, ClientError> {
    programme.send(programme.draft(party("operator"), None, body), &["operator"]).await
}

fn attested(body: &StateCommitted) -> StateAttested {
    let StateCommitted { size, date, root, parties_root, policies_root, .. } = *body;
    StateAttested { size, date, root, parties_root, policies_root }
}

async fn attest(programme: &Programme, by: &str, body: StateAttested) -> Result<Value, ClientError> {
    programme.send(programme.draft(party(by), None, body), &[by]).await
}

/// Provokes the codes of commitments and attestations.
pub async fn refusals(provoked: &mut Provoked) {
    let clock = Clock::manual(Clock::system().now());
    let programme = Programme::start_at(policy(), clock).await;
    programme.admit("auditor", MemberClass::Auditor, &[]).await;
    let own = MemberAdmitted {
        group: GroupId::alone(&party("operator")),
        ..admission("own-auditor", MemberClass::Auditor, &[])
    };
    let draft = programme.draft(PartyId::council(), None, own);
    programme.recorded(draft, &["seat-1", "seat-2", "seat-3", "own-auditor"]).await;
    let now = next(&programme).await;
    let of_another = programme.draft(party("auditor"), None, now);
    provoked.note(programme.send(of_another, &["auditor"]).await, 403, "issuer.not_allowed");
    for size in [0, now.size + 1] {
        provoked.note(commit(&programme, StateCommitted { size, ..now }).await, 409, "commitment.size");
    }
    for days in [-1, 1] {
        let date = now.date.plus_days(days);
        provoked.note(commit(&programme, StateCommitted { date, ..now }).await, 422, "commitment.date");
    }
    provoked.note(attest(&programme, "auditor", attested(&now)).await, 409, "attestation.size");
    commit(&programme, now).await.unwrap();
    let again = StateCommitted { subjects: 9, ..now };
    provoked.note(commit(&programme, again).await, 409, "commitment.size");
    let by_assessor = attest(&programme, "a1", attested(&now)).await;
    provoked.note(by_assessor, 403, "issuer.not_allowed");
    let own = attest(&programme, "own-auditor", attested(&now)).await;
    provoked.note(own, 403, "attestation.own_group");
    attest(&programme, "auditor", attested(&now)).await.unwrap();
    let root = StateRoot::from_bytes([7; 32]);
    let otherwise = StateAttested { root, ..attested(&now) };
    provoked.note(attest(&programme, "auditor", otherwise).await, 409, "attestation.exists");
}

fn vkey(ledger: &Value) -> VerifierKey {
    ledger["log_vkey"].as_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_false_commitment_is_found_by_who_replays_and_by_who_asks_for_a_receipt() {
    let programme = Programme::start(policy()).await;
    programme.admit("auditor", MemberClass::Auditor, &[]).await;
    programme.assess("a1", "kol").await;
    let now = next(&programme).await;
    let lie = StateCommitted { parties_root: StateRoot::from_bytes([7; 32]), ..now };
    let lied = commit(&programme, lie).await.unwrap();
    let report = audited(&Source::Running(programme.client.clone()), None, &programme.clock).await;
    let found: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    let what =
        format!("entry {}: the state of size {} has other roots (commitment.root)", lied["seq"], now.size);
    assert_eq!(found, [what]);
    assert_eq!(report.state, Some(attested(&now)));
    let refused = programme.get(format!("/v1/subjects/{}/receipt", subject("kol"))).await;
    assert_eq!(refused["code"], "commitment.root");
    // The auditor says what it found, and everybody sees that it is something else.
    attest(&programme, "auditor", attested(&now)).await.unwrap();
    let listed = programme.get("/v1/commitments").await;
    assert_eq!(listed["commitments"][0]["attested"][0]["agrees"], false);
    programme.check_state();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_attested_is_complete_and_what_changed_since_is_not_in_it() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol");
    let none = programme.get(format!("/v1/subjects/{kol}/receipt")).await;
    assert_eq!(none["code"], "commitment.unknown");
    // A size that the log has not is not the newest that it has.
    for size in ["0", "9999"] {
        let beyond = programme.get(format!("/v1/subjects/{kol}/receipt?size={size}")).await;
        assert_eq!(beyond["code"], "size.out_of_range", "{beyond}");
    }
    for auditor in ["auditor", "second-auditor"] {
        programme.admit(auditor, MemberClass::Auditor, &[]).await;
    }
    programme.assess("a1", "kol").await;
    let first = next(&programme).await;
    programme.assess("a2", "kol").await;
    // What was recorded meanwhile is not in it.
    commit(&programme, first).await.unwrap();
    attest(&programme, "auditor", attested(&first)).await.unwrap();
    let wrong = StateAttested { root: StateRoot::from_bytes([7; 32]), ..attested(&first) };
    attest(&programme, "second-auditor", wrong).await.unwrap();
    let vkey = vkey(&programme.get("/v1/ledger").await);
    let receipt = async |path: String| {
        let text = programme.client.text(&format!("/v1/subjects/{kol}/receipt{path}")).await.unwrap();
        ScoreReceipt::parse(text.as_bytes()).unwrap().verify(&vkey, None).unwrap()
    };
    let proven = receipt(String::new()).await;
    assert_eq!(proven.score.assessments.len(), 1);
    assert_eq!(proven.claimed_by, [(party("auditor"), [key("auditor").public()].into())].into());
    let second = next(&programme).await;
    commit(&programme, second).await.unwrap();
    assert_eq!(receipt(String::new()).await.score.assessments.len(), 2);
    assert_eq!(receipt(format!("?size={}", second.size - 1)).await.committed, first);
    programme.check_state();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_commits_once_a_day_and_after_so_many_entries() {
    let clock = Clock::manual(Clock::system().now());
    let programme = Programme::start_at(policy(), clock.clone()).await;
    let is_due = |entries| programme.ledger.snapshot().state.commitment_is_due(programme.today(), entries);
    let commit = async || programme.ledger.commit_state(&party("operator"), &key("operator")).await;
    assert!(is_due(1_000_000));
    commit().await.unwrap();
    assert!(!is_due(3) && is_due(1), "the commitment itself is an entry");
    programme.assess("a1", "kol").await;
    programme.assess("a2", "kol").await;
    assert!(is_due(3) && !is_due(4));
    clock.set(clock.now().plus_ms(86_400_000));
    assert!(is_due(4));
    commit().await.unwrap();
    assert!(!is_due(4));
    let refused = programme.ledger.commit_state(&party("a1"), &key("a1")).await.unwrap_err();
    assert_eq!(refused.code(), "issuer.not_allowed");
    programme.check_replay();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_without_subjects_is_not_committed_to() {
    let programme = Programme::bare(policy(), Clock::system(), None).await;
    let is_due = || programme.ledger.snapshot().state.commitment_is_due(programme.today(), 1);
    assert!(!is_due());
    programme.admit("registrar", MemberClass::Platform, &[Role::Registrar]).await;
    assert!(!is_due());
    programme.enrol("kol").await;
    assert!(is_due());
}

/// Every string, number and truth in a value, changed one at a time.
fn changed(value: &Value, found: &mut Vec<Value>, rebuild: &dyn Fn(Value) -> Value) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                let with = |one| {
                    let mut members = members.clone();
                    members.insert(name.clone(), one);
                    rebuild(Value::Object(members))
                };
                changed(inner, found, &with);
            }
        }
        Value::Array(all) => {
            for (place, inner) in all.iter().enumerate() {
                let with = |one| {
                    let mut all = all.clone();
                    all[place] = one;
                    rebuild(Value::Array(all))
                };
                changed(inner, found, &with);
                let mut fewer = all.clone();
                let taken = fewer.remove(place);
                let again = [all.clone(), vec![taken.clone()]].concat();
                let last = [fewer.clone(), vec![taken]].concat();
                for other in [fewer, again, last] {
                    // What was last is last again.
                    if other != *all {
                        found.push(rebuild(Value::Array(other)));
                    }
                }
            }
        }
        Value::Number(number) => found.push(rebuild((number.as_i64().unwrap() ^ 1).into())),
        Value::Bool(truth) => found.push(rebuild((!truth).into())),
        Value::String(text) => {
            let mut bytes = text.clone().into_bytes();
            let middle = bytes.len() / 2;
            if let Some(byte) = bytes.get_mut(middle) {
                *byte = if *byte == b'1' { b'2' } else { b'1' };
            }
            found.push(rebuild(String::from_utf8_lossy(&bytes).into_owned().into()));
        }
        Value::Null => found.push(rebuild(1.into())),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_score_of_the_demo_is_proven_and_a_receipt_changed_anywhere_proves_nothing() {
    let demo = Demo::start().await;
    let ledger = demo.json("/v1/ledger").await;
    let vkey = vkey(&ledger);
    let auditor = demo::key("bach-tin").public();
    let listed = demo.json("/v1/subjects").await;
    for row in listed["subjects"].as_array().unwrap() {
        let subject = row["subject"].as_str().unwrap();
        let text = demo.get(&format!("/v1/subjects/{subject}/receipt")).await.text().await.unwrap();
        let receipt = ScoreReceipt::parse(text.as_bytes()).unwrap();
        let today = ledger["today"].as_str().unwrap().parse().unwrap();
        let proven = receipt.verify(&vkey, Some(today)).unwrap();
        let path = format!("/v1/subjects/{subject}/score/{}/{today}", proven.committed.size);
        assert_eq!(serde_json::to_value(&proven.score).unwrap(), demo.json(&path).await, "{subject}");
        assert!(proven.claimed_by[&party("bach-tin")].contains(&auditor));
        let early = proven.committed.date.plus_days(-1);
        let refused = receipt.verify(&vkey, Some(early)).unwrap_err();
        assert_eq!(refused, BadScoreReceipt::TooEarly(proven.committed.date));
    }
    let han = demo::subject("han");
    let mut whole = demo.json(&format!("/v1/subjects/{han}/receipt")).await;
    let proven = |value: &Value| {
        let receipt = ScoreReceipt::parse(&serde_json::to_vec(value).unwrap())?;
        receipt.verify(&vkey, None)
    };
    let figure = proven(&whole).unwrap().score.figure;
    // The order of members is nobody's word.
    assert_eq!(figure.score, Some(7982));
    whole["attestations"] = Value::Array(Vec::new());
    let mut all = Vec::new();
    changed(&whole, &mut all, &|value| value);
    assert!(all.len() > 1_000, "{}", all.len());
    for one in all {
        let refused = proven(&one).err();
        assert!(refused.is_some(), "{one}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attestation_is_of_one_commitment_of_one_ledger() {
    let demo = Demo::start().await;
    let vkey = vkey(&demo.json("/v1/ledger").await);
    let whole = demo.json(&format!("/v1/subjects/{}/receipt", demo::subject("phuong"))).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (commitment, attestation) = (text(&whole["commitment"]), text(&whole["attestations"][0]));
    let StateCommitted { size, date, .. } = ScoreReceipt::parse(&serde_json::to_vec(&whole).unwrap())
        .unwrap()
        .verify(&vkey, None)
        .unwrap()
        .committed;
    assert!(size > 300);
    // An operator that signs another day under the same roots, and puts the honest attestation beside it.
    let forged = |origin: &str, date: Date| {
        let receipt = Receipt::parse(&commitment).unwrap();
        let mut event = Event::parse(&Entry::parse(&receipt.entry).unwrap().payload).unwrap();
        let Body::StateCommitted(body) = &mut event.body else { panic!("{event:?}") };
        body.date = date;
        event.ledger = origin.to_owned();
        let signed = Envelope::sign(event.to_payload(), &[&demo::key("van-hanh")]).unwrap().verify().unwrap();
        let origin: Origin = origin.parse().unwrap();
        let entry = Entry::encode(event.issued_at, &ChainHash::of_origin(&origin), &signed);
        let attested = Receipt::parse(&attestation).unwrap().entry;
        let leaves = [leaf_hash(&entry), leaf_hash(&attested)];
        let checkpoint = Checkpoint { origin, size: 2, root: node_hash(&leaves[0], &leaves[1]) };
        let note = checkpoint.sign(&demo::key("log")).note().to_owned();
        let of = |index: u64, entry: Vec<u8>, other: Hash| {
            Value::from(Receipt { entry, index, proof: vec![other], checkpoint: note.clone() }.to_text())
        };
        let mut forged = whole.clone();
        forged["commitment"] = of(0, entry, leaves[1]);
        forged["attestations"] = vec![of(1, attested, leaves[0])].into();
        ScoreReceipt::parse(&serde_json::to_vec(&forged).unwrap()).unwrap()
    };
    let origin = vkey.name().to_owned();
    assert_eq!(forged(&origin, date).verify(&vkey, None).unwrap().claimed_by.len(), 1);
    let earlier = forged(&origin, date.plus_days(-200)).verify(&vkey, None).unwrap();
    assert!(earlier.claimed_by.is_empty());
    let other = "tinnhiem.other/00000000000000000000000000000000";
    let elsewhere = VerifierKey::ed25519(other, demo::key("log").public());
    let refused = forged(other, date).verify(&elsewhere, None).unwrap_err();
    assert_eq!(refused, BadScoreReceipt::OtherLedger("attestation"));
}

/// What `tests/vectors/dossier-1.json` says of the ledgers of judgements: what could be committed to at
/// the end of each, and of each kind of document the longest of all, byte for byte.
fn vectors(states: &BTreeMap<String, State>) -> Value {
    let longest = |documents: &dyn Fn(&State) -> Vec<Vec<u8>>| {
        let all = states.values().flat_map(documents);
        String::from_utf8(all.max_by_key(|bytes| (bytes.len(), bytes.clone())).unwrap()).unwrap()
    };
    let dossiers = |state: &State| -> Vec<Vec<u8>> {
        let written = |one: &Arc<Dossier>| {
            DossierDocument::of(one, state.parties(), state.policies(), state.size()).unwrap().bytes()
        };
        state.dossiers().iter().map(written).collect()
    };
    let parties = |state: &State| -> Vec<Vec<u8>> {
        let all = state.parties().marks();
        all.filter_map(|(name, _)| Some(PartyDocument::of(name, state.parties(), state.size())?.bytes()))
            .collect()
    };
    let policies = |state: &State| -> Vec<Vec<u8>> {
        PolicyDocument::all(state.policies(), state.size()).iter().map(PolicyDocument::bytes).collect()
    };
    let committed = states.iter().map(|(ledger, state)| {
        let roots = Leaves::default().trees(state, state.size()).roots();
        (ledger.clone(), serde_json::to_value(roots.committed_on(state.date_of(state.last_at()))).unwrap())
    });
    serde_json::json!({
        "committed": committed.collect::<serde_json::Map<_, _>>(),
        "dossier": longest(&dossiers),
        "party": longest(&parties),
        "policy": longest(&policies),
    })
}

/// With `TINNHIEM_VECTORS=FOLDER` the vectors are written there instead.
#[test]
fn documents_and_roots_are_those_of_the_vectors() {
    let found = vectors(&judgements::replay(|_, _, _, _| {}));
    if let Some(folder) = std::env::var_os("TINNHIEM_VECTORS") {
        let text = serde_json::to_string_pretty(&found).unwrap() + "\n";
        std::fs::write(std::path::Path::new(&folder).join("dossier-1.json"), text).unwrap();
        return;
    }
    let right: Value = serde_json::from_str(include_str!("../vectors/dossier-1.json")).unwrap();
    for part in ["committed", "dossier", "party", "policy"] {
        assert_eq!(found[part], right[part], "{part}");
    }
}
