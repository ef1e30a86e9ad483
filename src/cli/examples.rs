//! Every verb shows an example, and every example parses.

use super::command;

/// The words of the examples in a help text, one list per command.
fn examples(help: &str) -> Vec<Vec<String>> {
    let whole = help.replace("\\\n    ", "").replace("5f…e2", &"5f".repeat(32)).replace("3f…9a", KEY);
    let vkey = crate::log::VerifierKey::ed25519("demo", KEY.parse().unwrap()).to_string();
    let whole = whole.replace("\"$VKEY\"", &vkey);
    let lines = whole.lines().map(str::trim).filter(|line| line.starts_with("tinnhiem "));
    // A remark stands four blanks after its command, a redirection after a sign.
    let bare = |line: &str| line.split("    ").next().unwrap().split(" > ").next().unwrap().to_owned();
    lines.map(bare).map(|line| words(&line)).collect()
}

const KEY: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn check(path: &str, command: &clap::Command) {
    let verbs: Vec<_> = command.get_subcommands().filter(|one| one.get_name() != "help").collect();
    for verb in &verbs {
        check(&format!("{path} {}", verb.get_name()), verb);
    }
    if !verbs.is_empty() {
        return;
    }
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let own: Vec<_> = examples(&help).into_iter().filter(|one| one.join(" ").starts_with(path)).collect();
    assert!(!own.is_empty(), "`{path} --help` shows no example");
    for example in own {
        let parsed = super::command().try_get_matches_from(&example);
        assert!(parsed.is_ok(), "{}: {}", example.join(" "), parsed.unwrap_err());
    }
}

/// What a terminal shows at least.
const WIDTH: usize = 80;

/// A line that is broken by the terminal can no longer be pasted.
#[test]
fn no_example_is_wider_than_a_terminal() {
    fn look(path: &str, command: &clap::Command, wide: &mut Vec<String>) {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let too_wide = help.lines().filter(|line| line.chars().count() > WIDTH);
        wide.extend(too_wide.map(|line| format!("{path}: {line}")));
        for verb in command.get_subcommands() {
            look(&format!("{path} {}", verb.get_name()), verb, wide);
        }
    }
    let mut wide = Vec::new();
    look("tinnhiem", &command(), &mut wide);
    assert!(wide.is_empty(), "{wide:#?}");
}

#[test]
fn every_verb_has_an_example_that_parses() {
    check("tinnhiem", &command());
}

/// Verbs that take no `--json`, and why.
const IN_WORDS: [(&str, &str); 5] = [
    ("demo", "runs until it is stopped; what it says is its log"),
    ("serve", "runs until it is stopped; what it says is its log"),
    ("schemas", "writes files"),
    ("completions", "prints a script for a shell"),
    ("man", "prints a manual page"),
];

#[test]
fn every_verb_answers_programs_or_says_why_not() {
    fn look(command: &clap::Command, found: &mut Vec<String>) {
        let verbs: Vec<_> = command.get_subcommands().filter(|one| one.get_name() != "help").collect();
        for verb in &verbs {
            look(verb, found);
        }
        // A verb with others below it may be one itself.
        let is_verb = verbs.is_empty() || !command.is_subcommand_required_set();
        if is_verb && !command.get_arguments().any(|one| one.get_long() == Some("json")) {
            found.push(command.get_name().to_owned());
        }
    }
    let mut found = Vec::new();
    command().get_subcommands().for_each(|verb| look(verb, &mut found));
    assert_eq!(found, IN_WORDS.map(|(verb, _)| verb));
}
