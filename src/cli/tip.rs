//! What somebody may have meant whose arguments a verb does not take, and what one that is missing is.

use std::ffi::OsString;
use std::io::IsTerminal;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use unicode_width::UnicodeWidthStr;

use super::output::{say, tell};
use super::screen;

/// Verbs that take no name, and what does what is wanted with one.
const MEANT: &[(&str, &str)] = &[
    ("top", "tinnhiem find"),
    ("member list", "tinnhiem member show"),
    ("log", "tinnhiem log --subject"),
    ("clocks", "tinnhiem clocks --who"),
    ("ledger", "tinnhiem find"),
];

/// Ends the program with what the parser says, wrapped at a terminal where it is an error.
pub(super) fn end(command: &Command, given: &[OsString], error: clap::Error) -> ! {
    if !error.use_stderr() {
        let help = error.render();
        let styled = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        say!("{}", folded(&if styled { help.ansi().to_string() } else { help.to_string() }).trim_end());
        std::process::exit(error.exit_code());
    }
    let missing = missing(command, given, &error);
    let error = with(given, error);
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

/// The cells of a line of help.
const WIDTH: usize = 80;

/// A help whose usage goes on in further lines, no option apart from its value.
fn folded(help: &str) -> String {
    let lines = help.lines().map(|line| match plain(line).starts_with("Usage:") {
        true => usage(line),
        false => line.to_owned(),
    });
    lines.map(|line| line + "\n").collect()
}

fn usage(line: &str) -> String {
    const FURTHER: &str = "         ";
    let (mut out, mut cells, mut option) = (String::new(), 0, false);
    let words: Vec<&str> = line.split(' ').collect();
    for (at, word) in words.iter().enumerate() {
        let shown = plain(word);
        let value = words.get(at + 1).map(|next| plain(next)).filter(|next| next.starts_with('<'));
        let is_option = shown.starts_with("--");
        let needs = shown.width() + value.filter(|_| is_option).map_or(0, |value| 1 + value.width());
        if at > 0 && !option && cells + 1 + needs > WIDTH {
            out += "\n";
            out += FURTHER;
            cells = FURTHER.width();
        } else if at > 0 {
            out += " ";
            cells += 1;
        }
        out += word;
        cells += shown.width();
        option = is_option;
    }
    out
}

/// A text without what styles it.
fn plain(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    first + &parts.map(|part| part.split_once('m').map_or("", |(_, rest)| rest)).collect::<String>()
}

/// The error, with the command that was meant where that can be told.
fn with(given: &[OsString], mut error: clap::Error) -> clap::Error {
    let words: Vec<_> = given.iter().skip(1).map(|word| word.to_string_lossy()).collect();
    let is_it = |name: &str| {
        name.split(' ').zip(&words).filter(|(one, word)| one == *word).count() == name.split(' ').count()
    };
    let Some((_, meant)) = MEANT.iter().find(|(name, _)| is_it(name)) else { return error };
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
fn missing(command: &Command, given: &[OsString], error: &clap::Error) -> Vec<String> {
    let (ErrorKind::MissingRequiredArgument, Some(ContextValue::Strings(named))) =
        (error.kind(), error.get(ContextKind::InvalidArg))
    else {
        return Vec::new();
    };
    let verb = given.iter().skip(1).fold(command, |verb, given| verb.find_subcommand(given).unwrap_or(verb));
    let options =
        verb.get_arguments().filter_map(|one| Some((format!("--{}", one.get_long()?), one.get_help()?)));
    let lacks = |option: &str| named.iter().any(|name| name.split(' ').next() == Some(option));
    options.filter(|(option, _)| lacks(option)).map(|(option, help)| format!("  {option}: {help}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The verbs under a command, and those under these.
    fn check(command: &mut Command) {
        let help = command.render_long_help();
        for shown in [help.to_string(), help.ansi().to_string()] {
            for line in folded(&shown).lines().map(plain) {
                assert!(line.width() <= WIDTH, "{}: {line}", command.get_name());
            }
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(words(&folded(&shown)), words(&shown));
        }
        command.get_subcommands_mut().for_each(check);
    }

    #[test]
    fn no_line_of_help_is_wider_than_a_terminal() {
        let mut command = super::super::command();
        command.build();
        check(&mut command);
    }
}
