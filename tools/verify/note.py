"""C2SP signed notes and checkpoints."""

import base64

from . import ed25519
from .findings import require
from .tree import sha256


def parse_vkey(vkey):
    name, key_id, key = vkey.split("+", 2)
    raw = base64.b64decode(key)
    require(raw[0] == 1 and len(raw) == 33, "the vkey is not an Ed25519 one")
    require(sha256(name.encode(), b"\n", raw)[:4].hex() == key_id, "the vkey's id does not match")
    return name, key_id, raw[1:]


def make_vkey(origin, key):
    raw = bytes([1]) + bytes.fromhex(key)
    key_id = sha256(origin.encode(), b"\n", raw)[:4].hex()
    return f"{origin}+{key_id}+{base64.b64encode(raw).decode()}"


def open_checkpoint(note, vkey):
    """Size and root of a note that the log's key signed."""
    name, key_id, key = parse_vkey(vkey)
    text, _, lines = note.rpartition("\n\n")
    text += "\n"
    signed = False
    for line in lines.splitlines():
        dash, signer, blob = line.split(" ")
        blob = base64.b64decode(blob)
        if dash == "—" and signer == name and blob[:4].hex() == key_id:
            # check:checkpoint.signature
            ed25519.verify(key, blob[4:], text.encode())
            signed = True
    # check:checkpoint.signed
    require(signed, "the log's key did not sign the checkpoint")
    origin, size, root = text.splitlines()
    # check:checkpoint.origin
    require(origin == name, "the checkpoint is another log's")
    return int(size), base64.b64decode(root)
