/** The outcome of a patch as a check of patchwork (its REST API, POST /patches/{id}/checks/). */
import type { ReviewedPatch } from "../review/finding.js";
import type { OutgoingCheck } from "./outgoing.js";

/** Longest description that is shown in a list. */
const MAX_DESCRIPTION = 200;

/** A check of the findings that are told of a patch; what was not read is neither a success nor a failure. */
export function patchworkCheck(
  { report, findings }: Pick<ReviewedPatch, "report" | "findings">,
  { context, targetUrl }: { context: string; targetUrl: string | null },
): OutgoingCheck["check"] {
  const [first] = findings;
  const rules = [...new Set(findings.map(({ rule }) => rule))].join(", ");
  const state =
    first !== undefined
      ? findings.some(({ severity }) => severity === "error")
        ? ("fail" as const)
        : ("warning" as const)
      : report.analysed === "none"
        ? ("pending" as const)
        : ("success" as const);
  const text =
    first !== undefined
      ? `${findings.length} ${findings.length === 1 ? "finding" : "findings"}: ${rules}`
      : report.analysed === "none"
        ? `not analysed: ${report.reason ?? "no reason known"}`
        : "nothing found";
  return { context, state, description: text.slice(0, MAX_DESCRIPTION), target_url: targetUrl ?? "" };
}
