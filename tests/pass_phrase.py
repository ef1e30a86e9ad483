"""A pass phrase is asked for at a terminal, is not shown there, and opens the key.

Usage: pass_phrase.py PROGRAM ENCRYPTED-KEY PASS-PHRASE PUBLIC-KEY.
"""

import os
import pty
import select
import signal
import sys

program, key, phrase, public = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    os.execv(program, [program, "public-key", key])
shown = b""
tries = iter(["wrong", phrase])
while True:
    if not select.select([terminal], [], [], 60)[0]:
        os.kill(child, signal.SIGKILL)
        sys.exit(f"no answer after {shown!r}")
    try:
        piece = os.read(terminal, 1024)
    except OSError:
        break
    if not piece:
        break
    shown += piece
    if piece.rstrip().endswith(b".pem:"):
        os.write(terminal, next(tries).encode() + b"\n")
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
text = shown.decode()
assert status == 0, text
assert public in text, text
assert text.count("Pass phrase of") == 2, text
assert "wrong" not in text and phrase not in text.replace(public, ""), "the pass phrase is shown"
print("a pass phrase is asked for, and not shown")
