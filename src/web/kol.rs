//! `/kol/{subject}`: a KOL's score, what it is made of, and all that was recorded.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;

use super::accounting::{PartRow, parts, total};
use super::asked::{Asked, Source, rendered};
use super::chart::Chart;
use super::figure::Shown;
use super::home::topics;
use super::kol_facts::Facts;
use super::lines::{self, Line};
use super::modules;
use super::named::{Names, Party};
use super::page::{Page, name, name_of, text};
use super::rule::Rule;
use super::{card, oembed};
use crate::api::Problem;
use crate::api::views::{ContestPage, EventView, PolicyView, Step, SubjectView};
use crate::dsse::EventId;
use crate::engines::{Certified, Outlook, Score};
use crate::event::{Body, Commitment, Contesting, SubjectId};
use crate::facts::Reply;
use crate::time::Date;

/// Most lines shown; the newest.
const LINES: usize = 200;
/// Most items whose words are read.
const WORDS: usize = 24;

#[derive(Template)]
#[template(path = "kol.html")]
struct Kol<'a> {
    p: &'a Page,
    script: String,
    contest: String,
    reply: String,
    endorse: String,
    id: String,
    name: String,
    topics: String,
    since: String,
    tombstone: bool,
    accounts: Vec<(String, String)>,
    as_of: String,
    as_of_value: String,
    past: bool,
    size: u64,
    policy: u32,
    figure: Shown,
    rule: Option<Rule>,
    without: Option<Shown>,
    contested: u64,
    next: Option<String>,
    shadow: Option<String>,
    parts: Vec<PartRow>,
    total: String,
    reasons: Vec<Reason>,
    assessments: Vec<Said>,
    endorsements: Vec<Endorsed>,
    sanctions: Vec<Sanctioned>,
    certificate: Option<Certificate>,
    paid: Vec<Paid>,
    contests: Vec<Contested>,
    chart: Option<Chart>,
    table: Vec<Row>,
    lines: Vec<Line>,
    more: u64,
    compare: String,
    badge: String,
    feed: String,
    card: String,
    embed: Option<String>,
}

/// What costs points, and what helps.
struct Reason {
    name: String,
    costs: String,
    remedy: String,
}

/// An assessment and its words, with the reply beside them.
struct Said {
    who: Party,
    day: String,
    weight: String,
    contested: bool,
    /// Whether it may be contested.
    open: bool,
    excluded: bool,
    words: Option<String>,
    reply: Option<(String, Option<String>)>,
    entry: (u64, String),
}

/// An endorsement.
struct Endorsed {
    who: Party,
    counts: bool,
    entry: (u64, String),
}

/// A sanction.
struct Sanctioned {
    severity: String,
    from: String,
    until: Option<String>,
    urgent: bool,
    contested: bool,
    /// Whether it may be contested.
    open: bool,
    reply: Option<(String, Option<String>)>,
    entry: (u64, String),
}

/// A certificate.
struct Certificate {
    state: String,
    good: bool,
    says: String,
}

/// Paid work.
struct Paid {
    business: Party,
    campaign: String,
    from: String,
    until: String,
    papers: bool,
    entry: (u64, String),
}

/// A contest and its clocks.
struct Contested {
    day: String,
    grounds: String,
    stage: String,
    open: bool,
    clocks: Vec<String>,
    words: Option<String>,
    entry: (u64, String),
}

/// A move of the score in a table.
struct Row {
    day: String,
    score: String,
    range: String,
    band: String,
    why: String,
}

/// The page.
pub(super) async fn page(Path(subject): Path<String>, asked: Asked) -> Response {
    let made = made(&asked, &subject).await;
    asked.answer(made)
}

async fn made(asked: &Asked, subject: &str) -> Result<String, Problem> {
    asked.only(&["as_of"])?;
    let (p, source) = (&asked.page, &asked.web.source);
    let unknown = |_| {
        Problem::not_found("subject.unknown", format!("there is no KOL `{:.40}`", subject.escape_debug()))
    };
    let subject: SubjectId = subject.parse().map_err(unknown)?;
    let as_of: Option<Date> = asked.read("as_of", "a day, such as 2026-11-28")?;
    let facts = Facts::of(source, subject, as_of).await?;
    let names = Names::of(source, facts.parties()).await;
    let Facts { view, score, policy, steps, .. } = &facts;
    let past = as_of.is_some_and(|day| day != view.as_of);
    let told = Telling { p, source, names: &names, contestable: &facts.contestable };
    let rules = &policy.policy;
    let mut lines = lines::of(p, &names, &facts.history, steps, &facts.contested);
    let more = lines.len().saturating_sub(LINES) as u64;
    lines.truncate(LINES);
    let reasons = score.reasons.iter().filter(|one| one.points > 0).map(|one| Reason {
        name: told.reason(policy, &one.code),
        costs: p.lang.points(i64::from(one.points)),
        remedy: p.lang.of(&one.remedy).to_owned(),
    });
    rendered(&Kol {
        p,
        script: p.raw(&modules::place("live")),
        contest: p.to(&format!("act/contest?subject={subject}")),
        reply: p.to(&format!("act/reply?subject={subject}")),
        endorse: p.to(&format!("act/endorse?subject={subject}")),
        id: subject.to_string(),
        name: view.row.name.as_deref().map_or_else(|| subject.to_string(), name),
        topics: topics(p, rules, &view.row),
        since: p.lang.day(view.enrolled_on),
        tombstone: view.register.tombstone,
        accounts: told.accounts(view).await,
        as_of: p.lang.day(score.as_of),
        as_of_value: score.as_of.to_string(),
        past,
        size: score.size,
        policy: score.policy,
        figure: Shown::of(p, Some(rules), &score.figure),
        rule: Rule::of(p, rules, &score.figure, score.without_contested.as_ref()),
        without: score.without_contested.as_ref().map(|one| Shown::of(p, Some(rules), one)),
        contested: score.assessments.iter().filter(|one| one.contested).count() as u64
            + score.sanctions.iter().filter(|one| one.contested).count() as u64,
        next: if past { None } else { told.next(subject).await },
        shadow: if past { None } else { told.shadow(score).await },
        parts: parts(p, rules, score),
        total: p.lang.points(total(score)),
        reasons: reasons.collect(),
        assessments: told.assessments(score).await,
        endorsements: told.endorsements(score).await,
        sanctions: told.sanctions(score).await,
        certificate: score.certificate.as_ref().map(|one| certificate(p, one)),
        paid: if past { Vec::new() } else { told.paid(view) },
        contests: if past { Vec::new() } else { told.contests(&facts.contests).await },
        chart: Chart::of(p, &names, steps, score.as_of),
        table: steps.iter().rev().take(LINES).map(|step| told.row(step)).collect(),
        lines,
        more,
        compare: p.to(&format!("compare?a={subject}")),
        badge: p.to(&format!("kol/{subject}/badge.svg")),
        feed: p.to(&format!("kol/{subject}/feed.atom")),
        card: card::says(p, score),
        embed: asked.host.as_deref().map(|host| oembed::of(p, host, subject)),
    })
}

/// What facts are told with.
struct Telling<'a> {
    p: &'a Page,
    source: &'a Source,
    names: &'a Names,
    /// What may be contested.
    contestable: &'a BTreeSet<EventId>,
}

impl Telling<'_> {
    async fn entry(&self, event: &EventId) -> (u64, String, Option<Date>, Option<Commitment>) {
        let Ok(view) = self.source.json::<EventView>(&format!("/v1/events/{event}")).await else {
            return (0, String::new(), None, None);
        };
        let statement = match view.event().map(|event| event.body) {
            Ok(Body::AssessmentPublished(body)) => body.statement.map(Commitment::from),
            Ok(Body::ContestFiled(body)) => Some(body.statement.into()),
            _ => None,
        };
        let offset = self.p.pulse.as_ref().map_or(0, super::pulse::Pulse::utc_offset_min);
        let link = self.p.to(&format!("entry/{}", view.row.seq));
        (view.row.seq, link, Some(view.row.recorded_at.date_at(offset)), statement)
    }

    async fn words(&self, statement: Option<Commitment>) -> Option<String> {
        self.source.text(&statement?).await.map(|words| text(&words))
    }

    async fn reply(&self, reply: Option<Reply>) -> Option<(String, Option<String>)> {
        let reply = reply?;
        Some((self.p.lang.day(reply.on), self.words(Some(reply.statement)).await))
    }

    async fn accounts(&self, view: &SubjectView) -> Vec<(String, String)> {
        let mut told = Vec::new();
        for one in view.register.accounts.iter().take(WORDS) {
            let handle = self.words(Some(one.account)).await;
            told.extend(handle.map(|handle| (name(&handle), one.platform.to_string())));
        }
        told
    }

    async fn assessments(&self, score: &Score) -> Vec<Said> {
        let mut all = Vec::new();
        for one in score.assessments.iter().take(WORDS) {
            let (seq, link, on, statement) = self.entry(&one.event).await;
            all.push(Said {
                who: self.names.party(self.p, &one.assessor),
                day: on.map(|on| self.p.lang.day(on)).unwrap_or_default(),
                weight: self.p.lang.percent(one.weight),
                contested: one.contested,
                open: self.contestable.contains(&one.event),
                excluded: one.excluded.is_some(),
                words: self.words(statement).await,
                reply: self.reply(one.reply).await,
                entry: (seq, link),
            });
        }
        all
    }

    async fn endorsements(&self, score: &Score) -> Vec<Endorsed> {
        let mut all = Vec::new();
        for one in score.endorsements.iter().take(WORDS) {
            let (seq, link, ..) = self.entry(&one.event).await;
            all.push(Endorsed {
                who: self.names.party(self.p, &one.endorser),
                counts: one.excluded.is_none() && one.units > 0 && one.place_permille > 0,
                entry: (seq, link),
            });
        }
        all
    }

    async fn sanctions(&self, score: &Score) -> Vec<Sanctioned> {
        let mut all = Vec::new();
        for one in score.sanctions.iter().take(WORDS) {
            let (seq, link, ..) = self.entry(&one.event).await;
            let severity = name_of(&one.severity);
            all.push(Sanctioned {
                severity: self.p.value(&severity),
                from: self.p.lang.day(one.starts_on),
                until: one.ends_on.map(|last| self.p.lang.day(last)),
                urgent: one.urgent,
                contested: one.contested,
                open: self.contestable.contains(&one.event),
                reply: self.reply(one.reply).await,
                entry: (seq, link),
            });
        }
        all
    }

    fn paid(&self, view: &SubjectView) -> Vec<Paid> {
        let row = |one: &crate::api::views::CollaborationView| Paid {
            business: self.names.party(self.p, &one.business),
            campaign: name(&one.campaign),
            from: self.p.lang.day(one.starts_on),
            until: self.p.lang.day(one.ends_on),
            papers: !one.papers.is_empty(),
            entry: (one.seq, self.p.to(&format!("entry/{}", one.seq))),
        };
        view.register.collaborations.iter().map(row).collect()
    }

    async fn contests(&self, page: &ContestPage) -> Vec<Contested> {
        let mut all = Vec::new();
        for one in page.contests.iter().take(WORDS) {
            let p = self.p;
            let (seq, link, _, statement) = self.entry(&one.contest).await;
            let grounds = name_of(&one.grounds);
            let day = |date: Date| p.lang.day(date);
            let open = one.stage.is_open();
            let clocks = [
                one.admit_by
                    .filter(|_| one.stage == Contesting::Filed)
                    .map(|on| p.say("contest-admit_by", &[&day(on)])),
                one.decide_by.filter(|_| open).map(|on| p.say("contest-decide_by", &[&day(on)])),
                one.appeal_by.filter(|_| !open).map(|on| p.say("contest-appeal_by", &[&day(on)])),
                one.outcome.map(|outcome| {
                    let outcome = name_of(&outcome);
                    p.say("contest-outcome", &[&p.value(&outcome)])
                }),
            ];
            all.push(Contested {
                day: day(one.filed_on),
                grounds: p.value(&grounds),
                stage: p.of("stage", &name_of(&one.stage)),
                open,
                clocks: clocks.into_iter().flatten().collect(),
                words: self.words(statement).await,
                entry: (seq, link),
            });
        }
        all
    }

    /// The next change that is known already, in a sentence.
    async fn next(&self, subject: SubjectId) -> Option<String> {
        let outlook: Outlook = self.source.json(&format!("/v1/subjects/{subject}/next")).await.ok()?;
        let next = outlook.next?;
        let (p, causes) = (self.p, lines::causes(self.p, &next.causes));
        let on = p.lang.day(next.on);
        Some(match next.points {
            Some(points) => p.say("kol-next_points", &[&on, &p.lang.moved(points), &causes]),
            None => p.say("kol-next", &[&on, &causes]),
        })
    }

    /// The score by the policy that comes next, on its first day.
    async fn shadow(&self, score: &Score) -> Option<String> {
        let (p, coming) = (self.p, score.shadow?);
        let path = format!("/v1/subjects/{}/score/{}/{}", score.subject, score.size, coming.as_of);
        let then: Score = self.source.json(&path).await.ok()?;
        let figure = Shown::of(p, None, &then.figure);
        let told = match (figure.score, figure.range) {
            (Some(score), Some((low, high))) => format!("{score} ({low} – {high})"),
            _ => figure.standing,
        };
        Some(p.say("kol-shadow", &[&coming.policy.to_string(), &p.lang.day(coming.as_of), &told]))
    }

    /// What a code of a loss is called.
    fn reason(&self, policy: &PolicyView, code: &str) -> String {
        let graded = code.split_once('.').and_then(|(criterion, indicator)| {
            let of = policy.policy.criteria.iter().find(|one| one.id.as_str() == criterion)?;
            of.indicators.iter().find(|one| one.id.as_str() == indicator)
        });
        graded.map_or_else(|| self.p.of("what", code), |one| self.p.lang.of(&one.name).to_owned())
    }

    fn row(&self, step: &Step) -> Row {
        let p = self.p;
        let figure = Shown::of(p, None, &step.after);
        let why = match &step.event {
            Some(event) => {
                format!("{}: {}", self.names.party(p, &event.issuer).name, lines::done(p, &event.type_name))
            }
            None => lines::causes(p, &step.causes),
        };
        Row {
            day: p.lang.day(step.on),
            score: figure.score.unwrap_or(figure.standing),
            range: figure.range.map(|(low, high)| format!("{low} – {high}")).unwrap_or_default(),
            band: figure.band.map(String::from).unwrap_or_default(),
            why,
        }
    }
}

fn certificate(p: &Page, one: &Certified) -> Certificate {
    let state = serde_json::to_value(&one.standing).unwrap_or_default();
    let state = state["state"].as_str().unwrap_or_default().to_owned();
    let band = one.band.to_string();
    let says = p.say("certificate_says", &[&band, &p.lang.day(one.granted_on), &p.lang.day(one.valid_until)]);
    Certificate { good: state == "valid", state: p.of("certificate", &state), says }
}
