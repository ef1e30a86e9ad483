//! What is registered about a subject, as it is shown with the subject.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::App;
use super::collaborations::{self, CollaborationView};
use super::subjects::enrolment;
use crate::dsse::EventId;
use crate::event::{
    Commitment, CorrectionAction, ErasureStage, EvidenceStage, OfficialAct, PartyId, PlatformId, SubjectId,
};
use crate::ledger::Snapshot;
use crate::state::{Correction, ErasureRequest, Evidence};
use crate::time::Date;

/// What is registered about a subject.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct RegisterView {
    /// The `code.published` event of the code of conduct that it pledged to.
    pub pledged: Option<EventId>,
    /// Its own accounts on platforms.
    pub accounts: Vec<AccountView>,
    /// Its last 20 collaborations, newest first; `/v1/collaborations` lists all.
    pub collaborations: Vec<CollaborationView>,
    /// Official decisions about it that stand.
    pub decisions: Vec<DecisionView>,
    /// What issuers put right in what they said about it.
    pub corrections: Vec<CorrectionView>,
    /// Evidence about it, and who keeps it.
    pub evidence: Vec<EvidenceView>,
    /// What it asked to have erased.
    pub erasures: Vec<ErasureView>,
    /// Whether it has left and its profile is erased: nothing here says any more who it was.
    pub tombstone: bool,
}

/// An account on a platform that is the subject's own.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct AccountView {
    /// The `account.linked` event.
    pub link: EventId,
    /// The platform.
    pub platform: PlatformId,
    /// The commitment to its handle or address.
    pub account: Commitment,
    /// When it was linked.
    pub linked_on: Date,
}

/// What its issuer put right in an item.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct CorrectionView {
    /// The `correction.issued` event.
    pub correction: EventId,
    /// The event that it puts right.
    pub target: EventId,
    /// What became of that.
    pub action: CorrectionAction,
    /// The commitment to its statement.
    pub statement: Commitment,
    /// When it was issued.
    pub issued_on: Date,
}

/// A piece of evidence.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceView {
    /// The `evidence.committed` event.
    pub evidence: EventId,
    /// The commitment to it.
    pub commitment: Commitment,
    /// What kind of bytes.
    pub media_type: String,
    /// Who keeps it.
    pub custodian: PartyId,
    /// The last day on which it must be kept.
    pub retain_until: Date,
    /// Whom it was shown to.
    pub disclosed_to: Vec<PartyId>,
    /// What became of it.
    pub stage: EvidenceStage,
}

/// A request for erasure.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ErasureView {
    /// The `erasure.requested` event.
    pub request: EventId,
    /// The events whose attachments are meant.
    pub targets: Vec<EventId>,
    /// When it was asked for.
    pub requested_on: Date,
    /// The last day for the operator to answer.
    pub answer_by: Date,
    /// What became of it.
    pub stage: ErasureStage,
}

/// An official decision that stands.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct DecisionView {
    /// The `decision.recorded` event.
    pub decision: EventId,
    /// The agency that recorded it.
    pub agency: PartyId,
    /// The decision.
    pub act: OfficialAct,
    /// When it was recorded.
    pub recorded_on: Date,
}

impl RegisterView {
    /// What is registered about a subject now.
    pub(super) fn of(app: &App, snapshot: &Snapshot, subject: SubjectId) -> Self {
        let register = || snapshot.state.register(&subject).into_iter();
        let accounts = register().flat_map(|one| one.accounts.open()).map(|one| AccountView {
            link: one.recorded.event,
            platform: one.platform.clone(),
            account: one.account,
            linked_on: one.recorded.on,
        });
        let decisions = register().flat_map(|one| one.decisions.open()).map(|one| DecisionView {
            decision: one.recorded.event,
            agency: snapshot.state.parties().name(one.agency).clone(),
            act: one.act.clone(),
            recorded_on: one.recorded.on,
        });
        let corrected = |one: &Correction| CorrectionView {
            correction: one.recorded.event,
            target: one.target,
            action: one.action.clone(),
            statement: one.statement,
            issued_on: one.recorded.on,
        };
        let kept = |one: &Evidence| EvidenceView {
            evidence: one.recorded.event,
            commitment: one.commitment,
            media_type: one.media_type.clone(),
            custodian: snapshot.state.parties().name(one.custodian).clone(),
            retain_until: one.retain_until,
            disclosed_to: one.disclosed_to.clone(),
            stage: one.stage,
        };
        let asked = |one: &ErasureRequest| ErasureView {
            request: one.recorded.event,
            targets: one.targets.clone(),
            requested_on: one.recorded.on,
            answer_by: one.answer_by,
            stage: one.stage,
        };
        let last = snapshot.state.dossier(&subject).and_then(|dossier| enrolment(dossier, snapshot.size()));
        let tombstone = last.is_some_and(|last| snapshot.state.is_erased(&last.recorded.event));
        Self {
            pledged: register().flat_map(|one| one.pledges.open()).next().map(|pledge| pledge.code),
            accounts: accounts.collect(),
            collaborations: collaborations::of_subject(app, snapshot, subject),
            decisions: decisions.collect(),
            corrections: register().flat_map(|one| one.corrections.open()).map(corrected).collect(),
            evidence: register().flat_map(|one| one.evidence.open()).map(kept).collect(),
            erasures: register().flat_map(|one| one.erasures.open()).map(asked).collect(),
            tombstone,
        }
    }
}
