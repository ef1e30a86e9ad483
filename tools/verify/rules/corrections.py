"""`correction.issued`"""

from ..findings import need
from ..scores import FULL
from .assessments import check_evidence, check_grades

CORRECTED = ("assessment.published", "endorsement.published", "sanction.imposed", "decision.recorded")


class Corrections:
    def judge_correction_issued(self):
        if self.issuer == "council":
            self.signed_by_council()
        else:
            self.signed_by_issuer()
        dossier, target, action = self.dossier(), self.body["target"], self.body["action"]
        row = self.made(target, *CORRECTED)
        need(row is not None, "target.unknown")
        need(row.issuer == self.issuer, "target.other_issuer")
        # What has ended is still read, and may be put right beside.
        if action == "retract":
            kinds = [dossier[name] for name in ("assessments", "endorsements", "sanctions")]
            kinds.append(self.standing_decisions(dossier).values())
            need(any(one["id"] == target for kind in kinds for one in kind), "target.ended")
        elif action != "annotate":
            need(row.type == "assessment.published", "correction.grades")
            self.check_regrading(dossier, target, action["replace"])

    def check_regrading(self, dossier, target, new):
        """Only higher grades: anything worse takes a notice and a new age."""
        item = next((one for one in dossier["assessments"] if one["id"] == target), None)
        need(item is not None, "target.ended")
        made = self.state.policy_version(item["policy"])
        check_grades(made, new["grades"])
        least = self.policy["assessment"]["extreme_evidence"]
        check_evidence(made, least, new["grades"], new.get("evidence", {}))
        for name, level in new["grades"].items():
            before = item["grades"].get(name)
            need(before is not None and FULL * level // made.indicators[name] > before, "correction.grades")
