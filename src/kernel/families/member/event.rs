//! `member.*`: the organisations of the alliance.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::{GroupId, PartyId};
use super::meant::Text;
use crate::dsse::PublicKey;

/// What kind of organisation a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberClass {
    /// An agency of the State: records official acts and does not grade.
    StateAgency,
    /// A platform on which influencers publish.
    Platform,
    /// A business or brand.
    Business,
    /// The press.
    Press,
    /// An organisation that assesses, once accredited.
    Assessor,
    /// An independent auditor of the ledger.
    Auditor,
    /// The operator of the ledger.
    Operator,
}

/// A duty that the council gives a member beside its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Checks identities and enrols subjects.
    Registrar,
}

/// `member.admitted`: council threshold and the new member's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberAdmitted {
    /// The new member's slug; never reused.
    pub member: PartyId,
    /// Its kind.
    pub class: MemberClass,
    /// Who controls it.
    pub group: GroupId,
    /// The organisation's name, for people.
    #[schemars(length(min = 1, max = 200))]
    pub name: String,
    /// Its duties.
    #[serde(default)]
    #[schemars(length(max = 8))]
    pub roles: Vec<Role>,
    /// Its first key, which signs this event too.
    pub key: PublicKey,
}

/// `member.updated`: council threshold; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberUpdated {
    /// The member.
    pub member: PartyId,
    /// Its new kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<MemberClass>,
    /// Who controls it now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// Its new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub name: Option<String>,
    /// Its duties from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 8))]
    pub roles: Option<Vec<Role>>,
}

/// `member.suspended`: council threshold; until reinstated it issues nothing and nothing of it weighs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberSuspended {
    /// The member.
    pub member: PartyId,
    /// Why, as an attached text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}

/// `member.reinstated`: council threshold; a suspended member acts again, and what it said weighs again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberReinstated {
    /// The member.
    pub member: PartyId,
    /// Why, as an attached text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}

/// `member.removed`: council threshold; as suspended, for good: keys and accreditation end too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberRemoved {
    /// The member.
    pub member: PartyId,
    /// Why, as an attached text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}
