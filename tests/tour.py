"""Runs the guides as pasted: every block marked `sh`, each guide in a shell of its own, in their order.

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
order = re.search(r"^guides!\((.*)\);$", (root / "src/guide/mod.rs").read_text(), re.MULTILINE)[1].split()
guides = {name: (root / "src/guide" / f"{name}.md").read_text() for name in order}
assert set(guides) == {path.stem for path in (root / "src/guide").glob("*.md")}, "every guide has its place"


def pasted(text, demo=False):
    """The blocks of a guide that a user pastes; or the one that starts the demo."""
    blocks = re.findall(r"^```sh( \w+)?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [block for kind, block in blocks if (kind == " demo") == demo]


started = pasted(guides["demo"], demo=True)
assert len(started) == 1 and sum(len(pasted(text)) for text in guides.values()) > 30, "blocks are marked"
for name, text in guides.items():
    wide = [line for block in pasted(text) for line in block.splitlines() if len(line) > 80]
    assert not wide, f"{name} has commands wider than a terminal: {wide}"

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
    command = started[0].splitlines()[-1].split() + ["--listen", f"127.0.0.1:{port}"]
    server = subprocess.Popen(command, cwd=work, stdout=subprocess.DEVNULL)
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz").read()
            break
        except OSError:
            time.sleep(0.1)
    environment = os.environ | {"TINNHIEM_LEDGER": f"http://127.0.0.1:{port}"}
    begun = "\n".join(pasted(guides["demo"]))
    printed = ""
    for name, text in guides.items():
        own = "" if name == "demo" else "\n".join(pasted(text))
        script = "\n".join(["set -euo pipefail", begun, own]).replace("127.0.0.1:8080", f"127.0.0.1:{port}")
        ran = subprocess.run(
            ["bash", "-x"], input=script, cwd=work, env=environment, text=True, stdout=subprocess.PIPE
        )
        print(ran.stdout)
        assert ran.returncode == 0, f"the guide {name} ended with {ran.returncode}"
        printed += ran.stdout
    assert "79.82" in printed, "the worked example is shown"
    assert "50.00 (" in printed, "the first KOL of a real ledger is rated"
    assert printed.count("clean\n") >= 4, "audits and fsck are clean"
    read = [icalendar.Calendar.from_ical((work / name).read_bytes()) for name in ["nhip-so.ics", "han.ics"]]
    days = [day for calendar in read for day in calendar.walk("VEVENT")]
    assert days and all(day["UID"] and day["DTSTAMP"] and day["DTSTART"] for day in days), "calendars hold days"
    assert not any(part.errors for part in [*read, *days]), "calendars are read without a fault"
finally:
    if server:
        server.terminate()
        server.wait()
    shutil.rmtree(work)
print("the guides run as pasted")
