// Whole numbers, exactly: what would leave the integers that a number holds is refused, not rounded.

import { Malformed } from "./bytes.js";

/** @param {number} number */
function exact(number) {
  if (!Number.isSafeInteger(number)) throw new Malformed(`${number} is no whole number that is held exactly`);
  return number;
}

/**
 * A quotient, rounded down, also below zero.
 * @param {number} number
 * @param {number} by greater than 0
 */
export function quotient(number, by) {
  const rest = exact(number) % exact(by);
  return exact((number - rest) / by) - (rest < 0 ? 1 : 0);
}

/**
 * So many parts per mille of a number, rounded down.
 * @param {number} number
 * @param {number} permille
 */
export function permille(number, permille) {
  return quotient(number * permille, 1000);
}

/**
 * A sum over some things.
 * @template T
 * @param {T[]} things
 * @param {(thing: T) => number} of
 */
export function sum(things, of) {
  return exact(things.reduce((sum, one) => sum + of(one), 0));
}
