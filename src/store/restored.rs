//! Tests of heads that were put back, or lost, in the directory that they are of.

use std::fs::File;
use std::path::Path;

use super::heads::{Heads, HeadsState};
use super::term::{Instance, ReadOnly, Standing};

/// Copies a directory over another as rsync does: what has the same size and time of change is left alone,
/// everything else is put in its place as a new file, and what is too many goes.
fn put_back(from: &Path, to: &Path) {
    let names = |at: &Path| -> Vec<_> {
        std::fs::read_dir(at).unwrap().map(|file| file.unwrap().file_name()).collect()
    };
    let kept = |path: &Path| {
        let metadata = std::fs::metadata(path).unwrap();
        (metadata.len(), metadata.modified().unwrap())
    };
    for name in names(to).into_iter().filter(|name| !from.join(name).exists()) {
        std::fs::remove_file(to.join(name)).unwrap();
    }
    for name in names(from) {
        let (source, target) = (from.join(&name), to.join(&name));
        if !target.exists() || kept(&source) != kept(&target) {
            let unfinished = to.join("unfinished");
            std::fs::copy(&source, &unfinished).unwrap();
            let written = File::options().append(true).open(&unfinished).unwrap();
            written.set_modified(kept(&source).1).unwrap();
            std::fs::rename(unfinished, target).unwrap();
        }
    }
}

#[test]
fn a_backup_put_over_the_directory_that_it_is_of_signs_nothing() {
    for rolls in [false, true] {
        let directory = tempfile::tempdir().unwrap();
        let (data, backup) = (directory.path().join("data"), directory.path().join("backup"));
        let instance = Instance::random().unwrap();
        let mut heads = Heads::open(&data).unwrap();
        heads.begin_term(instance).unwrap();
        heads.append(b"one").unwrap();
        drop(heads);
        std::fs::create_dir_all(&backup).unwrap();
        put_back(&data.join("heads"), &backup);
        let mut heads = Heads::open(&data).unwrap();
        heads.begin_term(instance).unwrap();
        if rolls {
            (0..50).for_each(|_| heads.append(&[7; 100_000]).unwrap());
        }
        heads.append(b"two").unwrap();
        drop(heads);
        assert_eq!(Heads::open(&data).unwrap().standing(), Standing::Signer(instance));
        put_back(&backup, &data.join("heads"));
        let restored = Heads::open(&data).unwrap();
        assert_eq!(restored.last(), Some(&b"one"[..]));
        assert_eq!(restored.standing(), Standing::ReadOnly(ReadOnly::Copied), "{rolls}");
    }
}

/// Copies the files of a directory into those of another that have their names, as `cp` does.
fn put_over(from: &Path, to: &Path) {
    for file in std::fs::read_dir(from).unwrap() {
        let name = file.unwrap().file_name();
        std::fs::copy(from.join(&name), to.join(&name)).unwrap();
    }
}

#[test]
fn a_backup_copied_into_the_files_that_are_there_is_noticed_after_an_end() {
    for removes in [false, true] {
        let directory = tempfile::tempdir().unwrap();
        let (data, backup) = (directory.path().join("data"), directory.path().join("backup"));
        let mut heads = Heads::open(&data).unwrap();
        heads.begin_term(Instance::random().unwrap()).unwrap();
        heads.append(b"one").unwrap();
        std::fs::create_dir_all(&backup).unwrap();
        put_over(&data.join("heads"), &backup);
        heads.append(b"two").unwrap();
        heads.rest().unwrap();
        drop(heads);
        if removes {
            std::fs::remove_file(data.join("heads/00000002")).unwrap();
            std::fs::remove_file(data.join("heads/00000003")).unwrap();
        }
        put_over(&backup, &data.join("heads"));
        let restored = Heads::open(&data).unwrap();
        match removes {
            // What was signed last is known, and the store that came with the copy does not reach it.
            false => assert_eq!(restored.last(), Some(&b"two"[..])),
            true => assert_eq!(restored.standing(), Standing::ReadOnly(ReadOnly::Copied)),
        }
    }
}

#[test]
fn a_newest_file_that_is_gone_or_empty_is_missed() {
    let directory = tempfile::tempdir().unwrap();
    let mut heads = Heads::open(directory.path()).unwrap();
    let instance = Instance::random().unwrap();
    for head in [b"one", b"two"] {
        heads.begin_term(instance).unwrap();
        heads.append(head).unwrap();
    }
    let newest = directory.path().join("heads/00000002");
    let whole = std::fs::read(&newest).unwrap();
    let is_missed = || {
        let heads = Heads::open(directory.path()).unwrap();
        matches!(heads.state(), HeadsState::Damaged(what) if what.contains("00000002"))
    };
    assert!(!is_missed());
    for left in [None, Some(&b""[..]), Some(&[0; 512]), Some(&whole[..20])] {
        match left {
            None => std::fs::remove_file(&newest).unwrap(),
            Some(bytes) => std::fs::write(&newest, bytes).unwrap(),
        }
        assert!(is_missed(), "{left:?}");
    }
}

#[test]
fn what_a_crash_cuts_off_is_not_damage() {
    let directory = tempfile::tempdir().unwrap();
    let mut heads = Heads::open(directory.path()).unwrap();
    let instance = Instance::random().unwrap();
    heads.begin_term(instance).unwrap();
    heads.append(b"one").unwrap();
    let (before, newest) = (directory.path().join("heads/00000001"), directory.path().join("heads/00000002"));
    let untold = std::fs::metadata(&before).unwrap().len();
    heads.begin_term(instance).unwrap();
    let begun = std::fs::metadata(&newest).unwrap().len();
    let is_damaged = |file: &Path, length: u64| {
        let whole = std::fs::read(file).unwrap();
        std::fs::write(file, &whole[..usize::try_from(length).unwrap()]).unwrap();
        let heads = Heads::open(directory.path()).unwrap();
        assert!(heads.last().is_some());
        std::fs::write(file, whole).unwrap();
        matches!(heads.state(), HeadsState::Damaged(_))
    };
    let length_of = |file: &Path| std::fs::metadata(file).unwrap().len();
    // While the file before was told that another follows.
    (untold..length_of(&before)).for_each(|length| assert!(!is_damaged(&before, length), "{length}"));
    // While a head, and then the seal, was appended to what the newest began with.
    heads.append(b"two").unwrap();
    heads.seal().unwrap();
    (begun..length_of(&newest)).for_each(|length| assert!(!is_damaged(&newest, length), "{length}"));
    assert!(is_damaged(&newest, begun - 1));
}
