"""Runs the README's tour as pasted: every block marked `sh`, in order, in one shell.

Usage: tour.py PROGRAM. The demo listens on a free port in place of 8080.
"""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import icalendar

program = os.path.abspath(sys.argv[1])
root = pathlib.Path(__file__).resolve().parent.parent
readme = (root / "README.md").read_text()
blocks = re.findall(r"^```sh( \w+)?\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
pasted = [text for kind, text in blocks if kind != " demo"]
demo = [text for kind, text in blocks if kind == " demo"]
assert len(demo) == 1 and len(pasted) > 5, "the tour's blocks are marked"

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]

work = pathlib.Path(tempfile.mkdtemp())
server = None
try:
    # The tour runs at the root of a tree that was built.
    (work / "target/release").mkdir(parents=True)
    (work / "target/release/tinnhiem").symlink_to(program)
    (work / "README.md").symlink_to(root / "README.md")
    (work / "tools").symlink_to(root / "tools")
    command = demo[0].splitlines()[-1].split() + ["--listen", f"127.0.0.1:{port}"]
    server = subprocess.Popen(command, cwd=work, stdout=subprocess.DEVNULL)
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz").read()
            break
        except OSError:
            time.sleep(0.1)
    script = "set -euo pipefail\n" + "\n".join(pasted).replace("127.0.0.1:8080", f"127.0.0.1:{port}")
    environment = os.environ | {"TINNHIEM_LEDGER": f"http://127.0.0.1:{port}"}
    ran = subprocess.run(
        ["bash", "-x"], input=script, cwd=work, env=environment, text=True, stdout=subprocess.PIPE
    )
    print(ran.stdout)
    assert ran.returncode == 0, f"the tour ended with {ran.returncode}"
    assert "79.82" in ran.stdout, "the worked example is shown"
    assert ran.stdout.count("clean\n") >= 4, "audits and fsck are clean"
    read = [icalendar.Calendar.from_ical((work / name).read_bytes()) for name in ["nhip-so.ics", "kol.ics"]]
    days = [day for calendar in read for day in calendar.walk("VEVENT")]
    assert days and all(day["UID"] and day["DTSTAMP"] and day["DTSTART"] for day in days), "calendars hold days"
    assert not any(part.errors for part in [*read, *days]), "calendars are read without a fault"
finally:
    if server:
        server.terminate()
        server.wait()
    shutil.rmtree(work)
print("the tour runs as pasted")
