// What must hold of each page in a browser, on pages that together show all that there is.
// Usage: looks.mjs LEDGER PAGES, a file of paths
import { readFileSync } from "node:fs";
import { accessible, fitting } from "./accessible.mjs";
import { page as open, start, told, wrong } from "./browser.mjs";
import { keyboard } from "./keyboard.mjs";

const [, , ledger, list] = process.argv;
// The page of the API has thousands of elements, which axe takes minutes for: it is valid HTML, and no more is seen.
const paths = JSON.parse(readFileSync(list)).filter((path) => !/^docs\b/.test(path));
const WIDTHS = [360, 414, 768, 1024, 1600];

/** What is folded shows itself, so that it is looked at too. */
const unfold = (page) =>
  page.evaluate(() => document.querySelectorAll("details").forEach((one) => one.setAttribute("open", "")));

/** Goes there; the page that says what is wrong is one like others. */
async function to(page, path) {
  await page.goto(`${ledger}/${path}`, { waitUntil: "load" });
  return `/${path}`;
}

/** Nothing but what scrolls itself is wider than the window. */
async function fits(page, where) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    await fitting(page, `${where} at ${width}`);
  }
}

/** The scheme that a reader likes is the one that is shown. */
async function scheme(page, where, liked) {
  const light = await page.evaluate(() => {
    const [r, g, b] = getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g).map(Number);
    return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
  });
  if (liked === "light" ? light < 0.7 : light > 0.2) wrong(where, `is not ${liked}: its paper is ${light.toFixed(2)}`);
}

/** Nothing moves for who asked for that. */
async function still(page, where) {
  const moving = await page.evaluate(() => {
    const long = (text) => text.split(",").some((one) => parseFloat(one) > 0.001);
    for (const one of document.querySelectorAll("*"))
      for (const part of [null, "::before", "::after"]) {
        const style = getComputedStyle(one, part);
        if (long(style.transitionDuration) || long(style.animationDuration) || style.scrollBehavior === "smooth")
          return `${one.tagName}.${one.className}${part ?? ""}`;
      }
    return null;
  });
  if (moving) wrong(where, `${moving} moves although less motion is asked for`);
}

const words = (page) => page.evaluate(() => document.querySelector("main").innerText.trim());

const browser = await start();
const read = new Map();
for (const colorScheme of ["light", "dark"])
  for (const width of [360, 1280]) {
    const one = await open(browser, ledger, { viewport: { width, height: 800 }, colorScheme, reducedMotion: "reduce" });
    one.removeAllListeners("response");
    for (const path of paths) {
      one.removeAllListeners("console");
      const where = `${await to(one, path)} ${colorScheme} ${width}`;
      await unfold(one);
      await accessible(one, where);
      await scheme(one, where, colorScheme);
      await still(one, where);
      if (colorScheme === "light" && width === 1280) {
        await fits(one, where);
        await one.setViewportSize({ width, height: 800 });
        read.set(path, await words(one));
      }
    }
    await one.context().close();
  }

for (const width of [360, 1280]) {
  const one = await open(browser, ledger, { viewport: { width, height: 800 } });
  one.removeAllListeners("response");
  one.removeAllListeners("console");
  for (const path of paths) await keyboard(one, `${await to(one, path)} ${width}`);
  await one.context().close();
}

// A script may add to a page; what is to be read stands there without.
const bare = await open(browser, ledger, { viewport: { width: 1280, height: 800 }, javaScriptEnabled: false });
bare.removeAllListeners("response");
bare.removeAllListeners("console");
for (const path of paths) {
  const where = await to(bare, path);
  await unfold(bare);
  const [without, scripted] = [await words(bare), await bare.evaluate(() => !!document.querySelector("script"))];
  if (!without.includes("\n")) wrong(where, "says nothing without scripts");
  if (!scripted && without !== read.get(path)) wrong(where, "says other things without scripts");
}
await bare.context().close();
await browser.close();
console.log(`${paths.length} pages looked at`);
told("looks");
