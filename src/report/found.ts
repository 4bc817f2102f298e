/** Findings that a store or a look back holds, as a list: one after the other, each with its patch. */
import type { FindingStatus } from "../review/finding.js";
import { isShown } from "./plan.js";
import { visible } from "./visible.js";
import { counted, STATUS_LABELS } from "./wording.js";

/** A finding, and the patch that it was found in. */
export interface FoundFinding {
  id: string;
  rule: string;
  severity: string;
  status: FindingStatus;
  path: string;
  line: number;
  /** Of the patch. */
  messageId: string | null;
  subject: string;
  /** Version of the series. */
  version: number;
  /** When the patch was sent (ISO 8601), where that is known. */
  sent: string | null;
  /** Names of the archives in which the patch stands; left out where nobody asked. */
  sources?: readonly string[];
}

/** The lines of one finding. */
function foundLines(finding: FoundFinding): string[] {
  const { id, rule, severity, status, path, line, messageId, subject, version, sent, sources } = finding;
  const series = [
    `v${version}`,
    ...(sent === null ? [] : [sent.slice(0, 10)]),
    ...(sources === undefined || sources.length === 0 ? [] : [sources.join(", ")]),
  ];
  return [
    `${id}  ${severity}  ${status}  ${rule}  ${path}:${line}`,
    `    ${subject === "" ? "(no subject)" : subject} (${series.join("; ")})`,
    `    ${messageId === null ? "(no Message-ID)" : `<${messageId}>`}`,
  ].map(visible);
}

/**
 * The list as text; what was there before a patch, or is fixed later, is counted unless `all` is set, and `where` says where it
 * stands. "" for none.
 */
export function foundText(findings: readonly FoundFinding[], all: boolean, where = "--all shows them"): string {
  const shown = findings.filter((finding) => isShown(finding, all));
  const hidden = new Map<string, number>();
  for (const finding of findings) {
    const label = STATUS_LABELS[finding.status];
    if (!isShown(finding, all)) hidden.set(label, (hidden.get(label) ?? 0) + 1);
  }
  const rest = [...hidden].map(([label, count]) => `${count} ${label}`).join(", ");
  const lines = [
    ...shown.flatMap(foundLines),
    ...(findings.length === 0 ? [] : [counted(shown.length, "finding")]),
    ...(rest === "" ? [] : [`Not shown: ${rest}; ${where}.`]),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** The list for programs: one document. */
export function foundJson(findings: readonly FoundFinding[], all: boolean): string {
  const shown = findings.filter((finding) => isShown(finding, all));
  return `${JSON.stringify({ schemaVersion: 1, findings: shown }, null, 2)}\n`;
}
