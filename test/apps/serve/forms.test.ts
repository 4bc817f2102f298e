/** The way into the dashboard, and what its forms do and do not. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Site } from "../../../src/apps/serve/app.js";
import { openStore, type SqlStore } from "../../../src/io/store/store.js";
import { fillSeries, fillWork } from "./filled.js";
import { ask, enter, FORM, OPERATORS, PASSWORD, signedIn, siteOver } from "./site.js";

const folder = mkdtempSync(join(tmpdir(), "forms-"));
let store: SqlStore;
let site: Site;
beforeAll(async () => {
  store = await openStore({ file: join(folder, "store.db") });
  await fillSeries(store, 4, 1);
  await fillWork(store);
  site = await siteOver(store, OPERATORS);
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const post = (path: string, fields: Record<string, string>, headers: Record<string, string>) =>
  ask(site, path, { method: "POST", headers: { ...FORM, ...headers }, body: new URLSearchParams(fields).toString() });

describe("the way in", () => {
  it("takes a name and a password, with a form of this site, and gives a cookie that no script can read", async () => {
    const entered = await enter(site);
    expect([entered.status, entered.headers.get("location")]).toEqual([303, "/"]);
    expect(entered.headers.get("set-cookie")).toMatch(
      /patchwitness_session=ann\.[^;]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    const away = await enter(await siteOver(store, OPERATORS, { listen: { host: "0.0.0.0", port: 80 } }));
    expect(away.headers.get("set-cookie")).toContain("; Secure");
  });

  it("is shut for a wrong password, a form of another site, and after too many failures", async () => {
    const fresh = await siteOver(store, OPERATORS);
    for (let tries = 0; tries < 5; tries++) expect((await enter(fresh, "wrong password")).status).toBe(403);
    const late = await enter(fresh);
    expect([late.status, late.headers.get("retry-after")]).toEqual([429, "900"]);
    expect((await post("/sign-in", { name: "ann", password: PASSWORD }, {})).status).toBe(403);
  });

  it("is not there without operators", async () => {
    const closed = await siteOver(store);
    expect(await (await ask(closed, "/sign-in")).text()).toContain("read-only");
    expect(await (await ask(closed, "/")).text()).not.toContain("Sign in");
    expect((await enter(closed)).status).toBe(403);
  });

  it("leads out again, and the old cookie is good for nothing then", async () => {
    const { cookie, csrf } = await signedIn(site);
    expect((await post("/sign-out", { csrf }, { cookie })).headers.get("location")).toBe("/?done=out");
    expect((await ask(site, "/queue", { headers: { cookie } })).status).toBe(401);
  });
});

describe("a form", () => {
  const KEY = { target: "mail", key: "0-1-parker@example.org" };
  it("does nothing without a session, without its token, from another site, or as another type", async () => {
    const { cookie, csrf } = await signedIn(site);
    const approve = (fields: Record<string, string>, headers: Record<string, string>) =>
      post("/queue/approve", { ...KEY, ...fields }, headers);
    expect((await approve({ csrf }, {})).status).toBe(401);
    expect((await approve({}, { cookie })).status).toBe(403);
    expect((await approve({ csrf: (await signedIn(site)).csrf }, { cookie })).status).toBe(403);
    expect((await approve({ csrf }, { cookie, "sec-fetch-site": "cross-site" })).status).toBe(403);
    expect((await approve({ csrf }, { cookie, "content-type": "text/plain" })).status).toBe(403);
    expect((await approve({ csrf, more: "x".repeat(20_000) }, { cookie })).status).toBe(413);
    expect((await ask(site, "/queue/approve", { headers: { cookie } })).status).toBe(404);
    expect((await store.outboxRow("mail", KEY.key))?.state).toBe("held");
  });

  it("does what it says, once, and leads back", async () => {
    const { cookie, csrf } = await signedIn(site);
    const said = [];
    for (const path of ["/queue/approve", "/queue/approve", "/letters/drop", "/letters/retry", "/app/retry"])
      said.push(
        (
          await post(
            path,
            {
              ...KEY,
              csrf,
              ...(path === "/letters/drop" ? { key: "kvm deadbeef" } : {}),
              ...(path === "/letters/retry" ? { key: "dead@example.org" } : {}),
            },
            { cookie },
          )
        ).headers.get("location"),
      );
    expect(said).toEqual([
      "/queue?done=approved",
      "/queue?done=late",
      "/letters?done=dropped",
      "/letters?done=retried",
      "/app?done=retried",
    ]);
    expect((await store.outboxRow("mail", KEY.key))?.state).toBe("waiting");
    expect((await store.deadLetters()).length).toBe(0);
    expect((await store.series("dead@example.org"))?.state).toBe("open");
    expect(await (await ask(site, "/queue?done=<script>", { headers: { cookie } })).text()).not.toContain("<script");
  });
});
