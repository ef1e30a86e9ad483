// Identity numbers in their one form, as the command line writes them: one person is one subject, however the number is
// spaced. The number never leaves the browser; what is sent is keyed by a secret that the registrars share.

import { derived, keyed } from "./blake3.js";
import { fromHex, toHex, utf8 } from "./bytes.js";
import { reading, require } from "./refused.js";

/** The first of ten digits in each script that counts by tens (Unicode's general category Nd), but for what NFKC makes ASCII of. */
const ZEROS = [
  0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20,
  0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0,
  0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450,
  0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16a60, 0x16ac0, 0x16b50,
  0x1e140, 0x1e2f0, 0x1e4f0, 0x1e950, 0x10d40, 0x11bf0, 0x1e5f1,
];

/** @param {string} char */
function folded(char) {
  const point = char.codePointAt(0) ?? 0;
  const zero = ZEROS.find((one) => one <= point && point < one + 10);
  if (zero !== undefined) return String(point - zero);
  return /[\p{Alphabetic}\p{N}]/u.test(char) ? char.toUpperCase() : "";
}

/**
 * A number in its one form; refuses what is not a number alone, which would be another person.
 * @param {string} text
 */
export function number(text) {
  const form = [...text.normalize("NFKC")].map(folded).join("");
  const letters = form.replaceAll(/[^A-Z]/g, "").length;
  const plain = /^[A-Z0-9]{5,20}$/.test(form) && letters <= 3 && !/^(CMT|CMND|CCCD|HC)/.test(form);
  require(plain, "identity.number", "an identity number is 5 to 20 digits and letters, alone");
  return form;
}

/** What begins the file of the secret that registrars share. */
const LABEL = "tinnhiem-identity-secret:";

/**
 * The secret in a registrar's file.
 * @param {string} file
 */
export function secret(file) {
  const text = file.replace(/^\ufeff/, "").trim();
  require(text.startsWith(LABEL), "identity.secret", "this is not the file of the secret that registrars share");
  return reading("identity.secret", () => fromHex(text.slice(LABEL.length).trim(), 32));
}

/**
 * The fingerprint of a secret, which the ledger fixes at the first enrolment.
 * @param {Uint8Array<ArrayBuffer>} of
 */
export function fingerprint(of) {
  return toHex(derived("tinnhiem identity key 1", of));
}

/**
 * An identity as an enrolment carries it.
 * @param {Uint8Array<ArrayBuffer>} by the registrars' secret
 * @param {string} written the number
 */
export function identity(by, written) {
  return toHex(keyed(by, utf8(number(written))));
}
