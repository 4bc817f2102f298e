import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAtom } from "../../../src/io/archive/atom.js";
import { openEpoch } from "../../../src/io/archive/epoch.js";
import { openImap } from "../../../src/io/archive/imap.js";
import { openNntp } from "../../../src/io/archive/nntp.js";
import { openPublicInbox } from "../../../src/io/archive/public-inbox.js";
import { fetchThread } from "../../../src/io/archive/thread.js";
import type { Source } from "../../../src/watch/source.js";
import type { PublicInboxConfig } from "../../../src/watch/source-config.js";
import {
  breakingProxy,
  fakeTime,
  passOn,
  type ReadOut,
  readAll,
  readUntilError,
  readWithInterruptions,
  seeded,
  serve,
  type TestServer,
  testContext,
  withFaults,
} from "./archive-peer.js";
import { corpusEpoch, mail, subjects, writeEpoch } from "./epoch-peer.js";
import { hasImap, hasLore, type Lore, startLore } from "./lore-peer.js";

const root = mkdtempSync(join(tmpdir(), "lore-"));
const time = fakeTime();
const context = testContext(time);
const servers: TestServer[] = [];
let lore: Lore;
let whole: ReadOut;

describe.skipIf(!hasLore)("public-inbox over HTTP (needs ../shared and public-inbox)", () => {
  beforeAll(async () => {
    const epoch = join(root, "0.git");
    corpusEpoch(epoch, 120);
    whole = await readAll(openEpoch({ type: "epoch", name: "x", path: epoch }));
    lore = await startLore(join(root, "server"), "riscv", epoch);
  });
  afterAll(async () => {
    await lore?.close();
    for (const server of servers) await server.close();
  });

  let name = 0;
  const settings = (url: string): PublicInboxConfig => ({
    type: "public-inbox",
    name: `list ${name}`,
    url,
    allowPrivate: true,
    pauseSeconds: 0,
    cacheSeconds: 600,
  });
  const open = (url: string, size = 50): Source =>
    openPublicInbox(settings(url), context, { mails: size, bytes: 1 << 23 });

  it("mirrors an inbox, and asks git only when the manifest changed", async () => {
    name++;
    const proxy = await serve(passOn(lore.origin));
    servers.push(proxy);
    const url = `${proxy.origin}/riscv`;
    const first = await readAll(open(url));
    expect(first.texts).toEqual(whole.texts);
    const paths = (): string[] => proxy.requests.splice(0).map((request) => request.url?.replace(/\?.*/, "") ?? "");
    expect(new Set(paths())).toEqual(
      new Set(["/riscv/manifest.js.gz", "/riscv/git/0.git/info/refs", "/riscv/git/0.git/git-upload-pack"]),
    );
    expect((await readAll(open(url), first.cursor)).batches).toEqual([]);
    expect(paths()).toEqual([]);
    time.advance(700_000);
    expect((await readAll(open(url), first.cursor)).batches).toEqual([]);
    expect(paths()).toEqual(["/riscv/manifest.js.gz"]);

    writeEpoch(join(lore.folder, "git/0.git"), [{ m: mail("new") }]);
    writeEpoch(join(lore.folder, "git/1.git"), [{ m: mail("next epoch") }]);
    lore.index();
    time.advance(700_000);
    const second = await readAll(open(url), first.cursor);
    expect(subjects(second.texts)).toEqual(["new", "next epoch"]);
    expect(JSON.parse(second.cursor ?? "").epochs).toHaveProperty("1");
    const latest = openPublicInbox({ ...settings(url), name: "latest", firstEpoch: "latest" }, context);
    expect(subjects((await readAll(latest)).texts)).toEqual(["next epoch"]);
    whole = { ...whole, texts: [...whole.texts, ...second.texts] };
  });

  it("gives the same through a server that fails, however often it is left", async () => {
    const failures: string[] = [];
    for (const seed of [1, 2, 3, 4]) {
      name++;
      const random = seeded(seed);
      const proxy = await serve(withFaults(passOn(lore.origin), random, 0.2));
      servers.push(proxy);
      const read = await readWithInterruptions(
        () => open(`${proxy.origin}/riscv/`, 7),
        random,
        () => time.advance(300_000),
      );
      expect(read.texts).toEqual(whole.texts);
      expect([...read.lost, ...read.removed]).toEqual([]);
      failures.push(...read.failures);
    }
    expect(failures.length).toBeGreaterThan(0);
  });

  it("takes no web page for a repository, and loses nothing by one", async () => {
    name++;
    let challenge = false;
    const proxy = await serve((request, response) => {
      if (challenge && request.url?.includes("info/refs") === true)
        response.writeHead(200, { "content-type": "text/html" }).end("<html>are you a bot?</html>");
      else passOn(lore.origin)(request, response);
    });
    servers.push(proxy);
    const url = `${proxy.origin}/riscv/`;
    const first = await readAll(open(url));
    writeEpoch(join(lore.folder, "git/1.git"), [{ m: mail("behind the page") }]);
    lore.index();
    time.advance(700_000);
    challenge = true;
    const stopped = await readUntilError(open(url), first.cursor);
    expect([stopped.error, stopped.batches]).toMatchObject([{ reason: "challenge-page" }, []]);
    challenge = false;
    expect(subjects((await readAll(open(url), first.cursor)).texts)).toEqual(["behind the page"]);
  });

  it("says what is wrong with an inbox that is none", async () => {
    name++;
    expect((await readUntilError(open(`${lore.origin}/other/`))).error).toMatchObject({ reason: "not-found" });
    const refused = openPublicInbox({ ...settings(lore.url), allowPrivate: false }, context);
    expect((await readUntilError(refused)).error).toMatchObject({ reason: "not-allowed" });
  });

  it("fetches a thread by its id and by any link to it, and one mail alone", async () => {
    const id = /^Message-I[dD]: <([^>]+)>/m.exec(whole.texts[0] ?? "")?.[1] ?? "";
    const options = { allowPrivate: true, pauseSeconds: 0, inbox: lore.url };
    const texts = async (target: string, more = {}): Promise<string[]> =>
      (await fetchThread(target, { ...options, ...more }, context)).mails.map((m) =>
        Buffer.from(m.raw).toString("latin1"),
      );
    const thread = await texts(`<${id}>`);
    expect(thread.length).toBeGreaterThan(1);
    expect(thread.every((text) => whole.texts.includes(text))).toBe(true);
    const path = `${lore.url}${encodeURIComponent(id)}`;
    for (const target of [id, path, `${path}/`, `${path}/T/#u`, `${path}/t.mbox.gz`, `${lore.url}${id}/#t`])
      expect(await texts(target)).toEqual(thread);
    expect(await texts(`${path}/raw`)).toEqual([whole.texts[0]]);
    expect(await texts(id, { single: true })).toEqual([whole.texts[0]]);
    await expect(texts("none@example.org")).rejects.toMatchObject({ reason: "not-found" });
    await expect(texts("none@example.org", { single: true })).rejects.toThrow(/has no mail <none@example.org>$/);
    await expect(texts(id, { maxMails: 1 })).rejects.toMatchObject({ reason: "too-large" });
    await expect(texts(id, { hosts: ["example.org"] })).rejects.toMatchObject({ reason: "not-allowed" });
    await expect(texts(lore.url)).rejects.toMatchObject({ reason: "not-allowed" });
  });
});

describe.skipIf(!hasLore)("public-inbox by its feed and as a news group (needs ../shared and public-inbox)", () => {
  let server: Lore;
  let all: ReadOut;
  beforeAll(async () => {
    const epoch = join(root, "small.git");
    corpusEpoch(epoch, 60);
    all = await readAll(openEpoch({ type: "epoch", name: "x", path: epoch }));
    server = await startLore(join(root, "small"), "small", epoch);
  });
  afterAll(() => server?.close());

  /** Digests, since a difference would be printed as a whole. */
  const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);
  const digests = (texts: readonly string[]): string[] => texts.map(digest).sort();
  const bodies = (texts: readonly string[]): string[] => digests(texts.map((text) => text.slice(text.indexOf("\n\n"))));
  const limits = { mails: 9, bytes: 1 << 23 };

  it("gives the mails of its feed", async () => {
    const open = (url: string): Source =>
      openAtom({ type: "atom", name: "feed", url, allowPrivate: true, pauseSeconds: 0 }, context, limits);
    const read = await readAll(open(server.url));
    expect(digests(read.texts)).toEqual(digests(all.texts));
    expect((await readAll(open(server.url), read.cursor)).batches).toEqual([]);
    const random = seeded(5);
    const proxy = await serve(withFaults(passOn(server.origin), random));
    servers.push(proxy);
    expect((await readWithInterruptions(() => open(`${proxy.origin}/small/`), random)).texts.map(digest)).toEqual(
      read.texts.map(digest),
    );
  });

  it("gives the articles of its group", async () => {
    const { nntpPort, group } = server;
    const config = { type: "nntp", name: "news", host: "127.0.0.1", tls: false, group, allowPrivate: true } as const;
    const open = (port: number): Source => openNntp({ ...config, port }, context, limits);
    const read = await readAll(open(nntpPort));
    expect(bodies(read.texts)).toEqual(bodies(all.texts));
    expect((await readAll(open(nntpPort), read.cursor)).batches).toEqual([]);
    const random = seeded(6);
    const proxy = await breakingProxy(nntpPort, random);
    expect((await readWithInterruptions(() => open(proxy.port), random)).texts.map(digest)).toEqual(
      read.texts.map(digest),
    );
    proxy.close();
  });

  it.skipIf(!hasImap)("gives the mails of its IMAP folder", async () => {
    const imapPort = await server.imap();
    const mailbox = `${server.group}.0`;
    const config = { type: "imap", name: "imap", host: "127.0.0.1", tls: false, mailbox, allowPrivate: true } as const;
    const login = { user: "anonymous", passwordEnv: "IMAP_PASSWORD" };
    const env = (): string => "secret";
    const open = (port: number, more = {}): Source =>
      openImap({ ...config, ...login, port, ...more }, { ...context, env }, limits);
    const read = await readAll(open(imapPort));
    expect(digests(read.texts)).toEqual(digests(all.texts));
    expect(read.lost).toEqual([]);
    expect((await readAll(open(imapPort), read.cursor)).batches).toEqual([]);
    const other = JSON.stringify({ mailbox, uidValidity: "1", uid: 50 });
    expect((await readAll(open(imapPort), other)).texts).toHaveLength(60);
    expect((await readUntilError(open(imapPort, { mailbox: "none" }))).error).toMatchObject({ reason: "not-found" });
    expect((await readUntilError(open(1))).error).toMatchObject({ reason: "unreachable" });
    const random = seeded(7);
    const proxy = await breakingProxy(imapPort, random);
    expect((await readWithInterruptions(() => open(proxy.port), random)).texts.map(digest)).toEqual(
      read.texts.map(digest),
    );
    proxy.close();
  });
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
  context.remove();
});
