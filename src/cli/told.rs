//! An event in plain words: what it says, with the names that a ledger knows.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use serde_json::value::RawValue;

use super::in_order::{Members, in_order};
use super::output::points;
pub(super) use super::safe::{clean, safe, short};
use super::{erased, policies, policy_changes, requirements, windows};
use crate::api::views::{EventView, SubjectView};
use crate::client::Client;
use crate::dsse::EventId;
use crate::event::{
    Body, Commitment, Event, EvidenceStage, Indicator, KeyAdded, PartyId, Policy, Windows, words,
};
use crate::limits;
use crate::vault::Attachment;

/// What the commitment to an identity number is.
const KEYED: &str = "mã băm có khóa của số định danh: chỉ đơn vị ghi danh, giữ bí mật chung, tính lại được / a keyed hash of \
                     the identity number: only a registrar, who has the shared secret, can compute it";

/// An event, and what is known of what it names.
pub(super) struct Told<'a> {
    /// The event.
    pub event: &'a Event,
    /// The texts and documents that it commits to.
    pub attachments: &'a [Attachment],
    /// What a ledger says of its names.
    pub known: &'a Known,
    /// Whether it was done, or is about to be.
    pub done: bool,
}

/// What a ledger says of the names in an event.
#[derive(Default)]
pub(super) struct Known {
    issuer: Option<String>,
    subject: Option<String>,
    /// Whose key is added.
    owner: Option<String>,
    events: Vec<(String, String)>,
    policy: Option<Policy>,
    /// Commitments whose bytes are not kept there.
    pub absent: Vec<Commitment>,
    /// The texts of an entry whose data was destroyed on request.
    pub destroyed: Option<Vec<Commitment>>,
    /// Commitments whose bytes are not in the file that is told of.
    apart: Vec<Commitment>,
    /// Files among the attachments, by name.
    files: Vec<(Commitment, String)>,
    /// Evidence that members keep, and who does until when.
    kept: Vec<(Commitment, String)>,
    /// What a policy version changes.
    changes: Vec<String>,
    /// Where the attachments of an entry are kept.
    address: String,
}

impl Known {
    /// Nothing yet but the names of files.
    pub(super) fn of_files(files: &[(Commitment, String)]) -> Self {
        Self { files: files.to_vec(), ..Self::default() }
    }

    /// Nothing yet but what is not in the file of an event.
    pub(super) fn of_receipt(apart: Vec<Commitment>) -> Self {
        Self { apart, ..Self::default() }
    }

    /// Asks a ledger.
    pub(super) async fn learn(&mut self, ledger: &Client, event: &Event) {
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
        if let Body::KeyAdded(KeyAdded { owner: Some(owner), .. }) = &event.body {
            self.owner = name(at(owner)).await;
        }
        if let Some(subject) = event.subject {
            let view = ledger.json::<SubjectView>(&format!("/v1/subjects/{subject}")).await.ok();
            let evidence = view.iter().flat_map(|view| &view.register.evidence);
            let kept = evidence.filter(|one| one.stage == EvidenceStage::Held).map(|one| {
                let (by, until) = (&one.custodian, one.retain_until);
                (
                    one.commitment,
                    format!("{}, giữ bởi / kept by {by} đến / until {until}", clean(&one.media_type)),
                )
            });
            self.kept = kept.collect();
            self.subject = view.and_then(|view| view.row.name);
        }
        self.policy = policy(ledger, event).await;
        if let Body::PolicyPublished(body) = &event.body {
            self.changes = policy_changes::of(ledger, body).await.unwrap_or_default();
        }
        for id in event.named().events {
            let Ok(view) = ledger.json::<EventView>(&format!("/v1/events/{id}")).await else { continue };
            let row = view.row;
            let what = words::of_type(&row.type_name).map_or(row.type_name, |words| words.done());
            self.events.push((
                id.to_string(),
                format!("mục / entry {}: {what}, {}, {}", row.seq, row.issuer, row.recorded_at),
            ));
        }
    }

    /// Fetches what a ledger keeps of the attachments of an entry, and notes what it does not.
    ///
    /// # Errors
    /// When the ledger does not answer.
    pub(super) async fn attachments(
        &mut self,
        ledger: &Client,
        view: &EventView,
    ) -> anyhow::Result<Vec<Attachment>> {
        let mut kept = Vec::new();
        ledger.base().clone_into(&mut self.address);
        for commitment in &view.attachments {
            let path = format!("/v1/attachments/{commitment}");
            let headers = ["x-salt", "content-type"];
            match ledger.bytes_with_headers(&path, limits::ATTACHMENT_BYTES, headers).await {
                Ok((bytes, [salt, media_type])) => {
                    let salt = STANDARD.decode(salt).ok().and_then(|salt| salt.try_into().ok());
                    let attachment = salt.map(|salt| Attachment { salt, media_type, bytes });
                    // What does not match is not what was said.
                    match attachment.filter(|one| one.commitment() == *commitment) {
                        Some(attachment) => kept.push(attachment),
                        None => self.absent.push(*commitment),
                    }
                }
                Err(error) if error.is_missing() => self.absent.push(*commitment),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(kept)
    }
}

pub(super) fn body(event: &Event) -> Value {
    let payload: Value = serde_json::from_slice(&event.to_payload()).unwrap_or_default();
    payload["body"].clone()
}

/// The policy whose indicators an event names.
async fn policy(ledger: &Client, event: &Event) -> Option<Policy> {
    let version = match &event.body {
        Body::AssessmentPublished(body) => Some(body.policy),
        Body::AssessmentNotified(body) => Some(body.policy),
        Body::SanctionImposed(_) | Body::SanctionProposed(_) => None,
        Body::ContestDecided(body) => Some(graded_by(ledger, body.contest).await?),
        Body::AppealDecided(body) => Some(graded_by(ledger, body.contest).await?),
        Body::CorrectionIssued(body) => Some(graded_by(ledger, body.target).await?),
        _ => return None,
    };
    policies::version(ledger, version).await.ok().map(|view| view.policy)
}

/// The policy version of an assessment, or of the one that a contest is about.
async fn graded_by(ledger: &Client, mut event: EventId) -> Option<u32> {
    const CONTEST_TO_ASSESSMENT: usize = 2;
    for _ in 0..CONTEST_TO_ASSESSMENT {
        let view: EventView = ledger.json(&format!("/v1/events/{event}")).await.ok()?;
        event = match view.event().ok()?.body {
            Body::AssessmentPublished(body) => return Some(body.policy),
            Body::ContestFiled(body) => body.target,
            _ => return None,
        };
    }
    None
}

#[derive(serde::Deserialize)]
struct Shell<'a> {
    #[serde(borrow)]
    body: &'a RawValue,
}

/// An id with what it is called; of who has left nothing is told any more.
fn named_as(id: String, name: &Option<String>) -> String {
    match name.as_deref().map(clean).filter(|name| !name.is_empty()) {
        Some(name) => format!("{id} ({name})"),
        None => id,
    }
}

impl Told<'_> {
    /// The event line by line: what, who, about whom, and every member of its body.
    ///
    /// # Errors
    /// None that an event gives cause for.
    pub(super) fn lines(&self) -> anyhow::Result<Vec<(String, String)>> {
        let event = self.event;
        let issuer = match event.issuer.is_council() {
            true => "council (Ban điều phối)".to_owned(),
            false => named_as(event.issuer.to_string(), &self.known.issuer),
        };
        let type_name = event.body.type_name();
        let words = words::of_type(type_name);
        let what =
            words.map_or(String::new(), |words| if self.done { words.done() } else { words.to_string() });
        let mut lines = vec![
            ("việc / act".to_owned(), format!("{what} [{type_name}]")),
            ("bên ký / issuer".to_owned(), issuer),
        ];
        if let Some(subject) = event.subject {
            lines.push(("về / about".to_owned(), named_as(subject.to_string(), &self.known.subject)));
        }
        lines.push(("sổ cái / ledger".to_owned(), clean(&event.ledger)));
        lines.extend(self.words()?);
        Ok(lines)
    }

    /// What its body says, line by line.
    ///
    /// # Errors
    /// None that an event gives cause for.
    pub(super) fn words(&self) -> anyhow::Result<Vec<(String, String)>> {
        let payload = self.event.to_payload();
        let shell: Shell<'_> = serde_json::from_slice(&payload)?;
        let Members(members) = serde_json::from_str(shell.body.get())?;
        let line = |(name, value): &(String, Value)| {
            let said = match (name.as_str(), value) {
                ("grades", Value::Object(grades)) => self.grades(grades),
                ("evidence", Value::Object(evidence)) => self.evidence(evidence),
                _ => self.said(name, value),
            };
            match (name.as_str(), &self.event.body) {
                ("identity", _) => (label(name), format!("{said} ({KEYED})")),
                ("owner", Body::KeyAdded(_)) => (label(name), named_as(said, &self.known.owner)),
                ("key", Body::KeyAdded(_) | Body::MemberAdmitted(_) | Body::SubjectEnrolled(_)) => {
                    ("khóa mới / new key".to_owned(), said)
                }
                _ => (label(name), said),
            }
        };
        Ok(members.iter().map(line).collect())
    }

    /// Each grade on a line of its own, in the policy's order and with its names.
    fn grades(&self, grades: &serde_json::Map<String, Value>) -> String {
        let level = |value: &Value| match value {
            Value::Null => "không áp dụng / does not apply".to_owned(),
            value => value.to_string(),
        };
        let line = |id: &str, value: &Value| match self.indicator(id) {
            Some(one) if !value.is_null() => {
                format!("{id} {}: {} (0–{})", named(one), level(value), one.max_level)
            }
            Some(one) => format!("{id} {}: {}", named(one), level(value)),
            None => format!("{}: {}", clean(id), level(value)),
        };
        in_order(grades).iter().map(|(id, value)| format!("\n      {}", line(id, value))).collect()
    }

    /// The evidence of each indicator on a line of its own.
    fn evidence(&self, evidence: &serde_json::Map<String, Value>) -> String {
        let named = |id: &str| self.indicated(id).unwrap_or_else(|| clean(id));
        let members = in_order(evidence).into_iter();
        members.map(|(id, one)| format!("\n      {}: {}", named(id), self.said(id, one))).collect()
    }

    fn indicator(&self, id: &str) -> Option<&Indicator> {
        let criteria = self.known.policy.iter().flat_map(|policy| &policy.criteria);
        criteria.flat_map(|one| &one.indicators).find(|indicator| indicator.id.as_str() == id)
    }

    /// An indicator with its name, where the event is about indicators and this is one.
    fn indicated(&self, id: &str) -> Option<String> {
        Some(format!("{id} {}", named(self.indicator(id)?)))
    }

    /// A value in words.
    fn said(&self, name: &str, value: &Value) -> String {
        match value {
            Value::Null => "không áp dụng / does not apply".to_owned(),
            Value::Bool(true) => "có / yes".to_owned(),
            Value::Bool(false) => "không / no".to_owned(),
            Value::Number(number) if name == "score" => points(number.as_i64().unwrap_or_default()),
            Value::Number(number) => number.to_string(),
            Value::Array(all) => {
                if let Some(count) = self.none_kept(all) {
                    let documents = if count == 1 { "document" } else { "documents" };
                    return format!(
                        "{count} tài liệu / {documents} ({})",
                        erased::absence(self.known.destroyed.as_deref(), None)
                    );
                }
                let all: Vec<String> = all.iter().map(|one| self.said(name, one)).collect();
                // A seat a line.
                if name == "council" {
                    return all.iter().map(|seat| format!("\n      {seat}")).collect();
                }
                if all.is_empty() { "–".to_owned() } else { all.join("; ") }
            }
            Value::Object(_) if name == "policy" => {
                let days = serde_json::from_value::<Windows>(value["windows"].clone()).ok();
                let days = days.map(|days| windows::sentences(&days)).unwrap_or_default();
                let needed = serde_json::from_value(value.clone()).ok();
                let needed = needed.map(|policy| requirements::sentences(&policy)).unwrap_or_default();
                let under = needed
                    .iter()
                    .chain(&days)
                    .chain(&self.known.changes)
                    .map(|line| format!("\n      {line}"));
                // Before the first policy there is none to compare it with.
                let compare = match self.event.body {
                    Body::LedgerOpened(_) => "",
                    _ => "; `tinnhiem policy diff`",
                };
                format!("{} bytes{compare}{}", value.to_string().len(), under.collect::<String>())
            }
            Value::Object(members) => {
                let known = |inner: &str| words::of_member(inner).map(|words| words.to_string());
                let named =
                    |inner: &str| known(inner).or(self.indicated(inner)).unwrap_or_else(|| clean(inner));
                let members = in_order(members).into_iter();
                let said = members.map(|(inner, one)| (named(inner), self.said(inner, one)));
                let said: Vec<String> = said.map(|(label, one)| format!("{label} = {one}")).collect();
                if said.is_empty() { "–".to_owned() } else { said.join(", ") }
            }
            Value::String(text) => self.text(text),
        }
    }

    /// How many commitments a list holds, where the ledger keeps the bytes of none.
    fn none_kept(&self, all: &[Value]) -> Option<usize> {
        let absent = |one: &Value| {
            let commitment = one.as_str().and_then(|text| text.parse::<Commitment>().ok());
            commitment.is_some_and(|one| {
                self.known.absent.contains(&one) && self.known.kept.iter().all(|(kept, _)| *kept != one)
            })
        };
        (!all.is_empty() && all.iter().all(absent)).then_some(all.len())
    }

    fn text(&self, text: &str) -> String {
        if let Ok(commitment) = text.parse::<Commitment>() {
            if let Some(attached) = self.attachments.iter().find(|one| one.commitment() == commitment) {
                let file = self.known.files.iter().find(|(file, _)| *file == commitment);
                let name = file.map_or(String::new(), |(_, name)| format!("{}, ", clean(name)));
                if let Some(profile) = profile(attached).filter(|_| self.is_profile(&commitment)) {
                    return profile;
                }
                return name + &self.content(attached, self.is_file(&commitment));
            }
            if let Some((_, kept)) = self.known.kept.iter().find(|(one, _)| *one == commitment) {
                return format!("{} ({kept})", short(text));
            }
            if self.known.absent.contains(&commitment) {
                return format!(
                    "{} ({})",
                    short(text),
                    erased::absence(self.known.destroyed.as_deref(), Some(&commitment))
                );
            }
            if self.known.apart.contains(&commitment) {
                return format!(
                    "lời văn không ở trong tệp này, chỉ có cam kết / the words are not in this file, only the commitment to them: {text}"
                );
            }
        }
        if let Some((id, what)) = self.known.events.iter().find(|(id, _)| id == text) {
            return format!("{} ({})", short(id), clean(what));
        }
        match words::of_value(text) {
            Some(meaning) => format!("{text} ({meaning})"),
            None => self.indicated(text).unwrap_or_else(|| clean(text)),
        }
    }

    fn is_profile(&self, commitment: &Commitment) -> bool {
        match &self.event.body {
            Body::SubjectEnrolled(body) => *body.profile == *commitment,
            Body::SubjectResumed(body) => *body.profile == *commitment,
            _ => false,
        }
    }

    /// Whether what is committed to is a file, not words: a document, or a code of conduct, which is long.
    fn is_file(&self, commitment: &Commitment) -> bool {
        let is_code = matches!(self.event.body, Body::CodePublished(_));
        is_code || self.event.documents().contains(commitment)
    }

    /// What an attachment holds: its words, or what kind of file it is and where it is kept.
    fn content(&self, attached: &Attachment, file: bool) -> String {
        let is_text = attached.media_type.starts_with("text/") || attached.media_type.ends_with("json");
        match std::str::from_utf8(&attached.bytes) {
            // What was said is told whole; what is about to be, so that nothing else is pushed out of sight.
            Ok(words) if is_text && !file && self.done => format!("“{}”", safe(words)),
            Ok(words) if is_text && !file => format!("“{}”", clean(words)),
            _ => {
                let what = format!("{}, {} bytes", clean(&attached.media_type), attached.bytes.len());
                let address = &self.known.address;
                match address.is_empty() {
                    true => what,
                    false => format!("{what}: {address}/v1/attachments/{}", attached.commitment()),
                }
            }
        }
    }
}

/// A profile in words; none where it is written otherwise.
fn profile(attached: &Attachment) -> Option<String> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Profile {
        name: String,
        #[serde(default)]
        handles: Vec<String>,
    }
    let Profile { name, handles } = serde_json::from_slice(&attached.bytes).ok()?;
    let handles: Vec<String> = handles.iter().map(|one| clean(one)).collect();
    let handles = if handles.is_empty() { "–".to_owned() } else { handles.join(", ") };
    Some(format!("tên / name “{}”; tên tài khoản / handles: {handles}", clean(&name)))
}

fn label(name: &str) -> String {
    words::of_member(name).map_or_else(|| clean(name), |words| words.to_string())
}

/// An indicator's name in both languages.
fn named(one: &Indicator) -> String {
    format!("{} / {}", clean(&one.name.vi), clean(&one.name.en))
}
