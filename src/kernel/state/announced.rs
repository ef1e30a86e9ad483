//! What an announced assessment would do to a score, were it published as it was announced.

use super::State;
use crate::dsse::EventId;
use crate::engines::{self, Score};
use crate::event::SubjectId;
use crate::facts::{Assessment, At, Dossier, Recorded};

impl State {
    /// The score of a subject as it would be if what a notice announces were published now, word for word, in the
    /// place of the assessor's standing assessment; none where no such notice waits.
    pub fn score_announced(&self, subject: &SubjectId, notice: &EventId, at: At) -> Option<Score> {
        let (mut supposed, last) =
            (Dossier::clone(self.known_at(subject, at.size)?), at.size.checked_sub(1)?);
        let announced = supposed.notices.standing(at.size).find(|one| one.recorded.event == *notice)?.clone();
        let body = &announced.intended;
        let assessor = announced.assessor;
        let record = Assessment {
            assessor,
            policy: body.policy,
            counts_from: at.as_of.min(body.observed_until),
            valid_until: body.valid_until,
            conflict: body.conflict,
            fee: body.fee,
            experience: self.experience_of(assessor, subject, at.as_of),
            grades: self.policies.grades(body.policy, &body.grades),
            reply: announced.hearing.reply.map(Box::new),
            recorded: Recorded { seq: last, on: at.as_of, ..announced.recorded },
        };
        supposed.assessments.close_of(last, assessor, |_| true);
        supposed.assessments.push(last, record);
        Some(engines::score(&supposed, &self.parties, &self.policies, at))
    }
}
