//! Score receipts: one score with all that it is made of, proven against a commitment, in one file.
//!
//! **Complete is what auditors of your own choice say.** An operator could leave an item out of a dossier;
//! only who replayed the log knows. `tinnhiem verify --auditor KEY` counts the auditors that signed under
//! the keys that you name, and otherwise says "operator's word only": whose a key is, a receipt cannot
//! prove, as who holds the log's key can put any two entries under a checkpoint. One key under two names, or
//! two keys under one, are the word of one. A key revoked since still counts.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dossier::Unfit;
use super::tree::policies_root;
use super::{DossierDocument, PartyDocument, PolicyDocument, Trees, leaf};
use crate::dsse::PublicKey;
use crate::engines::{Score, score};
use crate::event::{Body, Event, PartyId, StateCommitted, StateRoot, SubjectId};
use crate::facts::{At, Parties};
use crate::limits;
use crate::log::{BadReceipt, Hash, Receipt, VerifiedReceipt, VerifierKey, verify_inclusion};
use crate::state::State;
use crate::time::Date;

/// A score receipt as it travels; nothing in it is believed yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreReceipt {
    /// What this file is.
    format: Format,
    /// The receipt of the `state.committed` entry.
    commitment: String,
    /// The receipts of `state.attested` entries about it.
    attestations: Vec<String>,
    /// The subject's dossier.
    dossier: Proven<DossierDocument>,
    /// Every party that the score looks at.
    parties: Vec<Proven<PartyDocument>>,
    /// Every policy version, by number.
    policies: Vec<PolicyDocument>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
enum Format {
    #[serde(rename = "score-receipt/1")]
    ScoreReceipt1,
}

/// A document, its place among the leaves, and the proof of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Proven<T> {
    /// The leaf's place, by name.
    index: u64,
    /// The inclusion proof, the leaf's sibling first.
    proof: Vec<Hash>,
    /// What the leaf is the hash of.
    document: T,
}

/// What a score receipt proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenScore {
    /// The commitment.
    pub committed: StateCommitted,
    /// Its entry.
    pub commitment: VerifiedReceipt,
    /// The score, computed from the documents at the commitment's size.
    pub score: Score,
    /// Who is said to have found the same, and the keys that signed so. Whose those keys are nothing in a
    /// receipt proves: compare them with the auditors' own.
    pub claimed_by: BTreeMap<PartyId, BTreeSet<PublicKey>>,
}

/// Why a score receipt proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadScoreReceipt {
    /// Not in the form of one.
    #[error("not a score receipt: {0}")]
    Malformed(String),
    /// The receipt of the commitment or of an attestation.
    #[error("{0}: {1}")]
    Entry(&'static str, BadReceipt),
    /// An entry of another kind.
    #[error("the receipt of the {0} is that of another event")]
    OtherEvent(&'static str),
    /// An entry that was signed for another ledger.
    #[error("the entry of the {0} was signed for another ledger")]
    OtherLedger(&'static str),
    /// A list that says something else in another order, or too much, or too little.
    #[error("its {0} are not those that belong to it, each once, in ascending order")]
    Order(&'static str),
    /// A document that is not under the commitment.
    #[error("{0} is not what the operator committed to")]
    NotCommitted(&'static str),
    /// Documents from which no score follows.
    #[error("no score can be made of it: {0}")]
    Unfit(Unfit),
    /// A date on which the commitment says nothing.
    #[error("the commitment is of {0}: ask for that day or a later one")]
    TooEarly(Date),
}

impl BadScoreReceipt {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "score_receipt.malformed",
            Self::Entry(_, error) => error.code(),
            Self::OtherEvent(_) => "score_receipt.event",
            Self::OtherLedger(_) => "ledger.other",
            Self::Order(_) => "score_receipt.order",
            Self::NotCommitted(_) => "score_receipt.not_committed",
            Self::Unfit(_) => "score_receipt.unfit",
            Self::TooEarly(_) => "as_of.before_size",
        }
    }
}

impl ScoreReceipt {
    /// The receipt of the entry that commits to the score; nothing in it is believed yet.
    pub fn commitment(&self) -> &str {
        &self.commitment
    }

    /// The receipt of a subject's score at the size of the trees; none where it was not known then.
    pub fn of(
        state: &State,
        trees: &Trees,
        subject: &SubjectId,
        commitment: &Receipt,
        attestations: &[Receipt],
    ) -> Option<Self> {
        let (size, parties) = (trees.roots().size, state.parties());
        let dossier = DossierDocument::of(state.dossier(subject)?, parties, state.policies(), size)?;
        let (index, proof) = trees.subject(subject)?;
        let named = dossier.parties().into_iter().map(|name| {
            let (index, proof) = trees.party(name)?;
            Some(Proven { index, proof, document: PartyDocument::of(name, parties, size)? })
        });
        Some(Self {
            format: Format::ScoreReceipt1,
            commitment: commitment.to_text(),
            attestations: attestations.iter().map(Receipt::to_text).collect(),
            parties: named.collect::<Option<_>>()?,
            dossier: Proven { index, proof, document: dossier },
            policies: PolicyDocument::all(state.policies(), size),
        })
    }

    /// Reads a score receipt's text.
    ///
    /// # Errors
    /// [`BadScoreReceipt::Malformed`].
    pub fn parse(text: &[u8]) -> Result<Self, BadScoreReceipt> {
        let malformed = BadScoreReceipt::Malformed;
        if text.len() > limits::SCORE_RECEIPT_BYTES {
            return Err(malformed(format!("larger than {} bytes", limits::SCORE_RECEIPT_BYTES)));
        }
        crate::json::check(text, limits::JSON_DEPTH).map_err(|error| malformed(error.to_string()))?;
        crate::json::from_slice(text).map_err(|error| malformed(error.to_string()))
    }

    /// Whose score it is about, as it says itself.
    pub fn subject(&self) -> SubjectId {
        self.dossier.document.subject
    }

    /// Verifies every proof and signature, and computes the score on a date, by default the
    /// commitment's, offline.
    ///
    /// # Errors
    /// [`BadScoreReceipt`]: it proves nothing.
    pub fn verify(&self, log: &VerifierKey, as_of: Option<Date>) -> Result<ProvenScore, BadScoreReceipt> {
        let (commitment, event) = entry(&self.commitment, log, "commitment")?;
        let Body::StateCommitted(committed) = event.body else {
            return Err(BadScoreReceipt::OtherEvent("commitment"));
        };
        let as_of = as_of.unwrap_or(committed.date);
        if as_of < committed.date {
            return Err(BadScoreReceipt::TooEarly(committed.date));
        }
        if !self.policies.is_sorted_by(|one, next| one.version < next.version) {
            return Err(BadScoreReceipt::Order("policies"));
        }
        let document = &self.dossier.document;
        if !self.parties.iter().map(|one| &one.document.party).eq(document.parties()) {
            return Err(BadScoreReceipt::Order("parties"));
        }
        let hash = leaf(&document.subject.to_string(), &document.bytes());
        self.dossier.check(&hash, committed.subjects, &committed.root, "the dossier")?;
        for one in &self.parties {
            let hash = leaf(one.document.party.as_str(), &one.document.bytes());
            one.check(&hash, committed.parties, &committed.parties_root, "a party")?;
        }
        if policies_root(&self.policies) != committed.policies_root {
            return Err(BadScoreReceipt::NotCommitted("the list of policies"));
        }
        let score = self.score(At { size: committed.size, as_of }).map_err(BadScoreReceipt::Unfit)?;
        let mut claimed_by: BTreeMap<PartyId, BTreeSet<PublicKey>> = BTreeMap::new();
        for text in &self.attestations {
            let (attestation, event) = entry(text, log, "attestation")?;
            let Body::StateAttested(attested) = event.body else {
                return Err(BadScoreReceipt::OtherEvent("attestation"));
            };
            if attested.agrees_with(&committed) {
                claimed_by.entry(event.issuer).or_default().extend(attestation.event.keys());
            }
        }
        Ok(ProvenScore { committed, commitment, score, claimed_by })
    }

    fn score(&self, at: At) -> Result<Score, Unfit> {
        let mut parties = Parties::default();
        for one in &self.parties {
            one.document.put_into(&mut parties)?;
        }
        let policies = PolicyDocument::book(&self.policies)?;
        let dossier = self.dossier.document.read(&parties, &policies, at.size)?;
        Ok(score(&dossier, &parties, &policies, at))
    }
}

/// The entry of a receipt, which the log's key vouches for, and its event.
fn entry(
    text: &str,
    log: &VerifierKey,
    what: &'static str,
) -> Result<(VerifiedReceipt, Event), BadScoreReceipt> {
    let verified = Receipt::parse(text).and_then(|receipt| receipt.verify(log));
    let verified = verified.map_err(|error| match error {
        BadReceipt::OtherLedger(_) => BadScoreReceipt::OtherLedger(what),
        BadReceipt::Payload(_) => BadScoreReceipt::OtherEvent(what),
        error => BadScoreReceipt::Entry(what, error),
    })?;
    let event = Event::parse(verified.event.payload()).map_err(|_| BadScoreReceipt::OtherEvent(what))?;
    Ok((verified, event))
}

impl<T> Proven<T> {
    fn check(
        &self,
        leaf: &Hash,
        size: u64,
        root: &StateRoot,
        what: &'static str,
    ) -> Result<(), BadScoreReceipt> {
        let root = Hash::from_bytes(*root.as_bytes());
        let proven = verify_inclusion(size, self.index, leaf, &self.proof, &root);
        proven.map_err(|_| BadScoreReceipt::NotCommitted(what))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A receipt whose proofs prove nothing, over documents of the vectors.
    fn unproven() -> Value {
        let vectors = include_str!("../../../tests/vectors/dossier-1.json");
        let vectors: Value = serde_json::from_str(vectors).unwrap();
        let document =
            |kind: &str| -> Value { serde_json::from_str(vectors[kind].as_str().unwrap()).unwrap() };
        let mut dossier = document("dossier");
        let event = dossier["assessments"][0]["event"].clone();
        let (day, at) = ("2026-11-20", "2026-11-20T03:04:05.678Z");
        let reply = json!({"event": event, "on": day, "statement": event});
        dossier["assessments"][0]["reply"] = reply.clone();
        dossier["endorsements"] = json!([{
            "at": at, "dilution": 12, "endorser": "press", "event": event, "expires_on": "2027-11-20",
            "key": dossier["assessments"][0]["key"], "on": day, "reciprocal": true, "relation": "none",
            "seq": 20, "topic": "my-pham", "voided_by": null,
        }]);
        dossier["sanctions"] = json!([{
            "at": at, "basis": {"conduct": "I1"}, "ends_on": "2027-11-20", "event": event, "lifted": false,
            "on": day, "reply": reply, "seq": 21, "severity": "S2", "starts_on": day, "term_days": 365,
            "urgent": false,
        }]);
        dossier["contests"] = json!([{
            "at": at, "decide_by": "2026-12-20", "event": event, "grounds": "procedure", "on": day, "seq": 22,
            "target": event,
        }]);
        let names = ["a1", "a2", "a3", "press"];
        let party = |name: &str| {
            let mut party = document("party");
            party["party"] = name.into();
            for key in party["keys"].as_array_mut().unwrap() {
                key["key"] = blake3::hash(name.as_bytes()).to_hex().as_str().into();
            }
            json!({"index": 0, "proof": [], "document": party})
        };
        json!({
            "format": "score-receipt/1", "commitment": "", "attestations": [],
            "dossier": {"index": 0, "proof": [], "document": dossier},
            "parties": names.map(party),
            "policies": [document("policy")],
        })
    }

    /// Puts each value in the place of each number, date and instant, one at a time.
    fn each_extreme(whole: &mut Value, path: &str, tried: &mut dyn FnMut(&Value)) {
        let at = |whole: &mut Value| whole.pointer_mut(path).unwrap().clone();
        let extremes: Vec<Value> = match at(whole) {
            Value::Object(members) => {
                members.keys().for_each(|name| each_extreme(whole, &format!("{path}/{name}"), tried));
                return;
            }
            Value::Array(all) => {
                (0..all.len()).for_each(|place| each_extreme(whole, &format!("{path}/{place}"), tried));
                let twice = Value::Array(all.iter().chain(&all).cloned().collect());
                vec![json!([]), twice]
            }
            Value::Number(_) => [0u64, 1, 2, 255, 1 << 15, 65_535, 1 << 31, (1 << 32) - 1, (1 << 53) - 1]
                .map(Value::from)
                .into(),
            Value::String(text) if text.starts_with("20") && text.contains('T') => {
                ["1970-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"].map(Value::from).into()
            }
            Value::String(text) if text.starts_with("20") => {
                ["1970-01-01", "9999-12-31"].map(Value::from).into()
            }
            _ => vec![Value::Null],
        };
        let before = at(whole);
        for extreme in extremes {
            *whole.pointer_mut(path).unwrap() = extreme;
            tried(whole);
        }
        *whole.pointer_mut(path).unwrap() = before;
    }

    #[test]
    fn no_document_is_too_strange_to_be_read_or_refused() {
        let mut whole = unproven();
        let moments = [("1970-01-01", 1), ("2026-12-21", 30), ("9999-12-31", u64::MAX)];
        let moments = moments.map(|(date, size)| At { size, as_of: date.parse().unwrap() });
        let read: ScoreReceipt = serde_json::from_value(whole.clone()).unwrap();
        assert_eq!(read.score(moments[1]).unwrap().assessments.len(), 3);
        let mut outcomes = [0u32; 3];
        each_extreme(&mut whole, "", &mut |value| {
            let Ok(receipt) = serde_json::from_value::<ScoreReceipt>(value.clone()) else {
                return outcomes[0] += 1;
            };
            for at in moments {
                outcomes[1 + usize::from(receipt.score(at).is_ok())] += 1;
            }
        });
        assert!(outcomes.iter().all(|count| *count > 200), "{outcomes:?}");
    }
}
