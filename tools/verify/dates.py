"""Days and instants as numbers, and as they are written."""

import datetime

NEVER = 2**31 - 1
DAY_MS = 86_400_000


def days(date):
    return (datetime.date.fromisoformat(date) - datetime.date(1970, 1, 1)).days


def instant(text):
    at = datetime.datetime.fromisoformat(text[:-1]) - datetime.datetime(1970, 1, 1)
    return at.days * DAY_MS + at.seconds * 1000 + at.microseconds // 1000


def iso(day):
    return None if day is None else (datetime.date(1970, 1, 1) + datetime.timedelta(day)).isoformat()


def moment(ms):
    at = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=ms)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03}Z"


def recorded(item):
    """When and where something was recorded, as documents say it."""
    return {"at": moment(item["at"]), "event": item["id"], "on": iso(item["on"]), "seq": item["seq"]}
