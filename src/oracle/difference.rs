//! Where two answers to one question differ.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::api::validator as tag;
use crate::client::Answer;
use crate::{json, limits};

/// Longest piece of an answer that is told, in characters.
const TOLD: usize = 60;

/// What is not judged in an answer.
pub(super) struct Apart<'a> {
    /// The members that do not follow from the log, as JSON pointers.
    pub members: &'a [&'a str],
    /// Whether something of it was named as wrong already, so that its bytes are others.
    pub named: bool,
    /// Whether names may stand where none could be made, as the texts that hold them are not there.
    pub names: bool,
}

/// How a served answer differs from the one that the log makes; none where it does not.
pub(super) fn difference(made: &Answer, served: &Answer, apart: &Apart<'_>) -> Option<String> {
    if made.status != served.status {
        let made = made.status;
        return Some(format!("it is answered with status {}, where the log makes {made}", served.status));
    }
    if made == served {
        return None;
    }
    let (ours, theirs) = (serde_json::from_slice(&made.bytes), serde_json::from_slice(&served.bytes));
    let is_refused = made.status >= 400;
    if is_refused {
        // What a refusal says at length is the program's, not the log's.
        let code =
            |problem: &Result<Value, _>| problem.as_ref().map_or(Value::Null, |one| one["code"].clone());
        let (ours, theirs) = (code(&ours), code(&theirs));
        if ours != theirs {
            return Some(format!("it is refused as {theirs}, where the log makes {ours}"));
        }
    }
    if made.media_type != served.media_type {
        return Some(format!("it is {}, where the log makes {}", served.media_type, made.media_type));
    }
    if made.link != served.link {
        return Some(format!("its Link is {}, where the log makes {}", told(&served.link), told(&made.link)));
    }
    // A cache that is told otherwise answers with what was true once.
    if made.caching != served.caching {
        let (ours, theirs) = (told(&made.caching), told(&served.caching));
        return Some(format!("its Cache-Control is {theirs}, where the log makes {ours}"));
    }
    if is_refused {
        return None;
    }
    let right_tag = if made.tag.is_empty() { String::new() } else { tag(&served.bytes) };
    let other_tag =
        || format!("its ETag is {}, where its bytes make {}", told(&served.tag), told(&right_tag));
    let found = in_body(made, served, apart, ours, theirs);
    found.or_else(|| (!apart.named && served.tag != right_tag).then(other_tag))
}

/// Whether two values say the same, but for what is set apart.
pub(super) fn agree(made: &Value, served: &Value, apart: &Apart<'_>) -> bool {
    within(made, served, &mut String::new(), apart, &mut false).is_none()
}

fn in_body(
    made: &Answer,
    served: &Answer,
    apart: &Apart<'_>,
    ours: serde_json::Result<Value>,
    theirs: serde_json::Result<Value>,
) -> Option<String> {
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
    let bytes = (made, served);
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
    if made != served {
        return Some("its line ends are not those that the log makes".to_owned());
    }
    // What is no text may read alike.
    let place = bytes.0.iter().zip(bytes.1).position(|(ours, theirs)| ours != theirs);
    place.map(|place| format!("byte {place} is another than the log makes"))
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
        let (link, caching) = (String::new(), "no-cache".to_owned());
        Answer {
            status,
            media_type,
            link,
            tag: tag(json.as_bytes()),
            caching,
            bytes: json.as_bytes().to_vec(),
        }
    }

    fn differs(made: &str, served: &str) -> Option<String> {
        let apart = Apart { members: &["/writing"], named: false, names: true };
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
    fn bytes_that_are_no_text_are_compared_as_bytes() {
        let of = |bytes: &[u8]| Answer { bytes: bytes.to_vec(), tag: tag(bytes), ..answer(200, "") };
        let apart = Apart { members: &[], named: false, names: false };
        let differs = |served| difference(&of(b"a\xfe\xfe"), &of(served), &apart);
        assert_eq!(differs(b"a\xfe\xfe"), None);
        assert_eq!(differs(b"a\xfe\xff").unwrap(), "byte 2 is another than the log makes");
    }

    #[test]
    fn what_caches_are_told_is_compared_even_where_something_is_set_apart() {
        let apart = Apart { members: &["/writing"], named: false, names: false };
        let made = answer(200, r#"{"writing":true}"#);
        let served = answer(200, r#"{"writing":false}"#);
        assert_eq!(difference(&made, &served, &apart), None);
        let told = |served: Answer| difference(&made, &served, &apart).unwrap_or_default();
        assert!(told(Answer { tag: made.tag.clone(), ..served.clone() }).starts_with("its ETag is"));
        assert!(told(Answer { tag: String::new(), ..made.clone() }).starts_with("its ETag is"));
        let caching = "public, max-age=31536000, immutable".to_owned();
        assert!(told(Answer { caching, ..made.clone() }).starts_with("its Cache-Control is"));
    }

    #[test]
    fn refusals_are_compared_by_their_codes() {
        let apart = Apart { members: &[], named: false, names: false };
        let refused = |status, code: &str| answer(status, &format!(r#"{{"code":"{code}"}}"#));
        let made = refused(404, "subject.unknown");
        assert_eq!(difference(&made, &refused(404, "subject.unknown"), &apart), None);
        assert!(difference(&made, &refused(404, "event.unknown"), &apart).is_some());
        assert!(difference(&made, &refused(500, "subject.unknown"), &apart).is_some());
    }

    /// A cache may be told to keep saying that something is not there.
    #[test]
    fn the_heads_of_refusals_are_compared_and_their_words_are_not() {
        let apart = Apart { members: &[], named: false, names: false };
        let made = answer(404, r#"{"code":"entry.unknown","detail":"there are 3"}"#);
        let worded = answer(404, r#"{"code":"entry.unknown","detail":"it is not there"}"#);
        assert_eq!(difference(&made, &worded, &apart), None);
        let told = |served: Answer| difference(&made, &served, &apart).unwrap_or_default();
        let caching = "public, max-age=31536000, immutable".to_owned();
        assert!(told(Answer { caching, ..worded.clone() }).starts_with("its Cache-Control is"));
        assert!(told(Answer { media_type: "text/html".to_owned(), ..worded }).starts_with("it is text/html"));
    }
}
