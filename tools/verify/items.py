"""What is said about subjects: assessments, endorsements, paid work, sanctions, and what announces them."""

from .dates import NEVER, days, iso
from .register import drop
from .scores import FULL

# Days after which an announcement lapses; days around paid work in which an endorsement must disclose it.
NOTICE_DAYS, COLLABORATION_DAYS = 30, 720
# Days after which a first assessment counts as experience; most that is told apart.
EXPERIENCE_DAYS, MOST_EXPERIENCE = 7, 65_535


class Items:
    def announce(self, dossier, kind, item, body):
        """A notice or a proposal: the one before of its issuer has lapsed."""
        windows = self.policy_on(self.today).document["windows"]
        clock = {"reply_by": self.today + (windows.get("reply") or 0), "use_by": self.today + NOTICE_DAYS}
        lapsed = [one for one in dossier[kind] if one["by"] == item["by"]]
        if kind == "proposals":
            dossier["lapsed"] += lapsed
        for one in lapsed:
            dossier[kind].remove(one)
        dossier[kind].append(item | clock | {"body": body, "reply": None})
        self.tie(dossier, item, self.today + NOTICE_DAYS)

    def hear(self, dossier, kind, item, target, statement):
        reply = {"event": item["id"], "on": iso(item["on"]), "statement": statement}
        dossier["replies"][target] = reply
        for one in dossier[kind]:
            if one["id"] == target:
                one["reply"] = {"on": item["on"], "event": item["id"]}

    def carry_out(self, dossier, kind, target):
        """The announcement by which something is done; it is no more."""
        found = next((one for one in dossier[kind] if one["id"] == target), None)
        if found:
            dossier[kind].remove(found)
            self.untie(dossier, target)
        return found

    def on_assessment_notified(self, item, body, dossier, *_):
        self.announce(dossier, "notices", item, body)

    def on_assessment_replied(self, item, body, dossier, *_):
        self.hear(dossier, "notices", item, body["notice"], body["statement"])

    def on_assessment_published(self, item, body, dossier, event, _entry):
        maxima = self.policy_version(body["policy"]).indicators
        grades = {
            name: None if level is None else FULL * level // maxima[name] for name, level in body["grades"].items()
        }
        for one in [one for one in dossier["assessments"] if one["by"] == item["by"]]:
            self.untie(dossier, one["id"])
            self.strike(dossier, "assessments", one["id"])
        until = body.get("valid_until")
        self.tie(dossier, item, NEVER if until is None else days(until))
        dossier["items"][item["id"]] = [item["by"]]
        self.carry_out(dossier, "notices", body.get("notice"))
        dossier["assessments"].append(
            item
            | {
                "policy": body["policy"],
                "from": min(self.today, days(body["observed_until"])),
                "until": None if until is None else days(until),
                "conflict": body["conflict"],
                "fee": body["fee"],
                "experience": self.experience(item, event["subject"]),
                "grades": grades,
                "reply": dossier["replies"].get(body.get("notice")),
            }
        )

    def experience(self, item, subject):
        """What the assessor's group had assessed before, to which this adds where it is its first of the subject."""
        firsts = self.firsts[item["group"]]
        others = [one for name, one in firsts.items() if name != subject and not one["overturned"]]
        dates = {one["on"] for one in others if one["on"] <= self.today - EXPERIENCE_DAYS}
        overturned = sum(one["overturned"] for one in firsts.values())
        if subject not in firsts:
            firsts[subject] = self.first_of[item["id"]] = {"on": self.today, "overturned": False}
        return {"days": min(len(dates), MOST_EXPERIENCE), "overturned": min(overturned, MOST_EXPERIENCE)}

    def strike(self, dossier, kind, target):
        """Ends an item; a contest may still be about it."""
        found = [one for one in dossier[kind] if one["id"] == target]
        dossier["ended"][kind] += [one | {"ended_by": self.seq} for one in found]
        drop(dossier[kind], target)

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

    def on_assessment_withdrawn(self, _item, body, dossier, *_):
        self.untie(dossier, body["target"])
        self.strike(dossier, "assessments", body["target"])

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
        period = (collaboration["first"] - COLLABORATION_DAYS, collaboration["last"] + COLLABORATION_DAYS)
        return period[0] <= endorsement["on"] <= period[1] and self.group(collaboration["by"]) == self.group(
            endorsement["by"]
        )

    def on_collaboration_declared(self, item, body, dossier, *_):
        item |= {"first": days(body["starts_on"]), "last": days(body["ends_on"])}
        dossier["collaborations"].append(item)
        self.tie(dossier, item, item["last"])
        for one in dossier["endorsements"]:
            if not one["void"] and one["relation"] != "commercial" and self.near(item, one):
                one["void"] = item["id"]

    def on_collaboration_ended(self, _item, body, dossier, *_):
        one = next(one for one in dossier["collaborations"] if one["id"] == body["target"])
        one["last"] = min(one["last"], self.today)
        self.untie(dossier, one["id"])
        # What was amended last is looked at first.
        drop(dossier["collaborations"], one["id"])
        dossier["collaborations"].append(one)

    def end_endorsement(self, item, dossier, target):
        for one in self.given[item["by"]]:
            if one["id"] == target:
                one["last"] = min(one["last"], self.today)
        self.untie(dossier, target)
        drop(dossier["endorsements"], target)

    def on_endorsement_withdrawn(self, item, body, dossier, *_):
        self.end_endorsement(item, dossier, body["target"])

    def on_sanction_proposed(self, item, body, dossier, *_):
        self.announce(dossier, "proposals", item, body)

    def on_sanction_replied(self, item, body, dossier, *_):
        self.hear(dossier, "proposals", item, body["proposal"], body["statement"])

    def on_sanction_imposed(self, item, body, dossier, *_):
        first, last = days(body["starts_on"]), body.get("ends_on")
        last = None if last is None else days(last)
        term = None if last is None else last - first + 1
        decision = body["basis"].get("decision")
        decided = dossier["decisions"].get(decision)
        proposal = self.carry_out(dossier, "proposals", body.get("proposal"))
        if proposal:
            self.tie(dossier, item | {"by": proposal["by"]}, NEVER if last is None else last)
        others = [one["by"] for one in (decided, proposal) if one]
        dossier["items"][item["id"]] = [*self.council, *others]
        dossier["sanctions"].append(
            item
            | {
                "severity": body["severity"],
                "first": first,
                "last": last,
                "term": term,
                "decision": decision,
                "basis": body["basis"],
                "urgent": body.get("urgent", False),
                "lifted": False,
                "reply": dossier["replies"].get(body.get("proposal")),
                "proposal": proposal,
            }
        )

    def on_sanction_lifted(self, _item, body, dossier, *_):
        for one in dossier["sanctions"]:
            if one["id"] == body["target"]:
                one["last"] = self.today if one["last"] is None else min(one["last"], self.today)
                one["lifted"] = True
                self.untie(dossier, one["id"])

    def on_correction_issued(self, item, body, dossier, *_):
        target, action = body["target"], body["action"]
        if action == "retract":
            self.end_endorsement(item, dossier, target)
            for kind in ("assessments", "sanctions"):
                self.strike(dossier, kind, target)
            self.drop_resting_on(dossier, target)
        elif action != "annotate":
            for one in dossier["assessments"]:
                if one["id"] == target:
                    maxima = self.policy_version(one["policy"]).indicators
                    levels = action["replace"]["grades"]
                    one["grades"] |= {name: FULL * level // maxima[name] for name, level in levels.items()}
