//! Why a running ledger takes no writes although it serves reads, and where the reasons stand.
//!
//! A hold never ends the process. All but [`Hold::Stopped`] end by themselves or by what the operator
//! does; whoever raises one lifts it.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::watch;

use super::clockguard::Doubt;
use crate::store::{ReadOnly, lies_where_it_was_written};

/// Why a ledger takes no writes; the gravest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Hold {
    /// What is stored is not what was acknowledged, or not what the order of entries says.
    #[error(
        "the ledger writes no more, and nothing was recorded: {0}. Reads go on from what was published; its operator stops it, runs `tinnhiem fsck` and restores"
    )]
    Stopped(String),
    /// The ledger's term here has ended.
    #[error("this ledger is sealed, and nothing was recorded: {0}")]
    Sealed(String),
    /// The directory may not sign.
    #[error("this ledger is read-only, and nothing was recorded: {0}")]
    ReadOnly(String),
    /// A commit failed; what landed is being found out.
    #[error(
        "the ledger's store failed and is being read anew: whether an event that was under way is recorded is known after that; send it again in a while"
    )]
    Unsettled,
    /// The clock cannot be believed.
    #[error("the ledger's clock is doubtful, and nothing was recorded: {0}")]
    Clock(Doubt),
    /// No room for entries.
    #[error(
        "the disk of the ledger's store is full, and nothing was recorded: its operator makes room; send it again later"
    )]
    StoreFull,
    /// No room for attachments.
    #[error(
        "the disk of the ledger's attachments is full, and nothing was recorded: its operator makes room; send it again later"
    )]
    VaultFull,
    /// Attachments cannot be written.
    #[error(
        "the ledger's attachments cannot be stored ({0}), and nothing was recorded: its operator sees to it that the process may write there; send it again later"
    )]
    Vault(String),
    /// No file can be opened.
    #[error("the ledger is out of file descriptors, and nothing was recorded: send it again in a second")]
    Descriptors,
}

impl Hold {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Stopped(_) => "ledger.stopped",
            Self::Sealed(_) => "ledger.sealed",
            Self::ReadOnly(_) => "ledger.read_only",
            Self::Unsettled => "ledger.unsettled",
            Self::Clock(_) => "ledger.clock",
            Self::StoreFull => "store.full",
            Self::VaultFull => "vault.full",
            Self::Vault(_) => "vault.io",
            Self::Descriptors => "ledger.descriptors",
        }
    }

    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Self::StoreFull | Self::VaultFull => 507,
            _ => 503,
        }
    }

    /// When it is worth trying again, in seconds.
    pub fn retry_after_s(&self) -> u32 {
        match self {
            Self::Descriptors | Self::Unsettled => 1,
            Self::Clock(_) | Self::StoreFull | Self::VaultFull | Self::Vault(_) => 60,
            Self::Stopped(_) | Self::Sealed(_) | Self::ReadOnly(_) => 3600,
        }
    }
}

/// The holds that stand on a ledger; everybody who has a clone sees and changes the same.
#[derive(Debug, Clone)]
pub struct Holds(Arc<watch::Sender<Vec<Hold>>>);

impl Default for Holds {
    fn default() -> Self {
        Self(Arc::new(watch::channel(Vec::new()).0))
    }
}

impl Holds {
    /// Raises a hold, in the place of one of its kind.
    pub fn raise(&self, hold: Hold) {
        self.0.send_if_modified(|standing| {
            if standing.contains(&hold) {
                return false;
            }
            let code = hold.code();
            let before = standing.len();
            standing.retain(|one| one.code() != code);
            if standing.len() == before {
                match &hold {
                    // What its operator asked for is no fault.
                    Hold::Sealed(_) => tracing::info!(code, %hold, "no events are taken"),
                    _ => tracing::error!(code, %hold, "no events are taken"),
                }
            }
            standing.push(hold);
            standing.sort();
            true
        });
    }

    /// Lifts the hold of a code.
    pub fn lift(&self, code: &str) {
        self.0.send_if_modified(|standing| {
            let before = standing.len();
            standing.retain(|one| one.code() != code);
            let lifted = standing.len() < before;
            if lifted {
                tracing::warn!(code, "the reason to take no events is gone");
            }
            lifted
        });
    }

    /// The holds that stand, the gravest first.
    pub fn standing(&self) -> Vec<Hold> {
        self.0.borrow().clone()
    }

    /// The gravest hold that stands.
    pub fn gravest(&self) -> Option<Hold> {
        self.0.borrow().first().cloned()
    }

    /// The gravest hold that no further try can lift.
    pub fn lasting(&self) -> Option<Hold> {
        let lasts = |hold: &&Hold| matches!(hold, Hold::Stopped(_) | Hold::Sealed(_) | Hold::ReadOnly(_));
        self.0.borrow().iter().find(lasts).cloned()
    }
}

/// Why a directory signs nothing, as those are told who would have it write.
pub(super) fn held_as(why: ReadOnly, directory: &Path) -> Hold {
    let next = format!(
        "send it where the ledger is run; to sign here its operator starts `tinnhiem serve` with --newest and {}, or with --take-over where nobody has one",
        signs_by(directory, why == ReadOnly::Sealed)
    );
    match why {
        ReadOnly::Sealed => Hold::Sealed(format!("{why}; {next}")),
        _ => Hold::ReadOnly(format!("{why}; {next}")),
    }
}

/// By which checkpoint a directory that signs nothing comes to sign, in words.
pub fn signs_by(directory: &Path, sealed: bool) -> &'static str {
    match sealed {
        true if lies_where_it_was_written(directory).unwrap_or(true) => {
            "the address where the ledger went on, or a newer checkpoint of that"
        }
        true => "the last checkpoint, which `seal` wrote",
        false => "the newest checkpoint known outside (a file, a receipt or an address; not its own)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_of_different_kinds_stand_together_and_the_gravest_is_told() {
        let holds = Holds::default();
        let other = holds.clone();
        assert_eq!(holds.gravest(), None);
        holds.raise(Hold::StoreFull);
        other.raise(Hold::ReadOnly("a copy".to_owned()));
        other.raise(Hold::ReadOnly("a restored backup".to_owned()));
        let read_only = Hold::ReadOnly("a restored backup".to_owned());
        assert_eq!(holds.standing(), [read_only.clone(), Hold::StoreFull]);
        assert_eq!((holds.gravest(), holds.lasting()), (Some(read_only.clone()), Some(read_only)));
        other.lift("ledger.read_only");
        assert_eq!((holds.gravest(), holds.lasting()), (Some(Hold::StoreFull), None));
        holds.lift("store.full");
        assert!(other.standing().is_empty());
    }
}
