//! Rankings that were brought forward equal those computed from nothing.

use std::sync::Arc;

use proptest::prelude::*;
use tinnhiem::api::Names;
use tinnhiem::api::ranking::{Rankings, Row};
use tinnhiem::facts::At;
use tinnhiem::ledger::{Refusal, Snapshot};
use tinnhiem::time::Date;

use crate::history::{Move, Trial, moves};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap()
}

/// What makes every subject rated and endorsed by the others, so that what parties do shows in scores.
pub fn established() -> Vec<Move> {
    // Level 1 of each indicator, three bits each; an assessor is a level off in one.
    let levels = |by: usize| 0o0_1111_1111_1111_1111_1111 ^ (3 << (3 * by));
    let assess = |(by, of)| Move::Assess { by, of, levels: levels(by), fee: false, conflict: false };
    let assessments = (0..4).flat_map(|by| (0..3).map(move |of| (by, of))).map(assess);
    let endorsements = [(0, 0), (1, 1), (2, 1), (3, 2), (4, 0), (4, 1)];
    let endorse = |(by, of)| Move::Endorse { by, of, relation: 0 };
    assessments.chain(endorsements.into_iter().map(endorse)).collect()
}

/// The rows at just this moment, whoever brings them there.
async fn rows(rankings: &Arc<Rankings>, snapshot: &Arc<Snapshot>, today: Date) -> Vec<Row> {
    let wanted = At { size: snapshot.size(), as_of: today };
    loop {
        let ranking = rankings.newest(snapshot, today).await;
        if ranking.at == wanted {
            return ranking.all();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn what_is_brought_forward_equals_what_is_computed_from_nothing(
        moves in moves(), ahead in proptest::collection::vec(0i32..400, 1..3),
    ) {
        let runtime = runtime();
        let mut trial = Trial::begin();
        let names = Arc::new(Names::of(trial.ledger.vault().clone()));
        let kept = Arc::new(Rankings::new(names.clone()));
        let ask = |trial: &Trial| {
            let snapshot = trial.ledger.snapshot();
            let today = snapshot.state.date_of(trial.clock.now()).max(snapshot.state.date_of(snapshot.state.last_at()));
            let brought = runtime.block_on(rows(&kept, &snapshot, today));
            let anew = Arc::new(Rankings::new(names.clone()));
            prop_assert_eq!(&brought, &runtime.block_on(rows(&anew, &snapshot, today)));
            for row in &brought {
                let figure = snapshot.state.figure(&row.subject, At { size: snapshot.size(), as_of: today }).unwrap().0;
                prop_assert_eq!(row.score(), figure.score);
                prop_assert_eq!(row.figure(), figure.score.map(|_| figure.clone()));
                prop_assert_eq!(figure.band.map(|band| row.is_in_band(band)), figure.band.map(|_| true));
            }
            for days in &ahead {
                let date = today.plus_days(*days);
                let brought = kept.at(&snapshot, At { size: snapshot.size(), as_of: date });
                prop_assert_eq!(brought.at, At { size: snapshot.size(), as_of: date });
                let anew = Arc::new(Rankings::new(names.clone()));
                prop_assert_eq!(brought.all(), runtime.block_on(rows(&anew, &snapshot, date)));
            }
            Ok(())
        };
        ask(&trial)?;
        for (number, one) in established().iter().chain(&moves).enumerate() {
            match trial.try_move(one) {
                Ok(()) | Err(Refusal::Rejected(_)) => {}
                Err(refusal) => return Err(TestCaseError::fail(format!("{one:?}: {refusal}"))),
            }
            // Sometimes more than one event and day lie between two who ask.
            if number % 3 != 1 {
                ask(&trial)?;
            }
        }
        ask(&trial)?;
    }
}
