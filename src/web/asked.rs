//! What is asked of a page, and what the page asks the API for.

use std::convert::Infallible;
use std::str::FromStr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Request, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use tower::ServiceExt;

use super::lang::{Lang, PARAMETER};
use super::page::Page;
use super::{Web, wrong};
use crate::api::Problem;
use crate::event::Commitment;

/// Where pages take their facts from.
pub(super) struct Source {
    api: Router,
}

impl Source {
    /// The API in this process.
    pub(super) fn new(api: Router) -> Self {
        Self { api }
    }

    /// The answer to a request as it came.
    pub(super) async fn passed_on(&self, request: Request<Body>) -> Response {
        let Ok(response) = self.api.clone().oneshot(request).await;
        response
    }

    async fn get(&self, path: &str) -> Result<(HeaderMap, Bytes), Problem> {
        let unasked = |error: &dyn std::fmt::Display| Problem::new(500, "page.failed", error.to_string());
        let request = Request::get(path).body(Body::empty()).map_err(|error| unasked(&error))?;
        let (parts, body) = self.passed_on(request).await.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.map_err(|error| unasked(&error))?;
        if parts.status.is_success() {
            return Ok((parts.headers, bytes));
        }
        Err(serde_json::from_slice(&bytes).map_err(|error| unasked(&error))?)
    }

    /// What the API answers at a path.
    ///
    /// # Errors
    /// The problem that it answers with.
    pub(super) async fn json<T: DeserializeOwned>(&self, path: &str) -> Result<T, Problem> {
        let (_, bytes) = self.get(path).await?;
        serde_json::from_slice(&bytes).map_err(|error| Problem::new(500, "page.failed", error.to_string()))
    }

    /// Whether the API has something at a path.
    pub(super) async fn has(&self, path: &str) -> bool {
        self.get(path).await.is_ok()
    }

    /// A text that somebody committed to, where it is kept here and is a text.
    pub(super) async fn text(&self, commitment: &Commitment) -> Option<String> {
        let (headers, bytes) = self.get(&format!("/v1/attachments/{commitment}")).await.ok()?;
        let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        let text = kind.starts_with("text/plain").then(|| String::from_utf8_lossy(&bytes).into_owned())?;
        Some(text)
    }
}

/// A request for a page: the language, the parameters, and where to ask.
pub(super) struct Asked {
    /// What all pages share.
    pub web: Arc<Web>,
    /// How the page is told.
    pub page: Page,
    /// The host that the request came to, as it names it.
    pub host: Option<String>,
    parameters: Vec<(String, String)>,
}

impl FromRequestParts<Arc<Web>> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Infallible> {
        Ok(Self::of(parts, web).await)
    }
}

impl Asked {
    /// Reads a request.
    pub(super) async fn of(parts: &Parts, web: &Arc<Web>) -> Self {
        let read = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let mut parameters = read.map(|Query(all)| all).unwrap_or_default();
        // A form sends the fields that were left empty, too.
        parameters.retain(|(_, value)| !value.trim().is_empty());
        let chosen = parameters.iter().find(|(name, _)| name == PARAMETER);
        let chosen = chosen.and_then(|(_, value)| Lang::named(value));
        let lang = chosen.unwrap_or_else(|| Lang::accepted(&parts.headers));
        let mut page = Page::new(lang, chosen.is_some(), parts.uri.path(), &parameters);
        page.pulse = web.pulses.newest(&web.source).await;
        let host = parts.headers.get(header::HOST).and_then(|host| Authority::try_from(host.as_bytes()).ok());
        Self { web: web.clone(), page, host: host.map(|host| host.to_string()), parameters }
    }

    /// Checks that there are no other parameters than these, and none twice.
    ///
    /// # Errors
    /// `query.unknown` or `query.repeated`.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Problem> {
        for (at, (name, value)) in self.parameters.iter().enumerate() {
            if name == PARAMETER {
                if Lang::named(value).is_none() {
                    let detail = format!("`{PARAMETER}` is vi or en, not `{:.20}`", value.escape_debug());
                    return Err(Problem::new(400, "query.malformed", detail));
                }
            } else if !known.contains(&name.as_str()) {
                let takes = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                let detail = format!(
                    "`{:.40}` is no parameter of this page, which takes {takes}",
                    name.escape_debug()
                );
                return Err(Problem::new(400, "query.unknown", detail));
            }
            if self.parameters[..at].iter().any(|(earlier, _)| earlier == name) {
                let detail = format!("`{name}` stands there twice: give it once");
                return Err(Problem::new(400, "query.repeated", detail));
            }
        }
        Ok(())
    }

    /// The value of a parameter.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(one, _)| one == name);
        found.map(|(_, value)| value.trim())
    }

    /// The value of a parameter that is read as something.
    ///
    /// # Errors
    /// `query.malformed`, which says what it `takes`.
    pub(super) fn read<T: FromStr>(&self, name: &str, takes: &str) -> Result<Option<T>, Problem> {
        let read = |text: &str| {
            let wrong = |_| {
                let given: String = text.escape_debug().take(40).collect();
                Problem::new(400, "query.malformed", format!("`{name}` is {takes}, not `{given}`"))
            };
            text.parse().map_err(wrong)
        };
        self.value(name).map(read).transpose()
    }

    /// Those of the parameters that are given, as they go on in a query of the API.
    pub(super) fn query(&self, names: &[&str]) -> String {
        let given = names.iter().filter_map(|name| Some(format!("&{name}={}", encoded(self.value(name)?))));
        given.collect()
    }

    /// The page, or what is wrong as one.
    pub(super) fn answer(self, made: Result<String, Problem>) -> Response {
        match made {
            Ok(html) => shown(html),
            Err(problem) => wrong::told(&self.page, &problem),
        }
    }
}

/// A page as an answer.
pub(super) fn shown(html: String) -> Response {
    let mut response = html.into_response();
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// Renders a template.
///
/// # Errors
/// `page.failed`, which no template of this program ends with.
pub(super) fn rendered(template: &impl askama::Template) -> Result<String, Problem> {
    template.render().map_err(|error| Problem::new(500, "page.failed", error.to_string()))
}

/// A text as it stands in a query.
pub(super) fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
