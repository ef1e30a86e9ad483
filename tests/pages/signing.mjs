// People sign in their browsers, in both languages, on small and large screens, at a path of the ledger's own and below
// another: an endorsement and its withdrawal, a contest that turns somebody else's open page, a sanction that three seats
// sign from three devices, an enrolment with a key made on the KOL's own. No request of any of them carries a private key.
// Usage: signing.mjs LEDGER PROGRAM KEYS FOLDER, where KEYS holds a demo's private keys and FOLDER may be written to
import { below } from "./below.mjs";
import { start, told, wrong } from "./browser.mjs";
import { judged, secret, secretKey } from "./overheard.mjs";
import { must, Person, run, sealed, written } from "./people.mjs";

const [, , ledger, program, keys, folder] = process.argv;
const ask = async (path) => (await fetch(`${ledger}/${path}`)).json();
const pem = (name) => `${keys}/${name}.pem`;
const cli = (...args) => run(program, ...args, "--ledger", ledger);
const found = async (name) => (await ask(`v1/subjects?q=${encodeURIComponent(name)}`)).subjects[0].subject;

/** Each walk has people of its own, so that none meets what another left. */
const WALKS = [
  { lang: "vi", width: 360, member: "nhip-so", kol: ["ngan", "Trần Bảo Ngân"], sanctioned: ["lien", "Hồ Mai Liên"] },
  { lang: "en", width: 360, member: "doi-xanh", kol: ["khai", "Lê Quốc Khải"], sanctioned: ["tram", "Lý Ngọc Trâm"] },
  { lang: "vi", width: 1280, member: "cho-so", kol: ["thu", "Đỗ Minh Thư"], sanctioned: ["phiep", "Thạch Sô Phiệp"] },
  {
    lang: "en",
    width: 1280,
    member: "quang-cao-so",
    kol: ["lenh", "Vàng A Lềnh"],
    sanctioned: ["nghia", "Phan Hữu Nghĩa"],
    path: "/so-cai/tin-nhiem",
  },
];
const DISPUTED = { vi: "đang bị khiếu nại", en: "disputed" };

/** The best of those whom a member never endorsed. */
async function unendorsed(member) {
  const { events } = await ask(`v1/events?issuer=${member}&type=endorsement.published&limit=1000`);
  const { subjects } = await ask("v1/subjects?limit=1000");
  return subjects.find((one) => events.every(({ subject }) => subject !== one.subject)).subject;
}

/** A key made in the browser, which a member takes as one of its own, endorses somebody, and takes that back. */
async function endorses(browser, base, { lang, width, member }) {
  const one = await Person.at(browser, base, lang, width);
  const { id } = await one.make("Máy ở bàn làm việc");
  await one.looked("a key that nobody knows");
  cli("key", "add", "--issuer", member, "--new", id, "--key", pem(member), "--draft");
  const asked = await one.read();
  must(asked.type === "key.added" && asked.body.key === id, `waits: ${asked.type}`);
  await one.looked("something to read before it is signed");
  await one.sign();
  const subject = await unendorsed(member);
  await one.goto(`kol/${subject}`);
  await one.page.locator("a[href*='act/endorse']").click();
  await one.page.locator("#act").waitFor();
  await one.looked("the form of an endorsement");
  await one.page.locator("#relation").selectOption("professional");
  await one.page.locator("#statement").fill("Chúng tôi đã làm việc cùng.\n<b>Không có thù lao.</b>");
  const event = await one.review();
  must(
    event.issuer === member && event.subject === subject && event.body.relation === "professional",
    JSON.stringify(event),
  );
  must(
    (await one.page.locator("#review .words").innerText()).includes("<b>Không"),
    "the words are not shown as they are",
  );
  await one.looked("an endorsement to review");
  const seq = await one.sign();
  await one.looked("an endorsement that is recorded");
  const view = await ask(`v1/events/${seq}`);
  must(view.type === "endorsement.published" && view.keys.join() === id, `recorded: ${view.type} by ${view.keys}`);
  must(
    (await (await fetch(`${ledger}/v1/attachments/${view.payload.body.statement}`)).text()).endsWith(
      "<b>Không có thù lao.</b>",
    ),
    "the words are not kept",
  );
  // The receipt is kept, and proves what was signed.
  await one.goto("mine");
  await one.keys(1);
  await one.looked("keys and receipts");
  const took = one.page.locator(`#receipts a[download="${seq}.tlog-proof"]`);
  const [saved] = await Promise.all([one.page.waitForEvent("download"), took.click()]);
  run(program, "verify", await saved.path(), "--vkey", (await ask("v1/ledger")).log_vkey);
  // It is taken back from the list of what stands.
  await one.page.locator(`#keys a[href*="act/withdraw?target=${view.id}"]`).click();
  await one.page.locator("#act").waitFor();
  await one.page.locator("#reason").fill("Không còn hợp tác.");
  must((await one.review()).body.target === view.id, "another endorsement would be withdrawn");
  const after = await one.sign();
  must((await ask(`v1/events/${after}`)).type === "endorsement.withdrawn", "not withdrawn");
  // A key goes only after a second word.
  await one.goto("mine");
  await one.keys(1);
  must(
    (await one.page.locator(`#keys a[href*="act/withdraw?target=${view.id}"]`).count()) === 0,
    "what was withdrawn still stands in the list",
  );
  await one.page.locator("#keys .ways button.quiet").last().click();
  await one.page.locator("#keys .ways button:not(.quiet)").click();
  await one.keys(0);
  await one.close();
}

/** A KOL brings its key in under a pass phrase and contests; somebody else's open page turns by itself. */
async function contests(browser, base, { lang, width, kol: [seed, name] }) {
  const phrase = `một cụm mật khẩu dài của ${seed}`;
  const file = sealed(pem(seed), phrase, `${folder}/${seed}-${lang}-${width}.pem`);
  secretKey(`the key of ${seed}`, file, phrase);
  const subject = await found(name);
  const reader = await Person.at(browser, base, lang, width);
  await reader.goto(`kol/${subject}`);
  await reader.page.locator("#score").waitFor();
  const main = async () => (await reader.page.locator("main").innerText()).toLowerCase();
  const before = (await main()).split(DISPUTED[lang]).length;
  await reader.page.evaluate(() => (window.here = true));
  const one = await Person.at(browser, base, lang, width);
  await one.goto(`act/contest?subject=${subject}`);
  await one.page.locator("#none").waitFor();
  await one.page.locator("#none a").click();
  await one.page.locator("#bring-name").waitFor();
  // A wrong pass phrase opens nothing.
  await one.page.locator("#bring-name").fill("Khóa của tôi");
  await one.page.locator("#bring-file").setInputFiles(file);
  await one.page.locator("#bring-phrase").fill("không phải cụm này");
  await one.page.locator("#bring button").click();
  await one.page.locator("#bring [role=status] .warn").waitFor();
  await one.looked("a pass phrase that does not open the file");
  await one.bring(file, "Khóa của tôi", phrase);
  await one.page.locator("#keys a[href*='act/contest']").click();
  await one.page.locator("#act").waitFor();
  await one.looked("the form of a contest");
  await one.page.locator("input[name=target]").first().check();
  await one.page.locator("input[name=grounds][value=factual_error]").check();
  await one.page.locator("#statement").fill("Video ngày 3 có ghi nhãn quảng cáo từ giây đầu.");
  const event = await one.review();
  must(event.type === "contest.filed" && event.issuer === subject, JSON.stringify(event));
  must((await one.page.locator("#review .effect p").count()) === 3, "what it does is not told");
  const { score } = await ask(`v1/subjects/${subject}/score`);
  const points = (score / 100).toFixed(2).replace(".", lang === "vi" ? "," : ".");
  const does = await one.page.locator("#review .effect").innerText();
  must(does.includes(points), `the score of now, ${points}, is not in: ${does}`);
  await one.looked("a contest to review");
  // Answers can be changed, and are still there.
  await one.page.locator("#review .ways button.quiet").click();
  must((await one.page.locator("#statement").inputValue()).startsWith("Video"), "the answer is gone");
  await one.review();
  await one.sign();
  await reader.page.waitForFunction(
    ([word, count]) =>
      document.querySelector("main").innerText.toLowerCase().split(word).length > count &&
      !document.querySelector("#live").hidden,
    [DISPUTED[lang], before],
  );
  must(await reader.page.evaluate(() => window.here), "the page was loaded again");
  await reader.looked("a page that turned");
  await Promise.all([one.close(), reader.close()]);
}

/** A sanction is proposed, replied to, and signed by three seats, each at a device of its own. */
async function sanctions(browser, base, { lang, width, sanctioned: [seed, name] }) {
  const subject = await found(name);
  secretKey(`the key of ${seed}`, pem(seed));
  const { today } = await ask("v1/ledger");
  const later = (days) => new Date(Date.parse(`${today}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
  const proposed = cli(
    "sanction",
    "propose",
    "--issuer",
    "nhip-so",
    "--subject",
    subject,
    "--severity",
    "S1",
    "--conduct",
    "I1",
    "--reason",
    "Không ghi nhãn.",
    "--starts-on",
    today,
    "--ends-on",
    later(59),
    "--key",
    pem("nhip-so"),
  );
  const proposal = /^event (\w+)/m.exec(proposed)[1];
  const kol = await Person.at(browser, base, lang, width);
  await kol.bring(pem(seed), "Khóa của tôi");
  await kol.goto(`act/reply?subject=${subject}`);
  await kol.page.locator("#act").waitFor();
  await kol.looked("the form of a reply");
  await kol.page.locator(`input[value="proposal:${proposal}"]`).check();
  await kol.page.locator("#statement").fill("Đã ghi nhãn lại cả ba video.");
  await kol.review();
  await kol.sign();
  await kol.close();

  const seats = await Promise.all(
    [1, 2, 3].map(async (seat) => {
      secretKey(`the key of seat ${seat}`, pem(`dieu-phoi-${seat}`));
      const one = await Person.at(browser, base, lang, width);
      await one.bring(pem(`dieu-phoi-${seat}`), `Ghế ${seat}`);
      return one;
    }),
  );
  const { seq } = await ask(`v1/events/${proposal}`);
  await seats[0].goto(`entry/${seq}`);
  await seats[0].page.locator("a[href*='act/impose']").click();
  await seats[0].page.locator("#act").waitFor();
  await seats[0].looked("the form of a sanction");
  const event = await seats[0].review();
  must(
    event.type === "sanction.imposed" && event.issuer === "council" && event.body.proposal === proposal,
    JSON.stringify(event),
  );
  await seats[0].sign(true);
  await seats[0].looked("a sanction that waits for others");
  const id = await seats[0].page.locator("#review code").innerText();
  must(/^[0-9a-f]{64}$/.test(id), `the draft is ${id}`);
  for (const [at, one] of seats.slice(1).entries()) {
    const asked = await one.read(id);
    must(JSON.stringify(asked) === JSON.stringify(event), "another event is asked to be signed");
    const said = await one.page.locator("#review").innerText();
    must(said.includes("Không ghi nhãn."), "the words are not shown");
    await one.looked("a sanction to read before it is signed");
    await one.sign(at === 0);
  }
  const stands = await ask(`v1/events/${id}`);
  must(
    stands.type === "sanction.imposed" && stands.keys.length === 3,
    `recorded: ${JSON.stringify(stands).slice(0, 200)}`,
  );
  await Promise.all(seats.map((one) => one.close()));
}

/** A registrar enrols somebody whose key was made on that person's own device. */
async function enrols(browser, base, { lang, width }) {
  const name = `Nguyễn Thị Sen ${lang} ${width}`;
  const number = `0793010${lang === "vi" ? 1 : 2}${width.toString().padStart(4, "0")}`;
  const phrase = `hoa sen nở ${lang} ${width}`;
  const kol = await Person.at(browser, base, lang, width);
  const { id, file } = await kol.make("Điện thoại của tôi", phrase);
  secretKey(`the key of ${name}`, file, phrase);
  const printed = run("openssl", "pkey", "-in", file, "-passin", `pass:${phrase}`, "-pubout")
    .split("\n")
    .slice(1, -2)
    .join("");
  must(Buffer.from(printed, "base64").subarray(-32).toString("hex") === id, "OpenSSL reads another key from the file");

  secretKey("the key of vietreel", pem("vietreel"));
  secret(`the identity number of ${name}`, number);
  const registrar = await Person.at(browser, base, lang, width);
  await registrar.bring(pem("vietreel"), "VietReel");
  await registrar.page.locator("#keys a[href*='act/enrol']").click();
  await registrar.page.locator("#act").waitFor();
  await registrar.looked("the form of an enrolment");
  const { page } = registrar;
  await page.locator("#name").fill(name);
  await page.locator("#handles").fill("@sen @sen-am-thuc");
  await page.locator("input[value=am-thuc]").check();
  await page.locator("#kol_key").fill(id);
  await page.locator("#identity").fill(number.replace(/(...)/g, "$1 "));
  await page.locator("#secret").setInputFiles(`${keys}/identity.secret`);
  const consent = written(`${folder}/consent-${lang}-${width}.txt`, "Tôi đồng ý tham gia.\n");
  await page.locator("#consent").setInputFiles(consent);
  const event = await registrar.review();
  must(
    event.type === "subject.enrolled" && event.issuer === "vietreel" && event.body.key === id,
    JSON.stringify(event),
  );
  // What shows later which text was agreed to is handed to who keeps it.
  const [salt] = await Promise.all([page.waitForEvent("download"), page.locator("#review .warn a").click()]);
  must(salt.suggestedFilename() === `consent-${lang}-${width}.txt.salt`, salt.suggestedFilename());
  await registrar.looked("an enrolment to review");
  await registrar.sign(true);
  await registrar.close();

  const asked = await kol.read();
  must(JSON.stringify(asked) === JSON.stringify(event), "another event is asked to be signed");
  must((await kol.page.locator("#review .words").innerText()).includes(name), "the profile is not shown");
  await kol.sign();
  await kol.goto("mine");
  await kol.keys(1);
  must((await kol.page.locator("#keys").innerText()).includes(name), "the ledger does not know whose the key is");
  const [row] = (await ask(`v1/subjects?q=${encodeURIComponent(name)}`)).subjects;
  must(row?.subject === event.subject, `found: ${JSON.stringify(row)}`);
  await kol.close();
}

secret(
  "the registrars' secret",
  (await import("node:fs")).readFileSync(`${keys}/identity.secret`, "utf8").trim().split(":").pop(),
);
const browser = await start();
for (const walk of WALKS) {
  const proxy = walk.path ? await below(walk.path, ledger, new Set()) : null;
  for (const does of [endorses, contests, sanctions, enrols]) {
    const from = Date.now();
    try {
      await does(browser, proxy?.base ?? ledger, walk);
      console.log(`${walk.lang} ${walk.width} ${does.name}: ${Math.round((Date.now() - from) / 1000)} s`);
    } catch (error) {
      wrong(`${walk.lang} ${walk.width} ${does.name}`, error.message);
    }
  }
  proxy?.close();
}
const { requests, bodies, secrets } = await judged();
await browser.close();
must(bodies > 40 && secrets > 40, `${bodies} bodies and ${secrets} secrets were compared`);
console.log(`${requests} requests, ${bodies} of them with a body, carry none of ${secrets} secrets in any spelling`);
told("signing");
