"""The documents of `dossier/1` and the roots over them."""

import json

from blake3 import blake3

from .dates import iso, recorded
from .tree import leaf_hash, tree_root

WINDOWS = ("reply", "file", "admit", "decide", "decide_extension", "appeal", "appeal_decide", "appeal_extension")


def canonical(document):
    """RFC 8785: compact, members in the order of their names."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def document_leaf(name, document):
    return leaf_hash(str(name).encode() + b"\x00" + blake3(canonical(document)).digest())


def dossier_document(state, subject):
    dossier = state.subjects[subject]

    def of(kind, line):
        return [recorded(one) | line(one) for one in sorted(dossier[kind], key=lambda one: one["seq"])]

    one = dossier["certificate"]
    # Who never had one, or has none any more, has a dossier without it.
    certificate = one and {
        "certificate": recorded(one)
        | {"as_of": iso(one["as_of"]), "valid_until": iso(one["last"])}
        | {part: one[part] for part in ("band", "policy", "score")}
    }
    return (certificate or {}) | {
        "subject": subject,
        "enrolment": dossier["enrolment"],
        "assessments": of(
            "assessments",
            lambda one: {
                "assessor": one["by"],
                "counts_from": iso(one["from"]),
                "valid_until": iso(one["until"]),
                "values": one["grades"],
            }
            | {part: one[part] for part in ("conflict", "fee", "key", "policy", "reply")}
            | ({"experience": one["experience"]} if any(one["experience"].values()) else {}),
        ),
        "endorsements": of(
            "endorsements",
            lambda one: {"endorser": one["by"], "expires_on": iso(one["last"]), "voided_by": one["void"]}
            | {part: one[part] for part in ("dilution", "key", "reciprocal", "relation", "topic")},
        ),
        "sanctions": of(
            "sanctions",
            lambda one: {"starts_on": iso(one["first"]), "ends_on": iso(one["last"]), "term_days": one["term"]}
            | {part: one[part] for part in ("basis", "lifted", "reply", "severity", "urgent")},
        ),
        "contests": of(
            "contests",
            lambda one: {"decide_by": iso(state.due(one)), "grounds": one["grounds"], "target": one["target"]},
        ),
    }


def policy_document(row):
    """What a policy leaves out is null, but what only `score/2` has; a panel of three is what one that says nothing has."""
    policy = row["policy"]

    def aged(part):
        return part | {"age": [{"up_to_days": None} | step for step in part["age"]]}

    second = {"near": None, "experience": None}
    weighing = {name: value for name, value in policy["assessment"].items() if (name, value) not in second.items()}
    contest = {name: value for name, value in policy["contest"].items() if (name, value) != ("panel_size", 3)}
    severities = policy["sanction"]["severities"].items()
    severities = {name: {"term_days": None, "best_band": None} | one for name, one in severities}
    whole = {
        "assessment": {"max_validity_days": None} | aged(weighing),
        "contest": contest,
        "endorsement": aged(policy["endorsement"]),
        "sanction": policy["sanction"] | {"severities": severities},
        "windows": dict.fromkeys(WINDOWS) | policy["windows"],
    }
    return row | {"policy": policy | whole}


def state_roots(state):
    """What the operator commits to at this size."""
    subjects = [document_leaf(name, dossier_document(state, name)) for name in sorted(state.subjects)]
    rows = {name: made for name, made in sorted(state.parties.items()) if any(made.values())}
    parties = [document_leaf(name, made | {"party": name}) for name, made in rows.items()]
    policies = [document_leaf(row["version"], policy_document(row)) for row in state.published]
    return {
        "subjects": len(subjects),
        "root": tree_root(subjects).hex(),
        "parties": len(parties),
        "parties_root": tree_root(parties).hex(),
        "policies_root": tree_root(policies).hex(),
    }
