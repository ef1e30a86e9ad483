//! A certificate in people's words: how it stands, what ends it, how the next is had

use super::fates;
use super::output::say;
use super::{me, policies, requirements};
use crate::api::views::{EventPage, EventView};
use crate::client::Client;
use crate::engines::{CertificateStanding, Certified, Score, Standing};
use crate::event::{Body, Confidence, Contesting, EventType, SanctionImposed, SubjectId};
use crate::limits;
use crate::state::Awaited;

/// How a certificate stands, for people.
pub(super) fn told(one: &Certified) -> String {
    let (band, granted, last) = (one.band, one.granted_on, one.valid_until);
    let (vi, en) = match &one.standing {
        CertificateStanding::Valid => {
            (format!("hạng {band}, đến {last}"), format!("band {band}, until {last}"))
        }
        CertificateStanding::Suspended { until: Some(until), .. } => (
            format!("hạng {band}, tạm đình chỉ đến {until}"),
            format!("band {band}, suspended by a sanction until {until}"),
        ),
        CertificateStanding::Suspended { until: None, .. } => {
            (format!("hạng {band}, tạm đình chỉ"), format!("band {band}, suspended by a sanction"))
        }
        CertificateStanding::Ended { .. } => {
            ("mất hiệu lực do bị thu hồi tín nhiệm (S5)".to_owned(), "ended by a sanction S5".to_owned())
        }
        CertificateStanding::Lapsed => {
            (format!("hết hiệu lực từ sau {last}"), format!("lapsed after {last}"))
        }
    };
    format!("{vi}, cấp ngày {granted} / {en}, granted on {granted}")
}

/// The certificate beside a score as a line of its own, where there is one; and where the score is no longer
/// in the band that the certificate states, a line that says so.
pub(super) fn line(score: &Score) {
    let Some(one) = &score.certificate else { return };
    say!("chứng nhận tín nhiệm / certificate: {}", told(one));
    if let Some(apart) = apart(score) {
        say!("  {apart}");
    }
}

/// How a score stands beside a certificate that states another band; none: it is in that band.
pub(super) fn apart(score: &Score) -> Option<String> {
    let one = score.certificate.as_ref().filter(|one| one.standing == CertificateStanding::Valid)?;
    let (stated, on) = (one.band, one.as_of);
    let (vi, en) = match score.figure.band {
        Some(band) if band == stated => return None,
        Some(band) => (format!("ở hạng {band}"), format!("is in band {band}")),
        None => ("không hiện".to_owned(), "is not shown".to_owned()),
    };
    Some(format!(
        "LƯU Ý: ngày {day} điểm {vi}, không phải hạng {stated} của chứng nhận, là hạng ngày {on}; chứng nhận không tự \
         mất vì điểm đổi / NOTE: on {day} the score {en}, not in band {stated}, which the certificate states of {on}; it \
         does not end by the score alone",
        day = score.as_of
    ))
}

/// What ends a certificate, where one stands, and how the next is had.
///
/// # Errors
/// When the ledger does not answer.
pub(super) async fn outlook(client: &Client, one: Option<&Certified>) -> anyhow::Result<Vec<String>> {
    let Some(one) = one else { return Ok(Vec::new()) };
    let last = one.valid_until;
    let soon = last.plus_days(-limits::CERTIFICATE_RENEWAL_DAYS);
    let mut lines = Vec::new();
    if matches!(one.standing, CertificateStanding::Valid | CertificateStanding::Suspended { .. }) {
        lines.push(format!("{ENDS} {last}"));
    }
    lines.push(format!(
        "{}; từ {soon} hạn cấp lại nằm trong lịch của Ban / from {soon} on its renewal is among the council's clocks",
        next(client).await?
    ));
    Ok(lines)
}

const ENDS: &str = "hết khi: bị S5 (S4 chỉ tạm đình chỉ), Ban điều phối rút lại, có chứng nhận mới thay, tôi rời chương \
                    trình, hoặc sau ngày cuối / it ends by an S5 (an S4 suspends it), when the council withdraws it, by a \
                    newer one in its place, when the KOL leaves, or after its last day,";

/// How a certificate is had, by the policy in force.
///
/// # Errors
/// When the ledger does not answer.
pub(super) async fn next(client: &Client) -> anyhow::Result<String> {
    let policy = policies::version(client, None).await?.policy;
    Ok(format!(
        "muốn có: đề nghị Ban điều phối / to have one, ask the council: {}",
        requirements::certificate(&policy)
    ))
}

/// Where no certificate stands: why, how one is had, and whether the score meets the conditions on its day.
///
/// # Errors
/// When the ledger does not answer.
pub(super) async fn none(client: &Client, score: &Score) -> anyhow::Result<Vec<String>> {
    let mut lines = Vec::new();
    match &score.certificate {
        Some(Certified {
            standing: CertificateStanding::Valid | CertificateStanding::Suspended { .. },
            ..
        }) => return Ok(lines),
        // How it ended, and how the next is had, is told with it.
        Some(_) => {}
        None => {
            let why = why_none(client, score.subject).await?;
            lines.push(format!("chứng nhận tín nhiệm / certificate: {why}"));
            if score.figure.standing == Standing::Departed {
                return Ok(lines);
            }
            lines.push(format!("  {}", next(client).await?));
        }
    }
    lines.extend(conditions(client, score).await?.map(|line| format!("  {line}")));
    Ok(lines)
}

/// Whether a score meets the conditions on its day, or which it misses; none: the policy grants no certificate.
///
/// # Errors
/// When the ledger does not answer.
pub(super) async fn conditions(client: &Client, score: &Score) -> anyhow::Result<Option<String>> {
    let policy = policies::version(client, None).await?.policy;
    let Some(asked) = policy.certificate else { return Ok(None) };
    let (subject, day) = (score.subject, score.as_of);
    let mut misses = Vec::new();
    let place = |band: char| policy.bands.iter().position(|one| one.band == band);
    let band = score.figure.band;
    if band.is_none() || band.and_then(place) > place(asked.least_band) {
        let has = band.map_or_else(|| "–".to_owned(), String::from);
        misses.push(format!("hạng / band {has} ({} trở lên / or better)", asked.least_band));
    }
    if score.figure.confidence < Some(asked.least_confidence) {
        let word =
            |one: Option<Confidence>| one.map_or("–".to_owned(), |one| format!("{one:?}").to_lowercase());
        let (has, least) = (word(score.figure.confidence), word(Some(asked.least_confidence)));
        misses.push(format!("độ tin cậy / confidence {has} ({least} trở lên / or higher)"));
    }
    let clocks = me::running(client, subject).await?;
    let coming = clocks.iter().filter(|one| one.what == Awaited::SanctionBegins).map(|one| one.event);
    for sanction in score.sanctions.iter().map(|one| one.event).chain(coming) {
        let entry: EventView = client.json(&format!("/v1/events/{sanction}")).await?;
        let Body::SanctionImposed(SanctionImposed { severity, .. }) = entry.event()?.body else { continue };
        if severity >= asked.barred_from {
            misses.push(format!("xử lý / sanction {severity:?}, mục / entry {}", entry.row.seq));
        }
    }
    for contest in me::contests(client, subject).await? {
        if matches!(contest.stage, Contesting::Overdue | Contesting::AppealOverdue) {
            misses.push(format!("khiếu nại quá hạn / a contest overdue, mục / entry {}", contest.seq));
        }
    }
    Ok(Some(match misses.is_empty() {
        true => format!("ngày {day} đủ các điều kiện / on {day} the conditions are met"),
        false => {
            format!("ngày {day} chưa đạt / on {day} these conditions are missed: {}", misses.join("; "))
        }
    }))
}

/// Why a subject has no certificate.
///
/// # Errors
/// When the ledger does not answer.
pub(super) async fn why_none(client: &Client, subject: SubjectId) -> anyhow::Result<String> {
    let granted = EventType::CertificateGranted.name();
    let path = format!("/v1/events?subject={subject}&type={granted}&limit=1000");
    let page: EventPage = client.json(&path).await?;
    let Some(last) = page.events.last() else {
        return Ok("chưa được cấp lần nào / none was ever granted".to_owned());
    };
    let fate = fates::of(client, &[last.seq]).await?.remove(&last.seq);
    let (state, by) = match &fate {
        Some(fate) => (fates::state(fate), fate.by.last().map(fates::sentence)),
        None => return Ok(format!("mục / entry {}", last.seq)),
    };
    let by = by.map_or(String::new(), |by| format!(", {by}"));
    Ok(format!("chứng nhận ở mục {seq} / that of entry {seq}: {state}{by}", seq = last.seq))
}
