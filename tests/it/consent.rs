//! Nothing is signed at a terminal before its signer has read it and said so.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use tinnhiem::event::Windows;

use crate::programme::*;

const PROGRAM: &str = env!("CARGO_BIN_EXE_tinnhiem");

/// How the program is run: at a terminal of its own, or with input that is none.
#[derive(Clone, Copy, PartialEq)]
enum Input {
    Terminal,
    Pipe,
}

/// Runs a command line with an answer typed; tells its exit code and all that it said.
fn run(folder: &Path, line: &str, input: Input, answer: &str) -> (Option<i32>, String) {
    let line = format!("{PROGRAM} {line}");
    let mut command = match input {
        // `script` runs it at a pseudo-terminal and passes its exit code on.
        Input::Terminal => Command::new("script"),
        Input::Pipe => Command::new("sh"),
    };
    match input {
        Input::Terminal => command.args(["-qec", &line, "/dev/null"]),
        Input::Pipe => command.args(["-c", &format!("{line} 2>&1")]),
    };
    command.current_dir(folder).env_remove("TINNHIEM_YES");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    (done.status.code(), String::from_utf8_lossy(&done.stdout).into_owned())
}

fn line(out: &str) -> String {
    format!(
        "endorse --issuer nhip-so --subject {} --relation professional --topic giao-duc \
         --expires-on 2027-01-01 --statement 'Đã làm việc cùng.' --key me.pem \
         --origin demo/00112233445566778899aabbccddeeff --out {out}",
        subject("kol")
    )
}

#[test]
fn what_will_be_signed_is_shown_and_asked_about_at_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    tinnhiem::vault::write_secret(&at.join("me.pem"), &key("nhip-so")).unwrap();
    let (code, said) = run(at, &line("yes.json"), Input::Terminal, "c\n");
    assert_eq!((code, at.join("yes.json").exists()), (Some(0), true), "{said}");
    for shown in [
        "công bố bảo chứng / publish an endorsement [endorsement.published]",
        "nhip-so",
        &subject("kol").to_string(),
        "demo/00112233445566778899aabbccddeeff",
        "quan hệ / relation: professional (nghề nghiệp / professional)",
        "trình bày / statement: “Đã làm việc cùng.”",
        &key("nhip-so").public().to_string(),
        "Ký? Sign?",
    ] {
        assert!(said.contains(shown), "{shown} is not in {said}");
    }
    for no in ["k\n", "\n", "tinnhiem top\n"] {
        let (code, said) = run(at, &line("no.json"), Input::Terminal, no);
        assert_eq!((code, at.join("no.json").exists()), (Some(2), false), "{said}");
        assert!(said.contains("nothing was signed"), "{said}");
    }
}

#[test]
fn what_is_declined_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    tinnhiem::vault::write_secret(&at.join("me.pem"), &key("nhip-so")).unwrap();
    std::fs::write(at.join("video.mp4"), "picture").unwrap();
    let offline =
        "--origin demo/00112233445566778899aabbccddeeff --key me.pem --out out.json --receipt receipt";
    let evidence = format!(
        "commit-evidence --issuer nhip-so --subject {} --file video.mp4 --retain-until 2028-12-31 {offline}",
        subject("kol")
    );
    let draw = format!("commit-draw --issuer nhip-so --secret draw.pem --length 10 {offline}");
    let all = || std::fs::read_dir(at).unwrap().count();
    for (line, kept) in [(draw, "draw.pem"), (evidence, "video.mp4.salt")] {
        let before = all();
        let (code, said) = run(at, &line, Input::Terminal, "n\n");
        assert!(code == Some(2) && said.contains("nothing was signed"), "{said}");
        assert_eq!(all(), before, "{line}");
        let (code, said) = run(at, &line, Input::Terminal, "y\n");
        assert!(code == Some(0) && at.join(kept).exists(), "{said}");
        std::fs::remove_file(at.join("out.json")).unwrap();
    }
    // A secret is never written over.
    let again = format!("commit-draw --issuer nhip-so --secret draw.pem --length 10 {offline}");
    let (code, said) = run(at, &again, Input::Terminal, "y\n");
    assert!(code == Some(2) && said.contains("draw.pem exists already"), "{said}");
    let salts = std::fs::read_to_string(at.join("video.mp4.salt")).unwrap();
    let (commitment, salt) = salts.trim_end().split_once(' ').unwrap();
    let salt: [u8; 32] = *blake3::Hash::from_hex(salt).unwrap().as_bytes();
    assert_eq!(tinnhiem::event::Commitment::to(&salt, b"picture").to_string(), commitment);
}

#[test]
fn scripts_are_not_asked() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    tinnhiem::vault::write_secret(&at.join("me.pem"), &key("nhip-so")).unwrap();
    let yes = format!("{} --yes", line("flag.json"));
    for (line, out, input) in
        [(line("pipe.json"), "pipe.json", Input::Pipe), (yes, "flag.json", Input::Terminal)]
    {
        let (code, said) = run(at, &line, input, "");
        assert_eq!((code, at.join(out).exists()), (Some(0), true), "{said}");
        assert!(said.contains("publish an endorsement") && !said.contains("Sign?"), "{said}");
    }
    // Another signature on a file that came from elsewhere: shown, and asked about, like one's own.
    let before = std::fs::read(at.join("pipe.json")).unwrap();
    tinnhiem::vault::write_secret(&at.join("other.pem"), &key("other")).unwrap();
    let sign = "sign pipe.json --key other.pem --ledger http://127.0.0.1:9";
    let (code, said) = run(at, sign, Input::Terminal, "k\n");
    assert_eq!((code, std::fs::read(at.join("pipe.json")).unwrap()), (Some(2), before), "{said}");
    let (code, said) = run(at, sign, Input::Terminal, "y\n");
    assert!(code == Some(0) && said.contains("signed by"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_is_told_in_the_same_words_where_nobody_is_asked() {
    let programme = Programme::start(policy()).await;
    let kol = subject("kol").to_string();
    let item = programme.assess("a1", "kol").await;
    let seq = programme.ledger.snapshot().size() - 1;
    let filed = programme.contest("kol", item).await.unwrap()["seq"].to_string();
    let signed = |line: &[&str], signers: &[&str], shown: &[String]| {
        let (done, said) = crate::withdrawal::run(&programme, line, signers);
        assert!(done, "{said}");
        shown.iter().for_each(|shown| assert!(said.contains(shown), "{shown} is not in {said}"));
    };
    let decide = ["decide", "--subject", &kol, "--contest", &filed, "--outcome", "partial", "--strike", "I1"];
    let contested = format!("entry {filed}: khiếu nại / contested an item");
    let struck = "I1 Có ghi nhãn quảng cáo / Advertising label present".to_owned();
    signed(&[&decide[..], &["--reason", "x"]].concat(), &SEATS[..3], &[contested, struck.clone()]);
    let sanction = ["sanction", "--subject", &kol, "--severity", "S1", "--conduct", "I1", "--reason", "x"];
    let today = programme.today().to_string();
    let term = ["--starts-on", &today, "--ends-on", &today];
    signed(&[&sanction[..], &term].concat(), &SEATS[..3], &[struck]);
    let erase = ["request-erasure", "--subject", &kol, "--target", &filed, "--target", &seq.to_string()];
    let both = [format!("entry {filed}: "), format!("entry {seq}: ")];
    signed(&erase, &["kol"], &both);
}

/// The clocks of the policy that a ledger in a folder was opened with.
fn windows_of(ledger: &Path) -> Windows {
    let setup = tinnhiem::ledger::Setup::at(ledger, tinnhiem::clock::Clock::system()).unwrap();
    let ledger = tinnhiem::ledger::Ledger::open(setup).unwrap();
    let snapshot = ledger.snapshot();
    snapshot.state.policies().version(1).unwrap().policy.windows
}

#[test]
fn a_ledger_opens_with_every_clock_of_due_process_and_its_seats_read_them_first() {
    const SAID: [&str; 8] = [
        "the KOL replies before an assessment is published or a sanction imposed: within 7 days",
        "the KOL contests an item (a factual error: at any time): within 183 days",
        "the council admits a contest, or it counts as admitted; a panel drawn by lot decides it: within 14 days",
        "a contest is decided, or the item leaves the score until it is: within 30 days",
        "that decision is put off once: within 15 days",
        "the KOL appeals a decision: within 30 days",
        "an appeal is decided, or the item leaves the score until it is: within 60 days",
        "that decision is put off once: within 30 days",
    ];
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for name in ["one", "two", "operator"] {
        tinnhiem::vault::write_secret(&at.join(format!("{name}.pem")), &key(name)).unwrap();
    }
    let init = |data: &str, more: &str| {
        format!(
            "init --data {data} --name due.example --seat one=one.pem --operator operator=operator.pem {more}"
        )
    };
    let reads_all = |said: &str| SAID.iter().for_each(|one| assert!(said.contains(one), "{one}: {said}"));
    // Nothing is opened unless the seat wants it so.
    let (code, said) = run(at, &init("no", ""), Input::Terminal, "k\n");
    reads_all(&said);
    assert!(said.contains("Sign?") && said.contains("nothing was signed"), "{said}");
    assert_ne!(code, Some(0));
    let (code, said) = run(at, &init("asked", ""), Input::Terminal, "c\n");
    reads_all(&said);
    assert_eq!((code, windows_of(&at.join("asked"))), (Some(0), Windows::DUE_PROCESS), "{said}");
    let (code, said) = run(at, &init("told", "--yes"), Input::Terminal, "");
    reads_all(&said);
    assert!(code == Some(0) && !said.contains("Sign?"), "{said}");
    // Another seat reads them before it adds its signature.
    let two =
        init("both", "--seat two=") + &key("two").public().to_string() + " --threshold 2 --out opening.json";
    assert_eq!(run(at, &two, Input::Pipe, "").0, Some(0));
    let sign = "sign opening.json --key two.pem --ledger http://127.0.0.1:9";
    let (code, said) = run(at, sign, Input::Terminal, "c\n");
    reads_all(&said);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(run(at, "init --data both --opening opening.json", Input::Pipe, "").0, Some(0));
    assert_eq!(windows_of(&at.join("both")), Windows::DUE_PROCESS);
    // A policy of one's own is kept as it is, and what it leaves out is told.
    std::fs::write(at.join("own.json"), tinnhiem::demo::POLICY_1).unwrap();
    let (code, said) = run(at, &init("own", "--policy own.json"), Input::Pipe, "");
    assert_eq!((code, windows_of(&at.join("own"))), (Some(0), Windows::default()), "{said}");
    for none in ["the KOL is not heard beforehand", "no admission and no panel", "no appeal"] {
        assert!(said.contains(none), "{none}: {said}");
    }
}
