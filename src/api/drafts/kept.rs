//! The drafts that wait: who may bring one more, who may sign, and when one goes.
//!
//! Whatever changes them goes through one turn of [`Look::Drafting`](crate::api::looks), so that signers who come
//! at once each find what the other added. A draft is on the disk before its signer is answered.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::bounds::Most;
use super::super::{Bounds, Problem};
use super::files::Files;
use super::views::told;
use super::waiting::{Fate, Waiting};
use crate::dsse::{EventId, PublicKey, Signature, Verified};
use crate::event::Event;
use crate::ledger::{Admissible, Ledger, Refusal};
use crate::log::Entry;
use crate::rules::Reason;
use crate::time::Timestamp;

/// The drafts of a ledger.
pub(in crate::api) struct Drafts {
    bounds: Bounds,
    /// None until they are asked for: then those that lie on the disk are read.
    kept: Mutex<Option<BTreeMap<EventId, Arc<Waiting>>>>,
}

/// What became of a draft, or of signatures under one.
pub(super) enum Taken {
    /// It waits for others.
    Waits(Arc<Waiting>),
    /// Nothing is missing, or it stands in the log: it is sent on.
    Whole(Box<Admissible>),
}

/// What charges a key for something new that it brings.
pub(super) type Charging<'a> = &'a dyn Fn(PublicKey) -> Result<(), Problem>;

impl Drafts {
    /// Drafts within bounds.
    pub(in crate::api) fn within(bounds: &Bounds) -> Self {
        Self { bounds: *bounds, kept: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Option<BTreeMap<EventId, Arc<Waiting>>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The drafts that wait, the oldest first: those that lapsed or were recorded are gone.
    pub(super) fn all(&self, ledger: &Ledger) -> Vec<Arc<Waiting>> {
        let mut kept = self.lock();
        let files = Files::of(ledger);
        let all = kept.get_or_insert_with(|| self.read_back(ledger, &files));
        let (snapshot, now) = (ledger.snapshot(), ledger.now());
        all.retain(|id, draft| {
            let waits = now < draft.lapses_at() && snapshot.state.index().seq(id).is_none();
            if !waits {
                files.forget(id);
            }
            waits
        });
        let mut all: Vec<_> = all.values().cloned().collect();
        all.sort_by_key(|draft| draft.came_at);
        all
    }

    /// The drafts of before, held to the bounds as if they came one after the other.
    fn read_back(&self, ledger: &Ledger, files: &Files) -> BTreeMap<EventId, Arc<Waiting>> {
        let mut all = BTreeMap::new();
        let mut in_order: Vec<Arc<Waiting>> = Vec::new();
        for draft in files.read() {
            let after_last = in_order.last().is_none_or(|last| last.came_at < draft.came_at);
            if after_last && self.has_room(ledger, &in_order, &draft).is_ok() {
                let draft = Arc::new(draft);
                in_order.push(draft.clone());
                all.insert(draft.id(), draft);
            } else {
                files.forget(&draft.id());
            }
        }
        all
    }

    /// One draft.
    pub(super) fn one(&self, ledger: &Ledger, id: &EventId) -> Option<Arc<Waiting>> {
        self.all(ledger).into_iter().find(|draft| draft.id() == *id)
    }

    /// Takes an event in whose signatures verified: a new draft, or more about one that waits.
    ///
    /// # Errors
    /// The refusal of the event, of the bounds, or of `charge`.
    pub(super) fn take_in(
        &self,
        ledger: &Ledger,
        admissible: Admissible,
        charge: Charging<'_>,
    ) -> Result<Taken, Problem> {
        let all = self.all(ledger);
        let id = admissible.verified.id();
        let keys: Vec<PublicKey> = admissible.verified.keys().collect();
        let snapshot = ledger.snapshot();
        let state = &snapshot.state;
        let (draft, before, known) = match all.iter().find(|draft| draft.id() == id) {
            Some(known) => {
                let current = known.current(state);
                let joined = current.signed_too(admissible.verified.signatures());
                let before: Vec<PublicKey> = current.keys().collect();
                (joined.with(&admissible.attachments)?, before, Some(known.clone()))
            }
            None => {
                let after_last = all.last().map_or(ledger.now(), |last| last.came_at.plus_ms(1));
                let payer = payer(ledger, &keys);
                (Waiting::new(admissible, after_last.max(ledger.now()), payer)?, Vec::new(), None)
            }
        };
        let new: Vec<PublicKey> = keys.iter().filter(|key| !before.contains(key)).copied().collect();
        match draft.fate_with(ledger, &new) {
            Fate::Refused(refusal) => return Err(refusal.into()),
            Fate::Missing(missing) if !missing.is_empty() => {}
            Fate::Missing(_) | Fate::Stands => {
                let whole = draft.admissible(state).map_err(Refusal::from)?;
                return Ok(Taken::Whole(Box::new(whole)));
            }
        }
        draft.check_length()?;
        let others: Vec<_> = all.into_iter().filter(|other| other.id() != id).collect();
        self.has_room(ledger, &others, &draft)?;
        let same = |known: &Waiting| {
            known.keys().eq(draft.keys()) && known.attachments().len() == draft.attachments().len()
        };
        match known {
            Some(known) if same(&known) => return Ok(Taken::Waits(known)),
            Some(_) => new.first().map_or(Ok(()), |key| charge(*key))?,
            None => charge(draft.payer)?,
        }
        self.keep(ledger, draft).map(Taken::Waits)
    }

    /// Adds signatures to a draft, of keys that it waits for.
    ///
    /// # Errors
    /// `draft.unknown`; `draft.not_waited_for`, which tells who is; what refuses the signatures or the event.
    pub(super) fn sign(
        &self,
        ledger: &Ledger,
        id: &EventId,
        signatures: Vec<(PublicKey, Signature)>,
        charge: Charging<'_>,
    ) -> Result<Taken, Problem> {
        let Some(known) = self.one(ledger, id) else { return recorded_already(ledger, id, signatures) };
        let verified = Verified::check(known.payload().to_vec(), signatures).map_err(Refusal::from)?;
        let mut fate = known.fate(ledger);
        let mut draft = known.current(&ledger.snapshot().state);
        let mut by = Vec::new();
        for (key, signature) in verified.signatures() {
            if draft.keys().any(|signed| signed == *key) {
                continue;
            }
            let missing = match &fate {
                Fate::Missing(missing) if !missing.is_empty() => missing.clone(),
                Fate::Refused(refusal) => return Err(refusal.clone().into()),
                // What is whole takes no more.
                Fate::Missing(_) | Fate::Stands => break,
            };
            let after = draft.fate_with(ledger, &[*key]);
            let helps = match &after {
                Fate::Missing(after) => *after != missing,
                Fate::Stands => true,
                Fate::Refused(Refusal::Rejected(rejection)) if is_of_stranger(rejection.reason) => false,
                Fate::Refused(refusal) => return Err(refusal.clone().into()),
            };
            if !helps {
                let detail =
                    format!("{key} is not waited for here: {}", told(&missing, &ledger.snapshot().state));
                return Err(Problem::new(403, "draft.not_waited_for", detail));
            }
            draft = draft.signed_too(&[(*key, *signature)]);
            by.push(*key);
            fate = after;
        }
        match fate {
            Fate::Refused(refusal) => Err(refusal.into()),
            Fate::Missing(missing) if !missing.is_empty() => {
                let Some(first) = by.first() else { return Ok(Taken::Waits(known)) };
                charge(*first)?;
                self.keep(ledger, draft).map(Taken::Waits)
            }
            Fate::Missing(_) | Fate::Stands => {
                let whole = draft.admissible(&ledger.snapshot().state).map_err(Refusal::from)?;
                Ok(Taken::Whole(Box::new(whole)))
            }
        }
    }

    fn keep(&self, ledger: &Ledger, draft: Waiting) -> Result<Arc<Waiting>, Problem> {
        Files::of(ledger).keep(&draft).map_err(|error| {
            tracing::error!(%error, "a draft cannot be kept");
            Problem::new(
                503,
                "draft.unkept",
                format!("the draft cannot be kept here now ({error}): send it again"),
            )
        })?;
        let draft = Arc::new(draft);
        self.lock().get_or_insert_default().insert(draft.id(), draft.clone());
        Ok(draft)
    }

    /// Refuses a draft that is beyond what its key, strangers or all together may have waiting.
    fn has_room(&self, ledger: &Ledger, others: &[Arc<Waiting>], draft: &Waiting) -> Result<(), Problem> {
        let snapshot = ledger.snapshot();
        let is_stranger = |key: &PublicKey| snapshot.state.parties().key(key).is_none();
        let now = ledger.now();
        let full = |most: Most, of: &dyn Fn(&Waiting) -> bool| {
            let (mut count, mut bytes, mut soonest) = (1, draft.bytes(), None::<Timestamp>);
            for other in others.iter().filter(|other| of(other)) {
                count += 1;
                bytes += other.bytes();
                soonest = Some(soonest.map_or(other.lapses_at(), |one| one.min(other.lapses_at())));
            }
            let wait_ms = soonest.map_or(0, |soonest| soonest.as_ms().saturating_sub(now.as_ms()));
            let wait_s = u32::try_from(wait_ms.div_ceil(1000)).unwrap_or(u32::MAX);
            (count > most.count || bytes > most.bytes).then_some(wait_s)
        };
        if let Some(wait_s) = full(self.bounds.drafts_of_key, &|other| other.payer == draft.payer) {
            let detail = format!(
                "as many drafts of the key {} wait as may: have some signed, or send it once the first lapses",
                draft.payer
            );
            return Err(Problem::new(429, "draft.key_full", detail).after_s(wait_s));
        }
        let strangers = self.bounds.drafts_of_strangers;
        let of_strangers =
            is_stranger(&draft.payer).then(|| full(strangers, &|other| is_stranger(&other.payer))).flatten();
        if let Some(wait_s) = of_strangers {
            let detail = "as many drafts wait as may that only keys signed which are new here: let a member, a seat or a \
                          registrar sign first";
            return Err(Problem::new(507, "draft.full", detail).after_s(wait_s));
        }
        match full(self.bounds.drafts, &|_| true) {
            None => Ok(()),
            Some(wait_s) => {
                let detail = "as many drafts wait as this server keeps: send the file to who signs too, or send it again later";
                Err(Problem::new(507, "draft.full", detail).after_s(wait_s))
            }
        }
    }
}

/// The key that a draft counts against: one that acts here, where one signed.
fn payer(ledger: &Ledger, keys: &[PublicKey]) -> PublicKey {
    let snapshot = ledger.snapshot();
    let known = keys.iter().find(|key| snapshot.state.parties().key(key).is_some());
    *known.or(keys.first()).expect("an envelope has a signature")
}

/// That no such draft waits.
pub(super) fn unknown(id: &EventId) -> Problem {
    Problem::not_found("draft.unknown", format!("no draft {id} waits here: it lapsed, or was never sent in"))
}

/// Whether a rejection says that a key is none of those that sign.
fn is_of_stranger(reason: Reason) -> bool {
    matches!(reason, Reason::KeyUnknown | Reason::KeyOtherOwner | Reason::SignatureUnneeded)
}

/// What is answered to who signs an event that others completed meanwhile: as to who sends it again.
fn recorded_already(
    ledger: &Ledger,
    id: &EventId,
    signatures: Vec<(PublicKey, Signature)>,
) -> Result<Taken, Problem> {
    let seq = ledger.snapshot().state.index().seq(id).ok_or_else(|| unknown(id))?;
    let bytes = ledger.reader().entry(seq)?.ok_or_else(|| unknown(id))?;
    let damaged = |error: &dyn std::fmt::Display| Problem::new(500, "entry.damaged", error.to_string());
    let entry = Entry::parse(&bytes).map_err(|error| damaged(&error))?;
    let verified = entry.trusted().map_err(|error| damaged(&error))?;
    Verified::check(verified.payload().to_vec(), signatures).map_err(Refusal::from)?;
    let event = Event::parse_recorded(verified.payload()).map_err(|error| damaged(&error))?;
    Ok(Taken::Whole(Box::new(Admissible { verified, event, attachments: Vec::new() })))
}
