//! The trees over a state: RFC 6962, their leaves sorted by name.

use std::convert::Infallible;
use std::sync::Arc;

use super::{DossierDocument, PartyDocument, PolicyDocument, leaf};
use crate::event::{PartyId, StateAttested, StateCommitted, StateFormat, StateRoot, SubjectId};
use crate::facts::{Dossier, Parties, PartyMark};
use crate::log::{Hash, NodeSource, inclusion_proof, node_hash, root};
use crate::state::State;
use crate::time::Date;

/// The roots of a state, and over how much they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roots {
    /// The log's size that they reflect.
    pub size: u64,
    /// How many subjects there are.
    pub subjects: u64,
    /// The root over their dossiers.
    pub root: StateRoot,
    /// How many parties there are.
    pub parties: u64,
    /// The root over them.
    pub parties_root: StateRoot,
    /// The root over the policy versions.
    pub policies_root: StateRoot,
}

impl Roots {
    /// The commitment to them on a day.
    pub fn committed_on(&self, date: Date) -> StateCommitted {
        let Self { size, subjects, root, parties, parties_root, policies_root } = *self;
        let format = StateFormat::Dossier1;
        StateCommitted { format, size, date, subjects, root, parties, parties_root, policies_root }
    }

    /// What an auditor who found them says of a commitment of a day.
    pub fn attested_of(&self, date: Date) -> StateAttested {
        let Self { size, root, parties_root, policies_root, .. } = *self;
        StateAttested { size, date, root, parties_root, policies_root }
    }

    /// Whether a commitment says the same.
    pub fn agree_with(&self, committed: &StateCommitted) -> bool {
        self.committed_on(committed.date) == *committed
    }
}

/// A tree with all its nodes, and the name of each leaf.
#[derive(Debug)]
struct Tree<N> {
    names: Vec<N>,
    /// The complete subtrees of each level, the leaves first.
    levels: Vec<Vec<Hash>>,
}

impl<N> NodeSource for Tree<N> {
    type Error = Infallible;

    fn node(&self, level: u8, index: u64) -> Result<Hash, Infallible> {
        Ok(self.levels[usize::from(level)][index as usize])
    }
}

impl<N: Ord> Tree<N> {
    /// The tree over leaves in any order.
    fn of(mut leaves: Vec<(N, Hash)>) -> Self {
        leaves.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        let (names, hashes): (_, Vec<Hash>) = leaves.into_iter().unzip();
        let mut levels = vec![hashes];
        while let Some(below) = levels.last().filter(|below| below.len() > 1) {
            let pairs = below.chunks_exact(2);
            levels.push(pairs.map(|pair| node_hash(&pair[0], &pair[1])).collect());
        }
        Self { names, levels }
    }

    fn size(&self) -> u64 {
        self.names.len() as u64
    }

    fn root(&self) -> StateRoot {
        let Ok(root) = root(self, self.size());
        StateRoot::from_bytes(*root.as_bytes())
    }

    /// The place of a name among the leaves, and the proof that it stands there.
    fn proof(&self, name: &N) -> Option<(u64, Vec<Hash>)> {
        let index = self.names.binary_search(name).ok()? as u64;
        let Ok(proof) = inclusion_proof(self, self.size(), index);
        Some((index, proof))
    }
}

/// The trees over the state of one size.
#[derive(Debug)]
pub struct Trees {
    size: u64,
    subjects: Tree<SubjectId>,
    parties: Tree<PartyId>,
    policies: Tree<u32>,
}

impl Trees {
    /// Their roots.
    pub fn roots(&self) -> Roots {
        Roots {
            size: self.size,
            subjects: self.subjects.size(),
            root: self.subjects.root(),
            parties: self.parties.size(),
            parties_root: self.parties.root(),
            policies_root: self.policies.root(),
        }
    }

    /// The place of a subject's dossier, and its proof.
    pub(super) fn subject(&self, subject: &SubjectId) -> Option<(u64, Vec<Hash>)> {
        self.subjects.proof(subject)
    }

    /// The place of a party, and its proof.
    pub(super) fn party(&self, party: &PartyId) -> Option<(u64, Vec<Hash>)> {
        self.parties.proof(party)
    }
}

/// The root over every policy version.
pub(super) fn policies_root(documents: &[PolicyDocument]) -> StateRoot {
    policies(documents).root()
}

fn policies(documents: &[PolicyDocument]) -> Tree<u32> {
    let leaves = documents.iter().map(|one| (one.version, leaf(&one.version.to_string(), &one.bytes())));
    Tree::of(leaves.collect())
}

/// The leaves of dossiers as they were last written: who makes the trees of many sizes writes anew only
/// what has changed.
#[derive(Debug, Default)]
pub struct Leaves {
    dossiers: Vec<Option<(Arc<Dossier>, Hash)>>,
    parties: Vec<Option<(PartyMark, Hash)>>,
}

impl Leaves {
    /// The trees over the state of a size; sizes ascend from call to call.
    pub fn trees(&mut self, state: &State, size: u64) -> Trees {
        self.dossiers.resize(state.dossiers().len(), None);
        let mut subjects = Vec::with_capacity(state.dossiers().len());
        for (dossier, kept) in state.dossiers().iter().zip(&mut self.dossiers) {
            let fresh = kept.as_ref().filter(|(written, _)| Arc::ptr_eq(written, dossier));
            let hash = match fresh {
                Some((_, hash)) => *hash,
                None => {
                    let Some(hash) = dossier_leaf(state, dossier, size) else { continue };
                    // Where something came after, the next size has another leaf; and the clock of a
                    // contest may yet start by another policy.
                    let waits = dossier.open_contests(size).next().is_some();
                    *kept = (!waits && !dossier.has_changed_after(size)).then(|| (dossier.clone(), hash));
                    hash
                }
            };
            subjects.push((dossier.subject, hash));
        }
        Trees {
            size,
            subjects: Tree::of(subjects),
            parties: Tree::of(self.parties(state.parties(), size)),
            policies: policies(&PolicyDocument::all(state.policies(), size)),
        }
    }
}

impl Leaves {
    fn parties(&mut self, parties: &Parties, size: u64) -> Vec<(PartyId, Hash)> {
        let mut leaves = Vec::with_capacity(self.parties.len());
        for (place, (name, mark)) in parties.marks().enumerate() {
            if self.parties.len() == place {
                self.parties.push(None);
            }
            let kept = &mut self.parties[place];
            let fresh = kept.as_ref().filter(|(written, _)| written.is_of(&mark));
            let hash = match fresh {
                Some((_, hash)) => *hash,
                None => {
                    let Some(document) = PartyDocument::of(name, parties, size) else { continue };
                    let hash = leaf(name.as_str(), &document.bytes());
                    *kept = (!mark.has_changed_after(size)).then_some((mark, hash));
                    hash
                }
            };
            leaves.push((name.clone(), hash));
        }
        leaves
    }
}

fn dossier_leaf(state: &State, dossier: &Dossier, size: u64) -> Option<Hash> {
    let document = DossierDocument::of(dossier, state.parties(), state.policies(), size)?;
    Some(leaf(&document.subject.to_string(), &document.bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{leaf_hash, verify_inclusion};

    #[test]
    fn every_leaf_of_every_small_tree_is_proven() {
        for size in 1..70u32 {
            let leaves = (0..size).rev().map(|number| (number, leaf_hash(&number.to_be_bytes())));
            let tree = Tree::of(leaves.collect());
            let root = Hash::from_bytes(*tree.root().as_bytes());
            for number in 0..size {
                let (index, proof) = tree.proof(&number).unwrap();
                assert_eq!(index, u64::from(number));
                let leaf = leaf_hash(&number.to_be_bytes());
                verify_inclusion(u64::from(size), index, &leaf, &proof, &root).unwrap();
            }
            assert!(tree.proof(&size).is_none());
        }
    }
}
