//! What was measured, and what it has to reach.

use serde::Serialize;

use super::signing::cores;

/// The figures of one run; what was not measured is left out.
#[derive(Debug, Default, Serialize)]
pub(super) struct Figures {
    #[serde(flatten)]
    pub main: Main,
    #[serde(flatten)]
    pub support: Support,
    /// What was left out, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

macro_rules! measured {
    ($(#[$doc:meta])* $name:ident { $($field:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Default, Serialize)]
        pub(crate) struct $name {
            $(#[serde(skip_serializing_if = "Option::is_none")] pub $field: Option<f64>,)*
        }

        impl $name {
            /// Every figure's name and value.
            pub(crate) fn rows(&self) -> Vec<(&'static str, Option<f64>)> {
                vec![$((stringify!($field), self.$field),)*]
            }
        }
    };
}

measured! {
    /// The figures that something is asked of.
    Main {
        batch_ratio,
        single_ratio,
        ack_p50_ms,
        ack_p99_ms,
        score_read_ratio,
        past_score_us,
        new_day_s,
        audit_ratio,
        rebuild_ratio,
        start_s,
        resident_mb,
        disk_ratio,
        growth_ratio,
        ranking_p99_ms,
    }
}

measured! {
    /// What helps to read them.
    Support {
        cores,
        ceiling_per_s,
        batch_per_s,
        batch_own_texts_ratio,
        single_per_s,
        ack_rate_per_s,
        ack_max_ms,
        peak_per_s,
        overload_throughput_ratio,
        overload_503,
        overload_503_p99_ms,
        score_reads_per_s,
        bare_reads_per_s,
        score_reads_spread_per_s,
        new_day_reads_p99_ms,
        ranking_p50_ms,
        ranking_max_ms,
        start_without_image_s,
        start_mb,
        peak_rss_mb,
        writing_peak_rss_mb,
        disk_bytes,
        entry_and_hash_bytes,
        events,
        subjects,
        ranked_subjects,
        small_start_s,
        small_resident_mb,
        small_new_day_s,
        small_ranking_p99_ms,
    }
}

impl Support {
    /// Nothing but what is known of the machine.
    pub(super) fn of_machine() -> Self {
        Self { cores: Some(cores() as f64), ..Self::default() }
    }
}

/// What a figure has to reach, and is meant to.
pub(super) struct Target {
    /// Its key.
    pub key: &'static str,
    /// What it is.
    pub what: &'static str,
    /// What it must reach.
    pub must: f64,
    /// What is aimed at.
    pub aim: f64,
    /// Whether more is better.
    pub more: bool,
}

const fn more(key: &'static str, must: f64, aim: f64, what: &'static str) -> Target {
    Target { key, what, must, aim, more: true }
}

const fn less(key: &'static str, must: f64, aim: f64, what: &'static str) -> Target {
    Target { key, what, must, aim, more: false }
}

/// In the order in which they are shown.
pub(super) const TARGETS: &[Target] = &[
    more("batch_ratio", 0.6, 0.8, "durable events by batch ÷ strict verification on all cores"),
    more("single_ratio", 0.3, 0.5, "the same by single posts, 64 keep-alive connections"),
    less("ack_p50_ms", 3.0, 2.0, "acknowledgement at 10 % load, p50, ms"),
    less("ack_p99_ms", 15.0, 8.0, "acknowledgement at 10 % load, p99, ms"),
    more("score_read_ratio", 0.7, 0.9, "score reads ÷ the same bytes from a bare route"),
    less("past_score_us", 50.0, 20.0, "score at a past size and date, 200 contributions, µs"),
    less("new_day_s", 3.0, 0.5, "new day, 1 million rated subjects, until the ranking is current, s"),
    more("audit_ratio", 0.85, 0.95, "full audit ÷ strict verification on all cores"),
    more("rebuild_ratio", 5.0, 10.0, "rebuild of all state ÷ strict verification on all cores"),
    less("start_s", 2.0, 0.5, "start to ready, 1 million events, 50,000 subjects, s"),
    less("resident_mb", 800.0, 400.0, "resident memory, same, after reading every score, MB"),
    less("disk_ratio", 2.0, 1.6, "bytes on disk ÷ bytes of entries and hashes"),
    less("growth_ratio", 1.25, 1.05, "cost per event at 5 million ÷ at 100,000"),
    less("ranking_p99_ms", 20.0, 5.0, "ranking and search with 1 million subjects, p99, ms"),
];

impl Target {
    /// How a value does: `aim`, `must`, or `misses`.
    pub(super) fn verdict(&self, value: f64) -> &'static str {
        let reaches = |bound| if self.more { value >= bound } else { value <= bound };
        match (reaches(self.aim), reaches(self.must)) {
            (true, _) => "aim",
            (_, true) => "must",
            _ => "misses",
        }
    }
}

/// The middle of some runs.
pub(super) fn median(mut runs: Vec<f64>) -> f64 {
    runs.sort_by(f64::total_cmp);
    runs.get(runs.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_main_figure_has_a_target() {
        let keys: Vec<_> = Main::default().rows().into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, TARGETS.iter().map(|target| target.key).collect::<Vec<_>>());
        assert_eq!(TARGETS[0].verdict(0.7), "must");
        assert_eq!(TARGETS[2].verdict(1.0), "aim");
        assert_eq!(TARGETS[2].verdict(4.0), "misses");
    }
}
