// The ledger as this page asks it: below the page's own address, so that it may lie below any path. Only public halves of
// keys and signatures are ever sent.

import { authorization, countersigned } from "./draft.js";
import { Refused } from "./refused.js";

/** @typedef {import("./keys.js").Kept} Kept */

/** What the ledger refuses, under its own code. */
export class Answered extends Refused {
  /**
   * @param {number} status
   * @param {{code?: string, detail?: string}} problem
   */
  constructor(status, { code, detail }) {
    super(code ?? "answer.unread", detail ?? `the server answers ${status}`);
    this.status = status;
  }
}

export class Ledger {
  /** @param {string} root the way from the page to the ledger's first one */
  constructor(root) {
    this.root = root;
  }

  /**
   * @param {string} path
   * @param {RequestInit} [how]
   * @returns {Promise<any>}
   */
  async ask(path, how = {}) {
    let answer;
    try {
      answer = await fetch(`${this.root}${path}`, { cache: "no-cache", redirect: "error", ...how });
    } catch {
      throw new Refused("server.unreachable", "the server does not answer");
    }
    const value = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Answered(answer.status, value ?? {});
    return value;
  }

  /**
   * @param {string} path
   * @param {object} body
   */
  post(path, body) {
    return this.ask(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  }

  /** Its origin, size and today. */
  about() {
    return this.ask("v1/ledger");
  }

  /**
   * What is at a path; null where nothing is.
   * @param {string} path
   */
  async find(path) {
    try {
      return await this.ask(path);
    } catch (error) {
      if (error instanceof Answered && error.status === 404) return null;
      throw error;
    }
  }

  /**
   * Whose a key is; null where it is nobody's yet.
   * @param {string} key
   */
  owner(key) {
    return this.find(`v1/keys/${key}`);
  }

  /**
   * A member or a KOL as it stands; null where it is neither, as who holds a seat may be.
   * @param {string} party
   */
  party(party) {
    return this.find(party.startsWith("kol-") ? `v1/subjects/${party}` : `v1/members/${party}`);
  }

  /**
   * What a party is called; its id where it has no name.
   * @param {string} party
   * @returns {Promise<string>}
   */
  async called(party) {
    return (await this.party(party).catch(() => null))?.name ?? party;
  }

  /**
   * Words that somebody committed to, where they are kept and are words.
   * @param {string} commitment
   */
  async words(commitment) {
    const answer = await fetch(`${this.root}v1/attachments/${commitment}`).catch(() => null);
    const plain = answer?.ok && answer.headers.get("Content-Type")?.startsWith("text/plain");
    return plain ? answer.text() : null;
  }

  /**
   * What would become of a draft signed by these keys.
   * @param {import("./draft.js").Draft} draft
   * @param {string[]} keys
   */
  check(draft, keys) {
    return this.post(`v1/events/check?signers=${keys.join(",")}`, draft.unsigned());
  }

  /**
   * Sends an event that lacks no signature, or leaves it for others to sign.
   * @param {import("./draft.js").Draft} draft
   * @param {Kept} key
   * @param {boolean} whole
   */
  async send(draft, key, whole) {
    return this.post(whole ? "v1/events" : "v1/drafts", await draft.signed(key));
  }

  /**
   * @param {string} path
   * @param {Kept} key
   * @param {string} origin
   */
  async read(path, key, origin) {
    return this.ask(path, { headers: { Authorization: await authorization(key, origin, Date.now()) } });
  }

  /**
   * What waits for a key.
   * @param {Kept} key
   * @param {string} origin
   * @returns {Promise<any[]>}
   */
  async waiting(key, origin) {
    return (await this.read(`v1/drafts?key=${key.id}`, key, origin)).drafts;
  }

  /**
   * A draft whole, with its texts.
   * @param {string} id
   * @param {Kept} key
   * @param {string} origin
   */
  draft(id, key, origin) {
    return this.read(`v1/drafts/${id}`, key, origin);
  }

  /**
   * Adds a signature to a draft; the last one that it needs records it.
   * @param {string} id
   * @param {Uint8Array<ArrayBuffer>} payload
   * @param {Kept} key
   */
  async sign(id, payload, key) {
    return this.post(`v1/drafts/${id}/signatures`, await countersigned(key, payload));
  }
}
