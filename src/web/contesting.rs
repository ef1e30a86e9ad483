//! How the KOL that an item is about contests it: who may, until when, and the command.

use super::asked::Asked;
use super::named::{Names, Party};
use crate::api::views::{ClockPage, EventRow, Fate, SubjectView};
use crate::engines::Standing;
use crate::event::{EventType, PartyId, SubjectId};
use crate::state::Awaited;

/// Most clocks of a KOL that are looked through.
const CLOCKS: usize = 1_000;

/// What a page says about it.
pub(super) struct Contesting {
    /// Who alone may.
    pub who: Party,
    /// The last day on all grounds; none where that is over, or was never set.
    pub until: Option<String>,
    /// The id of that KOL.
    pub subject: SubjectId,
}

impl Contesting {
    /// How the item is contested that an entry made; none where nothing is to be contested: it made none, the item
    /// has ended, is contested already or was decided upon, or the KOL has left.
    pub(super) async fn of(
        asked: &Asked,
        names: &Names,
        row: &EventRow,
        fate: Option<&Fate>,
    ) -> Option<Self> {
        let subject = row.subject?;
        let kind = EventType::named(&row.type_name)?;
        let fate = fate?;
        let is_item = matches!(kind, EventType::AssessmentPublished | EventType::SanctionImposed);
        let ended = fate.stage == "ended" || fate.stage == "struck";
        let decided = fate.by.iter().any(|one| one.type_name == EventType::ContestDecided.name());
        if !is_item || ended || fate.contested || decided {
            return None;
        }
        let source = &asked.web.source;
        let view: SubjectView = source.json(&format!("/v1/subjects/{subject}")).await.ok()?;
        if view.row.figure.standing == Standing::Departed {
            return None;
        }
        let path = format!("/v1/clocks?subject={subject}&duty=may&limit={CLOCKS}");
        let page: ClockPage = source.json(&path).await.ok()?;
        let runs = |what, seq| what == Awaited::ContestFiling && seq == row.seq;
        let clock = page.clocks.iter().find(|one| runs(one.what, one.seq));
        Some(Self {
            who: names.party(&asked.page, &PartyId::from(subject)),
            until: clock.map(|one| asked.page.lang.day(one.due)),
            subject,
        })
    }
}
