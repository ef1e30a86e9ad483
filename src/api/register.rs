//! What is registered about a subject, as it is shown with the subject.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::App;
use super::collaborations::{self, CollaborationView};
use crate::clock::Date;
use crate::dsse::EventId;
use crate::event::{Commitment, OfficialAct, PartyId, PlatformId, SubjectId};
use crate::ledger::Snapshot;

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
        Self {
            pledged: register().flat_map(|one| one.pledges.open()).next().map(|pledge| pledge.code),
            accounts: accounts.collect(),
            collaborations: collaborations::of_subject(app, snapshot, subject),
            decisions: decisions.collect(),
        }
    }
}
