//! What came of a proven score since, by the word of a ledger that is asked

use serde::Serialize;

use super::certified;
use super::output::{say, tell};
use super::read::figure;
use crate::api::views::EventPage;
use crate::client::{Client, ClientError};
use crate::engines::{CertificateStanding, Certified, Score};
use crate::proof::ProvenScore;

/// What was recorded about a KOL since, and how it stands now.
#[derive(Debug, Serialize)]
pub(super) struct SinceProven {
    /// How many later entries are about the KOL, as many as were counted.
    later: usize,
    /// Whether there are more.
    more: bool,
    /// The newest of those counted.
    newest: Option<u64>,
    /// The score now.
    score: Score,
}

impl SinceProven {
    /// Asks a ledger of the same log; none, which is said, where it cannot be asked.
    pub(super) async fn of(client: &Client, proven: &ProvenScore) -> Option<Self> {
        let subject = proven.score.subject;
        let asked = async {
            let after = proven.committed.size.saturating_sub(1);
            let path = format!("/v1/events?subject={subject}&after={after}&limit=1000");
            let page: EventPage = client.json(&path).await?;
            let score = client.json(&format!("/v1/subjects/{subject}/score")).await?;
            let newest = page.events.last().map(|row| row.seq);
            Ok::<_, ClientError>(Self { later: page.events.len(), more: page.next.is_some(), newest, score })
        };
        match asked.await {
            Ok(since) => Some(since),
            Err(error) => {
                tell!("not checked what came since at {}: {error}", client.base());
                None
            }
        }
    }

    /// That the certificate which is proven stands no longer, and no other does.
    pub(super) fn fallen(&self, proven: &ProvenScore) -> Option<String> {
        let valid = |one: &&Certified| one.standing == CertificateStanding::Valid;
        let before = proven.score.certificate.as_ref().filter(valid)?;
        let now = self.score.certificate.as_ref();
        if now.filter(valid).is_some() {
            return None;
        }
        let now = now.map_or("đã bị rút hoặc đã hết / withdrawn or over".to_owned(), certified::told);
        Some(format!(
            "chứng nhận hạng {band} nay không còn hiệu lực / the certificate of band {band} stands no longer, by the \
             ledger asked: {now}",
            band = before.band
        ))
    }

    /// Tells it.
    pub(super) fn print(&self) {
        let size = self.score.size;
        match self.newest {
            None => say!(
                "từ đó không có mục nào về KOL này / no entry about this KOL came since, by the ledger asked, at \
                 {size} entries"
            ),
            Some(newest) => {
                let more = if self.more { "+" } else { "" };
                say!(
                    "từ đó có {later}{more} mục về KOL này, mới nhất là mục {newest} / {later}{more} entries about this \
                     KOL came since, the newest is entry {newest}, by the ledger asked, at {size} entries",
                    later = self.later
                );
            }
        }
        say!(
            "điểm nay theo sổ cái đã hỏi, ngày {on} / the score now, by the ledger asked, on {on}: {}",
            figure(&self.score.figure),
            on = self.score.as_of
        );
        match &self.score.certificate {
            Some(one) => {
                say!("chứng nhận nay / the certificate now: {}", certified::told(one));
                if let Some(apart) = certified::apart(&self.score) {
                    say!("  {apart}");
                }
            }
            None => say!("nay không có chứng nhận / there is no certificate now"),
        }
    }
}

/// What a receipt cannot show.
pub(super) fn not_asked(proven: &ProvenScore) -> String {
    let (date, last) = (proven.committed.date, proven.committed.size.saturating_sub(1));
    let later = match proven.score.as_of.days_since(date) {
        days @ 1.. => format!(
            "\nwhat was recorded in the {days} days after {date} is not in it: ask for a newer receipt"
        ),
        _ => String::new(),
    };
    format!(
        "biên nhận không cho biết điều ghi sau mục {last}, ngày {date}: bị rút chứng nhận, xử lý, sửa đổi / the receipt \
         does not show what was recorded after entry {last} of {date}, such as a certificate withdrawn, a sanction, a \
         correction: --ledger ADDRESS asks{later}"
    )
}
