//! What of a dossier counts at a moment, and why the rest does not.
//!
//! The score takes what is not excluded here, and whatever tells how an item stands asks here too: so nothing is
//! called in force that no score counts. In force without being a part of the score are: what its group or larger
//! ones leave no place to among the endorsements, for it takes one as soon as these end; what counts while the
//! score is not shown or the bonus is blocked; and what no score is made of, such as accounts, decisions and
//! declared paid work.

use super::context::{Contested, Disputed, WhatIf, age_permille, contested};
use super::own;
use crate::event::{EndorsementPolicy, Policy};
use crate::facts::{
    Assessment, At, Dossier, Endorsement, GroupNumber, Parties, PartyClass, Place, PolicyBook, Recorded,
    Sanction,
};
use crate::time::Date;

/// Why what stands counts in no score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excluded {
    /// The subject has left the programme.
    Departed,
    /// Who issued it is neither active member nor subject.
    Member,
    /// Who assessed is not accredited.
    Accreditation,
    /// It was signed with a key that was in other hands, which is known from this size on.
    Key {
        /// The size.
        known_from_size: u64,
    },
    /// It declares a conflict of interest.
    Conflict,
    /// A contest against it was not decided in time.
    Clock,
    /// It hides declared paid work.
    Void,
    /// The policy gives it no weight, for its age, its kind or how many its issuer endorses.
    Weight,
    /// Its first day is still to come.
    Ahead,
}

impl Excluded {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Departed => "SUBJECT.DEPARTED",
            Self::Member => "MEMBER.EXCLUDED",
            Self::Accreditation => "ACCREDITATION.EXCLUDED",
            Self::Key { .. } => "KEY.EXCLUDED",
            Self::Conflict => "COI.EXCLUDED",
            Self::Clock => "CLOCK.MISSED",
            Self::Void => "END.VOID",
            Self::Weight => "WEIGHT.NONE",
            Self::Ahead => "SANC.AHEAD",
        }
    }
}

/// An assessment that stands, with all that decides what it weighs.
pub(super) struct Assessed<'a> {
    pub record: &'a Assessment,
    pub group: GroupNumber,
    /// What its assessor is; none: it does not count.
    class: Option<PartyClass>,
    accredited: bool,
    class_permille: u16,
    /// What its voice weighs by experience; none: the engine does not ask.
    pub voice_permille: Option<u16>,
    pub age_permille: u16,
    /// The weight of an age that is fresh.
    fresh_permille: u16,
    /// The size from which its signature is known to be worth nothing.
    void_from: Option<u64>,
    pub contest: Contested,
}

/// An endorsement that stands, with all that decides what it counts.
pub(super) struct Endorsed<'a> {
    pub record: &'a Endorsement,
    pub group: GroupNumber,
    /// What its giver is; none: it does not count.
    pub class: Option<PartyClass>,
    /// Whether its last day is still to come.
    pub runs: bool,
    void_from: Option<u64>,
    /// Its units by relation and age.
    aged: i64,
    /// Its units after dilution and reciprocity.
    damped: i64,
}

impl Assessed<'_> {
    /// Whether its signature counts.
    pub(super) fn is_signed(&self) -> bool {
        self.void_from.is_none()
    }

    /// Whether it may weigh, whatever that is.
    pub(super) fn is_eligible(&self, what_if: WhatIf) -> bool {
        self.contest.lets_in(what_if) && (what_if.keys_count || self.is_signed())
    }

    /// Why it weighs nothing; none: it weighs.
    pub(super) fn excluded(&self, what_if: WhatIf) -> Option<Excluded> {
        match self.void_from {
            _ if self.class.is_none() => Some(Excluded::Member),
            Some(known_from_size) if !what_if.keys_count => Some(Excluded::Key { known_from_size }),
            _ if self.record.conflict && !what_if.conflicts_weigh => Some(Excluded::Conflict),
            _ if !self.contest.lets_in(what_if) => Some(Excluded::Clock),
            _ if !self.accredited => Some(Excluded::Accreditation),
            _ if self.weight(what_if) == 0 => Some(Excluded::Weight),
            _ => None,
        }
    }

    /// Whether its voice weighs less than with more experience.
    pub(super) fn is_new(&self) -> bool {
        self.voice_permille.is_some_and(|voice| voice < own::FULL_VOICE)
    }

    /// Rule 1: its weight by class, experience and age, 0 to 1000.
    pub(super) fn weight(&self, what_if: WhatIf) -> i64 {
        let voice = self.voice_permille.filter(|_| !what_if.voices_full).unwrap_or(own::FULL_VOICE);
        let age = if what_if.ages_fresh { self.fresh_permille } else { self.age_permille };
        i64::from(self.class_permille) * i64::from(voice) / 1000 * i64::from(age) / 1000
    }
}

impl Endorsed<'_> {
    /// Whether its signature counts.
    pub(super) fn is_signed(&self) -> bool {
        self.void_from.is_none()
    }

    /// Whether it binds its giver to the subject: void, or without units, it does so too.
    pub(super) fn ties(&self, what_if: WhatIf) -> bool {
        let bound = |one| matches!(one, Excluded::Void | Excluded::Weight);
        self.runs && self.excluded(what_if).is_none_or(bound)
    }

    /// Why it counts nothing; none: it counts as long as it runs.
    pub(super) fn excluded(&self, what_if: WhatIf) -> Option<Excluded> {
        match self.void_from {
            _ if self.class.is_none() => Some(Excluded::Member),
            Some(known_from_size) if !what_if.keys_count => Some(Excluded::Key { known_from_size }),
            _ if self.record.voided_by.is_some() && !what_if.void_weigh => Some(Excluded::Void),
            _ if self.weight(what_if) == 0 => Some(Excluded::Weight),
            _ => None,
        }
    }

    /// Its units, 0 to 1000; none that counts nothing has any.
    pub(super) fn units(&self, what_if: WhatIf) -> i64 {
        if self.excluded(what_if).is_some() { 0 } else { self.weight(what_if) }
    }

    fn weight(&self, what_if: WhatIf) -> i64 {
        if what_if.undamped { self.aged } else { self.damped }
    }
}

/// What decides on a dossier's items at a moment.
pub struct Counting<'a> {
    pub(super) parties: &'a Parties,
    pub(super) policy: Option<&'a Policy>,
    pub(super) at: At,
    /// The contests that wait for a decision.
    pub(super) contests: Vec<Disputed<'a>>,
    /// Whether the subject has left.
    pub(super) departed: bool,
}

impl<'a> Counting<'a> {
    /// Of this dossier.
    pub fn new(dossier: &'a Dossier, parties: &'a Parties, policies: &'a PolicyBook, at: At) -> Self {
        let disputed = |contest| Disputed::of(contest, policies, at.size);
        Self {
            parties,
            policy: policies.in_force(at.size, at.as_of).map(|version| &*version.policy),
            at,
            contests: dossier.open_contests(at.size).map(disputed).collect(),
            departed: dossier.enrolment(at.size).is_none(),
        }
    }

    /// Why an assessment that stands counts in no score; none: it counts as long as it is valid.
    pub fn excludes_assessment(&self, one: &Assessment) -> Option<Excluded> {
        self.or_departed(self.assessed(one).excluded(WhatIf::default()))
    }

    /// Why an endorsement that stands counts in no score; none: it counts as long as it runs.
    pub fn excludes_endorsement(&self, one: &Endorsement) -> Option<Excluded> {
        self.or_departed(self.endorsed(one).excluded(WhatIf::default()))
    }

    /// Why a sanction that stands counts in no score; none: it counts until its last day.
    pub fn excludes_sanction(&self, one: &Sanction) -> Option<Excluded> {
        let contest = contested(&self.contests, self.at.as_of, &one.recorded.event);
        self.or_departed(sanction_excluded(one, contest, self.at.as_of, WhatIf::default()))
    }

    fn or_departed(&self, excluded: Option<Excluded>) -> Option<Excluded> {
        if self.departed { Some(Excluded::Departed) } else { excluded }
    }

    pub(super) fn assessed<'b>(&self, record: &'b Assessment) -> Assessed<'b> {
        let place = self.parties.place(record.assessor, self.at.size);
        let days = self.at.as_of.days_since(record.counts_from);
        let rule = self.policy.map(|policy| &policy.assessment);
        Assessed {
            record,
            group: place.group,
            class: place.class,
            accredited: place.accreditation.is_some(),
            class_permille: self.class_permille(&place),
            voice_permille: self.policy.and_then(|policy| own::voice_permille(policy, record.experience)),
            age_permille: rule.map_or(0, |rule| age_permille(&rule.age, days)),
            fresh_permille: rule.and_then(|rule| rule.age.first()).map_or(0, |step| step.permille),
            void_from: self.void_from(&record.recorded),
            contest: contested(&self.contests, self.at.as_of, &record.recorded.event),
        }
    }

    pub(super) fn endorsed<'b>(&self, record: &'b Endorsement) -> Endorsed<'b> {
        let place = self.parties.place(record.endorser, self.at.size);
        let rule = self.policy.map(|policy| &policy.endorsement);
        let (aged, damped) = rule.map_or((0, 0), |rule| units(rule, record, self.at.as_of));
        Endorsed {
            record,
            group: place.group,
            class: place.class,
            runs: self.at.as_of <= record.expires_on,
            void_from: self.void_from(&record.recorded),
            aged,
            damped,
        }
    }

    fn class_permille(&self, place: &Place<'_>) -> u16 {
        let classes = self.policy.map(|policy| &policy.assessment.class_permille);
        let weight = place.accreditation.and_then(|one| classes?.get(&one.class));
        weight.copied().unwrap_or(0)
    }

    fn void_from(&self, recorded: &Recorded) -> Option<u64> {
        let found = self.parties.finding(recorded.signed_by?, self.at.size, recorded.at)?;
        Some(found.known_from_size)
    }
}

/// Why a sanction that stands counts nothing; none: it counts until its last day.
pub(super) fn sanction_excluded(
    one: &Sanction,
    contest: Contested,
    as_of: Date,
    what_if: WhatIf,
) -> Option<Excluded> {
    match () {
        () if !contest.lets_in(what_if) => Some(Excluded::Clock),
        () if as_of < one.starts_on => Some(Excluded::Ahead),
        () => None,
    }
}

/// Rule 6: the units of one endorsement, 0 to 1000, by relation and age, and then damped.
fn units(rule: &EndorsementPolicy, one: &Endorsement, as_of: Date) -> (i64, i64) {
    let units = i64::from(rule.relation_units.get(&one.relation).copied().unwrap_or(0));
    let aged = units * i64::from(age_permille(&rule.age, as_of.days_since(one.recorded.on))) / 1000;
    let undiluted = i64::from(rule.undiluted);
    let diluted = aged * undiluted / undiluted.max(i64::from(one.dilution));
    let damped = if one.reciprocal { diluted * i64::from(rule.reciprocal_permille) / 1000 } else { diluted };
    (aged, damped)
}
