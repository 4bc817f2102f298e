/** The dashboard by its answers: pages, their twins and headers, and feeds. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Site } from "../../../src/apps/serve/app.js";
import { openStore, type SqlStore } from "../../../src/io/store/store.js";
import { fillSeries, fillWork } from "./filled.js";
import { ask, OPERATORS, signedIn, siteOver } from "./site.js";

const SERIES = "/series/3-1-parker%40example.org";
const FINDING = "/findings/000000000000?series=3-1-parker%40example.org";
const OPEN = [
  "/",
  "/lists/kvm",
  SERIES,
  "/findings",
  "/findings?list=kvm&text=park",
  FINDING,
  "/rules",
  "/rules/kvm/lock-order",
  "/sign-in",
];
const CLOSED = [
  "/queue",
  "/queue/mail?target=mail&key=0-1-parker%40example.org",
  "/letters",
  "/app",
  "/pulls",
  "/pulls/report?repository=example%2Flinux&subject=pull%2012",
];

const folder = mkdtempSync(join(tmpdir(), "serve-"));
let store: SqlStore;
let site: Site;
beforeAll(async () => {
  store = await openStore({ file: join(folder, "store.db") });
  await fillSeries(store, 60, 3);
  await fillWork(store);
  site = await siteOver(store, OPERATORS);
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const twinOf = (path: string): string => (path === "/" ? "/index.json" : path.replace(/(?=\?|$)/, ".json"));
describe("a page", () => {
  it.each(OPEN)("%s is there for everybody, with its twin and safe headers", async (path) => {
    const page = await ask(site, path);
    const text = await page.text();
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=UTF-8"]);
    expect(page.headers.get("content-security-policy")).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    expect(page.headers.get("x-content-type-options")).toBe("nosniff");
    expect(page.headers.get("referrer-policy")).toBe("no-referrer");
    expect(text).not.toMatch(/<script|<style| style=| on[a-z]+=/);
    const twin = await ask(site, twinOf(path));
    const data = (await twin.json()) as object;
    expect([twin.status, twin.headers.get("content-type")]).toEqual([200, "application/json"]);
    expect(data).toMatchObject({ schemaVersion: 1 });
    expect(await (await ask(site, path, { headers: { accept: "application/json" } })).json()).toEqual(data);
    expect((await ask(site, path, { method: "HEAD" })).status).toBe(200);
    const link = /<link rel="alternate" type="application\/json" href="([^"]+)">/
      .exec(text)?.[1]
      ?.replace(/&amp;/g, "&");
    expect(await (await ask(site, link ?? "")).json()).toEqual(data);
  });

  it.each(CLOSED)("%s is for operators only, its twin too", async (path) => {
    expect((await ask(site, path)).status).toBe(401);
    expect(await (await ask(site, twinOf(path))).json()).toEqual({
      schemaVersion: 1,
      error: { status: 401, title: "Sign in first", text: "This page is for operators who are signed in." },
    });
    const { cookie } = await signedIn(site);
    const page = await ask(site, path, { headers: { cookie } });
    expect([page.status, page.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect((await ask(site, twinOf(path), { headers: { cookie } })).status).toBe(200);
  });

  it("that is not there, or asked for in no way that a page writes, is said to be so", async () => {
    for (const path of [
      "/nothing",
      "/series/nobody",
      "/lists/none",
      "/findings/none",
      "/rules/kvm/none",
      "/series",
      "/lists/none/feed.atom",
    ])
      expect([path, (await ask(site, path)).status]).toEqual([path, 404]);
    for (const path of [
      "/findings?severity=grave",
      "/findings?status=old",
      "/findings?after=x",
      "/lists/kvm?after=WzFd",
      `/findings?text=${"x".repeat(9000)}`,
    ])
      expect([path.slice(0, 40), (await ask(site, path)).status]).toEqual([path.slice(0, 40), 400]);
    expect((await ask(site, "/%ff%00%zz")).status).toBe(404);
  });

  it("is refused for a host that is not this machine's", async () => {
    const refused = await ask(site, "/", { headers: { host: "evil.example" } });
    expect(refused.status).toBe(421);
    expect(await refused.text()).not.toContain("kvm");
  });

  it("leads to a key whatever it is made of", async () => {
    const keys = ["a/b?c#d%2F", "..", ".", "x.json", "y.atom", "ä\u202e <&>\"'", "100%"];
    const { mail, series } = await import("../../io/store/examples.js");
    const mails = keys.map((key) => ({ mail: mail(key), ref: key }));
    await store.record("odd", null, { mails, removed: [], dead: [], cursor: "1" }, "2026-01-01T00:00:00.000Z");
    await store.putSeries(
      keys,
      keys.map((key) => series([key])),
      "2026-01-01T00:00:00.000Z",
    );
    const list = await (await ask(site, "/lists/odd")).text();
    const links = [...list.matchAll(/<a href="(\/series[^"]*)"/g)].map(([, link]) =>
      (link ?? "").replace(/&amp;/g, "&"),
    );
    const found = await Promise.all(
      links.map(async (link) => {
        const answer = await ask(site, link, { headers: { accept: "application/json" } });
        return ((await answer.json()) as { series: { key: string } }).series.key;
      }),
    );
    expect(found.sort()).toEqual([...keys].sort());
  });
});

describe("a feed", () => {
  it("has an entry for each series with findings, with the same id each time", async () => {
    const feed = await ask(site, "/lists/kvm/feed.atom");
    const text = await feed.text();
    expect(feed.headers.get("content-type")).toBe("application/atom+xml; charset=utf-8");
    expect(text).toMatch(
      /^<\?xml version="1.0" encoding="utf-8"\?>\n<feed xmlns="http:\/\/www.w3.org\/2005\/Atom">\n<id>urn:uuid:/,
    );
    const ids = [...text.matchAll(/<id>(urn:uuid:[0-9a-f-]{36})<\/id>/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(text.match(/<entry>/g)?.length).toBe(ids.length - 1);
    expect(text).toContain('<link rel="alternate" type="text/html" href="http://127.0.0.1:8080/series/');
    expect(text).toMatch(/<updated>\d{4}-\d\d-\d\dT[\d:.]+Z<\/updated>/);
    expect(await (await ask(site, "/lists/kvm/feed.atom")).text()).toBe(text);
    expect(await (await ask(site, "/lists/quiet/feed.atom")).text()).not.toContain("<entry>");
  });
});
