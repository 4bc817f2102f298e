import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ReviewError } from "../../src/errors.js";
import { globs } from "../../src/rules/glob.js";
import { buildRuleSet } from "../../src/rules/load.js";
import type { RuleText } from "../../src/rules/rule-set.js";
import { root } from "../engine.js";

const models: RuleText[] = readdirSync(join(root, "rules/models")).map((f) => ({
  path: `models/${f}`,
  text: readFileSync(join(root, "rules/models", f), "utf8"),
}));
const good = readFileSync(join(root, "rules/kvm/check-then-act/rule.yaml"), "utf8");
const digest = (text: string): string => `sha256-${text.length}`;

const problemsOf = (...files: RuleText[]): string[] => {
  try {
    buildRuleSet([...models, ...files], digest);
    return [];
  } catch (error) {
    if (!(error instanceof ReviewError)) throw error;
    expect(error.exit).toBe(3);
    for (const p of error.problems) expect(error.message).toContain(p.message);
    return error.problems.map((p) => p.message);
  }
};

describe("loading rules", () => {
  it("takes a sound rule and fills in defaults", () => {
    const set = buildRuleSet([...models, { path: "kvm/check-then-act/rule.yaml", text: good }], digest);
    expect(set.rules[0]).toMatchObject({ id: "kvm/check-then-act", severity: { staleCheck: "warning" } });
  });

  it("lists every problem of every file at once", () => {
    const problems = problemsOf(
      {
        path: "kvm/a/rule.yaml",
        text: good.replace("kind: check-then-act", "kind: check-then-acts").replace(/^title:.*$/m, "title: 7"),
      },
      { path: "kvm/check-then-act/rule.yaml", text: `${good.replace("object: vcpu", "object: vm")}\nsurprise: 1\n` },
      { path: "kvm/b/rule.yaml", text: "id: [unclosed" },
      { path: "models/zz.yaml", text: "locks:\n  - {family: x, lok: [a]}\n" },
    );
    expect(problems.some((p) => p.startsWith("kvm/a/rule.yaml") && p.includes("kind"))).toBe(true);
    expect(problems.some((p) => p.startsWith("kvm/a/rule.yaml") && p.includes("title"))).toBe(true);
    expect(problems.some((p) => p.startsWith("kvm/check-then-act/rule.yaml") && p.includes("surprise"))).toBe(true);
    expect(problems.some((p) => p.startsWith("kvm/b/rule.yaml"))).toBe(true);
    expect(problems.some((p) => p.startsWith("models/zz.yaml") && p.includes("lok"))).toBe(true);
  });

  it("refuses an id that is not the folder's, an unknown object, a phrase that is no expression, an id taken twice", () => {
    expect(problemsOf({ path: "kvm/other/rule.yaml", text: good })).toEqual([
      expect.stringContaining("the folder is kvm/other"),
    ]);
    const object = good.replace("object: vcpu", "object: vm");
    expect(problemsOf({ path: "kvm/check-then-act/rule.yaml", text: object })).toEqual([
      expect.stringContaining("no model is called vm"),
    ]);
    const phrase = good.replace('"lockless"', '"(lockless"');
    expect(problemsOf({ path: "kvm/check-then-act/rule.yaml", text: phrase })).toEqual([
      expect.stringContaining("not a regular expression"),
    ]);
    const order = readFileSync(join(root, "rules/kvm/lock-order/rule.yaml"), "utf8").replace(
      "slots-lock/irq-lock",
      "a/b",
    );
    expect(problemsOf({ path: "kvm/lock-order/rule.yaml", text: order })).toEqual([
      expect.stringContaining("no documented order is called a/b"),
    ]);
    const entry = "entryClasses:\n  - {name: X, label: x, object: disk, holds: [a.b], tables: [{fields: [f]}]}\n";
    expect(problemsOf({ path: "models/zz.yaml", text: entry })).toContainEqual(
      expect.stringContaining("expected a type or a name"),
    );
    const stray = entry.replace("fields: [f]", "type: t");
    expect(problemsOf({ path: "models/zz.yaml", text: stray })).toEqual([
      expect.stringContaining("entry class X: object: no model is called disk"),
    ]);
    const twice = { path: "kvm/check-then-act/rule.yaml", text: good };
    expect(problemsOf(twice, twice)).toEqual([expect.stringContaining("is taken")]);
  });

  it("takes models that a rule brings along in its folder, and names what is wrong with them", () => {
    const disk = "objects:\n  - {name: disk, label: disk, struct: gendisk, shared: true}\n";
    const rule = {
      path: "block/disk/rule.yaml",
      text: good.replace("kvm/check-then-act", "block/disk").replace("object: vcpu", "object: disk"),
    };
    expect(problemsOf(rule)).toEqual([expect.stringContaining("no model is called disk")]);
    expect(problemsOf(rule, { path: "block/disk/models.yaml", text: disk })).toEqual([]);
    const more = [
      { path: "block/disk/models.yaml", text: disk.replace("shared", "sharde") },
      { path: "block/disk/model.yaml", text: disk },
      { path: "block/other/models.yaml", text: disk.replace("disk,", "vcpu,") },
    ];
    const problems = problemsOf(rule, ...more);
    expect(problems.some((p) => p.startsWith("block/disk/models.yaml") && p.includes("sharde"))).toBe(true);
    expect(problems).toContainEqual("block/disk/model.yaml: expected rule.yaml or models.yaml in a folder area/name");
    expect(problems).toContainEqual("block/other/models.yaml: objects: the name vcpu is taken");
  });

  it("refuses an empty folder", () => {
    expect(problemsOf()).toEqual(["no rule.yaml was found"]);
  });
});

describe("globs", () => {
  it.each([
    ["arch/{riscv,arm64}/kvm/**", "arch/riscv/kvm/vcpu.c", true],
    ["arch/{riscv,arm64}/kvm/**", "arch/arm64/kvm/hyp/nvhe/a.c", true],
    ["arch/{riscv,arm64}/kvm/**", "arch/x86/kvm/x86.c", false],
    ["arch/*/kvm/*.c", "arch/x86/kvm/vmx/vmx.c", false],
    ["**/kvm_host.h", "include/linux/kvm_host.h", true],
    ["a.c", "abc", false],
    ["fs/?.c", "fs/a.c", true],
    ["fs/**", "fs/a\nb.c", true],
  ])("%s against %s: %s", (pattern, path, expected) => {
    expect(globs([pattern])(path)).toBe(expected);
  });
});
