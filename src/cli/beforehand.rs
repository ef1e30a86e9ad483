//! What will come of an event that its signer may not expect, asked of the ledger before it is signed.

use super::announced;
use super::erased;
use super::policies;
use super::told::{Known, clean};
use super::{owner, withheld};
use crate::api::views::{CollaborationPage, CollaborationView, EventView, LedgerView};
use crate::client::{Client, Pages};
use crate::engines::Score;
use crate::event::{
    Body, CollaborationDeclared, EndorsementPublished, ErasureRequested, Event, EventType, GroupId, PartyId,
    Relation, SubjectId, words,
};
use crate::limits;
use crate::state::Collaboration;
use crate::time::Date;

/// What follows a reply.
const AT_ONCE: &str = "trả lời xong, điều đã báo trước có thể được công bố hoặc áp dụng ngay, không chờ hết hạn / once you have \
                       replied, what was announced may be published or imposed at once, before your days are over";

/// What an event will not count for, end or void, line by line; nothing of the event of another ledger.
///
/// # Errors
/// When the ledger does not answer.
pub(super) async fn of(client: &Client, event: &Event) -> anyhow::Result<Vec<String>> {
    if matches!(event.body, Body::LedgerOpened(_)) {
        return Ok(Vec::new());
    }
    let ledger: LedgerView = client.json("/v1/ledger").await?;
    if ledger.origin != event.ledger {
        return Ok(Vec::new());
    }
    match (&event.body, event.subject) {
        (Body::EndorsementPublished(body), Some(subject)) => {
            endorsed(client, &event.issuer, subject, body, ledger.today).await
        }
        (Body::CollaborationDeclared(body), Some(subject)) => {
            declared(client, &event.issuer, subject, body, &ledger).await
        }
        (Body::KeyRevoked(body), _) => withheld::of(client, event, body).await,
        (Body::AssessmentReplied(body), Some(subject)) => {
            let mut remarks: Vec<String> =
                announced::score(client, subject, &body.notice.to_string()).await.into_iter().collect();
            remarks.push(AT_ONCE.to_owned());
            Ok(remarks)
        }
        (Body::SanctionReplied(_), Some(_)) => Ok(vec![AT_ONCE.to_owned()]),
        (Body::ErasureRequested(body), Some(_)) => asked(client, body, ledger.today).await,
        _ => Ok(Vec::new()),
    }
}

/// For what an endorsement will not count.
async fn endorsed(
    client: &Client,
    issuer: &PartyId,
    subject: SubjectId,
    body: &EndorsementPublished,
    today: Date,
) -> anyhow::Result<Vec<String>> {
    let mut remarks = Vec::new();
    if let Some(work) = hidden(client, issuer, subject, body.relation, today).await? {
        let (campaign, first, last) = (clean(&work.campaign), work.starts_on, work.ends_on);
        remarks.push(format!(
            "CẢNH BÁO: bảo chứng này sẽ vô hiệu, không được tính: {business} đã khai báo hợp tác có trả tiền / WARNING: \
             this endorsement will be void and count nothing: paid work of {business} is declared (mục / entry {seq}: \
             “{campaign}”, {first} – {last}); nêu đúng quan hệ / state it: --relation commercial --value-band {band}",
            business = work.business,
            seq = work.seq,
            band = words::name_of(&work.value_band),
        ));
    }
    remarks.extend(stands(client, issuer, subject).await?);
    let policy = policies::version(client, None).await?.policy.endorsement;
    if policy.relation_units.get(&body.relation).is_none_or(|units| *units == 0) {
        remarks.push(
            "CẢNH BÁO: chính sách không tính bảo chứng của quan hệ này: chỉ được hiển thị / WARNING: the policy counts \
             no endorsement of this relation: it is shown only"
                .to_owned(),
        );
    }
    let ages = policy.age.iter().filter(|step| step.permille > 0);
    // An age without end has no day.
    let oldest = ages.map(|step| step.up_to_days).max_by_key(|days| days.unwrap_or(u32::MAX)).flatten();
    let counts_until = oldest.and_then(|days| Some(today.plus_days(i32::try_from(days).ok()?)));
    if let Some(last) = counts_until.filter(|last| body.expires_on > *last) {
        remarks.push(format!(
            "chính sách chỉ tính đến hết {last}, dù hết hạn sau ngày {on}: bỏ --expires-on, hoặc ghi {last} / the policy \
             counts it until {last} and no longer, whatever its last day: leave --expires-on out, or give {last}",
            on = body.expires_on
        ));
    }
    Ok(remarks)
}

/// The endorsements of the same subject that the issuer, or one of its group, has in force.
async fn stands(client: &Client, issuer: &PartyId, subject: SubjectId) -> anyhow::Result<Vec<String>> {
    let score: Score = client.json(&format!("/v1/subjects/{subject}/score")).await?;
    let mut remarks = Vec::new();
    for one in &score.endorsements {
        if !same_group(client, issuer, &one.endorser).await? {
            continue;
        }
        let entry: EventView = client.json(&format!("/v1/events/{}", one.event)).await?;
        let Body::EndorsementPublished(said) = entry.event()?.body else { continue };
        let (seq, relation, last) = (entry.row.seq, words::meant(&said.relation), said.expires_on);
        remarks.push(format!(
            "{by} đang bảo chứng KOL này / {by} endorses this KOL already: mục / entry {seq}, {relation}, đến / until {last}; \
             mỗi nhóm chỉ tính một, nên rút mục cũ trước / one of each group counts, so withdraw that first: `tinnhiem \
             withdraw {seq}`",
            by = one.endorser,
        ));
    }
    Ok(remarks)
}

/// The newest declared paid work that an endorsement would hide.
async fn hidden(
    client: &Client,
    issuer: &PartyId,
    subject: SubjectId,
    relation: Relation,
    today: Date,
) -> anyhow::Result<Option<CollaborationView>> {
    if relation == Relation::Commercial {
        return Ok(None);
    }
    let near = works(client, subject).await?.into_iter();
    let near: Vec<_> = near.filter(|one| Collaboration::near(one.starts_on, one.ends_on, today)).collect();
    for work in near.into_iter().rev() {
        if same_group(client, issuer, &work.business).await? {
            return Ok(Some(work));
        }
    }
    Ok(None)
}

/// Every declared paid work of a subject, the newest last.
async fn works(client: &Client, subject: SubjectId) -> anyhow::Result<Vec<CollaborationView>> {
    let (mut works, mut pages) =
        (Vec::new(), Pages::of(format!("/v1/collaborations?subject={subject}"), "after"));
    while let Some(page) = pages.next::<CollaborationPage>(client).await? {
        works.extend(page.collaborations);
    }
    Ok(works)
}

/// Whether two parties are one, or of one controller group.
async fn same_group(client: &Client, one: &PartyId, other: &PartyId) -> anyhow::Result<bool> {
    Ok(one == other || group(client, one).await? == group(client, other).await?)
}

async fn group(client: &Client, party: &PartyId) -> anyhow::Result<GroupId> {
    #[derive(serde::Deserialize)]
    struct Controlled {
        group: GroupId,
    }
    Ok(client.json::<Controlled>(&owner::path(party)).await?.group)
}

/// Which endorsements a declaration voids, and what binds the business from then on.
async fn declared(
    client: &Client,
    business: &PartyId,
    subject: SubjectId,
    body: &CollaborationDeclared,
    ledger: &LedgerView,
) -> anyhow::Result<Vec<String>> {
    let mut voided = Vec::new();
    let score: Score = client.json(&format!("/v1/subjects/{subject}/score")).await?;
    for one in score.endorsements.iter().filter(|one| one.excluded.as_deref() != Some("END.VOID")) {
        let entry: EventView = client.json(&format!("/v1/events/{}", one.event)).await?;
        let on = entry.row.recorded_at.date_at(ledger.utc_offset_min);
        let commercial = match entry.event()?.body {
            Body::EndorsementPublished(body) => body.relation == Relation::Commercial,
            _ => false,
        };
        if !commercial
            && Collaboration::near(body.starts_on, body.ends_on, on)
            && same_group(client, &one.endorser, business).await?
        {
            voided.push(format!("mục / entry {} ({})", entry.row.seq, one.endorser));
        }
    }
    let mut remarks = Vec::new();
    if !voided.is_empty() {
        remarks.push(format!(
            "CẢNH BÁO: khai báo này làm vô hiệu bảo chứng / WARNING: this voids the endorsement of {}: không còn được \
             tính, bên bảo chứng rút và công bố lại là commercial / it counts nothing from then on, and its endorser \
             withdraws it and publishes it again as commercial",
            voided.join(", ")
        ));
    }
    let days = limits::COLLABORATION_DAYS;
    let (first, last) = (body.starts_on.plus_days(-days), body.ends_on.plus_days(days));
    remarks.push(format!(
        "từ {first} đến {last} bảo chứng của {business} hay nhóm của bên ấy chỉ được tính nếu là commercial / from \
         {first} to {last} an endorsement by {business}, or its group, counts only as commercial; `collaboration end` \
         brings the last day forward"
    ));
    Ok(remarks)
}

/// What a request asks to have destroyed, which of its entries have nothing, and until when it waits.
async fn asked(client: &Client, body: &ErasureRequested, today: Date) -> anyhow::Result<Vec<String>> {
    let mut remarks = Vec::new();
    let mut held = Vec::new();
    let mut elsewhere = Vec::new();
    let mut contestable = false;
    let last = today.plus_days(limits::ERASURE_DAYS);
    for target in &body.targets {
        let entry: EventView = client.json(&format!("/v1/events/{target}")).await?;
        let seq = entry.row.seq;
        let gone = match entry.row.subject {
            Some(subject) => erased::by(client, subject, target).await?,
            None => None,
        };
        let mut known = Known::default();
        let kept = match gone {
            None => known.attachments(client, &entry).await?.len(),
            Some(_) => 0,
        };
        if !known.absent.is_empty() {
            elsewhere.push(format!("{seq} ({})", known.absent.len()));
        }
        if kept > 0 {
            held.push(format!("{seq} ({kept})"));
            let of = entry.row.event_type();
            contestable |= matches!(of, Some(EventType::AssessmentPublished | EventType::SanctionImposed));
            continue;
        }
        remarks.push(match gone {
            Some(by) => format!("mục / entry {seq}: {}", erased::sentence(&by)),
            None => format!(
                "CẢNH BÁO: mục {seq} không có văn bản nào để hủy / WARNING: entry {seq} carries no texts to destroy: bỏ ra \
                 / leave it out"
            ),
        });
    }
    if !held.is_empty() {
        remarks.push(format!(
            "xin hủy văn bản, tài liệu kèm các mục / asks to destroy the texts and documents of entries (how many): {}; \
             mục vẫn còn, chỉ giữ cam kết / the entries stay and hold commitments only",
            held.join(", ")
        ));
        remarks.push(
            "bản sao đã xuất trước đó vẫn giữ những gì đã có / copies and exports made before keep what they hold"
                .to_owned(),
        );
    }
    if !elsewhere.is_empty() {
        remarks.push(format!(
            "chứng cứ không gửi kèm thì không lưu ở đây, vẫn ở người đang giữ / evidence that was not attached is not kept \
             here and stays with whoever has it (mục / entries, how many): {}",
            elsewhere.join(", ")
        ));
    }
    if contestable {
        remarks.push(
            "văn bản đã hủy thì hội đồng xét khiếu nại về mục ấy sau này không đọc được: định khiếu nại thì khiếu nại trước \
             / what is destroyed no panel of a later contest of that entry can read: contest first if you mean to"
                .to_owned(),
        );
    }
    remarks.push(format!(
        "đơn vị vận hành trả lời chậm nhất {last}; đến lúc đó không gửi được yêu cầu khác / the operator is to answer by \
         {last}; until then no other request of yours is taken"
    ));
    Ok(remarks)
}
