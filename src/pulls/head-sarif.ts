/** What code scanning is told: the findings that the pull request is told, at the lines of its head. */
import { renderSarif } from "../report/sarif.js";
import type { Finding, ReviewResult } from "../review/finding.js";
import type { PullPlan } from "./plan.js";

/** The SARIF log of a plan. What stands at no line of the head is left out: it would be shown at a wrong one. */
export function headSarif({ review, reviewed }: ReviewResult, plan: PullPlan): string {
  const moved = new Map<Finding, Finding>();
  for (const one of plan.report.findings) {
    const at = plan.atHead.get(one);
    if (at !== undefined) moved.set(one.finding, { ...one.finding, ...at });
  }
  const of = (findings: readonly Finding[]): Finding[] => findings.flatMap((finding) => moved.get(finding) ?? []);
  return renderSarif({
    review: { ...review, findings: of(review.findings) },
    reviewed: reviewed.map((one) => ({ ...one, findings: of(one.findings) })),
  });
}
