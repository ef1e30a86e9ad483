//! Rule 7: what sanctions take, cap and withhold.

use super::context::{Context, WhatIf};
use super::counting::sanction_excluded;
use crate::dsse::EventId;
use crate::engines::Passing;
use crate::engines::{SanctionFigure, Standing};
use crate::event::Severity;
use crate::facts::Sanction;
use crate::time::Date;

/// The sanctions in force and their effect.
pub(super) struct Burden {
    /// What each takes, in the order of first days; capped in all.
    pub taken: Vec<(EventId, Severity, i64)>,
    /// What they take together.
    pub total: i64,
    /// The best band they leave.
    pub best_band: Option<char>,
    /// Whether they leave no bonus.
    pub blocks_bonus: bool,
    /// What they withhold or end.
    pub standing: Option<Standing>,
}

pub(super) fn burden(context: &Context<'_>, what_if: WhatIf) -> Burden {
    let rule = &context.policy.sanction;
    let as_of = context.at.as_of;
    let all = context.sanctions(what_if);
    let mut burden =
        Burden { taken: Vec::new(), total: 0, best_band: None, blocks_bonus: false, standing: None };
    for one in all.iter().filter(|one| in_force(context, one, what_if)) {
        let Some(severity) = rule.severities.get(&one.severity) else { continue };
        let points = points(i64::from(severity.points), one, as_of);
        let earlier =
            all.iter().filter(|other| counts_before(other, one, rule.repeat_from, rule.repeat_days));
        let repeats = earlier.count().min(usize::from(rule.repeat_most)) as i64;
        let points = points * (1000 + i64::from(rule.repeat_permille) * repeats) / 1000;
        let points = points.min(i64::from(rule.max_total) - burden.total);
        burden.total += points;
        burden.taken.push((one.recorded.event, one.severity, points));
        burden.best_band = burden.best_band.max(severity.best_band);
        burden.blocks_bonus |= one.severity >= context.policy.endorsement.blocked_from;
        if severity.withholds {
            let event = one.recorded.event;
            let standing = match one.ends_on {
                None => Standing::Ended { by: event },
                until => Standing::Withheld { by: event, until },
            };
            let graver = !matches!(burden.standing, Some(Standing::Ended { .. }));
            burden.standing = if graver { Some(standing) } else { burden.standing };
        }
    }
    burden
}

/// The sanctions in force as they are shown.
pub(super) fn figures(context: &Context<'_>) -> Vec<SanctionFigure> {
    let all = context.sanctions(WhatIf::default());
    let shown =
        all.iter().filter(|one| in_force(context, one, WhatIf::default())).map(|one| SanctionFigure {
            event: one.recorded.event,
            severity: one.severity,
            starts_on: one.starts_on,
            ends_on: one.ends_on,
            urgent: one.urgent,
            contested: context.contested(&one.recorded.event).open,
            reply: one.reply.as_deref().copied(),
        });
    shown.collect()
}

fn in_force(context: &Context<'_>, one: &Sanction, what_if: WhatIf) -> bool {
    let (as_of, contest) = (context.at.as_of, context.contested(&one.recorded.event));
    let excluded = sanction_excluded(one, contest, as_of, what_if);
    excluded.is_none() && one.ends_on.is_none_or(|last| as_of <= last)
}

/// Full in the first half of the term, half in the second.
fn points(full: i64, sanction: &Sanction, as_of: Date) -> i64 {
    let elapsed = i64::from(as_of.days_since(sanction.starts_on));
    match sanction.term_days {
        Some(term) if 2 * elapsed >= i64::from(term) => full / 2,
        _ => full,
    }
}

fn counts_before(other: &Sanction, one: &Sanction, from: Severity, days: u16) -> bool {
    (other.starts_on, other.recorded.seq) < (one.starts_on, one.recorded.seq)
        && other.severity >= from
        && one.starts_on.days_since(other.starts_on) <= i32::from(days)
}

/// Days on which a sanction's effect changes of itself.
pub(super) fn changes(sanction: &Sanction) -> impl Iterator<Item = (Date, Passing)> {
    let first = sanction.starts_on;
    let half = sanction.term_days.map(|term| first.plus_days(term.div_ceil(2) as i32));
    let after = sanction.ends_on.map(|last| last.plus_days(1));
    let days = [
        (Some(first), Passing::SanctionBegins),
        (half, Passing::SanctionHalves),
        (after, Passing::SanctionEnds),
    ];
    days.into_iter().filter_map(|(day, what)| Some((day?, what)))
}
