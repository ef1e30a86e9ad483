// Receipts of entries (C2SP tlog-proof): one entry, its proof, and the checkpoint that the log's key signed.

import { fromBase64, Malformed, toBase64, utf8 } from "./bytes.js";
import { openEntry } from "./entry.js";
import { leafHash, verifyInclusion } from "./merkle.js";
import { decimal, openCheckpoint } from "./notes.js";
import { reading, require } from "./refused.js";

const HEADER = "c2sp.org/tlog-proof@v1";
const MOST_BYTES = 256 * 1024;
const MOST_HASHES = 63;

/**
 * @typedef {{entry: Uint8Array<ArrayBuffer>, index: bigint, proof: Uint8Array<ArrayBuffer>[], checkpoint: string}} Receipt
 */

/**
 * An entry that stands in the log, with its place and the checkpoint that says so.
 * @typedef {import("./entry.js").Entry & {index: bigint, checkpoint: import("./notes.js").Checkpoint}} Proven
 */

/**
 * A receipt as it is written; nothing in it is believed yet.
 * @param {string} text
 * @returns {Receipt}
 */
export function parseReceipt(text) {
  return reading("receipt.malformed", () => {
    if (utf8(text).length > MOST_BYTES) throw new Malformed("the receipt is too large");
    const end = text.indexOf("\n\n");
    const [header, extra, index, ...proof] = text.slice(0, Math.max(end, 0)).split("\n");
    if (header !== HEADER) throw new Malformed(`it does not begin with ${HEADER}`);
    if (!extra?.startsWith("extra ")) throw new Malformed("it has no entry");
    if (!index?.startsWith("index ")) throw new Malformed("it has no index");
    if (proof.length > MOST_HASHES) throw new Malformed("its proof is too long");
    return {
      entry: fromBase64(extra.slice("extra ".length)),
      index: decimal(index.slice("index ".length)),
      proof: proof.map((line) => fromBase64(line, 32)),
      checkpoint: text.slice(end + 2),
    };
  });
}

/**
 * The text of a receipt.
 * @param {Receipt} receipt
 */
export function writeReceipt({ entry, index, proof, checkpoint }) {
  const lines = [HEADER, `extra ${toBase64(entry)}`, `index ${index}`, ...proof.map(toBase64)];
  return `${lines.join("\n")}\n\n${checkpoint}`;
}

/**
 * Verifies a receipt offline: the log's signature on the checkpoint, the proof, every signature of the event, and
 * that it was signed for this log.
 * @param {string} text
 * @param {import("./notes.js").VerifierKey} log
 * @returns {Promise<Proven>}
 */
export async function verifyReceipt(text, log) {
  const receipt = parseReceipt(text);
  const checkpoint = await openCheckpoint(receipt.checkpoint, log);
  verifyInclusion(checkpoint.size, receipt.index, leafHash(receipt.entry), receipt.proof, checkpoint.root);
  const entry = await openEntry(receipt.entry);
  require(entry.event.ledger === log.name, "ledger.other", "the event was signed for another ledger");
  return { ...entry, index: receipt.index, checkpoint };
}
