//! What the council does: `init`, `member admit`, `contest decide`

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::coded::here;
use super::consent::{Consent, Unsigned};
use super::contribute::named;
use super::key_name::{KeyName, MemberKey};
use super::keys::read_submission;
use super::named::{EventName, PartyName, SubjectName};
use super::output::Answer;
use super::placed;
use super::policy::policy_in;
use super::signing::{Attaching, Signing, Statement};
use super::written::Overwriting;
use crate::client::opening;
use crate::clock::Clock;
use crate::dsse::SecretKey;
use crate::event::{
    AppealDecided, Body, ContestDecided, Effect, GroupId, IndicatorId, LedgerOpened, MemberAdmitted,
    MemberClass, Operator, Outcome, PartyId, Policy, Reduction, Role, Seat, Severity, Windows,
};
use crate::ledger::{self, Identity, OpenError, Setup, Submission};
use crate::limits;
use crate::store::create_private_folder;
use crate::time::{Date, Timestamp};
use crate::vault::{NamedKey, read_secret, write_secret};

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem init --data my-ledger --name alliance.example \\
    --seat bo-van-hoa=seat.pem --operator van-hanh=operator.pem")]
pub(super) struct Init {
    /// The new data directory; its log key is made there
    #[arg(long)]
    data: PathBuf,
    /// The log's key file, apart from the data directory; made where it is not there yet
    #[arg(long, value_name = "FILE")]
    log_key: Option<PathBuf>,
    /// The ledger's name; its origin is this and a hash of the opening
    #[arg(long, required_unless_present = "opening")]
    name: Option<String>,
    /// A council seat, MEMBER=KEY, repeatable, numbered in order; the key by its private file, which signs, or
    /// its public file or hex, to sign later
    #[arg(long = "seat")]
    seats: Vec<MemberKey>,
    /// How many seats of distinct controller groups must sign
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=limits::COUNCIL_SEATS as i64))]
    threshold: u8,
    /// Who runs the ledger, MEMBER=KEY; the key by either file or in hex
    #[arg(long, required_unless_present = "opening")]
    operator: Option<MemberKey>,
    /// The first policy (JSON); the programme's policy/1 with every clock of due process unless given
    #[arg(long)]
    policy: Option<PathBuf>,
    /// Minutes east of Greenwich of the ledger's civil dates
    #[arg(long, default_value_t = 420, allow_negative_numbers = true)]
    utc_offset_min: i32,
    /// History issued before this instant may be brought in
    #[arg(long)]
    replayed_until: Option<Timestamp>,
    /// Build and sign only: write the opening here, for the other seats to sign
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    overwriting: Overwriting,
    /// Open with this signed opening
    #[arg(long, conflicts_with_all = ["name", "out"])]
    opening: Option<PathBuf>,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    answer: Answer,
}

/// What the operator's key does where a ledger is served.
const AT_HAND: &str = ", which commits to the state daily, so that scores can be proven";
const NOT_AT_HAND: &str = ", with the file of the operator's private key: that commits to the state daily, so that scores can be proven; without it none can";

impl Init {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        ledger::clear(&self.data)?;
        ledger::vacant(&self.data, &self.key_file())?;
        self.log_key.as_deref().filter(|file| !file.exists()).map(placed::check).transpose()?;
        let out = self.out.as_deref().map(|out| self.overwriting.file(out)).transpose()?;
        let (key, made) = self.log_key()?;
        let (submission, operator) = match &self.opening {
            Some(path) => (read_submission(path)?, None),
            None => self.draft(&key).await?,
        };
        if let Some(out) = out {
            self.keep(&key, made)?;
            let path = out.path();
            out.write(submission.to_json() + "\n")?;
            let signed = match submission.envelope.signers().count() {
                0 => "signed by nobody yet; the seats sign it",
                _ => "the other seats add theirs",
            };
            let words = format!(
                "written to {path}; {signed} with `tinnhiem sign {path}`, then `tinnhiem init{} --opening {path}`",
                self.places(),
                path = path.display()
            );
            return self.answer.tell(&serde_json::json!({"file": path}), &words);
        }
        // What would be refused is refused before anything is made.
        let opening = submission.verify()?;
        let (file, clock) = (self.key_file(), Clock::system());
        ledger::may_open(&opening, key.public(), &file, clock.now())?;
        self.keep(&key, made)?;
        let making = ledger::Making::begin(&self.data)?;
        let setup = Setup::create_with_key(&self.data, &file, clock)?;
        ledger::create(&setup, &opening)?;
        making.finish()?;
        let first = crate::store::read_entry(&*setup.store, 0)?.unwrap_or_default();
        let identity = Identity::of(&first).map_err(anyhow::Error::msg)?;
        let (origin, vkey) = (identity.origin.to_string(), identity.log_vkey.to_string());
        let (key, why) = match operator {
            Some(file) => (placed::word(&file), AT_HAND),
            None => ("OPERATOR.pem".to_owned(), NOT_AT_HAND),
        };
        let words = format!(
            "{origin}\n{vkey}\nstart it with `tinnhiem serve{} --operator-key {key}`{why}",
            self.places()
        );
        self.answer.tell(&serde_json::json!({"origin": origin, "log_vkey": vkey}), &words)
    }

    /// The options by which other verbs find this ledger and its key.
    fn places(&self) -> String {
        let log_key = self.log_key.as_ref().map(|file| format!(" --log-key {}", placed::word(file)));
        format!(" --data {}{}", placed::word(&self.data), log_key.unwrap_or_default())
    }

    fn key_file(&self) -> PathBuf {
        self.log_key.clone().unwrap_or_else(|| self.data.join(ledger::LOG_KEY_FILE))
    }

    /// The log's key, and whether it is a new one, which nobody has kept yet.
    fn log_key(&self) -> anyhow::Result<(SecretKey, bool)> {
        let file = self.key_file();
        if file.exists() {
            return Ok((read_secret(&file)?, false));
        }
        // An opening that is signed names its key.
        if let Some(opening) = &self.opening {
            let event = read_submission(opening)?.verify()?.event;
            let Body::LedgerOpened(body) = event.body else {
                anyhow::bail!(
                    "{} opens no ledger: name the file that `tinnhiem init --out` wrote",
                    opening.display()
                );
            };
            return Err(OpenError::OpeningKey { file, expected: body.log_key }.into());
        }
        Ok((SecretKey::generate().map_err(|error| anyhow::anyhow!("{error}"))?, true))
    }

    /// Keeps the log's key, where it is a new one.
    fn keep(&self, key: &SecretKey, made: bool) -> anyhow::Result<()> {
        if !made {
            return Ok(());
        }
        if self.log_key.is_none() {
            create_private_folder(&self.data).with_context(|| self.data.display().to_string())?;
        }
        Ok(write_secret(&self.key_file(), key)?)
    }

    /// The opening, signed as far as keys are at hand, and the file of the operator's private key where it is.
    async fn draft(&self, log_key: &SecretKey) -> anyhow::Result<(Submission, Option<PathBuf>)> {
        let policy: Policy = match &self.policy {
            Some(path) => policy_in(path)?,
            None => Policy { windows: Windows::DUE_PROCESS, ..serde_json::from_str(crate::demo::POLICY_1)? },
        };
        let (name, operator) = self
            .name
            .as_ref()
            .zip(self.operator.as_ref())
            .ok_or_else(|| anyhow::anyhow!("--name and --operator are needed"))?;
        let (mut council, mut signers) = (Vec::new(), Vec::new());
        for (seat, member) in (1..).zip(&self.seats) {
            let key = member.read()?;
            council.push(Seat { seat, member: member.member.clone(), key: key.public() });
            if let NamedKey::Secret(key) = key {
                signers.push(key);
            }
        }
        if council.len() < usize::from(self.threshold) {
            let (seats, threshold) = (council.len(), self.threshold);
            let detail = format!(
                "--threshold {threshold}, but seats given with --seat: {seats}. Name as many as must sign, or a threshold of at most {most}",
                most = seats.max(1)
            );
            anyhow::bail!(here("council.seats", detail));
        }
        if signers.is_empty() && self.out.is_none() {
            let detail = "no --seat is given with its private key file, to sign the opening: give --out FILE, and let each seat sign that with `tinnhiem sign`";
            anyhow::bail!(here("opening.signatures", detail));
        }
        if signers.len() < usize::from(self.threshold) && self.out.is_none() {
            let (signers, threshold) = (signers.len(), self.threshold);
            let detail = format!(
                "{signers} of {threshold} signatures: give --out FILE and let the other seats sign it"
            );
            anyhow::bail!(here("opening.signatures", detail));
        }
        let operators = operator.read()?;
        let body = LedgerOpened {
            council,
            threshold: self.threshold,
            operator: Operator { member: operator.member.clone(), key: operators.public() },
            log_key: log_key.public(),
            utc_offset_min: self.utc_offset_min,
            policy,
            replayed_until: self.replayed_until,
        };
        let (_, draft) = opening(name, Clock::system().now(), body)?;
        let keys: Vec<_> = signers.iter().map(SecretKey::public).collect();
        let unsigned =
            Unsigned { event: &draft.event, attachments: &[], files: &[], keys: &keys, remarks: &[] };
        self.consent.to(unsigned, None).await?;
        let file = matches!(operators, NamedKey::Secret(_)).then(|| operator.file().to_owned());
        Ok((draft.sign(&signers.iter().collect::<Vec<_>>())?, file))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:
  tinnhiem member admit --member bao-moi --class press --name 'Báo Mới' \\
    --member-key bao-moi.pem --key seat-1.pem --out admission.json")]
pub(super) struct Admit {
    /// The new member's slug
    #[arg(long)]
    member: PartyId,
    /// state_agency, platform, business, press, assessor, auditor; operator for who is to run the ledger
    #[arg(
        long,
        value_parser = named::<MemberClass>
    )]
    class: MemberClass,
    /// Who controls it; itself unless given
    #[arg(long)]
    group: Option<GroupId>,
    /// The organisation's name
    #[arg(long)]
    name: String,
    /// It checks identities and enrols subjects
    #[arg(long)]
    registrar: bool,
    /// The new member's key: its private file, which signs too; or its public file or hex, to sign later
    #[arg(long)]
    member_key: KeyName,
    #[command(flatten)]
    signing: Signing,
}

impl Admit {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let key = self.member_key.read()?;
        let body = MemberAdmitted {
            group: self.group.unwrap_or_else(|| GroupId::alone(&self.member)),
            member: self.member,
            class: self.class,
            name: self.name,
            roles: if self.registrar { vec![Role::Registrar] } else { Vec::new() },
            key: key.public(),
        };
        let newcomers = vec![key];
        self.signing.publish(Statement { newcomers, ..Statement::by_council(body) }).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example (a panel; the council needs neither --issuer nor --panel):
  tinnhiem contest decide --subject kol-0123456789abc --contest 5f…e2 \\
    --outcome partial --strike I4 --reason 'Chỉ mục này sai.' --issuer nhip-so \\
    --panel 5f…e2 --key nhip-so.pem --key vietreel.pem")]
pub(super) struct Decide {
    /// The subject that contests
    #[arg(long)]
    subject: SubjectName,
    /// The `contest.filed` event
    #[arg(long)]
    contest: EventName,
    /// upheld, partial, rejected
    #[arg(long, value_parser = named::<Outcome>)]
    outcome: Outcome,
    /// For a partial outcome on an assessment: an indicator whose grade falls; repeatable
    #[arg(long = "strike", conflicts_with = "reduce_to")]
    strike: Vec<IndicatorId>,
    /// For a partial outcome on a sanction: the severity that remains
    #[arg(long, value_parser = named::<Severity>)]
    reduce_to: Option<Severity>,
    /// For a partial outcome on a sanction: the last day that remains
    #[arg(long, requires = "reduce_to")]
    ends_on: Option<Date>,
    /// The reasoning
    #[arg(long)]
    reason: String,
    /// Decide the appeal, in the place of what was decided before
    #[arg(long)]
    appeal: bool,
    /// The `panel.seated` event, where a panel decides; its majority signs
    #[arg(long, requires = "issuer")]
    panel: Option<EventName>,
    /// A member of that panel
    #[arg(long, requires = "panel")]
    issuer: Option<PartyName>,
    #[command(flatten)]
    signing: Signing,
}

impl Decide {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        let subject = self.signing.subject(&self.subject).await?;
        let mut attaching = Attaching::default();
        let effect = match self.reduce_to {
            Some(severity) => Some(Effect::Reduced(Reduction { severity, ends_on: self.ends_on })),
            None if !self.strike.is_empty() => Some(Effect::Struck(self.strike)),
            None => None,
        };
        let reason = attaching.text(&self.reason)?;
        let contest = self.signing.event(&self.contest).await?;
        let panel = match &self.panel {
            Some(panel) => Some(self.signing.event(panel).await?),
            None => None,
        };
        let outcome = self.outcome;
        let body: Body = if self.appeal {
            AppealDecided { contest, outcome, effect, reason: reason.into(), panel }.into()
        } else {
            ContestDecided { contest, outcome, effect, reason: reason.into(), panel }.into()
        };
        let issuer = match &self.issuer {
            Some(issuer) => self.signing.party(issuer).await?,
            None => PartyId::council(),
        };
        self.signing.publish(Statement::about(subject, issuer, body, attaching)).await
    }
}
