//! `keygen`, `sign`

use std::path::PathBuf;

use clap::Args;

use crate::dsse::SecretKey;
use crate::ledger::Submission;
use crate::limits;
use crate::vault::{read_secret, write_secret};

#[derive(Debug, Args)]
pub struct Keygen {
    /// Where to write the private key (PKCS#8 PEM, mode 0600); the public key is printed
    out: PathBuf,
}

impl Keygen {
    pub fn run(self) -> anyhow::Result<u8> {
        let key = SecretKey::generate()?;
        write_secret(&self.out, &key)?;
        println!("{}", key.public());
        Ok(0)
    }
}

#[derive(Debug, Args)]
pub struct Sign {
    /// The event: an envelope, or an envelope with attachments
    event: PathBuf,
    /// The private key to add a signature of
    #[arg(long)]
    key: PathBuf,
    /// Where to write the result; the same file unless given
    #[arg(long)]
    out: Option<PathBuf>,
}

impl Sign {
    pub fn run(self) -> anyhow::Result<u8> {
        let mut submission = read_submission(&self.event)?;
        let key = read_secret(&self.key)?;
        submission.envelope.add_signature_of(&key)?;
        std::fs::write(self.out.as_ref().unwrap_or(&self.event), submission.to_json() + "\n")?;
        println!("{}", String::from_utf8_lossy(submission.envelope.payload()));
        println!("signed by {}", key.public());
        Ok(0)
    }
}

/// Reads an event file.
pub fn read_submission(path: &PathBuf) -> anyhow::Result<Submission> {
    let length =
        std::fs::metadata(path).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?.len();
    if length > limits::SUBMISSION_BYTES as u64 + 1 {
        anyhow::bail!("{}: over {} bytes", path.display(), limits::SUBMISSION_BYTES);
    }
    let bytes = std::fs::read(path)?;
    Ok(Submission::parse(bytes.trim_ascii())?)
}
