//! Who sits on a panel, and what nobody can do about it; every refusal of contests with panels.

use tinnhiem::dsse::EventId;
use tinnhiem::event::*;

use crate::contests::*;
use crate::programme::*;
use crate::refusals::Provoked;

/// Provokes the codes of panels, draws and appeals.
pub async fn refusals(provoked: &mut Provoked) {
    let mut court = Court::of(windowed()).await;
    draws(&mut court, provoked).await;
    let items = [court.programme.assess("a1", "kol").await, court.programme.assess("a2", "kol").await];
    let (contest, second) = (court.file(items[0]).await, court.file(items[1]).await);
    let unknown = EventId::from_bytes([1; 32]);
    for (answer, status, code) in [
        (court.reveal("operator", second).await, 409, "draw.order"),
        (court.reveal("operator", unknown).await, 409, "target.unknown"),
        (court.council(ContestAdmitted { contest: unknown }).await, 409, "target.unknown"),
        (court.council(ContestExtended { contest, reason: None }).await, 409, "contest.extension"),
        (court.council(seating(contest, &["registrar"])).await, 409, "contest.stage"),
        (court.decided_by_council(contest, None).await, 409, "contest.panel"),
    ] {
        provoked.note(answer, status, code);
    }
    let value = DrawValue::ZERO;
    let answer = court.send("operator", DrawRevealed { filing: contest, value }, &["operator"]).await;
    provoked.note(answer, 422, "draw.value");
    let answer = court.send("business", DrawRevealed { filing: contest, value }, &["business"]).await;
    provoked.note(answer, 403, "issuer.not_allowed");
    id(court.council(ContestAdmitted { contest }).await);
    provoked.note(court.council(ContestAdmitted { contest }).await, 409, "contest.stage");
    let answer = court.council(seating(contest, &["registrar", "business", "operator"])).await;
    provoked.note(answer, 409, "panel.values");
    court.reveal_both(contest).await;
    let reversed: Vec<PartyId> = court.sit(contest).await.into_iter().rev().collect();
    let answer = court.council(PanelSeated { contest, members: reversed, challenged: None }).await;
    provoked.note(answer, 409, "panel.draw");
    provoked.note(court.decided_by_council(contest, None).await, 409, "contest.stage");
    let (sat, panel) = court.seat(contest).await;
    let sat: Vec<&str> = sat.iter().map(String::as_str).collect();
    provoked.note(court.council(seating(contest, &sat)).await, 409, "panel.exists");
    let stranger = PanelSeated { challenged: Some(party("a1")), ..seating(contest, &sat) };
    provoked.note(court.send("kol", stranger, &["kol"]).await, 409, "panel.challenge");
    let answer = court.decide((contest, panel), Outcome::Rejected, None, &sat[..1]).await;
    provoked.note(answer, 403, "panel.majority");
    let answer = court.decide((contest, unknown), Outcome::Rejected, None, &sat).await;
    provoked.note(answer, 409, "contest.panel");
    let answer = court.decide((contest, panel), Outcome::Partial, None, &sat).await;
    provoked.note(answer, 422, "contest.effect");
    provoked.note(court.decided_by_council(contest, Some(panel)).await, 403, "issuer.not_allowed");
    id(court.send(sat[0], ContestExtended { contest, reason: None }, &sat).await);
    let again = ContestExtended { contest, reason: Some(text("why").commitment().into()) };
    provoked.note(court.send(sat[0], again, &sat).await, 409, "contest.extension");
    let early = court.decide((contest, panel), Outcome::Rejected, None, &sat).await;
    provoked.note(early, 409, "challenge.pending");
    court.days(4);
    id(court.decide((contest, panel), Outcome::Rejected, None, &sat).await);
    court.days(31);
    provoked.note(court.appeal(contest).await, 409, "appeal.late");
    provoked.note(court.appeal(unknown).await, 409, "target.unknown");
}

async fn draws(court: &mut Court, provoked: &mut Provoked) {
    provoked.note(court.commit("business", 3).await, 403, "issuer.not_allowed");
    let own = MemberAdmitted {
        group: GroupId::alone(&party("operator")),
        ..admission("own-auditor", MemberClass::Auditor, &[])
    };
    let own = court.programme.draft(PartyId::council(), None, own);
    court.programme.recorded(own, &["seat-1", "seat-2", "seat-3", "own-auditor"]).await;
    provoked.note(court.commit("own-auditor", 3).await, 403, "draw.own_group");
    provoked.note(court.commit("operator", 0).await, 422, "draw.length");
    court.commit("operator", 9).await.unwrap();
    court.commit("auditor", 9).await.unwrap();
    provoked.note(court.commit("operator", 8).await, 409, "draw.exists");
    court.programme.admit("auditor-2", MemberClass::Auditor, &[]).await;
    provoked.note(court.commit("auditor-2", 9).await, 409, "draw.exists");
}

pub fn seating(contest: EventId, members: &[&str]) -> PanelSeated {
    PanelSeated { contest, members: members.iter().map(|name| party(name)).collect(), challenged: None }
}

impl Court {
    pub async fn decided_by_council(
        &self,
        contest: EventId,
        panel: Option<EventId>,
    ) -> Result<serde_json::Value, tinnhiem::client::ClientError> {
        let reason = text("why").commitment();
        let body = ContestDecided {
            contest,
            outcome: Outcome::Rejected,
            effect: None,
            reason: reason.into(),
            panel,
        };
        self.council(body).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_keys_of_one_member_are_one_voice() {
    let mut court = Court::open().await;
    let target = court.programme.assess("a1", "kol").await;
    let contest = court.file(target).await;
    id(court.council(ContestAdmitted { contest }).await);
    court.reveal_both(contest).await;
    let (sat, panel) = court.seat(contest).await;
    court.days(4);
    let second = KeyAdded { key: key("second key").public(), owner: None };
    let draft = court.programme.draft(party(&sat[0]), None, second);
    court.programme.recorded(draft, &[&sat[0], "second key"]).await;
    let both = [sat[0].as_str(), "second key"];
    let answer = court.decide((contest, panel), Outcome::Upheld, None, &both).await;
    Provoked::default().note(answer, 403, "panel.majority");
    // Nor are two members who came into one hand.
    let taken = MemberUpdated {
        member: party(&sat[1]),
        class: None,
        group: Some(GroupId::alone(&party(&sat[0]))),
        name: None,
        roles: None,
    };
    let draft = court.programme.draft(PartyId::council(), None, taken);
    court.programme.recorded(draft, &SEATS[..3]).await;
    let answer = court.decide((contest, panel), Outcome::Upheld, None, &[&sat[0], &sat[1]]).await;
    Provoked::default().note(answer, 403, "panel.majority");
    id(court.decide((contest, panel), Outcome::Upheld, None, &[&sat[0], &sat[2]]).await);
    assert_eq!(court.view(contest).await["outcome"], "upheld");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_withdraws_and_files_again_gets_the_same_panel() {
    let mut court = Court::open().await;
    let target = court.programme.assess("a1", "kol").await;
    let first = court.file(target).await;
    id(court.council(ContestAdmitted { contest: first }).await);
    court.reveal_both(first).await;
    let (sat, _) = court.seat(first).await;
    let next = party(court.drawn(first).await["order"][3].as_str().unwrap());
    let members = vec![party(&sat[1]), party(&sat[2]), next];
    let challenged = Some(party(&sat[0]));
    id(court
        .send("kol", PanelSeated { contest: first, members: members.clone(), challenged }, &["kol"])
        .await);
    id(court.send("kol", ContestWithdrawn { contest: first, reason: None }, &["kol"]).await);
    assert_eq!(court.view(first).await["status"], "withdrawn");
    court.programme.admit("newcomer", MemberClass::Press, &[]).await;
    court.days(1);
    let again = court.file(target).await;
    assert_eq!(court.drawn(again).await["draw"]["filing"], first.to_string());
    assert_eq!(court.sit(again).await, members);
    id(court.council(ContestAdmitted { contest: again }).await);
    let (_, panel) = court.seat(again).await;
    // Its one challenge is spent.
    let sat = court.sit(again).await;
    let more = PanelSeated { contest: again, members: sat.clone(), challenged: Some(sat[0].clone()) };
    Provoked::default().note(court.send("kol", more, &["kol"]).await, 409, "panel.challenge");
    let sat: Vec<&str> = sat.iter().map(PartyId::as_str).collect();
    id(court.decide((again, panel), Outcome::Upheld, None, &sat).await);
    court.programme.check_replay();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withheld_value_is_seen_and_counts_as_zero() {
    let mut court = Court::open().await;
    let first = court.file(court.programme.assess("a1", "kol").await).await;
    court.days(2);
    let second = court.file(court.programme.assess("a2", "kol").await).await;
    court.reveal("operator", first).await.unwrap();
    id(court.council(ContestAdmitted { contest: first }).await);
    court.days(1);
    assert_eq!(court.view(first).await["draw"]["auditor"]["status"], "due");
    assert_eq!(court.programme.get("/v1/draws").await["auditor"]["due_for"], first.to_string());
    court.days(1);
    let answer = court.reveal("auditor", first).await;
    Provoked::default().note(answer, 409, "draw.order");
    let view = court.view(first).await;
    assert_eq!(view["draw"]["operator"]["status"], "revealed");
    assert_eq!(view["draw"]["auditor"]["status"], "withheld");
    assert_eq!(view["draw"]["auditor"]["value"], DrawValue::ZERO.to_string());
    let operator: DrawValue = view["draw"]["operator"]["value"].as_str().unwrap().parse().unwrap();
    let seed = [b"tinnhiem panel 1", &first.as_bytes()[..], operator.as_bytes(), &[0; 32]].concat();
    assert_eq!(court.drawn(first).await["seed"], blake3::hash(&seed).to_hex().to_string());
    court.seat(first).await;
    // The chain goes on: the value that was withheld serves the next.
    court.reveal_both(second).await;
    assert_eq!(court.view(second).await["draw"]["auditor"]["status"], "revealed");
    // Who had no chain when a contest was filed cannot choose one afterwards.
    let mut late = Court::of(windowed()).await;
    late.commit("operator", 1).await.unwrap();
    let contest = late.file(late.programme.assess("a1", "kol").await).await;
    late.commit("auditor", 5).await.unwrap();
    assert_eq!(late.view(contest).await["draw"]["auditor"]["status"], "not_committed");
    Provoked::default().note(late.reveal("auditor", contest).await, 409, "draw.order");
    late.reveal("operator", contest).await.unwrap();
    assert_eq!(late.sit(contest).await.len(), 3);
    // Its chain is at its end, and may be followed by another.
    late.commit("operator", 4).await.unwrap();
    late.programme.check_replay();
    court.programme.check_replay();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_that_is_too_small_lets_in_old_ties_and_then_those_appointed() {
    let mut policy = windowed();
    policy.contest.panel_size = 7;
    let mut court = Court::of(policy).await;
    court.commit("operator", 3).await.unwrap();
    court.commit("auditor", 3).await.unwrap();
    let old = court.programme.assess("a2", "kol").await;
    id(court.send("a2", AssessmentWithdrawn { target: old, reason: None }, &["a2"]).await);
    id(court.send("business", endorsement(court.programme.today()), &["business"]).await);
    court.days(561);
    let target = court.programme.assess("a1", "kol").await;
    court.programme.assess("a3", "kol").await;
    let contest = court.file(target).await;
    id(court.council(ContestAdmitted { contest }).await);
    court.reveal_both(contest).await;
    let mut sit: Vec<String> = court.sit(contest).await.iter().map(ToString::to_string).collect();
    let (fresh, tied) = sit.split_at_mut(1);
    tied.sort();
    assert_eq!(
        (&*fresh, &*tied),
        (&["registrar".to_owned()][..], &["a2", "business"].map(str::to_owned)[..])
    );
    let sit = court.sit(contest).await;
    let sister = MemberAdmitted {
        group: GroupId::alone(&party("business")),
        ..admission("sister", MemberClass::Press, &[])
    };
    let draft = court.programme.draft(PartyId::council(), None, sister);
    court.programme.recorded(draft, &["seat-1", "seat-2", "seat-3", "sister"]).await;
    for name in ["x1", "x2", "x3", "x4"] {
        court.programme.admit(name, MemberClass::Press, &[]).await;
    }
    let seat = |appointed: &[&str]| {
        let members = sit.iter().cloned().chain(appointed.iter().map(|name| party(name))).collect();
        court.council(PanelSeated { contest, members, challenged: None })
    };
    Provoked::default().note(seat(&["x1", "x2", "x3"]).await, 409, "panel.draw");
    for wrong in ["x1", "a3", "a1", "sister", "nobody", "operator", "auditor"] {
        Provoked::default().note(seat(&["x1", "x2", "x3", wrong]).await, 409, "panel.draw");
    }
    let panel = id(seat(&["x1", "x2", "x3", "x4"]).await);
    // The subject may not put somebody of its own into the place of whom it challenges.
    court.programme.admit("friend", MemberClass::Press, &[]).await;
    let members = sit[1..].iter().cloned().chain(["x1", "x2", "x3", "x4", "friend"].map(party)).collect();
    let own = PanelSeated { contest, members, challenged: Some(sit[0].clone()) };
    Provoked::default().note(court.send("kol", own, &["kol"]).await, 409, "panel.draw");
    court.days(4);
    let names: Vec<&str> = sit.iter().map(PartyId::as_str).collect();
    let answer = court.decide((contest, panel), Outcome::Upheld, None, &["x1", "x2", names[0]]).await;
    Provoked::default().note(answer, 403, "panel.majority");
    id(court.decide((contest, panel), Outcome::Upheld, None, &["x1", "x2", names[0], names[1]]).await);
    court.agree("small-pool").await;
    court.programme.check_replay();
}

#[tokio::test(flavor = "multi_thread")]
async fn flooding_with_contests_ends_at_three_and_declined_ones_do_not_come_back() {
    let court = Court::open().await;
    let mut items = Vec::new();
    for days in [20, 30, 40, 50] {
        items.push(court.programme.impose("kol", Severity::S2, days).await);
    }
    let mut filed = Vec::new();
    for item in &items[..3] {
        filed.push(court.file(*item).await);
    }
    let mut provoked = Provoked::default();
    provoked.note(court.programme.contest("kol", items[3]).await, 409, "contest.too_many");
    let reason = text("why").commitment();
    let body = ContestDeclined { contest: filed[0], code: DeclineCode::NoCase, reason: reason.into() };
    id(court.council(body).await);
    let view = court.view(filed[0]).await;
    assert_eq!((&view["status"], &view["declined"]), (&"declined".into(), &"no_case".into()));
    provoked.note(court.programme.contest("kol", items[0]).await, 409, "contest.settled");
    provoked.note(court.appeal(filed[0]).await, 409, "contest.stage");
    let other = ContestFiled { grounds: Grounds::FactualError, ..contest(items[0]) };
    id(court.send("kol", other, &["kol"]).await);
    provoked.note(court.programme.contest("kol", items[3]).await, 409, "contest.too_many");
    court.programme.check_replay();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_departs_during_an_appeal_and_without_panels_the_council_decides_it() {
    let mut policy = policy();
    (policy.windows.appeal, policy.windows.appeal_decide) = (Some(0), Some(0));
    let court = Court::of(policy).await;
    let target = court.programme.assess("a1", "kol").await;
    let contest = court.file(target).await;
    id(court.decided_by_council(contest, None).await);
    // Zero days: due the same day.
    id(court.appeal(contest).await);
    let about = subject("kol");
    let depart = court.programme.draft(PartyId::from(about), Some(about), SubjectDeparted { reason: None });
    Provoked::default().note(court.programme.send(depart, &["kol"]).await, 409, "subject.contesting");
    court.days(1);
    assert_eq!(court.view(contest).await["stage"], "appeal_overdue");
    assert_eq!(court.score("").await["assessments"][0]["excluded"], "CLOCK.MISSED");
    let reason = text("why").commitment();
    let body =
        AppealDecided { contest, outcome: Outcome::Upheld, effect: None, reason: reason.into(), panel: None };
    id(court.council(body).await);
    assert!(court.score("").await["assessments"].as_array().unwrap().is_empty());
    court.programme.check_replay();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_proposed_a_sanction_sits_on_no_panel_about_it() {
    let mut policy = windowed();
    policy.windows.reply = Some(1);
    let mut court = Court::of(policy).await;
    for name in ["p1", "p2", "p3"] {
        court.programme.admit(name, MemberClass::Press, &[]).await;
    }
    court.commit("operator", 3).await.unwrap();
    court.commit("auditor", 3).await.unwrap();
    let terms = || sanction(court.programme.today(), Severity::S2, 60);
    let proposal = id(court.send("p1", crate::adverse::proposed(terms()), &["p1"]).await);
    court.days(2);
    let target = id(court.council(SanctionImposed { proposal: Some(proposal), ..terms() }).await);
    let contest = court.file(target).await;
    id(court.council(ContestAdmitted { contest }).await);
    court.reveal_both(contest).await;
    let drawn = court.drawn(contest).await;
    let order: Vec<&str> =
        drawn["order"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    assert!(order.contains(&"p2") && order.contains(&"p3") && !order.contains(&"p1"), "{order:?}");
    court.programme.check_replay();
}
