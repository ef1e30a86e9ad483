//! A public file of ratings turned into a ledger of signed assessments, at their own times.
//!
//! The SNAP form: `rater,ratee,rating,unix seconds` per line, ratings −10 to 10 without 0.

use std::collections::{BTreeMap, BTreeSet};
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
/// Longest line that is looked at, in bytes.
const LINE_BYTES: u64 = 1024;
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

/// Why a line is no rating that can be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Skip {
    /// Nothing stands in it, or a comment.
    Blank,
    /// It names the columns.
    Header,
    /// It has other columns.
    Malformed,
    /// −10 to 10 without 0.
    OutOfRange,
    /// Nobody assesses itself.
    SelfRating,
    /// The same row stands above.
    Repeated,
    /// It has not happened yet.
    Ahead,
}

impl Skip {
    /// The reason in words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Blank => "blank, or a comment",
            Self::Header => "names of columns",
            Self::Malformed => "not rater,ratee,rating,seconds in numbers",
            Self::OutOfRange => "a rating outside -10 to 10, or 0",
            Self::SelfRating => "somebody rates itself",
            Self::Repeated => "the same row stands above",
            Self::Ahead => "lies ahead of the clock",
        }
    }
}

/// What was read, and what was skipped: how many lines for each reason, and the first of them.
#[derive(Debug, Default)]
pub struct Lines {
    /// The ratings, by time.
    pub ratings: Vec<Rating>,
    /// The lines skipped: their number, and that of the first, counted from 1.
    pub skipped: BTreeMap<Skip, (u64, u64)>,
}

/// Reads a ratings file, plain or gzip, by time; what is no rating before `now` is skipped and counted.
///
/// # Errors
/// What the system says, or when nothing is left.
pub fn read(path: &Path, now: Timestamp) -> anyhow::Result<Lines> {
    let named = || path.display().to_string();
    let mut file = std::fs::File::open(path).with_context(named)?;
    let mut magic = Vec::new();
    (&mut file).take(2).read_to_end(&mut magic).with_context(named)?;
    let whole = std::io::Cursor::new(magic.clone()).chain(file);
    let mut lines: Box<dyn BufRead> = if magic == [0x1f, 0x8b] {
        Box::new(BufReader::new(flate2::read::MultiGzDecoder::new(whole)))
    } else {
        Box::new(BufReader::new(whole))
    };
    let (mut out, mut seen) = (Lines::default(), BTreeSet::new());
    for number in 1.. {
        let Some(line) = next_line(&mut *lines).with_context(named)? else { break };
        // The first line that says anything may say what the columns are.
        let is_first = out.ratings.is_empty() && out.skipped.keys().all(|skip| *skip == Skip::Blank);
        let judged = parse(&line, is_first).and_then(|rating| match rating {
            _ if rating.rater == rating.ratee => Err(Skip::SelfRating),
            _ if rating.at.as_ms() > now.as_ms() => Err(Skip::Ahead),
            _ if !seen.insert((rating.rater, rating.ratee, rating.rating, rating.at)) => Err(Skip::Repeated),
            _ => Ok(rating),
        });
        match judged {
            Ok(rating) => out.ratings.push(rating),
            Err(skip) => out.skipped.entry(skip).or_insert((0, number)).0 += 1,
        }
        if out.ratings.len() > MOST_LINES || number > 2 * MOST_LINES as u64 {
            bail!("{} holds over {MOST_LINES} ratings", path.display());
        }
    }
    if out.ratings.is_empty() {
        let first = out.skipped.iter().map(|(skip, (_, first))| format!("; line {first}: {}", skip.reason()));
        bail!("{} holds no ratings{}", path.display(), first.collect::<String>());
    }
    out.ratings.sort_by_key(|rating| rating.at);
    Ok(out)
}

/// The next line, however it ends and whatever bytes it has; the end of a long one is no part of it.
fn next_line(lines: &mut dyn BufRead) -> std::io::Result<Option<String>> {
    let mut line = Vec::new();
    if lines.take(LINE_BYTES).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    let mut whole = line.ends_with(b"\n");
    while !whole {
        let mut rest = Vec::new();
        whole = lines.take(LINE_BYTES).read_until(b'\n', &mut rest)? == 0 || rest.ends_with(b"\n");
    }
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}

fn parse(line: &str, is_first: bool) -> Result<Rating, Skip> {
    let line = line.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if line.is_empty() || line.starts_with('#') {
        return Err(Skip::Blank);
    }
    let part = |part: &str| part.trim().trim_matches('"').trim().to_owned();
    let parts: Vec<String> = line.split(',').map(part).collect();
    let is_number = |part: &String| part.parse::<f64>().is_ok();
    let malformed = || if is_first && !parts.iter().any(is_number) { Skip::Header } else { Skip::Malformed };
    let [rater, ratee, rating, seconds] = &parts[..] else { return Err(malformed()) };
    let rater = rater.parse().map_err(|_| malformed())?;
    let ratee = ratee.parse().map_err(|_| malformed())?;
    let rating: i64 = rating.parse().map_err(|_| malformed())?;
    let rating = i8::try_from(rating).ok().filter(|rating| (1..=10).contains(&rating.unsigned_abs()));
    let rating = rating.ok_or(Skip::OutOfRange)?;
    // Some editions give fractions of a second.
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let plain = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let at = whole.parse::<u64>().ok().filter(|_| plain).and_then(|seconds| seconds.checked_mul(1000));
    let at = at.and_then(Timestamp::from_ms).ok_or_else(malformed)?;
    Ok(Rating { rater, ratee, rating, at })
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
                identity_key: Some(IdentityKey::of(&salt("identity"))),
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
