// An entry of the log: when it was recorded, what came before, who signed, and what.

import { toHex } from "./bytes.js";
import { verifies } from "./ed25519.js";
import { eventId, pae, read } from "./payload.js";
import { reading, Refused, require } from "./refused.js";

/** The last instant of the year 9999. */
const LAST_MS = 253_402_300_799_999n;
const HEADER = 42;
const SIGNED = 96;

/**
 * An entry whose every signature verified. `keys` are hex, ascending; `prev` is the hash of the entry before.
 * @typedef {{recordedAt: Date, prev: Uint8Array<ArrayBuffer>, keys: string[], id: string,
 *   payload: Uint8Array<ArrayBuffer>, event: import("./payload.js").Event}} Entry
 */

/**
 * Reads an entry and verifies its signatures. Whose the keys are, and whether the rules let it stand, is not judged.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Promise<Entry>}
 */
export async function openEntry(bytes) {
  const count = bytes[41];
  require(bytes.length > HEADER && bytes[0] === 1 && count >= 1 && count <= 8, "entry.malformed", "not an entry's header");
  const end = HEADER + SIGNED * count;
  require(bytes.length > end, "entry.malformed", "the entry ends before its payload");
  const recorded = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(1);
  require(recorded <= LAST_MS, "entry.malformed", "its time is after the year 9999");
  const payload = bytes.slice(end);
  const covered = pae(payload);
  /** @type {string[]} */
  const keys = [];
  for (let at = HEADER; at < end; at += SIGNED) {
    const key = bytes.slice(at, at + 32);
    if (!(await verifies(key, bytes.slice(at + 32, at + SIGNED), covered))) {
      throw new Refused("signature.invalid", `the signature of key ${toHex(key)} does not verify`);
    }
    keys.push(toHex(key));
  }
  const ascends = keys.every((key, at) => at === 0 || keys[at - 1] < key);
  require(ascends, "entry.malformed", "its keys do not ascend, each once");
  const event = reading("payload.malformed", () => read(payload));
  return { recordedAt: new Date(Number(recorded)), prev: bytes.slice(9, 41), keys, id: eventId(payload), payload, event };
}
