// How members of documents are written. A shape reads a value of untrusted JSON and answers it whole: what may be
// left out is null in it, what no shape names is refused.

import { Malformed } from "./bytes.js";

/**
 * @template T
 * @typedef {(value: unknown, where: string) => T} Shape
 */

/** @typedef {{[name: string]: unknown}} Members */

/** @param {string} where @returns {never} */
function wrong(where) {
  throw new Malformed(`${where} is missing, or not written as it must be`);
}

/**
 * Whether a value is an object, not a list.
 * @param {unknown} value
 * @returns {value is Members}
 */
function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/**
 * Whether a value is a date that there is, such as 2026-11-20.
 * @param {unknown} value
 * @returns {value is string}
 */
export function isDate(value) {
  return typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) && isInstant(`${value}T00:00:00.000Z`);
}

/**
 * Whether a value is an instant that there is, such as 2026-11-20T03:04:05.678Z.
 * @param {unknown} value
 * @returns {value is string}
 */
export function isInstant(value) {
  if (typeof value !== "string" || !/^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)) return false;
  const ms = Date.parse(value);
  // A day that a month does not have is moved to the next one by some readers.
  return !Number.isNaN(ms) && new Date(ms).toISOString() === value;
}

/** @type {Shape<string>} */
export const text = (value, where) => (typeof value === "string" ? value : wrong(where));
/** @type {Shape<boolean>} */
export const flag = (value, where) => (typeof value === "boolean" ? value : wrong(where));
/** @type {Shape<string>} */
export const date = (value, where) => (isDate(value) ? value : wrong(where));
/** @type {Shape<string>} */
export const instant = (value, where) => (isInstant(value) ? value : wrong(where));

/**
 * A text that a pattern fits as a whole.
 * @param {RegExp} pattern
 * @returns {Shape<string>}
 */
export function written(pattern) {
  const whole = new RegExp(`^(?:${pattern.source})$`);
  return (value, where) => (typeof value === "string" && whole.test(value) ? value : wrong(where));
}

/**
 * One of some texts.
 * @template {string} T
 * @param {...T} texts
 * @returns {Shape<T>}
 */
export function oneOf(...texts) {
  return (value, where) => texts.find((one) => one === value) ?? wrong(where);
}

/**
 * A whole number from 0.
 * @param {number} most
 * @returns {Shape<number>}
 */
export function whole(most) {
  return (value, where) => {
    const fits = typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= most;
    return fits ? value : wrong(where);
  };
}

export const u8 = whole(2 ** 8 - 1);
export const u16 = whole(2 ** 16 - 1);
export const u32 = whole(2 ** 32 - 1);
export const u64 = whole(Number.MAX_SAFE_INTEGER);
export const hash = written(/[0-9a-f]{64}/);
export const id = written(/[a-z0-9-]{1,40}/);
export const named = written(/[A-Za-z0-9._-]{1,32}/);
export const subject = written(/kol-[0-9a-hjkmnp-tv-z]{13}/);
export const party = written(/kol-[0-9a-hjkmnp-tv-z]{13}|(?!kol-)[a-z0-9-]{1,40}/);

/**
 * A value, or null, or nothing, which is read as null.
 * @template T
 * @param {Shape<T>} shape
 * @returns {Shape<T | null>}
 */
export function orNull(shape) {
  return (value, where) => (value === null || value === undefined ? null : shape(value, where));
}

/**
 * A value, or nothing, which stays nothing; null is refused.
 * @template T
 * @param {Shape<T>} shape
 * @returns {Shape<T | undefined>}
 */
export function orNothing(shape) {
  return (value, where) => (value === undefined ? undefined : shape(value, where));
}

/**
 * A list.
 * @template T
 * @param {Shape<T>} shape
 * @returns {Shape<T[]>}
 */
export function list(shape) {
  return (value, where) => (Array.isArray(value) ? value.map((one) => shape(one, where)) : wrong(where));
}

/**
 * An object whose members all are alike.
 * @template T
 * @param {Shape<string>} name
 * @param {Shape<T>} shape
 * @returns {Shape<{[name: string]: T}>}
 */
export function mapOf(name, shape) {
  return (value, where) => {
    if (!isObject(value)) return wrong(where);
    /** @type {{[name: string]: T}} */
    const found = Object.create(null);
    for (const [key, inner] of Object.entries(value)) found[name(key, where)] = shape(inner, `${where}.${key}`);
    return found;
  };
}

/**
 * An object with these members and no others.
 * @template {{[name: string]: Shape<any>}} M
 * @param {M} members
 * @returns {Shape<{[K in keyof M]: ReturnType<M[K]>}>}
 */
export function object(members) {
  return (value, where) => {
    if (!isObject(value)) return wrong(where);
    for (const name of Object.keys(value)) {
      if (!Object.hasOwn(members, name)) wrong(`${where}.${name.slice(0, 40)}`);
    }
    const found = Object.create(null);
    for (const [name, shape] of Object.entries(members)) {
      const inner = shape(value[name], `${where}.${name}`);
      if (inner !== undefined) found[name] = inner;
    }
    return found;
  };
}

/**
 * An object with exactly one of these members.
 * @template {{[name: string]: Shape<any>}} M
 * @param {M} members
 * @returns {Shape<Partial<{[K in keyof M]: ReturnType<M[K]>}>>}
 */
export function choice(members) {
  return (value, where) => {
    if (!isObject(value)) return wrong(where);
    const [name, ...more] = Object.keys(value);
    if (name === undefined || more.length > 0 || !Object.hasOwn(members, name)) return wrong(where);
    const found = Object.create(null);
    found[name] = members[name](value[name], `${where}.${name}`);
    return found;
  };
}
