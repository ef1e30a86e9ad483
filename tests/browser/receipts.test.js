// Receipts: the committed one, those of a running demo where PROGRAM_LEDGER names it, and none that was tampered with.

import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { concat, fromHex, toBase64, utf8 } from "../../src/web/assets/js/bytes.js";
import { leafHash } from "../../src/web/assets/js/merkle.js";
import { readVkey, writeVkey } from "../../src/web/assets/js/notes.js";
import { pae, write } from "../../src/web/assets/js/payload.js";
import { parseReceipt, verifyReceipt, writeReceipt } from "../../src/web/assets/js/receipt.js";
import { verifyFile, verifyScoreReceipt } from "../../src/web/assets/js/score_receipt.js";

/** @typedef {any} Json */

/** @param {string} name */
const file = (name) => readFileSync(new URL(`../vectors/receipt/${name}`, import.meta.url), "utf8");
const LOG = readVkey(file("log.vkey").trim());
const RECEIPT = file("score.json");
const LEDGER = process.env.PROGRAM_LEDGER;
const REFUSED = { name: "Refused" };

test("the committed receipt holds, and its score is the worked example's", async () => {
  const found = await verifyScoreReceipt(utf8(RECEIPT), LOG);
  assert.deepEqual(found.figure, {
    state: "rated", score: 7982, range: { low: 7117, high: 8847 }, band: "B", confidence: "medium",
  });
  assert.equal(found.base, 8007);
  assert.deepEqual(found.without_contested, {
    state: "rated", score: 8313, range: { low: 7448, high: 9178 }, band: "B", confidence: "medium",
  });
  assert.equal(found.attested[0].issuer, "bach-tin");
  assert.deepEqual(found.commitment.checkpoint.others, []);
  await assert.rejects(verifyScoreReceipt(utf8(RECEIPT), LOG, "2026-11-26"), { code: "as_of.before_size" });
  const later = await verifyScoreReceipt(utf8(RECEIPT), LOG, "2027-11-26");
  assert.equal(later.figure.state, "not_rated");
});

/**
 * Another value of the same kind.
 * @param {Json} value
 * @returns {Json}
 */
function other(value) {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  if (value === null) return 1;
  if (Array.isArray(value)) return value.length > 0 ? value.slice(1) : [1];
  // What is left out may mean null: a member that is not known is always another document.
  if (typeof value === "object") return { ...value, more: 1 };
  const at = Math.floor(value.length / 2);
  return value.slice(0, at) + (value[at] === "0" ? "1" : "0") + value.slice(at + 1);
}

/**
 * Every place of a document: what holds it, its name, and the path to it.
 * @param {Json} value
 * @param {string} path
 * @returns {Generator<[Json, string, string]>}
 */
function* places(value, path) {
  for (const name of Object.keys(value)) {
    yield [value, name, `${path}/${name}`];
    if (value[name] !== null && typeof value[name] === "object") yield* places(value[name], `${path}/${name}`);
  }
}

test("a receipt in which any member was changed, left out or added is refused", async () => {
  const receipt = JSON.parse(RECEIPT);
  let tried = 0;
  for (const [holder, name, path] of places(receipt, "")) {
    const before = holder[name];
    // A receipt without any attestations is one that says less, and holds.
    if (path === "/attestations" || path === "/attestations/0") continue;
    holder[name] = other(before);
    if (JSON.stringify(holder[name]) !== JSON.stringify(before)) {
      await assert.rejects(verifyFile(utf8(JSON.stringify(receipt)), LOG), REFUSED, path);
      tried += 1;
    }
    holder[name] = before;
  }
  assert.ok(tried > 500, `${tried}`);
  receipt.more = 1;
  await assert.rejects(verifyFile(utf8(JSON.stringify(receipt)), LOG), { code: "score_receipt.malformed" });
  const twice = RECEIPT.replace('"format":', '"format":"score-receipt/1","format":');
  await assert.rejects(verifyFile(utf8(twice), LOG), { code: "score_receipt.malformed" });
});

test("an entry's receipt holds, and with any line changed is refused", async () => {
  const receipt = JSON.parse(RECEIPT);
  for (const text of [receipt.commitment, receipt.attestations[0]]) {
    assert.equal(writeReceipt(parseReceipt(text)), text);
    const found = await verifyFile(utf8(text), LOG);
    assert.ok(found.kind === "entry" && found.checkpoint.size === 326n);
    const lines = text.split("\n");
    for (let at = 0; at < lines.length - 1; at++) {
      const changed = [...lines.slice(0, at), other(lines[at] || "x"), ...lines.slice(at + 1)].join("\n");
      await assert.rejects(verifyFile(utf8(changed), LOG), REFUSED, `line ${at}`);
      const shorter = [...lines.slice(0, at), ...lines.slice(at + 1)].join("\n");
      await assert.rejects(verifyFile(utf8(shorter), LOG), REFUSED, `without line ${at}`);
    }
  }
  const swapped = { ...receipt, commitment: receipt.attestations[0] };
  await assert.rejects(verifyFile(utf8(JSON.stringify(swapped)), LOG), { code: "score_receipt.event" });
  for (const junk of ["", "{", "[]", "{}", "\0", " \n"]) await assert.rejects(verifyFile(utf8(junk), LOG), REFUSED);
});

test("an event that was signed for another ledger proves nothing in this one", async () => {
  const seed = Buffer.from("302e020100300506032b657004220420" + "07".repeat(32), "hex");
  const key = createPrivateKey({ key: seed, format: "der", type: "pkcs8" });
  const raw = fromHex(createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32).toString("hex"));
  const origin = "ledger.example/this";
  const log = readVkey(writeVkey(origin, raw));
  /** @param {string} ledger */
  const receipt = (ledger) => {
    const payload = write({ ledger, type: "code.published", issuer: "council", issued_at: "2026-11-20T03:04:05.678Z", body: {} });
    const header = new Uint8Array(42);
    [header[0], header[41]] = [1, 1];
    const entry = concat(header, raw, new Uint8Array(sign(null, pae(payload), key)), payload);
    const text = `${origin}\n1\n${toBase64(leafHash(entry))}\n`;
    const signed = toBase64(concat(log.id, new Uint8Array(sign(null, utf8(text), key))));
    return writeReceipt({ entry, index: 0n, proof: [], checkpoint: `${text}\n— ${origin} ${signed}\n` });
  };
  assert.equal((await verifyReceipt(receipt(origin), log)).event.ledger, origin);
  await assert.rejects(verifyReceipt(receipt("ledger.example/other"), log), { code: "ledger.other" });
});

/** @param {string} path */
async function asked(path) {
  const answer = await fetch(`${LEDGER}${path}`);
  assert.equal(answer.status, 200, path);
  return new Uint8Array(await answer.arrayBuffer());
}

/** @param {string} path @returns {Promise<Json>} */
const json = async (path) => JSON.parse(Buffer.from(await asked(path)).toString());

/** @param {Json} served */
function figureOf(served) {
  if (served.standing.state !== "rated") return { state: served.standing.state };
  const { score, range, band, confidence } = served;
  return { state: "rated", score, range, band, confidence };
}

test("every KOL of a demo: the receipt holds, and the score made anew is the one served", { skip: !LEDGER }, async () => {
  const log = readVkey((await json("/v1/ledger")).log_vkey);
  const { subjects } = await json("/v1/subjects?limit=1000");
  const policies = (await json("/v1/policies")).policies;
  const days = [undefined, ...policies.map((/** @type {Json} */ one) => one.effective_from)];
  /** @type {Set<string>} */
  const engines = new Set();
  const states = new Set();
  assert.ok(subjects.length >= 19, `${subjects.length}`);
  for (const { subject } of subjects) {
    const receipt = await asked(`/v1/subjects/${subject}/receipt`);
    const first = await verifyScoreReceipt(receipt, log);
    for (const day of days.filter((one) => one === undefined || one > first.date)) {
      const found = await verifyScoreReceipt(receipt, log, day);
      const served = await json(`/v1/subjects/${subject}/score?size=${found.size}&as_of=${found.asOf}`);
      assert.deepEqual(found.figure, figureOf(served), subject);
      assert.equal(found.base, served.base, subject);
      assert.equal(found.agreement, served.agreement_permille, subject);
      const without = served.without_contested;
      assert.deepEqual(found.without_contested, without === null ? null : figureOf(without), subject);
      const told = served.criteria.map((/** @type {Json} */ one) => one.indicators.map((/** @type {Json} */ each) => each.counted ?? null));
      assert.deepEqual(found.criteria.map((one) => one.indicators.map((each) => each.counted)), told, subject);
      engines.add(found.engine);
      states.add(found.figure.state);
    }
  }
  assert.deepEqual([...engines].sort(), ["score/1", "score/2"], "both engines were asked");
  assert.ok(states.size >= 3, [...states].join());
  const { size } = await json("/v1/ledger");
  for (const seq of [0, 1, Math.floor(size / 2), size - 1]) {
    const text = Buffer.from(await asked(`/v1/receipts/${seq}`)).toString();
    const found = await verifyFile(utf8(text), log);
    const event = await json(`/v1/events/${seq}`);
    assert.ok(found.kind === "entry" && found.index === BigInt(seq));
    assert.equal(found.id, event.id);
  }
});
