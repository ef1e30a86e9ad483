//! Where an auditor reads a ledger: a running one, or the folder of an export.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use serde::Deserialize;

use super::http::{Client, ClientError};
use crate::event::Commitment;
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
    Wrong(String),
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

    /// The attachments that are there, where they can be listed: most commitments are never attached,
    /// and looking for each costs more than reading the list.
    ///
    /// # Errors
    /// [`ClientError::Unreachable`].
    pub(super) async fn attachments(&self) -> Result<Option<BTreeSet<Commitment>>, ClientError> {
        match self {
            Self::Running(client) => match listed(client).await {
                Err(error @ ClientError::Unreachable(..)) => Err(error),
                listed => Ok(listed.ok()),
            },
            Self::Folder(folder) => {
                let files = match std::fs::read_dir(super::export::attachments_path(folder)) {
                    Ok(files) => files,
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                        return Ok(Some(BTreeSet::new()));
                    }
                    Err(_) => return Ok(None),
                };
                Ok(Some(files.filter_map(|file| file.ok()?.file_name().to_str()?.parse().ok()).collect()))
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
                        match attachment.filter(|one| one.commitment() == *commitment) {
                            Some(attachment) => Kept::Whole(attachment),
                            None => Kept::Wrong("its bytes do not match".to_owned()),
                        }
                    }
                    Err(ClientError::Refused { status: 404, .. }) => Kept::Missing,
                    Err(error) => Kept::Wrong(error.to_string()),
                }
            }
            Self::Folder(folder) => {
                let path = super::export::attachment_path(folder, commitment);
                let most = limits::ATTACHMENT_BYTES + limits::MEDIA_TYPE_BYTES + 64;
                match read_bounded(&path, most) {
                    Ok(file) => match Attachment::from_file(&file) {
                        Some(attachment) if attachment.commitment() == *commitment => Kept::Whole(attachment),
                        _ => Kept::Wrong(format!("its file {} does not match", path.display())),
                    },
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => Kept::Missing,
                    Err(error) => Kept::Wrong(format!("{}: {error}", path.display())),
                }
            }
        }
    }
}

/// What a running ledger says it keeps.
async fn listed(client: &Client) -> Result<BTreeSet<Commitment>, ClientError> {
    let mut all = BTreeSet::new();
    let mut path = format!("/v1/attachments?limit={}", limits::PAGE_ROWS);
    loop {
        let page: AttachmentPage = client.json(&path).await?;
        let before = all.len();
        all.extend(page.attachments);
        match page.next {
            Some(next) if all.len() > before => {
                path = format!("/v1/attachments?limit={}&after={next}", limits::PAGE_ROWS);
            }
            _ => return Ok(all),
        }
    }
}

#[derive(Deserialize)]
struct AttachmentPage {
    attachments: Vec<Commitment>,
    next: Option<Commitment>,
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
