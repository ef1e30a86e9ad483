//! Whose a text is: it goes with its own events, whatever others say; and files that no event names.

use std::collections::BTreeMap;

use tinnhiem::audit::{Finding, Place};
use tinnhiem::client::{ClientError, Source, export, export_served};
use tinnhiem::clock::Clock;
use tinnhiem::dsse::EventId;
use tinnhiem::event::*;
use tinnhiem::ledger::{Archive, Ledger, fsck, keeps};
use tinnhiem::store::MemoryStore;
use tinnhiem::vault::{Attachment, Vault};

use crate::programme::*;
use crate::refusals::Provoked;

fn endorses(programme: &Programme, statement: &Attachment) -> EndorsementPublished {
    EndorsementPublished { statement: Some(statement.commitment().into()), ..endorsement(programme.today()) }
}

fn cites(programme: &Programme, by: &str, document: &Attachment) -> EvidenceCommitted {
    EvidenceCommitted {
        commitment: document.commitment().into(),
        media_type: "text/plain".to_owned(),
        custodian: party(by),
        retain_until: programme.today(),
    }
}

/// Provokes the code, in each way that a text of somebody else may be named.
pub async fn refusals(provoked: &mut Provoked) {
    let programme = Programme::start(policy()).await;
    let words = text("my own words");
    let speak = |by: &str, about: &str| {
        let draft = programme.draft(party(by), Some(subject(about)), endorses(&programme, &words));
        draft.with([words.clone()])
    };
    let first = programme.recorded(speak("business", "kol"), &["business"]).await;
    let by_another = programme.send_as_it_is(speak("a1", "kol"), &["a1"]).await;
    if let Err(ClientError::Refused { detail, .. }) = &by_another {
        assert!(detail.contains(&words.commitment().to_string()) && detail.contains("endorsement.published"));
    }
    provoked.note(by_another, 409, "commitment.taken");
    let about_another = programme.send_as_it_is(speak("business", "other-kol"), &["business"]).await;
    provoked.note(about_another, 409, "commitment.taken");
    let evidence = programme.draft(party("a1"), Some(subject("kol")), cites(&programme, "a1", &words));
    provoked.note(programme.send_as_it_is(evidence, &["a1"]).await, 409, "commitment.taken");
    let finding = MemberSuspended { member: party("a3"), reason: Some(words.commitment().into()) };
    let draft = programme.draft(PartyId::council(), None, finding).with([words.clone()]);
    provoked.note(programme.send_as_it_is(draft, &SEATS[..3]).await, 409, "commitment.taken");
    // What its issuer said about the subject it may say again, and rest on.
    let withdrawn = EndorsementWithdrawn { target: first, reason: Some(words.commitment().into()) };
    let draft = programme.draft(party("business"), Some(subject("kol")), withdrawn);
    programme.send_as_it_is(draft, &["business"]).await.unwrap();
    let draft =
        programme.draft(party("business"), Some(subject("kol")), cites(&programme, "business", &words));
    programme.send_as_it_is(draft, &["business"]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_belongs_to_who_named_it_first_and_about_whom() {
    refusals(&mut Provoked::default()).await;
}

/// A bystander who had committed to a statement kept it served after its owner had it erased; and a bystander
/// whose event was erased had the statement destroyed.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_keeps_the_text_of_another_alive_or_has_it_destroyed() {
    let programme = Programme::start(policy()).await;
    let kol = || (PartyId::from(subject("kol")), Some(subject("kol")));
    // Named as evidence before it was said.
    let words = text("what happened to me");
    let early = programme.draft(party("a1"), Some(subject("other-kol")), cites(&programme, "a1", &words));
    programme.recorded(early.with([words.clone()]), &["a1"]).await;
    let item = programme.impose("kol", Severity::S1, 20).await;
    let body = ContestFiled { statement: words.commitment().into(), ..contest(item) };
    let filed = programme.draft(kol().0, kol().1, body).with([words.clone()]);
    let filed = programme.send_as_it_is(filed, &["kol"]).await.unwrap();
    let filed: EventId = filed["id"].as_str().unwrap().parse().unwrap();
    let path = format!("/v1/attachments/{}", words.commitment());
    let status = async || reqwest::get(format!("{}{path}", programme.client.base())).await.unwrap().status();
    assert_eq!(status().await, 200);
    // Who named it early has its own event erased: it is not its text.
    let other = PartyId::from(subject("other-kol"));
    let about_other = Some(subject("other-kol"));
    let listed =
        programme.get(format!("/v1/events?subject={}&type=evidence.committed", subject("other-kol"))).await;
    let early: EventId = listed["events"][0]["id"].as_str().unwrap().parse().unwrap();
    let request = ErasureRequested { targets: vec![early], reason: None };
    programme.recorded(programme.draft(other, about_other, request), &["other-kol"]).await;
    let withdrawn = ContestWithdrawn { contest: filed, reason: None };
    programme.recorded(programme.draft(kol().0, kol().1, withdrawn), &["kol"]).await;
    assert_eq!(status().await, 200);
    // Its owner has it erased, whoever else named it.
    let request = ErasureRequested { targets: vec![filed], reason: None };
    let request = programme.recorded(programme.draft(kol().0, kol().1, request), &["kol"]).await;
    let body = ErasureExecuted { request, targets: vec![filed] };
    programme.recorded(programme.draft(party("operator"), kol().1, body), &["operator"]).await;
    assert_eq!(status().await, 404);
    let file = programme.ledger.vault().path(&words.commitment());
    for _ in 0..200 {
        if !file.exists() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(!file.exists());
    let report = audited(&Source::Running(programme.client.clone()), None, &programme.clock).await;
    assert_eq!(report.findings, vec![]);
    programme.check_replay();
}

/// Whatever is named by whomever in whatever order: a text is taken exactly when another named it first.
#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_taken_exactly_when_the_first_to_name_it_was_another() {
    let programme = Programme::start(policy()).await;
    for name in ["r2", "r3"] {
        programme.admit(name, MemberClass::Platform, &[Role::Registrar]).await;
    }
    let mut bytes = blake3::Hasher::new().update(b"whose").finalize_xof();
    let mut owners = BTreeMap::new();
    let (mut taken, mut recorded) = (0, 0);
    for _ in 0..120 {
        let mut dice = [0; 4];
        bytes.fill(&mut dice);
        let pick = |at: usize, of: usize| usize::from(dice[at]) % of;
        let by = ["registrar", "r2", "r3"][pick(0, 3)];
        let about = ["kol", "other-kol"][pick(1, 2)];
        let words = text(&format!("words {}", pick(2, 12)));
        let (as_text, named) = (pick(3, 3) > 0, words.commitment());
        let body: Body = if as_text {
            AccountLinked { platform: "vietreel".parse().unwrap(), account: named.into() }.into()
        } else {
            EvidenceCommitted { media_type: "text/plain".to_owned(), ..cites(&programme, by, &words) }.into()
        };
        let draft = programme.draft(party(by), Some(subject(about)), body).with([words]);
        let signers: &[&str] = if as_text { &[by, about] } else { &[by] };
        let owner = (by, about);
        let first = owners.get(&named).copied();
        match programme.send_as_it_is(draft, signers).await {
            Ok(_) => {
                assert!(first.is_none_or(|first| first == owner), "{first:?} {owner:?}");
                if as_text {
                    owners.entry(named).or_insert(owner);
                }
                recorded += 1;
            }
            Err(ClientError::Refused { code, .. }) if code == "commitment.taken" => {
                assert!(first.is_some_and(|first| first != owner), "{first:?} {owner:?}");
                taken += 1;
            }
            Err(ClientError::Refused { code, .. }) => {
                assert!(["account.exists", "evidence.exists"].contains(&&*code), "{code}");
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(taken > 5 && recorded > 5, "{taken} taken, {recorded} recorded");
    programme.check_replay();
}

/// What a kill between an attachment and its entry leaves was served, exported and kept for ever.
#[tokio::test(flavor = "multi_thread")]
async fn files_that_no_event_names_are_not_served_or_exported_and_go_at_a_start() {
    let programme = Programme::start(policy()).await;
    let named = text("what is seen");
    let evidence = programme.draft(party("a1"), Some(subject("kol")), cites(&programme, "a1", &named));
    programme.recorded(evidence.with([named.clone()]), &["a1"]).await;
    let stray = text("never recorded");
    let directory = programme.parts.directory.path();
    let vault = Vault::open(directory);
    drop(vault.store(std::slice::from_ref(&stray)).unwrap());
    let unfinished = vault.path(&named.commitment()).with_extension("new");
    std::fs::write(&unfinished, "half").unwrap();
    let status = async |one: &Attachment| {
        let path = format!("{}/v1/attachments/{}", programme.client.base(), one.commitment());
        reqwest::get(path).await.unwrap().status()
    };
    assert_eq!(
        (status(&named).await, status(&stray).await),
        (200.try_into().unwrap(), 404.try_into().unwrap())
    );
    // Nor is it taken for the text of an event that comes without one.
    let body = endorses(&programme, &stray);
    let draft = programme.draft(party("business"), Some(subject("kol")), body);
    let answer = programme.send_as_it_is(draft, &["business"]).await;
    Provoked::default().note(answer, 400, "attachment.missing");
    tokio::task::block_in_place(|| programme.ledger.close());
    let archive = || {
        let store = std::sync::Arc::new(MemoryStore::open(&programme.parts.disk));
        Archive::over(Ok(store), directory, None).unwrap()
    };
    let report = fsck(&archive());
    let damage: Vec<_> = report.findings.iter().filter(|one| one.code != "keyfile.io").collect();
    let left = |path: std::path::PathBuf| path.strip_prefix(directory).unwrap().to_str().unwrap().to_owned();
    let files = [left(unfinished.clone()), left(vault.path(&stray.commitment()))];
    assert!(damage.is_empty() && report.unneeded_files == files, "{:?} {damage:?}", report.unneeded_files);
    assert_eq!(report.unneeded, 2);
    let folder = tempfile::tempdir().unwrap();
    let exported = folder.path().join("export");
    export(&archive(), &exported, &mut |_, _, _| {}).unwrap();
    let is_exported =
        |one: &Attachment| exported.join("attachments").join(one.commitment().to_string()).exists();
    assert!(is_exported(&named) && !is_exported(&stray));
    let before = vault.commitments().unwrap();
    let ledger = Ledger::open(programme.parts.setup()).unwrap();
    ledger.close();
    let after = vault.commitments().unwrap();
    assert!(!unfinished.exists() && !after.contains(&stray.commitment()));
    assert_eq!(after.len() + 1, before.len(), "what is named stays");
    let state = &ledger.snapshot().state;
    for one in &after {
        assert!(keeps(ledger.reader(), state, one).unwrap());
    }
    assert_eq!(fsck(&archive()).unneeded, 0);
}

/// What the findings are but for the log's key, which these programmes keep elsewhere.
fn found(findings: &[Finding]) -> Vec<(Place, &'static str)> {
    let all = findings.iter().filter(|one| one.code != "keyfile.io");
    all.map(|one| (one.place.clone(), one.code)).collect()
}

/// A withdrawn contest that cited the statement of an erased one let the statement be kept unseen, as did the
/// assessment of a custodian who destroyed what it rests on; and so did a name that no entry knows.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_erased_or_never_named_is_found_where_it_is_put_back() {
    // A check of a directory has the clock of the system.
    let clock = Clock::manual(Clock::system().now().minus_ms(3 * 86_400_000));
    let programme = Programme::start_at(policy(), clock.clone()).await;
    let (kol, about) = (PartyId::from(subject("kol")), Some(subject("kol")));
    let document = text("what was seen");
    let body = AssessmentPublished {
        evidence: [("I1".parse().unwrap(), vec![document.commitment().into()])].into(),
        ..assessment(programme.today())
    };
    let draft = programme.draft(party("a1"), about, body).with([document.clone()]);
    programme.recorded(draft, &["a1"]).await;
    let draft = programme.draft(party("a1"), about, cites(&programme, "a1", &document));
    let held = programme.recorded(draft, &["a1"]).await;
    let photo = text("what is kept");
    let draft = programme.draft(party("a1"), about, cites(&programme, "a1", &photo)).with([photo]);
    programme.recorded(draft, &["a1"]).await;
    let words = text("what happened to me");
    let item = programme.impose("kol", Severity::S1, 20).await;
    let by_kol = async |body: Body, texts: &[Attachment]| {
        let draft = programme.draft(kol.clone(), about, body).with(texts.iter().cloned());
        programme.recorded(draft, &["kol"]).await
    };
    let body = ContestFiled { statement: words.commitment().into(), ..contest(item) };
    let first = by_kol(body.into(), std::slice::from_ref(&words)).await;
    by_kol(ContestWithdrawn { contest: first, reason: None }.into(), &[]).await;
    let again = text("once more");
    let evidence = vec![words.commitment()];
    let body = ContestFiled {
        statement: again.commitment().into(),
        evidence: evidence.into_iter().map(Into::into).collect(),
        ..contest(item)
    };
    let second = by_kol(body.into(), std::slice::from_ref(&again)).await;
    by_kol(ContestWithdrawn { contest: second, reason: None }.into(), &[]).await;
    clock.set(clock.now().plus_ms(2 * 86_400_000));
    let request = by_kol(ErasureRequested { targets: vec![first], reason: None }.into(), &[]).await;
    let body = ErasureExecuted { request, targets: vec![first] };
    programme.recorded(programme.draft(party("operator"), about, body), &["operator"]).await;
    let body = EvidenceDestroyed { target: held, reason: None };
    programme.recorded(programme.draft(party("a1"), about, body), &["a1"]).await;
    let (directory, folder) = (programme.parts.directory.path(), tempfile::tempdir().unwrap());
    let vault = Vault::open(directory);
    // An export tells what it holds of what its log names, and what became of the rest.
    let served = async |name: &str| {
        export_served(&programme.client, &folder.path().join(name), &mut |_, _, _| {})
            .await
            .unwrap()
            .attachments
    };
    let whole = served("served").await;
    // Of a document of an erased entry nobody can tell whether it was ever there.
    let sum = whole.written + whole.erased + whole.erased_documents + whole.unattached;
    assert_eq!((whole.erased, whole.erased_documents), (1, 1));
    assert_eq!((whole.missing, whole.unjudged, sum), (0, 0, whole.named));
    vault.destroy(&again.commitment()).unwrap();
    let lacking = served("lacking").await;
    assert_eq!((lacking.missing, lacking.written), (1, whole.written - 1));
    drop(vault.store(std::slice::from_ref(&again)).unwrap());
    tokio::task::block_in_place(|| programme.ledger.close());
    let archive = || {
        let store = std::sync::Arc::new(MemoryStore::open(&programme.parts.disk));
        Archive::over(Ok(store), directory, None).unwrap()
    };
    let gone = [&words, &document];
    assert!(gone.iter().all(|one| !vault.contains(&one.commitment())), "the eraser ends with the ledger");
    // Texts, which had to be attached, and documents are counted apart: those kept, and those erased.
    let checked = fsck(&archive());
    assert_eq!(found(&checked.findings), vec![]);
    assert_eq!(
        (checked.texts, checked.documents, checked.attachments),
        (whole.written - 1, 1, whole.written)
    );
    assert_eq!((checked.erased_texts, checked.erased_documents, checked.erased), (1, 1, 2));
    let exported = folder.path().join("export");
    assert_eq!(export(&archive(), &exported, &mut |_, _, _| {}).unwrap().attachments, whole);
    let audit = async || audited(&Source::Folder(exported.clone()), None, &clock).await;
    let report = audit().await;
    assert_eq!((report.findings, report.erased), (vec![], 2));
    let apart = (report.erased_texts, report.erased_documents, report.texts + report.documents);
    assert_eq!(apart, (whole.erased, whole.erased_documents, whole.written));
    assert_eq!((report.texts, report.documents, report.attachments), (whole.written - 1, 1, whole.written));
    for one in gone {
        let kept = [(Place::Attachment(one.commitment()), "attachment.kept")];
        drop(vault.store(std::slice::from_ref(one)).unwrap());
        assert_eq!(found(&fsck(&archive()).findings), kept);
        vault.destroy(&one.commitment()).unwrap();
        let file = exported.join("attachments").join(one.commitment().to_string());
        std::fs::write(&file, one.to_file()).unwrap();
        assert_eq!(found(&audit().await.findings), kept);
        std::fs::remove_file(file).unwrap();
    }

    // What nobody ever named, under every kind of name.
    let stray = text("never recorded");
    let name = stray.commitment().to_string();
    let other = again.commitment().to_string();
    for file in [&*name, &*format!("{other}.new"), &*other.to_uppercase(), &*format!("00/{other}"), "zzz"] {
        let path = exported.join("attachments").join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, stray.to_file()).unwrap();
        let place = match file == name {
            true => Place::Attachment(stray.commitment()),
            false => Place::File(format!("attachments/{file}")),
        };
        // A folder among them is none of theirs either.
        let within = (Place::File("attachments/00".to_owned()), "file.irregular");
        let within = file.contains('/').then_some(within);
        let expected: Vec<_> = within.clone().into_iter().chain([(place, "attachment.unnamed")]).collect();
        assert_eq!(found(&audit().await.findings), expected);
        std::fs::remove_file(&path).unwrap();
        if within.is_some() {
            std::fs::remove_dir(path.parent().unwrap()).unwrap();
        }
    }
    for file in [&*format!("{}/{other}.bak", &other[..2]), &*format!("zz/{other}"), "stray.txt"] {
        let path = directory.join("vault").join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, stray.to_file()).unwrap();
        let place = Place::File(format!("vault/{file}"));
        assert_eq!(found(&fsck(&archive()).findings), [(place, "file.unnamed")]);
        std::fs::remove_file(path).unwrap();
    }
    // A fault leaves files whole or under another name.
    drop(vault.store(std::slice::from_ref(&stray)).unwrap());
    let report = fsck(&archive());
    assert_eq!((found(&report.findings), report.unneeded), (vec![], 1));
    std::fs::write(vault.path(&stray.commitment()), "half").unwrap();
    let report = fsck(&archive());
    let place = Place::Attachment(stray.commitment());
    assert_eq!((found(&report.findings), report.unneeded), (vec![(place, "attachment.unnamed")], 0));
}
