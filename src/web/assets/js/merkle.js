// The Merkle tree of RFC 6962 (SHA-256) and its proofs. Sizes and places are BigInt: they go up to 2^64 − 1.

import { equal, utf8 } from "./bytes.js";
import { require } from "./refused.js";
import { sha256 } from "./sha256.js";

/** @typedef {Uint8Array<ArrayBuffer>} Hash 32 bytes */

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/**
 * The hash of a leaf.
 * @param {Uint8Array<ArrayBuffer>} entry
 * @returns {Hash}
 */
export function leafHash(entry) {
  return sha256(LEAF, entry);
}

/**
 * The hash of a node.
 * @param {Hash} left
 * @param {Hash} right
 * @returns {Hash}
 */
export function nodeHash(left, right) {
  return sha256(NODE, left, right);
}

/**
 * The root over leaf hashes: the left side is the largest complete tree.
 * @param {Hash[]} leaves
 * @returns {Hash}
 */
export function root(leaves) {
  if (leaves.length === 0) return sha256(utf8(""));
  let row = leaves;
  while (row.length > 1) {
    /** @type {Hash[]} */
    const above = [];
    for (let at = 0; at < row.length; at += 2) {
      // The last of an odd row rises as it is.
      above.push(at + 1 < row.length ? nodeHash(row[at], row[at + 1]) : row[at]);
    }
    row = above;
  }
  return row[0];
}

/**
 * Refuses a proof that does not lead from a leaf to the root (RFC 9162, 2.1.3.2).
 * @param {bigint} size
 * @param {bigint} index
 * @param {Hash} leaf
 * @param {Hash[]} proof the leaf's sibling first
 * @param {Hash} expected the root
 */
export function verifyInclusion(size, index, leaf, proof, expected) {
  require(index < size, "proof.wrong", "the leaf lies beyond the tree");
  let node = index;
  let last = size - 1n;
  let hash = leaf;
  for (const sibling of proof) {
    require(last > 0n, "proof.wrong", "the proof is too long");
    if (node & 1n || node === last) {
      hash = nodeHash(sibling, hash);
      while (!(node & 1n) && node > 0n) [node, last] = [node >> 1n, last >> 1n];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [node >> 1n, last >> 1n];
  }
  require(last === 0n, "proof.wrong", "the proof is too short");
  require(equal(hash, expected), "proof.wrong", "the proof does not lead to the root");
}

/**
 * Refuses a proof that does not show one tree to be the beginning of another (RFC 9162, 2.1.4.2).
 * @param {bigint} from
 * @param {Hash} fromRoot
 * @param {bigint} to
 * @param {Hash} toRoot
 * @param {Hash[]} proof
 */
export function verifyConsistency(from, fromRoot, to, toRoot, proof) {
  require(from <= to, "proof.wrong", "the older tree is the larger");
  if (from === to || from === 0n) {
    require(proof.length === 0, "proof.wrong", "the proof is too long");
    const begins = from === 0n ? equal(fromRoot, root([])) : equal(fromRoot, toRoot);
    require(begins, "proof.wrong", "trees of one size with two roots");
    return;
  }
  // A complete older tree is a node of the newer one, and the proof leaves it out.
  const path = (from & (from - 1n)) === 0n ? [fromRoot, ...proof] : [...proof];
  let node = from - 1n;
  let last = to - 1n;
  while (node & 1n) [node, last] = [node >> 1n, last >> 1n];
  const first = path.shift();
  require(first, "proof.wrong", "the proof is too short");
  let older = first;
  let newer = first;
  for (const sibling of path) {
    require(last > 0n, "proof.wrong", "the proof is too long");
    if (node & 1n || node === last) {
      older = nodeHash(sibling, older);
      newer = nodeHash(sibling, newer);
      while (!(node & 1n) && node > 0n) [node, last] = [node >> 1n, last >> 1n];
    } else {
      newer = nodeHash(newer, sibling);
    }
    [node, last] = [node >> 1n, last >> 1n];
  }
  require(last === 0n, "proof.wrong", "the proof is too short");
  require(equal(older, fromRoot), "proof.wrong", "the proof does not lead to the older root");
  require(equal(newer, toRoot), "proof.wrong", "the proof does not lead to the newer root");
}
