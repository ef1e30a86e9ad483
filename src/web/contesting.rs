//! How the KOL that an item is about contests it: who may, until when, on what grounds, and the command.

use super::asked::{Asked, Source};
use super::named::{Names, Party};
use super::pulse::Pulse;
use crate::api::views::{ClockPage, EventRow, Fate, PolicyList, PolicyView, SubjectView};
use crate::engines::Standing;
use crate::event::{EventType, Grounds, PartyId, SubjectId, words};
use crate::state::Awaited;
use crate::time::Date;

/// Most clocks of a KOL that are looked through.
const CLOCKS: usize = 1_000;

/// On what an item is contested, the one that is open at any time first.
const GROUNDS: [Grounds; 4] =
    [Grounds::FactualError, Grounds::Procedure, Grounds::ConflictOfInterest, Grounds::Disproportionate];

/// What a page says about it.
pub(super) struct Contesting {
    /// Who alone may.
    pub who: Party,
    /// Until when on every ground.
    pub until: Until,
    /// The grounds that are open, as a command names them and in words.
    pub grounds: Vec<(String, String)>,
    /// The id of that KOL.
    pub subject: SubjectId,
    /// The page on which it is contested in a browser.
    pub act: String,
}

/// Until when an item may be contested on every ground.
pub(super) enum Until {
    /// The policy of its day set no last day.
    Always,
    /// This day.
    Day(String),
    /// That day is over.
    Over,
}

/// Whether what an entry made stands and may be contested: it is an assessment or a sanction, nobody contests it,
/// and no contest of it was decided.
pub(super) fn stands_open(row: &EventRow, fate: Option<&Fate>) -> bool {
    let is_item =
        matches!(row.event_type(), Some(EventType::AssessmentPublished | EventType::SanctionImposed));
    let decided = [EventType::ContestDecided, EventType::AppealDecided].map(EventType::name);
    fate.is_some_and(|fate| {
        let ended = fate.stage == "ended" || fate.stage == "struck";
        let decided = fate.by.iter().any(|one| decided.contains(&one.type_name.as_str()));
        is_item && !ended && !fate.contested && !decided
    })
}

impl Contesting {
    /// How the item is contested that an entry made; none where it may not be, or the KOL has left.
    pub(super) async fn of(
        asked: &Asked,
        names: &Names,
        row: &EventRow,
        fate: Option<&Fate>,
    ) -> Option<Self> {
        let (subject, p) = (row.subject.filter(|_| stands_open(row, fate))?, &asked.page);
        let source = &asked.web.source;
        let view: SubjectView = source.json(&format!("/v1/subjects/{subject}")).await.ok()?;
        if view.row.figure.standing == Standing::Departed {
            return None;
        }
        let offset = p.pulse.as_ref().map_or(0, Pulse::utc_offset_min);
        let until = match has_last_day(source, row.recorded_at.date_at(offset)).await? {
            false => Until::Always,
            true => {
                let path = format!("/v1/clocks?subject={subject}&duty=may&limit={CLOCKS}");
                let page: ClockPage = source.json(&path).await.ok()?;
                let runs = |what, seq| what == Awaited::ContestFiling && seq == row.seq;
                let clock = page.clocks.iter().find(|one| runs(one.what, one.seq));
                clock.map_or(Until::Over, |one| Until::Day(p.lang.day(one.due)))
            }
        };
        let open = if matches!(until, Until::Over) { 1 } else { GROUNDS.len() };
        let grounds = GROUNDS[..open].iter().map(|one| {
            let name = words::name_of(one);
            let says = p.value(&name);
            (name, says)
        });
        let who = names.party(p, &PartyId::from(subject));
        let act = p.to(&format!("act/contest?subject={subject}"));
        Some(Self { who, until, grounds: grounds.collect(), subject, act })
    }
}

/// Whether the policy in force on a day has a last day to contest what is recorded on it.
async fn has_last_day(source: &Source, on: Date) -> Option<bool> {
    let list: PolicyList = source.json("/v1/policies").await.ok()?;
    let in_force = list.policies.iter().filter(|one| !one.cancelled && one.effective_from <= on);
    let Some(version) = in_force.max_by_key(|one| one.effective_from) else { return Some(false) };
    let view: PolicyView = source.json(&format!("/v1/policies/{}", version.version)).await.ok()?;
    Some(view.policy.windows.file.is_some())
}
