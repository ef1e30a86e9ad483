// Strict Ed25519: what some verifiers accept and others do not is refused before WebCrypto verifies.
// WebCrypto verifies without a cofactor and bounds S; what it may let pass is a key or an R of small order, and a
// key in another encoding than its own.

import { toHex } from "./bytes.js";
import { Refused, require } from "./refused.js";

const P = 2n ** 255n - 19n;

/** @param {bigint} base @param {bigint} exponent */
function power(base, exponent) {
  let result = 1n;
  for (let square = base % P, left = exponent; left > 0n; left >>= 1n, square = (square * square) % P) {
    if (left & 1n) result = (result * square) % P;
  }
  return result;
}

/** @param {bigint} number */
const modulo = (number) => ((number % P) + P) % P;
/** @param {bigint} number */
const inverse = (number) => power(modulo(number), P - 2n);
const D = modulo(-121665n * inverse(121666n));

/**
 * A square root modulo P, or null.
 * @param {bigint} number
 */
function squareRoot(number) {
  let root = power(number, (P + 3n) / 8n);
  if (modulo(root * root - number) !== 0n) root = modulo(root * power(2n, (P - 1n) / 4n));
  return modulo(root * root - number) === 0n ? root : null;
}

/** @param {bigint} number @returns {string} hex of 32 bytes, little-endian */
function littleEndian(number) {
  const hex = number.toString(16).padStart(64, "0");
  return (hex.match(/../g) ?? []).reverse().join("");
}

/** Every encoding, canonical or not, of the eight points whose order divides the cofactor, as hex. */
const SMALL_ORDER = (() => {
  // y = 1 and −1 (orders 1 and 2), 0 (order 4), and the roots of d·y⁴ + 2·y² − 1 (order 8).
  const root = squareRoot(modulo(1n + D)) ?? 0n;
  const ofEight = [root, -root].flatMap((one) => squareRoot(modulo((one - 1n) * inverse(D))) ?? []);
  const ys = [0n, 1n, P - 1n, ...ofEight, ...ofEight.map((y) => P - y)];
  const spelled = [...ys, ...ys.map((y) => y + P).filter((y) => y < 2n ** 255n)];
  return new Set(spelled.flatMap((y) => [littleEndian(y), littleEndian(y | (1n << 255n))]));
})();

/**
 * The number that 32 bytes spell, little-endian, without the sign.
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
function ordinate(bytes) {
  return BigInt(`0x${toHex(bytes.slice().reverse())}`) & (2n ** 255n - 1n);
}

/**
 * Whether a key may be enrolled: a point in its one encoding, and not of small order.
 * @param {Uint8Array<ArrayBuffer>} key 32 bytes
 */
export function isAdmissible(key) {
  const y = ordinate(key);
  if (key.length !== 32 || y >= P || SMALL_ORDER.has(toHex(key))) return false;
  return squareRoot(modulo((y * y - 1n) * inverse(D * y * y + 1n))) !== null;
}

/**
 * Whether a signature is a strict one of a key over a message.
 * @param {Uint8Array<ArrayBuffer>} key 32 bytes
 * @param {Uint8Array<ArrayBuffer>} signature 64 bytes
 * @param {Uint8Array<ArrayBuffer>} message
 * @returns {Promise<boolean>}
 */
export async function verifies(key, signature, message) {
  if (key.length !== 32 || signature.length !== 64) return false;
  if (SMALL_ORDER.has(toHex(key)) || SMALL_ORDER.has(toHex(signature.slice(0, 32))) || ordinate(key) >= P) return false;
  const subtle = globalThis.crypto?.subtle;
  require(subtle, "browser.unable", "WebCrypto is only there on pages over https, or of this machine");
  let opened;
  try {
    opened = await subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    // A key that is no point is the file's fault; an algorithm that is not known is the browser's.
    if (error instanceof DOMException && error.name === "NotSupportedError") {
      throw new Refused("browser.unable", "this browser does not know Ed25519");
    }
    return false;
  }
  return subtle.verify({ name: "Ed25519" }, opened, signature, message);
}
