//! `benches/RESULTS.md`: the figures beside what they have to reach, and the machine.

use std::fmt::Write as _;
use std::path::Path;

use super::figures::{Figures, TARGETS};
use super::signing::cores;
use crate::clock::Clock;

/// The explanations of what misses, written by hand, beside the results.
const EXPLAINED: &str = "EXPLAINED.md";

/// Writes the results file.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write(path: &Path, figures: &Figures, command: &str) -> anyhow::Result<()> {
    let explained = path.with_file_name(EXPLAINED);
    let explained = std::fs::read_to_string(explained).unwrap_or_default();
    Ok(std::fs::write(path, text(figures, command, &explained))?)
}

fn text(figures: &Figures, command: &str, explained: &str) -> String {
    let mut text = String::from("# Results of the benchmarks\n\n");
    let _ = writeln!(text, "`{command}`, {}\n", Clock::system().now().date_at(0));
    for (what, value) in machine() {
        let _ = writeln!(text, "- {what}: {value}");
    }
    text.push_str("\n| figure | key | must | aim | measured | reaches |\n|---|---|---|---|---|---|\n");
    let rows = figures.main.rows();
    let mut missed = Vec::new();
    for (target, (_, value)) in TARGETS.iter().zip(rows) {
        let verdict = value.map_or("not measured", |value| target.verdict(value));
        if verdict == "misses" {
            missed.push(target.key);
        }
        let measured = value.map_or("–".to_owned(), short);
        let (key, what) = (target.key, target.what);
        let (must, aim) = (short(target.must), short(target.aim));
        let _ = writeln!(text, "| {what} | `{key}` | {must} | {aim} | {measured} | {verdict} |");
    }
    text.push_str("\n| beside them | |\n|---|---|\n");
    for (key, value) in figures.support.rows() {
        if let Some(value) = value {
            let _ = writeln!(text, "| `{key}` | {} |", short(value));
        }
    }
    for left_out in &figures.left_out {
        let _ = writeln!(text, "\nNot measured: {left_out}.");
    }
    match missed.as_slice() {
        [] => text.push_str("\nEvery figure measured reaches what it must.\n"),
        missed => {
            let _ = writeln!(text, "\nBelow what they must reach: {}.", missed.join(", "));
        }
    }
    if !explained.is_empty() {
        let _ = write!(text, "\n{}", explained.trim_start());
    }
    text
}

/// What the figures were measured on.
fn machine() -> Vec<(&'static str, String)> {
    let file = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let row = |text: &str, name: &str| {
        let row = text.lines().find_map(|line| line.strip_prefix(name)?.split_once(':'));
        row.map_or("unknown".to_owned(), |(_, value)| value.trim().to_owned())
    };
    let rustc = std::process::Command::new("rustc").arg("--version").output();
    let rustc = rustc.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    vec![
        ("cores", format!("{}, shared by server and load", cores())),
        ("processor", row(&file("/proc/cpuinfo"), "model name")),
        ("memory", row(&file("/proc/meminfo"), "MemTotal")),
        ("kernel", file("/proc/sys/kernel/osrelease").trim().to_owned()),
        ("compiler", rustc.map_or("unknown".to_owned(), |version| version.trim().to_owned())),
    ]
}

/// A value with about three digits that count.
pub(super) fn short(value: f64) -> String {
    let digits = match value.abs() {
        _ if value.fract() == 0.0 => 0,
        0.0..1.0 => 3,
        1.0..10.0 => 2,
        10.0..100.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::super::figures::{Main, Support};
    use super::*;

    #[test]
    fn the_results_say_what_misses_and_why() {
        let figures = Figures {
            main: Main { batch_ratio: Some(0.5), start_s: Some(0.4), ..Main::default() },
            support: Support { cores: Some(2.0), ..Support::default() },
            left_out: vec!["growth_ratio: no ledger 5m is kept".to_owned()],
        };
        let text = text(&figures, "tinnhiem bench", "## Why\n");
        for part in [
            "| `batch_ratio` | 0.600 | 0.800 | 0.500 | misses |",
            "| `start_s` | 2 | 0.500 | 0.400 | aim |",
            "| `new_day_s` | 3 | 0.500 | – | not measured |",
            "Below what they must reach: batch_ratio.",
            "Not measured: growth_ratio: no ledger 5m is kept.",
            "\n## Why\n",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }
}
