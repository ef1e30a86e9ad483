"""Every forged export that the second implementation must find is found by the program's own `audit`, too.

Each is written as a folder and audited by PROGRAM, with its clock where the export says: it must not be
clean, exit with 1, and name every entry, tile, file and attachment that the second implementation names.
Each honest one must be clean.

Usage: audited_forgeries.py PROGRAM. Needs libfaketime.
"""

import concurrent.futures
import contextlib
import datetime
import glob
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import forge
from attacks import ATTACKS, honest, misspelt_checkpoints, respelled
from blake3 import blake3
from refused import refused
from verify.ledger import verify_source
from verify.source import Folder

PROGRAM = sys.argv[1]
LIBRARY = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")[0]
# After everything in the vectors, so that only what is ahead on purpose is ahead.
LATE = 2**41


def write(export, folder):
    """The files of an export, as `tinnhiem export` lays them out."""
    for path in export.listed():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(export.read(path))
    for commitment in export.files:
        salt, kind, text = export.attachment(commitment)
        content = salt + len(kind.encode()).to_bytes(2, "big") + kind.encode() + text
        file = folder / "attachments" / commitment
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content + blake3(content).digest()[:16])
    for path in export.folders:
        (folder / path).mkdir(parents=True)
    for number, path in enumerate(set(export.irregular) - set(export.folders)):
        elsewhere = folder.parent / str(number)
        (folder / path).rename(elsewhere)
        (folder / path).symlink_to(elsewhere)


def audit(export, now, vkey=None, texts=True):
    """Exit code and findings of the program, at this time by its clock, and what the second implementation finds in the
    same folder; without `texts`, all but those of attachments."""
    when = datetime.datetime.fromtimestamp(now / 1000, datetime.timezone.utc)
    clock = {"LD_PRELOAD": LIBRARY, "FAKETIME": f"@{when:%Y-%m-%d %H:%M:%S}", "TZ": "UTC"}
    clock |= {"DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place) / "export"
        folder.mkdir()
        write(export, folder)
        asked = [PROGRAM, "audit", str(folder), "--json", *(("--vkey", vkey) if vkey else ())]
        done = subprocess.run(asked, capture_output=True, env=os.environ | clock, timeout=120)
        second = judged_second(Folder(folder), now, vkey)
    second = [one for one in second if texts or not is_text(one)]
    try:
        found = json.loads(done.stdout)["findings"]
        return done.returncode, [one for one in found if texts or not is_text(one["place"])], second
    except (ValueError, KeyError):
        return done.returncode, done.stdout.decode() + done.stderr.decode(), second


def is_text(finding):
    return finding.startswith("attachment")


def judged_second(folder, now, vkey=None):
    try:
        return verify_source(folder, now=now, vkey=vkey)
    except Exception as error:
        return [f"checkpoint: {error!r}"]


def place_of(finding):
    """Where the second implementation found something: the place as the program names it, or none."""
    if found := re.match(r"entry \d+", finding):
        return found[0]
    if found := re.match(r"attachment [0-9a-f]{64}", finding):
        return found[0]
    if found := re.match(r"attachments/'([0-9a-f]{64})", finding):
        return f"attachment {found[1]}"
    if found := re.match(r"(tile/\S+) is not what", finding):
        return found[1]
    if found := re.search(r"(tile/\S+) (?:holds more|ends early)", finding):
        return found[1]
    if "(file." in finding:
        return "file " + re.match(r"'(.*?)'", finding)[1]
    return "checkpoint"


def wrong_about(mark, export, now, vkey=None, texts=True):
    """What the program says otherwise than it must of a forged export; none where it says what it must."""
    code, findings, second = audit(export, now, vkey, texts)
    if code != 1 or not isinstance(findings, list) or not findings:
        return f"{mark}: exit code {code}: {str(findings)[-600:]}"
    places = {one["place"] for one in findings}
    missed = {place_of(one) for one in second} - places
    if not second:
        return f"{mark}: clean to the second, not to the program: {findings[:3]}"
    return f"{mark}: not at {sorted(missed)}: {findings[:3]}; the second: {second[:3]}" if missed else None


def wrong_about_honest(mark, export, now, texts=True):
    code, findings, second = audit(export, now, texts=texts)
    if findings == second == [] and (code == 0 or not texts):
        return None
    return f"{mark} is honest, but: exit code {code}: {findings}, and to the second {second}"


def forged():
    """Every forged export: what it is, the export, the clock, the key that is trusted, and whether it has its texts."""
    base = honest()
    for mark, _, attack in (*ATTACKS, *misspelt_checkpoints(base)):
        export = base.export.copy()
        asked = attack(base, export) or {}
        # What is served otherwise is no export, and no folder holds a file in the place of another's folder.
        listed = set() if export.remote else export.listed()
        if listed and not any(str(one) in listed for path in listed for one in pathlib.PurePath(path).parents):
            yield mark, export, base.at, asked.get("vkey")
    seen = set()
    for file in sorted((forge.here / "vectors/judgements").glob("*.jsonl")):
        if file.name == "openings.jsonl":
            continue
        for kind, code, export in forge.of_vectors(forge.judgements(file)):
            if kind is not None and (kind, code) not in seen:
                seen.add((kind, code))
                yield f"{file.name}: {kind} {code}", export, LATE, None, False
    for kind, code, export in refused():
        yield f"{kind} {code}", export, LATE, None, False


def honest_ones():
    for spell in (None, respelled):
        ledger = honest(spell)
        yield f"spelled by {spell}", ledger.export, ledger.at
    for file in sorted((forge.here / "vectors/judgements").glob("*.jsonl")):
        if file.name != "openings.jsonl":
            *_, (_, _, export) = forge.of_vectors(forge.judgements(file))
            yield file.name, export, LATE, False


def main():
    # What the second implementation tells of each is not asked for.
    with contextlib.redirect_stdout(io.StringIO()), concurrent.futures.ThreadPoolExecutor(2) as pool:
        tried = [pool.submit(wrong_about, *one) for one in forged()]
        clean = [pool.submit(wrong_about_honest, *one) for one in honest_ones()]
        wrong = [one for one in (job.result() for job in (*tried, *clean)) if one is not None]
    assert not wrong, f"{len(wrong)} of {len(tried) + len(clean)}:\n" + "\n".join(wrong)
    print(f"{len(tried)} forged exports found by `audit`, {len(clean)} honest ones clean")


if __name__ == "__main__":
    main()
