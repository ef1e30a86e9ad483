//! Keys are named by whoever does not hold them, and read from the files that other tools write.

use std::path::{Path, PathBuf};
use std::process::Command;

use tinnhiem::dsse::SecretKey;
use tinnhiem::vault::write_secret;

use crate::programme::*;
use crate::withdrawal::run;

struct Folder(tempfile::TempDir);

impl Folder {
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn name(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// The public half of somebody's key, in a file of its own.
    fn public(&self, name: &str) -> String {
        std::fs::write(self.path(name), key(name).public().to_pem().unwrap()).unwrap();
        self.name(name)
    }

    /// Somebody's private key.
    fn secret(&self, name: &str) -> String {
        let file = format!("{name}.pem");
        write_secret(&self.path(&file), &key(name)).unwrap();
        self.name(&file)
    }
}

fn folder() -> Folder {
    Folder(tempfile::tempdir().unwrap())
}

/// Adds a signature to an event and sends it.
fn sign_and_submit(programme: &Programme, event: &str, key: &str) {
    let (done, said) = run(programme, &["sign", event, "--key", key], &[]);
    assert!(done, "{said}");
    let (done, said) = run(programme, &["submit", event], &[]);
    assert!(done, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registrar_enrols_whom_it_knows_by_a_public_key() {
    let programme = Programme::start(policy()).await;
    let folder = folder();
    let (secret, identity) = (folder.name("secret"), folder.name("identity"));
    tinnhiem::vault::write_identity_secret(secret.as_ref(), &[0x5a; 32]).unwrap();
    std::fs::write(&identity, "0123 4567 8").unwrap();
    let own = |hex: bool| if hex { key("newcomer").public().to_string() } else { folder.public("newcomer") };
    for (hex, out) in [(true, "hex.json"), (false, "pem.json")] {
        let (named, out) = (own(hex), folder.name(out));
        let mut enrol = vec!["enrol", "--issuer", "registrar", "--name", "New", "--topic", "my-pham"];
        enrol.extend(["--identity", &identity, "--identity-secret", &secret, "--consent", &identity]);
        enrol.extend(["--subject-key", &named]);
        let (done, said) = run(&programme, &enrol, &["registrar"]);
        assert!(!done && said.contains("signs too") && said.contains("tinnhiem sign"), "{said}");
        enrol.extend(["--out", &out]);
        let (done, said) = run(&programme, &enrol, &["registrar"]);
        assert!(done && said.contains(&key("newcomer").public().to_string()), "{said}");
    }
    sign_and_submit(&programme, &folder.name("pem.json"), &folder.secret("newcomer"));
    let (_, said) = run(&programme, &["log", "--type", "subject.enrolled"], &[]);
    assert!(said.lines().count() > 2, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_new_key_is_named_by_its_public_half() {
    let programme = Programme::start(policy()).await;
    let folder = folder();
    for (signer, verb) in [
        ("business", vec!["add-key", "--issuer", "business", "--new"]),
        ("business", vec!["rotate-key", "--issuer", "business", "--new"]),
        ("seat-1", vec!["add-key", "--issuer", "council", "--owner", "business", "--new"]),
        ("seat-1", vec!["admit", "--member", "press-2", "--class", "press", "--name", "P", "--member-key"]),
    ] {
        let newcomer = format!("new of {verb:?}").replace([' ', '"', '[', ']', ','], "");
        let (public, out) = (folder.public(&newcomer), folder.name("event.json"));
        let line = [&verb[..], &[public.as_str(), "--out", &out, "--force"]].concat();
        let signers: &[&str] = if signer == "business" { &["business"] } else { &SEATS[..3] };
        let (done, said) = run(&programme, &line, signers);
        assert!(done, "{said}");
        sign_and_submit(&programme, &out, &folder.secret(&newcomer));
    }
    // So are the log's next key and the next operator's, which sign beside the council.
    let old = programme.ledger.log_vkey().key().to_string();
    let (log, operator) = (folder.public("next log"), format!("van-hanh={}", folder.public("next operator")));
    for (verb, secret) in [
        (vec!["rotate-log-key", "--old", &old, "--new", &log], "next log"),
        (vec!["hand-over", "--operator", &operator], "next operator"),
    ] {
        let out = folder.name("event.json");
        let line = [&verb[..], &["--out", &out, "--force"]].concat();
        let (done, said) = run(&programme, &line, &SEATS[..3]);
        assert!(done, "{said}");
        let (done, said) = run(&programme, &["sign", &out, "--key", &folder.secret(secret)], &[]);
        assert!(done, "{said}");
    }
    // The seats that stay sign nothing by being named.
    let mut reseat: Vec<String> = ["reseat", "--threshold", "3"].map(str::to_owned).into();
    for seat in &SEATS[..4] {
        reseat.extend(["--seat".to_owned(), format!("{seat}={}", folder.public(seat))]);
    }
    let line: Vec<&str> = reseat.iter().map(String::as_str).collect();
    let (done, said) = run(&programme, &line, &SEATS[..3]);
    assert!(done, "{said}");
    let new = format!("seat-5={}", folder.public("a new seat"));
    let line = [&line[..], &["--seat", &new]].concat();
    let (done, said) = run(&programme, &line, &SEATS[..3]);
    assert!(!done && said.contains("signs too"), "{said}");
    // A key ends itself, named by its file.
    let target = folder.public("kol");
    let end = ["revoke-key", "--issuer", &subject("kol").to_string(), "--target", &target, "--cause", "lost"];
    let (done, said) = run(&programme, &end, &["kol"]);
    assert!(done, "{said}");
}

#[test]
fn the_council_that_opens_a_ledger_is_named_by_public_keys() {
    let folder = folder();
    let program = |line: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_tinnhiem")).args(line).output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.success(), "{said}");
        said
    };
    let (data, opening) = (folder.name("data"), folder.name("opening.json"));
    let (one, two) = (format!("a={}", folder.secret("a")), format!("b={}", folder.public("b")));
    let operator = format!("o={}", folder.public("o"));
    let draft = ["init", "--data", &data, "--name", "keys.example", "--threshold", "2", "--out", &opening];
    program(&[&draft[..], &["--seat", &one, "--seat", &two, "--operator", &operator]].concat());
    program(&["sign", &opening, "--key", &folder.secret("b")]);
    program(&["init", "--data", &data, "--opening", &opening]);
    assert!(program(&["fsck", &data]).contains("clean"));
}

/// What a verb that reads a private key says, with a file of pass phrases or without; no terminal.
fn signed_with(path: &Path, phrases: Option<&Path>) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("setsid");
    command.arg("--wait").arg(env!("CARGO_BIN_EXE_tinnhiem"));
    command.args(["endorse", "--issuer", "nhip-so", "--subject", &subject("kol").to_string()]);
    command
        .args(["--relation", "none", "--topic", "my-pham", "--origin"])
        .arg(format!("o/{}", "0".repeat(32)));
    command.arg("--out").arg(folder.path().join("event.json")).arg("--key").arg(path);
    if let Some(phrases) = phrases {
        command.arg("--pass-file").arg(phrases);
    }
    let output = command.output().unwrap();
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

#[test]
fn an_encrypted_key_is_made_and_opened_by_a_file_of_pass_phrases() {
    let folder = folder();
    let (path, phrases) = (folder.path("key.pem"), folder.path("phrases"));
    std::fs::write(&phrases, "mở ra đi\r\nother\n").unwrap();
    let made = Command::new(env!("CARGO_BIN_EXE_tinnhiem"))
        .args(["keygen", "--encrypt"])
        .arg(&path)
        .env("TINNHIEM_PASS_FILE", &phrases)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    let public = String::from_utf8(made.stdout).unwrap();
    let (done, said) = signed_with(&path, Some(&phrases));
    assert!(done && said.contains(public.trim()), "{said}");
    let (done, said) = signed_with(&path, None);
    assert!(!done && said.contains("--pass-file"), "{said}");
    std::fs::write(&phrases, "wrong\n").unwrap();
    let (done, said) = signed_with(&path, Some(&phrases));
    assert!(!done && said.contains("not opened by the pass phrase"), "{said}");
}

#[test]
fn no_error_advises_to_abandon_a_key() {
    let folder = folder();
    let path = folder.path("key.pem");
    let pem = SecretKey::from_seed([1; 32]).to_pem();
    for text in
        ["", "nothing", &pem[..50], &pem.replace("K2Vw", "K2Vu"), &pem.replace("PRIVATE", "RSA PRIVATE")]
    {
        std::fs::write(&path, text).unwrap();
        let (done, said) = signed_with(&path, None);
        assert!(!done && said.contains("key.pem") && !said.contains("keygen"), "{said}");
    }
}
