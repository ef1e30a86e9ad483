// What an act does to the score of whom it is about, as far as anybody can say before: from the ledger's own answers.

/** @typedef {import("./ledger.js").Ledger} Ledger */
/** @typedef {import("./words.js").Words} Words */

/**
 * A score in words.
 * @param {Words} words
 * @param {any} score as `/v1/subjects/{subject}/score` answers
 * @returns {string}
 */
function figured(words, score) {
  if (score.standing.state !== "rated") return words.of("standing", score.standing.state);
  return words.say("effect-figure", words.points(score.score), score.band);
}

/**
 * What a sanction takes, by the policy in force.
 * @param {any} policy
 * @param {string} severity
 * @param {Words} words
 */
function sanctioned(policy, severity, words) {
  const measure = policy.sanction.severities[severity];
  if (!measure) return [];
  return [measure.withholds ? words.say("effect-withholds") : words.say("effect-takes", words.points(measure.points))];
}

/**
 * Lines that say what an event would do.
 * @param {import("./payload.js").Event} event
 * @param {Ledger} ledger
 * @param {Words} words
 * @returns {Promise<string[]>}
 */
export async function effect({ type, subject, body }, ledger, words) {
  if (subject === undefined) return [words.say("effect-no_score")];
  if (type === "subject.enrolled") return [words.say("effect-enrolled")];
  const path = `v1/subjects/${subject}/score`;
  const score = await ledger.ask(path);
  const lines = [words.say("effect-now", figured(words, score))];
  const policy = async () => (await ledger.ask(`v1/policies/${score.policy}`)).policy;
  switch (type) {
    case "contest.filed": {
      const without = await ledger.ask(`${path}?without=${body.target}`);
      return [...lines, words.say("effect-contest"), words.say("effect-upheld", figured(words, without))];
    }
    case "endorsement.published":
      return [...lines, words.say("effect-endorse", words.points((await policy()).endorsement.cap))];
    case "endorsement.withdrawn":
      return [...lines, words.say("effect-withdraw")];
    case "sanction.imposed":
      return [...lines, ...sanctioned(await policy(), String(body.severity), words)];
    case "assessment.replied":
    case "sanction.replied":
      return [...lines, words.say("effect-reply")];
    default:
      return [...lines, words.say("effect-see")];
  }
}
