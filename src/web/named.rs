//! Parties by their names.

use std::collections::BTreeMap;

use super::asked::Source;
use super::page::{Page, name};
use crate::api::views::{MemberList, SubjectView};
use crate::event::PartyId;

/// Most KOLs that are looked up for one page; others are shown by their ids.
const KOLS: usize = 60;

/// A party as a page shows it.
#[derive(Clone)]
pub(super) struct Party {
    /// Its name, or its id.
    pub name: String,
    /// Its page; none for the council, which is one of seats.
    pub link: Option<String>,
}

/// The names of the parties that a page speaks of.
pub(super) struct Names(BTreeMap<PartyId, String>);

impl Names {
    /// Asks for them.
    pub(super) async fn of(source: &Source, parties: Vec<PartyId>) -> Self {
        let mut names = BTreeMap::new();
        if let Ok(list) = source.json::<MemberList>("/v1/members").await {
            names.extend(list.members.into_iter().map(|one| (one.member, name(&one.name))));
        }
        let mut looked_up = 0;
        for party in parties {
            let Some(subject) = party.as_subject().filter(|_| !names.contains_key(&party)) else { continue };
            if looked_up == KOLS {
                break;
            }
            looked_up += 1;
            let view = source.json::<SubjectView>(&format!("/v1/subjects/{subject}")).await;
            names.extend(view.ok().and_then(|view| view.row.name).map(|one| (party, name(&one))));
        }
        Self(names)
    }

    /// A party by its name.
    pub(super) fn party(&self, p: &Page, id: &PartyId) -> Party {
        if id.is_council() {
            return Party { name: p.t("council").to_owned(), link: None };
        }
        let path = if id.as_subject().is_some() { format!("kol/{id}") } else { format!("member/{id}") };
        let name = self.0.get(id).cloned().unwrap_or_else(|| id.to_string());
        Party { name, link: Some(p.to(&path)) }
    }
}
