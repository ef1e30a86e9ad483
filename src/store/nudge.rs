//! Calls that wait for what nobody may tell them, and are nudged meanwhile.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

/// How often the watch looks.
const LOOK: Duration = Duration::from_millis(100);
/// A call is nudged after this, and again after twice as long each time: a nudge may come to wait too.
const FIRST: Duration = Duration::from_millis(500);

type Nudge = Arc<dyn Fn() + Send + Sync>;

/// A call under way.
struct Call {
    nudge: Nudge,
    began: Instant,
    next: Duration,
}

type UnderWay = Mutex<Option<Call>>;

/// Watches one call at a time, and nudges it from other threads while it lasts.
pub(super) struct Nudged(Arc<UnderWay>);

impl Nudged {
    /// Begins the watch, which ends with this.
    ///
    /// # Errors
    /// No thread can be begun.
    pub(super) fn begin() -> std::io::Result<Self> {
        let under_way = Arc::default();
        let watched = Arc::downgrade(&under_way);
        std::thread::Builder::new().name("nudge".to_owned()).spawn(move || watch(&watched))?;
        Ok(Self(under_way))
    }

    /// Nudges until the answer is dropped.
    pub(super) fn during(&self, nudge: impl Fn() + Send + Sync + 'static) -> Watched<'_> {
        *lock(&self.0) = Some(Call { nudge: Arc::new(nudge), began: Instant::now(), next: FIRST });
        Watched(&self.0)
    }
}

/// Held by a call as long as it is to be nudged.
pub(super) struct Watched<'a>(&'a UnderWay);

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        *lock(self.0) = None;
    }
}

fn lock(under_way: &UnderWay) -> std::sync::MutexGuard<'_, Option<Call>> {
    under_way.lock().unwrap_or_else(PoisonError::into_inner)
}

fn watch(watched: &Weak<UnderWay>) {
    while let Some(under_way) = watched.upgrade() {
        let mut call = lock(&under_way);
        if let Some(call) = call.as_mut()
            && call.began.elapsed() >= call.next
        {
            call.next *= 2;
            let nudge = Arc::clone(&call.nudge);
            std::thread::spawn(move || nudge());
        }
        drop(call);
        drop(under_way);
        std::thread::sleep(LOOK);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_call_is_nudged_until_it_ends() {
        let nudged = Nudged::begin().unwrap();
        let (nudge, come) = mpsc::channel();
        let nudge = Mutex::new(nudge);
        let watched = nudged.during(move || nudge.lock().unwrap().send(()).unwrap());
        for _ in 0..2 {
            come.recv_timeout(Duration::from_secs(10)).unwrap();
        }
        drop(watched);
        // The watch held the only other end.
        while come.try_recv() != Err(mpsc::TryRecvError::Disconnected) {
            std::thread::sleep(LOOK);
        }
    }
}
