//! A public file of ratings turned into a ledger of signed assessments, at their own times.
//!
//! The SNAP form: `rater,ratee,rating,unix seconds` per line, ratings −10 to 10 without 0.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context as _, bail};

use super::{key, salt, subject};
use crate::client::{Draft, opening};
use crate::clock::{Date, Timestamp};
use crate::dsse::SecretKey;
use crate::event::*;
use crate::ledger::Submission;
use crate::log::Origin;
use crate::vault::Attachment;

/// The policy of such a ledger: one criterion, one indicator, every rating counts for ever.
pub const POLICY: &str = include_str!("policy-ratings.json");

/// Most lines that a file may have.
const MOST_LINES: usize = 10_000_000;
const REGISTRAR: &str = "registrar";
const COUNCIL: &str = "council-seat";
const OPERATOR: &str = "operator";

/// One line of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rating {
    /// Who rates.
    pub rater: u32,
    /// Who is rated.
    pub ratee: u32,
    /// −10 to 10, without 0.
    pub rating: i8,
    /// When.
    pub at: Timestamp,
}

/// Reads a ratings file, plain or gzip, by time.
///
/// # Errors
/// The line that is not a rating.
pub fn read(path: &Path) -> anyhow::Result<Vec<Rating>> {
    let mut file = std::fs::File::open(path).with_context(|| path.display().to_string())?;
    let mut magic = Vec::new();
    (&mut file).take(2).read_to_end(&mut magic)?;
    let whole = std::io::Cursor::new(magic.clone()).chain(file);
    let lines: Box<dyn BufRead> = if magic == [0x1f, 0x8b] {
        Box::new(BufReader::new(flate2::read::MultiGzDecoder::new(whole)))
    } else {
        Box::new(BufReader::new(whole))
    };
    let mut ratings = Vec::new();
    for (number, line) in (1..).zip(lines.take(1 << 32).lines()) {
        let line = line?;
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let rating = parse(&line)
            .with_context(|| format!("line {number}: expected rater,ratee,rating,seconds: {line:.80?}"))?;
        ratings.push(rating);
        if ratings.len() > MOST_LINES {
            bail!("over {MOST_LINES} ratings");
        }
    }
    if ratings.is_empty() {
        bail!("{} holds no ratings", path.display());
    }
    ratings.sort_by_key(|rating| rating.at);
    Ok(ratings)
}

fn parse(line: &str) -> Option<Rating> {
    let mut parts = line.trim().split(',');
    let (rater, ratee) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let rating =
        parts.next()?.parse().ok().filter(|rating: &i8| (1..=10).contains(&rating.unsigned_abs()))?;
    // Some editions give fractions of a second.
    let seconds = parts.next()?.split('.').next()?.parse::<u64>().ok()?;
    let at = Timestamp::from_ms(seconds.checked_mul(1000)?)?;
    parts.next().is_none().then_some(Rating { rater, ratee, rating, at })
}

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
                profile: profile.commitment(),
                consent: Commitment::to(&salt("consent"), name.as_bytes()),
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
