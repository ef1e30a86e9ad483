//! What somebody may have meant whose arguments a verb does not take, and what one that is missing is.

use clap::Command;
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
pub fn end(command: &Command, error: clap::Error) -> ! {
    let missing = missing(command, &error);
    let error = with(error);
    match screen::width_of_errors() {
        width if error.use_stderr() && (width.is_some() || !missing.is_empty()) => {
            let said = error.render().to_string();
            let width = width.unwrap_or(usize::MAX);
            if missing.is_empty() && said.lines().all(|line| line.width() <= width) {
                error.exit();
            }
            tell!("{}", said.trim_end());
            for what in missing {
                tell!("{what}");
            }
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

/// What each option is that a verb lacks, by its help.
fn missing(command: &Command, error: &clap::Error) -> Vec<String> {
    let (ErrorKind::MissingRequiredArgument, Some(ContextValue::Strings(named))) =
        (error.kind(), error.get(ContextKind::InvalidArg))
    else {
        return Vec::new();
    };
    let verb =
        std::env::args().skip(1).fold(command, |verb, given| verb.find_subcommand(given).unwrap_or(verb));
    let options =
        verb.get_arguments().filter_map(|one| Some((format!("--{}", one.get_long()?), one.get_help()?)));
    let lacks = |option: &str| named.iter().any(|name| name.split(' ').next() == Some(option));
    options.filter(|(option, _)| lacks(option)).map(|(option, help)| format!("  {option}: {help}")).collect()
}
