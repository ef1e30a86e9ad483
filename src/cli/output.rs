//! Tables for people, JSON for programs, progress bars on a terminal.

use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use super::told::safe;

/// Prints a value as indented JSON.
pub fn json<T: Serialize>(value: &T) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)?;
    Ok(())
}

/// Between two columns.
const GAP: usize = 2;
/// No column is cut to less.
const LEAST: usize = 10;

/// Prints rows under a head, columns aligned; at a terminal the widest columns are cut until a row fits.
pub fn table(head: &[&str], rows: &[Vec<String>]) {
    let out = std::io::stdout();
    let width = if out.is_terminal() { rustix::termios::tcgetwinsize(&out).ok() } else { None };
    lines(head, rows, width.map(|size| usize::from(size.ws_col)).filter(|width| *width > 0))
        .iter()
        .for_each(|line| println!("{}", safe(line)));
}

fn lines(head: &[&str], rows: &[Vec<String>], fit: Option<usize>) -> Vec<String> {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([head[column].chars().count()]).max().unwrap_or(0)
    };
    let mut widths: Vec<usize> = (0..head.len()).map(width).collect();
    let gaps = GAP * head.len().saturating_sub(1);
    while let Some(fit) = fit.filter(|fit| widths.iter().sum::<usize>() + gaps > *fit) {
        let over = widths.iter().sum::<usize>() + gaps - fit;
        let Some(widest) = widths.iter_mut().max().filter(|width| **width > LEAST) else { break };
        *widest -= over.div_ceil(4).min(*widest - LEAST);
    }
    let cut = |cell: &str, width: usize| match cell.chars().count() > width {
        true => cell.chars().take(width.saturating_sub(1)).chain(['…']).collect(),
        false => cell.to_owned(),
    };
    let line = |cells: Vec<&str>| {
        let padded = cells.iter().zip(&widths).map(|(cell, &width)| format!("{:<width$}", cut(cell, width)));
        padded.collect::<Vec<_>>().join(&" ".repeat(GAP)).trim_end().to_owned()
    };
    let rows = rows.iter().map(|row| line(row.iter().map(String::as_str).collect()));
    std::iter::once(line(head.to_vec())).chain(rows).collect()
}

/// Hundredths of a point as people read them: 7982 is 79.82.
pub fn points(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", hundredths.abs() / 100, hundredths.abs() % 100)
}

/// Progress on the error stream, where that is a terminal.
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar that has not begun.
    pub fn new() -> Self {
        let hidden = !std::io::stderr().is_terminal();
        let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let style = ProgressStyle::with_template("{msg:12} {wide_bar} {pos}/{len} {eta}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self(bar)
    }

    /// Shows how far a piece of work is.
    pub fn show(&self, what: &str, done: u64, of: u64) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_fits_a_terminal_and_is_whole_elsewhere() {
        let rows =
            vec![vec!["332".to_owned(), "công bố đánh giá tín nhiệm / published".to_owned(), "x".repeat(90)]];
        let head = ["seq", "việc / what", "content"];
        for fit in 30..160 {
            let shown = lines(&head, &rows, Some(fit));
            assert!(shown.iter().all(|line| line.chars().count() <= fit), "{fit}: {shown:?}");
            assert!(shown[1].starts_with("332  công bố đ"), "{fit}: {shown:?}");
        }
        let whole = lines(&head, &rows, None);
        assert!(whole[1].ends_with(&"x".repeat(90)) && !whole[1].contains('…'));
        assert_eq!(whole, lines(&head, &rows, Some(1000)));
    }
}
