"""A served demo ledger for tests that change the machine around it: its clock, its disks, its limits."""
import base64
import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path


class Served:
    """A server process over a data directory, and what it answers."""

    def __init__(self, program, data, env=None, options=(), limit=None):
        self.program, self.data = program, Path(data)
        arguments = [program, "serve", "--data", str(data), "--listen", "127.0.0.1:0", *options]
        if limit:
            arguments = ["prlimit", f"--nofile={limit}:{limit}", *arguments]
        # Not on the disk of the ledger, which may be full.
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            arguments, env={**os.environ, **(env or {})}, stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.base = None
        for line in self.process.stdout:
            if found := re.match(r"(http://\S+)", line):
                self.base = found[1]
                break

    def get(self, path):
        """Status and text of an answer."""
        try:
            with urllib.request.urlopen(self.base + path, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def ready(self):
        """`ready`, or the code of what holds writes."""
        status, text = self.get("/readyz")
        return "ready" if status == 200 else json.loads(text)["code"]

    def until(self, state, seconds=30):
        """Waits until the ledger is ready, or held by this code."""
        end = time.monotonic() + seconds
        while (now := self.ready()) != state:
            assert time.monotonic() < end, f"{now} for {seconds} s, not {state}"
            assert self.process.poll() is None, "the process ended"
            time.sleep(0.1)

    def reads(self):
        """Reads go on."""
        for path in ["/v1/subjects", "/v1/ledger", "/checkpoint", "/v1/receipts/100", "/v1/events/100"]:
            assert self.get(path)[0] == 200, path
        return json.loads(self.get("/v1/ledger")[1])

    def endorse(self, words, out=None, env=None):
        """Endorses somebody; the output of the verb, and whether the ledger took it."""
        subjects = json.loads(self.get("/v1/subjects")[1])["subjects"]
        subject = next(one["subject"] for one in subjects if one["name"] == "Đỗ Minh Thư")
        ledger = json.loads(self.get("/v1/ledger")[1])
        # The ledger judges before anything is signed, by its own day, which a clock may have moved; where it
        # is not to be asked, its origin is told.
        expires_on = str(datetime.date.fromisoformat(ledger["today"]) + datetime.timedelta(days=200))
        done = subprocess.run(
            [self.program, "endorse", "--issuer", "nhip-so", "--subject", subject, "--relation", "professional",
             "--topic", "giao-duc", "--expires-on", expires_on, "--statement", words, "--key", str(self.data / "keys" / "nhip-so.pem"),
             *(["--out", str(out), "--origin", ledger["origin"]] if out else [])],
            env={**os.environ, "TINNHIEM_LEDGER": self.base, **(env or {})}, capture_output=True, text=True, timeout=60)
        return done.returncode == 0, done.stdout + done.stderr

    def takes(self, words):
        """An endorsement is recorded, and taken back to make room for the next."""
        taken, said = self.endorse(words)
        assert taken, said
        last = json.loads(self.get("/v1/ledger")[1])["size"] - 1
        subprocess.run(
            [self.program, "withdraw", str(last), "--reason", "thử", "--key", str(self.data / "keys" / "nhip-so.pem")],
            env={**os.environ, "TINNHIEM_LEDGER": self.base}, check=True, capture_output=True, timeout=60)

    def refuses(self, code, words="không"):
        """An endorsement is refused with a code, the process goes on and so do reads."""
        taken, said = self.endorse(words)
        assert not taken and code in said, said
        assert self.process.poll() is None, "the process ended"
        self.reads()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Asks it to end, which it does in order."""
        self.process.terminate()
        code = self.process.wait(timeout=60)
        self.log.seek(0)
        assert code == 0, f"ended with {code}: {self.log.read().decode()[-2000:]}"


    def posted_by(self, key):
        """The answer to an endorsement signed by a key that nobody has registered."""
        folder = Path(tempfile.mkdtemp())
        good = folder / "good.json"
        taken, said = self.endorse("ai đó", out=good)
        assert taken, said
        envelope = json.loads(good.read_text())
        inner = envelope.get("envelope", envelope)
        payload = base64.b64decode(inner["payload"])
        kind = inner["payloadType"].encode()
        signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
        (folder / "signed").write_bytes(signed)
        signature = subprocess.run(
            ["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", folder / "signed"],
            check=True, capture_output=True).stdout
        public = subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER"],
                                check=True, capture_output=True).stdout[-32:]
        inner["signatures"] = [{"keyid": public.hex(), "sig": base64.b64encode(signature).decode()}]
        shutil.rmtree(folder)
        request = urllib.request.Request(self.base + "/v1/events", json.dumps(envelope).encode(), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())["code"]


def seeded(program, data):
    """Makes the demo's data directory."""
    subprocess.run([program, "demo", "--data", str(data), "--seed-only"], check=True, stdout=subprocess.DEVNULL)
    return Path(data)


def passed(words):
    print(f"  {words}")
    sys.stdout.flush()
