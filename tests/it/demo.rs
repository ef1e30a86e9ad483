//! The demo tells the same stories whatever day it is seen on.

use serde_json::Value;
use tinnhiem::demo::subject;
use tinnhiem::event::{Body, Event, Windows};
use tinnhiem::log::Entry;
use tinnhiem::time::Date;

use crate::reading::Demo;

/// In place of a name that is nowhere any more.
const ERASED: &str = "";

/// Every influencer, and its band or why it has none.
const STATES: [(&str, &str, &str); 20] = [
    ("ngan", "Trần Bảo Ngân", "A"),
    ("han", "Phạm Gia Hân", "B"),
    ("khai", "Lê Quốc Khải", "A"),
    ("thu", "Đỗ Minh Thư", "B"),
    ("lenh", "Vàng A Lềnh", "B"),
    ("lien", "Hồ Mai Liên", "C"),
    ("kiet", "Bùi Tuấn Kiệt", "B"),
    ("phuong", "Đặng Hoài Phương", "withheld"),
    ("nhi", "Y Nhi Êban", "not_rated"),
    ("tram", "Lý Ngọc Trâm", "B"),
    ("dat", "Võ Thành Đạt", "not_rated"),
    ("dung", "BS. Ngô Thùy Dung", "A"),
    ("long", "Mai Đức Long", "B"),
    ("duyen", "Châu Mỹ Duyên", "C"),
    ("tan", "Huỳnh Nhật Tân", "C"),
    ("quynh", "Tạ Thúy Quỳnh", "C"),
    ("phiep", "Thạch Sô Phiệp", "B"),
    ("nghia", "Phan Hữu Nghĩa", "B"),
    ("ha", "Lương Bích Hà", "B"),
    ("luu", ERASED, "departed"),
];

async fn of(demo: &Demo, seed: &str, what: &str) -> Value {
    demo.json(&format!("/v1/subjects/{}{what}", subject(seed))).await
}

/// The units of an endorser's endorsement, and why it weighs nothing.
async fn endorsed(demo: &Demo, seed: &str, endorser: &str) -> (i64, Option<String>) {
    let score = of(demo, seed, "/score").await;
    let endorsements = score["endorsements"].as_array().unwrap();
    let one = endorsements.iter().find(|one| one["endorser"] == endorser);
    let one = one.unwrap_or_else(|| panic!("{endorser} endorses {seed}"));
    (one["units"].as_i64().unwrap(), one["excluded"].as_str().map(str::to_owned))
}

/// The band before and after each event of a type about a subject.
async fn moved(demo: &Demo, seed: &str, type_name: &str) -> Vec<String> {
    let history = of(demo, seed, "/history?limit=100").await;
    let rows = history["history"].as_array().unwrap().iter().filter(|row| row["type"] == type_name);
    rows.map(|row| format!("{} {}", row["before"]["band"], row["after"]["band"])).collect()
}

async fn contest(demo: &Demo, seed: &str) -> Value {
    let contests = demo.json("/v1/contests").await;
    let id = subject(seed).to_string();
    contests["contests"].as_array().unwrap().iter().find(|one| one["subject"] == id).unwrap().clone()
}

async fn twenty_states(today: &str) {
    let demo = Demo::of(today).await;
    let page = demo.json("/v1/subjects?limit=100").await;
    let rows = page["subjects"].as_array().unwrap();
    assert_eq!(rows.len(), STATES.len());
    for (seed, name, state) in STATES {
        let id = subject(seed).to_string();
        let row = rows.iter().find(|row| row["subject"] == id).unwrap_or_else(|| panic!("{name}"));
        let shown = row["band"].as_str().or(row["standing"]["state"].as_str());
        assert_eq!((row["name"].as_str().unwrap_or(ERASED), shown), (name, Some(state)), "{today}");
    }

    // The worked example, and its contest.
    let han = of(&demo, "han", "/score").await;
    assert_eq!(han["score"], 7982);
    assert_eq!(han["without_contested"]["score"], 8313);
    assert_eq!(contest(&demo, "han").await["status"], "open");
    // A state agency endorses; an employer does, for nothing; one who was paid does, and hid it.
    assert_eq!(endorsed(&demo, "lenh", "van-khe").await, (1000, None));
    assert_eq!(endorsed(&demo, "dung", "song-hong-moi").await, (0, Some("WEIGHT.NONE".to_owned())));
    assert_eq!(endorsed(&demo, "long", "song-hong-moi").await, (0, Some("END.VOID".to_owned())));
    for receiver in ["duyen", "tan", "quynh"] {
        for giver in ["duyen", "tan", "quynh"].into_iter().filter(|giver| *giver != receiver) {
            assert_eq!(endorsed(&demo, receiver, &subject(giver).to_string()).await, (250, None));
        }
    }
    // Restricted, and lifted early.
    assert_eq!(moved(&demo, "kiet", "sanction.imposed").await, [r#""B" "C""#]);
    assert_eq!(moved(&demo, "kiet", "sanction.lifted").await.len(), 1);
    assert!(of(&demo, "kiet", "/score").await["sanctions"].is_null());
    let corrected = of(&demo, "kiet", "").await["corrections"].clone();
    assert_eq!(corrected[0]["action"], "annotate");
    // An assessor raised a grade.
    let moves = moved(&demo, "phiep", "correction.issued").await;
    assert_eq!(moves.len(), 1);
    // Left, and erased: nothing says who she was, and the scores of then are still there.
    let luu = of(&demo, "luu", "").await;
    assert_eq!((&luu["tombstone"], &luu["erasures"][0]["stage"]), (&true.into(), &"executed".into()));
    assert!(luu["name"].is_null());
    assert!(!moved(&demo, "luu", "assessment.published").await.is_empty());
    // Suspended, and the appeal waits.
    let appealed = contest(&demo, "phuong").await;
    for (what, is) in [("status", "open"), ("stage", "appealed"), ("outcome", "rejected")] {
        assert_eq!(appealed[what], is);
    }
    // Upheld; and not decided in time.
    assert_eq!(moved(&demo, "nghia", "contest.decided").await, [r#""C" "B""#]);
    assert_eq!(contest(&demo, "quynh").await["stage"], "overdue");
    let quynh = of(&demo, "quynh", "/score").await;
    let mut out = quynh["assessments"].as_array().unwrap().iter().filter(|one| !one["excluded"].is_null());
    assert_eq!(out.next().unwrap()["excluded"], "CLOCK.MISSED");
    assert!(out.next().is_none());
    // Two groups are too few, three are enough; old assessments are none.
    for (seed, groups) in [("nhi", 2), ("dat", 0)] {
        let standing = of(&demo, seed, "/score").await["standing"].clone();
        assert_eq!(standing["missing"][0]["what"], "groups");
        assert_eq!(standing["missing"][0]["have"], groups);
    }
    assert_eq!(of(&demo, "phiep", "").await["assessments"], 3);
    // Lost, recovered, rotated.
    let keys = of(&demo, "ha", "").await["keys"].clone();
    let live: Vec<bool> = keys.as_array().unwrap().iter().map(|key| key["live"] == true).collect();
    assert_eq!(live, [false, false, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_influencers_are_in_their_states() {
    twenty_states("2026-06-01").await;
    // Fourteen months that hold a leap day.
    twenty_states("2024-03-15").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_gives_one_log_that_ends_before_it() {
    let today: Date = "2026-06-01".parse().unwrap();
    let mut roots = Vec::new();
    for _ in 0..2 {
        let demo = Demo::start().await;
        let snapshot = demo.ledger.snapshot();
        let size = snapshot.size();
        assert!((280..=340).contains(&size), "{size}");
        assert!(snapshot.state.date_at_size(size).unwrap() < today);
        roots.push((size, demo.ledger.reader().root(size).unwrap()));
    }
    assert_eq!(roots[0], roots[1]);
}

/// The types of a party's own events about a subject, in order, from the first of a type on.
async fn told(demo: &Demo, seed: &str, types: &[&str]) -> Vec<(String, String)> {
    let page = of(demo, seed, "/events?limit=1000").await;
    let rows = page["events"].as_array().unwrap().iter();
    let named = rows
        .map(|row| (row["type"].as_str().unwrap().to_owned(), row["issuer"].as_str().unwrap().to_owned()));
    named.filter(|(type_name, _)| types.contains(&type_name.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_third_policy_is_in_its_notice_period_and_names_another_engine() {
    let demo = Demo::start().await;
    let third = demo.json("/v1/policies/3").await;
    assert_eq!((&third["in_force"], &third["policy"]["score"]), (&false.into(), &"score/2".into()));
    let diff = demo.json("/v1/policies/3/diff?limit=100").await;
    let movers = diff["movers"].as_array().unwrap();
    assert!(movers.len() > 10, "everybody sees whom it moves");
    let farthest = movers.iter().filter_map(|one| one["points"].as_i64()).map(i64::abs).max();
    assert!(farthest.is_some_and(|points| (100..500).contains(&points)), "{farthest:?}");
    // The score of its first day tells what each vote counts as; that of today is by the first engine.
    let today = of(&demo, "han", "/score").await;
    let (size, first) = (&today["size"], today["shadow"]["as_of"].as_str().unwrap());
    let coming = of(&demo, "han", &format!("/score/{size}/{first}")).await;
    let counted = |score: &Value| score["criteria"][0]["indicators"][0].get("counted").is_some();
    assert_eq!((counted(&today), counted(&coming)), (false, true));
    assert_eq!((&today["policy"], &coming["policy"]), (&2.into(), &3.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_policy_has_every_clock_and_the_story_shows_them_at_work() {
    let demo = Demo::start().await;
    let windows = demo.json("/v1/policies/2").await["policy"]["windows"].clone();
    assert_eq!(windows, serde_json::to_value(Windows::DUE_PROCESS).unwrap());
    // Notified, replied to, published: once higher for it, once as it was.
    let han = subject("han").to_string();
    let heard = ["assessment.notified", "assessment.replied", "assessment.published"];
    let said = told(&demo, "han", &heard).await;
    let shown = |who: &str| {
        let own = said.iter().filter(|(_, issuer)| issuer == who || *issuer == han);
        own.map(|(type_name, _)| type_name.as_str()).collect::<Vec<_>>()
    };
    for assessor in ["o3-dao-duc", "o5-tam-diem"] {
        assert!(shown(assessor).windows(3).any(|three| three == heard), "{assessor}: {said:?}");
    }
    let score = of(&demo, "han", "/score").await;
    let replies = score["assessments"].as_array().unwrap().iter().filter(|one| !one["reply"].is_null());
    assert_eq!(replies.count(), 2);
    // Nothing under the second policy came unannounced, but for the suspension that could not wait.
    let snapshot = demo.ledger.snapshot();
    let (state, size) = (&snapshot.state, snapshot.size());
    let mut unannounced = Vec::new();
    for seq in 0..size {
        let Some(entry) = demo.ledger.reader().entry(seq).unwrap() else { continue };
        let event = Event::parse(&Entry::parse(&entry).unwrap().payload).unwrap();
        let on = state.date_at_size(seq + 1).unwrap();
        if state.policy_on(on).is_none_or(|policy| policy.windows.reply.is_none()) {
            continue;
        }
        match event.body {
            Body::AssessmentPublished(body) if body.notice.is_none() => unannounced.push(seq),
            Body::SanctionImposed(body) if body.proposal.is_none() && !body.urgent => unannounced.push(seq),
            Body::ContestDecided(body) => assert!(body.panel.is_some(), "{seq}"),
            _ => {}
        }
    }
    assert_eq!(unannounced, [0; 0]);
    let measures = ["sanction.imposed", "sanction.proposed", "sanction.replied"];
    let order = told(&demo, "phuong", &measures).await.into_iter().map(|(type_name, _)| type_name);
    assert_eq!(
        order.collect::<Vec<_>>(),
        ["sanction.imposed", "sanction.proposed", "sanction.replied", "sanction.imposed"]
    );
    // Panels were seated as they were drawn, and decided.
    for seed in ["phuong", "nghia"] {
        let order = told(&demo, seed, &["panel.seated", "contest.decided"]).await;
        assert_eq!(
            order.iter().map(|(type_name, _)| &**type_name).collect::<Vec<_>>(),
            ["panel.seated", "contest.decided"]
        );
    }
}
