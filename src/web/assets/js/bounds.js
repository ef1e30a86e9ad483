// What a policy's numbers may be, so that a score neither divides by nothing nor leaves the whole numbers.
// How its texts look in a page is not judged: no number depends on it.

/** @typedef {import("./documents.js").Policy} Policy */
/** @typedef {Policy["assessment"]["age"]} Ages */

const LEVELS = ["low", "medium", "high"];
const RELATIONS = ["none", "professional", "commercial", "family_owner"];

/** @param {unknown[]} items */
const distinct = (items) => new Set(items).size === items.length;
/** @param {number[]} numbers */
const falls = (numbers) => numbers.every((one, at) => at === 0 || numbers[at - 1] >= one);
/** @param {number[]} numbers */
const fallsStrictly = (numbers) => falls(numbers) && distinct(numbers);
/** @param {number[]} numbers */
const risesStrictly = (numbers) => fallsStrictly(numbers.toReversed());
/** @param {number} number @param {number} least @param {number} most */
const within = (number, least, most) => least <= number && number <= most;

/**
 * Whether scores can be made by a policy.
 * @param {Policy} policy
 */
export function isSound(policy) {
  const checks = [topics, criteria, assessment, endorsement, sanction, bands, windows];
  return checks.every((check) => check(policy));
}

/** @param {Policy} policy */
function topics(policy) {
  return within(Object.keys(policy.topics).length, 1, 256);
}

/** @param {Policy} policy */
function criteria({ criteria, quorum }) {
  const indicators = criteria.flatMap((one) => one.indicators);
  const least = quorum.indicators_per_criterion;
  return (
    within(criteria.length, 1, 32) &&
    within(indicators.length, 1, 256) &&
    criteria.reduce((sum, one) => sum + one.weight_permille, 0) === 1000 &&
    distinct(criteria.map((one) => one.id)) &&
    distinct(indicators.map((one) => one.id)) &&
    indicators.every((one) => within(one.max_level, 1, 10_000)) &&
    least >= 1 &&
    criteria.every((one) => one.indicators.length >= least)
  );
}

/** @param {Ages} steps */
function ages(steps) {
  const ends = steps.map((step) => step.up_to_days ?? Infinity);
  return (
    within(steps.length, 1, 32) &&
    steps.every((step) => step.permille <= 1000) &&
    risesStrictly(ends) &&
    falls(steps.map((step) => step.permille)) &&
    ends.every((end) => end <= 36_600 || end === Infinity)
  );
}

/** @param {Policy} policy */
function assessment({ assessment: rule, quorum, score }) {
  const classes = Object.values(rule.class_permille);
  return (
    within(classes.length, 1, 64) &&
    classes.every((one) => one <= 1000) &&
    ages(rule.age) &&
    rule.prior_weight >= 1 &&
    rule.prior_value <= 10_000 &&
    rule.agreement_distance <= 10_000 &&
    rule.low_agreement_permille <= 1000 &&
    second(rule, score) &&
    quorum.groups >= 1 &&
    quorum.groups_per_indicator >= 1 &&
    quorum.untied_groups <= quorum.groups
  );
}

/**
 * What `score/2` has, and no other engine.
 * @param {Policy["assessment"]} rule
 * @param {Policy["score"]} engine
 */
function second({ near, experience }, engine) {
  // A document that was hashed leaves out what is null.
  const [reach, voice] = [near ?? null, experience ?? null];
  if (engine !== "score/2") return reach === null && voice === null;
  return (
    reach !== null &&
    reach <= 10_000 &&
    voice !== null &&
    within(voice.first_permille, 1, 1000) &&
    voice.step_permille <= 1000 &&
    voice.cost_days <= 3660
  );
}

/** @param {Policy} policy */
function endorsement({ endorsement: rule }) {
  const series = rule.series_permille;
  return (
    RELATIONS.every((one) => (rule.relation_units[one] ?? 1001) <= 1000) &&
    ages(rule.age) &&
    rule.undiluted >= 1 &&
    rule.dilution_days <= 3660 &&
    rule.reciprocal_days <= 3660 &&
    rule.reciprocal_permille <= 1000 &&
    series.length <= 64 &&
    series.every((one) => one <= 1000) &&
    falls(series) &&
    rule.rate_permille <= 1000 &&
    rule.one_class_cap <= rule.cap &&
    rule.cap <= 10_000 &&
    rule.min_base <= 10_000
  );
}

/** @param {Policy} policy */
function sanction({ sanction: rule, bands }) {
  const letters = bands.map((one) => one.band);
  const measures = Object.values(rule.severities);
  return (
    measures.every((one) => one.points <= 10_000) &&
    measures.every((one) => one.term_days === null || within(one.term_days, 1, 36_600)) &&
    measures.every((one) => one.best_band === null || letters.includes(one.best_band)) &&
    rule.repeat_permille <= 10_000 &&
    rule.repeat_days <= 36_600 &&
    rule.max_total <= 10_000 &&
    rule.grave_signatures <= 8
  );
}

/** @param {Policy} policy */
function bands({ confidence, bands, certificate }) {
  const scores = bands.map((one) => one.min_score);
  const letters = bands.map((one) => one.band);
  const last = bands.at(-1);
  return (
    confidence.length <= 8 &&
    risesStrictly(confidence.map((one) => one.max_width)) &&
    fallsStrictly(confidence.map((one) => LEVELS.indexOf(one.confidence))) &&
    within(bands.length, 1, 26) &&
    fallsStrictly(scores) &&
    distinct(letters) &&
    letters.every((one) => /^[A-Z]$/.test(one)) &&
    last?.min_score === 0 &&
    last.min_confidence === "low" &&
    scores.every((one) => one <= 10_000) &&
    (certificate === undefined || letters.includes(certificate.least_band))
  );
}

/** @param {Policy} policy */
function windows({ windows, contest }) {
  const numbers = Object.values(windows).filter((one) => one !== null);
  const seats = contest.panel_size ?? 3;
  return (
    numbers.every((one) => one <= 3660) &&
    (windows.reply === null || windows.reply < 30) &&
    within(contest.max_open, 1, 100) &&
    seats % 2 === 1 &&
    seats <= 15
  );
}
