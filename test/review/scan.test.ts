import { describe, expect, it } from "vitest";
import { scanPaths, scanTree } from "../../src/review/scan.js";
import type { SourceTree } from "../../src/tree/source-tree.js";
import { parse, rules } from "../engine.js";

const faulty = (name: string): string =>
  `static void ${name}(struct kvm_vcpu *me, unsigned long id)\n{\n\tstruct kvm_vcpu *peer = kvm_get_vcpu_by_id(me->kvm, id);\n\n` +
  "\tpeer->arch.power_off = true;\n}\n";

const files: Record<string, string> = {
  "arch/riscv/kvm/a.c": faulty("a"),
  "arch/arm64/kvm/b.c": faulty("b"),
  "arch/riscv/kvm/notes.txt": "no C",
  "drivers/c.c": faulty("c"),
};
const tree: SourceTree = {
  label: "test",
  readFile: async (path) => files[path] ?? null,
  readBlob: async () => null,
  list: async (folder) =>
    Object.keys(files)
      .filter((p) => p.startsWith(folder === "" ? "" : `${folder}/`))
      .sort(),
};
const options = { tree, rules, parse, version: "0.0.0" };

describe("scanning a tree", () => {
  it("finds the C files below paths and names the paths without any", async () => {
    expect(await scanPaths(tree, ["arch/riscv/", "drivers/c.c", "nowhere", "arch/no.c"])).toEqual({
      files: ["arch/riscv/kvm/a.c", "drivers/c.c"],
      missing: ["nowhere", "arch/no.c"],
    });
  });

  it("reports what rules in scope find as pre-existing, each architecture by itself", async () => {
    const review = await scanTree(
      Object.keys(files)
        .filter((p) => p.endsWith(".c"))
        .sort(),
      options,
    );
    expect(review.patches).toEqual([]);
    expect(review.findings.map((f) => [f.path, f.function, f.status, f.confidence])).toEqual([
      ["arch/arm64/kvm/b.c", "b", "pre-existing", "high"],
      ["arch/riscv/kvm/a.c", "a", "pre-existing", "high"],
    ]);
  });

  it("gives the same bytes whatever the order of the files", async () => {
    const some = ["arch/riscv/kvm/a.c", "arch/arm64/kvm/b.c", "drivers/c.c"];
    const there = JSON.stringify(await scanTree(some, options));
    expect(JSON.stringify(await scanTree([...some].reverse(), options))).toBe(there);
  });
});
