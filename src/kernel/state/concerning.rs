//! The clocks that concern one subject.

use std::collections::BTreeSet;

use super::{Drawer, OpenClock, State, Who};
use crate::event::SubjectId;
use crate::facts::Dossier;
use crate::time::Date;

impl State {
    /// Every clock about a subject, those of the draws of its panels too.
    pub fn clocks_of<'a>(
        &'a self,
        dossier: &'a Dossier,
        on: Date,
    ) -> impl Iterator<Item = OpenClock> + use<'a> {
        let own = Some(dossier.subject);
        let draws = Drawer::BOTH.into_iter().flat_map(move |drawer| self.clocks_of_draws(drawer, on));
        self.clocks_about(dossier, on).chain(draws.filter(move |clock| clock.subject == own))
    }

    /// The clocks that run for a subject about others: those whom it endorsed.
    pub fn clocks_given<'a>(
        &'a self,
        giver: SubjectId,
        on: Date,
    ) -> impl Iterator<Item = OpenClock> + use<'a> {
        let endorsed: BTreeSet<SubjectId> = self.endorsed_by(giver).collect();
        let others = endorsed.into_iter().filter_map(|one| self.dossier(&one));
        let clocks = others.flat_map(move |dossier| self.clocks_about(dossier, on));
        clocks.filter(move |clock| clock.who == Who::Subject(giver) && clock.subject != Some(giver))
    }
}
