//! The one thread that writes: judges in order, commits in groups, then signs, publishes and answers.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

use super::clockguard::ClockGuard;
use super::eraser::Eraser;
use super::image::ImageWriter;
use super::order::{Order, Placed};
use super::recovery::Tip;
use super::rows::TileRows;
use super::{Accepted, Admissible, Hold, Holds, Reader, Refusal, Setup, Snapshot};
use crate::audit::CheckedEntry;
use crate::clock::{Clock, Timestamp};
use crate::dsse::{PublicKey, SecretKey};
use crate::event::{Body, Commitment};
use crate::limits;
use crate::log::{ChainHash, Checkpoint, Entry, Frontier, Origin, leaf_hash};
use crate::rules::{self, Candidate};
use crate::state::{Recording, State};
use crate::store::{Batch, DirectoryLock, Heads, PackWriter, Store};
use crate::vault::{Attachment, Vault};

/// An event that waits, and whom to tell.
pub struct Job {
    event: Box<Admissible>,
    answer: oneshot::Sender<Result<Accepted, Refusal>>,
}

impl Job {
    /// An event whose fate goes to `answer`.
    pub fn new(event: Admissible, answer: oneshot::Sender<Result<Accepted, Refusal>>) -> Self {
        Self { event: Box::new(event), answer }
    }
}

/// All that follows from the entries so far.
#[derive(Clone)]
struct Edge {
    state: State,
    frontier: Frontier,
    chain: ChainHash,
    rows: TileRows,
}

impl Edge {
    /// Appends an entry's bytes to chain and tree.
    fn extend(&mut self, entry: &[u8]) {
        self.chain = ChainHash::of_entry(entry);
        let rows = &mut self.rows;
        self.frontier.append(leaf_hash(entry), |node| rows.push(node));
    }
}

/// A group on its way: the edge after it, its entries, and what became of each event.
struct Draft {
    edge: Edge,
    entries: Vec<Vec<u8>>,
    attachments: Vec<Attachment>,
    texts: BTreeSet<Commitment>,
    fates: Vec<Result<Accepted, Refusal>>,
}

/// The writer.
pub struct Sequencer {
    edge: Edge,
    origin: Origin,
    store: Arc<dyn Store>,
    packs: PackWriter,
    heads: Heads,
    vault: Vault,
    eraser: Eraser,
    order: Box<dyn Order>,
    log_key: SecretKey,
    next_log_key: Option<SecretKey>,
    clock: Clock,
    guard: ClockGuard,
    images: ImageWriter,
    queue: mpsc::Receiver<Job>,
    publish: watch::Sender<Arc<Snapshot>>,
    holds: Holds,
    _lock: Option<DirectoryLock>,
}

impl Sequencer {
    /// A writer that goes on from `tip`.
    pub fn new(
        setup: Setup,
        tip: Tip,
        vault: Vault,
        queue: mpsc::Receiver<Job>,
        publish: watch::Sender<Arc<Snapshot>>,
        holds: Holds,
    ) -> Self {
        let mut eraser = Eraser::over(Reader::new(setup.store.clone()), vault.clone());
        eraser.look_at(&tip.state);
        Self {
            guard: ClockGuard::new(&setup.clock),
            edge: Edge { state: tip.state, frontier: tip.frontier, chain: tip.chain, rows: tip.rows },
            origin: tip.origin,
            store: setup.store,
            packs: tip.packs,
            heads: tip.heads,
            images: tip.images,
            vault,
            eraser,
            order: setup.order,
            log_key: setup.log_key,
            next_log_key: setup.next_log_key,
            clock: setup.clock,
            queue,
            publish,
            holds,
            _lock: setup.lock,
        }
    }

    /// Works until no more events can come.
    pub fn run(mut self) {
        self.images.begin(&self.edge.state, &self.edge.chain);
        while let Some(first) = self.queue.blocking_recv() {
            let mut group = vec![first];
            while group.len() < limits::COMMIT_ENTRIES {
                let Ok(job) = self.queue.try_recv() else { break };
                group.push(job);
            }
            self.record(group);
        }
        if self.holds.lasting().is_none() {
            self.images.finish(&self.edge.state, &self.edge.chain);
        }
    }

    /// Records a group and answers everybody in it.
    fn record(&mut self, group: Vec<Job>) {
        let fates = self.settle(&group);
        let fates = fates.unwrap_or_else(|refusal| vec![Err(refusal); group.len()]);
        for (job, fate) in group.into_iter().zip(fates) {
            let _ = job.answer.send(fate);
        }
    }

    fn settle(&mut self, group: &[Job]) -> Result<Vec<Result<Accepted, Refusal>>, Refusal> {
        loop {
            if let Some(hold) = self.holds.lasting() {
                return Err(hold.into());
            }
            let now = self.guard.now(&self.clock, self.edge.state.last_at());
            let now = now.inspect_err(|hold| self.holds.raise(hold.clone()))?;
            self.holds.lift("ledger.clock");
            let draft = self.draft(group, now);
            if draft.entries.is_empty() {
                return Ok(draft.fates);
            }
            if let Err(error) = self.vault.store(&draft.attachments) {
                tracing::error!(code = error.code(), %error, "attachments were not stored");
                return Ok(draft.fates.into_iter().map(|_| Err(Refusal::Vault)).collect());
            }
            let placed = self.order.append(self.edge.frontier.size(), &draft.entries);
            match placed.map_err(|error| self.poisoned(&error))? {
                Placed::Here => {
                    self.commit(draft.edge, &draft.entries)?;
                    return Ok(draft.fates);
                }
                Placed::CameFirst(others) => self.follow(&others)?,
            }
        }
    }

    /// Judges a group in order, each event against the state that those before it leave.
    fn draft(&self, group: &[Job], now: Timestamp) -> Draft {
        let mut draft = Draft {
            edge: self.edge.clone(),
            entries: Vec::new(),
            attachments: Vec::new(),
            texts: BTreeSet::new(),
            fates: Vec::with_capacity(group.len()),
        };
        for job in group {
            let fate = self.admit(&mut draft, &job.event, now);
            draft.fates.push(fate);
        }
        draft
    }

    fn admit(&self, draft: &mut Draft, event: &Admissible, now: Timestamp) -> Result<Accepted, Refusal> {
        let id = event.verified.id();
        if let Some(seq) = draft.edge.state.index().seq(&id) {
            return self.seen_before(draft, seq);
        }
        let state = &draft.edge.state;
        // What nobody here could sign for afterwards is not recorded.
        if let Body::LedgerKeyRotated(body) = &event.event.body
            && self.held(&body.new).is_none()
        {
            return Err(Refusal::NextKey);
        }
        let recorded_at = rules::record_at(state, &event.event, now)?;
        let keys: Vec<_> = event.verified.keys().collect();
        let payload = event.verified.payload();
        rules::judge(state, Candidate { event: &event.event, payload, keys: &keys, recorded_at })?;
        // What came with an earlier event of the group is stored before its entry is.
        let kept = |text: &Commitment| draft.texts.contains(text) || self.vault.contains(text);
        if let Some(text) = event.missing_text(kept) {
            return Err(Refusal::AttachmentMissing(text));
        }
        let entry = Entry::encode(recorded_at, &draft.edge.chain, &event.verified);
        let seq = state.size();
        draft.edge.extend(&entry);
        draft.edge.state.apply(Recording { id, at: recorded_at, keys: &keys, event: &event.event });
        let bytes = Arc::from(&entry[..]);
        draft.entries.push(entry);
        draft.texts.extend(event.attachments.iter().map(Attachment::commitment));
        draft.attachments.extend(event.attachments.iter().cloned());
        Ok(Accepted { seq, id, recorded_at, keys, fresh: true, entry: bytes })
    }

    /// What was answered when the event was recorded: the keys that were logged, not those sent now.
    fn seen_before(&self, draft: &Draft, seq: u64) -> Result<Accepted, Refusal> {
        let committed = self.edge.frontier.size();
        let bytes = match seq.checked_sub(committed) {
            Some(at) => draft.entries.get(at as usize).cloned(),
            None => crate::store::read_entry(&*self.store, seq).ok().flatten(),
        };
        let bytes = bytes.ok_or(Refusal::Unsettled)?;
        let entry = Entry::parse(&bytes).map_err(|_| Refusal::Unsettled)?;
        Ok(Accepted {
            seq,
            id: entry.id(),
            recorded_at: entry.recorded_at,
            keys: entry.signatures.iter().map(|(key, _)| *key).collect(),
            fresh: false,
            entry: Arc::from(bytes),
        })
    }

    /// Takes entries that others placed first, checked as an audit checks them.
    fn follow(&mut self, others: &[Vec<u8>]) -> Result<(), Refusal> {
        let mut edge = self.edge.clone();
        for bytes in others {
            let entry = CheckedEntry::check(bytes);
            entry.follow(&mut edge.state, &edge.chain).map_err(|error| self.poisoned(&error))?;
            edge.extend(bytes);
        }
        self.commit(edge, others)
    }

    fn held(&self, key: &PublicKey) -> Option<&SecretKey> {
        std::iter::once(&self.log_key).chain(&self.next_log_key).find(|one| one.public() == *key)
    }

    /// Entries and tile rows in one durable batch, then the head, then everybody may see it.
    fn commit(&mut self, mut edge: Edge, entries: &[Vec<u8>]) -> Result<(), Refusal> {
        let mut batch = Batch::default();
        self.packs.append(entries.iter().map(Vec::as_slice), &mut batch);
        edge.rows.put_changed(&mut batch);
        let named = edge.state.ledger().and_then(|ledger| self.held(ledger.log_key()));
        let log_key = named.ok_or_else(|| self.poisoned(&"the log names a key that is not at hand"))?;
        self.store.commit(batch).map_err(|error| self.poisoned(&error))?;
        let (size, root) = (edge.frontier.size(), edge.frontier.root());
        let checkpoint = Checkpoint { origin: self.origin.clone(), size, root }.sign(log_key);
        let appended = self.heads.append(checkpoint.note().as_bytes());
        appended.map_err(|error| self.poisoned(&error))?;
        self.publish.send_replace(Arc::new(Snapshot { state: edge.state.clone(), checkpoint }));
        self.eraser.look_at(&edge.state);
        self.edge = edge;
        self.images.offer(&self.edge.state, &self.edge.chain);
        Ok(())
    }

    /// A fault after which it is unknown what was written: nothing more is, until the ledger is opened anew.
    fn poisoned(&self, error: &dyn std::fmt::Display) -> Refusal {
        self.holds.raise(Hold::Stopped(error.to_string()));
        Refusal::Unsettled
    }
}
