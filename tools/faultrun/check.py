"""What must hold after every round: nothing acknowledged is lost, nothing refused is recorded."""

import base64
import json

from blake3 import blake3
from cryptography.exceptions import InvalidSignature

from verify.entry import pae
from verify.findings import Wrong
from verify.note import open_checkpoint
from verify.source import tile_path
from verify.tree import inclusion_root, leaf_hash, tree_root

from . import load
from .http import Unreachable
from .tree import is_beginning

HEADER = "c2sp.org/tlog-proof@v1"


class Receipt:
    """A receipt, taken apart; its signature and its proof hold, or `Wrong` is raised."""

    notes = {}

    def __init__(self, text, vkey):
        head, _, note = text.partition("\n\n")
        form, extra, index, *proof = head.split("\n")
        if form != HEADER:
            raise Wrong(f"a receipt begins with {form!r}")
        self.entry = base64.b64decode(extra.removeprefix("extra "))
        self.seq = int(index.removeprefix("index "))
        if note not in self.notes:
            self.notes[note] = open_checkpoint(note, vkey)
        self.size, self.root = self.notes[note]
        proof = [base64.b64decode(one) for one in proof]
        if inclusion_root(self.size, self.seq, leaf_hash(self.entry), proof) != self.root:
            raise Wrong("a receipt's proof leads to another root than it names")


def event_id(entry):
    return blake3(pae(entry[42 + 96 * entry[41] :])).hexdigest()


def entries_from(connection, first, size):
    """The entries from `first` on, by whole bundles; each with its seq."""
    for number in range(first // 256 * 256, size, 256):
        width = min(256, size - number)
        bundle = connection.get("/tile/entries/" + tile_path(number // 256, width))
        at = 0
        for seq in range(number, number + width):
            length = int.from_bytes(bundle[at : at + 2], "big")
            yield seq, bundle[at + 2 : at + 2 + length]
            at += 2 + length


class Check:
    """One look at a ledger that is served with nothing in its way."""

    def __init__(self, ledger, source):
        self.ledger, self.source, self.tally = ledger, source, ledger.tally
        self.connection = ledger.connection()
        self.lost = 0

    def lose(self, detail):
        self.lost += 1
        self.tally.found("lost", detail)

    def run(self, everything=False):
        """How many acknowledged entries are not there."""
        ledger = self.ledger
        try:
            size, root = open_checkpoint(self.connection.get("/checkpoint").decode(), ledger.parties.vkey)
            self._follows(size, root)
            entries = self._read(0 if everything else min(len(ledger.leaves), size), size)
            if everything and tree_root(ledger.leaves) != root:
                self.lose("the entries do not make the root of the checkpoint")
            self._acknowledged(sorted(ledger.acknowledged) if everything else ledger.fresh, entries, size, root)
            self._receipts_served(size)
            for id_ in ledger.refused & ledger.seqs.keys():
                self.tally.found("refused, yet recorded", f"{id_} is entry {ledger.seqs[id_]}")
            if not ledger.retired:
                self._sent_again()
            ledger.checkpoint = (size, root)
        except (Wrong, InvalidSignature, Unreachable, ValueError) as error:
            self.tally.found("check failed", f"{error!r}; {ledger.server.said()}")
        ledger.fresh, ledger.unknown, ledger.refused = [], {}, set()
        Receipt.notes.clear()
        self.connection.close()
        return self.lost

    def _consistent(self, old, new, what):
        (old_size, old_root), (size, root) = old, new
        if old_size > size:
            return self.lose(f"{what} of {old_size} entries, but there are {size}")
        proof = self.connection.json(f"/v1/proofs/consistency/{old_size}/{size}")["hashes"]
        if not is_beginning(old_size, old_root, size, root, [base64.b64decode(one) for one in proof]):
            self.lose(f"{what} of {old_size} entries is not the beginning of {size}")

    def _follows(self, size, root):
        if self.ledger.checkpoint is not None:
            self._consistent(self.ledger.checkpoint, (size, root), "an earlier checkpoint")

    def _read(self, first, size):
        """Reads the entries from `first` on; those read before must be the same."""
        ledger, entries = self.ledger, {}
        for seq, entry in entries_from(self.connection, first, size):
            entries[seq] = entry
            leaf, id_ = leaf_hash(entry), event_id(entry)
            if seq < len(ledger.leaves):
                if ledger.leaves[seq] != leaf:
                    self.lose(f"entry {seq} is another than before")
                continue
            ledger.leaves.append(leaf)
            if ledger.seqs.setdefault(id_, seq) != seq:
                self.tally.found("recorded twice", f"{id_} at {ledger.seqs[id_]} and {seq}")
        return entries

    def _acknowledged(self, seqs, entries, size, root):
        newest = (0, b"")
        for seq in seqs:
            said = self.ledger.acknowledged[seq]
            receipt = Receipt(said.receipt, self.ledger.parties.vkey)
            newest = max(newest, (receipt.size, receipt.root))
            entry = entries.get(seq)
            if receipt.seq != seq or event_id(receipt.entry) != said.id:
                self.tally.found("wrong receipt", f"of entry {seq}")
            if seq >= size:
                self.lose(f"entry {seq} was acknowledged, and there are {size}")
            elif leaf_hash(receipt.entry) != self.ledger.leaves[seq] or entry not in (None, receipt.entry):
                self.lose(f"entry {seq} was acknowledged, and another is there")
        if newest[0]:
            self._consistent(newest, (size, root), "an acknowledged checkpoint")

    def _receipts_served(self, size):
        """A sample, also of what was acknowledged long before."""
        known = [seq for seq in self.ledger.acknowledged if seq < size]
        for seq in self.source.sample(known, min(5, len(known))):
            receipt = Receipt(self.connection.get(f"/v1/receipts/{seq}").decode(), self.ledger.parties.vkey)
            if event_id(receipt.entry) != self.ledger.acknowledged[seq].id:
                self.lose(f"the receipt of entry {seq} is of another event")

    def _sent_again(self):
        """Events of which nobody heard are recorded once, however often they are sent."""
        for id_, submission in list(self.ledger.unknown.items())[:3]:
            try:
                status, body = self.connection.ask("/v1/events", submission)
            except Unreachable as error:
                return self.tally.found("write failed", error)
            there = id_ in self.ledger.seqs
            answer = json.loads(body)
            if load.settle(self.ledger, id_, submission, status, answer):
                self.ledger.fresh.remove(answer["seq"])
                if there and (status, answer["seq"]) != (200, self.ledger.seqs[id_]):
                    self.tally.found("recorded twice", f"{id_}: {status}, {answer['seq']}")
