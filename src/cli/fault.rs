//! How a fault is told: by the options of the verb that was run, not by the members of an event.

use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use crate::client::{BY_LEDGER, ClientError};

/// Options whose member of the event has another name, and that member.
const OTHERWISE: [(&str, &str); 2] = [("--from", "effective_from"), ("--version-number", "version")];
/// What is no member of an event's body, though an option has its name.
const OTHER: [&str; 2] = ["ledger", "key"];

/// The options and arguments of a verb, what was given for each, and the usual ledger of the verb.
pub(super) struct Given {
    options: Vec<(String, Vec<String>)>,
    ledger: Option<String>,
}

impl Given {
    /// Those of the verb that was run.
    pub(super) fn of(mut command: &Command, mut matches: &ArgMatches) -> Self {
        while let Some((name, inner)) = matches.subcommand() {
            let Some(verb) = command.find_subcommand(name) else { break };
            (command, matches) = (verb, inner);
        }
        let told = command.get_arguments().map(|one| {
            let id = one.get_id().as_str();
            let name = one.get_long().map_or_else(|| id.to_uppercase(), |long| format!("--{long}"));
            let typed = matches.try_contains_id(id).unwrap_or(false)
                && matches.value_source(id) == Some(ValueSource::CommandLine);
            let values = matches.try_get_raw(id).ok().flatten().filter(|_| typed);
            (name, values.into_iter().flatten().map(|value| value.to_string_lossy().into_owned()).collect())
        });
        let ledger = matches.try_get_raw("ledger").ok().flatten().and_then(|mut values| values.next());
        let ledger = ledger.map(|value| value.to_string_lossy().into_owned());
        Self { options: told.collect(), ledger }
    }

    /// Whether the answer is for a program.
    pub(super) fn json(&self) -> bool {
        self.options.iter().any(|(name, values)| name == "--json" && !values.is_empty())
    }

    /// A fault of an address, told by the option that gave it.
    pub(super) fn addressed(&self, fault: &str, error: &anyhow::Error) -> String {
        let asked = error.chain().find_map(|cause| cause.downcast_ref::<ClientError>()?.address());
        match asked {
            Some(asked) => self.told_of(fault, asked),
            None => fault.to_owned(),
        }
    }

    fn told_of(&self, fault: &str, asked: &str) -> String {
        let is_it = |value: &String| origin(value).is_some_and(|one| one == asked);
        let others = self.options.iter().filter(|(name, _)| name != "--ledger");
        match others.clone().find(|(_, values)| values.iter().any(is_it)) {
            Some((option, _)) if option.starts_with("--") => {
                fault.replace(BY_LEDGER, &format!("by {option}"))
            }
            Some((_, values)) => {
                let value = values.iter().find(|value| is_it(value)).cloned().unwrap_or_default();
                fault.replace(BY_LEDGER, &format!("in the place of {value}"))
            }
            // A directory says where it is served.
            None if !self.ledger.as_ref().is_none_or(is_it) => {
                fault.replace(&format!(" Another is named {BY_LEDGER};"), "")
            }
            None => fault.to_owned(),
        }
    }

    /// A fault, told by these.
    pub(super) fn told(&self, fault: &str) -> String {
        let mut told = fault.to_owned();
        for (option, _) in self.options.iter().filter(|(option, _)| option.starts_with("--")) {
            let own = option[2..].replace('-', "_");
            let other = OTHERWISE.iter().find(|(one, _)| one == option).map(|(_, member)| *member);
            for member in [own.as_str()].into_iter().chain(other).filter(|member| !OTHER.contains(member)) {
                told = told.replace(&format!("`{member}`"), &format!("`{option}`"));
                if member.contains('_') {
                    told = renamed(&told, member, option);
                }
            }
        }
        let begins = |values: &[String]| values.iter().any(|value| begins_with(fault, value));
        match self.options.iter().find(|(_, values)| begins(values)) {
            Some((option, _)) => format!("{option} {told}"),
            None => told,
        }
    }
}

/// The scheme, host and port of an address; none where it is no address.
fn origin(address: &str) -> Option<String> {
    let url = reqwest::Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some(url.origin().ascii_serialization())
}

/// Whether a fault begins with the file, or the name, of a value: `FILE`, or `INDICATOR=FILE`.
fn begins_with(fault: &str, value: &str) -> bool {
    let named = value.split_once('=').map_or(value, |(_, named)| named);
    let begins = |named: &str| {
        let rest = fault.strip_prefix(named).unwrap_or_default();
        rest.starts_with([':', ' '])
    };
    // A number begins many sentences.
    let number = named.bytes().all(|byte| byte.is_ascii_digit());
    !number && (begins(named) || begins(value))
}

/// A text in which a word is another.
fn renamed(text: &str, word: &str, other: &str) -> String {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, after) = (&rest[..at], &rest[at + word.len()..]);
        let whole = !before.ends_with(part) && !after.starts_with(|c: char| part(c) && c != '.');
        out += before;
        out += if whole { other } else { word };
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given() -> Given {
        let of = |name: &str, values: &[&str]| {
            (name.to_owned(), values.iter().map(|one| (*one).to_owned()).collect())
        };
        let options = vec![
            of("FILE", &["policy.json"]),
            of("--key", &["me.pem", "other.pem"]),
            of("--evidence", &["I4=photo.png"]),
            of("--policy", &["2"]),
            of("--observed-until", &[]),
            of("--notice", &[]),
            of("--ledger", &[]),
            of("--from", &[]),
            of("--newest", &["http://HOST:81/checkpoint"]),
            of("OF", &["https://a.example"]),
        ];
        Given { options, ledger: Some("http://127.0.0.1:8080".to_owned()) }
    }

    #[test]
    fn a_fault_of_an_address_names_what_gave_it() {
        let fault = format!("right? Another is named {BY_LEDGER}; no answer");
        for (asked, told) in [
            ("http://host:81", "right? Another is named by --newest; no answer"),
            ("https://a.example", "right? Another is named in the place of https://a.example; no answer"),
            ("http://127.0.0.1:8080", fault.as_str()),
            ("http://127.0.0.1:9", "right? no answer"),
        ] {
            assert_eq!(given().told_of(&fault, asked), told);
        }
    }

    #[test]
    fn a_fault_names_the_option() {
        for (fault, told) in [
            ("other.pem: No such file", "--key other.pem: No such file"),
            ("photo.png is empty", "--evidence photo.png is empty"),
            ("policy.json is no policy: x", "FILE policy.json is no policy: x"),
            ("2 of 3 signatures: collect", "2 of 3 signatures: collect"),
            ("me.pemmican: eaten", "me.pemmican: eaten"),
            ("name that event in `notice`", "name that event in `--notice`"),
            ("put it into `ledger`", "put it into `ledger`"),
            ("observed_until must not lie ahead", "--observed-until must not lie ahead"),
            ("not_observed_until, observed_until.", "not_observed_until, --observed-until."),
            ("effective_from: too early", "--from: too early"),
        ] {
            assert_eq!(given().told(fault), told);
        }
    }
}
