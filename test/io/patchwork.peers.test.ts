import { afterEach, describe, expect, it } from "vitest";
import { HttpTransport } from "../../src/io/http-transport.js";
import { Patchwork, type PatchworkOptions, patchworkToken } from "../../src/io/patchwork.js";
import type { PatchworkCheck } from "../../src/report/patchwork-check.js";
import { fakeTime, serve } from "./archive/archive-peer.js";
import { type FakePatchwork, fakePatchwork, TOKEN } from "./patchwork-peer.js";

const CHECK: PatchworkCheck = {
  context: "patchwitness",
  state: "warning",
  description: "1 warning: is “it” still set?",
  target_url: "https://ci.example.org/p/1",
};

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const connect = (url: string, over: Partial<PatchworkOptions> = {}, timeoutSeconds = 5) => {
  const transport = new HttpTransport({ allowPrivate: over.allowPrivate ?? true, timeoutSeconds });
  closers.push(() => transport.close());
  const time = fakeTime();
  const send: PatchworkOptions["send"] = (target, request) => transport.send(target, request);
  const fixed = { url, project: "kvm", token: TOKEN, userAgent: "patchwitness/0", allowPrivate: true, time, send };
  return { patchwork: new Patchwork({ ...fixed, ...over }), time };
};

const start = async (over: Partial<PatchworkOptions> = {}, timeoutSeconds?: number) => {
  const fake: FakePatchwork = await fakePatchwork();
  closers.push(fake.close);
  return { fake, ...connect(`${fake.origin}/pw`, over, timeoutSeconds) };
};

const reason = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error) => error.reason ?? error,
  );

describe("reading", () => {
  it("finds a patch by its Message-ID in the project, and null for others", async () => {
    const { fake, patchwork } = await start();
    expect(await patchwork.findPatch("1@example.org")).toBe(12);
    expect(await patchwork.findPatch("2+x&y@example.org")).toBeNull();
    expect(fake.requests.map(({ url }) => url)).toEqual([
      "/pw/api/1.3/patches/?project=kvm&msgid=1%40example.org",
      "/pw/api/1.3/patches/?project=kvm&msgid=2%2Bx%26y%40example.org",
    ]);
    expect(fake.requests[0]?.headers).toMatchObject({
      authorization: `Token ${TOKEN}`,
      "user-agent": "patchwitness/0",
    });
  });

  it("takes no patch for another where an instance passes over the filter", async () => {
    const all = await serve((_, response) => response.end(JSON.stringify([{ id: 5, msgid: "<other@example.org>" }])));
    closers.push(all.close);
    expect(await connect(all.origin).patchwork.findPatch("1@example.org")).toBeNull();
  });

  it("lists checks over all pages", async () => {
    const { fake, patchwork } = await start();
    for (const state of ["pending", "success", "fail"] as const) await patchwork.postCheck(12, { ...CHECK, state });
    expect(await patchwork.checksOf(12)).toEqual(
      ["pending", "success", "fail"].map((state, at) => ({ ...CHECK, state, id: 100 + at, user: "bot" })),
    );
    expect(fake.requests.filter(({ method }) => method === "GET")).toHaveLength(2);
    expect(await reason(patchwork.checksOf(99))).toBe("not-found");
  });

  it("waits as long as a busy server asks for, and gives up in the end", async () => {
    const { fake, patchwork, time } = await start({ tries: 3 });
    fake.faults.push({ kind: "status", status: 429, headers: { "retry-after": "7" } });
    fake.faults.push({ kind: "status", status: 503, headers: { "retry-after": "9" } });
    expect(await patchwork.findPatch("1@example.org")).toBe(12);
    expect(time.slept).toEqual([7000, 9000]);
    for (let i = 0; i < 3; i += 1) fake.faults.push({ kind: "status", status: 502 });
    expect(await reason(patchwork.findPatch("1@example.org"))).toBe("http-status");
    expect(fake.requests).toHaveLength(6);
  });

  it("follows no page and no redirect to another host, so that the token stays where it belongs", async () => {
    const other = await serve((_, response) => response.end("[]"));
    const link = { link: `<${other.origin}/x>; rel="next"` };
    const lying = await serve(({ url }, response) => {
      if (url?.includes("checks")) response.writeHead(200, link).end("[]");
      else response.writeHead(302, { location: other.origin }).end();
    });
    closers.push(other.close, lying.close);
    const { patchwork } = connect(lying.origin);
    expect(await reason(patchwork.checksOf(1))).toBe("not-allowed");
    expect(await reason(patchwork.findPatch("1@example.org"))).toBe("http-status");
    expect(other.requests).toHaveLength(0);
  });

  it("says so when what answers is no patchwork, at once", async () => {
    const page = await serve((_, response) => response.end("<html>"));
    closers.push(page.close);
    expect(await reason(connect(page.origin).patchwork.findPatch("1@example.org"))).toBe("malformed");
    expect(page.requests).toHaveLength(1);
  });
});

describe("posting", () => {
  it("creates a check that reads back as it was", async () => {
    const { fake, patchwork } = await start();
    expect(await patchwork.postCheck(12, CHECK)).toEqual({ outcome: "posted", id: 100 });
    expect(await patchwork.postCheck(12, { ...CHECK, target_url: null })).toEqual({ outcome: "posted", id: 101 });
    expect(fake.created.map((text) => JSON.parse(text))).toEqual([CHECK, { ...CHECK, target_url: undefined }]);
    expect((await patchwork.checksOf(12))[0]).toEqual({ ...CHECK, id: 100, user: "bot" });
  });

  it("is refused for certain by answers, and where no connection comes about", async () => {
    const { fake, patchwork } = await start();
    const refused = (why: string, retryAfter: number | null = null) => ({
      outcome: "refused",
      reason: expect.stringContaining(why),
      retryAfter,
    });
    expect(await patchwork.postCheck(12, { ...CHECK, context: "two words" })).toEqual(refused("status 400"));
    expect(await patchwork.postCheck(99, CHECK)).toEqual(refused("status 404"));
    fake.faults.push({ kind: "status", status: 429, headers: { "retry-after": "30" } });
    expect(await patchwork.postCheck(12, CHECK)).toEqual(refused("status 429", 30));
    fake.faults.push({ kind: "status", status: 503, headers: { "retry-after": "60" } });
    expect(await patchwork.postCheck(12, CHECK)).toEqual(refused("status 503", 60));
    expect(await connect(`${fake.origin}/pw`, { token: "wrong" }).patchwork.postCheck(12, CHECK)).toEqual(
      refused("status 403"),
    );
    expect(await connect(`${fake.origin}/pw`, { token: null }).patchwork.postCheck(12, CHECK)).toEqual(
      refused("no token"),
    );
    const gone = await serve(() => {});
    await gone.close();
    expect(await connect(gone.origin).patchwork.postCheck(12, CHECK)).toEqual(refused("cannot be reached"));
    expect(fake.created).toEqual([]);
  });

  it.each([true, false])(
    "is unknown when the connection ends before the answer; the list tells (kept: %s)",
    async (kept) => {
      const { fake, patchwork } = await start();
      fake.faults.push({ kind: "cut", kept });
      expect(await patchwork.postCheck(12, CHECK)).toMatchObject({ outcome: "unknown" });
      expect(fake.requests).toHaveLength(1);
      expect((await patchwork.checksOf(12)).map(({ state }) => state)).toEqual(kept ? ["warning"] : []);
    },
  );

  it("is unknown when a server fails or keeps silent, and is never tried again by itself", async () => {
    const { fake, patchwork } = await start({}, 0.3);
    fake.faults.push({ kind: "status", status: 502 }, { kind: "status", status: 503 }, { kind: "silent" });
    for (let i = 0; i < 3; i += 1) expect(await patchwork.postCheck(12, CHECK)).toMatchObject({ outcome: "unknown" });
    expect(fake.requests).toHaveLength(3);
  });

  it("is posted when the head of the answer says so, though its body breaks off", async () => {
    const { fake, patchwork } = await start();
    fake.faults.push({ kind: "half" });
    expect(await patchwork.postCheck(12, CHECK)).toEqual({ outcome: "posted", id: null });
  });
});

describe("the token", () => {
  it("comes out of the environment, and never goes over a connection in the clear", () => {
    expect(patchworkToken("PW", (name) => (name === "PW" ? ` ${TOKEN}\n` : undefined))).toBe(TOKEN);
    for (const bad of [undefined, "", "two words", "a\r\nb"])
      expect(() => patchworkToken("PW", () => bad)).toThrow("the token of patchwork is not there: PW");
    expect(() => connect("http://patchwork.example.org/", { allowPrivate: false })).toThrow("without TLS");
    expect(() => connect("ftp://patchwork.example.org/")).toThrow("no web address");
    expect(() => connect("https://127.0.0.1/", { allowPrivate: false })).toThrow("private network");
  });
});
