//! Accounts on platforms: found by a pasted profile address or a handle.
//!
//! What an account is called lies in the vault, and is found only while its file is there and the
//! account is linked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use super::names::plain;
use super::platforms;
use crate::event::{Commitment, EventType, PlatformId, SubjectId};
use crate::state::{self, State};
use crate::vault::Vault;

/// Parts of an address before the part that names an account.
const BEFORE_HANDLES: [&str; 5] = ["channel", "c", "user", "in", "people"];

/// Linked accounts by what they are called.
pub(super) struct Handles {
    vault: Vault,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// The size up to which the log was looked through.
    size: u64,
    by_handle: BTreeMap<String, Vec<Linked>>,
}

#[derive(Clone, Copy)]
struct Linked {
    subject: SubjectId,
    account: Commitment,
    /// A hash of where it lies.
    place: u64,
}

/// An account as it is written: a handle, or an address.
#[derive(Debug, PartialEq, Eq)]
struct Account {
    /// The platform of its address; on a host that is no known platform's, the whole address up to the
    /// account. None: no address.
    place: Option<String>,
    handle: String,
}

impl Account {
    /// The account that a text names; none where it names none.
    fn parse(text: &str) -> Option<Self> {
        let text = plain(text);
        let (host, path) = parted(&text);
        let path = path.split('#').next().unwrap_or_default();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let id = query.split('&').find_map(|one| one.strip_prefix("id="));
        let known = host.and_then(platforms::of_host);
        let marked = parts.iter().position(|part| part.starts_with('@'));
        let named = match (&parts[..], marked) {
            (_, Some(at)) => Some(parts[at]),
            (["people", _, number, ..], _) => Some(*number),
            ([before, handle, ..], _) if BEFORE_HANDLES.contains(before) => Some(*handle),
            ([part, ..], _) if known.is_some() && !platforms::may_name(part) => {
                id.filter(|_| part.ends_with(".php"))
            }
            ([handle, ..], _) => Some(*handle),
            ([], _) => None,
        };
        let handle = named?.trim_start_matches('@').to_owned();
        let place = match (host, known, marked) {
            (_, Some(platform), _) => Some(platform.to_owned()),
            (Some(host), None, Some(at)) => Some(format!("{host}/{}", parts[..=at].join("/"))),
            // How another host writes its addresses is not known: no part of one is left out.
            (Some(host), None, None) => Some(format!("{host}/{}?{query}", parts.join("/"))),
            (None, None, _) => None,
        };
        let fits = !handle.is_empty() && !handle.contains(' ');
        fits.then_some(Self { place, handle })
    }
}

/// Where an account lies and what it is called there, the same of all texts that name it; none where a text
/// names no account. On a known platform that is its name, elsewhere the whole address up to the account.
pub fn place_of_account(platform: &PlatformId, text: &str) -> Option<(String, String)> {
    let Account { place, handle } = Account::parse(text)?;
    Some((place.unwrap_or_else(|| platforms::called(platform).to_owned()), handle))
}

/// The host of an address, where the text is one, and what follows it.
fn parted(text: &str) -> (Option<&str>, &str) {
    let (is_address, rest) = match text.split_once("://") {
        Some((_, rest)) => (true, rest),
        None => (text.starts_with("//"), text.trim_start_matches('/')),
    };
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (first, path) = rest.split_at(end);
    let has_path = !path.trim_matches('/').is_empty();
    // `@name/…` and `channel/…` are the account of a platform that is named beside it.
    let is_account = first.starts_with('@') || BEFORE_HANDLES.contains(&first);
    if !is_address && (is_account || !has_path) {
        return (None, rest);
    }
    // What stands before an `@` there is whom the host is asked for, and a port is no part of its name.
    let host = first.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default().trim_end_matches('.');
    (Some(host.trim_start_matches("www.").trim_start_matches("m.")), path)
}

/// Whether a text is how accounts are written, and never how people are called.
pub fn is_account(text: &str) -> bool {
    let text = plain(text);
    let (host, _) = parted(&text);
    text.starts_with('@') || text.contains("://") || host.is_some_and(|host| host.contains('.'))
}

fn hash(place: &str) -> u64 {
    let hash = blake3::hash(place.as_bytes());
    hash.as_bytes()[..8].try_into().map(u64::from_be_bytes).unwrap_or_default()
}

impl Handles {
    /// Accounts out of a vault.
    pub(super) fn of(vault: Vault) -> Self {
        Self { vault, kept: Mutex::default() }
    }

    /// The subjects that have linked the account that a text names: a handle on any platform, an
    /// address where it lies.
    pub(super) fn found(&self, state: &State, text: &str) -> BTreeSet<SubjectId> {
        let Some(wanted) = Account::parse(text) else { return BTreeSet::new() };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        self.bring_forward(&mut kept, state);
        let place = wanted.place.as_deref().map(hash);
        let same = |one: &&Linked| place.is_none_or(|place| place == one.place);
        let stands = |one: &&Linked| {
            let register = state.register(&one.subject);
            let linked =
                register.is_some_and(|all| all.accounts.open().any(|open| open.account == one.account));
            linked && self.vault.contains(&one.account)
        };
        let accounts = kept.by_handle.get(&wanted.handle).into_iter().flatten();
        accounts.filter(same).filter(stands).map(|one| one.subject).collect()
    }

    /// Enters the accounts linked since.
    fn bring_forward(&self, kept: &mut Kept, state: &State) {
        let index = state.index();
        for seq in kept.size..state.size() {
            let Some(row) = index.row(seq).filter(|row| row.event_type() == Some(EventType::AccountLinked))
            else {
                continue;
            };
            let Some(subject) = row.subject else { continue };
            let accounts = state.register(&subject).into_iter().flat_map(|register| register.accounts.open());
            for one in accounts.filter(|one| one.recorded.seq == seq) {
                self.enter(kept, subject, one);
            }
        }
        kept.size = kept.size.max(state.size());
    }

    fn enter(&self, kept: &mut Kept, subject: SubjectId, linked: &state::Account) {
        let file = self.vault.read(&linked.account).ok().flatten();
        let text = file.and_then(|file| String::from_utf8(file.bytes).ok());
        let named = text.and_then(|text| place_of_account(&linked.platform, &text));
        let Some((place, handle)) = named else { return };
        let linked = Linked { subject, account: linked.account, place: hash(&place) };
        kept.by_handle.entry(handle).or_default().push(linked);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_and_addresses_of_an_account_are_told_apart_from_names() {
        for (text, place, handle) in [
            ("@bao-ngan", None, "bao-ngan"),
            ("＠Bao-Ngan", None, "bao-ngan"),
            ("bao.ngan", None, "bao.ngan"),
            ("bao.ngan/", None, "bao.ngan"),
            ("channel/UCx_1-", None, "ucx_1-"),
            ("https://www.tiktok.com/@Bao.Ngan?lang=vi", Some("tiktok"), "bao.ngan"),
            ("tiktok.com/@bao.ngan/video/73", Some("tiktok"), "bao.ngan"),
            ("https://vi-vn.facebook.com:443/bao.ngan", Some("facebook"), "bao.ngan"),
            ("https://m.facebook.com/profile.php?id=1000123&ref=x", Some("facebook"), "1000123"),
            ("https://www.facebook.com/bao.ngan/posts/7", Some("facebook"), "bao.ngan"),
            ("https://youtube.com/channel/UCx_1-", Some("youtube"), "ucx_1-"),
            ("https://www.facebook.com/people/Bao-Ngan/61550/", Some("facebook"), "61550"),
            ("vietreel.vn/u-7#top", Some("vietreel.vn/u-7?"), "u-7"),
            ("https://vietreel.vn/u?n=7&id=8", Some("vietreel.vn/u?n=7&id=8"), "u"),
            ("https://vietreel.vn/@u-7/video/3", Some("vietreel.vn/@u-7"), "u-7"),
            ("https://vietreel.vn/news/u-7", Some("vietreel.vn/news/u-7?"), "news"),
            ("https://tiktok.com@evil.example/@bao.ngan", Some("evil.example/@bao.ngan"), "bao.ngan"),
            (
                "https://tiktok.com.evil.example/@bao.ngan",
                Some("tiktok.com.evil.example/@bao.ngan"),
                "bao.ngan",
            ),
            ("ftp://evil.example/@bao.ngan", Some("evil.example/@bao.ngan"), "bao.ngan"),
            ("//evil.example/@bao.ngan", Some("evil.example/@bao.ngan"), "bao.ngan"),
            ("eviltiktok.com/@bao.ngan", Some("eviltiktok.com/@bao.ngan"), "bao.ngan"),
            ("evil/@bao.ngan", Some("evil/@bao.ngan"), "bao.ngan"),
        ] {
            let found = Account::parse(text).unwrap();
            assert_eq!((found.place.as_deref(), found.handle.as_str()), (place, handle), "{text}");
        }
        for text in [
            "",
            "  ",
            "@",
            "https://",
            "https://tiktok.com/",
            "Trần Bảo Ngân",
            "https://www.youtube.com/watch?v=id",
            "https://instagram.com/p/Cx1",
        ] {
            assert_eq!(Account::parse(text), None, "{text}");
        }
        for (text, is) in [
            ("@ngan", true),
            ("https://tiktok.com", true),
            ("tiktok.com/@ngan", true),
            ("Ngân", false),
            ("Báo 24/7", false),
            ("ngan.vn", false),
        ] {
            assert_eq!(is_account(text), is, "{text}");
        }
    }
}
