// Keys in files: what OpenSSL writes opens here, what is written here opens in OpenSSL, and what is changed does not.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { der, Der, integer } from "../../src/web/assets/js/der.js";
import { fromBase64, fromHex, toHex, utf8 } from "../../src/web/assets/js/bytes.js";
import { verifies } from "../../src/web/assets/js/ed25519.js";
import { brought, locked, made, signature } from "../../src/web/assets/js/keys.js";
import { isSealed, opened, plain, sealed, seedOf } from "../../src/web/assets/js/pkcs8.js";

const PHRASE = "đường dài hỏi ngựa";

/** @param {string[]} args @param {string | Buffer} [input] */
const openssl = (args, input) =>
  execFileSync("openssl", args, { input, encoding: "utf8", stdio: ["pipe", "pipe", "ignore"] });
/** @param {string} pem @param {string} [phrase] the public key in hex, as OpenSSL computes it */
function publicOf(pem, phrase) {
  const by = phrase === undefined ? [] : ["-passin", `pass:${phrase}`];
  const printed = openssl(["pkey", ...by, "-pubout"], pem);
  return toHex(fromBase64(printed.split("\n").slice(1, -2).join("")).slice(-32));
}

test("a plain key that OpenSSL makes signs here", async () => {
  const pem = openssl(["genpkey", "-algorithm", "ed25519"]);
  const { id, key } = await brought(pem, "");
  assert.equal(id, publicOf(pem));
  assert.equal(key.extractable, false);
  await assert.rejects(crypto.subtle.exportKey("pkcs8", key));
  const message = utf8("what is signed");
  assert.ok(await verifies(fromHex(id), await signature(key, message), message));
  assert.equal((await brought(pem.replaceAll("\n", "\r\n"), "")).id, id);
  assert.ok(!isSealed(pem));
});

test("a key under a pass phrase opens by it alone, however OpenSSL seals it", async () => {
  const plainPem = openssl(["genpkey", "-algorithm", "ed25519"]);
  const id = publicOf(plainPem);
  const ways = [
    openssl(["pkcs8", "-topk8", "-passout", `pass:${PHRASE}`], plainPem),
    openssl(
      ["pkcs8", "-topk8", "-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA512", "-passout", `pass:${PHRASE}`],
      plainPem,
    ),
    openssl(["pkcs8", "-topk8", "-v2prf", "hmacWithSHA1", "-iter", "5000", "-passout", `pass:${PHRASE}`], plainPem),
    openssl(["pkey", "-aes256", "-passout", `pass:${PHRASE}`], plainPem),
    openssl(["genpkey", "-algorithm", "ed25519", "-aes-256-cbc", "-pass", `pass:${PHRASE}`]),
  ];
  for (const [at, pem] of ways.entries()) {
    assert.ok(isSealed(pem));
    const found = await brought(pem, PHRASE);
    assert.equal(found.id, at === 4 ? publicOf(pem, PHRASE) : id);
    await assert.rejects(brought(pem, `${PHRASE} `), { code: "key.phrase" });
    await assert.rejects(brought(pem, ""), { code: "key.phrase" });
  }
});

test("what is written here opens in OpenSSL", async () => {
  const { id, key, file } = await made(PHRASE);
  assert.ok(file !== null && isSealed(file));
  assert.equal(publicOf(file, PHRASE), id);
  assert.equal((await brought(file, PHRASE)).id, id);
  assert.equal(key.extractable, false);
  const printed = openssl(["asn1parse"], file);
  for (const word of ["PBES2", "PBKDF2", "hmacWithSHA256", "aes-256-cbc"]) assert.ok(printed.includes(word), word);
  assert.throws(() => publicOf(file, "another"));
  const other = await made("");
  assert.equal(other.file, null);
  assert.equal(other.key.extractable, false);
});

test("a seed has one plain form, which OpenSSL reads", async () => {
  const seed = Uint8Array.from({ length: 32 }, (_, at) => at);
  assert.deepEqual(seedOf(plain(seed)), seed);
  assert.equal((await locked(seed)).id, "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8");
  // Version 2 has the public key behind.
  const second = der(
    0x30,
    integer(1),
    der(0x30, der(6, fromHex("2b6570"))),
    der(4, der(4, seed)),
    der(0x81, new Uint8Array(33)),
  );
  assert.deepEqual(seedOf(second), seed);
});

test("what is no such key is refused, wherever it is cut or changed", async () => {
  const seed = Uint8Array.from({ length: 32 }, (_, at) => 7 * at);
  const whole = plain(seed);
  for (let length = 0; length < whole.length; length++)
    assert.throws(() => seedOf(whole.slice(0, length)), { name: "Malformed" }, `${length}`);
  assert.throws(() => seedOf(Uint8Array.of(...whole, 0)), { name: "Malformed" });
  const rsa = openssl(["genpkey", "-algorithm", "x25519"]);
  await assert.rejects(opened(rsa, ""), { code: "key.kind" });
  const pem = await sealed(seed, PHRASE);
  for (const [text, code] of [
    ["", "key.malformed"],
    ["-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----", "key.malformed"],
    [pem.replace("END ENCRYPTED PRIVATE", "END PRIVATE"), "key.malformed"],
    [pem + pem, "key.malformed"],
    [openssl(["pkey", "-pubout"], openssl(["genpkey", "-algorithm", "ed25519"])), "key.malformed"],
  ]) {
    await assert.rejects(opened(text, PHRASE), { code }, text);
  }
});

test("lengths and integers are as short as they can be", () => {
  for (const size of [0, 1, 127, 128, 255, 256, 5000]) {
    const value = new Der(der(4, new Uint8Array(size)));
    assert.equal(value.next(4).length, size);
    value.end();
  }
  for (const value of [0, 1, 127, 128, 255, 256, 600_000, 2 ** 31 - 1])
    assert.equal(new Der(integer(value)).small(), value);
  for (const bad of ["0481050102030405", "048200050102030405", "0480", "0402", "04", "", "0305"]) {
    assert.throws(() => new Der(fromHex(bad)).next(4), { name: "Malformed" }, bad);
  }
  for (const bad of ["0200", "020180", "02020001", "02050100000000"])
    assert.throws(() => new Der(fromHex(bad)).small(), { name: "Malformed" }, bad);
});
