// Pictures of the main pages, for people to look at, and the small ones of the guides.
// Usage: pictures.mjs LEDGER FOLDER [GUIDES]
import { writeFileSync } from "node:fs";
import { page as open, start, told } from "./browser.mjs";

const [, , ledger, folder, guides] = process.argv;

const who = async (name) => {
  const found = await (await fetch(`${ledger}/v1/subjects?q=${encodeURIComponent(name)}`)).json();
  return `kol/${found.subjects[0].subject}`;
};
const han = await who("Phạm Gia Hân");
const PAGES = {
  home: "?",
  kol: `${han}?`,
  past: `${han}?as_of=2026-08-01&`,
  withheld: `${await who("Đặng Hoài Phương")}?`,
  entry: "entry/40?",
  member: "member/o1-minh-bach-so?",
  log: "log?",
  clocks: "clocks?",
  compare: "compare?a=bao+ngan&b=gia+han&c=khai&",
  policy: "policy?",
  wrong: "kol/nobody?",
};

/** The small ones: a page, its language, a size, and what they show first. */
const SMALL = [
  ["kol", PAGES.kol, "en", 820, 560],
  ["compare", PAGES.compare, "en", 900, 640],
];

const browser = await start();
for (const lang of ["vi", "en"])
  for (const colorScheme of ["light", "dark"])
    for (const width of [360, 768, 1280]) {
      const one = await open(browser, ledger, { lang, viewport: { width, height: 800 }, colorScheme });
      one.removeAllListeners("response");
      one.removeAllListeners("console");
      for (const [name, path] of Object.entries(PAGES)) {
        await one.goto(`${ledger}/${path}lang=${lang}`);
        await one.screenshot({ path: `${folder}/${name}-${lang}-${colorScheme}-${width}.png`, fullPage: true });
      }
      await one.context().close();
    }

// On paper, from a dark screen.
const paper = await open(browser, ledger, { lang: "vi", colorScheme: "dark" });
await paper.goto(`${ledger}/${PAGES.kol}lang=vi`);
await paper.pdf({ path: `${folder}/kol.pdf`, format: "A4", margin: { top: "15mm", bottom: "15mm", left: "15mm", right: "15mm" } });
await paper.context().close();

if (guides)
  for (const [name, path, lang, width, height] of SMALL) {
    const one = await open(browser, ledger, { lang, viewport: { width, height }, colorScheme: "light" });
    await one.goto(`${ledger}/${path}lang=${lang}`);
    writeFileSync(`${guides}/${name}.png`, await one.screenshot());
    await one.context().close();
  }
await browser.close();
told("pictures");
