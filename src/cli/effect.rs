//! What an event did, and whose signatures it still needs.

use std::time::Duration;

use super::course;
use super::key_state;
use super::output::{points, say};
use super::owner;
use super::read::bare;
use super::told::clean;
use super::undone;
use super::withheld;
use crate::api::views::{ContestView, HistoryPage, KeyView, MemberList, MovedScore, SubjectView};
use crate::client::Client;
use crate::dsse::PublicKey;
use crate::engines::Figure;
use crate::event::{Body, Event, KeyAdded, PartyId, Seat, SubjectId};
use crate::ledger::Submission;
use crate::time::Timestamp;

/// Longest that a ledger is asked about what is recorded already.
const ASKING: Duration = Duration::from_secs(5);

/// Tells what a recorded event did to the score of whom it is about, and how it is taken back.
pub(super) async fn tell(client: &Client, submission: &Submission, seq: Option<u64>) {
    let parsed = Event::parse_recorded(submission.envelope.payload());
    let (Ok(event), Some(seq)) = (parsed, seq) else { return };
    if let Some(subject) = event.subject
        && let Ok(Some(line)) = tokio::time::timeout(ASKING, moved(client, subject, seq)).await
    {
        say!("{line}");
    }
    if matches!(event.body, Body::EvidenceCommitted(_)) {
        say!(
            "viện dẫn / to cite it in a `contest file`, `reply` or `contest appeal` of whom it is about: --evidence-event {seq}"
        );
    }
    if let Body::KeyAdded(KeyAdded { owner: Some(owner), key }) = &event.body
        && let Ok(Some(from)) = tokio::time::timeout(ASKING, acts_from(client, owner, key)).await
    {
        say!(
            "khóa có hiệu lực từ / the key acts from {from}; đến lúc đó khóa khác của / until then another key of \
             {owner} may cancel it, by `key revoke --cause cancelled` alone"
        );
    }
    if let Body::KeyRevoked(body) = &event.body
        && let Ok(lines) = tokio::time::timeout(ASKING, withheld::since(client, submission, body)).await
    {
        lines.iter().for_each(|line| say!("{line}"));
    }
    if let Body::KeyRotated(body) = &event.body {
        say!("{}", key_state::rotated(&body.old));
    }
    let contest = match &event.body {
        Body::ContestFiled(_) => Some(seq.to_string()),
        Body::AppealFiled(body) => Some(body.contest.to_string()),
        _ => None,
    };
    if let Some(contest) = contest {
        // What is recorded stands, whether or not its course can be told.
        let _ = tokio::time::timeout(ASKING, goes_on(client, &contest)).await;
    }
    say!("{}", undone::taken_back(&event, seq));
}

/// From when a key of a party acts.
async fn acts_from(client: &Client, owner: &PartyId, key: &PublicKey) -> Option<Timestamp> {
    let view: serde_json::Value = client.json(&owner::path(owner)).await.ok()?;
    let keys: Vec<KeyView> = serde_json::from_value(view["keys"].clone()).ok()?;
    keys.into_iter().find(|one| one.key == *key).map(|one| one.live_from)
}

/// Prints how a contest goes on.
async fn goes_on(client: &Client, contest: &str) -> anyhow::Result<()> {
    let contest: ContestView = client.json(&format!("/v1/contests/{contest}")).await?;
    course::print(&contest, &course::of(client, &contest).await?);
    Ok(())
}

/// The score before and after an entry.
async fn moved(client: &Client, subject: SubjectId, seq: u64) -> Option<String> {
    let view: SubjectView = client.json(&format!("/v1/subjects/{subject}")).await.ok()?;
    let after = seq.checked_sub(1).map_or(String::new(), |after| format!("&after={after}"));
    let path = format!("/v1/subjects/{subject}/history?limit=1{after}");
    let page: HistoryPage = client.json(&path).await.ok()?;
    let row = page.history.into_iter().find(|row| row.event.seq == seq)?;
    let told = moves(row.before.as_ref(), row.after.as_ref());
    Some(format!("điểm của / score of {}: {told}", clean(view.row.name.as_deref().unwrap_or("–"))))
}

/// What an event would do to the score of whom it is about.
pub(super) async fn foreseen(client: &Client, moved: &MovedScore) -> String {
    let path = format!("/v1/subjects/{}", moved.subject);
    let name = client.json::<SubjectView>(&path).await.ok().and_then(|view| view.row.name);
    let told = moves(Some(&moved.before), Some(&moved.after));
    format!(
        "điểm của {0} khi được ghi / score of {0} once recorded: {told}",
        clean(name.as_deref().unwrap_or("–"))
    )
}

/// A score before and after an entry.
fn moves(before: Option<&Figure>, after: Option<&Figure>) -> String {
    let score = |figure: Option<&Figure>| figure.and_then(|figure| figure.score).map(i64::from);
    let by = match (score(before), score(after)) {
        (Some(before), Some(after)) if before == after => " (không đổi / unchanged)".to_owned(),
        (Some(before), Some(after)) if after > before => format!(" (+{})", points(after - before)),
        (Some(before), Some(after)) => format!(" ({})", points(after - before)),
        (None, None) => " (chưa có điểm / not rated)".to_owned(),
        _ => String::new(),
    };
    format!("{} → {}{by}", bare(before), bare(after))
}

/// Who has signed an event, and whose signature it still needs, line by line.
pub(super) async fn signatures(client: &Client, event: &Event, signed: &[PublicKey]) -> Vec<String> {
    let (seats, threshold) = match &event.body {
        Body::LedgerOpened(body) => (body.council.clone(), usize::from(body.threshold)),
        _ => council(client, event).await.unwrap_or_default(),
    };
    let mut lines = Vec::new();
    for seat in seats.iter().filter(|seat| signed.contains(&seat.key)) {
        lines.push(format!("ghế đã ký / seat {} has signed: {}", seat.seat, seat.member));
    }
    if event.issuer.is_council() && !seats.is_empty() {
        let have = seats.iter().filter(|seat| signed.contains(&seat.key)).count();
        let missing = seats.iter().filter(|seat| !signed.contains(&seat.key));
        let missing: Vec<String> = missing.map(|seat| format!("{} {}", seat.seat, seat.member)).collect();
        let need = threshold;
        lines.push(match have >= need {
            true => format!("đủ {need} ghế / {have} of {need} seats have signed"),
            false => format!(
                "còn thiếu / {have} of {need} seats have signed; {} more of: {}",
                need - have,
                missing.join(", ")
            ),
        });
    }
    let others = parties(client, event, signed).await;
    lines.extend(others.into_iter().map(|party| format!("còn thiếu / still to sign: {party}")));
    for key in newcomers(&event.body, &seats).into_iter().filter(|key| !signed.contains(key)) {
        lines.push(format!("còn thiếu / still to sign: khóa mới / the new key {key}"));
    }
    lines
}

/// The council of the ledger that an event is for, where it answers.
async fn council(client: &Client, event: &Event) -> Option<(Vec<Seat>, usize)> {
    let asked = async {
        let origin = client.origin().await.ok()?;
        // The seats of another ledger would mislead.
        (origin.to_string() == event.ledger).then_some(())?;
        client.json::<MemberList>("/v1/members").await.ok()
    };
    let list = tokio::time::timeout(ASKING, asked).await.ok()??;
    let seats = list.council.iter();
    let seats = seats.map(|one| Seat { seat: one.seat, member: one.member.clone(), key: one.key });
    Some((seats.collect(), list.threshold))
}

/// The parties beside the council that an event needs and that have not signed, as far as the ledger says.
async fn parties(client: &Client, event: &Event, signed: &[PublicKey]) -> Vec<PartyId> {
    let mut missing = Vec::new();
    for party in signing_parties(event) {
        let Some(own) = own_keys(client, &party).await else { continue };
        if !own.iter().any(|key| signed.contains(key)) {
            missing.push(party);
        }
    }
    missing
}

/// Whose keys are about to sign, and for what, one by one.
pub(super) async fn owners(client: &Client, event: &Event, keys: &[PublicKey]) -> Vec<String> {
    let (seats, _) = match &event.body {
        Body::LedgerOpened(body) => (body.council.clone(), usize::from(body.threshold)),
        _ => council(client, event).await.unwrap_or_default(),
    };
    let new = newcomers(&event.body, &seats);
    let mut parties = vec![event.issuer.clone()];
    parties.extend(event.subject.map(PartyId::from));
    let mut known = Vec::new();
    for party in parties.into_iter().filter(|party| !party.is_council()) {
        known.push((own_keys(client, &party).await, party));
    }
    let label = |key: &PublicKey| {
        let seat = seats.iter().find(|seat| seat.key == *key).filter(|_| event.issuer.is_council());
        let of = known.iter().find(|(own, _)| own.as_ref().is_some_and(|own| own.contains(key)));
        match (new.contains(key), seat, of) {
            (true, ..) => format!("khóa mới được ghi nhận / the new key that this records: {key}"),
            (_, Some(seat), _) => format!("khóa của ghế / key of seat {}, {}: {key}", seat.seat, seat.member),
            (.., Some((_, party))) => format!("khóa của / key of {party}: {key}"),
            _ => format!("khóa / key: {key}"),
        }
    };
    keys.iter().map(label).collect()
}

/// The parties beside the council whose keys an event needs.
fn signing_parties(event: &Event) -> Vec<PartyId> {
    let mut needed: Vec<PartyId> = Vec::new();
    if !event.issuer.is_council() {
        needed.push(event.issuer.clone());
    }
    let by_subject_too = matches!(
        event.body,
        Body::SubjectResumed(_)
            | Body::AccountLinked(_)
            | Body::AccountUnlinked(_)
            | Body::CollaborationDeclared(_)
            | Body::CollaborationEnded(_)
    );
    needed.extend(event.subject.filter(|_| by_subject_too).map(PartyId::from));
    needed
}

/// The keys of a party, where the ledger tells them.
async fn own_keys(client: &Client, party: &PartyId) -> Option<Vec<PublicKey>> {
    let path = owner::path(party);
    let asked = client.json::<serde_json::Value>(&path);
    let view = tokio::time::timeout(ASKING, asked).await.ok()?.ok()?;
    let keys: Vec<KeyView> = serde_json::from_value(view["keys"].clone()).ok()?;
    Some(keys.into_iter().filter(|one| !one.seat).map(|one| one.key).collect())
}

/// The keys that an event brings in, which sign it too.
fn newcomers(body: &Body, seats: &[Seat]) -> Vec<PublicKey> {
    match body {
        Body::MemberAdmitted(body) => vec![body.key],
        Body::SubjectEnrolled(body) => vec![body.key],
        Body::KeyAdded(body) => vec![body.key],
        Body::KeyRotated(body) => vec![body.new],
        Body::LedgerKeyRotated(body) => vec![body.old, body.new],
        Body::OperatorChanged(body) => vec![body.operator.key],
        Body::CouncilChanged(body) => {
            let new = body.council.iter().filter(|seat| !seats.iter().any(|one| one.key == seat.key));
            new.map(|seat| seat.key).collect()
        }
        _ => Vec::new(),
    }
}
