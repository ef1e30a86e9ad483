//! What is about to be signed, in plain words, and whether its signer wants that.

use std::io::{BufRead, IsTerminal, Write};
use std::time::Duration;

use clap::Args;

use super::beforehand;
use super::coded::here;
use super::effect;
use super::finality;
use super::key_state;
use super::safe::{is_cut, safe};
use super::told::{Known, Told};
use super::{layout, screen};
use crate::client::Client;
use crate::dsse::PublicKey;
use crate::event::{Body, Commitment, Event, KeyAdded};
use crate::vault::Attachment;

/// Longest that a ledger is asked for the names in an event.
const ASKING: Duration = Duration::from_secs(5);

/// Whether it is asked before something is signed.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Consent {
    /// Sign without asking; where input is no terminal, nothing is asked either
    #[arg(long, env = "TINNHIEM_YES", value_parser = clap::builder::FalseyValueParser::new())]
    yes: bool,
}

/// An event about to be signed, and what travels beside it.
pub(super) struct Unsigned<'a> {
    /// The event.
    pub event: &'a Event,
    /// The texts and documents that it commits to.
    pub attachments: &'a [Attachment],
    /// The files among them, by name.
    pub files: &'a [(Commitment, String)],
    /// The keys about to sign.
    pub keys: &'a [PublicKey],
    /// What its signer should know that the event does not say.
    pub remarks: &'a [String],
}

/// What a ledger foresees of an event; that nobody looked is said.
async fn foreseen(ledger: &Client, event: &Event) -> Vec<String> {
    let asked = tokio::time::timeout(ASKING, beforehand::of(ledger, event)).await;
    let why = match asked {
        Ok(Ok(remarks)) => return remarks,
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {} s", ASKING.as_secs()),
    };
    vec![format!("chưa xem được hệ quả / what comes of it was not looked up: {why}")]
}

impl Consent {
    /// What was said in the command itself, whatever the environment says of everyday acts.
    pub(super) fn said(yes: bool) -> Self {
        Self { yes }
    }

    /// Whether it was given in the command, or can be asked for.
    pub(super) fn is_had(self) -> bool {
        self.yes || std::io::stdin().is_terminal()
    }

    /// Shows an event and asks, at a terminal, whether to sign it; `ledger` knows the names in it.
    ///
    /// # Errors
    /// When its signer does not want it signed.
    pub(super) async fn to(&self, unsigned: Unsigned<'_>, ledger: Option<&Client>) -> anyhow::Result<()> {
        let mut known = Known::of_files(unsigned.files);
        if let Some(ledger) = ledger {
            // Names help, but signing does not wait for them.
            let _ = tokio::time::timeout(ASKING, known.learn(ledger, unsigned.event)).await;
        }
        let signs = !unsigned.keys.is_empty();
        let begins =
            if signs { "Sắp ký / About to sign" } else { "Để bên khác ký / For others to sign" };
        let mut shown = format!("{begins}:\n");
        let (event, attachments) = (unsigned.event, unsigned.attachments);
        for (label, value) in (Told { event, attachments, known: &known, done: false }).lines()? {
            shown += &format!("  {label}: {value}\n");
        }
        let plain = || unsigned.keys.iter().map(|key| format!("khóa / key: {key}")).collect();
        let keys: Vec<String> = match ledger {
            Some(ledger) => {
                let owners = effect::owners(ledger, event, unsigned.keys);
                tokio::time::timeout(ASKING, owners).await.unwrap_or_else(|_| plain())
            }
            None => plain(),
        };
        for key in keys {
            shown += &format!("  {key}\n");
        }
        let recovery = match &event.body {
            Body::KeyAdded(KeyAdded { owner: Some(owner), .. }) => Some(key_state::recovery(owner)),
            _ => None,
        };
        let foreseen = match ledger {
            Some(ledger) => foreseen(ledger, event).await,
            None => Vec::new(),
        };
        let ends = finality::sentence(event.body.event_type());
        for remark in unsigned.remarks.iter().chain(&recovery).chain(&foreseen).chain(&ends) {
            shown += &format!("  lưu ý / note: {remark}\n");
        }
        // Who signs nothing is shown it, and agrees to nothing.
        let asked = Self { yes: self.yes || !signs };
        let cut = cut(attachments, unsigned.files);
        let agreed = match cut.is_empty() {
            true => asked.given(&shown, "Ký? Sign? [c/K, y/N] ")?,
            false => asked.given_or_read(&shown, "Ký? Sign? [c/K, y/N; x: đọc hết / read all] ", &cut)?,
        };
        if agreed {
            return Ok(());
        }
        anyhow::bail!(here("consent.declined", "chưa ký gì / nothing was signed"))
    }

    /// Shows a text and asks, at a terminal; elsewhere, or where it was given before, nothing is asked.
    ///
    /// # Errors
    /// What the terminal refuses.
    pub(super) fn given(self, shown: &str, question: &str) -> std::io::Result<bool> {
        self.given_or_read(shown, question, "")
    }

    /// The same, of what is shown in part: who asks for the whole reads that, and is asked again.
    fn given_or_read(self, shown: &str, question: &str, whole: &str) -> std::io::Result<bool> {
        let mut stderr = std::io::stderr().lock();
        stderr.write_all(fitted(shown).as_bytes())?;
        if self.yes || !std::io::stdin().is_terminal() {
            return Ok(true);
        }
        answered(question, whole, &mut std::io::stdin().lock(), &mut stderr)
    }
}

/// A text as it fits the terminal.
fn fitted(text: &str) -> String {
    let width = screen::width_of_errors();
    let lines = |line| width.map_or_else(|| vec![String::from(line)], |width| layout::wrapped(line, width));
    text.lines().flat_map(lines).map(|line| line + "\n").collect()
}

/// Whether the answer to a question is yes; to read the whole is answered with it, and the question asked again.
fn answered(
    question: &str,
    whole: &str,
    input: &mut impl BufRead,
    out: &mut impl Write,
) -> std::io::Result<bool> {
    loop {
        write!(out, "{question}")?;
        out.flush()?;
        let mut answer = String::new();
        input.read_line(&mut answer)?;
        match answer.trim().to_lowercase().as_str() {
            "x" | "xem" if !whole.is_empty() => out.write_all(fitted(whole).as_bytes())?,
            answer => return Ok(matches!(answer, "c" | "co" | "có" | "y" | "yes")),
        }
    }
}

/// The texts of which only the beginning is shown, whole, as they are safe to show.
fn cut(attachments: &[Attachment], files: &[(Commitment, String)]) -> String {
    let said = attachments.iter().filter(|one| {
        let is_file = files.iter().any(|(file, _)| *file == one.commitment());
        !is_file && one.media_type.starts_with("text/")
    });
    let texts = said.filter_map(|one| std::str::from_utf8(&one.bytes).ok()).filter(|text| is_cut(text));
    texts.map(|text| text.lines().map(|line| safe(line) + "\n").collect::<String>() + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_is_read_whole_before_it_is_signed() {
        let long = "Nhãn có ở giây đầu.\n".repeat(100) + "HẾT\u{202e}";
        let attached = [Attachment::text([1; 32], &long), Attachment::text([2; 32], "ngắn")];
        let whole = cut(&attached, &[]);
        assert!(whole.contains("HẾT\u{fffd}") && !whole.contains("ngắn"), "{whole}");
        assert_eq!(cut(&attached, &[(attached[0].commitment(), "case.txt".to_owned())]), "");
        for (answers, whole, agreed, asked) in [
            ("x\ny\n", whole.as_str(), true, 2),
            ("x\n\n", whole.as_str(), false, 2),
            ("x\ny\n", "", false, 1),
            ("c\n", whole.as_str(), true, 1),
            ("", whole.as_str(), false, 1),
        ] {
            let mut out = Vec::new();
            assert_eq!(answered("ask? ", whole, &mut answers.as_bytes(), &mut out).unwrap(), agreed);
            let out = String::from_utf8(out).unwrap();
            assert_eq!(out.matches("ask? ").count(), asked, "{out}");
            assert_eq!(out.contains("HẾT"), asked == 2, "{out}");
        }
    }
}
