import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { casePath } from "../../src/rules/cases.js";
import type { Rule } from "../../src/rules/rule-schema.js";
import { type CaseResult, runCase } from "../../src/rules/run-case.js";
import { parse, root, rules } from "../engine.js";

const run = (rule: Rule, file: string): CaseResult =>
  runCase({ file, text: readFileSync(join(root, "rules", rule.id, "cases", file), "utf8") }, rule, rules, parse);

describe.each(rules.rules.map((r) => [r.id, r] as const))("cases of %s", (id, rule) => {
  const files = readdirSync(join(root, "rules", id, "cases")).filter((f) => f.endsWith(".c"));

  it("has a README and at least one faulty and one sound case", () => {
    expect(readFileSync(join(root, "rules", id, "README.md"), "utf8")).toContain(id);
    const lines = files.flatMap((f) => run(rule, f).lines);
    expect(lines.filter((l) => l.expect === "ruleid").length).toBeGreaterThan(0);
    expect(lines.filter((l) => l.expect === "ok").length).toBeGreaterThan(0);
  });

  it.each(files)("%s", (file) => {
    const { lines, strays } = run(rule, file);
    const expected = lines.map((l) => ({ ...l, verdict: l.expect.startsWith("todo") ? "todo" : "validated" }));
    expect(lines).toEqual(expected);
    expect(strays).toEqual([]);
  });
});

describe("where a case pretends to stand", () => {
  it.each([
    ["/* path: net/core/a.c */\n", "fs/**", "net/core/a.c"],
    ["", "arch/{riscv,arm64}/kvm/**", "arch/riscv/kvm/case.c"],
    ["", "arch/*/kvm/**", "arch/x/kvm/case.c"],
    ["", "**/*.c", "case.c"],
    ["", "net/packet/af_packet.c", "net/packet/af_packet.c"],
    ["", "net/packet/*.c", "net/packet/case.c"],
    ["", "drivers/nvme/{host,target}/*.[ch]", "drivers/nvme/host/case.c"],
  ])("%s of %s: %s", (text, glob, path) => {
    expect(casePath(text, "case.c", [glob])).toBe(path);
  });
});
