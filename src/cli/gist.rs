//! What an event says, in one line: for tables in which it is one of many

use std::collections::BTreeMap;

use serde_json::Value;

use super::told::clean;
use crate::api::views::EventView;
use crate::client::Client;
use crate::event::{EventType, words};

/// Entries that were asked for, by event id.
#[derive(Default)]
pub(super) struct Gists {
    entries: BTreeMap<String, EventView>,
}

impl Gists {
    /// Fetches entries, several at once; those that cannot be had have no gist.
    pub(super) async fn fetch(client: &Client, events: impl IntoIterator<Item = String>) -> Self {
        const AT_ONCE: usize = 16;
        let mut gists = Self::default();
        let mut wanted: Vec<String> = events.into_iter().collect();
        // Once for the events, once for those that they name.
        for _ in 0..2 {
            for some in wanted.chunks(AT_ONCE) {
                let asked = some.iter().map(async |id| client.json(&format!("/v1/events/{id}")).await.ok());
                let entries: Vec<Option<EventView>> = futures_util::future::join_all(asked).await;
                gists.entries.extend(entries.into_iter().flatten().map(|one| (one.row.id.to_string(), one)));
            }
            let named = gists.entries.values().filter_map(|one| named(&one.payload["body"]));
            wanted = named.filter(|id| !gists.entries.contains_key(id)).collect();
        }
        gists
    }

    /// What an event says, in Vietnamese and English; nothing where its type says it all.
    pub(super) fn of(&self, id: &str) -> String {
        let Some(entry) = self.entries.get(id) else { return String::new() };
        let body = &entry.payload["body"];
        let text = |name: &str| clean(body[name].as_str().unwrap_or_default());
        let meant = |name: &str| words::of_value(&text(name)).map_or(text(name), |words| words.to_string());
        let target = named(body).map(|id| self.reference(&id)).unwrap_or_default();
        let all = match entry.row.event_type() {
            Some(EventType::AssessmentPublished | EventType::AssessmentNotified) => grades(&body["grades"]),
            Some(EventType::EndorsementPublished) => format!("{}, {}", meant("relation"), text("topic")),
            Some(EventType::SanctionImposed | EventType::SanctionProposed) => {
                let until = body["ends_on"].as_str().map_or("…".to_owned(), clean);
                format!("{}, {} – {until}", meant("severity"), text("starts_on"))
            }
            Some(EventType::ContestFiled) => format!("{}: {target}", meant("grounds")),
            Some(EventType::ContestDecided | EventType::AppealDecided) => {
                format!("{}: {target}", meant("outcome"))
            }
            Some(EventType::ContestDeclined) => format!("{}: {target}", meant("code")),
            Some(EventType::CorrectionIssued) => format!("{}: {target}", action(&body["action"])),
            Some(EventType::AccreditationGranted) => {
                format!("{}: {}", text("assessor"), list(&body["topics"]))
            }
            Some(EventType::AccreditationWithdrawn) => {
                let granted = named(body).and_then(|id| self.entries.get(&id));
                let of = granted.and_then(|one| one.payload["body"]["assessor"].as_str()).map(clean);
                format!("{}, {target}", of.unwrap_or_default())
            }
            Some(EventType::KeyAdded) => {
                let owner = body["owner"].as_str().map_or(entry.row.issuer.to_string(), clean);
                format!("{owner}: {}", short_key(&text("key")))
            }
            Some(EventType::KeyRotated) => format!("{}: {}", entry.row.issuer, short_key(&text("new"))),
            Some(EventType::KeyRevoked) => format!("{}: {}", meant("cause"), short_key(&text("key"))),
            Some(EventType::PolicyPublished) => {
                format!("{} / from {}", body["version"], text("effective_from"))
            }
            Some(EventType::CodePublished) => body["version"].to_string(),
            Some(EventType::SubjectEnrolled | EventType::SubjectResumed) => list(&body["topics"]),
            Some(EventType::CollaborationDeclared) => {
                format!("“{}”, {} – {}", text("campaign"), text("starts_on"), text("ends_on"))
            }
            Some(EventType::DecisionRecorded) => format!("{} {}", act(body, "authority"), act(body, "code")),
            Some(EventType::AccountLinked) => text("platform"),
            Some(EventType::EvidenceCommitted) => format!("{}, {}", text("media_type"), text("custodian")),
            Some(of) if of.family() == "member" => text("member"),
            _ => target,
        };
        all.trim_end_matches([' ', ':', ',']).to_owned()
    }

    /// The last day of what an event says, where it names one.
    pub(super) fn until(&self, id: &str) -> Option<String> {
        const NAMES: [&str; 4] = ["expires_on", "valid_until", "ends_on", "retain_until"];
        let body = &self.entries.get(id)?.payload["body"];
        NAMES.iter().find_map(|name| body[*name].as_str()).map(clean)
    }

    /// The body of an event.
    pub(super) fn body(&self, id: &str) -> Option<&Value> {
        self.entries.get(id).map(|one| &one.payload["body"])
    }

    /// The entries that were had, those that others name among them.
    pub(super) fn entries(&self) -> impl Iterator<Item = &EventView> {
        self.entries.values()
    }

    /// Whether an event carries data that may be asked to be destroyed: it is not destroyed yet.
    pub(super) fn holds(&self, id: &str) -> bool {
        let erased =
            self.entries.values().filter(|one| one.row.event_type() == Some(EventType::ErasureExecuted));
        let mut targets =
            erased.flat_map(|one| one.payload["body"]["targets"].as_array().into_iter().flatten());
        let attached = self.entries.get(id).is_some_and(|one| !one.attachments.is_empty());
        attached && !targets.any(|target| target == id)
    }

    /// An event that another names.
    fn reference(&self, id: &str) -> String {
        match self.entries.get(id) {
            Some(entry) => format!("mục / entry {} ({})", entry.row.seq, entry.row.issuer),
            None => super::told::short(id),
        }
    }
}

/// The event that a body is about.
fn named(body: &Value) -> Option<String> {
    const NAMES: [&str; 6] = ["target", "contest", "notice", "proposal", "request", "code"];
    let texts = NAMES.iter().filter_map(|name| body[*name].as_str());
    texts.filter(|text| text.len() == 64).map(clean).next()
}

/// How many grades there are of each level.
fn grades(grades: &Value) -> String {
    let mut counts: BTreeMap<Option<u64>, usize> = BTreeMap::new();
    let all = grades.as_object();
    for level in all.into_iter().flatten().map(|(_, level)| level.as_u64()) {
        *counts.entry(level).or_default() += 1;
    }
    let total = all.map_or(0, serde_json::Map::len);
    let each = |some: &dyn Fn(u64, usize) -> String, none: &str| {
        let said = counts.iter().map(|(level, count)| match level {
            Some(level) => some(*level, *count),
            None => format!("{count} {none}"),
        });
        said.collect::<Vec<_>>().join(", ")
    };
    let vi = each(&|level, count| format!("{count} mức {level}"), "không áp dụng");
    let en = each(&|level, count| format!("{count} at level {level}"), "not applicable");
    format!("{total} chỉ báo: {vi} / {total} grades: {en}")
}

fn action(action: &Value) -> String {
    let name = action.as_str().or(action.as_object().and_then(|one| one.keys().next()).map(String::as_str));
    let name = name.unwrap_or_default();
    words::of_value(name).map_or(clean(name), |words| words.to_string())
}

fn act(body: &Value, name: &str) -> String {
    clean(body["act"][name].as_str().unwrap_or_default())
}

fn list(all: &Value) -> String {
    let all = all.as_array().into_iter().flatten().filter_map(Value::as_str);
    all.map(clean).collect::<Vec<_>>().join(", ")
}

fn short_key(key: &str) -> String {
    super::told::short(key)
}
