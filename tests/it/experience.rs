//! How experienced an assessor's group was is settled when an assessment is recorded.

use serde_json::json;
use tinnhiem::event::*;
use tinnhiem::facts::Experience;
use tinnhiem::proof::DossierDocument;

use crate::contests::Court;
use crate::programme::*;

/// What the standing assessment of a subject by an assessor says of its group's experience.
fn experience(court: &Court, assessor: &str, name: &str) -> Experience {
    let state = &court.programme.ledger.snapshot().state;
    let assessor = state.parties().number(&party(assessor)).unwrap();
    state.dossier(&subject(name)).unwrap().assessments.open_of(assessor).next().unwrap().experience
}

/// The assessments of a subject as its dossier writes them.
fn lines(court: &Court, name: &str) -> Vec<serde_json::Value> {
    let state = &court.programme.ledger.snapshot().state;
    let dossier = state.dossier(&subject(name)).unwrap();
    let document = DossierDocument::of(dossier, state.parties(), state.policies(), state.size()).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&document.bytes()).unwrap();
    document["assessments"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_the_days_of_the_group_a_week_before_without_what_was_overturned() {
    let court = Court::of(policy()).await;
    let programme = &court.programme;
    for name in ["third", "fourth"] {
        programme.enrol(name).await;
    }
    let of_group =
        MemberAdmitted { group: "a1".parse().unwrap(), ..admission("a4", MemberClass::Assessor, &[]) };
    let draft = programme.draft(PartyId::council(), None, of_group);
    programme.recorded(draft, &["seat-1", "seat-2", "seat-3", "a4"]).await;
    programme.accredit("a4").await;

    let first = programme.assess("a1", "kol").await;
    programme.assess("a1", "other-kol").await;
    court.days(6);
    programme.assess("a1", "third").await;
    assert_eq!(experience(&court, "a1", "third"), Experience::default(), "six days are no week");
    assert!(lines(&court, "third")[0].get("experience").is_none(), "none at all is left out");
    court.days(7);
    // The newer assessments by another of the group; the first of `kol` and of `other-kol` are of one day.
    programme.assess("a4", "fourth").await;
    assert_eq!(experience(&court, "a4", "fourth"), Experience { days: 2, overturned: 0 });
    assert_eq!(lines(&court, "fourth")[0]["experience"], json!({ "days": 2, "overturned": 0 }));
    programme.assess("a4", "other-kol").await;
    assert_eq!(experience(&court, "a4", "other-kol"), Experience { days: 2, overturned: 0 });
    programme.assess("a2", "kol").await;
    assert_eq!(experience(&court, "a2", "kol"), Experience::default(), "another group has its own");

    let contest = court.file(first).await;
    let reason = text("why").commitment();
    let upheld = ContestDecided {
        contest,
        outcome: Outcome::Upheld,
        effect: None,
        reason: reason.into(),
        panel: None,
    };
    court.council(upheld).await.unwrap();
    assert_eq!(
        experience(&court, "a4", "fourth"),
        Experience { days: 2, overturned: 0 },
        "what was told stays"
    );
    court.days(1);
    // The first day has but the first of `other-kol` itself left.
    programme.assess("a1", "other-kol").await;
    assert_eq!(experience(&court, "a1", "other-kol"), Experience { days: 1, overturned: 1 });
    programme.assess("a1", "fourth").await;
    assert_eq!(experience(&court, "a1", "fourth"), Experience { days: 2, overturned: 1 });

    let member = |name: &str| programme.get(format!("/v1/members/{name}/record"));
    // The day of the first of `other-kol`, that of the first of `third`, and not yet that of `fourth`.
    assert_eq!(member("a4").await["experience"], json!({ "days": 2, "overturned": 1 }));
    assert!(member("a2").await.get("experience").is_none(), "its first is of yesterday");

    programme.ledger.commit_state(&party("operator"), &key("operator")).await.unwrap();
    programme.check_replay();
    court.agree("experience").await;
}

/// A correction, and a decision that strikes grades, leave what the assessment was told.
#[tokio::test(flavor = "multi_thread")]
async fn an_amended_assessment_keeps_it() {
    let court = Court::of(policy()).await;
    let programme = &court.programme;
    programme.assess("a1", "other-kol").await;
    court.days(7);
    let target = court.grade("a1", 0).await;
    let told = Experience { days: 1, overturned: 0 };
    assert_eq!(experience(&court, "a1", "kol"), told);
    let contest = court.file(target).await;
    let (reason, effect) = (text("why").commitment(), Some(Effect::Struck(["I1".parse().unwrap()].into())));
    let partly =
        ContestDecided { contest, outcome: Outcome::Partial, effect, reason: reason.into(), panel: None };
    court.council(partly).await.unwrap();
    assert_eq!(experience(&court, "a1", "kol"), told);
    assert!(lines(&court, "kol")[0]["values"].get("I1").is_none());
    court.days(7);
    programme.assess("a1", "other-kol").await;
    let counted = Experience { days: 1, overturned: 0 };
    assert_eq!(experience(&court, "a1", "other-kol"), counted, "what was struck in part was not overturned");
    programme.check_replay();
}
