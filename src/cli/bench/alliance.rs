//! The alliance that the load comes from: who takes part, with which keys and ids.
//!
//! Everything follows from names, so that a ledger that is kept can be gone on with later.

use std::sync::LazyLock;

use crate::client::{Draft, opening};
use crate::dsse::{PublicKey, SecretKey};
use crate::event::*;
use crate::log::Origin;
use crate::time::Timestamp;
use crate::vault::Attachment;

/// Assessors, each of its own controller group.
pub(super) const ASSESSORS: usize = 100;
/// Members that endorse.
pub(super) const ENDORSERS: usize = 300;
/// Council seats.
const SEATS: usize = 5;
/// Seats that sign what the council decides.
pub(super) const THRESHOLD: usize = 2;
/// Minutes east of Greenwich.
pub(super) const UTC_OFFSET_MIN: i32 = 420;

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signer {
    /// A council seat.
    Seat(usize),
    /// The registrar.
    Registrar,
    /// An assessor.
    Assessor(usize),
    /// A member that endorses.
    Endorser(usize),
    /// A member that was admitted later.
    Newcomer(usize),
    /// A subject, with its first key or one that it rotated to.
    Subject(usize, u32),
}

/// The keys that sign again and again, made once.
static KEYS: LazyLock<Vec<SecretKey>> = LazyLock::new(|| {
    let seats = (0..SEATS).map(Signer::Seat);
    let assessors = (0..ASSESSORS).map(Signer::Assessor);
    let endorsers = (0..ENDORSERS).map(Signer::Endorser);
    let all = seats.chain([Signer::Registrar]).chain(assessors).chain(endorsers);
    all.map(|signer| key(&format!("{signer:?}"))).collect()
});

fn key(name: &str) -> SecretKey {
    SecretKey::from_seed(blake3::derive_key("tinnhiem bench 1 key", name.as_bytes()))
}

/// The key that the log is signed with.
pub(super) fn log_key() -> SecretKey {
    key("log")
}

impl Signer {
    /// The secret key.
    pub(super) fn key(self) -> SecretKey {
        let place = match self {
            Self::Seat(seat) => seat,
            Self::Registrar => SEATS,
            Self::Assessor(number) => SEATS + 1 + number,
            Self::Endorser(number) => SEATS + 1 + ASSESSORS + number,
            Self::Newcomer(_) | Self::Subject(..) => return key(&format!("{self:?}")),
        };
        KEYS[place].clone()
    }

    /// The public key.
    pub(super) fn public(self) -> PublicKey {
        self.key().public()
    }

    /// The party that the key is of.
    pub(super) fn party(self) -> PartyId {
        let slug = match self {
            Self::Seat(seat) => format!("seat-{seat}"),
            Self::Registrar => "registrar".to_owned(),
            Self::Assessor(number) => format!("assessor-{number}"),
            Self::Endorser(number) => format!("endorser-{number}"),
            Self::Newcomer(number) => format!("newcomer-{number}"),
            Self::Subject(number, _) => return subject(number).into(),
        };
        slug.parse().expect("these slugs are well formed")
    }
}

/// The id of a subject.
pub(super) fn subject(number: usize) -> SubjectId {
    let hash = blake3::derive_key("tinnhiem bench 1 subject", &(number as u64).to_be_bytes());
    let mut random = [0; 13];
    random.copy_from_slice(&hash[..13]);
    SubjectId::from_random(random)
}

/// A commitment to bytes that nobody sends.
pub(super) fn commitment(name: &str, number: u64) -> Commitment {
    Commitment::from_bytes(
        *blake3::Hasher::new_derive_key("tinnhiem bench 1 commitment")
            .update(name.as_bytes())
            .update(&number.to_be_bytes())
            .finalize()
            .as_bytes(),
    )
}

/// A text that an event must bring along.
pub(super) fn text(words: &str) -> Attachment {
    Attachment::text(blake3::derive_key("tinnhiem bench 1 salt", words.as_bytes()), words)
}

/// A profile, from which a listing reads the name.
pub(super) fn profile(name: &str) -> Attachment {
    let bytes = serde_json::json!({"name": name}).to_string().into_bytes();
    Attachment { media_type: "application/json".to_owned(), bytes, ..text(name) }
}

/// The event that opens the ledger of a policy, and the log's origin.
pub(super) fn open(
    name: &str,
    policy: Policy,
    at: Timestamp,
    replayed_until: Timestamp,
) -> anyhow::Result<(Origin, Draft)> {
    let seats = (0..SEATS).map(|seat| {
        let signer = Signer::Seat(seat);
        Seat { seat: seat as u8 + 1, member: signer.party(), key: signer.public() }
    });
    let body = LedgerOpened {
        council: seats.collect(),
        threshold: THRESHOLD as u8,
        operator: Operator { member: "operator".parse()?, key: key("operator").public() },
        log_key: log_key().public(),
        utc_offset_min: UTC_OFFSET_MIN,
        policy,
        replayed_until: Some(replayed_until),
    };
    Ok(opening(name, at, body)?)
}

/// Where an assessor, endorser or registrar stands.
pub(super) fn class(signer: Signer) -> MemberClass {
    const KINDS: [MemberClass; 4] =
        [MemberClass::StateAgency, MemberClass::Platform, MemberClass::Business, MemberClass::Press];
    match signer {
        Signer::Assessor(_) => MemberClass::Assessor,
        Signer::Endorser(number) | Signer::Newcomer(number) => KINDS[number % KINDS.len()],
        _ => MemberClass::Platform,
    }
}
