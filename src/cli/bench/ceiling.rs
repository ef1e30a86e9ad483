//! The ceiling: what checking signatures alone would allow.

use std::hint::black_box;
use std::time::{Duration, Instant};

use ed25519_dalek::{Signature, VerifyingKey};

use super::alliance::Signer;
use super::signing::cores;

/// Bytes of the message, about those of an event.
const MESSAGE_BYTES: usize = 600;

/// Strict verifications per second on all cores at once, each from the raw bytes of key and signature.
///
/// The library is called directly: what this program saves in verifying counts in its favour.
pub(super) fn measure(time: Duration) -> f64 {
    let signed: Vec<_> = (0..16)
        .map(|number| {
            let (key, message) = (Signer::Assessor(number).key(), vec![number as u8; MESSAGE_BYTES]);
            let signature = key.sign(&message);
            (*key.public().as_bytes(), message, *signature.as_bytes())
        })
        .collect();
    let started = Instant::now();
    let count = || {
        let mut count = 0_u64;
        while started.elapsed() < time {
            for (key, message, signature) in &signed {
                let key = VerifyingKey::from_bytes(black_box(key)).expect("it was made from a secret key");
                let signature = Signature::from_bytes(black_box(signature));
                assert!(key.verify_strict(black_box(message), &signature).is_ok());
                count += 1;
            }
        }
        count
    };
    let total: u64 = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores()).map(|_| scope.spawn(count)).collect();
        threads.into_iter().map(|thread| thread.join().expect("verifying does not panic")).sum()
    });
    total as f64 / started.elapsed().as_secs_f64()
}

/// Runs `work`, and gives with its outcome the ceiling right before and after it.
///
/// # Errors
/// As `work`.
pub(super) fn around<T>(work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<(T, f64)> {
    const TIME: Duration = Duration::from_millis(500);
    let before = measure(TIME);
    let outcome = work()?;
    Ok((outcome, (before + measure(TIME)) / 2.0))
}
