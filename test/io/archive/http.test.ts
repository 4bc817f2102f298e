import type { Socket } from "node:net";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { isPublicAddress, resolveHost } from "../../../src/io/archive/address-guard.js";
import { userAgent } from "../../../src/io/archive/context.js";
import { type GetOptions, type HttpAnswer, HttpClient, type HttpOptions } from "../../../src/io/archive/http.js";
import { folderCache, type HttpCache, memoryCache } from "../../../src/io/archive/http-cache.js";
import { retryAfterSeconds } from "../../../src/io/archive/retry.js";
import { type FakeTime, fakeTime, type Handler, serve, type TestServer, testContext } from "./archive-peer.js";

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function server(handler: Handler): Promise<TestServer> {
  const made = await serve(handler);
  closers.push(made.close);
  return made;
}

function client(
  host: string,
  settings: Partial<HttpOptions> = {},
): { http: HttpClient; time: FakeTime; cache: HttpCache } {
  const time = fakeTime();
  const cache = memoryCache();
  const agent = "patchwitness/1 (+me@example.org)";
  const fixed = { userAgent: agent, hosts: [host], time, cache, allowPrivate: true, pauseSeconds: 0 };
  const http = new HttpClient({ ...fixed, ...settings });
  closers.push(() => http.close());
  return { http, time, cache };
}

const TEXT: GetOptions = { expected: "text" };
const GZIP: GetOptions = { expected: "gzip" };

async function reason(promise: Promise<HttpAnswer>): Promise<unknown> {
  return promise.then(
    () => null,
    (error) => error.reason ?? error,
  );
}

describe("manners", () => {
  it("tells who asks, and asks one thing after the other over one connection", async () => {
    let open = 0;
    let most = 0;
    const sockets = new Set<Socket>();
    const { origin, host, requests } = await server((request, response) => {
      most = Math.max(most, ++open);
      sockets.add(request.socket);
      setTimeout(() => {
        open--;
        response.end("x");
      }, 5);
    });
    const { http, time } = client(host, { pauseSeconds: 0.2 });
    await Promise.all(["/a", "/b", "/c"].map((path) => http.get(origin + path, TEXT)));
    expect([most, sockets.size]).toEqual([1, 1]);
    expect(requests[0]?.headers["user-agent"]).toBe("patchwitness/1 (+me@example.org)");
    expect(time.slept).toEqual([200, 200]);
    expect(userAgent("1.2.3", "https://example.org/a b\n(x)")).toBe("patchwitness/1.2.3 (+https://example.org/abx)");
    expect(userAgent("1.2.3", null)).toBe("patchwitness/1.2.3");
  });

  it("keeps answers for ten minutes, and asks conditionally after that", async () => {
    const { origin, host, requests } = await server((request, response) => {
      if (request.headers["if-none-match"] === '"1"') response.writeHead(304).end();
      else response.writeHead(200, { etag: '"1"', "last-modified": "Fri, 01 Mar 2024 00:00:00 GMT" }).end("one");
    });
    const { http, time } = client(host, { cacheSeconds: 1 });
    for (const [after, asked] of [
      [0, 1],
      [599_000, 1],
      [2_000, 2],
      [1_000, 2],
    ] as const) {
      time.advance(after);
      expect(String((await http.get(`${origin}/x`, TEXT)).body)).toBe("one");
      expect(requests).toHaveLength(asked);
    }
    expect(requests[1]?.headers["if-modified-since"]).toBe("Fri, 01 Mar 2024 00:00:00 GMT");
    const known = { etag: '"1"', lastModified: null };
    const again = await http.get(`${origin}/y`, { ...TEXT, known });
    expect([again.status, again.body.length, again.etag]).toEqual([304, 0, '"1"']);
  });

  it("keeps answers in a folder, and takes none that was cut off", async () => {
    const context = testContext();
    closers.push(context.remove);
    const cache = folderCache(context.dataFolder, () => 0);
    const answer = { checked: 5, etag: '"1"', lastModified: null, contentEncoding: "", body: Buffer.from("a\nb") };
    await cache.put("http://x/", answer);
    expect(await folderCache(context.dataFolder, () => 0).get("http://x/")).toEqual(answer);
    expect(await cache.get("http://y/")).toBeNull();
    const small = memoryCache(5);
    for (const url of ["a", "b"]) await small.put(url, answer);
    expect([await small.get("a"), (await small.get("b"))?.checked]).toEqual([null, 5]);
  });

  it("waits as long as it is asked to, and longer each time when it is not", async () => {
    const answers: [number, Record<string, string>][] = [
      [429, { "retry-after": "7" }],
      [503, {}],
      [500, {}],
      [200, {}],
    ];
    const { origin, host } = await server((_request, response) => {
      const [status, headers] = answers.shift() ?? [200, {}];
      response.writeHead(status, headers).end("x");
    });
    const { http, time } = client(host);
    await http.get(`${origin}/`, TEXT);
    const [first = 0, second = 0, third = 0] = time.slept;
    expect(first).toBe(7000);
    expect([second >= 1000 && second < 2000, third >= 2000 && third < 4000]).toEqual([true, true]);
    expect(retryAfterSeconds("Fri, 01 Mar 2024 00:00:10 GMT", Date.parse("2024-03-01T00:00:00Z"))).toBe(10);
    expect(retryAfterSeconds("soon", 0)).toBeNull();
  });

  it("gives up after some tries, at once when it would be long, and never insists on an answer that is final", async () => {
    let asked = 0;
    const { origin, host } = await server((request, response) => {
      asked++;
      const status = Number(request.url?.slice(1, 4));
      response.writeHead(status, request.url?.endsWith("long") ? { "retry-after": "3600" } : {}).end();
    });
    const { http } = client(host, { tries: 3 });
    for (const [path, why, times] of [
      ["500", "http-status", 3],
      ["429", "rate-limited", 3],
      ["503long", "rate-limited", 1],
      ["404", "not-found", 1],
      ["403", "http-status", 1],
    ] as const) {
      asked = 0;
      expect([await reason(http.get(`${origin}/${path}`, TEXT)), asked]).toEqual([why, times]);
    }
    const error = await http.get(`${origin}/503long`, TEXT).catch((e) => e);
    expect(error.retryAfter).toBe(3600);
    expect((await http.get(`${origin}/404`, { ...TEXT, accept: [404] })).status).toBe(404);
  });
});

describe("what is not let in", () => {
  it("goes to no other host, not by a redirect either", async () => {
    const other = await server((_request, response) => response.end("other"));
    const { origin, host } = await server((request, response) => {
      const target = { "/out": `${other.origin}/`, "/in": "/x", "/round": "/round", "/file": "file:///etc/passwd" };
      const location = target[request.url as keyof typeof target];
      if (location === undefined) response.end("here");
      else response.writeHead(302, { location }).end();
    });
    const { http } = client(host);
    expect(String((await http.get(`${origin}/in`, TEXT)).body)).toBe("here");
    for (const url of [
      `${origin}/out`,
      `${origin}/file`,
      `${other.origin}/`,
      "file:///etc/passwd",
      `http://u:p@${host}/`,
    ])
      expect(await reason(http.get(url, TEXT))).toBe("not-allowed");
    expect(await reason(http.get(`${origin}/round`, TEXT))).toBe("http-status");
    expect(other.requests).toHaveLength(0);
  });

  it("connects to no address inside, by number or by name, unless it is configured", async () => {
    const { origin, host, requests } = await server((_request, response) => response.end("inside"));
    const port = host.split(":")[1];
    const hosts = [host, `localhost:${port}`, `[::1]:${port}`];
    const { http } = client(host, { hosts, allowPrivate: false, tries: 1 });
    for (const url of [origin, ...hosts.map((h) => `http://${h}/`)])
      expect(await reason(http.get(url, TEXT))).toBe("not-allowed");
    expect(requests).toHaveLength(0);
    await expect(resolveHost("localhost", false)).rejects.toMatchObject({ reason: "not-allowed" });
    expect(await resolveHost("127.0.0.1", true)).toBe("127.0.0.1");
  });

  it("knows addresses of the internet", () => {
    for (const address of ["8.8.8.8", "139.178.84.217", "2604:1380:4641:c500::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"])
      expect([address, isPublicAddress(address)]).toEqual([address, true]);
    const inside =
      "127.0.0.1 10.1.2.3 172.31.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 ::1 :: fe80::1%eth0 fd00::1 ff02::1 ::ffff:127.0.0.1 ::ffff:7f00:1 64:ff9b::10.0.0.1 2002:7f00:1:: ::127.0.0.1 localhost x";
    for (const address of inside.split(" ")) expect([address, isPublicAddress(address)]).toEqual([address, false]);
    fc.assert(fc.property(fc.ipV4(), (a) => isPublicAddress(`::ffff:${a}`) === isPublicAddress(a)));
  });

  it("bounds what is sent, and what it inflates to", async () => {
    const bomb = gzipSync(Buffer.alloc(1 << 20));
    const { origin, host } = await server((request, response) => {
      if (request.url === "/encoded") response.writeHead(200, { "content-encoding": "gzip" });
      response.end(request.url === "/big" ? Buffer.alloc(5000) : bomb);
    });
    const { http } = client(host);
    expect(await reason(http.get(`${origin}/big`, { ...TEXT, maxBytes: 4999 }))).toBe("too-large");
    expect(await reason(http.get(`${origin}/bomb`, { ...GZIP, maxInflated: 1000 }))).toBe("too-large");
    expect(await reason(http.get(`${origin}/encoded`, { ...TEXT, maxInflated: 1000 }))).toBe("too-large");
    expect((await http.get(`${origin}/encoded`, TEXT)).body).toHaveLength(1 << 20);
  });
});

describe("what an answer really is", () => {
  it("tells a challenge page, a truncated and a damaged archive, and unpacks in whatever way it was packed", async () => {
    const packed = gzipSync("mail");
    const bodies: Record<string, [Buffer | string, Record<string, string>]> = {
      "/page": [" \n<!doctype HTML><html>are you a bot", {}],
      "/cut": [gzipSync(Buffer.from("mail".repeat(9000))).subarray(0, 40), {}],
      "/damaged": [Buffer.concat([packed.subarray(0, 10), Buffer.from("damaged data here")]), {}],
      "/empty": ["", {}],
      "/plain": [packed, {}],
      "/encoded": [packed, { "content-encoding": "gzip" }],
      "/twice": [gzipSync(packed), { "content-encoding": "gzip" }],
      "/unpacked": ["mail", {}],
    };
    const { origin, host, requests } = await server((request, response) => {
      const [body, headers] = bodies[request.url ?? ""] ?? ["", {}];
      response.writeHead(200, headers).end(body);
    });
    const { http } = client(host, { tries: 2 });
    for (const [path, why, asked] of [
      ["/page", "challenge-page", 1],
      ["/cut", "truncated", 2],
      ["/empty", "truncated", 2],
      ["/damaged", "malformed", 1],
    ] as const) {
      requests.length = 0;
      expect([path, await reason(http.get(origin + path, GZIP)), requests.length]).toEqual([path, why, asked]);
    }
    for (const path of ["/plain", "/encoded", "/twice", "/unpacked"])
      expect([path, String((await http.get(origin + path, GZIP)).body)]).toEqual([path, "mail"]);
    expect(await reason(http.get(`${origin}/page`, TEXT))).toBe("challenge-page");
  });

  it("tries again when a connection breaks, before or within an answer", async () => {
    let left = 2;
    const { origin, host } = await server((_request, response) => {
      left--;
      if (left === 1) return void response.socket?.destroy();
      response.writeHead(200, { "content-length": 4 });
      if (left < 0) return void response.end("mail");
      response.write("ma", () => response.socket?.destroy());
    });
    const { http, time } = client(host);
    expect(String((await http.get(`${origin}/`, TEXT)).body)).toBe("mail");
    expect(time.slept).toHaveLength(2);
  });

  it("stops waiting for a server that is silent, or when it is told to", async () => {
    const { origin, host } = await server(() => {});
    const { http } = client(host, { timeoutSeconds: 0.5, tries: 1 });
    expect(await reason(http.get(`${origin}/`, TEXT))).toBe("unreachable");
    const stop = new AbortController();
    const asked = http.get(`${origin}/`, { ...TEXT, signal: stop.signal });
    setTimeout(() => stop.abort(), 20);
    await expect(asked).rejects.toThrow(/abort/i);
  });
});
