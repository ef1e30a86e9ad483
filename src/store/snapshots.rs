//! What sled keeps beside its log only to open sooner: a bad one is set aside, and sled does without it.
//!
//! Nothing is deleted that was ever whole: the files are renamed, and what sled then makes of its log is
//! believed only as far as it extends the signed heads.

use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use super::StoreError;
use crate::files::open_file;

/// How the name of a snapshot begins; sled takes every file that begins so for one.
const SNAPSHOT: &str = "snap.";
/// The file of sled's own settings.
const SETTINGS: &str = "conf";
/// Length and CRC-32 at the end of a snapshot; sled compares the CRC alone.
const SNAPSHOT_END: usize = 12;
const CRC: usize = 4;

/// Removes what sled was writing when the process ended, and sets aside what is damaged.
///
/// # Errors
/// [`StoreError`] when the directory cannot be read or written.
pub(super) fn tidy(directory: &Path) -> Result<(), StoreError> {
    let mut snapshots = Vec::new();
    for path in files(directory)? {
        if path.extension().is_some_and(|extension| extension == "generating") {
            // A folder of that name is nothing that sled wrote, and nothing that it reads.
            if !path.is_dir() {
                std::fs::remove_file(&path)?;
            }
        } else if is_snapshot(&path) {
            snapshots.push(path);
        } else if path.ends_with(SETTINGS) && !settings_are_whole(&read(&path)?) {
            set_aside(&path)?;
        }
    }
    let mut bad = false;
    for path in &snapshots {
        bad |= !snapshot_is_whole(path, &read(path)?);
    }
    // What an older one says of the log is no better than what the log says.
    if bad { set_all_aside(directory).map(drop) } else { Ok(()) }
}

/// Sets every snapshot aside; whether there was one.
///
/// # Errors
/// [`StoreError`].
pub(super) fn set_all_aside(directory: &Path) -> Result<bool, StoreError> {
    let snapshots: Vec<_> = files(directory)?.into_iter().filter(|path| is_snapshot(path)).collect();
    snapshots.iter().try_for_each(|path| set_aside(path))?;
    Ok(!snapshots.is_empty())
}

fn files(directory: &Path) -> Result<Vec<PathBuf>, StoreError> {
    match std::fs::read_dir(directory) {
        Ok(listing) => Ok(listing.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// What is no file is as good as an empty one.
fn read(path: &Path) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    match open_file(path) {
        Ok(mut file) => file.read_to_end(&mut bytes)?,
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::NotFound) => 0,
        Err(error) => return Err(error.into()),
    };
    Ok(bytes)
}

fn is_snapshot(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(SNAPSHOT))
}

fn snapshot_is_whole(path: &Path, bytes: &[u8]) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let number = &name[SNAPSHOT.len()..];
    let numbered = number.len() == 16 && number.bytes().all(|byte| byte.is_ascii_hexdigit());
    let Some((content, end)) = bytes.len().checked_sub(SNAPSHOT_END).map(|at| bytes.split_at(at)) else {
        return false;
    };
    let length = content.len() as u64;
    let (said, crc) = end.split_at(SNAPSHOT_END - CRC);
    numbered && length > 0 && said == length.to_le_bytes() && crc == crc32(content).to_le_bytes()
}

/// Short settings sled writes anew; longer ones end in their CRC.
fn settings_are_whole(bytes: &[u8]) -> bool {
    let Some((content, crc)) = bytes.split_last_chunk::<CRC>() else { return true };
    bytes.len() <= 2 * CRC || *crc == crc32(content).to_le_bytes()
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// Gives a file a name that nothing reads, and that is not taken.
fn set_aside(path: &Path) -> Result<(), StoreError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let free = (1u32..).map(|number| path.with_file_name(format!("aside.{number}.{name}")));
    let Some(aside) = free.into_iter().find(|aside| !aside.exists()) else { return Ok(()) };
    tracing::warn!("{} is damaged and set aside as {}", path.display(), aside.display());
    Ok(std::fs::rename(path, aside)?)
}

#[cfg(test)]
mod tests {
    use super::super::{Batch, SledStore, Store};
    use super::*;

    fn opened(directory: &Path) -> Vec<(Vec<u8>, Vec<u8>)> {
        let store = SledStore::open(directory, 1 << 20).unwrap();
        let mut rows = Vec::new();
        let mut keep = |key: &[u8], value: &[u8]| {
            rows.push((key.to_vec(), value.to_vec()));
            std::ops::ControlFlow::Continue(())
        };
        store.scan(&[], &[0xff], &mut keep).unwrap();
        rows
    }

    fn copied(from: &Path, to: &Path) {
        std::fs::create_dir_all(to.join("blobs")).unwrap();
        for path in files(from).unwrap().into_iter().filter(|path| path.is_file()) {
            std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }

    /// The contents of the one snapshot of a store: nothing, cut off anywhere, flipped anywhere, others.
    fn bad(whole: &[u8]) -> Vec<Vec<u8>> {
        let cut = (0..whole.len()).map(|length| whole[..length].to_vec());
        let flipped = (0..whole.len()).map(|at| {
            let mut bytes = whole.to_vec();
            bytes[at] ^= 1 << (at % 8);
            bytes
        });
        let crc_of_zeroes =
            [vec![0; 40], 40u64.to_le_bytes().to_vec(), crc32(&[0; 40]).to_le_bytes().to_vec()];
        let others = [vec![0; 13], vec![0xff; 300], vec![0; whole.len()], crc_of_zeroes.concat()];
        cut.chain(flipped).chain(others).collect()
    }

    #[test]
    fn a_bad_snapshot_is_set_aside_and_nothing_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let whole = folder.path().join("whole");
        for at in 0..3u8 {
            let store = SledStore::open(&whole, 1 << 20).unwrap();
            let mut batch = Batch::default();
            batch.put([at], vec![at; 5000]);
            store.commit(batch).unwrap();
        }
        // It is written when a store is opened that has grown.
        drop(SledStore::open(&whole, 1 << 20).unwrap());
        let expected = opened(&whole);
        assert_eq!(expected.len(), 3);
        let snapshots: Vec<_> = files(&whole).unwrap().into_iter().filter(|path| is_snapshot(path)).collect();
        let [snapshot] = &snapshots[..] else { panic!("{snapshots:?}") };
        let name = snapshot.file_name().unwrap();
        let bytes = std::fs::read(snapshot).unwrap();
        for (number, content) in bad(&bytes).into_iter().enumerate() {
            let one = folder.path().join(number.to_string());
            copied(&whole, &one);
            std::fs::write(one.join(name), &content).unwrap();
            assert_eq!(opened(&one), expected, "case {number}: {} bytes of {}", content.len(), bytes.len());
            let kept = files(&one).unwrap().into_iter().filter(|path| {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                name.starts_with("aside.") && std::fs::read(path).unwrap() == content
            });
            assert_eq!(kept.count(), 1, "case {number}: it is kept");
            std::fs::remove_dir_all(&one).unwrap();
        }
        // Settings, too; and a snapshot of another name beside a good one.
        for (file, content) in
            [("conf", &b"123456789"[..]), ("conf", b""), ("snap.zzz", b"x"), ("snap.", b"")]
        {
            let one = folder.path().join("other");
            copied(&whole, &one);
            std::fs::write(one.join(file), content).unwrap();
            assert_eq!(opened(&one), expected, "{file}");
            std::fs::remove_dir_all(&one).unwrap();
        }
    }
}
