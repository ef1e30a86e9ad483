//! One draft: who signed so far, and what the rules say of it as things stand.

use std::sync::{Arc, Mutex, PoisonError};

use crate::dsse::{Envelope, EnvelopeError, EventId, PublicKey, Signature, Verified};
use crate::event::{Body, Event, PartyId};
use crate::facts::Parties;
use crate::ledger::{Admissible, Ledger, Refusal, Submission};
use crate::limits;
use crate::rules::Missing;
use crate::state::State;
use crate::time::Timestamp;

/// What one more signature may add to a submission's JSON, in bytes.
const SIGNATURE_JSON_BYTES: usize = 200;

/// A draft that waits for signatures; those that it has were verified.
pub(super) struct Waiting {
    /// When it came: of no two drafts the same.
    pub came_at: Timestamp,
    /// The key that brought it, against whose bounds it counts.
    pub payer: PublicKey,
    /// The event.
    pub event: Event,
    id: EventId,
    /// Payload and attachments, without the signatures.
    unsigned: Arc<Submission>,
    /// Ascending by key.
    signatures: Vec<(PublicKey, Signature)>,
    fate: Mutex<Option<(u64, Timestamp, Fate)>>,
}

/// What would become of a draft now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// It stands in the log already.
    Stands,
    /// It would be recorded once these signatures are there.
    Missing(Vec<Missing>),
    /// It would be refused, whoever signs.
    Refused(Refusal),
}

impl Waiting {
    /// A draft of an event whose signatures verified.
    pub(super) fn new(admissible: Admissible, came_at: Timestamp, payer: PublicKey) -> Result<Self, Refusal> {
        let Admissible { verified, event, attachments } = admissible;
        let id = verified.id();
        let (payload, signatures) = verified.into_parts();
        let unsigned = Arc::new(Submission { envelope: Envelope::sign(payload, &[])?, attachments });
        let fate = Mutex::default();
        Ok(Self { came_at, payer, event, id, unsigned, signatures, fate })
    }

    /// The event's id.
    pub(super) fn id(&self) -> EventId {
        self.id
    }

    /// Its texts and documents.
    pub(super) fn attachments(&self) -> &[crate::vault::Attachment] {
        &self.unsigned.attachments
    }

    /// The exact bytes that are signed as payload.
    pub(super) fn payload(&self) -> &[u8] {
        self.unsigned.envelope.payload()
    }

    /// The keys that signed and have not ended since.
    pub(super) fn signers(&self, state: &State) -> impl Iterator<Item = PublicKey> {
        self.keys().filter(move |key| is_open(state, key))
    }

    /// The keys that signed.
    pub(super) fn keys(&self) -> impl Iterator<Item = PublicKey> {
        self.signatures.iter().map(|(key, _)| *key)
    }

    /// What it takes of the bounds.
    pub(super) fn bytes(&self) -> usize {
        let attached: usize = self.attachments().iter().map(|one| one.bytes.len()).sum();
        self.payload().len() + attached + limits::SIGNATURES * SIGNATURE_JSON_BYTES
    }

    /// When it lapses: once it waited as long as drafts do, or is too old for the rules.
    pub(super) fn lapses_at(&self) -> Timestamp {
        let waited = self.came_at.plus_ms(limits::DRAFT_MS);
        let stale = self.event.issued_at.plus_ms(limits::ISSUED_BEHIND_MS);
        // History that is brought in is older than that from the start.
        if stale < self.came_at { waited } else { waited.min(stale) }
    }

    /// The same draft without the signatures of keys that ended since.
    pub(super) fn current(&self, state: &State) -> Self {
        let mut current = self.signed_too(&[]);
        current.signatures.retain(|(key, _)| is_open(state, key));
        current
    }

    /// The same draft with further signatures, which were verified.
    pub(super) fn signed_too(&self, more: &[(PublicKey, Signature)]) -> Self {
        let mut signatures = self.signatures.clone();
        signatures.extend(more.iter().filter(|(key, _)| self.keys().all(|known| known != *key)));
        signatures.sort_by_key(|(key, _)| *key);
        Self {
            came_at: self.came_at,
            payer: self.payer,
            event: self.event.clone(),
            id: self.id,
            unsigned: self.unsigned.clone(),
            signatures,
            fate: Mutex::default(),
        }
    }

    /// The same draft with texts that came along another time.
    pub(super) fn with(&self, attachments: &[crate::vault::Attachment]) -> Result<Self, Refusal> {
        let mut joined = self.signed_too(&[]);
        let mut unsigned = (*self.unsigned).clone();
        for one in attachments {
            if unsigned.attachments.iter().all(|known| known.commitment() != one.commitment()) {
                unsigned.attachments.push(one.clone());
            }
        }
        if unsigned.attachments.len() > limits::ATTACHMENTS {
            return Err(Refusal::AttachmentCount(unsigned.attachments.len()));
        }
        joined.unsigned = Arc::new(unsigned);
        Ok(joined)
    }

    /// The draft as a submission with the signatures that it has.
    pub(super) fn submission(&self) -> Result<Submission, EnvelopeError> {
        let verified = Verified::trusted(self.payload().to_vec(), self.signatures.clone())?;
        Ok(Submission { envelope: Envelope::of(&verified), attachments: self.attachments().to_vec() })
    }

    /// Refuses a draft that would be too long to be sent in once all have signed.
    pub(super) fn check_length(&self) -> Result<(), Refusal> {
        let room = limits::SIGNATURES.saturating_sub(self.signatures.len()) * SIGNATURE_JSON_BYTES;
        let fits = self.submission()?.to_json().len() + room <= limits::SUBMISSION_BYTES;
        if fits { Ok(()) } else { Err(Refusal::TooLarge) }
    }

    /// The draft as an event to record, without signatures whose keys have ended since.
    pub(super) fn admissible(&self, state: &State) -> Result<Admissible, EnvelopeError> {
        let signatures = self.current(state).signatures;
        Ok(Admissible {
            verified: Verified::trusted(self.payload().to_vec(), signatures)?,
            event: self.event.clone(),
            attachments: self.attachments().to_vec(),
        })
    }

    /// What would become of it now; kept for a while as long as nothing is recorded.
    pub(super) fn fate(&self, ledger: &Ledger) -> Fate {
        let (size, now) = (ledger.snapshot().size(), ledger.now());
        let mut kept = self.fate.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, at, fate)) = &*kept
            && *of == size
            && now.as_ms().abs_diff(at.as_ms()) < limits::DRAFT_JUDGED_MS
        {
            return fate.clone();
        }
        let fate = self.fate_with(ledger, &[]);
        *kept = Some((size, now, fate.clone()));
        fate
    }

    /// What would become of it if these keys had signed too; signatures that it has of keys which ended since
    /// are left out.
    pub(super) fn fate_with(&self, ledger: &Ledger, more: &[PublicKey]) -> Fate {
        let snapshot = ledger.snapshot();
        let kept = self.signers(&snapshot.state).filter(|key| !more.contains(key));
        let keys: Vec<PublicKey> = kept.chain(more.iter().copied()).collect();
        // The signatures were verified when they came.
        match ledger.dry_run(&self.unsigned, &keys) {
            Ok(judged) if judged.stands.is_some() => Fate::Stands,
            Ok(judged) => Fate::Missing(judged.missing),
            Err(refusal) => Fate::Refused(refusal),
        }
    }

    /// Whether a signature of this key would bring it nearer to being recorded.
    pub(super) fn waits_for(&self, ledger: &Ledger, key: &PublicKey) -> bool {
        let Fate::Missing(before) = self.fate(ledger) else { return false };
        let signed = self.keys().any(|known| known == *key);
        !signed && matches!(self.fate_with(ledger, &[*key]), Fate::Missing(after) if after != before)
    }

    /// Whether this party is among those whose signatures are missing.
    pub(super) fn waits_for_party(&self, ledger: &Ledger, party: &PartyId) -> bool {
        let Fate::Missing(missing) = self.fate(ledger) else { return false };
        let snapshot = ledger.snapshot();
        let parties = snapshot.state.parties();
        missing.iter().any(|one| match one {
            Missing::Party(of) => of == party,
            Missing::Key(key) => self.owner(parties, key).as_ref() == Some(party),
            Missing::Panel { of, .. } => of.contains(party),
            Missing::Seats { of, .. } => {
                let held = |number: &u8| {
                    parties
                        .council(snapshot.state.size())
                        .any(|seat| seat.seat == *number && seat.member == *party)
                };
                party.is_council() || of.iter().any(held)
            }
        })
    }

    /// Whose a key is, or becomes by the event.
    pub(super) fn owner(&self, parties: &Parties, key: &PublicKey) -> Option<PartyId> {
        if let Some(record) = parties.key(key) {
            return Some(record.owner.clone());
        }
        match &self.event.body {
            Body::MemberAdmitted(body) => Some(body.member.clone()),
            Body::SubjectEnrolled(_) => self.event.subject.map(PartyId::from),
            Body::OperatorChanged(body) => Some(body.operator.member.clone()),
            Body::KeyAdded(body) => Some(body.owner.as_ref().unwrap_or(&self.event.issuer).clone()),
            Body::CouncilChanged(body) => {
                body.council.iter().find(|seat| seat.key == *key).map(|seat| seat.member.clone())
            }
            _ if self.event.issuer.is_council() => None,
            _ => Some(self.event.issuer.clone()),
        }
    }
}

/// Whether a key has not ended, or is one that nobody has yet.
fn is_open(state: &State, key: &PublicKey) -> bool {
    state.parties().key(key).is_none_or(|record| record.span.holds(state.size()))
}
