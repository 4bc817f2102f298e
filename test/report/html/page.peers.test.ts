/** Pages as Chromium shows them; the pictures are kept where PATCHWITNESS_PICTURES names a folder. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderHtml } from "../../../src/report/html/page.js";
import { runCli } from "../../apps/run-cli.js";
import { gateFinding, samplePatch, sampleResult } from "../sample.js";
import { CHROMIUM, FAINT_TEXT, LOOKS, launch, open } from "./browser.js";

const THREADS = "fixtures/threads";

/** Everything that a page can show: all severities, folded findings, links, fates, remarks, a hostile name, long words. */
const crowded = (): string => {
  const findings = [
    gateFinding({ severity: "error" }),
    gateFinding({ id: "noted", severity: "note", line: 1155, nursery: true, why: "w".repeat(300) }),
    gateFinding({ id: "older", status: "pre-existing", line: 3 }),
    gateFinding({ id: "other", path: `virt/${"long_name/".repeat(30)}x.c` }),
  ];
  const patch = samplePatch({ description: `</pre><script>alert(1)</script> \u202e ${"d".repeat(400)}` });
  const [file] = patch.files;
  if (file !== undefined)
    patch.files.push({ ...file, newPath: "a.bin", binary: true }, { ...file, status: "renamed", oldPath: "o.h" });
  const result = sampleResult({ findings, patch });
  result.review.problems.push({ messageId: null, code: "odd", message: "something is odd" });
  const links = new Map([[patch.messageId ?? "", [{ label: "the thread", url: "https://lore.example.org/x/" }]]]);
  return renderHtml(result, { tree: "v6.12", all: false, links, fates: new Map([["noted", "Still present in v3."]]) });
};

const pages: [string, () => string][] = [
  ["a mail", () => runCli(["--format", "html", `${THREADS}/susp-gate/patch.mbox`]).out],
  ["a quoted patch", () => runCli(["--format", "html", `${THREADS}/susp-gate/thread.txt`]).out],
  ["everything at once", crowded],
];

describe.skipIf(!existsSync(CHROMIUM))(`pages in a browser (skipped without ${CHROMIUM})`, () => {
  const folder = mkdtempSync(join(tmpdir(), "pages-"));
  const pictures = process.env.PATCHWITNESS_PICTURES ?? folder;
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const urlOf = (name: string, text: string): string => {
    const path = join(folder, `${name.replace(/ /g, "-")}.html`);
    writeFileSync(path, text);
    return pathToFileURL(path).href;
  };

  for (const [name, make] of pages) {
    it.each(LOOKS)(`${name}: $scheme, $width wide`, async (look) => {
      const { page, complaints, close } = await open(browser, urlOf(name, make()), look);
      await page.screenshot({
        path: join(pictures, `${name.replace(/ /g, "-")}-${look.scheme}-${look.width}.png`),
        fullPage: true,
      });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(look.width);
      const { looked, faint } = (await page.evaluate(FAINT_TEXT)) as { looked: number; faint: string[] };
      expect(faint).toEqual([]);
      expect(looked).toBeGreaterThan(100);
      const [line, comment] = [page.locator("tr.at").first(), page.locator("tr.at + tr .finding").first()];
      const [above, below] = [await line.boundingBox(), await comment.boundingBox()];
      expect(below?.y).toBeGreaterThanOrEqual((above?.y ?? Number.NaN) + (above?.height ?? 0) - 1);
      expect((below?.y ?? Number.NaN) - (above?.y ?? 0)).toBeLessThan(80);
      expect(complaints).toEqual([]);
      await close();
    });
  }

  it("prints what is folded, dark on white", async () => {
    const { page, close } = await open(browser, urlOf("print", crowded()), { scheme: "dark", width: 1280 });
    const folded = page.locator("#finding-older dl").first();
    expect(await folded.isVisible()).toBe(false);
    await page.emulateMedia({ media: "print" });
    expect(await folded.isVisible()).toBe(true);
    expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
    const { faint } = (await page.evaluate(FAINT_TEXT)) as { faint: string[] };
    expect(faint).toEqual([]);
    await close();
  });

  it("can be read with the keyboard: the first stop leads to the patches, summaries fold", async () => {
    const { page, close } = await open(browser, urlOf("keys", crowded()), { scheme: "light", width: 400 });
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.getAttribute('href')")).toBe("#main");
    const roles = await page.evaluate(
      "['header','nav','main','footer'].map((name) => document.querySelectorAll('body > ' + name).length)",
    );
    expect(roles).toEqual([1, 1, 1, 1]);
    await page.locator("details.finding > summary").first().focus();
    await page.keyboard.press("Enter");
    expect(await page.locator("details.finding").first().getAttribute("open")).toBeNull();
    await close();
  });
});
