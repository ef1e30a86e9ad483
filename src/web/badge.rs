//! `/kol/{subject}/badge.svg`: a score in a picture that others may show, with its day.

use askama::Template;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use super::asked::{Asked, rendered};
use super::figure::Shown;
use super::page::Page;
use super::wrong;
use crate::api::Problem;
use crate::engines::Score;
use crate::event::SubjectId;

/// How wide a letter is at most, in the picture's units, at a size of one.
const LETTER: f64 = 0.62;

/// A picture of a score.
#[derive(Template)]
#[template(path = "badge.svg")]
pub(super) struct Badge<'a> {
    p: &'a Page,
    /// What it says, for who does not see it.
    pub says: String,
    headline: String,
    lines: Vec<String>,
    /// How wide it is, in pixels.
    pub width: u32,
    /// How high it is, in pixels.
    pub height: u32,
    large: bool,
    paper: &'static str,
    ink: &'static str,
    accent: &'static str,
}

/// The picture.
pub(super) async fn picture(Path(subject): Path<String>, asked: Asked) -> Response {
    match made(&asked, &subject).await {
        Ok(svg) => ([(header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"))], svg).into_response(),
        Err(problem) => wrong::told(&asked.page, &problem),
    }
}

async fn made(asked: &Asked, subject: &str) -> Result<String, Problem> {
    asked.only(&["size", "scheme"])?;
    let large = chosen(asked, "size", "large", "small")?;
    let dark = chosen(asked, "scheme", "dark", "light")?;
    let p = &asked.page;
    let unknown = |_| Problem::not_found("subject.unknown", "there is no KOL of this id");
    let subject: SubjectId = subject.parse().map_err(unknown)?;
    let score: Score = asked.web.source.json(&format!("/v1/subjects/{subject}/score")).await?;
    rendered(&Badge::of(p, &score, large, dark))
}

impl<'a> Badge<'a> {
    /// The picture of a score, large or small, on a dark ground or a light one.
    pub(super) fn of(p: &'a Page, score: &Score, large: bool, dark: bool) -> Self {
        let figure = Shown::of(p, None, &score.figure);
        let headline = match figure.band {
            Some(band) => p.say("badge-band", &[&band.to_string()]),
            None => p.say("badge-none", &[&figure.standing]),
        };
        let day = p.say("home-as_of", &[&p.lang.day(score.as_of)]);
        let disputed = score.without_contested.is_some().then(|| p.t("contested").to_owned());
        let lines: Vec<String> = match large {
            true => ranged(p, &figure).into_iter().chain(disputed).chain([day]).collect(),
            false => disputed.into_iter().chain([p.lang.day(score.as_of)]).collect(),
        };
        let says = [headline.as_str()]
            .into_iter()
            .chain(lines.iter().map(String::as_str))
            .collect::<Vec<_>>()
            .join(" · ");
        let width = |text: &str, size: f64| text.chars().count() as f64 * LETTER * size;
        let (widest, height) = match large {
            true => {
                let count = lines.len() as u32;
                let lines = lines.iter().map(|line| width(line, 14.0));
                (lines.fold(width(&headline, 22.0), f64::max) + 36.0, 52 + 20 * count)
            }
            false => (width(&says, 13.0) + 36.0, 28),
        };
        let (paper, ink, accent) =
            if dark { ("#191c1f", "#e9e7e2", "#6fcabf") } else { ("#ffffff", "#17191c", "#0b5d57") };
        Self { p, says, headline, lines, width: widest.ceil() as u32, height, large, paper, ink, accent }
    }
}

/// A score with its range and how sure it is; none where there is no score.
fn ranged(p: &Page, figure: &Shown) -> Option<String> {
    let (score, (low, high)) = figure.score.as_ref().zip(figure.range.as_ref())?;
    let sure = figure.confidence.as_deref().unwrap_or_default();
    Some(p.say("badge-score", &[score, low, high, sure]))
}

/// Whether the first of two words is given; the second stands for none.
fn chosen(asked: &Asked, name: &str, first: &str, second: &str) -> Result<bool, Problem> {
    match asked.value(name) {
        None => Ok(false),
        Some(one) if one == first || one == second => Ok(one == first),
        Some(other) => {
            let other: String = other.escape_debug().take(40).collect();
            let detail = format!("`{name}` is one of {first}, {second}, not `{other}`");
            Err(Problem::new(400, "query.malformed", detail))
        }
    }
}
