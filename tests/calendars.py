"""Every calendar that a ledger serves, and those that `cargo test` left, is one by RFC 5545.

Usage: calendars.py ADDRESS FOLDER
"""

import json
import pathlib
import sys
import urllib.request

import icalendar

address, folder = sys.argv[1], pathlib.Path(sys.argv[2])
DAY = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "TRANSP"}


def get(path):
    with urllib.request.urlopen(address + path) as answer:
        return answer.headers["content-type"], answer.read()


def every(path, rows):
    after = ""
    while True:
        page = json.loads(get(path + after)[1])
        yield from page[rows]
        if not page.get("next"):
            return
        after = f"?after={page['next']}"


def served():
    parties = [f"members/{one['member']}" for one in every("/v1/members", "members")]
    parties += [f"subjects/{one['subject']}" for one in every("/v1/subjects", "subjects")]
    for party in ["members/council", *parties]:
        content_type, calendar = get(f"/v1/{party}/clocks.ics")
        assert content_type == "text/calendar; charset=utf-8", f"{party}: {content_type}"
        yield party, calendar


def check(name, text):
    """Tells how many days it holds."""
    lines = text.decode().split("\r\n")
    assert lines.pop() == "" and all(lines) and all(len(line.encode()) <= 75 for line in lines), name
    assert "\n" not in "".join(lines), name
    [calendar] = icalendar.Calendar.from_ical(text, multiple=True)
    assert not any(part.errors for part in calendar.walk()), f"{name}: {[part.errors for part in calendar.walk()]}"
    assert calendar["VERSION"] == "2.0" and calendar["PRODID"], name
    assert calendar["NAME"] == calendar["X-WR-CALNAME"] and calendar["NAME"].strip(), name
    assert calendar["REFRESH-INTERVAL"].to_ical() == calendar["X-PUBLISHED-TTL"].to_ical(), name
    assert calendar.subcomponents, f"{name} has no component"
    days = calendar.walk("VEVENT")
    assert all(set(day) == DAY for day in days), name
    assert all(day["DTEND"].dt > day["DTSTART"].dt for day in days), name
    assert len({day["UID"] for day in days}) == len(days), f"{name} names two days alike"
    return len(days)


left = [(file.name, file.read_bytes()) for file in sorted(folder.glob("*.ics"))]
counts = [check(name, text) for name, text in [*served(), *left]]
kinds = {line for _, text in left for line in text.decode().split("\r\n") if line.startswith("UID:")}
kinds = {line.removeprefix("UID:").split(".")[0] for line in kinds}
assert 0 in counts and max(counts) > 1 and len(left) > 10, f"{len(left)} were left: run cargo test first"
print(f"{len(counts)} calendars, {counts.count(0)} of them empty, {sum(counts)} days, of {len(kinds)} kinds at least")
