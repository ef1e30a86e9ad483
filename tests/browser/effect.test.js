// What an act does is told from what the ledger answers, with its own figures.

import assert from "node:assert/strict";
import { test } from "node:test";

import { effect } from "../../src/web/assets/js/effect.js";
import { Words } from "../../src/web/assets/js/words.js";

const TARGET = "ab".repeat(32);
const SUBJECT = "kol-0123456789abc";
const RATED = { standing: { state: "rated" }, score: 7982, band: "B", policy: 2 };
const POLICY = {
  endorsement: { cap: 400 },
  sanction: { severities: { S1: { points: 150 }, S4: { points: 0, withholds: true } } },
};
const KEYS = ["now", "upheld", "endorse", "takes"].map(
  (key) => /** @type {[string, string]} */ ([`effect-${key}`, `${key} {}`]),
);
const words = new Words("en", new Map([...KEYS, ["effect-figure", "{} {}"], ["standing-withheld", "hidden"]]));

/** @param {{[path: string]: unknown}} answers */
const ledger = (answers) =>
  /** @type {import("../../src/web/assets/js/ledger.js").Ledger} */ (
    /** @type {unknown} */ ({ ask: async (/** @type {string} */ path) => answers[path] ?? assert.fail(path) })
  );
const PATH = `v1/subjects/${SUBJECT}/score`;

/** @param {string} type @param {{[name: string]: import("../../src/web/assets/js/json.js").Json}} body @param {{[path: string]: unknown}} more */
const told = (type, body, more = {}) =>
  effect(
    { ledger: "a/0", type, issuer: "x", subject: SUBJECT, issued_at: "", body },
    ledger({ [PATH]: RATED, "v1/policies/2": { policy: POLICY }, ...more }),
    words,
  );

test("each act says what it does to the score, by the ledger's own figures", async () => {
  const without = { ...RATED, score: 8313, band: "A" };
  const contest = await told("contest.filed", { target: TARGET }, { [`${PATH}?without=${TARGET}`]: without });
  assert.deepEqual(contest, ["now 79.82 B", "effect-contest", "upheld 83.13 A"]);
  assert.deepEqual(await told("endorsement.published", {}), ["now 79.82 B", "endorse 4.00"]);
  assert.deepEqual(await told("endorsement.withdrawn", {}), ["now 79.82 B", "effect-withdraw"]);
  assert.deepEqual(await told("sanction.imposed", { severity: "S1" }), ["now 79.82 B", "takes 1.50"]);
  assert.deepEqual(await told("sanction.imposed", { severity: "S4" }), ["now 79.82 B", "effect-withholds"]);
  assert.deepEqual(await told("sanction.replied", {}), ["now 79.82 B", "effect-reply"]);
  const hidden = { [PATH]: { standing: { state: "withheld" }, policy: 2 } };
  assert.deepEqual(await told("account.linked", {}, hidden), ["now hidden", "effect-see"]);
  assert.deepEqual(await told("subject.enrolled", {}), ["effect-enrolled"]);
});
