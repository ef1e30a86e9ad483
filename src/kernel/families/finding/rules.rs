//! `audit.finding`

use super::{Case, Reason, Rejection};
use crate::event::{AuditFinding, MemberClass};
use crate::facts::PartyClass;
use crate::limits;

impl Case<'_> {
    pub(super) fn audit_finding(&mut self, body: &AuditFinding) -> Result<(), Rejection> {
        self.signed_by_issuer()?;
        let class = self.state.parties().class(&self.event.issuer, self.state.size());
        let auditor = class == Some(PartyClass::Member(MemberClass::Auditor));
        Reason::Issuer.unless(auditor, &self.event.issuer)?;
        let ascending = body.positions.is_sorted_by(|one, next| one < next);
        let within = body.positions.last().is_none_or(|last| *last < self.state.size());
        let few = body.positions.len() <= limits::FINDING_POSITIONS;
        Reason::FindingPositions
            .unless(ascending && within && few, format_args!("{:?}", body.positions.last()))
    }
}
