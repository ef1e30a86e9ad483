//! `explain`: what a code means and what to do, as the table of all codes says it.

use std::borrow::Cow;

use anyhow::bail;
use clap::Args;

use super::coded::usage;
use super::graded;
use super::output::{self, Answer, say};
use super::signing::At;
pub(super) use crate::codes::Row;
use crate::codes::{self, rows};

/// The heading of the table of what audits find.
const FOUND: &str = "Codes of what is found";
/// The heading of the table of what a score is made of.
const REASONS: &str = "Reasons of a score";
/// The heading of the table of what the rules refuse.
const REJECTIONS: &str = "Rejection codes";

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem explain contest.late
  tinnhiem explain EVID.THIN range confidence    several
  tinnhiem explain C1.I4    an indicator of the policy that is in force")]
pub(super) struct Explain {
    /// The codes, as an error, an audit, a note or a score names them, or a criterion or indicator of the policy in
    /// force; all but those are listed where none is named
    #[arg(name = "code")]
    codes: Vec<String>,
    #[command(flatten)]
    answer: Answer,
    #[command(flatten)]
    at: At,
}

impl Explain {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let mut found = if self.codes.is_empty() { rows(|_| true) } else { Vec::new() };
        let mut unknown = Vec::new();
        for code in &self.codes {
            let mut of_it = rows(|one| one.eq_ignore_ascii_case(code));
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
            false => found.iter().for_each(print),
        }
        if !unknown.is_empty() {
            bail!(usage(unknown.join("\n")));
        }
        Ok(0)
    }
}

fn print(row: &Row) {
    say!("{} ({})", row.code, row.of);
    for (name, text) in &row.says {
        say!("  {name}: {text}");
    }
}

/// What a code of a score is, in a few words.
pub(super) fn meaning(code: &str) -> Option<Cow<'static, str>> {
    let row = rows(|one| one == code).into_iter().find(|row| row.of == REASONS)?;
    row.says.get("what it is").cloned()
}

/// What to do where something is recorded, or shown as recorded, that the rules refuse: their own advice is for
/// who would send it.
const RECORDED: &str = "the rules refuse this, so the copy is damaged or the ledger recorded what it must not: compare \
     with another copy and keep both; what the ledger itself serves, an auditor records with `tinnhiem report-finding`";

/// What to do about what was found: as the table of what is found says it, or else that of any other.
pub(super) fn remedy(code: &str) -> Option<Cow<'static, str>> {
    let rows = rows(|one| one == code);
    let found =
        rows.iter().find(|row| row.of == FOUND).or_else(|| rows.iter().find(|row| row.of != REASONS))?;
    if found.of == REJECTIONS {
        return Some(RECORDED.into());
    }
    found.says.get("what to do").cloned()
}

/// The code that a misspelt one was meant to be.
fn nearest(code: &str) -> Option<&'static str> {
    const MOST: usize = 3;
    let near = crate::api::nearest(code, codes::all().map(|one| (one, one))).into_iter().next();
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
