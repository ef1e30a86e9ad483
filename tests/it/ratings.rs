//! Real ratings, from file to audited ledger in one command.

use std::process::Command;

use tinnhiem::demo::ratings;

const EXCERPT: &str = "tests/ratings/excerpt.csv";

#[test]
fn the_excerpt_becomes_an_audited_ledger() {
    let output = Command::new(env!("CARGO_BIN_EXE_tinnhiem"))
        .args(["ratings", EXCERPT, "--show", "3"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.starts_with("2000 ratings became "), "{said}");
    assert!(said.lines().any(|line| line == "clean"), "{said}");
    let rows = said.lines().filter(|line| line.starts_with("kol-") && line.contains("ratee"));
    assert_eq!(rows.count(), 6);
    assert!(!said.contains("FOUND"));
}

#[test]
fn a_line_that_is_no_rating_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ratings.csv");
    for (line, good) in [
        ("1,2,10,1289241912", true),
        ("1,2,-10,1289241911.728", true),
        ("# a comment", true),
        ("1,2,0,1289241912", false),
        ("1,2,11,1289241912", false),
        ("1,2,-128,1289241912", false),
        ("1,2,5", false),
        ("1,2,5,6,7", false),
        ("a,2,5,6", false),
        ("1,2,5,99999999999999999999", false),
        ("1,2,5,999999999999999", false),
    ] {
        std::fs::write(&path, format!("5,6,1,1289241911\n{line}\n")).unwrap();
        let read = ratings::read(&path);
        assert_eq!(read.is_ok(), good, "{line}");
        if let Err(error) = read {
            assert!(error.to_string().starts_with("line 2:"), "{error}");
        }
    }
    assert_eq!(ratings::read(EXCERPT.as_ref()).unwrap().len(), 2000);
}
