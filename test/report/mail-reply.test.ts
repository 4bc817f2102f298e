import { describe, expect, it } from "vitest";
import { renderReplies } from "../../src/report/mail-reply.js";
import { gateFinding, samplePatch, sampleReport, sampleResult } from "./sample.js";

describe("renderReplies", () => {
  it("x", () => {
    expect(renderReplies(sampleResult(), { tree: null, from: null })).toContain("vcpu");
    const d = samplePatch();
    expect(
      renderReplies(
        sampleResult({ findings: [gateFinding({ confidence: "low" })], patch: { ...d, depth: 2, messageId: null } }),
        { tree: null, from: null },
      ),
    ).toContain("vcpu");
    expect(gateFinding().id).not.toBe(sampleReport().subject);
  });
});
