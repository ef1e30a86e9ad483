//! The table of all codes: what each means, and what to do.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

/// All codes, in tables; their first column names them.
const TABLES: &str = include_str!("../schemas/problems.md");

/// A row of a table of codes.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The heading of its table.
    pub of: &'static str,
    /// The code.
    pub code: String,
    /// What the other columns say, under their names.
    pub says: BTreeMap<&'static str, Cow<'static, str>>,
}

/// The rows that name such a code; several where it is answered by several parts.
pub fn rows(is_asked: impl Fn(&str) -> bool) -> Vec<Row> {
    let (mut of, mut head) = ("", Vec::new());
    let mut found = Vec::new();
    for line in TABLES.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            (of, head) = (heading, Vec::new());
        }
        let Some(cells) = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |")) else { continue };
        let cells: Vec<&str> = cells.split(" | ").collect();
        if head.is_empty() {
            head = cells;
        } else {
            let says: BTreeMap<_, _> = head
                .iter()
                .copied()
                .zip(cells.iter().copied())
                .skip(1)
                .filter(|(_, text)| !text.is_empty())
                .map(|(name, text)| (name, Cow::Borrowed(text)))
                .collect();
            let named = named(cells[0]).filter(|one| is_asked(one));
            found.extend(named.map(|code| Row { of, code: code.to_owned(), says: says.clone() }));
        }
    }
    found
}

/// Every code, in the order of the tables.
pub fn all() -> impl Iterator<Item = &'static str> {
    let first = TABLES
        .lines()
        .filter_map(|line| line.strip_prefix("| `").map(|_| line))
        .map(|line| line.trim_start_matches("| ").split(" | ").next().unwrap_or_default());
    first.flat_map(named)
}

/// The codes that the first column of a row names.
fn named(cell: &'static str) -> impl Iterator<Item = &'static str> {
    cell.split('`').skip(1).step_by(2)
}
