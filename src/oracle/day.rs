//! The day on which a ledger's answers are read.

use serde_json::Value;

use super::{Oracle, mounted, questions};
use crate::audit::{Finding, Place};
use crate::client::ClientError;
use crate::limits;
use crate::time::Date;

/// What a ledger says of itself, and of its day.
const LEDGER: &str = "/v1/ledger";
/// Where the server's own clock is answered: routes, and the member of each that is its day.
const DAYS: [(&str, &str); 2] = [(LEDGER, "/today"), ("/v1/commitments/next", "/date")];
/// The code of a day that is not the auditor's.
const WRONG_DAY: &str = "clock.today";

impl Oracle<'_> {
    /// Compares the day that the ledger serves with the auditor's clock, and finds out on which day its
    /// other answers are read: if that alone is false, they are still compared.
    pub(super) async fn settle_day(&mut self) -> Result<(), ClientError> {
        let served = self.client.answer(LEDGER).await?;
        let served: Value = serde_json::from_slice(&served.bytes).unwrap_or_default();
        let served: Option<Date> = served["today"].as_str().and_then(|today| today.parse().ok());
        let right = self.days();
        if served.is_none_or(|served| !right.contains(&served)) {
            let served = served.map_or("no day".to_owned(), |served| served.to_string());
            let what = match self.inquiry.today {
                Some(today) => format!("it takes {served} for today, not {today}"),
                None => format!(
                    "it takes {served} for today, by this auditor's clock it is {} (a ledger that stands at \
                     another day on purpose is audited with --today)",
                    self.today
                ),
            };
            self.findings.push(Finding::new(Place::Answer(LEDGER.to_owned()), WRONG_DAY, what));
        }
        let listing = self.client.answer(questions::FIRST_CLOCK).await?;
        let listing: Value = serde_json::from_slice(&listing.bytes).unwrap_or_default();
        let read_on: Option<Date> = listing["as_of"].as_str().and_then(|as_of| as_of.parse().ok());
        let state = self.replayed.auditor.state();
        let latest = |day: Date| day.max(state.date_of(state.last_at()));
        // That which it says itself, where that is right, before another on which the same would be read.
        let itself = served.filter(|served| right.contains(served));
        let candidates = itself.into_iter().chain(right.iter().copied()).chain(served);
        let day = candidates.into_iter().find(|day| Some(latest(*day)) == read_on);
        self.take_day(day.or(served).unwrap_or(self.today));
        Ok(())
    }

    /// The days that the ledger may take for today.
    pub(super) fn days(&self) -> Vec<Date> {
        if let Some(today) = self.inquiry.today {
            return vec![today];
        }
        let (now, state) = (self.inquiry.auditing.clock.now(), self.replayed.auditor.state());
        let around = [now, now.minus_ms(limits::AUDIT_AHEAD_MS), now.plus_ms(limits::AUDIT_AHEAD_MS)];
        let mut days: Vec<Date> = around.into_iter().map(|at| state.date_of(at)).collect();
        days.dedup();
        days
    }

    pub(super) fn take_day(&mut self, today: Date) {
        if today != self.today
            && let Some(router) = mounted(&self.replayed, self.inquiry, today)
        {
            (self.today, self.router) = (today, router);
        }
    }

    /// The member of a route's answers that follows from a wrong day, where one was named before the others
    /// are looked at.
    pub(super) fn wrong_day(&self, route: &str) -> Option<&'static str> {
        let (_, member) = DAYS.iter().find(|(of, _)| *of == route)?;
        self.findings.iter().any(|one| one.code == WRONG_DAY).then_some(*member)
    }
}
