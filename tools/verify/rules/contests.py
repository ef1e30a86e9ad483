"""`contest.*`, `appeal.*`"""

from ..contests import APPEALS, OPEN, STAGES
from ..dates import days
from ..findings import need
from ..scores import FULL


class Contests:
    def is_open(self, contest):
        return contest["stage"] in OPEN

    def stage_today(self, contest):
        return self.state.stage_on(contest, self.today)

    def open_contest(self, dossier):
        return self.other_item(dossier["contests"], self.body["contest"], "contest.filed")

    def check_moves(self, contest):
        need(self.type in STAGES.get(self.stage_today(contest), {}), "contest.stage")

    def last_contests(self, dossier):
        """The contests in every stage, each as it was left last."""
        last = {one["id"]: one for one in dossier["settled"]}
        return [*dossier["contests"], *(one for one in last.values() if one["id"] not in self.pending(dossier))]

    def pending(self, dossier):
        return {one["id"] for one in dossier["contests"] if one["stage"] in APPEALS}

    def contests_at_work(self):
        """The subject's contests that wait for a decision, or whose decision may still be appealed."""
        for one in self.last_contests(self.file()) if self.file() else ():
            appealable = one["stage"] == "decided" and (one["appeal_by"] or self.today - 1) >= self.today
            if self.is_open(one) or appealable:
                yield one

    def judge_contest_filed(self):
        self.signed_by_subject()
        dossier, target = self.dossier(), self.body["target"]
        made = self.made(target, "assessment.published", "sanction.imposed")
        need(made is not None, "target.unknown")
        standing = [one for one in [*dossier["assessments"], *dossier["sanctions"]] if one["id"] == target]
        need(standing, "target.ended")
        item = standing[0]
        window = self.state.policy_on(item["on"]).document["windows"].get("file")
        late = window is not None and self.today > item["on"] + window
        need(not late or self.body["grounds"] == "factual_error", "contest.late")
        same = [one for one in [*dossier["contests"], *dossier["settled"]] if one["target"] == target]
        need(not any(self.is_open(one) for one in same), "contest.exists")
        for one in same:
            declined = one["stage"] == "declined" and one["grounds"] == self.body["grounds"]
            need(one["ruled"] is None and not declined, "contest.settled")
        # Who is kept waiting for a decision may contest other items meanwhile.
        stages = [self.stage_today(one) for one in dossier["contests"] if one["stage"] not in APPEALS]
        waiting = sum(stage != "overdue" for stage in stages)
        need(waiting < self.policy["contest"]["max_open"], "contest.too_many")

    def concerned_in(self, dossier, contest):
        """The groups of the subject and of whoever assessed, or proposed the sanction, that is contested."""
        sanction = self.state.whole(dossier, contest, "sanctions")
        if sanction:
            return self.concerned_in_sanction(sanction)
        item = self.state.whole(dossier, contest, "assessments")
        return (self.groups_of(item) if item else set()) | {self.state.group(self.subject)}

    def found_contest(self):
        known = self.file()["contests"] if self.file() else ()
        return next((one for one in known if one["id"] == self.body["contest"]), None)

    def contest_signed_by_council(self):
        self.issued_by_council()
        contest = self.found_contest()
        self.signed_by_unconcerned(self.concerned_in(self.file(), contest) if contest else set())

    def signed_by_deciders(self):
        """The panel's majority; where no panel sits, the council without those concerned."""
        contest = self.found_contest()
        if contest is None or contest["panel"] is None:
            self.contest_signed_by_council()
            return
        self.signers.check_unrestrained()
        members = contest["panel"]["members"]
        need(self.issuer in members, "issuer.not_allowed")
        self.signers.panel(members, self.state.draws[contest["draw"]]["seats"])
        self.signers.all_needed()

    def check_awaits_admission(self):
        contest = self.open_contest(self.dossier())
        self.check_moves(contest)
        need(contest["admit_by"] is not None, "contest.stage")

    def judge_contest_admitted(self):
        self.signed_by_council()
        self.check_awaits_admission()

    def judge_contest_declined(self):
        self.contest_signed_by_council()
        self.check_awaits_admission()

    def judge_contest_extended(self):
        self.signed_by_deciders()
        contest = self.open_contest(self.dossier())
        self.check_moves(contest)
        admitted = contest["admit_by"] is None or self.stage_today(contest) != "filed"
        need(admitted and self.state.running_clock(contest)[1] is not None, "contest.extension")

    def judge_contest_decided(self):
        self.signed_by_deciders()
        dossier = self.dossier()
        contest = self.open_contest(dossier)
        self.check_moves(contest)
        need(self.effect_fits(dossier, contest), "contest.effect")
        sits = contest["panel"] and contest["panel"]["event"]
        named = self.body.get("panel")
        need(named == sits and (named is not None) == (contest["draw"] is not None), "contest.panel")
        self.check_challenged(contest)

    judge_appeal_decided = judge_contest_decided

    def judge_contest_withdrawn(self):
        self.signed_by_subject()
        self.signers.check_unrestrained()
        self.check_moves(self.open_contest(self.dossier()))

    def judge_appeal_filed(self):
        self.signed_by_subject()
        dossier = self.dossier()
        every = [*dossier["contests"], *reversed(dossier["settled"])]
        contest = next((one for one in every if one["id"] == self.body["contest"]), None)
        need(contest is not None, "target.unknown")
        need(contest["stage"] == "decided", "contest.stage")
        in_time = contest["appeal_by"] is not None and self.stage_today(contest) == "decided"
        need(in_time, "appeal.late")

    def effect_fits(self, dossier, contest):
        """A partial outcome, and only that, says what remains, and that is milder."""
        effect = self.body.get("effect")
        if self.body["outcome"] != "partial" or effect is None:
            return self.body["outcome"] != "partial" and effect is None
        if "struck" in effect:
            item = self.state.whole(dossier, contest, "assessments")
            # Without its highest grades an item is worse for the subject than it was.
            graded = item and all(item["grades"].get(name, FULL) != FULL for name in effect["struck"])
            return bool(effect["struck"]) and graded
        before = self.state.whole(dossier, contest, "sanctions")
        if before is None:
            return False
        reduced = effect["reduced"]
        last = None if reduced.get("ends_on") is None else days(reduced["ends_on"])
        longer = last is not None and before["last"] is not None and last > before["last"]
        shorter = last is not None and (before["last"] is None or last < before["last"])
        milder = reduced["severity"] < before["severity"] or shorter
        return reduced["severity"] <= before["severity"] and not longer and milder
