import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { caseMarks, judgeMark } from "../../src/rules/cases.js";
import { evaluated, programOf, root, rules } from "../engine.js";

/** Where a case pretends to stand: a first comment may say so. */
const pathOf = (text: string, file: string): string =>
  /^\/\* path: (\S+) \*\//.exec(text)?.[1] ?? `arch/riscv/kvm/${basename(file)}`;

describe.each(rules.rules.map((r) => r.id))("cases of %s", (id) => {
  const folder = join(root, "rules", id, "cases");
  const files = readdirSync(folder).filter((f) => f.endsWith(".c"));

  it("has a README and at least one faulty and one sound case", () => {
    expect(readFileSync(join(root, "rules", id, "README.md"), "utf8")).toContain(id);
    const marks = files.flatMap((f) => caseMarks(readFileSync(join(folder, f), "utf8")));
    expect(marks.filter((m) => m.expect === "ruleid").length).toBeGreaterThan(0);
    expect(marks.filter((m) => m.expect === "ok").length).toBeGreaterThan(0);
    expect(new Set(marks.map((m) => m.rule))).toEqual(new Set([id]));
  });

  it.each(files)("%s", (file) => {
    const text = readFileSync(join(folder, file), "utf8");
    const program = programOf({ [pathOf(text, file)]: text });
    const { outcomes } = evaluated(
      program,
      rules.rules.filter((r) => r.id === id),
    );
    const lines = (found: typeof outcomes): number[] => found.map((o) => o.anchor.line);
    const fired = lines(outcomes.filter((o) => o.severity !== "note" && !o.weak));
    const noted = lines(outcomes.filter((o) => o.severity === "note"));
    const marks = caseMarks(text);
    const verdicts = marks.map((m) => `${m.line} ${m.expect}: ${judgeMark(m, new Set(fired), new Set(noted))}`);
    const expected = marks.map((m) => `${m.line} ${m.expect}: ${m.expect.startsWith("todo") ? "todo" : "validated"}`);
    expect(verdicts).toEqual(expected);
    const marked = new Set(marks.map((m) => m.line));
    expect(fired.filter((line) => !marked.has(line))).toEqual([]);
  });
});
