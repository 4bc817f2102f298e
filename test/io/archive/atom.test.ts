import { afterAll, afterEach, describe, expect, it } from "vitest";
import { openAtom } from "../../../src/io/archive/atom.js";
import type { Source } from "../../../src/watch/source.js";
import type { AtomConfig } from "../../../src/watch/source-config.js";
import {
  fakeTime,
  type Handler,
  readAll,
  readUntilError,
  readWithInterruptions,
  seeded,
  serve,
  type TestServer,
  testContext,
  withFaults,
} from "./archive-peer.js";
import { mail, subjects } from "./epoch-peer.js";

const time = fakeTime();
const contexts = [testContext(time)];
const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => {
  for (const context of contexts) context.remove();
});

interface Kept {
  id: string;
  /** Seconds since 1970. */
  arrived: number;
}

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(".000", "");

/** The feed as public-inbox 1.9 makes it: 5 entries here, up to `t`, the newest first. */
function feed(mails: readonly Kept[]): Handler {
  return (request, response) => {
    const url = new URL(request.url ?? "/", "http://x");
    const id = /^\/l\/(.+)\/raw$/.exec(url.pathname)?.[1];
    if (id !== undefined) {
      const known = mails.find((m) => m.id === decodeURIComponent(id));
      if (known === undefined) return void response.writeHead(404).end("Not Found");
      return void response.end(`From mboxrd@z Thu Jan  1 00:00:00 1970\n${mail(known.id)}\n`);
    }
    const t = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(url.searchParams.get("t") ?? "");
    const until =
      t === null ? Number.POSITIVE_INFINITY : Date.parse(`${t[1]}-${t[2]}-${t[3]}T${t[4]}:${t[5]}:${t[6]}Z`) / 1000;
    const shown = mails
      .filter((m) => m.arrived <= until)
      .sort((a, b) => b.arrived - a.arrived)
      .slice(0, 5);
    if (shown.length === 0) return void response.writeHead(404).end("No feed found for thread\n");
    const entries = shown.map(
      (m) =>
        `<entry><author><name>A &amp; B</name></author><title>s</title><updated>${iso(m.arrived)}</updated><link\nhref="http://public.example/l/${encodeURIComponent(m.id)}/"/><content type="xhtml"><a href="x/y/"/></content></entry>`,
    );
    response.end(
      `<?xml version="1.0" encoding="us-ascii"?>\n<feed\nxmlns="http://www.w3.org/2005/Atom"><link href="l"/>${entries.join("")}</feed>`,
    );
  };
}

async function archive(handler: Handler): Promise<(settings?: Partial<AtomConfig>, mails?: number) => Source> {
  const server = await serve(handler);
  servers.push(server);
  return (settings = {}, mails = 4) => {
    const context = testContext(time);
    contexts.push(context);
    const url = `${server.origin}/l/`;
    const fixed = { type: "atom", name: "feed", url, allowPrivate: true, pauseSeconds: 0 } as const;
    return openAtom({ ...fixed, ...settings }, context, { mails, bytes: 1 << 20 });
  };
}

const START = Date.parse("2024-01-01T00:00:00Z") / 1000;
const HOUR = 3600;
/** Mails every hour, some within one second. */
const kept = (count: number): Kept[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `m${String(n).padStart(3, "0")}@x/y`,
    arrived: START + Math.floor(n / 3) * HOUR,
  }));
const ids = (mails: readonly Kept[]): string[] => mails.map((m) => m.id);

describe("the feed of a public-inbox", () => {
  it("is paged back to its start, or to a date, and then to what is known", async () => {
    const mails = kept(40);
    const open = await archive((request, response) => feed(mails)(request, response));
    const all = await readAll(open());
    expect(subjects(all.texts)).toEqual(ids(mails));
    expect((await readAll(open(), all.cursor)).batches).toEqual([]);
    const since = await readAll(open({ since: iso(START + 12 * HOUR) }));
    expect(subjects(since.texts)).toEqual(ids(mails.slice(36)));
    mails.push({ id: "new", arrived: START + 14 * HOUR }, { id: "late", arrived: START + 2 * HOUR });
    expect(subjects((await readAll(open(), all.cursor)).texts)).toEqual(["late", "new"]);
    expect(subjects((await readAll(open(), since.cursor)).texts)).toEqual(["new"]);
  });

  it("asks for one mail alone when it is told to", async () => {
    const mails = kept(3);
    const source = (await archive((request, response) => feed(mails)(request, response)))();
    const again = async (ref: string) => (await source.again?.(ref, {})) ?? null;
    expect(await again("m001@x/y")).toMatchObject({ ref: "m001@x/y", form: "mail" });
    expect(await again("gone@x")).toMatchObject({ ref: "gone@x", reason: "not-found" });
    expect(await again("new.atom?t=20240101000000")).toBeNull();
    await source.close();
  });

  it("goes on from any cursor, through a server that fails too", async () => {
    const mails = kept(100);
    const open = await archive(feed(mails));
    const whole = await readAll(open());
    for (const [n, batch] of whole.batches.entries()) {
      if (n % 6 === 0)
        expect(subjects((await readAll(open(), batch.cursor)).texts)).toEqual(ids(mails.slice((n + 1) * 4)));
    }
    for (const seed of [1, 2]) {
      const random = seeded(seed);
      const flaky = await archive(withFaults(feed(mails), random));
      const read = await readWithInterruptions(() => flaky(), random);
      expect(read.texts).toEqual(whole.texts);
    }
  });

  it("tells when more came in one second than it shows, and when a mail is gone", async () => {
    const mails = Array.from({ length: 9 }, (_, n) => ({ id: `${n}@x`, arrived: START + (n > 0 ? 5 : 0) }));
    const open = await archive((request, response) =>
      request.url?.includes("/4@x/") === true ? void response.writeHead(404).end() : feed(mails)(request, response),
    );
    const all = await readAll(open());
    expect(subjects(all.texts)).toContain("0@x");
    expect(all.lost.map((lost) => lost.replace(/^.*: /, "")).sort()).toEqual(["not-found", "too-large"]);
    const none = await archive((_request, response) => response.end("hello"));
    expect((await readUntilError(none())).error).toMatchObject({ reason: "malformed" });
    expect((await readUntilError(none(), '{"horizon":1}')).error).toMatchObject({ reason: "bad-cursor" });
    expect(() => openAtom({ type: "atom", name: "x", url: "x" }, contexts[0] as never)).toThrow(/web address/);
  });
});
