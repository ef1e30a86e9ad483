//! Explanations add up: for every influencer of the demo, at every size, to the last hundredth.

use std::process::Command;

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

#[tokio::test(flavor = "multi_thread")]
async fn words_and_figures_of_a_score_are_explained_where_they_stand() {
    let demo = Demo::start().await;
    let tinnhiem = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_tinnhiem")).args(arguments).output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let snapshot = demo.ledger.snapshot();
    let state = &snapshot.state;
    let (mut taken, mut contested) = (0, 0);
    for dossier in state.dossiers() {
        let score = demo.json(&format!("/v1/subjects/{}/score", dossier.subject)).await;
        let of = |list: &str, code: &str| {
            let all = score[list].as_array().unwrap().iter();
            all.filter(|one| one["code"].as_str().unwrap().starts_with(code)).cloned().collect::<Vec<_>>()
        };
        let (parts, reasons) = (of("parts", "SANC."), of("reasons", "CONTEST.OPEN"));
        if parts.is_empty() && reasons.is_empty() {
            continue;
        }
        let subject = dossier.subject.to_string();
        let (done, said) = tinnhiem(&["score", &subject, "--explain", "--ledger", &demo.base]);
        assert!(done && said.contains("`tinnhiem explain range confidence"), "{said}");
        for part in parts {
            let points = part["points"].as_i64().unwrap();
            assert!(points < 0 && said.contains("half of its term: "), "{points}: {said}");
            taken += 1;
        }
        for reason in reasons {
            let event = reason["events"][0].as_str().unwrap().parse().unwrap();
            let seq = state.index().seq(&event).unwrap().to_string();
            let row = said.lines().find(|line| line.starts_with("CONTEST.OPEN")).unwrap();
            assert!(row.split_whitespace().any(|word| word.trim_end_matches(',') == seq), "{seq}: {said}");
            contested += 1;
        }
    }
    assert!(taken > 0 && contested > 0, "{taken} {contested}");
    let (done, said) = tinnhiem(&["explain", "range", "confidence", "SANC.S2"]);
    assert!(done && said.contains("no margin of error") && said.contains("medium up to 20"), "{said}");
    assert!(said.contains("SANC.S2 (Reasons of a score)"), "{said}");
    assert!(!tinnhiem(&["explain", "range", "no.such"]).0);
}
