"""The kinds of rounds: each does one thing to a ledger under load and leaves the rest to the check."""

import base64
import os
import pathlib
import re
import resource
import shutil
import socket
import subprocess
import time

from .http import Unreachable
from .ledger import Failed
from .load import Load, post_one, write_for

#: The longest that a ledger may take to write again once nothing stands in its way.
RECOVERY_S = 45
CALLS = ("write", "pwrite64", "fsync", "fdatasync", "openat", "rename", "mkdir", "ftruncate", "sync_file_range")
ERRORS = {"openat": ("EMFILE", "EIO", "ENOSPC"), "mkdir": ("ENOSPC", "EIO", "EMFILE")}
#: Each call with each of its errors, once and from then on.
FAILURES = [
    (call, error, lasting)
    for call in CALLS for error in ERRORS.get(call, ("EIO", "ENOSPC")) for lasting in (False, True)
]
#: Reads of the store: sled takes one that fails for the end of its log.
READS = [("pread64", "EIO", False), ("pread64", "EIO", True)]
#: Which call of its name fails first: some calls are rare.
NTH = (1, 1, 2, 3, 5, 8, 12)
#: How far a clock may be off, and still be believed.
SLACK_S = 2.5
STEPS_S = (3, 30, 3600, 86_400 * 2, 86_400 * 400, 86_400 * 3650)
FAKETIME = "/usr/lib/*/faketime/libfaketimeMT.so.1"


def must_write_again(run, ledger, source, after):
    """The running ledger writes again by itself."""
    connection = ledger.connection()
    took = ledger.wait_until_writing(lambda: post_one(ledger, connection, source), RECOVERY_S)
    connection.close()
    if took is not None:
        run.tally.counts["recoveries"][after.split(",")[0]] += 1
        run.longest = max(run.longest, took)
        return
    if ledger.server.ended_by_itself():
        return
    connection, state = ledger.connection(), "no answer"
    try:
        state = connection.ask("/readyz")[1].decode(errors="replace")
    except Unreachable:
        pass
    run.tally.found("does not write again", f"{RECOVERY_S} s after {after}: {state}; {ledger.server.said()}")


def kill_writing(run, source):
    """SIGKILL while many write."""
    killed_writing(run, source, 0.6)


def killed_writing(run, source, longest):
    """A ledger that was killed within `longest` seconds of writing."""
    ledger = run.either(source)
    ledger.serve()
    with Load(ledger, source) as load:
        write_for(load, source.uniform(0.02, run.scale * longest))
        load.kill()
    return ledger


def kill_starting(run, source):
    """SIGKILL at random moments of starts, after one while writing."""
    ledger = killed_writing(run, source, 0.3)
    for _ in range(source.randrange(1, 4)):
        server = ledger.start()
        time.sleep(source.uniform(0, 1.2 * run.start_s))
        if server.ended_by_itself():
            run.tally.found("does not start", server.said())
            return
        server.kill()
        run.tally.count("kills", "SIGKILL while starting")


def full_disk(run, source):
    """The disk fills up under load; then a kill, or space is given back."""
    ledger = run.small
    ledger.serve()
    ballast = ledger.directory.parent / "ballast"

    def fill(left):
        # The others take of the room meanwhile.
        with open(ballast, "ab") as file:
            while True:
                room = os.statvfs(ballast.parent)
                size = room.f_bavail * room.f_bsize - left
                try:
                    return os.posix_fallocate(file.fileno(), file.tell(), size) if size > 0 else None
                except OSError:
                    left = 0

    try:
        with Load(ledger, source) as load:
            write_for(load, source.uniform(0, run.scale * 0.2))
            fill(source.randrange(0, 256 * 1024))
            write_for(load, run.scale * 0.3)
            for _ in range(3):
                fill(0)
                write_for(load, source.uniform(0.1, run.scale * 0.3))
            run.tally.count("full disks", "filled")
            if source.random() < 0.5:
                load.kill()
            elif not tells_full(run, ledger, source):
                run.tally.count("full disks", "room was left in the store")
        if not ledger.server.is_up() and ledger.server.asked_to_end:
            on_a_full_disk(run, ledger)
        ballast.unlink()
        if ledger.server is not None and ledger.server.is_up():
            must_write_again(run, ledger, source, "a full disk")
    finally:
        ballast.unlink(missing_ok=True)


def tells_full(run, ledger, source):
    """A ledger that refuses writes says so at /readyz; whether it refused."""
    connection = ledger.connection()
    try:
        if post_one(ledger, connection, source):
            return False
        status, body = connection.ask("/readyz")
        if status == 200 and not post_one(ledger, connection, source):
            run.tally.found("/readyz says ready", "while writes are refused on a full disk")
        run.tally.count("full disks", f"/readyz {status}")
        return True
    except Unreachable as error:
        if ledger.server.is_up():
            run.tally.found("read failed", f"on a full disk: {error}")
        return True
    finally:
        connection.close()


def on_a_full_disk(run, ledger):
    """What was killed on a full disk: `fsck` claims no loss, a start serves reads or says what is wrong."""
    code, said = ledger.fsck()
    run.tally.count("fsck on a full disk", str(code))
    if code not in (0, 2):
        run.tally.found("false alarm", f"fsck on a full disk: {code}: {said}")
    try:
        server = ledger.start().wait_until_served()
        connection = ledger.connection()
        connection.get("/checkpoint")
        connection.close()
        run.tally.count("starts on a full disk", "served")
        server.kill()
    except Failed as error:
        run.tally.count("starts on a full disk", "refused")
        ledger.server.asked_to_end = True
        if "did not serve" in str(error):
            run.tally.found("hang", error)
    except Unreachable as error:
        run.tally.found("read failed", f"started on a full disk: {error}")
        ledger.stop()


def inject(call, error, when):
    return ["-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={when}"]


def count_injected(run, trace, lasting):
    for call, error in re.findall(r"(\w+)\(.*= -1 (\w+) .*\(INJECTED\)", trace.read_text(errors="replace")):
        run.tally.count("failed calls", f"{call} {error} {'from then on' if lasting else 'once'}")
    trace.unlink()


def failed_calls(run, source):
    """One system call of the write path fails, once or from then on."""
    ledger = run.either(source)
    call, error, lasting = run.next_failure("writing", FAILURES, source)
    nth = source.choice(NTH)
    what = f"{call}, {error} {'from' if lasting else 'at'} {nth}"
    run.tally.place += f", {what}"
    trace = run.work / "trace"
    options = ["-f", "-qq", "-o", trace, *inject(call, error, f"{nth}+" if lasting else nth)]
    ledger.serve()
    if call == "write":
        # Only what is written to the directory: sockets and wake-ups are no part of the path.
        held = [os.readlink(file) for file in pathlib.Path(f"/proc/{ledger.server.pid}/fd").iterdir() if file.exists()]
        for path in held:
            if path.startswith(str(ledger.directory)):
                options += ["-P", path]
    tracer = subprocess.Popen(
        list(map(str, ["strace", *options, "-p", ledger.server.pid])),
        stderr=subprocess.PIPE, text=True,
    )
    try:
        wait_for_tracer(ledger.server, tracer)
        with Load(ledger, source) as load:
            write_for(load, source.uniform(0.2, run.scale * 0.8))
            tracer.terminate()
            tracer.wait(30)
            if source.random() < 0.3:
                load.kill()
        if ledger.server.is_up():
            must_write_again(run, ledger, source, what)
    finally:
        tracer.kill()
        tracer.wait()
    count_injected(run, trace, lasting)


def wait_for_tracer(server, tracer):
    until = time.monotonic() + 20
    status = pathlib.Path(f"/proc/{server.pid}/task")
    while time.monotonic() < until:
        traced = [re.search(r"TracerPid:\t(\d+)", (one / "status").read_text()) for one in status.iterdir()]
        if all(one and one[1] != "0" for one in traced):
            return
        if tracer.poll() is not None:
            raise RuntimeError(f"strace: {tracer.stderr.read()}")
        time.sleep(0.01)
    raise RuntimeError("strace did not attach")


def failed_calls_starting(run, source):
    """The same while starting: it may refuse to start, and the next start finds everything."""
    # At a start nothing tells yet a `write` to the directory from one that speaks or wakes a thread.
    failures = [one for one in FAILURES if one[0] != "write"] + READS
    call, error, lasting = run.next_failure("starting", failures, source)
    nth = source.choice(NTH) * (5 if call == "openat" else 1)
    run.tally.place += f", {call}, {error} {'from' if lasting else 'at'} {nth}"
    ledger = killed_writing(run, source, 0.3)
    trace = run.work / "trace"
    wrap = ["strace", "-D", "-f", "-qq", "-o", trace, *inject(call, error, f"{nth}+" if lasting else nth)]
    if source.random() < 0.3:
        code, said = ledger.fsck(wrap=wrap)
        run.tally.count("fsck with failing calls", str(code))
        if code == 1 or code is None:
            run.tally.found("false alarm", f"fsck: {code}: {said}")
    server = ledger.start(wrap=wrap)
    try:
        server.wait_until_served()
        with Load(ledger, source) as load:
            write_for(load, source.uniform(0.1, run.scale * 0.5))
            load.kill()
        run.tally.count("starts with failing calls", "served")
    except Failed as failed:
        run.tally.count("starts with failing calls", "refused")
        server.asked_to_end = True
        if "did not serve" in str(failed):
            run.tally.found("hang", failed)
    # The tracer ends after the process that it traced.
    for _ in range(100):
        if not any(one.name == "strace" for one in processes_on(trace)):
            break
        time.sleep(0.02)
    count_injected(run, trace, lasting)


def processes_on(path):
    """The programs that have a file open."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if any(os.readlink(file) == str(path) for file in (process / "fd").iterdir()):
                yield pathlib.Path(os.readlink(process / "exe"))
        except OSError:
            continue


def recorded_at(receipt):
    """When an acknowledged entry was recorded, in seconds."""
    entry = base64.b64decode(receipt.split("\n", 2)[1].removeprefix("extra "))
    return int.from_bytes(entry[1:9], "big") / 1000


def clock_steps(run, source):
    """The wall clock is set, while running or at a start; only what it says is faked."""
    ledger = run.either(source)
    by = source.choice(STEPS_S) * source.choice((1, -1))
    starting = source.random() < 0.4
    run.tally.place += f", {by:+} s {'at a start' if starting else 'while running'}"
    clock = run.work / "clock"

    def set_to(seconds):
        # Another file takes the place of this one, so that no reading sees half of it.
        clock.with_suffix(".new").write_text(f"{seconds:+}\n")
        clock.with_suffix(".new").rename(clock)

    set_to(by if starting else 0)
    env = {
        "LD_PRELOAD": run.faketime, "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1", "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    ledger.shifted = True
    began, before = time.time(), len(ledger.fresh)
    ledger.start(env=env).wait_until_served()
    with Load(ledger, source) as load:
        write_for(load, source.uniform(0.1, run.scale * 0.4))
        if not starting:
            set_to(by)
            write_for(load, source.uniform(0.2, run.scale * 0.6))
        set_to(0)
        run.tally.count("clock steps", "at a start" if starting else "while running")
    receipts = [ledger.acknowledged[seq].receipt for seq in ledger.fresh[before:]]
    off = [at for at in map(recorded_at, receipts) if not began - SLACK_S < at < time.time() + SLACK_S]
    # A start believes what no clock contradicts.
    if off and (not starting or by > 86_400 * 30):
        run.tally.found("wrote under a wrong clock", f"{len(off)} entries, the first at {off[0]:.0f}")
    if off and by > 0:
        # What is recorded ahead holds writes up until then, as it should.
        ledger.retired = True
    elif not starting:
        must_write_again(run, ledger, source, "the clock was set back")
    ledger.stop()
    ledger.shifted = False


def few_descriptors(run, source):
    """Descriptors run out: the process may open no more, or many idle connections hold them."""
    ledger = run.either(source)
    if source.random() < 0.5:
        server = ledger.serve()
        before = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
        with Load(ledger, source, outsiders=False) as load:
            write_for(load, 0.1)
            held = len(os.listdir(f"/proc/{server.pid}/fd"))
            # Nobody new is let in meanwhile, so only those who are in are asked.
            resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (held + source.randrange(-3, 4), before[1]))
            write_for(load, source.uniform(0.2, run.scale * 0.6))
            resource.prlimit(server.pid, resource.RLIMIT_NOFILE, before) if server.is_up() else None
        run.tally.count("descriptors", "limit lowered")
    else:
        limit = source.choice((320, 512, 1024))
        server = ledger.start(wrap=["prlimit", f"--nofile={limit}"]).wait_until_served()
        idle = []
        # A reader may have to wait for a place while others hold all of them.
        with Load(ledger, source, reader=False, outsiders=False) as load:
            write_for(load, 0.1)
            try:
                for _ in range(limit + 100):
                    one = socket.socket()
                    one.setblocking(False)
                    one.connect_ex(("127.0.0.1", server.port))
                    idle.append(one)
                write_for(load, source.uniform(0.2, run.scale * 0.6))
            finally:
                for one in idle:
                    one.close()
        run.tally.count("descriptors", "idle connections")
    if server.is_up():
        must_write_again(run, ledger, source, "descriptors ran out")
        # The next round has all of its descriptors again.
        ledger.stop()


def copied(run, source):
    """The directory is copied while it is written: a copy signs nothing, and is not called whole when it is not."""
    ledger = run.either(source)
    ledger.serve()
    copy = run.work / "copy"
    with Load(ledger, source) as load:
        write_for(load, source.uniform(0.05, run.scale * 0.3))
        before = max(ledger.acknowledged, default=0)
        # What vanishes under it is its own affair.
        subprocess.run(["cp", "-a", str(ledger.directory), str(copy)], stderr=subprocess.DEVNULL, check=False)
        write_for(load, 0.05)
    original, ledger.directory = ledger.directory, copy
    serving, ledger.server = ledger.server, None
    try:
        code, said = ledger.fsck()
        run.tally.count("fsck of a copy", str(code))
        try:
            ledger.start().wait_until_served()
        except Failed as error:
            run.tally.count("copies", "not opened")
            if code == 0:
                run.tally.found("wrong clean", f"a copy that does not open: {error}")
            return
        connection = ledger.connection()
        size = int(connection.get("/checkpoint").decode().split("\n")[1])
        if size <= before:
            run.tally.count("copies", "older than what was acknowledged")
            if code == 0:
                run.tally.found("wrong clean", f"a copy of {size} entries, {before} acknowledged before")
        id_, submission = ledger.parties.event(source)
        status, body = connection.ask("/v1/events", submission)
        run.tally.count("copies", f"a write is answered {status}")
        if status < 300:
            run.tally.found("a copy signs", body.decode()[:120])
        connection.close()
    except Unreachable as error:
        run.tally.found("read failed", f"of a copy: {error}")
    finally:
        ledger.stop()
        ledger.directory, ledger.server = original, serving
        shutil.rmtree(copy, ignore_errors=True)


KINDS = {
    one.__name__.replace("_", " "): one
    for one in (
        kill_writing, kill_starting, full_disk, failed_calls, failed_calls_starting, clock_steps,
        few_descriptors, copied,
    )
}
