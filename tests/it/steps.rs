//! What moves a score: each step has its cause, all steps add up, and what is foreseen comes to pass.

use proptest::prelude::*;
use tinnhiem::api::steps::{Step, walk};
use tinnhiem::engines::{Figure, Passing, Standing};
use tinnhiem::event::SubjectId;
use tinnhiem::facts::At;
use tinnhiem::ledger::Refusal;
use tinnhiem::state::State;
use tinnhiem::time::Date;

use crate::history::{Move, Trial, moves};
use crate::ranking::established;
use crate::reading::Demo;

/// What counts as the same to a reader.
fn shown(figure: &Figure) -> (Option<u16>, Option<char>, std::mem::Discriminant<Standing>) {
    (figure.score, figure.band, std::mem::discriminant(&figure.standing))
}

fn figure(state: &State, subject: SubjectId, size: u64, as_of: Date) -> Figure {
    state.figure(&subject, At { size, as_of }).unwrap().0
}

/// The change that is foreseen is the first that a look at every date finds.
fn foreseen(state: &State, subject: SubjectId, at: At) -> Result<(), TestCaseError> {
    let outlook = state.outlook(&subject, at).unwrap();
    prop_assert_eq!(outlook.searched_to, None);
    let now = figure(state, subject, at.size, at.as_of);
    prop_assert_eq!(&outlook.figure, &now);
    // Nothing in these histories reaches further than a year and a policy's first days.
    let last = outlook.next.as_ref().map_or(at.as_of.plus_days(800), |change| change.on);
    let mut day = at.as_of;
    while day < last {
        prop_assert_eq!(shown(&figure(state, subject, at.size, day)), shown(&now), "{} before {}", day, last);
        day = day.plus_days(1);
    }
    let Some(change) = outlook.next else { return Ok(()) };
    let then = figure(state, subject, at.size, change.on);
    prop_assert_eq!(&change.after, &then);
    prop_assert_ne!(shown(&then), shown(&now));
    let points = now.score.zip(then.score).map(|(now, then)| i64::from(then) - i64::from(now));
    prop_assert_eq!(change.points, points);
    prop_assert!(!change.causes.is_empty());
    for cause in &change.causes {
        let row = state.index().row(state.index().seq(&cause.event).unwrap()).unwrap();
        let made_by = match cause.what {
            Passing::AssessmentAges | Passing::AssessmentExpires => "assessment.published",
            Passing::EndorsementAges | Passing::EndorsementExpires => "endorsement.published",
            Passing::SanctionBegins | Passing::SanctionHalves | Passing::SanctionEnds => "sanction.imposed",
            Passing::ClockMissed => "contest.filed",
            Passing::PolicyBegins => "policy.published",
        };
        prop_assert_eq!(row.type_name(), made_by);
        prop_assert!(row.subject.is_none_or(|about| about == subject));
    }
    Ok(())
}

/// The steps to a moment lead from nothing to the score, one from the other.
fn add_up(state: &State, subject: SubjectId, at: At, page: usize) -> Result<(), TestCaseError> {
    let Some((end, _)) = state.figure(&subject, at) else { return Ok(()) };
    let mut steps: Vec<Step> = Vec::new();
    let mut after = None;
    loop {
        let found = walk(state, subject, at, after, page, &|| false).unwrap();
        steps.extend(found.steps);
        after = found.next;
        if after.is_none() {
            break;
        }
    }
    let whole = walk(state, subject, at, None, 1_000, &|| false).unwrap();
    prop_assert_eq!(&steps, &whole.steps);
    let sum: i64 = steps.iter().map(|step| step.points).sum();
    prop_assert_eq!(sum, end.score.map_or(0, i64::from));
    prop_assert_eq!(steps.last().map(|step| shown(&step.after)), Some(shown(&end)));
    prop_assert_eq!(&steps[0].before, &None);
    for pair in steps.windows(2) {
        prop_assert_eq!(pair[1].before.as_ref().map(shown), Some(shown(&pair[0].after)));
        prop_assert!(pair[0].on <= pair[1].on);
    }
    for step in &steps {
        prop_assert!(step.event.is_some() == step.causes.is_empty());
        // Seen without its event, or the day before, the score is what it was.
        if let Some(event) = &step.event {
            let after = figure(state, subject, event.seq + 1, step.on);
            prop_assert_eq!(&step.after, &after);
            prop_assert_eq!(state.index().seq(&event.id), Some(event.seq));
        }
    }
    Ok(())
}

fn told(moves: &[Move]) -> Result<Trial, TestCaseError> {
    let mut trial = Trial::begin();
    for one in established().iter().chain(moves) {
        match trial.try_move(one) {
            Ok(()) | Err(Refusal::Rejected(_)) => {}
            Err(refusal) => return Err(TestCaseError::fail(format!("{one:?}: {refusal}"))),
        }
    }
    Ok(trial)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn what_is_foreseen_comes_on_its_date_and_not_before(moves in moves(), ahead in 0i32..300) {
        let trial = told(&moves)?;
        let snapshot = trial.ledger.snapshot();
        let state = &snapshot.state;
        for dossier in state.dossiers() {
            for size in [state.size() / 2, state.size()] {
                if state.figure(&dossier.subject, At { size, as_of: state.date_at_size(size).unwrap() }).is_some() {
                    let as_of = state.date_at_size(size).unwrap();
                    foreseen(state, dossier.subject, At { size, as_of })?;
                    foreseen(state, dossier.subject, At { size, as_of: as_of.plus_days(ahead) })?;
                }
            }
        }
    }

    #[test]
    fn steps_add_up_to_the_score_at_every_size_and_date(moves in moves(), ahead in 0i32..500) {
        let trial = told(&moves)?;
        let snapshot = trial.ledger.snapshot();
        let state = &snapshot.state;
        for size in 1..=state.size() {
            let as_of = state.date_at_size(size).unwrap();
            let subject = state.dossiers()[size as usize % state.dossiers().len()].subject;
            add_up(state, subject, At { size, as_of }, 1 + size as usize % 7)?;
        }
        for dossier in state.dossiers() {
            let as_of = state.date_of(state.last_at()).plus_days(ahead);
            add_up(state, dossier.subject, At { size: state.size(), as_of }, 5)?;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_of_the_demo_are_told_as_json_and_as_a_table() {
    let demo = Demo::start().await;
    let subject = tinnhiem::demo::subject("han");
    let path = format!("/v1/subjects/{subject}/history/steps");
    let page = demo.json(&path).await;
    let steps = page["steps"].as_array().unwrap();
    assert_eq!(steps.iter().map(|step| step["points"].as_i64().unwrap()).sum::<i64>(), 7982);
    assert!(steps.iter().any(|step| step["event"].is_null() && !step["causes"][0]["event"].is_null()));
    let asked = demo.http.get(format!("{}{path}", demo.base)).header("accept", "text/csv");
    for answer in [asked.send().await.unwrap(), demo.get(&format!("{path}?format=csv")).await] {
        assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
        let text = answer.text().await.unwrap();
        let lines: Vec<Vec<&str>> =
            text.split_terminator("\r\n").map(|line| line.split(',').collect()).collect();
        assert_eq!(lines.len(), steps.len() + 1);
        assert!(lines.iter().all(|line| line.len() == lines[0].len()));
        let sum: i64 = lines[1..].iter().map(|line| line[1].parse::<i64>().unwrap()).sum();
        assert_eq!(sum, 7982);
    }
    let part = demo.get(&format!("{path}?format=csv&limit=3")).await;
    assert!(part.headers()["link"].to_str().unwrap().ends_with("rel=\"next\""));
    let next = demo.json(&format!("/v1/subjects/{subject}/next")).await;
    let on = next["next"]["on"].as_str().unwrap();
    let then = demo.json(&format!("/v1/subjects/{subject}/score?size={}&as_of={on}", next["size"])).await;
    assert_eq!(then["score"], next["next"]["after"]["score"]);
    for path in ["history/steps", "next"] {
        let missing = demo.code(&format!("/v1/subjects/kol-0000000000000/{path}")).await;
        assert_eq!(missing, (404, "subject.unknown".to_owned()));
    }
}
