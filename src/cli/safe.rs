//! What others may have written, cut and safe to show

use crate::event::naming;

/// Longest text shown, in characters.
const SHOWN_CHARS: usize = 500;

/// An id by its ends.
pub(super) fn short(id: &str) -> String {
    if id.len() < 16 || !id.is_ascii() {
        return clean(id);
    }
    format!("{}…{}", &id[..8], &id[id.len() - 4..])
}

/// A text that others may have written, cut and safe to show.
pub(super) fn clean(text: &str) -> String {
    let more = text.chars().count().saturating_sub(SHOWN_CHARS);
    let kept: String = text.chars().take(SHOWN_CHARS).collect();
    if more == 0 {
        safe(&kept)
    } else {
        format!("{}… (còn {more} ký tự / {more} more characters)", safe(&kept))
    }
}

/// Whether a text is longer than what [`clean`] shows of it.
pub(super) fn is_cut(text: &str) -> bool {
    text.chars().nth(SHOWN_CHARS).is_some()
}

/// A text without what would move the cursor, turn the reading round or hide.
pub(super) fn safe(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' => ' ',
        c if naming::is_invisible(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.chars().map(shown).collect()
}
