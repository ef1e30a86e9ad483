//! Where two answers to one question differ.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::client::Answer;
use crate::{json, limits};

/// Longest piece of an answer that is told, in characters.
const TOLD: usize = 60;

/// What is not judged in an answer.
pub struct Apart<'a> {
    /// The members that do not follow from the log, as JSON pointers.
    pub members: &'a [&'a str],
    /// Whether names may stand where none could be made, as the texts that hold them are not there.
    pub names: bool,
}

/// How a served answer differs from the one that the log makes; none where it does not.
pub fn difference(made: &Answer, served: &Answer, apart: &Apart<'_>) -> Option<String> {
    if made.status != served.status {
        let made = made.status;
        return Some(format!("it is answered with status {}, where the log makes {made}", served.status));
    }
    if made.bytes == served.bytes && made.media_type == served.media_type && made.link == served.link {
        return None;
    }
    let (ours, theirs) = (serde_json::from_slice(&made.bytes), serde_json::from_slice(&served.bytes));
    if made.status >= 400 {
        // What a refusal says at length is the program's, not the log's.
        let code =
            |problem: &Result<Value, _>| problem.as_ref().map_or(Value::Null, |one| one["code"].clone());
        let (ours, theirs) = (code(&ours), code(&theirs));
        return (ours != theirs).then(|| format!("it is refused as {theirs}, where the log makes {ours}"));
    }
    if made.media_type != served.media_type {
        return Some(format!("it is {}, where the log makes {}", served.media_type, made.media_type));
    }
    if made.link != served.link {
        return Some(format!("its Link is {}, where the log makes {}", told(&served.link), told(&made.link)));
    }
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => {
            let mut excused = false;
            let found = within(&ours, &theirs, &mut String::new(), apart, &mut excused);
            // Of the same version of this program, the same values are the same bytes: another spelling may
            // read as another value elsewhere.
            let spelt = || "its values are those that the log makes, but its bytes are not".to_owned();
            // Where something is excused its bytes differ; what two readers could read differently is not.
            let twice = || match json::check(&served.bytes, limits::ANSWER_DEPTH) {
                Err(error @ json::Malformed::DuplicateMember(_)) => {
                    Some(format!("it can be read in two ways: {error}"))
                }
                _ => None,
            };
            found.or_else(|| (!excused && made.bytes != served.bytes).then(spelt)).or_else(twice)
        }
        (Ok(_), Err(_)) => Some("it is not JSON".to_owned()),
        (Err(_), _) => in_lines(&made.bytes, &served.bytes),
    }
}

fn within(
    made: &Value,
    served: &Value,
    at: &mut String,
    apart: &Apart<'_>,
    excused: &mut bool,
) -> Option<String> {
    if made == served {
        return None;
    }
    let nameless = apart.names && made.is_null() && (at.ends_with("/name") || at.ends_with("_name"));
    if nameless || apart.members.contains(&at.as_str()) {
        *excused = true;
        return None;
    }
    let mut descend = |at: &mut String, step: &str, made: &Value, served: &Value| {
        let length = at.len();
        at.push('/');
        at.push_str(step);
        let found = within(made, served, at, apart, excused);
        at.truncate(length);
        found
    };
    match (made, served) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
            names.into_iter().find_map(|name| match (ours.get(name), theirs.get(name)) {
                // A member that is null is not one that is absent.
                (Some(Value::Null), None) | (None, Some(Value::Null)) => {
                    Some(format!("{at}/{name} is null in one, and absent in the other"))
                }
                (ours, theirs) => {
                    let (ours, theirs) = (ours.unwrap_or(&Value::Null), theirs.unwrap_or(&Value::Null));
                    descend(at, name, ours, theirs)
                }
            })
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() != theirs.len() => {
            let (ours, theirs) = (ours.len(), theirs.len());
            Some(format!("{} has {theirs} members, where the log makes {ours}", pointer(at)))
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            let mut both = ours.iter().zip(theirs).enumerate();
            both.find_map(|(place, (ours, theirs))| descend(at, &place.to_string(), ours, theirs))
        }
        _ => {
            let (made, served) = (told(&made.to_string()), told(&served.to_string()));
            Some(format!("{} is {served}, where the log makes {made}", pointer(at)))
        }
    }
}

fn pointer(at: &str) -> &str {
    if at.is_empty() { "it" } else { at }
}

fn in_lines(made: &[u8], served: &[u8]) -> Option<String> {
    let (made, served) = (String::from_utf8_lossy(made), String::from_utf8_lossy(served));
    let (mut ours, mut theirs) = (made.lines(), served.lines());
    for line in 1.. {
        match (ours.next(), theirs.next()) {
            (None, None) => break,
            (ours, theirs) if ours == theirs => {}
            (ours, theirs) => {
                let shown = |line: Option<&str>| line.map_or("absent".to_owned(), told);
                let (ours, theirs) = (shown(ours), shown(theirs));
                return Some(format!("line {line} is {theirs}, where the log makes {ours}"));
            }
        }
    }
    (made != served).then(|| "its line ends are not those that the log makes".to_owned())
}

fn told(text: &str) -> String {
    let short: String = text.chars().take(TOLD).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if short.chars().count() < text.chars().count() { format!("{short}…") } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, json: &str) -> Answer {
        let media_type = "application/json".to_owned();
        Answer { status, media_type, link: String::new(), bytes: json.as_bytes().to_vec() }
    }

    fn differs(made: &str, served: &str) -> Option<String> {
        let apart = Apart { members: &["/writing"], names: true };
        difference(&answer(200, made), &answer(200, served), &apart)
    }

    #[test]
    fn a_difference_is_told_with_its_place() {
        let told = |made, served| differs(made, served).unwrap_or_default();
        assert_eq!(told(r#"{"a":[1,2]}"#, r#"{"a":[1,3]}"#), "/a/1 is 3, where the log makes 2");
        assert_eq!(told(r#"{"a":[1,2]}"#, r#"{"a":[1]}"#), "/a has 1 members, where the log makes 2");
        assert_eq!(told(r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#), "/a/0 is 2, where the log makes 1");
        assert!(told(r#"{"a":null}"#, "{}").contains("/a is null in one"));
        assert!(told(r#"{"a":1}"#, r#"{ "a":1}"#).contains("its bytes are not"));
        assert!(told(r#"{"a":1}"#, r#"{"a":2,"a":1}"#).contains("its bytes are not"));
        assert!(told(r#"{"a":1}"#, "a").contains("not JSON"));
        assert!(told("a\nb\n", "a\nc\n").contains("line 2 is c"));
        assert!(told("a\nb\n", "a\r\nb\n").contains("line ends"));
    }

    #[test]
    fn what_does_not_follow_from_the_log_is_set_apart() {
        assert_eq!(differs(r#"{"writing":true,"a":1}"#, r#"{"writing":false,"a":1}"#), None);
        assert!(differs(r#"{"writing":true,"a":1}"#, r#"{"writing":false,"a":2}"#).is_some());
        assert_eq!(differs(r#"{"name":null}"#, r#"{"name":"Ngân"}"#), None);
        assert!(differs(r#"{"name":"Ngân"}"#, r#"{"name":"Hân"}"#).is_some());
    }

    #[test]
    fn refusals_are_compared_by_their_codes() {
        let apart = Apart { members: &[], names: false };
        let refused = |status, code: &str| answer(status, &format!(r#"{{"code":"{code}"}}"#));
        let made = refused(404, "subject.unknown");
        assert_eq!(difference(&made, &refused(404, "subject.unknown"), &apart), None);
        assert!(difference(&made, &refused(404, "event.unknown"), &apart).is_some());
        assert!(difference(&made, &refused(500, "subject.unknown"), &apart).is_some());
    }
}
