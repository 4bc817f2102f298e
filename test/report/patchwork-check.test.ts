import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHECK_CONTEXT, patchworkCheck, pendingCheck } from "../../src/report/patchwork-check.js";
import type { ReviewedPatch } from "../../src/review/finding.js";
import { checkFinding, gateFinding, sampleReport, sampleResult } from "./sample.js";

const reviewed = (...findings: Parameters<typeof gateFinding>[0][]): ReviewedPatch =>
  sampleResult({ findings: findings.map((over) => gateFinding(over)) }).reviewed[0] as ReviewedPatch;

describe("a check for patchwork", () => {
  it("has patchwork's fields", () => {
    const [patch] = sampleResult({ findings: [checkFinding(), gateFinding({ severity: "error" })] }).reviewed;
    expect(patchworkCheck(patch as ReviewedPatch, { context: "locks", url: "https://ci.example.org/p/1" })).toEqual({
      context: "locks",
      state: "fail",
      description: `1 error, 1 warning: ${gateFinding().message}`,
      target_url: "https://ci.example.org/p/1",
    });
  });

  it("is a warning for warnings, and success where nothing is held against the patch", () => {
    expect(patchworkCheck(reviewed({}))?.state).toBe("warning");
    expect(patchworkCheck(reviewed({ nursery: true, severity: "error" }))?.state).toBe("success");
    expect(patchworkCheck(reviewed())).toEqual({
      context: "patchwitness",
      state: "success",
      description: "nothing found, read in whole functions",
      target_url: null,
    });
  });

  it("is none for a patch that no rule speaks of, and pending before the review has ended", () => {
    const one = { ...reviewed(), report: sampleReport({ analysed: "none" }) };
    expect(patchworkCheck(one)).toBeNull();
    expect(pendingCheck()).toMatchObject({ state: "pending", description: "under review", target_url: null });
  });

  it("keeps within what patchwork takes, whatever a finding says", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 600 }), fc.string({ maxLength: 400 }), (message, path) => {
        const check = patchworkCheck(reviewed({ message: `${message}${"𝒍".repeat(200)}` }), {
          url: `https://ci.example.org/${path}`,
        });
        expect(check?.description.length).toBeLessThanOrEqual(255);
        expect(check?.description).toMatch(/^1 warning: [^\0-\x1f]*…$/u);
        // A lone half of a character cannot be encoded.
        expect(() => encodeURIComponent(check?.description ?? "")).not.toThrow();
        expect(check?.target_url?.length ?? 0).toBeLessThanOrEqual(200);
        expect(check?.context).toMatch(CHECK_CONTEXT);
      }),
    );
    for (const url of ["javascript:alert(1)", "no address", `https://example.org/${"x".repeat(200)}`])
      expect(patchworkCheck(reviewed({}), { url })?.target_url).toBeNull();
  });
});
