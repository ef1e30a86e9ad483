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

#[derive(Template)]
#[template(path = "badge.svg")]
struct Badge<'a> {
    p: &'a Page,
    says: String,
    headline: String,
    lines: Vec<String>,
    width: u32,
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
    let figure = Shown::of(p, None, &score.figure);
    let headline = match figure.band {
        Some(band) => p.say("badge-band", &[&band.to_string()]),
        None => p.say("badge-none", &[&figure.standing]),
    };
    let day = p.say("home-as_of", &[&p.lang.day(score.as_of)]);
    let disputed = score.without_contested.is_some().then(|| p.t("contested").to_owned());
    let lines: Vec<String> = match large {
        true => figure
            .score
            .zip(figure.confidence)
            .map(|(score, sure)| format!("{score} · {sure}"))
            .into_iter()
            .chain(disputed)
            .chain([day])
            .collect(),
        false => disputed.into_iter().chain([p.lang.day(score.as_of)]).collect(),
    };
    let says = [headline.as_str()]
        .into_iter()
        .chain(lines.iter().map(String::as_str))
        .collect::<Vec<_>>()
        .join(" · ");
    let width = |text: &str, size: f64| text.chars().count() as f64 * LETTER * size;
    let widest = match large {
        true => lines.iter().map(|line| width(line, 14.0)).fold(width(&headline, 22.0), f64::max) + 36.0,
        false => width(&says, 13.0) + 36.0,
    };
    let (paper, ink, accent) =
        if dark { ("#191c1f", "#e9e7e2", "#6fcabf") } else { ("#ffffff", "#17191c", "#0b5d57") };
    rendered(&Badge { p, says, headline, lines, width: widest.ceil() as u32, large, paper, ink, accent })
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
