//! Texts and files that a verb attaches, and evidence that stays where it is.

use std::io::Read;
use std::path::Path;

use anyhow::Context;

use super::aside::Salt;
use super::coded::{NO_FILE, here};
use super::written;
use crate::client::random_salt;
use crate::event::Commitment;
use crate::limits;
use crate::time::Date;
use crate::vault::Attachment;

/// What is wrong with a text that is blank.
const NOTHING: &str = "a statement or reason is given, but says nothing: say something";

/// What travels beside an event, each under a fresh salt, and none twice.
#[derive(Default)]
pub(super) struct Attaching {
    /// What travels.
    pub attachments: Vec<Attachment>,
    /// The files among them, by name.
    pub files: Vec<(Commitment, String)>,
    /// Evidence that the issuer keeps and commits to in an event of its own.
    pub held: Vec<Held>,
    /// Until when evidence is kept that is too large to travel.
    pub retain_until: Option<Date>,
    /// What is done with a file that is too large to travel.
    pub large: Large,
    /// What each file's bytes became, by their hash.
    known: Vec<(blake3::Hash, Commitment)>,
}

/// What a verb does with what is too large to travel.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Large {
    /// Nothing.
    #[default]
    Refused,
    /// Its issuer keeps it, for as long as `--retain-until` says.
    Kept,
    /// Its issuer keeps it, and commits to it before.
    Cited,
    /// A member keeps it for the subject, who cites the member's entry.
    InCustody,
}

impl Large {
    fn advice(self) -> &'static str {
        match self {
            Self::Refused => {
                "attach a smaller one, such as a page that says where the whole is to be had, and its hash"
            }
            Self::Kept => "give --retain-until YYYY-MM-DD to keep it yourself and commit to it",
            Self::Cited => {
                "keep it and say so with `tinnhiem evidence commit`, then cite its commitment: --evidence \
                 INDICATOR=COMMITMENT"
            }
            Self::InCustody => {
                "give it to a member that keeps it and says so (`tinnhiem evidence commit --issuer MEMBER \
                 --subject YOU --file FILE --retain-until DAY`), then cite that entry: --evidence-event SEQ"
            }
        }
    }
}

/// Evidence that stays with its issuer.
pub(super) struct Held {
    /// Its file, the commitment to it, and the salt of that.
    pub salt: Salt,
    /// What kind of bytes.
    pub media_type: String,
    /// The last day on which it is kept.
    pub retain_until: Date,
}

impl Attaching {
    /// What is committed to already.
    pub(super) fn of(attachments: Vec<Attachment>) -> Self {
        Self { attachments, ..Self::default() }
    }

    /// Attaches a text.
    pub(super) fn text(&mut self, text: &str) -> anyhow::Result<Commitment> {
        if text.trim().is_empty() {
            anyhow::bail!(NOTHING);
        }
        self.push(Attachment::text(random_salt()?, text))
    }

    /// Attaches a text, if there is one.
    pub(super) fn optional(&mut self, text: Option<String>) -> anyhow::Result<Option<Commitment>> {
        if text.as_ref().is_some_and(|text| text.trim().is_empty()) {
            anyhow::bail!("{NOTHING}, or leave it out");
        }
        text.map(|text| self.text(&text)).transpose()
    }

    /// Attaches the content of a file: once, however often it is named.
    pub(super) fn file(&mut self, path: &Path) -> anyhow::Result<Commitment> {
        let length = match std::fs::metadata(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(here("file.missing", format!("{}: {NO_FILE}", path.display())).into());
            }
            found => found.with_context(|| path.display().to_string())?.len(),
        };
        if length > limits::ATTACHMENT_BYTES as u64 {
            return self.too_large(path, length);
        }
        let bytes = written::read(path)?;
        if bytes.is_empty() {
            anyhow::bail!("{} is empty", path.display());
        }
        let media_type = media_type(path);
        let hash = blake3::Hasher::new().update(media_type.as_bytes()).update(&[0]).update(&bytes).finalize();
        if let Some((_, known)) = self.known.iter().find(|(known, _)| *known == hash) {
            return Ok(*known);
        }
        let salt = random_salt()?;
        let commitment = self.push(Attachment { salt, media_type: media_type.to_owned(), bytes })?;
        self.files.push((commitment, name(path)));
        self.known.push((hash, commitment));
        Ok(commitment)
    }

    /// Commits to a file that does not travel.
    fn too_large(&mut self, path: &Path, length: u64) -> anyhow::Result<Commitment> {
        let most = limits::ATTACHMENT_BYTES;
        let retain_until = self.retain_until.with_context(|| {
            let advice = self.large.advice();
            format!("{} has {length} bytes, over the {most} that a file may have: {advice}", path.display())
        })?;
        let salt = random_salt()?;
        let mut hasher = [blake3::Hasher::new_keyed(&salt), blake3::Hasher::new()];
        hasher[1].update(media_type(path).as_bytes()).update(&[0]);
        let mut file = std::fs::File::open(path).with_context(|| path.display().to_string())?;
        let mut piece = vec![0; most];
        loop {
            let read = file.read(&mut piece).with_context(|| path.display().to_string())?;
            if read == 0 {
                break;
            }
            for one in &mut hasher {
                one.update(&piece[..read]);
            }
        }
        let [keyed, plain] = hasher.map(|one| one.finalize());
        if let Some((_, known)) = self.known.iter().find(|(known, _)| *known == plain) {
            return Ok(*known);
        }
        let commitment = Commitment::from_bytes(*keyed.as_bytes());
        let (name, media_type) = (name(path), media_type(path).to_owned());
        let salt = Salt { of: path.to_owned(), commitment, salt };
        self.held.push(Held { salt, media_type, retain_until });
        self.files.push((commitment, name));
        self.known.push((plain, commitment));
        Ok(commitment)
    }

    /// Attaches something of another kind.
    pub(super) fn push(&mut self, attachment: Attachment) -> anyhow::Result<Commitment> {
        attachment.check()?;
        let commitment = attachment.commitment();
        self.attachments.push(attachment);
        Ok(commitment)
    }

    /// Whether one event carries all of it.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let (count, most) = (self.attachments.len(), limits::ATTACHMENTS);
        let advice = self.large.advice();
        anyhow::ensure!(
            count <= most,
            "{count} different texts and files, over {most} that an event carries: with some of them, {advice}"
        );
        // Base64 takes four bytes for three; the rest is for the envelope.
        let bytes: usize = self.attachments.iter().map(|one| one.bytes.len()).sum();
        let room = (limits::SUBMISSION_BYTES - limits::ENVELOPE_BYTES) / 4 * 3;
        anyhow::ensure!(
            bytes <= room,
            "{bytes} bytes to attach, over {room} that an event carries: with some of them, {advice}"
        );
        Ok(())
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// What kind of bytes a file holds, by its name.
pub(super) fn media_type(path: &Path) -> &'static str {
    let extension = path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
    match extension.as_deref() {
        Some("pdf") => "application/pdf",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("json") => "application/json",
        Some("mp4") => "video/mp4",
        Some("txt" | "md") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_travels_once_and_a_large_one_is_committed_to() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("a.png"), "picture").unwrap();
        std::fs::write(at("b.png"), "picture").unwrap();
        std::fs::write(at("c.txt"), "picture").unwrap();
        let large = vec![7; limits::ATTACHMENT_BYTES + 1];
        std::fs::write(at("large.mp4"), &large).unwrap();
        let mut attaching = Attaching::default();
        let first = attaching.file(&at("a.png")).unwrap();
        for _ in 0..40 {
            assert_eq!(attaching.file(&at("b.png")).unwrap(), first);
        }
        assert_ne!(attaching.file(&at("c.txt")).unwrap(), first);
        // Each verb names what it takes itself.
        for (large, takes) in [
            (Large::Refused, "attach a smaller one"),
            (Large::Kept, "--retain-until"),
            (Large::Cited, "--evidence INDICATOR=COMMITMENT"),
            (Large::InCustody, "--evidence-event SEQ"),
        ] {
            attaching.large = large;
            let said = attaching.file(&at("large.mp4")).unwrap_err().to_string();
            assert!(said.contains("262145 bytes") && said.contains(takes), "{said}");
        }
        attaching.retain_until = Some(Date::from_days(20_000));
        let committed = attaching.file(&at("large.mp4")).unwrap();
        assert_eq!(attaching.file(&at("large.mp4")).unwrap(), committed);
        assert_eq!((attaching.attachments.len(), attaching.held.len()), (2, 1));
        assert_eq!(Commitment::to(&attaching.held[0].salt.salt, &large), committed);
        attaching.check().unwrap();
        for number in 0..limits::ATTACHMENTS {
            attaching.text(&format!("text {number}")).unwrap();
        }
        assert!(attaching.check().unwrap_err().to_string().starts_with("18 different texts and files"));
    }
}
