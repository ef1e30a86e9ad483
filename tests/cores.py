"""An audit and a check use every core, in each of their forms.

Usage: cores.py PROGRAM. It builds a ledger of 10,000 entries; on one core there is nothing to see, which it says.
"""
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from served import Served, passed

#: Processor time of all threads by that of the busiest one, which other work on the machine does not change.
#: Reading, and what goes by the order of entries, stay on one.
LEAST = 1.3


def shares(arguments):
    """How many times the busiest thread's work a command does."""
    process = subprocess.Popen(list(map(str, arguments)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    threads = {}
    while process.poll() is None:
        for thread in Path(f"/proc/{process.pid}/task").glob("*"):
            try:
                fields = (thread / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            threads[thread.name] = int(fields[11]) + int(fields[12])
        time.sleep(0.01)
    assert process.returncode == 0, f"{arguments}: {process.stdout.read().decode()}"
    return sum(threads.values()) / max(1, *threads.values())


def main():
    program = os.path.realpath(sys.argv[1])
    if len(os.sched_getaffinity(0)) < 2:
        passed("one core: nothing to see")
        return
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        subprocess.run([program, "bench", "--prepare", folder, "--ledger", "10k"], check=True, stdout=subprocess.DEVNULL)
        [data] = [path.parent for path in folder.rglob("log-key.pem")]
        export = folder / "export"
        forms = {"fsck": ["fsck", data], "audit DIR": ["audit", data], "audit EXPORT": ["audit", export]}
        subprocess.run([program, "export", "--data", data, export], check=True, stdout=subprocess.DEVNULL)
        for name, arguments in forms.items():
            share = shares([program, *arguments])
            assert share > LEAST, f"{name}: {share:.2f} times its busiest thread"
            passed(f"{name}: {share:.2f} times its busiest thread")
        ledger = Served(program, data)
        share = shares([program, "audit", ledger.base])
        ledger.stop()
        assert share > LEAST, f"audit ADDRESS: {share:.2f} times its busiest thread"
        passed(f"audit ADDRESS: {share:.2f} times its busiest thread")


main()
