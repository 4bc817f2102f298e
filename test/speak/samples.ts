/** Policies, histories and judged series for the tests of what is said, and to whom. */
import type { Mailbox, Message } from "../../src/message/message.js";
import type { Finding, ReviewedPatch, ReviewResult } from "../../src/review/finding.js";
import type { History, PatchPlan, Telling } from "../../src/speak/planned.js";
import { type ListPolicy, listSchema, type MailPolicy, mailSchema } from "../../src/speak/policy.js";
import { gateFinding, sampleMessage, samplePatch, sampleReport } from "../report/sample.js";

/** The sample patch was sent on 2026-03-09 at 16:40:02. */
export const NOW = "2026-03-11T00:00:00.000Z";
export const LIST = "kvm-example@lists.example.org";
export const OWN = "robot@witness.example";

export const list = (over: Record<string, unknown> = {}): ListPolicy =>
  listSchema.parse({ address: LIST, mode: "author-and-list", ...over });

export const mailPolicy = (over: Record<string, unknown> = {}): MailPolicy =>
  mailSchema.parse({ from: `Patch Witness <${OWN}>`, smtp: { host: "smtp.witness.example" }, ...over });

export const history = (over: Partial<History> = {}): History => ({
  superseded: false,
  incomplete: false,
  merged: new Set(),
  said: new Set(),
  suppressed: new Set(),
  ignored: false,
  optedOut: new Set(),
  demoted: new Set(),
  ...over,
});

export interface Over {
  message?: Partial<Message>;
  patch?: Partial<ReviewedPatch["patch"]>;
  findings?: Finding[];
}

/** The sample patch with other parts. Message and patch share their id and sender unless one says otherwise. */
export function reviewedPatch({ message, patch, findings }: Over = {}): ReviewedPatch {
  const mail = sampleMessage(message);
  const own = samplePatch({ messageId: mail.messageId, author: mail.from, ...patch });
  return { message: mail, patch: own, report: sampleReport(), findings: findings ?? [gateFinding()] };
}

export const resultOf = (reviewed: ReviewedPatch[]): ReviewResult => ({
  review: {
    tool: { name: "patchwitness", version: "0.1.0", rules: "sha256:0123456789abcdef0123456789abcdef" },
    patches: reviewed.map(({ report }) => report),
    findings: reviewed.flatMap(({ findings }) => findings),
    problems: [],
  },
  reviewed,
});

export const box = (address: string, name = ""): Mailbox => ({ name, address });
export const addresses = (boxes: readonly Mailbox[]): string[] => boxes.map(({ address }) => address);

/** A plan that tells something, or an error that says why it does not. */
export function telling(plan: PatchPlan | undefined): Telling & PatchPlan {
  if (plan === undefined || plan.action === "silent") throw new Error(`silent: ${plan?.silence ?? "no plan"}`);
  return plan;
}
