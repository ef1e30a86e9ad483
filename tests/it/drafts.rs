//! The signing inbox: several people on several machines sign one event, and who has no part in it reads nothing.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::{Value, json};
use tinnhiem::api::{self, Bounds, Most};
use tinnhiem::client::Draft;
use tinnhiem::clock::Clock;
use tinnhiem::dsse::*;
use tinnhiem::event::*;
use tinnhiem::ledger::Submission;
use tinnhiem::limits;
use tinnhiem::time::Timestamp;

use crate::programme::*;
use crate::withdrawal::run;

const DAY_MS: u64 = 86_400_000;

/// Somebody on a machine of their own.
struct Machine<'a> {
    programme: &'a Programme,
    base: String,
    http: reqwest::Client,
    /// Whose key is there.
    name: Option<&'a str>,
}

type Told = (u16, Value);

impl<'a> Machine<'a> {
    fn of(programme: &'a Programme, name: &'a str) -> Self {
        Self { name: Some(name), ..Self::of_nobody(programme) }
    }

    fn of_nobody(programme: &'a Programme) -> Self {
        let base = programme.client.base().to_owned();
        Self { programme, base, http: reqwest::Client::new(), name: None }
    }

    fn at(self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self }
    }

    async fn told(request: reqwest::RequestBuilder) -> Told {
        let answer = request.send().await.unwrap();
        let caching = answer.headers()["cache-control"].to_str().unwrap();
        assert!(caching.contains("no-store"), "{caching}");
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap())
    }

    async fn get(&self, path: &str) -> Told {
        let mut request = self.http.get(format!("{}{path}", self.base));
        if let Some(name) = self.name {
            let proof = api::authorization(&key(name), &self.programme.origin, self.programme.clock.now());
            request = request.header("authorization", proof);
        }
        Self::told(request).await
    }

    async fn rows(&self, query: &str) -> Vec<Value> {
        let (status, page) = self.get(&format!("/v1/drafts{query}")).await;
        assert_eq!(status, 200, "{page}");
        page["drafts"].as_array().unwrap().clone()
    }

    async fn bring(&self, submission: &Submission) -> Told {
        let request = self.http.post(format!("{}/v1/drafts", self.base)).body(submission.to_json());
        Self::told(request).await
    }

    async fn sign(&self, submission: &Submission) -> Told {
        self.sign_with(submission, &[&key(self.name.unwrap())]).await
    }

    async fn sign_with(&self, submission: &Submission, keys: &[&SecretKey]) -> Told {
        let payload = submission.envelope.payload();
        let one = |key: &&SecretKey| {
            let signature = key.sign(&pae(PAYLOAD_TYPE, payload));
            json!({"keyid": key.public(), "sig": STANDARD.encode(signature.as_bytes())})
        };
        let body = json!({"signatures": keys.iter().map(one).collect::<Vec<_>>()});
        let path = format!("{}/v1/drafts/{}/signatures", self.base, id(submission));
        Self::told(self.http.post(path).body(body.to_string())).await
    }
}

fn id(submission: &Submission) -> EventId {
    EventId::of_payload(submission.envelope.payload())
}

fn signed(draft: Draft, names: &[&str]) -> Submission {
    let keys: Vec<SecretKey> = names.iter().map(|name| key(name)).collect();
    draft.sign(&keys.iter().collect::<Vec<_>>()).unwrap()
}

const SECRET: &str = "what nobody else may read";

/// A sanction with a reason of its own, signed by these.
fn sanctioned(programme: &Programme, number: u8, names: &[&str]) -> Submission {
    let reason = tinnhiem::vault::Attachment::text([number; 32], SECRET);
    let basis = Basis::Conduct(format!("I{}", 1 + number % 20).parse().unwrap());
    let body = SanctionImposed {
        basis,
        reason: reason.commitment().into(),
        ..sanction(programme.today(), Severity::S2, 30)
    };
    let about = Some(subject("kol"));
    signed(programme.draft(PartyId::council(), about, body).with([reason]), names)
}

/// An admission, signed by these.
fn admitted(programme: &Programme, name: &str, names: &[&str]) -> Submission {
    let body = admission(name, MemberClass::Press, &[]);
    signed(programme.draft(PartyId::council(), None, body), names)
}

fn code(told: &Told) -> (u16, &str) {
    (told.0, told.1["code"].as_str().unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn three_seats_sign_one_sanction_from_three_machines() {
    let programme = Programme::start(policy()).await;
    let size = programme.ledger.snapshot().size();
    let event = sanctioned(&programme, 1, &["seat-1"]);
    let [first, second, third] = [SEATS[0], SEATS[1], SEATS[2]].map(|name| Machine::of(&programme, name));
    let (status, row) = first.bring(&event).await;
    assert_eq!((status, row["recordable"].as_bool()), (202, Some(true)), "{row}");
    assert_eq!(row["missing"], json!([{"of": "council", "more": 2, "seats": [2, 3, 4, 5]}]));
    assert_eq!(row["signed"], json!([{"key": key("seat-1").public(), "party": "seat-1", "seat": 1}]));

    // Each finds it under the council, and under the seat that it holds.
    for query in ["?for=council", "?for=seat-2", &format!("?key={}", key("seat-2").public())] {
        let rows = second.rows(query).await;
        assert_eq!(rows.len(), 1, "{query}");
        assert_eq!(rows[0]["id"], id(&event).to_string(), "{query}");
        assert_eq!(rows[0]["subject"], subject("kol").to_string());
    }
    assert!(second.rows("?for=seat-1").await.is_empty(), "who signed is not waited for");
    assert!(second.rows(&format!("?for={}", subject("kol"))).await.is_empty());

    // A signer reads what is signed.
    let path = format!("/v1/drafts/{}", id(&event));
    let (_, whole) = second.get(&path).await;
    assert_eq!(whole["attachments"][0]["bytes"], STANDARD.encode(SECRET));
    assert_eq!(whole["envelope"]["payload"], STANDARD.encode(event.envelope.payload()));

    let (status, row) = second.sign(&event).await;
    assert_eq!((status, row["missing"][0]["more"].as_u64()), (202, Some(1)), "{row}");
    assert_eq!(second.sign(&event).await.0, 202, "the same again changes nothing");
    assert_eq!(programme.ledger.snapshot().size(), size);
    let (status, recorded) = third.sign(&event).await;
    assert_eq!(status, 201, "{recorded}");
    assert_eq!(recorded["seq"], size);
    assert!(tinnhiem::log::Receipt::parse(recorded["receipt"].as_str().unwrap()).is_ok());
    assert!(third.rows("").await.is_empty());
    assert_eq!(code(&third.get(&path).await), (410, "draft.recorded"));
    let attachment = programme.ledger.attachment(&event.attachments[0].commitment()).unwrap();
    assert_eq!(attachment.unwrap().bytes, SECRET.as_bytes());

    // Whoever comes too late is told as who sends it again.
    for late in [&third, &Machine::of(&programme, "seat-4")] {
        let (status, again) = late.sign(&event).await;
        assert_eq!((status, &again["seq"], &again["keys"]), (200, &recorded["seq"], &recorded["keys"]));
    }
    assert_eq!(first.bring(&event).await.0, 200);
    assert_eq!(programme.ledger.snapshot().size(), size + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_part_in_it_reads_no_more_than_that_something_waits() {
    let programme = Programme::start(policy()).await;
    let event = sanctioned(&programme, 1, &["seat-1"]);
    let (body, profile) = enrolment("new-kol");
    let about = Some(subject("new-kol"));
    let new = signed(programme.draft(party("registrar"), about, body).with([profile]), &["registrar"]);
    for one in [&event, &new] {
        assert_eq!(Machine::of_nobody(&programme).bring(one).await.0, 202);
    }
    let (a1, nobody) = (Machine::of(&programme, "a1"), Machine::of_nobody(&programme));
    // A key that nobody knows is nobody's.
    let stranger = Machine::of(&programme, "nobody at all");
    for machine in [&nobody, &a1, &stranger] {
        for query in ["", "?for=council", "?limit=1", &format!("?for={}", subject("new-kol"))] {
            let (status, page) = machine.get(&format!("/v1/drafts{query}")).await;
            assert_eq!(status, 200);
            assert!(!page["drafts"].as_array().unwrap().is_empty(), "{query}");
            let said = page.to_string();
            for hidden in [
                id(&event).to_string(),
                id(&new).to_string(),
                subject("kol").to_string(),
                subject("new-kol").to_string(),
                key("seat-1").public().to_string(),
                key("new-kol").public().to_string(),
                "registrar".to_owned(),
                "new-kol".to_owned(),
            ] {
                assert!(!said.contains(&hidden), "{query}: {hidden} in {said}");
            }
            for row in page["drafts"].as_array().unwrap() {
                let members: BTreeSet<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
                let told = ["came_at", "lapses_at", "missing", "recordable", "type"];
                assert_eq!(members, told.into(), "{row}");
            }
        }
        // Who was given the id reads what is to be signed, and no text.
        for one in [&event, &new] {
            let (status, whole) = machine.get(&format!("/v1/drafts/{}", id(one))).await;
            assert_eq!((status, &whole["attached"]), (200, &json!(1)));
            assert!(whole["attachments"].is_null());
            let text = STANDARD.encode(&one.attachments[0].bytes);
            let salt = STANDARD.encode(one.attachments[0].salt);
            assert!(!whole.to_string().contains(&text) && !whole.to_string().contains(&salt));
        }
        let commitment = event.attachments[0].commitment();
        let (status, _) = machine.get(&format!("/v1/attachments/{commitment}")).await;
        assert_eq!(status, 404, "nothing of it is kept with what is published");
    }
    // The one who enrols reads her own, and not the council's.
    let kol = Machine::of(&programme, "new-kol");
    let rows = kol.rows(&format!("?for={}", subject("new-kol"))).await;
    assert_eq!((rows.len(), &rows[0]["id"]), (1, &json!(id(&new))));
    let (_, whole) = kol.get(&format!("/v1/drafts/{}", id(&new))).await;
    assert_eq!(whole["attachments"].as_array().unwrap().len(), 1);
    assert!(kol.rows("?for=council").await[0]["id"].is_null());
    assert!(kol.rows(&format!("?key={}", key("new-kol").public())).await.len() == 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_of_who_reads_is_of_this_key_ledger_and_time() {
    let programme = Programme::start(policy()).await;
    let (now, other) = (programme.clock.now(), "other/00000000000000000000000000000000".parse().unwrap());
    let late = now.minus_ms(limits::READER_MS + 60_000);
    let good = api::authorization(&key("seat-2"), &programme.origin, now);
    let of_another = good.replace(&key("seat-2").public().to_string(), &key("seat-3").public().to_string());
    for (proof, told) in [
        (good, (200, "")),
        (of_another, (403, "reader.signature")),
        (api::authorization(&key("seat-2"), &other, now), (403, "reader.signature")),
        (api::authorization(&key("seat-2"), &programme.origin, late), (403, "reader.late")),
        ("Bearer x".to_owned(), (400, "reader.malformed")),
    ] {
        let request = reqwest::Client::new().get(format!("{}/v1/drafts", programme.client.base()));
        assert_eq!(code(&Machine::told(request.header("authorization", proof)).await), told);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_waited_for_is_told_who_is() {
    let programme = Programme::start(policy()).await;
    let event = sanctioned(&programme, 1, &["seat-1"]);
    let one = Machine::of(&programme, "a1");
    assert_eq!(code(&one.sign(&event).await), (404, "draft.unknown"));
    assert_eq!(one.bring(&event).await.0, 202);
    for name in ["a1", "kol", "nobody at all"] {
        let told = Machine::of(&programme, name).sign(&event).await;
        assert_eq!(code(&told), (403, "draft.not_waited_for"));
        let detail = told.1["detail"].as_str().unwrap();
        assert!(detail.contains("2 more of the seats 2, 3, 4, 5"), "{detail}");
    }
    // One that does not verify is none, whoever's it is.
    let wrong = sanctioned(&programme, 2, &[]);
    let body = json!({"signatures": [{
        "keyid": key("seat-2").public(),
        "sig": STANDARD.encode(key("seat-2").sign(&pae(PAYLOAD_TYPE, wrong.envelope.payload())).as_bytes()),
    }]});
    let path = format!("{}/v1/drafts/{}/signatures", one.base, id(&event));
    let told = Machine::told(one.http.post(&path).body(body.to_string())).await;
    assert_eq!(code(&told), (400, "signature.invalid"));
    for (body, expected) in [
        ("{".to_owned(), "json.syntax"),
        ("{\"signatures\":[]}".to_owned(), "signature.count"),
        ("{\"signature\":[]}".to_owned(), "draft.signatures"),
        (body.to_string().replace("\"sig\"", "\"sign\""), "draft.signatures"),
    ] {
        assert_eq!(code(&Machine::told(one.http.post(&path).body(body)).await), (400, expected));
    }
    let rows = Machine::of(&programme, "seat-2").rows("").await;
    assert_eq!(rows[0]["signed"].as_array().unwrap().len(), 1, "nothing of all that was taken");
    // What nobody signed, or who has no part in it, is no draft.
    for (event, expected) in [
        (sanctioned(&programme, 3, &[]), (400, "signature.count")),
        (sanctioned(&programme, 3, &["nobody at all"]), (403, "key.unknown")),
        (sanctioned(&programme, 3, &["a1"]), (403, "key.other_owner")),
        (sanctioned(&programme, 3, &["seat-1", "a1"]), (422, "signature.unneeded")),
    ] {
        assert_eq!(code(&one.bring(&event).await), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_be_refused_is_refused_and_what_lacks_nothing_is_recorded() {
    let programme = Programme::start(policy()).await;
    let one = Machine::of_nobody(&programme);
    let size = programme.ledger.snapshot().size();
    assert_eq!(
        one.bring(&admitted(&programme, "whole", &["seat-1", "seat-2", "seat-3", "whole"])).await.0,
        201
    );
    assert_eq!(programme.ledger.snapshot().size(), size + 1);
    for (event, expected) in [
        (admitted(&programme, "business", &["seat-1"]), (409, "key.taken")),
        (
            Submission { attachments: Vec::new(), ..sanctioned(&programme, 1, &["seat-1"]) },
            (400, "attachment.missing"),
        ),
    ] {
        assert_eq!(code(&one.bring(&event).await), expected);
    }
    assert!(one.rows("").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn signers_who_race_record_it_once_and_lose_nothing() {
    let programme = Arc::new(Programme::start(policy()).await);
    for round in 0..3_u8 {
        let size = programme.ledger.snapshot().size();
        let event = sanctioned(&programme, 1 + round, &["seat-1"]);
        // Some bring it, others sign what was brought: all at once.
        assert_eq!(Machine::of_nobody(&programme).bring(&event).await.0, 202);
        let racing = SEATS.iter().map(|name| {
            let (programme, event) = (programme.clone(), event.clone());
            tokio::spawn(async move {
                let machine = Machine::of(&programme, name);
                if round == 1 {
                    let own = Draft {
                        event: Event::parse(event.envelope.payload()).unwrap(),
                        attachments: event.attachments.clone(),
                    };
                    return machine.bring(&own.sign(&[&key(name)]).unwrap()).await;
                }
                machine.sign(&event).await
            })
        });
        let mut told = Vec::new();
        for one in racing.collect::<Vec<_>>() {
            told.push(one.await.unwrap());
        }
        let statuses: Vec<u16> = told.iter().map(|one| one.0).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{told:?}");
        assert!(statuses.iter().all(|status| [200, 201, 202].contains(status)), "{told:?}");
        assert_eq!(programme.ledger.snapshot().size(), size + 1);
        let keys = told.iter().find(|one| one.0 == 201).unwrap().1["keys"].as_array().unwrap().len();
        assert!((3..=5).contains(&keys), "{keys}");
        assert!(Machine::of_nobody(&programme).rows("").await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_lapses_with_its_age_or_that_of_what_it_says() {
    let clock = Clock::manual(Clock::system().now());
    let programme = Programme::start_at(policy(), clock.clone()).await;
    let began = clock.now();
    let seat = Machine::of(&programme, "seat-2");
    let late = admitted(&programme, "late", &["seat-1"]);
    clock.set(began.plus_ms(2 * DAY_MS));
    assert_eq!(seat.bring(&late).await.0, 202);
    assert_eq!(seat.bring(&admitted(&programme, "later", &["seat-1"])).await.0, 202);
    let rows = seat.rows("").await;
    let lapses = |row: &Value| row["lapses_at"].as_str().unwrap().parse::<Timestamp>().unwrap();
    // The rules take nothing that is older than seven days.
    let issued = Event::parse(late.envelope.payload()).unwrap().issued_at;
    assert_eq!(lapses(&rows[0]), issued.plus_ms(limits::ISSUED_BEHIND_MS));
    assert!(lapses(&rows[1]) > lapses(&rows[0]));
    let folder = programme.parts.directory.path().join("derived/drafts");
    assert_eq!(files(&folder).len(), 2);
    clock.set(lapses(&rows[0]).minus_ms(1));
    assert_eq!(seat.rows("").await.len(), 2);
    clock.set(lapses(&rows[0]));
    let rows = seat.rows("").await;
    assert_eq!(rows.len(), 1);
    assert_eq!(code(&seat.sign(&late).await), (404, "draft.unknown"));
    clock.set(clock.now().plus_ms(60_000));
    assert_eq!(code(&seat.bring(&late).await), (422, "time.stale"));
    assert_eq!(files(&folder).len(), 1, "its file goes with it");
}

/// The state may change while a draft waits: it is judged as things stand, and a signature by a key that ended
/// is as if it had not been given.
#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_judged_by_what_was_recorded_meanwhile() {
    let programme = Programme::start(policy()).await;
    let seat = Machine::of(&programme, "seat-2");
    let twice = admitted(&programme, "newcomer", &["seat-1"]);
    assert_eq!(seat.bring(&twice).await.0, 202);
    let declared = crate::collaborations::collaboration(programme.today(), programme.today());
    let about = Some(subject("kol"));
    let paid = signed(programme.draft(party("business"), about, declared), &["business"]);
    assert_eq!(seat.bring(&paid).await.0, 202);
    let kol = format!("?for={}", subject("kol"));
    assert_eq!(seat.rows(&kol).await.len(), 1);

    programme.admit("newcomer", MemberClass::Press, &[]).await;
    let rotated = KeyRotated { old: key("business").public(), new: key("business-2").public() };
    let draft = programme.draft(party("business"), None, rotated);
    programme.recorded(draft, &["business", "business-2"]).await;

    let (_, whole) = seat.get(&format!("/v1/drafts/{}", id(&twice))).await;
    assert_eq!((&whole["recordable"], &whole["missing"]), (&json!(false), &json!([])), "{whole}");
    assert_eq!(whole["refused"]["code"], "key.taken");
    assert_eq!(code(&seat.sign(&twice).await), (409, "key.taken"));

    let (_, whole) = seat.get(&format!("/v1/drafts/{}", id(&paid))).await;
    assert!(whole["signed"].is_null(), "a key that ended signs nothing: {whole}");
    let (_, ended) = Machine::of(&programme, "business").get(&format!("/v1/drafts/{}", id(&paid))).await;
    assert_eq!((&ended["attached"], ended["subject"].is_null()), (&json!(0), false));
    assert!(Machine::of(&programme, "business").rows("").await.iter().all(|row| row["id"].is_null()));
    let missing = whole["missing"].as_array().unwrap();
    let waits: Vec<&Value> = missing.iter().map(|one| &one["parties"][0]).collect();
    assert_eq!(waits.len(), 2, "{whole}");
    assert_eq!(Machine::of(&programme, "kol").sign(&paid).await.0, 202);
    assert_eq!(code(&Machine::of(&programme, "business").sign_with(&paid, &[&key("a1")]).await).0, 403);
    let (status, recorded) = Machine::of(&programme, "business-2").sign(&paid).await;
    assert_eq!(status, 201, "{recorded}");
    let keys: BTreeSet<&str> =
        recorded["keys"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
    let expected = [key("kol"), key("business-2")].map(|key| key.public().to_string());
    assert_eq!(keys, expected.iter().map(String::as_str).collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_outlast_a_restart_and_what_is_none_goes() {
    let programme = Programme::start(policy()).await;
    let nobody = Machine::of_nobody(&programme);
    let event = sanctioned(&programme, 1, &["seat-1"]);
    assert_eq!(nobody.bring(&event).await.0, 202);
    assert_eq!(Machine::of(&programme, "seat-2").sign(&event).await.0, 202);
    let other = admitted(&programme, "other", &["seat-1"]);
    assert_eq!(nobody.bring(&other).await.0, 202);
    let before = Machine::of(&programme, "seat-3").rows("").await;
    let folder = programme.parts.directory.path().join("derived/drafts");
    for (name, _) in files(&folder) {
        assert_eq!(std::fs::metadata(folder.join(name)).unwrap().mode() & 0o777, 0o600);
    }
    let file = |event: &Submission| folder.join(format!("{}.json", id(event)));
    let written = std::fs::read_to_string(file(&event)).unwrap();
    let forged = written.replace(&STANDARD.encode(SECRET), &STANDARD.encode("what nobody else wrote"));
    let third = sanctioned(&programme, 3, &["seat-1"]);
    for (name, bytes) in [
        ("half.new".to_owned(), &written[..100]),
        ("none.json".to_owned(), "{}"),
        (format!("{}.json", id(&third)), &written[..]),
        (format!("{}.json", EventId::from_bytes([7; 32])), &forged[..]),
    ] {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    let large = folder.join("large.json");
    std::fs::write(&large, vec![b' '; 2 * limits::SUBMISSION_BYTES]).unwrap();

    let again = programme.served_anew(Bounds::default()).await;
    let rows = Machine::of(&programme, "seat-3").at(again.base()).rows("").await;
    assert_eq!(rows, before);
    assert_eq!(files(&folder).len(), 2, "nothing else is left there");
    let (status, recorded) = Machine::of(&programme, "seat-3").at(again.base()).sign(&event).await;
    assert_eq!(status, 201, "{recorded}");
    assert!(!file(&event).exists() && file(&other).exists());
    // An earlier server finds it in the log.
    assert_eq!(nobody.rows("").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_bound_is_reached_once_and_pushes_nothing_out() {
    let programme = Programme::start(policy()).await;
    let most = |count| Most { count, bytes: 1 << 20 };
    let bounds =
        Bounds { drafts: most(4), drafts_of_key: most(2), drafts_of_strangers: most(1), ..Bounds::default() };
    let client = programme.served_anew(bounds).await;
    let nobody = Machine::of_nobody(&programme).at(client.base());
    let refused = |event: Submission, expected: (u16, &'static str)| {
        let nobody = &nobody;
        async move {
            let answer = nobody.http.post(format!("{}/v1/drafts", nobody.base)).body(event.to_json()).send();
            let answer = answer.await.unwrap();
            let wait_s: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
            assert!(wait_s > 6 * 86_400 && wait_s <= 7 * 86_400, "{wait_s}");
            let told: Value = answer.json().await.unwrap();
            assert_eq!(
                (told["status"].as_u64().unwrap(), told["code"].as_str().unwrap()),
                (u64::from(expected.0), expected.1)
            );
        }
    };
    let first = sanctioned(&programme, 1, &["seat-1"]);
    assert_eq!(nobody.bring(&first).await.0, 202);
    assert_eq!(nobody.bring(&sanctioned(&programme, 2, &["seat-1"])).await.0, 202);
    refused(sanctioned(&programme, 3, &["seat-1"]), (429, "draft.key_full")).await;
    assert_eq!(nobody.bring(&first).await.0, 202, "what waits is no new one");
    // Another's signature counts against nobody.
    assert_eq!(Machine::of(&programme, "seat-2").at(client.base()).sign(&first).await.0, 202);
    assert_eq!(nobody.bring(&sanctioned(&programme, 3, &["seat-2"])).await.0, 202);
    // Keys that anybody makes share what is theirs.
    assert_eq!(nobody.bring(&admitted(&programme, "new-1", &["new-1"])).await.0, 202);
    refused(admitted(&programme, "new-2", &["new-2"]), (507, "draft.full")).await;
    refused(sanctioned(&programme, 5, &["seat-3"]), (507, "draft.full")).await;
    let seat = Machine::of(&programme, "seat-3").at(client.base());
    assert_eq!(seat.rows("").await.len(), 4);
    // What is done with makes room.
    assert_eq!(seat.sign(&first).await.0, 201);
    assert_eq!(nobody.bring(&sanctioned(&programme, 5, &["seat-3"])).await.0, 202);

    // Bytes count as well.
    let few = Most { count: 10, bytes: sanctioned(&programme, 6, &["seat-4"]).to_json().len() + 2_000 };
    let client = programme.served_anew(Bounds { drafts_of_key: few, ..Bounds::default() }).await;
    let nobody = Machine::of_nobody(&programme).at(client.base());
    assert_eq!(nobody.bring(&sanctioned(&programme, 6, &["seat-4"])).await.0, 202);
    assert_eq!(code(&nobody.bring(&sanctioned(&programme, 7, &["seat-4"])).await), (429, "draft.key_full"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_drafts_follow_one_another() {
    // All come at one instant, and follow one another as closely as drafts do.
    let programme = Programme::start_at(policy(), Clock::manual(Clock::system().now())).await;
    let seat = Machine::of(&programme, "seat-2");
    let mut brought = Vec::new();
    for number in 1..=5 {
        let event = sanctioned(&programme, number, &["seat-1"]);
        assert_eq!(seat.bring(&event).await.0, 202);
        brought.push(json!(id(&event)));
    }
    for limit in 1..=6 {
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let (_, page) = seat.get(&format!("/v1/drafts?for=council&limit={limit}{after}")).await;
            found.extend(page["drafts"].as_array().unwrap().iter().map(|row| row["id"].clone()));
            match page["next"].as_u64() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert_eq!(found, brought, "{limit}");
    }
}

/// Seats on three machines do all of it at the command line, and who has no part in it is told so.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_left_found_read_and_signed_at_the_command_line() {
    let programme = Programme::start(policy()).await;
    let (kol, size) = (subject("kol").to_string(), programme.ledger.snapshot().size());
    let today = programme.today().to_string();
    let until = programme.today().plus_days(20).to_string();
    let impose = ["sanction", "impose", "--subject", &kol, "--severity", "S2", "--conduct", "I1"];
    let days = ["--starts-on", &today, "--ends-on", &until, "--reason", SECRET, "--draft"];
    let (done, said) = run(&programme, &[&impose[..], &days].concat(), &["seat-1"]);
    assert!(done && said.contains("2 more of the council's seats 2, 3, 4, 5"), "{said}");
    let event = said.lines().find_map(|line| line.strip_prefix("event ")).unwrap().to_owned();
    assert_eq!(programme.ledger.snapshot().size(), size);

    let (done, said) = run(&programme, &["inbox", "council"], &[]);
    assert!(done && said.contains("impose") && !said.contains(&kol) && !said.contains(&event), "{said}");
    let (done, said) = run(&programme, &["inbox"], &["seat-2"]);
    assert!(done && said.contains(&kol) && said.contains(&format!("tinnhiem sign {event}")), "{said}");
    let (done, said) = run(&programme, &["sign", &event], &["a1"]);
    assert!(!done && said.contains("draft.not_waited_for") && !said.contains(SECRET), "{said}");
    let (done, said) = run(&programme, &["sign", &event], &["seat-2"]);
    assert!(
        done && said.contains(SECRET) && said.contains("1 more of the council's seats 3, 4, 5"),
        "{said}"
    );
    let (done, said) = run(&programme, &["sign", &event, "--json"], &["seat-3"]);
    let recorded = said.split_once("\n{").map(|(_, json)| format!("{{{json}")).unwrap_or(said.clone());
    assert!(done && recorded.contains(&format!("\"seq\": {size}")), "{said}");
    let (done, said) = run(&programme, &["inbox"], &["seat-4"]);
    assert!(done && said.contains("nothing waits"), "{said}");
}

/// What is done to drafts in a walk.
#[derive(Debug, Clone)]
enum Act {
    /// These seats bring the event together.
    Bring(usize, BTreeSet<usize>),
    /// These sign it.
    Sign(usize, BTreeSet<usize>),
    /// The server starts anew.
    Restart,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let seats = || prop::collection::btree_set(0..5_usize, 1..4);
    let act = prop_oneof![
        3 => (0..3_usize, seats()).prop_map(|(event, seats)| Act::Bring(event, seats)),
        4 => (0..3_usize, seats()).prop_map(|(event, seats)| Act::Sign(event, seats)),
        1 => Just(Act::Restart),
    ];
    prop::collection::vec(act, 1..14)
}

/// How an event stands in the model.
#[derive(Debug, Clone, PartialEq)]
enum Stands {
    Nowhere,
    Waits(BTreeSet<usize>),
    Recorded,
}

impl Stands {
    /// What an act is answered with, where these seats sign or bring it.
    fn after(&mut self, seats: &BTreeSet<usize>, brings: bool) -> u16 {
        let before = match self {
            Self::Recorded => return 200,
            Self::Nowhere if !brings => return 404,
            Self::Nowhere => BTreeSet::new(),
            Self::Waits(before) => before.clone(),
        };
        let all: BTreeSet<usize> = before.union(seats).copied().collect();
        let is_whole = all.len() >= 3;
        *self = if is_whole { Self::Recorded } else { Self::Waits(all) };
        if is_whole { 201 } else { 202 }
    }
}

/// However seats bring and sign events, and whenever the server starts anew, an event is recorded with the
/// signature that makes three, once, and until then all that was signed is there.
async fn walk(programme: &Programme, acts: Vec<Act>) {
    let drafts: Vec<Draft> = (0..3)
        .map(|_| {
            let name = Some(format!("Business {}", rand_name()));
            let body =
                MemberUpdated { member: party("business"), name, class: None, group: None, roles: None };
            programme.draft(PartyId::council(), None, body)
        })
        .collect();
    let mut model = vec![Stands::Nowhere; 3];
    let mut machine =
        Machine::of(programme, "seat-1").at(programme.served_anew(Bounds::default()).await.base());
    for act in acts {
        let size = programme.ledger.snapshot().size();
        let (event, seats, brings) = match &act {
            Act::Restart => {
                let base = programme.served_anew(Bounds::default()).await.base().to_owned();
                machine = machine.at(&base);
                continue;
            }
            Act::Bring(event, seats) => (*event, seats, true),
            Act::Sign(event, seats) => (*event, seats, false),
        };
        let names: Vec<&str> = seats.iter().map(|seat| SEATS[*seat]).collect();
        let keys: Vec<SecretKey> = names.iter().map(|name| key(name)).collect();
        let submission = signed(drafts[event].clone(), &names);
        let told = match brings {
            true => machine.bring(&submission).await,
            false => machine.sign_with(&submission, &keys.iter().collect::<Vec<_>>()).await,
        };
        let before = model[event].clone();
        let expected = model[event].after(seats, brings);
        // Signatures that add nothing are told as no others of their kind: the event waits for other seats.
        assert_eq!(told.0, expected, "{act:?} after {before:?}: {told:?}");
        assert_eq!(programme.ledger.snapshot().size(), size + u64::from(expected == 201));
        let mut waiting: Vec<(String, BTreeSet<usize>)> = Vec::new();
        for (draft, stands) in drafts.iter().zip(&model) {
            if let Stands::Waits(seats) = stands {
                waiting.push((EventId::of_payload(&draft.event.to_payload()).to_string(), seats.clone()));
            }
        }
        waiting.sort();
        let mut found: Vec<(String, BTreeSet<usize>)> = Vec::new();
        for draft in &drafts {
            let id = EventId::of_payload(&draft.event.to_payload()).to_string();
            let (status, whole) = machine.get(&format!("/v1/drafts/{id}")).await;
            if status == 200 {
                let seats = whole["signed"].as_array().unwrap().iter();
                let seats = seats.map(|one| one["seat"].as_u64().unwrap() as usize - 1).collect();
                found.push((id, seats));
            }
        }
        found.sort();
        assert_eq!(found, waiting, "{act:?}");
    }
}

fn rand_name() -> String {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    blake3::hash(&bytes).to_hex()[..16].to_owned()
}

#[test]
fn drafts_hold_what_was_signed_and_nothing_else() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = ProptestConfig { cases: 20, failure_persistence: None, ..ProptestConfig::default() };
    let programme = runtime.block_on(Programme::start(policy()));
    proptest::test_runner::TestRunner::new(config)
        .run(&acts(), |acts| {
            runtime.block_on(walk(&programme, acts));
            Ok(())
        })
        .unwrap();
}
