//! The verbs by what they are for: what the program's own help shows.

use clap::Command;
use textwrap::Options;

/// The cells of a line of help.
const WIDTH: usize = 80;
/// Where what a verb does begins.
const COLUMN: usize = 18;

/// What one comes for, and the verbs that do it, the usual ones first.
const SECTIONS: [(&str, &[&str]); 8] = [
    ("Begin", &["demo", "guide", "explain"]),
    ("Read", &["find", "score", "history", "top", "me", "clocks", "log", "show", "ledger"]),
    ("Check", &["verify", "receipt", "commitment", "checkpoint", "audit"]),
    (
        "Say, signed",
        &[
            "assess",
            "notify",
            "endorse",
            "reply",
            "contest",
            "withdraw",
            "correct",
            "collaboration",
            "decision",
            "evidence",
            "erasure",
            "code",
            "report-finding",
        ],
    ),
    (
        "The programme",
        &["subject", "member", "council", "policy", "sanction", "certificate", "draw", "state"],
    ),
    ("Keys and events", &["key", "inbox", "sign", "submit", "publish"]),
    ("Run a ledger", &["init", "serve", "seal", "export", "import", "fsck", "confirm-clock"]),
    ("More", &["ratings", "bench", "schemas", "completions", "man"]),
];

/// The command, its help by sections.
pub(super) fn told(command: Command) -> Command {
    let mut text = String::new();
    for (title, names) in SECTIONS {
        text += &format!("{title}:\n");
        for name in names {
            let about = command.find_subcommand(name).and_then(Command::get_about);
            let about = about.map(ToString::to_string).unwrap_or_default();
            let (first, further) = (format!("  {name:<0$}", COLUMN - 2), " ".repeat(COLUMN));
            let fitting = Options::new(WIDTH).initial_indent(&first).subsequent_indent(&further);
            text += &textwrap::fill(&about, fitting);
            text.push('\n');
        }
        text.push('\n');
    }
    command.help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{text}`tinnhiem VERB --help` \
         tells more, and shows the verbs that stand under one.\n\nOptions:\n{{options}}{{after-help}}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_verb_stands_in_one_section() {
        let command = super::super::command();
        let mut verbs: Vec<_> = command.get_subcommands().map(Command::get_name).collect();
        let mut told: Vec<_> = SECTIONS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        verbs.sort_unstable();
        told.sort_unstable();
        assert_eq!(verbs, told);
    }
}
