//! Events that wait for signatures at a running ledger: bringing, reading and signing them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::http::{Client, ClientError, answered, bounded, is_told};
use super::patience::Waiting;
use crate::dsse::{EventId, PublicKey, Signature};
use crate::ledger::Submission;
use crate::limits;

/// What became of an event that was brought, or signed.
#[derive(Debug, Clone)]
pub enum Brought {
    /// It waits for others: a row that says who they are.
    Waits(Value),
    /// It is recorded: what a ledger answers to who sends an event.
    Recorded {
        /// The answer, with the receipt.
        told: Value,
        /// Whether it had stood there before.
        before: bool,
    },
}

impl Client {
    /// What a path answers to who proves a key, by the `Authorization` that says so, or to anybody.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn json_for<T: DeserializeOwned>(
        &self,
        path: &str,
        authorization: Option<&str>,
    ) -> Result<T, ClientError> {
        let mut request = self.http().get(self.url(path));
        if let Some(proof) = authorization {
            request = request.header("authorization", proof);
        }
        self.exchanged(path, request, 0).await.map(|(_, told)| told)
    }

    /// Brings an event that others must sign too; one that lacks nothing is recorded.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with the reason.
    pub async fn bring(&self, submission: &Submission) -> Result<Brought, ClientError> {
        let event = EventId::of_payload(submission.envelope.payload());
        self.brought("/v1/drafts", submission.to_json(), &event).await
    }

    /// Adds signatures to an event that waits; the last that it needs records it.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with the reason.
    pub async fn sign_draft(
        &self,
        event: &EventId,
        signatures: &[(PublicKey, Signature)],
    ) -> Result<Brought, ClientError> {
        let all: Vec<Value> = signatures
            .iter()
            .map(|(key, signature)| json!({"keyid": key, "sig": STANDARD.encode(signature.as_bytes())}))
            .collect();
        let body = json!({"signatures": all}).to_string();
        self.brought(&format!("/v1/drafts/{event}/signatures"), body, event).await
    }

    async fn brought(&self, path: &str, body: String, event: &EventId) -> Result<Brought, ClientError> {
        let bytes = body.len();
        let request = self.http().post(self.url(path)).body(body);
        let (status, told): (_, Value) = self.exchanged(path, request, bytes).await?;
        let waits = status == reqwest::StatusCode::ACCEPTED && told["id"] == event.to_string();
        if waits {
            return Ok(Brought::Waits(told));
        }
        if status != reqwest::StatusCode::ACCEPTED && is_told(event, true, &told) {
            return Ok(Brought::Recorded { told, before: status == reqwest::StatusCode::OK });
        }
        let what = "neither that this event waits nor that it was recorded: send it again";
        Err(ClientError::Unreadable(path.to_owned(), what.to_owned()))
    }

    async fn exchanged<T: DeserializeOwned>(
        &self,
        path: &str,
        request: reqwest::RequestBuilder,
        sent: usize,
    ) -> Result<(reqwest::StatusCode, T), ClientError> {
        let mut waiting = Waiting::begin(self.patience(), sent);
        let answer = waiting.piece(self.base(), request.send()).await?;
        let answer = answered(self.base(), &mut waiting, path, answer).await?;
        let status = answer.status();
        let bytes = bounded(self.base(), &mut waiting, answer, path, limits::BATCH_BYTES).await?;
        let parsed = serde_json::from_slice(&bytes);
        let parsed = parsed.map_err(|error| ClientError::Unreadable(path.to_owned(), error.to_string()))?;
        Ok((status, parsed))
    }
}
