//! Which verbs only show something, whose answers go through a pager.

use super::groups::Member;
use super::verbs::Verb;

impl Verb {
    /// Whether it only shows something, and ends.
    pub(super) fn looks(&self) -> bool {
        matches!(
            self,
            Self::Score(_)
                | Self::History(_)
                | Self::Me(_)
                | Self::Ledger(_)
                | Self::Clocks(_)
                | Self::Member(Member::List(_) | Member::Show(_))
                | Self::Find(_)
                | Self::Top(_)
                | Self::Inbox(_)
                | Self::Log(_)
                | Self::Show(_)
                | Self::Guide(_)
                | Self::Explain(_)
        )
    }
}
