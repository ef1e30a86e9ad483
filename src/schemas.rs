//! The published schemas: one JSON Schema per event, the policy, and the OpenAPI document; and the
//! drawing of what events do to items.

use std::fmt::Write;

use serde_json::Value;

use crate::event::{Arrow, MACHINES, Move, Policy, schema};

/// The name of the file that [`stages`] goes into.
pub const STAGES: &str = "stages.md";

/// Every schema by file name.
pub fn all() -> Vec<(String, Value)> {
    let events = schema::events().into_iter().map(|(name, schema)| (format!("{name}.json"), schema));
    let policy = schemars::schema_for!(Policy).to_value();
    events
        .chain([("policy.json".to_owned(), policy), ("openapi.json".to_owned(), crate::api::openapi())])
        .collect()
}

/// The stages of items, drawn from the tables that the rules follow.
pub fn stages() -> String {
    let mut text = String::from(
        "# Stages\n\nWhat events and days do to what the ledger keeps. The tables are the code's own: the rules decide by them,\n\
         and a test walks random histories along them. `cargo run -- schemas` writes this page.\n",
    );
    for machine in MACHINES {
        let _ = write!(text, "\n## {}\n\n```mermaid\nstateDiagram-v2\n", machine.item);
        for Arrow { from, by, to } in machine.arrows {
            let label = match by {
                Move::Event(event) => (*event).to_owned(),
                Move::Day(day) => format!("the day after {day}"),
            };
            let _ = writeln!(text, "    {} --> {to}: {label}", from.unwrap_or("[*]"));
        }
        text += "```\n";
    }
    text
}
