import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { applyEdits } from "../../tools/mutants/edit.js";
import { OPERATORS } from "../../tools/mutants/operators/index.js";
import { report } from "../../tools/mutants/report.js";
import { runMutants } from "../../tools/mutants/run.js";
import { reader, root, rules } from "../engine.js";

const PATH = "arch/riscv/kvm/stop.c";
const texts = new Map(
  ["arch/riscv/kvm/meter.c", PATH].map((path) => [path, readFileSync(`${root}fixtures/mutants/${path}`, "utf8")]),
);
const run = (operators: readonly string[], seed = 1, fresh = false) =>
  runMutants(texts, rules, reader, { seed, sample: 3, operators, fresh });

describe("mutants", () => {
  it("seeds every kind of fault and of sound edit that the fixture has room for", () => {
    const results = run([]);
    expect(results.map((r) => r.operator.name)).toEqual(OPERATORS.map((o) => o.name));
    const idle = results.filter((r) => r.places === 0).map((r) => r.operator.name);
    expect(idle).toEqual([]);
    for (const r of results) expect(r.results.length + r.rejected).toBeGreaterThanOrEqual(Math.min(3, r.places));
  });

  it.each([
    "field-write-unlocked",
    "guard-removed",
    "lock-doubled",
    "other-written-unlocked",
    "flag-cleared-by-any-vcpu",
  ])("%s is named in its function", (name) => {
    const [result] = run([name]);
    expect(result?.results.length).toBeGreaterThan(0);
    expect(result?.results.filter((r) => !r.good)).toEqual([]);
  });

  it.each(["rename-locals", "pair-made-guard", "other-written-locked", "flag-cleared-by-owner-test"])(
    "%s is passed over in silence",
    (name) => {
      const [result] = run([name]);
      expect(result?.results.length).toBeGreaterThan(0);
      expect(result?.results.filter((r) => !r.good)).toEqual([]);
    },
  );

  it("gives the same mutants for the same seed, and the same verdicts without reuse", () => {
    const some = ["early-return-inserted", "guard-of-wrong-instance", "helper-extracted"];
    expect(run(some, 7)).toEqual(run(some, 7));
    expect(run(some, 7, true)).toEqual(run(some, 7));
    expect(run([...some].reverse(), 7)).toEqual(run(some, 7));
  });

  it("prints what was seeded and what was found", () => {
    const text = report(run(["guard-removed", "rename-locals"]), "fixture", 1, 3);
    expect(text).toMatch(/\| guard-removed \|.*\| 100\.0 % \|/);
    expect(text).toMatch(/\| rename-locals \|.*\| 100\.0 % \|/);
  });
});

describe("edits", () => {
  it("are made together, and not at all when they overlap", () => {
    const edits = [
      { start: 4, end: 5, text: "X" },
      { start: 0, end: 1, text: "" },
      { start: 4, end: 4, text: "<" },
    ];
    expect(applyEdits("abcdef", edits)).toBe("bcd<Xf");
    expect(applyEdits("abcdef", [...edits, { start: 3, end: 5, text: "" }])).toBeNull();
  });
});
