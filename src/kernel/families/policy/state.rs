//! `policy.*`

use std::sync::Arc;

use super::{Presumed, Recording, State};
use crate::collections::Span;
use crate::event::PolicyPublished;
use crate::facts::PolicyVersion;

impl State {
    pub(super) fn publish_policy(
        &mut self,
        seq: u64,
        entry: &Recording<'_>,
        body: &PolicyPublished,
    ) -> Result<(), Presumed> {
        let version = PolicyVersion {
            span: Span::opened_by(seq),
            event: entry.id,
            version: body.version,
            effective_from: body.effective_from,
            policy: Arc::new(body.policy.clone()),
        };
        self.policies.publish(seq, self.date_of(entry.at), version);
        Ok(())
    }
}
