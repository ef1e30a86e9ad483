//! What is said and asked before a directory begins to sign: by `serve`

use std::path::PathBuf;

use super::consent::Consent;
use super::output::tell;
use crate::dsse::PublicKey;
use crate::ledger::{Beginning, Check, Claim, OpenError, owned};
use crate::log::SignedCheckpoint;
use crate::store::{ReadOnly, StoreError};

/// What is to be done with every other directory of the ledger.
const NO_OTHER: &str = "No other directory of this ledger may ever start again, for two that sign make two histories: run `tinnhiem seal --data OLD` where it can be reached; elsewhere remove its log key and disable its service.";

/// What a mirror cannot show.
const MIRRORED: &str = "A mirror shows what was fetched when; one that lags, and an export of this directory served as one, show no more than is here.";

/// What a directory is checked by before it signs anything.
pub(super) struct Looks {
    /// The data directory.
    pub data: PathBuf,
    /// What `--newest` was given.
    pub newest: Option<String>,
    /// Whether a mirror shows it, not a ledger: a mirror that lags, or an export of this very directory that somebody
    /// serves, shows as much as the directory holds.
    pub mirror: bool,
    /// The operator's key for commitments, and its file.
    pub operator: Option<(PathBuf, PublicKey)>,
    /// Whether it is asked before it is taken over.
    pub consent: Consent,
}

impl Looks {
    /// The check of a start.
    pub(super) fn check(self) -> Check {
        Box::new(move |beginning| {
            self.is_operators(beginning)?;
            if beginning.was.is_none() && *beginning.claim != Claim::Unchanged {
                tell!(
                    "{} signed last and needs no {}: leave it out of the command and of every service, for a copy that starts with it would sign too",
                    self.data.display(),
                    option(beginning.claim)
                );
            }
            let Some(was) = beginning.was.filter(|_| beginning.signs) else { return Ok(()) };
            // Nothing begins that the first event with an attachment would find out.
            owned(&self.data, &["vault"])?;
            let (size, newest_at) = (beginning.state.size(), beginning.state.last_at());
            match (beginning.claim, beginning.claim.note()) {
                (Claim::TakeOver, _) => self.take_over(was, size, &newest_at.to_string())?,
                (_, Some(_)) if self.mirror => {
                    tell!("{MIRRORED}");
                    self.take_over(was, size, &newest_at.to_string())?;
                }
                (_, Some(note)) => {
                    let known = SignedCheckpoint::claim(note).map_or(0, |known| known.size);
                    let given = self.newest.as_deref().unwrap_or("--newest");
                    tell!(
                        "{} signs from now on: it holds {size} entries, the newest of {newest_at}; the checkpoint given, {given}, is of {known}, and they begin with these. That nothing was recorded elsewhere after those {size}, no checkpoint shows: you say so.\n{NO_OTHER}",
                        self.data.display()
                    );
                }
                _ => {}
            }
            let claim = option(beginning.claim);
            tracing::warn!(entries = size, newest_at = %newest_at, claim, "this directory begins to sign");
            Ok(())
        })
    }

    fn is_operators(&self, beginning: &Beginning<'_>) -> Result<(), OpenError> {
        let Some((file, key)) = &self.operator else { return Ok(()) };
        let owner = beginning.state.parties().key(key).map(|record| &record.owner);
        match beginning.state.ledger().map(|ledger| &ledger.operator) {
            Some(operator) if owner != Some(operator) => {
                Err(OpenError::OperatorKey(file.clone(), operator.to_string()))
            }
            _ => Ok(()),
        }
    }

    /// Says what can be lost, and asks.
    fn take_over(&self, was: ReadOnly, size: u64, newest_at: &str) -> Result<(), OpenError> {
        let shown = format!(
            "About to take over in {}:\n  {was}\n  it holds {size} entries, the newest of {newest_at}\n  what was recorded elsewhere from entry {size} on, after {newest_at}, is lost here for good; whoever holds a receipt or a checkpoint of it can prove that\n{NO_OTHER}\n",
            self.data.display()
        );
        // What cannot be undone is not taken from a service's standing command.
        let can_be_asked = self.consent.is_had();
        let wanted = self.consent.given(&shown, "Take over? [y/N] ").map_err(StoreError::from)?;
        match wanted {
            _ if !can_be_asked => Err(OpenError::Unasked),
            true => Ok(()),
            false => Err(OpenError::Declined),
        }
    }
}

/// The option that makes a claim.
fn option(claim: &Claim) -> &'static str {
    if matches!(claim, Claim::TakeOver) { "--take-over" } else { "--newest" }
}
