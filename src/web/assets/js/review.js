// What is about to be signed, shown before it is: the words that go with it, what it does to the score, and the exact
// bytes. And what became of it once it was sent.

import { isHex, text } from "./bytes.js";
import { around, download, element, link, listed } from "./elements.js";
import { effect } from "./effect.js";
import * as kept from "./kept.js";

/** @typedef {import("./elements.js").Fact} Fact */
/** @typedef {import("./ledger.js").Ledger} Ledger */
/** @typedef {import("./words.js").Words} Words */
/** @typedef {import("./draft.js").Attached} Attached */

/**
 * A receipt that this browser keeps.
 * @typedef {{id: string, origin: string, seq: number, type: string, at: string, text: string}} Receipt
 */

/**
 * A text that goes with an event.
 * @param {Attached} attached
 */
function quoted({ media, bytes }) {
  const says = media.startsWith("text/plain") || media === "application/json" ? text(bytes) : media;
  return around("blockquote", "words", around("p", "", element("bdi", says)));
}

/**
 * Parts under a title; nothing where there are none.
 * @param {string} title
 * @param {HTMLElement[]} parts
 * @returns {HTMLElement[]}
 */
function titled(title, parts) {
  return parts.length === 0 ? [] : [element("h3", title), around("div", "sheet", ...parts)];
}

/** Members of bodies that commit to words. */
const WORDS = ["statement", "reason"];

/**
 * Words that an event names and that came with an earlier one, which the ledger shows to everybody.
 * @param {Ledger} ledger
 * @param {import("./payload.js").Event} event
 * @param {Attached[]} attached
 * @returns {Promise<HTMLElement[]>}
 */
async function earlier(ledger, { body }, attached) {
  const named = WORDS.filter((name) => isHex(body[name], 32) && attached.every((one) => one.name !== name));
  const found = await Promise.all(named.map((name) => ledger.words(String(body[name]))));
  return found
    .filter((words) => words !== null)
    .map((words) => around("blockquote", "words", around("p", "", element("bdi", words))));
}

/**
 * What is signed: facts that the caller tells, the texts, what it does, and the payload as its bytes spell it.
 * @param {Words} words
 * @param {Ledger} ledger
 * @param {Fact[]} facts
 * @param {{event: import("./payload.js").Event, payload: Uint8Array<ArrayBuffer>, attached: Attached[]}} draft
 * @returns {Promise<HTMLElement[]>}
 */
export async function reviewed(words, ledger, facts, { event, payload, attached }) {
  const does = (await effect(event, ledger, words)).map((line) => element("p", line));
  const exact = element("pre", text(payload));
  exact.tabIndex = 0;
  const before = await earlier(ledger, event, attached);
  return [
    around("div", "sheet", listed(facts)),
    ...titled(words.say("sign-texts"), attached.map(quoted)),
    ...titled(words.say("sign-texts_kept"), before),
    element("h3", words.say("sign-effect")),
    around("div", "sheet effect", ...does),
    element("h3", words.say("sign-exact")),
    around("div", "sheet", element("p", words.say("sign-exact_why")), exact),
  ];
}

/**
 * Whose signatures are missing, a line each.
 * @param {Words} words
 * @param {{of: string, more: number, parties?: string[], seats?: number[], key?: string}[]} missing
 * @returns {string[]}
 */
export function lacking(words, missing) {
  return missing.map(({ of, more, parties, seats, key }) => {
    if (of === "council") return words.say("sign-missing_seats", more, (seats ?? []).join(", "));
    if (of === "panel") return words.say("sign-missing_panel", more, (parties ?? []).join(", "));
    if (of === "key") return words.say("sign-missing_key", key ?? "");
    return words.say("sign-missing_party", (parties ?? []).join(", "));
  });
}

/**
 * What became of an act: the receipt is kept, and where others must sign, who they are.
 * @param {Words} words
 * @param {Ledger} ledger
 * @param {string} origin
 * @param {string} type
 * @param {any} answer of the ledger
 * @returns {Promise<HTMLElement[]>}
 */
export async function became(words, ledger, origin, type, answer) {
  if (answer.seq === undefined) {
    const lines = lacking(words, answer.missing).map((line) => element("li", line));
    return [
      element("h2", words.say("sign-waits")),
      around("div", "note", element("p", words.say("sign-waits_for"))),
      around("div", "sheet", around("ul", "plain", ...lines), element("code", answer.id ?? "")),
    ];
  }
  const { seq, id, recorded_at: at, receipt } = answer;
  await kept.put("receipts", /** @type {Receipt} */ ({ id, origin, seq, type, at, text: receipt }));
  return [
    element("h2", words.say("sign-done")),
    around("div", "note done", element("p", words.say("sign-recorded", seq))),
    around(
      "p",
      "proof",
      link(`${ledger.root}entry/${seq}?lang=${words.lang}`, words.say("sign-entry", seq)),
      download(`${seq}.tlog-proof`, receipt, words.say("sign-receipt")),
    ),
  ];
}
