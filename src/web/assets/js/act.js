// The page of an act: what is answered becomes an event, which is shown to the letter with what it does, and is signed by a
// key of this browser only then.

import * as acts from "./acts.js";
import { commitment } from "./blake3.js";
import { isHex, toHex } from "./bytes.js";
import { Draft, randomSalt } from "./draft.js";
import { around, button, byId, download, element, refusal, show } from "./elements.js";
import { fingerprint, identity, secret } from "./identity.js";
import * as keys from "./keys.js";
import { Ledger } from "./ledger.js";
import { require } from "./refused.js";
import { became, lacking, reviewed } from "./review.js";
import { Words } from "./words.js";

/** @typedef {import("./acts.js").Act} Act */
/** @typedef {import("./elements.js").Fact} Fact */
/** @typedef {{key: import("./keys.js").Kept, owner: string, name: string, seat: number | null, roles: string[]}} Signer */

/** Most bytes of a document that is committed to. */
const MOST_BYTES = 64 * 1024 * 1024;

const words = Words.of(document, "words");
const form = /** @type {HTMLFormElement} */ (byId("act"));
const place = byId("review");
const who = /** @type {HTMLSelectElement} */ (byId("key"));
const { act = "", subject = "", root = "../", proposal = "" } = form.dataset;
const ledger = new Ledger(root);

/** What was made on the way and must be kept by who makes it: its name, and its text. @type {[string, string][]} */
let aside = [];

/** @param {string} name */
const value = (name) => String(new FormData(form).get(name) ?? "");

/** @param {string} name */
function file(name) {
  const chosen = /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).files?.[0];
  require(chosen && chosen.size <= MOST_BYTES, "file.missing", `choose the file: ${name}`);
  return chosen;
}

/** Each act by its name: what was answered, as an event's body. @type {{[name: string]: (today: string) => Promise<Act> | Act}} */
const ACTS = {
  endorse: () => {
    const [relation, value_band, topic] = [value("relation"), value("value_band"), value("topic")];
    return acts.endorse({
      subject,
      relation,
      value_band,
      topic,
      expires_on: value("expires_on"),
      statement: value("statement"),
    });
  },
  withdraw: () => acts.withdraw({ subject, target: form.dataset.target ?? "", reason: value("reason") }),
  contest: () =>
    acts.contest({ subject, target: value("target"), grounds: value("grounds"), statement: value("statement") }),
  reply: () => {
    const [of, target] = value("target").split(":");
    return acts.reply({ subject, of, target, statement: value("statement") });
  },
  impose: async (today) => {
    const { payload } = await ledger.ask(`v1/events/${proposal}`);
    return acts.impose({ subject, proposal, proposed: payload.body, today });
  },
  enrol,
};

/** An enrolment: the identity number and the consent stay here; the event carries what they make. */
async function enrol() {
  const shared = secret(await file("secret").text());
  const { identity_key: fixed } = await ledger.about();
  const identity_key = fingerprint(shared);
  require(fixed === undefined ||
    fixed === identity_key, "identity.secret", "this ledger's identities are keyed by another secret");
  const key = value("kol_key").trim();
  require(isHex(key, 32), "key.hex", "a public key is 64 lower-case hex digits");
  const topics = new FormData(form).getAll("topics").map(String);
  require(topics.length >= 1 && topics.length <= 3, "topics.count", "choose one to three fields");
  const handles = value("handles")
    .split(/\s+/)
    .filter((one) => one !== "");
  const [salt, bytes] = [randomSalt(), new Uint8Array(await file("consent").arrayBuffer())];
  const consent = toHex(commitment(salt, bytes));
  aside = [[`${file("consent").name}.salt`, `${consent} ${toHex(salt)}\n`]];
  const named = { subject: acts.randomSubject(), name: value("name").trim(), handles, topics };
  return acts.enrol({ ...named, identity: identity(shared, value("identity")), identity_key, consent, key });
}

/** What was answered, as its own labels say it. @returns {Fact[]} */
function answers() {
  const told = [...form.querySelectorAll("dl > div")].map((one) =>
    [...one.children].map((part) => part.textContent ?? ""),
  );
  const facts = /** @type {Fact[]} */ (told);
  for (const one of form.elements) {
    const legend = one instanceof HTMLFieldSetElement ? one.querySelector("legend")?.textContent : null;
    if (legend) {
      const chosen = [...one.querySelectorAll("input:checked")].map(
        (input) => input.parentElement?.textContent?.trim() ?? "",
      );
      facts.push([legend, ...(chosen.length > 0 ? chosen : ["–"])]);
    }
    const field =
      one instanceof HTMLSelectElement || one instanceof HTMLInputElement || one instanceof HTMLTextAreaElement;
    if (!field || ["radio", "checkbox", "hidden"].includes(one.type) || one.closest("[hidden]")) continue;
    const label = one.labels?.[0]?.textContent ?? "";
    const says =
      one instanceof HTMLSelectElement
        ? one.selectedOptions[0]?.text
        : one instanceof HTMLInputElement && one.files
          ? one.files[0]?.name
          : one.value;
    facts.push([label, one.type === "date" ? words.day(one.value) : says || "–"]);
  }
  return facts;
}

/** Whether a signer may do this act. @param {Signer} signer */
function fits({ owner, seat, roles }) {
  if (act === "impose") return seat !== null;
  if (seat !== null) return false;
  if (act === "contest" || act === "reply") return owner === subject;
  if (act === "withdraw") return owner === form.dataset.issuer;
  if (act === "enrol") return roles.includes("registrar");
  return owner !== subject;
}

/** The keys of this browser whose owners the ledger knows. @returns {Promise<Signer[]>} */
async function signers() {
  const all = await keys.all();
  const found = await Promise.all(
    all.map(async (key) => {
      const whose = await ledger.owner(key.id);
      if (!whose || !whose.live) return [];
      const seat = whose.seat_number ?? null;
      const party = seat === null ? await ledger.party(whose.owner) : null;
      return [{ key, owner: whose.owner, name: party?.name ?? whose.owner, seat, roles: party?.roles ?? [] }];
    }),
  );
  return found.flat().filter(fits);
}

/**
 * Shows what would be signed, and what the ledger says of it now.
 * @param {Signer} signer
 */
async function review(signer) {
  aside = [];
  const { origin, today } = await ledger.about();
  const made = await ACTS[act](today);
  const draft = new Draft(acts.event(made, origin, signer.owner, new Date()), made.attached);
  const checked = await ledger.check(draft, [signer.key.id]);
  const whole = checked.missing.length === 0;
  const parts = await reviewed(words, ledger, answers(), draft);
  const others = whole
    ? []
    : [
        around(
          "div",
          "note",
          element("p", words.say("act-others")),
          around("ul", "plain", ...lacking(words, checked.missing).map((line) => element("li", line))),
        ),
      ];
  const keepers = aside.map(([name, text]) =>
    around("div", "note warn", element("p", words.say("act-aside")), around("p", "", download(name, text, name))),
  );
  const sign = button(whole ? words.say("act-sign") : words.say("act-sign_draft"), async () => {
    try {
      const answer = await ledger.send(draft, signer.key, whole);
      form.hidden = true;
      show(place, ...(await became(words, ledger, origin, made.type, answer)), ...keepers);
    } catch (error) {
      place.append(refusal(words, error));
    }
  });
  const back = button(
    words.say("act-back"),
    () => {
      place.hidden = true;
      form.hidden = false;
      /** @type {HTMLElement | null} */ (form.querySelector("input, select, textarea"))?.focus();
    },
    "quiet",
  );
  form.hidden = true;
  show(place, element("h2", words.say("act-check")), ...parts, ...others, ...keepers, around("p", "ways", sign, back));
}

async function begin() {
  const found = await signers();
  if (found.length === 0) {
    const need = byId("none");
    need.hidden = false;
    return;
  }
  who.replaceChildren(
    ...found.map((one, at) => {
      const seat = one.seat === null ? "" : ` (${words.say("act-seat", one.seat)})`;
      return new Option(`${one.key.name}: ${one.name}${seat}`, String(at));
    }),
  );
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    review(found[Number(who.value)]).catch((error) => {
      form.hidden = false;
      show(place, refusal(words, error));
    });
  });
}

// What a tie is worth is asked of a tie that is worth something.
const worth = document.getElementById("worth");
form.elements.namedItem("relation") &&
  worth &&
  form.addEventListener("change", () => (worth.hidden = value("relation") !== "commercial"));

begin().catch((error) => show(place, refusal(words, error)));
