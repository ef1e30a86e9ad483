//! `code.*` and `pledge.*`

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::register::Pledge;
use super::{Presumed, Recording, State};
use crate::dsse::EventId;
use crate::event::{ClauseId, CodePublished, Commitment, PledgeSigned};

/// A version of the code of conduct.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// The event that published it.
    pub event: EventId,
    /// Its number, from 1.
    pub version: u32,
    /// Its clauses.
    pub clauses: Vec<ClauseId>,
    /// The commitment to its text.
    pub text: Commitment,
}

impl State {
    pub(super) fn publish_code(
        &mut self,
        entry: &Recording<'_>,
        body: &CodePublished,
    ) -> Result<(), Presumed> {
        let (version, clauses, text) = (body.version, body.clauses.clone(), body.text);
        self.codes.push_back(Arc::new(Code { event: entry.id, version, clauses, text: *text }));
        Ok(())
    }

    pub(super) fn sign_pledge(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &PledgeSigned,
    ) -> Result<(), Presumed> {
        let recorded = self.recorded(seq, entry);
        let pledges = &mut self.register_mut(entry)?.pledges;
        pledges.close_where(seq, |_| true);
        pledges.push(seq, Pledge { recorded, code: body.code });
        Ok(())
    }
}
