//! A group on its way to be committed.

use std::collections::{BTreeMap, BTreeSet};

use super::rows::TileRows;
use super::{Accepted, Refusal};
use crate::event::Commitment;
use crate::log::{ChainHash, Frontier, leaf_hash};
use crate::state::State;
use crate::vault::Attachment;

/// All that follows from the entries so far.
#[derive(Clone)]
pub(super) struct Edge {
    pub state: State,
    pub frontier: Frontier,
    pub chain: ChainHash,
    pub rows: TileRows,
}

impl Edge {
    /// Appends an entry's bytes to chain and tree.
    pub(super) fn extend(&mut self, entry: &[u8]) {
        self.chain = ChainHash::of_entry(entry);
        let rows = &mut self.rows;
        self.frontier.append(leaf_hash(entry), |node| rows.push(node));
    }
}

/// The edge after a group, its entries, and what became of each event.
pub(super) struct Draft {
    pub edge: Edge,
    pub entries: Vec<Vec<u8>>,
    pub attachments: Vec<Attachment>,
    pub texts: BTreeSet<Commitment>,
    pub fates: Vec<Result<Accepted, Refusal>>,
}

impl Draft {
    /// Drafts a group of so many after an edge; `admit` takes the event of a place into the draft, or refuses it.
    ///
    /// Where the rules admit what the state does not bear, the draft is half changed: it is thrown away, and
    /// the others are judged anew without that event.
    pub(super) fn of(
        edge: &Edge,
        group: usize,
        mut admit: impl FnMut(&mut Self, usize) -> Result<Accepted, Refusal>,
    ) -> Self {
        let mut faults: BTreeMap<usize, Refusal> = BTreeMap::new();
        let mut draft = Self::after(edge);
        while let Some(place) = Some(draft.fates.len()).filter(|place| *place < group) {
            let known = faults.get(&place).cloned();
            match known.map_or_else(|| admit(&mut draft, place), Err) {
                Err(fault @ Refusal::Unfounded(_)) if !faults.contains_key(&place) => {
                    tracing::error!(code = fault.code(), error = %fault, "an event is refused");
                    faults.insert(place, fault);
                    draft = Self::after(edge);
                }
                fate => draft.fates.push(fate),
            }
        }
        draft
    }

    fn after(edge: &Edge) -> Self {
        Self {
            edge: edge.clone(),
            entries: Vec::new(),
            attachments: Vec::new(),
            texts: BTreeSet::new(),
            fates: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Origin;
    use crate::state::{Presumed, Unfounded};

    #[test]
    fn what_a_state_does_not_bear_leaves_nothing_of_itself() {
        let origin: Origin = "draft/00000000000000000000000000000000".parse().unwrap();
        let edge = Edge {
            state: State::default(),
            frontier: Frontier::default(),
            chain: ChainHash::of_origin(&origin),
            rows: TileRows::default(),
        };
        let admit = |draft: &mut Draft, place: usize| {
            let entry = vec![place as u8];
            draft.edge.extend(&entry);
            draft.entries.push(entry);
            // The second and the last change the draft, and only then turn out not to be borne.
            match place {
                1 | 3 => Err(Unfounded { seq: place as u64, presumed: Presumed::Opened }.into()),
                _ => Err(Refusal::Closed),
            }
        };
        let draft = Draft::of(&edge, 4, admit);
        let mut right = edge.clone();
        [[0], [2]].iter().for_each(|entry| right.extend(entry));
        assert_eq!(draft.entries, [[0], [2]]);
        assert_eq!(
            (draft.edge.frontier.root(), draft.edge.chain, draft.edge.frontier.size()),
            (right.frontier.root(), right.chain, 2)
        );
        let codes: Vec<&str> = draft.fates.iter().map(|fate| fate.as_ref().unwrap_err().code()).collect();
        assert_eq!(codes, ["ledger.closed", "ledger.fault", "ledger.closed", "ledger.fault"]);
    }
}
