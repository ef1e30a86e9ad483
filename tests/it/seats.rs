//! Whose seat is empty, who may be challenged until when, and who is tied to the subject.

use std::collections::BTreeSet;

use serde_json::Value;
use tinnhiem::client::ClientError;
use tinnhiem::dsse::EventId;
use tinnhiem::event::*;

use crate::adverse::{notified, proposed};
use crate::contests::*;
use crate::panels::seating;
use crate::programme::*;
use crate::refusals::Provoked;

impl Court {
    async fn suspend(&self, name: &str) {
        let body = MemberSuspended { member: party(name), reason: None };
        let draft = self.programme.draft(PartyId::council(), None, body);
        self.programme.recorded(draft, &SEATS[..3]).await;
    }

    /// A contest whose values are revealed, with a pool of `registrar`, `business` and those named.
    async fn with_pool(panel_size: u8, others: &[&str]) -> (Self, EventId) {
        let mut policy = windowed();
        policy.contest.panel_size = panel_size;
        let mut court = Self::of(policy).await;
        for name in others {
            court.programme.admit(name, MemberClass::Press, &[]).await;
        }
        court.commit("operator", 3).await.unwrap();
        court.commit("auditor", 3).await.unwrap();
        let target = court.programme.assess("a1", "kol").await;
        for assessor in ["a2", "a3"] {
            court.programme.assess(assessor, "kol").await;
        }
        let contest = court.file(target).await;
        id(court.council(ContestAdmitted { contest }).await);
        court.reveal_both(contest).await;
        (court, contest)
    }

    /// The subject challenges a member of a panel, which these are left of.
    async fn challenge(
        &self,
        contest: EventId,
        challenged: &str,
        left: &[&str],
    ) -> Result<Value, ClientError> {
        let body = PanelSeated { challenged: Some(party(challenged)), ..seating(contest, left) };
        self.send("kol", body, &["kol"]).await
    }
}

fn strs(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panel_decides_after_the_days_to_challenge_it_or_after_a_challenge() {
    let mut provoked = Provoked::default();
    for challenge_on in [None, Some(0), Some(3), Some(4)] {
        let (court, contest) = Court::with_pool(3, &["p1", "p2"]).await;
        let order = court.drawn(contest).await["order"].clone();
        let order: Vec<String> = serde_json::from_value(order).unwrap();
        let (sat, mut panel) = court.seat(contest).await;
        let (mut sat, seated) = (strs(&sat), court.programme.today());
        let view = court.view(contest).await["panel"].clone();
        assert_eq!(view["challenge_by"], seated.plus_days(3).to_string());
        assert_eq!(view["decides_from"], seated.plus_days(4).to_string());
        for day in 0..=challenge_on.unwrap_or(3) {
            if challenge_on == Some(day) {
                let left = [order[1].as_str(), &order[2], &order[3]];
                let answer = court.challenge(contest, &order[0], &left).await;
                if day > 3 {
                    provoked.note(answer, 409, "panel.challenge");
                } else {
                    (panel, sat) = (id(answer), left.to_vec());
                    break;
                }
            }
            if day <= 3 {
                let early = court.decide((contest, panel), Outcome::Upheld, None, &sat).await;
                provoked.note(early, 409, "challenge.pending");
                court.days(1);
            }
        }
        id(court.decide((contest, panel), Outcome::Upheld, None, &sat).await);
        court.agree(&format!("challenge-{challenge_on:?}")).await;
        court.programme.check_replay();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_are_fewer_days_to_decide_there_are_as_many_to_challenge() {
    for days in [0, 2] {
        let mut policy = windowed();
        policy.windows.decide = Some(days);
        let mut court = Court::of(policy).await;
        court.commit("operator", 3).await.unwrap();
        court.commit("auditor", 3).await.unwrap();
        let contest = court.file(court.programme.assess("a1", "kol").await).await;
        id(court.council(ContestAdmitted { contest }).await);
        court.reveal_both(contest).await;
        let (sat, panel) = court.seat(contest).await;
        for _ in 0..days {
            let early = court.decide((contest, panel), Outcome::Upheld, None, &strs(&sat)).await;
            Provoked::default().note(early, 409, "challenge.pending");
            court.days(1);
        }
        let view = court.view(contest).await;
        assert_eq!((&view["stage"], &view["panel"]["challenge_by"]), (&"seated".into(), &view["decide_by"]));
        id(court.decide((contest, panel), Outcome::Upheld, None, &strs(&sat)).await);
        court.agree(&format!("{days}-days")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_suspended_leaves_a_seat_and_the_successor_may_be_challenged_anew() {
    let (court, contest) = Court::with_pool(3, &["p1", "p2", "p3"]).await;
    let order: Vec<String> = serde_json::from_value(court.drawn(contest).await["order"].clone()).unwrap();
    court.seat(contest).await;
    court.days(2);
    court.suspend(&order[0]).await;
    assert!(court.view(contest).await["waits_for"].as_array().unwrap().contains(&"council".into()));
    let (sat, panel) = court.seat(contest).await;
    assert_eq!(sat, order[1..4]);
    let mut provoked = Provoked::default();
    provoked.note(court.council(seating(contest, &strs(&sat))).await, 409, "panel.exists");
    court.days(2);
    // Those who sat before have had their days; the panel waits for those of the new one.
    let early = court.decide((contest, panel), Outcome::Upheld, None, &strs(&sat)).await;
    provoked.note(early, 409, "challenge.pending");
    let left = [order[2].as_str(), &order[3], &order[4]];
    provoked.note(court.challenge(contest, &order[1], &left).await, 409, "panel.challenge");
    let left = [order[1].as_str(), &order[2], &order[4]];
    let panel = id(court.challenge(contest, &order[3], &left).await);
    // Two of three suspended: nobody is left to draw, and the council seats others.
    court.suspend(&order[1]).await;
    court.suspend(&order[2]).await;
    let answer = court.decide((contest, panel), Outcome::Upheld, None, &left).await;
    provoked.note(answer, 403, "panel.majority");
    for name in ["x1", "x2"] {
        court.programme.admit(name, MemberClass::Press, &[]).await;
    }
    let panel = id(court.council(seating(contest, &[&order[4], "x1", "x2"])).await);
    id(court.decide((contest, panel), Outcome::Upheld, None, &["x1", "x2"]).await);
    court.agree("suspended").await;
    court.programme.check_replay();
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_successor_is_drawn_a_challenge_leaves_the_seat_to_the_council() {
    let mut provoked = Provoked::default();
    // As many as sit, and one fewer, of whom the one appointed is challenged.
    for others in [&["p1"][..], &[]] {
        let (court, contest) = Court::with_pool(3, others).await;
        court.programme.admit("x1", MemberClass::Press, &[]).await;
        let drawn: Vec<String> = court.sit(contest).await.iter().map(ToString::to_string).collect();
        let appointed = if others.is_empty() { vec!["x1"] } else { Vec::new() };
        let sat = [strs(&drawn), appointed].concat();
        id(court.council(seating(contest, &sat)).await);
        let left = &sat[..2];
        let replaced = [left, &["x1"]].concat();
        if !others.is_empty() {
            provoked.note(court.challenge(contest, sat[2], &replaced).await, 409, "panel.draw");
        }
        let panel = id(court.challenge(contest, sat[2], left).await);
        assert_eq!(court.view(contest).await["waits_for"].as_array().unwrap().len(), 3);
        // An empty seat does not make one of two a majority.
        let answer = court.decide((contest, panel), Outcome::Upheld, None, &left[..1]).await;
        provoked.note(answer, 403, "panel.majority");
        provoked.note(court.council(seating(contest, &sat)).await, 409, "panel.draw");
        court.programme.admit("x2", MemberClass::Press, &[]).await;
        let filled = [left, &["x2"]].concat();
        let panel = id(court.council(seating(contest, &filled)).await);
        id(court.decide((contest, panel), Outcome::Upheld, None, &filled[1..]).await);
        court.agree(&format!("empty-seat-{}", others.len())).await;
        court.programme.check_replay();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn those_appointed_who_still_act_stay() {
    let (court, contest) = Court::with_pool(5, &[]).await;
    for name in ["x1", "x2", "x3", "x4", "x5", "x6"] {
        court.programme.admit(name, MemberClass::Press, &[]).await;
    }
    let drawn: Vec<String> = court.sit(contest).await.iter().map(ToString::to_string).collect();
    let with = |others: &[&str]| seating(contest, &[&strs(&drawn), others].concat());
    id(court.council(with(&["x1", "x2", "x3"])).await);
    court.suspend("x2").await;
    for wrong in [["x4", "x5", "x6"], ["x1", "x4", "x3"], ["x3", "x1", "x4"], ["x1", "x3", "x2"]] {
        Provoked::default().note(court.council(with(&wrong)).await, 409, "panel.draw");
    }
    assert_eq!(court.sit(contest).await, with(&["x1", "x3"]).members);
    id(court.council(with(&["x1", "x3", "x4"])).await);
    court.agree("appointed").await;
    court.programme.check_replay();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_announces_something_adverse_or_brings_a_value_is_not_drawn() {
    let mut policy = windowed();
    // All who may be drawn sit, so that another pool is another panel.
    policy.contest.panel_size = 5;
    policy.windows.reply = Some(1);
    let mut court = Court::of(policy).await;
    for name in ["p1", "p2", "p3", "p4"] {
        court.programme.admit(name, MemberClass::Press, &[]).await;
    }
    court.commit("operator", 3).await.unwrap();
    court.commit("auditor", 3).await.unwrap();
    let terms = |indicator: &str, days| {
        let basis = Basis::Conduct(indicator.parse().unwrap());
        SanctionImposed { basis, ..sanction(court.programme.today(), Severity::S2, days) }
    };
    let used = id(court.send("p1", proposed(terms("I5", 30)), &["p1"]).await);
    let target = id(court.send("p2", proposed(terms("I6", 40)), &["p2"]).await);
    court.days(2);
    id(court.council(SanctionImposed { proposal: Some(used), ..terms("I5", 30) }).await);
    let target = id(court.council(SanctionImposed { proposal: Some(target), ..terms("I6", 40) }).await);
    id(court.send("p3", proposed(terms("I7", 50)), &["p3"]).await);
    let intended = notified(assessment(court.programme.today()));
    id(court.send("a2", intended, &["a2"]).await);
    let contest = court.file(target).await;
    id(court.council(ContestAdmitted { contest }).await);
    court.reveal_both(contest).await;
    let order: BTreeSet<String> =
        serde_json::from_value(court.drawn(contest).await["order"].clone()).unwrap();
    assert_eq!(order, ["a1", "a3", "business", "p4", "registrar"].map(str::to_owned).into());
    court.seat(contest).await;
    court.agree("ties").await;
    // Once a measure is over for 12 months, who proposed it may be drawn, after the others.
    court.days(30 + 361);
    let intended = assessment(court.programme.today());
    let notice = id(court.send("a1", notified(intended.clone()), &["a1"]).await);
    court.days(2);
    let published = AssessmentPublished { notice: Some(notice), ..intended };
    let again = court.file(id(court.send("a1", published, &["a1"]).await)).await;
    court.reveal_both(again).await;
    let order: Vec<String> = serde_json::from_value(court.drawn(again).await["order"].clone()).unwrap();
    let late: BTreeSet<&str> = order[4..].iter().map(String::as_str).collect();
    assert_eq!((order.len(), &late), (7, &["a2", "p1", "p3"].into()));
    // Without these the council appoints: the measure that p2 proposed ended a few days later.
    id(court.council(ContestAdmitted { contest: again }).await);
    for name in late {
        court.suspend(name).await;
    }
    court.programme.admit("x1", MemberClass::Press, &[]).await;
    let with = |appointed| seating(again, &[&strs(&order[..4]), &[appointed][..]].concat());
    Provoked::default().note(court.council(with("p2")).await, 409, "panel.draw");
    id(court.council(with("x1")).await);
    court.agree("old-ties").await;
    court.programme.check_replay();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_retracted_ties_nobody_for_ever_and_who_was_drawn_may_come_into_one_hand() {
    let mut court = Court::of(windowed()).await;
    court.commit("operator", 3).await.unwrap();
    court.commit("auditor", 3).await.unwrap();
    let retracted = id(court.send("a2", endorsement_until(&court, 700), &["a2"]).await);
    let statement = text("why").commitment();
    let body = CorrectionIssued {
        target: retracted,
        action: CorrectionAction::Retract,
        statement: statement.into(),
    };
    id(court.send("a2", body, &["a2"]).await);
    court.days(400);
    court.programme.assess("a3", "kol").await;
    let contest = court.file(court.programme.assess("a1", "kol").await).await;
    id(court.council(ContestAdmitted { contest }).await);
    court.reveal_both(contest).await;
    let order: Vec<String> = serde_json::from_value(court.drawn(contest).await["order"].clone()).unwrap();
    assert_eq!((order.len(), order[2].as_str()), (3, "a2"));
    // Two of those drawn come into one hand before they are seated: it is the draw that counts.
    let taken = MemberUpdated {
        member: party(&order[1]),
        class: None,
        group: Some(GroupId::alone(&party(&order[0]))),
        name: None,
        roles: None,
    };
    let draft = court.programme.draft(PartyId::council(), None, taken);
    court.programme.recorded(draft, &SEATS[..3]).await;
    court.seat(contest).await;
    court.agree("retracted").await;
    court.programme.check_replay();
}

fn endorsement_until(court: &Court, days: i32) -> EndorsementPublished {
    let today = court.programme.today();
    EndorsementPublished { expires_on: today.plus_days(days), ..endorsement(today) }
}
