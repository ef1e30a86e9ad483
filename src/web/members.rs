//! `/members`: who the members of the alliance are, and who holds a seat of its council.

use askama::Template;
use axum::response::Response;

use super::asked::{Asked, rendered};
use super::named::Party;
use super::page::{Page, name, name_of};
use crate::api::views::{MemberList, MemberRow};
use crate::api::{Problem, folded};
use crate::event::PartyId;

#[derive(Template)]
#[template(path = "members.html")]
struct Members<'a> {
    p: &'a Page,
    kinds: Vec<Kind>,
    seats: Vec<(u8, Party)>,
    threshold: usize,
}

/// The members of a class.
struct Kind {
    says: String,
    members: Vec<Listed>,
}

/// A member in a list.
pub(super) struct Listed {
    /// Its name and page.
    pub party: Party,
    /// What it is.
    pub class: String,
    /// Whether it acts.
    pub membership: String,
}

impl Listed {
    fn of(p: &Page, row: &MemberRow) -> Self {
        Self {
            party: Party { name: name(&row.name), link: Some(p.to(&format!("member/{}", row.member))) },
            class: p.value(&name_of(&row.class)),
            membership: p.of("membership", &name_of(&row.membership)),
        }
    }
}

/// The page.
pub(super) async fn page(asked: Asked) -> Response {
    let made = made(&asked).await;
    asked.answer(made)
}

async fn made(asked: &Asked) -> Result<String, Problem> {
    asked.only(&[])?;
    let p = &asked.page;
    let list: MemberList = asked.web.source.json("/v1/members").await?;
    let mut kinds: Vec<Kind> = Vec::new();
    for row in &list.members {
        let one = Listed::of(p, row);
        match kinds.iter_mut().find(|kind| kind.says == one.class) {
            Some(kind) => kind.members.push(one),
            None => kinds.push(Kind { says: one.class.clone(), members: vec![one] }),
        }
    }
    kinds.sort_by_key(|kind| folded(&kind.says));
    kinds.iter_mut().for_each(|kind| kind.members.sort_by_key(|one| folded(&one.party.name)));
    let holder = |id: &PartyId| list.members.iter().find(|row| row.member == *id);
    let seats = list.council.iter().map(|seat| {
        let held = holder(&seat.member).map(|row| Listed::of(p, row).party);
        (seat.seat, held.unwrap_or_else(|| Party { name: seat.member.to_string(), link: None }))
    });
    rendered(&Members { p, kinds, seats: seats.collect(), threshold: list.threshold })
}

/// Members whose names hold all words of a text, or whose id it is.
///
/// # Errors
/// What the API answers.
pub(super) async fn found(asked: &Asked, text: &str) -> Result<Vec<Listed>, Problem> {
    let (p, words) = (&asked.page, folded(text));
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let list: MemberList = asked.web.source.json("/v1/members").await?;
    let is_it = |row: &&MemberRow| {
        let called: String = folded(&row.name);
        row.member.as_str() == text.trim() || words.split(' ').all(|word: &str| called.contains(word))
    };
    Ok(list.members.iter().filter(is_it).take(MOST).map(|row| Listed::of(p, row)).collect())
}

/// Most members that a search shows.
const MOST: usize = 10;
