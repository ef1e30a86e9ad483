//! The names that verbs had when all stood on one level: still taken, shown nowhere.

use std::ffi::OsString;

use clap::Command;

/// A former name, and the group and verb that it is now.
const FORMER: [(&str, &str, &str); 51] = [
    ("accredit", "member", "accredit"),
    ("add-key", "key", "add"),
    ("admit", "member", "admit"),
    ("admit-contest", "contest", "admit"),
    ("appeal", "contest", "appeal"),
    ("attest", "state", "attest"),
    ("certificate", "certificate", "show"),
    ("certify", "certificate", "grant"),
    ("challenge", "contest", "challenge"),
    ("code", "code", "publish"),
    ("collaborate", "collaboration", "declare"),
    ("commit-draw", "draw", "commit"),
    ("commit-evidence", "evidence", "commit"),
    ("commit-state", "state", "commit"),
    ("contest", "contest", "file"),
    ("decide", "contest", "decide"),
    ("decline-contest", "contest", "decline"),
    ("depart", "subject", "depart"),
    ("destroy-evidence", "evidence", "destroy"),
    ("disclose-evidence", "evidence", "disclose"),
    ("draw", "draw", "repeat"),
    ("end-collaboration", "collaboration", "end"),
    ("enrol", "subject", "enrol"),
    ("execute-erasure", "erasure", "execute"),
    ("extend", "contest", "extend"),
    ("hand-over", "council", "hand-over"),
    ("identity-secret", "subject", "identity-secret"),
    ("keygen", "key", "new"),
    ("link", "subject", "link"),
    ("member", "member", "show"),
    ("members", "member", "list"),
    ("overturn-decision", "decision", "overturn"),
    ("pledge", "code", "pledge"),
    ("propose", "sanction", "propose"),
    ("public-key", "key", "public"),
    ("record-decision", "decision", "record"),
    ("refuse-erasure", "erasure", "refuse"),
    ("reinstate", "member", "reinstate"),
    ("remove", "member", "remove"),
    ("request-erasure", "erasure", "request"),
    ("reseat", "council", "reseat"),
    ("resume", "subject", "resume"),
    ("reveal-draw", "draw", "reveal"),
    ("revoke-key", "key", "revoke"),
    ("rotate-key", "key", "rotate"),
    ("rotate-log-key", "key", "rotate-log"),
    ("sanction", "sanction", "impose"),
    ("seat", "contest", "seat"),
    ("suspend", "member", "suspend"),
    ("unlink", "subject", "unlink"),
    ("update", "member", "update"),
];

/// What the program was given, each former name as the present one.
pub(super) fn arguments(command: &Command) -> Vec<OsString> {
    renamed(command, std::env::args_os().collect())
}

fn renamed(command: &Command, mut given: Vec<OsString>) -> Vec<OsString> {
    let Some(at) = verb_of(&given) else { return given };
    let next = given.get(at + 1).and_then(|word| word.to_str()).unwrap_or_default();
    let Some((name, group, verb)) = FORMER.iter().find(|(name, ..)| given[at] == *name) else { return given };
    let is_group = || {
        // What is nearly a verb of the group is one misspelt, and told so.
        let is_verb = |verb: &str| strsim::damerau_levenshtein(verb, next) <= verb.len() / 4;
        let mut verbs = command.find_subcommand(group).into_iter().flat_map(Command::get_subcommands);
        ["", "help", "-h", "--help"].contains(&next) || verbs.any(|verb| is_verb(verb.get_name()))
    };
    if name != group || !is_group() {
        given.splice(at..=at, [group, verb].map(OsString::from));
    }
    given
}

/// Where the verb stands: behind the program, its own options and `help`.
fn verb_of(given: &[OsString]) -> Option<usize> {
    let mut words = given.iter().enumerate().skip(1);
    while let Some((at, word)) = words.next() {
        if word == "--pass-file" {
            words.next();
        } else if word != "help" && !word.as_encoded_bytes().starts_with(b"-") {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> String {
        let words = renamed(&super::super::command(), line.split(' ').map(OsString::from).collect());
        words.into_iter().map(|word| word.into_string().unwrap()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_former_name_is_the_present_one() {
        for (given, meant) in [
            ("tinnhiem admit-contest 5 --key a", "tinnhiem contest admit 5 --key a"),
            ("tinnhiem contest --subject a", "tinnhiem contest file --subject a"),
            ("tinnhiem contest file --subject a", "tinnhiem contest file --subject a"),
            ("tinnhiem contest fil --subject a", "tinnhiem contest fil --subject a"),
            ("tinnhiem contest --help", "tinnhiem contest --help"),
            ("tinnhiem contest", "tinnhiem contest"),
            ("tinnhiem help contest admit", "tinnhiem help contest admit"),
            ("tinnhiem help keygen", "tinnhiem help key new"),
            ("tinnhiem members", "tinnhiem member list"),
            ("tinnhiem member o4-hai-van", "tinnhiem member show o4-hai-van"),
            ("tinnhiem --pass-file admit --no-pager keygen", "tinnhiem --pass-file admit --no-pager key new"),
            ("tinnhiem show admit", "tinnhiem show admit"),
            ("tinnhiem", "tinnhiem"),
        ] {
            assert_eq!(told(given), meant);
        }
    }

    #[test]
    fn each_former_name_is_a_verb_today_and_no_other() {
        let command = super::super::command();
        for (name, group, verb) in FORMER {
            let verbs = command.find_subcommand(group).unwrap_or_else(|| panic!("no group {group}"));
            assert!(verbs.find_subcommand(verb).is_some(), "{group} {verb}");
            assert!(name == group || command.find_subcommand(name).is_none(), "{name}");
        }
    }
}
