//! Why a submission is not recorded.

use super::Hold;
use crate::dsse::EnvelopeError;
use crate::event::{Commitment, Malformed};
use crate::json;
use crate::limits;
use crate::rules::{Kind, Reason, Rejection};
use crate::state::Unfounded;

/// Why a submission is not recorded; each has a stable code and says what to do next.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Over [`limits::SUBMISSION_BYTES`].
    #[error("the submission is over {} bytes", limits::SUBMISSION_BYTES)]
    TooLarge,
    /// Not strict JSON.
    #[error("the submission: {0}")]
    Json(#[from] json::Malformed),
    /// Neither an envelope nor an envelope with attachments.
    #[error("the submission: {0}; send a DSSE envelope, or {{\"envelope\": …, \"attachments\": […]}}")]
    Malformed(String),
    /// The envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// The event in it.
    #[error(transparent)]
    Event(#[from] Malformed),
    /// More than [`limits::ATTACHMENTS`].
    #[error("{0} attachments: an event carries at most {most}", most = limits::ATTACHMENTS)]
    AttachmentCount(usize),
    /// An attachment that cannot be kept.
    #[error("{0}")]
    AttachmentRefused(String),
    /// An attachment that the event does not commit to.
    #[error(
        "attachment {0} matches no commitment of the event: check salt and bytes, or leave the attachment out"
    )]
    AttachmentUnmatched(Commitment),
    /// A text that the event commits to and that did not come.
    #[error("the text of commitment {0} is missing: attach its salt and bytes")]
    AttachmentMissing(Commitment),
    /// The rules.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The log's next key is not at hand; nothing was recorded.
    #[error(
        "this ledger does not hold the new key of its log, and nothing was recorded: its operator puts it into next-log-key.pem and starts anew"
    )]
    NextKey,
    /// The rules admitted what the state does not bear; nothing was recorded.
    #[error(
        "the event was admitted, but {0}: this is a fault of the program, and nothing was recorded. Tell the ledger's operator, who runs `tinnhiem fsck` and reports it"
    )]
    Unfounded(#[from] Unfounded),
    /// The queue is full.
    #[error("as many events wait as the queue holds: send it again in a second")]
    Busy,
    /// The ledger takes no writes.
    #[error(transparent)]
    Held(#[from] Hold),
    /// A read or a commit failed; whether the event landed is settled once the store is read anew.
    #[error(
        "the ledger's store failed: whether this event was recorded is known once it has been read anew; send it again then"
    )]
    Unsettled,
    /// The ledger is shutting down.
    #[error("the ledger is shutting down, and nothing was recorded: send it again later")]
    Closed,
}

impl Refusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "submission.too_large",
            Self::Json(error) => error.code(),
            Self::Malformed(_) => "submission.malformed",
            Self::Envelope(error) => error.code(),
            Self::Event(error) => error.code(),
            Self::AttachmentCount(_) => "attachment.count",
            Self::AttachmentRefused(_) => "attachment.refused",
            Self::AttachmentUnmatched(_) => "attachment.unmatched",
            Self::AttachmentMissing(_) => "attachment.missing",
            Self::Rejected(rejection) => rejection.code(),
            Self::NextKey => "ledger.next_key",
            Self::Unfounded(_) => "ledger.fault",
            Self::Busy => "ledger.busy",
            Self::Held(hold) => hold.code(),
            Self::Unsettled => "ledger.unsettled",
            Self::Closed => "ledger.closed",
        }
    }

    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Self::TooLarge
            | Self::Envelope(EnvelopeError::TooLarge | EnvelopeError::PayloadTooLarge)
            | Self::Event(Malformed::TooLarge) => 413,
            Self::Json(_)
            | Self::Malformed(_)
            | Self::Envelope(_)
            | Self::Event(_)
            | Self::AttachmentCount(_)
            | Self::AttachmentRefused(_)
            | Self::AttachmentUnmatched(_)
            | Self::AttachmentMissing(_) => 400,
            Self::Rejected(rejection) => status_of(rejection.reason),
            Self::Held(hold) => hold.status(),
            Self::Unfounded(_) => 500,
            Self::Busy | Self::NextKey | Self::Unsettled | Self::Closed => 503,
        }
    }

    /// When it is worth sending the event again, in seconds; none where the event itself is at fault.
    pub fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::Held(hold) => Some(hold.retry_after_s()),
            _ => (self.status() == 503).then_some(1),
        }
    }
}

/// The HTTP status of a broken rule.
pub(super) fn status_of(reason: Reason) -> u16 {
    match reason.kind() {
        Kind::Forbidden => 403,
        Kind::Conflict => 409,
        Kind::Rule | Kind::Opening => 422,
    }
}
