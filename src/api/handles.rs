//! Accounts on platforms: found by a pasted profile address or a handle.
//!
//! What an account is called lies in the vault, and is found only while its file is there and the
//! account is linked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use super::names::plain;
use crate::event::{Commitment, EventType, SubjectId};
use crate::state::State;
use crate::vault::Vault;

/// Parts of an address before the part that names an account.
const BEFORE_HANDLES: [&str; 5] = ["channel", "c", "user", "in", "people"];

/// Linked accounts by what they are called.
pub struct Handles {
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
    /// Where its address lies; none: it names no host.
    host: Option<u64>,
}

/// An account as it is written: a handle, or an address.
#[derive(Debug, PartialEq, Eq)]
struct Account {
    host: Option<String>,
    handle: String,
    /// Whether the handle is sure to be whole.
    whole: bool,
}

impl Account {
    /// The account that a text names; none where it names none.
    fn parse(text: &str) -> Option<Self> {
        let text = plain(text);
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let is_address = rest.is_some();
        let rest = rest.unwrap_or(&text);
        let (path, query) = rest.split_once(['?', '#']).unwrap_or((rest, ""));
        let mut parts = path.split('/').filter(|part| !part.is_empty()).peekable();
        let is_host = |part: &&str| part.contains('.') && !part.starts_with('@');
        let has_path = path.trim_end_matches('/').contains('/');
        let host = parts.next_if(|part| is_address || has_path && is_host(part));
        let host = host.map(|host| host.trim_start_matches("www.").trim_start_matches("m.").to_owned());
        let parts: Vec<&str> = parts.collect();
        let id = query.split('&').find_map(|one| one.strip_prefix("id="));
        let named = parts.iter().copied().find(|part| part.starts_with('@'));
        let plain = match parts[..] {
            ["people", _, number, ..] => Some(number),
            [before, handle, ..] if BEFORE_HANDLES.contains(&before) => Some(handle),
            [handle, ..] => Some(handle),
            [] => None,
        };
        let handle = named.or(id.filter(|_| host.is_some())).or(plain)?.trim_start_matches('@').to_owned();
        let fits = !handle.is_empty() && !handle.contains(' ');
        fits.then_some(Self { whole: host.is_some(), host, handle })
    }

    fn host_hash(&self) -> Option<u64> {
        let hash = |host: &String| blake3::hash(host.as_bytes()).as_bytes()[..8].try_into();
        self.host.as_ref().and_then(|host| hash(host).ok()).map(u64::from_be_bytes)
    }
}

impl Handles {
    /// Accounts out of a vault.
    pub fn of(vault: Vault) -> Self {
        Self { vault, kept: Mutex::default() }
    }

    /// The subjects that have linked the account that a text names, or, of a handle that may not be
    /// whole, one that begins like it.
    pub fn found(&self, state: &State, text: &str) -> BTreeSet<SubjectId> {
        let Some(wanted) = Account::parse(text) else { return BTreeSet::new() };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        self.bring_forward(&mut kept, state);
        let begins = !wanted.whole && plain(text).starts_with('@');
        let accounts = kept
            .by_handle
            .range(wanted.handle.clone()..)
            .take_while(|(handle, _)| {
                **handle == wanted.handle || begins && handle.starts_with(&wanted.handle)
            })
            .flat_map(|(_, accounts)| accounts);
        let host = wanted.host_hash();
        // Who names no host leaves it to the platform.
        let same = |one: &&Linked| host.is_none() || one.host.is_none() || host == one.host;
        let stands = |one: &&Linked| {
            let register = state.register(&one.subject);
            let linked =
                register.is_some_and(|all| all.accounts.open().any(|open| open.account == one.account));
            linked && self.vault.contains(&one.account)
        };
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
                self.enter(kept, subject, one.account);
            }
        }
        kept.size = kept.size.max(state.size());
    }

    fn enter(&self, kept: &mut Kept, subject: SubjectId, account: Commitment) {
        let file = self.vault.read(&account).ok().flatten();
        let text = file.and_then(|file| String::from_utf8(file.bytes).ok());
        let Some(named) = text.and_then(|text| Account::parse(&text)) else { return };
        let linked = Linked { subject, account, host: named.host_hash() };
        kept.by_handle.entry(named.handle).or_default().push(linked);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_and_addresses_of_an_account_are_told_apart_from_names() {
        for (text, host, handle) in [
            ("@bao-ngan", None, "bao-ngan"),
            ("＠Bao-Ngan", None, "bao-ngan"),
            ("bao.ngan", None, "bao.ngan"),
            ("https://www.tiktok.com/@Bao.Ngan?lang=vi", Some("tiktok.com"), "bao.ngan"),
            ("tiktok.com/@bao.ngan/video/73", Some("tiktok.com"), "bao.ngan"),
            ("https://m.facebook.com/profile.php?id=1000123&ref=x", Some("facebook.com"), "1000123"),
            ("https://www.facebook.com/bao.ngan/posts/7", Some("facebook.com"), "bao.ngan"),
            ("https://youtube.com/channel/UCx_1-", Some("youtube.com"), "ucx_1-"),
            ("https://www.facebook.com/people/Bao-Ngan/61550/", Some("facebook.com"), "61550"),
            ("vietreel.vn/u-7#top", Some("vietreel.vn"), "u-7"),
        ] {
            let found = Account::parse(text).unwrap();
            assert_eq!((found.host.as_deref(), found.handle.as_str()), (host, handle), "{text}");
        }
        for text in ["", "  ", "@", "https://", "https://tiktok.com/", "Trần Bảo Ngân"] {
            assert_eq!(Account::parse(text), None, "{text}");
        }
    }
}
