// People at their own devices: each in a browser context of their own, with keys that stay there.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { accessible, fitting } from "./accessible.mjs";
import { page as open, wrong } from "./browser.mjs";
import { overhear, secret } from "./overheard.mjs";

export function must(is, what) {
  if (!is) throw new Error(what);
}

/** The text of a program's run. */
export const run = (program, ...args) =>
  execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/** Somebody with a browser, who goes to a ledger's pages in one language. */
export class Person {
  static async at(browser, base, lang, width) {
    const page = await open(browser, base, { lang, viewport: { width, height: 800 }, reducedMotion: "reduce" });
    overhear(page);
    // Nobody has a key that was just made, and nobody's page is there before an enrolment: both are asked for.
    page.removeAllListeners("response");
    page.removeAllListeners("console");
    page.on("response", (response) => {
      const unknown = response.status() === 404 && /\/v1\/(keys|subjects)\/[a-z0-9-]+$/.test(response.url());
      if (response.status() >= 400 && !unknown) wrong(page.url(), `${response.status()} for ${response.url()}`);
    });
    page.on("console", (message) => {
      const failed = message.text().startsWith("Failed to load resource");
      if (["error", "warning"].includes(message.type()) && !failed)
        wrong(page.url(), `the console says: ${message.text()}`);
    });
    return new Person(page, base, lang, `${lang} ${width}`);
  }

  constructor(page, base, lang, where) {
    Object.assign(this, { page, base, lang, where });
  }

  close() {
    return this.page.context().close();
  }

  async goto(path) {
    await this.page.goto(`${this.base}/${path}${path.includes("?") ? "&" : "?"}lang=${this.lang}`);
  }

  /** Whatever is open fits its window, and anybody can use it. */
  async looked(what) {
    await accessible(this.page, `${this.where} ${what}`);
    await fitting(this.page, `${this.where} ${what}`);
  }

  /** How many keys the page of keys shows, once it does. */
  async keys(count) {
    await this.page.locator(`#keys[data-ready="${count}"]`).waitFor();
  }

  /** Brings a key in from a file. */
  async bring(file, name, phrase = "") {
    await this.goto("mine");
    await this.page.locator("#keys[data-ready]").waitFor();
    const before = Number(await this.page.locator("#keys").getAttribute("data-ready"));
    await this.page.locator("#bring-name").fill(name);
    await this.page.locator("#bring-file").setInputFiles(file);
    await this.page.locator("#bring-phrase").fill(phrase);
    await this.page.locator("#bring button").click();
    await this.page.locator("#bring [role=status] .note").waitFor();
    must(
      !(await this.page.locator("#bring [role=status] .warn").count()),
      `the key is not brought in: ${await this.page.locator("#bring [role=status]").innerText()}`,
    );
    await this.keys(before + 1);
  }

  /** Makes a key; its public half, and where its file went, where there is one. */
  async make(name, phrase = "") {
    await this.goto("mine");
    await this.page.locator("#keys[data-ready]").waitFor();
    const before = Number(await this.page.locator("#keys").getAttribute("data-ready"));
    await this.page.locator("#make-name").fill(name);
    await this.page.locator("#make-phrase").fill(phrase);
    await this.page.locator("#make-again").fill(phrase);
    await this.page.locator("#make button").click();
    await this.keys(before + 1);
    const id = await this.page.locator("#make [role=status] code").innerText();
    must(/^[0-9a-f]{64}$/.test(id), `the public half is ${id}`);
    if (phrase === "") return { id };
    secret(`the pass phrase of ${name}`, phrase);
    const [saved] = await Promise.all([
      this.page.waitForEvent("download"),
      this.page.locator("#make [role=status] a").click(),
    ]);
    return { id, file: await saved.path() };
  }

  /** Reviews the form that is open; what is to be signed, as JSON. */
  async review() {
    await this.page.locator("#act > button").click();
    await this.page.locator("#review pre, #review .warn").first().waitFor();
    must(await this.page.locator("#review pre").count(), `refused: ${await this.page.locator("#review").innerText()}`);
    return JSON.parse(await this.page.locator("#review pre").innerText());
  }

  /** Signs what is open for review; the seq where that recorded it. */
  async sign(waits = false) {
    await this.page.locator("#review .ways button").first().click();
    await this.page
      .locator(waits ? "#review > h2 ~ .sheet > code" : "#review .done, #review .warn")
      .first()
      .waitFor();
    if (waits) return null;
    must(
      await this.page.locator("#review .done").count(),
      `refused: ${await this.page.locator("#review").innerText()}`,
    );
    return Number(/entry\/(\d+)/.exec(await this.page.locator("#review .proof a").first().getAttribute("href"))[1]);
  }

  /** Opens what waits in the inbox: the one thing there, or that with an id. */
  async read(id) {
    await this.goto("inbox");
    const item = id
      ? this.page.locator(`#waiting li[data-draft="${id}"]`)
      : this.page.locator("#waiting li[data-draft]");
    await item.first().waitFor();
    await item.first().locator("button").click();
    await this.page.locator("#review pre").waitFor();
    return JSON.parse(await this.page.locator("#review pre").innerText());
  }
}

/** A key's file under a pass phrase, as OpenSSL writes it. */
export function sealed(file, phrase, out) {
  run("openssl", "pkcs8", "-topk8", "-in", file, "-out", out, "-passout", `pass:${phrase}`);
  secret(`the pass phrase of ${out}`, phrase);
  return out;
}

/** A file with a text. */
export function written(path, text) {
  writeFileSync(path, text);
  return path;
}
