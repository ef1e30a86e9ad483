//! What pages run: ES modules under one hash of them all, so that they import each other by relative paths and never change.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::Response;

use super::asked::Asked;
use super::assets;

macro_rules! modules {
    ($($stem:literal),* $(,)?) => {
        &[$((concat!($stem, ".js"), include_str!(concat!("assets/js/", $stem, ".js")))),*]
    };
}

/// Name and text of each.
const MODULES: &[(&str, &str)] = modules![
    "act",
    "acts",
    "blake3",
    "bounds",
    "bytes",
    "check",
    "der",
    "documents",
    "draft",
    "ed25519",
    "effect",
    "elements",
    "entry",
    "facts",
    "identity",
    "inbox",
    "json",
    "kept",
    "keys",
    "ledger",
    "live",
    "merkle",
    "mine",
    "notes",
    "payload",
    "pkcs8",
    "receipt",
    "refused",
    "review",
    "score",
    "score1",
    "score2",
    "score_receipt",
    "sha256",
    "shapes",
    "whole",
    "words",
];

/// The hash over all of them: any change moves all.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let all: Vec<&str> = MODULES.iter().flat_map(|(name, text)| [*name, *text]).collect();
    assets::hash(&all.join("\0"))
});

/// Where a module lies, below the pages, by its name without the ending.
pub(super) fn place(stem: &str) -> String {
    format!("assets/js/{}/{stem}.js", *HASH)
}

/// A module by hash and name.
pub(super) async fn one(Path((hash, name)): Path<(String, String)>, asked: Asked) -> Response {
    let found = MODULES.iter().find(|(known, _)| hash == *HASH && *known == name);
    match found {
        Some((_, text)) => assets::unchanging("text/javascript; charset=utf-8", text),
        None => assets::unknown(&asked),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_module_of_the_folder_is_served_and_imports_only_those() {
        let names: BTreeSet<&str> = MODULES.iter().map(|(name, _)| *name).collect();
        let folder = std::fs::read_dir("src/web/assets/js").unwrap();
        let files = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let files: BTreeSet<String> = files.filter(|name| name.ends_with(".js")).collect();
        assert!(files.iter().map(String::as_str).eq(names.iter().copied()), "{files:?}");
        for (name, text) in MODULES {
            for rest in text.split(" from \"").skip(1) {
                let from = rest.split('"').next().unwrap();
                let known = from.strip_prefix("./").is_some_and(|file| names.contains(file));
                assert!(known, "{name} imports {from}");
            }
        }
    }
}
