/**
 * The commands under docs/judged can be run, in the small, on the kernels that PATCHWITNESS_KERNELS names. Those hold KVM and little
 * else: where a command asks for other parts of the tree it is given KVM's generic code, in place of many architectures two, and a
 * month in place of two years of mail. What is a step of its own (mutants, the truth table) is not run once more.
 */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BUILT } from "../apps/run-cli.js";
import { blocksOf } from "../docs/guide.js";
import { root } from "../engine.js";

const kernels = process.env.PATCHWITNESS_KERNELS ?? "";
const shared = join(root, "../shared");
const ready = existsSync(join(kernels, "linux-6.12")) && kernels !== "" && existsSync(shared);

const OTHER_STEPS = /^(?:npm run mutants|PATCHWITNESS_KERNELS=)/;
const ELSEWHERE = /(?<= )(?:(?:fs|net|block|kernel|drivers|mm)(?:\/[\w/]+)?(?= |$) ?)+/gm;

const commands = readdirSync(join(root, "docs/judged")).flatMap((name) =>
  blocksOf(readFileSync(join(root, "docs/judged", name), "utf8"))
    .filter(({ language }) => language === "sh")
    .flatMap(({ text }) => text.split(/\n(?=\S)/))
    .filter((command) => !OTHER_STEPS.test(command))
    .map((command) => [name, command] as const),
);

describe.skipIf(!ready)(`docs/judged${ready ? "" : " (skipped: needs ../shared and PATCHWITNESS_KERNELS)"}`, () => {
  const base = mkdtempSync(join(tmpdir(), "judged-"));
  const cwd = join(base, "work");
  afterAll(() => rmSync(base, { recursive: true, force: true }));
  beforeAll(() => {
    for (const folder of [cwd, join(base, "bin")]) mkdirSync(folder);
    for (const name of readdirSync(kernels)) symlinkSync(join(kernels, name), join(cwd, name));
    symlinkSync(shared, join(base, "shared"));
    // `npx review` of a clone.
    const npx = `#!/bin/sh\nshift\nexec "${process.execPath}" "${BUILT}" "$@"\n`;
    writeFileSync(join(base, "bin/npx"), npx, { mode: 0o755 });
    writeFileSync(join(base, "bin/review"), npx.replace("shift\n", ""), { mode: 0o755 });
  });

  it("has commands", () => expect(commands.length).toBeGreaterThan(10));

  it.each(commands)("%s: %s", { timeout: 300_000 }, (_, command) => {
    const env = { ...process.env, PATH: `${base}/bin:${process.env.PATH}`, HOME: base, NO_COLOR: "1" };
    const real = command
      .replace(ELSEWHERE, "virt/kvm ")
      .replace(/arch\/\{[\w,]+\}/g, "arch/{arm64,riscv}")
      .replace("linux-riscv-2019-2020.mbox.gz", "pipermail-linux-riscv-2019-05.tar.gz");
    const run = spawnSync("bash", ["-o", "pipefail", "-c", real], { cwd, env, encoding: "utf8", maxBuffer: 1 << 28 });
    // 1 tells of findings.
    expect([run.status === 1 ? 0 : run.status, run.status === 0 || run.status === 1 ? "" : run.stderr]).toEqual([
      0,
      "",
    ]);
    // A filter behind a pipe may let nothing through.
    expect(run.stdout !== "" || command.includes("|")).toBe(true);
  });
});
