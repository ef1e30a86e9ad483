//! What an auditor or a keeper is shown that is not whole: nothing of it is called clean.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tinnhiem::client::export;
use tinnhiem::demo;
use tinnhiem::ledger::Archive;

use crate::programme::*;

/// Runs the program; its exit code, what it says, and the same as JSON.
fn run(line: &[&str]) -> (i32, String, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_tinnhiem")).args(line).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let value = serde_json::from_str(&said).unwrap_or_default();
    (output.status.code().unwrap(), said, value)
}

/// Whether an audit of a folder finds something at a place, by a code.
fn finds(folder: &Path, place: &str, code: &str) {
    let (exit, said, value) = run(&["audit", folder.to_str().unwrap(), "--json"]);
    let found = value["findings"].as_array().cloned().unwrap_or_default();
    let named = found.iter().any(|one| one["place"] == place && one["code"] == code);
    assert!(exit == 1 && named, "{place} {code}: exit code {exit}: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_plain_file_of_an_export_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let (data, whole) = (directory.path().join("data"), directory.path().join("whole"));
    demo::seed(&data, "2026-06-01".parse().unwrap()).await.unwrap();
    export(&Archive::open(&data).unwrap(), &whole, &mut |_, _, _| {}).unwrap();
    let tile = "tile/0/000";
    assert!(whole.join(tile).is_file());
    assert_eq!(run(&["audit", whole.to_str().unwrap()]).0, 0);
    let mut number = 0;
    let mut changed = |change: &dyn Fn(&Path), place: &str, code: &str| {
        number += 1;
        let copy = directory.path().join(number.to_string());
        for (path, bytes) in files(&whole) {
            std::fs::create_dir_all(copy.join(&path).parent().unwrap()).unwrap();
            std::fs::write(copy.join(path), bytes).unwrap();
        }
        change(&copy);
        finds(&copy, place, code);
        std::fs::remove_dir_all(copy).unwrap();
    };
    let write = |path: &'static str, bytes: Vec<u8>| {
        move |copy: &Path| {
            std::fs::create_dir_all(copy.join(path).parent().unwrap()).unwrap();
            std::fs::write(copy.join(path), &bytes).unwrap();
        }
    };
    for (path, place) in [
        ("evil.txt", "file evil.txt"),
        ("more/evil.txt", "file more/evil.txt"),
        ("tile/evil.txt", "file tile/evil.txt"),
        ("tile/0/000.p/7", "file tile/0/000.p/7"),
    ] {
        changed(&write(path, vec![0; 32]), place, "file.unnamed");
    }
    changed(&write("attachments/evil.txt", vec![0; 32]), "file attachments/evil.txt", "attachment.unnamed");
    let elsewhere = whole.join(tile);
    let linked = |copy: &Path| {
        std::fs::remove_file(copy.join(tile)).unwrap();
        symlink(&elsewhere, copy.join(tile)).unwrap();
    };
    changed(&linked, "file tile/0/000", "file.irregular");
    changed(&|copy| symlink(&elsewhere, copy.join("more")).unwrap(), "file more", "file.irregular");
    changed(&|copy| symlink(&whole, copy.join("folder")).unwrap(), "file folder", "file.irregular");
    let in_place = |make: fn(&Path)| {
        move |copy: &Path| {
            std::fs::remove_file(copy.join(tile)).unwrap();
            make(&copy.join(tile));
        }
    };
    changed(&in_place(|path| std::fs::create_dir(path).unwrap()), tile, "tile.missing");
    let pipe = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    changed(&in_place(pipe), "file tile/0/000", "file.irregular");
    changed(&in_place(|path| std::fs::write(path, [0; 8]).unwrap()), tile, "tile.length");
    let folder = |copy: &Path| {
        std::fs::remove_file(copy.join("checkpoint")).unwrap();
        std::fs::create_dir(copy.join("checkpoint")).unwrap();
    };
    changed(&folder, "checkpoint", "checkpoint.unreadable");
    changed(&write("checkpoint", vec![b'\n'; 200_000]), "checkpoint", "checkpoint.unreadable");
    changed(&write("checkpoint", Vec::new()), "checkpoint", "note.malformed");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_copy_of_a_head_is_noted_and_not_called_clean() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    demo::seed(&data, "2026-06-01".parse().unwrap()).await.unwrap();
    let name = data.to_str().unwrap();
    let (exit, said, _) = run(&["fsck", name]);
    assert!(exit == 0 && said.lines().any(|line| line == "clean"), "{said}");
    let (file, bytes) = files(&data.join("heads")).pop().unwrap();
    let path = data.join("heads").join(&file);
    let place = format!("file heads/{}", file.display());
    for at in [0, bytes.len() / 2] {
        let mut wrong = bytes.clone();
        wrong[at] ^= 1;
        std::fs::write(&path, wrong).unwrap();
        let (exit, said, _) = run(&["fsck", name]);
        assert!(exit == 0 && said.contains(&format!("NOTE {place}")), "{said}");
        assert!(!said.contains("clean"), "{said}");
        let (exit, said, value) = run(&["fsck", name, "--json"]);
        assert!(exit == 0 && value["findings"] == serde_json::json!([]), "{said}");
        assert_eq!(
            (&value["notes"][0]["place"], &value["notes"][0]["code"]),
            (&place.clone().into(), &"heads.copy".into())
        );
    }
    std::fs::write(&path, &bytes[..8]).unwrap();
    let (exit, said, value) = run(&["fsck", name, "--json"]);
    assert!(exit == 1 && !value["findings"].as_array().unwrap().is_empty(), "{said}");
    std::fs::write(&path, bytes).unwrap();
    // Another log's key is found, for programs too.
    let vkey = tinnhiem::log::VerifierKey::ed25519("other", key("other").public()).to_string();
    let (exit, said, value) = run(&["audit", name, "--vkey", &vkey, "--json"]);
    assert!(exit == 1 && value["findings"][0]["code"] == "checkpoint.key", "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_checkpoints_and_keys_are_told_to_programs() {
    let programme = Programme::start(policy()).await;
    let base = programme.client.base();
    let folder = tempfile::tempdir().unwrap();
    let (exit, said, value) = run(&["receipt", "0", "--ledger", base, "--json"]);
    assert!(
        exit == 0 && value["receipt"].as_str().unwrap().starts_with("c2sp.org/tlog-proof@v1\n"),
        "{said}"
    );
    let (exit, said, value) = run(&["checkpoint", "--ledger", base, "--json"]);
    assert!(exit == 0 && value["size"].as_u64().unwrap() > 0, "{said}");
    let note = run(&["checkpoint", "--ledger", base]).1;
    assert!(note.ends_with("=\n") && note.contains("\n\n\u{2014} "), "{note:?}");
    let file = folder.path().join("own.pem");
    let (_, _, made) = run(&["keygen", file.to_str().unwrap(), "--json"]);
    let (_, _, shown) = run(&["public-key", file.to_str().unwrap(), "--json"]);
    assert!(made["public_key"].is_string() && made["public_key"] == shown["public_key"]);
    // A fault too is one line of JSON.
    let output = Command::new(env!("CARGO_BIN_EXE_tinnhiem"))
        .args(["receipt", "999999", "--ledger", base, "--json"])
        .output()
        .unwrap();
    let fault: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert!(fault["error"]["detail"].is_string(), "{fault}");
    assert_eq!(output.status.code(), fault["error"]["exit"].as_i64().map(|exit| exit as i32));
    // What may be a seed is not shown.
    let seed = "5a".repeat(32);
    std::fs::write(&file, &seed).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tinnhiem"))
        .arg("public-key")
        .arg(&file)
        .arg("--json")
        .output()
        .unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(said.contains("keyfile.hex") && !said.contains(&seed), "{said}");
}
