//! Cells of tables: what others wrote stays text, whatever program opens it.
//!
//! A spreadsheet computes a cell that begins like a formula, and may fetch or run what it names; an apostrophe
//! before it keeps it text. Programs set to another language part cells at semicolons, quoted or not, so that
//! what follows one begins a cell as well.

/// A text as a cell (RFC 4180).
pub(super) fn cell(text: &str) -> String {
    let mut inert = String::with_capacity(text.len() + 2);
    let mut begins = true;
    for c in text.chars() {
        if begins && begins_formula(c) {
            inert.push('\'');
        }
        begins = parts_cells(c) || begins && c == ' ';
        inert.push(c);
    }
    let is_plain = !inert.contains(|c| parts_cells(c) || c == '"') && inert.trim() == inert;
    if is_plain { inert } else { format!("\"{}\"", inert.replace('"', "\"\"")) }
}

/// Whether a cell that begins so is computed; the wide forms are, where people type them.
fn begins_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '＝' | '＋' | '－' | '＠')
}

fn parts_cells(c: char) -> bool {
    matches!(c, ',' | ';' | '\t' | '\r' | '\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_computed_or_ends_early() {
        for (text, written) in [
            ("", ""),
            ("Trần Bảo Ngân", "Trần Bảo Ngân"),
            ("H'Hen Niê-Bya", "H'Hen Niê-Bya"),
            ("=1+1", "'=1+1"),
            ("+84 9", "'+84 9"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝1", "'＝1"),
            ("\tx", "\"'\tx\""),
            ("\r=x", "\"'\r'=x\""),
            (" =1", "\" '=1\""),
            ("Lê, Hân", "\"Lê, Hân\""),
            ("Lê \"Bống\" Hân", "\"Lê \"\"Bống\"\" Hân\""),
            ("=\"a\"", "\"'=\"\"a\"\"\""),
            ("a;=1+1;b", "\"a;'=1+1;b\""),
            ("a\n@b", "\"a\n'@b\""),
        ] {
            assert_eq!(cell(text), written, "{text:?}");
        }
    }
}
