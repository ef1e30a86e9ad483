//! Which entries' texts are still needed, so that nobody may destroy them yet: by a contest, a notice, a
//! proposal, or as evidence that is to be kept.

use std::collections::BTreeMap;

use crate::api::views::{ContestView, EventPage, EventView, NoticeList, SubjectView};
use crate::client::{Client, ClientError};
use crate::dsse::EventId;
use crate::engines::Standing;
use crate::event::{Contesting, ErasureStage, EventType, EvidenceStage, SubjectId};
use crate::rules::Reason;
use crate::time::Date;

/// Entries whose texts are needed, and until when in words.
#[derive(Default)]
pub(super) struct Needed {
    by: BTreeMap<EventId, (String, String)>,
    /// A request of the subject that waits for its answer, and the last day for that.
    pub waiting: Option<(EventId, Date)>,
}

impl Needed {
    /// Asks a ledger what still needs the texts about a subject.
    ///
    /// # Errors
    /// When it does not answer.
    pub(super) async fn of(
        client: &Client,
        view: &SubjectView,
        contests: &[ContestView],
    ) -> anyhow::Result<Self> {
        let subject = view.row.subject;
        let list: NoticeList = client.json(&format!("/v1/subjects/{subject}/notices")).await?;
        let mut needed = Self::default();
        let mut at_work = false;
        for contest in contests {
            let appealable = contest.stage == Contesting::Decided && contest.appeal_by >= Some(view.as_of);
            if !contest.stage.is_open() && !appealable {
                continue;
            }
            at_work = true;
            let seq = contest.seq;
            let until = match contest.appeal_by.filter(|_| appealable) {
                Some(last) => (
                    format!("đến hết {last}, nếu không khiếu nại lần hai"),
                    format!("until {last} is over and entry {seq} was not appealed"),
                ),
                None => (
                    format!("đến khi khiếu nại ở mục {seq} kết thúc"),
                    format!("until the contest, entry {seq}, ends"),
                ),
            };
            let of = [Some(contest.contest), Some(contest.target), contest.appeal, contest.decided_by];
            for event in of.into_iter().flatten() {
                needed.by.entry(event).or_insert_with(|| until.clone());
            }
        }
        let notices = list.notices.iter().map(|one| (one.notice, &one.hearing));
        let proposals = list.proposals.iter().map(|one| (one.proposal, &one.hearing));
        for (event, hearing) in notices.chain(proposals) {
            let last = hearing.use_by;
            let until =
                (format!("đến khi đã dùng hoặc hết {last}"), format!("until it is used or {last} is over"));
            for event in [Some(event), hearing.reply.map(|reply| reply.event)].into_iter().flatten() {
                needed.by.entry(event).or_insert_with(|| until.clone());
            }
        }
        let held = view.register.evidence.iter().filter(|one| one.stage == EvidenceStage::Held);
        for one in held.filter(|one| at_work || one.retain_until >= view.as_of) {
            let last = one.retain_until;
            let until = (
                format!("đến hết {last}, và không còn khiếu nại"),
                format!("until {last} is over and no contest is open"),
            );
            needed.by.entry(one.evidence).or_insert(until);
        }
        if view.row.figure.standing != Standing::Departed
            && let Some(enrolment) = enrolment(client, subject).await?
        {
            let until = ("đến khi KOL rời chương trình".to_owned(), "until the KOL leaves".to_owned());
            needed.by.entry(enrolment).or_insert(until);
        }
        let requests = view.register.erasures.iter();
        let mut waiting = requests
            .filter(|one| one.stage == ErasureStage::Requested && view.as_of <= one.answer_by)
            .map(|one| (one.request, one.answer_by));
        needed.waiting = waiting.next_back();
        Ok(needed)
    }

    /// Until when the texts of an entry are needed, in Vietnamese and English; none: they are not.
    pub(super) fn until(&self, event: &EventId) -> Option<(&str, &str)> {
        self.by.get(event).map(|(vi, en)| (vi.as_str(), en.as_str()))
    }

    /// Refuses a request of which nothing can be destroyed now: nobody may carry it out, and while it waits no
    /// other is taken.
    ///
    /// # Errors
    /// That, or when the ledger does not answer.
    pub(super) async fn check(&self, client: &Client, targets: &[EventId]) -> anyhow::Result<()> {
        // What waits already is refused for that.
        if self.waiting.is_some() {
            return Ok(());
        }
        let mut later = Vec::new();
        for target in targets {
            let Some((vi, en)) = self.until(target) else { return Ok(()) };
            let seq = client.json::<EventView>(&format!("/v1/events/{target}")).await?.row.seq;
            later.push(format!("mục {seq} {vi} / entry {seq} is needed {en}"));
        }
        let detail = format!(
            "chưa xóa được mục nào trong các mục này, mà yêu cầu đang chờ thì chưa gửi được yêu cầu khác / none of these can be \
             destroyed now, and while a request waits no other is taken: {}; `tinnhiem me` lists what may be asked for now",
            later.join("; ")
        );
        Err(ClientError::Refused { status: 409, code: Reason::ErasureClock.code().to_owned(), detail }.into())
    }

    /// What who asks for texts to be destroyed should know before signing.
    ///
    /// # Errors
    /// When the ledger does not answer.
    pub(super) async fn remarks(&self, client: &Client, targets: &[EventId]) -> anyhow::Result<Vec<String>> {
        let mut remarks = Vec::new();
        for (target, (vi, en)) in targets.iter().filter_map(|one| Some((one, self.until(one)?))) {
            let seq = client.json::<EventView>(&format!("/v1/events/{target}")).await?.row.seq;
            remarks.push(format!(
                "CẢNH BÁO: mục {seq} chưa xóa được {vi} / WARNING: entry {seq} is not destroyed {en}"
            ));
        }
        if !remarks.is_empty() {
            remarks.push(
                "bỏ các mục ấy ra: yêu cầu này chờ trả lời thì chưa gửi được yêu cầu khác / leave these out: while this \
                 request waits for its answer, no other of yours is taken"
                    .to_owned(),
            );
        }
        Ok(remarks)
    }
}

/// The newest event by which a subject takes part.
async fn enrolment(client: &Client, subject: SubjectId) -> anyhow::Result<Option<EventId>> {
    let mut newest = None;
    for of in [EventType::SubjectEnrolled, EventType::SubjectResumed] {
        let path = format!("/v1/events?subject={subject}&type={}&limit=1000", of.name());
        let page: EventPage = client.json(&path).await?;
        newest = newest.max(page.events.last().map(|row| (row.seq, row.id)));
    }
    Ok(newest.map(|(_, event)| event))
}
