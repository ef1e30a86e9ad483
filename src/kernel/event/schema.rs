//! JSON Schemas of the event types, generated from the types themselves.

use serde_json::{Value, json};

use super::body_schemas;

/// The JSON Schema of the whole payload of each event type, by type, in the catalogue's order.
pub fn events() -> Vec<(&'static str, Value)> {
    body_schemas()
        .into_iter()
        .map(|(name, subject, body)| (name, payload_schema(name, subject, body.to_value())))
        .collect()
}

fn payload_schema(name: &str, subject: bool, mut body: Value) -> Value {
    let definitions = body
        .as_object_mut()
        .and_then(|object| {
            object.remove("$schema");
            object.remove("$defs")
        })
        .unwrap_or_else(|| json!({}));
    let description =
        body.as_object_mut().and_then(|object| object.remove("description")).unwrap_or_default();
    let mut required = vec!["ledger", "type", "issuer", "issued_at", "body"];
    let mut properties = json!({
        "ledger": {"type": "string", "description": "The origin of the ledger this is signed for."},
        "type": {"const": name},
        "issuer": {"type": "string", "pattern": "^[a-z0-9-]{1,40}$", "description": "A member's slug, `council`, or the subject's id."},
        "issued_at": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$"},
        "body": body,
    });
    if subject {
        properties["subject"] = json!({"type": "string", "pattern": "^kol-[0-9a-hjkmnp-tv-z]{13}$"});
        required.push("subject");
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": name,
        "description": description,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
        "$defs": definitions,
    })
}
