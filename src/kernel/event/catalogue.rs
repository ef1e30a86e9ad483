//! The closed catalogue of types, and the one place where their names stand as text.

use serde_json::value::RawValue;

use super::*;

/// The closed catalogue: the enum, the names, parsing and schemas all come from this one table.
macro_rules! catalogue {
    ($($variant:ident = $name:literal, subject: $subject:ident;)*) => {
        /// The body of an event, by type.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Body {
            $(#[doc = concat!("`", $name, "`")] $variant($variant),)*
        }

        /// The type of an event, `family.verb`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum EventType {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl EventType {
            /// Every type, in the catalogue's order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name, `family.verb`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }

        /// The name of every type, in the catalogue's order.
        pub const TYPES: &[&str] = &[$($name),*];

        impl Body {
            /// The event's type.
            pub fn event_type(&self) -> EventType {
                match self { $(Self::$variant(_) => EventType::$variant,)* }
            }

            /// The name of its type, `family.verb`.
            pub fn type_name(&self) -> &'static str {
                self.event_type().name()
            }

            pub(super) fn inner(&self) -> &dyn EventBody {
                match self { $(Self::$variant(body) => body,)* }
            }

            pub(super) fn parse(type_name: &str, raw: &str) -> Result<Self, Malformed> {
                match type_name {
                    $($name => json::from_slice(raw.as_bytes())
                        .map(Self::$variant)
                        .map_err(|error| Malformed::body($name, &error)),)*
                    other => Err(Malformed::UnknownType(shortened(other))),
                }
            }

            pub(super) fn to_raw(&self) -> Box<RawValue> {
                let json = match self { $(Self::$variant(body) => serde_json::value::to_raw_value(body),)* };
                json.expect("event bodies are plain structures, which serialise")
            }

            pub(super) fn takes_subject(&self) -> bool {
                match self { $(Self::$variant(_) => $subject,)* }
            }
        }

        pub(super) fn body_schemas() -> Vec<(&'static str, bool, schemars::Schema)> {
            vec![$((
                $name,
                $subject,
                schemars::SchemaGenerator::default().into_root_schema_for::<$variant>(),
            ),)*]
        }

        $(impl From<$variant> for Body {
            fn from(body: $variant) -> Self {
                Self::$variant(body)
            }
        })*
    };
}

catalogue! {
    LedgerOpened = "ledger.opened", subject: false;
    LedgerKeyRotated = "ledger.key_rotated", subject: false;
    CouncilChanged = "council.changed", subject: false;
    OperatorChanged = "operator.changed", subject: false;
    PolicyPublished = "policy.published", subject: false;
    MemberAdmitted = "member.admitted", subject: false;
    MemberUpdated = "member.updated", subject: false;
    MemberSuspended = "member.suspended", subject: false;
    MemberReinstated = "member.reinstated", subject: false;
    MemberRemoved = "member.removed", subject: false;
    AccreditationGranted = "accreditation.granted", subject: false;
    AccreditationWithdrawn = "accreditation.withdrawn", subject: false;
    KeyAdded = "key.added", subject: false;
    KeyRotated = "key.rotated", subject: false;
    KeyRevoked = "key.revoked", subject: false;
    SubjectEnrolled = "subject.enrolled", subject: true;
    SubjectDeparted = "subject.departed", subject: true;
    SubjectResumed = "subject.resumed", subject: true;
    AccountLinked = "account.linked", subject: true;
    AccountUnlinked = "account.unlinked", subject: true;
    AssessmentNotified = "assessment.notified", subject: true;
    AssessmentReplied = "assessment.replied", subject: true;
    AssessmentPublished = "assessment.published", subject: true;
    AssessmentWithdrawn = "assessment.withdrawn", subject: true;
    CodePublished = "code.published", subject: false;
    PledgeSigned = "pledge.signed", subject: true;
    CollaborationDeclared = "collaboration.declared", subject: true;
    CollaborationEnded = "collaboration.ended", subject: true;
    EndorsementPublished = "endorsement.published", subject: true;
    EndorsementWithdrawn = "endorsement.withdrawn", subject: true;
    DecisionRecorded = "decision.recorded", subject: true;
    DecisionOverturned = "decision.overturned", subject: true;
    SanctionProposed = "sanction.proposed", subject: true;
    SanctionReplied = "sanction.replied", subject: true;
    SanctionImposed = "sanction.imposed", subject: true;
    SanctionLifted = "sanction.lifted", subject: true;
    ContestFiled = "contest.filed", subject: true;
    ContestAdmitted = "contest.admitted", subject: true;
    ContestDeclined = "contest.declined", subject: true;
    PanelSeated = "panel.seated", subject: true;
    ContestExtended = "contest.extended", subject: true;
    ContestDecided = "contest.decided", subject: true;
    ContestWithdrawn = "contest.withdrawn", subject: true;
    AppealFiled = "appeal.filed", subject: true;
    AppealDecided = "appeal.decided", subject: true;
    DrawCommitted = "draw.committed", subject: false;
    DrawRevealed = "draw.revealed", subject: true;
    CorrectionIssued = "correction.issued", subject: true;
    EvidenceCommitted = "evidence.committed", subject: true;
    EvidenceDisclosed = "evidence.disclosed", subject: true;
    EvidenceDestroyed = "evidence.destroyed", subject: true;
    ErasureRequested = "erasure.requested", subject: true;
    ErasureExecuted = "erasure.executed", subject: true;
    ErasureRefused = "erasure.refused", subject: true;
    AuditFinding = "audit.finding", subject: false;
    StateCommitted = "state.committed", subject: false;
    StateAttested = "state.attested", subject: false;
}

impl EventType {
    /// The type of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.name() == name)
    }

    /// The type at this place of the catalogue.
    pub fn at(place: u8) -> Option<Self> {
        Self::ALL.get(usize::from(place)).copied()
    }

    /// Its family: what stands before the point.
    pub fn family(self) -> &'static str {
        self.name().split('.').next().unwrap_or_default()
    }
}

impl std::fmt::Display for EventType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
