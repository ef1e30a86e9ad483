// What one score is made of, as documents of `dossier/1` say it: what of it fits together, and who counts as what.

import { require } from "./refused.js";
import { isSound } from "./bounds.js";

/** @typedef {import("./documents.js").Dossier} Dossier */
/** @typedef {import("./documents.js").Party} Party */
/** @typedef {import("./documents.js").Version} Version */

const FULL = 10_000;
const DAY_MS = 86_400_000;
const MOST_CONTESTS = 255;
const MOST_SANCTIONS = 10_000;

/**
 * A dossier with the parties that it names and all policy versions, at one size of the log.
 * @typedef {{dossier: Dossier, parties: Map<string, Party>, versions: Version[], invalid: Map<string, number>}} Facts
 */

/**
 * A date as a number of days.
 * @param {string} date
 */
export function days(date) {
  return Date.parse(date) / DAY_MS;
}

/**
 * Facts of documents that are under one commitment; refuses those of which no score can be made.
 * @param {Dossier} dossier
 * @param {Party[]} parties
 * @param {Version[]} versions
 * @param {number} size
 * @returns {Facts}
 */
export function factsOf(dossier, parties, versions, size) {
  const fits = (/** @type {boolean} */ holds, /** @type {string} */ why) => require(holds, "score_receipt.unfit", why);
  const { assessments, endorsements, sanctions, contests, certificate } = dossier;
  const items = [...assessments, ...endorsements, ...sanctions, ...contests, ...(certificate ? [certificate] : [])];
  fits(items.every((one) => one.seq < size), "an item is not older than the commitment");
  fits(contests.length <= MOST_CONTESTS, "more open contests than a policy allows");
  fits(sanctions.length <= MOST_SANCTIONS, "more sanctions than are read");
  fits(versions.every((one) => isSound(one.policy)), "a policy's numbers cannot be worked with");
  for (const one of assessments) {
    const policy = versions.find((row) => row.version === one.policy)?.policy;
    const graded = new Set(policy?.criteria.flatMap((criterion) => criterion.indicators.map((each) => each.id)));
    fits(Object.keys(one.values).every((name) => graded.has(name)), "a grade is not of its policy");
    fits(Object.values(one.values).every((value) => (value ?? 0) <= FULL), "a grade is above its highest");
  }
  const lines = parties.flatMap((one) => [...one.member, ...one.subject, ...one.accreditations]);
  fits(lines.every((line) => line.from_size > 0 && line.to_size !== 0), "nothing stands at size 0");
  fits(parties.every((one) => one.subject.length === 0 || one.party.startsWith("kol-")), "a subject's id names no subject");
  const keys = parties.flatMap((one) => one.keys).filter((key) => key.invalid.length > 0);
  const since = keys.map((key) => /** @type {[string, number]} */ ([
    key.key, Math.min(...key.invalid.map((one) => Date.parse(one.from))),
  ]));
  return { dossier, parties: new Map(parties.map((one) => [one.party, one])), versions, invalid: new Map(since) };
}

/**
 * The last line, where it still stands.
 * @template {{to_size: number | null}} T
 * @param {T[] | undefined} lines
 * @returns {T | null}
 */
function standing(lines) {
  const last = lines?.at(-1);
  return last !== undefined && last.to_size === null ? last : null;
}

/**
 * The version in force on a day.
 * @param {Facts} facts
 * @param {number} day
 */
export function versionOn(facts, day) {
  const inForce = facts.versions.filter((one) => one.to_size === null && days(one.effective_from) <= day);
  const version = inForce.at(-1);
  require(version, "score_receipt.unfit", "no policy was in force");
  return version;
}

/**
 * The organisation that controls a party, by name.
 * @param {Facts} facts
 * @param {string} name
 */
export function groupOf(facts, name) {
  const party = facts.parties.get(name);
  return standing(party?.member)?.group ?? party?.subject.at(-1)?.group ?? name;
}

/**
 * A party's class, `subject` for one enrolled, null where it has no standing.
 * @param {Facts} facts
 * @param {string} name
 */
export function classOf(facts, name) {
  const party = facts.parties.get(name);
  const member = standing(party?.member);
  if (member !== null) return member.standing === "active" ? member.class : null;
  return standing(party?.subject) === null ? null : "subject";
}

/**
 * The class of an assessor's accreditation, null where it has none.
 * @param {Facts} facts
 * @param {string} name
 */
export function accreditedAs(facts, name) {
  return standing(facts.parties.get(name)?.accreditations)?.class ?? null;
}

/**
 * Whether what a key signed then is worth anything, as far as is known.
 * @param {Facts} facts
 * @param {{key: string, at: string}} item
 */
export function signs(facts, item) {
  const since = facts.invalid.get(item.key);
  return since === undefined || Date.parse(item.at) < since;
}
