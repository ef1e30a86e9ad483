"""The Merkle tree of RFC 6962 and its proofs."""

import hashlib

from .findings import require


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf_hash(entry):
    return sha256(b"\x00", entry)


def node_hash(left, right):
    return sha256(b"\x01", left, right)


def tree_root(leaves):
    """RFC 6962: the left subtree is the largest complete one."""
    if not leaves:
        return sha256()
    while len(leaves) > 1:
        # Level by level; an odd last hash is lifted as it is.
        pairs = [node_hash(leaves[at], leaves[at + 1]) for at in range(0, len(leaves) - 1, 2)]
        leaves = pairs + (leaves[-1:] if len(leaves) % 2 else [])
    return leaves[0]


def inclusion_root(size, index, leaf, proof):
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3.2)."""
    require(index < size, "the entry lies beyond the checkpoint")
    node, last, result = index, size - 1, leaf
    for sibling in proof:
        require(last > 0, "the proof is too long")
        if node & 1 or node == last:
            result = node_hash(sibling, result)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        node, last = node >> 1, last >> 1
    require(last == 0, "the proof is too short")
    return result
