// Every page that links lead to, in both languages, directly and below a path: what each answers with.
// Usage: crawl.mjs LEDGER FOLDER FEW: the folder gets each distinct page as a file, the file few paths that show all
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { below } from "./below.mjs";
import { told, wrong } from "./browser.mjs";
import { few, kind } from "./kinds.mjs";

const [, , ledger, folder, list] = process.argv;
/** Most addresses that are asked for in one crawl. */
const MOST = 6000;
/** Most of a kind that is no page: each entry has a receipt. */
const MOST_OF_DATA = 12;

const BEGIN = ["", "kol/nobody", "no/such/page", "?q=nobody-at-all", "?colour=red", "compare?a=bao+ngan&b=gia+han&c=khai"];

/** The attributes that lead somewhere, with what they belong to. */
const LEADS = /<(a|link|form|img|script|source|iframe)\b[^>]*?\s(?:href|src|action)="([^"]*)"/g;

const plain = (text) => text.replaceAll("&amp;", "&").replaceAll("&#38;", "&").replaceAll("&#x26;", "&");

/** Looks at one answer; the text where it is a page. */
async function look(base, path) {
  const answer = await fetch(`${base}/${path}`, { headers: { accept: "text/html,*/*;q=0.8" }, redirect: "manual" });
  const text = await answer.text();
  const type = answer.headers.get("content-type") ?? "";
  const bad = ["kol/nobody", "no/such/page", "?colour=red"].some((one) => path.split("lang=")[0].startsWith(one));
  if (answer.status !== 200 && !bad) wrong(path, `answers ${answer.status}`);
  if (!type.startsWith("text/html")) return { type, text };
  const policy = answer.headers.get("content-security-policy") ?? "";
  if (!policy.includes("default-src 'self'") || policy.includes("unsafe-")) wrong(path, `its policy is "${policy}"`);
  for (const word of [" style=\"", "<style", "javascript:", " onclick=", "srcdoc="])
    if (text.includes(word)) wrong(path, `has ${word}`);
  return { type, text, page: true };
}

/** Follows all links from the first page; the pages by their path. */
async function crawl(base, keep) {
  const seen = new Set(BEGIN);
  const queue = [...BEGIN];
  const pages = new Map();
  const data = new Map();
  let others = 0;
  while (queue.length) {
    const path = queue.shift();
    const got = await look(base, path);
    keep(path, got);
    if (!got.page) {
      others += 1;
      continue;
    }
    pages.set(path, got.text);
    for (const [, tag, link] of got.text.matchAll(LEADS)) {
      const to = new URL(plain(link), `${base}/${path}`);
      to.hash = "";
      if (!to.href.startsWith(`${base}/`)) {
        wrong(path, `<${tag}> leads to ${to.href}`);
        continue;
      }
      if (tag === "form") continue;
      const next = to.href.slice(base.length + 1);
      if (seen.has(next)) continue;
      seen.add(next);
      const of = kind(next);
      if (of.startsWith("data ")) {
        data.set(of, (data.get(of) ?? 0) + 1);
        if (data.get(of) > MOST_OF_DATA) continue;
      }
      if (seen.size > MOST) throw new Error(`more than ${MOST} addresses: the crawl does not end`);
      queue.push(next);
    }
  }
  console.log(`${base}: ${pages.size} pages, ${others} other answers`);
  return pages;
}

const bodies = new Set();
const save = (path, { text, page, type }) => {
  const ends = page ? "html" : type.startsWith("image/svg") ? "svg" : null;
  if (!ends) return;
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  if (bodies.has(hash)) return;
  bodies.add(hash);
  const name = path.replace(/[^a-z0-9=-]+/gi, "_").slice(0, 80);
  writeFileSync(`${folder}/${name}.${hash}.${ends}`, text);
};

const pages = await crawl(ledger, save);
const chosen = few(pages);
writeFileSync(list, JSON.stringify(chosen));
console.log(`${bodies.size} distinct documents; ${chosen.length} pages show all that pages are made of`);

const astray = new Set();
const proxy = await below("/so-cai/tin-nhiem", ledger, astray);
const again = await crawl(proxy.base, () => {});
proxy.close();
for (const one of astray) wrong("below a path", `something asks for ${one}`);
for (const path of pages.keys()) if (!again.has(path)) wrong(path, "is not reached below a path");
told("crawl");
