//! A certificate as a W3C Verifiable Credential 2.0 in the shape of Open Badges 3.0, for who reads no ledger.
//!
//! It is signed by the operator's key (`DataIntegrityProof`, `eddsa-jcs-2022`), named by a `did:key`, and
//! carries the receipt of the score as evidence, from which anyone computes the score and the certificate's
//! standing anew. The credential is a copy: what counts is the ledger, and what suspends or ends the
//! certificate there is not known here.
//!
//! [VC 2.0](https://www.w3.org/TR/vc-data-model-2.0/),
//! [Data Integrity EdDSA](https://www.w3.org/TR/vc-di-eddsa/),
//! [Open Badges 3.0](https://www.imsglobal.org/spec/ob/v3p0).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::canonical;
use crate::dsse::{PublicKey, SecretKey};
use crate::engines::Certified;
use crate::event::SubjectId;
use crate::time::Timestamp;

/// The multicodec of an Ed25519 public key.
const ED25519: [u8; 2] = [0xed, 0x01];

/// What a credential says.
#[derive(Debug, Clone, Copy)]
pub struct Credential<'a> {
    /// The origin of the ledger.
    pub origin: &'a str,
    /// Minutes east of Greenwich of its days.
    pub utc_offset_min: i32,
    /// Whose certificate it is.
    pub subject: SubjectId,
    /// The certificate.
    pub certified: &'a Certified,
    /// The bytes of the receipt of a score that it stands in.
    pub receipt: &'a [u8],
    /// When the credential is signed.
    pub at: Timestamp,
}

impl Credential<'_> {
    /// Its bytes, signed by a key: JSON, one document.
    pub fn signed(&self, key: &SecretKey) -> Vec<u8> {
        let issuer = did_key(&key.public());
        let mut credential = self.unsigned(&issuer);
        let (_, fragment) = issuer.split_at("did:key:".len());
        let mut proof = json!({
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-jcs-2022",
            "created": self.at,
            "verificationMethod": format!("{issuer}#{fragment}"),
            "proofPurpose": "assertionMethod",
            "@context": credential["@context"],
        });
        let hashes = [Sha256::digest(canonical(&proof)), Sha256::digest(canonical(&credential))];
        let signature = key.sign(&hashes.concat());
        proof["proofValue"] = multibase(signature.as_bytes()).into();
        credential["proof"] = proof;
        canonical(&credential)
    }

    fn unsigned(&self, issuer: &str) -> Value {
        let Self { origin, subject, certified, .. } = self;
        let urn = |what: &dyn std::fmt::Display| format!("urn:tinnhiem:{}:{what}", origin.replace('/', ":"));
        let start = |date: crate::time::Date| date.start_at(self.utc_offset_min);
        let points = format!("{}.{:02}", certified.score / 100, certified.score % 100);
        json!({
            "@context": [
                "https://www.w3.org/ns/credentials/v2",
                "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
            ],
            "id": urn(&certified.event),
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": "Chứng nhận tín nhiệm / Credibility certificate",
            "issuer": {"id": issuer, "type": ["Profile"], "name": origin},
            "validFrom": start(certified.granted_on),
            "validUntil": start(certified.valid_until.plus_days(1)).minus_ms(1),
            "credentialSubject": {
                "id": urn(subject),
                "type": ["AchievementSubject"],
                "achievement": {
                    "id": urn(&format_args!("policy:{}:certificate", certified.policy)),
                    "type": ["Achievement"],
                    "name": format!("Hạng {0} / Band {0}", certified.band),
                    "description": format!("score {points} on {}, band {}", certified.as_of, certified.band),
                    "criteria": {
                        "narrative": format!(
                            "the conditions for certificates of policy {} of {origin}", certified.policy
                        ),
                    },
                },
            },
            "evidence": [{
                "id": format!("data:application/json;base64,{}", STANDARD.encode(self.receipt)),
                "type": ["Evidence"],
                "name": "score receipt",
                "description": "verified by `tinnhiem verify`, which computes score and certificate anew",
            }],
        })
    }
}

/// A key as a `did:key` identifier.
fn did_key(key: &PublicKey) -> String {
    format!("did:key:{}", multibase(&[&ED25519[..], key.as_bytes()].concat()))
}

/// Bytes in multibase base58-btc.
fn multibase(bytes: &[u8]) -> String {
    format!("z{}", bs58::encode(bytes).into_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the did:key method for Ed25519.
    #[test]
    fn a_key_is_named_as_did_key_names_it() {
        let key = "2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6";
        let bytes: Vec<u8> =
            (0..64).step_by(2).map(|at| u8::from_str_radix(&key[at..at + 2], 16).unwrap()).collect();
        let key = PublicKey::from_bytes(bytes.try_into().unwrap());
        assert_eq!(did_key(&key), "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK");
    }
}
