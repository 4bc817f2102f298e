/** What a review says: one finding type for every rule kind and every renderer. */
import type { Message } from "../message/message.js";
import type { Patch } from "../patch/patch.js";

export const SEVERITIES = ["error", "warning", "note"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const CONFIDENCES = ["high", "medium", "low"] as const;
export type Confidence = (typeof CONFIDENCES)[number];

export const STATUSES = ["introduced", "incomplete-fix", "pre-existing", "fixed-later", "acknowledged"] as const;
export type FindingStatus = (typeof STATUSES)[number];

export const ROLES = ["set", "clear", "check", "act", "read", "write", "lock", "unlock"] as const;
export type SiteRole = (typeof ROLES)[number];

/** One place in the code that a finding rests on. `line` is 1-based, in the file after the patch unless `side` is "old". */
export interface WitnessSite {
  path: string;
  line: number;
  side: "new" | "old";
  function: string;
  role: SiteRole;
  /** Locks held there, as canonical paths ("target_vcpu->arch.mp_state_lock"); empty when none is visible. */
  locks: string[];
  /** The source line, white space trimmed. */
  code: string;
  /** Call path from the function that is named to the one the access stands in, outermost first; empty when direct. */
  via: string[];
}

/** A step of the interleaving that shows the fault: which of two threads does what at which site. */
export interface InterleavingStep {
  thread: "A" | "B";
  /** e.g. "vCPU 0: kvm_sbi_ext_susp_handler() sees vCPU 2 stopped". */
  text: string;
}

export interface Finding {
  /** Stable across v1..vN of a series: it hashes what is wrong, not where the lines stand. */
  id: string;
  /** The rule's id, such as "kvm/cross-vcpu-mp-state". */
  rule: string;
  severity: Severity;
  confidence: Confidence;
  status: FindingStatus;
  /** True when the rule is in nursery: shown locally, never posted. */
  nursery: boolean;
  /** Message-ID of the patch, without <>; null for a scan or a mail without id. */
  messageId: string | null;
  path: string;
  line: number;
  side: "new" | "old";
  function: string;
  /** What is wrong, in one sentence. */
  message: string;
  /** Why it is wrong: the reason in two to four sentences. */
  why: string;
  /** What to do: names the paths to change. */
  suggestion: string;
  witness: WitnessSite[];
  interleaving: InterleavingStep[];
  /** Kernel documents and commits the rule rests on. */
  cites: string[];
  /**
   * Where the advice is to take a lock of an object around the finding's line: the object as the source spells it ("peer"), and the
   * path of the lock in it ("arch.mp_state_lock").
   */
  around?: { object: string; field: string };
}

export type Analysed = "tree" | "function" | "diff" | "none";

/** How a patch was read: by whole tree, whole function, its diff only, or not at all, and why not better. */
export interface PatchReport {
  messageId: string | null;
  subject: string;
  series: { version: number; index: number; total: number } | null;
  analysed: Analysed;
  reason: string | null;
  files: string[];
}

export interface ReportProblem {
  messageId: string | null;
  code: string;
  message: string;
}

/** A whole review, ready for any renderer. Everything in it is in total order, so that the same input gives the same bytes. */
export interface Review {
  tool: { name: string; version: string; rules: string };
  patches: PatchReport[];
  findings: Finding[];
  problems: ReportProblem[];
}

/** A patch with the message it came in and what was found in it: what the mail renderers need beside the findings. */
export interface ReviewedPatch {
  message: Message;
  patch: Patch;
  report: PatchReport;
  findings: Finding[];
}

/** The outcome of a run: the document, and the patches that it speaks of, in the same order as `review.patches`. */
export interface ReviewResult {
  review: Review;
  reviewed: ReviewedPatch[];
}
