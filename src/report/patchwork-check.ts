/**
 * A review of one patch as a check of patchwork (docs/api/schemas/v1.3/patchwork.yaml of getpatchwork/patchwork, schema
 * CheckCreate): shown beside the patch in its table, with a link to the page of the review.
 */
import type { ReviewedPatch, Severity } from "../review/finding.js";
import { checkSentence } from "./account.js";
import { gradeOf } from "./plan.js";
import { CHECK } from "./wording.js";

export const CHECK_STATES = ["pending", "success", "warning", "fail"] as const;
export type CheckState = (typeof CHECK_STATES)[number];

/** The body that creates a check; the names are patchwork's. */
export interface PatchworkCheck {
  /** Tells the checks of testing systems apart. */
  context: string;
  state: CheckState;
  description: string;
  target_url: string | null;
}

export interface CheckTarget {
  /** {@link CHECK_CONTEXT}; default "patchwitness". */
  context?: string;
  /** The page about this patch; left out when it is no address of the web, or longer than patchwork takes. */
  url?: string;
}

/** What a context may be: a slug of at most 255 characters. */
export const CHECK_CONTEXT = /^[-a-zA-Z0-9_]{1,255}$/;

/** Lengths that fit every version of patchwork. */
const MAX_DESCRIPTION = 255;
const MAX_URL = 200;

const STATES: Record<Severity, CheckState> = { error: "fail", warning: "warning", note: "success" };

const cut = (text: string): string => {
  if (text.length <= MAX_DESCRIPTION) return text;
  // Not in the middle of a character of two units.
  const end = /[\ud800-\udbff]$/.test(text.slice(0, MAX_DESCRIPTION - 1)) ? MAX_DESCRIPTION - 2 : MAX_DESCRIPTION - 1;
  return `${text.slice(0, end)}…`;
};

const targetOf = (url: string | undefined): string | null => {
  if (url === undefined || !URL.canParse(url)) return null;
  const { href, protocol } = new URL(url);
  return (protocol === "https:" || protocol === "http:") && href.length <= MAX_URL ? href : null;
};

const checkOf = (state: CheckState, description: string, { context = "patchwitness", url }: CheckTarget) => ({
  context,
  state,
  description: cut(description),
  target_url: targetOf(url),
});

/**
 * The check of a patch that was reviewed: fail for errors, warning for warnings, success where nothing is held against it.
 * Null for a patch that no rule speaks of: patchwork has no state for it, and success would say more than is known.
 */
export const patchworkCheck = (reviewed: ReviewedPatch, target: CheckTarget = {}): PatchworkCheck | null => {
  if (reviewed.report.analysed === "none") return null;
  const grade = gradeOf(reviewed.findings);
  return checkOf(grade === null ? "success" : STATES[grade], checkSentence(reviewed), target);
};

/** The check of a patch whose review has not ended. */
export const pendingCheck = (target: CheckTarget = {}): PatchworkCheck => checkOf("pending", CHECK.pending, target);
