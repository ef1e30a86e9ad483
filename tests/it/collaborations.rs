//! The register of paid work, and endorsements that hide it.

use std::collections::BTreeMap;

use serde_json::Value;
use tinnhiem::client::Draft;
use tinnhiem::clock::Clock;
use tinnhiem::dsse::EventId;
use tinnhiem::event::*;
use tinnhiem::time::Date;

use crate::programme::*;
use crate::refusals::Provoked;
use crate::withdrawal::run;

/// Paid work over a period.
pub fn collaboration(from: Date, until: Date) -> CollaborationDeclared {
    CollaborationDeclared {
        campaign: "Sữa cho bé".to_owned(),
        category: "sua-bot".parse().unwrap(),
        starts_on: from,
        ends_on: until,
        value_band: ValueBand::Under100m,
        papers: vec![Commitment::to(&[4; 32], b"papers").into()],
    }
}

fn declared(programme: &Programme, name: &str, body: CollaborationDeclared) -> Draft {
    programme.draft(party("business"), Some(subject(name)), body)
}

/// Provokes the codes of collaborations.
pub async fn refusals(programme: &Programme, provoked: &mut Provoked) {
    let today = programme.today();
    let good = || collaboration(today, today);
    let both = &["business", "other-kol"];
    let of = |body| declared(programme, "other-kol", body);
    provoked.note(programme.send(of(good()), &["business"]).await, 403, "key.other_owner");
    let press = programme.draft(party("a1"), Some(subject("other-kol")), good());
    provoked.note(programme.send(press, &["a1", "other-kol"]).await, 403, "issuer.not_allowed");
    let unnamed = CollaborationDeclared { campaign: String::new(), ..good() };
    provoked.note(programme.send(of(unnamed), both).await, 422, "collaboration.terms");
    let backwards = collaboration(today, today.plus_days(-1));
    provoked.note(programme.send(of(backwards), both).await, 422, "collaboration.terms");
    let papers = vec![Commitment::to(&[4; 32], b"papers"); 17];
    let many = CollaborationDeclared { papers: papers.into_iter().map(Into::into).collect(), ..good() };
    provoked.note(programme.send(of(many), both).await, 422, "collaboration.terms");
    let own = MemberAdmitted {
        group: GroupId::alone(&PartyId::from(subject("other-kol"))),
        ..admission("own-brand", MemberClass::Business, &[])
    };
    let admitted = programme.draft(PartyId::council(), None, own);
    programme.recorded(admitted, &["seat-1", "seat-2", "seat-3", "own-brand"]).await;
    let own = programme.draft(party("own-brand"), Some(subject("other-kol")), good());
    provoked.note(programme.send(own, &["own-brand", "other-kol"]).await, 403, "collaboration.own_group");
    let end = |target| {
        let body = CollaborationEnded { target, reason: None };
        programme.draft(party("business"), Some(subject("other-kol")), body)
    };
    let unknown = end(EventId::from_bytes([1; 32]));
    provoked.note(programme.send(unknown, both).await, 409, "target.unknown");
    let over = programme.recorded(of(collaboration(today.plus_days(-9), today.plus_days(-1))), both).await;
    provoked.note(programme.send(end(over), both).await, 409, "target.ended");
}

/// An endorsement and paid work, in either order.
struct Case {
    endorser: &'static str,
    relation: Relation,
    /// Days from today to the paid work's first and last.
    period: (i32, i32),
    void: bool,
}

async fn score(programme: &Programme, name: &str) -> Value {
    programme.get(&format!("/v1/subjects/{}/score", subject(name))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endorsement_that_hides_paid_work_is_void_whichever_comes_later() {
    let programme = Programme::start(policy()).await;
    let sister = MemberAdmitted {
        group: GroupId::alone(&party("business")),
        ..admission("sister", MemberClass::Press, &[])
    };
    let draft = programme.draft(PartyId::council(), None, sister);
    programme.recorded(draft, &["seat-1", "seat-2", "seat-3", "sister"]).await;
    programme.admit("press", MemberClass::Press, &[]).await;
    let today = programme.today();
    let case = |endorser, relation, period, void| Case { endorser, relation, period, void };
    let cases = [
        case("business", Relation::None, (0, 30), true),
        case("business", Relation::Professional, (-1000, -720), true),
        case("business", Relation::None, (-1000, -721), false),
        case("business", Relation::None, (720, 800), true),
        case("business", Relation::None, (721, 800), false),
        case("business", Relation::Commercial, (0, 30), false),
        case("sister", Relation::None, (0, 30), true),
        case("press", Relation::None, (0, 30), false),
    ];
    for (number, case) in cases.iter().enumerate() {
        for endorsed_first in [true, false] {
            let name = format!("kol {number} {endorsed_first}");
            programme.enrol(&name).await;
            let commercial = case.relation == Relation::Commercial;
            let body = EndorsementPublished {
                relation: case.relation,
                value_band: commercial.then_some(ValueBand::Under100m),
                ..endorsement(today)
            };
            let endorsed = programme.draft(party(case.endorser), Some(subject(&name)), body);
            let work = collaboration(today.plus_days(case.period.0), today.plus_days(case.period.1));
            let work = declared(&programme, &name, work);
            let keys = ["business", name.as_str()];
            if endorsed_first {
                programme.recorded(endorsed, &[case.endorser]).await;
                let before = score(&programme, &name).await;
                assert!(before["endorsements"][0].get("excluded").is_none());
                programme.recorded(work, &keys).await;
                let path = format!("{}/{}", before["size"], today);
                let still = programme.get(&format!("/v1/subjects/{}/score/{path}", subject(&name))).await;
                assert_eq!(still, before);
            } else {
                programme.recorded(work, &keys).await;
                programme.recorded(endorsed, &[case.endorser]).await;
            }
            let figure = score(&programme, &name).await["endorsements"][0].clone();
            let excluded = figure.get("excluded").and_then(Value::as_str);
            assert_eq!(excluded, case.void.then_some("END.VOID"), "{name}");
            assert_eq!(figure["units"] == 0, case.void, "{name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_void_endorsement_says_what_it_costs_and_counts_again_once_it_is_commercial() {
    let clock = Clock::manual(Clock::system().now());
    let programme = Programme::start_at(policy(), clock.clone()).await;
    let today = programme.today();
    for assessor in ["a1", "a2", "a3"] {
        let document = Commitment::to(&[3; 32], b"document");
        let indicators = || (1..=20).map(|number| format!("I{number}").parse::<IndicatorId>().unwrap());
        let body = AssessmentPublished {
            grades: indicators().map(|id| (id, Some(2))).collect(),
            evidence: indicators().map(|id| (id, vec![document.into()])).collect::<BTreeMap<_, _>>(),
            ..assessment(today)
        };
        programme.recorded(programme.draft(party(assessor), Some(subject("kol")), body), &[assessor]).await;
    }
    let bare = score(&programme, "kol").await["score"].as_i64().unwrap();
    let endorse = |body| programme.draft(party("business"), Some(subject("kol")), body);
    let target = programme.recorded(endorse(endorsement(today)), &["business"]).await;
    assert_eq!(score(&programme, "kol").await["score"], bare + 150);
    let work = declared(&programme, "kol", collaboration(today, today.plus_days(90)));
    let work = programme.recorded(work, &["business", "kol"]).await;
    let now = score(&programme, "kol").await;
    assert_eq!(now["score"], bare);
    let void: Vec<&Value> =
        now["reasons"].as_array().unwrap().iter().filter(|one| one["code"] == "END.VOID").collect();
    assert_eq!((&void[0]["points"], &void[0]["events"][0]), (&150.into(), &target.to_string().into()));
    // Ended early, it still is what they did; the endorser says so, and is heard.
    clock.set(clock.now().plus_ms(86_400_000));
    let body = CollaborationEnded { target: work, reason: None };
    let ended = programme.draft(party("business"), Some(subject("kol")), body);
    programme.recorded(ended, &["business", "kol"]).await;
    assert_eq!(score(&programme, "kol").await["score"], bare);
    let body = EndorsementWithdrawn { target, reason: None };
    programme.recorded(programme.draft(party("business"), Some(subject("kol")), body), &["business"]).await;
    let body = EndorsementPublished {
        relation: Relation::Commercial,
        value_band: Some(ValueBand::Under100m),
        ..endorsement(programme.today())
    };
    programme.recorded(endorse(body), &["business"]).await;
    assert_eq!(score(&programme, "kol").await["score"], bare + 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn consumers_search_the_register_and_see_it_with_the_subject() {
    let programme = Programme::start(policy()).await;
    programme.admit("dairy", MemberClass::Business, &[]).await;
    let today = programme.today();
    let mut ids = Vec::new();
    for (business, name) in [("business", "kol"), ("dairy", "kol"), ("dairy", "other-kol")] {
        let body = collaboration(today, today.plus_days(30));
        let draft = programme.draft(party(business), Some(subject(name)), body);
        ids.push(programme.recorded(draft, &[business, name]).await.to_string());
    }
    let other = CollaborationDeclared {
        campaign: "Kem nền".to_owned(),
        category: "my-pham".parse().unwrap(),
        ..collaboration(today, today)
    };
    let draft = declared(&programme, "kol", other);
    ids.push(programme.recorded(draft, &["business", "kol"]).await.to_string());
    let (kol, other_kol) = (subject("kol"), subject("other-kol"));
    for (query, found) in [
        (String::new(), vec![0, 1, 2, 3]),
        (format!("subject={kol}"), vec![0, 1, 3]),
        ("business=dairy".to_owned(), vec![1, 2]),
        (format!("business=dairy&subject={other_kol}"), vec![2]),
        ("q=sua%20cho".to_owned(), vec![0, 1, 2]),
        ("q=SỮA+BOT".to_owned(), vec![0, 1, 2]),
        ("q=my-pham".to_owned(), vec![3]),
        ("q=dairy".to_owned(), vec![1, 2]),
        ("q=other-kol".to_owned(), vec![2]),
        ("q=nobody".to_owned(), vec![]),
    ] {
        let page = programme.get(&format!("/v1/collaborations?{query}")).await;
        let listed: Vec<&str> = page["collaborations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["collaboration"].as_str().unwrap())
            .collect();
        assert_eq!(listed, found.iter().map(|at: &usize| ids[*at].as_str()).collect::<Vec<_>>(), "{query}");
        assert_eq!(page["next"], Value::Null);
    }
    let first = programme.get("/v1/collaborations?limit=3").await;
    let rest =
        programme.get(&format!("/v1/collaborations?limit=3&after={}", first["next"].as_str().unwrap())).await;
    assert_eq!(rest["collaborations"][0]["collaboration"], ids[3]);
    let shown = programme.get(&format!("/v1/subjects/{kol}")).await;
    let shown: Vec<&Value> =
        shown["collaborations"].as_array().unwrap().iter().map(|one| &one["collaboration"]).collect();
    assert_eq!(shown, [&ids[3], &ids[1], &ids[0]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_is_told_what_will_not_count_and_what_is_voided() {
    let programme = Programme::start(policy()).await;
    let (kol, today) = (subject("kol").to_string(), programme.today());
    let endorse = |relation: &[&str]| {
        let start =
            ["endorse", "--issuer", "business", "--subject", &kol, "--topic", "my-pham", "--relation"];
        run(&programme, &[&start[..], relation].concat(), &["business"])
    };
    let collaborate = |from: i32| {
        let (first, last) = (today.plus_days(from).to_string(), today.plus_days(from + 30).to_string());
        let work = ["collaborate", "--issuer", "business", "--subject", &kol, "--campaign", "Sữa"];
        let terms = ["--category", "sua-bot", "--value-band", "under_100m"];
        let days = ["--starts-on", &first, "--ends-on", &last];
        run(&programme, &[&work[..], &terms, &days].concat(), &["business", "kol"])
    };
    let (voids, void, until) = ("this voids the endorsement of", "will be void", "counts it until");
    let (done, said) = collaborate(-1000);
    assert!(done && !said.contains(voids) && said.contains("counts only as commercial"), "{said}");
    let (done, said) = endorse(&["none", "--expires-on", "2099-01-01"]);
    assert!(done && !said.contains(void), "{said}");
    let counts = policy().endorsement.age.iter().all(|step| step.up_to_days.is_some() || step.permille == 0);
    assert_eq!(said.contains(until), counts, "{said}");
    let (done, said) = collaborate(0);
    assert!(done && said.contains(voids) && said.contains("(business)"), "{said}");
    let (_, said) = run(&programme, &["me", &kol], &[]);
    assert!(said.contains("void: hides paid work"), "{said}");
    // What is void already is not voided again.
    let (done, said) = collaborate(1);
    assert!(done && !said.contains(voids), "{said}");
    let newest = programme.ledger.snapshot().size() - 3;
    let (done, said) = endorse(&["commercial", "--value-band", "under_100m"]);
    assert!(!done && said.contains("whether or not it counts: withdraw the other first"), "{said}");
    let (done, said) = run(&programme, &["withdraw", &newest.to_string()], &["business"]);
    assert!(done && said.contains("to endorse again, publish a new one"), "{said}");
    let (done, said) = endorse(&["professional"]);
    assert!(done && said.contains(void) && said.contains("--value-band under_100m"), "{said}");
}
