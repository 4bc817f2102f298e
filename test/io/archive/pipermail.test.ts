import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { openPipermail } from "../../../src/io/archive/pipermail.js";
import type { Source } from "../../../src/watch/source.js";
import type { PipermailConfig } from "../../../src/watch/source-config.js";
import {
  fakeTime,
  files,
  readAll,
  readUntilError,
  readWithInterruptions,
  seeded,
  serve,
  type TestServer,
  testContext,
  withFaults,
} from "./archive-peer.js";

const time = fakeTime();
const contexts = [testContext(time)];
const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => {
  for (const context of contexts) context.remove();
});

const LIMITS = { mails: 3, bytes: 1 << 20 };

/** An archive on a server of its own; a new context each, so that no answer is kept unless a test wants that. */
async function archive(content: Map<string, Buffer>): Promise<{
  server: TestServer;
  open: (settings?: Partial<PipermailConfig>, limits?: typeof LIMITS) => Source;
}> {
  const server = await serve(files(content));
  servers.push(server);
  return { server, open: opener(server) };
}

function opener(server: TestServer): (settings?: Partial<PipermailConfig>, limits?: typeof LIMITS) => Source {
  return (settings = {}, limits = LIMITS) => {
    const context = testContext(time);
    contexts.push(context);
    const url = `${server.origin}/list/`;
    const fixed = { type: "pipermail", name: "list", url, allowPrivate: true, pauseSeconds: 0 } as const;
    return openPipermail({ ...fixed, ...settings }, context, limits);
  };
}

const mail = (id: string, body = "text\n"): string =>
  `From author at example.org  Tue Mar  3 10:20:30 2020\nFrom: author at example.org (A. Author)\nDate: Tue, 3 Mar 2020 10:20:30 +0000\nSubject: ${id}\nMessage-ID: <${id}>\n\n${body}\n`;
const text = (...ids: string[]): Buffer => Buffer.from(ids.map((id) => mail(id)).join(""));
const page = (id: string): Buffer =>
  Buffer.from(
    `<HTML><BODY><H1>${id}</H1><HR>\n<!--beginarticle-->\n<PRE>text</PRE>\n<!--endarticle-->\n</BODY></HTML>`,
  );
const monthPage = (...numbers: string[]): Buffer =>
  Buffer.from(
    `<HTML><B>Messages sorted by:</B>${numbers.map((n) => `<LI><A HREF="${n}.html">s</A>`).join("\n")}</HTML>`,
  );
const index = (...rows: [string, string | null][]): Buffer =>
  Buffer.from(
    `<HTML><title>The List Archives</title>${rows
      .map(
        ([month, file]) =>
          `<A href="${month}/date.html">[ Date ]</a>${file === null ? "" : `<A href="${file}">[ Text ]</a>`}`,
      )
      .join("\n")}</HTML>`,
  );
const subjects = (texts: readonly string[]): string[] => texts.map((t) => /^Subject: (.*)$/m.exec(t)?.[1] ?? t);

describe("a pipermail archive", () => {
  it("gives its months in the order of the calendar: text, compressed text, and pages where there is no text", async () => {
    const content = new Map([
      [
        "/list/index.html",
        index(["2020-May", "2020-May.txt"], ["2020-April", "2020-April.txt.gz"], ["2019-December", null]),
      ],
      ["/list/2020-May.txt", text("e", "f")],
      ["/list/2020-April.txt.gz", gzipSync(text("c", "d"))],
      ["/list/2019-December/date.html", monthPage("000010", "000009")],
      ["/list/2019-December/000009.html", page("a")],
      ["/list/2019-December/000010.html", page("b")],
    ]);
    const { open } = await archive(content);
    const all = await readAll(open());
    expect(all.refs).toEqual([
      "2019-December/000009.html",
      "2019-December/000010.html",
      "2020-April.txt 1",
      "2020-April.txt 2",
      "2020-May.txt 1",
      "2020-May.txt 2",
    ]);
    expect(all.batches.flatMap((batch) => batch.mails.map((m) => m.form))).toEqual([
      ...["pipermail-html", "pipermail-html"],
      ...["pipermail-text", "pipermail-text", "pipermail-text", "pipermail-text"],
    ]);
    expect(subjects(all.texts).slice(2)).toEqual(["c", "d", "e", "f"]);
    expect((await readAll(open(), all.cursor)).batches).toEqual([]);
    expect(subjects((await readAll(open({ firstMonth: "2020-May" }))).texts)).toEqual(["e", "f"]);
  });

  it("asks for changes only, and gives what was added to the latest month and the ones before", async () => {
    const content = new Map([
      ["/list/index.html", index(["2020-May", "2020-May.txt"], ["2020-April", "2020-April.txt"])],
      ["/list/2020-May.txt", text("c")],
      ["/list/2020-April.txt", text("a", "b")],
    ]);
    const { server, open } = await archive(content);
    const first = await readAll(open());
    server.requests.length = 0;
    expect((await readAll(open(), first.cursor)).batches).toEqual([]);
    expect(server.requests.filter((r) => r.headers["if-none-match"] !== undefined)).toHaveLength(2);
    content.set("/list/2020-April.txt", text("a", "b", "late"));
    content.set("/list/2020-May.txt", text("c", "d"));
    content.set(
      "/list/index.html",
      index(["2020-June", "2020-June.txt"], ["2020-May", "2020-May.txt.gz"], ["2020-April", "2020-April.txt"]),
    );
    content.set("/list/2020-May.txt.gz", gzipSync(text("c", "d", "e")));
    content.set("/list/2020-June.txt", text("f"));
    const second = await readAll(open(), first.cursor);
    expect(subjects(second.texts)).toEqual(["late", "d", "e", "f"]);
    expect(Object.keys(JSON.parse(second.cursor ?? "").months)).toEqual(["2020-April", "2020-May", "2020-June"]);
  });

  it("reads a month again when it shrank or changed, and a last mail that was there in part", async () => {
    const content = new Map([
      ["/list/index.html", index(["2020-May", "2020-May.txt"])],
      ["/list/2020-May.txt", text("a", "b", "c")],
    ]);
    const { open } = await archive(content);
    const first = await readAll(open());
    content.set("/list/2020-May.txt", text("a", "c"));
    const second = await readAll(open(), first.cursor);
    expect(subjects(second.texts)).toEqual(["a", "c"]);
    content.set(
      "/list/2020-May.txt",
      Buffer.concat([text("a", "c"), Buffer.from(mail("d", "one\ntwo\n").slice(0, -5))]),
    );
    const third = await readAll(open(), second.cursor);
    expect(subjects(third.texts)).toEqual(["d"]);
    content.set("/list/2020-May.txt", Buffer.concat([text("a", "c"), Buffer.from(mail("d", "one\ntwo\n")), text("e")]));
    const fourth = await readAll(open(), third.cursor);
    expect(subjects(fourth.texts)).toEqual(["d", "e"]);
    expect(fourth.texts[0]).toContain("one\ntwo\n");
  });

  it("goes on where it was left within a month, in text and in pages", async () => {
    const numbers = ["000001", "000002", "000003", "000004"];
    const content = new Map<string, Buffer>([
      ["/list/index.html", index(["2020-May", "2020-May.txt"], ["2020-April", null])],
      ["/list/2020-May.txt", text("a", "b", "c", "d")],
      ["/list/2020-April/date.html", monthPage(...numbers)],
      ...numbers.map((n) => [`/list/2020-April/${n}.html`, page(n)] as const),
    ]);
    const { open } = await archive(content);
    const whole = await readAll(open());
    const one = { mails: 1, bytes: 1 };
    for (const batch of (await readAll(open({}, one))).batches) {
      const rest = await readAll(open(), batch.cursor);
      const ref = batch.mails[0]?.ref ?? "";
      expect(rest.refs).toEqual(whole.refs.slice(whole.refs.indexOf(ref) + 1));
    }
    content.set("/list/2020-April/date.html", monthPage(...numbers.slice(1)));
    expect((await readAll(open(), whole.cursor)).refs).toEqual(numbers.slice(1).map((n) => `2020-April/${n}.html`));
  });

  it("counts a missing page as a lost mail, and stops at a challenge page", async () => {
    const content = new Map([
      ["/list/index.html", index(["2020-May", null])],
      ["/list/2020-May/date.html", monthPage("1", "2", "3")],
      ["/list/2020-May/1.html", page("a")],
      ["/list/2020-May/3.html", Buffer.from("<html><title>Are you a bot?</title></html>")],
    ]);
    const { open } = await archive(content);
    const read = await readUntilError(open());
    expect(read.refs).toEqual(["2020-May/1.html"]);
    expect(read.lost).toEqual(["2020-May/2.html: not-found"]);
    expect(read.error).toMatchObject({ reason: "challenge-page" });
    content.set("/list/2020-May/3.html", Buffer.from("<B>Messages sorted by:</B> removed"));
    expect((await readAll(open(), read.cursor)).lost).toEqual(["2020-May/3.html: malformed"]);
  });

  it("goes on where a month is listed and not there, and reads it when it comes back", async () => {
    const content = new Map([
      [
        "/list/index.html",
        index(["2020-March", "2020-March.txt"], ["2020-April", "2020-April.txt.gz"], ["2020-May", "2020-May.txt"]),
      ],
      ["/list/2020-March.txt", text("a")],
      ["/list/2020-May.txt", text("c")],
    ]);
    const { server, open } = await archive(content);
    const first = await readUntilError(open());
    expect([first.error, first.refs, first.lost]).toEqual([
      null,
      ["2020-March.txt 1", "2020-May.txt 1"],
      ["2020-April: not-found"],
    ]);
    const still = await readAll(open(), first.cursor);
    expect([still.batches, still.lost]).toEqual([[], []]);
    content.set("/list/2020-April.txt.gz", gzipSync(text("b", "b2")));
    expect(subjects((await readAll(open(), first.cursor)).texts)).toEqual(["b", "b2"]);
    const again = await open().again?.("2020-April", {});
    expect(again).toMatchObject({ mails: [{ ref: "2020-April.txt 1" }, { ref: "2020-April.txt 2" }], lost: [] });
    expect(await open().again?.("2019-April", {})).toMatchObject({ ref: "2019-April", reason: "not-found" });
    // What was read and is gone now is told once too, and stops nothing.
    content.delete("/list/2020-March.txt");
    content.set("/list/2020-May.txt", text("c", "d"));
    const gone = await readAll(open(), first.cursor);
    expect([subjects(gone.texts), gone.lost]).toEqual([["b", "b2", "d"], ["2020-March: not-found"]]);
    // Where nothing is there it is the server that is broken.
    for (const name of [...content.keys()]) if (!name.endsWith("index.html")) content.delete(name);
    server.requests.length = 0;
    expect(await readUntilError(open())).toMatchObject({ error: { reason: "not-found" }, refs: [], lost: [] });
  });

  it("asks for no month before a day where nobody goes on with what is read", async () => {
    const months = ["2019-December", "2020-January", "2020-February", "2020-March"];
    const content = new Map<string, Buffer>([
      ["/list/index.html", index(...months.map((name): [string, string] => [name, `${name}.txt`]))],
      ...months.map((name) => [`/list/${name}.txt`, text(name)] as const),
    ]);
    const { server, open } = await archive(content);
    const asked = async (since: string): Promise<string[]> => {
      server.requests.length = 0;
      for await (const _ of open().read(null, { since }));
      return server.requests.map(({ url }) => (url ?? "").replace("/list/", "")).filter((url) => url.endsWith(".txt"));
    };
    expect(await asked("2020-02-01T00:00:00.000Z")).toEqual(["2020-February.txt", "2020-March.txt"]);
    expect(await asked("2020-02-29T00:00:00.000Z")).toEqual(["2020-February.txt", "2020-March.txt"]);
    expect(await asked("2021-01-01T00:00:00.000Z")).toEqual(["2020-March.txt"]);
    expect(await asked("2001-01-01T00:00:00.000Z")).toHaveLength(4);
  });

  it("says what is wrong with an archive that is none, and with a cursor of another one", async () => {
    const content = new Map<string, Buffer>([["/list/index.html", Buffer.from("<html>hello</html>")]]);
    const { open } = await archive(content);
    expect((await readUntilError(open())).error).toMatchObject({ reason: "challenge-page" });
    content.set("/list/index.html", Buffer.from("<html><title>The List Archives</title></html>"));
    expect((await readAll(open())).batches).toEqual([]);
    content.set("/list/index.html", index(["2020-May", "2020-May.txt"]));
    content.set("/list/2020-May.txt", Buffer.from("Please come back later.\n"));
    expect((await readUntilError(open())).error).toMatchObject({ reason: "malformed" });
    for (const cursor of ["[]", "{", '{"months":{"x":{}}}', '{"months":{"2020-May":{"count":-1}}}'])
      expect((await readUntilError(open(), cursor)).error).toMatchObject({ reason: "bad-cursor" });
  });
});

const tar = join(import.meta.dirname, "../../../../shared/corpus/pipermail-linux-riscv-2019-05.tar.gz");

describe.skipIf(!existsSync(tar))("May 2019 of linux-riscv (needs ../shared)", () => {
  const real = (): Map<string, Buffer> => {
    const folder = mkdtempSync(join(tmpdir(), "pipermail-"));
    execFileSync("tar", ["-xzf", tar, "-C", folder]);
    const content = new Map<string, Buffer>();
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }))
      if (statSync(join(folder, name)).isFile()) content.set(`/list/${name}`, readFileSync(join(folder, name)));
    rmSync(folder, { recursive: true, force: true });
    content.set("/list/index.html", index(["2019-May", "2019-May.txt"]));
    return content;
  };

  it("gives the same 478 mails as text, as compressed text and as pages, through a server that fails", async () => {
    const content = real();
    const still = await archive(content);
    const limits = { mails: 50, bytes: 1 << 20 };
    const whole = await readAll(still.open({}, limits));
    const pages = await readAll(still.open({ form: "html" }, limits));
    expect(whole.refs).toHaveLength(478);
    expect(pages.refs).toHaveLength(478);
    const compressed = new Map<string, Buffer>(content).set("/list/index.html", index(["2019-May", "2019-May.txt.gz"]));
    const packed = await archive(compressed);
    expect((await readAll(packed.open({}, limits))).texts).toEqual(whole.texts);
    for (const seed of [1, 2, 3]) {
      const random = seeded(seed);
      const server = await serve(withFaults(files(seed === 1 ? content : compressed), random));
      servers.push(server);
      const open = opener(server);
      const flakyText = await readWithInterruptions(() => open({ form: "text" }, limits), random);
      expect(flakyText.texts).toEqual(whole.texts);
      const flakyPages = await readWithInterruptions(() => open({ form: "html" }, limits), random);
      expect(flakyPages.refs).toEqual(pages.refs);
      expect(flakyPages.texts).toEqual(pages.texts);
      expect(flakyPages.lost).toEqual([]);
      expect(flakyPages.failures.length).toBeGreaterThan(0);
    }
  });
});
