//! What is called in force is what the score counts, in both directions.
//!
//! In force and yet in no part of a score are endorsements that leave their place to larger ones or to another of
//! their group, endorsements whose bonus is blocked, and sanctions once all that may be taken is taken. Accounts,
//! decisions and declared paid work are in force by themselves: no score is made of them.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tinnhiem::api::fates::Fates;
use tinnhiem::api::record::record;
use tinnhiem::dsse::EventId;
use tinnhiem::engines::{Score, Standing};
use tinnhiem::event::SubjectId;
use tinnhiem::facts::At;
use tinnhiem::ledger::Refusal;
use tinnhiem::state::State;
use tinnhiem::time::Date;

use crate::history::{Trial, moves};
use crate::ranking::established;
use crate::reading::Demo;

/// What a score is made of, by the type of the entry that made it.
const SCORED: [&str; 3] = ["assessment.published", "endorsement.published", "sanction.imposed"];

/// The items of a subject that are told to be in force, with the types of their entries.
fn told(state: &State, subject: SubjectId, on: Date) -> BTreeSet<(&'static str, EventId)> {
    let fates = Fates::new(state, on);
    let dossier = state.dossier(&subject).unwrap();
    let rows = dossier.timeline_from(0).map(|seq| state.index().row(seq).unwrap());
    let scored = rows.filter(|row| SCORED.contains(&row.type_name()));
    let in_force = scored.filter(|row| {
        let fate = fates.of(row).unwrap();
        fate.stage == "standing" && fate.excluded.is_none()
    });
    in_force.map(|row| (row.type_name(), row.id)).collect()
}

/// The items that a score shows as counting.
fn counted(score: &Score) -> BTreeSet<(&'static str, EventId)> {
    let assessments = score.assessments.iter().filter(|one| one.weight > 0).map(|one| one.event);
    let endorsements = score.endorsements.iter().filter(|one| one.units > 0).map(|one| one.event);
    let sanctions = score.sanctions.iter().map(|one| one.event);
    let of = |kind: &'static str| move |event| (kind, event);
    let assessed = assessments.map(of(SCORED[0]));
    assessed.chain(endorsements.map(of(SCORED[1]))).chain(sanctions.map(of(SCORED[2]))).collect()
}

/// The items that add up to a score.
fn parts(score: &Score) -> BTreeSet<EventId> {
    score.parts.iter().flat_map(|part| &part.events).copied().collect()
}

fn agrees(state: &State, subject: SubjectId, on: Date) -> Result<usize, TestCaseError> {
    let score = state.score(&subject, At { size: state.size(), as_of: on }).unwrap();
    let told = told(state, subject, on);
    if score.figure.standing == Standing::Departed {
        prop_assert!(told.is_empty(), "{} has left: {:?}", subject, told);
        return Ok(0);
    }
    prop_assert_eq!(&told, &counted(&score), "{} on {}", subject, on);
    // What counts nothing says why.
    prop_assert!(score.assessments.iter().all(|one| (one.weight == 0) == one.excluded.is_some()));
    prop_assert!(score.endorsements.iter().all(|one| (one.units == 0) == one.excluded.is_some()));
    let parts = parts(&score);
    if score.figure.standing == Standing::Rated {
        let named: BTreeSet<EventId> = told.iter().map(|(_, event)| *event).collect();
        prop_assert!(parts.is_subset(&named), "{}: {:?} {:?}", subject, parts, named);
        let assessed = told.iter().filter(|(kind, _)| *kind == SCORED[0]);
        prop_assert!(assessed.clone().all(|(_, event)| parts.contains(event)), "{}", subject);
    }
    Ok(parts.len())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_is_in_force_is_what_the_score_counts(moves in moves(), ahead in 0i32..400) {
        let mut trial = Trial::begin();
        for one in established().iter().chain(&moves) {
            match trial.try_move(one) {
                Ok(()) | Err(Refusal::Rejected(_)) => {}
                Err(refusal) => return Err(TestCaseError::fail(format!("{one:?}: {refusal}"))),
            }
        }
        let snapshot = trial.ledger.snapshot();
        let state = &snapshot.state;
        let on = state.date_of(trial.clock.now()).plus_days(ahead);
        let mut all = BTreeSet::new();
        for dossier in state.dossiers() {
            agrees(state, dossier.subject, on)?;
            all.append(&mut told(state, dossier.subject, on));
        }
        // The records of those who spoke count the same.
        let (mut assessed, mut endorsed) = (0, 0);
        for (party, _) in state.parties().marks() {
            let Some(found) = record(state, party, on) else { continue };
            assessed += found.assessments.in_force;
            endorsed += found.endorsements.in_force;
        }
        let of = |kind| all.iter().filter(|(one, _)| *one == kind).count() as u64;
        prop_assert_eq!((assessed, endorsed), (of(SCORED[0]), of(SCORED[1])));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kol_of_the_demo_agrees_on_every_day_to_come() {
    let demo = Demo::start().await;
    let snapshot = demo.ledger.snapshot();
    let state = &snapshot.state;
    let today = state.date_at_size(state.size()).unwrap();
    let mut in_parts = 0;
    for dossier in state.dossiers() {
        for ahead in [0, 30, 90, 200, 400] {
            in_parts += agrees(state, dossier.subject, today.plus_days(ahead)).unwrap();
        }
    }
    assert!(in_parts > 100, "{in_parts}");
}
