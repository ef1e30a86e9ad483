// Rules 3 and 4 of `score/2`: the heavier side speaks in full, the lighter is heard up to `near`; and what a group's
// voice weighs by its experience (SCORING-2.md).

import { sum } from "./whole.js";

/** @typedef {import("./score1.js").Vote} Vote */
/** @typedef {import("./documents.js").Policy} Policy */
/** @typedef {import("./documents.js").Assessment} Assessment */

const FULL = 10_000;

/**
 * The votes on either side of a value, and how far up and down each side reaches.
 * @param {Vote[]} votes
 * @param {number} z
 * @param {number} near
 */
function sides(votes, z, near) {
  const above = votes.filter((one) => one.value >= z);
  const below = votes.filter((one) => one.value < z);
  const up = sum(above, (one) => one.weight);
  const down = sum(below, (one) => one.weight);
  return { above, below, weight: up + down, up: up > down ? FULL : near, down: down > up ? FULL : near };
}

/**
 * Which way votes and prior pull from a value; it falls strictly as the value rises.
 * @param {Vote[]} votes
 * @param {number} z
 * @param {Policy["assessment"]} rule
 */
function pull(votes, z, rule) {
  const { above, below, up, down } = sides(votes, z, rule.near ?? FULL);
  const upward = sum(above, (one) => one.weight * Math.min(one.value - z, up));
  const downward = sum(below, (one) => one.weight * Math.min(z - one.value, down));
  return rule.prior_weight * (rule.prior_value - z) + upward - downward;
}

/**
 * The value that votes of groups make, the weight that agrees with it, and what each vote counts as.
 * @param {Vote[]} votes
 * @param {Policy["assessment"]} rule
 */
export function valued(votes, rule) {
  let value = 0;
  let above = FULL + 1;
  while (above - value > 1) {
    const middle = (value + above) >> 1;
    if (pull(votes, middle, rule) >= 0) value = middle;
    else above = middle;
  }
  const agree = votes.filter((one) => Math.abs(one.value - value) <= rule.agreement_distance);
  return { value, agreeing: sum(agree, (one) => one.weight), counted: counted(votes, value, rule) };
}

/**
 * Every value voted for, with what it counts as, and what is left over: rounding, or a vote that the value stands on.
 * @param {Vote[]} votes
 * @param {number} at
 * @param {Policy["assessment"]} rule
 */
function counted(votes, at, rule) {
  const { up, down, weight: all } = sides(votes, at, rule.near ?? FULL);
  /** @type {Map<number, number>} */
  const weights = new Map();
  for (const { value, weight } of votes) weights.set(value, (weights.get(value) ?? 0) + weight);
  const lines = [...weights].sort(([one], [other]) => one - other).map(([value, weight]) => {
    const counts_as = Math.max(at - down, Math.min(value, at + up));
    return { value, weight, counts_as, part: weight * (counts_as - rule.prior_value) };
  });
  const held = sum(lines, (one) => one.part) - (rule.prior_weight + all) * (at - rule.prior_value);
  return { votes: lines, held };
}

/**
 * What a group's voice weighs, per mille.
 * @param {Assessment} assessment
 * @param {Policy["assessment"]} rule
 */
export function voice(assessment, rule) {
  if (rule.experience === null || rule.experience === undefined) return 1000;
  const { first_permille: first, step_permille: step, cost_days: cost } = rule.experience;
  const { days, overturned } = assessment.experience ?? { days: 0, overturned: 0 };
  return Math.max(first, Math.min(1000, first + step * Math.max(0, days - cost * overturned)));
}
