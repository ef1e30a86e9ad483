// Score receipts: one score with all that it is made of, against what the operator committed to
// (schemas/score-receipt.json, schemas/dossier-1.md).

import { fromBase64, fromHex, Malformed, text as decoded } from "./bytes.js";
import { dossier, leaf, version, wholeParty } from "./documents.js";
import { factsOf } from "./facts.js";
import { parse } from "./json.js";
import { root, verifyInclusion } from "./merkle.js";
import { verifyReceipt } from "./receipt.js";
import { reading, Refused, require } from "./refused.js";
import { score } from "./score.js";
import { date, hash, isDate, list, object, oneOf, text, u64 } from "./shapes.js";

const MOST_BYTES = 16 * 1024 * 1024;

/** @typedef {import("./notes.js").VerifierKey} VerifierKey */

/**
 * @template T
 * @param {import("./shapes.js").Shape<T>} document
 */
const proven = (document) => object({ index: u64, proof: list(text), document });

const receipt = object({
  format: oneOf("score-receipt/1"),
  commitment: text,
  attestations: list(text),
  dossier: proven(dossier),
  parties: list(proven(wholeParty)),
  policies: list(version),
});

const roots = { size: u64, date, root: hash, parties_root: hash, policies_root: hash };
const committed = object({ ...roots, format: oneOf("dossier/1"), subjects: u64, parties: u64 });
const attested = object(roots);
const ROOTS = /** @type {const} */ (["size", "date", "root", "parties_root", "policies_root"]);

/**
 * Verifies a score receipt offline and computes its score anew, on the commitment's date or a later one.
 * `attested` says who claims to have found the same, and under which key: whose a key is nothing in it proves.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {VerifierKey} log
 * @param {string} [asOf] a date
 */
export async function verifyScoreReceipt(bytes, log, asOf) {
  const read = reading("score_receipt.malformed", () => receipt(parse(bytes, MOST_BYTES), "receipt"));
  const commitment = await entry(read.commitment, log, "state.committed");
  const said = reading("score_receipt.event", () => committed(commitment.event.body, "body"));
  const day = asOf ?? said.date;
  require(isDate(day) && day >= said.date, "as_of.before_size", `the commitment is of ${said.date}: ask for that day or a later one`);

  const { document } = read.dossier;
  const parties = read.parties.map((one) => one.document);
  const named = new Set([
    ...document.assessments.map((one) => one.assessor),
    ...document.endorsements.map((one) => one.endorser),
  ]);
  const names = parties.map((one) => one.party);
  require(names.join() === [...named].sort().join(), "score_receipt.order", "its parties are not those that the dossier names");
  const ascend = read.policies.every((one, at) => at === 0 || read.policies[at - 1].version < one.version);
  require(ascend, "score_receipt.order", "its versions do not ascend, each once");

  under(read.dossier, document.subject, said.subjects, said.root);
  for (const one of read.parties) under(one, one.document.party, said.parties, said.parties_root);
  const leaves = read.policies.map((one) => leaf(String(one.version), one));
  require(
    equalsHex(root(leaves), said.policies_root),
    "score_receipt.not_committed",
    "the policies are not what the operator committed to",
  );

  const facts = factsOf(document, parties, read.policies, said.size);
  const computed = reading("score_receipt.unfit", () => score(facts, day));
  /** @type {{issuer: string, keys: string[]}[]} */
  const attestations = [];
  for (const one of read.attestations) {
    const attestation = await entry(one, log, "state.attested");
    const found = reading("score_receipt.event", () => attested(attestation.event.body, "body"));
    if (ROOTS.every((name) => found[name] === said[name])) {
      attestations.push({ issuer: attestation.event.issuer, keys: attestation.keys });
    }
  }
  return { subject: document.subject, size: said.size, date: said.date, asOf: day, commitment, attested: attestations, ...computed };
}

/**
 * The entry of a receipt, which must be of a type.
 * @param {string} text
 * @param {VerifierKey} log
 * @param {string} type
 */
async function entry(text, log, type) {
  const proven = await verifyReceipt(text, log);
  require(proven.event.type === type, "score_receipt.event", `an entry that is no ${type}`);
  return proven;
}

/**
 * Refuses a document that is not under the commitment.
 * @param {{index: number, proof: string[], document: Parameters<typeof leaf>[1]}} one
 * @param {string} name
 * @param {number} size
 * @param {string} expected
 */
function under({ index, proof, document }, name, size, expected) {
  const hashes = reading("score_receipt.malformed", () => proof.map((one) => fromBase64(one, 32)));
  try {
    verifyInclusion(BigInt(size), BigInt(index), leaf(name, document), hashes, fromHex(expected, 32));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new Refused("score_receipt.not_committed", `the document of ${name} is not what the operator committed to`);
  }
}

/** @param {Uint8Array<ArrayBuffer>} bytes @param {string} hex */
const equalsHex = (bytes, hex) => fromHex(hex, 32).every((byte, at) => byte === bytes[at]);

/**
 * Verifies whichever receipt a file is.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {VerifierKey} log
 */
export async function verifyFile(bytes, log) {
  const first = bytes.find((byte) => !" \t\n\r".includes(String.fromCharCode(byte)));
  if (first === "{".charCodeAt(0)) return { kind: /** @type {const} */ ("score"), ...(await verifyScoreReceipt(bytes, log)) };
  const written = reading("receipt.malformed", () => {
    if (bytes.length > MOST_BYTES) throw new Malformed("the file is too large");
    return decoded(bytes);
  });
  return { kind: /** @type {const} */ ("entry"), ...(await verifyReceipt(written, log)) };
}
