"""Forges exports as an operator could who keeps the log's key: chain, tree and checkpoint are right.

The keys are those of the tests: each is made from its name, which the vectors do not tell, so that
names are looked for where the tests write them.
"""

import base64
import functools
import itertools
import json
import pathlib
import re
import sys

from blake3 import blake3
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

here = pathlib.Path(__file__).resolve().parent
verify_folder = here.parent / "tools/verify"
sys.path.insert(0, str(verify_folder.parent))
from verify.dates import instant, moment  # noqa: E402
from verify.entry import pae  # noqa: E402
from verify.note import parse_vkey  # noqa: E402
from verify.source import tile_path  # noqa: E402
from verify.tree import leaf_hash, tree_root  # noqa: E402


def secret(name):
    return Ed25519PrivateKey.from_private_bytes(blake3(name.encode()).digest())


def public(key):
    return key.public_key().public_bytes_raw()


@functools.cache
def secrets():
    """The secret keys of the tests, by their public ones."""
    written = "".join(file.read_text() for file in (here / "it").rglob("*.rs"))
    names = set(re.findall(r'"([a-z][^"\n]{0,40})"', written)) | {"viewer"}
    numbered = (f"{name}{mark}{number}" for name in names for mark in " -" for number in range(4))
    viewers = (f"viewer {number}" for number in range(64))
    return {public(one).hex(): one for one in map(secret, itertools.chain(names, numbered, viewers))}


class Export:
    """Entries, the key that signs their checkpoints, and the attachments beside them."""

    remote = False
    # Paths of files that are links, and of folders in the place of files.
    irregular = ()
    folders = ()

    def __init__(self, origin, log_key, attachments=None):
        self.origin, self.log_key, self.files = origin, log_key, dict(attachments or {})
        self.entries, self.changed = [], {}

    def copy(self):
        other = Export(self.origin, self.log_key, self.files)
        other.entries, other.changed = list(self.entries), dict(self.changed)
        return other

    def append(self, at, payload, signatures, prev=None):
        """Adds an entry; each signature is a key's bytes and its own."""
        if prev is None:
            prev = blake3(self.entries[-1] if self.entries else self.origin.encode()).digest()
        signed = b"".join(key + signature for key, signature in signatures)
        self.entries.append(b"\x01" + at.to_bytes(8, "big") + prev + bytes([len(signatures)]) + signed + payload)

    def sign(self, at, payload, keys):
        """Adds an entry signed by the tests' own keys."""
        self.append(at, payload, [(bytes.fromhex(key), secrets()[key].sign(pae(payload))) for key in sorted(keys)])

    def replace(self, seq, **parts):
        """Changes an entry, and chains those after it anew."""
        entries, self.entries = self.entries, []
        for number, raw in enumerate(entries):
            at, count = int.from_bytes(raw[1:9], "big"), raw[41]
            signed, payload = raw[42 : 42 + 96 * count], raw[42 + 96 * count :]
            made = [(signed[one : one + 32], signed[one + 32 : one + 96]) for one in range(0, len(signed), 96)]
            entry = {"at": at, "payload": payload, "signatures": made} | (parts if number == seq else {})
            self.append(**entry)

    def checkpoint(self, text=None):
        root = base64.b64encode(tree_root([leaf_hash(one) for one in self.entries])).decode()
        text = f"{self.origin}\n{len(self.entries)}\n{root}\n" if text is None else text.decode()
        name, key_id, _ = parse_vkey(vkey_of(self.origin, self.log_key))
        blob = key_id + self.log_key.sign(text.encode())
        return f"{text}\n— {name} {base64.b64encode(blob).decode()}\n".encode()

    def tiles(self):
        row, level = [leaf_hash(one) for one in self.entries], 0
        while row:
            for at in range(0, len(row), 256):
                part = row[at : at + 256]
                yield f"tile/{level}/" + tile_path(at // 256, len(part)), b"".join(part)
            row = [tree_root(row[at : at + 256]) for at in range(0, len(row) // 256 * 256, 256)]
            level += 1

    def read(self, path):
        if path in self.changed:
            return self.changed[path]
        if path == "checkpoint":
            return self.checkpoint()
        if path.startswith("tile/entries/"):
            number = int(re.sub(r"\.p/.*|[x/]", "", path.removeprefix("tile/entries/")))
            part = self.entries[256 * number : 256 * number + 256]
            return b"".join(len(one).to_bytes(2, "big") + one for one in part)
        return dict(self.tiles()).get(path)

    def listed(self):
        bundles = range(0, len(self.entries), 256)
        entries = {"tile/entries/" + tile_path(at // 256, min(256, len(self.entries) - at)) for at in bundles}
        return {"checkpoint"} | entries | {path for path, _ in self.tiles()} | self.changed.keys()

    def attachments(self):
        return set(self.files)

    def attachment(self, commitment):
        if (file := self.files.get(commitment)) is None:
            return None
        salt, content, *kind = file
        return salt, kind[0] if kind else "text/plain", content


def vkey_of(origin, log_key):
    from verify.note import make_vkey

    return make_vkey(origin, public(log_key).hex())


def judgements(file):
    return [json.loads(line) for line in file.read_text().strip("\n").split("\n")]


def tried_at(one, last):
    """When an event that was refused would have been recorded; history brings its own time."""
    return max(instant(one["at"]), last)


def of_vectors(lines):
    """The export of a file of judgements, and of each refusal the export with it at the end."""
    first = next(json.loads(one["event"]) for one in lines if one["is"] == "recorded")
    log_key = secrets()[first["body"]["log_key"]]
    export, last, until = Export(first["ledger"], log_key), 0, first["body"].get("replayed_until")
    clocked = False
    for one in lines:
        event, payload = json.loads(one["event"]), one["event"].encode()
        history = not clocked and until is not None and event["issued_at"] < until
        if one["is"] == "recorded":
            last, clocked = instant(one["at"]), clocked or not history
            export.sign(last, payload, one["keys"])
            if event["type"] == "ledger.key_rotated":
                export.log_key = secrets()[event["body"]["new"]]
        elif set(one["keys"]) <= secrets().keys() and export.entries:
            forged = export.copy()
            forged.sign(instant(event["issued_at"]) if history else tried_at(one, last), payload, one["keys"])
            yield event["type"], one["is"], forged
    yield None, "recorded", export


__all__ = ["Export", "judgements", "moment", "of_vectors", "public", "secret", "secrets", "vkey_of"]
