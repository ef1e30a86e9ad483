//! Events, KOLs and members as people name them: by seq, by id, by the first digits of an id, by a name.

use std::str::FromStr;

use unicode_normalization::UnicodeNormalization;

use super::coded::{Coded, unknown, usage};
use super::log::known;
use super::told::clean;
use crate::api::views::{
    EventPage, EventView, LedgerView, MemberList, MemberRow, SubjectPage, SubjectRow, SubjectView,
};
use crate::api::{folded, is_account, nearest};
use crate::client::{Client, ClientError, Pages};
use crate::dsse::EventId;
use crate::event::{PartyId, SubjectId};

/// Fewest digits that stand for an id.
const LEAST_DIGITS: usize = 8;
/// How many are told that a misspelt name may have meant.
const NEAREST: usize = 3;
/// How many of the newest entries are looked through for one whose id begins with them.
const LOOKED_THROUGH: u64 = 10_000;

/// An event's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum EventName {
    /// Its id.
    Id(EventId),
    /// Its place in the log.
    Seq(u64),
    /// The first digits of its id.
    Start(String),
}

impl FromStr for EventName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let hex = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        match text.parse::<u64>() {
            Ok(seq) if seq.to_string() == text => Ok(Self::Seq(seq)),
            _ if (LEAST_DIGITS..64).contains(&text.len()) && hex(text) => Ok(Self::Start(text.to_owned())),
            // As ids are told by their ends.
            _ if text.split_once('…').is_some_and(|(start, end)| {
                start.len() >= LEAST_DIGITS && start.len() + end.len() < 64 && hex(start) && hex(end)
            }) =>
            {
                Ok(Self::Start(text.to_owned()))
            }
            _ => Err(format!(
                "expected a seq, such as 42, an event id, or its first {LEAST_DIGITS} digits or more: `tinnhiem log --issuer \
                 PARTY` and `tinnhiem member show MEMBER` list entries by seq"
            )),
        }
    }
}

impl EventName {
    /// The event's id; the ledger is asked only where it is not the name itself.
    ///
    /// # Errors
    /// When the ledger has no such event, or several.
    pub(super) async fn id(&self, client: &Client) -> anyhow::Result<EventId> {
        match self {
            Self::Id(id) => Ok(*id),
            Self::Start(start) => begins_with(client, start).await,
            Self::Seq(_) => Ok(self.entry(client).await?.row.id),
        }
    }

    /// The entry, whole.
    ///
    /// # Errors
    /// When the ledger has no such event, or several.
    pub(super) async fn entry(&self, client: &Client) -> anyhow::Result<EventView> {
        let name = match self {
            Self::Id(id) => id.to_string(),
            Self::Start(start) => begins_with(client, start).await?.to_string(),
            Self::Seq(seq) => seq.to_string(),
        };
        let found = client.json(&format!("/v1/events/{name}")).await;
        match (self, found) {
            // The first digits of an id may look like a seq.
            (Self::Seq(_), Err(error)) if error.is_missing() && name.len() >= LEAST_DIGITS => {
                let id = begins_with(client, &name).await?;
                Ok(client.json(&format!("/v1/events/{id}")).await?)
            }
            (Self::Seq(_), Err(error)) if error.is_missing() => {
                let ledger: LedgerView = client.json("/v1/ledger").await?;
                let detail = format!("the log has entries 0 to {}, no {name}", ledger.size.saturating_sub(1));
                Err(unknown("event.unknown", detail).into())
            }
            (_, found) => Ok(found?),
        }
    }
}

async fn begins_with(client: &Client, start: &str) -> anyhow::Result<EventId> {
    let ledger: LedgerView = client.json("/v1/ledger").await?;
    let after = ledger.size.checked_sub(LOOKED_THROUGH + 1);
    let mut found: Vec<EventId> = Vec::new();
    let mut pages = Pages::of("/v1/events?", "after").from(after.map(|after| after.to_string()));
    while let Some(page) = pages.next::<EventPage>(client).await? {
        let (first, last) = start.split_once('…').unwrap_or((start, ""));
        let is_it = |id: &EventId| {
            let id = id.to_string();
            id.starts_with(first) && id.ends_with(last)
        };
        found.extend(page.events.iter().map(|row| row.id).filter(is_it));
    }
    match found[..] {
        [id] => Ok(id),
        [] => {
            let detail = format!(
                "no event's id begins with {start} among the last {LOOKED_THROUGH} entries: give all of it"
            );
            Err(unknown("event.unknown", detail).into())
        }
        _ => {
            let detail = format!("{} events' ids begin with {start}: give more digits", found.len());
            Err(unknown(SEVERAL, detail).into())
        }
    }
}

/// A KOL as people name one: by id, or by the public name or a part of it that no other has.
#[derive(Debug, Clone)]
pub(super) struct SubjectName(String);

impl FromStr for SubjectName {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl SubjectName {
    /// The id, where the name is written as one.
    pub(super) fn id_itself(&self) -> Option<SubjectId> {
        self.0.parse().ok()
    }

    /// The id of a KOL, where one is named.
    ///
    /// # Errors
    /// When nobody, or more than one, is found by that name.
    pub(super) async fn id_of(name: Option<&Self>, client: &Client) -> anyhow::Result<Option<SubjectId>> {
        match name {
            Some(name) => name.id(client).await.map(Some),
            None => Ok(None),
        }
    }

    /// The subject's id for what is signed, by the whole of its name: no part of one speaks for it.
    ///
    /// # Errors
    /// When nobody is found by that name, or not by it alone.
    pub(super) async fn whole(&self, client: &Client) -> anyhow::Result<SubjectId> {
        if let Ok(subject) = self.0.parse() {
            return Ok(subject);
        }
        let subject = self.id(client).await?;
        let view: SubjectView = client.json(&format!("/v1/subjects/{subject}")).await?;
        let name = view.row.name.unwrap_or_default();
        let marked = self.0.nfd().any(|c| !c.is_ascii());
        let detail = if folded(&name) != folded(&self.0) {
            let (part, name) = (clean(&self.0), clean(&name));
            let what = if is_account(&self.0) { "an account" } else { "only a part of a name" };
            format!("{part} is {what}: sign about {name} as {subject}, or by the whole name")
        } else if marked && nfc(&name).to_lowercase() != nfc(&self.0).to_lowercase() {
            format!(
                "nobody is called {}; did you mean {} ({subject})? What is signed takes the name as it is written, or \
                 without any diacritics",
                clean(&self.0),
                clean(&name)
            )
        } else {
            return Ok(subject);
        };
        Err(unknown("name.part", detail).into())
    }

    /// The subject's id; the ledger is asked only for a name.
    ///
    /// # Errors
    /// When nobody, or more than one, is found by that name.
    pub(super) async fn id(&self, client: &Client) -> anyhow::Result<SubjectId> {
        if let Ok(subject) = self.0.parse() {
            return Ok(subject);
        }
        let name = nfc(&self.0);
        let page = self.page(client).await?;
        let called = |row: &&SubjectRow| row.name.as_deref().is_some_and(|one| nfc(one) == name);
        match &page.subjects[..] {
            [one] if page.next.is_none() => Ok(one.subject),
            [] => Err(unknown("subject.unknown", self.nobody(client).await).into()),
            found => match &found.iter().filter(called).collect::<Vec<_>>()[..] {
                [one] if page.next.is_none() => Ok(one.subject),
                _ => {
                    let rows = found.iter().map(|row| (row.subject, row.name.as_deref().unwrap_or_default()));
                    let said = several(&name, rows);
                    Err(if page.next.is_some() {
                        said.context("more than these, name more of it")
                    } else {
                        said
                    })
                }
            },
        }
    }

    /// That no KOL is called so: that it is a member, or whom it may have meant.
    async fn nobody(&self, client: &Client) -> String {
        if is_account(&self.0) {
            return unlinked(&self.0);
        }
        let (name, asked) = (clean(&nfc(&self.0)), folded(&self.0));
        let members = client.json::<MemberList>("/v1/members").await.map(|list| list.members);
        let is_it = |one: &&MemberRow| one.member.as_str() == self.0.trim() || folded(&one.name) == asked;
        if let Some(one) = members.unwrap_or_default().iter().find(is_it) {
            let (member, called) = (&one.member, clean(&one.name));
            return format!(
                "{name} is no KOL but the member {member} ({called}): `tinnhiem member show {member}` tells about it"
            );
        }
        match nearest_kols(client, &self.0).await {
            told if told.is_empty() => format!(
                "nobody is called {name}: `tinnhiem find` searches by a part of a name, `tinnhiem top` lists"
            ),
            told => format!("nobody is called {name}; did you mean {}?", told.join(", ")),
        }
    }

    /// The first of those whose names hold this one.
    async fn page(&self, client: &Client) -> anyhow::Result<SubjectPage> {
        let query = in_address(self.0.trim());
        if query.is_empty() {
            anyhow::bail!(usage("name a KOL: `tinnhiem top` lists them"));
        }
        Ok(client.json(&format!("/v1/subjects?limit=10&q={query}")).await?)
    }
}

/// That an account, as it is written, is nobody's here, and what to try instead.
pub(super) fn unlinked(account: &str) -> String {
    format!(
        "chưa KOL nào gắn tài khoản này, nên không rõ là của ai / no KOL has linked the account {}, so nothing here says \
         whose it is: a name is searched without @ or address (`tinnhiem find NAME`)",
        clean(&nfc(account))
    )
}

/// The KOLs whose names are spelled most like this one, among the first of a listing.
pub(super) async fn nearest_kols(client: &Client, name: &str) -> Vec<String> {
    let Ok(page) = client.json::<SubjectPage>("/v1/subjects?limit=1000").await else { return Vec::new() };
    let asked = folded(name);
    let mut near: Vec<(usize, String)> = Vec::new();
    for row in &page.subjects {
        let called = row.name.as_deref().unwrap_or_default();
        let distance = strsim::damerau_levenshtein(&folded(called), &asked);
        if distance <= asked.chars().count() / 3 {
            near.push((distance, format!("{} ({})", clean(called), row.subject)));
        }
    }
    near.sort_by_key(|(distance, _)| *distance);
    near.into_iter().take(NEAREST).map(|(_, told)| told).collect()
}

/// A text as it stands in an address.
pub(super) fn in_address(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// A name as it is compared: composed, without blanks at its ends.
fn nfc(name: &str) -> String {
    name.trim().nfc().collect()
}

/// Whether a party holds a seat of the council.
async fn holds_seat(client: &Client, party: &PartyId) -> bool {
    let list = client.json::<MemberList>("/v1/members").await;
    list.is_ok_and(|list| list.council.iter().any(|seat| seat.member == *party))
}

/// The code of a name that is not one's alone.
const SEVERAL: &str = "name.several";

fn is_several(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.downcast_ref::<Coded>().is_some_and(|one| one.code == SEVERAL))
}

/// That a name is not one party's alone, and whose it is.
fn several<'a, T: std::fmt::Display>(
    name: &str,
    called: impl Iterator<Item = (T, &'a str)>,
) -> anyhow::Error {
    let called: Vec<_> = called.collect();
    let said: Vec<String> = called.iter().map(|(party, one)| format!("{party} {}", clean(one))).collect();
    let exactly = called.iter().filter(|(_, one)| folded(one) == folded(name)).count() > 1;
    let what = if exactly { "several are called" } else { "the names of several hold" };
    let detail = format!("{what} {}, name the id: {}", clean(name), said.join(", "));
    unknown(SEVERAL, detail).into()
}

/// A party as people name one: `council`, a member's or a KOL's id, or the name of either.
#[derive(Debug, Clone)]
pub(super) struct PartyName(String);

impl FromStr for PartyName {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl PartyName {
    /// The id, where the name is written as one.
    pub(super) fn id_itself(&self) -> Option<PartyId> {
        self.0.parse().ok()
    }

    /// The party's id for what is signed, by the whole of its name: no part of one speaks for it.
    ///
    /// # Errors
    /// When nobody is found by that name, or not by it alone.
    pub(super) async fn whole(&self, client: &Client) -> anyhow::Result<PartyId> {
        let party = self.id(client).await?;
        match party.as_subject() {
            Some(subject) if self.id_itself().as_ref() != Some(&party) => {
                // A member's name is taken whole; a KOL's may have been a part.
                SubjectName(self.0.clone()).whole(client).await.map(|_| subject.into())
            }
            _ => Ok(party),
        }
    }

    /// The party's id.
    ///
    /// # Errors
    /// When nobody, or more than one, is found by that name.
    pub(super) async fn id(&self, client: &Client) -> anyhow::Result<PartyId> {
        let Ok(party) = self.0.parse() else { return self.called(client).await };
        match known(client, &party).await {
            Ok(()) => Ok(party),
            // A name may look like an id.
            Err(ClientError::Refused { status: 404, code, detail }) => match self.called(client).await {
                // Whoever holds a seat of the council need not be a member.
                Err(_) if holds_seat(client, &party).await => Ok(party),
                Err(error) if !is_several(&error) => {
                    let detail = format!("{detail}{}", self.meant(client).await);
                    Err(ClientError::Refused { status: 404, code, detail }.into())
                }
                found => found,
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Whom a misspelt name may have meant.
    async fn meant(&self, client: &Client) -> String {
        let Ok(list) = client.json::<MemberList>("/v1/members").await else { return String::new() };
        let asked = folded(&self.0);
        // A part of a name is as good as the whole.
        let spelt = |one: &str| match folded(one) {
            one if !asked.is_empty() && one.contains(&asked) => asked.clone(),
            one => one,
        };
        let both =
            list.members.iter().flat_map(|one| [(spelt(&one.name), one), (spelt(one.member.as_str()), one)]);
        let mut near = nearest(&asked, both);
        near.retain(|(distance, _)| *distance <= asked.chars().count() / 3);
        let mut members: Vec<_> = Vec::new();
        for (_, one) in near {
            if !members.iter().any(|known: &&MemberRow| known.member == one.member) {
                members.push(one);
            }
        }
        let told = members.iter().take(NEAREST).map(|one| format!("{} ({})", one.member, clean(&one.name)));
        match told.collect::<Vec<_>>() {
            told if told.is_empty() => {
                "; `tinnhiem find NAME` searches, `tinnhiem member list` lists".to_owned()
            }
            told => format!("; did you mean {}?", told.join(", ")),
        }
    }

    /// The party of this name.
    async fn called(&self, client: &Client) -> anyhow::Result<PartyId> {
        let list: MemberList = client.json("/v1/members").await?;
        let subjects = SubjectName(self.0.clone());
        let mut called: Vec<(PartyId, String)> =
            list.members.into_iter().map(|one| (one.member, one.name)).collect();
        let (name, asked) = (nfc(&self.0), folded(&self.0));
        called.retain(|(_, one)| folded(one) == asked);
        if called.is_empty() {
            let found = subjects.id(client).await;
            return match found {
                Ok(subject) => Ok(subject.into()),
                Err(error) if is_several(&error) => Err(error),
                // Who is a member is not listed among KOLs.
                Err(error) => match self.meant(client).await {
                    meant if meant.contains("did you mean") => {
                        Err(unknown("name.unknown", format!("nobody is called {}{meant}", clean(&name)))
                            .into())
                    }
                    _ if error.to_string().contains("did you mean") => Err(error),
                    meant => Err(unknown("name.unknown", format!("{error:#}{meant}")).into()),
                },
            };
        }
        // A KOL may be called as a member is, and a name may differ from another in its diacritics only.
        let page = subjects.page(client).await?;
        let kols = page.subjects.into_iter().filter_map(|row| Some((PartyId::from(row.subject), row.name?)));
        called.extend(kols.filter(|(_, one)| folded(one) == asked));
        let mut exactly = called.iter().filter(|(_, one)| nfc(one) == name);
        match (&called[..], exactly.next(), exactly.next()) {
            (_, Some((party, _)), None) | ([(party, _)], ..) => Ok(party.clone()),
            _ => Err(several(&name, called.iter().map(|(party, one)| (party, one.as_str())))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_seq_an_id_or_the_start_of_one() {
        let id = "5f".repeat(32);
        assert_eq!(id.parse(), Ok(EventName::Id(id.parse().unwrap())));
        assert_eq!("42".parse(), Ok(EventName::Seq(42)));
        assert_eq!("5f5f5f5f".parse(), Ok(EventName::Start("5f5f5f5f".to_owned())));
        assert_eq!("5f5f5f5f…5f5f".parse(), Ok(EventName::Start("5f5f5f5f…5f5f".to_owned())));
        for wrong in ["", "042", "5f5f5f5", "5F5F5F5F", "-1", "nhip-so", "5f…e2", "5f5f5f5f…xyz"] {
            assert!(wrong.parse::<EventName>().is_err(), "{wrong}");
        }
    }
}
