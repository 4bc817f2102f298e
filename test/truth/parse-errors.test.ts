/**
 * How many functions of KVM the grammar cannot read after the pre-pass, in four kernels: at most 0.3 % of each. Needs
 * PATCHWITNESS_KERNELS (see truth.test.ts); a kernel that is not there is skipped, and said so.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { readC } from "../../src/source/read-file.js";
import { reader } from "../engine.js";

const kernels = process.env.PATCHWITNESS_KERNELS ?? "";

function cFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((e) => {
    const path = join(folder, e.name);
    return e.isDirectory() ? cFiles(path) : /\.[ch]$/.test(e.name) ? [path] : [];
  });
}

/** Functions of arch/.../kvm and virt/kvm, and those of them with an error, as "path name". */
function readKvm(tree: string): { functions: number; broken: string[] } {
  const folders = [...readdirSync(join(tree, "arch")).map((a) => `arch/${a}/kvm`), "virt/kvm"];
  const broken: string[] = [];
  let functions = 0;
  for (const path of folders.flatMap((f) => cFiles(join(tree, f))).sort()) {
    const file = readC(relative(tree, path), readFileSync(path, "utf8"), reader);
    functions += file.functions.length;
    for (const fn of file.functions) if (fn.errors > 0) broken.push(`${file.path} ${fn.name}`);
  }
  return { functions, broken };
}

const has = (version: string): boolean => kernels !== "" && existsSync(join(kernels, `linux-${version}`));

describe("functions of KVM with a parse error after the pre-pass", () => {
  for (const version of ["6.1", "6.12", "7.2", "7.3"]) {
    it.skipIf(!has(version))(
      `are at most 0.3 % of Linux ${version}`,
      () => {
        const { functions, broken } = readKvm(join(kernels, `linux-${version}`));
        expect(functions).toBeGreaterThan(5000);
        expect((100 * broken.length) / functions, broken.join("\n")).toBeLessThanOrEqual(0.3);
      },
      300_000,
    );
  }
});
