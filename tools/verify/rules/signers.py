"""Which of the signatures an event needs, and whether their keys may act."""

from .. import ed25519
from ..findings import Refused, need


class Signers:
    def __init__(self, state, at, keys):
        self.state, self.at, self.keys, self.needed = state, at, keys, set()

    def known(self):
        return [(key, self.state.keys[key]) for key in self.keys if key in self.state.keys]

    def fault(self, record):
        """Why a key may not act now, if it may not."""
        if record["row"]["to_size"] is not None:
            return "key.revoked"
        if record["live_from"] > self.at:
            return "key.not_live"
        member = self.state.members.get(record["owner"])
        return None if member is None or member["active"] else "member.inactive"

    def stranger(self):
        return "key.other_owner" if len(self.known()) == len(self.keys) else "key.unknown"

    def party(self, party):
        """A live key of the party must have signed."""
        fault = None
        for key, record in self.known():
            if record["owner"] == party and not record["seat"]:
                found = self.fault(record)
                if found is None:
                    self.needed.add(key)
                    return
                fault = found
        raise Refused(fault or self.stranger())

    def acting(self, key):
        record = self.state.keys[key]
        fault = self.fault(record)
        need(fault is None, fault)
        self.present(key)

    def key_of(self, key, party):
        """This very key of the party must have signed."""
        need(key in self.state.keys, "key.unknown")
        record = self.state.keys[key]
        need(record["owner"] == party and not record["seat"], "key.other_owner")
        self.acting(key)

    def present(self, key):
        """This very key must have signed, whoever has it."""
        need(key in self.keys, "signature.missing")
        self.needed.add(key)

    def newcomer(self, key):
        """A key that has no owner yet must have signed, and be fit to be enrolled."""
        need(ed25519.is_admissible(bytes.fromhex(key)), "key.weak")
        self.present(key)
        logs = any(key == one for _, one in self.state.log_keys)
        need(not logs and key not in self.state.keys, "key.taken")

    def council(self, recused=(), threshold=None):
        """Seats of distinct controller groups other than those recused must have signed."""
        threshold = self.state.threshold if threshold is None else threshold
        eligible = [(key, one) for key, one in self.known() if one["seat"]]
        return self.groups(eligible, recused, threshold, "council.threshold")

    def panel(self, members, seats):
        """A majority of the panel's seats must have signed."""
        eligible = [(key, one) for key, one in self.known() if not one["seat"] and one["owner"] in members]
        return self.groups(eligible, (), seats // 2 + 1, "panel.majority")

    def groups(self, eligible, recused, threshold, code):
        groups, fault = set(), None
        for key, record in eligible:
            found = self.fault(record)
            if found is not None:
                fault = found
            elif self.state.group(record["owner"]) not in recused:
                self.needed.add(key)
                groups.add(self.state.group(record["owner"]))
        if len(groups) < threshold:
            raise Refused(code if groups else fault or self.stranger())
        return len(groups)

    def all_needed(self):
        """No signature may be left that nothing needed."""
        left = [key for key in self.keys if key not in self.needed]
        need(not left or left[0] in self.state.keys, "key.unknown")
        need(not left, "signature.unneeded")

    def check_unrestrained(self):
        """A key that the council brought in, and what it adds, does not do at once what cannot be undone."""
        restrained = [one["restrained_until"] for _, one in self.known() if one["restrained_until"] is not None]
        need(not any(self.at < until for until in restrained), "key.restrained")
