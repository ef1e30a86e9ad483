//! A score over time, as steps within their range.

use super::lines::what_moved;
use super::named::Names;
use super::page::Page;
use crate::api::views::Step;
use crate::engines::Range;
use crate::time::Date;

const LEFT: f64 = 44.0;
const RIGHT: f64 = 624.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 200.0;
/// Most labels of months.
const MONTHS: usize = 6;
/// How many moves are named on the chart.
const NAMED: usize = 2;

/// A label.
pub(super) struct Label {
    /// Where.
    pub x: String,
    /// See `x`.
    pub y: String,
    /// What it says.
    pub says: String,
    /// On which side of its place it stands.
    pub anchor: &'static str,
}

/// A move of the score.
pub(super) struct Dot {
    /// Where.
    pub x: String,
    /// See `x`.
    pub y: String,
    /// Whether it is named.
    pub named: bool,
    /// Whether it takes.
    pub falls: bool,
}

/// The chart.
pub(super) struct Chart {
    /// What it shows in sentences, for who does not see it.
    pub description: String,
    /// The outlines of the range, a piece for each time there was a score.
    pub ranges: Vec<String>,
    /// The lines of the score.
    pub lines: Vec<String>,
    /// The levels.
    pub levels: Vec<Label>,
    /// The months.
    pub months: Vec<Label>,
    /// The moves.
    pub dots: Vec<Dot>,
    /// The largest moves, named.
    pub moves: Vec<Label>,
}

/// A day with a score.
#[derive(Clone, Copy)]
struct Known {
    on: Date,
    score: u16,
    range: Range,
}

/// The scale of a chart.
struct Scale {
    first: Date,
    days: f64,
    low: f64,
    high: f64,
}

impl Scale {
    fn x(&self, on: Date) -> f64 {
        LEFT + f64::from(on.days_since(self.first)) * (RIGHT - LEFT) / self.days
    }

    fn y(&self, hundredths: u16) -> f64 {
        BOTTOM - (f64::from(hundredths) - self.low) * (BOTTOM - TOP) / (self.high - self.low)
    }
}

impl Chart {
    /// The chart of steps up to a day; none where there never was a score.
    pub(super) fn of(p: &Page, names: &Names, steps: &[Step], until: Date) -> Option<Self> {
        let known = |step: &Step| {
            let (score, range) = step.after.score.zip(step.after.range)?;
            Some(Known { on: step.on, score, range })
        };
        // Each run of days with a score, and the day on which it was over.
        let mut runs: Vec<(Vec<Known>, Date)> = Vec::new();
        let mut open: Vec<Known> = Vec::new();
        for step in steps {
            match known(step) {
                Some(known) => open.push(known),
                None if !open.is_empty() => runs.push((std::mem::take(&mut open), step.on)),
                None => {}
            }
        }
        if !open.is_empty() {
            runs.push((open, until));
        }
        let all: Vec<Known> = runs.iter().flat_map(|(run, _)| run.iter().copied()).collect();
        let (first, last) = (all.first()?, all.last()?);
        let low = all.iter().map(|one| one.range.low).min()? / 500 * 500;
        let high = (all.iter().map(|one| one.range.high).max()?.div_ceil(500) * 500).max(low + 500);
        let days = f64::from(until.days_since(first.on).max(1));
        let scale = Scale { first: first.on, days, low: f64::from(low), high: f64::from(high) };
        let mut largest: Vec<&Step> = steps.iter().filter(|step| moved(step) != 0).collect();
        largest.sort_by_key(|step| (std::cmp::Reverse(moved(step).abs()), step.on));
        largest.truncate(NAMED);
        let told = largest.iter().map(|step| what_moved(p, names, step)).collect::<Vec<_>>();
        let points = |hundredths: u16| p.lang.points(i64::from(hundredths));
        let from = [points(first.score), p.lang.day(first.on), points(last.score), p.lang.day(until)];
        let [a, b, c, d] = from.each_ref().map(String::as_str);
        let mut description = p.say("chart-from_to", &[a, b, c, d]);
        for one in &told {
            description.push(' ');
            description.push_str(one);
            description.push('.');
        }
        Some(Self {
            description,
            ranges: runs.iter().map(|(run, end)| range(&scale, run, *end)).collect(),
            lines: runs.iter().map(|(run, end)| line(&scale, run, *end)).collect(),
            levels: levels(&scale, low, high),
            months: months(p, &scale, until),
            dots: dots(&scale, steps, &largest),
            moves: labels(&scale, &largest, &told),
        })
    }
}

/// By how much a step moved a score that was there before and after.
fn moved(step: &Step) -> i64 {
    let before = step.before.as_ref().and_then(|before| before.score);
    before.zip(step.after.score).map_or(0, |(before, after)| i64::from(after) - i64::from(before))
}

fn line(scale: &Scale, run: &[Known], end: Date) -> String {
    let mut path = String::new();
    for (at, one) in run.iter().enumerate() {
        let (x, y) = (scale.x(one.on), scale.y(one.score));
        path.push_str(&if at == 0 { format!("M{x:.1} {y:.1}") } else { format!("H{x:.1}V{y:.1}") });
    }
    format!("{path}H{:.1}", scale.x(end))
}

fn range(scale: &Scale, run: &[Known], end: Date) -> String {
    let ends = run.iter().skip(1).map(|one| one.on).chain([end]);
    let pieces: Vec<(f64, f64, Range)> =
        run.iter().zip(ends).map(|(one, end)| (scale.x(one.on), scale.x(end), one.range)).collect();
    let upper = pieces.iter().flat_map(|(from, to, range)| {
        let y = scale.y(range.high);
        [(*from, y), (*to, y)]
    });
    let lower = pieces.iter().rev().flat_map(|(from, to, range)| {
        let y = scale.y(range.low);
        [(*to, y), (*from, y)]
    });
    upper.chain(lower).map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
}

fn levels(scale: &Scale, low: u16, high: u16) -> Vec<Label> {
    let apart = if high - low > 3_000 { 1_000 } else { 500 };
    let first = low.div_ceil(apart) * apart;
    let level = |hundredths: u16| Label {
        x: format!("{:.1}", LEFT - 8.0),
        y: format!("{:.1}", scale.y(hundredths)),
        says: (hundredths / 100).to_string(),
        anchor: "end",
    };
    (first..=high).step_by(usize::from(apart)).map(level).collect()
}

fn months(p: &Page, scale: &Scale, until: Date) -> Vec<Label> {
    // Counted, not walked day by day: a reader may ask for a day in another age.
    let number = |day: Date| {
        let (year, month, _) = day.year_month_day();
        year * 12 + month as i32 - 1
    };
    let is_first = scale.first.year_month_day().2 == 1;
    let (first, last) = (number(scale.first) + i32::from(!is_first), number(until));
    let every = usize::try_from(last - first + 1).unwrap_or(0).div_ceil(MONTHS).max(1);
    let day =
        |month: i32| -> Option<Date> { format!("{:04}-{:02}-01", month / 12, month % 12 + 1).parse().ok() };
    let label = |day: Date| Label {
        x: format!("{:.1}", scale.x(day)),
        y: format!("{:.1}", BOTTOM + 26.0),
        says: p.lang.month(day),
        anchor: if scale.x(day) > RIGHT - 40.0 { "end" } else { "start" },
    };
    (first..=last).step_by(every).filter_map(day).map(label).collect()
}

fn dots(scale: &Scale, steps: &[Step], largest: &[&Step]) -> Vec<Dot> {
    let scored = steps.iter().filter_map(|step| Some((step, step.after.score?)));
    let dot = |(step, score): (&Step, u16)| Dot {
        x: format!("{:.1}", scale.x(step.on)),
        y: format!("{:.1}", scale.y(score)),
        named: largest.iter().any(|one| std::ptr::eq(*one, step)),
        falls: moved(step) < 0,
    };
    scored.map(dot).collect()
}

fn labels(scale: &Scale, largest: &[&Step], told: &[String]) -> Vec<Label> {
    let mut taken: Vec<f64> = Vec::new();
    let labels = largest.iter().zip(told).filter_map(|(step, says)| {
        let (x, mut y) = (scale.x(step.on), scale.y(step.after.score?) + 20.0);
        while taken.iter().any(|other| (other - y).abs() < 14.0) {
            y += 14.0;
        }
        y = y.min(BOTTOM - 4.0);
        taken.push(y);
        let late = x > f64::midpoint(LEFT, RIGHT);
        let (x, anchor) = if late { (x + 8.0, "end") } else { (x - 4.0, "start") };
        Some(Label { x: format!("{x:.1}"), y: format!("{y:.1}"), says: says.clone(), anchor })
    });
    labels.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::lang::Lang;

    #[test]
    fn months_are_few_however_long_the_time() {
        let page = Page::new(Lang::Vi, false, "/", &[]);
        let labels = |from: &str, until: &str| -> Vec<String> {
            let (first, until): (Date, Date) = (from.parse().unwrap(), until.parse().unwrap());
            let scale = Scale { first, days: f64::from(until.days_since(first)), low: 0.0, high: 1.0 };
            months(&page, &scale, until).into_iter().map(|label| label.says).collect()
        };
        assert_eq!(labels("2026-04-24", "2026-07-02"), ["5/2026", "6/2026", "7/2026"]);
        assert_eq!(labels("2026-12-01", "2027-01-31"), ["12/2026", "1/2027"]);
        assert!(labels("2026-12-02", "2026-12-30").is_empty());
        assert_eq!(labels("2026-04-24", "9999-12-31").len(), MONTHS);
    }
}
