//! Talking to a running ledger.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::patience::{Patience, Waiting};
use crate::dsse::{EventId, PublicKey};
use crate::ledger::Submission;
use crate::limits;
use crate::log::{Entry, Origin, Receipt};

/// By what an address is given, as faults of one name it.
pub const BY_LEDGER: &str = "by --ledger ADDRESS or TINNHIEM_LEDGER";

/// A ledger at an address.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    patience: Patience,
}

/// What a path answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The media type.
    pub media_type: String,
    /// The `Link` header: where the next page of a table is.
    pub link: String,
    /// The `ETag` header: what a cache asks again by.
    pub tag: String,
    /// The `Cache-Control` header: how long a cache may not ask again.
    pub caching: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Why a ledger did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No answer.
    #[error(
        "is the ledger running, and its address right? Another is named {BY_LEDGER}; no answer from {0}: {1}"
    )]
    Unreachable(String, String),
    /// A server that does not speak as its address says.
    #[error("{0} does not speak {1}: give the address as {2}://…, {BY_LEDGER}")]
    OtherScheme(String, &'static str, &'static str),
    /// A server that names another.
    #[error("{0} sends elsewhere, to {1}: give the ledger's own address, {BY_LEDGER}")]
    Elsewhere(String, String),
    /// A problem, as the ledger says it.
    #[error("{detail} ({code})")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The stable code.
        code: String,
        /// What is wrong and what to do next.
        detail: String,
    },
    /// An answer that is not what was asked for.
    #[error("{0} answered what cannot be read: {1}")]
    Unreadable(String, String),
    /// A file of an export that is not there, or not to be read.
    #[error("{path}: {1}", path = .0.display())]
    File(std::path::PathBuf, String),
    /// This machine does not keep what was fetched.
    #[error("what was fetched cannot be kept here: {0}")]
    Local(std::io::Error),
}

impl ClientError {
    /// The address that was asked, where the fault is that address.
    pub fn address(&self) -> Option<&str> {
        match self {
            Self::Unreachable(of, _) | Self::OtherScheme(of, ..) | Self::Elsewhere(of, _) => Some(of),
            _ => None,
        }
    }

    /// Whether the ledger answered that it has no such thing.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }
}

impl Client {
    /// The ledger at `base`, such as `http://127.0.0.1:8080`.
    ///
    /// It follows nobody elsewhere: a redirected event would be asked for, and not sent.
    pub fn new(base: &str) -> Self {
        Self::waiting(base, Patience::default())
    }

    /// The same, waiting no longer than this.
    pub fn waiting(base: &str, patience: Patience) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(patience.connect)
            .read_timeout(patience.idle);
        let http = http.build().expect("nothing is asked of the client that it may not have");
        Self { http, base: base.trim_end_matches('/').to_owned(), patience }
    }

    /// The address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A JSON answer.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn json<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        let bytes = self.bytes(path, limits::BATCH_BYTES).await?;
        serde_json::from_slice(&bytes)
            .map_err(|error| ClientError::Unreadable(path.to_owned(), error.to_string()))
    }

    /// A text answer.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn text(&self, path: &str) -> Result<String, ClientError> {
        let bytes = self.bytes(path, limits::RECEIPT_BYTES).await?;
        String::from_utf8(bytes).map_err(|error| ClientError::Unreadable(path.to_owned(), error.to_string()))
    }

    /// The bytes at a path, at most so many.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn bytes(&self, path: &str, most: usize) -> Result<Vec<u8>, ClientError> {
        let (answer, mut waiting) = self.asked(path).await?;
        let answer = answered(&self.base, &mut waiting, path, answer).await?;
        bounded(&self.base, &mut waiting, answer, path, most).await
    }

    /// The bytes at a path and the value of one header.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn bytes_with_headers(
        &self,
        path: &str,
        most: usize,
        names: [&str; 2],
    ) -> Result<(Vec<u8>, [String; 2]), ClientError> {
        let (answer, mut waiting) = self.asked(path).await?;
        let answer = answered(&self.base, &mut waiting, path, answer).await?;
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
        let headers = names.map(|name| header(name).unwrap_or_default().to_owned());
        Ok((bounded(&self.base, &mut waiting, answer, path, most).await?, headers))
    }

    /// The answer to a path, whatever its status: its status, the headers that carry meaning, and bytes.
    ///
    /// # Errors
    /// [`ClientError`] when there is none.
    pub async fn answer(&self, path: &str) -> Result<Answer, ClientError> {
        let (answer, mut waiting) = self.asked(path).await?;
        let answer = answer.map_err(|error| unanswered(path, &error))?;
        let header = |name: &str| {
            let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let mut read = Answer {
            status: answer.status().as_u16(),
            media_type: header("content-type"),
            link: header("link"),
            tag: header("etag"),
            caching: header("cache-control"),
            bytes: Vec::new(),
        };
        read.bytes = bounded(&self.base, &mut waiting, answer, path, limits::BATCH_BYTES).await?;
        Ok(read)
    }

    /// The ledger's origin.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn origin(&self) -> Result<Origin, ClientError> {
        let ledger: Value = self.json("/v1/ledger").await?;
        let origin = ledger["origin"].as_str().and_then(|origin| origin.parse().ok());
        origin.ok_or_else(|| ClientError::Unreadable("/v1/ledger".to_owned(), "no origin".to_owned()))
    }

    /// Submits one event; the answer is what the ledger recorded, with a receipt.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with the reason.
    pub async fn submit(&self, submission: &Submission) -> Result<Value, ClientError> {
        Ok(self.submit_anew(submission).await?.0)
    }

    /// The same, and whether it had stood there before.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with the reason.
    pub async fn submit_anew(&self, submission: &Submission) -> Result<(Value, bool), ClientError> {
        let path = "/v1/events";
        let (recorded, before) = self.posted(path, submission.to_json().into_bytes()).await?;
        let event = EventId::of_payload(submission.envelope.payload());
        if is_told(&event, true, &recorded) {
            return Ok((recorded, before));
        }
        let what = "not that this event was recorded: look for it with `tinnhiem log`, and send it again";
        Err(ClientError::Unreadable(path.to_owned(), what.to_owned()))
    }

    /// Asks what would become of an event that is not signed yet, or not by all, were it signed by these
    /// keys; none where the ledger is of a version that cannot tell.
    ///
    /// # Errors
    /// [`ClientError::Refused`] with the reason for which it would be refused.
    pub async fn check<T: DeserializeOwned>(
        &self,
        submission: &Submission,
        signers: &[PublicKey],
    ) -> Result<Option<T>, ClientError> {
        let named: Vec<String> = signers.iter().map(ToString::to_string).collect();
        let query = if named.is_empty() { String::new() } else { format!("?signers={}", named.join(",")) };
        let path = format!("/v1/events/check{query}");
        match self.post(&path, submission.to_json().into_bytes()).await {
            Err(ClientError::Refused { status: 404 | 405, .. }) => Ok(None),
            checked => checked.map(Some),
        }
    }

    /// The JSON answer to a body.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: Vec<u8>) -> Result<T, ClientError> {
        Ok(self.posted(path, body).await?.0)
    }

    /// The same, and whether nothing new came of it.
    async fn posted<T: DeserializeOwned>(&self, path: &str, body: Vec<u8>) -> Result<(T, bool), ClientError> {
        let mut waiting = Waiting::begin(self.patience, body.len());
        let answer = waiting.piece(&self.base, self.http.post(self.url(path)).body(body).send()).await?;
        let answer = answered(&self.base, &mut waiting, path, answer).await?;
        let before = answer.status() == reqwest::StatusCode::OK;
        let bytes = bounded(&self.base, &mut waiting, answer, path, limits::BATCH_BYTES).await?;
        let parsed = serde_json::from_slice(&bytes);
        let parsed = parsed.map_err(|error| ClientError::Unreadable(path.to_owned(), error.to_string()))?;
        Ok((parsed, before))
    }

    /// The head of the answer to a path, or why there is none; and what is left of the time for the rest.
    async fn asked(
        &self,
        path: &str,
    ) -> Result<(Result<reqwest::Response, reqwest::Error>, Waiting), ClientError> {
        let waiting = Waiting::begin(self.patience, 0);
        let answer = waiting.piece(&self.base, self.http.get(self.url(path)).send()).await?;
        Ok((answer, waiting))
    }

    pub(super) fn patience(&self) -> Patience {
        self.patience
    }

    pub(super) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

/// Whether an answer says that this event was recorded: at a place, under its own id, with its receipt where one
/// was asked for.
pub(super) fn is_told(event: &EventId, receipts: bool, recorded: &Value) -> bool {
    let (seq, named) = (recorded["seq"].as_u64(), recorded["id"] == event.to_string());
    let receipted = || {
        let receipt = Receipt::parse(recorded["receipt"].as_str()?).ok()?;
        let entry = Entry::parse(&receipt.entry).ok()?;
        Some(seq? == receipt.index && EventId::of_payload(&entry.payload) == *event)
    };
    named && seq.is_some() && (!receipts || receipted() == Some(true))
}

/// The answer, if it is a good one.
pub(super) async fn answered(
    base: &str,
    waiting: &mut Waiting,
    path: &str,
    answer: Result<reqwest::Response, reqwest::Error>,
) -> Result<reqwest::Response, ClientError> {
    let answer = answer.map_err(|error| unanswered(path, &error))?;
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    if let Some(elsewhere) = answer.headers().get("location").filter(|_| status.is_redirection()) {
        let elsewhere = String::from_utf8_lossy(elsewhere.as_bytes()).escape_debug().to_string();
        return Err(ClientError::Elsewhere(answer.url().origin().ascii_serialization(), elsewhere));
    }
    let from = answer.url().origin().ascii_serialization();
    let bytes = bounded(base, waiting, answer, path, limits::NOTE_BYTES).await?;
    let problem: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let member = |name: &str| problem[name].as_str().map(str::to_owned);
    let (code, detail) = match member("code") {
        Some(code) => (code, member("detail").unwrap_or_else(|| status.to_string())),
        None => (BETWEEN.to_owned(), between(&from, status)),
    };
    Err(ClientError::Refused { status: status.as_u16(), code, detail })
}

/// The code of an answer that no ledger gives.
pub const BETWEEN: &str = "ledger.between";

/// What is said of an answer that no ledger gives: every refusal of one has a code.
fn between(from: &str, status: reqwest::StatusCode) -> String {
    let next = match status.as_u16() {
        404 | 405 => "check the address, or ask whose it is",
        401 | 403 | 407 => "it lets nobody through without leave of its own: ask whose it is",
        413 => "it passes on nothing as large: send less at a time, or ask its operator to allow more",
        429 => "it lets through no more for now: try again in a minute",
        502..=504 => {
            "it had no answer of the ledger in time: try again in a minute; where that does not help, tell the \
             ledger's operator, who sees whether the ledger runs (/readyz on its own machine) and what the proxy's log says"
        }
        500.. => "try again in a minute, and tell the ledger's operator where that does not help",
        _ => "check the address, and tell the ledger's operator where it is right",
    };
    format!(
        "{from} answered {status}, and not as a ledger does: a proxy in between, or another server; {next}"
    )
}

/// Why there is no answer.
fn unanswered(path: &str, error: &reqwest::Error) -> ClientError {
    let causes = causes(error);
    let url = error.url().map(|url| (url.scheme(), url.origin().ascii_serialization()));
    match url {
        // What an http server answers is no TLS record, and the other way round no HTTP.
        Some(("https", base)) if causes.contains("InvalidContentType") => {
            ClientError::OtherScheme(base, "https", "http")
        }
        Some(("http", base)) if causes.contains("invalid HTTP version") => {
            ClientError::OtherScheme(base, "http", "https")
        }
        _ => {
            let of = url.map_or(path.to_owned(), |(_, base)| base);
            ClientError::Unreachable(of, happened(error))
        }
    }
}

/// What happened, without what only says through which layers it was asked.
fn happened(error: &reqwest::Error) -> String {
    const LAYERS: [&str; 3] = ["error sending request", "client error (", "tcp connect error"];
    let mut told: Vec<String> = Vec::new();
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        told.push(error.to_string());
        cause = error.source();
    }
    let last = told.last().cloned().unwrap_or_default();
    told.retain(|one| !LAYERS.iter().any(|layer| one.starts_with(layer)));
    if told.is_empty() { last } else { told.join(": ") }
}

/// What went wrong, down to the cause that tells most.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// Why an answer ends before its end: who falls silent is as good as not there.
pub(super) fn broken_off(base: &str, path: &str, error: &reqwest::Error) -> ClientError {
    match error.is_timeout() {
        true => ClientError::Unreachable(base.to_owned(), "it fell silent within its answer".to_owned()),
        false => ClientError::Unreadable(path.to_owned(), error.to_string()),
    }
}

pub(super) async fn bounded(
    base: &str,
    waiting: &mut Waiting,
    mut answer: reqwest::Response,
    path: &str,
    most: usize,
) -> Result<Vec<u8>, ClientError> {
    let mut bytes = Vec::new();
    loop {
        let piece = waiting.piece(base, answer.chunk()).await?;
        let Some(piece) = piece.map_err(|error| broken_off(base, path, &error))? else { return Ok(bytes) };
        waiting.note(piece.len());
        bytes.extend_from_slice(&piece);
        if bytes.len() > most {
            return Err(ClientError::Unreadable(path.to_owned(), format!("over {most} bytes")));
        }
    }
}
