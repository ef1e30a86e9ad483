"""A data directory, the process that serves it, and what the driver knows to be in it."""

import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time

from .http import Connection, Unreachable
from .load import Parties

#: A start, a stop and a check end within this, even on a busy machine.
PATIENCE_S = 60


class Failed(Exception):
    """The process ended before it served, or did not come to serve in time."""


def children():
    """Keeps no child alive once the driver is gone."""
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Server:
    """A process that serves a directory; `wrap` stands before the program's name."""

    def __init__(self, program, directory, *, options=(), wrap=(), env=None, log=None):
        self.log = pathlib.Path(log)
        self.log.write_bytes(b"")
        environment = {key: value for key, value in os.environ.items() if not key.startswith("TINNHIEM_")}
        with open(self.log, "ab") as out:
            arguments = [*wrap, program, "serve", "--data", directory, "--listen", "127.0.0.1:0", *options]
            self.process = subprocess.Popen(
                list(map(str, arguments)),
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env=environment | (env or {}), preexec_fn=children,
            )
        self.port, self.asked_to_end = None, False

    @property
    def pid(self):
        return self.process.pid

    def said(self):
        """The last of what it printed."""
        text = self.log.read_text(errors="replace").strip().splitlines()
        return " / ".join(line[:300] for line in text[-4:])

    def wait_until_served(self, patience=PATIENCE_S):
        until = time.monotonic() + patience
        while time.monotonic() < until:
            for line in self.log.read_text(errors="replace").splitlines():
                if line.startswith("http://") and " serves " in line:
                    self.port = int(line.split(" ")[0].rsplit(":", 1)[1])
                    return self
            if self.process.poll() is not None:
                raise Failed(f"ended with {self.process.returncode}: {self.said()}")
            time.sleep(0.01)
        self.kill()
        raise Failed(f"did not serve within {patience} s: {self.said()}")

    def is_up(self):
        return self.process.poll() is None

    def kill(self):
        """SIGKILL: no handler runs, nothing is flushed."""
        if self.is_up():
            self.asked_to_end = True
            self.process.kill()
        self.process.wait()

    def ended_by_itself(self):
        return not self.asked_to_end and not self.is_up()

    def terminate(self):
        """SIGTERM; its exit code, none when it did not end in time."""
        self.asked_to_end = self.is_up()
        self.process.terminate()
        try:
            return self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            return None


class Acknowledged:
    """One event that the ledger said it recorded."""

    __slots__ = ("seq", "id", "receipt")

    def __init__(self, seq, id_, receipt):
        self.seq, self.id, self.receipt = seq, id_, receipt


class Ledger:
    """A directory seeded with the demo; every acknowledgement, refusal and checkpoint of it."""

    def __init__(self, program, directory, tally, work, kept=None):
        self.program, self.tally, self.work, self.kept = program, tally, work, kept
        self.directory = pathlib.Path(directory)
        self.server = None
        self.lock = threading.Lock()
        self.seed()

    def seed(self):
        """Begins anew."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)
        command = [self.program, "demo", "--data", self.directory, "--seed-only"]
        subprocess.run(list(map(str, command)), check=True, timeout=4 * PATIENCE_S, stdout=subprocess.DEVNULL)
        #: What was acknowledged, by seq; what was refused as not recorded, by id; what nobody knows of.
        self.acknowledged, self.refused, self.unknown = {}, set(), {}
        #: As they were served at the last check: leaf hashes, seqs by event id, size and root.
        self.leaves, self.seqs, self.checkpoint = [], {}, None
        #: Seqs acknowledged since then.
        self.fresh = []
        #: Whether the clock was shifted in this round, and whether to begin anew after it.
        self.shifted = self.retired = False
        self.serve()
        self.parties = Parties(self)

    def start(self, **how):
        self.stop()
        self.server = Server(self.program, self.directory, log=self.work / "server.log", **how)
        return self.server

    def serve(self):
        """A server that is up, with nothing in its way."""
        if self.server is None or not self.server.is_up():
            self.start().wait_until_served()
        return self.server

    def stop(self):
        if self.server is not None:
            self.server.kill()
            self.server = None

    def connection(self, **how):
        return Connection(self.server.port, **how)

    def acknowledge(self, seq, id_, receipt):
        with self.lock:
            before = self.acknowledged.setdefault(seq, Acknowledged(seq, id_, receipt))
            if before.id != id_:
                self.tally.found("lost", f"entry {seq} was acknowledged to two events")
            self.fresh.append(seq)
            self.unknown.pop(id_, None)
        self.tally.count("acknowledged", "events")

    def refuse(self, id_):
        with self.lock:
            self.refused.add(id_)
            self.unknown.pop(id_, None)

    def doubt(self, id_, submission):
        with self.lock:
            self.unknown[id_] = submission

    def fsck(self, wrap=()):
        """Exit code and output of `fsck`; none where it did not end."""
        command = [*wrap, self.program, "fsck", str(self.directory)]
        try:
            ran = subprocess.run(
                list(map(str, command)), capture_output=True, text=True, timeout=PATIENCE_S, errors="replace"
            )
        except subprocess.TimeoutExpired:
            self.keep("unfinished")
            return None, f"it did not end within {PATIENCE_S} s"
        if ran.returncode == 1:
            self.keep("alarm")
        return ran.returncode, (ran.stdout + ran.stderr).strip()[-500:]

    def keep(self, name):
        """A copy of the directory as it is, for whoever looks into a finding."""
        if self.kept:
            to = self.kept / f"{name}-{time.time():.0f}"
            shutil.copytree(self.directory, to, dirs_exist_ok=True)

    def wait_until_writing(self, write, patience):
        """Tries `write` until it is acknowledged; the seconds that took, or none."""
        started = time.monotonic()
        while time.monotonic() - started < patience:
            try:
                if write():
                    return time.monotonic() - started
            except Unreachable:
                if not self.server.is_up():
                    return None
            time.sleep(0.1)
        return None
