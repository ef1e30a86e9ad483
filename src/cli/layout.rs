//! Text as a terminal shows it: widths in cells, lines that fit.

use textwrap::{Options, WordSplitter, WrapAlgorithm};
use unicode_width::UnicodeWidthStr;

/// Between two columns.
const GAP: usize = 2;
/// A column is not made narrower than its words, nor than this; where that does not do, rows become blocks.
const LEAST: usize = 14;
/// What a block's cells below the first line, and what is left of a wrapped line, begin with.
const INDENT: &str = "    ";

/// A line as several that fit, what is left of it indented further; one that is a command can still be pasted.
pub fn wrapped(line: &str, width: usize) -> Vec<String> {
    if line.width() <= width {
        return vec![line.to_owned()];
    }
    let text = line.trim_start();
    let indent: String = line[..line.len() - text.len()].chars().take(width / 4).collect();
    let further = format!("{indent}  ");
    let is_command = text.starts_with("tinnhiem ");
    let room = if is_command { width.saturating_sub(2) } else { width };
    let options = options(room).initial_indent(&indent).subsequent_indent(&further);
    let mut lines: Vec<String> =
        textwrap::wrap(text, options).into_iter().map(|one| one.into_owned()).collect();
    if is_command {
        let last = lines.len().saturating_sub(1);
        lines[..last].iter_mut().for_each(|one| one.push_str(" \\"));
    }
    lines
}

fn options(width: usize) -> Options<'static> {
    Options::new(width.max(1))
        .break_words(true)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit)
}

/// Rows under a head; where they must fit, cells are wrapped, and rows that are too narrow for that become
/// blocks of lines.
pub fn table(head: &[&str], rows: &[Vec<String>], fit: Option<usize>) -> Vec<String> {
    let cells = |column: usize| rows.iter().filter_map(move |row| row.get(column)).map(String::as_str);
    let natural: Vec<usize> = (0..head.len())
        .map(|column| cells(column).chain([head[column]]).map(UnicodeWidthStr::width).max().unwrap_or(0))
        .collect();
    let mut widths = natural.clone();
    if let Some(fit) = fit {
        let longest_word = |column: usize| {
            let words = cells(column).chain([head[column]]).flat_map(|cell| cell.split(' '));
            words.map(UnicodeWidthStr::width).max().unwrap_or(0)
        };
        let least: Vec<usize> =
            (0..head.len()).map(|column| longest_word(column).max(LEAST.min(natural[column]))).collect();
        if !shrink(&mut widths, &least, fit) {
            return blocks(head, rows, &natural, fit);
        }
    }
    let head: Vec<&str> = head.to_vec();
    let rows = rows.iter().map(|row| row.iter().map(String::as_str).collect::<Vec<&str>>());
    std::iter::once(head).chain(rows).flat_map(|row| aligned(&row, &widths)).collect()
}

/// Makes the widest columns narrower until all fit; tells whether they do.
fn shrink(widths: &mut [usize], least: &[usize], fit: usize) -> bool {
    let gaps = GAP * widths.len().saturating_sub(1);
    loop {
        if widths.iter().sum::<usize>() + gaps <= fit {
            return true;
        }
        let can = (0..widths.len()).filter(|&column| widths[column] > least[column]);
        let Some(widest) = can.max_by_key(|&column| widths[column]) else { return false };
        widths[widest] -= 1;
    }
}

/// One row, its cells side by side.
fn aligned(row: &[&str], widths: &[usize]) -> Vec<String> {
    let cells: Vec<Vec<String>> = row
        .iter()
        .zip(widths)
        .map(|(cell, &width)| match cell.width() <= width {
            true => vec![(*cell).to_owned()],
            false => textwrap::wrap(cell, options(width)).into_iter().map(|one| one.into_owned()).collect(),
        })
        .collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    let line = |at: usize| {
        let mut line = String::new();
        for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
            let part = cell.get(at).map_or("", String::as_str);
            line += &" ".repeat(if column == 0 { 0 } else { GAP });
            line += part;
            line += &" ".repeat(width.saturating_sub(part.width()));
        }
        line.trim_end().to_owned()
    };
    (0..height).map(line).collect()
}

/// Rows as blocks: the short cells on the first line, each long one on lines of its own.
fn blocks(head: &[&str], rows: &[Vec<String>], natural: &[usize], fit: usize) -> Vec<String> {
    let is_long = |column: usize| natural[column] > fit / 3;
    let block = |row: &[&str]| {
        let (long, short): (Vec<_>, Vec<_>) =
            row.iter().enumerate().partition(|(column, _)| is_long(*column));
        let first: Vec<&str> = short.iter().map(|(_, cell)| **cell).filter(|cell| !cell.is_empty()).collect();
        let mut lines = wrapped(&first.join("  "), fit);
        for (_, cell) in long.iter().filter(|(_, cell)| !cell.is_empty()) {
            lines.extend(wrapped(&format!("{INDENT}{cell}"), fit));
        }
        lines
    };
    let mut lines = block(head);
    for row in rows {
        lines.push(String::new());
        lines.extend(block(&row.iter().map(String::as_str).collect::<Vec<_>>()));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Vec<String>> {
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        vec![
            row([
                "332",
                "công bố đánh giá tín nhiệm / published an assessment",
                "日本語の名前",
                &"x".repeat(90),
            ]),
            row(["7", "e\u{301}\u{301}\u{301} \u{200b}zero", "Trần Bảo Ngân", "kol-0123456789abc"]),
        ]
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let head = ["seq", "việc / what", "tên / name", "content"];
        for fit in 20..200 {
            for line in table(&head, &rows(), Some(fit)) {
                assert!(line.width() <= fit, "{fit}: {line}");
            }
        }
        let whole = table(&head, &rows(), None);
        assert!(whole[1].ends_with(&"x".repeat(90)), "{whole:?}");
        assert_eq!(whole, table(&head, &rows(), Some(1000)));
    }

    #[test]
    fn nothing_is_cut() {
        let head = ["seq", "việc / what", "tên / name", "content"];
        let all = |fit| table(&head, &rows(), Some(fit)).concat().replace(' ', "");
        for fit in [30, 80, 120] {
            let shown = all(fit);
            let mut missing: Vec<char> = rows().concat().concat().replace(' ', "").chars().collect();
            for c in shown.chars() {
                if let Some(at) = missing.iter().position(|one| *one == c) {
                    missing.remove(at);
                }
            }
            assert!(missing.is_empty(), "{fit}: {missing:?} of {shown}");
        }
    }

    #[test]
    fn columns_stand_under_one_another_by_cells() {
        let lines =
            table(&["a", "b"], &[vec!["日本".into(), "1".into()], vec!["e\u{301}".into(), "2".into()]], None);
        assert_eq!(lines, ["a     b", "日本  1", "e\u{301}     2"]);
    }

    #[test]
    fn a_command_can_be_pasted_from_several_lines() {
        let command = format!(
            "    tinnhiem contest --subject kol-0123456789abc --statement '…' {}",
            "--key KEY.pem ".repeat(6)
        );
        let lines = wrapped(command.trim_end(), 60);
        assert!(lines.iter().all(|line| line.width() <= 60), "{lines:?}");
        let joined: Vec<&str> = lines.iter().map(|line| line.trim_end_matches('\\').trim()).collect();
        assert_eq!(joined.join(" "), command.trim());
        assert!(lines[..lines.len() - 1].iter().all(|line| line.ends_with(" \\")), "{lines:?}");
    }
}
