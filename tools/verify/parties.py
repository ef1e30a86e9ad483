"""Members, groups, keys, the council's seats, accreditations and policies."""

import collections

from .dates import DAY_MS, days, instant, iso, moment
from .names import folded

MEMBER_PARTS = ("class", "group", "name", "roles")
RECOVERY_DAYS, RESTRAINT_DAYS = 14, 30

Policy = collections.namedtuple("Policy", "version effective_from document indicators")


class Parties:
    def policy_on(self, date):
        in_force = [one for one in self.policies if one.effective_from <= date]
        return in_force[-1] if in_force else None

    def policy_version(self, version):
        """A version by its number, also one that another cancelled."""
        return next((one for one in self.made if one.version == version), None)

    def group(self, party):
        if party in self.members:
            return self.members[party]["group"]
        return self.subjects[party]["group"] if party in self.subjects else party

    def party_class(self, party):
        if party in self.members:
            return self.members[party]["class"] if self.members[party]["active"] else None
        return "subject" if self.subjects.get(party, {}).get("enrolled") else None

    def stand(self, party, kind, **row):
        """From here on a party stands so, and no longer as before."""
        self.end(party, kind)
        self.parties[party][kind].append({"from_size": self.seq + 1, "to_size": None} | row)

    def end(self, party, kind):
        for row in self.parties[party][kind]:
            row["to_size"] = row["to_size"] or self.seq + 1

    def set_member(self, party, **changes):
        member = {"active": True, "removed": False, "roles": []} | self.members.get(party, {}) | changes
        member["folded"] = folded(member["name"])
        self.members[party] = member
        standing = "removed" if member["removed"] else "active" if member["active"] else "suspended"
        row = {part: member[part] for part in MEMBER_PARTS}
        self.stand(party, "member", standing=standing, **row)

    def remove_member(self, name):
        self.set_member(name, active=False, removed=True)
        self.accreditations.pop(name, None)
        self.end(name, "accreditations")
        self.end_own_keys(name)

    def add_key(self, key, owner, added_by=None, seat=False, recovery=False):
        live_from = self.at + RECOVERY_DAYS * DAY_MS if recovery else self.at
        restrained = live_from + RESTRAINT_DAYS * DAY_MS if recovery else None
        if added_by is not None:
            # It can do no more than the one that added it.
            restrained = self.keys[added_by]["restrained_until"]
        row = {"key": key, "seat": seat, "live_from": moment(live_from), "invalid": []}
        row |= {"from_size": self.seq + 1, "to_size": None}
        self.keys[key] = {"owner": owner, "at": self.at, "by": added_by, "invalid_from": None, "seat": seat, "row": row}
        self.keys[key] |= {"live_from": live_from, "restrained_until": restrained}
        self.keys_of[owner].append(key)
        self.parties[owner]["keys"].append(row)

    def end_key(self, key):
        row = self.keys[key]["row"]
        row["to_size"] = row["to_size"] or self.seq + 1

    def end_own_keys(self, owner):
        for key in self.keys_of[owner]:
            if not self.keys[key]["seat"]:
                self.end_key(key)

    def signs(self, item):
        return self.counts(item["key"], item["at"])

    def counts(self, key, at):
        """Whether what a key signed then is worth anything, as far as is known."""
        invalid_from = self.keys[key]["invalid_from"]
        return invalid_from is None or at < invalid_from

    def publish(self, version, effective_from, document, event):
        self.policies = [one for one in self.policies if one.effective_from <= self.today]
        for one in self.published:
            if days(one["effective_from"]) > self.today:
                one["to_size"] = one["to_size"] or self.seq + 1
        maxima = {
            one["id"]: one["max_level"] for criterion in document["criteria"] for one in criterion["indicators"]
        }
        made = Policy(version, effective_from, document, maxima)
        self.policies.append(made)
        self.made.append(made)
        row = {"version": version, "effective_from": iso(effective_from), "event": event, "policy": document}
        self.published.append(row | {"from_size": self.seq + 1, "to_size": None})

    def on_ledger_opened(self, item, body, _dossier, _event, _entry):
        for seat in body["council"]:
            self.add_key(seat["key"], seat["member"], seat=True)
        self.seat(body)
        operator = body["operator"]
        self.operator = operator["member"]
        self.add_key(operator["key"], operator["member"])
        self.set_member(self.operator, group=self.operator, name=self.operator, **{"class": "operator"})
        self.publish(1, 0, body["policy"], item["id"])

    def seat(self, body):
        self.council = [seat["member"] for seat in body["council"]]
        self.seat_keys = {seat["key"]: seat["member"] for seat in body["council"]}
        self.threshold = body["threshold"]

    def on_ledger_key_rotated(self, item, body, *_):
        self.log_keys.append((item["seq"] + 1, body["new"]))

    def on_council_changed(self, _item, body, *_):
        seats = {seat["key"]: seat["member"] for seat in body["council"]}
        for key in self.seat_keys.keys() - seats.keys():
            self.end_key(key)
        for key, member in seats.items():
            if key not in self.seat_keys:
                self.add_key(key, member, seat=True)
        self.seat(body)

    def on_operator_changed(self, _item, body, *_):
        operator = body["operator"]
        if operator["member"] != self.operator:
            self.remove_member(self.operator)
        self.operator = operator["member"]
        self.end_own_keys(self.operator)
        if self.operator not in self.members:
            self.set_member(self.operator, group=self.operator, name=self.operator, **{"class": "operator"})
        self.add_key(operator["key"], self.operator)

    def on_policy_published(self, item, body, *_):
        self.publish(body["version"], days(body["effective_from"]), body["policy"], item["id"])

    def on_member_admitted(self, _item, body, *_):
        self.set_member(body["member"], **{part: body[part] for part in MEMBER_PARTS if part in body})
        self.add_key(body["key"], body["member"])

    def on_member_updated(self, _item, body, *_):
        self.set_member(body["member"], **{part: body[part] for part in MEMBER_PARTS if part in body})

    def on_member_suspended(self, _item, body, *_):
        self.set_member(body["member"], active=False)

    def on_member_reinstated(self, _item, body, *_):
        self.set_member(body["member"], active=True)

    def on_member_removed(self, _item, body, *_):
        self.remove_member(body["member"])

    def on_accreditation_granted(self, item, body, *_):
        last = body.get("valid_until")
        granted = {"id": item["id"], "class": body["class"], "topics": body["topics"]}
        self.accreditations[body["assessor"]] = granted | {"until": None if last is None else days(last)}
        self.accredited_by[item["id"]] = body["assessor"]
        row = {"class": body["class"], "topics": body["topics"], "valid_until": last}
        self.stand(body["assessor"], "accreditations", event=item["id"], **row)

    def on_accreditation_withdrawn(self, _item, body, *_):
        assessor = self.accredited_by[body["target"]]
        self.accreditations.pop(assessor, None)
        self.end(assessor, "accreditations")

    def on_key_added(self, _item, body, _dossier, event, entry):
        if event["issuer"] == "council":
            self.add_key(body["key"], body["owner"], recovery=True)
        else:
            others = [key for key in entry.keys if key != body["key"]]
            self.add_key(body["key"], event["issuer"], others[0])

    def on_key_rotated(self, _item, body, _dossier, event, _entry):
        self.add_key(body["new"], event["issuer"], body["old"])
        self.end_key(body["old"])

    def on_key_revoked(self, _item, body, *_):
        self.end_key(body["key"])
        if "invalid_from" not in body:
            return
        pending = [(body["key"], instant(body["invalid_from"]))]
        while pending:
            key, since = pending.pop()
            record = self.keys[key]
            if record["invalid_from"] is not None and record["invalid_from"] <= since:
                continue
            record["invalid_from"] = since
            record["row"]["invalid"].append({"from": moment(since), "known_from_size": self.seq + 1})
            self.end_key(key)
            for other in self.keys_of[record["owner"]]:
                if self.keys[other]["by"] == key and self.keys[other]["at"] >= since:
                    pending.append((other, self.keys[other]["at"]))
