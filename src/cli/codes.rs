//! `explain`: what a code means and what to do, as the table of all codes says it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use anyhow::bail;
use clap::Args;
use serde::Serialize;

use super::coded::usage;
use super::graded;
use super::output::{self, Answer, say};
use super::signing::At;

/// All codes, in tables; their first column names them.
const TABLES: &str = include_str!("../../schemas/problems.md");
/// The heading of the table of what audits find.
const FOUND: &str = "Codes of what is found";
/// The heading of the table of what a score is made of.
const REASONS: &str = "Reasons of a score";

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem explain contest.late
  tinnhiem explain EVID.THIN range confidence    several
  tinnhiem explain C1.I4    an indicator of the policy that is in force")]
pub struct Explain {
    /// The codes, as an error, an audit, a note or a score names them, or a criterion or indicator of the policy in
    /// force; all but those are listed where none is named
    #[arg(name = "code")]
    codes: Vec<String>,
    #[command(flatten)]
    answer: Answer,
    #[command(flatten)]
    at: At,
}

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

impl Explain {
    pub async fn run(self) -> anyhow::Result<u8> {
        let mut found = if self.codes.is_empty() { rows(|_| true) } else { Vec::new() };
        let mut unknown = Vec::new();
        for code in &self.codes {
            let mut of_it = rows(|one| one == code);
            if of_it.is_empty() && graded::may_be(code) {
                match graded::of(&self.at.client(), code).await {
                    Ok(row) => of_it.extend(row),
                    Err(error) => {
                        unknown.push(format!("{code}, if a policy names it, is told by a ledger: {error}"));
                        continue;
                    }
                }
            }
            match nearest(code) {
                _ if !of_it.is_empty() => found.extend(of_it),
                Some(near) => unknown.push(format!("no code is {code}: did you mean {near}?")),
                None => unknown.push(format!("no code is {code}: `tinnhiem explain` lists all")),
            }
        }
        // What is known is told, whatever else was asked about.
        match self.answer.json {
            true => output::json(&found)?,
            false => found.iter().for_each(Row::print),
        }
        if !unknown.is_empty() {
            bail!(usage(unknown.join("\n")));
        }
        Ok(0)
    }
}

impl Row {
    fn print(&self) {
        say!("{} ({})", self.code, self.of);
        for (name, text) in &self.says {
            say!("  {name}: {text}");
        }
    }
}

/// What a code of a score is, in a few words.
pub fn meaning(code: &str) -> Option<Cow<'static, str>> {
    let row = rows(|one| one == code).into_iter().find(|row| row.of == REASONS)?;
    row.says.get("what it is").cloned()
}

/// What to do about what was found: as the table of what is found says it, or else that of any other.
pub fn remedy(code: &str) -> Option<Cow<'static, str>> {
    let rows = rows(|one| one == code);
    let found = rows.iter().find(|row| row.of == FOUND).or_else(|| rows.iter().find(|row| row.of != REASONS));
    found?.says.get("what to do").cloned()
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
                .map(|(name, text)| (name, Cow::Borrowed(text)))
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

    /// A finding named what is wrong, and left whoever read it to find out what follows.
    #[test]
    fn of_every_code_that_is_found_it_is_said_what_to_do_in_full() {
        let of_scores = [REASONS, "Words of a score"];
        let all = rows(|_| true).into_iter().filter(|row| !of_scores.contains(&row.of));
        let mut count = 0;
        for row in all {
            let what = remedy(&row.code).unwrap_or_default();
            let elsewhere = what.starts_with("as `") || what.contains("is printed");
            assert!(what.len() > 5 && !elsewhere, "{} ({}): {what}", row.code, row.of);
            count += 1;
        }
        assert!(count > 200, "{count}");
        // A text that an audit misses is no text that its sender left out.
        assert!(remedy("attachment.missing").unwrap().contains("backup"));
        assert!(remedy("log.forked").unwrap().contains("council") && remedy("a.b").is_none());
    }

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
