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
        self.skeletons.insert(alike::skeleton(name), member);
    }

    /// Nobody is called so any more.
    pub fn remove(&mut self, name: &str) {
        self.folded.remove(&naming::folded(name));
        self.skeletons.remove(&alike::skeleton(name));
    }

    /// Whose name folds to this.
    pub fn folded(&self, folded: &str) -> Option<PartyNumber> {
        self.folded.get(folded).copied()
    }

    /// Whose name has this skeleton.
    pub fn seen_as(&self, skeleton: &str) -> Option<PartyNumber> {
        self.skeletons.get(skeleton).copied()
    }
}
