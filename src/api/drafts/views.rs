//! What is told of a draft, and to whom.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::check::{Held, MissingSignature};
use super::super::{App, Problem};
use super::waiting::{Fate, Waiting};
use crate::dsse::{EventId, PublicKey};
use crate::event::{EventType, PartyId, SubjectId, TYPES};
use crate::facts::Capacity;
use crate::rules::Missing;
use crate::state::State;
use crate::time::Timestamp;
use crate::vault::Attachment;

/// An event that waits for signatures. What says whom it is about stands there only for who may read it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct DraftRow {
    /// Its type.
    #[serde(rename = "type")]
    #[schemars(extend("enum" = TYPES))]
    pub type_name: String,
    /// Whose signatures are missing; nobody's where it cannot be recorded as things stand.
    #[serde(default)]
    pub missing: Vec<MissingSignature>,
    /// Whether it would be recorded, as things stand, once they are there.
    pub recordable: bool,
    /// When it came; no two came at the same instant.
    pub came_at: Timestamp,
    /// When it lapses.
    pub lapses_at: Timestamp,
    /// Its event id, by which it is signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<EventId>,
    /// Whom it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectId>,
    /// Who issues it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<PartyId>,
    /// Who signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signed: Vec<DraftSigner>,
    /// Why it cannot be recorded as things stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Held>,
}

/// Who signed a draft.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct DraftSigner {
    /// With which key.
    pub key: PublicKey,
    /// Whose that is, or becomes by the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<PartyId>,
    /// For which seat of the council.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<u8>,
}

/// A page of drafts, the oldest first.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct DraftPage {
    /// The size of the log that they were judged after.
    pub size: u64,
    /// The key that was proven to ask; absent where none was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<PublicKey>,
    /// The drafts.
    pub drafts: Vec<DraftRow>,
    /// The `after` of the next page; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
}

/// A draft, whole.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct DraftView {
    /// The draft as a row.
    #[serde(flatten)]
    pub row: DraftRow,
    /// The payload, as JSON; its exact bytes stand in the envelope.
    pub payload: Value,
    /// The envelope with the signatures so far.
    pub envelope: Value,
    /// How many texts and documents came along.
    pub attached: usize,
    /// Those, for a reader who proved a key that signed or is waited for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

impl DraftRow {
    /// What may be told of a draft to everybody, or to who may read it.
    pub(super) fn of(app: &App, draft: &Waiting, whole: bool) -> Self {
        let fate = draft.fate(&app.ledger);
        let (missing, refused) = match fate {
            Fate::Missing(missing) => (missing, None),
            Fate::Stands => (Vec::new(), None),
            Fate::Refused(refusal) => (Vec::new(), Some(Problem::from(refusal))),
        };
        let row = Self {
            type_name: draft.event.body.event_type().name().to_owned(),
            missing: missing.into_iter().map(MissingSignature::from).collect(),
            recordable: refused.is_none(),
            came_at: draft.came_at,
            lapses_at: draft.lapses_at(),
            id: None,
            subject: None,
            issuer: None,
            signed: Vec::new(),
            refused: None,
        };
        if !whole {
            let without_key = |one| MissingSignature { key: None, ..one };
            return Self { missing: row.missing.into_iter().map(without_key).collect(), ..row };
        }
        let snapshot = app.ledger.snapshot();
        Self {
            id: Some(draft.id()),
            subject: draft.event.subject,
            issuer: Some(draft.event.issuer.clone()),
            signed: draft
                .signers(&snapshot.state)
                .map(|key| DraftSigner::of(draft, &snapshot.state, key))
                .collect(),
            refused: refused.map(|Problem { status, code, detail, .. }| Held { status, code, detail }),
            ..row
        }
    }

    /// Its type; none where this program knows none of that name.
    pub fn event_type(&self) -> Option<EventType> {
        EventType::named(&self.type_name)
    }
}

impl DraftSigner {
    fn of(draft: &Waiting, state: &State, key: PublicKey) -> Self {
        let parties = state.parties();
        let is_seat = parties.key(&key).is_some_and(|record| record.capacity == Capacity::Seat);
        let seat = parties.council(state.size()).find(|seat| is_seat && seat.key == key);
        Self { key, party: draft.owner(parties, &key), seat: seat.map(|seat| seat.seat) }
    }
}

/// Who is waited for, in words.
pub(super) fn told(missing: &[Missing], state: &State) -> String {
    let list = |all: Vec<String>| all.join(", ");
    let each = missing.iter().map(|one| match one {
        Missing::Party(party) => party.to_string(),
        Missing::Key(key) => match state.parties().key(key) {
            Some(record) => format!("the key {key} of {}", record.owner),
            None => format!("the key {key}"),
        },
        Missing::Seats { more, of } => {
            format!("{more} more of the seats {}", list(of.iter().map(u8::to_string).collect()))
        }
        Missing::Panel { more, of } => {
            format!("{more} more of {}", list(of.iter().map(PartyId::to_string).collect()))
        }
    });
    match missing.is_empty() {
        true => "nobody is".to_owned(),
        false => format!("what is, are {}", each.collect::<Vec<_>>().join(", and ")),
    }
}
