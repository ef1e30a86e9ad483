//! Explanations add up: for every influencer of the demo, at every size, to the last hundredth.

use tinnhiem::facts::At;

use crate::reading::Demo;

#[tokio::test(flavor = "multi_thread")]
async fn parts_add_up_and_name_their_events_at_every_size() {
    let demo = Demo::start().await;
    let snapshot = demo.ledger.snapshot();
    let state = &snapshot.state;
    let mut rated = 0;
    for dossier in state.dossiers() {
        for size in 1..=state.size() {
            let at = At { size, as_of: state.date_at_size(size).unwrap() };
            let Some(score) = state.score(&dossier.subject, at) else { continue };
            let sum: i64 = score.parts.iter().map(|part| part.points).sum();
            assert_eq!(sum, score.figure.score.map_or(0, i64::from), "{} at {size}", dossier.subject);
            assert_eq!(score.parts.is_empty(), score.figure.score.is_none());
            rated += usize::from(score.figure.score.is_some());
            for part in &score.parts {
                let made_by = match part.code.as_str() {
                    // What is left by rounding and bounds comes of no event.
                    "ROUNDING" | "CLAMP" => {
                        assert!(part.events.is_empty());
                        continue;
                    }
                    "ENDORSEMENTS" => "endorsement.published",
                    code if code.starts_with("SANC.") => "sanction.imposed",
                    code => {
                        assert!(score.criteria.iter().any(|one| one.id.as_str() == code), "{code}");
                        "assessment.published"
                    }
                };
                assert!(!part.events.is_empty(), "{} at {size}: {part:?}", dossier.subject);
                for event in &part.events {
                    let seq = state.index().seq(event).unwrap();
                    let row = state.index().row(seq).unwrap();
                    assert!(seq < size && row.subject == Some(dossier.subject));
                    assert_eq!(row.type_name(), made_by);
                }
            }
        }
    }
    assert!(rated > 1_000, "{rated}");
}
