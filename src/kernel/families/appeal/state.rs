//! `appeal.*`

use super::{Presumed, Recording, State, disputed};
use crate::event::{AppealDecided, AppealFiled, Contesting, Move};
use crate::facts::{Contest, DecisionClock, Panelled};

impl State {
    pub(super) fn file_appeal(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &AppealFiled,
    ) -> Result<(), Presumed> {
        let today = self.date_of(entry.at);
        let file = entry.event.subject.and_then(|subject| self.dossier(&subject));
        let decided = file.and_then(|file| file.contest(&body.contest)).cloned();
        let decided = decided.ok_or(Presumed::Standing(body.contest))?;
        let by = Move::Event(entry.event.body.event_type(), None);
        let stage = Contesting::after(Some(decided.stage), by).ok_or(Presumed::Stage(body.contest))?;
        let panelled = decided.panelled.map(|before| {
            let sat = before.panel.map(|panel| panel.members).unwrap_or_default();
            let former = before.former.into_iter().chain(sat).chain(before.challenged).collect();
            Box::new(Panelled { draw: entry.id, panel: None, challenged: None, former })
        });
        if panelled.is_some() {
            self.begin_draw(seq, entry.id, today);
        }
        let contest = Contest {
            stage,
            clock: DecisionClock::of_appeal(&self.policies, self.size, today),
            appeal_by: None,
            appeal: Some(entry.id),
            panelled,
            ..decided
        };
        disputed::dispute(self.dossier_mut(entry)?, seq, &contest);
        self.put(seq, entry, contest)
    }

    pub(super) fn decide_appeal(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &AppealDecided,
    ) -> Result<(), Presumed> {
        let contest = self.moved(entry, &body.contest)?;
        self.rule(seq, entry, contest, body.outcome, body.effect.as_ref())
    }
}
