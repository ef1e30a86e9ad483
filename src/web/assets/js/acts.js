// What people do, as events: each act makes the body of one from what was answered, and the texts that it commits to.
// Nothing is asked of anybody here.

import { committed, PLAIN, randomSalt } from "./draft.js";
import { utf8 } from "./bytes.js";
import { require } from "./refused.js";

/** @typedef {import("./draft.js").Attached} Attached */
/** @typedef {import("./json.js").Json} Json */
/** @typedef {{[name: string]: Json}} Body */

/**
 * An act: the event's type, whom it is about, and in whose name: the key's owner unless `by` says another.
 * @typedef {{type: string, subject?: string, by?: string, body: Body, attached: Attached[]}} Act
 */

/** Most bytes of a text. */
const MOST_BYTES = 256 * 1024;
const CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz";

/**
 * Words as an attached text; nothing where there are none.
 * @param {string} name of the member that commits to them
 * @param {string} words
 * @returns {Attached[]}
 */
export function text(name, words) {
  // Fields end their lines as the web does; a text is one, whoever typed it.
  const bytes = utf8(words.replaceAll("\r\n", "\n").trim());
  require(bytes.length <= MOST_BYTES, "text.long", "the text is longer than 256 KiB");
  return bytes.length === 0 ? [] : [{ name, salt: randomSalt(), media: PLAIN, bytes }];
}

/** @param {Attached[]} attached @returns {Body} */
function members(attached) {
  return Object.fromEntries(attached.map((one) => [one.name, committed(one)]));
}

/**
 * Vouches for a KOL in a field.
 * @param {{subject: string, relation: string, value_band: string, topic: string, expires_on: string, statement: string}} given
 * @returns {Act}
 */
export function endorse({ subject, relation, value_band, topic, expires_on, statement }) {
  const attached = text("statement", statement);
  /** @type {Body} */
  const worth = relation === "commercial" ? { value_band } : {};
  /** @type {Body} */
  const body = { relation, ...worth, topic, expires_on, ...members(attached) };
  return { type: "endorsement.published", subject, body, attached };
}

/**
 * Takes an endorsement back.
 * @param {{subject: string, target: string, reason: string}} given
 * @returns {Act}
 */
export function withdraw({ subject, target, reason }) {
  const attached = text("reason", reason);
  return { type: "endorsement.withdrawn", subject, body: { target, ...members(attached) }, attached };
}

/**
 * Contests an assessment or a sanction.
 * @param {{subject: string, target: string, grounds: string, statement: string}} given
 * @returns {Act}
 */
export function contest({ subject, target, grounds, statement }) {
  const attached = text("statement", statement);
  return { type: "contest.filed", subject, body: { target, grounds, ...members(attached) }, attached };
}

/**
 * Replies to an assessment that was notified, or to a sanction that was proposed.
 * @param {{subject: string, target: string, of: string, statement: string}} given `of` is `notice` or `proposal`
 * @returns {Act}
 */
export function reply({ subject, target, of, statement }) {
  const attached = text("statement", statement);
  const type = of === "proposal" ? "sanction.replied" : "assessment.replied";
  return { type, subject, body: { [of]: target, ...members(attached) }, attached };
}

/**
 * Imposes a sanction as it was proposed, for the same reason; from today where its first day is past, and then as long.
 * @param {{subject: string, proposal: string, proposed: {[name: string]: any}, today: string}} given
 * @returns {Act}
 */
export function impose({ subject, proposal, proposed, today }) {
  const { severity, basis, starts_on, ends_on, reason } = proposed;
  const late = Math.max(0, day(today) - day(starts_on));
  /** @type {Body} */
  const ends = ends_on ? { ends_on: date(day(ends_on) + late) } : {};
  /** @type {Body} */
  const body = { severity, basis, starts_on: date(day(starts_on) + late), ...ends, reason, proposal };
  return { type: "sanction.imposed", subject, by: "council", body, attached: [] };
}

/** @param {string} written */
const day = (written) => Date.parse(`${written}T00:00:00Z`) / 86_400_000;
/** @param {number} days */
const date = (days) => new Date(days * 86_400_000).toISOString().slice(0, 10);

/**
 * Enrols a KOL, whose own key signs too.
 * @param {{subject: string, name: string, handles: string[], topics: string[], identity: string, identity_key: string,
 *   consent: string, key: string}} given
 * @returns {Act}
 */
export function enrol({ subject, name, handles, topics, identity, identity_key, consent, key }) {
  const bytes = utf8(JSON.stringify({ name, handles }));
  const profile = { name: "profile", salt: randomSalt(), media: "application/json", bytes };
  const body = { identity, identity_key, profile: committed(profile), consent, topics, group: subject, key };
  return { type: "subject.enrolled", subject, body, attached: [profile] };
}

/** An id for a new KOL. */
export function randomSubject() {
  const random = crypto.getRandomValues(new Uint8Array(13));
  return `kol-${[...random].map((byte) => CROCKFORD[byte & 31]).join("")}`;
}

/**
 * The event of an act.
 * @param {Act} act
 * @param {string} ledger its origin
 * @param {string} owner of the key that signs
 * @param {Date} at
 * @returns {import("./payload.js").Event}
 */
export function event({ type, subject, by, body }, ledger, owner, at) {
  const about = subject === undefined ? {} : { subject };
  return { ledger, type, issuer: by ?? owner, ...about, issued_at: at.toISOString(), body };
}
