"""Receipts of entries and of scores on the honest ledger: honest ones, and what could be made of them."""

import base64
import json

from attacks import KOL, Ledger, withdrawal
from forge import public, secret, vkey_of
from misspelt import changed, misspelt_receipts, misspelt_scores, written
from verify.documents import document_leaf, dossier_document, policy_document
from verify.tree import inclusion_root, leaf_hash, tree_root


def inclusion(leaves, index):
    """RFC 6962's proof that a leaf is in the tree over these."""
    if len(leaves) == 1:
        return []
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if index < half:
        return [*inclusion(leaves[:half], index), tree_root(leaves[half:])]
    return [*inclusion(leaves[half:], index - half), tree_root(leaves[:half])]


def receipt(export, index):
    proof = inclusion([leaf_hash(one) for one in export.entries], index)
    lines = [b"c2sp.org/tlog-proof@v1", b"extra " + base64.b64encode(export.entries[index]), b"index %d" % index]
    return b"\n".join([*lines, *map(base64.b64encode, proof), b"", export.checkpoint()])


def receipt_over(export, size, index, proof):
    """A receipt of the last entry by an operator who signs whatever root the proof leads to."""
    entry = export.entries[-1]
    root = inclusion_root(size, index, leaf_hash(entry), proof)
    note = export.checkpoint(f"{export.origin}\n{size}\n{base64.b64encode(root).decode()}\n".encode())
    lines = [b"c2sp.org/tlog-proof@v1", b"extra " + base64.b64encode(entry), b"index %d" % index]
    return b"\n".join([*lines, *map(base64.b64encode, proof), b"", note])


def receipts(ledger):
    """An honest receipt, and others each with the check that refuses it."""
    other = ledger.export.copy()
    foreign = withdrawal(ledger).replace(ledger.origin.encode(), b"it/other")
    other.sign(ledger.at, foreign, [public(secret("business")).hex()])
    whole, last = receipt(ledger.export, 4), len(other.entries) - 1
    lines = whole.split(b"\n")
    lines[3] = base64.b64encode(bytes(32))
    vkey = vkey_of(ledger.origin, ledger.export.log_key)
    vkeys = [vkey.replace("+", "+0", 1), vkey + "=", vkey.upper(), vkey[:-4] + " " + vkey[-4:]]
    return whole, [
        ("receipt.root", b"\n".join(lines)),
        ("receipt.ledger", receipt(other, last)),
        ("receipt.proof", receipt_over(ledger.export, 2**64 - 1, 0, [bytes(32)] * 64)),
        ("written.range", receipt_over(ledger.export, 2**64 + 1, 2**64, [bytes(32)])),
        ("written.hash", receipt_over(ledger.export, 2, 1, [bytes(31)])),
        *misspelt_receipts(ledger, whole),
        *(("vkey.form", whole, None, other) for other in vkeys),
    ]


def documents(ledger):
    """The dossiers and parties by name, and the policies, that the ledger stands for."""
    state = ledger.state
    dossiers = {name: dossier_document(state, name) for name in sorted(state.subjects)}
    parties = {name: rows | {"party": name} for name, rows in sorted(state.parties.items()) if any(rows.values())}
    return dossiers, parties, [policy_document(row) for row in state.published]


def score_receipt(ledger, dossiers, parties, policies):
    """A score with all that it is made of, from the documents that the last entry commits to."""

    def proven(documents, name):
        leaves = [document_leaf(*one) for one in documents.items()]
        place = list(documents).index(name)
        proof = [base64.b64encode(one).decode() for one in inclusion(leaves, place)]
        return {"document": documents[name], "index": place, "proof": proof}

    return {
        "format": "score-receipt/1",
        "commitment": receipt(ledger.export, len(ledger.export.entries) - 1).decode(),
        "dossier": proven(dossiers, KOL),
        "parties": [proven(parties, "business")],
        "policies": policies,
        "attestations": [],
    }


def committed(ledger, change):
    """A receipt of documents that were changed before the operator committed to them."""
    other, (dossiers, parties, policies) = Ledger.of_copy(ledger), json.loads(json.dumps(documents(ledger)))
    change(dossiers[KOL], parties["business"], policies)

    def root(named):
        return tree_root([document_leaf(*one) for one in named]).hex()

    versions = root((row["version"], row) for row in policies)
    other.commit(root=root(dossiers.items()), parties_root=root(parties.items()), policies_root=versions)
    return written(score_receipt(other, dossiers, parties, policies))


def unfit(ledger):
    """Receipts of documents from which no score follows, whoever committed to them."""

    def more(kind, count=1, **parts):
        def change(dossier, *_):
            line = {name: dossier["endorsements"][0][name] for name in ("at", "event", "on", "seq")}
            line |= {"key": dossier["endorsements"][0]["key"]} if kind == "assessments" else {}
            dossier[kind] = [line | lines[kind] | parts] * count

        return change

    day, id = "2026-11-25", "ab" * 32
    lines = {
        "assessments": {"assessor": "business", "conflict": False, "counts_from": day, "fee": False}
        | {"policy": 1, "reply": None, "valid_until": None, "values": {"I1": 10_000}},
        "sanctions": {"basis": {"conduct": "I1"}, "ends_on": day, "lifted": False, "reply": None, "severity": "S1"}
        | {"starts_on": day, "term_days": None, "urgent": False},
        "contests": {"decide_by": None, "grounds": "procedure", "target": id},
    }
    yield "", committed(ledger, more("assessments"))
    yield "", committed(ledger, more("assessments", experience={"days": 3, "overturned": 1}))
    yield "", committed(ledger, more("contests", 255))
    yield "", committed(ledger, more("sanctions", 10_000))
    yield "receipt.seq", committed(ledger, more("contests", seq=10**9))
    yield "receipt.contests", committed(ledger, more("contests", 256))
    yield "receipt.sanctions", committed(ledger, more("sanctions", 10_001))
    yield "receipt.graded", committed(ledger, more("assessments", policy=7))
    yield "receipt.graded", committed(ledger, more("assessments", values={"nothing": 1}))
    yield "receipt.full", committed(ledger, more("assessments", values={"I1": 10_001}))
    yield "receipt.bounds", committed(ledger, lambda _one, _party, rows: rows[0]["policy"].update(topics={}))
    yield "receipt.begins", committed(ledger, lambda _one, party, _rows: party["member"][0].update(from_size=0))
    line = {"from_size": 1, "group": "business", "to_size": None}
    yield "receipt.subject", committed(ledger, lambda _one, party, _rows: party.update(subject=[line]))
    yield "receipt.versions", committed(ledger, lambda _one, _party, rows: rows.extend(list(rows)))


def score_receipts(ledger):
    """Honest ones, and others each with the check that refuses it and the day asked for."""
    whole = score_receipt(ledger, *documents(ledger))

    def relate(one):
        one["dossier"]["document"]["endorsements"][0]["relation"] = "professional"

    def cheapen(one):
        one["policies"][0]["policy"]["sanction"]["public_days"] += 1

    def leave_out(one):
        del one["policies"][0]["to_size"]
        del one["dossier"]["document"]["endorsements"][0]["voided_by"]

    raw = written(whole)
    honest_ones = [raw, b" \t\r\n" + json.dumps(whole, indent="\t").encode() + b"\r\n", changed(whole, leave_out)]
    made = list(unfit(ledger))
    return [*honest_ones, *(one for mark, one in made if not mark)], [
        *((mark, one) for mark, one in made if mark),
        ("receipt.document", changed(whole, relate)),
        ("receipt.parties", written(whole | {"parties": []})),
        ("receipt.policies", changed(whole, cheapen)),
        (
            "receipt.attestation",
            changed(whole, lambda one: one["attestations"].append(receipt(ledger.export, 4).decode())),
        ),
        ("receipt.date", raw, "2026-11-01"),
        *misspelt_scores(whole),
    ]
