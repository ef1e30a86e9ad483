"""Receipts of entries and of scores."""

import json
import pathlib

from . import payload, shapes
from .dates import days, instant, iso
from .documents import document_leaf, policy_document
from .entry import parse_entry
from .findings import require
from .note import open_checkpoint
from .rules.bounds import out_of_bounds
from .scores import FULL, score
from .state import Policy, State
from .tree import inclusion_root, leaf_hash, tree_root
from .written import decimal, unbase64, unbase64_hash

MOST_SCORE_BYTES = 16 * 1024 * 1024
MOST_HASHES = 63
MOST_CONTESTS, MOST_SANCTIONS = 255, 10_000
STANDINGS = ("member", "subject", "accreditations")


def after(line, word):
    # check:receipt.words
    require(line.startswith(word), f"no line that begins with {word!r}")
    return line.removeprefix(word)


def receipt_entry(text, vkey):
    """The entry of a receipt, its place, and the checkpoint's size."""
    head, empty, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    require(empty and len(lines) >= 3, "it is no receipt")
    # check:receipt.header
    require(lines[0] == "c2sp.org/tlog-proof@v1", "it is no receipt")
    entry, index = unbase64(after(lines[1], "extra ")), decimal(after(lines[2], "index "))
    proof = [unbase64_hash(line) for line in lines[3:]]
    # check:receipt.proof
    require(len(proof) <= MOST_HASHES, "the proof is too long")
    size, root = open_checkpoint(checkpoint, vkey)
    # check:receipt.root
    require(inclusion_root(size, index, leaf_hash(entry), proof) == root, "the proof does not lead to the root")
    entry = parse_entry(entry)
    # check:receipt.ledger
    require(entry.event["ledger"] == vkey.split("+")[0], "the entry was signed for another ledger")
    return entry, index, size


def verify_receipt(path, vkey, as_of):
    # The bytes as they are: no end of a line may be taken for another.
    raw = pathlib.Path(path).read_bytes()
    if raw.lstrip().startswith(b"{"):
        return verify_score(payload.parse(raw, MOST_SCORE_BYTES), vkey, as_of)
    parsed, index, size = receipt_entry(raw.decode(), vkey)
    print(f"verified: entry {index} of {size}, event {parsed.id}")
    print(f"signed under {', '.join(parsed.keys)}; not checked: whose keys they are, and that the rules let it stand")
    print(parsed.payload.decode())


def verify_score(receipt, vkey, as_of):
    """A score with all that it is made of, against what the operator committed to."""
    shapes.check_receipt(receipt)
    commitment = receipt_entry(receipt["commitment"], vkey)[0]
    event = commitment.event
    require(event["type"] == "state.committed", "its commitment is another event")
    body = event["body"]

    def proven(one, form, name, size, root):
        document, proof = shapes.completed(form, one["document"]), [unbase64_hash(hash) for hash in one["proof"]]
        for line in document.get("assessments", []):
            # None at all is left out.
            if not any(line.get("experience", {}).values()):
                line.pop("experience", None)
        leaf = document_leaf(name, document)
        holds = inclusion_root(body[size], one["index"], leaf, proof).hex() == body[root]
        # check:receipt.document
        require(holds, f"the document of {name} is not what the operator committed to")
        return document

    dossier = receipt["dossier"]
    dossier = proven(dossier, "dossier", dossier["document"]["subject"], "subjects", "root")
    parties = [
        proven(one, "whole party", one["document"]["party"], "parties", "parties_root") for one in receipt["parties"]
    ]
    named = {one["assessor"] for one in dossier["assessments"]} | {one["endorser"] for one in dossier["endorsements"]}
    # check:receipt.parties
    require([one["party"] for one in parties] == sorted(named), "its parties are not those that the dossier names")
    policies = [policy_document(shapes.completed("version", row)) for row in receipt["policies"]]
    versions = [row["version"] for row in policies]
    # check:receipt.versions
    require(versions == sorted(set(versions)), "its versions do not ascend, each once")
    leaves = [document_leaf(row["version"], row) for row in policies]
    # check:receipt.policies
    require(tree_root(leaves).hex() == body["policies_root"], "the policies are not those committed to")
    as_of = days(as_of or body["date"])
    # check:receipt.date
    require(as_of >= days(body["date"]), f"the commitment is of {body['date']}: ask for that day or a later one")
    check_fit(dossier, parties, policies, body["size"])
    figure = score(state_of(dossier, parties, policies), dossier["subject"], as_of)["figure"]
    attested = set()
    for text in receipt["attestations"]:
        entry = receipt_entry(text, vkey)[0]
        # check:receipt.attestation
        require(entry.event["type"] == "state.attested", "an attestation is another event")
        said = entry.event["body"]
        if said == {name: body[name] for name in ("size", "date", "root", "parties_root", "policies_root")}:
            attested |= {claim(entry, key) for key in entry.keys}
    print(f"verified: {dossier['subject']} at size {body['size']} as of {iso(as_of)}")
    print(f"the state is of {body['date']}: nothing recorded later is in it, whatever the date asked for")
    # Whose keys they are stands in the log, not in a receipt.
    print("committed to by who " + ", ".join(claim(commitment, key) for key in commitment.keys))
    auditors = ", and by ".join(f"who {one}" for one in sorted(attested))
    print("attested by " + (auditors or "nobody: the operator's word only"))
    print(json.dumps(figure))


def check_fit(dossier, parties, policies, size):
    """Refuses documents of which no score can be made."""
    items = [one for kind in ("assessments", "endorsements", "sanctions", "contests") for one in dossier[kind]]
    items += [dossier["certificate"]] if "certificate" in dossier else []
    # check:receipt.seq
    require(all(one["seq"] < size for one in items), "an item is not older than the commitment")
    # check:receipt.contests
    require(len(dossier["contests"]) <= MOST_CONTESTS, "more open contests than a policy allows")
    # check:receipt.sanctions
    require(len(dossier["sanctions"]) <= MOST_SANCTIONS, "more sanctions than are read")
    # check:receipt.bounds
    require(not any(out_of_bounds(row["policy"]) for row in policies), "a policy's numbers cannot be worked with")
    graded = {row["version"]: {one["id"] for criterion in row["policy"]["criteria"] for one in criterion["indicators"]}
              for row in policies}  # fmt: skip
    for one in dossier["assessments"]:
        # check:receipt.graded
        require(one["values"].keys() <= graded.get(one["policy"], set()), "a grade is not of its policy")
        # check:receipt.full
        require(all((value or 0) <= FULL for value in one["values"].values()), "a grade is above its highest")
    lines = [(one["party"], kind, line) for one in parties for kind in STANDINGS for line in one[kind]]
    # check:receipt.begins
    require(all(line["from_size"] and line["to_size"] != 0 for _, _, line in lines), "nothing stands at size 0")
    # check:receipt.subject
    require(all(kind != "subject" or is_subject(name) for name, kind, _ in lines), "a subject's id names no subject")


def is_subject(name):
    return shapes.PATTERNS["subject"].fullmatch(name)


def claim(entry, key):
    return f"claims to be {entry.event['issuer']}, key {key}"


def state_of(dossier, parties, policies):
    """A state that knows what one score is made of."""
    state = State()
    standing = [row for row in policies if row["to_size"] is None]
    state.policies = [Policy(row["version"], days(row["effective_from"]), row["policy"], None) for row in standing]

    def last(rows):
        return rows[-1] if rows and rows[-1]["to_size"] is None else None

    for one in parties:
        name = one["party"]
        if member := last(one["member"]):
            state.members[name] = member | {"active": member["standing"] == "active"}
        if one["subject"]:
            group = one["subject"][-1]["group"]
            state.subjects[name] = {"group": group, "enrolled": last(one["subject"]) is not None}
        if granted := last(one["accreditations"]):
            state.accreditations[name] = granted
        for key in one["keys"]:
            since = [instant(found["from"]) for found in key["invalid"]]
            state.keys[key["key"]] = {"invalid_from": min(since, default=None)}

    def items(kind, line):
        return [
            one | {"id": one["event"], "at": instant(one["at"]), "on": days(one["on"])} | line(one)
            for one in dossier[kind]
        ]

    own = {
        "enrolled": dossier["enrolment"] is not None,
        "assessments": items(
            "assessments",
            lambda one: {
                "by": one["assessor"],
                "from": days(one["counts_from"]),
                "until": one["valid_until"] and days(one["valid_until"]),
                "grades": one["values"],
            },
        ),
        "endorsements": items(
            "endorsements",
            lambda one: {"by": one["endorser"], "last": days(one["expires_on"]), "void": one["voided_by"]},
        ),
        "sanctions": items(
            "sanctions",
            lambda one: {
                "first": days(one["starts_on"]),
                "last": one["ends_on"] and days(one["ends_on"]),
                "term": one["term_days"],
            },
        ),
        "contests": items(
            "contests",
            lambda one: {"admit_by": None, "clock": (one["decide_by"] and days(one["decide_by"]), None)},
        ),
    }
    own["certificate"] = None
    state.subjects[dossier["subject"]] = state.subjects.get(dossier["subject"], {}) | own
    return state
