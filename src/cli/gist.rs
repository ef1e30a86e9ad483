//! What an event says, in one line: for tables in which it is one of many

use std::collections::BTreeMap;

use super::told::clean;
use crate::api::views::EventView;
use crate::client::Client;
use crate::dsse::{EventId, PublicKey};
use crate::event::{Body, CorrectionAction, Event, Levels, Severity, TopicId, words};
use crate::time::Date;

/// Entries that were asked for, by event id.
#[derive(Default)]
pub(super) struct Gists {
    entries: BTreeMap<EventId, (EventView, Event)>,
}

impl Gists {
    /// Fetches entries, several at once; those that cannot be had, or read, have no gist.
    pub(super) async fn fetch(client: &Client, events: impl IntoIterator<Item = EventId>) -> Self {
        const AT_ONCE: usize = 16;
        let mut gists = Self::default();
        let mut wanted: Vec<EventId> = events.into_iter().collect();
        // Once for the events, once for those that they name.
        for _ in 0..2 {
            for some in wanted.chunks(AT_ONCE) {
                let asked = some.iter().map(async |id| client.json(&format!("/v1/events/{id}")).await.ok());
                let views: Vec<Option<EventView>> = futures_util::future::join_all(asked).await;
                for view in views.into_iter().flatten() {
                    gists.entries.extend(view.event().ok().map(|event| (view.row.id, (view, event))));
                }
            }
            let named = gists.entries.values().filter_map(|(_, event)| about(event));
            wanted = named.filter(|id| !gists.entries.contains_key(id)).collect();
        }
        gists
    }

    /// What an event says, in Vietnamese and English; nothing where its type says it all.
    pub(super) fn of(&self, id: &EventId) -> String {
        let Some(event) = self.event(id) else { return String::new() };
        let target = || about(event).map(|id| self.reference(&id)).unwrap_or_default();
        match &event.body {
            Body::AssessmentPublished(body) => grades(&body.grades),
            Body::AssessmentNotified(body) => grades(&body.grades),
            Body::EndorsementPublished(body) => format!("{}, {}", words::meant(&body.relation), body.topic),
            Body::SanctionImposed(body) => terms(body.severity, body.starts_on, body.ends_on),
            Body::SanctionProposed(body) => terms(body.severity, body.starts_on, body.ends_on),
            Body::ContestFiled(body) => format!("{}: {}", words::meant(&body.grounds), target()),
            Body::ContestDecided(body) => format!("{}: {}", words::meant(&body.outcome), target()),
            Body::AppealDecided(body) => format!("{}: {}", words::meant(&body.outcome), target()),
            Body::ContestDeclined(body) => format!("{}: {}", words::meant(&body.code), target()),
            Body::CorrectionIssued(body) => format!("{}: {}", action(&body.action), target()),
            Body::AccreditationGranted(body) => format!("{}: {}", body.assessor, list(&body.topics)),
            Body::AccreditationWithdrawn(body) => match self.event(&body.target).map(|one| &one.body) {
                Some(Body::AccreditationGranted(granted)) => format!("{}, {}", granted.assessor, target()),
                _ => target(),
            },
            Body::KeyAdded(body) => {
                format!("{}: {}", body.owner.as_ref().unwrap_or(&event.issuer), short_key(&body.key))
            }
            Body::KeyRotated(body) => format!("{}: {}", event.issuer, short_key(&body.new)),
            Body::KeyRevoked(body) => format!("{}: {}", words::meant(&body.cause), short_key(&body.key)),
            Body::PolicyPublished(body) => format!("{} / from {}", body.version, body.effective_from),
            Body::CodePublished(body) => body.version.to_string(),
            Body::SubjectEnrolled(body) => list(&body.topics),
            Body::SubjectResumed(body) => list(&body.topics),
            Body::CollaborationDeclared(body) => {
                format!("“{}”, {} – {}", clean(&body.campaign), body.starts_on, body.ends_on)
            }
            Body::DecisionRecorded(body) => {
                format!("{} {}", clean(&body.act.authority), clean(&body.act.code))
            }
            Body::AccountLinked(body) => body.platform.to_string(),
            Body::EvidenceCommitted(body) => format!("{}, {}", clean(&body.media_type), body.custodian),
            Body::MemberAdmitted(body) => body.member.to_string(),
            Body::MemberUpdated(body) => body.member.to_string(),
            Body::MemberSuspended(body) => body.member.to_string(),
            Body::MemberReinstated(body) => body.member.to_string(),
            Body::MemberRemoved(body) => body.member.to_string(),
            _ => target(),
        }
    }

    /// The last day of what an event says, where it names one.
    pub(super) fn until(&self, id: &EventId) -> Option<Date> {
        match &self.event(id)?.body {
            Body::AssessmentPublished(body) => body.valid_until,
            Body::AssessmentNotified(body) => body.valid_until,
            Body::AccreditationGranted(body) => body.valid_until,
            Body::CertificateGranted(body) => Some(body.valid_until),
            Body::EndorsementPublished(body) => Some(body.expires_on),
            Body::CollaborationDeclared(body) => Some(body.ends_on),
            Body::SanctionProposed(body) => body.ends_on,
            Body::SanctionImposed(body) => body.ends_on,
            Body::EvidenceCommitted(body) => Some(body.retain_until),
            _ => None,
        }
    }

    /// An event.
    pub(super) fn event(&self, id: &EventId) -> Option<&Event> {
        self.entries.get(id).map(|(_, event)| event)
    }

    /// The entries that were had, those that others name among them.
    pub(super) fn entries(&self) -> impl Iterator<Item = &EventView> {
        self.entries.values().map(|(view, _)| view)
    }

    /// Whether an event carries data that may be asked to be destroyed: it is not destroyed yet.
    pub(super) fn holds(&self, id: &EventId) -> bool {
        let destroyed = |event: &Event| match &event.body {
            Body::ErasureExecuted(body) => body.targets.contains(id),
            _ => false,
        };
        let attached = self.entries.get(id).is_some_and(|(view, _)| !view.attachments.is_empty());
        attached && !self.entries.values().any(|(_, event)| destroyed(event))
    }

    /// An event that another names.
    fn reference(&self, id: &EventId) -> String {
        match self.entries.get(id) {
            Some((view, _)) => format!("mục / entry {} ({})", view.row.seq, view.row.issuer),
            None => super::told::short(&id.to_string()),
        }
    }
}

/// The event that another is about: the first that it names.
fn about(event: &Event) -> Option<EventId> {
    event.named().events.first().copied()
}

fn terms(severity: Severity, starts_on: Date, ends_on: Option<Date>) -> String {
    let until = ends_on.map_or("…".to_owned(), |last| last.to_string());
    format!("{}, {starts_on} – {until}", words::meant(&severity))
}

/// How many grades there are of each level.
fn grades(grades: &Levels) -> String {
    let mut counts: BTreeMap<Option<u16>, usize> = BTreeMap::new();
    for level in grades.values() {
        *counts.entry(*level).or_default() += 1;
    }
    let total = grades.len();
    let each = |some: &dyn Fn(u16, usize) -> String, none: &str| {
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

fn action(action: &CorrectionAction) -> String {
    let name = match action {
        CorrectionAction::Annotate => "annotate",
        CorrectionAction::Retract => "retract",
        CorrectionAction::Replace(_) => "replace",
    };
    words::of_value(name).map_or(name.to_owned(), |words| words.to_string())
}

fn list(all: &[TopicId]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn short_key(key: &PublicKey) -> String {
    super::told::short(&key.to_string())
}
