//! The one thread that writes: judges in order, commits in groups, then signs, publishes and answers.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};

use super::clockguard::Belief;
use super::draft::{Draft, Edge};
use super::eraser::Eraser;
use super::image::ImageWriter;
use super::kept::may_keep;
use super::open_error::OpenError;
use super::order::Placed;
use super::recovery::{self, Tip};
use super::room;
use super::timekeeper::Timekeeper;
use super::work::{Job, Work};
use super::{Accepted, Admissible, Claim, Hold, Holds, Reader, Refusal, Setup, Snapshot};
use crate::audit::CheckedEntry;
use crate::event::{Body, Commitment};
use crate::limits;
use crate::log::{Checkpoint, Entry, Origin};
use crate::rules::{self, Candidate};
use crate::store::{Batch, Heads, PackWriter, StoreError};
use crate::time::Timestamp;
use crate::vault::{Attachment, Incoming, Vault};

/// Time between two tries to read a store anew that failed.
const BETWEEN_TRIES: Duration = Duration::from_millis(500);

/// What the writer has in common with those who send and read.
pub(super) struct Writer {
    /// What is to be done.
    pub queue: mpsc::Receiver<Work>,
    /// Where what was recorded is published.
    pub publish: watch::Sender<Arc<Snapshot>>,
    /// How far the clock is believed.
    pub belief: watch::Sender<Belief>,
    /// Why nothing is written.
    pub holds: Holds,
    /// Taken for each group.
    pub turn: Arc<Mutex<()>>,
}

/// The writer.
pub(super) struct Sequencer {
    edge: Edge,
    origin: Origin,
    setup: Setup,
    packs: PackWriter,
    heads: Heads,
    vault: Vault,
    eraser: Eraser,
    time: Timekeeper,
    images: ImageWriter,
    queue: mpsc::Receiver<Work>,
    publish: watch::Sender<Arc<Snapshot>>,
    belief: watch::Sender<Belief>,
    holds: Holds,
    /// Taken for each group: whoever else has it knows that nothing is being recorded.
    turn: Arc<Mutex<()>>,
    /// A commit failed, and what landed has not been found out.
    unsettled: bool,
    /// When finding out was last tried in vain.
    tried: Option<Instant>,
    /// What came with entries that may have landed without anybody knowing it: it is swept by nobody.
    undecided: Vec<Incoming>,
}

impl Sequencer {
    /// A writer that goes on from `tip`.
    pub(super) fn new(mut setup: Setup, tip: Tip, vault: Vault, writer: Writer) -> Self {
        let Writer { queue, publish, belief, holds, turn } = writer;
        // Whoever signs now did so last whenever the store is read anew.
        setup.claim = Claim::Unchanged;
        setup.check = None;
        let mut eraser = Eraser::over(Reader::new(setup.store.clone()), vault.clone(), publish.subscribe());
        eraser.look_at(&tip.state);
        Self {
            time: Timekeeper::new(setup.clock.clone(), &setup.directory),
            edge: Edge { state: tip.state, frontier: tip.frontier, chain: tip.chain, rows: tip.rows },
            origin: tip.origin,
            setup,
            packs: tip.packs,
            heads: tip.heads,
            images: tip.images,
            vault,
            eraser,
            queue,
            publish,
            belief,
            holds,
            turn,
            unsettled: false,
            tried: None,
            undecided: Vec::new(),
        }
    }

    /// Works until no more events can come.
    pub(super) fn run(mut self) {
        self.images.begin(&self.edge.state, &self.edge.chain);
        while let Some(first) = self.queue.blocking_recv() {
            let mut group = Vec::new();
            let mut look = false;
            let mut next = Some(first);
            while let Some(work) = next {
                match work {
                    Work::Event(job) => group.push(job),
                    Work::Look => look = true,
                }
                let full = group.len() >= limits::COMMIT_ENTRIES;
                next = if full { None } else { self.queue.try_recv().ok() };
            }
            if look {
                self.look();
            }
            if !group.is_empty() {
                self.record(group);
            }
        }
        if self.holds.lasting().is_none() {
            self.images.finish(&self.edge.state, &self.edge.chain);
            if let Err(error) = self.heads.rest() {
                tracing::warn!(code = error.code(), %error, "no new file of heads was begun at the end");
            }
        }
    }

    /// Records a group and answers everybody in it.
    fn record(&mut self, group: Vec<Job>) {
        let turn = self.turn.clone();
        let turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        let fates = self.settle(&group);
        drop(turn);
        let fates = fates.unwrap_or_else(|refusal| vec![Err(refusal); group.len()]);
        for (job, fate) in group.into_iter().zip(fates) {
            let _ = job.answer.send(fate);
        }
    }

    fn settle(&mut self, group: &[Job]) -> Result<Vec<Result<Accepted, Refusal>>, Refusal> {
        let mut tries = 0;
        loop {
            let now = self.ready()?;
            let draft = self.draft(group, now);
            if draft.entries.is_empty() {
                return Ok(draft.fates);
            }
            self.make_room(&draft)?;
            let incoming = match self.vault.store(&draft.attachments) {
                Ok(incoming) => incoming,
                Err(error) => {
                    tracing::error!(code = error.code(), %error, "attachments were not stored");
                    return Err(self.held(room::of_vault(&error)));
                }
            };
            self.undecided.push(incoming);
            let placed = self.setup.order.append(self.edge.frontier.size(), &draft.entries);
            match placed.map_err(|error| self.stopped(&error))? {
                Placed::Here => match self.commit(draft.edge, &draft.entries) {
                    // Published: what they name is kept, though it is not on its way any more.
                    Ok(()) => {
                        self.undecided.clear();
                        return Ok(draft.fates);
                    }
                    // What landed is found out at once, and the group judged anew after it.
                    Err(Refusal::Unsettled) if tries == 0 => tries += 1,
                    Err(refusal) => return Err(refusal),
                },
                Placed::CameFirst(others) => {
                    self.follow(&others)?;
                    // Judged anew, they may be refused.
                    self.decide();
                }
            }
        }
    }

    /// Removes what came with entries that have not landed, now that this is known.
    fn decide(&mut self) {
        for incoming in std::mem::take(&mut self.undecided) {
            let withdrawn = incoming.withdraw(|one| may_keep(&self.edge.state, one));
            withdrawn.unwrap_or_else(|error| tracing::warn!(%error, "attachments were not withdrawn"));
        }
    }

    /// Looks whether what holds writes is gone, or has come, although nobody writes.
    pub(super) fn look(&mut self) {
        let turn = self.turn.clone();
        let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        if self.ready().is_ok() {
            let _ = self.has_room(0, 0);
        }
    }

    /// The instant to record at, where nothing holds writes; a store that failed is settled first.
    fn ready(&mut self) -> Result<Timestamp, Refusal> {
        if let Some(hold) = self.holds.lasting() {
            return Err(hold.into());
        }
        if self.unsettled {
            self.settle_store()?;
        }
        let now = self.time.now(&self.edge.state);
        self.belief.send_if_modified(|belief| std::mem::replace(belief, self.time.belief()) != *belief);
        let now = now.map_err(|hold| self.held(hold))?;
        self.holds.lift("ledger.clock");
        self.time.note(now);
        Ok(now)
    }

    /// Whether a draft fits on the disks, and the files that it needs can be opened.
    fn make_room(&mut self, draft: &Draft) -> Result<(), Refusal> {
        let entries = draft.entries.iter().map(Vec::len).sum();
        let attachments = draft.attachments.iter().map(|one| one.bytes.len()).sum();
        self.has_room(entries, attachments)
    }

    fn has_room(&mut self, entries: usize, attachments: usize) -> Result<(), Refusal> {
        let room = self.setup.store.room(entries).and_then(|()| self.heads.prepare());
        if let Err(error) = room {
            tracing::debug!(code = error.code(), %error, "no room for entries");
            return Err(self.held(room::of_store(&error).unwrap_or(Hold::Unsettled)));
        }
        self.holds.lift("ledger.unsettled");
        self.holds.lift("store.full");
        let stored = room::for_attachments(&self.setup.directory, &self.vault, attachments);
        stored.map_err(|hold| self.held(hold))?;
        self.holds.lift("vault.full");
        self.holds.lift("vault.io");
        // A file that can be opened is all that this hold waits for.
        if std::fs::File::open(&self.setup.directory).is_ok() {
            self.holds.lift("ledger.descriptors");
        }
        Ok(())
    }

    fn held(&self, hold: Hold) -> Refusal {
        if !self.holds.standing().contains(&hold) {
            room::tell(&self.setup.directory, &hold);
        }
        self.holds.raise(hold.clone());
        hold.into()
    }

    /// Opens the store anew and goes on from what it holds, as a start does.
    fn settle_store(&mut self) -> Result<(), Refusal> {
        // Each try reads the store from its beginning: who sends much does not make it do so the more often.
        if self.tried.is_some_and(|tried| tried.elapsed() < BETWEEN_TRIES) {
            return Err(Refusal::Unsettled);
        }
        let tip = self.setup.store.reopen().map_err(OpenError::Store);
        let tip = tip.and_then(|()| recovery::recover(&self.setup, None));
        let tip = tip.and_then(|tip| Ok(self.setup.store.believe().map(|()| tip)?));
        let tip = match tip {
            Ok(tip) => tip,
            Err(OpenError::Store(error)) if error.is_of_the_machine() => {
                tracing::warn!(code = error.code(), %error, "the store cannot be read anew yet");
                if let Some(hold) = room::of_store(&error) {
                    self.holds.raise(hold);
                }
                self.tried = Some(Instant::now());
                return Err(Refusal::Unsettled);
            }
            Err(error) => return Err(self.stopped(&error)),
        };
        if tip.read_only.is_some() {
            return Err(self.stopped(&"its directory is no longer the one that signs"));
        }
        let published = self.publish.borrow().size();
        if tip.checkpoint.checkpoint().size < published {
            return Err(self.stopped(&"it ends before what was published"));
        }
        self.edge = Edge { state: tip.state, frontier: tip.frontier, chain: tip.chain, rows: tip.rows };
        (self.packs, self.heads, self.images) = (tip.packs, tip.heads, tip.images);
        let state = self.edge.state.clone();
        self.publish.send_replace(Arc::new(Snapshot { state, checkpoint: tip.checkpoint }));
        self.eraser.look_at(&self.edge.state);
        (self.unsettled, self.tried) = (false, None);
        self.decide();
        self.holds.lift("ledger.unsettled");
        tracing::warn!(entries = self.edge.state.size(), "the store was read anew, and holds what it should");
        Ok(())
    }

    /// Judges a group in order, each event against the state that those before it leave.
    fn draft(&self, group: &[Job], now: Timestamp) -> Draft {
        Draft::of(&self.edge, group.len(), |draft, place| self.admit(draft, &group[place].event, now))
    }

    fn admit(&self, draft: &mut Draft, event: &Admissible, now: Timestamp) -> Result<Accepted, Refusal> {
        let id = event.verified.id();
        if let Some(seq) = draft.edge.state.index().seq(&id) {
            return self.seen_before(draft, seq);
        }
        let state = &draft.edge.state;
        // What nobody here could sign for afterwards is not recorded.
        if let Body::LedgerKeyRotated(body) = &event.event.body
            && self.setup.held(&body.new).is_none()
        {
            return Err(Refusal::NextKey);
        }
        let recorded_at = rules::record_at(state, &event.event, now)?;
        let keys: Vec<_> = event.verified.keys().collect();
        let payload = event.verified.payload();
        let candidate = Candidate { id, event: &event.event, payload, keys: &keys, recorded_at };
        let admitted = rules::judge(state, candidate)?;
        // What came with an earlier event of the group is stored before its entry is.
        let kept = |text: &Commitment| {
            let needed = state.keeps_text(text) == Some(true);
            draft.texts.contains(text) || (needed && self.vault.contains(text))
        };
        if let Some(text) = event.missing_text(kept) {
            return Err(Refusal::AttachmentMissing(text));
        }
        let entry = Entry::encode(recorded_at, &draft.edge.chain, &event.verified);
        let seq = state.size();
        draft.edge.extend(&entry);
        draft.edge.state.apply(admitted)?;
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
            None => crate::store::read_entry(&*self.setup.store, seq).ok().flatten(),
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
            entry.follow(&mut edge.state, &edge.chain).map_err(|error| self.stopped(&error))?;
            edge.extend(bytes);
        }
        self.commit(edge, others)
    }

    /// Entries and tile rows in one durable batch, then the head, then everybody may see it.
    fn commit(&mut self, mut edge: Edge, entries: &[Vec<u8>]) -> Result<(), Refusal> {
        let mut batch = Batch::default();
        self.packs.append(entries.iter().map(Vec::as_slice), &mut batch);
        edge.rows.put_changed(&mut batch);
        let named = edge.state.ledger().and_then(|ledger| self.setup.held(ledger.log_key()));
        let log_key = named.ok_or_else(|| self.stopped(&"the log names a key that is not at hand"))?;
        let committed = self.setup.store.commit(batch);
        if let Err(error) = committed {
            return Err(self.unsettle(&error));
        }
        let (size, root) = (edge.frontier.size(), edge.frontier.root());
        let checkpoint = Checkpoint { origin: self.origin.clone(), size, root }.sign(log_key);
        let appended = self.heads.append(checkpoint.note().as_bytes());
        if let Err(error) = appended {
            return Err(self.unsettle(&error));
        }
        self.publish.send_replace(Arc::new(Snapshot { state: edge.state.clone(), checkpoint }));
        self.eraser.look_at(&edge.state);
        self.edge = edge;
        self.images.offer(&self.edge.state, &self.edge.chain);
        Ok(())
    }

    /// A fault after which it is unknown what was written: nothing more is, until that is found out.
    fn unsettle(&mut self, error: &StoreError) -> Refusal {
        tracing::error!(code = error.code(), %error, "a commit failed");
        self.unsettled = true;
        self.holds.raise(Hold::Unsettled);
        Refusal::Unsettled
    }

    /// A fault that nothing here can mend: nothing more is written, and reads go on.
    fn stopped(&self, error: &dyn std::fmt::Display) -> Refusal {
        self.held(Hold::Stopped(error.to_string()))
    }
}
