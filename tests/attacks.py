"""One honest ledger with attachments, and what a dishonest operator could make of it.

Each attack is named after the check that finds it, as `tools/verify` marks it.
"""

import base64
import copy
import hashlib
import json

from blake3 import blake3
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from forge import Export, here, instant, judgements, moment, public, secret, secrets, vkey_of
from misspelt import misspelt_notes, misspelt_texts
from verify.dates import days
from verify.documents import state_roots
from verify.ed25519 import P
from verify.entry import Entry, event_id, pae
from verify.scores import score
from verify.source import tile_path
from verify.state import State

L = 2**252 + 27742317777372353535851937790883648493
SEATS, KOL = ("seat-1", "seat-2", "seat-3"), "kol-0123456789abc"
IDENTITY = b"\x01" + bytes(31)
BEGINS = "2026-11-25T03:00:00.000Z"


class Ledger:
    """An honest ledger under way: what is said is recorded a second later."""

    def __init__(self, spell=None):
        first = judgements(here / "vectors/judgements/01.jsonl")[0]
        # Whenever the vectors were made, this begins on one day.
        opening, self.at = json.loads(first["event"]) | {"issued_at": BEGINS}, instant(BEGINS)
        self.spell = spell or (lambda value: json.dumps(value, ensure_ascii=False))
        body = self.spell(opening.pop("body"))
        self.origin = f"it/{blake3(body.encode()).hexdigest()[:32]}"
        # The body stands first, so that nothing rests on where it stands.
        rest = self.spell(opening | {"ledger": self.origin}).strip()
        self.export, self.state, self.ids = Export(self.origin, secret("log")), State(), {}
        self.add(f'{{ "body" : {body} ,{rest[1:]}'.encode(), first["keys"])

    @classmethod
    def of_copy(cls, other):
        """Another ledger under way that has said the same so far."""
        return copy.deepcopy(other, {id(other.export.log_key): other.export.log_key})

    def add(self, payload, keys):
        self.export.sign(self.at, payload, keys)
        entry = Entry(self.at, b"", sorted(keys), payload, event_id(payload), json.loads(payload))
        self.state.apply(self.state.size, entry)
        self.at += 1000
        return entry.id

    def payload(self, kind, issuer, body, subject=None):
        event = {"ledger": self.origin, "type": kind, "issuer": issuer}
        event |= {} if subject is None else {"subject": subject}
        return self.spell(event | {"issued_at": moment(self.at), "body": body}).encode()

    def say(self, kind, issuer, body, signers, subject=None):
        secrets().update((public(one).hex(), one) for one in map(secret, signers))
        keys = [public(secret(name)).hex() for name in signers]
        return self.add(self.payload(kind, issuer, body, subject), keys)

    def attach(self, words):
        """The commitment to a text that is kept."""
        salt = blake3(words.encode()).digest()
        commitment = blake3(words.encode(), key=salt).hexdigest()
        self.export.files[commitment] = (salt, words.encode())
        return commitment

    def admit(self, name, kind, roles=()):
        body = {"member": name, "class": kind, "group": name, "name": name.capitalize(), "roles": list(roles)}
        self.say("member.admitted", "council", body | {"key": public(secret(name)).hex()}, [*SEATS, name])

    def endorse(self, topic, statement):
        body = {"relation": "none", "topic": topic, "expires_on": "2027-11-01", "statement": self.attach(statement)}
        return self.say("endorsement.published", "business", body, ["business"], KOL)

    def commit(self, **wrong):
        state = self.state
        body = {"format": "dossier/1", "size": state.size, "date": moment(self.at + 7 * 3_600_000)[:10]}
        self.say("state.committed", "operator", body | state_roots(state) | wrong, ["operator"])


def respelled(value):
    """The same value with its members in another order, blanks wherever they may stand, and escapes."""
    if isinstance(value, dict):
        members = [f"\r\n {respelled(name)}\t: {respelled(inner)}" for name, inner in reversed(value.items())]
        return "{" + " ,".join(members) + " }"
    if isinstance(value, list):
        return "[ " + " , ".join(map(respelled, value)) + "\n]"
    if isinstance(value, str):
        return '"' + "".join(f"\\u{ord(one):04X}" if at % 3 == 0 else one for at, one in enumerate(value)) + '"'
    return json.dumps(value)


def honest(spell=None):
    ledger = Ledger(spell)
    ledger.admit("registrar", "platform", ["registrar"])
    ledger.admit("business", "business")
    ledger.admit("auditor", "auditor")
    body = {"identity": "ab" * 32, "profile": ledger.attach("Lan"), "consent": "cd" * 32, "group": "lan"}
    body |= {"topics": ["am-thuc", "ca-phe"], "key": public(secret("kol")).hex()}
    ledger.say("subject.enrolled", "registrar", body, ["registrar", "kol"], KOL)
    kept = ledger.endorse("am-thuc", "Hay.")
    erased = ledger.endorse("ca-phe", "Ngon.")
    ledger.ids = {"kept": kept, "erased": ledger.attach("Ngon."), "text": ledger.attach("Hay.")}
    request = ledger.say("erasure.requested", KOL, {"targets": [erased]}, ["kol"], KOL)
    ledger.say("erasure.executed", "operator", {"request": request, "targets": [erased]}, ["operator"], KOL)
    ledger.erased = ledger.export.files.pop(ledger.ids["erased"])
    ledger.commit()
    return ledger


def scalar_of(name):
    seed = hashlib.sha512(secret(name).private_bytes_raw()).digest()
    return int.from_bytes(seed[:32], "little") & ((1 << 254) - 8) | 1 << 254


def forged_signature(name, payload):
    """A signature whose R is of small order: it holds, and binds to nothing."""
    hashed = hashlib.sha512(IDENTITY + public(secret(name)) + pae(payload)).digest()
    return IDENTITY + (int.from_bytes(hashed, "little") * scalar_of(name) % L).to_bytes(32, "little")


def withdrawal(ledger):
    return ledger.payload("endorsement.withdrawn", "business", {"target": ledger.ids["kept"]}, KOL)


def signed_with(signatures):
    def attack(ledger, export):
        payload = withdrawal(ledger)
        export.append(ledger.at, payload, signatures(payload))

    return attack


def otherwise(change):
    """The withdrawal as another text, honestly signed."""

    def attack(ledger, export):
        export.sign(ledger.at, change(withdrawal(ledger)), [public(secret("business")).hex()])

    return attack


def own(payload):
    return [(public(secret("business")), secret("business").sign(pae(payload)))]


def twice(ledger, export):
    export.entries.append(export.entries[5])
    export.replace(len(export.entries) - 1)


def ahead(ledger, export):
    at = ledger.at
    ledger.at += 400_000
    export.sign(ledger.at, withdrawal(ledger), [public(secret("business")).hex()])
    ledger.at = at


def beyond(ledger, export):
    export.sign(2**53, withdrawal(ledger), [public(secret("business")).hex()])


def broken_chain(ledger, export):
    payload = withdrawal(ledger)
    export.append(ledger.at, payload, own(payload), prev=bytes(32))


def other_roots(ledger, export):
    body = {"format": "dossier/1", "size": len(export.entries), "date": moment(ledger.at + 7 * 3_600_000)[:10]}
    payload = ledger.payload("state.committed", "operator", body | state_roots(ledger.state) | {"root": "00" * 32})
    export.sign(ledger.at, payload, [public(secret("operator")).hex()])


def other_tile(_ledger, export):
    path, tile = next(export.tiles())
    export.changed[path] = tile[:-1] + bytes([tile[-1] ^ 1])


def other_root(_ledger, export):
    whole, shorter = export.checkpoint, export.copy()
    shorter.entries[-1] = shorter.entries[-1][:-1] + b" "
    export.changed["checkpoint"] = shorter.checkpoint()
    assert whole() != export.changed["checkpoint"]


def signed_by_another(_ledger, export):
    other = export.copy()
    other.log_key = secret("another")
    blob = base64.b64decode(other.checkpoint().split(b" ")[-1])[4:]
    text, line = export.checkpoint().split(b"\n\n")
    own = base64.b64decode(line.split(b" ")[-1])[:4]
    line = b" ".join([*line.split(b" ")[:-1], base64.b64encode(own + blob)])
    export.changed["checkpoint"] = text + b"\n\n" + line + b"\n"


def unsigned(_ledger, export):
    text, line = export.checkpoint().split(b"\n\n")
    export.changed["checkpoint"] = text + b"\n\n" + line.replace(export.origin.encode(), b"elsewhere.example")


def handed_over(ledger, export):
    """A rotation that the log's key did not sign, and a checkpoint under the key that it names."""
    old, new = secret("log"), secret("another")
    secrets().update({public(new).hex(): new})
    body = {"old": public(old).hex(), "new": public(new).hex()}
    export.sign(ledger.at, ledger.payload("ledger.key_rotated", "council", body), [public(new).hex()])
    export.log_key = new


def history_to_come(_ledger, export):
    """A ledger that takes history until long after today, and so whatever time an entry names."""

    def spell(value):
        return json.dumps(value | ({"replayed_until": "2099-01-01T00:00:00.000Z"} if "council" in value else {}))

    vars(export).update(vars(Ledger(spell).export))


def of_another_log(_ledger, export):
    """A checkpoint of another log, signed by this one's key and under its name."""
    own, export.origin = export.origin, "it/other"
    text = export.checkpoint().split(b"\n\n")[0] + b"\n"
    export.origin = own
    line = export.checkpoint(text)
    export.changed["checkpoint"] = line


def trusting_another(_ledger, export):
    return {"vkey": vkey_of(export.origin, secret("another"))}


def longer_bundle(_ledger, export):
    path = "tile/entries/" + tile_path(0, len(export.entries))
    export.changed[path] = export.read(path) + b"\0"


def other_version(ledger, export):
    payload = withdrawal(ledger)
    export.append(ledger.at, payload, own(payload))
    export.entries[-1] = b"\2" + export.entries[-1][1:]


def said_by_auditor(change):
    def attack(ledger, export):
        body = {"kind": "log", "positions": [0], "text": ledger.ids["text"]}
        payload = change(ledger.payload("audit.finding", "auditor", body))
        export.sign(ledger.at, payload, [public(secret("auditor")).hex()])

    return attack


def said_by_council(change):
    def attack(ledger, export):
        key = public(secret("press")).hex()
        body = {"member": "press", "class": "press", "group": "press", "name": "Press", "key": key}
        payload = change(ledger.payload("member.admitted", "council", body))
        export.sign(ledger.at, payload, [key, *(public(secret(seat)).hex() for seat in SEATS)])

    return attack


def serve(ledger, export):
    """A running ledger that serves this export and its scores."""
    export.remote, export.attachments, export.listed = True, lambda: None, lambda: None
    today = moment(ledger.at)[:10]
    export.changed["v1/ledger"] = json.dumps({"today": today}).encode()
    own = score(ledger.state, KOL, days(today))
    figure, contested = own["figure"], own.get("without_contested")
    served = {"standing": {"state": figure["state"]}, "assessments": [], "parts": [], "base": own["base"]}
    served["criteria"] = [{"indicators": [{"counted": one} for one in own["counted"]]}]
    served |= {"agreement_permille": own["agreement"], "without_contested": contested}
    path = f"v1/subjects/{KOL}/score/{len(export.entries)}/{today}"
    export.changed[path] = json.dumps(served).encode()
    return path


def served_otherwise(ledger, export):
    path = serve(ledger, export)
    served = json.loads(export.changed[path])
    export.changed[path] = json.dumps(served | {"base": 9_999}).encode()


def missing(ledger, export):
    del export.files[ledger.ids["text"]]


def put_back(ledger, export):
    export.files[ledger.ids["erased"]] = ledger.erased


def damaged(ledger, export):
    salt, _ = export.files[ledger.ids["text"]]
    export.files[ledger.ids["text"]] = (salt, "Dở.".encode())


def of_kind(kind):
    """A text that is kept under this media type."""

    def attack(ledger, export):
        salt, text = export.files[ledger.ids["text"]]
        export.files[ledger.ids["text"]] = (salt, text, kind)

    return attack


def folder_for_text(ledger, export):
    del export.files[ledger.ids["text"]]
    export.irregular = export.folders = ["attachments/" + ledger.ids["text"]]


def folder_among_texts(_ledger, export):
    export.irregular = export.folders = ["attachments/" + "ef" * 32]


def unnamed(_ledger, export):
    export.files["ef" * 32] = (bytes(32), b"")


def cut_off(_ledger, export):
    """A checkpoint of one entry fewer, over all the files."""
    shorter = export.copy()
    shorter.entries.pop()
    export.changed = {path: shorter.read(path) for path in shorter.listed()}


def with_file(path):
    def attack(_ledger, export):
        export.changed[path] = next(export.tiles())[1][:32]

    return attack


def linked(_ledger, export):
    """A tile that lies elsewhere: whoever takes the folder along leaves it behind."""
    export.irregular = [next(export.tiles())[0]]


def named(name):
    """A member whom the council admits under this name."""
    return said_by_council(lambda said: said.replace(b'"Press"', json.dumps(name, ensure_ascii=False).encode()))


NAMES = [
    ("name.length", "a" * 201),
    ("name.hidden", "Báo\u200bMới"),
    ("name.hidden", "Báo\u2d7fMới"),
    ("name.hidden", "Báo\U0001107fMới"),
    ("name.hidden", "Báo\ufffeMới"),
    ("name.hidden", "Báo\ufdd0Mới"),
    ("name.hidden", "Báo\U0001fffeMới"),
    ("name.hidden", "Báo\U0010ffffMới"),
    ("name.composed", "Ba\u0301o"),
    ("name.blanks", "Báo  Mới"),
    ("name.alone", "Báo \u0301o"),
    ("name.seen", "..."),
    ("name.seen", ".\u093e"),
    ("name.seen", "·\u0345"),
    ("name.repeated", "B\u00e1\u0301o"),
    ("name.repeated", "Việ\u0323t"),
]


def misspelt_checkpoint(note):
    def attack(_ledger, export):
        export.changed["checkpoint"] = note

    return attack


def misspelt_checkpoints(ledger):
    """Checkpoints of a folder that a lax reader takes for the honest one."""
    signed = ((mark, ledger.export.checkpoint(text)) for mark, text in misspelt_texts(ledger))
    found = (*misspelt_notes(ledger.export.checkpoint()), *signed)
    return [(mark, "", misspelt_checkpoint(note)) for mark, note in found]


def of_small_order(y):
    """A key under which a signature holds for every message, or for every second one, whatever R is."""
    key = y.to_bytes(32, "little")

    def sign(payload):
        for number in range(64):
            scalar = scalar_of(f"any {number}")
            made = public(secret(f"any {number}")) + (scalar % L).to_bytes(32, "little")
            try:
                Ed25519PublicKey.from_public_bytes(key).verify(made, pae(payload))
                return [(key, made)]
            except InvalidSignature:
                continue
        raise AssertionError("no signature holds")

    return sign


# The check, what it says, and what is done: what is said stands at the entry after the last honest one.
ATTACKS = [
    ("signature.key", "signature.invalid", signed_with(of_small_order(1))),
    ("signature.key", "signature.invalid", signed_with(of_small_order(P + 1))),
    ("signature.key", "signature.invalid", signed_with(of_small_order(P - 1))),
    (
        "signature.r",
        "signature.invalid",
        signed_with(lambda said: [(own(said)[0][0], forged_signature("business", said))]),
    ),
    ("signature.verify", "signature.invalid", signed_with(lambda said: own(said + b" "))),
    (
        "signature.verify",
        "signature.invalid",
        signed_with(
            lambda said: [
                (key, made[:32] + (int.from_bytes(made[32:], "little") + L).to_bytes(32, "little"))
                for key, made in own(said)
            ]
        ),
    ),
    ("entry.keys", "entry.keys", signed_with(lambda said: own(said) * 2)),
    ("payload.shape", "payload.malformed", otherwise(lambda said: said.replace(b'"body": {', b'"body": {"more": 1, '))),
    ("payload.shape", "payload.malformed", otherwise(lambda said: said.replace(b".withdrawn", b".taken"))),
    (
        "payload.twice",
        "payload.malformed",
        otherwise(lambda said: said.replace(b'"body"', b'"issuer": "business", "body"')),
    ),
    ("payload.whole", "payload.malformed", said_by_auditor(lambda said: said.replace(b"[0]", b"[-0]"))),
    ("payload.half", "payload.malformed", said_by_council(lambda said: said.replace(b'"Press"', b'"\\ud800"'))),
    ("entry.header", "entry's header", other_version),
    ("payload.bytes", "payload.malformed", otherwise(lambda said: said + b" " * 32_768)),
    ("payload.end", "payload.malformed", otherwise(lambda said: said + b"{}")),
    ("event.twice", "event.twice", twice),
    ("time.ahead", "time.ahead", ahead),
    ("entry.recorded_at", "entry.recorded_at", beyond),
    ("time.history", "time.ahead", history_to_come),
    ("chain.broken", "chain.broken", broken_chain),
    ("commitment.roots", "commitment.roots", other_roots),
    ("tile.differs", "tile.differs", other_tile),
    ("checkpoint.root", "checkpoint.root", other_root),
    ("checkpoint.key", "checkpoint.key", trusting_another),
    ("checkpoint.signature", "checkpoint", signed_by_another),
    ("checkpoint.signed", "did not sign", unsigned),
    ("checkpoint.signed", "did not sign", handed_over),
    ("checkpoint.origin", "another log's", of_another_log),
    ("score.differs", "score.differs", served_otherwise),
    ("tile.bundle", "tile.bundle", longer_bundle),
    ("attachment.missing", "attachment.missing", missing),
    ("attachment.kept", "attachment.kept", put_back),
    ("attachment.damaged", "attachment.damaged", damaged),
    ("attachment.media_type", "attachment.media_type", of_kind("text/plain\r\nx-salt: y")),
    ("attachment.media_type", "attachment.media_type", of_kind("")),
    ("attachment.media_type", "attachment.media_type", of_kind("a/" + "b" * 5000)),
    ("written.media_type", "attachment.media_type", of_kind("text/plain ")),
    ("attachment.unnamed", "attachment.unnamed", unnamed),
    ("log.beyond", "log.beyond", cut_off),
    ("log.beyond", "log.beyond", with_file("tile/entries/x001/000.p/7")),
    ("file.irregular", "file.irregular", linked),
    ("file.irregular", "file.irregular", folder_for_text),
    ("file.irregular", "file.irregular", folder_among_texts),
    ("file.unnamed", "file.unnamed", with_file("evil.txt")),
    ("file.unnamed", "file.unnamed", with_file("checkpoint/000")),
    ("file.unnamed", "file.unnamed", with_file("tile/0/000.p/1")),
    ("file.unnamed", "file.unnamed", with_file("tile/0/999.p/256")),
    ("file.unnamed", "file.unnamed", with_file("tile/2/000.p/1")),
    *((mark, "member.name", named(name)) for mark, name in NAMES),
]
