//! What is counted of a member is what a plain reading of the log counts.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use proptest::prelude::*;
use tinnhiem::api::record::{AssessmentRecord, EndorsementRecord, record};
use tinnhiem::audit::CheckedEntry;
use tinnhiem::dsse::{EventId, PublicKey};
use tinnhiem::event::*;
use tinnhiem::facts::At;
use tinnhiem::ledger::Refusal;
use tinnhiem::state::Recording;
use tinnhiem::time::{Date, Timestamp};

use crate::history::{Trial, moves};
use crate::ranking::established;
use crate::reading::Demo;

/// An item as a reader of the log follows it.
struct Item {
    event: EventId,
    by: PartyId,
    about: SubjectId,
    on: Date,
    last: Option<Date>,
    levels: Levels,
    ended: Option<&'static str>,
    /// Whether it hides paid work.
    void: bool,
    /// When it was recorded, and the keys that signed it.
    signed: (Timestamp, Vec<PublicKey>),
}

/// Everything that was said, item by item, and every contest by its target.
#[derive(Default)]
struct Reading {
    assessments: BTreeMap<EventId, Item>,
    endorsements: BTreeMap<EventId, Item>,
    contests: BTreeMap<EventId, (EventId, Option<Outcome>, bool)>,
    /// Decisions that were appealed, as they were.
    appealed: BTreeMap<EventId, Outcome>,
    /// The levels of contested items before the first decision.
    whole: BTreeMap<EventId, Levels>,
    /// Notices, by whom, and whether they were replied to.
    notices: BTreeMap<EventId, (PartyId, bool)>,
    /// Keys that were in other hands, and from when.
    stolen: Vec<(PublicKey, Timestamp)>,
    /// Who is accredited, by the event that says so.
    accredited: BTreeMap<EventId, PartyId>,
    /// Members suspended or removed, and subjects departed.
    gone: BTreeSet<PartyId>,
}

impl Reading {
    fn take(&mut self, recording: &Recording<'_>, on: Date) {
        let (id, event) = (recording.id, recording.event);
        let by = event.issuer.clone();
        let signed = (recording.at, recording.keys.to_vec());
        match &event.body {
            Body::AssessmentPublished(body) => {
                let about = event.subject.unwrap();
                let standing = self.assessments.values_mut().filter(|one| one.ended.is_none());
                standing
                    .filter(|one| one.by == by && one.about == about)
                    .for_each(|one| one.ended = Some("replaced"));
                let (last, levels) = (body.valid_until, body.grades.clone());
                self.assessments.insert(
                    id,
                    Item { event: id, by, about, on, last, levels, ended: None, void: false, signed },
                );
            }
            Body::AssessmentNotified(_) => drop(self.notices.insert(id, (by, false))),
            Body::AssessmentReplied(body) => self.notices.get_mut(&body.notice).unwrap().1 = true,
            Body::AssessmentWithdrawn(body) => {
                self.assessments.get_mut(&body.target).unwrap().ended = Some("withdrawn");
            }
            Body::EndorsementPublished(body) => {
                let (about, last) = (event.subject.unwrap(), Some(body.expires_on));
                let levels = Levels::default();
                self.endorsements.insert(
                    id,
                    Item { event: id, by, about, on, last, levels, ended: None, void: false, signed },
                );
            }
            Body::EndorsementWithdrawn(body) => {
                self.endorsements.get_mut(&body.target).unwrap().ended = Some("withdrawn");
            }
            Body::ContestFiled(body) => {
                self.contests.insert(id, (body.target, None, false));
            }
            Body::ContestWithdrawn(body) => {
                let contest = self.contests.get_mut(&body.contest).unwrap();
                match self.appealed.remove(&body.contest) {
                    Some(outcome) => contest.1 = Some(outcome),
                    None => contest.2 = true,
                }
            }
            Body::ContestDecided(body) => self.decide(&body.contest, body.outcome, body.effect.as_ref()),
            Body::AppealFiled(body) => {
                let outcome = self.contests.get_mut(&body.contest).unwrap().1.take().unwrap();
                self.appealed.insert(body.contest, outcome);
            }
            Body::AppealDecided(body) => self.decide(&body.contest, body.outcome, body.effect.as_ref()),
            Body::KeyRevoked(body) => self.stolen.extend(body.invalid_from.map(|from| (body.key, from))),
            Body::AccreditationGranted(body) => {
                self.accredited.retain(|_, assessor| *assessor != body.assessor);
                self.accredited.insert(id, body.assessor.clone());
            }
            Body::AccreditationWithdrawn(body) => drop(self.accredited.remove(&body.target)),
            Body::MemberSuspended(body) => drop(self.gone.insert(body.member.clone())),
            Body::MemberReinstated(body) => drop(self.gone.remove(&body.member)),
            Body::MemberRemoved(body) => {
                self.gone.insert(body.member.clone());
                self.accredited.retain(|_, assessor| *assessor != body.member);
            }
            Body::SubjectDeparted(_) => drop(self.gone.insert(by)),
            Body::SubjectResumed(_) => drop(self.gone.remove(&PartyId::from(event.subject.unwrap()))),
            _ => {}
        }
    }

    /// Whether a signature of it counts, and whoever said it may still speak.
    fn may_count(&self, item: &Item) -> bool {
        let (at, keys) = &item.signed;
        !self.gone.contains(&item.by)
            && !self.stolen.iter().any(|(key, from)| from <= at && keys.contains(key))
    }

    /// The same of an assessment, which needs an accreditation too.
    fn may_weigh(&self, item: &Item) -> bool {
        self.may_count(item) && self.accredited.values().any(|one| *one == item.by)
    }

    /// A later decision is about the item as it was before the first.
    fn decide(&mut self, contest: &EventId, outcome: Outcome, effect: Option<&Effect>) {
        self.appealed.remove(contest);
        let contest = self.contests.get_mut(contest).unwrap();
        contest.1 = Some(outcome);
        let item = self.assessments.get_mut(&contest.0).filter(|one| one.ended.is_none());
        let Some(item) = item else { return };
        let whole = self.whole.entry(contest.0).or_insert_with(|| item.levels.clone());
        match effect {
            _ if outcome == Outcome::Upheld => item.ended = Some("struck"),
            Some(Effect::Struck(indicators)) => {
                let stands = |(indicator, _): &(&IndicatorId, _)| !indicators.contains(indicator);
                let left = whole.iter().filter(stands);
                item.levels = left.map(|(indicator, level)| (indicator.clone(), *level)).collect();
            }
            _ => item.levels = whole.clone(),
        }
    }
}

fn runs(item: &&Item, as_of: Date) -> bool {
    item.last.is_none_or(|last| as_of <= last)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_record_counts_what_a_plain_reading_of_the_log_counts(moves in moves(), ahead in 0i32..400) {
        let mut trial = Trial::begin();
        for one in established().iter().chain(&moves) {
            match trial.try_move(one) {
                Ok(()) | Err(Refusal::Rejected(_)) => {}
                Err(refusal) => return Err(TestCaseError::fail(format!("{one:?}: {refusal}"))),
            }
        }
        let snapshot = trial.ledger.snapshot();
        let state = &snapshot.state;
        let as_of = state.date_of(trial.clock.now()).plus_days(ahead);
        let mut reading = Reading::default();
        trial.ledger.reader().entries(0, u64::MAX, &mut |_, entry| {
            let entry = CheckedEntry::own(entry);
            let recording = entry.recording().unwrap();
            reading.take(&recording, state.date_of(recording.at));
            ControlFlow::Continue(())
        }).unwrap();
        for one in state.dossiers().iter().flat_map(|dossier| dossier.endorsements.open()) {
            reading.endorsements.get_mut(&one.recorded.event).unwrap().void = one.voided_by.is_some();
        }
        let policy = &state.policies().in_force(state.size(), as_of).unwrap().policy;
        let speakers: BTreeSet<&PartyId> =
            reading.assessments.values().chain(reading.endorsements.values()).map(|one| &one.by).collect();
        // What counts of those who may speak at all is for the score to say.
        let counting: BTreeSet<EventId> = state.dossiers().iter().flat_map(|dossier| {
            let score = state.score(&dossier.subject, At { size: state.size(), as_of }).unwrap();
            let here = dossier.enrolment(state.size()).is_some();
            let assessed = score.assessments.into_iter().filter(|one| one.weight > 0).map(|one| one.event);
            let endorsed = score.endorsements.into_iter().filter(|one| one.units > 0).map(|one| one.event);
            assessed.chain(endorsed).filter(|_| here).collect::<Vec<_>>()
        }).collect();
        for (event, item) in &reading.assessments {
            prop_assert!(!counting.contains(event) || reading.may_weigh(item));
        }
        for (event, item) in &reading.endorsements {
            prop_assert!(!counting.contains(event) || reading.may_count(item));
        }
        for speaker in speakers {
            let said: Vec<(&EventId, &Item)> =
                reading.assessments.iter().filter(|(_, one)| one.by == *speaker).collect();
            let all: Vec<&Item> = said.iter().map(|(_, one)| *one).collect();
            let counts = |one: &&Item| counting.contains(&one.event);
            let ended = |how: Option<&'static str>| all.iter().copied().filter(move |one| one.ended == how);
            let against: Vec<_> = reading.contests.values()
                .filter(|(target, ..)| said.iter().any(|(id, _)| *id == target)).collect();
            let notices: Vec<_> = reading.notices.values().filter(|(by, _)| by == speaker).collect();
            let decided = |outcome| against.iter().filter(|(_, had, _)| *had == Some(outcome)).count() as u64;
            let mut expected = AssessmentRecord {
                published: said.len() as u64,
                last_30_days: said.iter().filter(|(_, one)| as_of.days_since(one.on) < 30).count() as u64,
                subjects: said.iter().map(|(_, one)| one.about).collect::<BTreeSet<_>>().len() as u64,
                in_force: ended(None).filter(|one| runs(one, as_of) && counts(one)).count() as u64,
                excluded: ended(None).filter(|one| runs(one, as_of) && !counts(one)).count() as u64,
                expired: ended(None).filter(|one| !runs(one, as_of)).count() as u64,
                replaced: ended(Some("replaced")).count() as u64,
                withdrawn: ended(Some("withdrawn")).count() as u64,
                struck: ended(Some("struck")).count() as u64,
                notified: notices.len() as u64,
                replied: notices.iter().filter(|(_, replied)| *replied).count() as u64,
                contests_open: against.iter().filter(|(_, had, gone)| had.is_none() && !gone).count() as u64,
                upheld: decided(Outcome::Upheld),
                partial: decided(Outcome::Partial),
                rejected: decided(Outcome::Rejected),
                ..AssessmentRecord::default()
            };
            let sum = expected.upheld + expected.partial + expected.rejected;
            expected.overturn_permille = (1000 * expected.upheld).checked_div(sum);
            for one in ended(None).filter(|one| runs(one, as_of) && counts(one)) {
                let score = state.score(&one.about, At { size: state.size(), as_of }).unwrap();
                for indicator in score.criteria.iter().flat_map(|one| &one.indicators) {
                    let Some(Some(level)) = one.levels.get(&indicator.id) else { continue };
                    // Every indicator of this policy has the levels 0 to 2.
                    let value = i64::from(*level) * 5_000;
                    let Some(median) = indicator.median else { continue };
                    expected.grades += 1;
                    let apart = (value - i64::from(median)).abs();
                    expected.agreeing += u64::from(apart <= i64::from(policy.assessment.agreement_distance));
                }
            }
            expected.agreement_permille = (1000 * expected.agreeing).checked_div(expected.grades);
            let given: Vec<&Item> = reading.endorsements.values().filter(|one| one.by == *speaker).collect();
            let standing = || given.iter().filter(|one| one.ended.is_none());
            let sound = || standing().filter(|one| runs(one, as_of) && !one.void);
            let endorsements = EndorsementRecord {
                published: given.len() as u64,
                in_force: sound().filter(|one| counts(one)).count() as u64,
                excluded: sound().filter(|one| !counts(one)).count() as u64,
                expired: standing().filter(|one| !runs(one, as_of)).count() as u64,
                withdrawn: given.iter().filter(|one| one.ended.is_some()).count() as u64,
                voided: standing().filter(|one| runs(one, as_of) && one.void).count() as u64,
            };
            let found = record(state, speaker, as_of).unwrap();
            prop_assert_eq!(found.assessments, expected);
            prop_assert_eq!(found.endorsements, endorsements);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_record_of_the_demo_is_served() {
    let demo = Demo::start().await;
    let page = demo.json("/v1/events?limit=1000&issuer=o5-tam-diem&type=assessment.published").await;
    let served = demo.json("/v1/members/o5-tam-diem/record").await;
    assert_eq!(served["assessments"]["published"], page["events"].as_array().unwrap().len());
    assert_eq!(demo.code("/v1/members/nobody/record").await, (404, "member.unknown".to_owned()));
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tinnhiem"))
        .args(["member", "o5-tam-diem", "--ledger", &demo.base])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && said.contains("overturn rate"), "{said}");
}
