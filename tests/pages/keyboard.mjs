// Every control is reached by Tab, in sight, and shows that it is reached.
import { wrong } from "./browser.mjs";

/** Marks the controls that people see, each with a number; how many there are. */
const mark = () => {
  const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  let number = 0;
  for (const one of document.querySelectorAll(all)) {
    if (one.disabled || !one.checkVisibility({ visibilityProperty: true })) continue;
    one.dataset.control = number;
    number += 1;
  }
  return number;
};

/** Where the focus is, and what is wrong with how it shows. */
const reached = () => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const ratio = (() => {
    const rgb = (text) => text.match(/[\d.]+/g).slice(0, 3).map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    const light = (text) => { const [r, g, b] = rgb(text); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const [a, b] = [light(style.outlineColor), light(getComputedStyle(document.documentElement).backgroundColor)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  })();
  const inSight = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth && box.width > 0;
  const bad = !outlined ? "has no outline" : ratio < 3 ? "has a faint outline" : !inSight ? "is out of sight" : null;
  return { number: one.dataset.control, bad, html: one.outerHTML.slice(0, 100) };
};

/** Goes through the page with Tab, and notes what is not reached or not seen to be. */
export async function keyboard(page, where) {
  const count = await page.evaluate(mark);
  const got = new Set();
  // A field of a day has several stops of its own.
  for (let stop = 0; stop < count * 2 + 20 && got.size < count; stop += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(reached);
    if (at === null) continue;
    if (at.number !== undefined) got.add(at.number);
    if (at.bad) wrong(where, `${at.html} ${at.bad}`);
  }
  if (got.size === count) return;
  const left = await page.evaluate(
    (known) => [...document.querySelectorAll("[data-control]")].filter((one) => !known.includes(one.dataset.control)).map((one) => one.outerHTML.slice(0, 100)),
    [...got],
  );
  for (const one of left) wrong(where, `no Tab reaches ${one}`);
}
