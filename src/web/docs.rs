//! `/docs`: every route of the API and the form of what it takes and gives, out of the OpenAPI document.

use askama::Template;
use axum::response::Response;
use serde_json::{Map, Value};

use super::asked::{Asked, rendered};
use super::page::Page;
use crate::api::Problem;

/// How deep a form is told within another; below that it is named.
const DEPTH: usize = 3;

#[derive(Template)]
#[template(path = "docs.html")]
struct Docs<'a> {
    p: &'a Page,
    about: String,
    groups: Vec<Group>,
    forms: Vec<Form>,
}

/// The routes of one kind.
struct Group {
    name: String,
    about: String,
    routes: Vec<Route>,
}

/// What a route does, takes and answers.
struct Route {
    method: String,
    path: String,
    summary: String,
    about: String,
    takes: Vec<Member>,
    body: Option<Kind>,
    answers: Vec<Answer>,
}

/// A parameter, or a member of a form.
struct Member {
    name: String,
    needed: bool,
    kind: Kind,
    about: String,
}

/// What a route answers.
struct Answer {
    status: String,
    about: String,
    kind: Option<Kind>,
}

/// A form that routes share.
struct Form {
    name: String,
    about: String,
    kind: Kind,
    members: Vec<Member>,
}

/// What values are: words, and names of forms among them.
struct Kind(Vec<Piece>);

/// A piece of what values are.
struct Piece {
    text: String,
    /// Whether it is the name of a form.
    form: bool,
}

/// The page.
pub(super) async fn page(asked: Asked) -> Response {
    let made = made(&asked).await;
    asked.answer(made)
}

async fn made(asked: &Asked) -> Result<String, Problem> {
    asked.only(&[])?;
    let document: Value = asked.web.source.json("/openapi.json").await?;
    let mut groups: Vec<Group> = list(&document["tags"])
        .map(|tag| Group { name: text(&tag["name"]), about: text(&tag["description"]), routes: Vec::new() })
        .collect();
    for (path, of) in members(&document["paths"]) {
        for (method, told) in members(of) {
            let tag = text(&told["tags"][0]);
            if let Some(group) = groups.iter_mut().find(|one| one.name == tag) {
                group.routes.push(route(method, path, told));
            }
        }
    }
    let forms = members(&document["components"]["schemas"]);
    rendered(&Docs {
        p: &asked.page,
        about: text(&document["info"]["description"]),
        groups,
        forms: forms.map(|(name, form)| self::form(name, form)).collect(),
    })
}

fn route(method: &str, path: &str, told: &Value) -> Route {
    let answers = members(&told["responses"]).map(|(status, answer)| Answer {
        status: status.to_owned(),
        about: text(&answer["description"]),
        kind: content(&answer["content"]),
    });
    let takes = list(&told["parameters"]).map(|one| Member {
        name: text(&one["name"]),
        needed: one["required"] == true,
        kind: kind(&one["schema"]),
        about: text(&one["description"]),
    });
    Route {
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&told["summary"]),
        about: text(&told["description"]),
        takes: takes.collect(),
        body: content(&told["requestBody"]["content"]),
        answers: answers.collect(),
    }
}

/// What is sent, by its media types.
fn content(content: &Value) -> Option<Kind> {
    let mut pieces = Vec::new();
    for (media_type, of) in members(content) {
        if !pieces.is_empty() {
            pieces.push(plain(", "));
        }
        pieces.push(plain(media_type));
        if of["schema"].is_object() {
            pieces.push(plain(": "));
            pieces.extend(kind(&of["schema"]).0);
        }
    }
    (!pieces.is_empty()).then_some(Kind(pieces))
}

fn form(name: &str, form: &Value) -> Form {
    let needed = |name: &str| list(&form["required"]).any(|one| one == name);
    let told = members(&form["properties"]).map(|(name, one)| Member {
        name: name.clone(),
        needed: needed(name),
        kind: kind(one),
        about: text(&one["description"]),
    });
    Form {
        name: name.to_owned(),
        about: text(&form["description"]),
        kind: kind(form),
        members: told.collect(),
    }
}

/// What a schema takes, in words.
fn kind(schema: &Value) -> Kind {
    let mut pieces = Vec::new();
    tell(schema, DEPTH, &mut pieces);
    Kind(pieces)
}

fn tell(schema: &Value, depth: usize, pieces: &mut Vec<Piece>) {
    if depth == 0 {
        return pieces.push(plain("…"));
    }
    if let Some(name) = schema["$ref"].as_str() {
        let text = name.rsplit('/').next().unwrap_or_default().to_owned();
        return pieces.push(Piece { text, form: true });
    }
    if let Some(value) = schema.get("const") {
        return pieces.push(plain(&value.to_string()));
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> = values.iter().map(Value::to_string).collect();
        return pieces.push(plain(&values.join(" | ")));
    }
    for several in ["allOf", "anyOf", "oneOf"] {
        if schema[several].is_array() {
            return between(list(&schema[several]), " | ", depth, pieces);
        }
    }
    if schema["items"].is_object() {
        pieces.push(plain("["));
        tell(&schema["items"], depth - 1, pieces);
        return pieces.push(plain(", …]"));
    }
    if schema["additionalProperties"].is_object() {
        pieces.push(plain("{…: "));
        tell(&schema["additionalProperties"], depth - 1, pieces);
        return pieces.push(plain("}"));
    }
    // The members of a variant stand in no form of their own.
    if let Some(own) = schema["properties"].as_object().filter(|_| depth < DEPTH) {
        pieces.push(plain("{"));
        for (at, (name, one)) in own.iter().enumerate() {
            pieces.push(plain(&format!("{}{name}: ", if at == 0 { "" } else { ", " })));
            tell(one, depth - 1, pieces);
        }
        return pieces.push(plain("}"));
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    let format = schema["format"].as_str().or(schema["pattern"].as_str());
    let format = format.map_or(String::new(), |format| format!(" ({format})"));
    pieces.push(plain(&format!("{}{format}", types.join(" | "))));
}

fn between<'a>(all: impl Iterator<Item = &'a Value>, joint: &str, depth: usize, pieces: &mut Vec<Piece>) {
    for (at, one) in all.enumerate() {
        if at > 0 {
            pieces.push(plain(joint));
        }
        tell(one, depth - 1, pieces);
    }
}

fn plain(text: &str) -> Piece {
    Piece { text: text.to_owned(), form: false }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().replace("\n ", " ")
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}
