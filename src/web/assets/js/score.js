// A score, computed anew: the rules that both engines share (SCORING.md, rules 1, 2 and 5 to 13).

import { accreditedAs, classOf, days, groupOf, signs, versionOn } from "./facts.js";
import * as score1 from "./score1.js";
import * as score2 from "./score2.js";
import { permille, quotient, sum } from "./whole.js";

/** @typedef {import("./facts.js").Facts} Facts */
/** @typedef {import("./documents.js").Assessment} Assessment */
/** @typedef {import("./documents.js").Endorsement} Endorsement */
/** @typedef {import("./documents.js").Policy} Policy */

const FULL = 10_000;
const ENGINES = { "score/1": score1, "score/2": score2 };
const CONFIDENCES = ["low", "medium", "high"];

/**
 * What a score says: its state, and where that is `rated` the numbers, in hundredths of a point.
 * @typedef {{state: "departed" | "ended" | "withheld" | "withheld_clock" | "not_rated"}
 *   | {state: "rated", score: number, range: {low: number, high: number}, band: string, confidence: string}} Figure
 */

/**
 * An assessor's word with the weight that it has today.
 * @typedef {{one: Assessment, weight: number}} Voice
 */

/**
 * The score of facts on a day, with what it was made by. `without_contested` is null where nothing is contested.
 * @param {Facts} facts
 * @param {string} asOf a date
 */
export function score(facts, asOf) {
  const whole = new Evaluation(facts, days(asOf));
  const contested = facts.dossier.contests.length > 0;
  const without = contested ? new Evaluation(facts, days(asOf), { withoutContested: true }) : null;
  return {
    engine: whole.policy.score,
    version: whole.version.version,
    figure: whole.figure(),
    base: whole.base("value"),
    agreement: whole.agreement(),
    criteria: whole.criteria.map((one) => ({ id: one.id, value: one.value, indicators: one.indicators })),
    without_contested: without === null ? null : without.figure(),
  };
}

/**
 * The weight of an age.
 * @param {Policy["assessment"]["age"]} steps
 * @param {number} age in days
 */
function ofAge(steps, age) {
  const step = steps.find((one) => one.up_to_days === null || Math.max(age, 0) <= one.up_to_days);
  return step?.permille ?? 0;
}

class Evaluation {
  /**
   * @param {Facts} facts
   * @param {number} day
   * @param {{withoutContested?: boolean, missedIn?: boolean}} [how]
   */
  constructor(facts, day, how = {}) {
    this.facts = facts;
    this.day = day;
    this.how = how;
    this.version = versionOn(facts, day);
    this.policy = this.version.policy;
    const { contests } = facts.dossier;
    // Past its last day without a decision, a contested item does not count.
    this.missed = contests.filter((one) => one.decide_by !== null && days(one.decide_by) < day);
    const out = [...(how.missedIn ? [] : this.missed), ...(how.withoutContested ? contests : [])];
    this.out = new Set(out.map((one) => one.target));
    this.groups = this.voices();
    this.criteria = this.policy.criteria.map((criterion) => this.criterion(criterion));
  }

  /** The assessors' voices that weigh something, by controller group. */
  voices() {
    /** @type {Map<string, Voice[]>} */
    const groups = new Map();
    for (const one of this.facts.dossier.assessments) {
      const counts = !this.out.has(one.event) && signs(this.facts, one);
      const valid = one.valid_until === null || this.day <= days(one.valid_until);
      const weight = counts && valid ? this.weight(one) : 0;
      if (weight === 0) continue;
      const group = groupOf(this.facts, one.assessor);
      groups.set(group, [...(groups.get(group) ?? []), { one, weight }]);
    }
    return groups;
  }

  /** @param {Assessment} one */
  weight(one) {
    const accredited = accreditedAs(this.facts, one.assessor);
    if (one.conflict || accredited === null || classOf(this.facts, one.assessor) === null) return 0;
    const rule = this.policy.assessment;
    const voiced = permille(rule.class_permille[accredited] ?? 0, ENGINES[this.policy.score].voice(one, rule));
    return permille(voiced, ofAge(rule.age, this.day - days(one.counts_from)));
  }

  /** @param {string} name */
  indicator(name) {
    const rule = this.policy.assessment;
    /** @type {score1.Vote[]} */
    const votes = [];
    let aside = 0;
    let total = 0;
    for (const voices of this.groups.values()) {
      const heaviest = (/** @type {Voice[]} */ some) => some.reduce((most, one) => Math.max(most, one.weight), 0);
      total += heaviest(voices);
      const graded = voices.flatMap(({ one, weight }) => {
        const value = one.values[name];
        return value === null || value === undefined ? [] : [{ value, weight }];
      });
      if (graded.length > 0) {
        const weight = graded.reduce((most, one) => Math.max(most, one.weight), 0);
        votes.push({ value: score1.median(graded), weight });
      } else {
        aside += heaviest(voices.filter(({ one }) => name in one.values));
      }
    }
    const none = { value: rule.prior_value, agreeing: 0, counted: null };
    const engine = ENGINES[this.policy.score];
    const { value, agreeing, counted } = votes.length > 0 || engine === score2 ? engine.valued(votes, rule) : none;
    const reach = Math.max(rule.prior_value, FULL - rule.prior_value);
    const spread = quotient(reach * rule.prior_weight, rule.prior_weight + agreeing);
    return {
      id: name,
      counts: votes.length > 0 && 2 * aside <= total,
      value,
      low: Math.max(value - spread, 0),
      high: Math.min(value + spread, FULL),
      groups: votes.length,
      agreeing,
      weight: sum(votes, (one) => one.weight),
      counted,
    };
  }

  /** @param {Policy["criteria"][number]} criterion */
  criterion(criterion) {
    const indicators = criterion.indicators.map((one) => this.indicator(one.id));
    const counting = indicators.filter((one) => one.counts);
    const mean = (/** @type {"value" | "low" | "high"} */ part) =>
      counting.length > 0 ? quotient(sum(counting, (one) => one[part]), counting.length) : null;
    const weight = criterion.weight_permille;
    return { id: criterion.id, weight, indicators, value: mean("value"), low: mean("low"), high: mean("high") };
  }

  /**
   * The score before bonus and sanctions, or an end of its range; null where a criterion has none.
   * @param {"value" | "low" | "high"} part
   */
  base(part) {
    if (this.criteria.some((one) => one[part] === null)) return null;
    return quotient(sum(this.criteria, (one) => one.weight * (one[part] ?? 0)), 1000);
  }

  endorsements() {
    return this.facts.dossier.endorsements.filter(
      (one) =>
        this.day <= days(one.expires_on) && signs(this.facts, one) && classOf(this.facts, one.endorser) !== null,
    );
  }

  /**
   * Whether a group has a commercial or fee tie to the subject.
   * @param {string} group
   * @param {Voice[]} voices
   */
  isTied(group, voices) {
    const binds = (/** @type {Endorsement} */ one) =>
      one.voided_by !== null || one.relation === "commercial" || one.relation === "family_owner";
    return (
      voices.some(({ one }) => one.fee) ||
      this.endorsements().some((one) => binds(one) && groupOf(this.facts, one.endorser) === group)
    );
  }

  quorumHolds() {
    const need = this.policy.quorum;
    const untied = [...this.groups].filter(([group, voices]) => !this.isTied(group, voices)).length;
    const enough = this.criteria.every((criterion) => {
      const graded = criterion.indicators.filter((one) => one.counts && one.groups >= need.groups_per_indicator);
      return graded.length >= need.indicators_per_criterion;
    });
    return this.base("value") !== null && this.groups.size >= need.groups && untied >= need.untied_groups && enough;
  }

  /** What sanctions in force take, cap, block and withhold. */
  burden() {
    const { sanction: rule, endorsement } = this.policy;
    const every = this.facts.dossier.sanctions
      .filter((one) => !this.out.has(one.event))
      .sort((one, other) => days(one.starts_on) - days(other.starts_on) || one.seq - other.seq);
    let total = 0;
    let blocks = false;
    /** @type {string | null} */
    let best = null;
    /** @type {"withheld" | "ended" | null} */
    let state = null;
    for (const [at, one] of every.entries()) {
      const first = days(one.starts_on);
      const runs = first <= this.day && (one.ends_on === null || this.day <= days(one.ends_on));
      const measure = rule.severities[one.severity];
      if (!runs || measure === undefined) continue;
      const half = one.term_days !== null && 2 * (this.day - first) >= one.term_days;
      const points = half ? quotient(measure.points, 2) : measure.points;
      const earlier = every
        .slice(0, at)
        .filter((other) => other.severity >= rule.repeat_from && first - days(other.starts_on) <= rule.repeat_days);
      const repeated = permille(points, 1000 + rule.repeat_permille * Math.min(earlier.length, rule.repeat_most));
      total = Math.min(total + repeated, rule.max_total);
      if (measure.best_band !== null && (best === null || measure.best_band > best)) best = measure.best_band;
      blocks ||= one.severity >= endorsement.blocked_from;
      if (measure.withholds && state !== "ended") state = one.ends_on === null ? "ended" : "withheld";
    }
    return { total, best, blocks, state };
  }

  /**
   * What endorsements add.
   * @param {number} base
   * @param {boolean} blocked
   */
  bonus(base, blocked) {
    const rule = this.policy.endorsement;
    const ranked = this.endorsements()
      .map((one) => {
        let units = one.voided_by !== null ? 0 : (rule.relation_units[one.relation] ?? 0);
        units = permille(units, ofAge(rule.age, this.day - days(one.on)));
        units = quotient(units * rule.undiluted, Math.max(rule.undiluted, one.dilution));
        if (one.reciprocal) units = permille(units, rule.reciprocal_permille);
        return { units, seq: one.seq, by: one.endorser };
      })
      .sort((one, other) => other.units - one.units || one.seq - other.seq);
    /** @type {Set<string>} */
    const groups = new Set();
    /** @type {Set<string | null>} */
    const classes = new Set();
    let total = 0;
    for (const { units, by } of ranked) {
      const group = groupOf(this.facts, by);
      if (units === 0 || groups.has(group) || groups.size === rule.series_permille.length) continue;
      total += permille(units, rule.series_permille[groups.size]);
      groups.add(group);
      classes.add(classOf(this.facts, by));
    }
    const earned = Math.min(permille(total, rule.rate_permille), classes.size === 1 ? rule.one_class_cap : rule.cap);
    return blocked || base < rule.min_base ? 0 : earned;
  }

  /** @returns {Figure} */
  figure() {
    if (this.facts.dossier.enrolment === null) return { state: "departed" };
    const { total, best, blocks, state } = this.burden();
    if (state !== null) return { state };
    const [base, low, high] = [this.base("value"), this.base("low"), this.base("high")];
    if (base === null || low === null || high === null || !this.quorumHolds()) return { state: this.unrated() };
    const shift = this.bonus(base, blocks) - total;
    const shifted = (/** @type {number} */ value) => Math.max(0, Math.min(value + shift, FULL));
    const step = this.policy.confidence.find((one) => high - low <= one.max_width);
    const confidence = step?.confidence ?? "low";
    return {
      state: "rated",
      score: shifted(base),
      range: { low: shifted(low), high: shifted(high) },
      band: this.band(shifted(base), confidence, best),
      confidence,
    };
  }

  /** Why there is no score: too little was said, or it would be enough had no clock been missed. */
  unrated() {
    if (this.missed.length === 0) return "not_rated";
    const whole = new Evaluation(this.facts, this.day, { ...this.how, missedIn: true });
    return whole.quorumHolds() ? "withheld_clock" : "not_rated";
  }

  /**
   * @param {number} score
   * @param {string} confidence
   * @param {string | null} best the best band that sanctions allow
   */
  band(score, confidence, best) {
    const { bands } = this.policy;
    const from = best === null ? 0 : bands.findIndex((one) => one.band === best);
    const sure = CONFIDENCES.indexOf(confidence);
    const reached = bands
      .slice(Math.max(from, 0))
      .find((one) => score >= one.min_score && sure >= CONFIDENCES.indexOf(one.min_confidence));
    return (reached ?? bands[bands.length - 1]).band;
  }

  /** The part of the weight that agrees, per mille; null where nothing counts. */
  agreement() {
    const counting = this.criteria.flatMap((one) => one.indicators).filter((one) => one.counts);
    const weight = sum(counting, (one) => one.weight);
    return weight === 0 ? null : quotient(1000 * sum(counting, (one) => one.agreeing), weight);
  }
}
