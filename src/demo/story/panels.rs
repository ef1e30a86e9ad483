//! Panels: who sits is drawn, so these events follow from the ledger's state.

use super::{Step, Story, council, key, party, subject, text};
use crate::client::{Draft, chain_value};
use crate::demo::cast::DRAWERS;
use crate::dsse::{EventId, SecretKey};
use crate::event::*;
use crate::facts::{Contest, Dossier};
use crate::state::{Drawer, State};
use crate::vault::Attachment;

/// For how many contests and appeals the draws serve.
const DRAWS: u32 = 1_000;

/// An event that follows from the state.
pub(super) struct Said {
    pub issuer: PartyId,
    pub body: Body,
    pub attachments: Vec<Attachment>,
    pub keys: Vec<SecretKey>,
}

impl Story {
    /// Operator and auditor bind themselves to the values from which panels are drawn.
    pub(super) fn draws(&mut self) {
        for (holder, secret) in DRAWERS {
            let body = DrawCommitted { tip: chain_value(&key(secret), DRAWS), length: DRAWS };
            self.add(100, party(holder), None, body, Vec::new(), &[&key(holder)]);
        }
    }

    /// Both reveal the next value for a filing, which is the first that waits for one.
    pub(super) fn reveal(&mut self, days_ago: i32, seed: &str, filing: EventId) {
        for (drawer, (holder, secret)) in Drawer::BOTH.into_iter().zip(DRAWERS) {
            self.add_drawn(days_ago, seed, move |state| {
                let left = state.draws().chain(drawer)?.left.checked_sub(1)?;
                let body = DrawRevealed { filing, value: chain_value(&key(secret), left) }.into();
                Some(Said { issuer: party(holder), body, attachments: Vec::new(), keys: vec![key(holder)] })
            });
        }
    }

    pub(super) fn admit(&mut self, days_ago: i32, seed: &str, contest: EventId) {
        self.council_on(days_ago, seed, ContestAdmitted { contest }, Vec::new());
    }

    /// The council seats whom the draw has chosen.
    pub(super) fn seat(&mut self, days_ago: i32, seed: &str, contest: EventId) {
        let (on, about) = (self.date(days_ago), subject(seed));
        self.add_drawn(days_ago, seed, move |state| {
            let (dossier, filed) = open(state, about, contest)?;
            let drawn = state.drawn_panel(dossier, filed, on)?;
            let members = state.sitting(&drawn, filed.panelled.as_deref()?, None);
            let body = PanelSeated { contest, members, challenged: None }.into();
            Some(Said { issuer: PartyId::council(), body, attachments: Vec::new(), keys: council().into() })
        });
    }

    /// The first two of the three decide.
    pub(super) fn decide(
        &mut self,
        days_ago: i32,
        seed: &str,
        contest: EventId,
        outcome: Outcome,
        why: &str,
    ) {
        let (reason, about) = (text(why), subject(seed));
        self.add_drawn(days_ago, seed, move |state| {
            let panel = open(state, about, contest)?.1.panel()?;
            let (commitment, panel, members) = (reason.commitment(), Some(panel.event), &panel.members);
            let body =
                ContestDecided { contest, outcome, effect: None, reason: commitment.into(), panel }.into();
            let keys = members.iter().take(2).map(|member| key(member.as_str())).collect();
            Some(Said { issuer: members.first()?.clone(), body, attachments: vec![reason], keys })
        });
    }

    /// Adds an event about a subject that follows from the state in which it is issued.
    pub(super) fn add_drawn(
        &mut self,
        days_ago: i32,
        seed: &str,
        said: impl FnOnce(&State) -> Option<Said> + Send + 'static,
    ) {
        let (at, about, origin) = (self.next_on(days_ago), subject(seed), self.origin.clone());
        let told = move |state: &State| {
            let Said { issuer, body, attachments, keys } = said(state)?;
            let draft = Draft::new(&origin, issuer, Some(about), at, body).with(attachments);
            draft.sign(&keys.iter().collect::<Vec<_>>()).ok()
        };
        self.events.push((at, Step::Drawn(Box::new(told))));
    }
}

/// A contest that waits for a decision.
fn open(state: &State, about: SubjectId, contest: EventId) -> Option<(&Dossier, &Contest)> {
    let dossier = state.dossier(&about)?;
    Some((dossier, dossier.pending.open().find(|one| one.recorded.event == contest)?))
}
