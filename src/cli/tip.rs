//! What somebody may have meant who gave a verb a name that it does not take.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use unicode_width::UnicodeWidthStr;

use super::output::tell;
use super::screen;

/// Verbs that take no name, and what does what is wanted with one.
const MEANT: &[(&str, &str)] = &[
    ("top", "tinnhiem find"),
    ("members", "tinnhiem member"),
    ("log", "tinnhiem log --subject"),
    ("clocks", "tinnhiem clocks --who"),
    ("ledger", "tinnhiem find"),
];

/// Ends the program with what the parser says, wrapped at a terminal where it is an error.
pub fn end(error: clap::Error) -> ! {
    let error = with(error);
    match screen::width_of_errors() {
        Some(width) if error.use_stderr() => {
            let said = error.render().to_string();
            if said.lines().all(|line| line.width() <= width) {
                error.exit();
            }
            tell!("{}", said.trim_end());
            std::process::exit(error.exit_code())
        }
        _ => error.exit(),
    }
}

/// The error, with the command that was meant where that can be told.
fn with(mut error: clap::Error) -> clap::Error {
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
