// Private Ed25519 keys in files as OpenSSL writes and reads them: PKCS#8 in PEM, plain, or under a pass phrase by
// PBES2 (RFC 8018) with PBKDF2 and AES in CBC mode. Version 1 is written, without the public key.

import { equal, fromBase64, fromHex, Malformed, toBase64, utf8 } from "./bytes.js";
import { der, Der, integer, TAG } from "./der.js";
import { reading, Refused, require } from "./refused.js";

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

/** Most characters of a file. */
const MOST = 16 * 1024;
/** How often a new file's pass phrase is hashed; 2048, which OpenSSL takes, is soon guessed. */
const ROUNDS = 600_000;
/** Most rounds that a file may ask for: some seconds of work. */
const MOST_ROUNDS = 10_000_000;

const ED25519 = fromHex("2b6570");
const PBES2 = fromHex("2a864886f70d01050d");
const PBKDF2 = fromHex("2a864886f70d01050c");
const AES_256 = fromHex("60864801650304012a");
const SHA_256 = fromHex("2a864886f70d0209");
/** Hashes of HMAC by their names in DER. */
const HASHES = /** @type {const} */ ([
  ["2a864886f70d0207", "SHA-1"],
  ["2a864886f70d0209", "SHA-256"],
  ["2a864886f70d020a", "SHA-384"],
  ["2a864886f70d020b", "SHA-512"],
]);
/** Ciphers by their names in DER, and the bytes of their keys. */
const CIPHERS = /** @type {const} */ ([
  ["608648016503040102", 16],
  ["60864801650304012a", 32],
]);

/** @param {Bytes} oid */
const algorithm = (oid) => der(TAG.sequence, der(TAG.name, oid));

/**
 * The key's DER, plain, of version 1.
 * @param {Bytes} seed the 32 bytes of the private key
 */
export function plain(seed) {
  return der(TAG.sequence, integer(0), algorithm(ED25519), der(TAG.octets, der(TAG.octets, seed)));
}

/**
 * The private key's 32 bytes. Of version 2, OpenSSL's and others', the public key is left aside: it follows from them.
 * @param {Bytes} bytes
 */
export function seedOf(bytes) {
  const file = new Der(bytes);
  const key = file.sequence();
  file.end();
  const version = key.small();
  const kind = key.sequence().next(TAG.name);
  require(equal(kind, ED25519), "key.kind", "the key is of another kind than Ed25519");
  const inner = new Der(key.next(TAG.octets));
  const seed = inner.next(TAG.octets);
  inner.end();
  if (seed.length !== 32 || version > 1) throw new Malformed("no private key of Ed25519");
  // Attributes, and in version 2 the public key.
  for (const tag of [0xa0, 0x81]) if (key.tag === tag) key.next(tag);
  key.end();
  return seed;
}

/**
 * The label and the bytes of the one block of a PEM file.
 * @param {string} text
 */
function block(text) {
  const found = /^\s*-----BEGIN ([A-Z0-9 ]+)-----\s([A-Za-z0-9+/=\s]+)-----END \1-----\s*$/.exec(text);
  if (text.length > MOST || !found) throw new Malformed("not one block of PEM");
  return { label: found[1], bytes: fromBase64(found[2].replaceAll(/\s/g, "")) };
}

/**
 * Whether a file asks for a pass phrase.
 * @param {string} text
 */
export function isSealed(text) {
  return text.includes("-----BEGIN ENCRYPTED PRIVATE KEY-----");
}

/**
 * The private key's 32 bytes in a file.
 * @param {string} text
 * @param {string} phrase empty where the file is plain
 * @returns {Promise<Bytes>}
 */
export async function opened(text, phrase) {
  const { label, bytes } = reading("key.malformed", () => block(text));
  if (label === "PRIVATE KEY") return reading("key.malformed", () => seedOf(bytes));
  require(label ===
    "ENCRYPTED PRIVATE KEY", "key.malformed", `a file of ${label.slice(0, 40)}, not a PKCS#8 private key`);
  const { salt, rounds, hash, keyBytes, iv, sealed } = reading("key.malformed", () => sealing(bytes));
  const cipher = await derived(phrase, salt, rounds, hash, keyBytes, "decrypt");
  const unsealed = await crypto.subtle.decrypt({ name: "AES-CBC", iv }, cipher, sealed).catch(() => null);
  require(unsealed, "key.phrase", "the pass phrase does not open the file");
  const inner = new Uint8Array(unsealed);
  try {
    return seedOf(inner);
  } catch (error) {
    // One wrong pass phrase in 256 leaves padding that looks right.
    throw error instanceof Malformed ? new Refused("key.phrase", "the pass phrase does not open the file") : error;
  } finally {
    inner.fill(0);
  }
}

/**
 * How a file is sealed.
 * @param {Bytes} bytes
 */
function sealing(bytes) {
  const file = new Der(bytes);
  const whole = file.sequence();
  file.end();
  const scheme = whole.sequence();
  const sealed = whole.next(TAG.octets);
  whole.end();
  if (!equal(scheme.next(TAG.name), PBES2)) throw new Malformed("sealed by another scheme than PBES2");
  const parameters = scheme.sequence();
  const derivation = parameters.sequence();
  if (!equal(derivation.next(TAG.name), PBKDF2)) throw new Malformed("its key is made otherwise than by PBKDF2");
  const by = derivation.sequence();
  const salt = by.next(TAG.octets);
  const rounds = by.small();
  const stated = by.tag === TAG.integer ? by.small() : null;
  // What is not named is HMAC with SHA-1, as RFC 8018 has it.
  const named = by.done ? fromHex(HASHES[0][0]) : by.sequence().next(TAG.name);
  const cipher = parameters.sequence();
  const cipherName = cipher.next(TAG.name);
  const iv = cipher.next(TAG.octets);
  const hash = HASHES.find(([oid]) => equal(fromHex(oid), named))?.[1];
  const keyBytes = CIPHERS.find(([oid]) => equal(fromHex(oid), cipherName))?.[1];
  if (!hash || !keyBytes || iv.length !== 16) throw new Malformed("sealed by another cipher than AES in CBC mode");
  if (rounds < 1 || rounds > MOST_ROUNDS || (stated !== null && stated !== keyBytes))
    throw new Malformed("sealed by other numbers than fit");
  return { salt, rounds, hash, keyBytes, iv, sealed };
}

/**
 * The key that a pass phrase makes.
 * @param {string} phrase
 * @param {Bytes} salt
 * @param {number} rounds
 * @param {string} hash
 * @param {number} keyBytes
 * @param {"encrypt" | "decrypt"} use
 */
async function derived(phrase, salt, rounds, hash, keyBytes, use) {
  const base = await crypto.subtle.importKey("raw", utf8(phrase), "PBKDF2", false, ["deriveKey"]);
  const by = { name: "PBKDF2", salt, iterations: rounds, hash };
  return crypto.subtle.deriveKey(by, base, { name: "AES-CBC", length: 8 * keyBytes }, false, [use]);
}

/**
 * A private key as a file under a pass phrase, which OpenSSL opens.
 * @param {Bytes} seed
 * @param {string} phrase
 */
export async function sealed(seed, phrase) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(16));
  const cipher = await derived(phrase, salt, ROUNDS, "SHA-256", 32, "encrypt");
  const inner = plain(seed);
  const hidden = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-CBC", iv }, cipher, inner));
  inner.fill(0);
  const hmac = der(TAG.sequence, der(TAG.name, SHA_256), der(TAG.nothing));
  const by = der(TAG.sequence, der(TAG.octets, salt), integer(ROUNDS), hmac);
  const derivation = der(TAG.sequence, der(TAG.name, PBKDF2), by);
  const encryption = der(TAG.sequence, der(TAG.name, AES_256), der(TAG.octets, iv));
  const scheme = der(TAG.sequence, der(TAG.name, PBES2), der(TAG.sequence, derivation, encryption));
  const lines = toBase64(der(TAG.sequence, scheme, der(TAG.octets, hidden))).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${lines.join("\n")}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
}
