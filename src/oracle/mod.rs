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

mod apart;
mod cut;
mod day;
mod dice;
mod difference;
mod pages;
mod questions;

pub use apart::{APART, MEMBERS_APART, REST_APART, compared_before};

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
use pages::next_page;
use questions::{Asked, Matter, column};

/// Questions put to the running ledger at once.
const AT_ONCE: usize = 8;
/// How long a ledger is waited for whose answer is of an earlier size than its checkpoint.
const BEHIND: std::time::Duration = std::time::Duration::from_millis(300);

/// How long a look may take that makes an answer here.
const WHOLE_LOOK: std::time::Duration = std::time::Duration::from_secs(3600);

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
            if !whole && (route.ends_with(".ics") || route.starts_with("/v1/scores.")) {
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
            self.ask(route, asked, &dice, whole).await?;
        }
        for route in written_routes() {
            let why = "an audit sends no events: what came of those that were sent stands in the log, and who \
                       sent one holds its receipt";
            self.not_compared.push(NotCompared::new(format!("POST {route}"), why));
        }
        if !whole {
            let why = "texts that hold names are not there";
            self.not_compared.push(NotCompared::new("names in answers", why));
        }
        let members =
            MEMBERS_APART.iter().map(|(route, at, why)| NotCompared::new(format!("{at} of {route}"), *why));
        self.not_compared.extend(members);
        self.not_compared.extend(REST_APART.iter().map(|(what, why)| NotCompared::new(*what, *why)));
        Ok(())
    }

    /// What the log can be asked about, as it tells itself.
    async fn matter<'m>(&self, dice: &'m Dice) -> Matter<'m> {
        let state = self.replayed.auditor.state().clone();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let mut names = BTreeSet::new();
        let (mut contests, mut drawn) = (Vec::new(), BTreeSet::new());
        let subjects = self.made_json(&format!("/v1/subjects?limit={}", limits::PAGE_ROWS)).await;
        names.extend(column(&subjects, "subjects", "name").filter_map(text));
        let listing = format!("/v1/contests?limit={}", limits::PAGE_ROWS);
        for page in self.page_paths(&listing, "before", usize::MAX).await.0 {
            let page = self.made_json(&page).await;
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

    /// The paths of a listing's pages, so many at most, and whether there are more.
    async fn page_paths(&self, path: &str, by: &str, most: usize) -> (Vec<String>, bool) {
        let mut paths = vec![path.to_owned()];
        loop {
            let last = &paths[paths.len() - 1];
            let Some(next) = next_page(last, by, &self.made(last).await) else { return (paths, false) };
            if paths.len() >= most {
                return (paths, true);
            }
            paths.push(next);
        }
    }

    /// The members of a route's answers that are not compared.
    fn members_apart(&self, route: &str) -> Vec<&'static str> {
        let of_route = MEMBERS_APART.iter().filter(|(of, ..)| *of == route).map(|(_, at, _)| *at);
        of_route.chain(self.wrong_day(route)).collect()
    }

    async fn ask(&mut self, route: &str, asked: Asked, dice: &Dice, whole: bool) -> Result<(), ClientError> {
        let by = asked.by();
        let mut paths = asked.paths;
        let seen_at_most = dice.most().saturating_mul(limits::AUDIT_PAGES_SEEN);
        // Pages that are known to be there, and not compared.
        let mut beyond = 0;
        for (listing, by) in &asked.listings {
            let (pages, more) = self.page_paths(listing, by, seen_at_most).await;
            if more {
                let what = format!("{listing}: what follows its first {seen_at_most} pages");
                self.not_compared
                    .push(NotCompared::new(what, "it lies too far in for a sample: --whole compares it"));
            }
            let drawn = dice.some(&format!("pages of {listing}"), &pages);
            beyond += (pages.len() - drawn.len()) as u64;
            paths.extend(drawn);
        }
        let mut seen = BTreeSet::new();
        let mut wave: Vec<(String, Option<&'static str>)> =
            paths.into_iter().map(|path| (path, None)).collect();
        wave.extend(asked.continued.into_iter().map(|(path, by)| (path, Some(by))));
        let named = self.wrong_day(route).is_some();
        let apart = Apart { members: &self.members_apart(route), named, names: !whole };
        let (mut compared, mut suspects) = (0, Vec::new());
        for pages in 1.. {
            wave.retain(|(path, _)| seen.insert(path.clone()));
            if wave.is_empty() {
                break;
            }
            compared += wave.len() as u64;
            let (this, apart) = (&*self, &apart);
            let both = wave.into_iter().map(|(path, by)| async move {
                let (made, served) = (this.made(&path).await, this.client.answer(&path).await);
                let next = by.and_then(|by| Some((next_page(&path, by, &made)?, Some(by))));
                served.map(|served| (difference(&made, &served, apart).map(|_| path), next))
            });
            let mut both = futures_util::stream::iter(both).buffered(AT_ONCE);
            wave = Vec::new();
            while let Some(judged) = both.next().await {
                let (suspect, next) = judged?;
                suspects.extend(suspect);
                wave.extend(next);
            }
            if pages == dice.most() {
                beyond += wave.len() as u64;
                break;
            }
        }
        let mut kind =
            AnswerKind { route: route.to_owned(), compared, of: compared + asked.left + beyond, differ: 0 };
        for path in suspects {
            if kind.differ >= limits::AUDIT_FINDINGS as u64 {
                // Where so many differ, the others are no accident of the moment either.
                kind.differ += 1;
                continue;
            }
            match self.ask_again(&path, by, &apart).await? {
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
    async fn ask_again(&mut self, path: &str, by: &str, apart: &Apart<'_>) -> Result<Verdict, ClientError> {
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
            if [&made, &served].into_iter().any(is_busy) {
                busy = Some(what);
                tokio::time::sleep(BEHIND).await;
                continue;
            }
            let in_pieces = self.in_pieces(path, by, apart, (&made, &served)).await?;
            if let Some(verdict) = in_pieces {
                return Ok(verdict);
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
        let mut made = Answer {
            status: response.status().as_u16(),
            media_type: header(header::CONTENT_TYPE),
            link: header(header::LINK),
            tag: header(header::ETAG),
            caching: header(header::CACHE_CONTROL),
            bytes: Vec::new(),
        };
        let bytes = axum::body::to_bytes(response.into_body(), limits::BATCH_BYTES).await;
        made.bytes = bytes.map(|bytes| bytes.to_vec()).unwrap_or_default();
        made
    }
}

/// Whether an answer says no more than that there is no time for it.
fn is_busy(answer: &Answer) -> bool {
    matches!(answer.status, 429 | 503)
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
    // Nobody else waits for what is made here: no page of it is cut short.
    let bounds = api::Bounds { look: WHOLE_LOOK, ..api::Bounds::default() };
    Some(api::router(std::sync::Arc::new(ledger), Some(today), bounds))
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
