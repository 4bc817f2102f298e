/** What a plan is made of, and what it says. */
import type { Mailbox } from "../message/message.js";
import type { Finding, ReviewedPatch, ReviewResult } from "../review/finding.js";
import type { ListPolicy, Policies } from "./policy.js";
import type { FindingSilence, Silence } from "./silence.js";

/** What is known of a series beyond its mails. */
export interface History {
  /** A later version is there. */
  superseded: boolean;
  /** The series was judged before all of it came, and is not a patch with a number of its own. */
  incomplete: boolean;
  /** Message-IDs of its patches that a tree has already. */
  merged: ReadonlySet<string>;
  /** Finding ids that mails told of earlier versions, sent or still to be sent. */
  said: ReadonlySet<string>;
  /** Finding ids that somebody called wrong. */
  suppressed: ReadonlySet<string>;
  /** Somebody told us to leave the series, or a version before it, alone. */
  ignored: boolean;
  /** Addresses (lower case) whose people want no mail. */
  optedOut: ReadonlySet<string>;
  /** Rules that answers put back on trial. */
  demoted: ReadonlySet<string>;
}

export interface PlanInput {
  result: ReviewResult;
  policies: Policies;
  history: History;
  /** ISO 8601. */
  now: string;
}

/** A finding of a patch, and why it is left out; null when it is told. */
export interface PlannedFinding {
  finding: Finding;
  silence: FindingSilence | null;
}

/** What is done about a patch: mailed, held for a moderator, or nothing for a reason. */
export type PatchPlan = {
  reviewed: ReviewedPatch;
  findings: PlannedFinding[];
} & ({ action: "silent"; list: string | null; silence: Silence } | Telling);

/** A mail that is to be written. */
export interface Telling {
  action: "mail" | "hold";
  /** The policy that it goes by. */
  list: ListPolicy;
  to: Mailbox[];
  cc: Mailbox[];
  /** Not before that moment; ISO 8601. */
  notBefore: string;
  /** And not after this one. */
  sendBefore: string;
}
