//! What an audit says of a log that was tampered with by whoever holds the log's key.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tinnhiem::audit::{CheckedEntry, Finding, Place};
use tinnhiem::client::{AuditReport, Source};
use tinnhiem::clock::Clock;
use tinnhiem::demo;
use tinnhiem::dsse::{Envelope, SecretKey};
use tinnhiem::event::*;
use tinnhiem::log::*;
use tinnhiem::state::State;
use tinnhiem::time::{Date, Timestamp};
use tinnhiem::vault::Attachment;

use crate::programme::*;
use crate::reading::Demo;

/// Where an entry names the hash of the one before.
const PREV: std::ops::Range<usize> = 9..41;

fn entries_of(ledger: &tinnhiem::ledger::Ledger) -> Vec<Vec<u8>> {
    let mut entries = Vec::new();
    let each = &mut |_: u64, entry: &[u8]| {
        entries.push(entry.to_vec());
        std::ops::ControlFlow::Continue(())
    };
    ledger.reader().entries(0, u64::MAX, each).unwrap();
    entries
}

/// Writes entries as the operator of the log could publish them: linked, in tiles, under a signed checkpoint.
fn publish(folder: &Path, origin: &Origin, key: &SecretKey, mut entries: Vec<Vec<u8>>, texts: &[Attachment]) {
    let write = |path: &str, bytes: &[u8]| {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    let mut chain = ChainHash::of_origin(origin);
    let (mut frontier, mut nodes) = (Frontier::default(), Vec::new());
    for entry in &mut entries {
        entry[PREV].copy_from_slice(chain.as_bytes());
        chain = ChainHash::of_entry(entry);
        frontier.append(leaf_hash(entry), |node| nodes.push(node));
    }
    let size = entries.len() as u64;
    for bundle in BundleId::of_size(size) {
        let first = bundle.first_seq() as usize;
        let some = entries[first..first + usize::from(bundle.width)].iter().map(Vec::as_slice);
        write(&bundle.path(), &encode_bundle(some));
    }
    for tile in TileId::of_size(size) {
        let first = tile.index * 256;
        let hashes = nodes.iter().filter(|node| {
            node.level == tile.level && (first..first + u64::from(tile.width)).contains(&node.index)
        });
        let bytes: Vec<u8> = hashes.flat_map(|node| *node.hash.as_bytes()).collect();
        write(&tile.path(), &bytes);
    }
    for text in texts {
        write(&format!("attachments/{}", text.commitment()), &text.to_file());
    }
    let checkpoint = Checkpoint { origin: origin.clone(), size, root: frontier.root() };
    write("checkpoint", checkpoint.sign(key).note().as_bytes());
}

/// A programme in which a text was erased after all that is tampered with, and what it published.
struct Published {
    programme: Programme,
    entries: Vec<Vec<u8>>,
    texts: Vec<Attachment>,
}

impl Published {
    async fn new() -> Self {
        let programme = Programme::start(policy()).await;
        for assessor in ["a1", "a2", "a3"] {
            programme.assess(assessor, "kol").await;
        }
        let statement = text("a private matter");
        let erased = statement.commitment();
        let body = EndorsementPublished {
            statement: Some(statement.commitment().into()),
            ..endorsement(programme.today())
        };
        let draft = programme.draft(party("business"), Some(subject("kol")), body).with([statement]);
        let endorsed = programme.recorded(draft, &["business"]).await;
        let about = Some(subject("kol"));
        let left = programme.draft(PartyId::from(subject("kol")), about, SubjectDeparted { reason: None });
        programme.recorded(left, &["kol"]).await;
        let asked = ErasureRequested { targets: vec![endorsed], reason: None };
        let asked = programme.draft(PartyId::from(subject("kol")), about, asked);
        let asked = programme.recorded(asked, &["kol"]).await;
        let executed = ErasureExecuted { request: asked, targets: vec![endorsed] };
        programme.recorded(programme.draft(party("operator"), about, executed), &["operator"]).await;
        let entries = entries_of(&programme.ledger);
        let vault = programme.ledger.vault();
        let texts = vault.commitments().unwrap();
        // What was erased may go a moment later.
        let texts = texts.iter().filter(|one| **one != erased);
        let texts = texts.filter_map(|one| vault.read(one).unwrap()).collect();
        Self { programme, entries, texts }
    }

    /// What an audit says after the entries were changed and linked anew.
    async fn changed(&self, change: impl FnOnce(&mut Vec<Vec<u8>>)) -> AuditReport {
        self.changed_at(change, &self.programme.clock).await
    }

    async fn changed_at(&self, change: impl FnOnce(&mut Vec<Vec<u8>>), clock: &Clock) -> AuditReport {
        let mut entries = self.entries.clone();
        change(&mut entries);
        let folder = tempfile::tempdir().unwrap();
        publish(folder.path(), &self.programme.origin, &key("log"), entries, &self.texts);
        audited(&Source::Folder(folder.path().to_owned()), None, clock).await
    }

    /// An entry of the same time whose event is signed anew by these.
    fn signed_by(&self, entry: &[u8], signers: &[&str]) -> Vec<u8> {
        let parsed = Entry::parse(entry).unwrap();
        let keys: Vec<SecretKey> = signers.iter().map(|name| key(name)).collect();
        let keys: Vec<&SecretKey> = keys.iter().collect();
        let verified = Envelope::sign(parsed.payload, &keys).unwrap().verify().unwrap();
        Entry::encode(parsed.recorded_at, &parsed.prev, &verified)
    }

    /// The seqs of the entries of a type.
    fn seqs(&self, type_name: &str) -> Vec<usize> {
        let state = self.programme.ledger.snapshot().state.clone();
        let rows = state.index().rows_from(0).filter(|(_, row)| row.type_name() == type_name);
        rows.map(|(seq, _)| seq as usize).collect()
    }
}

fn places(findings: &[Finding]) -> Vec<(Place, &'static str)> {
    findings.iter().map(|one| (one.place.clone(), one.code)).collect()
}

fn at(seq: usize, code: &'static str) -> (Place, &'static str) {
    (Place::Entry(seq as u64), code)
}

/// An auditor stopped at the first refused entry, and then took erased texts for lost ones.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_entry_is_named_and_the_rest_is_judged_all_the_same() {
    let published = Published::new().await;
    let whole = published.changed(|_| {}).await;
    assert_eq!((&whole.findings, &whole.unjudged), (&vec![], &None));
    let assessed = published.seqs("assessment.published");
    // Refused by the rules: signed by a stranger. Another's signature does not hold. Both are named, and
    // nothing else, though texts were erased after them.
    let report = published
        .changed(|entries| {
            entries[assessed[0]] = published.signed_by(&entries[assessed[0]], &["stranger"]);
            entries[assessed[1]][42 + 32] ^= 1;
        })
        .await;
    let expected = [at(assessed[0], "key.unknown"), at(assessed[1], "signature.invalid")];
    assert_eq!(places(&report.findings), expected);
    assert_eq!(report.signatures, whole.signatures - 1);
    assert_eq!((report.unjudged, report.erased), (None, whole.erased));
    // An enrolment by nobody: what follows about the subject is judged as if it stood.
    let enrolled = published.seqs("subject.enrolled")[0];
    let report = published
        .changed(|entries| entries[enrolled] = published.signed_by(&entries[enrolled], &["stranger"]))
        .await;
    assert_eq!(places(&report.findings), [at(enrolled, "key.unknown")]);
}

/// The key of the log signed a shorter log, and the rest of the longer one stayed beside it.
#[tokio::test(flavor = "multi_thread")]
async fn what_lies_beyond_the_checkpoint_or_is_no_tile_is_found() {
    let published = Published::new().await;
    let folder = tempfile::tempdir().unwrap();
    let (origin, clock) = (&published.programme.origin, &published.programme.clock);
    let (entries, size) = (&published.entries, published.entries.len() as u64);
    let audit = async || audited(&Source::Folder(folder.path().to_owned()), None, clock).await;
    publish(folder.path(), origin, &key("log"), entries.clone(), &published.texts);
    assert_eq!(audit().await.findings, vec![]);
    let last = BundleId::of_size(size).last().unwrap();
    let narrower = TileId { level: 0, index: last.index, width: last.width - 1 }.path();
    let junk =
        [&*narrower, "tile/1/000.p/1", "tile/8/000", "tile/00/000", "tile/0/000.bak", "tile/entries/x"];
    for file in junk {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, [0; 32]).unwrap();
        let place = Place::File(file.to_owned());
        assert_eq!(places(&audit().await.findings), [(place, "file.unnamed")]);
        std::fs::remove_file(path).unwrap();
    }
    // One of a log of 256 entries and more is beyond too.
    let tile = folder.path().join(TileId { level: 0, index: 1, width: 3 }.path());
    std::fs::create_dir_all(tile.parent().unwrap()).unwrap();
    std::fs::write(&tile, [0; 96]).unwrap();
    let beyond = |count: u64| {
        let what = format!("entries beyond the checkpoint: {count}");
        vec![Finding::new(Place::Checkpoint, "log.beyond", what)]
    };
    assert_eq!(audit().await.findings, beyond(259 - size));
    std::fs::remove_file(tile).unwrap();
    // The last two entries leave nothing that is personal.
    let shorter = entries[..entries.len() - 2].to_vec();
    let texts = &published.texts;
    let other = tempfile::tempdir().unwrap();
    publish(other.path(), origin, &key("log"), shorter.clone(), texts);
    let expected = audited(&Source::Folder(other.path().to_owned()), None, clock).await.findings;
    publish(folder.path(), origin, &key("log"), shorter, texts);
    let findings = audit().await.findings;
    assert_eq!(findings, [expected, beyond(2)].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_what_cannot_be_read_the_rules_are_silent_and_the_rest_is_checked() {
    let published = Published::new().await;
    let assessed = published.seqs("assessment.published");
    let report = published
        .changed(|entries| {
            let last = entries[assessed[0]].len() - 1;
            entries[assessed[0]][last] = b'!';
            entries[assessed[2]][42 + 32] ^= 1;
        })
        .await;
    let found = places(&report.findings);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0].0, Place::Entry(assessed[0] as u64));
    assert_eq!(found[1], at(assessed[2], "signature.invalid"));
    assert_eq!(report.unjudged.unwrap().from, assessed[0] as u64);
    assert!(report.not_compared.iter().any(|one| one.what.contains("texts that are not there")));
    // An entry of which only the leaf hash is at hand: the tree is made with it, and the root compared.
    let folder = tempfile::tempdir().unwrap();
    let (programme, entries) = (&published.programme, published.entries.clone());
    publish(folder.path(), &programme.origin, &key("log"), entries, &published.texts);
    let bundle = folder.path().join(BundleId::of_size(published.entries.len() as u64).next().unwrap().path());
    let mut bytes = std::fs::read(&bundle).unwrap();
    let cut = bytes.len() - 3;
    bytes.truncate(cut);
    std::fs::write(&bundle, bytes).unwrap();
    let report = audited(&Source::Folder(folder.path().to_owned()), None, &programme.clock).await;
    let [finding] = &report.findings[..] else { panic!("{:?}", report.findings) };
    assert_eq!(finding.code, "tile.bundle");
    assert_eq!(report.unjudged.unwrap().from, published.entries.len() as u64 - 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_auditors_own_clock_is_a_witness() {
    let published = Published::new().await;
    let assessed = published.seqs("assessment.published")[0];
    let recorded_at = Entry::parse(&published.entries[assessed]).unwrap().recorded_at;
    let clock = |ahead_ms| Clock::manual(recorded_at.minus_ms(ahead_ms));
    let before = Entry::parse(&published.entries[assessed - 1]).unwrap().recorded_at;
    let tolerance = tinnhiem::limits::AUDIT_AHEAD_MS;
    let days_6_9 = (6.9 * 86_400_000.0) as u64;
    let report = published.changed_at(|_| {}, &clock(days_6_9)).await;
    assert_eq!(places(&report.findings), [at(0, "entry.ahead")]);
    // Only what lies ahead is named, the first of it.
    let spread = |entries: &mut Vec<Vec<u8>>| {
        for entry in &mut entries[assessed..] {
            let at = u64::from_be_bytes(entry[1..9].try_into().unwrap()) + 3 * tolerance;
            entry[1..9].copy_from_slice(&at.to_be_bytes());
        }
    };
    let report = published.changed_at(spread, &Clock::manual(before.plus_ms(tolerance))).await;
    assert_eq!(places(&report.findings), [at(assessed, "entry.ahead")]);
    let late = Clock::manual(recorded_at.plus_ms(40 * 86_400_000));
    let report = published.changed_at(|_| {}, &late).await;
    assert_eq!((report.findings, report.newest_at.is_some()), (vec![], true));
    let newest: Timestamp = Entry::parse(published.entries.last().unwrap()).unwrap().recorded_at;
    assert!(newest >= recorded_at);
}

/// Whoever tampers may publish events in any order: a state takes them without falling over.
#[tokio::test(flavor = "multi_thread")]
async fn no_order_of_events_is_too_strange_to_go_on_from() {
    let demo = Demo::start().await;
    let entries: Vec<CheckedEntry> =
        entries_of(&demo.ledger).iter().map(|entry| CheckedEntry::own(entry)).collect();
    let today: Date = "2026-06-01".parse().unwrap();
    for turn in 0u8..6 {
        let mut stream = blake3::Hasher::new().update(&[turn]).finalize_xof();
        let mut state = State::default();
        state.replay(entries[0].recording().unwrap()).unwrap();
        for _ in 0..entries.len() * 2 {
            let mut bytes = [0; 4];
            stream.fill(&mut bytes);
            let next = &entries[1 + u32::from_le_bytes(bytes) as usize % (entries.len() - 1)];
            // Most presume what is not there.
            let _ = state.replay(next.recording().unwrap());
        }
        let as_of = today.max(state.date_of(state.last_at()));
        for dossier in state.dossiers().iter() {
            let at = tinnhiem::facts::At { size: state.size(), as_of };
            state.score(&dossier.subject, at);
        }
        let _ = state.clocks(as_of).count();
    }
}

/// Runs `verify` on a text; tells its exit status and what it says.
fn verify(text: &str, more: &[&str]) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("receipt");
    std::fs::write(&path, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tinnhiem"));
    let output = command.arg("verify").arg(&path).args(more).output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code().unwrap(), said)
}

/// A receipt of an entry in a tree of two, signed by the log's key.
fn receipt(origin: &Origin, log: &SecretKey, index: u64, entries: &[Vec<u8>; 2]) -> String {
    let leaves = [leaf_hash(&entries[0]), leaf_hash(&entries[1])];
    let checkpoint = Checkpoint { origin: origin.clone(), size: 2, root: node_hash(&leaves[0], &leaves[1]) };
    let (entry, other) = (entries[index as usize].clone(), leaves[1 - index as usize]);
    Receipt { entry, index, proof: vec![other], checkpoint: checkpoint.sign(log).note().to_owned() }.to_text()
}

fn entry(origin: &Origin, event: &Event, keys: &[&SecretKey]) -> Vec<u8> {
    let signed = Envelope::sign(event.to_payload(), keys).unwrap().verify().unwrap();
    Entry::encode(event.issued_at, &ChainHash::of_origin(origin), &signed)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_named_as_an_auditor_whose_key_the_reader_did_not_name() {
    let demo = Demo::start().await;
    let ledger = demo.json("/v1/ledger").await;
    let vkey = ledger["log_vkey"].as_str().unwrap();
    let origin: Origin = ledger["origin"].as_str().unwrap().parse().unwrap();
    let han = demo::subject("han").to_string();
    let whole = demo.json(&format!("/v1/subjects/{han}/receipt")).await;
    // The operator writes an attestation in the auditor's name, under a key of nobody.
    let of = |text: &Value| Receipt::parse(text.as_str().unwrap()).unwrap().entry;
    let event = |entry: &[u8]| Event::parse(&Entry::parse(entry).unwrap().payload).unwrap();
    let (committed, honest) = (of(&whole["commitment"]), of(&whole["attestations"][0]));
    let nobody = key("nobody");
    let forged = entry(&origin, &event(&honest), &[&nobody]);
    let (log, both) = (demo::key("log"), [committed.clone(), forged]);
    let mut receipts = whole.clone();
    receipts["commitment"] = receipt(&origin, &log, 0, &both).into();
    receipts["attestations"] = vec![receipt(&origin, &log, 1, &both)].into();
    let (code, said) = verify(&receipts.to_string(), &["--vkey", vkey]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains(&format!("claims to be by bach-tin, key {}", nobody.public())), "{said}");
    assert!(said.contains("operator's word only") && !said.contains("attested"), "{said}");
    let (code, said) = verify(&receipts.to_string(), &["--vkey", vkey, "--json"]);
    let told: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &told["attested_by"], &told["complete"]), (0, &serde_json::json!([]), &false.into()));
    // Named, the auditor's own key is missing here, and counted where it signed.
    let bach_tin = demo::key("bach-tin").public().to_string();
    let named = ["--vkey", vkey, "--auditor", &bach_tin];
    let (code, said) = verify(&receipts.to_string(), &named);
    assert!(code == 1 && said.contains("NOT as asked: 0 of your auditors"), "{said}");
    let (code, said) = verify(&whole.to_string(), &named);
    assert!(code == 0 && said.contains(&format!("attested with your auditor's key {bach_tin}")), "{said}");
    // One key under two names is the word of one.
    let other = Event { issuer: party("another"), ..event(&honest) };
    let both = [
        entry(&origin, &event(&honest), &[&demo::key("bach-tin")]),
        entry(&origin, &other, &[&demo::key("bach-tin")]),
    ];
    let mut receipts = whole.clone();
    receipts["attestations"] =
        vec![receipt(&origin, &log, 0, &both), receipt(&origin, &log, 1, &both)].into();
    let (code, said) = verify(&receipts.to_string(), &[&named[..], &["--attestations", "2"]].concat());
    assert!(code == 1 && said.contains("1 of your auditors attested it, 2 must have"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_receipt_says_its_age_and_of_whom_it_is() {
    let demo = Demo::start().await;
    let ledger = demo.json("/v1/ledger").await;
    let vkey = ledger["log_vkey"].as_str().unwrap();
    let (han, khai) = (demo::subject("han").to_string(), demo::subject("khai").to_string());
    let whole = demo.json(&format!("/v1/subjects/{han}/receipt")).await.to_string();
    let bach_tin = demo::key("bach-tin").public().to_string();
    let named = ["--vkey", vkey, "--auditor", &bach_tin, "--as-of", "2027-03-01"];
    let (code, said) = verify(&whole, &named);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("days ago, by entry") && said.contains("days after"), "{said}");
    let (_, said) = verify(&whole, &[&named[..], &["--json"]].concat());
    let told: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&told["attested"], &told["complete"]), (&true.into(), &false.into()));
    let age = told["age_days"].as_i64().unwrap();
    // Days of the ledger's calendar: in Việt Nam a day begins seven hours before it does in Greenwich.
    let committed: tinnhiem::time::Date = told["committed"]["date"].as_str().unwrap().parse().unwrap();
    let today = tinnhiem::clock::Clock::system().now().date_at(demo::UTC_OFFSET_MIN);
    assert_eq!(age, i64::from(today.days_since(committed)));
    for (most, expected) in [(age - 1, 1), (age, 0), (age + 1, 0)] {
        let most = most.to_string();
        let (code, said) = verify(&whole, &[&named[..], &["--max-age", &most]].concat());
        assert_eq!(code, expected, "{said}");
    }
    for (subject, expected) in [(&han, 0), (&khai, 1)] {
        let (code, said) = verify(&whole, &[&named[..], &["--subject", subject]].concat());
        assert!(code == expected && said.contains("NOT as asked") == (expected == 1), "{said}");
    }
    // The same of the receipt of an entry.
    let listed = demo.json(&format!("/v1/events?subject={han}&limit=1")).await;
    let text = demo.get(&format!("/v1/receipts/{}", listed["events"][0]["seq"])).await.text().await.unwrap();
    assert_eq!(verify(&text, &["--vkey", vkey, "--subject", &han]).0, 0);
    assert_eq!(verify(&text, &["--vkey", vkey, "--subject", &khai]).0, 1);
    assert_eq!(verify(&text, &["--vkey", vkey, "--max-age", "3"]).0, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receipt_of_an_event_that_names_another_ledger_proves_nothing() {
    let programme = Programme::start(policy()).await;
    let item = programme.assess("a1", "kol").await;
    let seq = programme.ledger.snapshot().state.index().seq(&item).unwrap();
    let text = programme.client.text(&format!("/v1/receipts/{seq}")).await.unwrap();
    let here = VerifierKey::ed25519(programme.origin.as_str(), key("log").public());
    let honest = Receipt::parse(&text).unwrap();
    honest.verify(&here).unwrap();
    // The same log key, under the name of another ledger.
    let other: Origin = "tinnhiem.other/00000000000000000000000000000000".parse().unwrap();
    let there = VerifierKey::ed25519(other.as_str(), key("log").public());
    let moved = receipt(&other, &key("log"), 0, &[honest.entry.clone(), honest.entry]);
    let refused = Receipt::parse(&moved).unwrap().verify(&there).unwrap_err();
    assert_eq!(
        (refused.code(), refused),
        ("ledger.other", BadReceipt::OtherLedger(programme.origin.to_string()))
    );
    let (code, said) = verify(&moved, &["--vkey", &there.to_string()]);
    assert!(
        code == 1 && said.starts_with("NOT verified") && said.contains("Next (ledger.other): "),
        "{said}"
    );
}
