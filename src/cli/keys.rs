//! `key new`, `sign`

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use serde_json::json;

use super::coded::{Coded, here, usage};
use super::consent::{Consent, Unsigned};
use super::effect;
use super::foresee::{self, Destination};
use super::output::Answer;
use super::signing::At;
use super::waiting;
use super::written::{self, Overwriting, Written};
use crate::api::views::Checked;
use crate::dsse::{PublicKey, SecretKey};
use crate::event::{Body, Event};
use crate::ledger::{Refusal, Submission};
use crate::limits;
use crate::vault::{read_secret, read_shown, write_encrypted, write_secret};

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem key new me.pem
  tinnhiem key new me.pem --encrypt")]
pub(super) struct Keygen {
    /// Where to write the private key (PKCS#8 PEM, mode 0600); the public key is printed
    out: PathBuf,
    /// Encrypt it under a pass phrase, which is asked for twice (or the first line of --pass-file)
    #[arg(long)]
    encrypt: bool,
    #[command(flatten)]
    answer: Answer,
}

impl Keygen {
    pub(super) fn run(self) -> anyhow::Result<u8> {
        let key = SecretKey::generate()?;
        match self.encrypt {
            true => write_encrypted(&self.out, &key)?,
            false => write_secret(&self.out, &key)?,
        }
        let public = key.public();
        self.answer.tell(&json!({"public_key": public, "file": self.out}), &public.to_string())
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem key public me.pem
  tinnhiem key public me.pem --pem > me.pub
      the same for OpenSSL, and for whoever names your key")]
pub(super) struct ShowPublic {
    /// The file of either half
    key: PathBuf,
    /// Print PEM (SubjectPublicKeyInfo) in place of hex
    #[arg(long)]
    pem: bool,
    #[command(flatten)]
    answer: Answer,
}

impl ShowPublic {
    pub(super) fn run(self) -> anyhow::Result<u8> {
        let key = read_shown(&self.key)?;
        let pem = key.to_pem();
        let words = if self.pem { pem.clone()?.trim_end().to_owned() } else { key.to_string() };
        self.answer.tell(&json!({"public_key": key, "pem": pem.ok()}), &words)
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tinnhiem sign admission.json --key seat-2.pem    shows what it says, and asks
  tinnhiem sign EVENT --key seat-2.pem
      what waits at the ledger, by its id, as `tinnhiem inbox` shows it")]
pub(super) struct Sign {
    /// The event: a file with an envelope, or an envelope with attachments; or the id of one that waits at the ledger
    event: PathBuf,
    /// The private key to add a signature of
    #[arg(long)]
    key: PathBuf,
    /// Where to write the result; the same file unless given
    #[arg(long)]
    out: Option<PathBuf>,
    #[command(flatten)]
    overwriting: Overwriting,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    answer: Answer,
    #[command(flatten)]
    at: At,
}

impl Sign {
    pub(super) async fn run(self) -> anyhow::Result<u8> {
        if let Some(id) = waiting::id(&self.event) {
            anyhow::ensure!(
                self.out.is_none(),
                usage("what waits is signed where it waits: leave --out out")
            );
            let key = read_secret(&self.key)?;
            return waiting::sign(&self.at.client(), id, &key, self.consent, self.answer.json).await;
        }
        let mut submission = read_draft(&self.event)?;
        let out = self.out.as_deref().map(|path| self.overwriting.file(path)).transpose()?;
        let key = read_secret(&self.key)?;
        // What cannot be read is not signed.
        let event = Event::parse(submission.envelope.payload())?;
        let (attachments, keys) = (&submission.attachments, &[key.public()]);
        if submission.envelope.signers().any(|signer| signer == key.public()) {
            return Err(self.signed_already(&submission, &event).await.into());
        }
        let judged = self.check(&submission, &event, keys).await?;
        let remarks = judged.as_ref().map_or(&[][..], |one| &one.moves);
        let unsigned = Unsigned { event: &event, attachments, files: &[], keys, remarks };
        self.consent.to(unsigned, Some(&self.at.client())).await?;
        submission.envelope.add_signature_of(&key)?;
        let signed = submission.to_json() + "\n";
        let file = out.as_ref().map_or(self.event.clone(), Written::path);
        match out {
            Some(out) => out.write(&signed)?,
            None => std::fs::write(&self.event, signed).with_context(|| self.event.display().to_string())?,
        }
        let signed: Vec<_> = submission.envelope.signers().collect();
        let lines: Vec<_> = effect::signatures(&self.at.client(), &event, &signed).await;
        // A first entry is not sent: a data directory is made of it.
        let next = match event.body {
            Body::LedgerOpened(_) => Vec::new(),
            _ => foresee::next(&file, judged.as_ref()),
        };
        let payload = String::from_utf8_lossy(submission.envelope.payload());
        let mut words: Vec<String> = vec![format!("signed by {}", key.public())];
        if !std::io::stdout().is_terminal() {
            words.insert(0, payload.to_string());
        }
        words.extend(lines.iter().chain(&next).map(ToString::to_string));
        let value = json!({
            "signed_by": key.public(),
            "signers": signed.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "file": file,
            "payload": serde_json::from_str::<serde_json::Value>(&payload).ok(),
            "told": lines.iter().map(ToString::to_string).collect::<Vec<_>>(),
        });
        self.answer.tell(&value, &words.join("\n"))
    }
}

impl Sign {
    /// That the key has signed the event before, and what is left to do.
    async fn signed_already(&self, submission: &Submission, event: &Event) -> Coded {
        let (client, file) = (self.at.client(), self.event.display());
        let signed: Vec<PublicKey> = submission.envelope.signers().collect();
        let checked = client.check::<Checked>(submission, &[]).await.ok().flatten();
        let lacks = effect::signatures(&client, event, &signed).await;
        let lacks: Vec<_> = lacks.into_iter().filter(|line| line.starts_with("còn thiếu")).collect();
        let next = match checked {
            Some(Checked { stands_as: Some(seq), .. }) => {
                format!("đã được ghi ở mục {seq} / it stands as entry {seq}: nothing is left to do")
            }
            Some(checked) if checked.missing.is_empty() => {
                format!("đủ chữ ký, gửi / all have signed, send it: `tinnhiem submit {file}`")
            }
            _ if lacks.is_empty() => format!("gửi / send it: `tinnhiem submit {file}`"),
            _ => format!("{}; rồi gửi / then send it: `tinnhiem submit {file}`", lacks.join("; ")),
        };
        here("signature.key_twice", format!("khóa này đã ký rồi / this key has signed it already; {next}"))
    }

    /// Has the ledger that the event is for judge it as if this key had signed.
    async fn check(
        &self,
        submission: &Submission,
        event: &Event,
        keys: &[PublicKey],
    ) -> anyhow::Result<Option<foresee::Judged>> {
        if matches!(event.body, Body::LedgerOpened(_)) {
            return Ok(None);
        }
        let client = self.at.client();
        match client.origin().await {
            Ok(origin) if origin.to_string() == event.ledger => {
                return foresee::check(&client, submission, keys, Destination::File).await;
            }
            Ok(origin) => foresee::unchecked(&format!("{} is another ledger, {origin}", client.base())),
            Err(error) => foresee::unchecked(&error.to_string()),
        }
        Ok(None)
    }
}

/// Reads an event file.
pub(super) fn read_submission(path: &Path) -> anyhow::Result<Submission> {
    read_by(path, Submission::parse)
}

/// Reads an event file that nobody may have signed yet.
pub(super) fn read_draft(path: &Path) -> anyhow::Result<Submission> {
    read_by(path, Submission::parse_draft)
}

fn read_by(path: &Path, parse: impl Fn(&[u8]) -> Result<Submission, Refusal>) -> anyhow::Result<Submission> {
    let length = std::fs::metadata(path).with_context(|| path.display().to_string())?.len();
    if length > limits::SUBMISSION_BYTES as u64 + 1 {
        let detail = format!("{}: over {} bytes", path.display(), limits::SUBMISSION_BYTES);
        anyhow::bail!(here("submission.too_large", detail));
    }
    let bytes = written::read(path)?;
    // What the parts of an envelope say of themselves would name the file's inside twice.
    if std::str::from_utf8(&bytes).is_err() || bytes.trim_ascii().first() != Some(&b'{') {
        anyhow::bail!(here("submission.malformed", format!("{} is no signed event", path.display())));
    }
    parse(bytes.trim_ascii()).with_context(|| format!("{} is no signed event", path.display()))
}
