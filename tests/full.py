"""Full disks and descriptors that run out: reads go on, writes wait, and nothing is lost or judged.

Usage: full.py PROGRAM. Mounts small file systems, which takes root.
"""
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from served import Served, passed, seeded

MIB = 1 << 20


class Disk:
    """A small file system of its own."""

    def __init__(self, folder, mib):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", str(folder)], check=True)

    def fill(self):
        with open(self.folder / "filling", "wb") as file:
            try:
                while True:
                    file.write(bytes(65536))
                    file.flush()
            except OSError:
                pass
        # What the library still held is gone with the file object; the last bytes count.
        with open(self.folder / "filling.2", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass

    def free(self):
        for name in ["filling", "filling.2"]:
            (self.folder / name).unlink(missing_ok=True)

    def gone(self):
        subprocess.run(["umount", "-l", str(self.folder)], check=True)


def answered(ledger, path, body):
    """The status of a POST, and the code where it is refused."""
    try:
        with urllib.request.urlopen(urllib.request.Request(ledger.base + path, body, method="POST"), timeout=30) as answer:
            return answer.status, None
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())["code"]


def signed(ledger, folder, words):
    """An event that the ledger would take, not sent."""
    out = Path(tempfile.mkdtemp(dir=folder)) / "event.json"
    taken, said = ledger.endorse(words, out=out)
    assert taken, said
    return out.read_bytes()


def judged_clean(program, data, entries):
    done = subprocess.run([program, "fsck", str(data)], capture_output=True, text=True)
    assert done.returncode == 0 and f"{entries} entries" in done.stdout, done.stdout + done.stderr


def store_full(program, folder):
    disk = Disk(folder / "store", 48)
    data = disk.folder / "data"
    seeded(program, data)
    ledger = Served(program, data)
    ledger.until("ready")
    ledger.takes("trước")
    event = signed(ledger, folder, "khi đầy")
    for _ in range(2):
        disk.fill()
        ledger.until("store.full")
        ledger.refuses("store.full")
        assert answered(ledger, "/v1/events", event) == (507, "store.full")
        disk.free()
        ledger.until("ready")
        ledger.takes("có chỗ lại")
    # Whoever fills it writes to the ledger all the while: the end is met under load.
    disk.fill()
    for number in range(20):
        ledger.endorse(f"{number}")
    assert ledger.process.poll() is None
    size = ledger.reads()["size"]
    ledger.kill()
    passed("store full: reads go on, writes answer 507, and it recovers by itself")
    for verb in [["fsck", str(data)], ["audit", str(data)]]:
        done = subprocess.run([program, *verb], capture_output=True, text=True)
        said = done.stdout + done.stderr
        assert done.returncode in (0, 2), f"{verb}: {done.returncode}: {said}"
        assert "FOUND" not in said and "restore" not in said, f"{verb}: {said}"
        assert done.returncode == 0 or "full" in said, f"{verb}: {said}"
    passed("killed, then checked on a full disk: nothing is claimed to be lost")
    disk.free()
    judged_clean(program, data, size)
    # Where it listens is told in a file, which is no reason not to serve.
    (data / "address").unlink(missing_ok=True)
    (data / "address").mkdir()
    ledger = Served(program, data)
    ledger.takes("lần nữa")
    (data / "address").rmdir()
    ledger.takes("và nữa")
    assert ledger.process.poll() is None
    ledger.stop()
    passed("served although its file `address` could not be written")
    disk.gone()


def vault_full(program, folder):
    data = folder / "vault-full"
    seeded(program, data)
    shutil.move(data / "vault", folder / "kept")
    disk = Disk(data / "vault", 16)
    shutil.copytree(folder / "kept", data / "vault", dirs_exist_ok=True)
    ledger = Served(program, data)
    ledger.until("ready")
    ledger.takes("trước")
    event = signed(ledger, folder, "khi đầy")
    disk.fill()
    ledger.until("vault.full")
    ledger.refuses("vault.full")
    assert answered(ledger, "/v1/events", event) == (507, "vault.full")
    disk.free()
    ledger.until("ready")
    ledger.takes("sau")
    ledger.stop()
    passed("vault full: told by its own code, and it recovers by itself")
    disk.gone()


def descriptors(program, folder):
    data = folder / "descriptors"
    seeded(program, data)
    ledger = Served(program, data)
    ledger.until("ready")
    ledger.takes("trước")
    pid = ledger.process.pid
    open_now = max(int(name) for name in os.listdir(f"/proc/{pid}/fd")) + 1

    def limit(files):
        subprocess.run(["prlimit", f"--pid={pid}", f"--nofile={files}:"], check=True)

    before = subprocess.run(["prlimit", f"--pid={pid}", "--nofile", "--raw", "--noheadings", "--output=SOFT"],
                            capture_output=True, text=True, check=True).stdout.strip()
    # Enough for the connection that asks, not for a file beside it.
    limit(open_now + 1)
    taken, said = ledger.endorse("không có mô tả nào")
    assert not taken, said
    assert ledger.process.poll() is None, "the process ended"
    limit(before)
    ledger.until("ready")
    ledger.takes("sau")
    ledger.reads()
    ledger.stop()
    judged_clean(program, data, "")
    passed("out of descriptors: waited out")


def idle(program, folder):
    """More connections that say nothing than files may be opened: they are ended, and writes go on."""
    data = folder / "idle"
    seeded(program, data)
    ledger = Served(program, data, limit=1024)
    ledger.until("ready")
    address = (host := re.fullmatch(r"http://(.*):(\d+)", ledger.base))[1], int(host[2])
    silent = []
    for _ in range(1133):
        silent.append(socket.create_connection(address, timeout=20))
    end = time.monotonic() + 60
    while True:
        try:
            ledger.takes("giữa im lặng")
            break
        except (AssertionError, OSError):
            assert ledger.process.poll() is None, "the process ended"
            assert time.monotonic() < end, "no write was taken for a minute"
    ledger.reads()
    for one in silent:
        one.close()
    ledger.stop()
    judged_clean(program, data, "")
    passed("1,133 idle connections at 1,024 files: writes go on, and nothing ends")


def unread(program, folder):
    """Answers that nobody reads take no more memory than the guide for operators says."""
    data = folder / "unread"
    seeded(program, data)
    ledger = Served(program, data, options=["--batch-mib", "32", "--connections", "512"])
    ledger.until("ready")
    event = signed(ledger, folder, "không ai đọc").replace(b"\n", b" ").strip() + b"\n"
    batch = event * 4096
    head = f"POST /v1/events/batch HTTP/1.1\r\nHost: {ledger.base[7:]}\r\nContent-Length: {len(batch)}\r\n\r\n".encode()
    address = (host := re.fullmatch(r"http://(.*):(\d+)", ledger.base))[1], int(host[2])

    def most():
        status = Path(f"/proc/{ledger.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024

    before, senders = most(), []
    for _ in range(100):
        sender = socket.socket()
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sender.settimeout(0.2)
        sender.connect(address)
        try:
            sender.sendall(head + batch)
        except OSError:
            pass
        senders.append(sender)
    time.sleep(5)
    ledger.reads()
    guide = (Path(__file__).parent.parent / "src" / "guide" / "operator.md").read_text()
    stated = float(re.search(r"`--connections 512 --batch-mib 32` makes that ([0-9.]+) GiB", guide)[1]) * 1024
    grown = most() - before
    assert grown < stated, f"{grown:.0f} MiB more, and the guide says {stated:.0f}"
    for sender in senders:
        sender.close()
    ledger.stop()
    passed(f"100 batches whose answers nobody reads: {grown:.0f} MiB more, and the guide says {stated:.0f} at most")


def main():
    program = os.path.realpath(sys.argv[1])
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        folder = Path(folder)
        store_full(program, folder)
        vault_full(program, folder)
        descriptors(program, folder)
        idle(program, folder)
        unread(program, folder)


main()
