//! Why bytes are not an event.

use crate::{json, limits};

/// Why bytes are not an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The bytes are not the strict JSON that events are written in.
    #[error(transparent)]
    Json(#[from] json::Malformed),
    /// The payload is over [`limits::PAYLOAD_BYTES`].
    #[error("the payload is over {} bytes: shorten it, and attach texts instead", limits::PAYLOAD_BYTES)]
    TooLarge,
    /// A member is unknown, missing or of the wrong form.
    #[error("{what}: {why}; compare it with the JSON Schema of its type")]
    Member {
        /// The type, or `payload` for the members around the body.
        what: &'static str,
        /// Which member, and what was expected.
        why: String,
        /// Whether the member is one that the type does not have.
        unknown: bool,
    },
    /// The type is not in the catalogue.
    #[error("there is no event type {0:?}: see the schemas for the types there are")]
    UnknownType(String),
    /// A type about a subject names none, or the reverse.
    #[error("{0} events {1}")]
    Subject(&'static str, &'static str),
}

impl Malformed {
    /// The stable code of this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Json(error) => error.code(),
            Self::TooLarge => "payload.too_large",
            Self::Member { unknown: true, .. } => "payload.unknown_member",
            Self::Member { .. } => "payload.member",
            Self::UnknownType(_) => "payload.type",
            Self::Subject(..) => "payload.subject",
        }
    }

    pub(super) fn body(what: &'static str, error: &serde_json::Error) -> Self {
        let why = error.to_string();
        let unknown = why.starts_with("unknown field");
        Self::Member { what, why: shortened(&why), unknown }
    }
}

/// Error texts repeat what was sent, but not all of it.
pub(super) fn shortened(text: &str) -> String {
    const CHARS: usize = 200;
    if text.chars().count() <= CHARS {
        return text.to_owned();
    }
    let kept: String = text.chars().take(CHARS).collect();
    format!("{kept}…")
}
