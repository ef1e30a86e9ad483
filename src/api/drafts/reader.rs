//! Who reads: a key that signs that it asks.
//!
//! ```text
//! Authorization: Tinnhiem <key, 64 hex digits>:<Unix milliseconds>:<signature, standard base64>
//! ```
//!
//! What is signed is the DSSE pre-authentication encoding of the type
//! `application/vnd.tinnhiem.reader` and of the ledger's origin, a line feed and the milliseconds. No event has that
//! type, so that the proof is worth nothing as a signature under one; it names the ledger and lapses after five
//! minutes, so that it is worth nothing elsewhere or later. Whoever overhears it meanwhile reads what its key may:
//! as everything here, it is sent over TLS where others listen.

use std::sync::Arc;

use aide::OperationInput;
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::{App, Problem};
use crate::dsse::{PublicKey, SecretKey, Signature, pae};
use crate::limits;
use crate::log::Origin;
use crate::time::Timestamp;

/// The type of what a reader signs.
const READER_TYPE: &str = "application/vnd.tinnhiem.reader";
/// The scheme of the header.
const SCHEME: &str = "Tinnhiem ";

/// The key of whoever asks, where one is proven.
pub(in crate::api) struct Reader(pub Option<PublicKey>);

fn signed(origin: &Origin, at_ms: u64) -> Vec<u8> {
    pae(READER_TYPE, format!("{origin}\n{at_ms}").as_bytes())
}

/// The `Authorization` by which the holder of a key reads drafts of a ledger at an instant.
pub fn authorization(key: &SecretKey, origin: &Origin, at: Timestamp) -> String {
    let signature = key.sign(&signed(origin, at.as_ms()));
    format!("{SCHEME}{}:{}:{}", key.public(), at.as_ms(), STANDARD.encode(signature.as_bytes()))
}

fn parsed(text: &str) -> Option<(PublicKey, u64, Signature)> {
    let mut parts = text.strip_prefix(SCHEME)?.splitn(3, ':');
    let key = parts.next()?.parse().ok()?;
    let at_ms = parts.next()?.parse().ok()?;
    let signature = STANDARD.decode(parts.next()?).ok()?.try_into().ok()?;
    Some((key, at_ms, Signature::from_bytes(signature)))
}

/// The key that a header proves.
fn proven(text: &str, origin: &Origin, now: Timestamp) -> Result<PublicKey, Problem> {
    let malformed = || {
        let detail =
            "Authorization is `Tinnhiem KEY:MILLISECONDS:SIGNATURE`: see the documentation, or leave it out";
        Problem::new(400, "reader.malformed", detail)
    };
    let (key, at_ms, signature) = parsed(text).ok_or_else(malformed)?;
    if now.as_ms().abs_diff(at_ms) > limits::READER_MS {
        let detail = format!(
            "the proof of who reads is of another time than the ledger's, which is {now}: sign a new one"
        );
        return Err(Problem::new(403, "reader.late", detail));
    }
    if !key.verify(&signed(origin, at_ms), &signature) {
        let detail =
            format!("the proof of who reads does not verify: {key} signs the origin {origin} and the time");
        return Err(Problem::new(403, "reader.signature", detail));
    }
    Ok(key)
}

impl FromRequestParts<Arc<App>> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(header::AUTHORIZATION) else { return Ok(Self(None)) };
        let text = value.to_str().unwrap_or_default();
        proven(text, app.ledger.origin(), app.ledger.now()).map(|key| Self(Some(key)))
    }
}

impl OperationInput for Reader {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_good_for_its_key_ledger_and_time() {
        let key = SecretKey::from_seed([3; 32]);
        let origin = |name: &str| format!("{name}/{}", "0".repeat(32)).parse::<Origin>().unwrap();
        let (here, there) = (origin("here"), origin("there"));
        let at = |ms| Timestamp::from_ms(ms).unwrap();
        let text = authorization(&key, &here, at(10_000_000));
        let code = |text: &str, origin, now| match proven(text, origin, at(now)) {
            Ok(proven) => proven.to_string(),
            Err(problem) => problem.code,
        };
        assert_eq!(code(&text, &here, 10_000_000 + limits::READER_MS), key.public().to_string());
        assert_eq!(code(&text, &here, 10_000_001 + limits::READER_MS), "reader.late");
        assert_eq!(code(&text, &here, 9_999_999 - limits::READER_MS), "reader.late");
        assert_eq!(code(&text, &there, 10_000_000), "reader.signature");
        let later = text.replace(":10000000:", ":10000001:");
        assert_eq!(code(&later, &here, 10_000_000), "reader.signature");
        // What signs an event proves nothing here.
        let event = key.sign(&pae(crate::dsse::PAYLOAD_TYPE, format!("{here}\n10000000").as_bytes()));
        let event = format!("Tinnhiem {}:10000000:{}", key.public(), STANDARD.encode(event.as_bytes()));
        assert_eq!(code(&event, &here, 10_000_000), "reader.signature");
        for text in ["", "Bearer x", "Tinnhiem", "Tinnhiem a:1:b", &text[..text.len() - 4]] {
            assert_eq!(code(text, &here, 10_000_000), "reader.malformed", "{text}");
        }
    }
}
