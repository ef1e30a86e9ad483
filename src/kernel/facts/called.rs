//! What members are called, and what their names look like.

use imbl::OrdMap;

use super::party::PartyNumber;
use crate::event::{alike, naming};

/// Members by their names: as they fold, and as they look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Called {
    folded: OrdMap<String, PartyNumber>,
    skeletons: OrdMap<String, PartyNumber>,
}

impl Called {
    /// Notes that a member is called so.
    pub fn insert(&mut self, name: &str, member: PartyNumber) {
        self.folded.insert(naming::folded(name), member);
        for skeleton in alike::skeletons(name) {
            self.skeletons.insert(skeleton, member);
        }
    }

    /// Nobody is called so any more.
    pub fn remove(&mut self, name: &str) {
        self.folded.remove(&naming::folded(name));
        for skeleton in alike::skeletons(name) {
            self.skeletons.remove(&skeleton);
        }
    }

    /// Whose name folds to this.
    pub fn folded(&self, folded: &str) -> Option<PartyNumber> {
        self.folded.get(folded).copied()
    }

    /// Whose name has one of these skeletons.
    pub fn seen_as(&self, skeletons: &[String]) -> Option<PartyNumber> {
        skeletons.iter().find_map(|one| self.skeletons.get(one)).copied()
    }
}
