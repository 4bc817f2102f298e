/** A short run of the fuzzers, and everything that they once failed on. `npm run fuzz -- --minutes 30` is the long one. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { openTargets } from "../../tools/fuzz/targets.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const HOSTILE = `${ROOT}fixtures/hostile`;
const kept = existsSync(HOSTILE) ? readdirSync(HOSTILE).sort() : [];

describe("the fuzzers", () => {
  it("find nothing in a short run", () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      ["--import", "tsx", "tools/fuzz/main.ts", "--rounds", "1", "--seed", "2"],
      { cwd: ROOT, encoding: "utf8" },
    );
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^0 failures; peak memory \d+ MB$/m)]);
    for (const target of ["ingest", "patch", "parse", "analysis", "review", "pull"])
      expect(stdout).toContain(`${target}: 50 inputs`);
  });

  it.each(kept)("%s is dealt with by now", async (name) => {
    const target = (await openTargets())[name.split("-")[0] ?? ""];
    if (target === undefined) throw new Error(`no target is called as ${name} says`);
    await target.run(readFileSync(`${HOSTILE}/${name}`));
  });
});
