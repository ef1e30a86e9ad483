// A browser that reads one ledger, and notes whatever goes wrong while it does.
import { chromium } from "playwright-core";

/** Starts Debian's browser. */
export const start = () =>
  chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });

/** What was found wrong; each thing once. */
export const found = new Set();

/** Notes something wrong on a page. */
export function wrong(where, what) {
  found.add(`${where}: ${what}`);
}

/** Ends the program: with 1 and the list where something was found. */
export function told(what) {
  for (const one of found) console.log(`  ${one}`);
  console.log(found.size ? `${what}: ${found.size} found` : `${what}: nothing found`);
  process.exit(found.size ? 1 : 0);
}

/** A page in a context of its own that asks `base` for everything, and notes what asks others or fails. */
export async function page(browser, base, { lang = "vi", ...options } = {}) {
  const context = await browser.newContext({ locale: lang === "vi" ? "vi-VN" : "en-GB", ...options });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const at = () => page.url().replace(base, "");
  page.on("request", (request) => {
    // What a page made itself is asked of nobody.
    if (!request.url().startsWith(`${base}/`) && !/^(data|blob):/.test(request.url()))
      wrong(at(), `asks ${request.url()}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) wrong(at(), `${response.status()} for ${response.url()}`);
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) wrong(at(), `the console says: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong(at(), `a script fails: ${error.message}`));
  return page;
}
