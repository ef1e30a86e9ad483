// Acts as bytes: the payload, its commitments, what is signed, the signature and the envelope, equal to the golden vectors.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import * as acts from "../../src/web/assets/js/acts.js";
import { commitment } from "../../src/web/assets/js/blake3.js";
import { fromBase64, fromHex, toBase64, toHex, utf8 } from "../../src/web/assets/js/bytes.js";
import { authorization, countersigned, Draft } from "../../src/web/assets/js/draft.js";
import { verifies } from "../../src/web/assets/js/ed25519.js";
import * as identity from "../../src/web/assets/js/identity.js";
import { locked } from "../../src/web/assets/js/keys.js";
import { eventId, openEnvelope, pae, read, write } from "../../src/web/assets/js/payload.js";

/** @param {string} name */
const file = (name) => readFileSync(new URL(`../vectors/${name}`, import.meta.url), "utf8");
const EVENT = file("event.md");
/** @param {string} row */
function cell(row) {
  const line = EVENT.split("\n").find((one) => one.includes(row)) ?? "";
  return line.slice(line.lastIndexOf(" | ")).split("`")[1];
}
/** The seed of the vectors' key: 0, 1, … 31. */
const SEED = Uint8Array.from({ length: 32 }, (_, at) => at);
const KOL = "kol-0123456789abc";
const TARGET = "ab".repeat(32);

test("a draft has the bytes, the signature and the envelope of the vector", async () => {
  const payload = EVENT.split("```\n")[1].trimEnd();
  const draft = new Draft(read(utf8(payload)), []);
  assert.equal(Buffer.from(draft.payload).toString(), payload);
  assert.equal(draft.id, cell("| event id, BLAKE3(PAE)"));
  const key = await locked(SEED);
  const { envelope, attachments } = await draft.signed(key);
  const signature = cell("| signature over the PAE");
  assert.deepEqual(envelope.signatures, [{ keyid: key.id, sig: signature }]);
  assert.deepEqual(attachments, []);
  assert.equal(envelope.payload, toBase64(utf8(payload)));
  assert.deepEqual(await countersigned(key, draft.payload), { signatures: [{ keyid: key.id, sig: signature }] });
  assert.deepEqual(draft.unsigned().envelope.signatures, []);
});

test("an act is written as the ledger's own vectors write it", () => {
  /** @type {{[type: string]: (about: string, body: any) => acts.Act}} */
  const made = {
    "endorsement.published": (subject, body) =>
      acts.endorse({ subject, value_band: "under_10m", statement: "", ...body }),
    "endorsement.withdrawn": (subject, { target }) => acts.withdraw({ subject, target, reason: "" }),
    "contest.filed": (subject, { target, grounds }) => acts.contest({ subject, target, grounds, statement: "x" }),
    "assessment.replied": (subject, { notice }) =>
      acts.reply({ subject, of: "notice", target: notice, statement: "x" }),
    "sanction.replied": (subject, { proposal }) =>
      acts.reply({ subject, of: "proposal", target: proposal, statement: "x" }),
    "subject.enrolled": (subject, body) => acts.enrol({ subject, name: "n", handles: [], identity_key: "", ...body }),
  };
  const seen = new Map();
  for (let number = 1; number <= 37; number++) {
    for (const line of file(`judgements/${String(number).padStart(2, "0")}.jsonl`)
      .trim()
      .split("\n")) {
      const one = JSON.parse(line);
      if (one.is !== "recorded") continue;
      const vector = read(utf8(one.event));
      const act = made[vector.type]?.(vector.subject ?? "", vector.body);
      if (!act) continue;
      assert.equal(act.type, vector.type);
      // Who is controlled by another is enrolled from the command line.
      if (vector.type === "subject.enrolled") act.body.group = vector.body.group;
      // Salts are random: what is committed to is the vector's, and so are members that only some have.
      for (const { name } of act.attached) act.body[name] = vector.body[name];
      for (const [name, value] of Object.entries(vector.body)) if (!(name in act.body)) act.body[name] = value;
      for (const name of Object.keys(act.body)) if (!(name in vector.body)) delete act.body[name];
      const event = acts.event(act, vector.ledger, vector.issuer, new Date(vector.issued_at));
      assert.deepEqual(read(write(event)), vector);
      if (JSON.stringify(event.body) === JSON.stringify(vector.body))
        assert.equal(Buffer.from(write(event)).toString(), one.event);
      seen.set(vector.type, (seen.get(vector.type) ?? 0) + 1);
    }
  }
  for (const type of Object.keys(made)) assert.ok((seen.get(type) ?? 0) > 0, `no vector of ${type}`);
});

test("texts go along under fresh salts, and the body commits to each", async () => {
  const act = acts.contest({
    subject: KOL,
    target: TARGET,
    grounds: "factual_error",
    statement: " Video có nhãn.\r\nTừ giây đầu. ",
  });
  const draft = new Draft(acts.event(act, "a/0", KOL, new Date(0)), act.attached);
  const { envelope, attachments } = await draft.signed(await locked(SEED));
  assert.equal(attachments.length, 1);
  const [{ salt, media_type, bytes }] = attachments;
  assert.equal(media_type, "text/plain; charset=utf-8");
  assert.equal(Buffer.from(bytes, "base64").toString(), "Video có nhãn.\nTừ giây đầu.");
  const { payload } = openEnvelope(envelope);
  assert.equal(read(payload).body.statement, toHex(commitment(fromBase64(salt, 32), fromBase64(bytes))));
  const again = acts.contest({
    subject: KOL,
    target: TARGET,
    grounds: "factual_error",
    statement: "Video có nhãn.\nTừ giây đầu.",
  });
  assert.notEqual(again.body.statement, act.body.statement);
  assert.deepEqual(acts.text("reason", " \n "), []);
  assert.throws(() => acts.text("reason", "x".repeat(256 * 1024 + 1)), { code: "text.long" });
});

test("a sanction is imposed as proposed, from today on where that is later, and as long", () => {
  const proposed = {
    severity: "S2",
    basis: { conduct: "I1" },
    starts_on: "2026-11-01",
    ends_on: "2026-12-30",
    reason: TARGET,
  };
  const given = { subject: KOL, proposal: TARGET, proposed };
  const late = acts.impose({ ...given, today: "2026-11-11" });
  assert.deepEqual([late.body.starts_on, late.body.ends_on, late.by], ["2026-11-11", "2027-01-09", "council"]);
  assert.deepEqual([late.body.reason, late.attached], [TARGET, []]);
  const soon = acts.impose({ ...given, today: "2026-10-11" });
  assert.deepEqual([soon.body.starts_on, soon.body.ends_on], ["2026-11-01", "2026-12-30"]);
  assert.equal(acts.event(soon, "a/0", "dieu-phoi-1", new Date(0)).issuer, "council");
});

test("who reads is proven over the ledger's origin and the time", async () => {
  const key = await locked(SEED);
  const header = await authorization(key, "here/0", 10_000_000);
  const [scheme, rest] = header.split(" ");
  const [id, ms, proof] = rest.split(":");
  assert.deepEqual([scheme, id, ms], ["Tinnhiem", key.id, "10000000"]);
  const covered = utf8("DSSEv1 31 application/vnd.tinnhiem.reader 15 here/0\n10000000");
  assert.deepEqual(pae(utf8("here/0\n10000000"), "application/vnd.tinnhiem.reader"), covered);
  assert.ok(await verifies(fromHex(id), fromBase64(proof, 64), covered));
  assert.equal(await verifies(fromHex(id), fromBase64(proof, 64), pae(utf8("here/0\n10000000"))), false);
});

test("an identity number has one form, as the command line has it", () => {
  const spelled = [
    "012345678901",
    "0123 4567 8901\n",
    "\ufeff012.345.678.901\r\n",
    "012-345-678-901",
    "０１２３４５６７８９０１",
    "٠١٢٣٤٥٦٧٨٩٠١",
    "०१२३४५६७८९०१",
    "0123\u200b4567\u00a08901",
    "012–345/678_901",
    "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗𝟎𝟏",
  ];
  for (const one of spelled) assert.equal(identity.number(one), "012345678901", one);
  for (const one of ["b1234567", "B 1234567", "Ｂ１２３４５６７"]) assert.equal(identity.number(one), "B1234567");
  for (const one of [
    "",
    "1234",
    "CCCD 012345678901",
    "012345678901 ngày 1/2/2020 tại Huế",
    "A".repeat(9),
    "1".repeat(21),
  ]) {
    assert.throws(() => identity.number(one), { code: "identity.number" }, one);
  }
  const hex = "07".repeat(32);
  assert.equal(toHex(identity.secret(`\ufefftinnhiem-identity-secret:${hex}\n`)), hex);
  for (const bad of [hex, "tinnhiem-identity-secret:00", ""])
    assert.throws(() => identity.secret(bad), { code: "identity.secret" });
  assert.match(acts.randomSubject(), /^kol-[0-9a-hjkmnp-tv-z]{13}$/);
});

test("an id that somebody found fits the payload alone", () => {
  const one = utf8("{}");
  assert.notEqual(eventId(one), eventId(utf8("{ }")));
});
