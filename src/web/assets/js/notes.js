// C2SP signed notes and checkpoints: which log signed which size and root.

import { concat, equal, fromBase64, Malformed, toBase64, toHex, utf8 } from "./bytes.js";
import { isAdmissible, verifies } from "./ed25519.js";
import { reading, Refused, require } from "./refused.js";
import { sha256 } from "./sha256.js";

const MOST_BYTES = 128 * 1024;
const MOST_NAME_BYTES = 200;
const ED25519 = 1;

/**
 * A log's key: its name, which is the log's origin, the four bytes of its id, and the raw key.
 * @typedef {{name: string, id: Uint8Array<ArrayBuffer>, key: Uint8Array<ArrayBuffer>}} VerifierKey
 */

/**
 * A checkpoint that the log's key signed. `others` are the names on signature lines that are not the log's:
 * nothing is known of them, as their keys are not.
 * @typedef {{origin: string, size: bigint, root: Uint8Array<ArrayBuffer>, others: string[]}} Checkpoint
 */

/**
 * @typedef {{name: string, id: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>}} Line
 */

/**
 * The id of a note key: the first four bytes of a hash over name, algorithm and key.
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} raw algorithm and key
 */
function keyId(name, raw) {
  return sha256(utf8(name), Uint8Array.of(10), raw).slice(0, 4);
}

/** @param {string} text */
function isName(text) {
  // Every control character and whatever Unicode calls white space.
  return /^[^\s\p{Cc}+]+$/u.test(text) && utf8(text).length <= MOST_NAME_BYTES;
}

/**
 * How an Ed25519 note key is written, `name+id+key`.
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} key
 */
export function writeVkey(name, key) {
  const raw = concat(Uint8Array.of(ED25519), key);
  return `${name}+${toHex(keyId(name, raw))}+${toBase64(raw)}`;
}

/**
 * A log's key as it is written; refuses any other kind of key, and an id that is another's.
 * @param {string} written
 * @returns {VerifierKey}
 */
export function readVkey(written) {
  return reading("vkey.malformed", () => {
    const [name, , ...rest] = written.split("+");
    const raw = fromBase64(rest.join("+"), 33);
    const key = raw.slice(1);
    if (!isName(name) || writeVkey(name, key) !== written) throw new Malformed("the key's id or kind is another");
    if (!isAdmissible(key)) throw new Malformed("the key is no point that may be one");
    return { name, id: keyId(name, raw), key };
  });
}

/**
 * The text of a note, and its signature lines, none verified.
 * @param {string} note
 * @returns {{text: string, lines: Line[]}}
 */
export function parseNote(note) {
  if (utf8(note).length > MOST_BYTES) throw new Malformed("the note is too large");
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n") || note.length === end + 2) throw new Malformed("the note has no signature");
  return { text: note.slice(0, end + 1), lines: note.slice(end + 2, -1).split("\n").map(parseLine) };
}

/**
 * @param {string} line
 * @returns {Line}
 */
function parseLine(line) {
  const [dash, name, written, ...more] = line.split(" ");
  if (dash !== "—" || written === undefined || more.length > 0 || !isName(name)) {
    throw new Malformed("a signature line of another form");
  }
  const blob = fromBase64(written);
  if (blob.length < 5) throw new Malformed("a signature that is too short");
  return { name, id: blob.slice(0, 4), signature: blob.slice(4) };
}

/**
 * A number in plain digits, below 2^64.
 * @param {string} written
 */
export function decimal(written) {
  if (!/^(0|[1-9][0-9]{0,19})$/.test(written)) throw new Malformed("not a plain number");
  const number = BigInt(written);
  if (number >= 1n << 64n) throw new Malformed("too large a number");
  return number;
}

/**
 * The checkpoint of a note that the log's key signed.
 * @param {string} note
 * @param {VerifierKey} log
 * @returns {Promise<Checkpoint>}
 */
export async function openCheckpoint(note, log) {
  const { text, lines, origin, size, root } = reading("checkpoint.malformed", () => {
    const { text, lines } = parseNote(note);
    const said = text.split("\n");
    if (said.length !== 4 || said[3] !== "") throw new Malformed("it is not origin, size and root, one a line");
    return { text, lines, origin: said[0], size: decimal(said[1]), root: fromBase64(said[2], 32) };
  });
  require(origin === log.name, "checkpoint.origin", "the checkpoint is of another log than the key");
  const isOwn = (/** @type {Line} */ line) => line.name === log.name && equal(line.id, log.id);
  const own = lines.filter(isOwn);
  require(own.length > 0, "checkpoint.unsigned", "the log's key did not sign the checkpoint");
  for (const { signature } of own) {
    if (!(await verifies(log.key, signature, utf8(text)))) {
      throw new Refused("checkpoint.signature", "the log's signature on the checkpoint does not verify");
    }
  }
  const others = lines.filter((line) => !isOwn(line)).map((line) => line.name);
  return { origin, size, root, others };
}
