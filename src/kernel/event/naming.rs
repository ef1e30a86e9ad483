//! Names for people: what can be shown as one, and when two are taken for the same.
//!
//! Names that people take for the same fold to one; those that only look alike are told by [`super::alike`]. No
//! table holds all that looks alike: a name is always shown beside an id, and a council reads both before it
//! admits.

use std::fmt;

use unicode_normalization::char::{is_combining_mark, is_public_assigned};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::{PartyId, SubjectId};
use crate::limits;

/// Why a text cannot be shown as a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// It has so many characters.
    Length(usize),
    /// A character that cannot be seen, turns the reading round, or has no meaning yet.
    Character(char),
    /// It is not in Unicode's composed form, NFC.
    Uncomposed,
    /// A blank at its ends, or two together.
    Blanks,
    /// No letter or digit, or a mark without a letter before it.
    NothingVisible,
    /// A letter bears this mark twice, which looks like once.
    RepeatedMark(char),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length(length) => write!(f, "{length} characters"),
            Self::Character(c) => write!(f, "the character U+{:04X}", u32::from(*c)),
            Self::Uncomposed => f.write_str("not in composed form (NFC)"),
            Self::Blanks => f.write_str("blanks at an end, or two together"),
            Self::NothingVisible => f.write_str("no letter or digit, or a mark that stands alone"),
            Self::RepeatedMark(c) => write!(f, "the mark U+{:04X} twice on one letter", u32::from(*c)),
        }
    }
}

/// Characters that show nothing or only change how others are shown, but for controls and white space.
const INVISIBLE: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{2d7f}', '\u{2d7f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{ffff}'),
    ('\u{1107f}', '\u{1107f}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{16fe4}', '\u{16fe4}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d159}', '\u{1d159}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// Whether a character shows nothing of its own.
pub fn is_invisible(c: char) -> bool {
    c.is_control() || INVISIBLE.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

/// Checks that a text can be shown as a name: 1 to 200 characters in composed form, at least one of them a
/// letter or digit, none that cannot be seen, no mark twice on one letter, and single blanks between words only.
///
/// # Errors
/// [`Unfit`]: what to change.
pub fn check(name: &str) -> Result<(), Unfit> {
    let length = name.chars().count();
    if !(1..=limits::NAME_CHARS).contains(&length) {
        return Err(Unfit::Length(length));
    }
    let hidden = |c: &char| is_invisible(*c) || c.is_whitespace() && *c != ' ' || !is_public_assigned(*c);
    if let Some(c) = name.chars().find(hidden) {
        return Err(Unfit::Character(c));
    }
    if !is_nfc(name) {
        return Err(Unfit::Uncomposed);
    }
    if name.starts_with(' ') || name.ends_with(' ') || name.contains("  ") {
        return Err(Unfit::Blanks);
    }
    let alone = name.split(' ').any(|word| word.starts_with(is_combining_mark));
    // Unicode calls many marks alphabetic.
    if alone || !name.contains(|c: char| c.is_alphanumeric() && !is_combining_mark(c)) {
        return Err(Unfit::NothingVisible);
    }
    let mut pairs = name.nfd().zip(name.nfd().skip(1));
    if let Some((mark, _)) = pairs.find(|(one, next)| one == next && is_combining_mark(*one)) {
        return Err(Unfit::RepeatedMark(mark));
    }
    Ok(())
}

/// A text that others wrote as it is shown in a line: what hides or turns the reading round is seen, and of what
/// is longer than so many characters only those are left.
pub fn shown(text: &str, most: usize) -> String {
    let mut chars = text.chars().map(|c| match c {
        c if c.is_whitespace() => ' ',
        c if is_invisible(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    });
    let mut kept: String = chars.by_ref().take(most).collect();
    if chars.next().is_some() {
        kept.push('…');
    }
    kept
}

/// Letters of other alphabets, and variants, that are read as a Latin letter in lower case or in capitals.
const ALIKE: &[(char, &str)] = &[
    ('a', "аαɑ"),
    ('b', "вβ"),
    ('c', "сϲ"),
    ('d', "ԁ"),
    ('đ', "ðɖ"),
    ('e', "еε"),
    ('g', "ɡ"),
    ('h', "нһη"),
    ('i', "іι"),
    ('j', "јϳ"),
    ('k', "кκ"),
    ('l', "ӏ"),
    ('m', "мμ"),
    ('n', "ν"),
    ('o', "оο"),
    ('p', "рρ"),
    ('q', "ԛ"),
    ('s', "ѕ"),
    ('t', "тτ"),
    ('w', "ԝ"),
    ('x', "хχ"),
    ('y', "уυү"),
    ('z', "ζ"),
    ('-', "‐‒–—―−"),
    ('\'', "‘’ʼ`´"),
    ('"', "“”"),
];

/// What two names have in common that people take for the same: without case, width, other compatibility
/// forms, blanks, and letters that look like Latin ones. Diacritics are kept: they make other names.
pub fn folded(name: &str) -> String {
    // Capitals first: some letters share theirs.
    let cased = name.nfkc().flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    let seen = cased.nfkd().filter(|c| !c.is_whitespace() && !is_invisible(*c));
    seen.map(|c| ALIKE.iter().find(|(_, alike)| alike.contains(c)).map_or(c, |(plain, _)| *plain))
        .nfc()
        .collect()
}

/// The names of the council.
pub const RESERVED: [&str; 2] = ["council", "Ban điều phối"];

/// Whether a name would be read as the council's, or as an influencer's id.
pub fn is_reserved(name: &str) -> bool {
    let folded = folded(name);
    let council = RESERVED.iter().any(|reserved| self::folded(reserved) == folded);
    council || folded.parse::<SubjectId>().is_ok()
}

/// The member id that a name could be read as.
pub fn as_member_id(name: &str) -> Option<PartyId> {
    folded(name).parse().ok()
}
