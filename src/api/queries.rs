//! What stands after the question mark: every parameter is one that the route knows, once.
//!
//! The OpenAPI document is what says which those are, so that the two cannot differ.

use std::collections::{BTreeMap, BTreeSet};

use aide::openapi::OpenApi;
use axum::extract::{MatchedPath, Query, Request};
use axum::http::Method;

use super::Problem;

/// The parameters of every route, by path and method.
pub struct Queries(BTreeMap<(String, String), BTreeSet<String>>);

impl Queries {
    /// Those that a document tells of.
    pub fn of(document: &OpenApi) -> Self {
        let document = serde_json::to_value(document).unwrap_or_default();
        let paths = document["paths"].as_object().into_iter().flatten();
        let operations = paths.flat_map(|(path, item)| {
            item.as_object().into_iter().flatten().map(move |(method, operation)| {
                let parameters = operation["parameters"].as_array().into_iter().flatten();
                let queries = parameters.filter(|one| one["in"] == "query");
                let names = queries.filter_map(|one| one["name"].as_str().map(str::to_owned)).collect();
                ((path.clone(), method.to_ascii_uppercase()), names)
            })
        });
        Self(operations.collect())
    }

    /// Looks at the parameters of a request.
    ///
    /// # Errors
    /// `query.unknown`, which names the nearest known one; `query.repeated`; `query.malformed`.
    pub fn check(&self, request: &Request) -> Result<(), Problem> {
        let Some(query) = request.uri().query().filter(|query| !query.is_empty()) else { return Ok(()) };
        let Some(path) = request.extensions().get::<MatchedPath>() else { return Ok(()) };
        self.check_named(path.as_str(), request.method(), query)
    }

    fn check_named(&self, path: &str, method: &Method, query: &str) -> Result<(), Problem> {
        let malformed =
            |error: &dyn std::fmt::Display| Problem::new(400, "query.malformed", error.to_string());
        let uri = format!("/?{query}").parse().map_err(|error| malformed(&error))?;
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(&uri);
        let Query(pairs) = pairs.map_err(|error| malformed(&error))?;
        let none = BTreeSet::new();
        let known = match self.0.get(&(path.to_owned(), method.to_string())) {
            Some(known) => known,
            // Another method takes the path: the router says so.
            None if self.0.keys().any(|(known, _)| known == path) => return Ok(()),
            None => &none,
        };
        let mut seen = BTreeSet::new();
        for (name, _) in &pairs {
            if !known.contains(name) {
                return Err(Problem::new(400, "query.unknown", told(name, known)));
            }
            if !seen.insert(name) {
                let detail = format!("`{name}` stands there twice: give it once");
                return Err(Problem::new(400, "query.repeated", detail));
            }
        }
        Ok(())
    }
}

/// What is said of a parameter that is not known.
fn told(name: &str, known: &BTreeSet<String>) -> String {
    if known.is_empty() {
        return format!("`{name:.40}` is no parameter of this path: it takes none");
    }
    let distance =
        |one: &&String| strsim::damerau_levenshtein(one, &name.chars().take(40).collect::<String>());
    let nearest = known.iter().min_by_key(distance);
    let near = nearest.filter(|one| distance(one) <= one.len().div_ceil(2));
    let meant = near.map_or(String::new(), |one| format!(": did you mean `{one}`?"));
    let all: Vec<&str> = known.iter().map(String::as_str).collect();
    format!("`{name:.40}` is no parameter of this path{meant}; it takes {}", all.join(", "))
}

/// The problem with a value that stands for nothing here.
pub fn unknown_value(name: &str, value: impl std::fmt::Display, see: &str) -> Problem {
    Problem::new(400, "query.value", format!("`{name}`: there is no {value:.80} here; see {see}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_known_parameter_is_named() {
        let known = ["after", "issuer", "limit", "subject", "type"].map(str::to_owned);
        let known = [(("/v1/events".to_owned(), "GET".to_owned()), known.into_iter().collect())];
        let queries = Queries(known.into_iter().collect());
        let check = |path, query| queries.check_named(path, &Method::GET, query);
        assert!(check("/v1/events", "limit=3&subject=x").is_ok());
        for (query, code, says) in [
            ("limit=1000&subjcet=kol", "query.unknown", "did you mean `subject`?"),
            ("Limit=1", "query.unknown", "did you mean `limit`?"),
            ("zzzzzzzzzzzz=1", "query.unknown", "it takes after, issuer, limit, subject, type"),
            ("limit=1&limit=2", "query.repeated", "`limit`"),
            ("%73ubject=a&subject=b", "query.repeated", "`subject`"),
        ] {
            let problem = check("/v1/events", query).unwrap_err();
            assert_eq!(problem.code, code, "{query}");
            assert!(problem.detail.contains(says), "{}", problem.detail);
        }
        assert!(queries.check_named("/v1/events", &Method::DELETE, "x=1").is_ok());
        assert!(check("/healthz", "x=1").unwrap_err().detail.contains("takes none"));
    }
}
