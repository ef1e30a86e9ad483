//! The OpenAPI document of the routes, in the form that generators of clients and linters take.
//!
//! The routes describe themselves; what is alike for all of them is added here, so that a new route is
//! described whole without a line of its own: where it is served, that nobody logs in, how problems look.
//! Enumerations become plain lists of values, since generators take `oneOf` of constants for classes.

use std::collections::BTreeSet;

use aide::openapi::{MediaType, OpenApi, ReferenceOr, Response, SchemaObject, StatusCode};
use aide::transform::{TransformOpenApi, TransformOperation};
use axum::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::limits;
use crate::vault::Attachment;

/// JSON values, each on a line of its own.
pub(super) const NDJSON: &str = "application/x-ndjson";
/// Methods that a path of the document may have.
const METHODS: [&str; 2] = ["get", "post"];
/// The path whose parameter spans slashes, as the router and as the document writes it.
pub(super) const TILE_PATHS: [&str; 2] = ["/tile/{*tile}", "/tile/{tile}"];
/// What each group of operations is for, by the module that answers them.
const TAGS: [(&str, &str); 20] = [
    ("attachments", "Texts and documents that events commit to"),
    ("batch", "Many events in one request"),
    ("clocks", "Who must act by when"),
    ("collaborations", "The register of paid work"),
    ("commitments", "What scores are proven with"),
    ("contests", "Contests, appeals and their panels"),
    ("drafts", "Events that wait for signatures"),
    ("draws", "How panels are drawn"),
    ("events", "Entries of the log, and recording new ones"),
    ("history", "What each event did to a score"),
    ("keys", "Whose a key is"),
    ("log", "Checkpoint, tiles, proofs, receipts, and the ledger itself"),
    ("members", "Members, keys and accreditations"),
    ("notices", "What is announced about an influencer, and the days to reply"),
    ("policies", "Policy versions"),
    ("policy_diff", "Who would move under another policy"),
    ("record", "How what a member said has fared"),
    ("scores", "Every score of one day in one file"),
    ("stream", "Entries as they are recorded"),
    ("subjects", "Influencers, their scores and histories"),
];

/// A DSSE v1 envelope: what is signed, and the signatures.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Envelope {
    /// The event as UTF-8 JSON, in standard padded base64.
    pub payload: String,
    /// What the payload is.
    #[schemars(extend("const" = crate::dsse::PAYLOAD_TYPE))]
    #[serde(rename = "payloadType")]
    pub payload_type: String,
    /// One to eight signatures, no key twice.
    #[schemars(length(min = 1, max = 8))]
    pub signatures: Vec<Signature>,
}

/// A strict Ed25519 signature over the envelope's pre-authentication encoding.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Signature {
    /// The raw public key, 64 lower-case hex digits.
    #[schemars(regex(pattern = r"^[0-9a-f]{64}$"))]
    pub keyid: String,
    /// 64 bytes in standard padded base64.
    #[schemars(length(min = 88, max = 88))]
    pub sig: String,
}

/// What is sent in: an envelope, alone or with attachments.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Submitted {
    /// An envelope.
    Alone(Envelope),
    /// An envelope, and the texts and documents that its event commits to.
    With(Attached),
}

/// An envelope with attachments.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Attached {
    /// The envelope.
    pub envelope: Envelope,
    /// What its event commits to.
    #[serde(default)]
    #[schemars(length(max = 16))]
    pub attachments: Vec<Attachment>,
}

/// A DSSE v1 envelope that may still lack signatures.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EnvelopeDraft {
    /// The event as UTF-8 JSON, in standard padded base64.
    pub payload: String,
    /// What the payload is.
    #[schemars(extend("const" = crate::dsse::PAYLOAD_TYPE))]
    #[serde(rename = "payloadType")]
    pub payload_type: String,
    /// No signature up to eight, no key twice.
    #[schemars(length(max = 8))]
    pub signatures: Vec<Signature>,
}

/// What is sent in to be checked: an envelope, alone or with attachments.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Drafted {
    /// An envelope.
    Alone(EnvelopeDraft),
    /// An envelope, and the texts and documents that its event commits to.
    With(AttachedDraft),
}

/// An envelope that may lack signatures, with attachments.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AttachedDraft {
    /// The envelope.
    pub envelope: EnvelopeDraft,
    /// What its event commits to.
    #[serde(default)]
    #[schemars(length(max = 16))]
    pub attachments: Vec<Attachment>,
}

/// What the document says of the whole.
pub(super) fn described(api: TransformOpenApi<'_>) -> TransformOpenApi<'_> {
    api.title("Tinnhiem").version(env!("CARGO_PKG_VERSION")).description(
        "Verifiable ledger of influencer credibility. Errors are RFC 9457 problem details with a stable `code`.",
    )
}

/// An operation that takes a `T` as JSON.
pub(super) fn takes<T: JsonSchema>(operation: TransformOperation<'_>) -> TransformOperation<'_> {
    let mut operation = operation.input::<Json<T>>();
    let body = operation.inner_mut().request_body.as_mut().and_then(|body| body.as_item_mut());
    if let Some(body) = body {
        body.required = true;
    }
    operation
}

/// An operation that takes JSON values a line each, and answers so: generators take neither for JSON, so
/// the bodies are bytes, and `x-line` names what a line is.
pub(super) fn line_by_line<In: JsonSchema, Out: JsonSchema + Serialize>(
    operation: TransformOperation<'_>,
) -> TransformOperation<'_> {
    let mut operation = takes::<In>(operation).response::<200, Json<Out>>();
    let inner = operation.inner_mut();
    let taken = inner.request_body.as_mut().and_then(|body| {
        let body = body.as_item_mut()?;
        // No lines are a batch of none.
        body.required = false;
        Some(&mut body.content)
    });
    if let Some(content) = taken {
        let line = content.shift_remove("application/json");
        content.insert(NDJSON.to_owned(), lines_of(line));
    }
    in_lines(operation, "The fate of each line, in order")
}

/// An operation that answers with JSON values, a line each.
pub(super) fn answers_line_by_line<'a, Out: JsonSchema + Serialize>(
    operation: TransformOperation<'a>,
    what: &str,
) -> TransformOperation<'a> {
    in_lines(operation.response::<200, Json<Out>>(), what)
}

/// The same where what a line holds is described as the whole answer.
fn in_lines<'a>(mut operation: TransformOperation<'a>, what: &str) -> TransformOperation<'a> {
    let responses = operation.inner_mut().responses.as_mut();
    let response = responses.and_then(|all| all.responses.get_mut(&StatusCode::Code(200))?.as_item_mut());
    if let Some(response) = response {
        what.clone_into(&mut response.description);
        let line = response.content.shift_remove("application/json");
        response.content.insert(NDJSON.to_owned(), lines_of(line));
    }
    operation
}

/// Bytes whose lines are what something holds.
fn lines_of(line: Option<MediaType>) -> MediaType {
    let mut held = MediaType { schema: Some(of_bytes()), ..MediaType::default() };
    let line = line.and_then(|held| held.schema).map(|line| line.json_schema.to_value());
    held.extensions.extend(line.map(|line| ("x-line".to_owned(), line)));
    held
}

fn of_bytes() -> SchemaObject {
    let json_schema = schemars::json_schema!({"type": "string", "format": "binary"});
    SchemaObject { json_schema, external_docs: None, example: None }
}

/// An operation that answers with bytes of a media type that are no JSON.
pub(super) fn answers<'a>(
    operation: TransformOperation<'a>,
    media: &str,
    what: &str,
) -> TransformOperation<'a> {
    let mut operation = operation;
    let mut schema = of_bytes();
    if media.starts_with("text/") {
        schema.json_schema = schemars::json_schema!({"type": "string"});
    }
    let held = MediaType { schema: Some(schema), ..MediaType::default() };
    let responses = operation.inner_mut().responses.get_or_insert_default();
    let known = responses
        .responses
        .entry(StatusCode::Code(200))
        .or_insert_with(|| ReferenceOr::Item(Response::default()));
    if let Some(response) = known.as_item_mut() {
        response.description = what.to_owned();
        response.content.retain(|kind, _| kind == "application/json");
        response.content.insert(media.to_owned(), held);
    }
    operation
}

/// The document, whole.
pub(super) fn finished(document: &OpenApi) -> Value {
    let mut document = serde_json::to_value(document).unwrap_or_default();
    document["info"]["license"] = json!({"name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT"});
    document["servers"] = json!([{"url": "/", "description": "The ledger that serves this document"}]);
    // Reading is open to all, and what is written carries its own signatures.
    document["security"] = json!([]);
    let tags = TAGS.map(|(name, description)| json!({"name": name, "description": description}));
    document["tags"] = tags.into();
    if let Some(paths) = document["paths"].as_object_mut() {
        let [routed, described] = TILE_PATHS;
        if let Some(tile) = paths.remove(routed) {
            paths.insert(described.to_owned(), tile);
        }
        for path in paths.values_mut() {
            METHODS
                .iter()
                .filter_map(|method| path.get_mut(method)?.as_object_mut().map(finish))
                .for_each(drop);
        }
    }
    plain_enumerations(&mut document);
    let schemas = document["components"]["schemas"].clone();
    inline_lines(&mut document, &schemas);
    keep_named(&mut document);
    document
}

/// Puts the schema of a line where it is named, since readers of the document follow no extensions.
fn inline_lines(value: &mut Value, schemas: &Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| inline_lines(item, schemas)),
        Value::Object(members) => {
            if let Some(line) = members.get_mut("x-line") {
                let named = references(line).into_iter().next().and_then(|name| schemas.get(name));
                *line = named.cloned().unwrap_or_default();
            }
            members.values_mut().for_each(|member| inline_lines(member, schemas));
        }
        _ => {}
    }
}

/// Leaves only the schemas that an operation names, itself or through others.
fn keep_named(document: &mut Value) {
    let Some(schemas) = document["components"]["schemas"].as_object_mut().map(std::mem::take) else { return };
    let mut named = BTreeSet::new();
    let mut waiting = references(document);
    while let Some(name) = waiting.pop() {
        if let Some(schema) = schemas.get(&name)
            && named.insert(name)
        {
            waiting.extend(references(schema));
        }
    }
    let kept = schemas.into_iter().filter(|(name, _)| named.contains(name));
    document["components"]["schemas"] = Value::Object(kept.collect());
}

/// The names of the schemas that a value refers to.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Object(members) => {
            let own = members.get("$ref").and_then(Value::as_str);
            let own = own.and_then(|path| path.strip_prefix("#/components/schemas/"));
            own.map(str::to_owned).into_iter().chain(members.values().flat_map(references)).collect()
        }
        _ => Vec::new(),
    }
}

/// What every operation answers, and parameters as they are sent: one that is left out is absent, not null.
fn finish(operation: &mut Map<String, Value>) {
    let responses = operation.entry("responses").or_insert_with(|| json!({}));
    let problem = |description: &str| {
        json!({
            "description": description,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        })
    };
    responses["400"] = problem("The request is malformed: `detail` says what to mend");
    responses["default"] = problem("A problem (RFC 9457): `code` tells which");
    let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) else { return };
    for parameter in parameters {
        let is_limit = parameter["name"] == "limit";
        let Some(schema) = parameter.get_mut("schema") else { continue };
        without_null(schema);
        if let Some(schema) = schema.as_object_mut() {
            schema.remove("description");
            if is_limit && !schema.contains_key("maximum") {
                schema.insert("minimum".to_owned(), 1.into());
                schema.insert("maximum".to_owned(), limits::PAGE_ROWS.into());
            }
            let most = match schema.get("format").and_then(Value::as_str) {
                Some("uint32") => Some(u64::from(u32::MAX)),
                Some("uint64" | "uint") => Some(u64::MAX),
                _ => None,
            };
            if let Some(most) = most {
                schema.entry("maximum").or_insert_with(|| most.into());
            }
        }
    }
}

fn without_null(schema: &mut Value) {
    if let Some(kinds) = schema.get_mut("type").and_then(Value::as_array_mut) {
        kinds.retain(|kind| kind != "null");
        if let [one] = &kinds[..] {
            schema["type"] = one.clone();
        }
    }
    let Some(choices) = schema.get_mut("anyOf").and_then(Value::as_array_mut) else { return };
    choices.retain(|choice| choice["type"] != "null");
    if let [one] = &choices[..] {
        *schema = one.clone();
    }
}

/// Constants to choose from become a list; what each means goes into the description.
fn plain_enumerations(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(plain_enumerations),
        Value::Object(members) => {
            members.values_mut().for_each(plain_enumerations);
            let Some(choices) = members.get("oneOf").and_then(Value::as_array) else { return };
            let constants: Option<Vec<Value>> =
                choices.iter().map(|choice| choice.get("const").cloned()).collect();
            let Some(constants) = constants else { return };
            let mut lines =
                Vec::from_iter(members.get("description").and_then(Value::as_str).map(str::to_owned));
            lines.extend(choices.iter().filter_map(|choice| {
                let meaning = choice.get("description")?.as_str()?;
                Some(format!("- `{}`: {meaning}", choice["const"].as_str()?))
            }));
            members.remove("oneOf");
            members.insert("type".to_owned(), "string".into());
            members.insert("enum".to_owned(), constants.into());
            members.insert("description".to_owned(), lines.join("\n").into());
        }
        _ => {}
    }
}
