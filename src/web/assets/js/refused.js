// Why a file proves nothing: a stable code, which a page has words for, and the reason in plain English.

import { Malformed } from "./bytes.js";

/** What was checked does not hold, or cannot be read. */
export class Refused extends Error {
  /**
   * @param {string} code as `tinnhiem explain` knows it
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.name = "Refused";
    this.code = code;
  }
}

/**
 * Refuses under a code unless something holds.
 * @param {unknown} holds
 * @param {string} code
 * @param {string} message
 * @returns {asserts holds}
 */
export function require(holds, code, message) {
  if (!holds) throw new Refused(code, message);
}

/**
 * What a reading answers; text or bytes of another form are refused under a code.
 * @template T
 * @param {string} code
 * @param {() => T} reading
 * @returns {T}
 */
export function reading(code, reading) {
  try {
    return reading();
  } catch (error) {
    throw error instanceof Malformed ? new Refused(code, error.message) : error;
  }
}
