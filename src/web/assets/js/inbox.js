// The page of what waits for a signature of this browser's keys. An event is read with its texts, each checked against the
// commitment that is signed, and shown to the letter, before anything is signed.

import { commitment } from "./blake3.js";
import { fromBase64, toHex } from "./bytes.js";
import { around, button, byId, element, refusal, show } from "./elements.js";
import * as keys from "./keys.js";
import { Ledger } from "./ledger.js";
import { eventId, openEnvelope, read } from "./payload.js";
import { reading, require } from "./refused.js";
import { became, lacking, reviewed } from "./review.js";
import { Words } from "./words.js";

/** @typedef {import("./keys.js").Kept} Kept */
/** @typedef {import("./elements.js").Fact} Fact */
/** @typedef {import("./json.js").Json} Json */

const words = Words.of(document, "words");
const page = byId("inbox");
const list = byId("waiting");
const place = byId("review");
const ledger = new Ledger(page.dataset.root ?? "./");

/**
 * A value of a body in words, a line each.
 * @param {Json} value
 * @returns {string[]}
 */
function told(value) {
  if (typeof value === "string") return [/^\d{4}-\d\d-\d\d$/.test(value) ? words.day(value) : words.of("value", value)];
  if (Array.isArray(value)) return value.flatMap(told);
  if (value !== null && typeof value === "object") {
    return Object.entries(value).map(([name, one]) => `${words.of("member", name)}: ${told(one).join(", ")}`);
  }
  return [String(value)];
}

/**
 * The event of a draft and its texts, each where the body commits to it.
 * @param {string} id
 * @param {any} view as the ledger answers
 */
function opened(id, view) {
  const { payload } = reading("draft.changed", () => openEnvelope(view.envelope));
  require(eventId(payload) === id, "draft.changed", "the draft is another than its id says");
  const event = reading("draft.changed", () => read(payload));
  const named = Object.entries(event.body);
  const attached = (view.attachments ?? []).map((/** @type {any} */ one) => {
    const [salt, bytes] = reading("draft.changed", () => [fromBase64(one.salt, 32), fromBase64(one.bytes)]);
    const as = toHex(commitment(salt, bytes));
    const name = named.find(([, value]) => value === as || (Array.isArray(value) && value.includes(as)))?.[0];
    require(name, "draft.changed", "a text came along to which the event does not commit");
    return { name, salt, media: String(one.media_type), bytes };
  });
  return { event, payload, attached };
}

/**
 * Shows a draft whole, with what signs it.
 * @param {Kept} key
 * @param {string} id
 * @param {string} origin
 */
async function review(key, id, origin) {
  const view = await ledger.draft(id, key, origin);
  const draft = opened(id, view);
  const { event } = draft;
  require(event.ledger === origin, "draft.changed", "the event is of another ledger");
  const names = await Promise.all(
    [event.issuer, event.subject].map((one) => (one && one !== "council" ? ledger.called(one) : (one ?? ""))),
  );
  /** @type {Fact[]} */
  const facts = [[words.say("inbox-what"), words.of("type", event.type)]];
  facts.push([words.say("inbox-issuer"), event.issuer === "council" ? words.say("inbox-council") : names[0]]);
  if (event.subject) facts.push([words.say("inbox-kol"), names[1], event.subject]);
  const texts = new Set(draft.attached.map((/** @type {{name: string}} */ one) => one.name));
  for (const [name, value] of Object.entries(event.body)) {
    if (!texts.has(name)) facts.push([words.of("member", name), ...told(value)]);
  }
  const signed = view.signed.map((/** @type {any} */ one) =>
    one.seat ? words.say("inbox-seat", one.seat) : (one.party ?? one.key),
  );
  facts.push([words.say("inbox-signed"), ...signed]);
  facts.push([words.say("inbox-missing"), ...lacking(words, view.missing)]);
  facts.push([words.say("inbox-key"), `${key.name}`, key.id]);
  const parts = await reviewed(words, ledger, facts, draft);
  const sign = button(words.say("inbox-sign"), async () => {
    try {
      const answer = await ledger.sign(id, draft.payload, key);
      show(place, ...(await became(words, ledger, origin, event.type, answer)));
      await draw();
    } catch (error) {
      place.append(refusal(words, error));
    }
  });
  const back = button(
    words.say("inbox-back"),
    () => {
      place.hidden = true;
      list.focus();
    },
    "quiet",
  );
  show(place, element("h2", words.say("inbox-review")), ...parts, around("p", "ways", sign, back));
}

/**
 * A draft in the list.
 * @param {Kept} key
 * @param {any} row
 * @param {string} origin
 */
async function item(key, row, origin) {
  const about = row.subject ? [` ${await ledger.called(row.subject)}`] : [];
  const open = button(words.say("inbox-read"), () =>
    review(key, row.id, origin).catch((error) => show(place, refusal(words, error))),
  );
  const what = around("p", "", element("b", words.of("type", row.type)), ...about);
  const until = element("small", words.say("inbox-until", key.name, words.day(row.lapses_at.slice(0, 10))));
  const made = around("li", "", what, until, around("p", "ways", open));
  made.dataset.draft = row.id;
  return made;
}

async function draw() {
  const [all, { origin }] = await Promise.all([keys.all(), ledger.about()]);
  const found = await Promise.all(
    all.map(async (key) => (await ledger.waiting(key, origin)).filter((row) => row.id).map((row) => ({ key, row }))),
  );
  const rows = await Promise.all(found.flat().map(({ key, row }) => item(key, row, origin)));
  const none = element("p", all.length === 0 ? words.say("inbox-no_keys") : words.say("inbox-none"));
  list.replaceChildren(rows.length > 0 ? around("ul", "plain", ...rows) : none);
  list.dataset.ready = String(rows.length);
}

page.hidden = false;
draw().catch((error) => show(list, refusal(words, error)));
byId("again").addEventListener("click", () => draw().catch((error) => show(list, refusal(words, error))));
