//! What is about to be signed, in plain words, and whether its signer wants that.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use clap::Args;
use serde_json::Value;

use crate::client::Client;
use crate::dsse::{EventId, PublicKey};
use crate::event::{Commitment, Event, PartyId, words};
use crate::vault::Attachment;

/// Longest that a ledger is asked for the names in an event.
const ASKING: Duration = Duration::from_secs(5);
/// Longest text shown, in characters.
const SHOWN_CHARS: usize = 500;
/// Members that name another event.
const EVENTS: [&str; 7] = ["target", "contest", "code", "notice", "proposal", "panel", "decision"];

/// Whether it is asked before something is signed.
#[derive(Debug, Args)]
pub struct Consent {
    /// Sign without asking; where input is no terminal, nothing is asked either
    #[arg(long, env = "TINNHIEM_YES", value_parser = clap::builder::FalseyValueParser::new())]
    yes: bool,
}

/// An event about to be signed, and what travels beside it.
pub struct Unsigned<'a> {
    /// The event.
    pub event: &'a Event,
    /// The texts and documents that it commits to.
    pub attachments: &'a [Attachment],
    /// The keys about to sign.
    pub keys: &'a [PublicKey],
}

impl Consent {
    /// Shows an event and asks, at a terminal, whether to sign it; `ledger` knows the names in it.
    ///
    /// # Errors
    /// When its signer does not want it signed.
    pub async fn to(&self, unsigned: Unsigned<'_>, ledger: Option<&Client>) -> anyhow::Result<()> {
        let asks = !self.yes && std::io::stdin().is_terminal();
        let mut known = Known::default();
        if let Some(ledger) = ledger.filter(|_| asks) {
            // Names help, but signing does not wait for them.
            let _ = tokio::time::timeout(ASKING, known.learn(ledger, unsigned.event)).await;
        }
        let mut shown = String::from("Sắp ký / About to sign:\n");
        for (label, value) in unsigned.lines(&known)? {
            shown += &format!("  {label}: {value}\n");
        }
        let mut stderr = std::io::stderr().lock();
        stderr.write_all(shown.as_bytes())?;
        if !asks {
            return Ok(());
        }
        write!(stderr, "Ký? Sign? [c/K, y/N] ")?;
        stderr.flush()?;
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer)?;
        if matches!(answer.trim().to_lowercase().as_str(), "c" | "co" | "có" | "y" | "yes") {
            return Ok(());
        }
        anyhow::bail!("chưa ký gì / nothing was signed")
    }
}

/// What a ledger says of the names in an event.
#[derive(Default)]
struct Known {
    issuer: Option<String>,
    subject: Option<String>,
    events: Vec<(String, String)>,
}

impl Known {
    async fn learn(&mut self, ledger: &Client, event: &Event) {
        // The names of another ledger would mislead.
        if ledger.origin().await.ok().is_none_or(|origin| origin.to_string() != event.ledger) {
            return;
        }
        let name = async |path: String| -> Option<String> {
            let view: Value = ledger.json(&path).await.ok()?;
            view["name"].as_str().map(str::to_owned)
        };
        let at = |party: &PartyId| match party.as_subject() {
            Some(subject) => format!("/v1/subjects/{subject}"),
            None => format!("/v1/members/{party}"),
        };
        self.issuer = name(at(&event.issuer)).await;
        if let Some(subject) = event.subject {
            self.subject = name(at(&subject.into())).await;
        }
        for id in event_ids(&body(event)) {
            let Ok(view) = ledger.json::<Value>(&format!("/v1/events/{id}")).await else { continue };
            let text = |member: &str| view[member].as_str().unwrap_or_default().to_owned();
            let what = words::of_type(&text("type")).map_or(text("type"), |words| words.to_string());
            self.events.push((id, format!("{what}, {}, {}", text("issuer"), text("recorded_at"))));
        }
    }
}

fn body(event: &Event) -> Value {
    let payload: Value = serde_json::from_slice(&event.to_payload()).unwrap_or_default();
    payload["body"].clone()
}

/// The events that a body names.
fn event_ids(body: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (name, value) in body.as_object().into_iter().flatten() {
        match value {
            Value::String(id) if EVENTS.contains(&name.as_str()) && id.parse::<EventId>().is_ok() => {
                found.push(id.clone());
            }
            Value::Object(_) => found.extend(event_ids(value)),
            _ => {}
        }
    }
    found
}

impl Unsigned<'_> {
    fn lines(&self, known: &Known) -> anyhow::Result<Vec<(String, String)>> {
        let event = self.event;
        let named = |id: String, name: &Option<String>| match name {
            Some(name) => format!("{id} ({})", clean(name)),
            None => id,
        };
        let issuer = match event.issuer.is_council() {
            true => "council (Ban điều phối)".to_owned(),
            false => named(event.issuer.to_string(), &known.issuer),
        };
        let type_name = event.body.type_name();
        let what = words::of_type(type_name).map_or(String::new(), |words| words.to_string());
        let mut lines = vec![
            ("việc / act".to_owned(), format!("{what} [{type_name}]")),
            ("bên ký / issuer".to_owned(), issuer),
        ];
        if let Some(subject) = event.subject {
            lines.push(("về / about".to_owned(), named(subject.to_string(), &known.subject)));
        }
        lines.push(("sổ cái / ledger".to_owned(), clean(&event.ledger)));
        for (name, value) in body(event).as_object().into_iter().flatten() {
            lines.push((label(name), self.said(name, value, known)));
        }
        for key in self.keys {
            lines.push(("khóa / key".to_owned(), key.to_string()));
        }
        Ok(lines)
    }

    /// A value in words.
    fn said(&self, name: &str, value: &Value, known: &Known) -> String {
        match value {
            Value::Null => "không áp dụng / does not apply".to_owned(),
            Value::Bool(true) => "có / yes".to_owned(),
            Value::Bool(false) => "không / no".to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Array(all) => {
                let all: Vec<String> = all.iter().map(|one| self.said(name, one, known)).collect();
                if all.is_empty() { "–".to_owned() } else { all.join("; ") }
            }
            Value::Object(_) if name == "policy" => {
                format!("{} byte; `tinnhiem policy diff`", value.to_string().len())
            }
            Value::Object(members) => {
                let said = members.iter().map(|(inner, one)| (label(inner), self.said(inner, one, known)));
                let said: Vec<String> = said.map(|(label, one)| format!("{label} = {one}")).collect();
                if said.is_empty() { "–".to_owned() } else { said.join(", ") }
            }
            Value::String(text) => self.text(text, known),
        }
    }

    fn text(&self, text: &str, known: &Known) -> String {
        let commits_to = |one: &&Attachment| text.parse().is_ok_and(|id: Commitment| id == one.commitment());
        if let Some(attached) = self.attachments.iter().find(commits_to) {
            return match std::str::from_utf8(&attached.bytes) {
                Ok(words)
                    if attached.media_type.starts_with("text/") || attached.media_type.ends_with("json") =>
                {
                    format!("“{}”", clean(words))
                }
                _ => format!("{}, {} byte", clean(&attached.media_type), attached.bytes.len()),
            };
        }
        if let Some((id, what)) = known.events.iter().find(|(id, _)| id == text) {
            return format!("{} ({})", short(id), clean(what));
        }
        match words::of_value(text) {
            Some(meaning) => format!("{text} ({meaning})"),
            None => clean(text),
        }
    }
}

fn label(name: &str) -> String {
    words::of_member(name).map_or_else(|| clean(name), |words| words.to_string())
}

fn short(id: &str) -> String {
    format!("{}…{}", &id[..8], &id[id.len() - 4..])
}

/// A text that others may have written, without what would move the cursor or turn the reading round.
fn clean(text: &str) -> String {
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let safe = |c: char| match c {
        '\n' => ' ',
        c if c.is_control() || turns(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    let more = text.chars().count().saturating_sub(SHOWN_CHARS);
    let kept: String = text.chars().take(SHOWN_CHARS).map(safe).collect();
    if more == 0 { kept } else { format!("{kept}… (+{more})") }
}
