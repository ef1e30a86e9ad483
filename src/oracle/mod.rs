//! What a running ledger answers, compared with what its log makes.
//!
//! An auditor has replayed the log, so it holds all that a ledger answers from. It mounts the routes of this
//! program over that, in its own process, puts each question both to them and to the running ledger, and
//! compares the two answers byte for byte. So a route that is added is compared as soon as it is said what to
//! ask of it, and a test fails until that is said.
//!
//! A ledger that moves is followed: where two answers differ, the auditor takes what was recorded since and
//! asks both again. What this cannot find is a fault that the program makes on both sides alike; for that
//! there is `tools/verify.py`, which shares no line with it.
//!
//! **An audit asks this program.** It mounts the routes over the log that it replayed, in its own process,
//! and puts each question to both. A route or a parameter that is added and that no audit asks fails a test.
//! A ledger that moves meanwhile is followed. What both would do wrong alike is left to `tools/verify.py`.

mod dice;
mod difference;
mod questions;

pub use questions::{APART, compared_before};

use std::collections::BTreeSet;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use futures_util::StreamExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::api;
use crate::audit::{Finding, Place};
use crate::client::{
    Answer, AnswerKind, AnswersReport, AuditReport, Audited, Auditing, Client, ClientError, Moved,
    NotCompared, Progress, Replayed, Source, audit_log,
};
use crate::limits;
use crate::time::Date;

use dice::Dice;
use difference::{Apart, difference};
use questions::{Asked, Matter, column, members_apart};

/// Questions put to the running ledger at once.
const AT_ONCE: usize = 8;
/// How long a ledger is waited for whose answer is of an earlier size than its checkpoint.
const BEHIND: std::time::Duration = std::time::Duration::from_millis(300);

/// What an auditor of a running ledger asks for.
#[derive(Default)]
pub struct Inquiry {
    /// How the log is audited.
    pub auditing: Auditing,
    /// The day that the ledger should take for today; by default the one on the auditor's clock.
    pub today: Option<Date>,
    /// Most answers of each kind that are compared; by default all.
    pub sample: Option<usize>,
    /// What samples are drawn by; by default anew.
    pub seed: Option<[u8; 16]>,
}

impl Inquiry {
    /// An audit that compares a sample of each kind of answer, as large as it is by default.
    pub fn sampled(auditing: Auditing) -> Self {
        Self { auditing, sample: Some(limits::AUDIT_SAMPLE), ..Self::default() }
    }
}

/// Audits a log, and where it is that of a running ledger, what is answered from it.
///
/// # Errors
/// [`ClientError`] when the ledger cannot be read at all; what is wrong in it is in the report.
pub async fn audit(
    source: &Source,
    inquiry: &Inquiry,
    progress: Progress<'_>,
) -> Result<AuditReport, ClientError> {
    let Audited { mut report, replayed } = audit_log(source, &inquiry.auditing, progress).await?;
    let left = |report: &mut AuditReport, why: &str| {
        report.not_compared.push(NotCompared::new("what a running ledger answers", why));
    };
    let Source::Running(client) = source else {
        left(&mut report, "a folder answers nothing: `tinnhiem audit ADDRESS` compares it");
        return Ok(report);
    };
    let Some(replayed) = replayed else { return Ok(report) };
    let Some(mut oracle) = Oracle::over(client, replayed, inquiry) else {
        left(
            &mut report,
            "without every entry of the checkpoint, judged, there is no state to make answers from",
        );
        return Ok(report);
    };
    oracle.settle_day().await?;
    oracle.ask_all(progress).await?;
    report.findings.append(&mut oracle.findings);
    report.not_compared.append(&mut oracle.not_compared);
    report.answers = Some(AnswersReport {
        size: oracle.replayed.checkpoint().map_or(0, |checkpoint| checkpoint.size),
        today: oracle.today,
        seed: oracle.seed.iter().map(|byte| format!("{byte:02x}")).collect(),
        kinds: oracle.kinds,
    });
    Ok(report)
}

/// The answers that the log makes, beside those that are served.
struct Oracle<'a> {
    client: &'a Client,
    inquiry: &'a Inquiry,
    replayed: Replayed,
    router: Router,
    today: Date,
    seed: [u8; 16],
    kinds: Vec<AnswerKind>,
    findings: Vec<Finding>,
    not_compared: Vec<NotCompared>,
    /// Why nothing more is compared.
    ended: Option<&'static str>,
}

impl<'a> Oracle<'a> {
    fn over(client: &'a Client, replayed: Replayed, inquiry: &'a Inquiry) -> Option<Self> {
        let now = inquiry.auditing.clock.now();
        let today = inquiry.today.unwrap_or(replayed.auditor.state().date_of(now));
        let router = mounted(&replayed, inquiry, today)?;
        let seed = inquiry.seed.or_else(|| {
            let mut seed = [0; 16];
            getrandom::fill(&mut seed).ok().map(|()| seed)
        });
        Some(Self {
            client,
            inquiry,
            replayed,
            router,
            today,
            seed: seed.unwrap_or_default(),
            kinds: Vec::new(),
            findings: Vec::new(),
            not_compared: Vec::new(),
            ended: None,
        })
    }

    /// Compares the day that the ledger serves with the auditor's clock, and finds out on which day its
    /// other answers are read: if that alone is false, they are still compared.
    async fn settle_day(&mut self) -> Result<(), ClientError> {
        let served = self.client.answer("/v1/ledger").await?;
        let served: Value = serde_json::from_slice(&served.bytes).unwrap_or_default();
        let served: Option<Date> = served["today"].as_str().and_then(|today| today.parse().ok());
        let right = self.days();
        if served.is_none_or(|served| !right.contains(&served)) {
            let served = served.map_or("no day".to_owned(), |served| served.to_string());
            let what = match self.inquiry.today {
                Some(today) => format!("it takes {served} for today, not {today}"),
                None => format!(
                    "it takes {served} for today, by this auditor's clock it is {} (a ledger that stands at \
                     another day on purpose is audited with --today)",
                    self.today
                ),
            };
            self.findings.push(Finding::new(Place::Answer("/v1/ledger".to_owned()), "clock.today", what));
        }
        let listing = self.client.answer("/v1/clocks?limit=1").await?;
        let listing: Value = serde_json::from_slice(&listing.bytes).unwrap_or_default();
        let read_on: Option<Date> = listing["as_of"].as_str().and_then(|as_of| as_of.parse().ok());
        let state = self.replayed.auditor.state();
        let latest = |day: Date| day.max(state.date_of(state.last_at()));
        let candidates = right.iter().copied().chain(served);
        let day = candidates.into_iter().find(|day| Some(latest(*day)) == read_on);
        self.take_day(day.or(served).unwrap_or(self.today));
        Ok(())
    }

    /// The days that the ledger may take for today.
    fn days(&self) -> Vec<Date> {
        if let Some(today) = self.inquiry.today {
            return vec![today];
        }
        let (now, state) = (self.inquiry.auditing.clock.now(), self.replayed.auditor.state());
        let around = [now, now.minus_ms(limits::AUDIT_AHEAD_MS), now.plus_ms(limits::AUDIT_AHEAD_MS)];
        let mut days: Vec<Date> = around.into_iter().map(|at| state.date_of(at)).collect();
        days.dedup();
        days
    }

    fn take_day(&mut self, today: Date) {
        if today != self.today
            && let Some(router) = mounted(&self.replayed, self.inquiry, today)
        {
            (self.today, self.router) = (today, router);
        }
    }

    /// Puts every question, route by route.
    async fn ask_all(&mut self, progress: Progress<'_>) -> Result<(), ClientError> {
        let whole = self.replayed.has_every_text();
        let dice = Dice::new(self.seed, self.inquiry.sample.unwrap_or(usize::MAX));
        let routes = readable_routes();
        let mut matter = self.matter(&dice).await;
        for (done, route) in (1..).zip(&routes) {
            progress("kinds of answers", done, routes.len() as u64);
            if compared_before(route) {
                continue;
            }
            if let Some((_, why)) = APART.iter().find(|(apart, _)| apart == route) {
                self.not_compared.push(NotCompared::new(route, *why));
                continue;
            }
            if let Some(why) = self.ended {
                self.not_compared.push(NotCompared::new(route, why));
                continue;
            }
            if !whole && route.ends_with(".ics") {
                let why = "it holds names, and texts that hold names are not there";
                self.not_compared.push(NotCompared::new(route, why));
                continue;
            }
            if matter.state.size() != self.replayed.auditor.state().size() || matter.today != self.today {
                matter = self.matter(&dice).await;
            }
            let Some(asked) = matter.asked(route) else {
                self.not_compared
                    .push(NotCompared::new(route, "this auditor does not know what to ask of it"));
                continue;
            };
            let most = dice.most();
            self.ask(route, asked, most, whole).await?;
        }
        for route in written_routes() {
            let why = "an audit sends no events: what came of those that were sent stands in the log, and who \
                       sent one holds its receipt";
            self.not_compared.push(NotCompared::new(format!("POST {route}"), why));
        }
        let settings = "/writing, /held, /clock and /limits of /v1/ledger, the other members of refusals";
        self.not_compared.push(NotCompared::new(settings, "they are the server's own, not its log's"));
        let pages = "/, /openapi.json";
        self.not_compared.push(NotCompared::new(pages, "they are the program's, not its log's"));
        Ok(())
    }

    /// What the log can be asked about, as it tells itself.
    async fn matter<'m>(&self, dice: &'m Dice) -> Matter<'m> {
        let state = self.replayed.auditor.state().clone();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let mut names = BTreeSet::new();
        let (mut contests, mut drawn) = (Vec::new(), BTreeSet::new());
        for page in self.followed(&format!("/v1/subjects?limit={}", limits::PAGE_ROWS), "after", 1).await {
            names.extend(column(&page, "subjects", "name").filter_map(text));
        }
        for page in
            self.followed(&format!("/v1/contests?limit={}", limits::PAGE_ROWS), "before", usize::MAX).await
        {
            let seqs = column(&page, "contests", "seq").filter_map(Value::as_u64);
            let panels = seqs.clone().zip(column(&page, "contests", "draw"));
            drawn.extend(panels.filter(|(_, draw)| !draw.is_null()).map(|(seq, _)| seq));
            contests.extend(seqs.zip(column(&page, "contests", "contest").filter_map(text)));
        }
        let (members, policies) = (self.made_json("/v1/members").await, self.made_json("/v1/policies").await);
        let members = column(&members, "members", "member").filter_map(text);
        Matter {
            subjects: state.dossiers().iter().map(|one| one.subject.to_string()).collect(),
            state,
            today: self.today,
            dice,
            names: names.into_iter().collect(),
            members: members.chain(["council".to_owned()]).collect(),
            contests,
            drawn,
            versions: column(&policies, "policies", "version").filter_map(Value::as_u64).collect(),
        }
    }

    /// The pages of a listing as the log makes them, so many at most.
    async fn followed(&self, path: &str, by: &str, most: usize) -> Vec<Value> {
        let mut pages = Vec::new();
        for path in self.page_paths(path, by, most).await {
            pages.push(self.made_json(&path).await);
        }
        pages
    }

    /// The paths of a listing's pages, so many at most.
    async fn page_paths(&self, path: &str, by: &str, most: usize) -> Vec<String> {
        let bare: Vec<&str> = path.split('&').filter(|part| !part.starts_with(&format!("{by}="))).collect();
        let bare = bare.join("&");
        let mut paths = vec![path.to_owned()];
        while paths.len() < most {
            let last = self.made_json(&paths[paths.len() - 1]).await;
            let next = match &last["next"] {
                Value::String(next) => questions::escaped(next),
                Value::Number(next) => next.to_string(),
                _ => break,
            };
            let sign = if bare.contains('?') { '&' } else { '?' };
            paths.push(format!("{bare}{sign}{by}={next}"));
        }
        paths
    }

    async fn ask(&mut self, route: &str, asked: Asked, most: usize, whole: bool) -> Result<(), ClientError> {
        let mut paths = asked.paths;
        for (listing, by) in &asked.listings {
            paths.extend(self.page_paths(listing, by, most).await);
        }
        let mut seen = BTreeSet::new();
        paths.retain(|path| seen.insert(path.clone()));
        let compared = paths.len() as u64;
        let apart = Apart { members: members_apart(route), names: !whole };
        let mut suspects = Vec::new();
        {
            let (this, apart) = (&*self, &apart);
            let both = paths.into_iter().map(|path| async move {
                let (made, served) = (this.made(&path).await, this.client.answer(&path).await);
                served.map(|served| (difference(&made, &served, apart).is_some(), path))
            });
            let mut both = futures_util::stream::iter(both).buffered(AT_ONCE);
            while let Some(judged) = both.next().await {
                suspects.extend(judged.map(|(differs, path)| differs.then_some(path))?);
            }
        }
        let mut kind =
            AnswerKind { route: route.to_owned(), compared, of: asked.of.max(compared), differ: 0 };
        for path in suspects {
            if kind.differ >= limits::AUDIT_FINDINGS as u64 {
                // Where so many differ, the others are no accident of the moment either.
                kind.differ += 1;
                continue;
            }
            match self.ask_again(&path, &apart).await? {
                Verdict::Same => {}
                Verdict::Differs(what) => {
                    kind.differ += 1;
                    self.findings.push(Finding::new(Place::Answer(path), "answer.differs", what));
                }
                Verdict::Unknown(why) => {
                    kind.compared -= 1;
                    self.not_compared.push(NotCompared::new(path, why));
                }
            }
        }
        self.kinds.push(kind);
        Ok(())
    }

    /// Asks both until they agree, or the ledger stands still while they do not.
    async fn ask_again(&mut self, path: &str, apart: &Apart<'_>) -> Result<Verdict, ClientError> {
        let mut behind = 0;
        let mut busy = None;
        for _ in 0..limits::AUDIT_RETRIES {
            if let Some(why) = self.ended {
                return Ok(Verdict::Unknown(why));
            }
            let moved = self.replayed.follow().await?;
            if let Moved::Off(finding) = moved {
                self.findings.push(finding);
                self.ended = Some("the ledger does not go on from what it showed before");
                continue;
            }
            let days = self.days();
            if self.inquiry.today.is_none() && !days.contains(&self.today) && self.findings.is_empty() {
                self.take_day(days[0]);
            }
            let (made, served) = (self.made(path).await, self.client.answer(path).await?);
            let Some(what) = difference(&made, &served, apart) else { return Ok(Verdict::Same) };
            if [made.status, served.status].iter().any(|status| matches!(status, 429 | 503)) {
                busy = Some(what);
                tokio::time::sleep(BEHIND).await;
                continue;
            }
            if !matches!(self.replayed.follow().await?, Moved::Still) {
                continue;
            }
            let size = |answer: &Answer| -> Option<u64> {
                serde_json::from_slice::<Value>(&answer.bytes).ok()?["size"].as_u64()
            };
            if size(&served) >= size(&made) || behind == 3 {
                return Ok(Verdict::Differs(what));
            }
            // A listing may be brought forward a moment after the entries that it waits for.
            behind += 1;
            tokio::time::sleep(BEHIND).await;
        }
        Ok(busy.map_or(Verdict::Unknown("the ledger kept moving"), Verdict::Differs))
    }

    async fn made_json(&self, path: &str) -> Value {
        serde_json::from_slice(&self.made(path).await.bytes).unwrap_or_default()
    }

    /// The answer that the log makes.
    async fn made(&self, path: &str) -> Answer {
        let request = Request::get(path).body(Body::empty()).unwrap_or_default();
        let response = self.router.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
        let header = |name| {
            let value = response.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let (status, media_type, link) =
            (response.status().as_u16(), header(header::CONTENT_TYPE), header(header::LINK));
        let bytes = axum::body::to_bytes(response.into_body(), limits::BATCH_BYTES).await;
        Answer { status, media_type, link, bytes: bytes.map(|bytes| bytes.to_vec()).unwrap_or_default() }
    }
}

/// How two answers stand to each other.
enum Verdict {
    Same,
    Differs(String),
    Unknown(&'static str),
}

/// The routes over what was replayed.
fn mounted(replayed: &Replayed, inquiry: &Inquiry, today: Date) -> Option<Router> {
    let origin = replayed.checkpoint()?.origin.clone();
    let ledger = replayed.mirror.as_ref()?.ledger(origin, inquiry.auditing.clock.clone())?;
    Some(api::router(std::sync::Arc::new(ledger), Some(today), api::Bounds::default()))
}

/// The path templates of every route that is read.
pub fn readable_routes() -> Vec<String> {
    routes_by("get")
}

/// The path templates of every route that events are sent to.
pub fn written_routes() -> Vec<String> {
    routes_by("post")
}

fn routes_by(method: &str) -> Vec<String> {
    let document = api::openapi();
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.filter(|(_, item)| item.get(method).is_some()).map(|(path, _)| path.clone()).collect()
}
