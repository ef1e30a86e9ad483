//! Whether a directory's heads lie where they were written.

use std::io::Read;
use std::path::Path;

use super::StoreError;
use super::frames::Found;
use crate::files::open_file;
use crate::limits;

/// Whether the newest heads file of a directory lies where it was written; that of a copy does not.
///
/// # Errors
/// [`StoreError`].
pub fn lies_where_it_was_written(directory: &Path) -> Result<bool, StoreError> {
    let mut names: Vec<_> = Vec::new();
    for entry in std::fs::read_dir(directory.join("heads"))? {
        let name = entry?.file_name();
        names.extend(
            name.to_str().filter(|name| name.len() == 8 && name.parse::<u64>().is_ok()).map(str::to_owned),
        );
    }
    let Some(newest) = names.into_iter().max() else { return Ok(false) };
    let mut file = open_file(&directory.join("heads").join(newest))?;
    let mut bytes = Vec::new();
    (&mut file).take(limits::HEADS_BYTES * 2).read_to_end(&mut bytes)?;
    Found::in_bytes(&bytes).lies_where_it_was_written(&file)
}
