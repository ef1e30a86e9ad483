//! Checking a data directory: heads, entries, tile rows, stored state, attachments.

use std::ops::ControlFlow;

use serde::Serialize;

use super::image::{Damage, Imaged};
use super::scan::scan;
use super::{Archive, LOG_KEY_FILE, NEXT_LOG_KEY_FILE, strangers};
use crate::audit::{
    Attachments, AttachmentsMet, Auditor, CheckedEntry, Fate, Finding, Place, TileAudit, Unjudged,
};
use crate::clock::Clock;
use crate::dsse::{PublicKey, SecretKey};
use crate::log::{ChainHash, TileId, VerifierKey};
use crate::state::State;
use crate::store::{HeadsState, ReadOnly, Standing, StoreError, keys};
use crate::time::Timestamp;
use crate::vault::{KeyFileError, Listing, VaultError};

/// What a check of a data directory found.
#[derive(Debug, Serialize)]
pub struct FsckReport {
    /// The log.
    pub origin: String,
    /// The key its newest checkpoint verifies under.
    pub log_vkey: String,
    /// The keys that earlier checkpoints verify under.
    pub former_vkeys: Vec<String>,
    /// How many entries are stored.
    pub entries: u64,
    /// How many of them the newest head acknowledges.
    pub acknowledged: u64,
    /// How many entries from the beginning are whole and obey every rule.
    pub good: u64,
    /// When the newest entry says that it was recorded.
    pub newest_at: Option<Timestamp>,
    /// Whether it was sealed, so that another directory goes on.
    pub sealed: bool,
    /// Why it opens read-only; none where it signed last.
    pub read_only: Option<String>,
    /// How many event signatures verified.
    pub signatures: u64,
    /// How many attachments are there and whole, of those that the entries commit to.
    pub attachments: u64,
    /// How many of those are texts, which had to be attached.
    pub texts: u64,
    /// How many of those are documents, which need not have been.
    pub documents: u64,
    /// How many attachments are not there, as they must not be, because their events were erased.
    pub erased: u64,
    /// How many of those were texts.
    pub erased_texts: u64,
    /// How many of those are documents: the log does not tell whether they ever were attached.
    pub erased_documents: u64,
    /// How many files a fault left with what was never recorded: no entry names them, and the next start
    /// removes them.
    pub unneeded: u64,
    /// Which these are.
    pub unneeded_files: Vec<String>,
    /// What lies in the directory and is no part of the ledger; nothing of it was looked at.
    pub strangers: Vec<String>,
    /// From where on the rules could not be applied.
    pub unjudged: Option<Unjudged>,
    /// What is not whole though nothing is lost by it, as of what is kept twice one copy; no finding.
    pub notes: Vec<Finding>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

impl FsckReport {
    /// The machine's refusal that kept something from being looked at; nothing was judged then.
    pub fn not_judged(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| OF_THE_MACHINE.contains(&finding.code))
    }
}

/// The codes of findings that say nothing about what is stored.
const OF_THE_MACHINE: [&str; 6] =
    ["store.full", "store.descriptors", "store.io", "store.locked", "vault.io", "keyfile.io"];

/// Checks all that a data directory holds. Nothing is changed.
pub fn fsck(archive: &Archive) -> FsckReport {
    let (mut findings, mut notes) = (Vec::new(), Vec::new());
    check_heads(archive, &mut findings, &mut notes);
    let imaged = Imaged::read(&archive.directory);
    let mut at_image = None;
    let mut auditor = Auditor::new(archive.identity.origin.clone(), Clock::system().now());
    let mut tiles = TileAudit::default();
    let mut attachments = Attachments::default();
    let head = archive.head.checkpoint();
    let open = |_: u64, entries: &[&[u8]]| -> Vec<_> {
        let checked = CheckedEntry::check_each(entries).into_iter();
        checked.map(|entry| (Attachments::of(&entry), entry)).collect()
    };
    let read = scan(&*archive.store, 0, u64::MAX, &open, &mut |_, (named, entry)| {
        auditor.take(entry, |node| tiles.expect(node));
        attachments.note(named);
        if auditor.size() == imaged.state.size() {
            at_image = auditor.chain().map(|chain| (auditor.state().clone(), chain));
        }
        if auditor.size() == head.size {
            auditor.check_root(head);
        }
        ControlFlow::Continue(())
    });
    let torn = read.as_ref().is_err_and(|error| matches!(error, StoreError::Corrupt(_)));
    if torn && auditor.size() >= head.size {
        let what = "a commit left pieces beyond what was acknowledged, and nobody was told of them: the next start \
                    that signs removes them";
        notes.push(Finding::new(Place::Entry(auditor.size()), "store.torn", what));
    } else if let Err(error) = read {
        findings.push(Finding::new(Place::Entry(auditor.size()), error.code(), error.to_string()));
    }
    if auditor.size() < head.size {
        auditor.check_root(head);
    }
    findings.extend(auditor.findings().iter().cloned());
    let good = match first_bad(&findings) {
        Some(seq) => seq.min(auditor.size()),
        None => auditor.size(),
    };
    if auditor.size() >= head.size {
        check_rows(archive, &tiles, auditor.size(), &mut findings);
        // Where no state was made, the image is not judged.
        if auditor.unjudged().is_none_or(|unjudged| imaged.state.size() <= unjudged.from) {
            check_image(&imaged, at_image, &mut findings);
        }
    }
    let met = check_attachments(archive, &attachments, &auditor, &mut findings);
    let vkey = |key: &PublicKey| VerifierKey::ed25519(archive.identity.origin.as_str(), *key);
    let named = auditor.state().ledger();
    let signs = named.map(|ledger| vkey(ledger.log_key_at(head.size)));
    if signs.is_some_and(|signs| signs.key() != archive.identity.log_vkey.key()) {
        let what = "the newest head is not signed by the key that the log names at its size";
        findings.push(Finding::new(Place::File("heads".to_owned()), "heads.key", what));
    }
    let former =
        named.map_or(&[][..], |ledger| ledger.log_keys().split_last().map_or(&[], |(_, former)| former));
    let former_vkeys = former.iter().map(|(_, key)| vkey(key).to_string()).collect();
    let listing = archive.vault.list().unwrap_or_else(|error| {
        findings.push(Finding::new(Place::File("vault".to_owned()), error.code(), error.to_string()));
        Listing::default()
    });
    let unneeded_files = check_listing(archive, &listing, &attachments, &auditor, &mut findings);
    FsckReport {
        origin: archive.identity.origin.to_string(),
        log_vkey: archive.identity.log_vkey.to_string(),
        former_vkeys,
        entries: auditor.size(),
        acknowledged: head.size,
        good,
        newest_at: (auditor.state().size() > 0).then(|| auditor.state().last_at()),
        sealed: archive.heads.standing() == Standing::ReadOnly(ReadOnly::Sealed),
        read_only: match archive.heads.standing() {
            Standing::ReadOnly(why) => Some(why.to_string()),
            Standing::Signer(_) => None,
        },
        signatures: auditor.signatures(),
        attachments: met.kept(),
        texts: met.texts,
        documents: met.documents,
        erased: met.gone(),
        erased_texts: met.erased_texts,
        erased_documents: met.erased_documents,
        unneeded: unneeded_files.len() as u64,
        unneeded_files,
        strangers: strangers(&archive.directory).unwrap_or_default(),
        unjudged: auditor.unjudged().cloned(),
        notes,
        findings,
    }
}

/// The first entry that is not whole, or breaks a rule; one ahead of the clock here may be both.
fn first_bad(findings: &[Finding]) -> Option<u64> {
    let of_entries = findings.iter().filter_map(|finding| match finding.place {
        Place::Entry(seq) if finding.code != "entry.ahead" => Some(seq),
        _ => None,
    });
    of_entries.min()
}

fn check_heads(archive: &Archive, findings: &mut Vec<Finding>, notes: &mut Vec<Finding>) {
    let place = |name: &str| Place::File(name.to_owned());
    match archive.heads.blemishes() {
        Ok(blemishes) => notes.extend(blemishes.into_iter().map(|(name, what)| {
            let then = "the next start that signs begins a file that is whole; find out what changed this one: check \
                        the disk, and back up";
            Finding::new(Place::File(name), "heads.copy", format!("{what}: {then}"))
        })),
        Err(error) => findings.push(Finding::new(place("heads"), error.code(), error.to_string())),
    }
    match archive.heads.state() {
        HeadsState::Clean => {}
        HeadsState::TornTail => notes.push(Finding::new(
            place("heads"),
            "heads.torn",
            "a head was being written when the process ended, and nobody was told of it: the next start cuts it off",
        )),
        HeadsState::Damaged(what) => findings.push(Finding::new(place("heads"), "heads.damaged", what)),
    }
    let read = |name| crate::vault::read_secret(&archive.directory.join(name));
    let signs = |key: &SecretKey| key.public() == archive.identity.log_vkey.key();
    match read(LOG_KEY_FILE) {
        Ok(key) if signs(&key) => {}
        // It may lie apart.
        Err(KeyFileError::Missing(_)) => {}
        Ok(_) if read(NEXT_LOG_KEY_FILE).is_ok_and(|key| signs(&key)) => {}
        Ok(_) => findings.push(Finding::new(
            place(LOG_KEY_FILE),
            "ledger.log_key",
            "it is not the key that the ledger names",
        )),
        Err(error) => {
            findings.push(Finding::new(place(LOG_KEY_FILE), error.code(), error.to_string()));
        }
    }
}

fn check_rows(archive: &Archive, tiles: &TileAudit, size: u64, findings: &mut Vec<Finding>) {
    for tile in TileId::of_size(size) {
        let expected = tiles.expected(tile.level, tile.index);
        let expected: Vec<u8> = expected.iter().flat_map(|hash| *hash.as_bytes()).collect();
        let stored = archive.store.value(&keys::tile(tile.level, tile.index));
        let what = match stored {
            Ok(Some(row)) if row.starts_with(&expected) => continue,
            Ok(Some(_)) => {
                "the stored row is not what the entries make; the next start rebuilds it".to_owned()
            }
            Ok(None) => "the stored row is missing; the next start rebuilds it".to_owned(),
            Err(error) => {
                findings.push(Finding::new(Place::Tile(tile.path()), error.code(), error.to_string()));
                continue;
            }
        };
        findings.push(Finding::new(Place::Tile(tile.path()), "tile.row", what));
    }
}

/// The image must be the state that the entries make; it may be behind them, never wrong.
fn check_image(imaged: &Imaged, entries_make: Option<(State, ChainHash)>, findings: &mut Vec<Finding>) {
    let place = || Place::Table("state".to_owned());
    if imaged.damage == Some(Damage::Unread) {
        findings.push(Finding::new(place(), "store.io", "the image of the state cannot be opened"));
    }
    if imaged.damage == Some(Damage::Bytes) {
        let what = "the image of the state is damaged; the next start does without it";
        findings.push(Finding::new(place(), "state.damaged", what));
    }
    let Some(chain) = imaged.chain else { return };
    let same = entries_make.is_some_and(|(state, expected)| expected == chain && state == imaged.state);
    if !same {
        let what = "the image is not the state that the entries make: remove `derived`, which the next start makes anew";
        findings.push(Finding::new(place(), "state.differs", what));
    }
}

/// Every text that an entry commits to is there and whole, unless the log says that it was erased; a
/// document that is there is whole; and what was erased is gone.
fn check_attachments(
    archive: &Archive,
    attachments: &Attachments,
    auditor: &Auditor,
    findings: &mut Vec<Finding>,
) -> AttachmentsMet {
    let mut met = AttachmentsMet::default();
    for (commitment, fate) in attachments.fates(auditor.state()) {
        let (code, what) = match archive.vault.read(&commitment) {
            Ok(Some(_)) | Err(VaultError::Damaged(_)) if fate == Fate::Erased => {
                let what = "its events were erased, and its file is still there: the next start destroys it";
                ("attachment.kept", what.to_owned())
            }
            Ok(Some(_)) => {
                met.whole(fate);
                continue;
            }
            Ok(None) if fate == Fate::Erased => {
                met.erased(attachments.is_text(&commitment));
                continue;
            }
            // Past what was judged, the log may say that it was erased.
            Ok(None) if fate != Fate::Text || auditor.unjudged().is_some() => continue,
            Ok(None) => ("attachment.missing", "its file is missing".to_owned()),
            Err(error) => (error.code(), error.to_string()),
        };
        findings.push(Finding::new(Place::Attachment(commitment), code, what));
    }
    met
}

/// Nothing lies in the vault but what entries name, and what a fault may leave of what was never recorded,
/// which is returned.
fn check_listing(
    archive: &Archive,
    listing: &Listing,
    attachments: &Attachments,
    auditor: &Auditor,
    findings: &mut Vec<Finding>,
) -> Vec<String> {
    let path = |file: &String| format!("vault/{}", file.escape_debug());
    for file in &listing.others {
        findings.push(Finding::new(
            Place::File(path(file)),
            "file.unnamed",
            "the vault puts no such file there",
        ));
    }
    let mut left: Vec<String> = listing.unfinished.iter().map(path).collect();
    // Entries that are missing may name any of them, as may those that cannot be read.
    if auditor.size() < archive.head.checkpoint().size {
        return Vec::new();
    }
    let unnamed = listing.commitments.iter().filter(|one| !attachments.names(one));
    for commitment in unnamed.filter(|_| auditor.unjudged().is_none()) {
        let name = commitment.to_string();
        let (code, what) = match archive.vault.read(commitment) {
            Ok(whole) => {
                left.extend(whole.map(|_| format!("vault/{}/{name}", &name[..2])));
                continue;
            }
            Err(VaultError::Damaged(_)) => {
                ("attachment.unnamed", "no entry names it, and it does not match its name".to_owned())
            }
            Err(error) => (error.code(), error.to_string()),
        };
        findings.push(Finding::new(Place::Attachment(*commitment), code, what));
    }
    left
}
