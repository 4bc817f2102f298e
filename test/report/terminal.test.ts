import fc from "fast-check";
import pc from "picocolors";
import { describe, expect, it } from "vitest";
import { PLAIN, type TerminalOptions } from "../../src/report/paint.js";
import { renderTerminal } from "../../src/report/terminal.js";
import { WITNESS_LINES, witnessLines } from "../../src/report/witness-lines.js";
import type { ReviewResult, WitnessSite } from "../../src/review/finding.js";
import { checkFinding, gateFinding, sampleReport, sampleResult } from "./sample.js";

const plain: TerminalOptions = { paint: PLAIN, width: 80, all: false, quiet: false };
const text = renderTerminal(sampleResult(), plain);

describe("one finding", () => {
  it("begins with severity, rule, place and sentence", () => {
    expect(text).toContain(
      "warning[kvm/self-clearing-flag] arch/arm64/kvm/arm.c:1156 in kvm_arch_vcpu_ioctl_run()\n" +
        "  park_pending is a gate of the whole VM, but any vCPU that enters KVM_RUN takes\n  it down.\n",
    );
  });

  it("shows the code with a marker under the line", () => {
    expect(text).toContain(
      "  1156 | +\tWRITE_ONCE(vcpu->kvm->arch.park_pending, false);\n" +
        `       |  \t${"^".repeat("WRITE_ONCE(vcpu->kvm->arch.park_pending, false);".length)}\n`,
    );
  });

  it("shows witness, locks, interleaving, advice, status and confidence", () => {
    expect(text).toContain(
      "checks: kvm_wake_vcpu(), arch/arm64/kvm/wake.c:35, holding\n      target->arch.mp_state_lock\n" +
        "        if (READ_ONCE(target->kvm->arch.park_pending)) {\n",
    );
    expect(text).toContain("        B: kvm_wake_vcpu() finds the flag down and starts a vCPU\n");
    expect(text).toContain("What to do:\n    Could the operations");
    expect(text).toContain("  Was this there before the patch? Yes; the patch sets out to fix it.\n");
    expect(text).toContain("Confidence: medium (read in whole functions");
  });

  it("never says at low confidence that no lock is held", () => {
    const report = renderTerminal(sampleResult({ findings: [gateFinding({ confidence: "low" })] }), plain);
    const low = report.replace(/\s+/g, " ");
    expect(low).toContain("where no lock is named, none is visible in the patch");
    expect(low).not.toContain("no lock held");
  });

  it("keeps sites and interleaving together to 12 lines, and says what is left out", () => {
    const interleaving = Array.from({ length: 40 }, (_, at) => ({ thread: "A" as const, text: `step ${at}` }));
    const finding = gateFinding({ interleaving });
    const { sites, interleaving: steps } = witnessLines(finding, plain);
    expect(steps).toHaveLength(9);
    expect(steps.slice(-2)).toEqual(["    [ ... ]", "    A: step 39"]);
    expect(sites).toEqual([
      "    sets: kvm_park_system(), arch/arm64/kvm/park.c:52, no lock held",
      "    [ ... ] 2 sites more in --format json",
    ]);
  });

  it("has no more lines for any number and length of sites and steps", () => {
    const word = fc.string({ unit: fc.constantFrom("a", " ", "_"), minLength: 1, maxLength: 300 });
    const site = fc.record({ function: word, path: word, code: word, locks: fc.array(word, { maxLength: 4 }) });
    const step = fc.record({ thread: fc.constantFrom("A" as const, "B" as const), text: word });
    fc.assert(
      fc.property(fc.array(site, { maxLength: 9 }), fc.array(step, { maxLength: 9 }), (sites, interleaving) => {
        const [first] = gateFinding().witness as [WitnessSite];
        const finding = gateFinding({ witness: sites.map((s) => ({ ...first, ...s })), interleaving });
        const lines = witnessLines(finding, plain);
        expect(lines.sites.length + lines.interleaving.length).toBeLessThanOrEqual(WITNESS_LINES);
      }),
    );
  });

  it("numbers the lines of the tree when the patch was applied at an offset", () => {
    const finding = gateFinding();
    const moved = { ...finding, line: 1356, witness: finding.witness.map((w) => ({ ...w, line: w.line + 200 })) };
    expect(renderTerminal(sampleResult({ findings: [moved] }), plain)).toContain("  1356 | +\tWRITE_ONCE(");
  });
});

describe("the account", () => {
  it("says how each patch was analysed and sums up", () => {
    expect(text).toContain("read in whole\n      functions: no tree was given\n");
    expect(text.endsWith("\n2 warnings in 1 patch.\n")).toBe(true);
  });

  it("says what was looked at when nothing was found", () => {
    const none = renderTerminal(sampleResult({ findings: [] }), plain);
    expect(none).toContain("Analysed:\n  [PATCH] KVM: arm64: Keep wake calls out");
    expect(none.endsWith("\nNothing found in 1 patch.\n")).toBe(true);
  });

  it("tells a whole archive in numbers", () => {
    const patches = Array.from({ length: 300 }, (_, at) => sampleReport(at < 100 ? { analysed: "diff" } : {}));
    const { review, reviewed } = sampleResult({ findings: [] });
    const many = renderTerminal({ review: { ...review, patches }, reviewed }, plain);
    expect(many.replace(/\s+/g, " ")).toContain(
      " 100 patches read from a diff that does not show all functions whole: no tree was given ",
    );
    expect(many.split("\n").length).toBeLessThan(10);
  });

  it("hides what the patch did not bring, says so, and shows it on demand", () => {
    const findings = [gateFinding({ status: "pre-existing" }), checkFinding({ status: "fixed-later" })];
    const hidden = renderTerminal(sampleResult({ findings }), plain);
    expect(hidden).toContain(
      "Nothing found in 1 patch.\nNot shown: 1 there before the patch, 1 fixed later in the series;",
    );
    const shown = renderTerminal(sampleResult({ findings }), { ...plain, all: true });
    expect(shown).toContain("2 warnings in 1 patch.");
  });

  it("is silent when quiet", () => {
    expect(renderTerminal(sampleResult({ findings: [] }), { ...plain, quiet: true })).toBe("");
    expect(renderTerminal(sampleResult(), { ...plain, quiet: true })).not.toContain("Analysed");
  });

  it("lists remarks on the input, like ones once, a few kinds by name", () => {
    const result = sampleResult({ findings: [] });
    const { problems } = result.review;
    for (let at = 0; at < 12; at += 1) problems.push({ messageId: `m${at}`, code: "odd", message: "Odd." });
    for (let at = 0; at < 12; at += 1) problems.push({ messageId: null, code: `odd-${at}`, message: "Odd." });
    const remarks = renderTerminal(result, plain);
    expect(remarks).toContain(
      "24 remarks on the input (--format json lists them all):\n  odd: Odd. <m0> and 11 more\n",
    );
    expect(remarks).toContain("  odd-8: Odd.\n  and 3 of other kinds\n");
  });
});

const evil = (word: string): ReviewResult => {
  const finding = gateFinding({
    ...{ rule: word, path: word, function: word, message: word, why: word, suggestion: word, id: word },
    witness: [
      {
        ...checkFinding().witness[0],
        path: word,
        line: 1,
        side: "new",
        role: "set",
        locks: [word],
        code: word,
        via: [word],
        function: word,
      },
    ],
    interleaving: [{ thread: "A", text: word }],
  });
  const result = sampleResult({ findings: [finding], report: sampleReport({ subject: word, reason: word }) });
  result.review.problems.push({ messageId: word, code: word, message: word });
  return result;
};

describe("text of strangers", () => {
  it("never reaches the terminal as controls", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (word) => {
        const out = renderTerminal(evil(`a${word}\u001b[2J\u009b31m\u202e\u2066\r\u0007\0z`), plain);
        expect(out).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/);
      }),
    );
  });

  it("is coloured only by the report itself", () => {
    const coloured = renderTerminal(sampleResult(), { ...plain, paint: pc.createColors(true) });
    expect(coloured).toContain("\u001b[33m");
    const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");
    expect(coloured.replace(colours, "")).toBe(text);
  });
});
