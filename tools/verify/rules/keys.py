"""`key.*`"""

from ..dates import DAY_MS, instant
from ..findings import need

COMPROMISE_DAYS = 90


class Keys:
    def judge_key_added(self):
        council = self.issuer == "council"
        if council:
            self.signers.council()
        else:
            self.signers.party(self.issuer)
        self.signers.newcomer(self.body["key"])
        self.signers.all_needed()
        owner = self.body.get("owner")
        known = any(not self.state.keys[key]["seat"] for key in self.state.keys_of.get(owner, ()))
        need(known and council if owner is not None else not council, "key.owner")

    def judge_key_rotated(self):
        self.signers.key_of(self.body["old"], self.issuer)
        self.signers.newcomer(self.body["new"])
        self.signers.all_needed()

    def judge_key_revoked(self):
        if self.issuer == "council":
            self.revoked_by_council()
            return
        key, cause = self.body["key"], self.body["cause"]
        need(key in self.state.keys, "key.unknown")
        record = self.state.keys[key]
        need(record["owner"] == self.issuer, "key.other_owner")
        if self.key_stage(record) == "waiting" and cause == "cancelled":
            self.signers.party(self.issuer)
        elif record["seat"]:
            self.signers.acting(key)
        else:
            self.signers.key_of(key, self.issuer)
        self.signers.all_needed()
        need("invalid_from" not in self.body and cause != "compromised", "key.invalid_from")

    def revoked_by_council(self):
        self.signed_by_council()
        key, stolen = self.body["key"], self.body["cause"] == "compromised"
        need(key in self.state.keys, "key.target")
        record = self.state.keys[key]
        if "invalid_from" not in self.body:
            need(self.key_stage(record) != "ended", "key.target")
            need(stolen or not self.acts_alone(key, record), "key.only")
            return
        since = instant(self.body["invalid_from"])
        need(stolen and self.at - COMPROMISE_DAYS * DAY_MS <= since <= self.at, "key.invalid_from")
        need(self.state.counts(key, since), "key.target")

    def key_stage(self, record):
        if record["row"]["to_size"] is not None:
            return "ended"
        return "waiting" if record["live_from"] > self.at else "live"

    def acts_alone(self, key, record):
        """Whether without this key nobody could cancel a recovery."""
        own = {other: self.state.keys[other] for other in self.state.keys_of[record["owner"]]}
        acting = [other for other, one in own.items() if not one["seat"] and self.key_stage(one) == "live"]
        return acting == [key]
