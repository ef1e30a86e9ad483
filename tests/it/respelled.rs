//! The same said in other letters: every history of the tests spelled anew, in every way that JSON allows,
//! makes the same states, scores and fates.
//!
//! Ids are hashes of what was signed, and the origin of how the opening is spelled, so those differ, and
//! with them what an event names.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use tinnhiem::client::{Draft, Source, export, import};
use tinnhiem::clock::Clock;
use tinnhiem::demo;
use tinnhiem::dsse::{Envelope, EventId, PublicKey, SecretKey};
use tinnhiem::event::{Body, Event, LedgerKeyRotated, PartyId, body_bytes, type_of};
use tinnhiem::ledger::{self, Archive, Ledger, NEXT_LOG_KEY_FILE, Setup, Submission, fsck};
use tinnhiem::limits;
use tinnhiem::log::{Entry, Origin};
use tinnhiem::state::{Recording, State};
use tinnhiem::vault::{Attachment, Vault, read_secret, write_secret};

use crate::history::read_again;
use crate::judgements::{RECORDED, ledgers};
use crate::programme::{audited, listen};

/// Chooses by a fixed seed.
struct Dice(blake3::OutputReader);

impl Dice {
    fn of(seed: &str) -> Self {
        Self(blake3::Hasher::new().update(seed.as_bytes()).finalize_xof())
    }

    fn below(&mut self, bound: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes) as usize % bound
    }

    fn shuffle<T>(&mut self, rows: &mut [T]) {
        for at in (1..rows.len()).rev() {
            rows.swap(at, self.below(at + 1));
        }
    }
}

/// Writes JSON in one of the ways that mean the same.
struct Speller {
    dice: Dice,
    /// One character in so many is escaped, and one place in so many has white space.
    one_in: usize,
}

impl Speller {
    fn space(&mut self, to: &mut String) {
        while self.dice.below(self.one_in) == 0 {
            to.push([' ', '\t', '\n', '\r'][self.dice.below(4)]);
        }
    }

    fn string(&mut self, text: &str, to: &mut String) {
        to.push('"');
        for one in text.chars() {
            let short = match one {
                '"' => Some("\\\""),
                '\\' => Some("\\\\"),
                '/' => Some("\\/"),
                '\u{8}' => Some("\\b"),
                '\u{c}' => Some("\\f"),
                '\n' => Some("\\n"),
                '\r' => Some("\\r"),
                '\t' => Some("\\t"),
                _ => None,
            };
            let must = one < ' ' || one == '"' || one == '\\';
            let chosen = self.dice.below(self.one_in);
            match (short, chosen) {
                (None, _) if must || chosen == 0 => self.unit(one, to),
                (Some(_), 0) => self.unit(one, to),
                (Some(short), chosen) if must || chosen == 1 => to.push_str(short),
                _ => to.push(one),
            }
        }
        to.push('"');
    }

    /// A character as its units of UTF-16, in hex digits of either case.
    fn unit(&mut self, one: char, to: &mut String) {
        for unit in one.encode_utf16(&mut [0; 2]) {
            to.push_str("\\u");
            for digit in format!("{unit:04x}").chars() {
                to.push(if self.dice.below(2) == 0 { digit.to_ascii_uppercase() } else { digit });
            }
        }
    }

    fn value(&mut self, value: &Value, to: &mut String) {
        match value {
            Value::Object(members) => {
                let mut members: Vec<(String, String)> =
                    members.iter().map(|(name, value)| (name.clone(), self.spelled(value))).collect();
                self.object(&mut members, to);
            }
            Value::Array(rows) => {
                to.push('[');
                for (at, row) in rows.iter().enumerate() {
                    if at > 0 {
                        to.push(',');
                    }
                    self.space(to);
                    self.value(row, to);
                    self.space(to);
                }
                to.push(']');
            }
            Value::String(text) => self.string(text, to),
            other => to.push_str(&other.to_string()),
        }
    }

    /// An object of members whose values are spelled already.
    fn object(&mut self, members: &mut [(String, String)], to: &mut String) {
        self.dice.shuffle(members);
        to.push('{');
        self.space(to);
        for (at, (name, value)) in members.iter().enumerate() {
            if at > 0 {
                to.push(',');
                self.space(to);
            }
            self.string(name, to);
            self.space(to);
            to.push(':');
            self.space(to);
            to.push_str(value);
            self.space(to);
        }
        to.push('}');
    }

    fn spelled(&mut self, value: &Value) -> String {
        let mut text = String::new();
        self.value(value, &mut text);
        text
    }
}

/// Spells the events of a ledger, one after the other.
struct Respeller {
    dice: String,
    /// What events name, before and now: ids and the origin.
    names: BTreeMap<String, String>,
}

impl Respeller {
    fn of(seed: &str) -> Self {
        Self { dice: seed.to_owned(), names: BTreeMap::new() }
    }

    /// An event as another would have spelled it.
    fn event(&mut self, payload: &str) -> String {
        let parsed: Value = serde_json::from_str(payload).unwrap();
        let number = self.names.len();
        let spelled = [3, 9, 40, 400].into_iter().find_map(|one_in| {
            let dice = Dice::of(&format!("{} {number}", self.dice));
            let spelled = self.spell(&mut Speller { dice, one_in }, &parsed);
            (spelled.len() <= limits::PAYLOAD_BYTES).then_some(spelled)
        });
        let spelled = spelled.expect("a few escapes fit");
        let id = |payload: &str| EventId::of_payload(payload.as_bytes()).to_string();
        self.names.insert(id(payload), id(&spelled));
        spelled
    }

    fn spell(&mut self, speller: &mut Speller, parsed: &Value) -> String {
        let mut parsed = parsed.clone();
        self.rename(&mut parsed);
        let body = speller.spelled(&parsed["body"]);
        // The first: another is refused.
        if self.names.is_empty() {
            let before = parsed["ledger"].as_str().unwrap().to_owned();
            let wrapped = format!("{{\"body\":{body}}}");
            let name = before.rsplit_once('/').unwrap().0;
            let origin = Origin::derive(name, body_bytes(wrapped.as_bytes()).unwrap()).unwrap();
            parsed["ledger"] = Value::String(origin.to_string());
            self.names.insert(before, origin.to_string());
        }
        let others = parsed.as_object().unwrap().iter().filter(|(name, _)| *name != "body");
        let mut members: Vec<(String, String)> =
            others.map(|(name, value)| (name.clone(), speller.spelled(value))).collect();
        members.push(("body".to_owned(), body));
        let mut text = String::new();
        speller.space(&mut text);
        speller.object(&mut members, &mut text);
        speller.space(&mut text);
        text
    }

    /// Puts the new names in the place of those before.
    fn rename(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(new) = self.names.get(text) {
                    *text = new.clone();
                }
            }
            Value::Array(rows) => rows.iter_mut().for_each(|row| self.rename(row)),
            Value::Object(members) => members.values_mut().for_each(|value| self.rename(value)),
            _ => {}
        }
    }

    /// All that a state knows, by the new names; what is sorted by id is sorted by those.
    fn told(&self, state: &State) -> Vec<Value> {
        let mut all = serde_json::to_value(state).unwrap();
        unfold(&mut all);
        self.rename(&mut all);
        sort_by_id(&mut all);
        let dossiers = state.dossiers().iter().map(|one| {
            let mut dossier = serde_json::to_value(&**one).unwrap();
            unfold(&mut dossier);
            self.rename(&mut dossier);
            dossier
        });
        let scores = state.dossiers().iter().map(|one| {
            let at = state.moment(None, None, state.date_of(state.last_at())).unwrap();
            let mut score = serde_json::to_value(state.score(&one.subject, at)).unwrap();
            self.rename(&mut score);
            score
        });
        [all].into_iter().chain(dossiers).chain(scores).collect()
    }
}

/// Reads what a state keeps as text: it names events as well.
fn unfold(value: &mut Value) {
    match value {
        Value::String(text) if text.starts_with('{') => {
            if let Ok(within) = serde_json::from_str(text) {
                *value = within;
            }
        }
        Value::Array(rows) => rows.iter_mut().for_each(unfold),
        Value::Object(members) => members.values_mut().for_each(unfold),
        _ => {}
    }
}

/// The first two values that differ, and where.
fn differing(left: &Value, right: &Value) -> Option<String> {
    let within =
        |name: &str, pair: (&Value, &Value)| differing(pair.0, pair.1).map(|found| format!("{name}/{found}"));
    match (left, right) {
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(at, pair)| within(&at.to_string(), pair))
        }
        (Value::Object(a), Value::Object(b)) if a.keys().eq(b.keys()) => {
            a.iter().find_map(|(name, value)| within(name, (value, &b[name])))
        }
        _ => (left != right).then(|| format!(" {left} {right}")),
    }
}

/// Sorts what is kept by ids, which are others now.
fn sort_by_id(value: &mut Value) {
    let is_id = |row: &Value| row.as_str().or(row[0].as_str()).is_some_and(|text| text.len() == 64);
    match value {
        Value::Array(rows) => {
            rows.iter_mut().for_each(sort_by_id);
            if rows.iter().all(is_id) {
                rows.sort_by_key(Value::to_string);
            }
        }
        Value::Object(members) => members.values_mut().for_each(sort_by_id),
        _ => {}
    }
}

#[test]
fn every_judgement_is_the_same_however_its_event_is_spelled() {
    let mut judged = 0;
    for (name, lines) in ledgers() {
        // Openings alone are about their own bytes; a panel is drawn by the id of the filing.
        let drawn = lines.iter().any(|one| one.parsed().body.type_name() == "panel.seated");
        if name == "openings.jsonl" || drawn {
            continue;
        }
        let mut respeller = Respeller::of(&name);
        let (mut before, mut now) = (State::default(), State::default());
        for (number, one) in (1..).zip(lines) {
            let spelled = respeller.event(&one.event);
            let [old, new] = [&one.event, &spelled].map(|payload| Event::parse(payload.as_bytes()).unwrap());
            let again = one.spelled_as(&spelled, &now, &new, &one.keys);
            assert_eq!(again, one.is, "{name}:{number}: {spelled}");
            if one.is == RECORDED {
                for (state, event, payload) in [(&mut before, &old, &one.event), (&mut now, &new, &spelled)] {
                    let id = EventId::of_payload(payload.as_bytes());
                    state.replay(Recording { id, at: one.at, keys: &one.keys, event }).unwrap();
                }
            }
            judged += 1;
        }
        let unchanged = Respeller::of("");
        assert_eq!(respeller.told(&before), unchanged.told(&now), "{name}");
        assert!(read_again(&now) == now, "{name}");
    }
    assert!(judged > 500, "{judged}");
}

/// Every value in the place of which another shape stands, in each of the ways.
fn misshapen(value: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    match value {
        Value::Object(members) => {
            all.push(Value::Array(members.values().cloned().collect()));
            for (name, inner) in members {
                all.extend(misshapen(inner).into_iter().map(|inner| {
                    let mut members = members.clone();
                    members.insert(name.clone(), inner);
                    Value::Object(members)
                }));
            }
        }
        Value::Array(rows) => {
            for (at, inner) in rows.iter().enumerate() {
                all.extend(misshapen(inner).into_iter().map(|inner| {
                    let mut rows = rows.clone();
                    rows[at] = inner;
                    Value::Array(rows)
                }));
            }
        }
        Value::String(text) => all.push(serde_json::json!({ text: null })),
        _ => {}
    }
    all
}

/// serde's own readers take an array for a structure and an object for a name, which no schema does.
#[test]
fn no_value_of_another_shape_is_taken() {
    let mut seen = BTreeMap::new();
    for (_, lines) in ledgers() {
        for one in lines.into_iter().filter(|one| one.is == RECORDED) {
            let known: &mut Vec<usize> = seen.entry(one.parsed().body.type_name()).or_default();
            if known.len() > 3 || known.contains(&one.event.len()) {
                continue;
            }
            known.push(one.event.len());
            let value: Value = serde_json::from_str(&one.event).unwrap();
            for wrong in misshapen(&value) {
                let text = wrong.to_string();
                assert!(Event::parse(text.as_bytes()).is_err(), "{text}");
                assert!(Event::parse_recorded(text.as_bytes()).is_err(), "{text}");
            }
        }
    }
    assert!(seen.len() > 50, "{seen:?}");
}

/// Everybody's keys of the demo.
fn keys(directory: &Path) -> BTreeMap<PublicKey, SecretKey> {
    let files = std::fs::read_dir(directory.join("keys")).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let kept = files.filter(|path| path.extension().is_some_and(|extension| extension == "pem"));
    let kept = kept.map(|path| read_secret(&path).unwrap());
    // Keys that were lost, recovered or stolen.
    let others = ["ha, lost", "ha, recovered", "la-sen 2"].map(demo::key);
    let all = kept.chain(others);
    all.map(|key| (key.public(), key)).collect()
}

/// An event as a submission, itself spelled in some way.
fn submitted(payload: &str, keys: &[&SecretKey], attachments: Vec<Attachment>) -> Submission {
    let envelope = Envelope::sign(payload.as_bytes().to_vec(), keys).unwrap();
    let whole = Submission { envelope, attachments };
    let parsed: Value = serde_json::from_str(&whole.to_json()).unwrap();
    let spelled = Speller { dice: Dice::of(payload), one_in: 9 }.spelled(&parsed);
    let read = Submission::parse(spelled.as_bytes()).unwrap();
    assert_eq!((&read.envelope, &read.attachments), (&whole.envelope, &whole.attachments));
    read
}

/// The demo of another ledger, whose every event and submission is spelled anew.
async fn respelled(from: &Path, to: &Path) -> State {
    let original = Ledger::open(Setup::at(from, Clock::system()).unwrap()).unwrap();
    let known = keys(from);
    let mut entries = Vec::new();
    let each = &mut |_: u64, bytes: &[u8]| {
        entries.push(Entry::parse(bytes).unwrap());
        ControlFlow::Continue(())
    };
    original.reader().entries(0, u64::MAX, each).unwrap();
    // Up to the first panel, which is drawn by the id of the filing.
    let is_drawn = |entry: &Entry| type_of(&entry.payload).unwrap() == "panel.seated";
    entries.truncate(entries.iter().position(is_drawn).unwrap_or(entries.len()));
    let mut before = State::default();
    for entry in &entries {
        let event = &Event::parse(&entry.payload).unwrap();
        let keys: Vec<PublicKey> = entry.signatures.iter().map(|(key, _)| *key).collect();
        before.replay(Recording { id: entry.id(), at: entry.recorded_at, keys: &keys, event }).unwrap();
    }
    write_secret(&to.join("log-key.pem"), &read_secret(&from.join("log-key.pem")).unwrap()).unwrap();
    write_secret(&to.join(NEXT_LOG_KEY_FILE), &demo::key("the next log key")).unwrap();
    let mut respeller = Respeller::of("demo");
    let mut ledger = None;
    for entry in entries {
        let payload = String::from_utf8(entry.payload).unwrap();
        let mut event = Event::parse(payload.as_bytes()).unwrap();
        let signers: Vec<&SecretKey> = entry.signatures.iter().map(|(key, _)| &known[key]).collect();
        let texts = event.texts();
        let mut attachments = Vec::new();
        for one in event.attachable() {
            // In the place of a text that is erased comes another, to be erased again.
            let substitute = || Attachment::text(*one.as_bytes(), "erased");
            let kept = original.vault().read(&one).unwrap();
            let sent = kept.or_else(|| texts.contains(&one).then(substitute));
            respeller.names.extend(sent.iter().map(|sent| (one.to_string(), sent.commitment().to_string())));
            attachments.extend(sent);
        }
        let roots = |size| {
            let ledger: &Ledger = ledger.as_ref().expect("it was opened");
            ledger.tree_maker().trees(&ledger.snapshot().state, size).roots()
        };
        // The roots are over dossiers, which name events.
        let said: Option<Body> = match &event.body {
            Body::StateCommitted(body) => Some(roots(body.size).committed_on(body.date).into()),
            Body::StateAttested(body) => Some(roots(body.size).attested_of(body.date).into()),
            _ => None,
        };
        let payload = match said {
            None => payload,
            Some(body) => {
                let before = EventId::of_payload(payload.as_bytes()).to_string();
                event.body = body;
                let payload = String::from_utf8(event.to_payload()).unwrap();
                let spelled = respeller.event(&payload);
                let now = EventId::of_payload(spelled.as_bytes()).to_string();
                respeller.names.insert(before, now);
                payload
            }
        };
        let spelled = respeller.event(&payload);
        let admissible = submitted(&spelled, &signers, attachments).verify().unwrap();
        match &ledger {
            None => {
                let setup = Setup::create(to, Clock::system()).unwrap();
                ledger::create(&setup, &admissible).unwrap();
                drop(setup);
                ledger = Some(Ledger::open(Setup::at(to, Clock::system()).unwrap()).unwrap());
            }
            Some(ledger) => drop(ledger.submit(admissible).await.unwrap_or_else(|refusal| {
                panic!("{payload} as {spelled}: {refusal} ({})", refusal.code());
            })),
        }
    }
    let ledger = ledger.unwrap();
    let now = ledger.snapshot().state.clone();
    let unchanged = Respeller::of("");
    let (before, told) = (respeller.told(&before), unchanged.told(&now));
    // All but what was committed to, whose roots are others.
    assert_eq!(before.len(), told.len());
    for (before, now) in before.iter().zip(&told).skip(1) {
        assert!(before == now, "{:?}", differing(before, now));
    }
    rotate(&ledger, &read_secret(&to.join("log-key.pem")).unwrap()).await;
    let state = ledger.snapshot().state.clone();
    for one in [original, ledger] {
        tokio::task::block_in_place(|| one.close());
    }
    state
}

/// A new key for the log, in a payload with a space wherever one may stand.
async fn rotate(ledger: &Ledger, old: &SecretKey) {
    let new = demo::key("the next log key");
    let body = LedgerKeyRotated { old: old.public(), new: new.public() };
    let draft = Draft::new(ledger.origin(), PartyId::council(), None, ledger.now(), body);
    let payload = String::from_utf8(draft.event.to_payload()).unwrap();
    let spelled = payload.replace("\":", "\" : ").replace(",\"", " , \"").replace("rotated", "r\\u006ftated");
    let council = [1, 2, 3].map(|seat| demo::key(&format!("dieu-phoi-{seat}")));
    let signers: Vec<&SecretKey> = council.iter().chain([old, &new]).collect();
    ledger.submit(submitted(&spelled, &signers, Vec::new()).verify().unwrap()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_ledger_is_the_same_however_its_events_are_spelled() {
    let folder = tempfile::tempdir().unwrap();
    let [from, to, back] = ["from", "to", "back"].map(|name| folder.path().join(name));
    demo::seed(&from, "2026-06-01".parse().unwrap()).await.unwrap();
    std::fs::create_dir_all(&to).unwrap();
    let state = respelled(&from, &to).await;
    // Started from the image, and from the log alone.
    for without_image in [false, true] {
        if without_image {
            std::fs::remove_dir_all(to.join("derived")).unwrap();
        }
        let ledger = Ledger::open(Setup::at(&to, Clock::system()).unwrap()).unwrap();
        assert!(ledger.snapshot().state == state);
    }
    // The second implementation checks it: see `tests/agreed.sh`.
    let left = Path::new(env!("CARGO_TARGET_TMPDIR")).join("agreed/respelled");
    let _ = std::fs::remove_dir_all(&left);
    {
        let archive = Archive::open(&to).unwrap();
        assert_eq!(fsck(&archive).findings, vec![]);
        export(&archive, &left, &mut |_, _, _| {}).unwrap();
    }
    let report = audited(&Source::Folder(left.clone()), None, &Clock::system()).await;
    assert_eq!(report.findings, vec![]);
    std::fs::create_dir_all(&back).unwrap();
    write_secret(&back.join("log-key.pem"), &demo::key("the next log key")).unwrap();
    import(&left, &back, None, None, &mut |_, _, _| {}).await.unwrap();
    let again = Arc::new(Ledger::open(Setup::at(&back, Clock::system()).unwrap()).unwrap());
    assert!(again.snapshot().state == state);
    let (client, server) = listen(again.clone()).await;
    let report = audited(&Source::Running(client), None, &Clock::system()).await;
    server.abort();
    assert_eq!(report.findings, vec![]);
    assert_eq!(again.vault().commitments().unwrap(), Vault::open(&to).commitments().unwrap());
}
