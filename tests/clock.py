"""A ledger under a clock that lies: by seconds, hours and years, both ways, at a start and while it runs.

Usage: clock.py PROGRAM. Needs libfaketime, which fakes the wall clock of the server alone.
"""
import datetime
import glob
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from served import Served, passed, seeded

LIBRARY = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")[0]
HOUR, YEAR = 3600, 365 * 24 * 3600


class Clock:
    """The server's wall clock, so many seconds from the true one."""

    def __init__(self, folder, off=0):
        self.file = Path(folder) / "faketime"
        self.env = {
            "LD_PRELOAD": LIBRARY, "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        self.set(off)

    def set(self, off):
        beside = self.file.with_suffix(".new")
        beside.write_text(f"{off:+d}\n")
        beside.rename(self.file)


def utc(off=0):
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=off)
    return now.strftime("%Y-%m-%dT%H:%MZ")


def confirm(program, data, now, env, code=0):
    """Says that it is `now`, on a machine whose clock is the server's."""
    confirmed = subprocess.run([program, "confirm-clock", "--data", str(data), "--now", now],
                               stdout=subprocess.DEVNULL, env=os.environ | env)
    assert confirmed.returncode == code, f"confirm-clock --now {now} ended with {confirmed.returncode}"


def while_it_runs(program, folder, stranger):
    data = folder / "running"
    seeded(program, data)
    clock = Clock(folder)
    ledger = Served(program, data, clock.env)
    ledger.until("ready")
    ledger.takes("trước")
    for off in [3, -3, 5 * HOUR, -5 * HOUR, 10 * YEAR, -10 * YEAR]:
        clock.set(off)
        # Nobody's key reaches anything that ends the process.
        for _ in range(2):
            assert ledger.posted_by(stranger) in [(503, "ledger.clock"), (403, "key.unknown")]
        ledger.until("ledger.clock")
        ledger.refuses("ledger.clock")
        assert ledger.reads()["clock"] == "doubtful"
        clock.set(0)
        ledger.until("ready")
        assert ledger.reads()["clock"] == "right"
        ledger.takes(f"sau {off}")
        passed(f"set by {off} s while it runs: held, reads go on, right again by itself")
    # The operator says that the clock was wrong before.
    clock.set(7200)
    ledger.until("ledger.clock")
    confirm(program, data, utc(0), clock.env, code=2)
    ledger.refuses("ledger.clock")
    # What some other program left there counts no more than what the verb refuses to leave.
    (data / "clock-confirmed").write_text(utc(0).replace("Z", ":00.000Z\n"))
    ledger.refuses("ledger.clock")
    confirm(program, data, utc(7200), clock.env)
    ledger.until("ready")
    assert ledger.reads()["clock"] == "confirmed"
    passed("confirmed while it runs, by the right time alone")
    ledger.stop()


def at_a_start(program, folder):
    for off in [10 * YEAR, 3000 * HOUR]:
        data = folder / f"ahead-{off}"
        seeded(program, data)
        clock = Clock(folder, off)
        options = ["--operator-key", str(data / "keys" / "van-hanh.pem"), "--commit-every", "1"]
        ledger = Served(program, data, clock.env, options)
        ledger.until("ledger.clock")
        size = ledger.reads()["size"]
        ledger.refuses("ledger.clock")
        confirm(program, data, utc(0), clock.env, code=2)
        ledger.refuses("ledger.clock")
        assert ledger.reads()["size"] == size
        ledger.stop()
        ledger = Served(program, data)
        ledger.until("ready")
        ledger.takes("giờ đúng")
        ledger.stop()
        passed(f"{off} s ahead at a start: nothing written, and nothing lost by it")
    data = folder / "believed"
    seeded(program, data)
    clock = Clock(folder, 10 * YEAR)
    ledger = Served(program, data, clock.env)
    ledger.until("ledger.clock")
    confirm(program, data, utc(10 * YEAR), clock.env)
    ledger.until("ready")
    assert ledger.reads()["clock"] == "confirmed"
    taken, said = ledger.endorse("mười năm sau", env=clock.env)
    assert taken, said
    ledger.stop()
    # Under the true clock nothing is written, it is said until when, and which way goes on.
    ledger = Served(program, data)
    ledger.until("ledger.clock")
    ledger.refuses("ledger.clock")
    held = ledger.get("/readyz")[1]
    assert f"the last entry is of {utc(10 * YEAR)[:4]}" in held and "--events-from" in held, held
    ledger.stop()
    passed("10 years ahead and confirmed: writes; then, at the true time, reads, and says until when and what helps")
    for off in [5 * HOUR, 3]:
        data = folder / f"last-{off}"
        seeded(program, data)
        clock = Clock(folder, off)
        ledger = Served(program, data, clock.env)
        ledger.until("ready")
        # The verb dates by the true clock; what it says lies behind by less than a week.
        ledger.takes("vượt trước")
        ledger.stop()
        ledger = Served(program, data)
        if off > 10:
            ledger.until("ledger.clock")
            ledger.refuses("ledger.clock")
            assert "the last entry is of" in ledger.get("/readyz")[1]
            # No word helps, and it says so.
            confirm(program, data, utc(0), {}, code=2)
            ledger.refuses("ledger.clock")
        else:
            ledger.until("ready")
        ledger.stop()
        passed(f"a last entry {off} s ahead of the clock: opens, and writes once it has passed")
    for off in [-5 * HOUR, -10 * YEAR]:
        data = folder / f"behind{off}"
        seeded(program, data)
        ledger = Served(program, data)
        ledger.takes("bây giờ")
        ledger.stop()
        clock = Clock(folder, off)
        ledger = Served(program, data, clock.env)
        ledger.until("ledger.clock")
        ledger.refuses("ledger.clock")
        clock.set(0)
        ledger.until("ready")
        ledger.takes("giờ đúng")
        ledger.stop()
        passed(f"{off} s behind at a start: reads, and writes once the clock is set right")


def main():
    program = os.path.realpath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        stranger = folder / "stranger.pem"
        subprocess.run([program, "keygen", str(stranger)], check=True, stdout=subprocess.DEVNULL)
        while_it_runs(program, folder, stranger)
        at_a_start(program, folder)


main()
