//! DSSE v1 envelopes: parsing, signing, and strict verification of every signature.
//!
//! Parsing asks nothing of the ledger. Whether a key may act is a rule, judged later.

mod envelope;
mod key;
mod verification;
mod verified;

pub use envelope::{Envelope, EnvelopeError, PAYLOAD_TYPE, pae};
pub use key::{MalformedKey, PublicKey, SecretKey, Signature, WeakKey};
pub use verified::{EventId, Verified};
