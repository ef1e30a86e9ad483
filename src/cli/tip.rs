//! What somebody may have meant who gave a verb a name that it does not take.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Verbs that take no name, and what does what is wanted with one.
const MEANT: &[(&str, &str)] = &[
    ("top", "tinnhiem find"),
    ("members", "tinnhiem member"),
    ("log", "tinnhiem log --subject"),
    ("clocks", "tinnhiem clocks --who"),
    ("ledger", "tinnhiem find"),
];

/// The error, with the command that was meant where that can be told.
pub fn with(mut error: clap::Error) -> clap::Error {
    let verb = std::env::args().nth(1).unwrap_or_default();
    let Some((_, meant)) = MEANT.iter().find(|(name, _)| *name == verb) else { return error };
    let name = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::UnknownArgument, Some(ContextValue::String(name))) if !name.starts_with('-') => {
            name.clone()
        }
        _ => return error,
    };
    let tip = format!("`{meant} '{name}'` looks for it by name");
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    error
}
