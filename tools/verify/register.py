"""What is registered about subjects and the ledger besides what is scored."""

from .dates import days, recorded

ERASURE_DAYS = 20


class Register:
    def on_subject_enrolled(self, item, body, _dossier, event, _entry):
        lists = ("assessments", "endorsements", "sanctions", "contests", "settled", "notices", "proposals")
        lists += ("lapsed", "disputed", "accounts", "pledges", "evidence", "erasures", "collaborations")
        maps = ("replies", "decisions", "items", "ties")
        file = {"enrolled": True, "group": body["group"], "ended": {"assessments": [], "sanctions": []}}
        file |= {"certificate": None}
        file |= {name: [] for name in lists} | {name: {} for name in maps}
        self.subjects[event["subject"]] = file
        self.identities[body["identity"]] = event["subject"]
        self.identity_key = self.identity_key or body.get("identity_key")
        self.add_key(body["key"], event["subject"])
        self.take_in(item, body, event["subject"])

    def on_subject_resumed(self, item, body, _dossier, event, _entry):
        self.identity_key = self.identity_key or body.get("identity_key")
        self.take_in(item, body, event["subject"])

    def take_in(self, item, body, subject):
        parts = {part: body[part] for part in ("group", "profile", "topics")}
        line = recorded(item) | parts | {"registrar": item["by"]}
        self.subjects[subject] |= {"group": body["group"], "enrolled": True, "enrolment": line}
        self.stand(subject, "subject", group=body["group"])

    def on_subject_departed(self, _item, _body, dossier, event, _entry):
        dossier |= {"enrolled": False, "enrolment": None, "certificate": None}
        self.end_pledges(dossier)
        self.end(event["subject"], "subject")

    def on_account_linked(self, item, body, dossier, *_):
        dossier["accounts"].append(item | {"account": body["account"]})

    def on_account_unlinked(self, _item, body, dossier, *_):
        drop(dossier["accounts"], body["target"])

    def on_code_published(self, item, body, *_):
        self.codes.append(item | {"version": body["version"], "clauses": body["clauses"]})

    def on_pledge_signed(self, item, body, dossier, *_):
        self.end_pledges(dossier)
        dossier["pledges"].append(item | {"code": body["code"], "last": None})

    def end_pledges(self, dossier):
        for one in dossier["pledges"]:
            one["last"] = self.today if one["last"] is None else one["last"]

    def on_decision_recorded(self, item, body, dossier, *_):
        dossier["decisions"][item["id"]] = item | {"act": body["act"], "stands": True}

    def on_decision_overturned(self, _item, body, dossier, *_):
        self.drop_resting_on(dossier, body["target"])

    def drop_resting_on(self, dossier, decision):
        if decision in dossier["decisions"]:
            dossier["decisions"][decision]["stands"] = False
        for one in [one for one in dossier["sanctions"] if one["decision"] == decision]:
            self.untie(dossier, one["id"])
            self.strike(dossier, "sanctions", one["id"])

    def on_evidence_committed(self, item, body, dossier, *_):
        kept = {"commitment": body["commitment"], "custodian": body["custodian"], "stage": "held"}
        dossier["evidence"].append(item | kept | {"retain": days(body["retain_until"]), "shown": []})

    def evidence(self, dossier, target):
        return next((one for one in dossier["evidence"] if one["id"] == target), None)

    def on_evidence_disclosed(self, _item, body, dossier, *_):
        self.evidence(dossier, body["target"])["shown"].append(body["to"])

    def on_evidence_destroyed(self, _item, body, dossier, *_):
        self.evidence(dossier, body["target"])["stage"] = "destroyed"
        self.erased.add(body["target"])

    def on_erasure_requested(self, item, body, dossier, *_):
        asked = {"targets": body["targets"], "answer_by": self.today + ERASURE_DAYS, "open": True}
        dossier["erasures"].append(item | asked)

    def on_erasure_executed(self, _item, body, dossier, *_):
        self.answer(dossier, body["request"])
        for target in body["targets"]:
            self.erased.add(target)
            for one in dossier["evidence"]:
                if one["id"] == target and one["stage"] == "held":
                    one["stage"] = "erased"

    def on_erasure_refused(self, _item, body, dossier, *_):
        self.answer(dossier, body["request"])

    def answer(self, dossier, request):
        for one in dossier["erasures"]:
            if one["id"] == request:
                one["open"] = False

    def on_audit_finding(self, *_):
        pass

    def on_state_committed(self, _item, body, *_):
        self.committed[body["size"]] = set()

    def on_state_attested(self, item, body, *_):
        self.committed[body["size"]].add(item["by"])


def drop(items, target):
    items[:] = [one for one in items if one["id"] != target]
