"""Who writes, reads and disturbs while a fault is at work."""

import base64
import datetime
import json
import random
import secrets
import socket
import threading
import time

from blake3 import blake3
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from verify.entry import PAYLOAD_TYPE, pae

from .http import Connection, Unreachable, code_of

#: Threads that write at once, every other one by batch, and events of one batch.
WRITERS, BATCH = 8, 16
#: Refusals that say that nothing was recorded.
NOTHING_RECORDED = {
    "ledger.busy", "ledger.clock", "ledger.closed", "ledger.descriptors", "ledger.read_only",
    "ledger.sealed", "store.full", "vault.full", "vault.io",
}
#: Refusals of a sound event that a fault excuses.
EXCUSED = NOTHING_RECORDED | {"ledger.unsettled", "server.full", "request.late"}


def base64_text(raw):
    return base64.b64encode(raw).decode()


class Parties:
    """The demo's businesses with its KOLs, and its auditor: who may say any number of things."""

    def __init__(self, ledger):
        connection = ledger.connection()
        keys = {}
        for file in (ledger.directory / "keys").glob("*.pem"):
            key = load_pem_private_key(file.read_bytes(), None)
            keys[key.public_key().public_bytes_raw().hex()] = key

        def held(path):
            live = [one["key"] for one in connection.json(path)["keys"] if one["live"]]
            return next((keys[key] for key in live if key in keys), None)

        self.origin = connection.json("/v1/ledger")["origin"]
        self.vkey = connection.json("/v1/ledger")["log_vkey"]
        members = connection.json("/v1/members")["members"]
        businesses = [one["member"] for one in members if one["class"] == "business"]
        subjects = connection.json("/v1/subjects?limit=1000")["subjects"]
        subjects = [one["subject"] for one in subjects if one["standing"]["state"] != "departed"]
        signers = [(subject, held(f"/v1/subjects/{subject}")) for subject in subjects]
        self.pairs = [
            (business, held(f"/v1/members/{business}"), subject, key)
            for business in businesses for subject, key in signers if key is not None
        ]
        [self.auditor] = [one["member"] for one in members if one["class"] == "auditor"]
        self.auditor_key = held(f"/v1/members/{self.auditor}")
        self.stranger = Ed25519PrivateKey.generate()
        connection.close()

    def event(self, source, stranger=False):
        """Id and submission of an event that no clock and no count holds up; half of them have a text."""
        now = datetime.datetime.now(datetime.timezone.utc)
        event = {"ledger": self.origin, "issued_at": now.strftime("%Y-%m-%dT%H:%M:%S.") + "000Z"}
        attachments = []
        if source.random() < 0.5:
            business, key, subject, own = source.choice(self.pairs)
            day = (now + datetime.timedelta(hours=7)).date()
            body = {"campaign": secrets.token_hex(8), "category": "sua", "value_band": "under_100m"}
            body |= {"starts_on": str(day), "ends_on": str(day + datetime.timedelta(days=30)), "papers": []}
            event |= {"type": "collaboration.declared", "issuer": business, "subject": subject, "body": body}
            keys = [key, own]
        else:
            salt, text = secrets.token_bytes(32), secrets.token_hex(source.randrange(16, 600)).encode()
            commitment = blake3(text, key=salt).hexdigest()
            body = {"kind": "log", "text": commitment, "positions": [source.randrange(100)]}
            event |= {"type": "audit.finding", "issuer": self.auditor, "body": body}
            keys = [self.auditor_key]
            media_type = "text/plain; charset=utf-8"
            attachments = [{"salt": base64_text(salt), "media_type": media_type, "bytes": base64_text(text)}]
        keys = [self.stranger] if stranger else keys
        payload = json.dumps(event, ensure_ascii=False).encode()
        covered = pae(payload)
        signatures = [
            {"keyid": key.public_key().public_bytes_raw().hex(), "sig": base64_text(key.sign(covered))}
            for key in keys
        ]
        envelope = {"payload": base64_text(payload), "payloadType": PAYLOAD_TYPE.decode(), "signatures": signatures}
        return blake3(covered).hexdigest(), json.dumps({"envelope": envelope, "attachments": attachments})


def settle(ledger, id_, submission, status, answer):
    """Keeps what one answer to one event says; whether it is acknowledged."""
    if status in (200, 201):
        if answer["id"] != id_:
            ledger.tally.found("lost", f"{id_} was acknowledged as {answer['id']}")
        ledger.acknowledge(answer["seq"], id_, answer["receipt"])
        return True
    code = answer.get("code", "?")
    ledger.tally.count("refusals", f"{status} {code}")
    if code in NOTHING_RECORDED:
        ledger.refuse(id_)
    else:
        ledger.doubt(id_, submission)
    # Whoever shifts the clock may make an event late or early.
    if code not in EXCUSED and not (ledger.shifted and code.startswith(("time.", "collaboration.", "issued"))):
        ledger.tally.found("sound event refused", f"{status} {answer}")
    return False


def post_one(ledger, connection, source):
    """Sends one event; whether it is acknowledged."""
    id_, submission = ledger.parties.event(source)
    return post(ledger, connection, id_, submission)


def post(ledger, connection, id_, submission):
    try:
        status, body = connection.ask("/v1/events", submission)
        answer = json.loads(body)
    except (Unreachable, ValueError) as error:
        ledger.doubt(id_, submission)
        raise error if isinstance(error, Unreachable) else Unreachable(repr(error)) from None
    return settle(ledger, id_, submission, status, answer)


def post_batch(ledger, connection, source):
    """Sends a batch; what was answered before a connection broke counts."""
    events = [ledger.parties.event(source) for _ in range(BATCH)]
    for id_, submission in events:
        ledger.doubt(id_, submission)
    body = "".join(submission + "\n" for _, submission in events)
    answer = connection.begin("POST", "/v1/events/batch", body)
    try:
        if answer.status != 200:
            code = code_of(answer.read())
            ledger.tally.count("refusals", f"{answer.status} {code}")
            if code not in EXCUSED:
                ledger.tally.found("sound event refused", f"batch: {answer.status} {code}")
            return
        for line in iter(answer.readline, b""):
            fate = json.loads(line)
            id_, submission = events[fate["line"]]
            settle(ledger, id_, submission, fate["status"], fate)
    except (OSError, ValueError, AttributeError) as error:
        connection.close()
        raise Unreachable(repr(error)) from None
    except Exception as error:  # http.client's own
        connection.close()
        raise Unreachable(repr(error)) from None


class Load:
    """Writers, a reader and outsiders at work on a ledger until told to stop."""

    def __init__(self, ledger, source, *, writers=WRITERS, reader=True, outsiders=True, least_pause=0.0):
        self.ledger, self.stopped, self.pause = ledger, threading.Event(), least_pause
        #: Set while the server may be down; what fails meanwhile is nobody's fault.
        self.down = threading.Event()
        seeds = [source.getrandbits(64) for _ in range(writers + 2)]
        jobs = [(self._write, seeds[at], at) for at in range(writers)]
        jobs += [(self._read, seeds[-1], 0)] if reader else []
        jobs += [(self._disturb, seeds[-2], 0)] if outsiders else []
        self.port = ledger.server.port
        self.threads = [
            threading.Thread(target=work, args=(random.Random(seed), at), daemon=True) for work, seed, at in jobs
        ]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.down.set()
        self.stopped.set()
        for thread in self.threads:
            thread.join(90)
            if thread.is_alive():
                self.ledger.tally.found("hang", "a request did not end within 90 s")

    def kill(self):
        """SIGKILL, and no reader complains."""
        self.down.set()
        self.ledger.server.kill()
        self.ledger.tally.count("kills", "SIGKILL")

    def _write(self, source, at):
        connection = Connection(self.port)
        while not self.stopped.is_set():
            try:
                (post_batch if at % 2 else post_one)(self.ledger, connection, source)
                self.stopped.wait(self.pause)
            except Unreachable:
                self.ledger.tally.count("refusals", "no answer")
                if not self.ledger.server.is_up():
                    return
                self.stopped.wait(0.05)
        connection.close()

    def _read(self, source, _):
        """Every failure of a read while the server should be up is a finding."""
        connection = Connection(self.port)
        while not self.stopped.is_set():
            path = source.choice(["/healthz", "/v1/subjects?limit=3", "/checkpoint", f"/v1/receipts/{source.randrange(300)}"])
            excused = self.down.is_set()
            try:
                connection.get(path)
                self.ledger.tally.count("reads", "answered")
            except Unreachable as error:
                if not excused and not self.down.is_set() and not self.stopped.is_set():
                    self.ledger.tally.count("reads", "failed")
                    self.ledger.tally.found("read failed", error)
                    return
            self.stopped.wait(0.02)
        connection.close()

    def _disturb(self, source, _):
        """What anybody can send: nothing of it may be answered by 500, hang or end the process."""
        while not self.stopped.is_set():
            garbage = source.randbytes(source.randrange(400))
            unknown = self.ledger.parties.event(source, stranger=True)[1]
            sent = source.choice(["garbage", "stranger", "half", "nested", "batch", "path"])
            try:
                if sent == "half":
                    with socket.create_connection(("127.0.0.1", self.port), timeout=5) as half:
                        half.sendall(b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n" + garbage)
                        self.stopped.wait(0.05)
                else:
                    path = {"batch": "/v1/events/batch", "path": f"/tile/{garbage.hex()[:20]}"}.get(sent, "/v1/events")
                    body = {"garbage": garbage, "stranger": unknown, "nested": b"[" * 5000}.get(sent, garbage + b"\n")
                    connection = Connection(self.port)
                    status, answer = connection.ask(path, None if sent == "path" else body)
                    connection.close()
                    if status >= 500 and code_of(answer) not in EXCUSED:
                        self.ledger.tally.found("500 to an outsider", f"{sent}: {status} {code_of(answer)}")
                self.ledger.tally.count("outsiders", sent)
            except (OSError, Unreachable):
                pass
            self.stopped.wait(0.03)


def write_for(load, seconds):
    """Lets the load work for a while; ends early when the process does."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and load.ledger.server.is_up():
        time.sleep(min(0.02, seconds))
