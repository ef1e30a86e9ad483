//! `/compare`: up to five KOLs side by side, what differs first.

use askama::Template;
use axum::response::Response;

use super::asked::{Asked, Source, encoded, rendered};
use super::figure::Shown;
use super::home::{Face, in_force};
use super::page::{Page, text};
use crate::api::Problem;
use crate::api::views::{SubjectPage, SubjectView};
use crate::engines::Score;
use crate::event::{Policy, SubjectId};

/// The parameters that name them.
const PLACES: [&str; 5] = ["a", "b", "c", "d", "e"];

#[derive(Template)]
#[template(path = "compare.html")]
struct Compare<'a> {
    p: &'a Page,
    places: Vec<Place>,
    faces: Vec<Face>,
    differing: Vec<Row>,
    alike: Vec<Row>,
}

/// A field of the form, and what was wrong with it.
struct Place {
    name: &'static str,
    label: String,
    given: String,
    wrong: Option<String>,
}

/// What is compared.
struct Row {
    what: String,
    values: Vec<String>,
}

/// A KOL that is compared.
struct One {
    view: SubjectView,
    score: Score,
}

/// The page.
pub(super) async fn page(asked: Asked) -> Response {
    let made = made(&asked).await;
    asked.answer(made)
}

async fn made(asked: &Asked) -> Result<String, Problem> {
    asked.only(&PLACES)?;
    let (p, source) = (&asked.page, &asked.web.source);
    let policy = in_force(source).await?;
    let (mut places, mut all) = (Vec::new(), Vec::<One>::new());
    for (at, name) in (1..).zip(PLACES) {
        let given = asked.value(name);
        let mut place = Place {
            name,
            label: p.say("compare-place", &[&at.to_string()]),
            given: given.map(text).unwrap_or_default(),
            wrong: None,
        };
        if let Some(given) = given {
            match found(p, source, given).await? {
                Ok(id) if all.iter().any(|one| one.view.row.subject == id) => {
                    place.wrong = Some(p.t("compare-twice").to_owned());
                }
                Ok(id) => all.push(One::of(source, id).await?),
                Err(wrong) => place.wrong = Some(wrong),
            }
        }
        places.push(place);
    }
    let rows = rows(p, &policy, &all);
    let (differing, alike) =
        rows.into_iter().partition(|row| row.values.iter().any(|one| *one != row.values[0]));
    rendered(&Compare {
        p,
        places,
        faces: all.iter().map(|one| Face::of(p, &policy, &one.view.row)).collect(),
        differing,
        alike,
    })
}

/// The KOL that a text names; else what is wrong with it.
async fn found(p: &Page, source: &Source, given: &str) -> Result<Result<SubjectId, String>, Problem> {
    let path = format!("/v1/subjects?limit=2&q={}", encoded(given));
    let page: SubjectPage = match source.json(&path).await {
        Ok(page) => page,
        Err(problem) if problem.status == 400 => return Ok(Err(p.t("compare-nobody").to_owned())),
        Err(problem) => return Err(problem),
    };
    Ok(match page.subjects.as_slice() {
        [] => Err(p.t("compare-nobody").to_owned()),
        [one] => Ok(one.subject),
        _ => Err(p.t("compare-several").to_owned()),
    })
}

impl One {
    async fn of(source: &Source, id: SubjectId) -> Result<Self, Problem> {
        let path = format!("/v1/subjects/{id}");
        Ok(Self { view: source.json(&path).await?, score: source.json(&format!("{path}/score")).await? })
    }
}

fn rows(p: &Page, policy: &Policy, all: &[One]) -> Vec<Row> {
    let row = |what: &str, value: &dyn Fn(&One) -> String| Row {
        what: what.to_owned(),
        values: all.iter().map(value).collect(),
    };
    let none = || "–".to_owned();
    let figure = |one: &One| Shown::of(p, Some(policy), &one.score.figure);
    let mut rows = vec![
        row(p.t("score"), &|one| figure(one).score.unwrap_or_else(|| figure(one).standing)),
        row(p.t("range"), &|one| {
            figure(one).range.map_or_else(none, |(low, high)| format!("{low} – {high}"))
        }),
        row(p.t("band"), &|one| figure(one).band.map_or_else(none, String::from)),
        row(p.t("compare-confidence"), &|one| figure(one).confidence.unwrap_or_else(none)),
    ];
    for criterion in &policy.criteria {
        rows.push(row(p.lang.of(&criterion.name), &|one| {
            let found = one.score.criteria.iter().find(|figure| figure.id == criterion.id);
            let value = found.and_then(|figure| figure.value);
            value.map_or_else(none, |value| p.lang.points(i64::from(value)))
        }));
    }
    let part = |one: &One, code: &str| -> i64 {
        let parts = one.score.parts.iter().filter(|part| part.code.starts_with(code));
        parts.map(|part| part.points).sum()
    };
    rows.push(row(p.t("part-endorsements"), &|one| p.lang.moved(part(one, "ENDORSEMENTS"))));
    rows.push(row(p.t("kol-sanctions"), &|one| p.lang.moved(part(one, "SANC."))));
    rows.push(row(p.t("compare-disputed"), &|one| match &one.score.without_contested {
        Some(without) => {
            let without = Shown::of(p, Some(policy), without);
            p.say("kol-without", &[&without.score.unwrap_or(without.standing)])
        }
        None => p.t("no").to_owned(),
    }));
    rows.push(row(p.t("kol-certificate"), &|one| {
        let standing = one.score.certificate.as_ref().map(|one| serde_json::to_value(&one.standing));
        let standing = standing.and_then(Result::ok);
        let state = standing.as_ref().and_then(|standing| standing["state"].as_str());
        state.map_or_else(none, |state| p.of("certificate", state))
    }));
    rows.push(row(p.t("kol-paid"), &|one| one.view.register.collaborations.len().to_string()));
    rows
}
