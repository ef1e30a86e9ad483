// What people come for, by keyboard alone: somebody is found and read, a past day is travelled to, three are compared.
// Usage: walks.mjs LEDGER
import { below } from "./below.mjs";
import { page as open, start, told, wrong } from "./browser.mjs";

const [, , ledger] = process.argv;
/** Most stops on the way to a control. */
const STOPS = 400;

const PAST = { vi: "điểm như vào ngày 1/8/2026", en: "as it stood on 1 Aug 2026" };

function must(is, what) {
  if (!is) throw new Error(what);
}

/** Goes on with Tab until the control that fits is reached. */
async function reach(page, selector) {
  for (let stop = 0; stop < STOPS; stop += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((one) => document.activeElement.matches(one), selector)) return;
  }
  throw new Error(`no Tab reaches ${selector}`);
}

/** Reaches a control, and sends what it belongs to. */
async function follow(page, selector) {
  await reach(page, selector);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
}

async function search(page, text) {
  await reach(page, "input[type=search]");
  await page.keyboard.type(text);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
}

const heading = (page) => page.locator("h1").innerText();
const says = async (page, text) => must((await page.locator("main").innerText()).includes(text), `no "${text}"`);

async function walk(page, base, lang) {
  // Somebody is found by a name without its marks, and read.
  await page.goto(`${base}/`);
  must((await page.locator("html").getAttribute("lang")) === lang, "the page is in another language");
  await search(page, "bao ngan");
  const links = await page.locator(".rank a").allInnerTexts();
  must(links.length === 1 && links[0] === "Trần Bảo Ngân", `found ${links}`);
  await follow(page, ".rank a");
  must((await heading(page)) === "Trần Bảo Ngân", "the page is another's");
  const score = await page.locator("#score").innerText();
  must(/^\d{2}[.,]\d{2}$/.test(score), `the score is ${score}`);
  const kol = new URL(page.url()).pathname.split("/").pop();
  // What a criterion is made of opens.
  await reach(page, ".crit li:nth-child(2) summary");
  await page.keyboard.press("Enter");
  must(await page.locator(".crit li:nth-child(2) table").isVisible(), "the second criterion stays shut");

  // Any page finds people by a handle, and by a pasted address.
  const handle = (await page.locator(".meta bdi").first().innerText()).trim();
  for (const [pasted, name] of [
    ["https://www.vietreel.example/@dung?utm_source=x", "BS. Ngô Thùy Dung"],
    [handle, "Trần Bảo Ngân"],
  ]) {
    await search(page, pasted);
    const one = (await page.locator(".rank a").allInnerTexts()).join();
    must(one === name, `${pasted} finds ${one}`);
  }

  // A past day, and back.
  await follow(page, ".rank a");
  await reach(page, "#as_of");
  await page.locator("#as_of").fill("2026-08-01");
  await follow(page, "aside form button");
  await says(page, PAST[lang]);
  const then = await page.locator("#score").innerText();
  const told = await (await fetch(`${ledger}/v1/subjects/${kol}/score?as_of=2026-08-01`)).json();
  must(then.replace(/\D/g, "") === String(told.score), `${then} is not ${told.score}`);
  await follow(page, ".note a");
  must((await page.locator("#score").innerText()) === score, "today's score is another than before");

  // Three beside one another.
  await follow(page, `a[href*="compare?a="]`);
  for (const [place, text] of [["b", "gia han"], ["c", "Lê Quốc Khải"]]) {
    await reach(page, `#${place}`);
    await page.keyboard.type(text);
  }
  await follow(page, ".places button");
  const heads = await page.locator(".compared thead th a").allInnerTexts();
  must(heads.join() === "Trần Bảo Ngân,Phạm Gia Hân,Lê Quốc Khải", `compared: ${heads}`);

  // The other language, and on in it.
  await follow(page, "header nav a");
  must((await page.locator("html").getAttribute("lang")) !== lang, "the language stays");
  await follow(page, ".compared thead th a");
  must((await page.locator("html").getAttribute("lang")) !== lang, "the language is lost");
}

const browser = await start();
const astray = new Set();
const proxy = await below("/so-cai/tin-nhiem", ledger, astray);
for (const base of [ledger, proxy.base])
  for (const lang of ["vi", "en"])
    for (const [width, colorScheme] of [[360, "light"], [1280, "dark"]])
      for (const javaScriptEnabled of base === ledger ? [false, true] : [false]) {
        const view = { width, height: 800 };
        const one = await open(browser, base, { lang, viewport: view, colorScheme, javaScriptEnabled });
        try {
          await walk(one, base, lang);
        } catch (error) {
          wrong(`${lang} ${width} ${one.url()}`, error.message);
        }
        await one.context().close();
      }
for (const path of astray) wrong("below a path", `something asks for ${path}`);
proxy.close();
await browser.close();
told("walks");
