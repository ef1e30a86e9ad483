//! A policy version as `dossier/1` writes it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::canonical;
use super::dossier::Unfit;
use crate::collections::Span;
use crate::dsse::EventId;
use crate::engines::check_bounds;
use crate::event::Policy;
use crate::facts::{PolicyBook, PolicyVersion};
use crate::time::Date;

/// A policy version at a size, with the sizes `[from_size, to_size)` at which it stands: a newer
/// version ends those that were not in force yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyDocument {
    effective_from: Date,
    /// The event that published it.
    event: EventId,
    from_size: u64,
    policy: Policy,
    to_size: Option<u64>,
    /// Its number.
    pub version: u32,
}

impl PolicyDocument {
    /// The versions that were published at `size`, by number.
    pub fn all(policies: &PolicyBook, size: u64) -> Vec<Self> {
        let published = policies.versions().iter().filter(|one| one.span.from_size <= size);
        let document = |one: &PolicyVersion| Self {
            effective_from: one.effective_from,
            event: one.event,
            from_size: one.span.from_size,
            policy: (*one.policy).clone(),
            to_size: one.span.to_size.filter(|to| *to <= size),
            version: one.version,
        };
        published.map(document).collect()
    }

    /// Its bytes.
    pub fn bytes(&self) -> Vec<u8> {
        canonical(self)
    }

    /// The book of these versions.
    ///
    /// # Errors
    /// What cannot be, in documents that no ledger wrote.
    pub(super) fn book(documents: &[Self]) -> Result<PolicyBook, Unfit> {
        let mut book = PolicyBook::default();
        for one in documents {
            check_bounds(&one.policy).map_err(|_| "a policy's numbers cannot be worked with")?;
            let version = PolicyVersion {
                span: Span { from_size: one.from_size, to_size: one.to_size },
                event: one.event,
                version: one.version,
                effective_from: one.effective_from,
                policy: one.policy.clone().into(),
            };
            // What it ended is in the documents.
            book.publish(one.from_size, Date::from_days(i32::MAX), version);
        }
        Ok(book)
    }
}
