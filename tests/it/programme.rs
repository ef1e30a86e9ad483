//! A small programme behind a real socket: council, registrar, assessors, endorsers, subjects.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tinnhiem::api;
use tinnhiem::client::{AuditReport, Auditing, Client, ClientError, Draft, Source, opening};
use tinnhiem::clock::Clock;
use tinnhiem::dsse::{EventId, SecretKey};
use tinnhiem::event::*;
use tinnhiem::ledger::{self, Claim, Ledger, OwnOrder, Setup, Submission};
use tinnhiem::log::{Origin, VerifierKey};
use tinnhiem::oracle::{self, Inquiry};
use tinnhiem::store::{Disk, MemoryStore};
use tinnhiem::time::{Date, Timestamp};
use tinnhiem::vault::Attachment;
use tinnhiem::web;

use crate::judgements::{self, Judgement};

/// The key of a name.
pub fn key(name: &str) -> SecretKey {
    SecretKey::from_seed(*blake3::hash(name.as_bytes()).as_bytes())
}

/// The subject of a name.
pub fn subject(name: &str) -> SubjectId {
    let mut random = [0; 13];
    random.copy_from_slice(&blake3::hash(name.as_bytes()).as_bytes()[..13]);
    SubjectId::from_random(random)
}

/// A party by its slug.
pub fn party(name: &str) -> PartyId {
    name.parse().unwrap()
}

/// A text under a fixed salt.
pub fn text(words: &str) -> Attachment {
    Attachment::text([9; 32], words)
}

/// The programme's policy/1.
pub fn policy() -> Policy {
    serde_json::from_str(tinnhiem::demo::POLICY_1).unwrap()
}

/// The seats of the council, of which three sign.
pub const SEATS: [&str; 5] = ["seat-1", "seat-2", "seat-3", "seat-4", "seat-5"];

/// The opening of a ledger of these seats.
pub fn opened(policy: Policy, replayed_until: Option<Timestamp>) -> LedgerOpened {
    let seat = |(number, member): (u8, &&str)| Seat {
        seat: number,
        member: party(member),
        key: key(member).public(),
    };
    LedgerOpened {
        council: (1..).zip(&SEATS).map(seat).collect(),
        threshold: 3,
        operator: Operator { member: party("operator"), key: key("operator").public() },
        log_key: key("log").public(),
        utc_offset_min: 420,
        policy,
        replayed_until,
    }
}

/// A ledger's parts on disk and in memory, from which it can be opened again and again.
pub struct Parts {
    /// Where heads and vault lie.
    pub directory: tempfile::TempDir,
    /// What the store holds.
    pub disk: Disk,
    /// The clock.
    pub clock: Clock,
}

impl Parts {
    /// Parts in which a ledger was created.
    pub fn created(clock: Clock, opening: &Submission) -> Self {
        let parts = Self { directory: tempfile::tempdir().unwrap(), disk: Disk::default(), clock };
        ledger::create(&parts.setup(), &opening.clone().verify().unwrap()).unwrap();
        parts
    }

    /// What the ledger is opened from.
    pub fn setup(&self) -> Setup {
        Setup {
            directory: self.directory.path().to_owned(),
            store: Arc::new(MemoryStore::open(&self.disk)),
            log_key: key("log"),
            next_log_key: None,
            clock: self.clock.clone(),
            order: Box::new(OwnOrder),
            queue_events: tinnhiem::limits::QUEUE_EVENTS,
            image: None,
            claim: Claim::Unchanged,
            check: None,
            key_file: "log-key.pem".into(),
            lock: None,
        }
    }
}

/// Serves a ledger on a port of its own.
pub async fn listen(ledger: Arc<Ledger>) -> (Client, tokio::task::JoinHandle<()>) {
    listen_as_of(ledger, None).await
}

/// The same, with scores read on a fixed date.
pub async fn listen_as_of(ledger: Arc<Ledger>, today: Option<Date>) -> (Client, tokio::task::JoinHandle<()>) {
    listen_within(ledger, today, api::Bounds::default()).await
}

/// The same within other bounds.
pub async fn listen_within(
    ledger: Arc<Ledger>,
    today: Option<Date>,
    bounds: api::Bounds,
) -> (Client, tokio::task::JoinHandle<()>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(&format!("http://{}", listener.local_addr().unwrap()));
    let router = web::router(ledger, today, bounds);
    let server = tokio::spawn(api::serve(listener, router, bounds, std::future::pending()));
    (client, server)
}

/// What an audit finds that compares a few answers of each kind.
pub async fn audited(source: &Source, vkey: Option<VerifierKey>, clock: &Clock) -> AuditReport {
    let inquiry = Inquiry {
        auditing: Auditing { vkey, clock: clock.clone(), ..Auditing::default() },
        sample: Some(4),
        ..Inquiry::default()
    };
    oracle::audit(source, &inquiry, &mut |_, _, _| {}).await.unwrap()
}

/// A running programme.
pub struct Programme {
    pub ledger: Arc<Ledger>,
    pub client: Client,
    pub origin: Origin,
    pub clock: Clock,
    pub parts: Parts,
    last_draft: AtomicU64,
    imposed: AtomicU64,
    refused: Mutex<Vec<(u64, Judgement)>>,
    server: tokio::task::JoinHandle<()>,
}

impl Programme {
    /// A ledger with nothing but its opening.
    pub async fn bare(policy: Policy, clock: Clock, replayed_until: Option<Timestamp>) -> Self {
        let issued_at = replayed_until.map_or(clock.now(), |until| until.minus_ms(400 * 86_400_000));
        let (origin, draft) = opening("it", issued_at, opened(policy, replayed_until)).unwrap();
        let keys = SEATS.map(key);
        let opening = draft.sign(&keys.each_ref()[..3]).unwrap();
        let parts = Parts::created(clock.clone(), &opening);
        let ledger = Arc::new(Ledger::open(parts.setup()).unwrap());
        Self::serve(ledger, origin, clock, parts).await
    }

    /// The same ledger on another port, with nothing kept from before, within bounds.
    pub async fn served_anew(&self, bounds: api::Bounds) -> Client {
        listen_within(self.ledger.clone(), None, bounds).await.0
    }

    /// Serves a ledger on a port of its own.
    pub async fn serve(ledger: Arc<Ledger>, origin: Origin, clock: Clock, parts: Parts) -> Self {
        let (client, server) = listen(ledger.clone()).await;
        Self {
            ledger,
            client,
            origin,
            clock,
            parts,
            last_draft: AtomicU64::new(0),
            imposed: AtomicU64::new(0),
            refused: Mutex::default(),
            server,
        }
    }

    /// A ledger with members, three accredited assessors and two subjects.
    pub async fn start(policy: Policy) -> Self {
        Self::start_at(policy, Clock::system()).await
    }

    /// The same by another clock.
    pub async fn start_at(policy: Policy, clock: Clock) -> Self {
        let programme = Self::bare(policy, clock, None).await;
        programme.admit("registrar", MemberClass::Platform, &[Role::Registrar]).await;
        programme.admit("business", MemberClass::Business, &[]).await;
        for assessor in ["a1", "a2", "a3"] {
            programme.admit(assessor, MemberClass::Assessor, &[]).await;
            programme.accredit(assessor).await;
        }
        for name in ["kol", "other-kol"] {
            programme.enrol(name).await;
        }
        programme
    }

    /// The log, replayed, makes the live state, and so does its image.
    pub fn check_replay(&self) {
        crate::history::check_replay(&self.origin, &self.ledger, &self.ledger.snapshot().state);
    }

    /// The same of a log whose auditors may find commitments false.
    pub fn check_state(&self) {
        let mut state = tinnhiem::state::State::default();
        let each = &mut |_: u64, entry: &[u8]| {
            tinnhiem::audit::CheckedEntry::own(entry).retrace(&mut state).unwrap();
            std::ops::ControlFlow::Continue(())
        };
        self.ledger.reader().entries(0, u64::MAX, each).unwrap();
        assert!(state == self.ledger.snapshot().state);
    }

    /// The date that the ledger lives in.
    pub fn today(&self) -> Date {
        self.clock.now().date_at(420)
    }

    /// A draft issued about now, at an instant of its own.
    pub fn draft(&self, issuer: PartyId, about: Option<SubjectId>, body: impl Into<Body>) -> Draft {
        let now = self.clock.now().as_ms();
        let last = self.last_draft.update(Ordering::Relaxed, Ordering::Relaxed, |last| now.max(last + 1));
        let at = Timestamp::from_ms(now.max(last + 1)).unwrap();
        Draft::new(&self.origin, issuer, about, at, body)
    }

    /// Sends a draft under the keys of these names, its text under a salt of its own where it must be.
    pub async fn send(&self, draft: Draft, signers: &[&str]) -> Result<Value, ClientError> {
        self.send_as_it_is(in_own_words(&self.ledger, draft), signers).await
    }

    /// The same with the text that it names.
    pub async fn send_as_it_is(&self, draft: Draft, signers: &[&str]) -> Result<Value, ClientError> {
        let keys: Vec<SecretKey> = signers.iter().map(|name| key(name)).collect();
        let payload = draft.event.to_payload();
        let submission = draft.sign(&keys.iter().collect::<Vec<_>>()).unwrap();
        let checked = crate::dry_run::Checks::of(self, &submission).await;
        let answer = self.client.submit(&submission).await;
        checked.hold(self, &answer);
        if let Err(ClientError::Refused { code, .. }) = &answer {
            let keys = keys.iter().map(SecretKey::public).collect();
            let refused = Judgement::refused(self.clock.now(), keys, payload, code);
            let size = self.ledger.snapshot().size();
            self.refused.lock().unwrap().extend(refused.map(|one| (size, one)));
        }
        answer
    }

    /// Sends a draft that must be recorded; tells its id.
    pub async fn recorded(&self, draft: Draft, signers: &[&str]) -> EventId {
        let recorded = self.send(draft, signers).await.unwrap();
        recorded["id"].as_str().unwrap().parse().unwrap()
    }

    /// What a path of the API answers.
    pub async fn get(&self, path: impl AsRef<str>) -> Value {
        let path = path.as_ref();
        let answer = reqwest::get(format!("{}{path}", self.client.base())).await.unwrap();
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    /// Admits a member.
    pub async fn admit(&self, name: &str, class: MemberClass, roles: &[Role]) {
        let body = admission(name, class, roles);
        let draft = self.draft(PartyId::council(), None, body);
        self.recorded(draft, &["seat-1", "seat-2", "seat-3", name]).await;
    }

    /// Accredits an assessor in every topic.
    pub async fn accredit(&self, name: &str) -> EventId {
        let draft = self.draft(PartyId::council(), None, accreditation(name));
        self.recorded(draft, &SEATS[..3]).await
    }

    /// Enrols a subject.
    pub async fn enrol(&self, name: &str) -> EventId {
        let (body, profile) = enrolment(name);
        let draft = self.draft(party("registrar"), Some(subject(name)), body).with([profile]);
        self.recorded(draft, &["registrar", name]).await
    }

    /// Publishes an assessment that grades one indicator.
    pub async fn assess(&self, assessor: &str, name: &str) -> EventId {
        let draft = self.draft(party(assessor), Some(subject(name)), assessment(self.today()));
        self.recorded(draft, &[assessor]).await
    }

    /// Imposes a sanction, each on an indicator of its own.
    pub async fn impose(&self, name: &str, severity: Severity, days: i32) -> EventId {
        let reason = text("why");
        let number = 1 + self.imposed.fetch_add(1, Ordering::Relaxed) % 20;
        let basis = Basis::Conduct(format!("I{number}").parse().unwrap());
        let body = SanctionImposed { basis, ..sanction(self.today(), severity, days) };
        let draft = self.draft(PartyId::council(), Some(subject(name)), body).with([reason]);
        self.recorded(draft, &SEATS[..3]).await
    }

    /// Contests an item.
    pub async fn contest(&self, name: &str, target: EventId) -> Result<Value, ClientError> {
        let draft = self.draft(PartyId::from(subject(name)), Some(subject(name)), contest(target));
        self.send(draft.with([text("my case")]), &[name]).await
    }
}

impl Drop for Programme {
    fn drop(&mut self) {
        self.server.abort();
        if !std::thread::panicking() {
            judgements::write(&self.ledger, &self.refused.lock().unwrap());
        }
    }
}

/// The draft with its text under another salt, if that under the first is somebody else's, or about somebody
/// else: tests say the same words again and again.
pub fn in_own_words(ledger: &Ledger, mut draft: Draft) -> Draft {
    let state = ledger.snapshot().state.clone();
    let event = &draft.event;
    let Some(named) = event.texts().first().copied() else { return draft };
    // What carries out a proposal repeats its words.
    let proposal = match &event.body {
        Body::SanctionImposed(body) => body.proposal.and_then(|event| state.index().seq(&event)),
        _ => None,
    };
    let issuer = proposal.and_then(|seq| state.index().row(seq)).map_or(&event.issuer, |row| row.issuer);
    let sent = draft.attachments.iter().find(|one| one.commitment() == named).cloned();
    let known = || ledger.vault().read(&named).unwrap();
    let Some(words) = sent.or_else(known) else { return draft };
    let owner = format!("{issuer} {:?} {named}", event.subject);
    let own = Attachment { salt: *blake3::hash(owner.as_bytes()).as_bytes(), ..words };
    let new = own.commitment();
    let is_taken =
        state.text_owner(&named).is_some_and(|row| (row.subject, row.issuer) != (event.subject, issuer));
    if !is_taken && state.text_owner(&new).is_none() {
        return draft;
    }
    let payload = String::from_utf8(event.to_payload()).unwrap();
    draft.event = Event::parse(payload.replace(&named.to_string(), &new.to_string()).as_bytes()).unwrap();
    draft.attachments.retain(|one| one.commitment() != named);
    draft.with([own])
}

/// A contest of an item, its statement attached apart.
pub fn contest(target: EventId) -> ContestFiled {
    let statement = text("my case").commitment();
    ContestFiled { target, grounds: Grounds::Procedure, statement: statement.into(), evidence: Vec::new() }
}

/// An admission.
pub fn admission(name: &str, class: MemberClass, roles: &[Role]) -> MemberAdmitted {
    MemberAdmitted {
        member: party(name),
        class,
        group: GroupId::alone(&party(name)),
        name: name.to_owned(),
        roles: roles.to_vec(),
        key: key(name).public(),
    }
}

/// An accreditation in every topic of the policy.
pub fn accreditation(name: &str) -> AccreditationGranted {
    AccreditationGranted {
        assessor: party(name),
        topics: policy().topics.into_keys().collect(),
        class: "independent".parse().unwrap(),
        valid_until: None,
    }
}

/// An enrolment and the profile it commits to.
pub fn enrolment(name: &str) -> (SubjectEnrolled, Attachment) {
    let profile = Attachment {
        salt: [8; 32],
        media_type: "application/json".to_owned(),
        bytes: serde_json::json!({"name": name}).to_string().into_bytes(),
    };
    let body = SubjectEnrolled {
        identity: Commitment::to(&[1; 32], name.as_bytes()),
        identity_key: None,
        profile: profile.commitment().into(),
        consent: Commitment::to(&[2; 32], name.as_bytes()).into(),
        topics: vec!["my-pham".parse().unwrap()],
        group: GroupId::alone(&PartyId::from(subject(name))),
        key: key(name).public(),
    };
    (body, profile)
}

/// An assessment made on a date, of one indicator at its middle level.
pub fn assessment(on: Date) -> AssessmentPublished {
    AssessmentPublished {
        policy: 1,
        grades: [("I1".parse().unwrap(), Some(1))].into(),
        evidence: BTreeMap::new(),
        observed_from: on.plus_days(-10),
        observed_until: on,
        valid_until: Some(on.plus_days(300)),
        conflict: false,
        fee: false,
        statement: None,
        notice: None,
    }
}

/// An endorsement made on a date.
pub fn endorsement(on: Date) -> EndorsementPublished {
    EndorsementPublished {
        relation: Relation::None,
        value_band: None,
        topic: "my-pham".parse().unwrap(),
        expires_on: on.plus_days(200),
        statement: None,
    }
}

/// A sanction of so many days from a date on, its reason attached apart.
pub fn sanction(on: Date, severity: Severity, days: i32) -> SanctionImposed {
    SanctionImposed {
        severity,
        basis: Basis::Conduct("I5".parse().unwrap()),
        starts_on: on,
        ends_on: Some(on.plus_days(days - 1)),
        reason: text("why").commitment().into(),
        proposal: None,
        urgent: false,
    }
}

/// Every file below a folder, its path within it and its bytes.
pub fn files(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((path.strip_prefix(folder).unwrap().to_owned(), std::fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}
