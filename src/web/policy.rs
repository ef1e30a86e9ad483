//! `/policy`: the rules by which scores are made, in words.

use askama::Template;
use axum::response::Response;

use super::asked::{Asked, rendered};
use super::page::{Page, name_of};
use crate::api::Problem;
use crate::api::views::{LedgerView, PolicyList, PolicyView};
use crate::event::{Policy, Windows};

#[derive(Template)]
#[template(path = "policy.html")]
struct Rules<'a> {
    p: &'a Page,
    version: u32,
    since: String,
    standing: &'static str,
    versions: Vec<(u32, String, String)>,
    criteria: Vec<Criterion>,
    quorum: Vec<String>,
    bands: Vec<String>,
    sanctions: Vec<String>,
    endorsements: String,
    windows: Vec<(String, String)>,
    topics: String,
    certificate: Option<String>,
}

/// A criterion and what is graded under it.
struct Criterion {
    name: String,
    weight: String,
    indicators: Vec<String>,
}

/// The page.
pub(super) async fn page(asked: Asked) -> Response {
    let made = made(&asked).await;
    asked.answer(made)
}

async fn made(asked: &Asked) -> Result<String, Problem> {
    asked.only(&["version"])?;
    let (p, source) = (&asked.page, &asked.web.source);
    let version = match asked.read::<u32>("version", "a whole number")? {
        Some(version) => version,
        None => source.json::<LedgerView>("/v1/ledger").await?.policy.unwrap_or(1),
    };
    let list: PolicyList = source.json("/v1/policies").await?;
    let view: PolicyView = source.json(&format!("/v1/policies/{version}")).await?;
    let policy = &view.policy;
    let versions = list.policies.iter().map(|one| {
        let number = one.version.to_string();
        (one.version, p.with(&[("version", &number)]), p.lang.day(one.effective_from))
    });
    let criteria = policy.criteria.iter().map(|one| Criterion {
        name: p.lang.of(&one.name).to_owned(),
        weight: p.lang.percent(one.weight_permille),
        indicators: one.indicators.iter().map(|one| p.lang.of(&one.name).to_owned()).collect(),
    });
    let mut topics: Vec<&str> = policy.topics.values().map(|label| p.lang.of(label)).collect();
    topics.sort_by_key(|topic| crate::api::folded(topic));
    let standing = if view.row.in_force {
        p.t("policy-in_force")
    } else if view.row.cancelled {
        p.t("policy-cancelled")
    } else {
        p.t("policy-other")
    };
    rendered(&Rules {
        p,
        version,
        since: p.lang.day(view.row.effective_from),
        standing,
        versions: versions.collect(),
        criteria: criteria.collect(),
        quorum: vec![
            p.say("policy-groups", &[&policy.quorum.groups.to_string()]),
            p.say("policy-untied_groups", &[&policy.quorum.untied_groups.to_string()]),
        ],
        bands: bands(p, policy),
        sanctions: sanctions(p, policy),
        endorsements: p.say("policy-endorsements", &[&p.lang.points(i64::from(policy.endorsement.cap))]),
        windows: windows(p, &policy.windows),
        topics: topics.join(", "),
        certificate: policy
            .certificate
            .as_ref()
            .map(|conditions| p.say("policy-certificate", &[&conditions.least_band.to_string()])),
    })
}

fn bands(p: &Page, policy: &Policy) -> Vec<String> {
    let band = |one: &crate::event::Band| {
        let confidence = p.of("confidence", &name_of(&one.min_confidence));
        p.say("policy-band", &[&one.band.to_string(), &p.lang.points(i64::from(one.min_score)), &confidence])
    };
    policy.bands.iter().map(band).collect()
}

fn sanctions(p: &Page, policy: &Policy) -> Vec<String> {
    let severity = |(severity, effect): (&crate::event::Severity, &crate::event::SeverityPolicy)| {
        let name = name_of(severity);
        let named = &p.value(&name);
        let points = p.lang.points(i64::from(effect.points));
        let mut told = match effect.term_days {
            Some(days) => p.say("policy-sanction_days", &[named, &points, &days.to_string()]),
            None => p.say("policy-sanction", &[named, &points]),
        };
        if effect.withholds {
            told.push(' ');
            told.push_str(p.t("policy-withholds"));
        }
        told
    };
    policy.sanction.severities.iter().map(severity).collect()
}

fn windows(p: &Page, windows: &Windows) -> Vec<(String, String)> {
    let all = [
        (p.t("policy-reply"), windows.reply),
        (p.t("policy-file"), windows.file),
        (p.t("policy-admit"), windows.admit),
        (p.t("policy-decide"), windows.decide),
        (p.t("policy-decide_extension"), windows.decide_extension),
        (p.t("policy-appeal"), windows.appeal),
        (p.t("policy-appeal_decide"), windows.appeal_decide),
        (p.t("policy-appeal_extension"), windows.appeal_extension),
    ];
    let told = |days: Option<u16>| match days {
        Some(0) => p.t("policy-same_day").to_owned(),
        Some(days) => p.count("policy-days", days),
        None => p.t("policy-no_clock").to_owned(),
    };
    all.into_iter().map(|(what, days)| (what.to_owned(), told(days))).collect()
}
