//! The words that a page hands to its script: texts of the page's own lists, and what events and their parts are called.

use super::page::Page;
use super::texts;
use crate::event::{EventType, TYPES, words};

/// A key and what it says.
pub(super) type Spoken = (String, String);

/// The texts of some lists.
pub(super) fn texts(p: &Page, lists: &[&str]) -> Vec<Spoken> {
    let listed = texts::listed(p.lang, lists).into_iter();
    listed.map(|(key, text)| (key.to_owned(), text.to_owned())).collect()
}

/// What every type of event does.
pub(super) fn types(p: &Page) -> impl Iterator<Item = Spoken> {
    let of =
        |name: &&str| EventType::named(name).map(|kind| (format!("type-{name}"), p.lang.word(kind.words())));
    TYPES.iter().filter_map(of).map(|(key, says)| (key, says.to_owned()))
}

/// What members of bodies, and names of closed lists, are called.
pub(super) fn parts(p: &Page) -> impl Iterator<Item = Spoken> {
    let said = |list: &str, (name, words): (&str, words::Words)| {
        (format!("{list}-{name}"), p.lang.word(words).to_owned())
    };
    let members = words::members().map(move |one| said("member", one));
    members.chain(words::values().map(move |one| said("value", one)))
}
