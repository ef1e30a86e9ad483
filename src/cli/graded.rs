//! Criteria and indicators of the policy in force, explained like codes

use std::collections::BTreeMap;

use super::codes::Row;
use super::policies;
use super::told::clean;
use crate::client::Client;
use crate::event::{Label, Policy};

/// Whether a criterion or an indicator may be called so, as `C1`, `I4` and `C1.I4` are.
pub(super) fn may_be(code: &str) -> bool {
    let named = |part: &str| {
        let digits = part.trim_start_matches(|one: char| one.is_ascii_uppercase());
        digits.len() < part.len() && !digits.is_empty() && digits.bytes().all(|one| one.is_ascii_digit())
    };
    code.split('.').count() <= 2 && code.split('.').all(named)
}

/// What the policy in force says of a criterion or an indicator.
///
/// # Errors
/// When the ledger does not answer.
pub(super) async fn of(client: &Client, code: &str) -> anyhow::Result<Option<Row>> {
    let view = policies::version(client, None).await?;
    Ok(row(&view.policy, code).map(|(of, mut says)| {
        says.insert("policy", format!("{}; `tinnhiem policy show`", view.row.version).into());
        Row { of, code: code.to_owned(), says }
    }))
}

type Says = BTreeMap<&'static str, std::borrow::Cow<'static, str>>;

fn row(policy: &Policy, code: &str) -> Option<(&'static str, Says)> {
    let both = |name: &Label| format!("{} / {}", clean(&name.vi), clean(&name.en));
    if let Some(criterion) = policy.criteria.iter().find(|one| one.id.as_str() == code) {
        let indicators = criterion.indicators.iter().map(|one| format!("{} {}", one.id, both(&one.name)));
        let says = [
            ("tên / name", both(&criterion.name)),
            ("phần trong điểm / share of the score", format!("{} ‰", criterion.weight_permille)),
            ("chỉ báo / indicators", indicators.collect::<Vec<_>>().join("; ")),
        ];
        return Some(("Criteria", says.map(|(name, text)| (name, text.into())).into()));
    }
    // An indicator's id is unique in the policy; a score names it after its criterion.
    let (of, id) = code.split_once('.').map_or((None, code), |(of, id)| (Some(of), id));
    let all =
        policy.criteria.iter().flat_map(|one| one.indicators.iter().map(move |indicator| (one, indicator)));
    let mut named = all
        .filter(|(one, indicator)| indicator.id.as_str() == id && of.is_none_or(|of| one.id.as_str() == of));
    let (criterion, indicator) = named.next()?;
    let says = [
        ("tên / name", both(&indicator.name)),
        ("tiêu chí / criterion", format!("{} {}", criterion.id, both(&criterion.name))),
        ("mức / levels", format!("0–{}", indicator.max_level)),
    ];
    Some(("Indicators", says.map(|(name, text)| (name, text.into())).into()))
}
