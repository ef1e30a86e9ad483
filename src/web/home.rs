//! `/`: who is how credible, and where to look for somebody.

use askama::Template;
use axum::response::Response;

use super::asked::{Asked, Source, rendered};
use super::figure::Shown;
use super::members::{self, Listed};
use super::page::{Page, name, name_of, text};
use super::rule::Rule;
use crate::api::Problem;
use crate::api::views::{LedgerView, PolicyView, SubjectPage, SubjectRow};
use crate::event::Policy;
use crate::time::Date;

/// How many KOLs a page lists.
const ROWS: usize = 25;

const PARAMETERS: [&str; 6] = ["q", "topic", "band", "certified", "contested", "after"];
/// Those that the filters above the list set; one of them at a time.
const FILTERS: [&str; 3] = ["band", "certified", "contested"];

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    p: &'a Page,
    q: Option<String>,
    filters: Vec<Filter>,
    topics: Vec<Topic>,
    hidden: Vec<(&'static str, String)>,
    members: Vec<Listed>,
    rows: Vec<Face>,
    as_of: String,
    next: Option<String>,
    first: Option<String>,
}

/// A way to see fewer rows.
struct Filter {
    says: String,
    link: String,
    chosen: bool,
}

/// A field of work.
struct Topic {
    id: String,
    says: String,
    chosen: bool,
}

/// A KOL in a list.
pub(super) struct Face {
    /// Its name, or its id.
    pub name: String,
    /// Its page.
    pub link: String,
    /// Its fields.
    pub topics: String,
    /// Whether a certificate of its stands.
    pub certified: bool,
    /// What is shown of its score.
    pub figure: Shown,
    /// Its interval.
    pub rule: Option<Rule>,
}

impl Face {
    /// A row of a listing.
    pub(super) fn of(p: &Page, policy: &Policy, row: &SubjectRow) -> Self {
        let certified = row.certificate.as_ref().is_some_and(|one| {
            name_of(&serde_json::to_value(&one.standing).unwrap_or_default()["state"]) == "valid"
        });
        Self {
            name: row.name.as_deref().map_or_else(|| row.subject.to_string(), name),
            link: p.to(&format!("kol/{}", row.subject)),
            topics: topics(p, policy, row),
            certified,
            figure: Shown::of(p, Some(policy), &row.figure),
            rule: Rule::of(p, policy, &row.figure, None),
        }
    }
}

/// The fields of a KOL, in words.
pub(super) fn topics(p: &Page, policy: &Policy, row: &SubjectRow) -> String {
    let named = row.topics.iter().map(|topic| {
        policy.topics.get(topic).map_or_else(|| topic.to_string(), |label| p.lang.of(label).to_owned())
    });
    named.collect::<Vec<_>>().join(", ")
}

/// The policy that is in force on a day, by its version.
///
/// # Errors
/// What the API answers.
pub(super) async fn in_force(source: &Source) -> Result<Policy, Problem> {
    let ledger: LedgerView = source.json("/v1/ledger").await?;
    let version = ledger.policy.unwrap_or(1);
    let view: PolicyView = source.json(&format!("/v1/policies/{version}")).await?;
    Ok(view.policy)
}

/// The page.
pub(super) async fn page(asked: Asked) -> Response {
    let made = made(&asked).await;
    asked.answer(made)
}

async fn made(asked: &Asked) -> Result<String, Problem> {
    asked.only(&PARAMETERS)?;
    let (p, source) = (&asked.page, &asked.web.source);
    let policy = in_force(source).await?;
    let query = asked.query(&PARAMETERS);
    let page: SubjectPage = source.json(&format!("/v1/subjects?limit={ROWS}{query}")).await?;
    let topic = asked.value("topic");
    let members = match asked.value("q") {
        Some(q) => members::found(asked, q).await?,
        None => Vec::new(),
    };
    let hidden = FILTERS.into_iter().filter_map(|name| Some((name, asked.value(name)?.to_owned())));
    let mut topics: Vec<Topic> = policy
        .topics
        .iter()
        .map(|(id, label)| Topic {
            id: id.to_string(),
            says: p.lang.of(label).to_owned(),
            chosen: topic == Some(id.as_str()),
        })
        .collect();
    topics.sort_by_key(|one| crate::api::folded(&one.says));
    rendered(&Home {
        p,
        q: asked.value("q").map(text),
        filters: filters(asked, &policy),
        topics,
        members,
        hidden: hidden.collect(),
        rows: page.subjects.iter().map(|row| Face::of(p, &policy, row)).collect(),
        as_of: day(p, page.as_of),
        next: page.next.map(|next| p.with(&[("after", &next)])),
        first: asked.value("after").map(|_| p.with(&[("after", "")])),
    })
}

fn day(p: &Page, date: Date) -> String {
    p.lang.day(date)
}

fn filters(asked: &Asked, policy: &Policy) -> Vec<Filter> {
    let p = &asked.page;
    let filter = |says: &str, name: &str, value: &str| {
        let others = FILTERS.into_iter().chain(["after"]).filter(|one| *one != name).map(|one| (one, ""));
        let chosen = match name {
            "" => FILTERS.into_iter().all(|one| asked.value(one).is_none()),
            name => asked.value(name) == Some(value),
        };
        let set = Some((name, value)).filter(|_| !name.is_empty());
        let link = p.with(&set.into_iter().chain(others).collect::<Vec<_>>());
        Filter { says: says.to_owned(), link, chosen }
    };
    let bands = policy.bands.iter().map(|one| {
        let letter = one.band.to_string();
        filter(&p.say("home-band", &[&letter]), "band", &letter)
    });
    let standings = [("certified", p.t("certified")), ("contested", p.t("contested"))];
    let standings = standings.map(|(name, says)| filter(says, name, "true"));
    [filter(p.t("home-all"), "", "")].into_iter().chain(bands).chain(standings).collect()
}
