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


def score_receipt(ledger):
    """A score with all that it is made of, from the state that the last entry commits to."""
    state = ledger.state
    dossiers = {name: dossier_document(state, name) for name in sorted(state.subjects)}
    parties = {name: rows | {"party": name} for name, rows in sorted(state.parties.items()) if any(rows.values())}

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
        "policies": [policy_document(row) for row in state.published],
        "attestations": [],
    }


def score_receipts(ledger):
    """Honest ones, and others each with the check that refuses it and the day asked for."""
    whole = score_receipt(ledger)

    def relate(one):
        one["dossier"]["document"]["endorsements"][0]["relation"] = "professional"

    def cheapen(one):
        one["policies"][0]["policy"]["quorum"]["groups"] = 1

    def leave_out(one):
        del one["policies"][0]["to_size"]
        del one["dossier"]["document"]["endorsements"][0]["voided_by"]

    twice = Ledger.of_copy(ledger)
    rows = [policy_document(row) for row in ledger.state.published] * 2
    twice.commit(policies_root=tree_root([document_leaf(row["version"], row) for row in rows]).hex())
    twofold = score_receipt(twice) | {"policies": rows}
    raw = written(whole)
    honest_ones = [raw, b" \t\r\n" + json.dumps(whole, indent="\t").encode() + b"\r\n", changed(whole, leave_out)]
    return honest_ones, [
        ("receipt.document", changed(whole, relate)),
        ("receipt.parties", written(whole | {"parties": []})),
        ("receipt.policies", changed(whole, cheapen)),
        ("receipt.versions", written(twofold)),
        ("receipt.date", raw, "2026-11-01"),
        *misspelt_scores(whole),
    ]
