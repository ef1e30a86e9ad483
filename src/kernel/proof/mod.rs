//! Proofs of scores: what a score is made of, as bytes that the operator commits to.
//!
//! `dossier/1` writes dossiers, parties and policy versions as canonical JSON (RFC 8785), each as it
//! stood at one size of the log; `schemas/dossier-1.md` tells it for other implementations. The
//! commitment is the roots of three RFC 6962 trees over them. A score receipt carries the documents
//! of one score with their proofs, so that anybody recomputes the score from one file.
//!
//! **A score is proven from one file.** Daily, and after 100,000 entries, the operator commits to what every
//! score is made of: three RFC 6962 trees, over dossiers, parties and policy versions, each written as
//! `dossier/1`. A score receipt carries one dossier, the parties it names, every policy version and their
//! proofs; who has it computes the score, on the day of the commitment or any later one, and need ask
//! nobody. Documents hold what stands at the size, so that no day and no representation changes them; a
//! party's also its past. `parties` is the number of their leaves, so that a proof has its size from what
//! was signed.

#[path = "../families/certificate/proof.rs"]
mod certificate;
#[path = "../families/certificate/credential.rs"]
mod credential;
mod dossier;
mod party;
mod policy;
mod receipt;
mod tree;

pub use credential::Credential;
pub use dossier::DossierDocument;
pub use party::PartyDocument;
pub use policy::PolicyDocument;
pub use receipt::{BadScoreReceipt, Proven, ProvenScore, ScoreReceipt};
pub use tree::{Leaves, Roots, Trees};

use serde::Serialize;

use crate::log::{Hash, leaf_hash};

/// The canonical bytes of a document (RFC 8785): compact, members in the order of their names.
fn canonical(document: &impl Serialize) -> Vec<u8> {
    let mut value = serde_json::to_value(document).expect("documents are plain structures, which serialise");
    value.sort_all_objects();
    serde_json::to_vec(&value).expect("a JSON value serialises")
}

/// The hash of a leaf: of `name ‖ 00 ‖ BLAKE3(document)`.
fn leaf(name: &str, document: &[u8]) -> Hash {
    let mut bytes = Vec::with_capacity(name.len() + 33);
    bytes.extend_from_slice(name.as_bytes());
    bytes.push(0);
    bytes.extend_from_slice(blake3::hash(document).as_bytes());
    leaf_hash(&bytes)
}
