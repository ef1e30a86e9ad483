// An act on its way: the exact bytes of its payload, the texts that it commits to, its signatures, and how all of it is
// sent. What is shown for review and what is signed are the same bytes.

import { commitment } from "./blake3.js";
import { fromHex, toBase64, toHex, utf8 } from "./bytes.js";
import { signature } from "./keys.js";
import { envelope, eventId, pae, write } from "./payload.js";

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */
/** @typedef {import("./payload.js").Event} Event */

/**
 * A text or document under a salt; `name` is the member of the body that commits to it.
 * @typedef {{name: string, salt: Bytes, media: string, bytes: Bytes}} Attached
 */

/** The media type of words. */
export const PLAIN = "text/plain; charset=utf-8";
/** The type of what proves who reads. */
const READER_TYPE = "application/vnd.tinnhiem.reader";

/** 32 random bytes. */
export const randomSalt = () => crypto.getRandomValues(new Uint8Array(32));

/**
 * The commitment to what is attached, as the body has it.
 * @param {Attached} attached
 */
export function committed({ salt, bytes }) {
  return toHex(commitment(salt, bytes));
}

/**
 * What is attached, as the ledger takes it.
 * @param {Attached} attached
 */
function written({ salt, media, bytes }) {
  return { salt: toBase64(salt), media_type: media, bytes: toBase64(bytes) };
}

/** An event with its bytes, before it is signed. */
export class Draft {
  /**
   * @param {Event} event
   * @param {Attached[]} attached
   */
  constructor(event, attached) {
    this.event = event;
    this.attached = attached;
    this.payload = write(event);
    this.id = eventId(this.payload);
  }

  /**
   * As `POST /v1/events/check` takes it, unsigned.
   */
  unsigned() {
    return this.with([]);
  }

  /**
   * As `POST /v1/events` and `POST /v1/drafts` take it, signed with a key.
   * @param {{id: string, key: CryptoKey}} kept
   */
  async signed(kept) {
    return this.with([{ key: fromHex(kept.id, 32), signature: await signature(kept.key, pae(this.payload)) }]);
  }

  /**
   * @param {import("./payload.js").Signed[]} signed
   */
  with(signed) {
    return { envelope: envelope(this.payload, signed), attachments: this.attached.map(written) };
  }
}

/**
 * A signature under a payload that others brought, as `POST /v1/drafts/{id}/signatures` takes it.
 * @param {{id: string, key: CryptoKey}} kept
 * @param {Bytes} payload
 */
export async function countersigned(kept, payload) {
  return { signatures: [{ keyid: kept.id, sig: toBase64(await signature(kept.key, pae(payload))) }] };
}

/**
 * The `Authorization` by which the holder of a key reads drafts of a ledger at an instant.
 * @param {{id: string, key: CryptoKey}} kept
 * @param {string} origin
 * @param {number} ms
 */
export async function authorization(kept, origin, ms) {
  const proof = await signature(kept.key, pae(utf8(`${origin}\n${ms}`), READER_TYPE));
  return `Tinnhiem ${kept.id}:${ms}:${toBase64(proof)}`;
}
