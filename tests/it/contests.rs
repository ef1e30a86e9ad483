//! Contests with admission, panels, extensions and appeals.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tinnhiem::client::ClientError;
use tinnhiem::clock::Clock;
use tinnhiem::dsse::EventId;
use tinnhiem::event::*;
use tinnhiem::vault::Attachment;

use crate::programme::*;
use crate::refusals::Provoked;

pub const DAY_MS: u64 = 86_400_000;

/// The programme's policy with every window of contests.
pub fn windowed() -> Policy {
    let mut policy = policy();
    policy.notice_days = 10;
    policy.windows = Windows {
        reply: None,
        file: Some(183),
        admit: Some(14),
        decide: Some(30),
        decide_extension: Some(15),
        appeal: Some(30),
        appeal_decide: Some(60),
        appeal_extension: Some(30),
    };
    policy
}

/// Members of whom nobody has a tie with anybody.
const PEOPLE: [&str; 8] = ["p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8"];

/// The chain of a party: a value and those that follow it, the tip last.
pub fn chain(of: &str, length: usize) -> Vec<DrawValue> {
    let mut values = vec![DrawValue::from_bytes(*blake3::hash(of.as_bytes()).as_bytes())];
    values.extend((0..length).scan(values[0], |last, _| {
        *last = last.next();
        Some(*last)
    }));
    values
}

/// A programme with panels, whose clock the test moves.
pub struct Court {
    pub programme: Programme,
    pub clock: Clock,
    /// What operator and auditor have yet to reveal.
    chains: BTreeMap<&'static str, Vec<DrawValue>>,
}

impl Court {
    /// Members in plenty, and both chains committed.
    pub async fn open() -> Self {
        let mut court = Self::of(windowed()).await;
        for name in PEOPLE {
            court.programme.admit(name, MemberClass::Press, &[]).await;
        }
        court.commit("operator", 9).await.unwrap();
        court.commit("auditor", 9).await.unwrap();
        court
    }

    /// An auditor and the usual members.
    pub async fn of(policy: Policy) -> Self {
        let clock = Clock::manual(Clock::system().now());
        let programme = Programme::start_at(policy, clock.clone()).await;
        programme.admit("auditor", MemberClass::Auditor, &[]).await;
        Self { programme, clock, chains: BTreeMap::new() }
    }

    pub fn days(&self, days: u64) {
        self.clock.set(self.clock.now().plus_ms(days * DAY_MS));
    }

    pub async fn commit(&mut self, who: &'static str, length: usize) -> Result<Value, ClientError> {
        let mut values = chain(&format!("{who} {}", self.programme.ledger.snapshot().size()), length);
        let body = DrawCommitted { tip: values.pop().unwrap(), length: length as u32 };
        let answer = self.programme.send(self.programme.draft(party(who), None, body), &[who]).await;
        if answer.is_ok() {
            self.chains.insert(who, values);
        }
        answer
    }

    pub async fn reveal(&mut self, who: &'static str, filing: EventId) -> Result<Value, ClientError> {
        let value = *self.chains[who].last().unwrap();
        let answer = self.send(who, DrawRevealed { filing, value }, &[who]).await;
        if answer.is_ok() {
            self.chains.get_mut(who).unwrap().pop();
        }
        answer
    }

    pub async fn reveal_both(&mut self, filing: EventId) {
        self.reveal("operator", filing).await.unwrap();
        self.reveal("auditor", filing).await.unwrap();
    }

    /// Sends something about the subject `kol`.
    pub async fn send(
        &self,
        who: &str,
        body: impl Into<Body>,
        signers: &[&str],
    ) -> Result<Value, ClientError> {
        let issuer = if who == "kol" { PartyId::from(subject(who)) } else { party(who) };
        let draft = self.programme.draft(issuer, Some(subject("kol")), body);
        let texts = draft.event.texts();
        let attached =
            [text("my case"), text("why")].into_iter().filter(|one| texts.contains(&one.commitment()));
        let attached: Vec<_> = attached.collect();
        self.programme.send(draft.with(attached), signers).await
    }

    pub async fn council(&self, body: impl Into<Body>) -> Result<Value, ClientError> {
        self.send("council", body, &SEATS[..3]).await
    }

    /// Contests an item of `kol`.
    pub async fn file(&self, target: EventId) -> EventId {
        id(self.programme.contest("kol", target).await)
    }

    pub async fn appeal(&self, contest: EventId) -> Result<Value, ClientError> {
        let statement = text("my case").commitment();
        self.send("kol", AppealFiled { contest, statement: statement.into(), evidence: Vec::new() }, &["kol"])
            .await
    }

    pub async fn view(&self, contest: EventId) -> Value {
        self.programme.get(format!("/v1/contests/{contest}")).await
    }

    pub async fn drawn(&self, contest: EventId) -> Value {
        self.programme.get(format!("/v1/contests/{contest}/draw")).await
    }

    /// Who sits by the draw.
    pub async fn sit(&self, contest: EventId) -> Vec<PartyId> {
        serde_json::from_value(self.drawn(contest).await["sit"].clone()).unwrap()
    }

    /// Seats those who were drawn; tells their names and the event.
    pub async fn seat(&self, contest: EventId) -> (Vec<String>, EventId) {
        let members = self.sit(contest).await;
        let names = members.iter().map(ToString::to_string).collect();
        (names, id(self.council(PanelSeated { contest, members, challenged: None }).await))
    }

    /// Decides a contest or its appeal by these members of the panel.
    pub async fn decide(
        &self,
        (contest, panel): (EventId, EventId),
        outcome: Outcome,
        effect: Option<Effect>,
        signers: &[&str],
    ) -> Result<Value, ClientError> {
        let (reason, panel) = (text("why").commitment(), Some(panel));
        let body: Body = if self.view(contest).await["stage"].as_str().unwrap().starts_with("appeal") {
            AppealDecided { contest, outcome, effect, reason: reason.into(), panel }.into()
        } else {
            ContestDecided { contest, outcome, effect, reason: reason.into(), panel }.into()
        };
        self.send(signers[0], body, signers).await
    }

    /// Leaves the ledger where `tests/agreed.sh` lets the second implementation check it.
    pub async fn agree(&self, name: &str) {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("agreed").join(name);
        let size = self.programme.ledger.snapshot().size();
        assert!(size < 256, "one partial tile holds it");
        for path in
            ["checkpoint".to_owned(), format!("tile/0/000.p/{size}"), format!("tile/entries/000.p/{size}")]
        {
            let answer = reqwest::get(format!("{}/{path}", self.programme.client.base())).await.unwrap();
            let bytes = answer.error_for_status().unwrap().bytes().await.unwrap();
            std::fs::create_dir_all(folder.join(&path).parent().unwrap()).unwrap();
            std::fs::write(folder.join(&path), bytes).unwrap();
        }
        std::fs::create_dir_all(folder.join("attachments")).unwrap();
        for seq in 0..size {
            let event = self.programme.get(format!("/v1/events/{seq}")).await;
            for commitment in event["attachments"].as_array().unwrap().iter().map(|one| one.as_str().unwrap())
            {
                let url = format!("{}/v1/attachments/{commitment}", self.programme.client.base());
                let answer = reqwest::get(url).await.unwrap();
                if answer.status() != 200 {
                    continue;
                }
                let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
                let salt = STANDARD.decode(header("x-salt")).unwrap().try_into().unwrap();
                let media_type = header("content-type");
                let bytes = answer.bytes().await.unwrap().to_vec();
                let file = Attachment { salt, media_type, bytes }.to_file();
                std::fs::write(folder.join("attachments").join(commitment), file).unwrap();
            }
        }
    }

    pub async fn score(&self, query: &str) -> Value {
        self.programme.get(format!("/v1/subjects/{}/score{query}", subject("kol"))).await
    }

    /// Grades all of `kol` at one level.
    pub async fn grade(&self, assessor: &str, level: u16) -> EventId {
        let document = Commitment::to(&[3; 32], b"document");
        let indicators = || (1..=20).map(|number| format!("I{number}").parse::<IndicatorId>().unwrap());
        let body = AssessmentPublished {
            grades: indicators().map(|id| (id, Some(level))).collect(),
            evidence: indicators().map(|id| (id, vec![document.into()])).collect(),
            ..assessment(self.programme.today())
        };
        id(self.send(assessor, body, &[assessor]).await)
    }

    /// Four assessors, the last of them hostile; its assessment.
    pub async fn assessed(&self) -> EventId {
        self.programme.admit("a4", MemberClass::Assessor, &[]).await;
        self.programme.accredit("a4").await;
        for assessor in ["a1", "a2", "a3"] {
            self.grade(assessor, 2).await;
        }
        self.grade("a4", 0).await
    }
}

pub fn id(answer: Result<Value, ClientError>) -> EventId {
    answer.unwrap()["id"].as_str().unwrap().parse().unwrap()
}

/// The members of a pool in the order in which a seed draws them, worked out apart from the program.
fn order(filing: EventId, values: [DrawValue; 2], pool: &[&str]) -> Vec<String> {
    let seed = [b"tinnhiem panel 1", &filing.as_bytes()[..], values[0].as_bytes(), values[1].as_bytes()];
    let seed = blake3::hash(&seed.concat());
    let lot = |name: &&str| *blake3::hash(&[seed.as_bytes(), name.as_bytes()].concat()).as_bytes();
    let mut pool = pool.to_vec();
    pool.sort_by_key(lot);
    pool.into_iter().map(str::to_owned).collect()
}

fn names(value: &Value) -> Vec<String> {
    serde_json::from_value(value.clone()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panel_that_nobody_chose_decides_and_another_decides_the_appeal() {
    let mut court = Court::open().await;
    let hostile = court.assessed().await;
    let first = court.score("").await["score"].as_i64().unwrap();
    let contest = court.file(hostile).await;
    let view = court.view(contest).await;
    assert_eq!((&view["stage"], &view["waits_for"][0]), (&"filed".into(), &"council".into()));
    assert_eq!(view["admit_by"], court.programme.today().plus_days(14).to_string());
    assert_eq!(view["draw"]["operator"]["status"], "due");
    court.days(2);
    id(court.council(ContestAdmitted { contest }).await);
    let decide_by = court.programme.today().plus_days(30);
    let view = court.view(contest).await;
    assert_eq!((&view["stage"], &view["decide_by"]), (&"admitted".into(), &decide_by.to_string().into()));
    assert_eq!(names(&view["waits_for"]), ["operator", "auditor"]);
    let values = ["operator", "auditor"].map(|who| *court.chains[who].last().unwrap());
    court.reveal_both(contest).await;
    assert_eq!(names(&court.view(contest).await["waits_for"]), ["council"]);
    // Those who assessed have a tie, whoever enrolled has none; who brings a value is not drawn by it.
    let pool = [&PEOPLE[..], &["registrar", "business"]].concat();
    let expected = order(contest, values, &pool);
    let drawn = court.drawn(contest).await;
    assert_eq!(names(&drawn["order"]), expected);
    assert_eq!(names(&drawn["sit"]), expected[..3]);
    let (sat, _) = court.seat(contest).await;
    // The subject challenges one, and the next in the order takes its place.
    let sit = [&expected[0], &expected[2], &expected[3]].map(|name| party(name));
    let challenged = Some(party(&expected[1]));
    let body = PanelSeated { contest, members: sit.to_vec(), challenged };
    let panel = id(court.send("kol", body, &["kol"]).await);
    let view = court.view(contest).await;
    assert_eq!(view["panel"]["challenged"], sat[1]);
    let sat = names(&view["panel"]["members"]);
    let [one, two, _] = [0, 1, 2].map(|at: usize| sat[at].as_str());
    id(court.send(one, ContestExtended { contest, reason: None }, &[one, two]).await);
    assert_eq!(court.view(contest).await["decide_by"], decide_by.plus_days(15).to_string());
    let struck = Effect::Struck((1..=8).map(|at| format!("I{at}").parse().unwrap()).collect());
    id(court.decide((contest, panel), Outcome::Partial, Some(struck), &[one, two]).await);
    let partial = court.score("").await["score"].as_i64().unwrap();
    assert!(first < partial);
    let view = court.view(contest).await;
    assert_eq!((&view["stage"], &view["outcome"]), (&"decided".into(), &"partial".into()));
    assert_eq!(view["appeal_by"], court.programme.today().plus_days(30).to_string());
    assert_eq!(view["waits_for"], Value::Array(Vec::new()));
    // Appealed: the item is contested again, and others than those who sat or were challenged decide.
    court.days(30);
    let appeal = id(court.appeal(contest).await);
    let view = court.view(contest).await;
    assert_eq!((&view["stage"], &view["status"]), (&"appealed".into(), &"open".into()));
    assert_eq!(view["decide_by"], court.programme.today().plus_days(60).to_string());
    assert!(court.score("").await["without_contested"]["score"].is_u64());
    court.reveal_both(appeal).await;
    let drawn = court.drawn(contest).await;
    assert_eq!(drawn["draw"]["filing"], appeal.to_string());
    assert!(names(&drawn["order"]).iter().all(|name| !expected[..4].contains(name)));
    assert_eq!(names(&drawn["order"]).len(), pool.len() - 4);
    let (sat, panel) = court.seat(contest).await;
    let sat: Vec<&str> = sat.iter().map(String::as_str).collect();
    court.days(4);
    let before = court.programme.ledger.snapshot().size();
    // What it decides takes the place of what was decided: the grades that were struck count again.
    id(court.decide((contest, panel), Outcome::Rejected, None, &sat).await);
    let score = court.score("").await;
    let item = &score["assessments"].as_array().unwrap()[3];
    assert_eq!((&item["event"], &item["contested"]), (&hostile.to_string().into(), &false.into()));
    let bare = court.score(&format!("?size={before}&as_of={}", court.programme.today())).await;
    assert!(score["score"].as_i64() < bare["score"].as_i64());
    assert_eq!(bare["score"], partial);
    assert_eq!(score["score"], first);
    let view = court.view(contest).await;
    assert_eq!((&view["stage"], &view["outcome"]), (&"final".into(), &"rejected".into()));
    assert_eq!(
        court.programme.get("/v1/contests?status=decided").await["contests"].as_array().unwrap().len(),
        1
    );
    let record = court.programme.get("/v1/members/a4/record").await;
    assert_eq!(record["assessments"]["rejected"], 1);
    assert_eq!(record["assessments"]["partial"], 0);
    court.programme.check_replay();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_decision_takes_the_item_out_until_it_is_decided() {
    // The same contest, decided in time and late, for and against.
    for (late, outcome) in [
        (false, Outcome::Rejected),
        (true, Outcome::Rejected),
        (true, Outcome::Upheld),
        (false, Outcome::Upheld),
    ] {
        let mut court = Court::open().await;
        let hostile = court.assessed().await;
        let contest = court.file(hostile).await;
        let filed = court.programme.today();
        id(court.council(ContestAdmitted { contest }).await);
        court.reveal_both(contest).await;
        let (sat, panel) = court.seat(contest).await;
        let sat: Vec<&str> = sat.iter().map(String::as_str).collect();
        let size = court.programme.ledger.snapshot().size();
        let read =
            async |days: i32| court.score(&format!("?size={size}&as_of={}", filed.plus_days(days))).await;
        let (with, without) = (read(30).await, read(31).await);
        assert_eq!(with["assessments"][3]["excluded"], Value::Null);
        assert_eq!(without["assessments"][3]["excluded"], "CLOCK.MISSED");
        assert!(with["score"].as_i64() < without["score"].as_i64());
        let next = court.programme.get(format!("/v1/subjects/{}/next", subject("kol"))).await;
        let next =
            if next["next"]["on"] == filed.plus_days(31).to_string() { &next["next"] } else { &Value::Null };
        assert_eq!(next["causes"][0]["what"], "clock_missed");
        court.days(if late { 31 } else { 30 });
        let now = court.score("").await["score"].as_i64();
        assert_eq!(now, if late { without["score"].as_i64() } else { with["score"].as_i64() });
        assert_eq!(court.view(contest).await["stage"], if late { "overdue" } else { "seated" });
        id(court.decide((contest, panel), outcome, None, &sat).await);
        let now = court.score("").await["score"].as_i64();
        let expected = if outcome == Outcome::Upheld { &without } else { &with };
        assert_eq!(now, expected["score"].as_i64(), "{late} {outcome:?}");
        // What was true stays true.
        assert_eq!(read(31).await["score"], without["score"]);
        court.programme.check_replay();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_admits_and_the_clock_runs_by_the_policy_in_force_on_the_last_day_to_admit() {
    let mut court = Court::open().await;
    let hostile = court.assessed().await;
    let filed = court.programme.today();
    let contest = court.file(hostile).await;
    assert_eq!(court.view(contest).await["decide_by"], filed.plus_days(44).to_string());
    let mut shorter = windowed();
    (shorter.windows.decide, shorter.windows.decide_extension) = (Some(7), None);
    let on = filed.plus_days(10);
    let body = PolicyPublished { version: 2, effective_from: on, policy: shorter };
    let draft = court.programme.draft(PartyId::council(), None, body);
    court.programme.recorded(draft, &SEATS[..3]).await;
    assert_eq!(court.view(contest).await["decide_by"], filed.plus_days(21).to_string());
    court.days(14);
    assert_eq!(court.view(contest).await["stage"], "filed");
    court.days(1);
    let view = court.view(contest).await;
    assert_eq!((&view["stage"], &view["extend_to"]), (&"admitted".into(), &Value::Null));
    let answer = court.council(ContestAdmitted { contest }).await;
    Provoked::default().note(answer, 409, "contest.stage");
    // The values were withheld, so the panel is seated from zeros.
    let (sat, panel) = court.seat(contest).await;
    assert_eq!(court.view(contest).await["decide_by"], filed.plus_days(21).to_string());
    court.days(4);
    let score = court.score(&format!("?as_of={}", filed.plus_days(22))).await;
    assert_eq!(score["assessments"][3]["excluded"], "CLOCK.MISSED");
    let sat: Vec<&str> = sat.iter().map(String::as_str).collect();
    id(court.decide((contest, panel), Outcome::Upheld, None, &sat[..2]).await);
    court.programme.check_replay();
    // Under the first policy another contest would have had its 30 days; a decision upheld is not appealed.
    let answer = court.appeal(contest).await;
    Provoked::default().note(answer, 409, "appeal.late");
    assert!(court.chains["operator"].len() == 9);
    court.commit("auditor", 1).await.unwrap_err();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quorum_that_a_missed_panel_breaks_is_withheld_and_a_missed_appeal_too() {
    let mut court = Court::open().await;
    let mut last = None;
    for assessor in ["a1", "a2", "a3"] {
        last = Some(court.grade(assessor, 2).await);
    }
    let contest = court.file(last.unwrap()).await;
    id(court.council(ContestAdmitted { contest }).await);
    court.reveal_both(contest).await;
    let missed_by = court.programme.today().plus_days(30);
    court.days(31);
    let standing = court.score("").await["standing"].clone();
    assert_eq!(
        (&standing["state"], &standing["missed_by"]),
        (&"withheld_clock".into(), &missed_by.to_string().into())
    );
    // Late, it may still be seated and decided, but not put off.
    let (sat, panel) = court.seat(contest).await;
    let sat: Vec<&str> = sat.iter().map(String::as_str).collect();
    let answer = court.send(sat[0], ContestExtended { contest, reason: None }, &sat).await;
    Provoked::default().note(answer, 409, "contest.stage");
    court.days(4);
    id(court.decide((contest, panel), Outcome::Rejected, None, &sat).await);
    assert_eq!(court.score("").await["standing"]["state"], "rated");
    let appeal = id(court.appeal(contest).await);
    court.reveal_both(appeal).await;
    id(court.council(ContestExtended { contest, reason: None }).await);
    court.days(91);
    assert_eq!(court.view(contest).await["stage"], "appeal_overdue");
    let score = court.score("").await;
    assert_eq!(score["standing"]["state"], "withheld_clock");
    // Giving the appeal up leaves what was decided, for good.
    id(court.send("kol", ContestWithdrawn { contest, reason: None }, &["kol"]).await);
    assert_eq!(court.score("").await["standing"]["state"], "rated");
    assert_eq!(court.view(contest).await["stage"], "final");
    Provoked::default().note(court.appeal(contest).await, 409, "contest.stage");
    court.programme.check_replay();
}

/// Whoever is kept waiting may go on: missed clocks used up the right to contest.
#[tokio::test(flavor = "multi_thread")]
async fn contests_that_nobody_decides_and_appeals_take_no_place_of_others() {
    let mut policy = policy();
    (policy.windows.decide, policy.windows.appeal) = (Some(5), Some(30));
    let court = Court::of(policy).await;
    let mut items = Vec::new();
    for days in 20..28 {
        items.push(court.programme.impose("kol", Severity::S2, days).await);
    }
    let mut first = Vec::new();
    for item in &items[..3] {
        first.push(court.file(*item).await);
    }
    court.days(5);
    let mut provoked = Provoked::default();
    provoked.note(court.programme.contest("kol", items[3]).await, 409, "contest.too_many");
    id(court.decided_by_council(first[0], None).await);
    id(court.appeal(first[0]).await);
    court.file(items[3]).await;
    provoked.note(court.programme.contest("kol", items[4]).await, 409, "contest.too_many");
    court.days(1);
    court.file(items[4]).await;
    court.file(items[5]).await;
    provoked.note(court.programme.contest("kol", items[6]).await, 409, "contest.too_many");
}

/// A later policy took away days to contest that had begun under the one before.
#[tokio::test(flavor = "multi_thread")]
async fn the_days_to_contest_run_by_the_policy_under_which_the_item_was_recorded() {
    let mut policy = policy();
    (policy.windows.file, policy.notice_days) = (Some(60), 1);
    let court = Court::of(policy.clone()).await;
    let early = court.programme.assess("a1", "kol").await;
    policy.windows.file = Some(5);
    let effective_from = court.programme.today().plus_days(1);
    let body = PolicyPublished { version: 2, effective_from, policy };
    let draft = court.programme.draft(PartyId::council(), None, body);
    court.programme.recorded(draft, &SEATS[..3]).await;
    court.days(1);
    let body = AssessmentPublished { policy: 2, ..assessment(court.programme.today()) };
    let late = id(court.send("a2", body, &["a2"]).await);
    let clocks = async || {
        let all = court.programme.get(format!("/v1/clocks?who={}&duty=may", subject("kol"))).await;
        let all = all["clocks"].as_array().unwrap().clone();
        all.into_iter().map(|one| one["event"].as_str().unwrap().parse().unwrap()).collect::<Vec<EventId>>()
    };
    assert_eq!(clocks().await, [late, early]);
    court.days(6);
    assert_eq!(clocks().await, [early]);
    Provoked::default().note(court.programme.contest("kol", late).await, 422, "contest.late");
    court.days(50);
    court.file(early).await;
}

/// A panel took the good grades away and left the bad ones.
#[tokio::test(flavor = "multi_thread")]
async fn a_partial_outcome_strikes_no_highest_grade() {
    let court = Court::of(policy()).await;
    let document = Commitment::to(&[3; 32], b"document");
    let levels = [("I1", 2), ("I2", 0), ("I3", 1)];
    let body = AssessmentPublished {
        grades: levels.map(|(id, level)| (id.parse().unwrap(), Some(level))).into_iter().collect(),
        evidence: levels.map(|(id, _)| (id.parse().unwrap(), vec![document.into()])).into(),
        ..assessment(court.programme.today())
    };
    let item = id(court.send("a1", body, &["a1"]).await);
    let contest = court.file(item).await;
    let decide = async |struck: &[&str]| {
        let struck = struck.iter().map(|id| id.parse().unwrap()).collect();
        let (outcome, reason) = (Outcome::Partial, text("why").commitment());
        let effect = Some(Effect::Struck(struck));
        court.council(ContestDecided { contest, outcome, effect, reason: reason.into(), panel: None }).await
    };
    let mut provoked = Provoked::default();
    provoked.note(decide(&["I1"]).await, 422, "contest.effect");
    provoked.note(decide(&["I2", "I1"]).await, 422, "contest.effect");
    id(decide(&["I2", "I3"]).await);
}
