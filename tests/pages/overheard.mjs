// What leaves a browser: every request, with its headers and body, is looked through for what must stay.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { wrong } from "./browser.mjs";

const sent = [];
const secrets = new Map();
const waiting = [];

/** Notes whatever a page's context sends from now on. */
export function overhear(page) {
  page.context().on("request", (request) => {
    const head = () => request.allHeaders().catch(() => request.headers());
    waiting.push(
      head().then((headers) => {
        sent.push({
          url: request.url(),
          headers: JSON.stringify(headers),
          body: request.postDataBuffer() ?? Buffer.alloc(0),
        });
      }),
    );
  });
}

/** A text that must stay. */
export function secret(what, text) {
  secrets.set(`${what}, as it is`, text);
  secrets.set(`${what}, in base64`, Buffer.from(text).toString("base64").replace(/=+$/, ""));
}

/** The private key in a file must stay, however it is written. */
export function secretKey(what, file, phrase) {
  const by = phrase === undefined ? [] : ["-passin", `pass:${phrase}`];
  const der = execFileSync("openssl", ["pkey", "-in", file, ...by, "-outform", "DER"]);
  const seed = der.subarray(-32);
  secrets.set(`${what}, in hex`, seed.toString("hex"));
  for (const [how, bytes] of [
    ["its DER", der],
    ["itself", seed],
  ])
    // Where it lies within other bytes, base64 writes it in one of three ways.
    for (const before of [0, 1, 2]) {
      const moved = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
      secrets.set(
        `${what}, ${how} in base64 after ${before}`,
        moved.slice(before ? 4 : 0, Math.floor((before + bytes.length) / 3) * 4),
      );
    }
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.length === 64);
  lines.forEach((line, at) => secrets.set(`${what}, line ${at} of its file`, line));
}

/** Looks through all that was sent; how much that was. */
export async function judged() {
  await Promise.all(waiting);
  for (const { url, headers, body } of sent) {
    const places = [url, decodeURIComponent(url), headers, body.toString("utf8"), body.toString("latin1")];
    // What an event carries is in base64: that is looked into, too.
    for (const [run] of body.toString("latin1").matchAll(/[A-Za-z0-9+/]{40,}={0,2}/g))
      places.push(Buffer.from(run, "base64").toString("utf8"), Buffer.from(run, "base64").toString("hex"));
    for (const [what, text] of secrets)
      if (places.some((place) => place.includes(text))) wrong(url, `was sent ${what}`);
  }
  return { requests: sent.length, bodies: sent.filter((one) => one.body.length > 0).length, secrets: secrets.size };
}
