import { describe, expect, it } from "vitest";
import { b4Results, renderB4Results } from "../../src/report/b4-check.js";
import { STATUSES } from "../../src/review/finding.js";
import { checkFinding, gateFinding, sampleReport, sampleResult } from "./sample.js";

const resultsOf = (...findings: Parameters<typeof gateFinding>[0][]) =>
  b4Results(sampleResult({ findings: findings.map((over) => gateFinding(over)) }), null);

describe("results for b4", () => {
  it("has b4's fields, and the finding as text", () => {
    const [result] = b4Results(sampleResult(), "v6.12", (id) => `https://example.org/${id}`);
    expect(result).toEqual({
      tool: "patchwitness",
      status: "warn",
      summary: `2 warnings: ${gateFinding().message}`,
      url: "https://example.org/20260309164002.4711-1-parker@example.org",
      details: expect.stringContaining("warning[kvm/check-then-act] arch/arm64/kvm/park.c:64 in kvm_park_system()"),
    });
    expect(result?.details).toMatch(/\n\npatchwitness 0\.1\.0, rules sha256:\w+, base v6\.12$/);
    expect(result?.details).toContain(checkFinding().witness[0]?.code);
  });

  it("fails for errors, warns for warnings, and passes what is not the patch's or not sure enough", () => {
    expect(resultsOf({ severity: "error" }, {})[0]?.status).toBe("fail");
    expect(resultsOf({ severity: "note" })[0]?.status).toBe("pass");
    expect(resultsOf({ severity: "error", nursery: true })[0]?.status).toBe("pass");
    expect(STATUSES.map((status) => [status, resultsOf({ status })[0]?.status])).toEqual([
      ["introduced", "warn"],
      ["incomplete-fix", "warn"],
      ["pre-existing", "pass"],
      ["fixed-later", "pass"],
      ["acknowledged", "pass"],
    ]);
  });

  it("says how a patch was read that has nothing, and of what is passed over", () => {
    expect(resultsOf()).toEqual([
      { tool: "patchwitness", status: "pass", summary: "nothing found, read in whole functions" },
    ]);
    expect(resultsOf({ status: "pre-existing" })[0]).toEqual({
      tool: "patchwitness",
      status: "pass",
      summary: "nothing found, read in whole functions; 1 finding not held against the patch",
    });
  });

  it("has nothing to report of a patch that no rule speaks of", () => {
    const report = sampleReport({ analysed: "none", reason: "no rule speaks of these files" });
    expect(renderB4Results(b4Results(sampleResult({ findings: [], report }), null))).toBe("[]\n");
  });

  it("keeps the summary on one line, whatever a finding says", () => {
    expect(resultsOf({ message: "a\u001b[2J\nb" })[0]?.summary).toBe("1 warning: a\u241b[2J b");
  });
});
