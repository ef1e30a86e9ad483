//! What the ledger says of an event before anybody is asked to sign it

use std::path::Path;

use super::effect;
use super::erased;
use super::fates;
use super::key_state;
use super::next_step;
use super::output::tell;
use crate::api::views::{Checked, EventView, MissingSignature, Signatory};
use crate::client::{Client, ClientError};
use crate::dsse::{EventId, PublicKey};
use crate::event::{Body, Event, EventType, SubjectId};
use crate::ledger::Submission;
use crate::rules::Reason;

/// Refusals that pass with time, so that others' signatures may be collected before; where two clocks
/// differ, either may be the wrong one.
const PASSING: [Reason; 7] = [
    Reason::Future,
    Reason::Stale,
    Reason::KeyNotLive,
    Reason::KeyRestrained,
    Reason::ReplyPending,
    Reason::ChallengePending,
    Reason::PanelValues,
];

/// Where an event goes once it is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Destination {
    /// To the ledger, at once.
    Ledger,
    /// Into a file, for others to sign.
    File,
    /// To the ledger, where it waits for others to sign.
    Draft,
}

/// What a ledger says of an event that it would take.
#[derive(Default)]
pub(super) struct Judged {
    /// Whose signatures it lacks, in words.
    pub missing: Vec<String>,
    /// What it would do to the score of whom it is about, in words.
    pub moves: Vec<String>,
}

impl Judged {
    async fn of(client: &Client, checked: &Checked) -> Self {
        let mut moves = Vec::new();
        if let Some(moved) = &checked.moves {
            moves.push(effect::foreseen(client, moved).await);
        }
        Self { missing: checked.missing.iter().map(whose).collect(), moves }
    }
}

/// Has the ledger judge an event as if these keys had signed it, before they do.
///
/// Answers nothing where nobody has judged it.
///
/// # Errors
/// What it would be refused for; where it goes to the ledger, also the signatures that it lacks and what
/// keeps the ledger from writing.
pub(super) async fn check(
    client: &Client,
    submission: &Submission,
    keys: &[PublicKey],
    to: Destination,
) -> anyhow::Result<Option<Judged>> {
    let in_file = to == Destination::File;
    let passing = |error: &ClientError| matches!(error, ClientError::Refused { code, .. } if PASSING.iter().any(|reason| reason.code() == code));
    match client.check::<Checked>(submission, keys).await {
        Ok(Some(checked)) if in_file => {
            held_meanwhile(&checked);
            Ok(Some(Judged::of(client, &checked).await))
        }
        Ok(Some(checked)) if to == Destination::Draft => {
            taken(&checked)?;
            Ok(Some(Judged::of(client, &checked).await))
        }
        Ok(Some(checked)) => {
            complete(&checked)?;
            Ok(Some(Judged::of(client, &checked).await))
        }
        Ok(None) => {
            unchecked("the ledger is of a version that judges an event only when it is sent");
            Ok(None)
        }
        Err(error) if in_file && passing(&error) => {
            let ClientError::Refused { code, detail, .. } = explained(client, submission, error).await else {
                return Ok(None);
            };
            tell!("lưu ý / note: hôm nay sẽ bị từ chối / sent today it would be refused ({code}): {detail}");
            Ok(None)
        }
        // Who is asked too much at once may still take what is sent.
        Err(ClientError::Refused { status, detail, .. }) if status == 429 || status >= 500 => {
            unchecked(&detail);
            Ok(None)
        }
        Err(error @ ClientError::Refused { .. }) => Err(explained(client, submission, error).await.into()),
        Err(error) if in_file => {
            unchecked(&error.to_string());
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// What is to be done next with the file of an event that lacks these signatures, if anybody knows.
pub(super) fn next(file: &Path, judged: Option<&Judged>) -> Vec<String> {
    let file = file.display();
    let (sign, submit) = (format!("tinnhiem sign {file} --key KEY.pem"), format!("tinnhiem submit {file}"));
    match judged.map(|one| &*one.missing) {
        Some([]) => vec![format!("đủ chữ ký, gửi / all have signed, send it: {submit}")],
        Some(missing) => vec![
            format!("còn thiếu chữ ký / signatures are missing, of {}", missing.join(", and of ")),
            format!("mỗi bên ký / each of them signs: {sign}"),
            format!("rồi gửi / then send it: {submit}"),
        ],
        None => {
            vec![
                format!("thiếu thì ký thêm / whoever is missing signs: {sign}"),
                format!("rồi gửi / then send it: {submit}"),
            ]
        }
    }
}

/// Says that nobody has judged the event.
pub(super) fn unchecked(why: &str) {
    tell!("chưa kiểm tra / not checked whether it would be recorded: {why}");
}

fn held_meanwhile(checked: &Checked) {
    if let Some(held) = &checked.held {
        tell!("lưu ý / note: {}", held.detail);
    }
}

/// Refuses what would meet a ledger that takes no writes.
fn taken(checked: &Checked) -> Result<(), ClientError> {
    match checked.held.clone() {
        Some(held) => Err(ClientError::Refused { status: held.status, code: held.code, detail: held.detail }),
        None => Ok(()),
    }
}

/// Refuses what lacks a signature, or would meet a ledger that takes no writes.
fn complete(checked: &Checked) -> Result<(), ClientError> {
    taken(checked)?;
    let Some(first) = checked.missing.first() else { return Ok(()) };
    let reason = match first.of {
        Signatory::Council => Reason::CouncilThreshold,
        Signatory::Panel => Reason::PanelMajority,
        Signatory::Party | Signatory::Key => Reason::SignatureMissing,
    };
    let missing: Vec<String> = checked.missing.iter().map(whose).collect();
    let detail = format!(
        "còn thiếu chữ ký / signatures are missing, of {}: give their --key files too, or --draft, or --out FILE: each adds a signature with `tinnhiem sign`, then `tinnhiem submit FILE`",
        missing.join(", and of ")
    );
    Err(ClientError::Refused { status: 403, code: reason.code().to_owned(), detail })
}

/// Who has to sign, in words.
pub(super) fn whose(missing: &MissingSignature) -> String {
    let (more, parties) = (missing.more, missing.parties.iter().map(ToString::to_string));
    let parties: Vec<String> = parties.collect();
    match missing.of {
        Signatory::Party => parties.join(", "),
        // Which one it is, only who may read the event is told.
        Signatory::Key => {
            missing.key.map_or_else(|| "a key that it names".to_owned(), |key| format!("the key {key}"))
        }
        Signatory::Council => {
            let seats: Vec<String> = missing.seats.iter().map(ToString::to_string).collect();
            format!("{more} more of the council's seats {}", seats.join(", "))
        }
        Signatory::Panel => format!("{more} more of the panel's members {}", parties.join(", ")),
    }
}

/// A refusal, and what became of the entries that the event names.
pub(super) async fn explained(client: &Client, submission: &Submission, error: ClientError) -> ClientError {
    match error {
        ClientError::Refused { status, code, detail } if code == Reason::TargetEnded.code() => {
            let event = Event::parse(submission.envelope.payload());
            if let Ok(Event { body: Body::ErasureRequested(asked), subject: Some(subject), .. }) = &event
                && let Some(detail) = destroyed(client, *subject, &asked.targets).await
            {
                return ClientError::Refused { status, code, detail };
            }
            let events = event.map(|event| event.named().events).unwrap_or_default();
            let became = ended(client, &events).await;
            let detail = became.map_or(detail.clone(), |became| format!("{detail}; {became}"));
            ClientError::Refused { status, code, detail }
        }
        ClientError::Refused { status, code, detail } if code == Reason::Issuer.code() => {
            let of = Event::parse(submission.envelope.payload()).map(|event| event.body.event_type());
            let by = of.ok().and_then(|of| Some((of, signed_by(of)?)));
            let detail = by.map_or(detail.clone(), |(of, by)| {
                format!("{detail}; {of} is signed by: {by}; `tinnhiem member list` tells who is what")
            });
            ClientError::Refused { status, code, detail }
        }
        ClientError::Refused { status, code, detail } if STRAY.iter().any(|one| one.code() == code) => {
            let waited = waited_for(client, submission).await;
            let detail = waited.map_or(detail.clone(), |waited| format!("{waited}; {detail}"));
            ClientError::Refused { status, code, detail }
        }
        ClientError::Refused { status, code, detail } => {
            let step = match Event::parse(submission.envelope.payload()) {
                Ok(event) => next_step::of(client, &event, &code).await,
                Err(_) => None,
            };
            let detail = step.map_or(detail.clone(), |step| format!("{detail}; {step}"));
            ClientError::Refused { status, code, detail }
        }
        error => error,
    }
}

/// Refusals of a key that is not one of those that are waited for.
const STRAY: [Reason; 3] = [Reason::SignatureUnneeded, Reason::KeyUnknown, Reason::KeyOtherOwner];

/// Whose signatures an event lacks as it is, and by which keys a party gives its own.
async fn waited_for(client: &Client, submission: &Submission) -> Option<String> {
    let checked = client.check::<Checked>(submission, &[]).await.ok()??;
    let mut named = Vec::new();
    for missing in &checked.missing {
        let mut own = Vec::new();
        for party in missing.parties.iter().filter(|_| missing.of == Signatory::Party) {
            let keys = key_state::all(client, party).await.unwrap_or_default();
            own.extend(keys.into_iter().filter(|one| one.live && !one.seat).map(|one| one.key));
        }
        let own: Vec<String> = own.iter().map(ToString::to_string).collect();
        let by = if own.is_empty() { String::new() } else { format!(" (by {})", own.join(" or ")) };
        named.push(whose(missing) + &by);
    }
    if named.is_empty() {
        return None;
    }
    let named = named.join(", and of ");
    Some(format!(
        "chờ chữ ký của / waited for: a signature of {named}; `tinnhiem key public FILE` tells which key a file holds"
    ))
}

/// Every type, and who signs it.
const CATALOGUE: &str = include_str!("../../schemas/events.md");

/// Who signs events of a type, as the catalogue says.
fn signed_by(of: EventType) -> Option<&'static str> {
    let (family, verb) = of.name().split_once('.')?;
    let rows = CATALOGUE.lines().filter_map(|line| line.strip_prefix("| `"));
    let mut rows = rows.filter_map(|row| row.split_once(" | "));
    // A row that names several types names the family once.
    let is_of = |names: &str| {
        let mut names = names.split('`').filter(|name| name.contains('.'));
        names.clone().next().is_some_and(|first| first.split('.').next() == Some(family))
            && names.any(|name| name.split('.').next_back() == Some(verb))
    };
    rows.find(|(names, _)| is_of(names)).and_then(|(_, rest)| rest.split(" | ").next())
}

/// Which of these events' texts were destroyed before.
async fn destroyed(client: &Client, subject: SubjectId, targets: &[EventId]) -> Option<String> {
    let mut told = Vec::new();
    for target in targets {
        let Some(by) = erased::by(client, subject, target).await.ok()? else { continue };
        let entry: EventView = client.json(&format!("/v1/events/{target}")).await.ok()?;
        told.push(format!("mục / entry {}: {}", entry.row.seq, erased::sentence(&by)));
    }
    let left = "bỏ các mục ấy ra / leave these out: nothing of them is left to destroy";
    (!told.is_empty()).then(|| format!("{}; {left}", told.join("; ")))
}

/// What became of those of these events that no longer stand.
async fn ended(client: &Client, events: &[EventId]) -> Option<String> {
    let mut told = Vec::new();
    for event in events {
        let entry: EventView = client.json(&format!("/v1/events/{event}")).await.ok()?;
        let seq = entry.row.seq;
        let fate = fates::of(client, &[seq]).await.ok()?.remove(&seq);
        told.extend(fate.filter(|fate| !fate.by.is_empty()).map(|fate| became(seq, &fate)));
    }
    (!told.is_empty()).then(|| told.join("; "))
}

/// What became of an entry, in one line.
fn became(seq: u64, fate: &crate::api::views::Fate) -> String {
    let by: Vec<String> = fate.by.iter().map(fates::sentence).collect();
    let by = if by.is_empty() { String::new() } else { format!(" ({})", by.join("; ")) };
    format!("mục / entry {seq}: {}{by}", fates::state(fate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_says_of_every_type_who_signs_it() {
        for of in EventType::ALL {
            assert!(signed_by(*of).is_some_and(|by| !by.is_empty()), "{of}");
        }
        assert_eq!(signed_by(EventType::MemberReinstated), Some("council"));
        assert_eq!(signed_by(EventType::DecisionRecorded), Some("state agency"));
    }
}
