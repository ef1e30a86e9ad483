//! Who would move under another policy is who moves once it is published.

use std::process::Command;

use proptest::prelude::*;
use serde_json::Value;
use tinnhiem::api::Names;
use tinnhiem::api::policy_diff::{Asked, Proposal, diff};
use tinnhiem::demo;
use tinnhiem::dsse::EventId;
use tinnhiem::engines::Figure;
use tinnhiem::event::*;
use tinnhiem::facts::At;
use tinnhiem::ledger::Refusal;
use tinnhiem::state::{Recording, State};
use tinnhiem::time::Date;

use crate::history::{Move, Trial, moves};
use crate::programme::policy;
use crate::ranking::established;
use crate::reading::Demo;
use crate::worked_example::second_policy;

/// A policy that most scores differ under.
fn other(number: u16) -> Policy {
    let mut policy = policy();
    policy.assessment.prior_weight = 100 + number;
    policy.assessment.age[0].up_to_days = Some(30);
    policy.bands[1].min_score = 5_600 + number;
    policy.criteria.swap(0, 3);
    policy.quorum.untied_groups = 1;
    policy
}

/// The state once the policy is published, in force from a date on.
fn published(state: &State, policy: &Policy, effective_from: Date) -> State {
    let version = state.policies().versions().iter().map(|one| one.version).max().unwrap() + 1;
    let event = Event {
        ledger: state.ledger().unwrap().origin.clone(),
        issuer: PartyId::council(),
        subject: None,
        issued_at: state.last_at(),
        body: PolicyPublished { version, effective_from, policy: policy.clone() }.into(),
    };
    let mut then = state.clone();
    let id = EventId::from_bytes([7; 32]);
    then.replay(Recording { id, at: state.last_at(), keys: &[], event: &event }).unwrap();
    then
}

fn shown(
    figure: &Figure,
) -> (Option<u16>, Option<char>, std::mem::Discriminant<tinnhiem::engines::Standing>) {
    (figure.score, figure.band, std::mem::discriminant(&figure.standing))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_movers_are_those_who_move_once_it_is_published(
        moves in moves(), number in 0u16..900, ahead in 1i32..200,
    ) {
        let mut trial = Trial::begin();
        for one in established().iter().chain(&moves) {
            match trial.try_move(one) {
                Ok(()) | Err(Refusal::Rejected(_)) => {}
                Err(refusal) => return Err(TestCaseError::fail(format!("{one:?}: {refusal}"))),
            }
        }
        let snapshot = trial.ledger.snapshot();
        let (state, names) = (&snapshot.state, Names::of(trial.ledger.vault().clone()));
        let today = state.date_of(trial.clock.now());
        let as_of = today.plus_days(ahead);
        let then = published(state, &other(number), as_of);
        let asked = || Asked { as_of: Some(as_of), limit: None };
        let compared = diff(state, &Proposal::Draft(other(number).into()), &asked(), today, &names).unwrap();
        let figure = |state: &State, dossier: &tinnhiem::facts::Dossier| {
            state.figure(&dossier.subject, At { size: state.size(), as_of }).unwrap().0
        };
        let mut expected = Vec::new();
        for dossier in state.dossiers() {
            let (before, after) = (figure(state, dossier), figure(&then, dossier));
            if shown(&before) != shown(&after) {
                expected.push((dossier.subject, before, after));
            }
        }
        expected.sort_by_key(|(subject, ..)| *subject);
        let mut movers: Vec<_> =
            compared.movers.iter().map(|one| (one.subject, one.before.clone(), one.after.clone())).collect();
        movers.sort_by_key(|(subject, ..)| *subject);
        prop_assert_eq!(compared.moved, expected.len());
        prop_assert_eq!(&movers, &expected);
        let changed = expected.iter().filter(|(_, before, after)| before.band != after.band).count();
        prop_assert_eq!(compared.bands.iter().map(|one| one.subjects).sum::<usize>(), changed);
        let sizes: Vec<_> =
            compared.movers.iter().map(|one| (one.points.is_some(), -one.points.unwrap_or(0).abs())).collect();
        prop_assert!(sizes.is_sorted());
        // The published version is compared with what is in force without it.
        let version = Proposal::Version(then.policies().versions().last().unwrap().version);
        let later = diff(&then, &version, &Asked::default(), today, &names).unwrap();
        prop_assert_eq!(later.as_of, as_of);
        let without = then.policies().without(later.after.unwrap());
        for one in &later.movers {
            let dossier = then.dossier(&one.subject).unwrap();
            let at = At { size: then.size(), as_of };
            let before = tinnhiem::engines::figure(dossier, then.parties(), &without, at).0;
            prop_assert_eq!(&one.before, &before);
            prop_assert_eq!(&one.after, &figure(&then, dossier));
        }
        // Each score says where to read it under the coming version.
        for dossier in then.dossiers() {
            let score = then.score(&dossier.subject, At { size: then.size(), as_of: today }).unwrap();
            let coming = then.policies().versions().iter().filter(|one| {
                one.span.holds(then.size()) && one.effective_from > today
            });
            let first = coming.min_by_key(|one| one.effective_from).unwrap();
            let shadow = score.shadow.unwrap();
            prop_assert_eq!((shadow.policy, shadow.as_of), (first.version, first.effective_from));
        }
    }
}

#[test]
fn a_version_of_the_notice_period_is_shown_as_a_shadow() {
    let mut trial = Trial::begin();
    for one in established() {
        trial.try_move(&one).unwrap();
    }
    trial.try_move(&Move::Policy(83)).unwrap();
    let snapshot = trial.ledger.snapshot();
    let state = &snapshot.state;
    let today = state.date_of(trial.clock.now());
    let subject = state.dossiers()[0].subject;
    let score = |as_of| state.score(&subject, At { size: state.size(), as_of }).unwrap();
    let shadow = score(today).shadow.unwrap();
    assert_eq!((shadow.policy, shadow.as_of), (2, today.plus_days(7)));
    assert_eq!((score(shadow.as_of).policy, score(shadow.as_of).shadow), (2, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_judged_before_it_is_compared() {
    let demo = Demo::start().await;
    let post = async |query: &str, body: String| {
        let url = format!("{}/v1/policies/diff{query}", demo.base);
        let answer = demo.http.post(url).body(body).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_slice::<Value>(&answer.bytes().await.unwrap()).unwrap())
    };
    let good = serde_json::to_string(&other(300)).unwrap();
    let (status, all) = post("", good.clone()).await;
    assert_eq!((status, &all["before"], &all["after"]), (200, &2.into(), &Value::Null));
    let moved = all["moved"].as_u64().unwrap() as usize;
    assert!(moved > 5 && all["movers"].as_array().unwrap().len() == moved);
    assert_eq!(post("", serde_json::to_string(&second_policy()).unwrap()).await.0, 200);
    let (_, one) = post("?limit=1", good.clone()).await;
    assert_eq!((&one["moved"], one["movers"].as_array().unwrap().len()), (&all["moved"], 1));
    assert_eq!(one["movers"][0], all["movers"][0]);
    let changed = |mut policy: Policy, change: fn(&mut AssessmentPolicy)| {
        change(&mut policy.assessment);
        serde_json::to_string(&policy).unwrap()
    };
    let second = |change| changed(second_policy(), change);
    let first = |change| changed(other(300), change);
    let mut unbalanced = other(300);
    unbalanced.criteria[0].weight_permille += 1;
    let large = format!("{good}{}", " ".repeat(tinnhiem::limits::PAYLOAD_BYTES));
    for (body, query, status, code) in [
        (serde_json::to_string(&unbalanced).unwrap(), "", 422, "policy.bounds"),
        (second(|rule| rule.near = None), "", 422, "policy.bounds"),
        (second(|rule| rule.near = Some(10_001)), "", 422, "policy.bounds"),
        (second(|rule| rule.experience = None), "", 422, "policy.bounds"),
        (second(|rule| rule.experience.as_mut().unwrap().first_permille = 0), "", 422, "policy.bounds"),
        (second(|rule| rule.experience.as_mut().unwrap().first_permille = 1001), "", 422, "policy.bounds"),
        (second(|rule| rule.experience.as_mut().unwrap().step_permille = 1001), "", 422, "policy.bounds"),
        (second(|rule| rule.experience.as_mut().unwrap().cost_days = 3661), "", 422, "policy.bounds"),
        (first(|rule| rule.near = Some(750)), "", 422, "policy.bounds"),
        (first(|rule| rule.experience = second_policy().assessment.experience), "", 422, "policy.bounds"),
        (good.replacen("\"notice_days\"", "\"x\":1,\"notice_days\"", 1), "", 400, "payload.unknown_member"),
        (good.replacen("\"notice_days\":", "\"notice_days\":-", 1), "", 400, "payload.member"),
        (good.replacen('{', "{\"score\":\"score/1\",", 1), "", 400, "json.duplicate_member"),
        ("{".to_owned(), "", 400, "json.syntax"),
        (large, "", 413, "payload.too_large"),
        (" ".repeat(tinnhiem::limits::SUBMISSION_BYTES + 1), "", 413, "submission.too_large"),
        (good.clone(), "?limit=0", 400, "query.limit"),
        (good.clone(), "?as_of=2020-01-01", 422, "as_of.before_size"),
    ] {
        let (got, problem) = post(query, body).await;
        assert_eq!((got, problem["code"].as_str().unwrap()), (status, code), "{problem}");
    }
    assert_eq!(demo.code("/v1/policies/9/diff").await, (404, "policy.unknown".to_owned()));
    // Without the second version the first is in force: there is nothing between a policy and itself.
    let second = demo.json("/v1/policies/2/diff").await;
    assert_eq!((&second["before"], &second["after"]), (&1.into(), &2.into()));
    assert_eq!(demo.json("/v1/policies/1/diff").await["before"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_and_a_server_give_the_same_movers() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let today: Date = "2026-06-01".parse().unwrap();
    demo::seed(&data, today).await.unwrap();
    let file = directory.path().join("new.json");
    std::fs::write(&file, serde_json::to_string(&other(10)).unwrap()).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tinnhiem"));
        let output =
            command.args(["policy", "diff", file.to_str().unwrap()]).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let there = run(&["--data", data.to_str().unwrap(), "--as-of", "2027-01-01", "--json"]);
    let demo = Demo::start().await;
    let asked = run(&["--server", &demo.base, "--as-of", "2027-01-01", "--json"]);
    assert_eq!(there, asked);
    let table = run(&["--server", &demo.base, "--limit", "2"]);
    assert!(table.contains("from version 2 to the new policy") && table.contains("more with --limit"));
}
