//! The published schemas: one JSON Schema per event, the policy, what scores are
//! proven with, and the OpenAPI document; and the
//! drawing of what events do to items.

use std::fmt::Write;

use serde_json::Value;

use crate::event::{Arrow, MACHINES, Move, Policy, schema};
use crate::proof::{DossierDocument, PartyDocument, PolicyDocument, ScoreReceipt};

/// The name of the file that [`stages`] goes into.
pub const STAGES: &str = "stages.md";

/// Every schema by file name.
pub fn all() -> Vec<(String, Value)> {
    let events = schema::events().into_iter().map(|(name, schema)| (format!("{name}.json"), schema));
    let others = [
        ("policy.json", schemars::schema_for!(Policy).to_value()),
        ("dossier.json", schemars::schema_for!(DossierDocument).to_value()),
        ("party.json", schemars::schema_for!(PartyDocument).to_value()),
        ("policy-version.json", schemars::schema_for!(PolicyDocument).to_value()),
        ("score-receipt.json", schemars::schema_for!(ScoreReceipt).to_value()),
        ("openapi.json", crate::api::openapi()),
    ];
    events.chain(others.map(|(name, schema)| (name.to_owned(), schema))).collect()
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
                Move::Event(event, None) => event.to_string(),
                Move::Event(event, Some(case)) => format!("{event} {case}"),
                Move::Day(day) => format!("the day after {day}"),
            };
            let _ = writeln!(text, "    {} --> {to}: {label}", from.unwrap_or("[*]"));
        }
        text += "```\n";
    }
    text
}
