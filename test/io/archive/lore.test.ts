import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEpoch } from "../../../src/io/archive/epoch.js";
import { openPublicInbox } from "../../../src/io/archive/public-inbox.js";
import { fetchThread } from "../../../src/io/archive/thread.js";
import type { Source } from "../../../src/watch/source.js";
import type { PublicInboxConfig } from "../../../src/watch/source-config.js";
import {
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
import { hasLore, type Lore, startLore } from "./lore-peer.js";

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

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
  context.remove();
});
