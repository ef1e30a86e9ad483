//! How a verb ends: by which exit code, and how a fault is told to people and to programs.

use std::process::ExitCode;

use super::coded::{self, Coded};
use super::output::tell;
use crate::client::ClientError;
use crate::ledger::OpenError;

/// Exit code for work that was done and found something wrong.
pub(super) const FOUND: u8 = 1;
/// Exit code for work that could not be done here: a wrong option, a file, a directory.
pub(super) const FAILED: u8 = 2;
/// Exit code for what the ledger refused, or has nothing of by the name that was given.
pub(super) const REFUSED: u8 = 3;
/// Exit code for a ledger that is not reached, or takes no writes now: the same may be tried again later.
pub(super) const UNAVAILABLE: u8 = 4;

/// What `--help` says of them.
pub(super) const EXIT_CODES: &str = "Exit codes:
  0  done
  1  done, and a problem was found
  2  usage, or it could not be done here
  3  the ledger refused, or has nothing of that name, or more than one
  4  the ledger could not be reached, or takes no writes now: try again later
A fault ends with its code, which `tinnhiem explain CODE` explains. With --json
it is one line of JSON on the error stream:
{\"error\": {\"code\", \"detail\", \"exit\", \"status\"}}";

/// A fault, by what caused it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    code: String,
    exit: u8,
    status: Option<u16>,
}

impl Fault {
    /// What an option or argument is wrong about.
    pub(super) fn of_usage() -> Self {
        Self { code: "usage".to_owned(), exit: FAILED, status: None }
    }

    /// The fault behind an error.
    pub(super) fn of(error: &anyhow::Error) -> Self {
        let fault = |code: &str, exit, status| Self { code: code.to_owned(), exit, status };
        for cause in error.chain() {
            if let Some(error) = cause.downcast_ref::<ClientError>() {
                return match error {
                    // These pass; what else is refused is refused again.
                    ClientError::Refused { status: status @ (408 | 429 | 500..), code, .. } => {
                        fault(code, UNAVAILABLE, Some(*status))
                    }
                    ClientError::Refused { status, code, .. } => fault(code, REFUSED, Some(*status)),
                    ClientError::Unreachable(..) | ClientError::OtherScheme(..) => {
                        fault("ledger.unreachable", UNAVAILABLE, None)
                    }
                    ClientError::Unreadable(..) | ClientError::Elsewhere(..) => {
                        fault("ledger.unreadable", UNAVAILABLE, None)
                    }
                    ClientError::File(..) => fault("folder.unreadable", FAILED, None),
                    ClientError::Local(error) => fault(coded::of_file(error), FAILED, None),
                };
            }
            if let Some(error) = cause.downcast_ref::<OpenError>() {
                let refused = matches!(error, OpenError::Opening { .. });
                return fault(error.code(), if refused { REFUSED } else { FAILED }, None);
            }
            if let Some(error) = cause.downcast_ref::<Coded>() {
                return fault(error.code, error.exit, None);
            }
            if let Some(code) = coded::of_cause(cause) {
                return fault(code, FAILED, None);
            }
        }
        fault("failed", FAILED, None)
    }

    /// What people are told: the code too, by which `tinnhiem explain` knows what to do.
    fn shown(&self, detail: &str) -> String {
        let code = format!("({})", self.code);
        if !self.code.contains('.') || detail.contains(&code) {
            return detail.to_owned();
        }
        // Evidence that follows is quoted as it is.
        let (told, rest) = detail.split_once('\n').map_or((detail, None), |(told, rest)| (told, Some(rest)));
        let (told, colon) = told.strip_suffix(':').map_or((told, ""), |told| (told, ":"));
        let rest = rest.map(|rest| format!("\n{rest}")).unwrap_or_default();
        format!("{told} {code}{colon}{rest}")
    }

    /// Tells it on the error stream.
    pub(super) fn tell(self, detail: &str, json: bool) -> ExitCode {
        if json {
            let Self { code, exit, status } = &self;
            let mut error = serde_json::json!({"code": code, "detail": detail, "exit": exit});
            if let Some(status) = status {
                error["status"] = (*status).into();
            }
            eprintln!("{}", serde_json::json!({"error": error}));
        } else {
            tell!("tinnhiem: {}", self.shown(detail));
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
        let missing = crate::vault::KeyFileError::PublicOnly("key".into());
        let error = Err::<(), _>(missing).context("a key").unwrap_err();
        assert_eq!(Fault::of(&error).code, "keyfile.public");
        assert_eq!(Fault::of(&anyhow::anyhow!("prose")).exit, FAILED);
        let unknown = anyhow::Error::from(coded::unknown("name.unknown", "nobody"));
        assert_eq!(Fault::of(&unknown.context("a name")).exit, REFUSED);
        let gone = anyhow::Error::from(std::io::Error::from(std::io::ErrorKind::NotFound));
        assert_eq!(Fault::of(&gone.context("policy.json")).code, "file.missing");
    }

    #[test]
    fn people_are_told_the_code_before_what_is_quoted() {
        let fault = |code: &str| Fault { code: code.to_owned(), exit: FAILED, status: None };
        for (code, detail, shown) in [
            ("a.b", "no", "no (a.b)"),
            ("a.b", "no (a.b); why", "no (a.b); why"),
            ("a.b", "both:\n\none\n", "both (a.b):\n\none\n"),
            ("failed", "no", "no"),
            ("usage", "no", "no"),
        ] {
            assert_eq!(fault(code).shown(detail), shown);
        }
    }
}
