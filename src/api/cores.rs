//! Work on many files of the ledger, on every core.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Files that one core takes at a time.
const BLOCK: usize = 1_024;
/// Files that are not worth a second core.
const FEW: usize = 256;

/// What `each` makes of the numbers below `count`, where it makes something; in no order.
pub(super) fn on_every_core<T: Send>(count: usize, each: impl Fn(usize) -> Option<T> + Sync) -> Vec<T> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if count <= FEW || cores == 1 {
        return (0..count).filter_map(each).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let first = next.fetch_add(BLOCK, Ordering::Relaxed);
            if first >= count {
                return done;
            }
            done.extend((first..count.min(first + BLOCK)).filter_map(&each));
        }
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..cores).map(|_| scope.spawn(work)).collect();
        let mut all = work();
        for other in others {
            all.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_worked_on_once() {
        for count in [0, 1, FEW, FEW + 1, BLOCK, 5 * BLOCK + 7] {
            let mut done = on_every_core(count, |number| (number % 3 != 0).then_some(number));
            done.sort_unstable();
            assert!(done.into_iter().eq((0..count).filter(|number| number % 3 != 0)), "{count}");
        }
    }
}
