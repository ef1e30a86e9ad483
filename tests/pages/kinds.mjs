// Which pages are alike, and a few that together have everything that any has.

/** Pages by how their path begins; what else there is, is data. */
const PAGES = ["", "kol", "entry", "member", "members", "log", "clocks", "compare", "policy", "problems", "check", "docs", "keys", "act", "inbox", "mine"];

/** The kind of a path: a page's first part, or `data` and the pattern of its path. */
export function kind(path) {
  const [at, query] = path.split("?");
  const parts = at.split("/");
  if (PAGES.includes(parts[0]) && !/\.[a-z]+$/.test(at)) return parts[0] || "home";
  const pattern = parts.map((part) => (/^(v\d+|[a-z_]+(\.[a-z]+)?)$/.test(part) ? part : "*")).join("/");
  return `data ${pattern}${query ? "?" : ""}`;
}

/** What a page is made of: its elements with their classes, beside what page it is. */
function made(path, html) {
  const of = kind(path);
  const main = html.slice(html.indexOf("<main"));
  const all = new Set([`${of} ${/<html lang="(..)"/.exec(html)?.[1]}`]);
  for (const [, tag, rest] of main.matchAll(/<([a-z0-9]+)([^>]*)>/g)) {
    const classes = /\sclass="([^"]*)"/.exec(rest)?.[1] ?? "";
    const names = [...rest.matchAll(/\s([a-z-]+)(?:="|\s|$)/g)].map((one) => one[1]).sort().join(" ");
    all.add(`${of} ${tag}.${classes} ${names}`);
  }
  return all;
}

/** A few of the pages that together have all that any has; the same for the same pages. */
export function few(pages) {
  const rest = [...pages].map(([path, html]) => [path, made(path, html)]);
  const missing = new Set(rest.flatMap(([, all]) => [...all]));
  const chosen = [];
  while (missing.size) {
    let best = null;
    for (const [path, all] of rest) {
      const adds = [...all].filter((one) => missing.has(one)).length;
      if (!best || adds > best.adds) best = { path, all, adds };
    }
    chosen.push(best.path);
    for (const one of best.all) missing.delete(one);
  }
  return chosen;
}
