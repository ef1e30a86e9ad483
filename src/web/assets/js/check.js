// The page that checks a receipt: the file is read here and goes nowhere, and after the page is there nothing is asked
// of anybody. What is shown says what was checked, against which key, and what was not.

import { isHex } from "./bytes.js";
import { element, listed } from "./elements.js";
import { readVkey } from "./notes.js";
import { Refused, require } from "./refused.js";
import { verifyFile } from "./score_receipt.js";
import { Words } from "./words.js";

/** @typedef {Awaited<ReturnType<typeof verifyFile>>} Verified */
/** @typedef {import("./elements.js").Fact} Fact */

const MOST_BYTES = 16 * 1024 * 1024;
const DAY_MS = 86_400_000;

const words = Words.of(document, "words");
const form = /** @type {HTMLFormElement} */ (document.getElementById("check"));
const result = /** @type {HTMLElement} */ (document.getElementById("result"));
const file = /** @type {HTMLInputElement} */ (document.getElementById("file"));
const vkey = /** @type {HTMLInputElement} */ (document.getElementById("vkey"));
const auditors = /** @type {HTMLInputElement} */ (document.getElementById("auditors"));
/** The key that this page came with; a field keeps what was typed when a page is loaded again. */
const own = form.dataset.vkey ?? "";

/**
 * Who says to have signed an entry: whose a key is, a receipt does not prove.
 * @param {import("./entry.js").Entry} entry
 * @returns {string[]}
 */
function claims(entry) {
  return entry.keys.map((key) => words.say("check-claims", entry.event.issuer, key));
}

/**
 * Which key vouches, and who saw the checkpoint.
 * @param {boolean} pasted
 * @param {import("./notes.js").Checkpoint} checkpoint
 * @returns {Fact[]}
 */
function against(pasted, checkpoint) {
  const others = checkpoint.others.length;
  const seen = others > 0 ? words.say("check-other_signatures", others) : words.say("check-no_witness");
  return [
    [words.say("check-against"), pasted ? words.say("check-key_pasted") : words.say("check-key_own"), checkpoint.origin],
    [words.say("check-witnesses"), seen],
  ];
}

/**
 * @param {Extract<Verified, {kind: "entry"}>} found
 * @param {boolean} pasted
 */
function entry(found, pasted) {
  const at = found.recordedAt.toISOString();
  return [
    element("p", words.say("check-entry_holds", found.index, found.checkpoint.size)),
    listed([
      [words.say("check-event"), found.event.type, found.id],
      [words.say("check-signed"), ...claims(found)],
      ...(found.event.subject ? [/** @type {Fact} */ ([words.say("check-subject"), found.event.subject])] : []),
      [words.say("check-recorded"), at, words.say("check-age", age(at))],
      ...against(pasted, found.checkpoint),
    ]),
    element("p", words.say("check-entry_open")),
    element("pre", new TextDecoder().decode(found.payload)),
  ];
}

/**
 * Days since an instant.
 * @param {string} at
 */
function age(at) {
  return Math.max(0, Math.floor((Date.now() - Date.parse(at)) / DAY_MS));
}

/** @param {import("./score.js").Figure} figure */
function figured(figure) {
  if (figure.state !== "rated") return [words.of("standing", figure.state)];
  const { low, high } = figure.range;
  return [
    words.say("check-figure", words.points(figure.score), figure.band),
    words.say("check-range", words.points(low), words.points(high), words.of("confidence", figure.confidence)),
  ];
}

/**
 * @param {Extract<Verified, {kind: "score"}>} found
 * @param {boolean} pasted
 * @param {string[]} trusted keys of auditors
 */
function score(found, pasted, trusted) {
  const attested = found.attested.flatMap(({ issuer, keys }) =>
    keys.map((key) =>
      trusted.includes(key) ? words.say("check-trusted", issuer, key) : words.say("check-claims", issuer, key),
    ),
  );
  const complete = found.attested.some(({ keys }) => keys.some((key) => trusted.includes(key)));
  const without = found.without_contested;
  return [
    element("p", words.say("check-score_holds", found.engine, found.version)),
    listed([
      [words.say("check-subject"), found.subject],
      [words.say("check-score"), ...figured(found.figure)],
      ...(without ? [/** @type {Fact} */ ([words.say("check-without"), ...figured(without)])] : []),
      [
        words.say("check-state"),
        words.say("check-size", words.day(found.date), found.size),
        words.say("check-age", age(found.date)),
        words.say("check-later"),
      ],
      [words.say("check-committed"), ...claims(found.commitment)],
      [words.say("check-attested"), ...(attested.length > 0 ? attested : [words.say("check-nobody")])],
      ...against(pasted, found.commitment.checkpoint),
    ]),
    element("p", complete ? words.say("check-complete") : words.say("check-score_open")),
  ];
}

/** @param {unknown} error */
function refused(error) {
  const [code, said] = error instanceof Refused ? [error.code, error.message] : ["page.failed", String(error)];
  const detail = element("p", "");
  detail.lang = "en";
  detail.append(element("code", code), ` ${said}`);
  return [element("p", words.of("why", code)), detail];
}

/**
 * @param {string} kind class of the note
 * @param {string} title
 * @param {HTMLElement[]} inner
 */
function show(kind, title, inner) {
  const note = element("section", "", kind);
  note.append(...inner);
  result.replaceChildren(element("h2", title), note);
}

/** @param {File} chosen */
async function check(chosen) {
  result.replaceChildren(element("p", words.say("check-running")));
  try {
    const typed = vkey.value.replaceAll(/\s/g, "");
    const pasted = typed !== "" && typed !== own;
    const log = readVkey(pasted ? typed : own);
    const trusted = auditors.value.split(/\s+/).filter((key) => key !== "");
    require(trusted.every((key) => isHex(key, 32)), "auditor.malformed", "an auditor's key is 64 lower-case hex digits");
    require(chosen.size <= MOST_BYTES, "receipt.malformed", "the file is too large to be a receipt");
    const found = await verifyFile(new Uint8Array(await chosen.arrayBuffer()), log);
    const inner = found.kind === "entry" ? entry(found, pasted) : score(found, pasted, trusted);
    show("sheet holds", words.say("check-holds"), inner);
  } catch (error) {
    show("note warn fails", words.say("check-fails"), refused(error));
  }
}

form.hidden = false;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const chosen = file.files?.[0];
  if (chosen) check(chosen);
});
file.addEventListener("change", () => form.requestSubmit());
form.addEventListener("dragover", (event) => event.preventDefault());
form.addEventListener("drop", (event) => {
  event.preventDefault();
  const dropped = event.dataTransfer?.files;
  if (!dropped || dropped.length === 0) return;
  file.files = dropped;
  form.requestSubmit();
});
