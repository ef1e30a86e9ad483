// What pages are made of where a script makes them: elements with text, never with markup.

import { Refused } from "./refused.js";

/** @typedef {[string, ...(string | Node)[]]} Fact what it is called, and what it says, a line each */
/** @typedef {import("./words.js").Words} Words */

/**
 * An element with a text.
 * @template {keyof HTMLElementTagNameMap} N
 * @param {N} name
 * @param {string} [text]
 * @param {string} [kind] class
 * @returns {HTMLElementTagNameMap[N]}
 */
export function element(name, text = "", kind = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

/**
 * An element with others in it.
 * @template {keyof HTMLElementTagNameMap} N
 * @param {N} name
 * @param {string} kind class
 * @param {...(string | Node)} inner
 * @returns {HTMLElementTagNameMap[N]}
 */
export function around(name, kind, ...inner) {
  const made = element(name, "", kind);
  made.append(...inner);
  return made;
}

/**
 * A list of facts.
 * @param {Fact[]} facts
 */
export function listed(facts) {
  const list = element("dl", "", "facts");
  for (const [name, ...says] of facts) {
    const said = element("dd");
    said.append(...says.flatMap((one, at) => (at === 0 ? [one] : [document.createElement("br"), one])));
    list.append(around("div", "", element("dt", name), said));
  }
  return list;
}

/**
 * A link.
 * @param {string} to
 * @param {string} text
 */
export function link(to, text) {
  const made = element("a", text);
  made.href = to;
  return made;
}

/**
 * A button that does something; it is shut while that goes on.
 * @param {string} text
 * @param {() => Promise<void> | void} does
 * @param {string} [kind] class
 */
export function button(text, does, kind = "") {
  const made = element("button", text, kind);
  made.type = "button";
  made.addEventListener("click", async () => {
    made.disabled = true;
    try {
      await does();
    } finally {
      made.disabled = false;
    }
  });
  return made;
}

/**
 * Why something was refused, in the page's words where it has some, and in the ledger's own.
 * @param {Words} words
 * @param {unknown} error
 */
export function refusal(words, error) {
  const [code, said] = error instanceof Refused ? [error.code, error.message] : ["sign.failed", String(error)];
  const known = words.of("why", code);
  const detail = around("p", "", element("code", code), ` ${said}`);
  detail.lang = "en";
  const told = around("div", "note warn", element("p", known === code ? words.say("sign-refused") : known), detail);
  told.setAttribute("role", "alert");
  return told;
}

/**
 * Shows parts in a place, and goes there with the focus, so that who hears the page is told.
 * @param {HTMLElement} place
 * @param {...Node} parts
 */
export function show(place, ...parts) {
  place.replaceChildren(...parts);
  place.hidden = false;
  place.tabIndex = -1;
  place.focus();
}

/**
 * A text as a file to take away.
 * @param {string} name
 * @param {string} text
 * @param {string} says
 */
export function download(name, text, says) {
  const made = link(URL.createObjectURL(new Blob([text], { type: "application/octet-stream" })), says);
  made.download = name;
  return made;
}

/**
 * The element with an id.
 * @template {HTMLElement} E
 * @param {string} id
 * @returns {E}
 */
export function byId(id) {
  return /** @type {E} */ (document.getElementById(id));
}
