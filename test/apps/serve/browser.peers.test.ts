/** The dashboard in Debian's Chromium, without scripts; pictures are kept where PATCHWITNESS_PICTURES names a folder. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeApp } from "../../../src/apps/serve/app.js";
import { listenFor, type Running } from "../../../src/apps/serve/server.js";
import { openStore, type SqlStore } from "../../../src/io/store/store.js";
import { CHROMIUM, FAINT_TEXT, type Look, launch } from "../../report/html/browser.js";
import { FAULTS, SHOWS_FOCUS, SMALL_TARGETS } from "./checks.js";
import { fillSeries, fillWork } from "./filled.js";
import { OPERATORS, PASSWORD, siteOver } from "./site.js";

const LOOKS: Look[] = (["light", "dark"] as const).flatMap((scheme) => [1200, 360].map((width) => ({ scheme, width })));

const OPEN: [string, string][] = [
  ["lists", "/"],
  ["list", "/lists/kvm"],
  ["series", "/series/3-1-parker%40example.org"],
  ["hostile", "/series/dead%40example.org"],
  ["findings", "/findings"],
  ["filtered", "/findings?rule=kvm%2Fcheck-then-act&severity=error&text=a"],
  ["finding", "/findings/000000000000?series=3-1-parker%40example.org"],
  ["rules", "/rules"],
  ["rule", "/rules/kvm/self-clearing-flag"],
  ["sign-in", "/sign-in"],
  ["missing", "/nothing"],
];
const SIGNED_IN: [string, string][] = [
  ["queue", "/queue"],
  ["queued", "/queue/mail?target=mail&key=0-1-parker%40example.org"],
  ["letters", "/letters"],
  ["app", "/app"],
  ["pulls", "/pulls"],
  ["pull", "/pulls/report?repository=example%2Flinux&subject=pull%2012"],
];

describe.skipIf(!existsSync(CHROMIUM))(`the dashboard in a browser (skipped without ${CHROMIUM})`, () => {
  const folder = mkdtempSync(join(tmpdir(), "dashboard-"));
  const pictures = process.env.PATCHWITNESS_PICTURES ?? folder;
  let browser: Browser;
  let store: SqlStore;
  let running: Running;
  beforeAll(async () => {
    store = await openStore({ file: join(folder, "store.db") });
    await fillSeries(store, 120, 3);
    await fillWork(store);
    const site = await siteOver(store, OPERATORS);
    running = await listenFor(makeApp(site).fetch, { host: "127.0.0.1", port: 0 });
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    await running.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const contextFor = ({ scheme, width }: Look): Promise<BrowserContext> =>
    browser.newContext({ colorScheme: scheme, viewport: { width, height: 800 }, javaScriptEnabled: false });

  /** Scripts of the test are let in by the browser's own door, which is not closed by turning those of pages off. */
  const signIn = async (page: Page): Promise<void> => {
    await page.goto(`${running.address}/sign-in`);
    await page.getByLabel("Name").fill("ann");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
  };

  const look = async (page: Page, name: string, path: string, { scheme, width }: Look): Promise<string> => {
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    const response = await page.goto(`${running.address}${path}`);
    expect([name, response?.status()]).toEqual([name, name === "missing" ? 404 : 200]);
    await page.screenshot({ path: join(pictures, `${name}-${scheme}-${width}.png`), fullPage: true });
    const state = {
      name,
      wide: await page.evaluate("document.documentElement.scrollWidth"),
      faults: await page.evaluate(FAULTS),
      small: await page.evaluate(SMALL_TARGETS),
      faint: ((await page.evaluate(FAINT_TEXT)) as { faint: string[] }).faint,
    };
    expect(state).toEqual({ name, wide: width, faults: [], small: [], faint: [] });
    expect(complaints.filter((text) => !text.includes("404"))).toEqual([]);
    return page.title();
  };

  it.each(LOOKS)("is readable and accessible: $scheme, $width wide", async (how) => {
    const context = await contextFor(how);
    const page = await context.newPage();
    const titles: string[] = [];
    for (const [name, path] of OPEN) titles.push(await look(page, name, path, how));
    await signIn(page);
    for (const [name, path] of SIGNED_IN) titles.push(await look(page, name, path, how));
    expect(new Set(titles.filter((title) => !title.startsWith("Findings"))).size).toBe(titles.length - 2);
    await context.close();
  });

  it("has feeds that are well-formed, as the browser's reader of XML sees them", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${running.address}/`);
    for (const list of ["kvm", "quiet"]) {
      const text = await (await fetch(`${running.address}/lists/${list}/feed.atom`)).text();
      const script = `(() => {
        const feed = new DOMParser().parseFromString(${JSON.stringify(text)}, "application/xml").documentElement;
        const wanted = [feed, ...feed.querySelectorAll("entry")].map((one) => ["id", "title", "updated"].every((name) => one.querySelector(":scope > " + name) !== null));
        return [feed.nodeName, feed.namespaceURI, wanted.every((has) => has)];
      })()`;
      expect(await page.evaluate(script)).toEqual(["feed", "http://www.w3.org/2005/Atom", true]);
    }
    await context.close();
  });

  it("leads from list to finding, filters and pages by the keyboard alone", async () => {
    const context = await contextFor({ scheme: "light", width: 1200 });
    const page = await context.newPage();
    await page.goto(`${running.address}/findings`);
    const seen: string[] = [];
    for (let stops = 0; stops < 14; stops++) {
      await page.keyboard.press("Tab");
      expect(await page.evaluate(SHOWS_FOCUS)).toBe(true);
      seen.push(
        String(
          await page.evaluate("document.activeElement.textContent.trim().slice(0, 20) || document.activeElement.name"),
        ),
      );
    }
    expect(seen[0]).toBe("Skip to the content");
    expect(seen).toContain("Show");
    await page.getByLabel("Rule").selectOption("kvm/check-then-act");
    await page.getByLabel("Words of the subject").fill("Park");
    await page.keyboard.press("Enter");
    await page.waitForURL(/rule=kvm%2Fcheck-then-act/);
    expect(await page.getByLabel("Words of the subject").inputValue()).toBe("Park");
    await page.goto(`${running.address}/findings`);
    const first = await page.locator("table.list tbody th a").first().getAttribute("href");
    await page.getByRole("link", { name: "Older" }).click();
    expect(await page.locator("table.list tbody th a").first().getAttribute("href")).not.toBe(first);
    await page.getByRole("link", { name: "Back to the newest" }).click();
    expect(await page.locator("table.list tbody th a").first().getAttribute("href")).toBe(first);
    await context.close();
  });

  it("lets an operator approve and drop, and nobody who is signed out", async () => {
    const context = await contextFor({ scheme: "light", width: 1200 });
    const page = await context.newPage();
    await signIn(page);
    await page.goto(`${running.address}/queue/mail?target=mail&key=1-1-parker%40example.org`);
    await page.getByRole("button", { name: "Approve" }).click();
    expect(await page.getByRole("status").textContent()).toContain("Approved");
    await page.goto(`${running.address}/queue/mail?target=mail&key=1-1-parker%40example.org`);
    await page.getByLabel("Reason to drop it").fill("not worth a mail");
    await page.getByRole("button", { name: "Drop" }).click();
    expect((await store.outboxRow("mail", "1-1-parker@example.org"))?.state).toBe("dropped");
    await page.getByRole("button", { name: "Sign out" }).click();
    expect((await page.goto(`${running.address}/queue`))?.status()).toBe(401);
    await context.close();
  });
});
