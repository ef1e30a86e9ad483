"""Scores, recomputed from the events alone."""

import collections
import functools

from .certificates import standing

FULL = 10_000


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


def pull(votes, z, prior, centre, near):
    """Which way `score/2` would move a value: the heavier side speaks in full, the lighter is heard up to `near`."""
    up, down = sum(w for x, w in votes if x >= z), sum(w for x, w in votes if x < z)
    reach_up, reach_down = FULL if up > down else near, FULL if down > up else near
    upward = sum(w * min(x - z, reach_up) for x, w in votes if x >= z)
    return prior * (centre - z) + upward - sum(w * min(z - x, reach_down) for x, w in votes if x < z)


def balanced(votes, prior, centre, near):
    """The highest value that nothing pulls downward from; the pull falls as the value rises."""
    low, above = 0, FULL + 1
    while above - low > 1:
        middle = (low + above) // 2
        if pull(votes, middle, prior, centre, near) >= 0:
            low = middle
        else:
            above = middle
    return low


def counted(votes, value, prior, centre, near):
    """What the votes on each value count as, and what is left over."""
    up, down = sum(w for x, w in votes if x >= value), sum(w for x, w in votes if x < value)
    highest, lowest = value + (FULL if up > down else near), value - (FULL if down > up else near)
    weights = collections.Counter()
    for x, w in votes:
        weights[x] += w
    lines = []
    for x, w in sorted(weights.items()):
        counts_as = max(lowest, min(x, highest))
        lines.append({"value": x, "weight": w, "counts_as": counts_as, "part": w * (counts_as - centre)})
    held = sum(one["part"] for one in lines) - (prior + up + down) * (value - centre)
    return {"votes": lines, "held": held}


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
        return rule["class_permille"].get(accreditation["class"], 0) * self.voice(one) // 1000 * age // 1000

    def voice(self, one):
        """What a voice weighs by experience; in full under `score/1`."""
        rule = self.policy["assessment"].get("experience")
        if rule is None:
            return 1000
        known = one.get("experience") or {"days": 0, "overturned": 0}
        days = max(0, known["days"] - rule["cost_days"] * known["overturned"])
        return max(rule["first_permille"], min(1000, rule["first_permille"] + rule["step_permille"] * days))

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
        value, agreeing, parts = centre, 0, None
        if self.policy["score"] == "score/2":
            value = balanced(graded, prior, centre, rule["near"])
            agreeing = sum(w for x, w in graded if abs(x - value) <= distance)
            parts = counted(graded, value, prior, centre, rule["near"])
        elif graded:
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
            "counted": parts,
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
    result["counted"] = [one["counted"] for criterion in scorer.criteria for one in criterion["indicators"]]
    begun = [one for one in scorer.sanctions() if one["first"] <= as_of]
    result["certificate"] = standing(state, dossier, as_of, begun)
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
    indicators = [one for criterion in served["criteria"] for one in criterion["indicators"]]
    same &= [one.get("counted") for one in indicators] == own["counted"]
    certificate = served.get("certificate")
    told = certificate and {name: certificate[name] for name in ("event", "state", "by") if name in certificate}
    same &= told == own["certificate"]
    contested = served["without_contested"]
    same &= (None if contested is None else served_figure(contested)) == own.get("without_contested")
    if own["figure"]["state"] == "rated":
        same &= sum(part["points"] for part in served["parts"]) == own["figure"]["score"]
    return same
