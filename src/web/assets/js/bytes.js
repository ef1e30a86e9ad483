// Bytes and how they are written: UTF-8, hex, base64 and base64url, each read strictly.
// What is read back is exactly what was written; any other spelling of the same bytes is refused.

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const ENCODER = new TextEncoder();

/** Text or bytes that are not of the form they should be. */
export class Malformed extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "Malformed";
  }
}

/**
 * The UTF-8 of a text; refuses half of a surrogate pair, which has none.
 * @param {string} text
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function utf8(text) {
  if (/\p{Surrogate}/u.test(text)) throw new Malformed("text with half of a surrogate pair");
  return ENCODER.encode(text);
}

/**
 * The text that bytes spell in UTF-8; refuses bytes that are not UTF-8. A byte order mark is kept.
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export function text(bytes) {
  try {
    return DECODER.decode(bytes);
  } catch {
    throw new Malformed("not UTF-8");
  }
}

/**
 * Bytes as lower-case hex.
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export function toHex(bytes) {
  let written = "";
  for (const byte of bytes) written += byte.toString(16).padStart(2, "0");
  return written;
}

/**
 * Whether a value is a text of so many bytes in lower-case hex.
 * @param {unknown} value
 * @param {number} length in bytes
 * @returns {value is string}
 */
export function isHex(value, length) {
  return typeof value === "string" && value.length === 2 * length && /^([0-9a-f]{2})*$/.test(value);
}

/**
 * The bytes that lower-case hex spells.
 * @param {string} written
 * @param {number} [length] in bytes, where it is known
 */
export function fromHex(written, length = written.length / 2) {
  if (!isHex(written, length)) throw new Malformed("not lower-case hex of the right length");
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = parseInt(written.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

/**
 * Bytes as standard base64 with padding.
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export function toBase64(bytes) {
  let chars = "";
  for (const byte of bytes) chars += String.fromCharCode(byte);
  return btoa(chars);
}

/**
 * The bytes that standard base64 spells; padding is needed, and bits left over are zero.
 * @param {string} written
 * @param {number} [length] in bytes, where it is known
 */
export function fromBase64(written, length) {
  let chars;
  try {
    chars = atob(written);
  } catch {
    throw new Malformed("not base64");
  }
  const bytes = Uint8Array.from(chars, (char) => char.charCodeAt(0));
  if (toBase64(bytes) !== written) throw new Malformed("not base64 as it is written");
  if (length !== undefined && bytes.length !== length) throw new Malformed("base64 of another length");
  return bytes;
}

/**
 * Bytes as base64url without padding.
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export function toBase64Url(bytes) {
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/**
 * The bytes that base64url without padding spells.
 * @param {string} written
 * @param {number} [length] in bytes, where it is known
 */
export function fromBase64Url(written, length) {
  if (!/^[A-Za-z0-9_-]*$/.test(written)) throw new Malformed("not base64url");
  const padded = written.padEnd(Math.ceil(written.length / 4) * 4, "=");
  return fromBase64(padded.replaceAll("-", "+").replaceAll("_", "/"), length);
}

/**
 * Bytes after one another.
 * @param {...Uint8Array<ArrayBuffer>} parts
 */
export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Whether bytes are the same. What is compared is public: the time it takes may tell where they differ.
 * @param {Uint8Array<ArrayBuffer>} one
 * @param {Uint8Array<ArrayBuffer>} other
 */
export function equal(one, other) {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}
