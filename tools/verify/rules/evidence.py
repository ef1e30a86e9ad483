"""`evidence.*`, `erasure.*`"""

from ..dates import days
from ..findings import need
from ..written import is_media_type

MOST_DAYS, MOST, MOST_OF_GROUP, MOST_SHOWN, MOST_TARGETS = 3_653, 256, 32, 64, 64


class Evidence:
    def judge_evidence_committed(self):
        body, state = self.body, self.state
        self.signers.party(self.issuer)
        # Nobody becomes a custodian unasked.
        if body["custodian"] != self.issuer:
            self.signers.party(body["custodian"])
        self.signers.all_needed()
        for one in (self.issuer, body["custodian"]):
            need(state.party_class(one) not in (None, "subject"), "issuer.not_allowed")
        dossier, kind = self.dossier(), body["media_type"]
        need(is_media_type(kind) and self.today <= days(body["retain_until"]) <= self.today + MOST_DAYS, "evidence.terms")
        held = [one for one in dossier["evidence"] if one["stage"] == "held"]
        need(all(one["commitment"] != body["commitment"] for one in held), "evidence.exists")
        group = state.group(body["custodian"])
        own = sum(state.group(one["custodian"]) == group for one in held)
        need(len(held) < MOST and own < MOST_OF_GROUP, "evidence.too_many")

    def kept_evidence(self):
        """A piece of evidence that the issuer keeps."""
        one = self.state.evidence(self.file() or {"evidence": ()}, self.body["target"])
        need(one is not None, "target.unknown")
        need(one["custodian"] == self.issuer, "target.other_issuer")
        need(one["stage"] == "held", "target.ended")
        return one

    def judge_evidence_disclosed(self):
        self.signed_by_issuer()
        one, to = self.kept_evidence(), self.body["to"]
        need(to == "council" or self.state.party_class(to) is not None, "evidence.recipient")
        need(to not in one["shown"], "evidence.disclosed")
        need(len(one["shown"]) < MOST_SHOWN, "evidence.too_many_recipients")

    def judge_evidence_destroyed(self):
        self.signed_by_issuer()
        need(self.kept_evidence()["retain"] < self.today, "evidence.retained")
        need(not any(self.contests_at_work()), "evidence.contested")

    def check_targets(self):
        targets = self.body["targets"]
        need(1 <= len(targets) <= MOST_TARGETS and len(set(targets)) == len(targets), "erasure.targets")

    def judge_erasure_requested(self):
        # Who has left may still ask.
        self.signed_by_subject()
        self.check_targets()
        asked = self.file()["erasures"] if self.file() else ()
        # An operator that stays silent does not keep the subject from asking again.
        need(not any(one["open"] and self.today <= one["answer_by"] for one in asked), "erasure.exists")
        for target in self.body["targets"]:
            row = self.state.index.get(target)
            need(row is not None and row.subject == self.subject, "target.unknown")
            need(target not in self.state.erased, "target.ended")

    def open_request(self):
        self.signed_by_issuer()
        self.issuer_operates()
        known = self.file()["erasures"] if self.file() else ()
        one = next((one for one in known if one["id"] == self.body["request"]), None)
        need(one is not None, "target.unknown")
        need(one["open"], "target.ended")
        return one

    def judge_erasure_executed(self):
        request = self.open_request()
        self.check_targets()
        need(set(self.body["targets"]) <= set(request["targets"]), "erasure.targets")
        need(not any(self.is_needed(target) for target in self.body["targets"]), "erasure.clock")

    def judge_erasure_refused(self):
        self.open_request()

    def is_needed(self, target):
        """Whether a clock still needs what an event commits to."""
        dossier = self.file()
        if dossier is None:
            return False
        contests = list(self.contests_at_work())
        announced = [one for kind in ("notices", "proposals") for one in dossier[kind]]
        announced = [one for one in announced if self.announced_stage(one) != "lapsed"]
        named = {one["id"] for one in announced} | {one["reply"]["event"] for one in announced if one["reply"]}
        for one in contests:
            named |= {one["id"], one["target"], one["appeal"], one["ruling"]}
        if dossier["enrolled"]:
            named.add(dossier["enrolment"]["event"])
        held = [one for one in dossier["evidence"] if one["stage"] == "held"]
        named |= {one["id"] for one in held if contests or one["retain"] >= self.today}
        return target in named
