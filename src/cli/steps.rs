//! What moves a score, in words: `history --steps`, and the change that comes next

use super::output::{self, points};
use super::read::figure;
use crate::api::views::{Step, StepPage};
use crate::client::Client;
use crate::event::SubjectId;
use crate::score::{self, Cause, Change, Outlook, Passing};

/// The next change of a score that is known already.
pub async fn outlook(client: &Client, score: &score::Score) -> anyhow::Result<Outlook> {
    let (subject, size, as_of) = (score.subject, score.size, score.as_of);
    Ok(client.json(&format!("/v1/subjects/{subject}/next?size={size}&as_of={as_of}")).await?)
}

/// A score under the version that comes into force next, on its first day.
pub async fn shadow(client: &Client, score: &score::Score) -> anyhow::Result<Option<score::Score>> {
    let Some(coming) = score.shadow else { return Ok(None) };
    let path = format!("/v1/subjects/{}/score/{}/{}", score.subject, score.size, coming.as_of);
    Ok(Some(client.json(&path).await?))
}

/// The next change in one sentence.
pub fn sentence(change: &Change) -> String {
    let moves = match change.points {
        Some(points_up @ 1..) => format!("rises by {}", points(points_up)),
        Some(0) => "stays, and its band changes".to_owned(),
        Some(down) => format!("falls by {}", points(-down)),
        None => "changes its standing".to_owned(),
    };
    let causes: Vec<String> = change.causes.iter().map(because).collect();
    format!(
        "on {} the score {moves}: {}, because {}",
        change.on,
        figure(&change.after),
        causes.join(", and ")
    )
}

/// A cause in words.
pub fn because(cause: &Cause) -> String {
    let aged = |what: &str| format!("{what} turns {} days old", cause.days.unwrap_or_default());
    let what = match cause.what {
        Passing::AssessmentAges => aged("an assessment"),
        Passing::AssessmentExpires => "an assessment is no longer valid".to_owned(),
        Passing::EndorsementAges => aged("an endorsement"),
        Passing::EndorsementExpires => "an endorsement is over".to_owned(),
        Passing::SanctionBegins => "a sanction begins".to_owned(),
        Passing::SanctionHalves => "a sanction is half over".to_owned(),
        Passing::SanctionEnds => "a sanction is over".to_owned(),
        Passing::ClockMissed => "a contest was not decided in time".to_owned(),
        Passing::PolicyBegins => "another policy comes into force".to_owned(),
    };
    format!("{what} (event {})", cause.event)
}

/// Every step of a score, page by page.
pub async fn all(client: &Client, subject: SubjectId) -> anyhow::Result<Vec<Step>> {
    let mut steps = Vec::new();
    let mut page: StepPage = client.json(&format!("/v1/subjects/{subject}/history/steps?limit=1000")).await?;
    loop {
        steps.append(&mut page.steps);
        let Some(next) = page.next else { return Ok(steps) };
        let (size, as_of) = (page.size, page.as_of);
        let path = format!("history/steps?limit=1000&size={size}&as_of={as_of}&after={next}");
        page = client.json(&format!("/v1/subjects/{subject}/{path}")).await?;
    }
}

/// Prints steps as a table.
pub fn print(steps: &[Step]) {
    let rows: Vec<Vec<String>> = steps
        .iter()
        .map(|step| {
            let cause = match &step.event {
                Some(event) => {
                    let replied = event.reply.map(|reply| format!(", replied to by event {}", reply.event));
                    let replied = replied.unwrap_or_default();
                    format!("{} by {}, entry {}{replied}", event.type_name, event.issuer, event.seq)
                }
                None => step.causes.iter().map(because).collect::<Vec<_>>().join(", and "),
            };
            vec![step.on.to_string(), points(step.points), figure(&step.after), cause]
        })
        .collect();
    output::table(&["on", "points", "then", "because"], &rows);
}
