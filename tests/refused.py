"""Refusals that the vectors do not show, on a ledger of their own: what is refused, by which code."""

import json

from attacks import KOL, SEATS, Ledger
from forge import public, secret, secrets

OTHER, DAY = "kol-0123456789abd", 86_400_000


def hex_of(name):
    return public(secret(name)).hex()


class Refused(Ledger):
    """A ledger that also tries what is not let in."""

    def __init__(self):
        super().__init__()
        self.tried = []

    def refuse(self, code, kind, issuer, body, signers, subject=None):
        """What an operator would record all the same, at this place."""
        secrets().update((hex_of(name), secret(name)) for name in signers)
        export = self.export.copy()
        export.sign(self.at, self.payload(kind, issuer, body, subject), [hex_of(name) for name in signers])
        self.tried.append((kind, code, export))

    def enrol(self, subject, name):
        body = {"identity": hex_of(f"identity of {name}"), "profile": self.attach(name), "consent": "cd" * 32}
        body |= {"group": name, "topics": ["am-thuc", "ca-phe"], "key": hex_of(name)}
        self.say("subject.enrolled", "registrar", body, ["registrar", name], subject)

    def assess(self, valid_until):
        day = "2026-11-20"
        body = {"policy": 1, "grades": {"I1": 1}, "observed_from": day, "observed_until": day}
        body |= {"valid_until": valid_until, "conflict": False, "fee": False}
        return self.say("assessment.published", "assessor", body, ["assessor"], KOL)

    def contest(self, target):
        body = {"target": target, "grounds": "factual_error", "statement": self.attach("Sai.")}
        return self.say("contest.filed", KOL, body, ["kol"], KOL)


def refused():
    ledger = Refused()
    for name, kind in (("registrar", "platform"), ("business", "business"), ("assessor", "assessor")):
        ledger.admit(name, kind, ["registrar"] if name == "registrar" else ())
    ledger.enrol(KOL, "kol")
    ledger.enrol(OTHER, "other")
    keys(ledger)
    standing(ledger)
    policy = json.loads(json.dumps(ledger.state.policies[0].document))
    policy["windows"] = {name: None for name in policy["windows"]} | {"decide": 0}
    day = ledger.at // DAY + 40
    body = {"version": 2, "effective_from": iso(day), "policy": policy}
    ledger.say("policy.published", "council", body, SEATS)
    item = ledger.assess("2027-02-01")
    ledger.at += 45 * DAY
    # Overdue, and by a policy without panels.
    contest = ledger.contest(item)
    ledger.at += 2 * DAY
    body = {"contest": contest, "members": ["business", "assessor", "registrar"]}
    ledger.refuse("contest.stage", "panel.seated", "council", body, SEATS, KOL)
    return ledger.tried


def iso(day):
    from verify.dates import iso as written

    return written(day)


def keys(ledger):
    """Of keys that have ended, that nobody has, or that say too much."""
    ledger.say("key.added", "business", {"key": hex_of("spare")}, ["business", "spare"])
    ledger.say("key.revoked", "business", {"key": hex_of("spare"), "cause": "retired"}, ["spare"])
    for code, old in (("key.revoked", "spare"), ("key.unknown", "nobody")):
        body = {"old": hex_of(old), "new": hex_of("new")}
        ledger.refuse(code, "key.rotated", "business", body, [old, "new"])
    body = {"key": hex_of("nobody"), "cause": "retired"}
    ledger.refuse("key.unknown", "key.revoked", "business", body, ["business"])
    endorsement = {"relation": "none", "topic": "am-thuc", "expires_on": "2027-01-01"}
    ledger.refuse("key.unknown", "endorsement.published", "business", endorsement, ["business", "nobody"], KOL)
    for since in ("2026-01-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z"):
        body = {"key": hex_of("business"), "cause": "compromised", "invalid_from": since}
        ledger.refuse("key.invalid_from", "key.revoked", "council", body, SEATS)
    body = {"member": "business", "name": ""}
    ledger.refuse("member.name", "member.updated", "council", body, SEATS)
    body = {"member": "business", "name": "Hãng Hоa"}
    ledger.refuse("member.name_alike", "member.updated", "council", body, SEATS)
    ledger.refuse("target.unknown", "accreditation.withdrawn", "council", {"target": "ab" * 32}, SEATS)


def standing(ledger):
    """Of what has left, ended or never been."""
    ledger.say("subject.departed", OTHER, {}, ["other"], OTHER)
    endorsement = {"relation": "none", "topic": "am-thuc", "expires_on": "2026-11-26"}
    ledger.refuse("issuer.not_allowed", "endorsement.published", OTHER, endorsement, ["other"], KOL)
    given = ledger.say("endorsement.published", "business", endorsement, ["business"], KOL)
    body = {"assessor": "assessor", "topics": ["am-thuc"], "class": class_of(ledger)}
    ledger.say("accreditation.granted", "council", body, SEATS)
    item = ledger.assess("2026-11-27")
    claim = {"grounds": "procedure", "statement": ledger.attach("Sai.")}
    ledger.refuse("target.unknown", "contest.filed", KOL, claim | {"target": given}, ["kol"], KOL)
    ledger.at += 3 * DAY
    ledger.refuse("target.ended", "endorsement.withdrawn", "business", {"target": given}, ["business"], KOL)
    # One that has expired is still its issuer's to take back.
    ledger.say("assessment.withdrawn", "assessor", {"target": item}, ["assessor"], KOL)
    again = ledger.assess("2027-01-01")
    ledger.say("assessment.withdrawn", "assessor", {"target": again}, ["assessor"], KOL)
    ledger.refuse("target.ended", "contest.filed", KOL, claim | {"target": again}, ["kol"], KOL)


def class_of(ledger):
    return next(iter(ledger.state.policies[0].document["assessment"]["class_permille"]))
