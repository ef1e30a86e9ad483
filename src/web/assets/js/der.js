// DER, as far as private keys need it: tags of one byte, lengths as short as they can be.

import { concat, Malformed } from "./bytes.js";

/** Tags, by what they mark. */
export const TAG = /** @type {const} */ ({ integer: 2, octets: 4, nothing: 5, name: 6, sequence: 0x30 });

/** Reads values one after the other. */
export class Der {
  /** @param {Uint8Array<ArrayBuffer>} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  /** Whether nothing is left. */
  get done() {
    return this.at === this.bytes.length;
  }

  /** The tag of the next value; undefined at the end. */
  get tag() {
    return /** @type {number | undefined} */ (this.bytes[this.at]);
  }

  /**
   * The content of the next value, which has this tag.
   * @param {number} tag
   */
  next(tag) {
    if (this.tag !== tag) throw new Malformed("another DER value than expected");
    let length = this.bytes[this.at + 1];
    let begins = this.at + 2;
    if (length >= 0x80) {
      const digits = this.bytes.slice(begins, begins + length - 0x80);
      begins += digits.length;
      length = digits.reduce((sum, digit) => sum * 256 + digit, 0);
      if (digits.length < 1 || digits.length > 2 || digits[0] === 0 || length < 0x80)
        throw new Malformed("a DER length of another form");
    }
    const end = begins + length;
    // A length that is not there is NaN, and fails too.
    if (!(end <= this.bytes.length)) throw new Malformed("a DER value that ends early");
    this.at = end;
    return this.bytes.slice(begins, end);
  }

  /** The values of the next sequence. */
  sequence() {
    return new Der(this.next(TAG.sequence));
  }

  /** The next integer, which is not negative and small. */
  small() {
    const content = this.next(TAG.integer);
    const padded = content.length > 1 && content[0] === 0 && content[1] < 0x80;
    if (content.length < 1 || content.length > 4 || content[0] >= 0x80 || padded)
      throw new Malformed("a DER integer out of bounds");
    return content.reduce((sum, digit) => sum * 256 + digit, 0);
  }

  /** Refuses what is left. */
  end() {
    if (!this.done) throw new Malformed("more DER values than expected");
  }
}

/**
 * A value with this tag.
 * @param {number} tag
 * @param {...Uint8Array<ArrayBuffer>} parts of its content
 */
export function der(tag, ...parts) {
  const content = concat(...parts);
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 255];
  return concat(Uint8Array.of(tag, ...length), content);
}

/**
 * An integer that is not negative.
 * @param {number} value below 2^31
 */
export function integer(value) {
  const digits = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  if (digits.length === 0 || digits[0] >= 0x80) digits.unshift(0);
  return der(TAG.integer, Uint8Array.from(digits));
}
