// The golden vectors that all implementations share: events, notes, trees, documents, receipts, scores.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { blake3 } from "../../src/web/assets/js/blake3.js";
import { concat, fromBase64, fromHex, toBase64, toHex, utf8 } from "../../src/web/assets/js/bytes.js";
import * as documents from "../../src/web/assets/js/documents.js";
import { openEntry } from "../../src/web/assets/js/entry.js";
import { parse } from "../../src/web/assets/js/json.js";
import { leafHash, root, verifyConsistency, verifyInclusion } from "../../src/web/assets/js/merkle.js";
import { openCheckpoint, readVkey, writeVkey } from "../../src/web/assets/js/notes.js";
import { envelope, eventId, openEnvelope, pae, read, write } from "../../src/web/assets/js/payload.js";
import { sha256 } from "../../src/web/assets/js/sha256.js";
import { verifies } from "../../src/web/assets/js/ed25519.js";

/** @param {string} name */
const file = (name) => readFileSync(new URL(`../vectors/${name}`, import.meta.url), "utf8");
/** @param {string} text @param {number} nth */
const fenced = (text, nth) => text.split("```\n")[2 * nth + 1];
const EVENT = file("event.md");
const C2SP = file("c2sp.md");
const KEY = fromHex("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8");

/** @param {string} row */
function cell(row) {
  const line = EVENT.split("\n").find((one) => one.includes(row)) ?? "";
  return line.slice(line.lastIndexOf(" | ")).split("`")[1];
}

test("SHA-256 as Node has it, at every length of a block", () => {
  for (let length = 0; length < 200; length++) {
    const some = Uint8Array.from({ length }, (_, at) => (at * 7) & 255);
    const expected = createHash("sha256").update(some).digest("hex");
    assert.equal(toHex(sha256(some.slice(0, 30), some.slice(30))), expected);
  }
});

test("one event, from payload to leaf", async () => {
  const payload = utf8(fenced(EVENT, 0).trimEnd());
  const event = read(payload);
  assert.deepEqual(write(event), payload);
  const signature = fromBase64(cell("| signature over the PAE"), 64);
  assert.equal(await verifies(KEY, signature, pae(payload)), true);
  assert.equal(eventId(payload), cell("| event id, BLAKE3(PAE)"));
  const opened = openEnvelope(parse(utf8(JSON.stringify(envelope(payload, [{ key: KEY, signature }])))));
  assert.deepEqual(opened, { payload, signed: [{ key: KEY, signature }] });

  const header = new Uint8Array(42);
  const view = new DataView(header.buffer);
  header[0] = 1;
  view.setBigUint64(1, 1_795_143_845_678n);
  header.set(blake3(utf8("ledger.example/2026")), 9);
  header[41] = 1;
  const entry = concat(header, KEY, signature, payload);
  assert.equal(entry.length, 358);
  assert.ok(EVENT.includes(`358, \`${toHex(blake3(entry))}\``));
  assert.equal(toBase64(leafHash(entry)), cell("| its Merkle leaf hash"));
  const read_back = await openEntry(entry);
  assert.equal(read_back.recordedAt.toISOString(), "2026-11-20T03:04:05.678Z");
  assert.deepEqual(read_back.keys, [toHex(KEY)]);
  for (let at = 42; at < entry.length; at += 7) {
    const other = entry.slice();
    other[at] ^= 1;
    await assert.rejects(openEntry(other), { name: "Refused" }, `byte ${at}`);
  }
});

test("notes and checkpoints", async () => {
  const named = "ledger.example/2026+7b9db1ed+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
  assert.ok(C2SP.includes(named));
  assert.equal(writeVkey("ledger.example/2026", KEY), named);
  const log = readVkey(named);
  const whole = fenced(C2SP, 1);
  const checkpoint = await openCheckpoint(whole, log);
  assert.equal(checkpoint.size, 70_000n);
  assert.deepEqual(checkpoint.others, []);
  const others = C2SP.split("\n").find((line) => line.startsWith("— witness.example"));
  const seen = await openCheckpoint(`${whole}${others}\n`, log);
  assert.deepEqual(seen.others, ["witness.example/w1"], "a witness's line is told, not believed");
  const wrong = [
    [whole.replace("70000", "70001"), "checkpoint.signature"],
    [whole.replace("70000", "070000"), "checkpoint.malformed"],
    [whole.replace("ledger.example/2026\n", "ledger.example/2027\n"), "checkpoint.origin"],
    [whole.replace("e52x7WTT", "e52x7WTU"), "checkpoint.signature"],
    [whole.replace("— ledger", "- ledger"), "checkpoint.malformed"],
    [whole.replace("— ledger.example/2026 ", "— ledger.example/2026x "), "checkpoint.unsigned"],
    [whole.trimEnd(), "checkpoint.malformed"],
    [`${whole}\n`, "checkpoint.malformed"],
  ];
  for (const [note, code] of wrong) await assert.rejects(openCheckpoint(note, log), { code }, note);
  for (const bad of ["", "a+b+c", named.replace("7b9d", "7b9e"), named.replace("/2026", "/2025"), `${named}=`]) {
    assert.throws(() => readVkey(bad), { code: "vkey.malformed" }, bad);
  }
  const small = writeVkey("small", Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 1 : 0)));
  assert.throws(() => readVkey(small), { code: "vkey.malformed" });
});

test("trees and their proofs", () => {
  const merkle = JSON.parse(file("merkle.json"));
  const sizes = Object.keys(merkle.roots).map(Number);
  const leaves = Array.from({ length: Math.max(...sizes) }, (_, at) => leafHash(utf8(String(at))));
  const sized = [...sizes, ...merkle.consistency.map((/** @type {{from: number}} */ one) => one.from)];
  const roots = new Map(sized.map((size) => [size, root(leaves.slice(0, size))]));
  const rootOf = (/** @type {number} */ size) => roots.get(size) ?? assert.fail(`no root of ${size}`);
  for (const size of sizes) assert.equal(toBase64(rootOf(size)), merkle.roots[size], `root of ${size}`);
  assert.ok(merkle.inclusion.length > 3 && merkle.consistency.length > 3);
  for (const one of merkle.inclusion) {
    const proof = one.proof.map((/** @type {string} */ hash) => fromBase64(hash, 32));
    const [size, index] = [BigInt(one.size), BigInt(one.index)];
    verifyInclusion(size, index, leaves[one.index], proof, rootOf(one.size));
    const wrong = { code: "proof.wrong" };
    assert.throws(() => verifyInclusion(size, index, leaves[one.index + 1] ?? KEY, proof, rootOf(one.size)), wrong);
    assert.throws(() => verifyInclusion(size, size, leaves[one.index], proof, rootOf(one.size)), wrong);
    assert.throws(() => verifyInclusion(size, index, leaves[one.index], [...proof, KEY], rootOf(one.size)), wrong);
    if (proof.length > 0) {
      assert.throws(() => verifyInclusion(size, index, leaves[one.index], proof.slice(1), rootOf(one.size)), wrong);
    }
  }
  for (const one of merkle.consistency) {
    const proof = one.proof.map((/** @type {string} */ hash) => fromBase64(hash, 32));
    const [from, to] = [rootOf(one.from), rootOf(one.to)];
    verifyConsistency(BigInt(one.from), from, BigInt(one.to), to, proof);
    const wrong = { code: "proof.wrong" };
    assert.throws(() => verifyConsistency(BigInt(one.from), KEY, BigInt(one.to), to, proof), wrong);
    if (one.from !== 0) assert.throws(() => verifyConsistency(BigInt(one.from), from, BigInt(one.to), KEY, proof), wrong);
    assert.throws(() => verifyConsistency(BigInt(one.from), from, BigInt(one.to), to, [...proof, KEY]), wrong);
  }
});

test("documents are written as they were", () => {
  const vectors = JSON.parse(file("dossier-1.json"));
  const shapes = { dossier: documents.dossier, party: documents.wholeParty, policy: documents.version };
  for (const [kind, shape] of Object.entries(shapes)) {
    const written = utf8(vectors[kind]);
    const document = shape(parse(written, 1 << 20), kind);
    assert.equal(Buffer.from(documents.bytes(document)).toString(), vectors[kind], kind);
  }
});

test("every payload of the vectors of judgements is read, and written alike", () => {
  let seen = 0;
  for (let number = 1; number <= 37; number++) {
    for (const line of file(`judgements/${String(number).padStart(2, "0")}.jsonl`).trim().split("\n")) {
      const one = JSON.parse(line);
      if (one.is !== "recorded") continue;
      const payload = utf8(one.event);
      assert.equal(Buffer.from(write(read(payload))).toString(), one.event);
      seen += 1;
    }
  }
  assert.ok(seen > 500, `${seen}`);
});

test("JSON that readers take differently is refused", () => {
  const bad = [
    '{"a":1,"a":2}', '{"a":1,"\\u0061":2}', "9007199254740992", "1.0", "1e3", "-0", "01", "+1", "NaN", "[1,]", "{}x",
    '"\\ud800"', '"\n"', "'a'", "[".repeat(17) + "]".repeat(17), "", "\ufeff{}", '{"a" 1}', '"a', '"\\x"', "tru",
  ];
  for (const text of bad) assert.throws(() => parse(utf8(text)), { name: "Malformed" }, text);
  assert.throws(() => parse(Uint8Array.of(0x22, 0xff, 0x22)), { name: "Malformed" });
  assert.throws(() => parse(utf8(`"${"a".repeat(40_000)}"`)), { name: "Malformed" });
  const good = parse(utf8(' {"__proto__":[9007199254740991,-1,0],"b":{"\\u00e9\\/":null},"c":"\\"\\\\"} '));
  assert.equal(JSON.stringify(good), '{"__proto__":[9007199254740991,-1,0],"b":{"é/":null},"c":"\\"\\\\"}');
});
