//! Who joins, and which key speaks for a subject.

use super::super::alliance::Signer;
use super::{Planned, Workload, council};
use crate::event::*;

impl Workload {
    pub(super) fn enrol(&mut self) -> Planned {
        let number = self.enrolled;
        self.enrolled += 1;
        let text = self.text("registrar", number);
        let body = self.bodies.enrolment(number, text.commitment());
        let signers = [Signer::Registrar, Signer::Subject(number, 0)];
        self.plan(signers, Some(number), body).with(text)
    }

    pub(super) fn admit(&mut self) -> Planned {
        let newcomer = Signer::Newcomer(self.newcomers);
        self.newcomers += 1;
        let body = self.bodies.admission(newcomer);
        self.plan(council().chain([newcomer]), None, body)
    }

    pub(super) fn rotate(&mut self) -> Option<Planned> {
        let subject = self.dice.below(self.subjects());
        if let Some(phase) = &mut self.phase
            && (phase.speaking.contains(&subject) || !phase.rotating.insert(subject))
        {
            return None;
        }
        let old = self.key_of(subject);
        let next = self.generation.entry(subject).or_default();
        *next += 1;
        let new = Signer::Subject(subject, *next);
        let body = KeyRotated { old: old.public(), new: new.public() };
        Some(self.plan([old, new], None, body))
    }

    /// Whether a subject's key is the same whatever else of this phase arrives first.
    pub(super) fn may_speak(&self, subject: usize) -> bool {
        self.phase.as_ref().is_none_or(|phase| !phase.rotating.contains(&subject))
    }

    /// The subject's key, which stays for the rest of the phase.
    pub(super) fn voice(&mut self, subject: usize) -> Signer {
        if let Some(phase) = &mut self.phase {
            phase.speaking.insert(subject);
        }
        self.key_of(subject)
    }

    fn key_of(&self, subject: usize) -> Signer {
        Signer::Subject(subject, self.generation.get(&subject).copied().unwrap_or_default())
    }
}
