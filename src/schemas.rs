//! The published schemas: one JSON Schema per event, the policy, and the OpenAPI document.

use serde_json::Value;

use crate::event::{Policy, schema};

/// Every schema by file name.
pub fn all() -> Vec<(String, Value)> {
    let events = schema::events().into_iter().map(|(name, schema)| (format!("{name}.json"), schema));
    let policy = schemars::schema_for!(Policy).to_value();
    events
        .chain([("policy.json".to_owned(), policy), ("openapi.json".to_owned(), crate::api::openapi())])
        .collect()
}
