"""What the events make, as it stands after the last of them."""

import collections

from .attachments import texts_of
from .certificates import Certificates
from .contests import Contests
from .dates import DAY_MS
from .items import Items
from .panels import Panels
from .parties import Parties, Policy  # noqa: F401
from .register import Register

Row = collections.namedtuple("Row", "seq type issuer subject on")


class State(Parties, Register, Items, Contests, Panels, Certificates):
    def __init__(self):
        self.policies, self.members, self.accreditations = [], {}, {}
        self.keys, self.subjects, self.given = {}, {}, collections.defaultdict(list)
        self.keys_of = collections.defaultdict(list)
        self.origin, self.offset, self.replayed_until, self.clocked = None, 0, None, False
        self.council, self.threshold, self.operator = [], 0, None
        self.chains, self.draws, self.filed = {}, {}, []
        self.log_keys, self.seat_keys = [], {}
        # Versions as `dossier/1` writes them, and all that were made, cancelled ones too.
        self.published, self.made = [], []
        self.identities, self.accredited_by = {}, {}
        self.identity_key = None
        self.codes, self.committed, self.erased = [], {}, set()
        # By group and subject, and by event, a group's first assessment of a subject.
        self.firsts, self.first_of = collections.defaultdict(dict), {}
        # Whose each text is: who named it first, about whom.
        self.texts = {}
        # Every event by id, and the day of every entry.
        self.index, self.dates, self.last_at = {}, [], 0
        # Every party over time, as `dossier/1` writes it.
        self.parties = collections.defaultdict(lambda: {"accreditations": [], "keys": [], "member": [], "subject": []})

    @property
    def size(self):
        return len(self.dates)

    def date(self, ms):
        return (ms + self.offset * 60_000) // DAY_MS

    def is_history(self, event, opening=None):
        """Whether the event is brought in from before the ledger; the opening says so of itself."""
        until = opening if opening is not None else self.replayed_until
        return not self.clocked and until is not None and event["issued_at"] < until

    def apply(self, seq, entry):
        event, body = entry.event, present(entry.event["body"])
        self.seq = seq
        if event["type"] == "ledger.opened":
            self.offset, self.origin = body["utc_offset_min"], event["ledger"]
            self.replayed_until = body.get("replayed_until")
            self.log_keys.append((1, body["log_key"]))
        self.clocked |= not self.is_history(event)
        self.today, self.at = self.date(entry.recorded_at), entry.recorded_at
        item = {"id": entry.id, "seq": seq, "at": self.at, "on": self.today, "by": event["issuer"]}
        own = [key for key in entry.keys if self.keys.get(key, {}).get("owner") == event["issuer"]]
        item["key"] = (own or entry.keys)[0]
        item["group"] = self.group(event["issuer"])
        dossier = self.subjects.get(event.get("subject"))
        handler = getattr(self, "on_" + event["type"].replace(".", "_"))
        handler(item, body, dossier, event, entry)
        for text in texts_of(event):
            self.texts.setdefault(text, (event["issuer"], event.get("subject")))
        self.index[entry.id] = Row(seq, event["type"], event["issuer"], event.get("subject"), self.today)
        self.dates.append(self.today)
        self.last_at = entry.recorded_at

    def skip(self, recorded_at):
        """An entry that may not stand here: its place is taken, and nothing changes."""
        ahead = recorded_at is None or self.date(recorded_at) > 3_000_000
        self.last_at = self.last_at if ahead else max(self.last_at, recorded_at)
        self.dates.append(self.date(self.last_at))


def present(body):
    """A body without what it leaves out by null."""
    return {name: value for name, value in body.items() if value is not None}
