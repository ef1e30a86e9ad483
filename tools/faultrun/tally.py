"""What was counted and what was found, over the whole run."""

import collections
import threading


class Tally:
    def __init__(self):
        self._lock = threading.Lock()
        self.counts = collections.defaultdict(collections.Counter)
        self.findings = []
        self.place = ""

    def count(self, table, name, by=1):
        with self._lock:
            self.counts[table][name] += by

    def found(self, what, detail):
        """`what` is one of the kinds that the result page lists; `detail` tells it."""
        with self._lock:
            self.findings.append((what, self.place, " ".join(str(detail).split())[:600]))
            print(f"FOUND {what} ({self.place}): {detail}", flush=True)

    def total(self, table):
        return sum(self.counts[table].values())
