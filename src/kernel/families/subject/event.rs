//! `subject.*`: influencers joining and leaving the programme.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::{Commitment, GroupId, IdentityKey, TopicId};
use super::meant::{Document, Text};
use crate::dsse::PublicKey;

/// `subject.enrolled`: a registrar and the subject's own key sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubjectEnrolled {
    /// The normalised identity number, BLAKE3-keyed by the secret that the registrars share; one subject for ever.
    pub identity: Commitment,
    /// Which secret that is: the first enrolment that says so fixes it for the ledger, and all later ones name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_key: Option<IdentityKey>,
    /// The attached public profile (name and handles).
    pub profile: Text,
    /// The signed consent, held by the registrar.
    pub consent: Document,
    /// The fields the subject works in.
    #[schemars(length(min = 1, max = 3))]
    pub topics: Vec<TopicId>,
    /// Who controls the subject: an agency, or the subject alone.
    pub group: GroupId,
    /// The subject's first key, which signs this event too.
    pub key: PublicKey,
}

/// `subject.resumed`: a registrar and a key of the subject sign; who departed comes back under the same
/// id, with all of its history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubjectResumed {
    /// The identity that it was enrolled with.
    pub identity: Commitment,
    /// The secret that keys identities in this ledger, where one is fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_key: Option<IdentityKey>,
    /// The attached public profile (name and handles).
    pub profile: Text,
    /// The signed consent, held by the registrar.
    pub consent: Document,
    /// The fields the subject works in.
    #[schemars(length(min = 1, max = 3))]
    pub topics: Vec<TopicId>,
    /// Who controls the subject: an agency, or the subject alone.
    pub group: GroupId,
}

/// `subject.departed`: the subject leaves; not during a sanction or an open contest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubjectDeparted {
    /// Why, as an attached text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}
