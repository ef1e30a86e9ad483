//! How a verb ends: by which exit code, and how a fault is told to people and to programs.

use std::process::ExitCode;

use super::output::tell;
use crate::client::ClientError;
use crate::dsse::EnvelopeError;
use crate::ledger::{OpenError, ReadError, Refusal};
use crate::store::StoreError;
use crate::vault::{KeyFileError, VaultError};

/// Exit code for work that was done and found something wrong.
pub const FOUND: u8 = 1;
/// Exit code for work that could not be done here: a wrong option, a file, a directory.
pub const FAILED: u8 = 2;
/// Exit code for what the ledger refused.
pub const REFUSED: u8 = 3;
/// Exit code for a ledger that is not reached, or takes no writes now: the same may be tried again later.
pub const UNAVAILABLE: u8 = 4;

/// What `--help` says of them.
pub const EXIT_CODES: &str = "Exit codes:
  0  done
  1  done, and a problem was found
  2  usage, or it could not be done here
  3  the ledger refused
  4  the ledger could not be reached, or takes no writes now: try again later
With --json, a fault is one line of JSON on the error stream:
{\"error\": {\"code\", \"detail\", \"exit\", \"status\"}}";

/// A fault, by what caused it.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    code: String,
    exit: u8,
    status: Option<u16>,
}

impl Fault {
    /// What an option or argument is wrong about.
    pub fn of_usage() -> Self {
        Self { code: "usage".to_owned(), exit: FAILED, status: None }
    }

    /// The fault behind an error.
    pub fn of(error: &anyhow::Error) -> Self {
        let fault = |code: &str, exit, status| Self { code: code.to_owned(), exit, status };
        for cause in error.chain() {
            if let Some(error) = cause.downcast_ref::<ClientError>() {
                return match error {
                    // 429 and 5xx pass; what else is refused is refused again.
                    ClientError::Refused { status, code, .. } if *status == 429 || *status >= 500 => {
                        fault(code, UNAVAILABLE, Some(*status))
                    }
                    ClientError::Refused { status, code, .. } => fault(code, REFUSED, Some(*status)),
                    ClientError::Unreachable(..) | ClientError::OtherScheme(..) => {
                        fault("ledger.unreachable", UNAVAILABLE, None)
                    }
                    ClientError::Unreadable(..) => fault("ledger.unreadable", UNAVAILABLE, None),
                    ClientError::File(..) => fault("folder.unreadable", FAILED, None),
                    ClientError::Local(..) => fault("failed", FAILED, None),
                };
            }
            if let Some(error) = cause.downcast_ref::<OpenError>() {
                let refused = matches!(error, OpenError::Opening(_));
                return fault(error.code(), if refused { REFUSED } else { FAILED }, None);
            }
            let code = cause.downcast_ref::<KeyFileError>().map(KeyFileError::code);
            let code = code.or_else(|| cause.downcast_ref::<VaultError>().map(VaultError::code));
            let code = code.or_else(|| cause.downcast_ref::<EnvelopeError>().map(EnvelopeError::code));
            let code = code.or_else(|| cause.downcast_ref::<StoreError>().map(StoreError::code));
            let code = code.or_else(|| cause.downcast_ref::<ReadError>().map(ReadError::code));
            let code = code.or_else(|| cause.downcast_ref::<Refusal>().map(Refusal::code));
            if let Some(code) = code {
                return fault(code, FAILED, None);
            }
        }
        fault("failed", FAILED, None)
    }

    /// Tells it on the error stream.
    pub fn tell(self, detail: &str, json: bool) -> ExitCode {
        if json {
            let Self { code, exit, status } = &self;
            let mut error = serde_json::json!({"code": code, "detail": detail, "exit": exit});
            if let Some(status) = status {
                error["status"] = (*status).into();
            }
            eprintln!("{}", serde_json::json!({"error": error}));
        } else {
            tell!("tinnhiem: {detail}");
        }
        ExitCode::from(self.exit)
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn a_fault_is_told_by_its_cause_whatever_stands_around_it() {
        let refused =
            |status| ClientError::Refused { status, code: "a.b".to_owned(), detail: "no".to_owned() };
        for (status, exit) in [(400, 3), (403, 3), (404, 3), (409, 3), (422, 3), (429, 4), (503, 4), (507, 4)]
        {
            let error = anyhow::Error::from(refused(status)).context("while it was sent");
            assert_eq!(Fault::of(&error), Fault { code: "a.b".to_owned(), exit, status: Some(status) });
        }
        let missing = KeyFileError::PublicOnly("key".into());
        let error = Err::<(), _>(missing).context("a key").unwrap_err();
        assert_eq!(Fault::of(&error).code, "keyfile.public");
        assert_eq!(Fault::of(&anyhow::anyhow!("prose")).exit, FAILED);
    }
}
