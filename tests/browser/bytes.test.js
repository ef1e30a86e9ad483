// How bytes are written: what is read back is what was written, and other spellings are refused.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as bytes from "../../src/web/assets/js/bytes.js";

const SOME = Uint8Array.from({ length: 256 }, (_, at) => at);

test("hex is lower-case and whole", () => {
  assert.deepEqual(bytes.fromHex(bytes.toHex(SOME)), SOME);
  assert.equal(bytes.toHex(SOME.slice(250)), "fafbfcfdfeff");
  for (const wrong of ["0", "0G", "AB", " 00", "0x"]) {
    assert.throws(() => bytes.fromHex(wrong), bytes.Malformed, wrong);
  }
  assert.throws(() => bytes.fromHex("00", 2), bytes.Malformed);
});

test("base64 has one spelling", () => {
  for (let length = 0; length < 256; length++) {
    const some = SOME.slice(0, length);
    assert.deepEqual(bytes.fromBase64(bytes.toBase64(some), length), some);
    assert.deepEqual(bytes.fromBase64Url(bytes.toBase64Url(some), length), some);
    assert.equal(bytes.toBase64(some), Buffer.from(some).toString("base64"));
    assert.equal(bytes.toBase64Url(some), Buffer.from(some).toString("base64url"));
  }
  for (const wrong of ["QQ", "QQ=", "QR==", "QQ==\n", "Q Q==", "-_-_", "=", "QQ==QQ=="]) {
    assert.throws(() => bytes.fromBase64(wrong), bytes.Malformed, wrong);
  }
  for (const wrong of ["Q", "QR", "QQ==", "+/+/", "QQ\n"]) {
    assert.throws(() => bytes.fromBase64Url(wrong), bytes.Malformed, wrong);
  }
  assert.throws(() => bytes.fromBase64("QQ==", 2), bytes.Malformed);
});

test("text is UTF-8, and what has none is refused", () => {
  const name = "\ufeffTrần Bảo Ngân 🙂";
  assert.equal(bytes.text(bytes.utf8(name)), name);
  assert.throws(() => bytes.utf8("\ud800"), bytes.Malformed);
  for (const wrong of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe1, 0xba]]) {
    assert.throws(() => bytes.text(Uint8Array.from(wrong)), bytes.Malformed);
  }
});

test("bytes are joined and compared", () => {
  const joined = bytes.concat(SOME.slice(0, 3), new Uint8Array(), SOME.slice(3));
  assert.ok(bytes.equal(joined, SOME));
  assert.ok(!bytes.equal(SOME, SOME.slice(1)));
  assert.ok(!bytes.equal(Uint8Array.of(1, 2), Uint8Array.of(1, 3)));
});
