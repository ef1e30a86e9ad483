// No violation of WCAG 2.2 AA, as axe sees a page, and nothing wider than its window.
import axe from "axe-core";
import { wrong } from "./browser.mjs";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Notes every violation on a page as it stands. */
export async function accessible(page, where) {
  await page.evaluate(axe.source);
  const run = await page.evaluate(
    (rules) => window.axe.run(document, { runOnly: { type: "tag", values: rules }, resultTypes: ["violations"] }),
    RULES,
  );
  for (const one of run.violations)
    wrong(where, `${one.id}: ${one.help}: ${one.nodes[0].target} ${one.nodes[0].any[0]?.message ?? ""}`);
}

/** Notes what is wider than the window, but for what scrolls itself. */
export async function fitting(page, where) {
  const wide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return null;
    const all = [...document.querySelectorAll("body *")];
    const widest = all.filter((one) => one.getBoundingClientRect().right > clientWidth + 1).pop();
    return `${scrollWidth} wide, for ${widest?.outerHTML.slice(0, 120)}`;
  });
  if (wide) wrong(where, wide);
}
