/** Pictures as Chromium shows them: nothing is cut off, and no words lie on others. */
import { existsSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHROMIUM, launch } from "../report/html/browser.js";

const FOLDER = "docs/pictures";

/** Runs in the page: words that are cut off, or lie on others. */
const TROUBLE = `(() => {
  const frame = document.documentElement.getBoundingClientRect();
  const words = [...document.querySelectorAll("text")].map((one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    return { said: one.textContent, left, right, top: top + 2, bottom: bottom - 2 };
  });
  const found = words.length === 0 ? ["no words"] : [];
  words.forEach((a, n) => {
    if (a.left < frame.left + 8 || a.right > frame.right - 8 || a.bottom > frame.bottom) found.push("cut off: " + a.said);
    for (const b of words.slice(n + 1))
      if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
        found.push("on each other: " + a.said + " / " + b.said);
  });
  return found;
})()`;

describe.skipIf(!existsSync(CHROMIUM))(`pictures in a browser (skipped without ${CHROMIUM})`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  it.each(readdirSync(FOLDER))("%s", async (name) => {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(resolve(FOLDER, name)).href);
    expect(await page.evaluate(TROUBLE)).toEqual([]);
    await page.close();
  });
});
