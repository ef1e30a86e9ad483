// The page of this browser's keys: made here or brought in from a file, named, and forgotten; and the receipts of what they
// signed. Private halves stay in this browser.

import { around, button, byId, download, element, link, refusal, show } from "./elements.js";
import * as kept from "./kept.js";
import * as keys from "./keys.js";
import { Ledger } from "./ledger.js";
import { isSealed } from "./pkcs8.js";
import { require } from "./refused.js";
import { Words } from "./words.js";

/** @typedef {import("./keys.js").Kept} Kept */

/** Fewest characters of a pass phrase. */
const LEAST = 12;
/** Most bytes of a key's file. */
const MOST_BYTES = 64 * 1024;

const words = Words.of(document, "words");
const page = byId("mine");
const list = byId("keys");
const receipts = byId("receipts");
const make = /** @type {HTMLFormElement} */ (byId("make"));
const bring = /** @type {HTMLFormElement} */ (byId("bring"));
const ledger = new Ledger(page.dataset.root ?? "./");
const about = ledger.about();

/** @param {HTMLFormElement} form @param {string} name */
const value = (form, name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).value;

/**
 * @param {string} path
 */
const to = (path) => `${ledger.root}${path}${path.includes("?") ? "&" : "?"}lang=${words.lang}`;

/**
 * Who the ledger knows a key as, and what its owner may go on with.
 * @param {Kept} key
 */
async function known(key) {
  const whose = await ledger.owner(key.id);
  if (!whose) return [element("p", words.say("mine-nobody"))];
  const { owner } = whose;
  const seat = whose.seat_number ?? null;
  // Who holds a seat need not be a member.
  const party = (whose.seat_number ?? null) === null ? await ledger.party(owner) : null;
  const name = party?.name ?? owner;
  const kol = owner.startsWith("kol-");
  const role = seat === null ? [] : [` (${words.say("mine-seat", seat)})`];
  /** @type {HTMLElement[]} */
  const lines = [
    around(
      "p",
      "",
      words.say("mine-is"),
      " ",
      party ? link(to(kol ? `kol/${owner}` : `member/${owner}`), name) : name,
      ...role,
    ),
  ];
  if (!whose.live) lines.push(element("p", words.say("mine-ended")));
  if (whose.live && seat === null) lines.push(...(await endorsements(owner)));
  if (whose.live && kol) {
    const may = [
      link(to(`act/contest?subject=${owner}`), words.say("mine-contest")),
      link(to(`act/reply?subject=${owner}`), words.say("mine-reply")),
    ];
    lines.push(around("p", "ways", ...may));
  }
  if (whose.live && party?.roles?.includes("registrar"))
    lines.push(around("p", "ways", link(to("act/enrol"), words.say("mine-enrol"))));
  return lines;
}

/**
 * The endorsements of a party that stand, each with the way to take it back.
 * @param {string} owner
 */
async function endorsements(owner) {
  const { events } = await ledger.ask(`v1/events?issuer=${owner}&type=endorsement.published&fates=true&limit=1000`);
  const open = events.filter((/** @type {any} */ one) => ["standing", "voided"].includes(one.fate?.stage)).reverse();
  if (open.length === 0) return [];
  const rows = open.slice(0, 20).map(async (/** @type {any} */ one) => {
    const name = await ledger.called(one.subject);
    const back = link(to(`act/withdraw?target=${one.id}`), words.say("mine-withdraw"));
    return around("li", "", link(to(`kol/${one.subject}`), name), ` · ${words.say("mine-entry", one.seq)} · `, back);
  });
  return [element("p", words.say("mine-endorsed")), around("ul", "plain", ...(await Promise.all(rows)))];
}

/**
 * What forgets a key, asked twice: without a file of it, it is lost.
 * @param {Kept} key
 */
function forgetting(key) {
  const place = around("p", "ways");
  const ask = () => {
    const sure = button(words.say("mine-forget_sure"), async () => {
      await keys.forget(key.id);
      await draw();
      list.focus();
    });
    place.replaceChildren(
      words.say("mine-forget_warns"),
      " ",
      sure,
      " ",
      button(words.say("mine-forget_not"), again, "quiet"),
    );
    sure.focus();
  };
  const again = () => place.replaceChildren(button(words.say("mine-forget"), ask, "quiet"));
  again();
  return place;
}

/** @param {Kept} key */
async function row(key) {
  const public_half = around("p", "", `${words.say("mine-public")} `, element("code", key.id));
  const rest = await known(key).catch((error) => [refusal(words, error)]);
  const made = around("li", "", element("h3", key.name), public_half, ...rest, forgetting(key));
  made.dataset.key = key.id;
  return made;
}

async function draw() {
  const all = await keys.all();
  const rows = await Promise.all(all.map(row));
  list.replaceChildren(rows.length > 0 ? around("ul", "plain", ...rows) : element("p", words.say("mine-none")));
  list.dataset.ready = String(rows.length);
  const { origin } = await about;
  const found = /** @type {import("./review.js").Receipt[]} */ (await kept.all("receipts")).filter(
    (one) => one.origin === origin,
  );
  const items = found
    .sort((one, other) => other.seq - one.seq)
    .map((one) => {
      const day = words.day(one.at.slice(0, 10));
      const entry = link(to(`entry/${one.seq}`), words.say("mine-entry", one.seq));
      const took = download(`${one.seq}.tlog-proof`, one.text, words.say("sign-receipt"));
      return around("li", "", entry, ` · ${words.of("type", one.type)} · ${day} · `, took);
    });
  receipts.replaceChildren(
    items.length > 0 ? around("ul", "plain", ...items) : element("p", words.say("mine-no_receipts")),
  );
}

/**
 * Runs what a form asks for, and says in it what came of it.
 * @param {HTMLFormElement} form
 * @param {() => Promise<Node[]>} does
 */
function runs(form, does) {
  const said = /** @type {HTMLElement} */ (form.querySelector("[role=status]"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const press = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
    press.disabled = true;
    said.replaceChildren(element("p", words.say("mine-works")));
    try {
      const parts = await does();
      form.reset();
      await draw();
      show(said, ...parts);
    } catch (error) {
      show(said, refusal(words, error));
    } finally {
      press.disabled = false;
    }
  });
}

runs(make, async () => {
  const phrase = value(make, "phrase");
  require(phrase === "" || phrase.length >= LEAST, "phrase.short", `a pass phrase has at least ${LEAST} characters`);
  require(phrase === value(make, "again"), "phrase.other", "the two pass phrases differ");
  const name = value(make, "name").trim();
  const { id, key, file } = await keys.made(phrase);
  await keys.keep(id, key, name);
  const told = around("div", "note", element("p", words.say("mine-made")), element("code", id));
  if (file !== null) told.append(around("p", "", download(`${id.slice(0, 8)}.pem`, file, words.say("mine-download"))));
  return [told];
});

runs(bring, async () => {
  const chosen = /** @type {HTMLInputElement} */ (bring.elements.namedItem("file")).files?.[0];
  require(chosen && chosen.size <= MOST_BYTES, "key.malformed", "choose a key's file");
  const text = await chosen.text();
  const phrase = value(bring, "phrase");
  require(phrase !== "" || !isSealed(text), "key.phrase", "the file asks for its pass phrase");
  const { id, key } = await keys.brought(text, phrase);
  await keys.keep(id, key, value(bring, "name").trim());
  return [around("div", "note", element("p", words.say("mine-brought")), element("code", id))];
});

page.hidden = false;
draw().catch((error) => show(list, refusal(words, error)));
