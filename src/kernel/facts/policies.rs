//! Every policy version, and which one is in force on a date.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::collections::Span;
use crate::compact;
use crate::dsse::EventId;
use crate::event::{IndicatorId, Levels, Policy};
use crate::facts::Grade;
use crate::time::Date;
use imbl::OrdMap;

/// One published version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyVersion {
    /// The sizes at which it stands; a newer version closes those not yet in force.
    pub span: Span,
    /// The event that published it.
    pub event: EventId,
    /// Its number, from 1.
    pub version: u32,
    /// Its first day in force.
    pub effective_from: Date,
    /// The policy.
    #[serde(with = "compact::json")]
    pub policy: Arc<Policy>,
}

/// Every version, in the order published.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(into = "Vec<PolicyVersion>", from = "Vec<PolicyVersion>")]
pub struct PolicyBook {
    versions: Vec<PolicyVersion>,
    /// The scales of each version.
    scales: Vec<Arc<[Scale]>>,
    /// By the versions of an assessment and of an evaluation: the latter's place of each indicator
    /// of the former.
    places: OrdMap<(u32, u32), Arc<[Option<u16>]>>,
}

/// An indicator's place in its policy and its highest level; a policy's scales ascend by id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scale {
    indicator: IndicatorId,
    place: u16,
    /// The highest level.
    pub max_level: u16,
}

impl PolicyBook {
    /// Every version, in the order published.
    pub fn versions(&self) -> &[PolicyVersion] {
        &self.versions
    }

    /// The version of this number.
    pub fn version(&self, version: u32) -> Option<&PolicyVersion> {
        self.versions.iter().find(|one| one.version == version)
    }

    /// Each level with the scale of its indicator under the version of this number; none: it has no such
    /// indicator.
    pub fn scaled<'a>(
        &'a self,
        version: u32,
        levels: &'a Levels,
    ) -> impl Iterator<Item = (&'a IndicatorId, Option<u16>, Option<&'a Scale>)> {
        let at = self.versions.iter().position(|one| one.version == version);
        let mut scales = at.map_or(&[][..], |at| &self.scales[at]).iter().peekable();
        levels.iter().map(move |(indicator, level)| {
            while scales.next_if(|scale| scale.indicator < *indicator).is_some() {}
            (indicator, *level, scales.next_if(|scale| scale.indicator == *indicator))
        })
    }

    /// What the levels mean under the version of this number, in the order of its indicators.
    pub fn grades(&self, version: u32, levels: &Levels) -> Box<[Grade]> {
        let graded = self.scaled(version, levels).filter_map(|(_, level, scale)| {
            let scale = scale?;
            Some(Grade::new(scale.place, level.map(|level| value(level, scale.max_level))))
        });
        let mut grades: Box<[Grade]> = graded.collect();
        grades.sort_unstable_by_key(|grade| grade.place());
        grades
    }

    /// For each indicator of the version `named`, in its order, the place that it has in `other`.
    pub fn places(&self, named: u32, other: u32) -> &[Option<u16>] {
        self.places.get(&(named, other)).map_or(&[], |places| places)
    }

    /// The version in force on `date`, as known at `size`.
    pub fn in_force(&self, size: u64, date: Date) -> Option<&PolicyVersion> {
        self.versions.iter().rev().find(|one| one.span.holds(size) && one.effective_from <= date)
    }

    /// The version that comes into force next after `date`, as known at `size`.
    pub fn coming(&self, size: u64, date: Date) -> Option<&PolicyVersion> {
        let later = self.versions.iter().filter(|one| one.span.holds(size) && one.effective_from > date);
        later.min_by_key(|one| one.effective_from)
    }

    /// The same book with one more version, which ends none, to learn what it would do.
    pub fn supposing(&self, version: PolicyVersion) -> Self {
        let mut book = self.clone();
        book.publish(version.span.from_size, Date::from_days(i32::MAX), version);
        book
    }

    /// The same book without a version, to learn what it does.
    pub fn without(&self, version: u32) -> Self {
        let mut book = self.clone();
        if let Some(at) = book.versions.iter().position(|one| one.version == version) {
            book.versions.remove(at);
            book.scales.remove(at);
        }
        book
    }

    /// Adds a version that the entry at `seq`, recorded on `today`, publishes; pending ones end.
    pub fn publish(&mut self, seq: u64, today: Date, version: PolicyVersion) {
        for one in self.versions.iter_mut().filter(|one| one.effective_from > today) {
            one.span.close_by(seq);
        }
        self.add(version);
    }

    fn add(&mut self, version: PolicyVersion) {
        for earlier in &self.versions {
            self.places.insert((earlier.version, version.version), places(&earlier.policy, &version.policy));
            self.places.insert((version.version, earlier.version), places(&version.policy, &earlier.policy));
        }
        self.places.insert((version.version, version.version), places(&version.policy, &version.policy));
        self.scales.push(scales(&version.policy));
        self.versions.push(version);
    }
}

impl From<PolicyBook> for Vec<PolicyVersion> {
    fn from(book: PolicyBook) -> Self {
        book.versions
    }
}

impl From<Vec<PolicyVersion>> for PolicyBook {
    fn from(versions: Vec<PolicyVersion>) -> Self {
        let mut book = Self::default();
        versions.into_iter().for_each(|version| book.add(version));
        book
    }
}

fn places(named: &Policy, other: &Policy) -> Arc<[Option<u16>]> {
    named.indicators().map(|one| other.place(&one.id)).collect()
}

fn scales(policy: &Policy) -> Arc<[Scale]> {
    let scales = (0..).zip(policy.indicators()).map(|(place, indicator)| Scale {
        indicator: indicator.id.clone(),
        place,
        max_level: indicator.max_level,
    });
    let mut scales: Vec<Scale> = scales.collect();
    scales.sort_by(|one, other| one.indicator.cmp(&other.indicator));
    scales.into()
}

/// A level as hundredths of a percent of the highest.
fn value(level: u16, max_level: u16) -> u16 {
    (10_000 * u32::from(level) / u32::from(max_level.max(1))).min(10_000) as u16
}
