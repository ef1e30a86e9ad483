"""The run: rounds of all kinds in turn, a check after each, and the result page."""

import argparse
import glob
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

from . import page
from .check import Check
from .http import Unreachable
from .kinds import FAKETIME, KINDS
from .ledger import Failed, Ledger
from .tally import Tally

#: Entries beyond which a ledger is checked whole and begun anew.
LEDGER_ENTRIES = 12_000
#: The disk that is filled up.
SMALL_DISK = "96m"


def arguments(given):
    parser = argparse.ArgumentParser(prog="faults", description=__doc__)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--seed", default=str(int(time.time())))
    parser.add_argument("--kinds", default=",".join(KINDS), help="some of: %(default)s")
    parser.add_argument("--scale", type=float, default=1.0, help="how long a round writes, 1 for a release build")
    parser.add_argument("--keep", type=pathlib.Path, help="a copy of each directory with a finding goes here")
    parser.add_argument("--out", type=pathlib.Path)
    return parser.parse_args(given)


class Run:
    def __init__(self, options, work):
        self.program, self.scale, self.keep = options.program.resolve(), options.scale, options.keep
        self.work, self.tally, self.longest, self.start_s = work, Tally(), 0.0, 0.0
        [self.faketime] = glob.glob(FAKETIME) or [sys.exit("libfaketime is missing: install faketime")]
        if shutil.which("strace") is None:
            sys.exit("strace is missing: install strace")
        self.disk = work / "small"
        self.disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs", str(self.disk)], check=False)
        if mounted.returncode:
            sys.exit("a tmpfs cannot be mounted: run this as root")
        self.plain = self.small = None
        self.failures = {}

    def begin(self):
        self.plain = Ledger(self.program, self.work / "data", self.tally, self.work, self.keep)
        self.small = Ledger(self.program, self.disk / "data", self.tally, self.work, self.keep)

    def either(self, source):
        return source.choice((self.plain, self.small))

    def next_failure(self, where, failures, source):
        """Each failure comes before one of them comes again."""
        left = self.failures.setdefault(where, [])
        if not left:
            left.extend(source.sample(failures, len(failures)))
        return left.pop()

    def end(self):
        for ledger in (self.plain, self.small):
            if ledger is not None:
                ledger.stop()
        for _ in range(20):
            if subprocess.run(["umount", str(self.disk)], stderr=subprocess.DEVNULL, check=False).returncode == 0:
                return
            time.sleep(0.1)
        subprocess.run(["umount", "-l", str(self.disk)], check=False)

    def settle(self, ledger, source, everything=False):
        """After a round: what ended by itself is told, what is left is checked."""
        server, clean = ledger.server, None
        if server is not None and server.ended_by_itself():
            self.tally.found("exit", f"{server.process.returncode}: {server.said()}")
        ends = source.choice(("kill", "terminate", "stay"))
        if server is not None and server.is_up() and ends == "terminate":
            code = server.terminate()
            if code != 0:
                self.tally.found("hang" if code is None else "exit", f"after SIGTERM: {code}: {server.said()}")
        if everything or server is None or not server.is_up() or ends == "kill":
            ledger.stop()
            code, said = ledger.fsck()
            clean = code == 0
            self.tally.count("fsck", str(code))
            found = [line for line in said.splitlines() if line.startswith("FOUND ")]
            # What was recorded ahead of time lies ahead of this clock, and is said to.
            ahead = ledger.retired and found and all("(entry.ahead)" in line for line in found)
            if not clean and not ahead:
                self.tally.found("false alarm" if code == 1 else "fsck did not run", f"{code}: {said}")
        started = time.monotonic()
        try:
            ledger.serve()
        except Failed as error:
            self.tally.found("does not start", error)
            ledger.retired = True
            return
        self.start_s = self.start_s or time.monotonic() - started
        lost = Check(ledger, source).run(everything)
        if lost and clean:
            self.tally.found("wrong clean", f"fsck: clean, {lost} lost")
        if lost:
            ledger.retired = True

    def round(self, number, kind, source):
        self.tally.place = f"round {number}, {kind}"
        found = len(self.tally.findings)
        try:
            KINDS[kind](self, source)
        except Failed as error:
            self.tally.found("does not start", error)
        except Unreachable as error:
            self.tally.found("no answer", error)
        for ledger in (self.plain, self.small):
            ledger.shifted = False
            if ledger.fresh or ledger.refused or ledger.unknown or ledger.server is None or not ledger.server.is_up():
                self.settle(ledger, source)
        self.tally.count("rounds", kind)
        if len(self.tally.findings) > found:
            for ledger in (self.plain, self.small):
                ledger.keep(f"{number}-{'plain' if ledger is self.plain else 'small'}")
        for ledger in (self.plain, self.small):
            self.renew(ledger, source)

    def renew(self, ledger, source, last=False):
        """Checks the whole of a ledger that grew long, and begins anew."""
        if not (ledger.retired or last or len(ledger.leaves) > LEDGER_ENTRIES):
            return
        if not ledger.retired:
            self.settle(ledger, source, everything=True)
            self.tally.count("acknowledged", "checked again at the end", len(ledger.acknowledged))
        self.tally.count("ledgers", "checked")
        if not last:
            ledger.seed()


def main(given):
    options = arguments(given)
    kinds = options.kinds.split(",")
    unknown = set(kinds) - KINDS.keys()
    if unknown:
        sys.exit(f"no such kind: {', '.join(unknown)}")
    # Whoever ends the run early leaves nothing behind either.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    started = time.monotonic()
    work = pathlib.Path(tempfile.mkdtemp(prefix="faults-"))
    run = Run(options, work)
    done = 0
    try:
        run.begin()
        order = []
        for number in range(options.rounds):
            source = random.Random(f"{options.seed}/{number}")
            if not order:
                order = source.sample(kinds, len(kinds))
            kind = order.pop()
            at = time.monotonic()
            run.round(number, kind, source)
            done += 1
            print(f"{number} {run.tally.place.partition(', ')[2]}: {time.monotonic() - at:.1f} s", flush=True)
        run.tally.place = "the end"
        for ledger in (run.plain, run.small):
            run.renew(ledger, random.Random(f"{options.seed}/end"), last=True)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
    except Exception:
        run.tally.found("driver failed", traceback.format_exc())
    finally:
        for one in (signal.SIGINT, signal.SIGTERM):
            signal.signal(one, signal.SIG_IGN)
        run.end()
        shutil.rmtree(work, ignore_errors=True)
    text = page.make(run.tally, done, options.seed, time.monotonic() - started, run.longest, os.cpu_count())
    if options.out:
        options.out.write_text(text)
    print(text)
    return 1 if run.tally.findings else 0
