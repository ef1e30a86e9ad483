// The documents of `dossier/1`: what a score is made of, their form, and the leaf that an operator commits to.
// What each member means stands in schemas/dossier-1.md.

import { blake3 } from "./blake3.js";
import { concat, utf8 } from "./bytes.js";
import { canonical } from "./json.js";
import { leafHash } from "./merkle.js";
import {
  choice, date, flag, hash, id, instant, list, mapOf, named, object, oneOf, orNothing, orNull, party, subject, text,
  u16, u32, u64, u8, written,
} from "./shapes.js";

const severity = oneOf("S1", "S2", "S3", "S4", "S5");
const confidence = oneOf("low", "medium", "high");
const relation = oneOf("none", "professional", "commercial", "family_owner");
const letter = written(/[^]/u);

const recorded = { at: instant, event: hash, on: date, seq: u64 };
const stood = { from_size: u64, to_size: orNull(u64) };
const reply = object({ event: hash, on: date, statement: hash });
const label = object({ vi: text, en: text });
const ages = list(object({ up_to_days: orNull(u32), permille: u16 }));

const basis = choice({ conduct: named, clause: object({ code: hash, clause: named, broken_on: date }), decision: hash });

/** A dossier: all that stands of one subject. */
export const dossier = object({
  subject,
  enrolment: orNull(object({ ...recorded, group: id, profile: hash, registrar: party, topics: list(id) })),
  assessments: list(
    object({
      ...recorded,
      assessor: party,
      conflict: flag,
      counts_from: date,
      experience: orNothing(object({ days: u16, overturned: u16 })),
      fee: flag,
      key: hash,
      policy: u32,
      reply: orNull(reply),
      valid_until: orNull(date),
      values: mapOf(named, orNull(u16)),
    }),
  ),
  endorsements: list(
    object({
      ...recorded,
      dilution: u16,
      endorser: party,
      expires_on: date,
      key: hash,
      reciprocal: flag,
      relation,
      topic: id,
      voided_by: orNull(hash),
    }),
  ),
  sanctions: list(
    object({
      ...recorded,
      basis,
      ends_on: orNull(date),
      lifted: flag,
      reply: orNull(reply),
      severity,
      starts_on: date,
      term_days: orNull(u32),
      urgent: flag,
    }),
  ),
  contests: list(
    object({
      ...recorded,
      decide_by: orNull(date),
      grounds: oneOf("factual_error", "procedure", "conflict_of_interest", "disproportionate"),
      target: hash,
    }),
  ),
  certificate: orNothing(
    object({ ...recorded, as_of: date, band: letter, policy: u32, score: u16, valid_until: date }),
  ),
});

/** A party with its whole past. */
export const wholeParty = object({
  party,
  accreditations: list(
    object({ ...stood, class: id, event: hash, topics: list(id), valid_until: orNull(date) }),
  ),
  keys: list(
    object({
      ...stood,
      invalid: list(object({ from: instant, known_from_size: u64 })),
      key: hash,
      live_from: instant,
      seat: flag,
    }),
  ),
  member: list(
    object({
      ...stood,
      class: oneOf("state_agency", "platform", "business", "press", "assessor", "auditor", "operator"),
      group: id,
      name: text,
      roles: list(oneOf("registrar")),
      standing: oneOf("active", "suspended", "removed"),
    }),
  ),
  subject: list(object({ ...stood, group: id })),
});

const policy = object({
  rules: oneOf("rules/1"),
  score: oneOf("score/1", "score/2"),
  notice_days: u16,
  topics: mapOf(id, label),
  criteria: list(
    object({
      id: named,
      name: label,
      weight_permille: u16,
      indicators: list(object({ id: named, name: label, max_level: u16 })),
    }),
  ),
  assessment: object({
    class_permille: mapOf(id, u16),
    age: ages,
    max_validity_days: orNull(u16),
    extreme_evidence: u8,
    prior_weight: u16,
    prior_value: u16,
    agreement_distance: u16,
    low_agreement_permille: u16,
    near: orNull(u16),
    experience: orNull(object({ first_permille: u16, step_permille: u16, cost_days: u16 })),
  }),
  quorum: object({ groups: u16, untied_groups: u16, indicators_per_criterion: u16, groups_per_indicator: u16 }),
  endorsement: object({
    relation_units: mapOf(relation, u16),
    age: ages,
    undiluted: u16,
    dilution_days: u16,
    reciprocal_days: u16,
    reciprocal_permille: u16,
    series_permille: list(u16),
    rate_permille: u16,
    cap: u16,
    one_class_cap: u16,
    min_base: u16,
    blocked_from: severity,
  }),
  sanction: object({
    severities: mapOf(
      severity,
      object({ points: u16, term_days: orNull(u16), best_band: orNull(letter), withholds: flag }),
    ),
    repeat_from: severity,
    repeat_days: u16,
    repeat_permille: u16,
    repeat_most: u8,
    max_total: u16,
    public_days: u16,
    grave_min_seats: u8,
    grave_signatures: u8,
  }),
  confidence: list(object({ max_width: u16, confidence })),
  bands: list(object({ band: letter, min_score: u16, min_confidence: confidence })),
  contest: object({ max_open: u8, panel_size: orNothing(u8) }),
  windows: object({
    reply: orNull(u16),
    file: orNull(u16),
    admit: orNull(u16),
    decide: orNull(u16),
    decide_extension: orNull(u16),
    appeal: orNull(u16),
    appeal_decide: orNull(u16),
    appeal_extension: orNull(u16),
  }),
  certificate: orNothing(object({ least_band: letter, least_confidence: confidence, barred_from: severity })),
});

/** A policy version. */
export const version = object({ ...stood, effective_from: date, event: hash, policy, version: u32 });

/** @typedef {ReturnType<typeof dossier>} Dossier */
/** @typedef {ReturnType<typeof wholeParty>} Party */
/** @typedef {ReturnType<typeof version>} Version */
/** @typedef {ReturnType<typeof policy>} Policy */
/** @typedef {Dossier["assessments"][number]} Assessment */
/** @typedef {Dossier["endorsements"][number]} Endorsement */
/** @typedef {Dossier["sanctions"][number]} Sanction */

/**
 * What stands in a document for what it means by leaving it out is left out.
 * @param {Dossier | Party | Version} document
 */
function plain(document) {
  if ("assessments" in document) {
    for (const one of document.assessments) {
      if (one.experience?.days === 0 && one.experience.overturned === 0) delete one.experience;
    }
  }
  if ("policy" in document) {
    const { assessment, contest } = document.policy;
    if (contest.panel_size === 3) delete contest.panel_size;
    for (const name of /** @type {const} */ (["near", "experience"])) {
      if (assessment[name] === null) delete (/** @type {Partial<typeof assessment>} */ (assessment))[name];
    }
  }
  return /** @type {import("./json.js").Json} */ (/** @type {unknown} */ (document));
}

/**
 * The bytes of a document.
 * @param {Dossier | Party | Version} document
 */
export function bytes(document) {
  return canonical(plain(document));
}

/**
 * The leaf of a document under its name.
 * @param {string} name
 * @param {Dossier | Party | Version} document
 */
export function leaf(name, document) {
  return leafHash(concat(utf8(name), Uint8Array.of(0), blake3(bytes(document))));
}
