//! One wrong byte anywhere: an audit names the place, a start finds everything or refuses.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use tinnhiem::audit::Place;
use tinnhiem::client::{Source, export, import};
use tinnhiem::clock::Clock;
use tinnhiem::demo;
use tinnhiem::ledger::{Archive, Ledger, OpenError, Setup, fsck};
use tinnhiem::limits;
use tinnhiem::time::Date;

use crate::programme::{audited, files};

/// Places in a data directory that are tried.
const PLACES: usize = 500;
/// Places in an export that are tried, beside the first and last byte of every file.
const EXPORT_PLACES: usize = 300;

/// Numbers that look random and are always the same.
struct Dice(blake3::OutputReader);

impl Dice {
    fn new(name: &str) -> Self {
        Self(blake3::Hasher::new().update(name.as_bytes()).finalize_xof())
    }

    fn below(&mut self, bound: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        (u64::from_be_bytes(bytes) % bound as u64) as usize
    }
}

fn day() -> Date {
    "2026-06-01".parse().unwrap()
}

fn copy(from: &Path, to: &Path) {
    for (path, bytes) in files(from) {
        let path = to.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}

fn flip(path: &Path, at: usize, mask: u8) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at] ^= mask;
    std::fs::write(path, bytes).unwrap();
}

/// Whether a finding's place is what the file at `path` holds.
fn names(place: &Place, path: &Path) -> bool {
    let path = path.to_str().unwrap();
    match place {
        Place::Checkpoint => path == "checkpoint",
        Place::Tile(tile) => tile == path,
        Place::Attachment(commitment) => path.ends_with(&commitment.to_string()),
        Place::Entry(seq) => {
            let bundle = path.strip_prefix("tile/entries/").map(|rest| rest[..3].parse::<u64>().unwrap());
            bundle == Some(seq / limits::TILE_WIDTH)
        }
        _ => false,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_flipped_byte_in_an_export_is_found_where_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let (data, folder) = (directory.path().join("data"), directory.path().join("export"));
    demo::seed(&data, day()).await.unwrap();
    let archive = Archive::open(&data).unwrap();
    export(&archive, &folder, &mut |_, _, _| {}).unwrap();
    let vkey = archive.identity.log_vkey.clone();
    let source = Source::Folder(folder.clone());
    for given in [None, Some(vkey.clone())] {
        let report = audited(&source, given, &Clock::system()).await;
        assert!(report.is_clean(), "{:?}", report.findings);
    }
    let all: Vec<(PathBuf, usize)> =
        files(&folder).into_iter().map(|(path, bytes)| (path, bytes.len())).collect();
    let mut dice = Dice::new("export");
    let ends = all.iter().flat_map(|(path, length)| [(path, 0), (path, length - 1)]);
    let mut places: Vec<_> = ends.map(|(path, at)| (path.clone(), at)).collect();
    for _ in 0..EXPORT_PLACES {
        let (path, length) = &all[dice.below(all.len())];
        places.push((path.clone(), dice.below(*length)));
    }
    let checkpoint = all.iter().find(|(path, _)| path.ends_with("checkpoint")).unwrap().1;
    places.extend((0..checkpoint).map(|at| (PathBuf::from("checkpoint"), at)));
    for (number, (path, at)) in places.into_iter().enumerate() {
        let mask = 1 << dice.below(8);
        flip(&folder.join(&path), at, mask);
        let given = (number % 2 == 0).then(|| vkey.clone());
        let report = audited(&source, given, &Clock::system()).await;
        assert!(
            report.findings.iter().any(|finding| names(&finding.place, &path)),
            "{path:?} byte {at} ^ {mask}: {:?}",
            report.findings
        );
        flip(&folder.join(&path), at, mask);
    }
    // Brought back from the export, the ledger is the same.
    let restored = directory.path().join("restored");
    std::fs::create_dir(&restored).unwrap();
    std::fs::copy(data.join("log-key.pem"), restored.join("log-key.pem")).unwrap();
    import(&folder, &restored, None, Some(vkey), &mut |_, _, _| {}).await.unwrap();
    let report = fsck(&Archive::open(&restored).unwrap());
    assert_eq!(report.findings, []);
    drop(archive);
    let (one, other) = (open(&data).unwrap(), open(&restored).unwrap());
    assert_eq!(one.snapshot().state, other.snapshot().state);
    assert_eq!(one.snapshot().checkpoint, other.snapshot().checkpoint);
}

fn open(directory: &Path) -> Result<Ledger, OpenError> {
    Ledger::open(Setup::at(directory, Clock::system())?)
}

fn entries(ledger: &Ledger) -> Vec<Vec<u8>> {
    let mut entries = Vec::new();
    let read = ledger.reader().entries(0, u64::MAX, &mut |_, entry| {
        entries.push(entry.to_vec());
        ControlFlow::Continue(())
    });
    read.unwrap();
    entries
}

#[tokio::test(flavor = "multi_thread")]
async fn one_flipped_byte_in_a_data_directory_loses_nothing_unseen() {
    let directory = tempfile::tempdir().unwrap();
    let whole = directory.path().join("whole");
    demo::seed(&whole, day()).await.unwrap();
    std::fs::remove_dir_all(whole.join("keys")).unwrap();
    let ledger = open(&whole).unwrap();
    let (expected, state) = (entries(&ledger), ledger.snapshot().state.clone());
    drop(ledger);
    let all: Vec<(PathBuf, usize)> =
        files(&whole).into_iter().map(|(path, bytes)| (path, bytes.len())).filter(|one| one.1 > 0).collect();
    let vault = |path: &Path| path.starts_with("vault");
    let mut dice = Dice::new("data directory");
    let (mut refused, mut intact) = (0, 0);
    for number in 0..PLACES {
        // The store's files matter most and are few; the vault's are many.
        let some: Vec<_> = all.iter().filter(|(path, _)| vault(path) == (number % 8 == 0)).collect();
        let (path, length) = some[dice.below(some.len())];
        let (at, mask) = (dice.below(*length), 1 << dice.below(8));
        let place = format!("{path:?} byte {at} ^ {mask}");
        let copied = directory.path().join(format!("copy-{number}"));
        copy(&whole, &copied);
        flip(&copied.join(path), at, mask);
        let checked = Archive::open(&copied).map(|archive| fsck(&archive));
        let found = match &checked {
            Ok(report) => {
                assert!(
                    report.good == report.entries.max(report.acknowledged) || !report.findings.is_empty()
                );
                // Heads are kept twice: what is wrong with one copy is noted at least.
                assert!(
                    !path.starts_with("heads") || !report.notes.is_empty() || !report.findings.is_empty(),
                    "{place}"
                );
                !report.findings.is_empty()
            }
            Err(error) => {
                assert!(!error.to_string().is_empty(), "{place}");
                true
            }
        };
        if vault(path) || path.starts_with("derived") {
            assert!(found, "{place}: nothing is said of it");
        }
        match open(&copied) {
            Ok(ledger) => {
                assert_eq!(entries(&ledger), expected, "{place}");
                assert_eq!(ledger.snapshot().state, state, "{place}");
                intact += 1;
            }
            Err(error) => {
                assert!(found, "{place}: refused as {error}, but the check found nothing");
                if let OpenError::Diverged { good, size, .. } = error {
                    assert!(good <= size && size == expected.len() as u64, "{place}: {error}");
                }
                refused += 1;
            }
        }
        std::fs::remove_dir_all(&copied).unwrap();
    }
    assert!(refused > 0 && intact > 0, "{refused} refused, {intact} intact");
}

/// What kill -9 leaves of a snapshot that sled was writing made a ledger refuse to open.
#[tokio::test(flavor = "multi_thread")]
async fn a_directory_with_empty_snapshots_is_whole() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    demo::seed(&data, day()).await.unwrap();
    let size = Ledger::open(Setup::at(&data, Clock::system()).unwrap()).unwrap().snapshot().size();
    let store = data.join("store");
    let snapshots = || {
        let all = std::fs::read_dir(&store).unwrap().map(|file| file.unwrap().path());
        all.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("snap."))
            .collect::<Vec<_>>()
    };
    for empty in [snapshots(), vec![store.join("snap.0000000000000001"), store.join("snap.FFFFFFFFFFFFFFFF")]]
    {
        assert!(!empty.is_empty());
        for path in empty {
            std::fs::write(path, []).unwrap();
        }
        let report = fsck(&Archive::open(&data).unwrap());
        assert_eq!((report.findings, report.good), (vec![], size));
        let ledger = Ledger::open(Setup::at(&data, Clock::system()).unwrap()).unwrap();
        assert_eq!((ledger.snapshot().size(), ledger.held()), (size, None));
        ledger.close();
    }
    let set_aside = |name: &str| name.starts_with("aside.");
    let names = std::fs::read_dir(&store).unwrap().map(|file| file.unwrap().file_name());
    assert!(names.into_iter().any(|name| set_aside(name.to_str().unwrap())));
}
