//! Where an auditor reads a ledger: a running one, or the folder of an export.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::http::{Client, ClientError};
use super::kept::{Listed, listed};
use crate::event::{Commitment, is_media_type};
use crate::limits;
use crate::vault::Attachment;

/// Where a ledger is read from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A running ledger.
    Running(Client),
    /// A folder that `tinnhiem export` or a mirror wrote.
    Folder(PathBuf),
}

/// What is kept of an attachment.
pub(super) enum Kept {
    Whole(Attachment),
    Missing,
    /// The code of what is wrong, and what.
    Wrong(&'static str, String),
}

/// What is not what was committed to.
const DAMAGED: &str = "attachment.damaged";

impl Kept {
    /// What is kept in the place of a commitment: that very attachment, of a media type that it may have.
    fn of(attachment: Option<Attachment>, commitment: &Commitment, otherwise: impl Fn() -> String) -> Self {
        match attachment {
            Some(one) if one.commitment() != *commitment => Self::Wrong(DAMAGED, otherwise()),
            None => Self::Wrong(DAMAGED, otherwise()),
            Some(one) if !is_media_type(&one.media_type) => {
                let told = one.media_type.escape_debug();
                Self::Wrong("attachment.media_type", format!("`{told:.100}` is none, as in text/plain"))
            }
            Some(one) => Self::Whole(one),
        }
    }
}

impl Source {
    pub(super) async fn text(&self, path: &str) -> Result<String, ClientError> {
        let bytes = self.bytes(path, limits::NOTE_BYTES).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    pub(super) async fn bytes(&self, path: &str, most: usize) -> Result<Vec<u8>, ClientError> {
        match self {
            Self::Running(client) => client.bytes(&format!("/{path}"), most).await,
            Self::Folder(folder) => {
                let path = folder.join(path);
                read_bounded(&path, most).map_err(|error| ClientError::File(path, error.to_string()))
            }
        }
    }

    /// Those of the attachments that are named which are there, where they can be listed: most commitments are
    /// never attached, and looking for each costs more than reading the list.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`], or [`ClientError::Unreadable`] for a list that is none.
    pub(super) async fn attachments(
        &self,
        named: &BTreeSet<Commitment>,
    ) -> Result<Option<Listed>, ClientError> {
        match self {
            Self::Running(client) => match listed(client, named).await {
                Err(error @ (ClientError::Unreachable(..) | ClientError::Unreadable(..))) => Err(error),
                listed => Ok(listed.ok()),
            },
            Self::Folder(folder) => {
                let files = match std::fs::read_dir(super::export::attachments_path(folder)) {
                    Ok(files) => files,
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                        return Ok(Some(Listed::default()));
                    }
                    Err(_) => return Ok(None),
                };
                let named_by = |file: std::io::Result<std::fs::DirEntry>| {
                    file.ok()?.file_name().to_str()?.parse().ok().filter(|one| named.contains(one))
                };
                Ok(Some(Listed { kept: files.filter_map(named_by).collect(), others: 0 }))
            }
        }
    }

    pub(super) async fn attachment(&self, commitment: &Commitment) -> Kept {
        match self {
            Self::Running(client) => {
                let path = format!("/v1/attachments/{commitment}");
                let headers = ["x-salt", "content-type"];
                match client.bytes_with_headers(&path, limits::ATTACHMENT_BYTES, headers).await {
                    Ok((bytes, [salt, media_type])) => {
                        let salt = STANDARD.decode(salt).ok().and_then(|salt| salt.try_into().ok());
                        let attachment = salt.map(|salt| Attachment { salt, media_type, bytes });
                        Kept::of(attachment, commitment, || "its bytes do not match".to_owned())
                    }
                    Err(ClientError::Refused { status: 404, .. }) => Kept::Missing,
                    Err(error) => Kept::Wrong(DAMAGED, error.to_string()),
                }
            }
            Self::Folder(folder) => {
                let path = super::export::attachment_path(folder, commitment);
                let most = limits::ATTACHMENT_BYTES + limits::MEDIA_TYPE_BYTES + 64;
                match read_bounded(&path, most) {
                    Ok(file) => Kept::of(Attachment::from_file(&file), commitment, || {
                        format!("its file {} does not match", path.display())
                    }),
                    Err(error) if is_no_file(&error) => Kept::Missing,
                    Err(error) => Kept::Wrong(DAMAGED, format!("{}: {error}", path.display())),
                }
            }
        }
    }
}

/// Whether nothing can be read as nothing is there, or a folder in its place.
fn is_no_file(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::IsADirectory)
}

fn read_bounded(path: &Path, most: usize) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    use std::os::unix::fs::OpenOptionsExt;
    let mut bytes = Vec::new();
    // A pipe in the place of a file would be waited for without end.
    let file = std::fs::OpenOptions::new()
        .read(true)
        .custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32)
        .open(path)?;
    if file.metadata()?.is_dir() {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    file.take(most as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > most {
        return Err(std::io::Error::other(format!("over {most} bytes")));
    }
    Ok(bytes)
}
