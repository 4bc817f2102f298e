/** What a review amounts to, in phrases that more than one format says: counts by severity, what is not shown, remarks. */
import { type Finding, type ReportProblem, type ReviewedPatch, SEVERITIES } from "../review/finding.js";
import { gradeOf, isPosted } from "./plan.js";
import { oneLine, visible } from "./visible.js";
import { ANALYSED_PHRASES, CHECK, counted, STATUS_LABELS } from "./wording.js";

/** "1 error, 2 warnings"; "" for none. */
export const severityCounts = (findings: readonly Finding[]): string =>
  SEVERITIES.map((severity) => [severity, findings.filter((finding) => finding.severity === severity).length] as const)
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => counted(count, severity))
    .join(", ");

/** "2 there before the patch, 1 fixed later in the series", in the order in which the statuses come up. */
export const statusCounts = (findings: readonly Finding[]): string => {
  const counts = new Map<string, number>();
  for (const { status } of findings) counts.set(STATUS_LABELS[status], (counts.get(STATUS_LABELS[status]) ?? 0) + 1);
  return [...counts].map(([label, count]) => `${count} ${label}`).join(", ");
};

/** Remarks that say the same, in the order in which they first come up; ids of their mails, null where one has none. */
export const alikeProblems = (problems: readonly ReportProblem[]): { text: string; ids: (string | null)[] }[] => {
  const alike = new Map<string, { text: string; ids: (string | null)[] }>();
  for (const { code, message, messageId } of problems) {
    const text = `${visible(code)}: ${visible(message)}`;
    const known = alike.get(text);
    if (known === undefined) alike.set(text, { text, ids: [messageId] });
    else known.ids.push(messageId);
  }
  return [...alike.values()];
};

/**
 * What a check of one patch says in a line: what is held against the patch and the first of the gravest, or that nothing
 * is, and how the patch was read.
 */
export const checkSentence = ({ report, findings }: ReviewedPatch): string => {
  const held = findings.filter(isPosted);
  const grade = gradeOf(findings);
  const first = held.find(({ severity }) => severity === grade);
  if (first !== undefined) return `${severityCounts(held)}: ${oneLine(first.message)}`;
  const others = findings.length === 0 ? "" : `; ${counted(findings.length, "finding")} ${CHECK.notHeld}`;
  return `${CHECK.clean}, ${ANALYSED_PHRASES[report.analysed]}${others}`;
};
