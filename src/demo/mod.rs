//! A ledger to try things on: fictional people and organisations, fourteen months of events.
//!
//! Every key, id and salt comes from a fixed, publicly known seed, so the same day always gives the
//! same log; nothing here is secret, and nobody in it exists.

mod cast;
mod rated;
pub mod ratings;
mod story;

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use self::story::Step;
use crate::client::Draft;
use crate::clock::Clock;
use crate::dsse::SecretKey;
use crate::event::{Body, MemberClass, PartyId, SubjectId};
use crate::ledger::{self, Fate, LOG_KEY_FILE, Ledger, Setup, Submission, vacant};
use crate::time::{Date, Timestamp};
use crate::vault::{write_identity_secret, write_secret};

/// The programme's policy, version 1.
pub const POLICY_1: &str = include_str!("policy-1.json");

/// Minutes east of Greenwich of the demo's civil dates.
pub const UTC_OFFSET_MIN: i32 = 420;

/// The file, beside the keys, of the secret that the registrars share.
const IDENTITY_SECRET: &str = "identity.secret";

/// The first day that the demo's past fits before, counted from 1970-01-01.
const EARLIEST_DAY: i32 = 730;

/// The key that the demo's seed gives a name; anyone can compute it.
pub fn key(name: &str) -> SecretKey {
    SecretKey::from_seed(blake3::derive_key("tinnhiem demo 1 key", name.as_bytes()))
}

/// The salt that the demo's seed gives a text.
fn salt(text: &str) -> [u8; 32] {
    blake3::derive_key("tinnhiem demo 1 salt", text.as_bytes())
}

/// The secret that keys the identity numbers of the demo's people; its registrars share it.
fn identity_secret() -> [u8; 32] {
    salt("registrar")
}

/// The subject id that the demo's seed gives a name.
pub fn subject(name: &str) -> SubjectId {
    let hash = blake3::derive_key("tinnhiem demo 1 subject", name.as_bytes());
    let mut random = [0; 13];
    random.copy_from_slice(&hash[..13]);
    SubjectId::from_random(random)
}

/// The instant before which everything in the demo seen on `today` was recorded.
fn replayed_until(today: Date) -> Timestamp {
    today.start_at(UTC_OFFSET_MIN)
}

/// Makes the demo's data directory, unless it is there already.
///
/// # Errors
/// What cannot be written, or a directory that holds another ledger.
pub async fn seed(directory: &Path, today: Date) -> anyhow::Result<()> {
    if directory.join(LOG_KEY_FILE).exists() {
        return Ok(());
    }
    if today.as_days() < EARLIEST_DAY {
        anyhow::bail!("the demo needs fourteen months before {today}: choose a day from 1972 on");
    }
    vacant(directory, &directory.join(LOG_KEY_FILE))?;
    // Made beside its place and moved there whole: a seeding that breaks off leaves no half of a demo.
    let mut beside = directory.components().collect::<PathBuf>().into_os_string();
    beside.push(".seeding");
    let beside = Path::new(&beside);
    if beside.exists() {
        std::fs::remove_dir_all(beside)?;
    }
    std::fs::create_dir_all(beside)?;
    write_secret(&beside.join(LOG_KEY_FILE), &key("log"))?;
    create(beside, story::tell(today)).await.context("seeding the demo")?;
    write_keys(&beside.join("keys"))?;
    std::fs::rename(beside, directory)
        .with_context(|| format!("{} holds something else: choose another --data", directory.display()))
}

/// Writes everybody's private key and what the registrars share, so that anyone can act as anybody in the
/// demo.
fn write_keys(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    let organisations = cast::ORGANISATIONS.iter().map(|one| one.slug);
    let influencers = cast::INFLUENCERS.iter().map(|one| one.seed);
    let offices = cast::COUNCIL.iter().copied().chain([cast::OPERATOR]);
    let draws = cast::DRAWERS.map(|(_, secret)| secret);
    for name in organisations.chain(influencers).chain(offices).chain(draws) {
        write_secret(&folder.join(format!("{name}.pem")), &key(name))?;
    }
    write_identity_secret(&folder.join(IDENTITY_SECRET), &identity_secret())?;
    Ok(())
}

/// Events that are on their way, each with its payload.
type Fates = Vec<(String, Fate)>;

/// Opens a ledger and records the story, in order.
async fn create(directory: &Path, (opening, steps): (Submission, Vec<Step>)) -> anyhow::Result<()> {
    let setup = Setup::create(directory, Clock::system())?;
    ledger::create(&setup, &opening.verify()?)?;
    drop(setup);
    let ledger = Ledger::open(Setup::at(directory, Clock::system())?)?;
    let mut fates = Vec::new();
    for step in steps {
        let submission = match step {
            Step::Fixed(submission) => submission,
            Step::Drawn(told) => {
                known(&mut fates).await?;
                told(&ledger.snapshot().state).context("the story tells of a contest that is not there")?
            }
        };
        let payload = String::from_utf8_lossy(submission.envelope.payload()).into_owned();
        fates.push((payload, ledger.enqueue(submission.verify()?).await?));
    }
    known(&mut fates).await?;
    commit(&ledger).await.context("committing to the state")?;
    tokio::task::block_in_place(|| ledger.close());
    Ok(())
}

/// Waits until all of them are recorded.
async fn known(fates: &mut Fates) -> anyhow::Result<()> {
    for (payload, fate) in fates.drain(..) {
        fate.known().await.with_context(|| payload)?;
    }
    Ok(())
}

/// The operator commits to what the story has come to, and the auditor attests it.
async fn commit(ledger: &Ledger) -> anyhow::Result<()> {
    let snapshot = ledger.snapshot();
    let (state, size) = (&snapshot.state, snapshot.size());
    let roots = ledger.tree_maker().trees(state, size).roots();
    let committed = roots.committed_on(state.date_of(state.last_at()));
    let said: [(&str, Body); 2] =
        [(cast::OPERATOR, committed.into()), (cast::AUDITOR, roots.attested_of(committed.date).into())];
    for (minutes, (issuer, body)) in (1..).zip(said) {
        let at = state.last_at().plus_ms(minutes * 60_000);
        let draft = Draft::new(ledger.origin(), issuer.parse()?, None, at, body);
        ledger.submit(draft.sign(&[&key(issuer)])?.verify()?).await?;
    }
    Ok(())
}

/// Refuses a data directory that was made for another day.
///
/// # Errors
/// Says for which day it was made, and what to do.
pub fn check_day(ledger: &Ledger, today: Date) -> anyhow::Result<()> {
    let snapshot = ledger.snapshot();
    let until = snapshot.state.ledger().and_then(|opened| opened.replayed_until);
    if until == Some(replayed_until(today)) {
        return Ok(());
    }
    let made_for = until.map_or("no day".to_owned(), |until| until.date_at(UTC_OFFSET_MIN).to_string());
    anyhow::bail!(
        "this data directory is a demo of {made_for}, not of {today}: give --today {made_for}, or another --data"
    )
}

/// Every business of the demo with every influencer who takes part today, and the keys of both.
pub fn businesses_and_influencers() -> Vec<(PartyId, SecretKey, SubjectId, SecretKey)> {
    let businesses = cast::ORGANISATIONS.iter().filter(|one| one.class == MemberClass::Business);
    let taking_part = || cast::INFLUENCERS.iter().filter(|one| one.seed != cast::DEPARTED);
    let of = |business: &cast::Organisation| {
        let (party, slug): (PartyId, _) =
            (business.slug.parse().expect("slugs are well formed"), business.slug);
        taking_part().map(move |one| (party.clone(), key(slug), subject(one.seed), key(one.seed)))
    };
    businesses.flat_map(of).collect()
}

/// What to try next, in a terminal of 80 columns: what is pasted from it works as it stands.
///
/// `program` is the folder of the program, which a shell may not look into by itself.
pub fn welcome(base: &str, ledger: &Ledger, today: Date, directory: &Path, program: &Path) -> String {
    let han = subject("han").to_string();
    let vkey = ledger.log_vkey();
    let program = program.display().to_string().replace('\'', r"'\''");
    format!(
        "{base}
Open it in a browser: the Tinnhiem demo of {today}, {} events,
all people and organisations fictional.

Try, in another terminal, after these two lines:
  export PATH='{program}':$PATH
  export TINNHIEM_LEDGER={base}

  tinnhiem top                              who is how credible
  tinnhiem me {han:<29} what was said, what she can do
  tinnhiem score {han} --explain  what 79.82 is made of
  tinnhiem history {han:<24} what each event did to it
  tinnhiem policy show                      topics, indicators and levels
  tinnhiem receipt 100 --out entry-100.tlog-proof
  tinnhiem verify entry-100.tlog-proof \\
    --vkey '{vkey}'
  tinnhiem audit {base:<26} check all of it, trusting nobody
  curl {base}/v1/subjects/{han}/score

Data directory: {}
Everybody's private keys are in its folder keys/: a member's by its id, an
influencer's by the given name, the operator's as van-hanh, the secrets of
panels' draws as van-hanh-draw and bach-tin-draw, and the secret by which
registrars key identity numbers as identity.secret.
Stop with Ctrl-C.",
        ledger.snapshot().size(),
        directory.display(),
    )
}
