import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openSource } from "../../../src/io/archive/open-source.js";
import { GitBatch } from "../../../src/io/git-batch.js";
import type { SourceConfig } from "../../../src/watch/source-config.js";
import { readAll, testContext } from "./archive-peer.js";
import { git, mail, subjects, writeEpoch } from "./epoch-peer.js";

const context = testContext();
afterAll(context.remove);

describe("openSource", () => {
  it("opens every kind of archive, and connects to nothing by that", async () => {
    const url = "https://lists.example.org/l/";
    const configs: SourceConfig[] = [
      { type: "public-inbox", name: "a", url },
      { type: "epoch", name: "b", path: "/nowhere" },
      { type: "inbox", name: "c", path: "/nowhere" },
      { type: "atom", name: "d", url },
      { type: "pipermail", name: "e", url },
      { type: "maildir", name: "f", path: "/nowhere" },
      { type: "nntp", name: "g", host: "news.example.org", group: "x" },
      { type: "imap", name: "h", host: "imap.example.org", user: "x", passwordEnv: "X" },
    ];
    for (const config of configs) {
      const source = openSource(config, context);
      expect(source.name).toBe(config.name);
      await source.close();
    }
    expect(() => openSource({ type: "pipermail", name: "x", url: "file:///etc" }, context)).toThrow(/web address/);
  });

  it("reads what the configuration names", async () => {
    const path = join(context.dataFolder, "mail");
    mkdirSync(path);
    writeFileSync(join(path, "1.eml"), mail("one"));
    expect(subjects((await readAll(openSource({ type: "maildir", name: "x", path }, context))).texts)).toEqual(["one"]);
  });
});

describe("objects of a repository that are too large", () => {
  it("are told from ones that are not there, and the next ones are read", async () => {
    const path = join(context.dataFolder, "0.git");
    writeEpoch(path, [{ m: "x".repeat(300_000) }, { m: "small" }]);
    const first = git(path, ["rev-parse", "master~1"]).trim();
    const objects = new GitBatch(path, { maxObject: 1000 });
    const [large, small, none, kept] = await Promise.all([
      objects.look(`${first}:m`),
      objects.look("master:m"),
      objects.look("master:x"),
      objects.read(`${first}:m`),
    ]);
    await objects.close();
    expect(large).toMatchObject({ type: "blob", length: 300_000, content: null });
    expect(String(small?.content)).toBe("small");
    expect([none, kept]).toEqual([null, null]);
  });
});
