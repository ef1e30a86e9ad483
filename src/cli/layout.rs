//! Text as a terminal shows it: widths in cells, lines that fit.

use textwrap::{Options, WordSplitter, WrapAlgorithm};
use unicode_width::UnicodeWidthStr;

/// Between two columns.
const GAP: usize = 2;
/// A column is not made narrower than its words, nor than this; where that does not do, rows become blocks.
const LEAST: usize = 14;
/// What a block's cells below the first line, and what is left of a wrapped line, begin with.
const INDENT: &str = "    ";

/// A line as several that fit, what is left of it indented further. What is there to be copied is whole: a
/// key, an id or an address stands on a line of its own where it must, wider than the others if it is, as
/// does a command within a sentence; a command that is the line goes on behind a backslash, and never within
/// quotes. A signature of a note stays as it is.
pub(super) fn wrapped(line: &str, width: usize) -> Vec<String> {
    if line.width() <= width || line.starts_with("— ") {
        return vec![line.to_owned()];
    }
    let text = line.trim_start();
    let indent: String = line[..line.len() - text.len()].chars().take(width / 4).collect();
    let further = format!("{indent}  ");
    if text.starts_with("tinnhiem ") {
        // What is said of a command stands apart from it, and is no part of what is copied.
        let (command, gloss) = text.split_once("  ").unwrap_or((text, ""));
        let mut lines = continued(command, width, &indent, &further);
        if !gloss.is_empty() {
            lines.extend(wrapped(&format!("{further}  {}", gloss.trim_start()), width));
        }
        return lines;
    }
    let text = &whole_commands(text);
    let fitting = options(width).break_words(false).initial_indent(&indent).subsequent_indent(&further);
    let lines = textwrap::wrap(text, fitting).into_iter().flat_map(|one| match one.width() > width {
        true if !is_copied(one.trim()) => {
            let (text, indent) = (one.trim_start(), &one[..one.len() - one.trim_start().len()]);
            let broken = options(width).initial_indent(indent).subsequent_indent(&further);
            textwrap::wrap(text, broken).into_iter().map(|one| one.into_owned()).collect()
        }
        _ => vec![one.into_owned()],
    });
    lines.map(|line| line.replace(KEPT, " ")).collect()
}

/// Stands for a space at which no line ends.
const KEPT: char = '\u{e000}';

/// A text in which each command between backticks is one word.
fn whole_commands(text: &str) -> String {
    let (mut within, paired) = (false, text.matches('`').count().is_multiple_of(2));
    let word = |c: char| {
        within ^= c == '`';
        if within && paired && c == ' ' { KEPT } else { c }
    };
    text.chars().map(word).collect()
}

/// Whether a word is one to be copied, such as a key: nothing but what is typed on every keyboard, save for
/// what stands around it.
fn is_copied(word: &str) -> bool {
    if word.contains(KEPT) {
        return true;
    }
    let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    bare.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A command on several lines that a shell reads as one.
fn continued(command: &str, width: usize, indent: &str, further: &str) -> Vec<String> {
    const MORE: &str = " \\";
    let mut lines = vec![indent.to_owned()];
    let room = width.saturating_sub(MORE.width());
    for (at, word) in shell_words(command).into_iter().enumerate() {
        let Some(line) = lines.last_mut() else { continue };
        if at == 0 {
            line.push_str(word);
        } else if line.width() + 1 + word.width() <= room {
            line.push(' ');
            line.push_str(word);
        } else {
            line.push_str(MORE);
            lines.push(format!("{further}{word}"));
        }
    }
    lines
}

/// The words of a command, quotes and all.
fn shell_words(command: &str) -> Vec<&str> {
    let mut quote = None;
    let split = command.split(move |c: char| {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, ' ') => return true,
            _ => {}
        }
        false
    });
    split.filter(|word| !word.is_empty()).collect()
}

fn options(width: usize) -> Options<'static> {
    Options::new(width.max(1))
        .break_words(true)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit)
}

/// Rows under a head; where they must fit, cells are wrapped, and rows that are too narrow for that become
/// blocks of lines.
pub(super) fn table(head: &[&str], rows: &[Vec<String>], fit: Option<usize>) -> Vec<String> {
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
        let mut lines: Vec<String> = Vec::new();
        for cell in short.iter().map(|(_, cell)| **cell).filter(|cell| !cell.is_empty()) {
            match lines.last_mut() {
                Some(line) if line.width() + GAP + cell.width() <= fit => {
                    line.push_str(&" ".repeat(GAP));
                    line.push_str(cell);
                }
                // A cell that does not fit goes to the next line whole.
                Some(_) => lines.extend(wrapped(&format!("{INDENT}{cell}"), fit)),
                None => lines.extend(wrapped(cell, fit)),
            }
        }
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
    fn no_line_is_wider_than_the_terminal_but_one_word_to_be_copied() {
        let head = ["seq", "việc / what", "tên / name", "content"];
        for fit in 20..200 {
            for line in table(&head, &rows(), Some(fit)) {
                assert!(line.width() <= fit || !line.trim().contains(' '), "{fit}: {line}");
            }
        }
        let whole = table(&head, &rows(), None);
        assert!(whole[1].ends_with(&"x".repeat(90)), "{whole:?}");
        assert_eq!(whole, table(&head, &rows(), Some(1000)));
    }

    #[test]
    fn a_command_within_a_sentence_is_whole() {
        let command = "`tinnhiem init --data a-name --log-key another`";
        let text =
            format!("tell: the directory is not there: check the name, or make one with {command}, here");
        for width in 10..100 {
            let lines = wrapped(&text, width);
            assert!(lines.iter().any(|line| line.contains(command)), "{width}: {lines:?}");
            assert!(
                lines.iter().all(|line| line.width() <= width
                    || line.contains(command)
                    || !line.trim().contains(' '))
            );
        }
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
    fn what_is_to_be_copied_is_never_broken() {
        let key = "ledger.example/f1819c2b06f1cb3bedbecd217ef118ca+3c3a2c7f+AXhwws/dN8skiaEz+guG2ZnrXVXqrC=";
        let address = format!("https://ledger.example/v1/attachments/{}", "5f".repeat(32));
        for fit in 20..120 {
            for word in [key, &address] {
                for text in
                    [word.to_owned(), format!("khóa / the key: {word}, as said"), format!("  “{word}”")]
                {
                    let lines = wrapped(&text, fit);
                    assert!(lines.iter().any(|line| line.contains(word)), "{fit}: {lines:?}");
                }
            }
            // What nobody copies fits.
            for line in wrapped(&"ốc".repeat(80), fit) {
                assert!(line.width() <= fit, "{fit}: {line}");
            }
        }
    }

    #[test]
    fn a_heading_is_not_broken_within_its_words() {
        let head = ["mục / seq", "ghi lúc / recorded at", "loại / type", "bên ký / issuer", "tên / name"];
        let row = vec![
            "1".into(),
            "2026-11-25T01:00:00.000Z".into(),
            "x".repeat(40),
            String::new(),
            "y".repeat(20),
        ];
        for fit in 30..100 {
            let lines = table(&head, std::slice::from_ref(&row), Some(fit));
            for one in head {
                assert!(lines.iter().any(|line| line.contains(one)), "{fit}: {one}: {lines:?}");
            }
        }
    }

    #[test]
    fn a_command_is_not_broken_within_quotes() {
        let command =
            "    tinnhiem endorse --statement 'Chúng tôi đã làm việc cùng trong ba số báo, và hơn.' --key a";
        let lines = wrapped(command, 40);
        let joined: Vec<&str> = lines.iter().map(|line| line.trim_end_matches('\\').trim()).collect();
        assert_eq!(joined.join(" "), command.trim());
        assert!(lines.iter().all(|line| line.matches('\'').count() % 2 == 0), "{lines:?}");
    }

    #[test]
    fn a_command_can_be_pasted_from_several_lines() {
        let command = format!(
            "    tinnhiem contest file --subject kol-0123456789abc --statement '…' {}",
            "--key KEY.pem ".repeat(6)
        );
        let lines = wrapped(command.trim_end(), 60);
        assert!(lines.iter().all(|line| line.width() <= 60), "{lines:?}");
        let joined: Vec<&str> = lines.iter().map(|line| line.trim_end_matches('\\').trim()).collect();
        assert_eq!(joined.join(" "), command.trim());
        assert!(lines[..lines.len() - 1].iter().all(|line| line.ends_with(" \\")), "{lines:?}");
    }
}
