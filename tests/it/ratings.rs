//! Real ratings, from file to audited ledger in one command.

use std::process::Command;

use tinnhiem::clock::Clock;
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
fn a_line_that_is_no_rating_is_skipped_counted_and_told_why() {
    use ratings::Skip::*;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ratings.csv");
    let now = Clock::system().now();
    for (line, skip) in [
        ("1,2,10,1289241912", None),
        (" 1, 2 ,\"-10\",1289241911.728\r", None),
        ("", Some(Blank)),
        ("\r", Some(Blank)),
        ("# a comment", Some(Blank)),
        ("\"5\";\"6\";\"2\";\"1289241911,5\"", None),
        ("5\t6\t2\t1289241911.5\r", None),
        ("\"5\",\"6\",\"2\",\"1289241911,5\"", None),
        ("SOURCE,TARGET,WHAT,TIME", Some(Malformed)),
        ("5\t6\t2", Some(Malformed)),
        ("5;6;2;;", Some(Malformed)),
        ("5,6,1,1289241911", Some(Repeated)),
        ("5,6,1,1289241911.0\r", Some(Repeated)),
        ("7,7,1,1289241911", Some(SelfRating)),
        ("1,2,0,1289241912", Some(OutOfRange)),
        ("1,2,11,1289241912", Some(OutOfRange)),
        ("1,2,-128,1289241912", Some(OutOfRange)),
        ("1,2,300,1289241912", Some(OutOfRange)),
        ("1,2,5", Some(Malformed)),
        ("1,2,5,6,7", Some(Malformed)),
        ("a,2,5,6", Some(Malformed)),
        ("1,2,5,-6", Some(Malformed)),
        ("1,2,5,6.x", Some(Malformed)),
        ("1,2,5,99999999999999999999", Some(Malformed)),
        ("1,2,5,9999999999", Some(Ahead)),
        ("1,2,5,6\u{0}", Some(Malformed)),
    ] {
        let named = "\u{feff}SOURCE,TARGET,RATING,TIME\r";
        std::fs::write(&path, format!("{named}\n5,6,1,1289241911\n{line}\n3,4,1,1289241911")).unwrap();
        let read = ratings::read(&path, now).unwrap();
        assert_eq!(read.ratings.len(), if skip.is_some() { 2 } else { 3 }, "{line:?}");
        let mut expected = vec![(Header, (1, 1))];
        expected.extend(skip.map(|skip| (skip, (1, 3))));
        expected.sort();
        assert_eq!(read.skipped.into_iter().collect::<Vec<_>>(), expected, "{line:?}");
    }
    let long = format!("1,2,3,{}", "4".repeat(5_000_000));
    std::fs::write(&path, [long.as_bytes(), b"\n\xff\xfe\n5,6,1,1289241911"].concat()).unwrap();
    let read = ratings::read(&path, now).unwrap();
    assert_eq!((read.ratings.len(), read.skipped[&Malformed].0), (1, 2));
    std::fs::write(&path, "a,b,c,d\n").unwrap();
    let error = ratings::read(&path, now).unwrap_err().to_string();
    assert!(error.contains("holds no ratings; line 1: names of columns"), "{error}");
    assert_eq!(ratings::read(EXCERPT.as_ref(), now).unwrap().ratings.len(), 2000);
}

#[test]
fn a_line_of_names_says_where_the_columns_are_wherever_it_stands() {
    use ratings::Skip::*;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ratings.csv");
    let now = Clock::system().now();
    let rows = [[1, 2, 5, 1289241912], [3, 4, -5, 1289241913]];
    for separator in [",", ";", "\t"] {
        for end in ["\n", "\r\n", "\r"] {
            for quote in ["", "\""] {
                for (names, order) in [
                    (vec!["rater", "ratee", "rating", "time"], vec![0, 1, 2, 3]),
                    (vec!["Time", "Target", "Source", "Weight"], vec![3, 1, 0, 2]),
                    (vec!["note", "SOURCE", "TARGET", "RATING", "TIME"], vec![3, 0, 1, 2, 3]),
                    (vec!["ai", "về ai", "điểm", "lúc"], vec![0, 1, 2, 3]),
                ] {
                    let joined = |parts: Vec<String>| {
                        let parts: Vec<_> = parts.iter().map(|one| format!("{quote}{one}{quote}")).collect();
                        parts.join(separator) + end
                    };
                    let head = joined(names.iter().map(|one| (*one).to_owned()).collect());
                    let lines = rows.map(|row| joined(order.iter().map(|at| row[*at].to_string()).collect()));
                    // Files that were put one after the other.
                    let text = format!("\u{feff}{head}{}\u{feff}{head}{}", lines[0], lines[1]);
                    std::fs::write(&path, &text).unwrap();
                    let read = ratings::read(&path, now).unwrap();
                    let found: Vec<_> = read
                        .ratings
                        .iter()
                        .map(|one| {
                            [
                                one.rater as i64,
                                one.ratee.into(),
                                one.rating.into(),
                                one.at.as_ms() as i64 / 1000,
                            ]
                        })
                        .collect();
                    assert_eq!(found, rows, "{text:?}");
                    let expected = match names[0] {
                        "ai" => vec![(Header, (1, 1)), (Malformed, (1, 3))],
                        _ => vec![(Header, (2, 1))],
                    };
                    assert_eq!(read.skipped.into_iter().collect::<Vec<_>>(), expected, "{text:?}");
                }
            }
        }
    }
    std::fs::write(&path, [0xff, 0xfe, b'1', 0]).unwrap();
    assert!(ratings::read(&path, now).unwrap_err().to_string().contains("UTF-8"));
}

#[test]
fn a_file_with_faults_becomes_a_ledger_and_says_what_it_left_out() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ratings.csv");
    let text =
        "\u{feff}rater,ratee,rating,time\r\n1,2,5,1289241912\r\n1,2,5,1289241912\r\n3,3,9,1289241913\r\n\r\n";
    std::fs::write(&path, text).unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_tinnhiem")).arg("ratings").arg(&path).output().unwrap();
    let said = String::from_utf8([run.stdout, run.stderr].concat()).unwrap();
    assert!(run.status.success() && said.contains("1 ratings became"), "{said}");
    for reason in ["names of columns", "the same row stands above", "somebody rates itself"] {
        assert!(said.contains(reason), "{said}");
    }
    assert!(said.contains("skipped 1 lines, the first of them line 3"), "{said}");
    // In words, not as JSON.
    assert!(!said.contains("{\""), "{said}");
}
