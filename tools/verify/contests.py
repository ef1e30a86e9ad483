"""Contests and appeals. What waits stands in `contests`, what does not in `settled`, the newest last."""

from .dates import days
from .register import drop

OPEN = ("filed", "admitted", "seated", "overdue", "appealed", "appeal_seated", "appeal_overdue")
APPEALS = ("appealed", "appeal_seated", "appeal_overdue")

# Where events and days lead a contest from its stage; what is missing leads nowhere.
STAGES = {
    "filed": {
        "contest.admitted": "admitted",
        "contest.declined": "declined",
        "admit": "admitted",
        "decide": "overdue",
        "contest.extended": "filed",
        "contest.decided": "decided",
        "contest.withdrawn": "withdrawn",
    },
    "admitted": {
        "panel.seated": "seated",
        "contest.extended": "admitted",
        "decide": "overdue",
        "contest.withdrawn": "withdrawn",
    },
    "seated": {
        "panel.seated": "seated",
        "contest.extended": "seated",
        "contest.decided": "decided",
        "decide": "overdue",
        "contest.withdrawn": "withdrawn",
    },
    "overdue": {"panel.seated": "overdue", "contest.decided": "decided", "contest.withdrawn": "withdrawn"},
    "decided": {"appeal.filed": "appealed", "appeal": "final"},
    "appealed": {
        "panel.seated": "appeal_seated",
        "contest.extended": "appealed",
        "appeal.decided": "final",
        "appeal_decide": "appeal_overdue",
        "contest.withdrawn": "final",
    },
    "appeal_seated": {
        "panel.seated": "appeal_seated",
        "contest.extended": "appeal_seated",
        "appeal.decided": "final",
        "appeal_decide": "appeal_overdue",
        "contest.withdrawn": "final",
    },
    "appeal_overdue": {
        "panel.seated": "appeal_overdue",
        "appeal.decided": "final",
        "contest.withdrawn": "final",
    },
}


class Contests:
    def clock(self, day, name, extension):
        """The last day to decide, and the last to which that may be put off, by the policy in force on a day."""
        windows = self.policy_on(day).document["windows"]
        due = None if windows.get(name) is None else day + windows[name]
        return due, None if due is None or windows.get(extension) is None else due + windows[extension]

    def running_clock(self, contest):
        """Silence on admission starts the clock on the last day to admit."""
        if contest["admit_by"] is not None and contest["stage"] == "filed":
            return self.clock(contest["admit_by"], "decide", "decide_extension")
        return contest["clock"]

    def due(self, contest):
        return self.running_clock(contest)[0]

    def stage_on(self, contest, day):
        """The stage of a contest on a day: days move it on as events do."""
        stage, due = contest["stage"], self.due(contest)
        decide = "appeal_decide" if stage in APPEALS else "decide"
        for name, last in (("admit", contest["admit_by"]), (decide, due), ("appeal", contest["appeal_by"])):
            if last is not None and last < day:
                stage = STAGES.get(stage, {}).get(name, stage)
        return stage

    def move(self, dossier, contest, event):
        """An open contest, at the stage to which the event moves it, with its clock."""
        one = next(one for one in dossier["contests"] if one["id"] == contest)
        clock, stage = self.running_clock(one), self.stage_on(one, self.today)
        one |= {"clock": clock, "stage": STAGES[stage].get(event["type"], stage)}
        return one

    def whole(self, dossier, contest, kind):
        """The contested item as it was before the decision, ended or not."""
        if contest["whole"] is not None:
            return contest["whole"] if ("grades" in contest["whole"]) == (kind == "assessments") else None
        ended = [one for one in reversed(dossier["ended"][kind]) if one["ended_by"] > contest["seq"]]
        found = [one for one in [*dossier[kind], *ended] if one["id"] == contest["target"]]
        return found[0] if found else None

    def settle(self, dossier, one, **how):
        drop(dossier["contests"], one["id"])
        dossier["settled"].append(one | how | {"settled_by": self.seq})

    def dispute(self, dossier, contest):
        """What the contested assessment saw is not graded again while the contest is open."""
        item = self.whole(dossier, contest, "assessments")
        if item:
            barred = {"id": contest["id"], "by": item["by"], "until": item["from"], "indicators": None}
            dossier["disputed"].append(barred)

    def give_up(self, dossier, contest):
        of_it = [one for one in dossier["disputed"] if one["id"] == contest["id"] and one["indicators"] is None]
        for one in of_it:
            dossier["disputed"].remove(one)

    def on_contest_filed(self, item, body, dossier, event, _entry):
        admit = self.policy_on(self.today).document["windows"].get("admit")
        contest = item | {"target": body["target"], "grounds": body["grounds"], "stage": "filed"}
        contest |= {"whole": None, "panel": None, "former": [], "challenged": None, "draw": None}
        contest |= {"ruled": None, "ruled_on": None, "ruling": None, "appeal": None, "appeal_by": None}
        contest["admit_by"] = None if admit is None else self.today + admit
        contest["clock"] = (None, None) if admit is not None else self.clock(self.today, "decide", "decide_extension")
        if admit is not None:
            before = [
                one
                for one in dossier["settled"]
                if one["target"] == body["target"] and one["stage"] == "withdrawn" and one["draw"]
            ]
            if before:
                contest |= {name: before[-1][name] for name in ("draw", "challenged", "former")}
            else:
                contest["draw"] = item["id"]
                self.draw(item, dossier, event["subject"], contest)
        self.dispute(dossier, contest)
        dossier["contests"].append(contest)

    def on_contest_admitted(self, _item, body, dossier, event, _entry):
        contest = self.move(dossier, body["contest"], event)
        contest["clock"] = self.clock(self.today, "decide", "decide_extension")

    def on_contest_declined(self, _item, body, dossier, event, _entry):
        contest = self.move(dossier, body["contest"], event)
        self.give_up(dossier, contest)
        self.settle(dossier, contest)

    def on_contest_extended(self, _item, body, dossier, event, _entry):
        contest = self.move(dossier, body["contest"], event)
        due, extended = contest["clock"]
        contest["clock"] = (due if extended is None else extended, None)

    def on_contest_withdrawn(self, _item, body, dossier, event, _entry):
        contest = self.move(dossier, body["contest"], event)
        self.give_up(dossier, contest)
        self.settle(dossier, contest)

    def on_appeal_filed(self, item, body, dossier, event, _entry):
        contest = dict(next(one for one in reversed(dossier["settled"]) if one["id"] == body["contest"]))
        contest |= {"stage": "appealed", "appeal": item["id"], "appeal_by": None}
        contest["clock"] = self.clock(self.today, "appeal_decide", "appeal_extension")
        if contest["draw"]:
            sat = [*contest["panel"]["members"], *([contest["challenged"]] if contest["challenged"] else [])]
            contest |= {"draw": item["id"], "panel": None, "challenged": None, "former": contest["former"] + sat}
            self.draw(item, dossier, event["subject"], contest)
        self.dispute(dossier, contest)
        dossier["contests"].append(contest)

    def on_appeal_decided(self, item, body, dossier, event, _entry):
        self.rule(item, body, dossier, self.move(dossier, body["contest"], event))

    def on_contest_decided(self, item, body, dossier, event, _entry):
        contest = self.move(dossier, body["contest"], event)
        appeal = self.policy_on(self.today).document["windows"].get("appeal")
        if body["outcome"] != "upheld" and appeal is not None:
            contest["appeal_by"] = self.today + appeal
        self.rule(item, body, dossier, contest)

    def rule(self, item, body, dossier, contest):
        """What was decided, and what remains of the item."""
        target, effect = contest["target"], body.get("effect", {})
        self.resolve(dossier, contest, body["outcome"], effect)
        whole, contest["whole"] = contest["whole"], None
        self.settle(dossier, contest, ruled=body["outcome"], ruled_on=self.today, ruling=item["id"])
        if body["outcome"] == "upheld":
            self.untie(dossier, target)
            if target in self.first_of:
                self.first_of[target]["overturned"] = True
            self.strike(dossier, "assessments", target)
            self.strike(dossier, "sanctions", target)
        for one in (one for kind in ("assessments", "sanctions") for one in dossier[kind] if one["id"] == target):
            was = self.as_before(one, whole)
            # An appeal begins from the item as it was, but what was lifted meanwhile stays so.
            lifted_on = one["last"] if whole is not None and one.get("lifted") else None
            if body["outcome"] == "partial":
                dossier["settled"][-1]["whole"] = dict(was)
            one.clear()
            one |= was
            reduce(one, effect)
            if lifted_on is not None:
                one["last"] = lifted_on if one["last"] is None else min(one["last"], lifted_on)
            if "first" in one:
                self.retie(dossier, one)

    def resolve(self, dossier, contest, outcome, effect):
        """What an earlier decision barred is free; what this one clears is barred."""
        found = [one for one in dossier["disputed"] if one["id"] == contest["id"]]
        for one in found:
            dossier["disputed"].remove(one)
        if found and (outcome == "upheld" or "struck" in effect):
            indicators = None if outcome == "upheld" else effect["struck"]
            dossier["disputed"].append(found[0] | {"indicators": indicators})

    def as_before(self, one, whole):
        if whole is None:
            return dict(one)
        was = whole | {"lifted": one.get("lifted", False)}
        if "grades" in one:
            # What was raised meanwhile stays raised too.
            now = one["grades"]
            was["grades"] = {k: v if v is None else max(v, now.get(k) or 0) for k, v in whole["grades"].items()}
        return was


def reduce(one, effect):
    if "struck" in effect:
        one["grades"] = {k: v for k, v in one["grades"].items() if k not in effect["struck"]}
    if "reduced" in effect:
        reduced = effect["reduced"]
        one["severity"] = min(one["severity"], reduced["severity"])
        end = reduced.get("ends_on")
        lasts = [one["last"], None if end is None else days(end)]
        one["last"] = min((last for last in lasts if last is not None), default=None)
        one["term"] = None if one["last"] is None else max(one["last"] - one["first"], 0) + 1
