//! What a refusal means for who signs: until when, or what to do instead, where the ledger can be asked

use super::{key_state, me};
use crate::api::views::NoticeList;
use crate::client::Client;
use crate::clock::Clock;
use crate::engines::Score;
use crate::event::{Event, PartyId, SubjectId};
use crate::rules::Reason;

/// What to do about a refusal of an event, or when it passes; none where its detail says it all.
pub(super) async fn of(client: &Client, event: &Event, code: &str) -> Option<String> {
    let is = |reason: Reason| reason.code() == code;
    match event.subject {
        _ if is(Reason::KeyNotLive) => acts_from(client, event).await,
        _ if is(Reason::SubjectIdentity) => Some(
            "ai đã rời thì trở lại bằng / who has left comes back, with the same id, by `tinnhiem subject resume --subject KOL`; \
             who has not is enrolled, and goes on under that id: `tinnhiem find NAME` tells it"
                .to_owned(),
        ),
        _ if is(Reason::AssessmentHarsher) => Some(
            "với --notice, bỏ --grade và --evidence: mức và minh chứng đã báo trước được dùng lại / with --notice leave \
             --grade and --evidence out: what was notified is published; the same file given again is another document"
                .to_owned(),
        ),
        Some(subject) if is(Reason::SubjectSanctioned) => sanctioned(client, subject).await,
        Some(subject) if is(Reason::SubjectProposed) => proposed(client, subject).await,
        Some(subject) if is(Reason::SubjectContesting) => contesting(client, subject).await,
        Some(subject) if is(Reason::ReplyGiven) => Some(format!(
            "đọc lại bằng `tinnhiem show` mục ấy / `tinnhiem show` of that entry reads it out; what is recorded after it may be \
             contested, by `tinnhiem contest file`, and `tinnhiem me {subject}` tells until when"
        )),
        _ => None,
    }
}

/// From when the keys act that do not act yet.
async fn acts_from(client: &Client, event: &Event) -> Option<String> {
    let now = Clock::system().now();
    let mut told = Vec::new();
    let mut parties = vec![event.issuer.clone()];
    parties.extend(event.subject.map(PartyId::from).filter(|party| *party != event.issuer));
    for party in parties.iter().filter(|party| !party.is_council()) {
        let keys = key_state::all(client, party).await.unwrap_or_default();
        let waiting = keys.into_iter().filter(|one| one.live && one.live_from > now);
        told.extend(waiting.map(|one| {
            format!("khóa có hiệu lực từ {from} / the key {} acts from {from}", one.key, from = one.live_from)
        }));
    }
    (!told.is_empty()).then(|| told.join("; "))
}

/// Until when the sanctions in force run that keep a KOL from leaving.
async fn sanctioned(client: &Client, subject: SubjectId) -> Option<String> {
    let score: Score = client.json(&format!("/v1/subjects/{subject}/score")).await.ok()?;
    let in_force = score.sanctions.iter().filter(|one| one.ends_on.is_none_or(|last| last >= score.as_of));
    let last = in_force.map(|one| one.ends_on).collect::<Option<Vec<_>>>();
    Some(match last.and_then(|all| all.into_iter().max()) {
        Some(last) => format!(
            "rời được từ ngày sau {last}, trừ khi được gỡ sớm hơn / it runs until {last}: you may leave on the day after, or once \
             the council lifts it"
        ),
        None => "không có ngày kết thúc: đến khi Ban điều phối gỡ / it has no last day: until the council lifts it".to_owned(),
    })
}

/// Until when the proposals wait that keep a KOL from leaving.
async fn proposed(client: &Client, subject: SubjectId) -> Option<String> {
    let list: NoticeList = client.json(&format!("/v1/subjects/{subject}/notices")).await.ok()?;
    let last = list.proposals.iter().map(|one| one.hearing.use_by).max()?;
    Some(format!(
        "nếu không áp dụng, đề nghị hết hiệu lực sau {last} / not imposed, it lapses after {last}; your reply comes first: \
         `tinnhiem me {subject}`"
    ))
}

/// By what the contests end that keep a KOL from leaving.
async fn contesting(client: &Client, subject: SubjectId) -> Option<String> {
    let contests = me::contests(client, subject).await.ok()?;
    let open = contests.iter().filter(|one| one.stage.is_open());
    let told: Vec<String> =
        open.map(|one| format!("`tinnhiem withdraw {} --key KEY.pem`", one.seq)).collect();
    (!told.is_empty()).then(|| format!("rút bằng / it is withdrawn by {}", told.join(", ")))
}
