//! Names that are made to look like others: letters of several scripts in one word, and what the eye keeps of
//! a name.
//!
//! Which letters are read for which is the table of Unicode's security mechanisms (UTS 39). Chinese, Japanese
//! and Korean are written in several scripts at once, which count as one here.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};

/// A word of a name, between blanks, that has letters of several scripts.
pub fn mixed(name: &str) -> Option<&str> {
    name.split(' ').find(|word| {
        let mut scripts = word.nfkd().filter_map(script);
        let first = scripts.next();
        scripts.any(|one| Some(one) != first)
    })
}

/// The script of a letter; none of what every script has, such as digits.
fn script(c: char) -> Option<Script> {
    if !c.is_alphabetic() || is_combining_mark(c) {
        return None;
    }
    match c.script() {
        Script::Common | Script::Inherited | Script::Unknown => None,
        Script::Hiragana | Script::Katakana | Script::Bopomofo | Script::Hangul => Some(Script::Han),
        one => Some(one),
    }
}

/// What the eye keeps of a name, blanks left out: names of one skeleton look alike. Case is kept, as a capital
/// I looks like a small L and not like its own small letter.
pub fn skeleton(name: &str) -> String {
    let visible: String = name.chars().filter(|c| !c.is_whitespace()).collect();
    unicode_security::skeleton(&visible).collect()
}

/// The skeletons by which a name is compared with others: as it is written, and in small letters, since a small
/// capital (ᴠ) looks like the capital (V) and has the skeleton of the small letter.
pub fn skeletons(name: &str) -> [String; 2] {
    [skeleton(name), skeleton(&name.to_lowercase())]
}
