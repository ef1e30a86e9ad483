//! What became of items: how each stands, and which entries changed, contested or ended it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dsse::EventId;
use crate::engines::Excluded;
use crate::event::{
    AccountStage, AccreditationStage, AssessmentStage, CertificateStage, CollaborationStage, DecisionStage,
    EndorsementStage, NoticeStage, PartyId, ProposalStage, SanctionStage, SubjectId, words,
};
use crate::facts::{At, Dossier, Item, Records};
use crate::state::{Register, Row, State};
use crate::time::{Date, Timestamp};

/// What became of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fate {
    /// The stage at which it stands on the day of the answer, as the item's stages are named.
    pub stage: String,
    /// Whether a contest against it waits for a decision.
    pub contested: bool,
    /// Why it counts in no score though nothing ended it, as a code: the one that an explained score gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excluded: Option<String>,
    /// The entry that made it stand so: the one that ended it, the paid work that it hides, or the finding about
    /// the key that signed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<u64>,
    /// Its first day, of paid work that has not begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begins: Option<Date>,
    /// The last day to which it was brought forward, of paid work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<Date>,
    /// Whether it was ended before its first day, and so never began.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub never_began: bool,
    /// The entries that changed, contested or ended it, oldest first.
    pub by: Vec<FateEntry>,
}

/// An entry by which something became of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FateEntry {
    /// Its place in the log.
    pub seq: u64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Its type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Who issued it.
    pub issuer: PartyId,
}

/// The stage of an item, and the seqs of what became of it.
#[derive(Default)]
struct Told {
    stage: String,
    contested: bool,
    excluded: Option<Excluded>,
    cause: Option<u64>,
    begins: Option<Date>,
    ended_on: Option<Date>,
    never_began: bool,
    by: BTreeSet<u64>,
}

/// The items of the subjects that were asked about.
pub struct Fates<'a> {
    state: &'a State,
    today: Date,
    told: RefCell<BTreeMap<SubjectId, BTreeMap<EventId, Told>>>,
}

impl<'a> Fates<'a> {
    /// Nobody's yet.
    pub fn new(state: &'a State, today: Date) -> Self {
        Self { state, today, told: RefCell::default() }
    }

    /// What became of what an entry made; none where it made no item.
    pub fn of(&self, row: &Row<'_>) -> Option<Fate> {
        let Some(subject) = row.subject else { return self.accreditation(&row.id) };
        let mut all = self.told.borrow_mut();
        let told = all.entry(subject).or_insert_with(|| self.of_subject(&subject)).get(&row.id)?;
        Some(self.fate(told))
    }

    fn fate(&self, told: &Told) -> Fate {
        let entry = |seq: &u64| {
            let row = self.state.index().row(*seq)?;
            Some(FateEntry {
                seq: *seq,
                recorded_at: row.recorded_at,
                type_name: row.type_name().to_owned(),
                issuer: row.issuer.clone(),
            })
        };
        Fate {
            stage: told.stage.clone(),
            contested: told.contested,
            excluded: told.excluded.map(|one| one.code().to_owned()),
            cause: told.cause,
            begins: told.begins,
            ended_on: told.ended_on,
            never_began: told.never_began,
            by: told.by.iter().filter_map(entry).collect(),
        }
    }

    fn accreditation(&self, granted: &EventId) -> Option<Fate> {
        let parties = self.state.parties();
        let all = parties.accreditations_of(parties.accredited_by(granted)?);
        let one = all.iter().find(|one| one.record.event == *granted)?;
        let ended = one.span.to_size.and_then(|to| to.checked_sub(1));
        let stage = match ended {
            Some(_) => AccreditationStage::Ended,
            None => one.record.stage(self.today),
        };
        // A member that is suspended assesses by none.
        let active = parties.class(parties.accredited_by(granted)?, self.state.size()).is_some();
        let excluded = (!active).then_some(Excluded::Member);
        let by = ended.into_iter().collect();
        Some(self.fate(&Told { stage: name(stage), excluded, by, ..Told::default() }))
    }

    /// Every item of a subject.
    fn of_subject(&self, subject: &SubjectId) -> BTreeMap<EventId, Told> {
        let mut told = BTreeMap::new();
        if let Some(dossier) = self.state.dossier(subject) {
            self.of_dossier(dossier, &mut told);
        }
        if let Some(register) = self.state.register(subject) {
            self.of_register(register, &mut told);
        }
        told
    }

    fn of_dossier(&self, dossier: &Dossier, told: &mut BTreeMap<EventId, Told>) {
        let today = self.today;
        gather(told, &dossier.assessments, |one| name(one.stage(today)), Some(name(AssessmentStage::Ended)));
        gather(
            told,
            &dossier.endorsements,
            |one| name(one.stage(today)),
            Some(name(EndorsementStage::Ended)),
        );
        gather(told, &dossier.sanctions, |one| name(one.stage(today)), Some(name(SanctionStage::Struck)));
        gather(told, &dossier.notices, |one| name(one.stage(today)), Some(name(NoticeStage::Published)));
        gather(told, &dossier.proposals, |one| name(one.stage(today)), Some(name(ProposalStage::Imposed)));
        let ended = Some(name(CertificateStage::Ended));
        gather(told, &dossier.certificates, |one| name(one.stage(today)), ended);
        for one in dossier.endorsements.open() {
            let hidden = one.voided_by.as_deref().and_then(|by| self.state.index().seq(by));
            let item = told.entry(one.recorded.event).or_default();
            item.cause = hidden;
            // Recorded before it, the paid work is nothing that became of the endorsement.
            item.by.extend(hidden.filter(|seq| one.recorded.seq < *seq));
        }
        let (policies, size) = (self.state.policies(), self.state.size());
        let counting = self.state.counting(dossier, At { size, as_of: today });
        let assessed = dossier.assessments.open();
        let assessed = assessed.map(|one| (one.recorded.event, counting.excludes_assessment(one)));
        let endorsed = dossier.endorsements.open();
        let endorsed = endorsed.map(|one| (one.recorded.event, counting.excludes_endorsement(one)));
        let sanctioned = dossier.sanctions.open();
        let sanctioned = sanctioned.map(|one| (one.recorded.event, counting.excludes_sanction(one)));
        for (event, excluded) in assessed.chain(endorsed).chain(sanctioned) {
            let item = told.entry(event).or_default();
            item.excluded = excluded;
            if let Some(Excluded::Key { known_from_size }) = excluded {
                let found = known_from_size.checked_sub(1);
                item.cause = item.cause.or(found);
                item.by.extend(found);
            }
        }
        let stage = |one: &crate::facts::Contest| name(one.stage_on(today, policies, size));
        gather(told, &dossier.pending, stage, None);
        for one in dossier.contests(size) {
            let contest = told.entry(one.recorded.event).or_default();
            contest.stage = stage(one);
            contest.by.extend(one.appeal.and_then(|appeal| self.state.index().seq(&appeal)));
            contest.by.extend(one.ruling.map(|ruling| ruling.seq));
            let target = told.entry(one.target).or_default();
            target.contested |= one.stage.is_open();
            target.by.insert(one.recorded.seq);
            target.by.extend(one.ruling.map(|ruling| ruling.seq));
        }
        // What was decided before an appeal was decided too.
        for one in dossier.settled.iter().map(|one| &one.record) {
            for item in [one.recorded.event, one.target] {
                told.entry(item).or_default().by.extend(one.ruling.map(|ruling| ruling.seq));
            }
        }
    }

    fn of_register(&self, register: &Register, told: &mut BTreeMap<EventId, Told>) {
        let today = self.today;
        let linked = name(AccountStage::Linked);
        gather(told, &register.accounts, |_| linked.clone(), Some(name(AccountStage::Unlinked)));
        let standing = name(DecisionStage::Standing);
        gather(told, &register.decisions, |_| standing.clone(), Some(name(DecisionStage::Overturned)));
        let over = name(CollaborationStage::Over);
        gather(told, &register.collaborations, |one| name(one.stage(today)), Some(over));
        let early: BTreeSet<EventId> =
            register.collaborations.ended_after(0).map(|one| one.record.recorded.event).collect();
        for one in register.collaborations.open() {
            let item = told.entry(one.recorded.event).or_default();
            let ended = early.contains(&one.recorded.event);
            item.ended_on = ended.then_some(one.ends_on);
            item.never_began = ended && one.ends_on < one.starts_on;
            item.begins = (!ended && today < one.starts_on).then_some(one.starts_on);
        }
        gather(told, &register.evidence, |one| name(one.stage), None);
        gather(told, &register.erasures, |one| name(one.stage), None);
        for one in register.corrections.open() {
            told.entry(one.target).or_default().by.insert(one.recorded.seq);
        }
    }
}

/// Adds the items of one kind: what stands at its stage, the others as ended, and by which entries they changed.
fn gather<T: Item>(
    told: &mut BTreeMap<EventId, Told>,
    records: &Records<T>,
    stage: impl Fn(&T) -> String,
    ended: Option<String>,
) {
    for one in records.ended_after(0) {
        let item = told.entry(one.record.recorded().event).or_default();
        item.cause = one.span.to_size.and_then(|to| to.checked_sub(1));
        item.by.extend(item.cause);
        item.stage = ended.clone().unwrap_or_else(|| stage(&one.record));
    }
    for one in records.open() {
        let item = told.entry(one.recorded().event).or_default();
        // What became of an earlier form of it did not end it.
        item.cause = None;
        item.stage = stage(one);
    }
}

/// A stage by the name that it has in JSON.
fn name(stage: impl Serialize) -> String {
    words::name_of(&stage)
}
