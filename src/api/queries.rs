//! Parameters: one in a query is one that the route knows, stands there once and has a value, and a
//! number has one spelling, in paths too.
//!
//! The OpenAPI document is what says which those are, so that the two cannot differ.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::http::request::Parts;
use serde_json::Value;

use super::forms::Form;
use super::openapi::TILE_PATHS;
use super::{Problem, nearest};

/// The parameters of every route, by path and method.
pub(super) struct Queries(BTreeMap<(String, String), Known>);

/// The parameters of one route.
#[derive(Default)]
struct Known {
    /// Those of its query.
    queries: BTreeSet<String>,
    /// Those of its path or query that are whole numbers.
    numbers: BTreeSet<String>,
    /// What the values of all look like.
    forms: BTreeMap<String, Form>,
}

impl Known {
    /// The parameters of an operation; `schemas` are those that it may refer to.
    fn of(operation: &Value, schemas: &Value) -> Self {
        let mut known = Self::default();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let Some(name) = parameter["name"].as_str() else { continue };
            if parameter["in"] == "query" {
                known.queries.insert(name.to_owned());
            }
            known.forms.insert(name.to_owned(), Form::of(&parameter["schema"], schemas));
            let kind = &parameter["schema"]["type"];
            if kind == "integer"
                || kind.as_array().is_some_and(|kinds| kinds.iter().any(|one| one == "integer"))
            {
                known.numbers.insert(name.to_owned());
            }
        }
        known
    }
}

/// A path of the document as its route is written.
fn routed(path: &str) -> String {
    let [routed, described] = TILE_PATHS;
    if path == described { routed.to_owned() } else { path.to_owned() }
}

impl Known {
    fn told_of_number(&self, name: &str, given: &str) -> String {
        let told =
            self.forms.get(name).map_or_else(|| Form::Text.told(name, given), |form| form.told(name, given));
        format!("{told}: write its digits alone, without a sign or leading zeros")
    }
}

impl Queries {
    /// Those that a document tells of.
    pub(super) fn of(document: &Value) -> Self {
        let schemas = &document["components"]["schemas"];
        let paths = document["paths"].as_object().into_iter().flatten();
        let operations = paths.flat_map(|(path, item)| {
            item.as_object().into_iter().flatten().map(move |(method, operation)| {
                ((routed(path), method.to_ascii_uppercase()), Known::of(operation, schemas))
            })
        });
        Self(operations.collect())
    }

    /// Looks at the parameters of a request.
    ///
    /// # Errors
    /// `query.unknown`, which names the nearest known one; `query.repeated`; `query.empty`;
    /// `query.malformed`; `path.malformed`.
    pub(super) fn check(&self, request: &Request) -> Result<(), Problem> {
        let Some(template) = request.extensions().get::<MatchedPath>() else { return Ok(()) };
        self.check_path(template.as_str(), request.method(), request.uri().path())?;
        let Some(query) = request.uri().query().filter(|query| !query.is_empty()) else { return Ok(()) };
        self.check_query(template.as_str(), request.method(), query)
    }

    /// The problem with a query that cannot be read: which value has another form than its parameter.
    pub(super) fn misread_query(&self, parts: &Parts) -> Problem {
        let pairs = parts.uri.query().unwrap_or_default().split('&').filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            Some((decoded(name).ok()?, decoded(value).ok()?))
        });
        let unread = "the query cannot be read: see /openapi.json for what its parameters are";
        Problem::new(400, "query.malformed", self.misread(parts, pairs).unwrap_or_else(|| unread.to_owned()))
    }

    /// The same of what stands in a path.
    pub(super) fn misread_path(&self, parts: &Parts) -> Problem {
        let template = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let pairs = template.split('/').zip(parts.uri.path().split('/')).filter_map(|(name, value)| {
            let name = name.strip_prefix('{')?.strip_suffix('}')?;
            // In a path a plus sign is itself.
            Some((name.to_owned(), decoded(&value.replace('+', "%2B")).ok()?))
        });
        let unread = "the path cannot be read: see /openapi.json for what stands in it";
        Problem::new(400, "path.malformed", self.misread(parts, pairs).unwrap_or_else(|| unread.to_owned()))
    }

    fn misread(&self, parts: &Parts, mut pairs: impl Iterator<Item = (String, String)>) -> Option<String> {
        let template = parts.extensions.get::<MatchedPath>()?.as_str();
        let known = self.0.get(&(template.to_owned(), parts.method.to_string()))?;
        pairs.find_map(|(name, value)| {
            let form = known.forms.get(&name).filter(|form| !form.holds(&value))?;
            Some(form.told(&name, &value))
        })
    }

    fn check_path(&self, template: &str, method: &Method, path: &str) -> Result<(), Problem> {
        let Some(known) = self.0.get(&(template.to_owned(), method.to_string())) else { return Ok(()) };
        for (name, value) in template.split('/').zip(path.split('/')) {
            let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
            if let Some(name) = name.filter(|name| known.numbers.contains(*name))
                && !is_number(value)
            {
                return Err(Problem::new(400, "path.malformed", known.told_of_number(name, value)));
            }
        }
        Ok(())
    }

    fn check_query(&self, path: &str, method: &Method, query: &str) -> Result<(), Problem> {
        let none = Known::default();
        let known = match self.0.get(&(path.to_owned(), method.to_string())) {
            Some(known) => known,
            // Another method takes the path: the router says so.
            None if self.0.keys().any(|(known, _)| known == path) => return Ok(()),
            None => &none,
        };
        let mut seen = BTreeSet::new();
        for pair in query.split('&') {
            let (name, raw) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decoded(name)?, decoded(raw)?);
            if !known.queries.contains(&name) {
                return Err(Problem::new(400, "query.unknown", told(&name, &known.queries)));
            }
            if value.trim().is_empty() {
                let detail = format!("`{name}` has no value: give it one, or leave it out");
                return Err(Problem::new(400, "query.empty", detail));
            }
            if known.numbers.contains(&name) && !is_number(raw) {
                return Err(Problem::new(400, "query.malformed", known.told_of_number(&name, raw)));
            }
            if !seen.insert(name.clone()) {
                let detail = format!("`{name}` stands there twice: give it once");
                return Err(Problem::new(400, "query.repeated", detail));
            }
        }
        Ok(())
    }
}

/// Whether a text is the one spelling of a whole number, however large.
fn is_number(text: &str) -> bool {
    let is_plain = text == "0" || !text.starts_with('0');
    is_plain && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A name or value out of a query as text.
fn decoded(raw: &str) -> Result<String, Problem> {
    let malformed = |what: &str| Problem::new(400, "query.malformed", what);
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let pair = digit(rest.next()).zip(digit(rest.next()));
                let (high, low) =
                    pair.ok_or_else(|| malformed("a % is followed by two hex digits: write it as %25"))?;
                (high * 16 + low) as u8
            }
            byte => byte,
        });
    }
    let text = String::from_utf8(bytes).map_err(|_| malformed("the query is not UTF-8: write it so"))?;
    match text.chars().find(|letter| letter.is_control() && !letter.is_whitespace()) {
        Some(control) => {
            let detail = format!(
                "the control character U+{:04X} stands in no parameter: leave it out",
                u32::from(control)
            );
            Err(malformed(&detail))
        }
        None => Ok(text),
    }
}

/// What is said of a parameter that is not known.
fn told(name: &str, known: &BTreeSet<String>) -> String {
    if known.is_empty() {
        return format!("`{name:.40}` is no parameter of this path: it takes none");
    }
    let near = nearest(name, known.iter().map(|one| (one, one))).into_iter().next();
    let near = near.filter(|(distance, one)| *distance <= one.len().div_ceil(2));
    let meant = near.map_or(String::new(), |(_, one)| format!(": did you mean `{one}`?"));
    let all: Vec<&str> = known.iter().map(String::as_str).collect();
    format!("`{name:.40}` is no parameter of this path{meant}; it takes {}", all.join(", "))
}

/// The problem with a value that stands for nothing here.
pub(super) fn unknown_value(name: &str, value: impl std::fmt::Display, see: &str) -> Problem {
    Problem::new(400, "query.value", format!("`{name}`: there is no {value:.80} here; see {see}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_known_parameter_is_named() {
        let queries =
            ["after", "issuer", "limit", "subject", "type"].map(str::to_owned).into_iter().collect();
        let numbers = BTreeSet::from(["limit".to_owned()]);
        let forms = BTreeMap::from([("limit".to_owned(), Form::Number(1, 1000))]);
        let known = [(("/v1/events".to_owned(), "GET".to_owned()), Known { queries, numbers, forms })];
        let queries = Queries(known.into_iter().collect());
        let check = |path, query| queries.check_query(path, &Method::GET, query);
        assert!(check("/v1/events", "limit=3&subject=x").is_ok());
        for (query, code, says) in [
            ("limit=1000&subjcet=kol", "query.unknown", "did you mean `subject`?"),
            ("Limit=1", "query.unknown", "did you mean `limit`?"),
            ("zzzzzzzzzzzz=1", "query.unknown", "it takes after, issuer, limit, subject, type"),
            ("limit=1&limit=2", "query.repeated", "`limit`"),
            ("%73ubject=a&subject=b", "query.repeated", "`subject`"),
            ("limit=1&", "query.unknown", "it takes after"),
            ("subject", "query.empty", "`subject`"),
            ("subject=%20+", "query.empty", "`subject`"),
            ("limit=01", "query.malformed", "`limit` is a whole number from 1 to 1000, not `01`"),
            ("limit=%31", "query.malformed", "`limit`"),
            ("subject=%ff", "query.malformed", "UTF-8"),
            ("subject=%0", "query.malformed", "%25"),
            ("subject=a%00", "query.malformed", "U+0000"),
        ] {
            let problem = check("/v1/events", query).unwrap_err();
            assert_eq!(problem.code, code, "{query}");
            assert!(problem.detail.contains(says), "{}", problem.detail);
        }
        assert!(queries.check_query("/v1/events", &Method::DELETE, "x=1").is_ok());
        assert!(check("/healthz", "x=1").unwrap_err().detail.contains("takes none"));
    }
}
