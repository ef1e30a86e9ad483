"""What a policy's numbers may be, so that the engine can neither overflow nor divide by nothing."""

from ..names import shows


def out_of_bounds(policy):
    """The parts of a policy with which no score can be made."""
    parts = {
        "topics": topics(policy),
        "criteria": criteria(policy),
        "assessment": assessment(policy),
        "endorsement": endorsement(policy["endorsement"]),
        "sanction": sanction(policy),
        "bands": bands(policy),
        "windows": windows(policy),
        "certificate": certificate(policy),
    }
    return [part for part, fits in parts.items() if not fits]


def named(label):
    return all(shows(label[language]) for language in ("vi", "en"))


def distinct(items):
    return len(set(items)) == len(items)


def descends(numbers):
    return all(one >= after for one, after in zip(numbers, numbers[1:]))


def topics(policy):
    return 1 <= len(policy["topics"]) <= 256 and all(map(named, policy["topics"].values()))


def criteria(policy):
    every = policy["criteria"]
    indicators = [one for criterion in every for one in criterion["indicators"]]
    least = policy["quorum"]["indicators_per_criterion"]
    return (
        1 <= len(every) <= 32
        and 1 <= len(indicators) <= 256
        and sum(one["weight_permille"] for one in every) == 1000
        and distinct([one["id"] for one in every])
        and distinct([one["id"] for one in indicators])
        and all(1 <= one["max_level"] <= 10_000 for one in indicators)
        and all(named(one["name"]) for one in [*every, *indicators])
        and least >= 1
        and all(len(one["indicators"]) >= least for one in every)
    )


def ages(steps):
    ends = [2**64 if step.get("up_to_days") is None else step["up_to_days"] for step in steps]
    return (
        1 <= len(steps) <= 32
        and all(step["permille"] <= 1000 for step in steps)
        and ends == sorted(set(ends))
        and descends([step["permille"] for step in steps])
        and all(end <= 36_600 or end == 2**64 for end in ends)
    )


def assessment(policy):
    rule, quorum = policy["assessment"], policy["quorum"]
    return (
        1 <= len(rule["class_permille"]) <= 64
        and all(one <= 1000 for one in rule["class_permille"].values())
        and ages(rule["age"])
        and rule["prior_weight"] >= 1
        and rule["prior_value"] <= 10_000
        and rule["agreement_distance"] <= 10_000
        and rule["low_agreement_permille"] <= 1000
        and second(policy["score"], rule.get("near"), rule.get("experience"))
        and quorum["groups"] >= 1
        and quorum["groups_per_indicator"] >= 1
        and quorum["untied_groups"] <= quorum["groups"]
    )


def second(engine, near, voice):
    """What `score/2` has, and no other engine."""
    if engine != "score/2":
        return near is None and voice is None
    return (
        near is not None
        and near <= 10_000
        and voice is not None
        and 1 <= voice["first_permille"] <= 1000
        and voice["step_permille"] <= 1000
        and voice["cost_days"] <= 3660
    )


def endorsement(rule):
    relations = ("none", "professional", "commercial", "family_owner")
    series = rule["series_permille"]
    return (
        all(rule["relation_units"].get(one, 1001) <= 1000 for one in relations)
        and ages(rule["age"])
        and rule["undiluted"] >= 1
        and rule["dilution_days"] <= 3660
        and rule["reciprocal_days"] <= 3660
        and rule["reciprocal_permille"] <= 1000
        and len(series) <= 64
        and all(one <= 1000 for one in series)
        and descends(series)
        and rule["rate_permille"] <= 1000
        and rule["one_class_cap"] <= rule["cap"] <= 10_000
        and rule["min_base"] <= 10_000
    )


def sanction(policy):
    rule, letters = policy["sanction"], [one["band"] for one in policy["bands"]]
    measures = rule["severities"].values()
    return (
        all(one["points"] <= 10_000 for one in measures)
        and all(one.get("term_days") is None or 1 <= one["term_days"] <= 36_600 for one in measures)
        and all(one.get("best_band") is None or one["best_band"] in letters for one in measures)
        and rule["repeat_permille"] <= 10_000
        and rule["repeat_days"] <= 36_600
        and rule["max_total"] <= 10_000
        and rule["grave_signatures"] <= 8
    )


def bands(policy):
    steps, every = policy["confidence"], policy["bands"]
    order = ["low", "medium", "high"]
    widths = [one["max_width"] for one in steps]
    sure = [order.index(one["confidence"]) for one in steps]
    scores, letters = [one["min_score"] for one in every], [one["band"] for one in every]
    return (
        len(steps) <= 8
        and widths == sorted(set(widths))
        and sure == sorted(set(sure), reverse=True)
        and 1 <= len(every) <= 26
        and scores == sorted(set(scores), reverse=True)
        and distinct(letters)
        and all("A" <= one <= "Z" for one in letters)
        and (every[-1]["min_score"], every[-1]["min_confidence"]) == (0, "low")
        and all(one <= 10_000 for one in scores)
    )


def certificate(policy):
    terms, letters = policy.get("certificate"), [one["band"] for one in policy["bands"]]
    return terms is None or terms["least_band"] in letters


def windows(policy):
    numbers = [one for one in policy["windows"].values() if one is not None]
    reply, contest = policy["windows"].get("reply"), policy["contest"]
    seats = contest.get("panel_size", 3)
    return (
        all(one <= 3660 for one in numbers)
        and (reply is None or reply < 30)
        and 1 <= contest["max_open"] <= 100
        and seats % 2 == 1
        and seats <= 15
    )
