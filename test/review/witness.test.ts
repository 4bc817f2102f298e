/** Every finding that the shipped cases give has a whole witness, whatever its rule. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PLAIN } from "../../src/report/paint.js";
import { WITNESS_LINES, witnessLines } from "../../src/report/witness-lines.js";
import type { Finding } from "../../src/review/finding.js";
import { toFinding } from "../../src/review/verdict.js";
import { casePath } from "../../src/rules/cases.js";
import type { Rule } from "../../src/rules/rule-schema.js";
import { evaluated, programOf, root, rules } from "../engine.js";

function findingsOf(rule: Rule): Finding[] {
  const folder = join(root, "rules", rule.id, "cases");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".c"))
    .sort()
    .flatMap((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      const path = casePath(text, file, rule.scope.paths);
      const { outcomes } = evaluated(programOf({ [path]: text }), [rule]);
      return outcomes.map((o) => toFinding(o, "pre-existing", null, { analysed: "tree", confidence: "high" }));
    });
}

describe.each(rules.rules.map((r) => [r.id, r] as const))("witnesses of %s", (_id, rule) => {
  const findings = findingsOf(rule);

  it("name sites with their function, line, code and locks", () => {
    expect(findings.length).toBeGreaterThan(0);
    for (const { witness, function: name, line } of findings) {
      expect(witness[0]).toBeDefined();
      expect(witness.some((w) => w.function === name && w.line === line)).toBe(true);
      for (const site of witness) {
        expect(site.line).toBeGreaterThan(0);
        expect(site.code).not.toBe("");
        expect(site.function).not.toBe("");
        expect(Array.isArray(site.locks)).toBe(true);
      }
    }
  });

  it("show two threads, on steps without line breaks or open braces", () => {
    for (const { interleaving, message } of findings) {
      expect([message, new Set(interleaving.map((s) => s.thread))]).toEqual([message, new Set(["A", "B"])]);
      for (const { text } of interleaving) expect(text).toMatch(/^\S.*[^{\s]$/);
    }
  });

  it("take at most twelve lines", () => {
    for (const finding of findings) {
      const { sites, interleaving } = witnessLines(finding, { paint: PLAIN, width: 80, all: true, quiet: false });
      expect(sites.length).toBeGreaterThan(0);
      expect(sites.length + interleaving.length).toBeLessThanOrEqual(WITNESS_LINES);
    }
  });
});
