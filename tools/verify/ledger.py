"""A whole ledger, from its published files: log, rules, attachments, committed states and scores."""

import base64
import json
import time

from blake3 import blake3

from . import payload
from .attachments import Named
from .dates import days, instant, iso, moment
from .documents import state_roots
from .entry import parse_entry
from .findings import Wrong, require
from .note import claim, make_vkey, open_checkpoint
from .rules import judge
from .rules.times import AHEAD_MS
from .scores import compare, score
from .source import Address, Folder, check_files, check_tiles, read_log
from .state import State
from .tree import leaf_hash, tree_root

CHECKED = (
    "checked: the chain, the tree and its tiles, the checkpoint's signature, every signature strictly, the form of "
    "every event, every rule (who may sign, thresholds, recusal, order, clocks), times, attachments, committed "
    "states, scores"
)
UNCHECKED = (
    "not checked: that nothing was kept from this log or cut off its end (compare checkpoints and receipts from "
    "elsewhere), that a document is what its media type says, cosignatures of witnesses, who stands behind a key, "
    "that no name of a member looks like another's (letters of several alphabets in a word are judged)"
)
FILES = "checked: that no other files lie in the folder"
UNSERVED = "not checked: any served page but scores"
MOST_TOLD = 100


class Work:
    """One verification under way."""

    def __init__(self, source, origin, size, as_of, now):
        self.source, self.origin, self.stop, self.as_of = source, origin, size, as_of
        self.state, self.named, self.findings = State(), Named(), []
        self.leaves, self.prev, self.ids = [], blake3(origin.encode()).digest(), set()
        self.signatures = self.compared = 0
        self.derailed, self.roots, self.scores = None, {}, None
        self.now, self.ahead = now, 0

    def find(self, what):
        self.findings.append(what)

    def take(self, raw, committed):
        """The next entry: its bytes, its place, whether the rules let it stand there, and what it makes."""
        seq = len(self.leaves)
        if seq == self.stop:
            self.take_scores()
        if seq in committed and self.derailed is None:
            self.roots[seq] = state_roots(self.state)
        self.leaves.append(leaf_hash(raw))
        # check:chain.broken
        if raw[9:41] != self.prev:
            # Whoever changed an entry left the next one naming what was there.
            what = f"its hash is not the one that entry {seq} names" if seq else "its prev is not the hash of the origin"
            self.find(f"entry {max(seq - 1, 0)}: {what} (chain.broken)")
        self.prev = blake3(raw).digest()
        try:
            entry = parse_entry(raw)
        except Wrong as wrong:
            return self.derail(seq, wrong)
        self.signatures += len(entry.keys)
        # check:event.twice
        if entry.id in self.ids:
            return self.derail(seq, "it stands in the log before (event.twice)")
        self.ids.add(entry.id)
        # check:time.ahead
        if entry.recorded_at > self.now + AHEAD_MS:
            self.ahead += 1
            if self.ahead == 1:
                when = moment(entry.recorded_at)
                self.find(f"entry {seq}: recorded at {when}, which by this machine's clock is to come (time.ahead)")
        until = entry.event["body"].get("replayed_until") if entry.event["type"] == "ledger.opened" else None
        # check:time.history
        if until is not None and instant(until) > self.now + AHEAD_MS:
            self.find(f"entry {seq}: history until {until}, which by this machine's clock is to come (time.ahead)")
        self.named.take(entry)
        try:
            code = judge(self.state, entry)
            if code is not None:
                return self.derail(seq, f"{entry.event['type']} may not be recorded here ({code})", entry)
            self.compare_roots(seq, entry)
            self.state.apply(seq, entry)
        except (LookupError, TypeError, ValueError, AttributeError, StopIteration) as error:
            return self.derail(seq, f"it cannot be judged: {error!r} (entry.unjudged)", entry)

    def derail(self, seq, what, entry=None):
        """What is refused changes nothing, and what follows is judged as if it were not there."""
        self.find(f"entry {seq}: {what}")
        self.derailed = seq if self.derailed is None else self.derailed
        self.state.skip(None if entry is None else entry.recorded_at)

    def compare_roots(self, seq, entry):
        body = entry.event["body"]
        if entry.event["type"] != "state.committed" or body["size"] not in self.roots:
            return
        roots = self.roots[body["size"]]
        # check:commitment.roots
        if {name: body[name] for name in roots} != roots:
            self.find(f"entry {seq}: the state of size {body['size']} has other roots (commitment.roots)")
        self.compared += 1

    def take_scores(self):
        """Every score at the size asked for."""
        state = self.state
        if self.as_of is None and self.source.remote:
            self.as_of = json.loads(self.source.read("v1/ledger"))["today"]
        last = state.dates[-1] if state.dates else 0
        self.day = max(days(self.as_of), last) if self.as_of else last
        self.scores = {subject: score(state, subject, self.day) for subject in state.subjects}

    def compare_scores(self, size):
        for subject, own in self.scores.items():
            path = f"v1/subjects/{subject}/score/{size}/{iso(self.day)}"
            served = self.source.read(path)
            # check:score.differs
            if served is None or not compare(json.loads(served), own):
                self.find(f"the score of {subject} differs: {own} (score.differs)")


def verify_ledger(place, vkey, size, as_of, now):
    """Prints what was checked; tells what was found."""
    source = Address(place) if place.startswith(("http://", "https://")) else Folder(place)
    return verify_source(source, vkey, size, as_of, now)


def verify_source(source, vkey=None, size=None, as_of=None, now=None):
    """The same of any source; `now` is this machine's clock in milliseconds."""
    note = source.read("checkpoint")
    require(note is not None, "there is no checkpoint (checkpoint.missing)")
    note = note.decode()
    published = claim(note)[1]
    require(published > 0, "the ledger is empty")
    first = payload.parse(parse_entry(next(read_log(source, published))).payload)
    given = vkey is not None
    vkey = vkey or make_vkey(first["ledger"], first["body"]["log_key"])
    work = Work(source, vkey.split("+")[0], size, as_of, round(time.time() * 1000) if now is None else now)
    committed = commitments(source, published)
    for raw in read_log(source, published):
        work.take(raw, committed)
    if work.scores is None:
        work.take_scores()
    root = check_head(work, note, vkey, published)
    for wrong in check_tiles(source, work.leaves):
        work.find(wrong)
    for wrong in check_files(source, published):
        work.find(wrong)
    for wrong in work.named.check(source, work.state):
        work.find(wrong)
    if source.remote and work.derailed is None:
        work.compare_scores(size or published)
    tell(work, published, root, None if given else vkey)
    return work.findings


def check_head(work, note, vkey, published):
    # Whoever trusts a key that the log had trusts those that followed it by its own signature.
    keys = [make_vkey(work.origin, key) for _, key in work.state.log_keys]
    try:
        # check:checkpoint.key
        require(vkey in keys, "the log never had the key that was given (checkpoint.key)")
        signed_size, root = open_checkpoint(note, keys[-1])
        # check:checkpoint.root
        require(signed_size == published and tree_root(work.leaves) == root, "the root is another (checkpoint.root)")
    except Exception as error:
        work.find(f"checkpoint: {error if isinstance(error, Wrong) else repr(error)}")
    return tree_root(work.leaves)


def tell(work, published, root, vkey):
    print(f"{work.origin}\n{published} entries, {work.signatures} signatures, root {base64.b64encode(root).decode()}")
    print(f"{work.compared} state commitments made anew")
    print(f"{work.named.compared} attachments whole, {work.named.gone} erased")
    if vkey is not None:
        print(f"the log's key is the ledger's own word: {vkey}")
    served = " and compared with those served" if work.source.remote else ""
    print(f"{len(work.scores)} scores recomputed as of {iso(work.day)}{served}")
    print(CHECKED)
    if not work.source.remote:
        print(FILES)
    print(UNCHECKED)
    if work.source.remote:
        print(UNSERVED)
    if work.ahead:
        print(f"{work.ahead} entries lie ahead of this machine's clock, which may be the one that is wrong")
    if work.derailed is not None:
        print(f"from entry {work.derailed} on the state is not certain: neither commitments nor scores were compared")


def commitments(source, size):
    """The sizes that the operator committed to."""
    found = set()
    for raw in read_log(source, size):
        try:
            event = json.loads(raw[42 + 96 * raw[41] :])
            if event["type"] == "state.committed":
                found.add(event["body"]["size"])
        except (ValueError, LookupError, TypeError, RecursionError):
            # What cannot be read is found when it is taken.
            continue
    return found
