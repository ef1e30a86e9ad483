//! A public file of ratings turned into a ledger of signed assessments, at their own times.

use std::collections::BTreeSet;

use anyhow::Context as _;

pub use super::rated::{Lines, Rating, Skip, read};
use super::{key, salt, subject};
use crate::client::{Draft, opening};
use crate::dsse::SecretKey;
use crate::event::*;
use crate::ledger::Submission;
use crate::log::Origin;
use crate::time::{Date, Timestamp};
use crate::vault::Attachment;

/// The policy of such a ledger: one criterion, one indicator, every rating counts for ever.
pub const POLICY: &str = include_str!("policy-ratings.json");

const REGISTRAR: &str = "registrar";
const COUNCIL: &str = "council-seat";
const OPERATOR: &str = "operator";

/// The ratings as signed events, the opening first.
pub struct Ratings {
    origin: Origin,
    opening: Option<Submission>,
    ratings: std::vec::IntoIter<Rating>,
    raters: BTreeSet<u32>,
    ratees: BTreeSet<u32>,
    registrar_admitted: bool,
}

/// The day on which such a ledger is read: the one after its last rating.
pub fn day_after(ratings: &[Rating]) -> Date {
    ratings.last().map_or_else(Date::default, |last| last.at.date_at(0).plus_days(1))
}

/// The subject that a ratee becomes.
pub fn ratee(number: u32) -> SubjectId {
    subject(&format!("ratee {number}"))
}

impl Ratings {
    /// Prepares a ledger of the ratings, to be signed for by `log_key`.
    ///
    /// # Errors
    /// When there is no rating.
    pub fn new(ratings: Vec<Rating>, log_key: &SecretKey) -> anyhow::Result<Self> {
        let first = ratings.first().context("there is no rating")?.at;
        let body = LedgerOpened {
            council: vec![Seat { seat: 1, member: party(COUNCIL), key: key(COUNCIL).public() }],
            threshold: 1,
            operator: Operator { member: party(OPERATOR), key: key(OPERATOR).public() },
            log_key: log_key.public(),
            utc_offset_min: 0,
            policy: serde_json::from_str(POLICY)?,
            replayed_until: Some(day_after(&ratings).start_at(0)),
        };
        let (origin, draft) = opening("ratings", first, body)?;
        let opening = Some(draft.sign(&[&key(COUNCIL)])?);
        Ok(Self {
            origin,
            opening,
            ratings: ratings.into_iter(),
            raters: BTreeSet::new(),
            ratees: BTreeSet::new(),
            registrar_admitted: false,
        })
    }

    /// The event that opens the ledger; given once.
    pub fn take_opening(&mut self) -> Option<Submission> {
        self.opening.take()
    }

    /// The submissions of the next ratings: who appears first is admitted or enrolled before. None at the end.
    ///
    /// # Errors
    /// None in practice: the drafts are well formed.
    pub fn next(&mut self, ratings: usize) -> anyhow::Result<Vec<Submission>> {
        let mut out = Vec::new();
        for rating in self.ratings.by_ref().take(ratings).collect::<Vec<_>>() {
            self.newcomers(&rating, &mut out)?;
            let on = rating.at.date_at(0);
            let level = u16::from((rating.rating + 10).unsigned_abs());
            let body = AssessmentPublished {
                policy: 1,
                grades: [("trust".parse()?, Some(level))].into(),
                evidence: Default::default(),
                observed_from: on,
                observed_until: on,
                valid_until: None,
                conflict: false,
                fee: false,
                statement: None,
                notice: None,
            };
            let (issuer, about) = (rater(rating.rater), Some(ratee(rating.ratee)));
            let draft = Draft::new(&self.origin, issuer, about, rating.at, body);
            out.push(draft.sign(&[&rater_key(rating.rater)])?);
        }
        Ok(out)
    }

    fn newcomers(&mut self, rating: &Rating, out: &mut Vec<Submission>) -> anyhow::Result<()> {
        let council = key(COUNCIL);
        if !self.registrar_admitted {
            self.registrar_admitted = true;
            let registrar = key(REGISTRAR);
            let mut body = admission(REGISTRAR.parse()?, REGISTRAR.parse()?, &registrar);
            (body.class, body.roles) = (MemberClass::Platform, vec![Role::Registrar]);
            out.push(self.by_council(rating.at, body).sign(&[&council, &registrar])?);
        }
        if self.raters.insert(rating.rater) {
            let own = rater_key(rating.rater);
            let body = admission(rater(rating.rater), trader(rating.rater), &own);
            out.push(self.by_council(rating.at, body).sign(&[&council, &own])?);
            let body = AccreditationGranted {
                assessor: rater(rating.rater),
                topics: vec!["trade".parse()?],
                class: "rater".parse()?,
                valid_until: None,
            };
            out.push(self.by_council(rating.at, body).sign(&[&council])?);
        }
        if self.ratees.insert(rating.ratee) {
            let name = format!("ratee {}", rating.ratee);
            let profile = serde_json::json!({"name": name});
            let profile = Attachment {
                salt: salt(&name),
                media_type: "application/json".to_owned(),
                bytes: profile.to_string().into_bytes(),
            };
            let own = key(&name);
            let body = SubjectEnrolled {
                identity: Commitment::to(&salt("identity"), name.as_bytes()),
                identity_key: Some(IdentityKey::of(&salt("identity"))),
                profile: profile.commitment().into(),
                consent: Commitment::to(&salt("consent"), name.as_bytes()).into(),
                topics: vec!["trade".parse()?],
                group: trader(rating.ratee),
                key: own.public(),
            };
            let about = Some(ratee(rating.ratee));
            let draft = Draft::new(&self.origin, party(REGISTRAR), about, rating.at, body).with([profile]);
            out.push(draft.sign(&[&key(REGISTRAR), &own])?);
        }
        Ok(())
    }

    fn by_council(&self, at: Timestamp, body: impl Into<Body>) -> Draft {
        Draft::new(&self.origin, PartyId::council(), None, at, body)
    }
}

fn admission(member: PartyId, group: GroupId, own: &SecretKey) -> MemberAdmitted {
    MemberAdmitted {
        class: MemberClass::Assessor,
        group,
        name: member.to_string(),
        member,
        roles: Vec::new(),
        key: own.public(),
    }
}

fn rater(number: u32) -> PartyId {
    party(&format!("rater-{number}"))
}

fn rater_key(number: u32) -> SecretKey {
    key(&format!("rater {number}"))
}

/// Rating and rated, one person is one controller group.
fn trader(number: u32) -> GroupId {
    format!("trader-{number}").parse().expect("a group")
}

fn party(slug: &str) -> PartyId {
    slug.parse().expect("a slug")
}
