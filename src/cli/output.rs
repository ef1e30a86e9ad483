//! Tables for people, JSON for programs, progress bars on a terminal.

use std::io::{IsTerminal, Write};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use super::told::safe;
use super::{layout, screen};

/// Prints a value as indented JSON.
pub(super) fn json<T: Serialize>(value: &T) -> anyhow::Result<()> {
    screen::write(&format!("{}\n", serde_json::to_string_pretty(value)?));
    Ok(())
}

/// Whether an answer is for a program.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Answer {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

impl Answer {
    /// Prints what was done, to a program or in words.
    ///
    /// # Errors
    /// Nobody takes it.
    pub(super) fn tell(self, value: &serde_json::Value, words: &str) -> anyhow::Result<u8> {
        match self.json {
            true => json(value)?,
            false => line(words),
        }
        Ok(0)
    }
}

/// Prints rows under a head, columns aligned; at a terminal no line is wider than it is.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) {
    layout::table(head, rows, screen::width()).iter().for_each(|line| screen::print(&safe(line)));
}

/// Prints lines as they are, however wide: what is to be pasted.
pub(super) fn as_is(text: &str) {
    text.split('\n').for_each(screen::print);
}

/// Prints lines; at a terminal they are wrapped.
pub(super) fn line(text: &str) {
    let width = screen::width();
    for one in text.split('\n') {
        match width {
            Some(width) => layout::wrapped(one, width).iter().for_each(|line| screen::print(line)),
            None => screen::print(one),
        }
    }
}

/// Tells lines on the error stream; at a terminal they are wrapped. That nobody reads them ends nothing.
pub(super) fn aside(text: &str) {
    let width = screen::width_of_errors();
    let mut stderr = std::io::stderr().lock();
    for one in text.split('\n') {
        let lines = width.map_or_else(|| vec![one.to_owned()], |width| layout::wrapped(one, width));
        for line in lines {
            let _ = writeln!(stderr, "{line}");
        }
    }
}

/// As `eprintln!`, wrapped at a terminal.
macro_rules! tell {
    ($($text:tt)*) => {
        $crate::cli::output::aside(&format!($($text)*))
    };
}
pub(super) use tell;

/// As `println!`, wrapped at a terminal.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::cli::output::line(&format!($($text)*))
    };
}
pub(super) use say;

/// Hundredths of a point as people read them: 7982 is 79.82.
pub(super) fn points(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", hundredths.abs() / 100, hundredths.abs() % 100)
}

/// Progress on the error stream, where that is a terminal.
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// A bar that has not begun.
    pub(super) fn new() -> Self {
        let hidden = !std::io::stderr().is_terminal();
        let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let style = ProgressStyle::with_template("{msg:12} {wide_bar} {pos}/{len} {eta}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self(bar)
    }

    /// Shows how far a piece of work is.
    pub(super) fn show(&self, what: &str, done: u64, of: u64) {
        self.0.set_message(what.to_owned());
        self.0.set_length(of);
        self.0.set_position(done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
