//! Whether signatures are their keys': strict Ed25519, one by one or many together.
//!
//! **Strict verification leaves two points packed.** Decompressing key and nonce point is a fifth of it. A
//! few hundred keys sign nearly everything, so keys met before are kept decompressed. And the library's
//! plain verification compares the nonce point's bytes with those of a point that it computed, so whether
//! that point is of small order, which only strict verification asks, shows in the bytes. A test holds both
//! against the library's strict one, for every point of small order.
//!
//! **Signatures that arrive together share one division.** Each equation is checked by itself, strictly;
//! what a batch's lines, and an audit's entries, have in common is the inversion by which the points
//! computed are written as bytes (`EdwardsPoint::compress_batch_alloc`), a tenth of a verification. Batch
//! verification, a random sum of the equations, takes what strict verification refuses, and is not used; a
//! test holds both ways against the library's strict one over torsion points, scalars beyond the order and
//! changed bytes.

use std::sync::{LazyLock, RwLock};

use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use ed25519_dalek::{Verifier, VerifyingKey};
use sha2::{Digest, Sha512};

use super::key::{PublicKey, Signature};

/// Keys kept decompressed.
const KEPT_KEYS: usize = 4096;

/// The keys met last, each in the slot that its bytes choose: the same few sign most events, and
/// decompressing a key takes a seventh of the time of a verification.
static DECOMPRESSED: LazyLock<Vec<RwLock<Option<VerifyingKey>>>> =
    LazyLock::new(|| (0..KEPT_KEYS).map(|_| RwLock::new(None)).collect());

/// The y coordinates of the eight points of small order, little-endian; the top bit is the sign of x.
const SMALL_ORDER: [[u8; 32]; 5] = {
    let (mut one, mut minus_one) = ([0; 32], [0xff; 32]);
    one[0] = 1;
    (minus_one[0], minus_one[31]) = (0xec, 0x7f);
    [one, minus_one, [0; 32], ORDER_EIGHT[0], ORDER_EIGHT[1]]
};
const ORDER_EIGHT: [[u8; 32]; 2] = [
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a,
        0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5,
        0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
];

impl PublicKey {
    /// Whether `signature` over `message` is this key's, by strict verification.
    ///
    /// Strict is what verifies, from neither a key nor a nonce point of small order. Verifying
    /// compares the nonce point's bytes with those of the point that it computes, which are canonical;
    /// so its order shows in its bytes, and decompressing it, a seventh of the time, is saved.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> bool {
        let dalek = ed25519_dalek::Signature::from_bytes(signature.as_bytes());
        !signature.has_nonce_of_small_order()
            && self.decompressed().is_some_and(|key| key.verify(message, &dalek).is_ok())
    }

    /// The curve point of the key; none when the bytes are none, or one of small order.
    pub(super) fn decompressed(&self) -> Option<VerifyingKey> {
        let bytes = self.as_bytes();
        let slot = &DECOMPRESSED[usize::from(u16::from_le_bytes([bytes[0], bytes[1]])) % KEPT_KEYS];
        if let Ok(kept) = slot.try_read()
            && let Some(key) = kept.filter(|key| key.as_bytes() == bytes)
        {
            return Some(key);
        }
        let key = VerifyingKey::from_bytes(bytes).ok().filter(|key| !key.is_weak())?;
        if let Ok(mut kept) = slot.try_write() {
            *kept = Some(key);
        }
        Some(key)
    }
}

/// Whether each signature over its message is its key's: what [`PublicKey::verify`] says of it alone.
///
/// Every equation is checked by itself. What they share is one division in the field, by which the
/// points computed are written as bytes: a tenth of the time. Batch verification, which checks a random
/// sum of the equations, takes what strict verification refuses, and is not used.
pub fn verify_each(signed: &[(PublicKey, &[u8], Signature)]) -> Vec<bool> {
    let computed: Vec<Option<EdwardsPoint>> =
        signed.iter().map(|(key, message, signature)| signature.nonce_of(key, message)).collect();
    let points: Vec<EdwardsPoint> = computed.iter().flatten().copied().collect();
    let mut written = EdwardsPoint::compress_batch_alloc(&points).into_iter();
    let named = signed.iter().map(|(_, _, signature)| CompressedEdwardsY(signature.nonce()));
    let both = computed.iter().zip(named);
    both.map(|(computed, named)| computed.is_some() && written.next() == Some(named)).collect()
}

impl Signature {
    fn nonce(&self) -> [u8; 32] {
        std::array::from_fn(|at| self.as_bytes()[at])
    }

    /// The nonce point that this signature must name: s·B − k·A (RFC 8032, section 5.1.7); none where
    /// strictness refuses key, nonce or scalar.
    fn nonce_of(&self, key: &PublicKey, message: &[u8]) -> Option<EdwardsPoint> {
        if self.has_nonce_of_small_order() {
            return None;
        }
        let scalar: [u8; 32] = std::array::from_fn(|at| self.as_bytes()[32 + at]);
        let scalar = Option::<Scalar>::from(Scalar::from_canonical_bytes(scalar))?;
        let point = key.decompressed()?.to_edwards();
        let hashed = Sha512::new().chain_update(self.nonce()).chain_update(key.as_bytes());
        let challenge = Scalar::from_bytes_mod_order_wide(&hashed.chain_update(message).finalize().into());
        Some(EdwardsPoint::vartime_double_scalar_mul_basepoint(&challenge, &-point, &scalar))
    }

    /// Whether its nonce point, canonically written, is of small order.
    fn has_nonce_of_small_order(&self) -> bool {
        let nonce = &self.as_bytes()[..32];
        SMALL_ORDER.iter().any(|y| nonce[31] & 0x7f == y[31] && nonce[..31] == y[..31])
    }
}

#[cfg(test)]
mod tests {
    use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
    use proptest::prelude::*;

    use super::*;
    use crate::dsse::SecretKey;

    /// Alone and among others.
    fn verifies(public: [u8; 32], message: &[u8], signature: &Signature) -> bool {
        let key = PublicKey::from_bytes(public);
        let alone = key.verify(message, signature);
        let honest = SecretKey::from_seed([7; 32]);
        let others = (honest.public(), message, honest.sign(message));
        assert_eq!(verify_each(&[others, (key, message, *signature), others]), [true, alone, true]);
        alone
    }

    /// Of a key with a torsion component, and of an honest one, signatures whose nonce point is any of
    /// the eight of small order: plain verification takes them.
    #[test]
    fn verification_is_as_strict_as_the_library_s() {
        let secret = Scalar::from(0x0123_4567_89ab_cdef_u64);
        let mut seen = std::collections::BTreeSet::new();
        for torsion in EIGHT_TORSION {
            let public = (ED25519_BASEPOINT_POINT * secret + torsion).compress().to_bytes();
            let key = VerifyingKey::from_bytes(&public).unwrap();
            for nonce in EIGHT_TORSION {
                for message in 0..64_u64 {
                    let message = message.to_be_bytes();
                    let nonce_bytes = nonce.compress().to_bytes();
                    let hashed = Sha512::new().chain_update(nonce_bytes).chain_update(public);
                    let challenge =
                        Scalar::from_bytes_mod_order_wide(&hashed.chain_update(message).finalize().into());
                    let bytes: Vec<u8> =
                        nonce_bytes.into_iter().chain((challenge * secret).to_bytes()).collect();
                    let signature = Signature::from_bytes(bytes.try_into().unwrap());
                    let dalek = ed25519_dalek::Signature::from_bytes(signature.as_bytes());
                    assert!(key.verify_strict(&message, &dalek).is_err());
                    assert!(!verifies(public, &message, &signature));
                    if key.verify(&message, &dalek).is_ok() {
                        seen.insert(nonce_bytes);
                    }
                }
            }
        }
        assert_eq!(seen.len(), 8, "each is met where only strictness refuses it");
        // From a key of small order, anything may be made to verify.
        for weak in EIGHT_TORSION {
            let public = weak.compress().to_bytes();
            let key = VerifyingKey::from_bytes(&public).unwrap();
            let nonce = ED25519_BASEPOINT_POINT.compress().to_bytes();
            let bytes: Vec<u8> = nonce.into_iter().chain(Scalar::ONE.to_bytes()).collect();
            let signature = Signature::from_bytes(bytes.try_into().unwrap());
            let dalek = ed25519_dalek::Signature::from_bytes(signature.as_bytes());
            let taken = (0..64_u8).filter(|byte| key.verify(&[*byte], &dalek).is_ok()).count();
            assert!(taken > 0, "plain verification takes some");
            assert!((0..64_u8).all(|byte| !verifies(public, &[byte], &signature)));
        }
    }
    proptest! {
        /// Signatures whose bytes, message or key were changed, or not, in groups of every length.
        #[test]
        fn a_group_is_told_what_the_library_tells_of_each(
            changes in proptest::collection::vec((0u8..6, any::<prop::sample::Index>(), 1u8..), 0..40),
        ) {
            let signed: Vec<_> = (0u8..).zip(&changes).map(|(number, (what, place, by))| {
                let secret = SecretKey::from_seed([number % 5; 32]);
                let mut message = vec![number; 40];
                let mut signature = *secret.sign(&message).as_bytes();
                let mut key = *secret.public().as_bytes();
                match what {
                    0 => signature[place.index(64)] ^= by,
                    1 => message[place.index(40)] ^= by,
                    2 => key[place.index(32)] ^= by,
                    // The same scalar, written as one of the order above.
                    3 => add_order(&mut signature),
                    _ => {}
                }
                (PublicKey::from_bytes(key), message, Signature::from_bytes(signature))
            }).collect();
            let each: Vec<_> = signed.iter().map(|(key, message, signature)| (*key, &message[..], *signature)).collect();
            let library = |(key, message, signature): &(PublicKey, Vec<u8>, Signature)| {
                let dalek = ed25519_dalek::Signature::from_bytes(signature.as_bytes());
                VerifyingKey::from_bytes(key.as_bytes()).is_ok_and(|key| key.verify_strict(message, &dalek).is_ok())
            };
            prop_assert_eq!(verify_each(&each), signed.iter().map(library).collect::<Vec<_>>());
        }
    }

    /// Adds the group's order to the scalar of a signature.
    fn add_order(signature: &mut [u8; 64]) {
        const ORDER: [u8; 16] =
            [0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14];
        let mut carry = 0;
        for (at, byte) in signature[32..].iter_mut().enumerate() {
            let order = match at {
                31 => 0x10,
                _ => ORDER.get(at).copied().unwrap_or(0),
            };
            let sum = u16::from(*byte) + u16::from(order) + carry;
            (*byte, carry) = (sum as u8, sum >> 8);
        }
    }
}
