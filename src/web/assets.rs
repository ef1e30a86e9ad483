//! What pages look like: files whose names hold a hash of what they are, and so never change.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::asked::Asked;
use super::wrong;
use crate::api::Problem;

/// A file.
pub(super) struct Asset {
    stem: &'static str,
    ends: &'static str,
    kind: &'static str,
    text: &'static str,
    hash: LazyLock<String>,
}

macro_rules! asset {
    ($stem:literal, $ends:literal, $kind:literal) => {
        Asset {
            stem: $stem,
            ends: $ends,
            kind: $kind,
            text: include_str!(concat!("assets/", $stem, ".", $ends)),
            hash: LazyLock::new(|| hash(include_str!(concat!("assets/", $stem, ".", $ends)))),
        }
    };
}

/// The style sheet.
pub(super) static STYLE: Asset = asset!("tinnhiem", "css", "text/css; charset=utf-8");
/// The sign in a browser's tab.
pub(super) static SIGN: Asset = asset!("sign", "svg", "image/svg+xml");

/// What stands in the name of a file for its text.
pub(super) fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}

impl Asset {
    /// Its name.
    pub(super) fn name(&self) -> String {
        format!("{}.{}.{}", self.stem, *self.hash, self.ends)
    }
}

/// A file by its name.
pub(super) async fn one(Path(name): Path<String>, asked: Asked) -> Response {
    let Some(asset) = [&STYLE, &SIGN].into_iter().find(|asset| asset.name() == name) else {
        return unknown(&asked);
    };
    unchanging(asset.kind, asset.text)
}

/// A file of a name that no page gives.
pub(super) fn unknown(asked: &Asked) -> Response {
    let problem = Problem::not_found("route.unknown", "there is no such file: the pages name those that are");
    wrong::told(&asked.page, &problem)
}

/// A file that may be kept for ever, as its name changes with it.
pub(super) fn unchanging(kind: &'static str, text: &'static str) -> Response {
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CACHE_CONTROL, forever)];
    (StatusCode::OK, headers, text).into_response()
}
