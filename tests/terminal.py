"""What a terminal of 80 columns shows: no line is wider, names stand everywhere, long answers are paged.

Usage: terminal.py PROGRAM. It seeds a demo of its own and serves it on a free port.
"""

import fcntl
import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import unicodedata

program = os.path.abspath(sys.argv[1])
COLUMNS, ROWS = 80, 24


def cells(line):
    """How many cells a line takes."""

    def width(char):
        if unicodedata.combining(char) or unicodedata.category(char) in ("Cf", "Mn", "Me"):
            return 0
        return 2 if unicodedata.east_asian_width(char) in "WF" else 1

    return sum(map(width, line))


def shown(arguments, code=0, answer=None, **environment):
    """What the program shows at a terminal, where a question is answered so; it ends with this exit code."""
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.environ.update(environment)
        os.execv(program, [program, *arguments])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    out = b""
    while True:
        if not select.select([terminal], [], [], 120)[0]:
            os.kill(child, signal.SIGKILL)
            sys.exit(f"{arguments}: no end after {out[-500:]!r}")
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
        if answer and out.endswith(b"[y/N] "):
            os.write(terminal, answer.encode() + b"\n")
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status == code, f"{arguments} ended with {status}: {out.decode()}"
    return out.decode().replace("\r\n", "\n")


work = pathlib.Path(tempfile.mkdtemp())
server = None
try:
    watched, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    server = subprocess.Popen([program, "demo", "--data", work / "data", "--listen", "127.0.0.1:0"], stdout=terminal)
    os.close(terminal)
    greeting = ""
    while "Ctrl-C" not in greeting:
        greeting += os.read(watched, 65536).decode()
    greeting = greeting.replace("\r\n", "\n")
    address = re.match(r"http://127\.0\.0\.1:\d+", greeting)[0]
    # What it says to paste is what a shell needs, and its sentences fit.
    export = "\n".join(line for line in greeting.splitlines() if line.startswith("  export "))
    script = f"{export}\n[ \"$TINNHIEM_LEDGER\" = {address} ] && exec tinnhiem top --json"
    found = subprocess.run(["bash", "-c", script], stdout=subprocess.PIPE, env={"PATH": os.environ["PATH"]}, check=True)
    assert json.loads(found.stdout)["subjects"], export
    told = [line for line in greeting.splitlines() if not line.startswith("  ") and str(work) not in line]
    assert told and all(cells(line) <= COLUMNS for line in told), greeting
    os.environ["TINNHIEM_LEDGER"] = address
    piped = subprocess.run([program, "top", "--json"], stdout=subprocess.PIPE, check=True).stdout
    rows = json.loads(piped)["subjects"][:3]
    ids, names = [row["subject"] for row in rows], [row["name"] for row in rows]
    looks = {
        "top": ["top"],
        "me": ["me", ids[0]],
        "me --words": ["me", ids[0], "--words"],
        "score A": ["score", ids[0], "--explain"],
        "score A B C": ["score", *ids],
        "clocks": ["clocks"],
        "history": ["history", ids[0]],
        "history --steps": ["history", ids[0], "--steps"],
        "members": ["members"],
        "member": ["member", "o5-tam-diem"],
        "show": ["show", "100", "101", "0"],
        "log": ["log"],
        "ledger": ["ledger"],
        "find": ["find", "an"],
        "policy show": ["policy", "show"],
        "endorse --help": ["endorse", "--help"],
    }
    # How a verb is used stands on one line.
    usage = re.compile("^Usage: .*$", re.MULTILINE)
    for name, arguments in looks.items():
        text = usage.sub("", re.sub(r"\x1b\[[0-9;]*m", "", shown([*arguments, "--no-pager"])))
        # What is to be copied, such as a key, is never broken: one word on a line of its own.
        wide = [line for line in text.splitlines() if cells(line) > COLUMNS and not re.fullmatch(r" *[!-~]+", line)]
        assert not wide, f"{name}: {cells(wide[0])} cells: {wide[0]}"
        assert text.strip(), name
        # Whoever it is about is named, in whatever column.
        about = {"top": names, "me": names[:1], "score A": names[:1], "history": names[:1], "history --steps": names[:1]}
        for word in " ".join(about.get(name, [])).split():
            assert word in text, f"{name}: {word} is missing"
    # A clock is not squeezed into columns: its day stands first, what is to be done below it.
    due = shown(["clocks", "--who", "Phạm Gia Hân", "--no-pager"]).splitlines()
    assert due[0].startswith("hạn của / clocks of kol-") and due[0].endswith("Phạm Gia Hân"), due[0]
    assert all(re.match(r"20\d\d-\d\d-\d\d| {2}", line) for line in due[1:]), "\n".join(due)
    assert any(line.startswith("    hạn khiếu nại / last day to contest") for line in due), "\n".join(due)
    # Faults and what a server says fit too, and a command within them is whole.
    fault = shown(["fsck", str(work / "a-name-that-is-not-there")], code=2)
    assert f"`tinnhiem init --data {work}/a-name-that-is-not-there`" in fault, fault
    wrong = shown(["serve", "--data", str(work / "data"), "--listen", "127.0.0.1:0"], code=2)
    for text in (fault, wrong):
        wide = [line for line in text.splitlines() if cells(line) > COLUMNS and "`" not in line]
        assert not wide and text.count("\n") > 1, text
    # Nobody ends a term by a slip.
    seeded = work / "seeded"
    subprocess.run([program, "demo", "--seed-only", "--data", seeded], stdout=subprocess.DEVNULL, check=True)
    seal = ["seal", "--data", str(seeded), "--out", str(work / "last")]
    slip = shown(seal, code=2, answer="n", TINNHIEM_YES="")
    assert "About to seal" in slip and "nothing was sealed" in slip and not (work / "last").exists(), slip
    meant = shown(seal, answer="y", TINNHIEM_YES="")
    assert "is sealed at" in meant and (work / "last").exists(), meant
    assert "[y/N]" not in shown([*seal, "--force"], TINNHIEM_YES=""), "what is sealed already is not asked about"
    side_by_side = shown(["score", *ids, "--no-pager"])
    for name in names:
        assert all(word in side_by_side for word in name.split()), f"{name} is missing: {side_by_side}"
    vkey = subprocess.run([program, "ledger", "--vkey"], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert shown(["ledger", "--vkey"]) == vkey, "the key is one line, to be pasted"
    charset = shown(["log"], PAGER='sed -n "1s/.*/$LESSCHARSET/p"')
    assert charset.strip() == os.environ.get("LESSCHARSET", "utf-8"), charset
    # Long answers go through the pager that is named, short ones and those of a pipe do not.
    paged = shown(["me", ids[0]], PAGER="sed 's/^/PAGED /'")
    assert all(line.startswith("PAGED ") for line in paged.splitlines()), paged
    assert "PAGED" not in shown(["score", *ids], PAGER="sed 's/^/PAGED /'")
    assert "PAGED" not in shown(["me", ids[0]], PAGER="")
    assert "PAGED" not in shown(["me", ids[0], "--no-pager"], PAGER="sed 's/^/PAGED /'")
    environment = os.environ | {"PAGER": "false"}
    piped = subprocess.run([program, "me", ids[0]], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    assert names[0] in piped.stdout
finally:
    if server:
        server.terminate()
        server.wait()
    shutil.rmtree(work)
print("a terminal of 80 columns shows no wider line")
