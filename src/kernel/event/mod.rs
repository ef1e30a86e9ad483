//! Events: what parties sign. A closed set of types, one file per family.
//!
//! [`Event::parse`] turns the exact payload bytes into a typed event; it asks nothing of the
//! ledger's state. Whether an event may be recorded is for the rules.

#[path = "../families/account/event.rs"]
mod account;
#[path = "../families/accreditation/event.rs"]
mod accreditation;
pub mod alike;
#[path = "../families/appeal/event.rs"]
mod appeal;
#[path = "../families/assessment/event.rs"]
mod assessment;
mod catalogue;
#[path = "../families/certificate/event.rs"]
mod certificate;
#[path = "../families/code/event.rs"]
mod code;
#[path = "../families/collaboration/event.rs"]
mod collaboration;
#[path = "../families/commitment/event.rs"]
mod commitment;
#[path = "../families/contest/event.rs"]
mod contest;
#[path = "../families/correction/event.rs"]
mod correction;
#[path = "../families/council/event.rs"]
mod council;
#[path = "../families/decision/event.rs"]
mod decision;
#[path = "../families/draw/event.rs"]
mod draw;
#[path = "../families/endorsement/event.rs"]
mod endorsement;
#[path = "../families/erasure/event.rs"]
mod erasure;
#[path = "../families/evidence/event.rs"]
mod evidence;
#[path = "../families/finding/event.rs"]
mod finding;
mod ids;
#[path = "../families/key/event.rs"]
mod key;
#[path = "../families/ledger/event.rs"]
mod ledger;
mod levels;
mod malformed;
mod meant;
mod media;
#[path = "../families/member/event.rs"]
mod member;
pub mod naming;
#[path = "../families/panel/event.rs"]
mod panel;
#[path = "../families/policy/event.rs"]
mod policy;
#[path = "../families/sanction/event.rs"]
mod sanction;
pub mod schema;
mod stages;
#[path = "../families/subject/event.rs"]
mod subject;
pub mod words;

pub use account::{AccountLinked, AccountUnlinked};
pub use accreditation::{AccreditationGranted, AccreditationWithdrawn};
pub use appeal::{AppealDecided, AppealFiled};
pub use assessment::{
    AssessmentNotified, AssessmentPublished, AssessmentReplied, AssessmentWithdrawn, Findings,
};
use catalogue::body_schemas;
pub use catalogue::{Body, EventType, TYPES};
pub use certificate::{CertificateGranted, CertificatePolicy, CertificateWithdrawn};
pub use code::{CodePublished, PledgeSigned};
pub use collaboration::{CollaborationDeclared, CollaborationEnded};
pub use commitment::{StateAttested, StateCommitted, StateFormat};
pub use contest::{
    ContestAdmitted, ContestDecided, ContestDeclined, ContestExtended, ContestFiled, ContestWithdrawn,
    DeclineCode, Effect, Grounds, Outcome, Reduction,
};
pub use correction::{CorrectionAction, CorrectionIssued, Regrading};
pub use council::{CouncilChanged, OperatorChanged};
pub use decision::{DecisionOverturned, DecisionRecorded, OfficialAct};
pub use draw::{DrawCommitted, DrawRevealed};
pub use endorsement::{EndorsementPublished, EndorsementWithdrawn, Relation, ValueBand};
pub use erasure::{ErasureExecuted, ErasureRefused, ErasureRequested, LegalGround};
pub use evidence::{EvidenceCommitted, EvidenceDestroyed, EvidenceDisclosed};
pub use finding::{AuditFinding, FindingKind};
pub use ids::{
    CategoryId, ClassId, ClauseId, Commitment, CriterionId, DrawValue, GroupId, IdentityKey, IndicatorId,
    MalformedName, PartyId, PlatformId, StateRoot, SubjectId, TopicId,
};
pub use key::{KeyAdded, KeyRevoked, KeyRotated, RevocationCause};
pub use ledger::{LedgerKeyRotated, LedgerOpened, Operator, Seat};
pub use levels::Levels;
pub use malformed::Malformed;
use malformed::shortened;
pub use meant::{Document, Named, Text};
pub use media::is_media_type;
pub use member::{
    MemberAdmitted, MemberClass, MemberReinstated, MemberRemoved, MemberSuspended, MemberUpdated, Role,
};
pub use panel::PanelSeated;
pub use policy::*;
pub use sanction::{
    Basis, ClauseBasis, SanctionImposed, SanctionLifted, SanctionProposed, SanctionReplied, Severity, Terms,
};
pub use stages::*;
pub use subject::{SubjectDeparted, SubjectEnrolled, SubjectResumed};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::time::Timestamp;
use crate::{json, limits};

/// One event, as parsed from the payload that was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The origin of the ledger it was signed for.
    pub ledger: String,
    /// Who issues it.
    pub issuer: PartyId,
    /// Whom it is about; present exactly for the types that are about a subject.
    pub subject: Option<SubjectId>,
    /// When its issuer says it was issued.
    pub issued_at: Timestamp,
    /// What it says.
    pub body: Body,
}

/// The payload's members, as they stand in the JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload<'a> {
    #[serde(borrow)]
    ledger: std::borrow::Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    type_name: std::borrow::Cow<'a, str>,
    issuer: PartyId,
    #[serde(default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    subject: Option<SubjectId>,
    issued_at: Timestamp,
    #[serde(borrow)]
    body: std::borrow::Cow<'a, RawValue>,
}

/// What is there or left out: null says nothing, and stands nowhere.
pub(crate) fn there<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

impl Event {
    /// Parses the exact bytes of a payload.
    ///
    /// # Errors
    /// [`Malformed`], whose text says which member to mend.
    pub fn parse(payload: &[u8]) -> Result<Self, Malformed> {
        if payload.len() > limits::PAYLOAD_BYTES {
            return Err(Malformed::TooLarge);
        }
        json::check(payload, limits::JSON_DEPTH)?;
        Self::parse_recorded(payload)
    }

    /// Parses a payload that was parsed strictly before it was recorded.
    ///
    /// # Errors
    /// [`Malformed`]: the bytes are not those that were recorded.
    pub fn parse_recorded(payload: &[u8]) -> Result<Self, Malformed> {
        let outer: Payload<'_> =
            json::from_slice(payload).map_err(|error| Malformed::body("payload", &error))?;
        let body = Body::parse(&outer.type_name, outer.body.get())?;
        match (body.takes_subject(), outer.subject.is_some()) {
            (true, false) => return Err(Malformed::Subject(body.type_name(), "name a subject")),
            (false, true) => {
                return Err(Malformed::Subject(body.type_name(), "name no subject: leave it out"));
            }
            _ => {}
        }
        Ok(Self {
            ledger: outer.ledger.into_owned(),
            issuer: outer.issuer,
            subject: outer.subject,
            issued_at: outer.issued_at,
            body,
        })
    }

    /// The bytes to sign for this event: compact JSON in the documented member order.
    pub fn to_payload(&self) -> Vec<u8> {
        let raw = self.body.to_raw();
        serde_json::to_vec(&Payload {
            ledger: self.ledger.as_str().into(),
            type_name: self.body.type_name().into(),
            issuer: self.issuer.clone(),
            subject: self.subject,
            issued_at: self.issued_at,
            body: std::borrow::Cow::Borrowed(&*raw),
        })
        .expect("a payload is a plain structure, which serialises")
    }

    /// What it names: texts, documents, other events.
    pub fn named(&self) -> Named {
        self.body.named()
    }

    /// Commitments to texts that must be attached when the event is submitted.
    pub fn texts(&self) -> Vec<Commitment> {
        self.named().texts
    }

    /// Commitments to documents that may be attached, or stay with their custodian.
    pub fn documents(&self) -> Vec<Commitment> {
        self.named().documents
    }

    /// Every commitment an attachment of this event may match.
    pub fn attachable(&self) -> Vec<Commitment> {
        let Named { mut texts, documents, .. } = self.named();
        texts.extend(documents);
        texts
    }
}

impl Policy {
    /// Parses a policy as strictly as the event that would publish it.
    ///
    /// # Errors
    /// [`Malformed`], whose text says which member to mend.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() > limits::PAYLOAD_BYTES {
            return Err(Malformed::TooLarge);
        }
        json::check(bytes, limits::JSON_DEPTH)?;
        json::from_slice(bytes).map_err(|error| Malformed::body("policy", &error))
    }
}

/// The type that a payload names, whether or not the rest is such an event.
///
/// # Errors
/// [`Malformed`] when the payload is not one.
pub fn type_of(payload: &[u8]) -> Result<std::borrow::Cow<'_, str>, Malformed> {
    #[derive(Deserialize)]
    struct TypeOnly<'a> {
        #[serde(borrow, rename = "type")]
        type_name: std::borrow::Cow<'a, str>,
    }
    json::from_slice::<TypeOnly<'_>>(payload)
        .map(|only| only.type_name)
        .map_err(|error| Malformed::body("payload", &error))
}

/// The exact bytes of the `body` member of a payload, which a `ledger.opened`'s origin commits to.
///
/// # Errors
/// [`Malformed`] when the payload is not one.
pub fn body_bytes(payload: &[u8]) -> Result<&[u8], Malformed> {
    #[derive(Deserialize)]
    struct BodyOnly<'a> {
        #[serde(borrow)]
        body: &'a RawValue,
    }
    json::from_slice::<BodyOnly<'_>>(payload)
        .map(|only| only.body.get().as_bytes())
        .map_err(|error| Malformed::body("payload", &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VECTOR: &str = r#"{"ledger":"ledger.example/2026","type":"endorsement.published","issuer":"vietreel","subject":"kol-0123456789abc","issued_at":"2026-11-20T03:04:05.678Z","body":{"relation":"none","topic":"food","expires_on":"2027-11-19"}}"#;

    #[test]
    fn the_vector_parses_and_is_written_again_byte_for_byte() {
        let event = Event::parse(VECTOR.as_bytes()).unwrap();
        assert_eq!(event.body.type_name(), "endorsement.published");
        assert_eq!(String::from_utf8(event.to_payload()).unwrap(), VECTOR);
        assert_eq!(
            body_bytes(VECTOR.as_bytes()).unwrap(),
            br#"{"relation":"none","topic":"food","expires_on":"2027-11-19"}"#
        );
    }

    #[test]
    fn each_fault_has_its_code() {
        for (from, to, code) in [
            ("endorsement.published", "endorsement.sold", "payload.type"),
            ("\"topic\"", "\"extra\":1,\"topic\"", "payload.unknown_member"),
            ("\"issuer\"", "\"extra\":1,\"issuer\"", "payload.unknown_member"),
            ("\"topic\":\"food\",", "", "payload.member"),
            ("\"none\"", "\"friendly\"", "payload.member"),
            (".678Z", "Z", "payload.member"),
            ("\"subject\":\"kol-0123456789abc\",", "", "payload.subject"),
            ("\"food\"", "1.5", "json.float"),
            ("\"none\"", "{\"none\":null}", "payload.member"),
            ("\"kol-0123456789abc\"", "null", "payload.member"),
        ] {
            let error = Event::parse(VECTOR.replacen(from, to, 1).as_bytes()).unwrap_err();
            assert_eq!(error.code(), code, "{from} -> {to}: {error}");
        }
        let large = format!("{VECTOR}{}", " ".repeat(limits::PAYLOAD_BYTES));
        assert_eq!(Event::parse(large.as_bytes()).unwrap_err().code(), "payload.too_large");
    }

    #[test]
    fn every_type_has_a_schema_that_names_it() {
        let schemas = schema::events();
        assert_eq!(schemas.iter().map(|(name, _)| *name).collect::<Vec<_>>(), TYPES);
        for (name, schema) in schemas {
            assert_eq!(schema["properties"]["type"]["const"], name);
        }
    }
}
