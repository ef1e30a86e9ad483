// How votes become a value under either engine: the worked example of the scoring rules, number by number.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import * as score1 from "../../src/web/assets/js/score1.js";
import * as score2 from "../../src/web/assets/js/score2.js";
import { quotient } from "../../src/web/assets/js/whole.js";

/** @type {import("../../src/web/assets/js/documents.js").Policy} */
const POLICY = JSON.parse(readFileSync(new URL("../../src/demo/policy-1.json", import.meta.url), "utf8"));
const SECOND = { ...POLICY.assessment, near: 750, experience: { first_permille: 400, step_permille: 50, cost_days: 10 } };
const WEIGHTS = [1000, 850, 1000, 650, 1000];

/** @param {number[]} values */
const votes = (values) => values.map((value, at) => ({ value, weight: WEIGHTS[at] }));
const I1 = [10000, 10000, 10000, 10000, 0];
const I2 = [10000, 5000, 10000, 10000, 0];
const I3 = [10000, 10000, 5000, 10000, 0];
const I4 = [5000, 5000, 5000, 10000, 0];

test("score/1: a median with bounded dissent", () => {
  const expected = [[I1, 8921, 3500], [I2, 8504, 2650], [I3, 8431, 2500], [I4, 4828, 2850]];
  for (const [values, value, agreeing] of /** @type {[number[], number, number][]} */ (expected)) {
    assert.deepEqual(score1.valued(votes(values), POLICY.assessment), { value, agreeing, counted: null });
  }
});

test("score/2: the heavier side in full, the lighter up to near", () => {
  const expected = [
    [I1, 9085, 3500, [8335, 10000], 1500],
    [I2, 8650, 2650, [7900, 7900, 10000], 0],
    [I3, 8548, 2500, [7798, 7798, 10000], 1200],
    [I4, 5000, 2850, [4250, 5000, 10000], 2_500_000],
  ];
  for (const [values, value, agreeing, as, held] of /** @type {[number[], number, number, number[], number][]} */ (expected)) {
    const found = score2.valued(votes(values), SECOND);
    assert.deepEqual([found.value, found.agreeing, found.counted.held], [value, agreeing, held]);
    assert.deepEqual(found.counted.votes.map((one) => one.counts_as), as);
  }
  const four = [I1, I2, I3, I4].map((values) => score2.valued(votes(values.slice(0, 4)), SECOND).value);
  assert.deepEqual(four, [9268, 8880, 8790, 5141]);
});

test("the case in which score/1 breaks its promise, and score/2 keeps it", () => {
  const two = [{ value: 10000, weight: 229 }, { value: 7003, weight: 228 }];
  const three = [...two, { value: 6180, weight: 1 }];
  assert.deepEqual([two, three].map((one) => score1.valued(one, POLICY.assessment).value), [6381, 6514]);
  assert.deepEqual([two, three].map((one) => score2.valued(one, SECOND).value), [6515, 6514]);
});

test("a voice grows with experience, and overturned assessments cost it", () => {
  const voice = (/** @type {number} */ days, overturned = 0) =>
    score2.voice(/** @type {score2.Assessment} */ ({ experience: { days, overturned } }), SECOND);
  assert.deepEqual([voice(0), voice(1), voice(11), voice(12), voice(40)], [400, 450, 950, 1000, 1000]);
  assert.deepEqual([voice(20, 1), voice(20, 2), voice(5, 9)], [900, 400, 400]);
  assert.equal(score1.voice(), 1000);
});

test("quotients round down, and what is not exact is refused", () => {
  assert.deepEqual([quotient(7, 2), quotient(-7, 2), quotient(-8, 2), quotient(0, 3)], [3, -4, -4, 0]);
  assert.throws(() => quotient(2 ** 53, 3), { name: "Malformed" });
});
