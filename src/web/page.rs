//! What every page knows of itself: its language, where it lies, and what stands at its foot.

use super::asked::encoded;
use super::assets;
use super::lang::{Lang, PARAMETER};
use super::pulse::Pulse;
use super::texts;
use crate::event::{naming, words};
use crate::limits;

/// Longest text shown, in characters.
const TEXT_CHARS: usize = 2_000;

/// A page on its way to a reader.
pub(super) struct Page {
    /// Its language.
    pub lang: Lang,
    /// How the ledger fares, at the foot.
    pub pulse: Option<Pulse>,
    chosen: bool,
    root: String,
    parameters: Vec<(String, String)>,
}

impl Page {
    /// A page at a path, in a language that was chosen or guessed.
    pub(super) fn new(lang: Lang, chosen: bool, path: &str, parameters: &[(String, String)]) -> Self {
        let depth = path.matches('/').count().saturating_sub(1);
        let root = if depth == 0 { "./".to_owned() } else { "../".repeat(depth) };
        let parameters = parameters.iter().filter(|(name, _)| name != PARAMETER).cloned().collect();
        Self { lang, chosen, root, parameters, pulse: None }
    }

    /// A text.
    pub(super) fn t<'a>(&self, key: &'a str) -> &'a str
    where
        'static: 'a,
    {
        texts::said(self.lang, key)
    }

    /// A text with what stands in its gaps, in order.
    pub(super) fn say(&self, key: &str, gaps: &[&str]) -> String {
        let text = texts::said(self.lang, key);
        let mut gaps = gaps.iter();
        let mut pieces = text.split("{}");
        let mut said = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            said.push_str(gaps.next().unwrap_or(&""));
            said.push_str(piece);
        }
        said
    }

    /// A text about so many.
    pub(super) fn count(&self, key: &str, number: impl std::fmt::Display) -> String {
        let number = number.to_string();
        let of_one = format!("{key}-one");
        let key = if number == "1" { of_one.as_str() } else { key };
        self.say(key, &[&number])
    }

    /// What a member of a closed list is called.
    pub(super) fn of(&self, list: &str, name: &str) -> String {
        texts::of(self.lang, list, name)
    }

    /// What a value of an event is called; as it stands where it has no words.
    pub(super) fn value(&self, value: &str) -> String {
        words::of_value(value).map_or(value, |words| self.lang.word(words)).to_owned()
    }

    /// The link to a page, which keeps the language where that was chosen.
    pub(super) fn to(&self, path: &str) -> String {
        let joint = if path.contains('?') { '&' } else { '?' };
        let language =
            if self.chosen { format!("{joint}{PARAMETER}={}", self.lang.code()) } else { String::new() };
        format!("{}{path}{language}", self.root)
    }

    /// The link to what has no language.
    pub(super) fn raw(&self, path: &str) -> String {
        format!("{}{path}", self.root)
    }

    /// The link to this page with other values of some parameters; an empty one is left out.
    pub(super) fn with(&self, changes: &[(&str, &str)]) -> String {
        let kept = self.parameters.iter().filter(|(name, _)| !changes.iter().any(|(one, _)| one == name));
        let mut all: Vec<(&str, &str)> = kept.map(|(name, value)| (name.as_str(), value.as_str())).collect();
        all.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
        if self.chosen && !changes.iter().any(|(name, _)| *name == PARAMETER) {
            all.push((PARAMETER, self.lang.code()));
        }
        let all: Vec<String> =
            all.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        // A query of its own replaces the old one; an empty one must be there to do so.
        format!("?{}", all.join("&"))
    }

    /// This page in the other language.
    pub(super) fn translated(&self) -> String {
        self.with(&[(PARAMETER, self.lang.other().code())])
    }

    /// The language, where forms must hand it on.
    pub(super) fn handed_on(&self) -> Option<&'static str> {
        self.chosen.then(|| self.lang.code())
    }

    /// Where the style sheet lies.
    pub(super) fn style(&self) -> String {
        self.raw(&format!("assets/{}", assets::STYLE.name()))
    }

    /// Where the sign of the ledger lies.
    pub(super) fn sign(&self) -> String {
        self.raw(&format!("assets/{}", assets::SIGN.name()))
    }
}

/// A name that others wrote, safe to show in a line.
pub(super) fn name(text: &str) -> String {
    naming::shown(text, limits::NAME_CHARS)
}

/// A text that others wrote, safe to show.
pub(super) fn text(text: &str) -> String {
    naming::shown(text, TEXT_CHARS)
}

pub(super) use crate::event::words::name_of;
