//! `POST /v1/events/check`: what would become of an event, without recording it.
//!
//! The event comes as to `POST /v1/events`, with the texts that it names; only its signatures may be
//! missing, all or some. It is judged after the published entries, so that what is recorded in between may
//! change the answer. Nobody's rate is charged, no place among submissions is taken, and a ledger that takes no
//! writes judges all the same and says why it takes none.

use aide::transform::TransformOperation;
use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::extract::{InQuery, SubmissionBody};
use super::fallen::{Fallen, MovedScore};
use super::looks::Look;
use super::{Problem, Shared, openapi};
use crate::dsse::PublicKey;
use crate::event::{Body, PartyId};
use crate::ledger::{Refusal, Submission};
use crate::limits;
use crate::rules;

/// An event that would be recorded.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Checked {
    /// What submitting it would do, once no signature is missing.
    pub would: Would,
    /// Where it stands in the log already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_as: Option<u64>,
    /// The size of the log that it was judged after.
    pub size: u64,
    /// Whose signatures are missing.
    #[serde(default)]
    pub missing: Vec<MissingSignature>,
    /// Why the ledger takes no writes at present, this event or another; absent where it takes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
    /// What it would do, or did, to the score of whom it is about, on the day of its recording; absent where it is
    /// about nobody, or about somebody who is not there before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moves: Option<MovedScore>,
    /// What falls, or fell, with the key that the event revokes; absent for other events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub falls: Option<Fallen>,
}

/// What submitting an event would do; what is refused is a problem, as it would be then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Would {
    /// It would be recorded, or was.
    Accept,
}

/// Why a ledger takes no writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Held {
    /// The status that a submission is answered with.
    pub status: u16,
    /// The stable code.
    pub code: String,
    /// What is wrong and what to do next.
    pub detail: String,
}

/// Who has to sign besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Signatory {
    /// A party, with any live key of its own.
    Party,
    /// A key that the event names.
    Key,
    /// Seats of the council.
    Council,
    /// Members of a panel.
    Panel,
}

/// Signatures that are missing.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct MissingSignature {
    /// Whose.
    pub of: Signatory,
    /// How many.
    pub more: usize,
    /// The party, or the members among whom they are; not of keys and seats.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parties: Vec<PartyId>,
    /// The seats among which they are, one of each controller group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seats: Vec<u8>,
    /// The key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<PublicKey>,
}

impl From<rules::Missing> for MissingSignature {
    fn from(missing: rules::Missing) -> Self {
        let one = Self { of: Signatory::Party, more: 1, parties: Vec::new(), seats: Vec::new(), key: None };
        match missing {
            rules::Missing::Party(party) => Self { parties: vec![party], ..one },
            rules::Missing::Key(key) => Self { of: Signatory::Key, key: Some(key), ..one },
            rules::Missing::Seats { more, of } => Self { of: Signatory::Council, more, seats: of, ..one },
            rules::Missing::Panel { more, of } => Self { of: Signatory::Panel, more, parties: of, ..one },
        }
    }
}

/// What is supposed.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Supposed {
    /// Keys to be taken as having signed too, in hex, with commas between them.
    signers: Option<String>,
}

impl Supposed {
    fn keys(&self) -> Result<Vec<PublicKey>, Problem> {
        let named = self.signers.iter().flat_map(|keys| keys.split(','));
        let keys: Result<Vec<PublicKey>, _> = named.take(limits::SIGNATURES + 1).map(str::parse).collect();
        keys.map_err(|_| {
            let detail = "signers are public keys, 64 lower-case hex digits each, with commas between them";
            Problem::new(400, "query.value", detail)
        })
    }
}

/// Judges one event and records nothing.
pub(super) async fn check(
    State(app): Shared,
    InQuery(supposed): InQuery<Supposed>,
    body: SubmissionBody,
) -> Result<Json<Checked>, Problem> {
    let signers = supposed.keys()?;
    let submission = Submission::parse_draft(&body.bytes)?;
    // Half of the rules are about time, of which a ledger that doubts its clock knows nothing.
    if let Some(hold) = app.ledger.held().filter(|hold| hold.code() == "ledger.clock") {
        return Err(Problem::from(hold));
    }
    let judged = app.look(Look::Check, move |app, _| {
        let judged = app.ledger.dry_run(&submission, &signers)?;
        let (after, seq) = judged.after().map_err(Refusal::from)?;
        let falls = match &judged.event.body {
            Body::KeyRevoked(body) => Fallen::of(&after, seq, body),
            _ => None,
        };
        let moves = judged.event.subject.and_then(|subject| MovedScore::by(&after, subject, seq));
        Ok((judged, moves, falls))
    });
    let (judged, moves, falls) = judged.await?;
    let held = app.ledger.held().map(Problem::from);
    Ok(Json(Checked {
        would: Would::Accept,
        stands_as: judged.stands,
        size: judged.size(),
        missing: judged.missing.into_iter().map(MissingSignature::from).collect(),
        held: held.map(|Problem { status, code, detail, .. }| Held { status, code, detail }),
        moves,
        falls,
    }))
}

/// What the OpenAPI document says of it.
pub(super) fn document(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    let operation = operation
        .id("events_check")
        .tag("events")
        .summary("What recording an event now would answer, without recording it; signatures may be missing")
        .description("The event is judged after the published entries, with the attachments that come with it: a refusal is the very problem that `POST /v1/events` would give, but for signatures that are missing, which `missing` tells. A wrong signature is refused. Nothing is recorded and nobody's rate is charged; a ledger that takes no writes judges all the same, and `held` says why it takes none; `moves` is the score of whom it is about before and after it; one that doubts its clock answers as it would answer an event (`ledger.clock`).")
        .response::<200, Json<Checked>>();
    openapi::takes::<openapi::Drafted>(operation)
}
