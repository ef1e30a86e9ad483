// Ed25519 keys that this browser keeps. A private key lies in IndexedDB in a form that no script reads out, this one
// included: it signs here, and nothing but signatures leaves. Only while a key is made or brought in are its bytes at hand.

import { fromBase64Url, toHex } from "./bytes.js";
import * as kept from "./kept.js";
import { opened, plain, sealed } from "./pkcs8.js";
import { Refused, require } from "./refused.js";

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

/**
 * A key: its public half in hex as its id, what its owner calls it, the private half, and since when it lies here.
 * @typedef {{id: string, name: string, key: CryptoKey, since: number}} Kept
 */

const ED25519 = { name: "Ed25519" };

/** WebCrypto, where it can do what is needed. */
function subtle() {
  const found = globalThis.crypto?.subtle;
  require(found, "browser.unable", "WebCrypto is only there on pages over https, or of this machine");
  return found;
}

/**
 * What a browser that does not know Ed25519 fails with, under its code.
 * @template T
 * @param {Promise<T>} making
 */
async function able(making) {
  try {
    return await making;
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotSupportedError") {
      throw new Refused("browser.unable", "this browser does not know Ed25519");
    }
    throw error;
  }
}

/**
 * A private key that signs and is not read out, and its public half in hex.
 * @param {Bytes} seed
 * @returns {Promise<{id: string, key: CryptoKey}>}
 */
export async function locked(seed) {
  const bytes = plain(seed);
  try {
    // The public half is told only of a key that may be read out.
    const open = await able(subtle().importKey("pkcs8", bytes, ED25519, true, ["sign"]));
    const { x } = await subtle().exportKey("jwk", open);
    const key = await subtle().importKey("pkcs8", bytes, ED25519, false, ["sign"]);
    return { id: toHex(fromBase64Url(x ?? "", 32)), key };
  } finally {
    bytes.fill(0);
  }
}

/**
 * A new key; with a pass phrase also as a file, for which it can be read out for this moment alone.
 * @param {string} phrase empty for no file
 * @returns {Promise<{id: string, key: CryptoKey, file: string | null}>}
 */
export async function made(phrase) {
  if (phrase === "") {
    const pair = /** @type {CryptoKeyPair} */ (await able(subtle().generateKey(ED25519, false, ["sign", "verify"])));
    const id = toHex(new Uint8Array(await subtle().exportKey("raw", pair.publicKey)));
    return { id, key: pair.privateKey, file: null };
  }
  // 32 random bytes are an Ed25519 private key.
  const seed = crypto.getRandomValues(new Uint8Array(32));
  try {
    return { ...(await locked(seed)), file: await sealed(seed, phrase) };
  } finally {
    seed.fill(0);
  }
}

/**
 * The key in a file of PKCS#8.
 * @param {string} file
 * @param {string} phrase empty where the file is plain
 */
export async function brought(file, phrase) {
  const seed = await opened(file, phrase);
  try {
    return await locked(seed);
  } finally {
    seed.fill(0);
  }
}

/**
 * Keeps a key under a name; one that is here already gets the name.
 * @param {string} id
 * @param {CryptoKey} key
 * @param {string} name
 */
export async function keep(id, key, name) {
  await kept.put("keys", /** @type {Kept} */ ({ id, name, key, since: Date.now() }));
  // A browser that runs out of room throws away what was not asked to be kept.
  navigator.storage?.persist?.().catch(() => false);
}

/**
 * The keys that are kept, the oldest first.
 * @returns {Promise<Kept[]>}
 */
export async function all() {
  const found = /** @type {Kept[]} */ (await kept.all("keys"));
  return found.sort((one, other) => one.since - other.since);
}

/**
 * Forgets a key: who has no file of it has lost it.
 * @param {string} id
 */
export function forget(id) {
  return kept.remove("keys", id);
}

/**
 * A signature.
 * @param {CryptoKey} key
 * @param {Bytes} message
 * @returns {Promise<Bytes>}
 */
export async function signature(key, message) {
  return new Uint8Array(await subtle().sign(ED25519, key, message));
}
