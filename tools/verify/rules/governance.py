"""`ledger.*`, `council.*`, `operator.*`, `policy.*`, `member.*`, `accreditation.*`, `code.*`, `state.*`."""

from ..dates import days
from ..findings import need
from .bounds import out_of_bounds
from ..names import folded, is_reserved, mixes, shows
from .opening import is_council, is_name

MOST_CLAUSES, MOST_POSITIONS = 200, 64


class Governance:
    def judge_ledger_key_rotated(self):
        self.issued_by_council()
        self.signers.council()
        self.signers.present(self.body["old"])
        self.signers.newcomer(self.body["new"])
        self.signers.all_needed()
        need(self.state.log_keys[-1][1] == self.body["old"], "log_key.old")

    def judge_council_changed(self):
        self.issued_by_council()
        self.signers.council()
        council = self.body["council"]
        for seat in council:
            keeps = self.state.seat_keys.get(seat["key"]) == seat["member"]
            if not keeps or self.state.keys[seat["key"]]["row"]["to_size"] is not None:
                self.signers.newcomer(seat["key"])
        self.signers.all_needed()
        need(is_council(council, self.body["threshold"]), "council.seats")
        members = [seat["member"] for seat in council]
        need(all(self.state.members.get(one, {"active": True})["active"] for one in members), "council.seats")
        need(len({self.state.group(one) for one in members}) == len(members), "council.seats")

    def judge_operator_changed(self):
        self.issued_by_council()
        self.signers.council()
        operator = self.body["operator"]
        self.signers.newcomer(operator["key"])
        self.signers.all_needed()
        need(is_name(operator["member"]), "member.name")
        member = self.state.members.get(operator["member"])
        need(member is None or member["class"] == "operator" and member["active"], "operator.member")
        stays = self.state.operator == operator["member"]
        need(stays or self.state.operator not in self.state.council, "member.seated")
        if member is None:
            self.check_called(operator["member"], operator["member"])

    def judge_policy_published(self):
        self.signed_by_council()
        need(self.body["version"] == 1 + max(one.version for one in self.state.made), "policy.version")
        first = days(self.body["effective_from"])
        earliest = self.today + max(self.policy["notice_days"], 1)
        # The newest in force began on or before today, and so before the earliest day.
        need(first >= earliest, "policy.effective_from")
        need(not out_of_bounds(self.body["policy"]), "policy.bounds")

    def judge_member_admitted(self):
        self.issued_by_council()
        self.signers.council()
        self.signers.newcomer(self.body["key"])
        self.signers.all_needed()
        name = self.body["name"]
        need(is_name(self.body["member"]) and shows(name) and not is_reserved(name), "member.name")
        need(self.body["member"] not in self.state.members, "member.exists")
        self.check_called(self.body["member"], name)

    def check_called(self, member, name):
        """Nobody else is called so, nor has this name as its id, nor this id as its name."""
        called = {folded(name), folded(member)}
        others = ((id, one) for id, one in self.state.members.items() if id != member and not one["removed"])
        need(not any(one["folded"] in called or id == folded(name) for id, one in others), "member.name_taken")
        need(not mixes(name), "member.name_alike")

    def member(self, name):
        need(name in self.state.members, "member.unknown")
        need(not self.state.members[name]["removed"], "member.standing")
        return self.state.members[name]

    def judge_member_updated(self):
        self.signed_by_council()
        name = self.body.get("name")
        need(name is None or shows(name) and not is_reserved(name), "member.name")
        before = self.member(self.body["member"])
        parts = ("class", "group", "name", "roles")
        need(any(part in self.body and self.body[part] != before[part] for part in parts), "member.unchanged")
        if name is not None:
            self.check_called(self.body["member"], name)

    def judge_member_suspended(self):
        self.signed_by_council()
        need(self.member(self.body["member"])["active"], "member.standing")
        self.check_dispensable()

    def judge_member_reinstated(self):
        self.signed_by_council()
        need(not self.member(self.body["member"])["active"], "member.standing")

    def judge_member_removed(self):
        self.signed_by_council()
        self.member(self.body["member"])
        self.check_dispensable()

    def check_dispensable(self):
        member = self.body["member"]
        need(member != self.state.operator and member not in self.state.council, "member.seated")

    def judge_accreditation_granted(self):
        self.signed_by_council()
        body = self.body
        need(self.member(body["assessor"])["class"] == "assessor", "accreditation.member")
        topics = body["topics"] and all(topic in self.policy["topics"] for topic in body["topics"])
        need(topics and body["class"] in self.policy["assessment"]["class_permille"], "accreditation.terms")
        need("valid_until" not in body or days(body["valid_until"]) >= self.today, "accreditation.terms")

    def judge_accreditation_withdrawn(self):
        self.signed_by_council()
        assessor = self.state.accredited_by.get(self.body["target"])
        need(assessor is not None, "target.unknown")
        standing = self.state.accreditations.get(assessor)
        need(standing is not None and standing["id"] == self.body["target"], "target.ended")

    def judge_code_published(self):
        self.signed_by_council()
        newest = self.state.codes[-1]["version"] if self.state.codes else 0
        need(self.body["version"] == newest + 1, "code.version")
        clauses = self.body["clauses"]
        need(1 <= len(clauses) <= MOST_CLAUSES and len(set(clauses)) == len(clauses), "code.clauses")

    def judge_audit_finding(self):
        self.signed_by_issuer()
        self.issuer_is("auditor")
        positions = self.body["positions"]
        ascend = positions == sorted(set(positions)) and len(positions) <= MOST_POSITIONS
        need(ascend and all(one < self.state.size for one in positions), "finding.positions")

    def judge_state_committed(self):
        self.signed_by_issuer()
        self.issuer_operates()
        size = self.body["size"]
        need(max(self.state.committed, default=0) < size <= self.state.size, "commitment.size")
        need(self.state.dates[size - 1] <= days(self.body["date"]) <= self.today, "commitment.date")

    def judge_state_attested(self):
        self.signed_by_issuer()
        self.issuer_is("auditor")
        need(self.state.group(self.issuer) != self.state.group(self.state.operator), "attestation.own_group")
        need(self.body["size"] in self.state.committed, "attestation.size")
        need(self.issuer not in self.state.committed[self.body["size"]], "attestation.exists")
