//! `collaboration.*`
//!
//! Who endorses under another name than `commercial` what it pays, or paid, for, endorses in vain:
//! settled here and when an endorsement is published, whichever of the two comes later.

use super::register::Collaboration;
use super::{Presumed, Recording, State};
use crate::dsse::EventId;
use crate::event::{CollaborationDeclared, CollaborationEnded, Relation, SubjectId};
use crate::facts::{Endorsement, PartyNumber};
use crate::time::Date;

impl State {
    pub(super) fn declare_collaboration(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &CollaborationDeclared,
    ) -> Result<(), Presumed> {
        let subject = entry.event.subject.ok_or(Presumed::Subject)?;
        let record = Collaboration {
            recorded: self.recorded(seq, entry),
            business: self.enlist_issuer(entry),
            campaign: body.campaign.clone(),
            category: body.category.clone(),
            starts_on: body.starts_on,
            ends_on: body.ends_on,
            value_band: body.value_band,
            papers: body.papers.iter().map(|paper| **paper).collect(),
        };
        self.void_hidden(seq, entry, &record)?;
        self.declared.push_back((seq, subject));
        self.register_mut(entry)?.collaborations.push(seq, record);
        Ok(())
    }

    pub(super) fn end_collaboration(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &CollaborationEnded,
    ) -> Result<(), Presumed> {
        let today = self.date_of(entry.at);
        let register = self.register_mut(entry)?;
        let mut declared = register.collaborations.open();
        let before = declared.find(|one| one.recorded.event == body.target);
        let before = before.ok_or(Presumed::Standing(body.target))?;
        let ended = Collaboration { ends_on: before.ends_on.min(today), ..before.clone() };
        drop(declared);
        register.collaborations.close_where(seq, |one| one.recorded.event == body.target);
        register.collaborations.push(seq, ended);
        Ok(())
    }

    /// The collaboration that an endorsement published on a day hides.
    pub(super) fn hidden_by(
        &self,
        subject: SubjectId,
        endorser: PartyNumber,
        relation: Relation,
        on: Date,
    ) -> Option<EventId> {
        if relation == Relation::Commercial {
            return None;
        }
        let register = self.register(&subject)?;
        let group = self.parties.place(endorser, self.size).group;
        let hides = |one: &&Collaboration| {
            one.is_near(on) && self.parties.place(one.business, self.size).group == group
        };
        register.collaborations.open().rev().find(hides).map(|one| one.recorded.event)
    }

    /// Voids the standing endorsements that hide a collaboration.
    fn void_hidden(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        declared: &Collaboration,
    ) -> Result<(), Presumed> {
        let (parties, size) = (self.parties.clone(), self.size);
        let group = |number| parties.place(number, size).group;
        let business = group(declared.business);
        let hides = |one: &Endorsement| {
            one.voided_by.is_none()
                && one.relation != Relation::Commercial
                && declared.is_near(one.recorded.on)
                && group(one.endorser) == business
        };
        let dossier = self.dossier_mut(entry)?;
        let by = Some(Box::new(declared.recorded.event));
        let hiding = dossier.endorsements.open().filter(|one| hides(one));
        let voided: Vec<Endorsement> =
            hiding.map(|one| Endorsement { voided_by: by.clone(), ..one.clone() }).collect();
        dossier.endorsements.close_where(seq, hides);
        voided.into_iter().for_each(|one| dossier.endorsements.push(seq, one));
        Ok(())
    }
}
