//! `guide`: what each kind of user does, read at the terminal.

use anyhow::bail;
use clap::Args;
use serde_json::json;

use super::coded::usage;
use super::output::{self, Answer, say};
use crate::guide::{self, Guide};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem guide
  tinnhiem guide kol")]
pub(super) struct ReadGuide {
    /// Whose; all are listed where none is named
    name: Option<String>,
    #[command(flatten)]
    answer: Answer,
}

impl ReadGuide {
    pub(super) fn run(self) -> anyhow::Result<u8> {
        let Some(name) = &self.name else { return self.list() };
        let Some(found) = guide::ALL.iter().find(|one| one.name == name.as_str()) else {
            let names: Vec<&str> = guide::ALL.iter().map(|one| one.name).collect();
            bail!(usage(format!("no guide is called {name}: there are {}", names.join(", "))));
        };
        if self.answer.json {
            output::json(&json!({"name": found.name, "text": found.text}))?;
            return Ok(0);
        }
        for line in found.spoken() {
            say!("{line}");
        }
        Ok(0)
    }

    fn list(&self) -> anyhow::Result<u8> {
        if self.answer.json {
            let named = |one: &Guide| json!({"name": one.name, "title": one.title()});
            output::json(&guide::ALL.iter().map(named).collect::<Vec<_>>())?;
            return Ok(0);
        }
        for one in guide::ALL {
            say!("{:<10} {}", one.name, one.title());
        }
        say!("`tinnhiem guide NAME` reads one");
        Ok(0)
    }
}
