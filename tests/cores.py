"""An audit and a check use every core, in each of their forms.

Usage: cores.py PROGRAM. It builds a ledger of 100,000 entries; on one core there is nothing to see, which it says.
"""
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from served import Served, passed

#: What one core cannot reach. Reading, and what goes by the order of entries, stay on one.
LEAST = 1.15


def cores(arguments):
    """Processor time by elapsed time of a command."""
    started = time.monotonic()
    process = subprocess.Popen(list(map(str, arguments)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = process.stdout.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    elapsed = time.monotonic() - started
    assert os.waitstatus_to_exitcode(status) == 0, f"{arguments}: {said}"
    return (used.ru_utime + used.ru_stime) / elapsed


def main():
    program = os.path.realpath(sys.argv[1])
    if len(os.sched_getaffinity(0)) < 2:
        passed("one core: nothing to see")
        return
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        subprocess.run([program, "bench", "--prepare", folder, "--ledger", "100k"], check=True, stdout=subprocess.DEVNULL)
        [data] = [path.parent for path in folder.rglob("log-key.pem")]
        export = folder / "export"
        forms = {"fsck": ["fsck", data], "audit DIR": ["audit", data], "audit EXPORT": ["audit", export]}
        subprocess.run([program, "export", "--data", data, export], check=True, stdout=subprocess.DEVNULL)
        # Other work on the machine takes of both: the best of three tries counts.
        for name, arguments in forms.items():
            best = max(cores([program, *arguments]) for _ in range(3))
            assert best > LEAST, f"{name}: {best:.2f} cores"
            passed(f"{name}: {best:.2f} cores")
        ledger = Served(program, data)
        best = max(cores([program, "audit", ledger.base]) for _ in range(2))
        ledger.stop()
        assert best > LEAST, f"audit ADDRESS: {best:.2f} cores"
        passed(f"audit ADDRESS: {best:.2f} cores")


main()
