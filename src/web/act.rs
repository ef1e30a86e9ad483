//! `/act/{act}`: something that is signed in the browser: what is asked for it, on one form. What is answered goes to
//! the page's script alone; this server gets the event once it is signed.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;

use super::asked::{Asked, rendered};
use super::named::{Names, Party};
use super::page::{Page, name, name_of};
use super::spoken::{self, Spoken};
use super::{entry, modules};
use crate::api::Problem;
use crate::api::views::{EventView, NoticeList, PolicyView, SubjectView};
use crate::engines::Score;
use crate::event::{EventType, PartyId, SubjectId};

/// Most items to choose among.
const ITEMS: usize = 200;
/// For how many days an endorsement counts unless another day is chosen.
const ENDORSED_DAYS: i32 = 365;
/// The ties that an endorser may have.
const RELATIONS: [&str; 4] = ["none", "professional", "commercial", "family_owner"];
/// What a commercial one may be worth.
const VALUES: [&str; 4] = ["under_10m", "under_100m", "under_1b", "from_1b"];
/// The grounds of a contest.
const GROUNDS: [&str; 4] = ["factual_error", "procedure", "conflict_of_interest", "disproportionate"];

/// A value to choose, and what it is called.
type Choice = (String, String);

/// What is asked.
enum Asks {
    Endorse { topics: Vec<Choice>, relations: Vec<Choice>, values: Vec<Choice>, today: String, until: String },
    Withdraw { target: String, issuer: String, link: String },
    Contest { items: Vec<Choice>, grounds: Vec<Choice> },
    Reply { items: Vec<Choice> },
    Impose { proposal: String, terms: Vec<(String, Vec<String>)>, link: String },
    Enrol { topics: Vec<Choice> },
}

/// An act before it is asked for.
struct Act {
    act: &'static str,
    title: String,
    lead: String,
    /// What is said to who has no key that may.
    needs: String,
    subject: Option<SubjectId>,
    asks: Asks,
}

impl Act {
    /// Whether there is something to act on.
    fn is_ready(&self) -> bool {
        match &self.asks {
            Asks::Contest { items, .. } | Asks::Reply { items } => !items.is_empty(),
            _ => true,
        }
    }
}

#[derive(Template)]
#[template(path = "act.html")]
struct Shown<'a> {
    p: &'a Page,
    script: String,
    words: Vec<Spoken>,
    act: Act,
    about: Option<Party>,
}

/// The page.
pub(super) async fn page(Path(act): Path<String>, asked: Asked) -> Response {
    let made = made(&asked, &act).await;
    asked.answer(made)
}

async fn made(asked: &Asked, act: &str) -> Result<String, Problem> {
    let act = match act {
        "endorse" => endorse(asked).await,
        "withdraw" => withdraw(asked).await,
        "contest" => contest(asked).await,
        "reply" => reply(asked).await,
        "impose" => impose(asked).await,
        "enrol" => enrol(asked).await,
        _ => Err(Problem::not_found("route.unknown", "there is no such act")),
    }?;
    let (p, source) = (&asked.page, &asked.web.source);
    let about = match act.subject.map(PartyId::from) {
        Some(party) => Some(Names::of(source, vec![party.clone()]).await.party(p, &party)),
        None => None,
    };
    let mut words = spoken::texts(p, &["act", "sign", "effect", "standing", "why"]);
    words.extend(spoken::types(p));
    rendered(&Shown { p, script: p.raw(&modules::place("act")), words, act, about })
}

/// The KOL whom a form is about.
fn subject(asked: &Asked) -> Result<SubjectId, Problem> {
    let missing =
        || Problem::new(400, "query.malformed", "`subject` is the id of a KOL, such as kol-0123456789abc");
    asked.read("subject", "the id of a KOL, such as kol-0123456789abc")?.ok_or_else(missing)
}

/// The entry of a type that a parameter names.
async fn named(asked: &Asked, parameter: &str, kind: EventType) -> Result<EventView, Problem> {
    let given = asked.value(parameter).unwrap_or_default();
    let wrong = || {
        let detail = format!("`{parameter}` is the id of an entry of the type {kind}");
        Problem::new(400, "query.malformed", detail)
    };
    if given.len() != 64 || !given.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    let view: EventView = asked.web.source.json(&format!("/v1/events/{given}")).await?;
    if view.row.event_type() == Some(kind) { Ok(view) } else { Err(wrong()) }
}

async fn policy(asked: &Asked) -> Result<PolicyView, Problem> {
    let pulse = asked.page.pulse.as_ref();
    let version = pulse.and_then(|pulse| pulse.0.policy).unwrap_or_default();
    asked.web.source.json(&format!("/v1/policies/{version}")).await
}

/// Names of closed lists, with what each is called.
fn choices(p: &Page, names: &[&str]) -> Vec<Choice> {
    names.iter().map(|one| ((*one).to_owned(), p.value(one))).collect()
}

async fn endorse(asked: &Asked) -> Result<Act, Problem> {
    asked.only(&["subject"])?;
    let (p, subject) = (&asked.page, subject(asked)?);
    let view: SubjectView = asked.web.source.json(&format!("/v1/subjects/{subject}")).await?;
    let policy = policy(asked).await?;
    let called = |id| policy.policy.topics.get(id).map(|label| p.lang.of(label).to_owned());
    let topics =
        view.row.topics.iter().map(|id| (id.to_string(), called(id).unwrap_or_else(|| id.to_string())));
    let today = p.pulse.as_ref().map_or(view.as_of, |pulse| pulse.0.today);
    Ok(Act {
        act: "endorse",
        title: p.t("act-endorse").to_owned(),
        lead: p.t("act-endorse_lead").to_owned(),
        needs: p.t("act-endorse_needs").to_owned(),
        subject: Some(subject),
        asks: Asks::Endorse {
            topics: topics.collect(),
            relations: choices(p, &RELATIONS),
            values: choices(p, &VALUES),
            today: today.to_string(),
            until: today.plus_days(ENDORSED_DAYS).to_string(),
        },
    })
}

async fn withdraw(asked: &Asked) -> Result<Act, Problem> {
    asked.only(&["target"])?;
    let p = &asked.page;
    let view = named(asked, "target", EventType::EndorsementPublished).await?;
    Ok(Act {
        act: "withdraw",
        title: p.t("act-withdraw").to_owned(),
        lead: p.t("act-withdraw_lead").to_owned(),
        needs: p.t("act-withdraw_needs").to_owned(),
        subject: view.row.subject,
        asks: Asks::Withdraw {
            target: view.row.id.to_string(),
            issuer: view.row.issuer.to_string(),
            link: p.to(&format!("entry/{}", view.row.seq)),
        },
    })
}

async fn contest(asked: &Asked) -> Result<Act, Problem> {
    asked.only(&["subject"])?;
    let (p, source, subject) = (&asked.page, &asked.web.source, subject(asked)?);
    let score: Score = source.json(&format!("/v1/subjects/{subject}/score")).await?;
    let names = Names::of(source, Vec::new()).await;
    let assessments = score.assessments.iter().map(|one| {
        let says = p.say("act-item_assessment", &[&names.party(p, &one.assessor).name]);
        (one.event.to_string(), says, one.contested)
    });
    let sanctions = score.sanctions.iter().map(|one| {
        let severity = p.value(&name_of(&one.severity));
        let says = p.say("act-item_sanction", &[&severity, &p.lang.day(one.starts_on)]);
        (one.event.to_string(), says, one.contested)
    });
    // What is contested already is not contested twice.
    let open = sanctions.chain(assessments).filter(|(.., contested)| !contested);
    Ok(Act {
        act: "contest",
        title: p.t("act-contest").to_owned(),
        lead: p.t("act-contest_lead").to_owned(),
        needs: p.t("act-contest_needs").to_owned(),
        subject: Some(subject),
        asks: Asks::Contest {
            items: open.map(|(event, says, _)| (event, says)).take(ITEMS).collect(),
            grounds: choices(p, &GROUNDS),
        },
    })
}

async fn reply(asked: &Asked) -> Result<Act, Problem> {
    asked.only(&["subject"])?;
    let (p, source, subject) = (&asked.page, &asked.web.source, subject(asked)?);
    let list: NoticeList = source.json(&format!("/v1/subjects/{subject}/notices")).await?;
    let names = Names::of(source, Vec::new()).await;
    let notices = list.notices.iter().filter(|one| one.hearing.reply.is_none()).map(|one| {
        let by = p.lang.day(one.hearing.reply_by);
        let says = p.say("act-item_notice", &[&names.party(p, &one.assessor).name, &by]);
        (format!("notice:{}", one.notice), says)
    });
    let proposals = list.proposals.iter().filter(|one| one.hearing.reply.is_none()).map(|one| {
        let (by, severity) = (p.lang.day(one.hearing.reply_by), p.value(&name_of(&one.proposed.severity)));
        let says = p.say("act-item_proposal", &[&severity, &names.party(p, &one.proposer).name, &by]);
        (format!("proposal:{}", one.proposal), says)
    });
    Ok(Act {
        act: "reply",
        title: p.t("act-reply").to_owned(),
        lead: p.t("act-reply_lead").to_owned(),
        needs: p.t("act-reply_needs").to_owned(),
        subject: Some(subject),
        asks: Asks::Reply { items: proposals.chain(notices).take(ITEMS).collect() },
    })
}

async fn impose(asked: &Asked) -> Result<Act, Problem> {
    asked.only(&["proposal"])?;
    let p = &asked.page;
    let view = named(asked, "proposal", EventType::SanctionProposed).await?;
    Ok(Act {
        act: "impose",
        title: p.t("act-impose").to_owned(),
        lead: p.t("act-impose_lead").to_owned(),
        needs: p.t("act-impose_needs").to_owned(),
        subject: view.row.subject,
        asks: Asks::Impose {
            proposal: view.row.id.to_string(),
            terms: entry::terms(p, &view.payload),
            link: p.to(&format!("entry/{}", view.row.seq)),
        },
    })
}

async fn enrol(asked: &Asked) -> Result<Act, Problem> {
    asked.only(&[])?;
    let (p, policy) = (&asked.page, policy(asked).await?);
    let mut topics: Vec<Choice> =
        policy.policy.topics.iter().map(|(id, label)| (id.to_string(), name(p.lang.of(label)))).collect();
    topics.sort_by_key(|one| crate::api::folded(&one.1));
    Ok(Act {
        act: "enrol",
        title: p.t("act-enrol").to_owned(),
        lead: p.t("act-enrol_lead").to_owned(),
        needs: p.t("act-enrol_needs").to_owned(),
        subject: None,
        asks: Asks::Enrol { topics },
    })
}
