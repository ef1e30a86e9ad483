//! What the tree promises of itself: imports point one way, generated files are current.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The modules in order: each may use those of earlier rows, and those of its own row where it says so.
const ORDER: &[&[&str]] = &[
    &["limits", "time"],
    &["json", "compact"],
    &["dsse"],
    &["event"],
    &["log"],
    &["collections"],
    &["facts"],
    &["engines"],
    &["state"],
    &["rules", "proof"],
    &["audit"],
    &["clock", "files", "codes"],
    &["store", "vault"],
    &["ledger"],
    &["api", "client"],
    &["web"],
    &["oracle"],
    &["demo", "schemas", "guide"],
    &["cli"],
    &["main"],
];

/// The kernel's folder: no IO, clock, randomness, floats or hash-map order.
const KERNEL: &str = "src/kernel";

/// What the kernel must not name.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::time",
    "std::thread",
    "std::env",
    "std::process",
    "HashMap",
    "HashSet",
    "tokio",
    "getrandom",
    "f32",
    "f64",
    "SystemTime",
    "Instant",
    "println!",
    "eprintln!",
];

fn sources() -> BTreeMap<PathBuf, String> {
    written("src", "rs")
}

/// The files of a folder whose names end so.
fn written(folder: &str, ends: &str) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == ends) {
                found.insert(path.clone(), std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

/// The module that a file belongs to: in the folder of a family, the one of its layer.
fn module(path: &Path) -> String {
    let within = path.strip_prefix(KERNEL).or_else(|_| path.strip_prefix("src")).unwrap();
    let mut parts = within.iter().map(|part| part.to_str().unwrap());
    let part = match parts.next().unwrap() {
        "families" => parts.nth(1).unwrap(),
        part => part,
    };
    let part = match part {
        "stages.rs" => "event",
        "credential.rs" => "proof",
        part => part,
    };
    part.trim_end_matches(".rs").to_owned()
}

/// The code of a file, without its tests and comments.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn rank(module: &str) -> Option<usize> {
    ORDER.iter().position(|row| row.contains(&module))
}

#[test]
fn imports_point_one_way() {
    for (path, text) in sources() {
        let own = module(&path);
        if own == "lib" {
            continue;
        }
        let own_rank = rank(&own).unwrap_or_else(|| panic!("{own} has no place in the order"));
        let code = code(&text);
        for prefix in ["crate::", "tinnhiem::", "tinnhiem_kernel::"] {
            for (at, _) in code.match_indices(prefix) {
                let rest = &code[at + prefix.len()..];
                let used: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                let Some(used_rank) = rank(&used) else { continue };
                assert!(
                    used == own || used_rank < own_rank,
                    "{} uses {used}, which comes later or beside it",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn the_kernel_stays_pure() {
    for (path, text) in written(KERNEL, "rs") {
        let code = code(&text);
        let named = IMPURE.iter().find(|word| code.contains(**word));
        // A key is drawn from the operating system where keys are defined, and nowhere else.
        let excused = path.ends_with("dsse/key.rs") && named == Some(&"getrandom");
        // What stands between a reader and JSON passes on whatever comes, and computes nothing.
        let excused = excused || path.ends_with("json/typed.rs") || path.ends_with("event/meant.rs");
        assert!(named.is_none() || excused, "{} names {}", path.display(), named.unwrap());
    }
}

/// What a state applies was judged; the one way around that is [`tinnhiem::state::State::replay`].
#[test]
fn nothing_but_the_rules_admits() {
    let admits = |(path, text): (PathBuf, String)| code(&text).contains("Admitted::after(").then_some(path);
    let found: Vec<PathBuf> = sources().into_iter().filter_map(admits).collect();
    assert_eq!(found, [Path::new(KERNEL).join("rules/mod.rs")]);
}

#[test]
fn files_hold_one_idea() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= 450, "{} has {lines} lines: split it", path.display());
        assert!(text.starts_with("//!"), "{} does not say what it is", path.display());
    }
}

/// How bytes are searched, where that is not for what they mean: the file, the word, and why.
const SEARCHED: &[(&str, &str, &str)] = &[
    ("api/names.rs", "memmem", "names are searched for a part of one, as who searches asks"),
    ("api/log.rs", ".windows(", "pairs of a list"),
    ("kernel/dsse/verified.rs", ".windows(", "pairs of a list"),
    ("cli/bench/answers.rs", ".windows(", "lines of HTTP"),
    ("cli/bench/writes.rs", ".windows(", "statuses in this program's own answers, counted for a benchmark"),
    (
        "ledger/submission.rs",
        r#"contains("\"envelope\"")"#,
        "asked after it is sure that nothing is escaped, when a member is spelled in one way only",
    ),
];

/// A payload may be spelled in many ways that mean the same: whoever wants to know what it says parses it.
#[test]
fn nothing_searches_bytes_for_what_they_mean() {
    const WORDS: &[&str] = &["memmem", "Finder", ".windows(", r#"contains("\""#, r#"find("\""#, "find(b\""];
    for (path, text) in sources() {
        let file = path.strip_prefix("src").unwrap().to_str().unwrap();
        let excused = SEARCHED.iter().filter(|(at, ..)| *at == file);
        let code = excused.fold(code(&text), |code, (_, word, _)| {
            assert!(code.contains(word), "{file} no longer has {word}: strike it off the list");
            code.replace(word, "")
        });
        let named = WORDS.iter().find(|word| code.contains(**word));
        assert!(named.is_none(), "{file} searches bytes ({}): parse them", named.unwrap());
    }
    for (path, text) in written("tools/verify", "py") {
        for line in text.lines() {
            let searched = ["index(b\"", "find(b\"", "index(b'", "find(b'", "re.search", "re.match"];
            let named = searched.iter().find(|word| line.contains(**word));
            assert!(named.is_none(), "{} searches bytes: {line}", path.display());
        }
    }
}

/// Where the name of a type stands as text beside the catalogue, and why.
const NAMED: &[(&str, &str)] = &[
    ("kernel/event/catalogue.rs", "the catalogue"),
    ("kernel/rules/rejection.rs", "words of the rules"),
    ("cli/log.rs", "a command as an example"),
    ("cli/publish.rs", "a command as an example"),
];

/// What means a type is an `EventType`: a name that is written again can be misspelt.
#[test]
fn types_are_named_in_the_catalogue_alone() {
    for (path, text) in sources() {
        let file = path.strip_prefix("src").unwrap().to_str().unwrap();
        let code = code(&text).replace("\\\"", "").replace("'\"'", "");
        let texts: String = code.split('"').skip(1).step_by(2).collect::<Vec<_>>().join("\n");
        let named = tinnhiem::event::TYPES.iter().find(|name| texts.contains(**name));
        let excused = NAMED.iter().any(|(at, _)| *at == file);
        assert_eq!(named.is_some(), excused, "{file} names {named:?}: take the EventType, or mend the list");
    }
}

/// Who shows an event member by member, and takes none of them for anything.
const TOLD: [&str; 2] = ["cli/told.rs", "web/entry.rs"];

/// What an event says is read as its type says: a member of one name means another thing in another type.
#[test]
fn what_an_event_says_is_read_by_its_type() {
    for (path, text) in sources() {
        let file = path.strip_prefix("src").unwrap().to_str().unwrap();
        let guesses = code(&text).contains("[\"body\"]");
        assert_eq!(guesses, TOLD.contains(&file), "{file} reads a body by names of members: take `Event`");
    }
}

/// All folders of families are alike.
#[test]
fn a_family_has_its_place_in_each_layer() {
    for (path, text) in written("src/kernel/families", "rs") {
        let file = path.file_name().unwrap().to_str().unwrap();
        let files =
            ["event.rs", "stages.rs", "facts.rs", "rules.rs", "state.rs", "proof.rs", "credential.rs"];
        assert!(files.contains(&file), "{}", path.display());
        assert!(text.starts_with("//!") && path.with_file_name("rules.rs").exists(), "{}", path.display());
        let module = match file {
            "stages.rs" => "event/stages.rs".to_owned(),
            "credential.rs" => "proof/mod.rs".to_owned(),
            file => file.replace(".rs", "/mod.rs"),
        };
        let layer = std::fs::read_to_string(Path::new(KERNEL).join(module)).unwrap();
        let family = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
        assert!(layer.contains(&format!("families/{family}/{file}")), "no layer reads {}", path.display());
    }
}

/// Where two words with a point between them are members of a policy.
const POLICY_MEMBERS: [&str; 5] = [
    // Hosts.
    "src/api/platforms.rs",
    "src/kernel/engines/certified.rs",
    "src/kernel/engines/shared/bounds.rs",
    "src/kernel/facts/contest.rs",
    "src/kernel/families/contest/stages.rs",
];
/// Others that are no codes.
const NO_CODES: [&str; 2] = ["bench.example", "tinnhiem.demo"];
/// What ends the name of a file.
const FILES: [&str; 8] = ["atom", "html", "js", "json", "md", "secret", "svg", "xml"];

/// Whatever in a text has the form of a code.
fn codes(text: &str, quote: char) -> BTreeSet<String> {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'_'));
    let is_code = |part: &&str| part.split_once('.').is_some_and(|(of, what)| word(of) && word(what));
    text.split(quote).filter(is_code).map(ToOwned::to_owned).collect()
}

#[test]
fn every_code_is_tabled_and_every_row_has_one() {
    let schemas = written("schemas", "json");
    let types: BTreeSet<&str> = schemas.keys().filter_map(|path| path.file_name()?.to_str()).collect();
    let is_type = |code: &str| {
        types.iter().any(|name| name.strip_prefix(code).is_some_and(|rest| rest.starts_with('.')))
    };
    let is_file =
        |code: &str| code != "answer.json" && FILES.iter().any(|end| code.ends_with(&format!(".{end}")));
    let mut all = BTreeSet::new();
    for (path, text) in sources() {
        let own = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        if !POLICY_MEMBERS.iter().any(|one| path == Path::new(one)) {
            all.extend(codes(own, '"'));
        }
    }
    all.retain(|code| !is_type(code) && !is_file(code) && !NO_CODES.contains(&code.as_str()));
    let tables = std::fs::read_to_string("schemas/problems.md").unwrap();
    let rows = tables.lines().filter_map(|line| line.strip_prefix("| `")?.split_once(" | "));
    let mut tabled: BTreeSet<String> = rows.flat_map(|(named, _)| codes(&format!("`{named}"), '`')).collect();
    tabled.retain(|code| !is_type(code));
    let missing: Vec<_> = all.difference(&tabled).collect();
    assert!(missing.is_empty(), "in no table of schemas/problems.md: {missing:?}");
    let unknown: Vec<_> = tabled.difference(&all).collect();
    assert!(unknown.is_empty(), "tabled in schemas/problems.md, and nowhere in src: {unknown:?}");
}

/// What an error is called by its code, the command line says of each.
#[test]
fn every_error_with_a_code_is_told_by_it() {
    let known = std::fs::read_to_string("src/cli/coded.rs").unwrap();
    let mut seen = 0;
    for (path, text) in sources() {
        let mut of = "";
        for line in text.lines() {
            if let Some(named) = line.strip_prefix("impl ") {
                of = named.split([' ', '<']).next().unwrap();
            }
            if line.trim_start().starts_with("pub fn code(&self) -> &'static str") {
                seen += 1;
                let told = if of == "Malformed" { format!("{}::{of}", module(&path)) } else { of.to_owned() };
                assert!(known.contains(&format!("        {told},\n")), "{} has {told}", path.display());
            }
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn every_event_type_has_a_verb() {
    let verbs: String =
        sources().into_iter().filter(|(path, _)| module(path) == "cli").map(|(_, text)| text).collect();
    for name in tinnhiem::event::TYPES {
        let capital = |part: &str| format!("{}{}", part[..1].to_uppercase(), &part[1..]);
        let body: String = name.split(['.', '_']).map(capital).collect();
        // `attest` says what an audit found, whole.
        assert!(verbs.contains(&body) || name == &"state.attested", "no verb publishes {name}");
    }
}

/// Former names of verbs are taken, and no text says them.
#[test]
fn verbs_are_told_by_their_present_names() {
    let table = std::fs::read_to_string("src/cli/former.rs").unwrap();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter_map(|line| line.strip_prefix("    (\"")?.strip_suffix("\"),"))
        .map(|row| row.split("\", \"").collect())
        .collect();
    assert!(rows.len() > 40, "{rows:?}");
    let is_word = |c: char| c.is_ascii_lowercase() || c == '-';
    let mut texts = sources();
    for (folder, ends) in [("src/guide", "md"), ("schemas", "md"), ("src/kernel", "md"), (".", "md")] {
        let within = |path: &Path| folder != "." || path.parent() == Some(Path::new("."));
        texts.extend(written(folder, ends).into_iter().filter(|(path, _)| within(path)));
    }
    for (path, text) in texts.iter().filter(|(path, _)| !path.ends_with("cli/former.rs")) {
        // What keys a hash only looks like a command.
        for said in text
            .lines()
            .filter(|line| !line.contains("derive_key"))
            .flat_map(|line| line.split("tinnhiem ").skip(1))
        {
            let mut words = said.split_inclusive(|c: char| !is_word(c));
            let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            let name = first.trim_end_matches(|c: char| !is_word(c));
            let Some(row) =
                rows.iter().find(|row| row[0] == name && [" ", "`", ""].contains(&&first[name.len()..]))
            else {
                continue;
            };
            let verb = second.trim_end_matches(|c: char| !is_word(c));
            let is_group = row[0] == row[1]
                && (!first.ends_with(' ') || rows.iter().any(|other| other[1] == name && other[2] == verb));
            assert!(is_group, "{}: `tinnhiem {}` is `{} {}`", path.display(), name, row[1], row[2]);
        }
    }
}

#[test]
fn schemas_are_current() {
    let mut written: Vec<String> = std::fs::read_dir("schemas")
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    written.sort();
    let mut expected: Vec<String> = tinnhiem::schemas::all().into_iter().map(|(name, _)| name).collect();
    expected.push(tinnhiem::schemas::STAGES.to_owned());
    // What no generator could write: how documents become bytes.
    expected.push("dossier-1.md".to_owned());
    // What types, rules and codes mean is written by people.
    expected.extend(["events.md", "rules.md", "problems.md"].map(str::to_owned));
    expected.sort();
    assert_eq!(written, expected, "run `cargo run -- schemas`");
    let drawn = std::fs::read_to_string(Path::new("schemas").join(tinnhiem::schemas::STAGES)).unwrap();
    assert_eq!(drawn, tinnhiem::schemas::stages(), "run `cargo run -- schemas`");
    for (name, schema) in tinnhiem::schemas::all() {
        let text = std::fs::read_to_string(Path::new("schemas").join(&name)).unwrap();
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read, schema, "{name} is not current: run `cargo run -- schemas`");
    }
}

#[test]
fn every_dependency_says_why() {
    for manifest in ["Cargo.toml", "src/kernel/Cargo.toml"] {
        let manifest = std::fs::read_to_string(manifest).unwrap();
        let mut section = "";
        for line in manifest.lines() {
            if line.starts_with('[') {
                section = line;
            } else if section.contains("dependencies") && line.contains('=') {
                // What the workspace shares has its reason there.
                assert!(
                    line.contains(" # ") || line.ends_with(".workspace = true"),
                    "{line} gives no reason"
                );
            }
        }
    }
}

/// Most packages that the kernel links, itself among them.
const KERNEL_PACKAGES: usize = 80;

#[test]
fn the_kernel_links_little() {
    let listed = std::process::Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--offline",
            "-p",
            "tinnhiem-kernel",
            "-e",
            "normal,build",
            "--prefix",
            "none",
        ])
        .args(["--no-dedupe", "--format", "{p}"])
        .output()
        .unwrap();
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let listed = String::from_utf8(listed.stdout).unwrap();
    let packages: BTreeSet<&str> = listed.lines().collect();
    assert!(packages.len() <= KERNEL_PACKAGES, "{} packages: {packages:?}", packages.len());
    for word in ["tokio", "sled", "axum", "clap", "reqwest", "hyper"] {
        let linked = packages.iter().find(|package| package.split(' ').next() == Some(word));
        assert!(linked.is_none(), "the kernel links {word}");
    }
}

#[test]
fn documents_lead_to_what_is_there() {
    let mut documents = written("src", "md");
    documents.extend(written("schemas", "md"));
    documents.insert("README.md".into(), std::fs::read_to_string("README.md").unwrap());
    for (path, text) in &documents {
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split(')').next().unwrap();
            let leads = target.starts_with("http") || path.parent().unwrap().join(target).exists();
            assert!(leads, "{} leads to {target}", path.display());
        }
    }
    assert!(documents[Path::new("README.md")].len() <= 10_000, "README is read in one sitting");
}

#[test]
fn every_type_of_event_is_told() {
    let table = std::fs::read_to_string("schemas/events.md").unwrap();
    let rows: Vec<&str> =
        table.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next()).collect();
    for (name, _) in tinnhiem::schemas::all() {
        let Some((family, verb)) = name.trim_end_matches(".json").split_once('.') else { continue };
        let told = |row: &&str| {
            row.starts_with(&format!("{family}."))
                && row.split('`').any(|word| word.ends_with(&format!(".{verb}")))
        };
        assert!(rows.iter().any(told), "{name} has no row in schemas/events.md");
    }
}

/// Engines that ledgers may rest on: the folder, and the hash of its code.
const FROZEN: &[(&str, &str)] = &[
    ("src/kernel/engines/score_1", "92a984ecfb6899dae0adaf2b8de8309446380eed16f5533d2efe3135d11ca18a"),
    ("src/kernel/engines/score_2", "fd14365e4663058fb75da72a6273499d4639c22f4c7f3fac0b992bfc5a25f38a"),
    ("src/kernel/engines/shared", "b6c8b4d6a9c5724a0a456415010c50da88b48ed09cd30739156e0c58e52816a4"),
];

#[test]
fn a_frozen_engine_is_as_it_was() {
    for (folder, hash) in FROZEN {
        let mut hasher = blake3::Hasher::new();
        for (path, text) in written(folder, "rs") {
            hasher.update(path.to_str().unwrap().as_bytes());
            hasher.update(code(&text).as_bytes());
        }
        let found = hasher.finalize().to_hex();
        assert_eq!(
            found.as_str(),
            *hash,
            "{folder}: a change of rule is a new engine, in a folder of its own"
        );
    }
}

/// A port that somebody else has is no fault of ours.
#[test]
fn tests_take_free_ports() {
    for (path, text) in ["rs", "py", "sh"].iter().flat_map(|ends| written("tests", ends)) {
        for rest in text.split("127.0.0.1:").skip(1) {
            let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
            // 0 is whatever is free; on those of one digit nobody answers; the guides' own is replaced by a free one.
            let stands_for_none = port.len() < 2 || port.parse::<u16>().is_err();
            assert!(stands_for_none || path.ends_with("tour.py"), "{}: port {port}", path.display());
        }
    }
}
