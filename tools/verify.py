#!/usr/bin/env python3
"""Checks a Tinnhiem ledger from its published files: a second implementation of log and scores.

    verify.py LEDGER [--vkey VKEY] [--size N] [--as-of DATE]
    verify.py --receipt FILE --vkey VKEY [--as-of DATE]

LEDGER is an address or the folder of an export. It verifies the checkpoint's signature, the hash
chain, the Merkle root and every tile, every event's id and signatures, and recomputes every score
from the events alone; those of a running ledger are compared with what it serves. The state that the
operator committed to is made anew, too; FILE is the receipt of an entry, or of a score. It shares no code
with the program, and needs the packages `blake3` and `cryptography` from PyPI.
Exit code 0: clean, 1: found something wrong, 2: could not run.
"""

import argparse
import base64
import collections
import datetime
import functools
import hashlib
import http.client
import json
import pathlib
import sys
import urllib.parse

from blake3 import blake3
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PAYLOAD_TYPE = b"application/vnd.tinnhiem.event+json"
FULL = 10_000


class Wrong(Exception):
    """Something in the ledger is not as it should be."""


def require(holds, what):
    if not holds:
        raise Wrong(what)


# Reading -------------------------------------------------------------------------------------


class Folder:
    def __init__(self, path):
        self.path = pathlib.Path(path)

    def read(self, path):
        file = self.path / path
        return file.read_bytes() if file.exists() else None


class Address:
    def __init__(self, base):
        self.url = urllib.parse.urlsplit(base)
        kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
        self.connection = kinds[self.url.scheme](self.url.netloc)

    def read(self, path):
        self.connection.request("GET", self.url.path.rstrip("/") + "/" + path)
        answer = self.connection.getresponse()
        body = answer.read()
        return body if answer.status == 200 else None


def tile_path(number, width):
    path = f"{number % 1000:03}"
    while number := number // 1000:
        path = f"x{number % 1000:03}/{path}"
    return path if width == 256 else f"{path}.p/{width}"


# The log -------------------------------------------------------------------------------------


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf_hash(entry):
    return sha256(b"\x00", entry)


def node_hash(left, right):
    return sha256(b"\x01", left, right)


def tree_root(leaves):
    """RFC 6962: the left subtree is the largest complete one."""
    if not leaves:
        return sha256()
    while len(leaves) > 1:
        # Level by level; an odd last hash is lifted as it is.
        pairs = [node_hash(leaves[at], leaves[at + 1]) for at in range(0, len(leaves) - 1, 2)]
        leaves = pairs + (leaves[-1:] if len(leaves) % 2 else [])
    return leaves[0]


def inclusion_root(size, index, leaf, proof):
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3.2)."""
    require(index < size, "the entry lies beyond the checkpoint")
    node, last, result = index, size - 1, leaf
    for sibling in proof:
        require(last > 0, "the proof is too long")
        if node & 1 or node == last:
            result = node_hash(sibling, result)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        node, last = node >> 1, last >> 1
    require(last == 0, "the proof is too short")
    return result


def parse_vkey(vkey):
    name, key_id, key = vkey.split("+", 2)
    raw = base64.b64decode(key)
    require(raw[0] == 1 and len(raw) == 33, "the vkey is not an Ed25519 one")
    require(sha256(name.encode(), b"\n", raw)[:4].hex() == key_id, "the vkey's id does not match")
    return name, key_id, raw[1:]


def make_vkey(origin, key):
    raw = bytes([1]) + bytes.fromhex(key)
    key_id = sha256(origin.encode(), b"\n", raw)[:4].hex()
    return f"{origin}+{key_id}+{base64.b64encode(raw).decode()}"


def open_checkpoint(note, vkey):
    """Size and root of a note that the log's key signed."""
    name, key_id, key = parse_vkey(vkey)
    text, _, lines = note.rpartition("\n\n")
    text += "\n"
    signed = False
    for line in lines.splitlines():
        dash, signer, blob = line.split(" ")
        blob = base64.b64decode(blob)
        if dash == "—" and signer == name and blob[:4].hex() == key_id:
            Ed25519PublicKey.from_public_bytes(key).verify(blob[4:], text.encode())
            signed = True
    require(signed, "the log's key did not sign the checkpoint")
    origin, size, root = text.splitlines()
    require(origin == name, "the checkpoint is another log's")
    return int(size), base64.b64decode(root)


Entry = collections.namedtuple("Entry", "recorded_at prev keys payload id event")


def parse_entry(raw):
    require(raw[0] == 1 and 1 <= raw[41] <= 8, "an entry's header")
    count = raw[41]
    signed, payload = raw[42 : 42 + 96 * count], raw[42 + 96 * count :]
    covered = b"DSSEv1 %d %s %d " % (len(PAYLOAD_TYPE), PAYLOAD_TYPE, len(payload)) + payload
    keys = []
    for at in range(0, len(signed), 96):
        key, signature = signed[at : at + 32], signed[at + 32 : at + 96]
        Ed25519PublicKey.from_public_bytes(key).verify(signature, covered)
        keys.append(key.hex())
    require(keys == sorted(set(keys)), "an entry's keys are not in order")
    recorded_at = int.from_bytes(raw[1:9], "big")
    return Entry(recorded_at, raw[9:41], keys, payload, blake3(covered).hexdigest(), json.loads(payload))


def read_log(source, size):
    for number in range(0, size, 256):
        width = min(256, size - number)
        path = "tile/entries/" + tile_path(number // 256, width)
        bundle = source.read(path)
        require(bundle is not None, f"{path} is missing")
        for _ in range(width):
            length = int.from_bytes(bundle[:2], "big")
            yield bundle[2 : 2 + length]
            bundle = bundle[2 + length :]
        require(not bundle, f"{path} holds more than it should")


def check_tiles(source, leaves):
    level, row = 0, leaves
    while row:
        for at in range(0, len(row), 256):
            part = row[at : at + 256]
            path = f"tile/{level}/" + tile_path(at // 256, len(part))
            require(source.read(path) == b"".join(part), f"{path} is not what the entries make")
        complete = len(row) // 256 * 256
        row = [tree_root(row[at : at + 256]) for at in range(0, complete, 256)]
        level += 1


# The state -----------------------------------------------------------------------------------

Policy = collections.namedtuple("Policy", "version effective_from document indicators")


class State:
    """What the events make, as it stands after the last of them."""

    def __init__(self):
        self.policies, self.members, self.accreditations = [], {}, {}
        self.keys, self.subjects, self.given = {}, {}, collections.defaultdict(list)
        self.offset = 0
        self.council, self.seated, self.chains, self.draws = [], {}, {}, {}
        self.log_keys, self.seat_keys, self.published = [], set(), []
        # Every party over time, as `dossier/1` writes it.
        self.parties = collections.defaultdict(lambda: {"accreditations": [], "keys": [], "member": [], "subject": []})

    def date(self, ms):
        return (ms + self.offset * 60_000) // 86_400_000

    def policy_on(self, date):
        in_force = [one for one in self.policies if one.effective_from <= date]
        return in_force[-1] if in_force else None

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
        self.members[party] = member
        standing = "removed" if member["removed"] else "active" if member["active"] else "suspended"
        row = {part: member[part] for part in ("class", "group", "name", "roles")}
        self.stand(party, "member", standing=standing, **row)

    def remove_member(self, name):
        self.set_member(name, active=False, removed=True)
        self.accreditations.pop(name, None)
        self.end(name, "accreditations")
        self.end_own_keys(name)

    def add_key(self, key, owner, at, added_by=None, seat=False, live_from=None):
        self.keys[key] = {"owner": owner, "at": at, "by": added_by, "invalid_from": None, "seat": seat}
        row = {"key": key, "seat": seat, "live_from": moment(live_from or at), "invalid": []}
        row |= {"from_size": self.seq + 1, "to_size": None}
        self.keys[key]["row"] = row
        self.parties[owner]["keys"].append(row)

    def end_key(self, key):
        row = self.keys[key]["row"]
        row["to_size"] = row["to_size"] or self.seq + 1

    def end_own_keys(self, owner):
        for key, record in self.keys.items():
            if record["owner"] == owner and not record["seat"]:
                self.end_key(key)

    def signs(self, item):
        invalid_from = self.keys[item["key"]]["invalid_from"]
        return invalid_from is None or item["at"] < invalid_from

    def apply(self, seq, entry):
        event, body = entry.event, entry.event["body"]
        self.seq = seq
        if event["type"] == "ledger.opened":
            self.offset = body["utc_offset_min"]
            self.log_keys.append((1, body["log_key"]))
        self.today, self.at = self.date(entry.recorded_at), entry.recorded_at
        item = {"id": entry.id, "seq": seq, "at": self.at, "on": self.today, "by": event["issuer"]}
        own = [key for key in entry.keys if self.keys.get(key, {}).get("owner") == event["issuer"]]
        item["key"] = (own or entry.keys)[0]
        dossier = self.subjects.get(event.get("subject"))
        handler = getattr(self, "on_" + event["type"].replace(".", "_"))
        handler(item, body, dossier, event, entry)

    def publish(self, version, effective_from, document, event):
        self.policies = [one for one in self.policies if one.effective_from <= self.today]
        for one in self.published:
            if days(one["effective_from"]) > self.today:
                one["to_size"] = one["to_size"] or self.seq + 1
        row = {"version": version, "effective_from": iso(effective_from), "event": event, "policy": document}
        self.published.append(row | {"from_size": self.seq + 1, "to_size": None})
        maxima = {
            one["id"]: one["max_level"] for criterion in document["criteria"] for one in criterion["indicators"]
        }
        self.policies.append(Policy(version, effective_from, document, maxima))

    def on_ledger_opened(self, item, body, _dossier, _event, _entry):
        for seat in body["council"]:
            self.add_key(seat["key"], seat["member"], self.at, seat=True)
        self.council = [seat["member"] for seat in body["council"]]
        self.seat_keys = {seat["key"] for seat in body["council"]}
        operator = body["operator"]
        self.operator = operator["member"]
        self.add_key(operator["key"], operator["member"], self.at)
        self.set_member(self.operator, group=self.operator, name=self.operator, **{"class": "operator"})
        self.publish(1, 0, body["policy"], item["id"])

    def on_ledger_key_rotated(self, item, body, _dossier, _event, entry):
        require(self.log_keys[-1][1] == body["old"], "a log key that is not the log's is replaced")
        require({body["old"], body["new"]} <= set(entry.keys), "a log key is replaced without its signature")
        self.log_keys.append((item["seq"] + 1, body["new"]))

    def on_council_changed(self, item, body, *_):
        seats = {seat["key"]: seat["member"] for seat in body["council"]}
        for key in self.seat_keys - seats.keys():
            self.end_key(key)
        for key, member in seats.items():
            if key not in self.keys:
                self.add_key(key, member, self.at, seat=True)
        self.council, self.seat_keys = list(seats.values()), set(seats)

    def on_operator_changed(self, item, body, *_):
        operator = body["operator"]
        if operator["member"] != self.operator:
            self.remove_member(self.operator)
        self.operator = operator["member"]
        self.end_own_keys(self.operator)
        if self.operator not in self.members:
            self.set_member(self.operator, group=self.operator, name=self.operator, **{"class": "operator"})
        self.add_key(operator["key"], self.operator, self.at)

    def on_policy_published(self, item, body, *_):
        self.publish(body["version"], days(body["effective_from"]), body["policy"], item["id"])

    def on_member_admitted(self, item, body, *_):
        self.set_member(body["member"], **{part: body[part] for part in MEMBER_PARTS if body.get(part) is not None})
        self.add_key(body["key"], body["member"], self.at)

    def on_member_updated(self, item, body, *_):
        self.set_member(body["member"], **{part: body[part] for part in MEMBER_PARTS if body.get(part) is not None})

    def on_member_suspended(self, item, body, *_):
        self.set_member(body["member"], active=False)

    def on_member_reinstated(self, item, body, *_):
        self.set_member(body["member"], active=True)

    def on_member_removed(self, item, body, *_):
        self.remove_member(body["member"])

    def on_accreditation_granted(self, item, body, *_):
        self.accreditations[body["assessor"]] = {"id": item["id"], "class": body["class"]}
        row = {"class": body["class"], "topics": body["topics"], "valid_until": body.get("valid_until")}
        self.stand(body["assessor"], "accreditations", event=item["id"], **row)

    def on_accreditation_withdrawn(self, item, body, *_):
        for assessor, one in list(self.accreditations.items()):
            if one["id"] == body["target"]:
                del self.accreditations[assessor]
                self.end(assessor, "accreditations")

    def on_key_added(self, item, body, _dossier, event, entry):
        owner = body.get("owner", event["issuer"])
        others = [key for key in entry.keys if key != body["key"] and event["issuer"] != "council"]
        live_from = self.at + 14 * DAY_MS if event["issuer"] == "council" else None
        self.add_key(body["key"], owner, self.at, others[0] if others else None, live_from=live_from)

    def on_key_rotated(self, item, body, _dossier, event, _entry):
        self.add_key(body["new"], event["issuer"], self.at, body["old"])
        self.end_key(body["old"])

    def on_key_revoked(self, item, body, *_):
        self.end_key(body["key"])
        if "invalid_from" not in body:
            return
        pending = [(body["key"], instant(body["invalid_from"]))]
        while pending:
            key, since = pending.pop()
            known = self.keys[key]["invalid_from"]
            if known is not None and known <= since:
                continue
            self.keys[key]["invalid_from"] = since
            self.keys[key]["row"]["invalid"].append({"from": moment(since), "known_from_size": self.seq + 1})
            self.end_key(key)
            for other, record in self.keys.items():
                if record["by"] == key and record["at"] >= since:
                    pending.append((other, record["at"]))

    def on_subject_enrolled(self, item, body, _dossier, event, _entry):
        self.subjects[event["subject"]] = {
            "group": body["group"],
            "enrolled": True,
            "assessments": [],
            "endorsements": [],
            "sanctions": [],
            "contests": [],
            "settled": [],
            "replies": {},
            "collaborations": [],
            "decisions": {},
            "items": {},
            "ties": {},
            "proposers": {},
        }
        self.add_key(body["key"], event["subject"], self.at)
        self.take_in(item, body, event["subject"])

    def on_subject_resumed(self, item, body, _dossier, event, _entry):
        self.take_in(item, body, event["subject"])

    def take_in(self, item, body, subject):
        parts = {part: body[part] for part in ("group", "profile", "topics")}
        line = recorded(item) | parts | {"registrar": item["by"]}
        self.subjects[subject] |= {"group": body["group"], "enrolled": True, "enrolment": line}
        self.stand(subject, "subject", group=body["group"])

    def on_subject_departed(self, item, body, dossier, event, _entry):
        dossier |= {"enrolled": False, "enrolment": None}
        self.end(event["subject"], "subject")

    def on_assessment_notified(self, item, _body, dossier, *_):
        self.tie(dossier, item, self.today + 30)

    def on_assessment_replied(self, item, body, dossier, *_):
        dossier["replies"][body["notice"]] = reply_of(item, body)

    def on_assessment_published(self, item, body, dossier, *_):
        maxima = next(one for one in self.policies if one.version == body["policy"]).indicators
        grades = {
            name: None if level is None else FULL * level // maxima[name] for name, level in body["grades"].items()
        }
        for one in dossier["assessments"]:
            if one["by"] == item["by"]:
                self.untie(dossier, one["id"])
        dossier["assessments"] = [one for one in dossier["assessments"] if one["by"] != item["by"]]
        until = body.get("valid_until")
        self.tie(dossier, item, NEVER if until is None else days(until))
        dossier["items"][item["id"]] = [item["by"]]
        self.untie(dossier, body.get("notice"))
        dossier["assessments"].append(
            item
            | {
                "policy": body["policy"],
                "from": min(self.today, days(body["observed_until"])),
                "until": None if until is None else days(until),
                "conflict": body["conflict"],
                "fee": body["fee"],
                "grades": grades,
                "reply": dossier["replies"].get(body.get("notice")),
            }
        )

    def tie(self, dossier, item, last):
        """Somebody has to do with the subject until a day, or until what ties them is over."""
        dossier["ties"][item["id"]] = (item["by"], last)

    def untie(self, dossier, target):
        if target in dossier["ties"]:
            by, last = dossier["ties"][target]
            dossier["ties"][target] = (by, min(last, self.today))

    def retie(self, dossier, sanction):
        """A measure that a decision changed ties until its new last day, and did until today."""
        if sanction["id"] in dossier["ties"]:
            by, last = dossier["ties"][sanction["id"]]
            new = NEVER if sanction["last"] is None else sanction["last"]
            dossier["ties"][sanction["id"]] = (by, max(min(last, self.today), new))

    def on_assessment_withdrawn(self, item, body, dossier, *_):
        self.untie(dossier, body["target"])
        drop(dossier["assessments"], body["target"])

    def on_endorsement_published(self, item, body, dossier, event, _entry):
        policy = self.policy_on(self.today).document["endorsement"]
        given = self.given[item["by"]]
        first = self.today - policy["dilution_days"]

        def running(day):
            return sum(one["on"] <= day <= one["last"] for one in given)

        starts = [one["on"] for one in given if first < one["on"] <= self.today]
        dilution = max(running(day) for day in [first, *starts]) + 1
        returned = []
        if item["by"] in self.subjects:
            near = self.today - policy["reciprocal_days"]
            returned = [
                one["id"]
                for one in self.given[event["subject"]]
                if one["subject"] == item["by"] and one["on"] >= near
            ]
            for one in self.subjects[item["by"]]["endorsements"]:
                one["reciprocal"] |= one["id"] in returned
        hides = body["relation"] != "commercial"
        near = [one["id"] for one in reversed(dossier["collaborations"]) if self.near(one, item)]
        void = near[0] if hides and near else None
        last = days(body["expires_on"])
        self.tie(dossier, item, last)
        given.append({"id": item["id"], "subject": event["subject"], "on": self.today, "last": last})
        dossier["endorsements"].append(
            item
            | {
                "relation": body["relation"],
                "topic": body["topic"],
                "last": last,
                "dilution": dilution,
                "reciprocal": bool(returned),
                "void": void,
            }
        )

    def near(self, collaboration, endorsement):
        """Whether the endorsement must disclose that paid work."""
        period = (collaboration["first"] - 720, collaboration["last"] + 720)
        return period[0] <= endorsement["on"] <= period[1] and self.group(collaboration["by"]) == self.group(
            endorsement["by"]
        )

    def on_account_linked(self, *_):
        pass

    def on_account_unlinked(self, *_):
        pass

    def on_code_published(self, *_):
        pass

    def on_pledge_signed(self, *_):
        pass

    def on_collaboration_declared(self, item, body, dossier, *_):
        item |= {"first": days(body["starts_on"]), "last": days(body["ends_on"])}
        dossier["collaborations"].append(item)
        self.tie(dossier, item, item["last"])
        for one in dossier["endorsements"]:
            if not one["void"] and one["relation"] != "commercial" and self.near(item, one):
                one["void"] = item["id"]

    def on_collaboration_ended(self, item, body, dossier, *_):
        one = next(one for one in dossier["collaborations"] if one["id"] == body["target"])
        one["last"] = min(one["last"], self.today)
        self.untie(dossier, one["id"])
        # What was amended last is looked at first.
        drop(dossier["collaborations"], one["id"])
        dossier["collaborations"].append(one)

    def on_endorsement_withdrawn(self, item, body, dossier, *_):
        for one in self.given[item["by"]]:
            if one["id"] == body["target"]:
                one["last"] = min(one["last"], self.today)
        self.untie(dossier, body["target"])
        drop(dossier["endorsements"], body["target"])

    def on_decision_recorded(self, item, body, dossier, *_):
        dossier["decisions"][item["id"]] = item["by"]

    def on_decision_overturned(self, item, body, dossier, *_):
        self.drop_resting_on(dossier, body["target"])

    def drop_resting_on(self, dossier, decision):
        for one in [one for one in dossier["sanctions"] if one["decision"] == decision]:
            self.untie(dossier, one["id"])
            drop(dossier["sanctions"], one["id"])

    def on_sanction_proposed(self, item, _body, dossier, *_):
        dossier["proposers"][item["id"]] = item["by"]
        self.tie(dossier, item, self.today + 30)

    def on_sanction_replied(self, item, body, dossier, *_):
        dossier["replies"][body["proposal"]] = reply_of(item, body)

    def on_sanction_imposed(self, item, body, dossier, *_):
        first, last = days(body["starts_on"]), body.get("ends_on")
        last = None if last is None else days(last)
        term = None if last is None else last - first + 1
        decided = dossier["decisions"].get(body["basis"].get("decision"))
        proposer = dossier["proposers"].get(body.get("proposal"))
        others = [one for one in (decided, proposer) if one]
        if proposer:
            self.untie(dossier, body["proposal"])
            self.tie(dossier, item | {"by": proposer}, NEVER if last is None else last)
        dossier["items"][item["id"]] = [*self.council, *others]
        dossier["sanctions"].append(
            item
            | {
                "severity": body["severity"],
                "first": first,
                "last": last,
                "term": term,
                "decision": body["basis"].get("decision"),
                "basis": body["basis"],
                "urgent": body.get("urgent", False),
                "lifted": False,
                "reply": dossier["replies"].get(body.get("proposal")),
            }
        )

    def on_sanction_lifted(self, item, body, dossier, *_):
        for one in dossier["sanctions"]:
            if one["id"] == body["target"]:
                one["last"] = self.today if one["last"] is None else min(one["last"], self.today)
                one["lifted"] = True
                self.untie(dossier, one["id"])

    # Contests: what waits stands in `contests`, what does not in `settled`, the newest last.

    def clock(self, day, name, extension):
        """The last day to decide, and the last to which that may be put off, by the policy in force on a day."""
        windows = self.policy_on(day).document["windows"]
        due = None if windows[name] is None else day + windows[name]
        return due, None if due is None or windows[extension] is None else due + windows[extension]

    def due(self, contest):
        if contest["admit_by"] is not None and not contest["admitted"]:
            return self.clock(contest["admit_by"], "decide", "decide_extension")[0]
        return contest["clock"][0]

    def open_contest(self, dossier, contest):
        one = next(one for one in dossier["contests"] if one["id"] == contest)
        if one["admit_by"] is not None and not one["admitted"] and one["admit_by"] < self.today:
            one |= {"admitted": True, "clock": self.clock(one["admit_by"], "decide", "decide_extension")}
        return one

    def settle(self, dossier, one, **how):
        drop(dossier["contests"], one["id"])
        dossier["settled"].append(one | how)

    def on_contest_filed(self, item, body, dossier, event, _entry):
        admit = self.policy_on(self.today).document["windows"]["admit"]
        contest = item | {"target": body["target"], "grounds": body["grounds"], "admitted": False}
        contest |= {"whole": None, "panel": None, "former": [], "challenged": None, "draw": None}
        contest |= {"ruled": None, "appealed": False}
        contest["admit_by"] = None if admit is None else self.today + admit
        contest["clock"] = (None, None) if admit is not None else self.clock(self.today, "decide", "decide_extension")
        if admit is not None:
            before = [
                one
                for one in dossier["settled"]
                if one["target"] == body["target"] and one["ruled"] == "withdrawn" and one["draw"]
            ]
            if before:
                contest |= {name: before[-1][name] for name in ("draw", "challenged")}
            else:
                contest["draw"] = item["id"]
                self.draw(item, dossier, event["subject"], contest)
        dossier["contests"].append(contest)

    def draw(self, item, dossier, subject, contest):
        """Fixes who may be drawn, and whose values are due."""
        holders = [chain["by"] for chain in self.chains.values() if chain["left"]]
        parties = [subject, *dossier["items"][contest["target"]], *contest["former"], self.operator, *holders]
        barred = {self.group(one) for one in parties}
        tied = {}
        for by, last in dossier["ties"].values():
            tied[self.group(by)] = max(last, tied.get(self.group(by), last))
        old = self.today - 360
        barred |= {group for group, last in tied.items() if last >= old}
        pool = [
            (one["group"] in tied, name, one["group"])
            for name, one in self.members.items()
            if one["active"] and one["group"] not in barred
        ]
        chains = {role: chain["id"] for role, chain in self.chains.items() if chain["left"]}
        self.draws[item["id"]] = {"pool": pool, "barred": barred, "chains": chains, "values": {}, "on": self.today} | {
            "seats": self.policy_on(self.today).document["contest"].get("panel_size", 3)
        }

    def on_draw_committed(self, item, body, *_):
        role = "operator" if item["by"] == self.operator else "auditor"
        self.chains[role] = {"id": item["id"], "by": item["by"], "last": body["tip"], "left": body["length"]}

    def on_draw_revealed(self, item, body, *_):
        role = next(role for role, chain in self.chains.items() if chain["by"] == item["by"])
        chain, draw = self.chains[role], self.draws[body["filing"]]
        hashed = blake3(bytes.fromhex(body["value"])).hexdigest()
        require(hashed == chain["last"] and chain["left"] > 0, f"{item['id']}: the value is not the next of its chain")
        due = draw["chains"].get(role) == chain["id"] and self.today <= draw["on"] + 3
        require(due and role not in draw["values"], f"{item['id']}: no value is due")
        chain |= {"last": body["value"], "left": chain["left"] - 1}
        draw["values"][role] = body["value"]

    def drawn(self, contest):
        draw = self.draws[contest["draw"]]
        seed = b"tinnhiem panel 1" + bytes.fromhex(contest["draw"])
        for role in ("operator", "auditor"):
            late = role not in draw["chains"] or draw["on"] + 3 < self.today
            require(role in draw["values"] or late, f"the panel of {contest['id']} was seated before both values")
            seed += bytes.fromhex(draw["values"].get(role, "00" * 32))
        seed = blake3(seed).digest()
        order, groups = [], set()
        for _, _, name, group in sorted(
            (old, blake3(seed + name.encode()).digest(), name, group) for old, name, group in draw["pool"]
        ):
            if group not in groups and self.members[name]["active"]:
                order.append(name)
            groups.add(group)
        sitting = [name for name in order if name != contest["challenged"]][: draw["seats"]]
        groups = {self.group(name) for name in sitting}
        for name in contest["panel"] or []:
            stays = name not in sitting and name != contest["challenged"] and len(sitting) < draw["seats"]
            if stays and self.may_be_appointed(draw, name, groups):
                sitting.append(name)
        return sitting

    def may_be_appointed(self, draw, name, groups):
        group = self.group(name)
        fits = self.members[name]["active"] and group not in draw["barred"] | groups
        groups.add(group)
        return fits

    def on_panel_seated(self, item, body, dossier, *_):
        contest = self.open_contest(dossier, body["contest"])
        draw, before = self.draws[contest["draw"]], contest["panel"]
        if "challenged" in body:
            in_time = self.today <= contest["challenge_by"].get(body["challenged"], -1)
            require(in_time and not contest["challenged"], f"{item['id']}: this challenge is not open")
            contest["challenged"] = body["challenged"]
        elif before:
            vacant = len(before) < draw["seats"] or not all(self.members[name]["active"] for name in before)
            require(vacant, f"{item['id']}: a panel sits")
        sitting = self.drawn(contest)
        appointed = body["members"][len(sitting) :]
        groups = {self.group(name) for name in sitting}
        fits = body["members"][: len(sitting)] == sitting
        fits &= all(self.may_be_appointed(draw, name, groups) for name in appointed)
        fits &= contest["challenged"] not in appointed
        fits &= not appointed if "challenged" in body else len(body["members"]) == draw["seats"]
        require(fits, f"{item['id']}: the panel is not the one drawn, {sitting}")
        contest["panel"] = body["members"]
        windows = self.policy_on(self.today).document["windows"]
        days = windows["appeal_decide" if contest["appealed"] else "decide"]
        days = NEVER if days is None else days
        if set(body["members"]) - set(before or []):
            contest["decides_from"] = self.today + min(days, 4)
        last = self.today + min(days, 3)
        known = contest["challenge_by"] if before else {}
        contest["challenge_by"] = {name: known.get(name, last) for name in body["members"]}

    def on_contest_admitted(self, item, body, dossier, *_):
        contest = self.open_contest(dossier, body["contest"])
        contest |= {"admitted": True, "clock": self.clock(self.today, "decide", "decide_extension")}

    def on_contest_declined(self, item, body, dossier, *_):
        self.settle(dossier, self.open_contest(dossier, body["contest"]), ruled="declined")

    def on_contest_extended(self, item, body, dossier, *_):
        contest = self.open_contest(dossier, body["contest"])
        contest["clock"] = (contest["clock"][1], None)

    def on_contest_withdrawn(self, item, body, dossier, *_):
        self.settle(dossier, self.open_contest(dossier, body["contest"]), ruled="withdrawn")

    def on_appeal_filed(self, item, body, dossier, event, _entry):
        contest = next(one for one in reversed(dossier["settled"]) if one["id"] == body["contest"]) | {"admitted": True}
        contest["clock"] = self.clock(self.today, "appeal_decide", "appeal_extension")
        if contest["draw"]:
            sat = [*contest["panel"], *([contest["challenged"]] if contest["challenged"] else [])]
            contest |= {"draw": item["id"], "panel": None, "challenged": None, "former": contest["former"] + sat}
            contest["appealed"] = True
            self.draw(item, dossier, event["subject"], contest)
        dossier["contests"].append(contest)

    def on_appeal_decided(self, *event):
        self.on_contest_decided(*event)

    def on_contest_decided(self, item, body, dossier, *_):
        contest = self.open_contest(dossier, body["contest"])
        require(not contest["draw"] or contest["panel"], f"{item['id']}: decided without a panel")
        heard = not contest["draw"] or contest["challenged"] or contest["decides_from"] <= self.today
        require(heard, f"{item['id']}: decided while a member of the panel could be challenged")
        target, effect = contest["target"], body.get("effect", {})
        whole, contest["whole"] = contest["whole"], None
        self.settle(dossier, contest, ruled=body["outcome"])
        if body["outcome"] == "upheld":
            self.untie(dossier, target)
            drop(dossier["assessments"], target)
            drop(dossier["sanctions"], target)
        for one in (one for kind in ("assessments", "sanctions") for one in dossier[kind] if one["id"] == target):
            # An appeal begins from the item as it was, but what was lifted meanwhile stays so.
            lifted_on = one["last"] if whole is not None and one.get("lifted") else None
            was = dict(one) if whole is None else whole | {"lifted": one.get("lifted", False)}
            if whole is not None and "grades" in one:
                # What was raised meanwhile stays raised too.
                now = one["grades"]
                was["grades"] = {
                    k: v if v is None else max(v, now.get(k) or 0) for k, v in whole["grades"].items()
                }
            if body["outcome"] == "partial":
                dossier["settled"][-1]["whole"] = dict(was)
            one.clear()
            one |= was
            if "struck" in effect:
                one["grades"] = {k: v for k, v in one["grades"].items() if k not in effect["struck"]}
            if "reduced" in effect:
                reduced = effect["reduced"]
                one["severity"] = min(one["severity"], reduced["severity"])
                lasts = [one["last"], days(reduced["ends_on"]) if "ends_on" in reduced else None]
                one["last"] = min((last for last in lasts if last is not None), default=None)
                one["term"] = None if one["last"] is None else max(one["last"] - one["first"], 0) + 1
            if lifted_on is not None:
                one["last"] = lifted_on if one["last"] is None else min(one["last"], lifted_on)
            if "first" in one:
                self.retie(dossier, one)

    def on_correction_issued(self, item, body, dossier, *_):
        target, action = body["target"], body["action"]
        if action == "retract":
            for one in self.given[item["by"]]:
                if one["id"] == target:
                    one["last"] = min(one["last"], self.today)
            self.untie(dossier, target)
            for name in ("assessments", "endorsements", "sanctions"):
                drop(dossier[name], target)
            self.drop_resting_on(dossier, target)
        elif action != "annotate":
            for one in dossier["assessments"]:
                if one["id"] == target:
                    maxima = next(p for p in self.policies if p.version == one["policy"]).indicators
                    levels = action["replace"]["grades"]
                    one["grades"] |= {name: FULL * level // maxima[name] for name, level in levels.items()}

    def on_evidence_committed(self, *_):
        pass

    on_evidence_disclosed = on_evidence_destroyed = on_evidence_committed
    on_erasure_requested = on_erasure_executed = on_erasure_refused = on_evidence_committed
    on_audit_finding = on_state_committed = on_state_attested = on_evidence_committed


NEVER = 2**31 - 1
DAY_MS = 86_400_000
MEMBER_PARTS = ("class", "group", "name", "roles")


def drop(items, target):
    items[:] = [one for one in items if one["id"] != target]


def days(date):
    return (datetime.date.fromisoformat(date) - datetime.date(1970, 1, 1)).days


def instant(text):
    moment = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc)
    return round(moment.timestamp() * 1000)


def iso(day):
    return None if day is None else (datetime.date(1970, 1, 1) + datetime.timedelta(day)).isoformat()


def moment(ms):
    at = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=ms)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03}Z"


def recorded(item):
    return {"at": moment(item["at"]), "event": item["id"], "on": iso(item["on"]), "seq": item["seq"]}


def reply_of(item, body):
    return {"event": item["id"], "on": iso(item["on"]), "statement": body["statement"]}


# Documents of `dossier/1` ---------------------------------------------------------------------


def canonical(document):
    """RFC 8785: compact, members in the order of their names."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def document_leaf(name, document):
    return leaf_hash(str(name).encode() + b"\x00" + blake3(canonical(document)).digest())


def dossier_document(state, subject):
    dossier = state.subjects[subject]

    def of(kind, line):
        return [recorded(one) | line(one) for one in sorted(dossier[kind], key=lambda one: one["seq"])]

    return {
        "subject": subject,
        "enrolment": dossier["enrolment"],
        "assessments": of(
            "assessments",
            lambda one: {
                "assessor": one["by"],
                "counts_from": iso(one["from"]),
                "valid_until": iso(one["until"]),
                "values": one["grades"],
            }
            | {part: one[part] for part in ("conflict", "fee", "key", "policy", "reply")},
        ),
        "endorsements": of(
            "endorsements",
            lambda one: {"endorser": one["by"], "expires_on": iso(one["last"]), "voided_by": one["void"]}
            | {part: one[part] for part in ("dilution", "key", "reciprocal", "relation", "topic")},
        ),
        "sanctions": of(
            "sanctions",
            lambda one: {"starts_on": iso(one["first"]), "ends_on": iso(one["last"]), "term_days": one["term"]}
            | {part: one[part] for part in ("basis", "lifted", "reply", "severity", "urgent")},
        ),
        "contests": of(
            "contests",
            lambda one: {"decide_by": iso(state.due(one)), "grounds": one["grounds"], "target": one["target"]},
        ),
    }


WINDOWS = ("reply", "file", "admit", "decide", "decide_extension", "appeal", "appeal_decide", "appeal_extension")


def policy_document(row):
    """What a policy leaves out is null; a panel of three is what one that says nothing has."""
    policy = row["policy"]

    def aged(part):
        return part | {"age": [{"up_to_days": None} | step for step in part["age"]]}

    contest = {name: value for name, value in policy["contest"].items() if (name, value) != ("panel_size", 3)}
    severities = policy["sanction"]["severities"].items()
    severities = {name: {"term_days": None, "best_band": None} | one for name, one in severities}
    whole = {
        "assessment": {"max_validity_days": None} | aged(policy["assessment"]),
        "contest": contest,
        "endorsement": aged(policy["endorsement"]),
        "sanction": policy["sanction"] | {"severities": severities},
        "windows": dict.fromkeys(WINDOWS) | policy["windows"],
    }
    return row | {"policy": policy | whole}


def state_roots(state):
    """What the operator commits to at this size."""
    subjects = [document_leaf(name, dossier_document(state, name)) for name in sorted(state.subjects)]
    parties = [
        document_leaf(name, rows | {"party": name}) for name, rows in sorted(state.parties.items()) if any(rows.values())
    ]
    policies = [document_leaf(row["version"], policy_document(row)) for row in state.published]
    return {
        "subjects": len(subjects),
        "root": tree_root(subjects).hex(),
        "parties": len(parties),
        "parties_root": tree_root(parties).hex(),
        "policies_root": tree_root(policies).hex(),
    }


# The score -----------------------------------------------------------------------------------


def age_permille(steps, age):
    for step in steps:
        if step["up_to_days"] is None or max(age, 0) <= step["up_to_days"]:
            return step["permille"]
    return 0


def median(votes):
    votes = sorted(votes)
    total, cumulated, low, high = sum(weight for _, weight in votes), 0, None, None
    for value, weight in votes:
        cumulated += weight
        if low is None and 2 * cumulated >= total:
            low = value
        if high is None and 2 * cumulated > total:
            high = value
    return ((0 if low is None else low) + (0 if high is None else high)) // 2


class Scorer:
    """One subject on one date, by the policy in force then."""

    def __init__(self, state, dossier, as_of, without_contested=False, missed_in=False):
        self.state, self.dossier, self.as_of = state, dossier, as_of
        self.policy = state.policy_on(as_of).document
        contested = {one["target"] for one in dossier["contests"]}
        dues = [(one, state.due(one)) for one in dossier["contests"]]
        self.missed = [one for one, due in dues if due is not None and due < as_of]
        out = set() if missed_in else {one["target"] for one in self.missed}
        self.out = out | (contested if without_contested else set())
        self.flags = {"without_contested": without_contested}

    def let_in(self, items):
        return [one for one in items if one["id"] not in self.out]

    def assessments(self):
        valid = (one for one in self.dossier["assessments"] if one["until"] is None or self.as_of <= one["until"])
        return [one for one in self.let_in(valid) if self.state.signs(one)]

    def endorsements(self):
        return [
            one
            for one in self.dossier["endorsements"]
            if self.as_of <= one["last"] and self.state.signs(one) and self.state.party_class(one["by"])
        ]

    def weight(self, one):
        accreditation = self.state.accreditations.get(one["by"])
        if one["conflict"] or accreditation is None or self.state.party_class(one["by"]) is None:
            return 0
        rule = self.policy["assessment"]
        age = age_permille(rule["age"], self.as_of - one["from"])
        return age * rule["class_permille"].get(accreditation["class"], 0) // 1000

    @functools.cached_property
    def groups(self):
        groups = collections.defaultdict(list)
        for one in self.assessments():
            if weight := self.weight(one):
                groups[self.state.group(one["by"])].append((one, weight))
        return groups

    def indicator(self, name):
        """Value, range and whether it counts, of one indicator."""
        rule = self.policy["assessment"]
        graded, aside = [], 0
        for members in self.groups.values():
            votes = [(one["grades"][name], weight) for one, weight in members if one["grades"].get(name) is not None]
            if votes:
                graded.append((median(votes), max(weight for _, weight in votes)))
            else:
                aside += max((weight for one, weight in members if name in one["grades"]), default=0)
        total = sum(max(weight for _, weight in members) for members in self.groups.values())
        prior, centre, distance = rule["prior_weight"], rule["prior_value"], rule["agreement_distance"]
        value, agreeing = centre, 0
        if graded:
            middle = median(graded)
            agree = [(x, w) for x, w in graded if abs(x - middle) <= distance]
            agreeing = sum(w for _, w in agree)
            near = prior * centre + sum(x * w for x, w in agree)
            v0 = near // (prior + agreeing) if prior + agreeing else middle
            all_sum, all_weight = near, prior + agreeing
            for x, w in graded:
                if abs(x - middle) > distance:
                    bounded = min(middle - distance, v0) if x < middle else max(middle + distance, v0)
                    all_sum, all_weight = all_sum + w * bounded, all_weight + w
            value = all_sum // all_weight
        spread = max(centre, FULL - centre) * prior // (prior + agreeing) if prior else 0
        return {
            "counts": bool(graded) and 2 * aside <= total,
            "value": value,
            "low": max(value - spread, 0),
            "high": min(value + spread, FULL),
            "groups": len(graded),
            "agreeing": agreeing,
            "weight": sum(w for _, w in graded),
        }

    @functools.cached_property
    def criteria(self):
        criteria = []
        for criterion in self.policy["criteria"]:
            indicators = [self.indicator(one["id"]) for one in criterion["indicators"]]
            counting = [one for one in indicators if one["counts"]]
            figure = {"weight": criterion["weight_permille"], "indicators": indicators}
            for name in ("value", "low", "high"):
                figure[name] = sum(one[name] for one in counting) // len(counting) if counting else None
            criteria.append(figure)
        return criteria

    def base(self, name="value"):
        if any(one[name] is None for one in self.criteria):
            return None
        return sum(one["weight"] * one[name] for one in self.criteria) // 1000

    def tied(self, group, members):
        return any(one["fee"] for one, _ in members) or any(
            (one["void"] or one["relation"] in ("commercial", "family_owner")) and self.state.group(one["by"]) == group
            for one in self.endorsements()
        )

    def quorum_holds(self):
        need = self.policy["quorum"]
        untied = sum(not self.tied(group, members) for group, members in self.groups.items())
        return (
            self.base() is not None
            and len(self.groups) >= need["groups"]
            and untied >= need["untied_groups"]
            and all(
                sum(one["counts"] and one["groups"] >= need["groups_per_indicator"] for one in criterion["indicators"])
                >= need["indicators_per_criterion"]
                for criterion in self.criteria
            )
        )

    def sanctions(self):
        return sorted(self.let_in(self.dossier["sanctions"]), key=lambda one: (one["first"], one["seq"]))

    def is_running(self, sanction):
        return sanction["first"] <= self.as_of and (sanction["last"] is None or self.as_of <= sanction["last"])

    def replies(self):
        """What the subject replied to the assessments that are valid and the sanctions in force."""
        valid = [one for one in self.dossier["assessments"] if one["until"] is None or self.as_of <= one["until"]]
        shown = valid + [one for one in self.sanctions() if self.is_running(one)]
        return {one["id"]: one["reply"] for one in shown if one["reply"]}

    @functools.cached_property
    def burden(self):
        rule, total, best, blocked, standing = self.policy["sanction"], 0, None, False, None
        every = self.sanctions()
        for at, one in enumerate(every):
            severity = rule["severities"].get(one["severity"])
            if not self.is_running(one) or severity is None:
                continue
            points, elapsed = severity["points"], self.as_of - one["first"]
            if one["term"] is not None and 2 * elapsed >= one["term"]:
                points //= 2
            earlier = [
                other
                for other in every[:at]
                if other["severity"] >= rule["repeat_from"] and one["first"] - other["first"] <= rule["repeat_days"]
            ]
            points = points * (1000 + rule["repeat_permille"] * min(len(earlier), rule["repeat_most"])) // 1000
            total += min(points, rule["max_total"] - total)
            if severity["best_band"]:
                best = max(best or "", severity["best_band"])
            blocked |= one["severity"] >= self.policy["endorsement"]["blocked_from"]
            if severity["withholds"] and standing != "ended":
                standing = "ended" if one["last"] is None else "withheld"
        return total, best, blocked, standing

    def bonus(self, base):
        rule, ranked = self.policy["endorsement"], []
        for one in self.endorsements():
            units = 0 if one["void"] else rule["relation_units"].get(one["relation"], 0)
            units = units * age_permille(rule["age"], self.as_of - one["on"]) // 1000
            units = units * rule["undiluted"] // max(rule["undiluted"], one["dilution"])
            if one["reciprocal"]:
                units = units * rule["reciprocal_permille"] // 1000
            ranked.append((-units, one["seq"], one["by"]))
        groups, classes, total = set(), set(), 0
        for units, _, by in sorted(ranked):
            group = self.state.group(by)
            if units == 0 or group in groups or len(groups) == len(rule["series_permille"]):
                continue
            total += -units * rule["series_permille"][len(groups)] // 1000
            groups.add(group)
            classes.add(self.state.party_class(by))
        cap = rule["one_class_cap"] if len(classes) == 1 else rule["cap"]
        earned = min(total * rule["rate_permille"] // 1000, cap)
        return 0 if self.burden[2] or base < rule["min_base"] else earned

    def standing(self):
        if not self.dossier["enrolled"]:
            return "departed"
        if self.burden[3]:
            return self.burden[3]
        if self.quorum_holds():
            return "rated"
        if self.missed:
            whole = Scorer(self.state, self.dossier, self.as_of, missed_in=True, **self.flags)
            if whole.quorum_holds():
                return "withheld_clock"
        return "not_rated"

    def figure(self):
        standing = self.standing()
        if standing != "rated":
            return {"state": standing}
        base, total, best = self.base(), self.burden[0], self.burden[1]
        shift = self.bonus(base) - total

        def shifted(value):
            return max(0, min(value + shift, FULL))

        low, high = self.base("low"), self.base("high")
        steps = [one["confidence"] for one in self.policy["confidence"] if high - low <= one["max_width"]]
        confidence = steps[0] if steps else "low"
        order = ["low", "medium", "high"]
        letters = [one["band"] for one in self.policy["bands"]]
        allowed = self.policy["bands"][letters.index(best) if best else 0 :]
        reached = [
            one["band"]
            for one in allowed
            if shifted(base) >= one["min_score"]
            and order.index(confidence) >= order.index(one["min_confidence"])
        ]
        return {
            "state": "rated",
            "score": shifted(base),
            "range": {"low": shifted(low), "high": shifted(high)},
            "band": reached[0] if reached else letters[-1],
            "confidence": confidence,
        }

    def agreement(self):
        counting = [one for criterion in self.criteria for one in criterion["indicators"] if one["counts"]]
        weight = sum(one["weight"] for one in counting)
        return sum(one["agreeing"] for one in counting) * 1000 // weight if weight else None


def score(state, subject, as_of):
    dossier = state.subjects[subject]
    scorer = Scorer(state, dossier, as_of)
    result = {"figure": scorer.figure(), "base": scorer.base(), "agreement": scorer.agreement()}
    result["replies"] = scorer.replies()
    if dossier["contests"]:
        result["without_contested"] = Scorer(state, dossier, as_of, without_contested=True).figure()
    return result


def served_figure(served):
    figure = {"state": served["standing"]["state"]}
    if figure["state"] == "rated":
        figure |= {name: served[name] for name in ("score", "range", "band", "confidence")}
    return figure


def compare(served, own):
    """Whether a served score says what was computed here."""
    same = served_figure(served) == own["figure"] and served["base"] == own["base"]
    same &= served["agreement_permille"] == own["agreement"]
    shown = served["assessments"] + served.get("sanctions", [])
    same &= {one["event"]: one["reply"] for one in shown if "reply" in one} == own["replies"]
    contested = served["without_contested"]
    same &= (None if contested is None else served_figure(contested)) == own.get("without_contested")
    if own["figure"]["state"] == "rated":
        same &= sum(part["points"] for part in served["parts"]) == own["figure"]["score"]
    return same


# Commands ------------------------------------------------------------------------------------


def receipt_entry(text, vkey):
    """The entry of a receipt, its place, and the checkpoint's size."""
    head, checkpoint = text.split("\n\n", 1)
    lines = head.split("\n")
    require(lines[0] == "c2sp.org/tlog-proof@v1", "it is no receipt")
    entry = base64.b64decode(lines[1].removeprefix("extra "))
    index = int(lines[2].removeprefix("index "))
    proof = [base64.b64decode(line) for line in lines[3:]]
    size, root = open_checkpoint(checkpoint, vkey)
    require(inclusion_root(size, index, leaf_hash(entry), proof) == root, "the proof does not lead to the root")
    entry = parse_entry(entry)
    require(entry.event["ledger"] == vkey.split("+")[0], "the entry was signed for another ledger")
    return entry, index, size


def verify_receipt(path, vkey, as_of):
    text = pathlib.Path(path).read_text()
    if text.startswith("{"):
        return verify_score(json.loads(text), vkey, as_of)
    parsed, index, size = receipt_entry(text, vkey)
    print(f"verified: entry {index} of {size}, event {parsed.id}")
    print(parsed.payload.decode())


def verify_score(receipt, vkey, as_of):
    """A score with all that it is made of, against what the operator committed to."""
    require(receipt["format"] == "score-receipt/1", "it is no score receipt")
    event = receipt_entry(receipt["commitment"], vkey)[0].event
    require(event["type"] == "state.committed", "its commitment is another event")
    body = event["body"]

    def proven(one, name, size, root):
        leaf, proof = document_leaf(name, one["document"]), [base64.b64decode(hash) for hash in one["proof"]]
        holds = inclusion_root(body[size], one["index"], leaf, proof).hex() == body[root]
        require(holds, f"the document of {name} is not what the operator committed to")
        return one["document"]

    dossier = receipt["dossier"]
    dossier = proven(dossier, dossier["document"]["subject"], "subjects", "root")
    parties = [proven(one, one["document"]["party"], "parties", "parties_root") for one in receipt["parties"]]
    named = {one["assessor"] for one in dossier["assessments"]} | {one["endorser"] for one in dossier["endorsements"]}
    require([one["party"] for one in parties] == sorted(named), "its parties are not those that the dossier names")
    versions = [row["version"] for row in receipt["policies"]]
    require(versions == sorted(set(versions)), "its policies do not ascend")
    policies = [document_leaf(row["version"], row) for row in receipt["policies"]]
    require(tree_root(policies).hex() == body["policies_root"], "the policies are not those committed to")
    as_of = days(as_of or body["date"])
    require(as_of >= days(body["date"]), f"the commitment is of {body['date']}: ask for that day or a later one")
    figure = score(state_of(dossier, parties, receipt["policies"]), dossier["subject"], as_of)["figure"]
    attested = set()
    for text in receipt["attestations"]:
        entry = receipt_entry(text, vkey)[0]
        require(entry.event["type"] == "state.attested", "an attestation is another event")
        said = entry.event["body"]
        if said == {name: body[name] for name in ("size", "date", "root", "parties_root", "policies_root")}:
            attested |= {f"{entry.event['issuer']} under {key}" for key in entry.keys}
    print(f"verified: {dossier['subject']} at size {body['size']} as of {iso(as_of)}")
    print("attested by " + (", ".join(sorted(attested)) or "nobody: the operator's word only"))
    print(json.dumps(figure))


def state_of(dossier, parties, policies):
    """A state that knows what one score is made of."""
    state = State()
    standing = [row for row in policies if row["to_size"] is None]
    state.policies = [Policy(row["version"], days(row["effective_from"]), row["policy"], None) for row in standing]

    def last(rows):
        return rows[-1] if rows and rows[-1]["to_size"] is None else None

    for one in parties:
        name = one["party"]
        if member := last(one["member"]):
            state.members[name] = member | {"active": member["standing"] == "active"}
        if one["subject"]:
            group = one["subject"][-1]["group"]
            state.subjects[name] = {"group": group, "enrolled": last(one["subject"]) is not None}
        if granted := last(one["accreditations"]):
            state.accreditations[name] = granted
        for key in one["keys"]:
            since = [instant(found["from"]) for found in key["invalid"]]
            state.keys[key["key"]] = {"invalid_from": min(since, default=None)}

    def items(kind, line):
        return [
            one | {"id": one["event"], "at": instant(one["at"]), "on": days(one["on"])} | line(one)
            for one in dossier[kind]
        ]

    own = {
        "enrolled": dossier["enrolment"] is not None,
        "assessments": items(
            "assessments",
            lambda one: {
                "by": one["assessor"],
                "from": days(one["counts_from"]),
                "until": one["valid_until"] and days(one["valid_until"]),
                "grades": one["values"],
            },
        ),
        "endorsements": items(
            "endorsements",
            lambda one: {"by": one["endorser"], "last": days(one["expires_on"]), "void": one["voided_by"]},
        ),
        "sanctions": items(
            "sanctions",
            lambda one: {
                "first": days(one["starts_on"]),
                "last": one["ends_on"] and days(one["ends_on"]),
                "term": one["term_days"],
            },
        ),
        "contests": items(
            "contests",
            lambda one: {"admit_by": None, "clock": (one["decide_by"] and days(one["decide_by"]), None)},
        ),
    }
    state.subjects[dossier["subject"]] = state.subjects.get(dossier["subject"], {}) | own
    return state


def verify_ledger(place, vkey, size, as_of):
    remote = place.startswith(("http://", "https://"))
    source = Address(place) if remote else Folder(place)
    note = source.read("checkpoint")
    require(note is not None, "there is no checkpoint")
    note = note.decode()
    published = int(note.splitlines()[1])
    first = json.loads(parse_entry(next(read_log(source, min(published, 256)))).payload)
    given = vkey is not None
    if not given:
        vkey = make_vkey(first["ledger"], first["body"]["log_key"])
    origin = vkey.split("+")[0]
    state, rotations, leaves, prev, signatures, ids = State(), State(), [], blake3(origin.encode()).digest(), 0, set()
    committed = commitments(source, published)
    roots, compared_roots = {}, 0
    for seq, raw in enumerate(read_log(source, published)):
        try:
            entry = parse_entry(raw)
        except InvalidSignature:
            raise Wrong(f"entry {seq}: a signature does not verify") from None
        require(entry.prev == prev, f"entry {seq} does not name the hash of the entry before it")
        require(entry.event["ledger"] == origin, f"entry {seq} was signed for another ledger")
        require(entry.id not in ids, f"entry {seq} stands in the log before")
        if seq == 0:
            body = json_member(entry.payload, b'"body":')
            require(origin.endswith("/" + blake3(body).hexdigest()[:32]), "the origin does not commit to entry 0")
        ids.add(entry.id)
        prev = blake3(raw).digest()
        leaves.append(leaf_hash(raw))
        signatures += len(entry.keys)
        if size is None or seq < size:
            if seq in committed:
                roots[seq] = state_roots(state)
            state.apply(seq, entry)
            if entry.event["type"] == "state.committed":
                body = entry.event["body"]
                same = {name: body[name] for name in roots[body["size"]]} == roots[body["size"]]
                require(same, f"entry {seq}: the state of size {body['size']} has other roots")
                compared_roots += 1
        if entry.event["type"] in ("ledger.opened", "ledger.key_rotated"):
            rotations.apply(seq, entry)
    # Whoever trusts a key that the log had trusts those that followed it by its own signature.
    keys = [make_vkey(origin, key) for _, key in rotations.log_keys]
    require(vkey in keys, "the log never had the key that was given")
    published, root = open_checkpoint(note, keys[-1])
    require(tree_root(leaves) == root, "the entries do not make the checkpoint's root")
    check_tiles(source, leaves)
    print(f"{origin}\n{published} entries, {signatures} signatures, root {base64.b64encode(root).decode()}")
    print(f"{compared_roots} state commitments made anew")
    if not given:
        print(f"the log's key is the ledger's own word: {vkey}")
    if as_of is None and remote:
        as_of = json.loads(source.read("v1/ledger"))["today"]
    as_of = max(days(as_of), state.today) if as_of else state.today
    as_of_text = (datetime.date(1970, 1, 1) + datetime.timedelta(as_of)).isoformat()
    compared = 0
    for subject in state.subjects:
        own = score(state, subject, as_of)
        if remote:
            path = f"v1/subjects/{subject}/score/{size or published}/{as_of_text}"
            served = source.read(path)
            require(served is not None, f"{path} is not served")
            require(compare(json.loads(served), own), f"the score of {subject} differs: {own}")
        compared += 1
    print(f"{compared} scores recomputed as of {as_of_text}" + (" and equal to those served" if remote else ""))
    print("clean")


def commitments(source, size):
    """The sizes that the operator committed to."""
    found = set()
    for raw in read_log(source, size):
        if b"state.committed" in raw:
            event = json.loads(raw[42 + 96 * raw[41] :])
            if event["type"] == "state.committed":
                found.add(event["body"]["size"])
    return found


def json_member(payload, name):
    """The exact bytes of the last member of a payload."""
    return payload[payload.index(name) + len(name) : -1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledger", nargs="?")
    parser.add_argument("--vkey")
    parser.add_argument("--receipt")
    parser.add_argument("--size", type=int)
    parser.add_argument("--as-of")
    asked = parser.parse_args()
    if (asked.ledger is None) == (asked.receipt is None) or (asked.receipt and not asked.vkey):
        parser.error("give a ledger, or --receipt FILE and --vkey")
    try:
        if asked.receipt:
            verify_receipt(asked.receipt, asked.vkey, asked.as_of)
        else:
            verify_ledger(asked.ledger, asked.vkey, asked.size, asked.as_of)
    except (Wrong, InvalidSignature, ValueError, KeyError, IndexError) as wrong:
        print(f"FOUND {type(wrong).__name__}: {wrong}")
        return 1
    except OSError as error:
        print(f"verify.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
