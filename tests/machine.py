"""What a machine does to a ledger: reads that fail, files cut short, outputs that nobody takes, pipes for files.

Usage: machine.py PROGRAM. Needs strace, and root for an overlay.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from served import Served, passed, seeded


def ended(arguments, **how):
    """Exit code and all that was said, within a minute."""
    done = subprocess.run(list(map(str, arguments)), capture_output=True, text=True, timeout=60, **how)
    return done.returncode, done.stdout + done.stderr


def failing_reads(program, folder):
    """One read of the store that fails is told as that, and costs no entry."""
    whole = seeded(program, folder / "reads")
    for verb in ["fsck", "audit", "export"]:
        for nth in [3, 4, 5, 6, 9, 20]:
            data = folder / "read"
            shutil.copytree(whole, data)
            arguments = [program, *(["export", "--data", data, folder / "out"] if verb == "export" else [verb, data])]
            inject = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pread64", "-e", f"inject=pread64:error=EIO:when={nth}"]
            code, said = ended([*inject, *arguments])
            assert code in (0, 2) and "FOUND" not in said, f"{verb} {nth}: {code}: {said}"
            code, said = ended([program, "fsck", data])
            assert code == 0 and said.rstrip().endswith("clean"), f"after {verb} {nth}: {code}: {said}"
            shutil.rmtree(data)
            shutil.rmtree(folder / "out", ignore_errors=True)
    passed("a read that fails is told as that, and costs no entry")


def cut_files(program, folder):
    """A limit on the length of files is met as a full disk is."""
    data = seeded(program, folder / "cut")
    limit = max(path.stat().st_size for path in data.rglob("*") if path.is_file()) + 40_000
    ledger = Served(program, data)
    subprocess.run(["prlimit", f"--pid={ledger.process.pid}", f"--fsize={limit}:"], check=True)
    for number in range(60):
        taken, said = ledger.endorse(f"{number} " + "dài " * 2000)
        if not taken and ("full" in said or "unsettled" in said):
            break
    assert ledger.process.poll() is None, "the process ended"
    ledger.reads()
    subprocess.run(["prlimit", f"--pid={ledger.process.pid}", "--fsize=unlimited:"], check=True)
    ledger.until("ready")
    ledger.stop()
    code, said = ended([program, "fsck", data])
    assert code == 0, said
    passed("files that may not grow: reads go on, and it recovers by itself")


def untaken_output(program, folder):
    """Where nobody takes what is printed, a server serves, and others say so."""
    data = seeded(program, folder / "unheard")
    for output in ["/dev/full", "| true"]:
        address = data / "address"
        address.unlink(missing_ok=True)
        into = f"> {output}" if output.startswith("/") else output
        shell = subprocess.Popen(
            ["sh", "-c", f'"$0" serve --data "$1" --listen 127.0.0.1:0 {into}', program, str(data)],
            stderr=subprocess.DEVNULL, start_new_session=True)
        end = time.monotonic() + 30
        while not address.exists() or not address.read_text():
            assert time.monotonic() < end, f"not served with output {output}"
            time.sleep(0.1)
        code, said = ended([program, "top", "--ledger", address.read_text().strip()])
        assert code == 0, said
        code, said = ended(["sh", "-c", '"$0" top --ledger "$1" > /dev/full', program, address.read_text().strip()])
        assert code == 2 and "standard output" in said and "panicked" not in said, f"{code}: {said}"
        code, said = ended(["sh", "-c", '"$0" log --json --ledger "$1" | true', program, address.read_text().strip()])
        assert said == "", said
        os.killpg(shell.pid, signal.SIGTERM)
        shell.wait()
    passed("an output that nobody takes ends no server, and is told by others")


def pipes_for_files(program, folder):
    """A pipe or a folder in the place of a file is waited for by nobody."""
    data = seeded(program, folder / "pipes")
    text = next(path for path in sorted((data / "vault").rglob("*")) if path.is_file())
    image = next(path for path in (data / "derived").rglob("*") if path.is_file())
    for make in (os.mkfifo, os.mkdir):
        for place in (text, image):
            kept = folder / "kept"
            shutil.move(place, kept)
            make(place)
            code, said = ended([program, "fsck", data])
            assert code == 1 if place == text else code == 2 and "image of the state" in said, f"{place}: {code}: {said}"
            ledger = Served(program, data)
            status, _ = ledger.get(f"/v1/attachments/{text.name}")
            assert (status == 200) == (place != text), status
            ledger.reads()
            ledger.stop()
            if place.is_dir():
                shutil.rmtree(place)
            else:
                place.unlink()
            shutil.move(kept, place)
    code, said = ended([program, "fsck", data])
    assert code == 0, said
    passed("pipes and folders in the place of files: told, and waited for by nobody")


def overlays(program, folder):
    """An overlay over a directory is another place: it signs nothing."""
    data = seeded(program, folder / "lower")
    for name in ("upper", "work", "merged"):
        (folder / name).mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "overlay", "overlay", "-o",
         f"lowerdir={data},upperdir={folder / 'upper'},workdir={folder / 'work'}", folder / "merged"], check=False)
    if mounted.returncode:
        passed("no overlay can be mounted here: not tried")
        return
    try:
        ledger = Served(program, folder / "merged")
        assert ledger.ready() == "ledger.read_only", ledger.ready()
        ledger.stop()
    finally:
        subprocess.run(["umount", "-l", folder / "merged"], check=True)
    passed("an overlay over a directory signs nothing")


def main():
    program = os.path.realpath(sys.argv[1])
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        folder = Path(folder)
        failing_reads(program, folder)
        cut_files(program, folder)
        untaken_output(program, folder)
        pipes_for_files(program, folder)
        overlays(program, folder)


main()
