//! `explain`: what a code means and what to do, as the table of all codes says it.

use std::collections::BTreeMap;

use anyhow::bail;
use clap::Args;
use serde::Serialize;

use super::coded::usage;
use super::output::{self, Answer, say};

/// All codes, in tables; their first column names them.
const TABLES: &str = include_str!("../../schemas/problems.md");

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem explain contest.late
  tinnhiem explain EVID.THIN range confidence    several")]
pub struct Explain {
    /// The codes, as an error, an audit, a note or a score names them; all are listed where none is named
    #[arg(name = "code")]
    codes: Vec<String>,
    #[command(flatten)]
    answer: Answer,
}

/// A row of a table of codes.
#[derive(Debug, Serialize)]
struct Row {
    /// The heading of its table.
    of: &'static str,
    code: String,
    /// What the other columns say, under their names.
    says: BTreeMap<&'static str, &'static str>,
}

impl Explain {
    pub fn run(self) -> anyhow::Result<u8> {
        let mut found = if self.codes.is_empty() { rows(|_| true) } else { Vec::new() };
        for code in &self.codes {
            let of_it = rows(|one| one == code);
            match nearest(code) {
                _ if !of_it.is_empty() => found.extend(of_it),
                Some(near) => bail!(usage(format!("no code is {code}: did you mean {near}?"))),
                None => bail!(usage(format!("no code is {code}: `tinnhiem explain` lists all"))),
            }
        }
        if self.answer.json {
            output::json(&found)?;
            return Ok(0);
        }
        for row in found {
            say!("{} ({})", row.code, row.of);
            for (name, text) in row.says {
                say!("  {name}: {text}");
            }
        }
        Ok(0)
    }
}

/// What a code of a score is, in a few words.
pub fn meaning(code: &str) -> Option<&'static str> {
    let row = rows(|one| one == code).into_iter().find(|row| row.of == "Reasons of a score")?;
    row.says.get("what it is").copied()
}

/// The rows that name such a code; several where it is answered by several parts.
fn rows(is_asked: impl Fn(&str) -> bool) -> Vec<Row> {
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
                .collect();
            let named = codes(cells[0]).filter(|one| is_asked(one));
            found.extend(named.map(|code| Row { of, code: code.to_owned(), says: says.clone() }));
        }
    }
    found
}

/// The codes that the first column of a row names.
fn codes(cell: &'static str) -> impl Iterator<Item = &'static str> {
    cell.split('`').skip(1).step_by(2)
}

/// The code that a misspelt one was meant to be.
fn nearest(code: &str) -> Option<&'static str> {
    let first = TABLES
        .lines()
        .filter_map(|line| line.strip_prefix("| `").map(|_| line))
        .map(|line| line.trim_start_matches("| ").split(" | ").next().unwrap_or_default());
    const MOST: usize = 3;
    let near = crate::api::nearest(code, first.flat_map(codes).map(|one| (one, one))).into_iter().next();
    near.filter(|(distance, _)| *distance <= MOST).map(|(_, one)| one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Reason;

    #[test]
    fn every_code_of_the_rules_is_explained() {
        for reason in Reason::ALL {
            let rows = rows(|one| one == reason.code());
            assert!(rows.iter().any(|row| !row.says.is_empty()), "{}", reason.code());
        }
        assert_eq!(nearest("contest.latte"), Some("contest.late"));
        assert!(rows(|one| one == "a.b").is_empty());
        assert_eq!(rows(|one| one == "SANC.S4").len(), 1);
    }
}
