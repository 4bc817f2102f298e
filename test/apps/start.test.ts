/** How the built command starts: which of its two forms runs is nobody's business but the clock's. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OTHER_COMMANDS } from "../../src/apps/start.js";
import { FILES, MAILS } from "../determinism/small-tree.js";
import { type Ran, runCli } from "./run-cli.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "start-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (args: readonly string[]): Ran => runCli(args, "", { XDG_CACHE_HOME: join(folder, "cache") });
const codes = (): string[] => {
  const cache = join(folder, "cache/patchwitness");
  return (statSync(cache, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(cache))
    .filter((name) => name.includes(".code"))
    .map((name) => `${name} ${statSync(join(cache, name)).ino}`);
};

describe("the start", () => {
  it("knows every command that is not in the text that reviews run from", () => {
    const { out } = run(["--help"]);
    const list = out.slice(out.indexOf("\nCommands:")).split("\n\n")[0] as string;
    const names = [...list.matchAll(/^ {2}([a-z0-9-]+)/gm)].map(([, name]) => name as string);
    const inText = ["b4-check", "help", "parse", "thread"];
    expect(names.filter((name) => !inText.includes(name)).sort()).toEqual(
      [...OTHER_COMMANDS].filter((name) => name !== "complete").sort(),
    );
  });

  it.each([...OTHER_COMMANDS].filter((name) => name !== "complete"))("finds the command %s", (name) => {
    const { code, out } = run([name, "--help"]);
    expect(code).toBe(0);
    expect(out).toContain(`review ${name}`);
    if (name !== "completion") expect(run(["--quiet", name, "--help"]).out).toBe(out);
  });

  it("keeps what a review with a tree has compiled, and says the same by it", () => {
    for (const [path, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(folder, "linux", path)), { recursive: true });
      writeFileSync(join(folder, "linux", path), text);
    }
    const mail = join(folder, "in.mbox");
    writeFileSync(mail, MAILS.map((m) => `From mboxrd@z Thu Jan  1 00:00:00 1970\n${m}\n`).join(""));
    const args = ["--format", "json", "--tree", join(folder, "linux"), mail];
    expect(run(["--version"]).code).toBe(0);
    const plain = run([...args, "--no-cache"]);
    expect(plain.code).toBe(1);
    expect(codes()).toEqual([]);
    expect(run(args)).toEqual(plain);
    const kept = codes();
    expect(kept).toHaveLength(1);
    expect(run(args)).toEqual(plain);
    expect(codes()).toEqual(kept);
  });
});
