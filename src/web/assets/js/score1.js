// Rules 3 and 4 of `score/1`: a median, with dissent that counts, but only so far (SCORING.md).

import { quotient, sum } from "./whole.js";

/** @typedef {{value: number, weight: number}} Vote */
/** @typedef {import("./documents.js").Policy} Policy */
/** @typedef {import("./documents.js").Assessment} Assessment */

/**
 * Between the values at which half of the weight is reached and passed.
 * @param {Vote[]} votes
 */
export function median(votes) {
  const sorted = votes.toSorted((one, other) => one.value - other.value);
  const total = sum(sorted, (one) => one.weight);
  let reached = 0;
  /** @type {number | null} */
  let low = null;
  for (const { value, weight } of sorted) {
    reached += weight;
    if (low === null && 2 * reached >= total) low = value;
    if (2 * reached > total) return quotient((low ?? 0) + value, 2);
  }
  return quotient(low ?? 0, 2);
}

/**
 * The value that votes of groups make, one or more of them, and the weight that agrees with it.
 * @param {Vote[]} votes
 * @param {Policy["assessment"]} rule
 */
export function valued(votes, rule) {
  const { prior_weight: prior, prior_value: centre, agreement_distance: distance } = rule;
  const middle = median(votes);
  const agreeing = votes.filter((one) => Math.abs(one.value - middle) <= distance);
  const weight = sum(agreeing, (one) => one.weight);
  const near = prior * centre + sum(agreeing, (one) => one.weight * one.value);
  const first = quotient(near, prior + weight);
  const dissenting = votes.filter((one) => Math.abs(one.value - middle) > distance);
  const bounded = sum(dissenting, (one) => {
    const as = one.value < middle ? Math.min(middle - distance, first) : Math.max(middle + distance, first);
    return one.weight * as;
  });
  const value = quotient(near + bounded, prior + weight + sum(dissenting, (one) => one.weight));
  return { value, agreeing: weight, counted: null };
}

/** What a group's voice weighs, per mille: every group speaks equally loud. */
export function voice() {
  return 1000;
}
