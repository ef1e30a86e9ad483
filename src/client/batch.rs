//! Sending many events at once, and believing of each only what is told of it.

use reqwest::header::CONTENT_LENGTH;
use serde_json::Value;

use super::http::{Client, ClientError, answered, broken_off, is_told};
use super::patience::Waiting;
use crate::dsse::EventId;
use crate::ledger::Submission;
use crate::{json, limits};

impl Client {
    /// Submits lines, and shows `each` the answer to every one, in order.
    ///
    /// # Errors
    /// [`ClientError`] when the whole batch is refused, the answer breaks off, a line has none, or one that is
    /// of another event.
    pub async fn submit_batch(
        &self,
        lines: Vec<u8>,
        receipts: bool,
        each: &mut (dyn FnMut(Value) + Send),
    ) -> Result<(), ClientError> {
        let path = if receipts { "/v1/events/batch" } else { "/v1/events/batch?receipts=false" };
        let mut expected = Expected::of(&lines, receipts);
        let broken = |what: String| ClientError::Unreadable(path.to_owned(), what);
        let mut waiting = Waiting::begin(self.patience(), lines.len());
        // The library leaves the length of nothing out.
        let sent = self.http().post(self.url(path)).header(CONTENT_LENGTH, lines.len()).body(lines);
        let answer = waiting.piece(self.base(), sent.send()).await?;
        let mut answer = answered(self.base(), &mut waiting, path, answer).await?;
        let mut tell = |line: &[u8]| {
            let fate: Value = serde_json::from_slice(line).map_err(|error| broken(error.to_string()))?;
            expected.take(&fate).map_err(broken)?;
            each(fate);
            Ok(())
        };
        let mut rest = Vec::new();
        loop {
            let piece = waiting.piece(self.base(), answer.chunk()).await?;
            let Some(piece) = piece.map_err(|error| broken_off(self.base(), path, &error))? else { break };
            waiting.note(piece.len());
            for part in piece.split_inclusive(|byte| *byte == b'\n') {
                rest.extend_from_slice(part);
                if rest.len() > limits::RECEIPT_BYTES {
                    return Err(broken("a line is too long".to_owned()));
                }
                if rest.ends_with(b"\n") {
                    tell(&rest)?;
                    rest.clear();
                }
            }
        }
        if !rest.is_empty() {
            tell(&rest)?;
        }
        match (expected.told, expected.events.len()) {
            // A batch over its limits has one answer more, in place of what was not read.
            (told, sent) if told >= sent => Ok(()),
            (told, sent) => {
                Err(broken(format!("{told} answers to {sent} events: send those without one again")))
            }
        }
    }
}

/// The events of a batch, as their answers must name them.
struct Expected {
    /// Each line's; none of one that is no submission, which is never recorded.
    events: Vec<Option<EventId>>,
    receipts: bool,
    told: usize,
}

impl Expected {
    fn of(lines: &[u8], receipts: bool) -> Self {
        // An empty line has no answer.
        let lines = lines.split(|byte| *byte == b'\n').map(json::without_return);
        let event = |line: &[u8]| {
            let submission = Submission::parse(line).ok()?;
            Some(EventId::of_payload(submission.envelope.payload()))
        };
        let events = lines.filter(|line| !line.is_empty()).map(event).collect();
        Self { events, receipts, told: 0 }
    }

    /// Looks at the next answer: a refusal says why, and anything else that this very event was recorded.
    fn take(&mut self, fate: &Value) -> Result<(), String> {
        let line = self.told;
        self.told += 1;
        let status = fate["status"].as_u64().unwrap_or_default();
        let refused = (400..600).contains(&status) && fate["code"].is_string();
        let event = match self.events.get(line) {
            Some(event) => *event,
            None if refused && line == self.events.len() => return Ok(()),
            None => return Err(format!("more answers than the {} events that were sent", line)),
        };
        // Past what a batch may hold, the answer stands for all that was not read.
        let numbered = fate["line"].as_u64() == Some(line as u64);
        let told = match event {
            _ if !numbered => false,
            Some(event) if matches!(status, 200 | 201) => is_told(&event, self.receipts, fate),
            _ => refused,
        };
        if told {
            return Ok(());
        }
        Err(format!(
            "line {line} is not answered with what became of it: look for its event with `tinnhiem log`, and \
             send it and those after it again"
        ))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_that_is_no_submission_is_never_recorded() {
        let mut expected = Expected::of(b"nonsense\n\n\r\nmore\n", false);
        assert_eq!(expected.events, [None, None]);
        let refusal = |line: u64| json!({"line": line, "status": 400, "code": "envelope.malformed"});
        assert!(expected.take(&json!({"line": 0, "status": 201, "seq": 5})).is_err());
        assert!(expected.take(&refusal(1)).is_ok());
        // One answer may stand for all that was not read, and no more follow.
        assert!(expected.take(&refusal(2)).is_ok());
        assert!(expected.take(&refusal(3)).is_err());
        let mut expected = Expected::of(b"nonsense", false);
        assert!(expected.take(&refusal(1)).is_err());
        assert!(expected.take(&json!({"line": 1, "status": 201})).is_err());
    }
}
