// Strict JSON: what one reader could take otherwise than another is refused. And the canonical form of RFC 8785.
// `JSON.parse` keeps the last of two equal members and rounds numbers from 2^53 on; a signature covers neither choice.

import { Malformed, text as decoded, utf8 } from "./bytes.js";

/** @typedef {{[name: string]: Json}} JsonObject */
/** @typedef {Json[]} JsonList */
/** @typedef {null | boolean | number | string | JsonObject | JsonList} Json */

/** Most levels of arrays and objects. */
export const MOST_LEVELS = 16;

/**
 * The value of strict JSON in UTF-8. Objects have no prototype: a member may bear any name.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} [most] bytes
 * @returns {Json}
 */
export function parse(bytes, most = 32 * 1024) {
  if (bytes.length > most) throw new Malformed(`more than ${most} bytes`);
  return new Reader(decoded(bytes)).whole();
}

/**
 * The bytes of a value in canonical form: no space, members in the order of their names, whole numbers.
 * @param {Json} value
 */
export function canonical(value) {
  return utf8(written(value));
}

/**
 * @param {Json} value
 * @returns {string}
 */
function written(value) {
  if (Array.isArray(value)) return `[${value.map(written).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const members = Object.keys(value).sort();
    return `{${members.map((name) => `${JSON.stringify(name)}:${written(value[name])}`).join(",")}}`;
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new Malformed(`the number ${value}`);
  return JSON.stringify(value);
}

class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.level = 0;
  }

  /** @returns {Json} */
  whole() {
    this.space();
    const value = this.value();
    this.space();
    if (this.at !== this.text.length) this.wrong();
    return value;
  }

  /** @returns {never} */
  wrong(what = "not JSON") {
    throw new Malformed(`${what}, at character ${this.at}`);
  }

  space() {
    while (" \t\n\r".includes(this.text[this.at] ?? "x")) this.at += 1;
  }

  /** @param {string} sign */
  expect(sign) {
    if (this.text[this.at] !== sign) this.wrong();
    this.at += 1;
  }

  /** @returns {Json} */
  value() {
    const sign = this.text[this.at] ?? "";
    if (sign === "{") return this.nested(() => this.object());
    if (sign === "[") return this.nested(() => this.array());
    if (sign === '"') return this.string();
    if (sign === "-" || (sign >= "0" && sign <= "9")) return this.number();
    for (const [word, value] of /** @type {[string, Json][]} */ ([["true", true], ["false", false], ["null", null]])) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.wrong();
  }

  /** @param {() => Json} inner */
  nested(inner) {
    this.level += 1;
    if (this.level > MOST_LEVELS) this.wrong("nested too deeply");
    this.at += 1;
    this.space();
    const value = inner();
    this.level -= 1;
    return value;
  }

  /** @returns {Json} */
  object() {
    /** @type {{[name: string]: Json}} */
    const found = Object.create(null);
    if (this.text[this.at] === "}") {
      this.at += 1;
      return found;
    }
    do {
      const name = this.string();
      if (name in found) this.wrong("a member that stands twice in its object");
      this.space();
      this.expect(":");
      this.space();
      found[name] = this.value();
    } while (!this.ends("}"));
    return found;
  }

  /** @returns {Json} */
  array() {
    /** @type {Json[]} */
    const found = [];
    if (this.text[this.at] === "]") {
      this.at += 1;
      return found;
    }
    do found.push(this.value());
    while (!this.ends("]"));
    return found;
  }

  /** @param {string} sign */
  ends(sign) {
    this.space();
    if (this.text[this.at] === sign) {
      this.at += 1;
      return true;
    }
    this.expect(",");
    this.space();
    return false;
  }

  /** @returns {string} */
  string() {
    const start = this.at;
    this.expect('"');
    for (;;) {
      const sign = this.text[this.at];
      if (sign === undefined || sign < " ") this.wrong();
      this.at += sign === "\\" ? 2 : 1;
      if (sign === '"') break;
    }
    try {
      const value = JSON.parse(this.text.slice(start, this.at));
      utf8(value);
      return value;
    } catch {
      return this.wrong("a text that cannot be read");
    }
  }

  /** @returns {number} */
  number() {
    const found = /[-+.eE0-9]+/y;
    found.lastIndex = this.at;
    const [digits] = found.exec(this.text) ?? [""];
    const value = Number(digits);
    if (!/^(0|-?[1-9][0-9]*)$/.test(digits) || !Number.isSafeInteger(value)) this.wrong("a number that is not whole and plain");
    this.at += digits.length;
    return value;
  }
}
