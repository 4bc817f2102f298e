/** A plan of a long archive: what there is to say is told patch by patch, all else is counted. */
import { describe, expect, it } from "vitest";
import { PlanText } from "../../../src/apps/watch/plan-text.js";
import type { PatchPlan } from "../../../src/speak/planned.js";
import type { Silence } from "../../../src/speak/silence.js";

const silent = (silence: Silence, subject: string, findings: unknown[] = []): PatchPlan =>
  ({
    action: "silent",
    silence,
    findings,
    reviewed: { patch: { subject, messageId: `${subject}@example.org` } },
  }) as unknown as PatchPlan;
const finding = {
  finding: { id: "0123", rule: "kvm/x", severity: "error", confidence: "low", path: "a.c", line: 1, message: "why?" },
  silence: "nursery",
};

describe("the text of a plan", () => {
  it("lists patches with findings, and counts the others by their reason", () => {
    const plan = new PlanText();
    expect(plan.add([silent("nothing-to-tell", "a"), silent("nothing-to-tell", "b"), silent("bot", "c")])).toBe("");
    const told = plan.add([silent("list-off", "d\u001b[31m", [finding])]);
    expect(told).toMatch(/^d.*\n {2}silent: its lists are switched off\n {2}leaves out 0123 kvm\/x, error/);
    expect(told).not.toContain("\u001b");
    expect(plan.total()).toBe(
      "4 patches, 0 of them with mail\n  1 silent: its lists are switched off\n" +
        "  2 silent: nothing was found that is to be told\n  1 silent: a program sent it\n",
    );
  });

  it("says of nothing that it is nothing", () => {
    expect(new PlanText().total()).toBe("0 patches, 0 of them with mail\n");
  });
});
