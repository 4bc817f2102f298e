/** Compiled code that is kept: it is taken again where it is sound and one's own, and changes nothing where it is not. */
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openIndexStore } from "../../src/io/index-store.js";
import { compileKept, type KeptCode } from "../../src/io/kept-code.js";

let folder = "";
let cache = "";
let program = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "code-"));
  cache = join(folder, "cache");
  program = join(folder, "program.txt");
  writeFileSync(program, "(function (n) { return [n].map(function twice(x) { return 2 * x; })[0]; })");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const compile = (digest = "one", at: string | null = cache): KeptCode => compileKept(program, digest, at);
const result = ({ script }: KeptCode): number => (script.runInThisContext() as (n: number) => number)(21);
const kept = (): string => {
  const [name, ...more] = readdirSync(cache);
  expect(more).toEqual([]);
  return join(cache, name as string);
};
const keep = (): string => {
  const code = compile();
  result(code);
  code.keep();
  return kept();
};

describe("kept code", () => {
  it("is taken by the next run, and not written again", () => {
    const before = statSync(keep());
    const again = compile();
    expect(again.script.cachedDataRejected).toBe(false);
    expect(result(again)).toBe(42);
    again.keep();
    expect(statSync(kept()).ino).toBe(before.ino);
    expect(before.mode & 0o777).toBe(0o600);
  });

  it("is another's for another text", () => {
    keep();
    expect(compile("two").script.cachedDataRejected).toBeUndefined();
  });

  it.each<[string, (file: string) => void]>([
    ["empty", (file) => truncateSync(file, 0)],
    ["cut short", (file) => truncateSync(file, 100)],
    ["garbage", (file) => writeFileSync(file, "what is this?".repeat(50))],
    [
      "of one turned bit",
      (file) => {
        const bytes = readFileSync(file);
        bytes[bytes.length - 3] = (bytes[bytes.length - 3] as number) ^ 4;
        writeFileSync(file, bytes);
      },
    ],
    ["for others to write", (file) => chmodSync(file, 0o622)],
  ])("that is %s is not taken, and made again", (_what, spoil) => {
    spoil(keep());
    const code = compile();
    expect(code.script.cachedDataRejected).toBeUndefined();
    expect(result(code)).toBe(42);
    code.keep();
    expect(compile().script.cachedDataRejected).toBe(false);
  });

  it("is nowhere without a folder, or with one that cannot be made", () => {
    for (const at of [null, join(program, "below")]) {
      const code = compile("one", at);
      expect(result(code)).toBe(42);
      code.keep();
    }
    expect(readdirSync(folder)).toEqual(["program.txt"]);
  });

  it("is marked as used, and goes when nobody uses it", async () => {
    const file = keep();
    const past = new Date(Date.now() - 20 * 24 * 3600 * 1000);
    utimesSync(file, past, past);
    compile();
    expect(Date.now() - statSync(file).mtimeMs).toBeLessThan(60_000);
    const longAgo = new Date(Date.now() - 40 * 24 * 3600 * 1000);
    utimesSync(file, longAgo, longAgo);
    await (await openIndexStore(cache, "1.0.0")).save("key", 1);
    expect(readdirSync(cache).map((name) => name.slice(-6))).toEqual([".index"]);
  });
});
