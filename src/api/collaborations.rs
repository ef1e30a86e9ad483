//! `/v1/collaborations`: the public register of paid work, for whoever watches an advertisement.

use std::sync::Arc;

use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::extract::{InQuery, page_rows};
use super::looks::{Look, Turn};
use super::moments::{Cursor, Mark};
use super::names::{self, Found, Wanted};
use super::queries::unknown_value;
use super::respond::Prepared;
use super::subjects::enrolment;
use super::{App, Problem, Shared};
use crate::dsse::EventId;
use crate::event::{CategoryId, Commitment, PartyId, SubjectId, ValueBand};
use crate::ledger::Snapshot;
use crate::limits;
use crate::state::Collaboration;
use crate::time::Date;

/// A declared collaboration as it stands.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct CollaborationView {
    /// The `collaboration.declared` event.
    pub collaboration: EventId,
    /// Its place in the log.
    pub seq: u64,
    /// The business that pays.
    pub business: PartyId,
    /// The business's name.
    pub business_name: Option<String>,
    /// The subject that works for it.
    pub subject: SubjectId,
    /// The subject's name, where its profile is kept here.
    pub subject_name: Option<String>,
    /// The campaign's name.
    pub campaign: String,
    /// What kind of product it is about.
    pub category: CategoryId,
    /// Its first day.
    pub starts_on: Date,
    /// Its last day.
    pub ends_on: Date,
    /// What it is worth a year.
    pub value_band: ValueBand,
    /// The papers that the subject checked; empty: it checked none.
    pub papers: Vec<Commitment>,
    /// When it was declared.
    pub declared_on: Date,
}

/// A page of collaborations.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct CollaborationPage {
    /// The log's size that the page reflects.
    pub size: u64,
    /// The collaborations, in the order declared.
    pub collaborations: Vec<CollaborationView>,
    /// The `after` of the next page, which is of the same size; absent at the end.
    pub next: Option<String>,
}

/// Which collaborations.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Which {
    /// Of this subject.
    subject: Option<SubjectId>,
    /// Of this business.
    business: Option<PartyId>,
    /// Whose campaign, category, business or subject is named like this, with or without diacritics and
    /// punctuation. It has a letter or digit.
    #[schemars(length(min = 1, max = 500))]
    q: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    /// How many at most.
    limit: Option<usize>,
}

impl Which {
    fn mark(&self) -> Mark {
        Mark::of(&(self.subject, &self.business, self.q.as_deref().map(str::trim)))
    }
}

/// Collaborations in the order declared.
pub(super) async fn list(
    State(app): Shared,
    InQuery(which): InQuery<Which>,
) -> Result<Prepared<CollaborationPage>, Problem> {
    let limit = page_rows(which.limit)?;
    let after: Option<Cursor<u64>> = Cursor::of_listing(which.after.as_deref(), which.mark())?;
    let (snapshot, as_of) = app.moment_of(after.as_ref())?;
    if let Some(subject) = which.subject.filter(|subject| snapshot.state.dossier(subject).is_none()) {
        return Err(unknown_value("subject", subject, "/v1/subjects"));
    }
    if let Some(business) =
        which.business.as_ref().filter(|one| snapshot.state.parties().number(one).is_none())
    {
        return Err(unknown_value("business", business, "/v1/members"));
    }
    names::check_sought(which.q.as_deref())?;
    let after = after.map(|after| after.place);
    app.look(Look::Search, move |app, turn| {
        Prepared::of(&page(app, &snapshot, as_of, &which, after, limit, turn))
    })
    .await
}

fn page(
    app: &App,
    snapshot: &Arc<Snapshot>,
    as_of: Date,
    which: &Which,
    after: Option<u64>,
    limit: usize,
    turn: &Turn,
) -> CollaborationPage {
    let sought = which.q.as_deref().map(|text| Sought::new(app, text.trim()));
    let mut page = CollaborationPage { size: snapshot.size(), collaborations: Vec::new(), next: None };
    let mut last = None;
    for (scanned, (seq, subject)) in snapshot.state.declared_after(after).enumerate() {
        let is_pause = scanned > 0 && scanned.is_multiple_of(limits::LOOK_ROWS) && turn.is_over();
        if page.collaborations.len() == limit || scanned == limits::SCAN_ROWS || is_pause {
            page.next = last.map(|last| app.cursor(snapshot, as_of, which.mark(), last));
            break;
        }
        last = Some(seq);
        if which.subject.is_some_and(|wanted| wanted != subject) {
            continue;
        }
        let register = snapshot.state.register(&subject);
        let mut declared = register.into_iter().flat_map(|register| register.collaborations.open());
        let Some(one) = declared.find(|one| one.recorded.seq == seq) else { continue };
        let business = snapshot.state.parties().name(one.business);
        if which.business.as_ref().is_some_and(|wanted| wanted != business) {
            continue;
        }
        if sought.as_ref().is_none_or(|sought| sought.fits(app, snapshot, subject, one)) {
            page.collaborations.push(view(app, snapshot, subject, one));
        }
    }
    page
}

/// The last collaborations of a subject, newest first.
pub(super) fn of_subject(app: &App, snapshot: &Snapshot, subject: SubjectId) -> Vec<CollaborationView> {
    const SHOWN: usize = 20;
    let register = snapshot.state.register(&subject);
    let mut declared: Vec<&Collaboration> =
        register.into_iter().flat_map(|register| register.collaborations.open()).collect();
    declared.sort_by_key(|one| std::cmp::Reverse(one.recorded.seq));
    declared.into_iter().take(SHOWN).map(|one| view(app, snapshot, subject, one)).collect()
}

fn view(app: &App, snapshot: &Snapshot, subject: SubjectId, one: &Collaboration) -> CollaborationView {
    let profile = profile(snapshot, subject);
    CollaborationView {
        collaboration: one.recorded.event,
        seq: one.recorded.seq,
        business: snapshot.state.parties().name(one.business).clone(),
        business_name: business_name(snapshot, one).map(str::to_owned),
        subject,
        subject_name: profile.and_then(|profile| app.names.shown(&profile)),
        campaign: one.campaign.clone(),
        category: one.category.clone(),
        starts_on: one.starts_on,
        ends_on: one.ends_on,
        value_band: one.value_band,
        papers: one.papers.clone(),
        declared_on: one.recorded.on,
    }
}

fn business_name<'a>(snapshot: &'a Snapshot, one: &Collaboration) -> Option<&'a str> {
    let parties = snapshot.state.parties();
    let member = parties.member(parties.name(one.business), snapshot.size());
    member.map(|member| member.name.as_str())
}

fn profile(snapshot: &Snapshot, subject: SubjectId) -> Option<Commitment> {
    let dossier = snapshot.state.dossier(&subject)?;
    enrolment(dossier, snapshot.size()).map(|one| one.profile)
}

/// What `q` asks for.
struct Sought {
    text: Wanted,
    names: Found,
}

impl Sought {
    fn new(app: &App, text: &str) -> Self {
        app.names.read_few();
        Self { text: Wanted::new(text), names: app.names.found(text) }
    }

    fn fits(&self, app: &App, snapshot: &Snapshot, subject: SubjectId, one: &Collaboration) -> bool {
        let texts = [one.campaign.as_str(), one.category.as_str()];
        let mut texts = texts.into_iter().chain(business_name(snapshot, one));
        let named = |profile: Commitment| {
            self.names.holds(app.names.number(&profile)) && app.names.shown(&profile).is_some()
        };
        texts.any(|text| self.text.is_in(text)) || profile(snapshot, subject).is_some_and(named)
    }
}
