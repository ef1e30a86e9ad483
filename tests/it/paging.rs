//! A listing is of one moment, however much moves while somebody pages through it.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use tinnhiem::api;
use tinnhiem::clock::Clock;
use tinnhiem::event::*;
use tinnhiem::time::Timestamp;

use crate::programme::*;

const KOLS: [&str; 7] = ["kol", "other-kol", "k3", "k4", "k5", "k6", "k7"];

async fn programme() -> Programme {
    let at: Timestamp = "2026-03-02T03:00:00.000Z".parse().unwrap();
    let programme = Programme::start_at(policy(), Clock::manual(at)).await;
    for name in &KOLS[2..] {
        programme.enrol(name).await;
    }
    programme
}

/// Grades a subject's indicators at this level.
async fn grade(programme: &Programme, assessor: &str, name: &str, level: u16) {
    programme.clock.set(programme.clock.now().plus_ms(1_000));
    let grades = (1..=12).map(|number| (format!("I{number}").parse().unwrap(), Some(level)));
    let body = AssessmentPublished { grades: grades.collect(), ..assessment(programme.today()) };
    let draft = programme.draft(party(assessor), Some(subject(name)), body);
    let _ = programme.send(draft, &[assessor]).await;
}

fn members(page: &Value, list: &str, member: &str) -> Vec<String> {
    let rows = page[list].as_array().unwrap_or_else(|| panic!("no {list} in {page}")).iter();
    rows.map(|row| row[member].as_str().unwrap().to_owned()).collect()
}

/// Everything on the pages of a listing, all of one moment; `between` acts after each page.
async fn paged(
    programme: &Programme,
    path: &str,
    (list, member, cursor): (&str, &str, &str),
    between: &mut dyn AsyncBetween,
) -> Vec<String> {
    let mut page = programme.get(path).await;
    let moment = (page["size"].clone(), page["as_of"].clone());
    let mut found = members(&page, list, member);
    while let Some(next) = page["next"].as_str().map(str::to_owned) {
        between.act(programme).await;
        page = programme.get(format!("{path}&{cursor}={next}")).await;
        assert_eq!((page["size"].clone(), page["as_of"].clone()), moment, "{page}");
        found.extend(members(&page, list, member));
    }
    found
}

/// What goes on between two pages.
trait AsyncBetween {
    fn act<'a>(&'a mut self, programme: &'a Programme) -> std::pin::Pin<Box<dyn Future<Output = ()> + 'a>>;
}

/// Assessments that move subjects.
struct Moves(Vec<(usize, usize, u16)>);

impl AsyncBetween for Moves {
    fn act<'a>(&'a mut self, programme: &'a Programme) -> std::pin::Pin<Box<dyn Future<Output = ()> + 'a>> {
        Box::pin(async move {
            for _ in 0..2 {
                let Some((assessor, kol, level)) = self.0.pop() else { return };
                grade(programme, ["a1", "a2", "a3"][assessor], KOLS[kol], level).await;
            }
        })
    }
}

#[test]
fn every_subject_appears_once_however_they_move_between_pages() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let moves = prop::collection::vec((0_usize..3, 0..KOLS.len(), 0_u16..=3), 8..40);
    let mut runner = TestRunner::new(Config { cases: 6, failure_persistence: None, ..Config::default() });
    let ran = runner.run(&(moves, 1_usize..4, any::<bool>()), |(moves, limit, worst)| {
        runtime.block_on(async {
            let programme = programme().await;
            let mut moves = Moves(moves);
            for _ in 0..3 {
                moves.act(&programme).await;
            }
            let sort = if worst { "worst" } else { "best" };
            let whole = programme.get(format!("/v1/subjects?sort={sort}")).await;
            let path = format!("/v1/subjects?sort={sort}&limit={limit}");
            let found = paged(&programme, &path, ("subjects", "subject", "after"), &mut moves).await;
            prop_assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), KOLS.len());
            prop_assert_eq!(&found, &members(&whole, "subjects", "subject"));
            Ok(())
        })
    });
    ran.unwrap();
}

/// Subjects withdraw their contests.
struct Withdrawals(Vec<String>);

impl AsyncBetween for Withdrawals {
    fn act<'a>(&'a mut self, programme: &'a Programme) -> std::pin::Pin<Box<dyn Future<Output = ()> + 'a>> {
        Box::pin(async move {
            let Some(contest) = self.0.pop() else { return };
            let view = programme.get(format!("/v1/contests/{contest}")).await;
            let name = KOLS.iter().find(|name| subject(name).to_string() == view["subject"]).unwrap();
            let body = ContestWithdrawn { contest: contest.parse().unwrap(), reason: None };
            let draft = programme.draft(PartyId::from(subject(name)), Some(subject(name)), body);
            programme.recorded(draft, &[name]).await;
        })
    }
}

/// Contests filed by this many subjects, in the order filed.
async fn contests(programme: &Programme, count: usize) -> Vec<String> {
    let mut filed = Vec::new();
    for name in &KOLS[..count] {
        let target = programme.assess("a1", name).await;
        let answer = programme.contest(name, target).await.unwrap();
        filed.push(answer["id"].as_str().unwrap().to_owned());
    }
    filed
}

#[tokio::test(flavor = "multi_thread")]
async fn contests_and_clocks_that_end_between_pages_stand_in_the_listing_that_began_before() {
    let programme = programme().await;
    let mut filed = contests(&programme, 5).await;
    let clocks = programme.get("/v1/clocks?duty=must").await;
    let path = "/v1/contests?status=open&limit=1";
    // The oldest go first, which a listing of the newest first has not reached.
    filed.reverse();
    let mut withdrawals = Withdrawals(filed[2..].to_vec());
    let found = paged(&programme, path, ("contests", "contest", "before"), &mut withdrawals).await;
    assert_eq!(found, filed);
    let open = programme.get("/v1/contests?status=open").await;
    assert_eq!(members(&open, "contests", "contest"), filed[..2]);

    let filed = contests(&programme, 3).await;
    let before = programme.get("/v1/clocks?limit=1000").await;
    assert!(members(&before, "clocks", "event").len() >= members(&clocks, "clocks", "event").len());
    let mut withdrawals = Withdrawals(filed);
    let found = paged(&programme, "/v1/clocks?limit=2", ("clocks", "event", "after"), &mut withdrawals).await;
    assert_eq!(found, members(&before, "clocks", "event"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moment_that_is_gone_is_told_and_a_ranking_of_it_is_made_anew() {
    let programme = programme().await;
    contests(&programme, 4).await;
    let mut cursors = Vec::new();
    for (path, list) in [("/v1/contests?limit=1", "before"), ("/v1/clocks?limit=1", "after")] {
        let page = programme.get(path).await;
        cursors.push(format!("{path}&{list}={}", page["next"].as_str().unwrap()));
    }
    let page = programme.get("/v1/subjects?limit=2").await;
    let ranked = format!("/v1/subjects?limit=2&after={}", page["next"].as_str().unwrap());
    let then = programme.get(&ranked).await;
    for (kol, level) in [(0, 3), (4, 2), (6, 1)] {
        grade(&programme, "a2", KOLS[kol], level).await;
    }
    let anew = programme.served_anew(api::Bounds::default()).await;
    for cursor in cursors {
        let answer = reqwest::get(format!("{}{cursor}", anew.base())).await.unwrap();
        assert_eq!(answer.status(), 410, "{cursor}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["code"], "page.expired");
        // The one that it began at still goes on.
        assert!(programme.get(&cursor).await["code"].is_null(), "{cursor}");
    }
    assert_eq!(anew.json::<Value>(&ranked).await.unwrap(), then);
    assert_eq!(programme.get(&ranked).await, then);
    let ahead = ranked.replace(&format!("after={}", then["size"]), "after=999999");
    assert_eq!(programme.get(&ahead).await["code"], "page.expired");
    let other = format!("{ranked}&as_of=2026-03-09");
    assert_eq!(programme.get(&other).await["code"], "query.after");
}

/// A page of one listing went on as a page of another: rows were left out, and nobody was told.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_goes_on_with_the_listing_that_it_is_of() {
    let programme = programme().await;
    contests(&programme, 4).await;
    let about = subject("kol").to_string();
    for (path, by, others) in [
        ("/v1/contests?limit=1", "before", vec![format!("subject={about}"), "status=open".to_owned()]),
        (
            "/v1/clocks?limit=1",
            "after",
            vec![format!("subject={about}"), "duty=must".to_owned(), "until=2026-12-01".to_owned()],
        ),
        (
            "/v1/subjects?limit=2",
            "after",
            vec![
                "sort=worst".to_owned(),
                "min_score=1".to_owned(),
                "certified=false".to_owned(),
                "contested=false".to_owned(),
                "q=k".to_owned(),
            ],
        ),
    ] {
        let page = programme.get(path).await;
        let next = format!("{by}={}", page["next"].as_str().unwrap());
        for other in others {
            let refused = programme.get(format!("{path}&{other}&{next}")).await;
            assert_eq!(refused["code"], "query.after", "{path} {other}: {refused}");
            // And the other way round.
            let page = programme.get(format!("{path}&{other}")).await;
            if let Some(next) = page["next"].as_str() {
                let refused = programme.get(format!("{path}&{by}={next}")).await;
                assert_eq!(refused["code"], "query.after", "{path} {other}: {refused}");
                assert!(programme.get(format!("{path}&{other}&{by}={next}")).await["code"].is_null());
            }
        }
        // How many rows a page has is nothing of the listing's.
        let more = path.replace("limit=1", "limit=3").replace("limit=2", "limit=3");
        assert!(programme.get(format!("{more}&{next}")).await["code"].is_null());
    }
    let usual = programme.get("/v1/subjects?limit=2").await;
    let next = usual["next"].as_str().unwrap();
    assert!(programme.get(format!("/v1/subjects?limit=2&sort=best&after={next}")).await["code"].is_null());
}
