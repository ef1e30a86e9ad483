//! `member.*`

use super::{Case, Reason, Rejection};
use crate::event::{MemberAdmitted, MemberUpdated};

impl Case<'_> {
    pub(super) fn member_admitted(&mut self, body: &MemberAdmitted) -> Result<(), Rejection> {
        self.issued_by_council()?;
        self.signers.council(0)?;
        self.signers.newcomer(&body.key)?;
        self.signers.all_needed()?;
        let free = !body.member.is_council() && body.member.as_subject().is_none();
        Reason::MemberName.unless(free && fits(&body.name), &body.member)?;
        Reason::MemberExists.unless(!self.state.parties().was_member(&body.member), &body.member)
    }

    pub(super) fn member_updated(&mut self, body: &MemberUpdated) -> Result<(), Rejection> {
        self.signed_by_council()?;
        Reason::MemberName.unless(body.name.as_deref().is_none_or(fits), &body.member)?;
        let before = self.state.parties().member(&body.member, self.state.size());
        let before = before.ok_or_else(|| Reason::MemberUnknown.about(&body.member))?;
        let changes = body.class.is_some_and(|class| class != before.class)
            || body.group.as_ref().is_some_and(|group| *group != before.group)
            || body.name.as_ref().is_some_and(|name| *name != before.name)
            || body.roles.as_ref().is_some_and(|roles| *roles != before.roles);
        Reason::MemberUnchanged.unless(changes, &body.member)
    }
}

/// Whether a name for people can be shown.
pub(super) fn fits(name: &str) -> bool {
    (1..=200).contains(&name.chars().count()) && !name.chars().any(char::is_control)
}
