//! Reading a file of ratings.
//!
//! The SNAP form: `rater,ratee,rating,unix seconds` per line, ratings −10 to 10 without 0. Columns may be
//! separated by tabs or semicolons, stand in quotes, and be named by a line, which then says where each is.
//! What is no rating is skipped and counted; it ends nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use anyhow::{Context as _, bail};

use crate::time::Timestamp;

/// Most lines that a file may have.
const MOST_LINES: usize = 10_000_000;
/// Longest line that is looked at, in bytes.
const LINE_BYTES: u64 = 1024;

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
    if magic == [0xff, 0xfe] || magic == [0xfe, 0xff] {
        bail!("{} is UTF-16: save it as UTF-8, which editors and spreadsheets also call CSV UTF-8", named());
    }
    let whole = std::io::Cursor::new(magic.clone()).chain(file);
    let mut lines: Box<dyn BufRead> = if magic == [0x1f, 0x8b] {
        Box::new(BufReader::new(flate2::read::MultiGzDecoder::new(whole)))
    } else {
        Box::new(BufReader::new(whole))
    };
    let (mut out, mut seen, mut places) = (Lines::default(), BTreeSet::new(), USUAL);
    for number in 1.. {
        let Some(line) = next_line(&mut *lines).with_context(named)? else { break };
        // The first line that says anything may say what the columns are.
        let is_first = out.ratings.is_empty() && out.skipped.keys().all(|skip| *skip == Skip::Blank);
        let judged = parse(&line, is_first, &mut places).and_then(|rating| match rating {
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

/// The next line, however it ends (also by a lone CR) and whatever bytes it has; the end of a long one is no
/// part of it.
fn next_line(lines: &mut dyn BufRead) -> std::io::Result<Option<String>> {
    let mut line = Vec::new();
    let mut begun = false;
    loop {
        let buffer = lines.fill_buf()?;
        if buffer.is_empty() {
            break;
        }
        begun = true;
        let end = buffer.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let room = (LINE_BYTES as usize).saturating_sub(line.len());
        let (taken, ended) = (end.unwrap_or(buffer.len()), end.map(|at| buffer[at]));
        line.extend_from_slice(&buffer[..taken.min(room)]);
        lines.consume(taken + usize::from(ended.is_some()));
        if ended == Some(b'\r') && lines.fill_buf()?.first() == Some(&b'\n') {
            lines.consume(1);
        }
        if ended.is_some() {
            break;
        }
    }
    Ok(begun.then(|| String::from_utf8_lossy(&line).into_owned()))
}

/// Where rater, ratee, rating and seconds stand in a line, and how many columns it has.
type Places = ([usize; 4], usize);

/// As the SNAP files have them.
const USUAL: Places = ([0, 1, 2, 3], 4);

/// What columns are called, in the order of their meaning.
const NAMES: [&[&str]; 4] = [
    &["rater", "source", "from"],
    &["ratee", "target", "to"],
    &["rating", "weight", "value", "score"],
    &["time", "timestamp", "seconds", "date"],
];

/// The columns of a line: separated by tabs, or else by semicolons, or else by commas; in quotes or not.
fn columns(line: &str) -> Vec<String> {
    let is_one = |c: &char| matches!(c, '\t' | ';' | ',');
    let (mut quoted, mut plain) = (false, Vec::new());
    for c in line.chars() {
        quoted ^= c == '"';
        plain.extend(Some(c).filter(|c| !quoted && is_one(c)));
    }
    let separator = ['\t', ';'].into_iter().find(|c| plain.contains(c)).unwrap_or(',');
    let (mut quoted, mut parts) = (false, vec![String::new()]);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            _ if c == separator && !quoted => parts.push(String::new()),
            _ => parts.iter_mut().last().into_iter().for_each(|part| part.push(c)),
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

/// Where the columns stand that a line names; none where it does not name all four, each once.
fn named(parts: &[String]) -> Option<Places> {
    let at = |names: &[&str]| {
        let mut found =
            parts.iter().enumerate().filter(|(_, part)| names.contains(&part.to_lowercase().as_str()));
        let (at, _) = found.next()?;
        found.next().is_none().then_some(at)
    };
    Some(([at(NAMES[0])?, at(NAMES[1])?, at(NAMES[2])?, at(NAMES[3])?], parts.len()))
}

fn parse(line: &str, is_first: bool, places: &mut Places) -> Result<Rating, Skip> {
    let line = line.trim_matches(|c: char| c == ' ' || c == '\u{feff}');
    if line.trim().is_empty() || line.starts_with('#') {
        return Err(Skip::Blank);
    }
    let parts = columns(line);
    let is_number = |part: &String| part.replacen(',', ".", 1).parse::<f64>().is_ok();
    if let Some(named) = named(&parts) {
        *places = named;
        return Err(Skip::Header);
    }
    if is_first && !parts.iter().any(is_number) {
        return Err(Skip::Header);
    }
    let (at, count) = *places;
    if parts.len() != count {
        return Err(Skip::Malformed);
    }
    let [rater, ratee, rating, seconds] = at.map(|at| parts[at].as_str());
    let rater = rater.parse().map_err(|_| Skip::Malformed)?;
    let ratee = ratee.parse().map_err(|_| Skip::Malformed)?;
    let rating: i64 = rating.parse().map_err(|_| Skip::Malformed)?;
    let rating = i8::try_from(rating).ok().filter(|rating| (1..=10).contains(&rating.unsigned_abs()));
    let rating = rating.ok_or(Skip::OutOfRange)?;
    // Some editions give fractions of a second, after a point or a comma.
    let (whole, fraction) = seconds.split_once(['.', ',']).unwrap_or((seconds, "0"));
    let plain = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let at = whole.parse::<u64>().ok().filter(|_| plain).and_then(|seconds| seconds.checked_mul(1000));
    let at = at.and_then(Timestamp::from_ms).ok_or(Skip::Malformed)?;
    Ok(Rating { rater, ratee, rating, at })
}
