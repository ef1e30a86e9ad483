"""The result page."""

import collections
import datetime

from .load import BATCH, WRITERS

#: What the run looks for; a finding of another name is listed after these.
SOUGHT = (
    "lost", "wrong clean", "exit", "read failed", "false alarm", "does not start", "does not write again",
    "refused, yet recorded", "recorded twice", "wrong receipt", "a copy signs", "wrote under a wrong clock",
    "/readyz says ready", "500 to an outsider", "sound event refused", "hang",
)
TOLD = {
    "lost": "acknowledged entries or checkpoints that are not there",
    "wrong clean": "`fsck` says clean, and something acknowledged is missing",
    "exit": "the process ended, and nobody ended it",
    "read failed": "a read failed while the process was up",
    "false alarm": "`fsck` finds fault with a directory that holds everything",
}
SHOWN = 12


def table(head, rows):
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return lines + [f"| {' | '.join(map(str, row))} |" for row in rows] + [""]


def make(tally, rounds, seed, seconds, longest, cores):
    found = collections.Counter(what for what, _, _ in tally.findings)
    counts = tally.counts
    today = datetime.datetime.now(datetime.timezone.utc).date()
    lines = [
        "# Fault run",
        "",
        f"{today}: {rounds} rounds in {seconds / 60:.1f} minutes on {cores} cores, seed {seed}; "
        "made by `tools/faults`, which says what each round does and what must hold after it.",
        "",
        f"{WRITERS} writers at once (every other one by batches of {BATCH}), a reader and an outsider who sends "
        f"garbage; {counts['acknowledged']['events']:,} events acknowledged, "
        f"{counts['reads']['answered']:,} reads answered meanwhile, "
        f"{counts['ledgers']['checked']} ledgers; "
        f"the longest that one took to write again, once it could, was {longest:.1f} s.",
        "",
        "## Found",
        "",
    ]
    names = [*SOUGHT, *(name for name in found if name not in SOUGHT)]
    lines += table(("what", "times"), [(name + (f": {TOLD[name]}" if name in TOLD else ""), found[name]) for name in names])
    if tally.findings:
        lines += ["The first of each kind:", ""]
        shown = collections.Counter()
        for what, place, detail in tally.findings:
            shown[what] += 1
            if shown[what] <= SHOWN // 4:
                lines.append(f"- {what} ({place}): {detail}")
        lines.append("")
    lines += ["## Done", ""]
    for name in (
        "rounds", "kills", "failed calls", "clock steps", "descriptors", "full disks", "starts on a full disk",
        "starts with failing calls", "copies", "fsck", "fsck on a full disk", "fsck with failing calls",
        "fsck of a copy", "outsiders", "recoveries", "refusals",
    ):
        if counts[name]:
            lines += table((name, "times"), sorted(counts[name].items()))
    return "\n".join(lines)
