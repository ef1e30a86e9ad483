//! `/v1/subjects/{subject}/notices`: what is announced about a subject and not done yet.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::extract::InPath;
use super::subjects::{One, unknown};
use super::{Problem, Shared};
use crate::dsse::EventId;
use crate::event::{AssessmentNotified, NoticeStage, PartyId, ProposalStage, SanctionProposed, SubjectId};
use crate::facts::{Hearing, Reply};
use crate::time::Date;

/// What is announced about a subject: it is neither done nor lapsed.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct NoticeList {
    /// The log's size that the list reflects.
    pub size: u64,
    /// The date it is read on.
    pub as_of: Date,
    /// Whom it is about.
    pub subject: SubjectId,
    /// Assessments notified, in the order recorded.
    pub notices: Vec<NoticeView>,
    /// Sanctions proposed, in the order recorded.
    pub proposals: Vec<ProposalView>,
}

/// A notified assessment.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct NoticeView {
    /// The `assessment.notified` event.
    pub notice: EventId,
    /// Its place in the log.
    pub seq: u64,
    /// Who intends to publish it.
    pub assessor: PartyId,
    /// When it was notified.
    pub notified_on: Date,
    /// How it stands.
    pub stage: NoticeStage,
    /// Its clock and the reply.
    #[serde(flatten)]
    pub hearing: HearingView,
    /// What is intended.
    pub intended: AssessmentNotified,
}

/// A proposed sanction.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ProposalView {
    /// The `sanction.proposed` event.
    pub proposal: EventId,
    /// Its place in the log.
    pub seq: u64,
    /// Who proposes it, and has no say in it.
    pub proposer: PartyId,
    /// When it was proposed.
    pub proposed_on: Date,
    /// How it stands.
    pub stage: ProposalStage,
    /// Its clock and the reply.
    #[serde(flatten)]
    pub hearing: HearingView,
    /// What is proposed.
    pub proposed: SanctionProposed,
}

/// The clock of what is announced, and the reply.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct HearingView {
    /// The last day on which the subject may reply.
    pub reply_by: Date,
    /// The last day on which what is announced may be done.
    pub use_by: Date,
    /// What the subject replied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Reply>,
}

impl From<Hearing> for HearingView {
    fn from(hearing: Hearing) -> Self {
        let Hearing { reply_by, use_by, reply } = hearing;
        Self { reply_by, use_by, reply }
    }
}

/// What is announced about a subject.
pub(super) async fn list(State(app): Shared, InPath(path): InPath<One>) -> Result<Json<NoticeList>, Problem> {
    let snapshot = app.ledger.snapshot();
    let state = &snapshot.state;
    let dossier = state.dossier(&path.subject).ok_or_else(|| unknown(&path.subject))?;
    let as_of = app.today().max(state.date_of(state.last_at()));
    let notices = dossier.notices.open().map(|one| NoticeView {
        notice: one.recorded.event,
        seq: one.recorded.seq,
        assessor: state.parties().name(one.assessor).clone(),
        notified_on: one.recorded.on,
        stage: one.stage(as_of),
        hearing: one.hearing.into(),
        intended: one.intended.clone(),
    });
    let proposals = dossier.proposals.open().map(|one| ProposalView {
        proposal: one.recorded.event,
        seq: one.recorded.seq,
        proposer: state.parties().name(one.proposer).clone(),
        proposed_on: one.recorded.on,
        stage: one.stage(as_of),
        hearing: one.hearing.into(),
        proposed: one.proposed.clone(),
    });
    let mut notices: Vec<NoticeView> = notices.filter(|one| one.stage != NoticeStage::Lapsed).collect();
    notices.sort_by_key(|one| one.seq);
    let mut proposals: Vec<ProposalView> =
        proposals.filter(|one| one.stage != ProposalStage::Lapsed).collect();
    proposals.sort_by_key(|one| one.seq);
    Ok(Json(NoticeList { size: snapshot.size(), as_of, subject: path.subject, notices, proposals }))
}
