"""`assessment.*`, and what is announced before it is done."""

from ..dates import days
from ..findings import Refused, need


class Assessments:
    def announced_stage(self, one):
        """How a notice or a proposal stands today, until it is carried out."""
        stage = "replied" if one["reply"] else "waiting"
        if stage == "waiting" and self.today > one["reply_by"]:
            stage = "unanswered"
        return "lapsed" if stage != "waiting" and self.today > one["use_by"] else stage

    def check_reply(self, kind, target, made_by):
        """A reply comes once, and in time."""
        self.signed_by_subject()
        announced = self.other_item(self.dossier()[kind], target, made_by)
        if self.announced_stage(announced) != "waiting":
            raise Refused("reply.given" if announced["reply"] else "reply.late")

    def check_heard(self, announced):
        """The subject has replied, or its days are over."""
        over = announced["reply_by"] < self.today
        stage = self.announced_stage(announced)
        # A reply that may not be the subject's own leaves it the days that it had.
        heard = over or not (announced["reply"] and self.was_restrained(announced["reply"]["on"]))
        need(stage in ("replied", "unanswered") and heard, "reply.pending")

    def was_restrained(self, on):
        """Whether a key of the subject was held back on a day."""
        keys = [self.state.keys[key] for key in self.state.keys_of[self.subject]]
        spans = [(one["live_from"], one["restrained_until"]) for one in keys if one["restrained_until"] is not None]
        return any(self.state.date(first) <= on <= self.state.date(last) for first, last in spans)

    def judge_assessment_notified(self):
        self.signed_by_issuer()
        dossier = self.dossier()
        self.check_scope(dossier)
        self.check_findings(None)
        own = [one for one in dossier["notices"] if one["by"] == self.issuer]
        need(all(self.announced_stage(one) == "lapsed" for one in own), "notice.exists")
        self.check_undisputed(dossier)
        need(self.policy["windows"].get("reply") is not None, "reply.unasked")

    def judge_assessment_replied(self):
        self.check_reply("notices", self.body["notice"], "assessment.notified")

    def judge_assessment_published(self):
        self.signed_by_issuer()
        dossier = self.dossier()
        self.check_scope(dossier)
        own = [one for one in dossier["notices"] if one["by"] == self.issuer]
        named = self.body.get("notice")
        notice = next((one for one in own if one["id"] == named), None)
        self.check_findings(notice and notice["body"]["policy"])
        asked = self.policy["windows"].get("reply") is not None
        need(notice is not None or named is None and not asked, "assessment.notice")
        if notice:
            need(self.announced_stage(notice) != "lapsed", "assessment.notice")
            need(not is_worse(notice["body"], self.body), "assessment.harsher")
        self.check_undisputed(dossier)
        # One that was asked for is awaited, also where a policy no longer asks.
        waiting = [one for one in own if self.announced_stage(one) == "waiting"]
        for one in [notice] if notice else waiting[:1]:
            self.check_heard(one)

    def judge_assessment_withdrawn(self):
        self.signed_by_issuer()
        # One that has expired may be taken back too.
        self.own_item(self.dossier()["assessments"], self.body["target"], "assessment.published")

    def check_scope(self, dossier):
        granted = self.state.accreditations.get(self.issuer)
        need(granted is not None, "assessment.scope")
        valid = granted["until"] is None or granted["until"] >= self.today
        covered = set(dossier["enrolment"]["topics"]) & set(granted["topics"])
        need(valid and covered, "assessment.scope")
        need(self.state.group(self.issuer) != dossier["group"], "assessment.own_group")

    def check_findings(self, notified):
        """Whether they are well made, by the policy in force or the one that they were notified under."""
        body = self.body
        version = self.version if notified is None else notified
        need(body["policy"] == version, "assessment.policy")
        made = self.state.policy_version(version)
        rule = made.document["assessment"]
        check_grades(made, body["grades"])
        check_evidence(made, rule["extreme_evidence"], body["grades"], body.get("evidence", {}))
        need(body["observed_from"] <= body["observed_until"], "assessment.observed")
        need(days(body["observed_until"]) <= self.today, "assessment.observed")
        longest = rule.get("max_validity_days")
        last = body.get("valid_until")
        if last is None:
            need(longest is None, "assessment.validity")
        else:
            within = longest is None or days(last) <= self.today + longest
            need(self.today <= days(last) and within, "assessment.validity")

    def check_undisputed(self, dossier):
        """No contest is open, or was upheld, against what the assessor's group said of the same conduct."""
        seen_from, group = days(self.body["observed_from"]), self.state.group(self.issuer)
        barred = [
            one
            for one in dossier["disputed"]
            if seen_from <= one["until"]
            and self.state.group(one["by"]) == group
            and (one["indicators"] is None or set(one["indicators"]) & self.body["grades"].keys())
        ]
        need(not barred, "assessment.contested")


def check_grades(policy, grades):
    known = all(name in policy.indicators for name in grades)
    levels = known and all(level is None or level <= policy.indicators[name] for name, level in grades.items())
    need(levels and any(level is not None for level in grades.values()), "assessment.grades")


def check_evidence(policy, least, grades, evidence):
    need(all(grades.get(name) is not None for name in evidence), "assessment.evidence")
    extremes = [name for name, level in grades.items() if level in (0, policy.indicators[name])]
    need(all(len(evidence.get(name, ())) >= least for name in extremes), "assessment.evidence")


def is_worse(notified, said):
    """Whether what is said is worse for the subject than what it could reply to."""
    same = ("policy", "observed_from", "observed_until", "valid_until")
    if any(notified.get(part) != said.get(part) for part in same):
        return True
    # A tie that comes to light is told; one that was told is not dropped.
    if any(notified[tie] and not said[tie] for tie in ("conflict", "fee")):
        return True
    if notified["grades"].keys() != said["grades"].keys():
        return True
    for name, before in notified["grades"].items():
        after = said["grades"][name]
        if before is not None and after is not None and after > before:
            continue
        shown = notified.get("evidence", {}).get(name, ())
        if before != after or not set(said.get("evidence", {}).get(name, ())) <= set(shown):
            return True
    # What it says in words may hold what the subject could not reply to.
    return "statement" in said and said["statement"] != notified.get("statement")
