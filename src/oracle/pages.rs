//! Where a listing goes on.

use serde_json::Value;

use super::questions::escaped;
use crate::client::Answer;

/// The path of the page after this answer; none at the end. A table tells it by its `Link`.
pub(super) fn next_page(path: &str, by: &str, answer: &Answer) -> Option<String> {
    let link = answer.link.strip_prefix('<').and_then(|link| link.split_once('>'));
    if let Some((query, "; rel=\"next\"")) = link {
        return Some(format!("{}{query}", path.split('?').next()?));
    }
    let page: Value = serde_json::from_slice(&answer.bytes).ok()?;
    let next = match &page["next"] {
        Value::String(next) => escaped(next),
        Value::Number(next) => next.to_string(),
        _ => return None,
    };
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let before = format!("{by}=");
    let kept = query.split('&').filter(|part| !part.is_empty() && !part.starts_with(&before));
    let query: Vec<String> = kept.map(str::to_owned).chain([format!("{before}{next}")]).collect();
    Some(format!("{path}?{}", query.join("&")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(path: &str, link: &str, json: &str) -> Option<String> {
        let answer = Answer { link: link.to_owned(), bytes: json.as_bytes().to_vec(), ..Answer::default() };
        next_page(path, "after", &answer)
    }

    #[test]
    fn a_page_is_followed_by_what_it_says() {
        let goes_on = |path, json| next(path, "", json).unwrap_or_default();
        assert_eq!(goes_on("/v1/members", r#"{"next":"a b"}"#), "/v1/members?after=a%20b");
        assert_eq!(goes_on("/v1/events?limit=7&after=3", r#"{"next":10}"#), "/v1/events?limit=7&after=10");
        assert_eq!(goes_on("/v1/events?after=3&limit=7", r#"{"next":10}"#), "/v1/events?limit=7&after=10");
        assert_eq!(next("/v1/events", "", r#"{"next":null}"#), None);
        let link = "<?format=csv&size=9&after=4>; rel=\"next\"";
        assert_eq!(next("/v1/steps?format=csv", link, "a,b").unwrap(), "/v1/steps?format=csv&size=9&after=4");
        assert_eq!(next("/v1/steps?format=csv", "", "a,b"), None);
        let own = "<?size=9&as_of=2026-11-28>; rel=\"canonical\"";
        assert_eq!(next("/v1/scores", own, "a,b"), None);
    }
}
