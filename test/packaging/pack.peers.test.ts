/** The package as somebody gets it: packed, installed into an empty folder, and run where there is no network. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MAIL = "fixtures/threads/unlocked-write/patch.mbox";
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "patchwitness-pack-"));
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
      cwd: ROOT,
      encoding: "utf8",
    }),
  ) as { filename: string }[];
  writeFileSync(join(folder, "package.json"), '{"name": "elsewhere", "private": true}\n');
  const options = ["--prefer-offline", "--no-audit", "--no-fund", "--omit=dev"];
  execFileSync("npm", ["install", ...options, `./${packed?.filename}`], { cwd: folder, stdio: "pipe" });
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Without a network where the system lets us have none; with a trap in place of it where it does not. */
const alone = spawnSync("unshare", ["-rn", "true"]).status === 0;
const review = (args: string[]) => {
  const bin = join(folder, "node_modules/.bin/review");
  const [command, ...words] = alone ? ["unshare", "-rn", bin, ...args] : [bin, ...args];
  return spawnSync(command ?? "", words, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", HOME: folder },
  });
};

describe("the package, installed elsewhere", () => {
  it("says its version, and reviews a mail without a network", () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
    expect(review(["--version"]).stdout).toBe(`${version}\n`);
    const { status, stdout, stderr } = review(["--format", "reply", join(ROOT, MAIL)]);
    expect([status, stderr]).toEqual([1, expect.not.stringContaining("Error")]);
    const golden = readFileSync(join(ROOT, "fixtures/threads/unlocked-write/goldens/patch.mbox.reply"), "utf8");
    expect(stdout).toBe(golden);
  });

  it("has every command", () => {
    const { stdout } = review(["--help"]);
    for (const [, name = ""] of stdout.matchAll(/^ {2}([a-z0-9-]+)[ |]/gm)) {
      if (name === "help" || name.startsWith("-")) continue;
      const { status, stderr } = review([name, "--help"]);
      expect([name, status, stderr]).toEqual([name, 0, ""]);
    }
  });

  it("brings its rules, schemas, licences and manual, and no tests", () => {
    const at = (path: string) => readFileSync(join(folder, "node_modules/patchwitness", path), "utf8");
    for (const path of ["LICENSE", "CHANGELOG.md", "app.yml", "man/review.1", "docs/third-party.md"])
      expect(at(path).length).toBeGreaterThan(100);
    expect(() => at("test/engine.ts")).toThrow();
    expect(review(["rules", "list"]).stdout).toContain("kvm/cross-vcpu-mp-state");
  });
});
