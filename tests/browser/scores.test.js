// How votes become a value under either engine, by the worked example of the scoring rules; and what sanctions take.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { factsOf } from "../../src/web/assets/js/facts.js";
import { score } from "../../src/web/assets/js/score.js";
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

test("of two sanctions of one day the one recorded first makes the other graver", () => {
  const receipt = JSON.parse(readFileSync(new URL("../vectors/receipt/score.json", import.meta.url), "utf8"));
  const { document } = receipt.dossier;
  const parties = receipt.parties.map((/** @type {{document: object}} */ one) => one.document);
  /** @param {[string, number, string][]} sanctions each a severity, a seq and the first day */
  const taken = (...sanctions) => {
    const all = sanctions.map(([severity, seq, starts_on]) => ({ ...document.sanctions[0], severity, seq, starts_on }));
    const facts = factsOf({ ...document, sanctions: all }, parties, receipt.policies, 324);
    const { figure } = score(facts, "2026-11-27");
    assert.ok(figure.state === "rated");
    // What the score is without sanctions: 8007, and 225 for endorsements.
    return 8232 - figure.score;
  };
  const day = "2026-11-20";
  assert.deepEqual([taken(["S1", 69, day]), taken(["S2", 69, day])], [150, 500]);
  // An S2 makes whatever follows it a quarter graver, rounded down; an S1 makes nothing graver.
  const [first, second] = [500 + 187, 150 + 500];
  assert.deepEqual([taken(["S2", 69, day], ["S1", 70, day]), taken(["S1", 70, day], ["S2", 69, day])], [first, first]);
  assert.deepEqual([taken(["S1", 69, day], ["S2", 70, day]), taken(["S2", 70, day], ["S1", 69, day])], [second, second]);
  // Of different days the earlier comes first, whenever it was recorded.
  assert.equal(taken(["S1", 69, day], ["S2", 70, "2026-11-19"]), first);
  assert.equal(taken(["S2", 69, day], ["S1", 70, "2026-11-19"]), second);
});
