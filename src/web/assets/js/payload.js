// What is signed: an event's payload, the bytes that a signature covers (DSSE v1), and the event's id.

import { blake3 } from "./blake3.js";
import { concat, fromBase64, fromHex, isHex, Malformed, toBase64, toHex, utf8 } from "./bytes.js";
import { parse } from "./json.js";
import { isInstant } from "./shapes.js";

/** @typedef {import("./json.js").Json} Json */

/** The `payloadType` of events. */
export const PAYLOAD_TYPE = "application/vnd.tinnhiem.event+json";
/** Most bytes of a payload. */
export const MOST_BYTES = 32 * 1024;

/**
 * An event as its payload says it; `subject` is missing where there is none.
 * @typedef {{ledger: string, type: string, issuer: string, subject?: string, issued_at: string,
 *   body: {[name: string]: Json}}} Event
 */

/** The members of an event, in the order in which they are written. */
const MEMBERS = /** @type {const} */ (["ledger", "type", "issuer", "subject", "issued_at", "body"]);
const PARTY = /^(kol-[0-9a-hjkmnp-tv-z]{13}|(?!kol-)[a-z0-9-]{1,40})$/;

/**
 * The payload of an event, compact, the body's members in the order given. Refuses what could not be read back;
 * bytes once signed are never written anew.
 * @param {Event} event
 */
export function write(event) {
  const present = MEMBERS.filter((name) => event[name] !== undefined);
  const members = present.map((name) => `${JSON.stringify(name)}:${JSON.stringify(event[name])}`);
  const bytes = utf8(`{${members.join(",")}}`);
  read(bytes);
  return bytes;
}

/**
 * The event of a payload. Its outer members are checked; what a body of its type has besides is not.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Event}
 */
export function read(bytes) {
  const value = parse(bytes, MOST_BYTES);
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Malformed("an event is an object");
  const { ledger, type, issuer, subject, issued_at, body } = value;
  const known = /** @type {readonly string[]} */ (MEMBERS);
  if (Object.keys(value).some((name) => !known.includes(name))) throw new Malformed("an event has no such member");
  if (typeof ledger !== "string" || typeof type !== "string" || !/^[a-z_]+\.[a-z_]+$/.test(type)) {
    throw new Malformed("an event says its ledger and its type");
  }
  if (typeof issuer !== "string" || !PARTY.test(issuer)) throw new Malformed("the issuer is no party");
  if (subject !== undefined && (typeof subject !== "string" || !/^kol-/.test(subject) || !PARTY.test(subject))) {
    throw new Malformed("the subject is none");
  }
  if (!isInstant(issued_at)) throw new Malformed("issued_at is no instant");
  if (body === null || typeof body !== "object" || Array.isArray(body)) throw new Malformed("the body is no object");
  const about = subject === undefined ? {} : { subject };
  return { ledger, type, issuer, ...about, issued_at, body };
}

/**
 * What a signature covers: the pre-authentication encoding of DSSE v1.
 * @param {Uint8Array<ArrayBuffer>} payload
 * @param {string} [type] that of events, unless something else is signed
 */
export function pae(payload, type = PAYLOAD_TYPE) {
  return concat(utf8(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload);
}

/**
 * The id of an event, as lower-case hex.
 * @param {Uint8Array<ArrayBuffer>} payload
 */
export function eventId(payload) {
  return toHex(blake3(pae(payload)));
}

/**
 * @typedef {{key: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>}} Signed
 */

/**
 * The envelope of a payload and its signatures, as `POST /v1/events` takes it.
 * @param {Uint8Array<ArrayBuffer>} payload
 * @param {Signed[]} signed
 */
export function envelope(payload, signed) {
  const signatures = signed.map(({ key, signature }) => ({ keyid: toHex(key), sig: toBase64(signature) }));
  return { payloadType: PAYLOAD_TYPE, payload: toBase64(payload), signatures };
}

/**
 * Payload and signatures of an envelope, none verified.
 * @param {Json} value
 * @returns {{payload: Uint8Array<ArrayBuffer>, signed: Signed[]}}
 */
export function openEnvelope(value) {
  const whole = members(value, ["payloadType", "payload", "signatures"]);
  const { payloadType, payload, signatures } = whole;
  if (payloadType !== PAYLOAD_TYPE || typeof payload !== "string" || !Array.isArray(signatures)) {
    throw new Malformed("not an envelope of an event");
  }
  const signed = signatures.map((one) => {
    const { keyid, sig } = members(one, ["keyid", "sig"]);
    if (!isHex(keyid, 32) || typeof sig !== "string") throw new Malformed("not a signature of an envelope");
    return { key: fromHex(keyid, 32), signature: fromBase64(sig, 64) };
  });
  const keys = new Set(signed.map((one) => toHex(one.key)));
  if (signed.length < 1 || signed.length > 8 || keys.size !== signed.length) {
    throw new Malformed("an envelope has one to eight signatures, no key twice");
  }
  return { payload: fromBase64(payload), signed };
}

/**
 * @param {Json} value
 * @param {string[]} names
 */
function members(value, names) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Malformed("not an object");
  const found = Object.keys(value).sort().join();
  if (found !== [...names].sort().join()) throw new Malformed("other members than an envelope has");
  return value;
}
