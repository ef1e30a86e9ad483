"""C2SP signed notes and checkpoints."""

import base64
import unicodedata

from . import ed25519
from .findings import Wrong, require
from .tree import sha256
from .written import decimal, unbase64, unbase64_hash

MOST_BYTES = 128 * 1024
MOST_NAME_BYTES = 200
ED25519 = 1


def parse_vkey(vkey):
    name, _, key = vkey.split("+", 2)
    raw = unbase64(key)
    own = len(raw) == 33 and make_vkey(name, raw[1:].hex())
    # check:vkey.form
    require(own == vkey and is_name(name), "the vkey is not an Ed25519 one, or its id does not match")
    return name, key_id(name, raw), raw[1:]


def make_vkey(origin, key):
    raw = bytes([ED25519]) + bytes.fromhex(key)
    return f"{origin}+{key_id(origin, raw).hex()}+{base64.b64encode(raw).decode()}"


def key_id(name, raw):
    return sha256(name.encode(), b"\n", raw)[:4]


def is_name(text):
    """Whether a text can be the name in a signed note."""
    hidden = any(one.isspace() or one == "+" or unicodedata.category(one) == "Cc" for one in text)
    return 1 <= len(text.encode()) <= MOST_NAME_BYTES and not hidden


def parse_note(note):
    """The text of a note, and its signature lines: who signed, with which key, and what."""
    # check:note.length
    require(len(note.encode()) <= MOST_BYTES, "the note is too large")
    text, _, lines = note.rpartition("\n\n")
    # check:note.end
    require(lines.endswith("\n"), "the note does not end with lines of signatures")
    return text + "\n", [parse_line(line) for line in lines.removesuffix("\n").split("\n")]


def parse_line(line):
    try:
        dash, name, written = line.split(" ")
    except ValueError:
        raise Wrong(f"a signature line of another form: {line[:60]!r}") from None
    blob = unbase64(written)
    # check:note.line
    require(dash == "—" and is_name(name) and len(blob) > 4, f"a signature line of another form: {line[:60]!r}")
    return name, blob[:4], blob[4:]


def claim(note):
    """Origin, size and root that a note names, whoever signed it."""
    lines = parse_note(note)[0].split("\n")
    require(len(lines) > 3, "the checkpoint's text is not origin, size and root, one per line")
    origin, size, root, *more = lines
    # check:checkpoint.lines
    require(more == [""], "the checkpoint's text has more than origin, size and root")
    return origin, decimal(size), unbase64_hash(root)


def open_checkpoint(note, vkey):
    """Size and root of a note that the log's key signed."""
    name, own_id, key = parse_vkey(vkey)
    text, signatures = parse_note(note)
    origin, size, root = claim(note)
    # check:checkpoint.origin
    require(origin == name, "the checkpoint is another log's")
    own = [signature for signer, signer_id, signature in signatures if (signer, signer_id) == (name, own_id)]
    for signature in own:
        # check:checkpoint.signature
        ed25519.verify(key, signature, text.encode())
    # check:checkpoint.signed
    require(own, "the log's key did not sign the checkpoint")
    return size, root
