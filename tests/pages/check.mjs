// A receipt is checked on its page, with the network gone once the page is there.
// Usage: check.mjs LEDGER
import { page as open, start, told, wrong } from "./browser.mjs";

const ledger = process.argv[2];
const { subjects } = await (await fetch(`${ledger}/v1/subjects?limit=5`)).json();
const score = await (await fetch(`${ledger}/v1/subjects/${subjects[0].subject}/receipt`)).text();
const entry = await (await fetch(`${ledger}/v1/receipts/100`)).text();
const { log_vkey: vkey } = await (await fetch(`${ledger}/v1/ledger`)).json();
const points = (subjects[0].score / 100).toFixed(2);

const browser = await start();
for (const lang of ["vi", "en"]) {
  const page = await open(browser, ledger, { lang });
  await page.goto(`${ledger}/check?lang=${lang}`);
  await page.locator("#check").waitFor();
  page.on("request", (request) => wrong("check", `asks for ${request.url()} once it is there`));
  await page.context().setOffline(true);
  const says = async (what, name, text, outcome, ...words) => {
    const file = { name, mimeType: "application/octet-stream", buffer: Buffer.from(text) };
    await page.locator("#file").setInputFiles(file);
    await page.locator(`#result .${outcome}`).waitFor().catch(() => {});
    const told = await page.locator("#result").innerText();
    if (!(await page.locator(`#result .${outcome}`).count())) wrong(lang, `${what} ends otherwise: ${told}`);
    for (const one of words) if (!told.includes(one)) wrong(lang, `${what} does not say ${one}: ${told}`);
    await page.locator("#result").evaluate((result) => result.replaceChildren());
  };
  const dotted = lang === "vi" ? points.replace(".", ",") : points;
  await says("a score", "a.json", score, "holds", subjects[0].subject, dotted, lang === "vi" ? "tự nhận" : "claims to be");
  await says("an entry", "a.tlog-proof", entry, "holds", "100", lang === "vi" ? "chưa có bên chứng kiến" : "no witness");
  await says("another score", "b.json", score.replace('"counts_from":"2', '"counts_from":"1'), "fails", "score_receipt.not_committed");
  await says("another entry", "b.tlog-proof", entry.replace("index 100", "index 101"), "fails", "proof.wrong");
  await says("no receipt", "c.json", "<b>no receipt</b>", "fails", "receipt.malformed");
  await page.locator("#vkey").fill(vkey.replace(/.{4}$/, "AAAA"));
  await says("a score under no key", "a.json", score, "fails", "vkey.malformed");
  await page.context().close();
}
await browser.close();
told("a receipt checked in the browser");
