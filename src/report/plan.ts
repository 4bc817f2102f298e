/** What of a review is said to whom: which findings are shown, which are posted, and which make the run fail. */
import { type Finding, type FindingStatus, SEVERITIES, type Severity } from "../review/finding.js";

/** True when the patch is to blame or claims a fix that it does not make: what a reviewer would write to its author. */
export const TO_ANSWER: Readonly<Record<FindingStatus, boolean>> = {
  introduced: true,
  "incomplete-fix": true,
  "pre-existing": false,
  "fixed-later": false,
  acknowledged: false,
};

/** Statuses that are told only when asked for: what the patch does not bring, and what the series mends itself. */
const ONLY_WHEN_ASKED: Record<FindingStatus, boolean> = {
  introduced: false,
  "incomplete-fix": false,
  "pre-existing": true,
  "fixed-later": true,
  acknowledged: false,
};

/** True when `value` is `least` or stands before it in a list that begins with the gravest, or the surest. */
export const atLeast = <T>(all: readonly T[], value: T, least: T): boolean => all.indexOf(value) <= all.indexOf(least);

/** Findings that a reply mail is written for. A rule in nursery is shown locally and never posted. */
export const isPosted = (finding: Finding): boolean =>
  TO_ANSWER[finding.status] && atLeast(SEVERITIES, finding.severity, "warning") && !finding.nursery;

/** The gravest of the findings that are posted, or null where none is: what a check of a patch comes down to. */
export const gradeOf = (findings: readonly Finding[]): Severity | null =>
  SEVERITIES.find((severity) => findings.some((finding) => isPosted(finding) && finding.severity === severity)) ?? null;

/** Findings that a person at a terminal is shown; `all` adds what stays silent by default. */
export const isShown = (finding: Pick<Finding, "status">, all: boolean): boolean =>
  all || !ONLY_WHEN_ASKED[finding.status];

export const FAIL_ON = ["error", "warning", "note", "never"] as const;
export type FailOn = (typeof FAIL_ON)[number];

/** True when a run that found this ends with exit code 1 (contract: introduced or incomplete-fix, at or above the level). */
export const makesFail = (finding: Finding, failOn: FailOn): boolean =>
  failOn !== "never" && TO_ANSWER[finding.status] && atLeast(SEVERITIES, finding.severity, failOn);
