/**
 * The plan: for each patch of a judged series what is said of it, to whom, when at the earliest, or why nothing is. A pure
 * function of the findings, the policy and what was said before; a shell carries it out (apps/watch).
 */
import { safeMessageId } from "../report/mail-headers.js";
import { atLeast, TO_ANSWER } from "../report/plan.js";
import {
  CONFIDENCES,
  type Confidence,
  type Finding,
  type ReviewedPatch,
  SEVERITIES,
  type Severity,
} from "../review/finding.js";
import { addressKey, fitsPattern, isAmong } from "./addresses.js";
import { after } from "./duration.js";
import type { History, PatchPlan, PlanInput } from "./planned.js";
import { type ListPolicy, MODES } from "./policy.js";
import { isMadeHere, isProgram } from "./programs.js";
import { ownAddress, recipients } from "./recipients.js";
import type { FindingSilence, Silence } from "./silence.js";

/** The plan of a series, patch by patch in its order. */
export function planSeries(input: PlanInput): PatchPlan[] {
  const told = new Set<string>(input.history.said);
  return input.result.reviewed.map((reviewed) => {
    const plan = planPatch(reviewed, input, told);
    if (plan.action !== "silent")
      for (const { finding, silence } of plan.findings) if (silence === null) told.add(finding.id);
    return plan;
  });
}

function planPatch(reviewed: ReviewedPatch, input: PlanInput, told: ReadonlySet<string>): PatchPlan {
  const list = listOf(reviewed, input.policies.lists);
  const findings = reviewed.findings.map((finding) => ({
    finding,
    silence: findingSilence(finding, list ?? WANTS, input.history, told),
  }));
  const silent = (silence: Silence): PatchPlan => ({
    reviewed,
    findings,
    action: "silent",
    list: list?.address ?? null,
    silence,
  });
  if (list === null) return silent("no-list");
  if (list.mode === "off") return silent("list-off");
  const silence = patchSilence(reviewed, list, input);
  if (silence !== null) return silent(silence);
  if (findings.every((f) => f.silence !== null)) return silent("nothing-to-tell");
  if (list.mode === "local") return silent("list-local");
  const { to, cc } = recipients(reviewed, list, input);
  if (to.length === 0) return silent("no-address");
  const sent = reviewed.message.date ?? input.now;
  const embargoed = after(sent, list.embargo);
  return {
    reviewed,
    findings,
    action: list.mode === "moderation" ? "hold" : "mail",
    list,
    to,
    cc,
    notBefore: embargoed > input.now ? embargoed : input.now,
    sendBefore: after(sent, list.maxAge),
  };
}

/** The policy of the list that goes farthest among those that a patch went to; the first of the file among equals. */
export function listOf({ message }: ReviewedPatch, lists: readonly ListPolicy[]): ListPolicy | null {
  const went = new Set([...message.to, ...message.cc].map(({ address }) => addressKey(address)));
  const ids = (message.headers.get("list-id") ?? []).join(" ").toLowerCase();
  let best: ListPolicy | null = null;
  for (const list of lists) {
    const key = addressKey(list.address);
    if (!went.has(key) && !ids.includes(`<${key.replace("@", ".")}>`)) continue;
    if (best === null || MODES.indexOf(list.mode) > MODES.indexOf(best.mode)) best = list;
  }
  return best;
}

/** What a reader wants to hear of. */
export interface Wants {
  severity: Severity;
  confidence: Confidence;
}

const WANTS: Wants = { severity: "warning", confidence: "low" };

/** Why a finding is not told; null when it is. `told` are findings that this reader knows already. */
export function findingSilence(
  finding: Finding,
  { severity, confidence }: Wants,
  history: Pick<History, "demoted" | "suppressed">,
  told: ReadonlySet<string>,
): FindingSilence | null {
  if (!TO_ANSWER[finding.status]) return "not-of-patch";
  if (finding.nursery) return "nursery";
  if (history.demoted.has(finding.rule)) return "demoted";
  if (!atLeast(SEVERITIES, finding.severity, severity)) return "below-severity";
  if (!atLeast(CONFIDENCES, finding.confidence, confidence)) return "below-confidence";
  if (history.suppressed.has(finding.id)) return "suppressed";
  return told.has(finding.id) ? "said-before" : null;
}

function patchSilence(
  { message, patch }: ReviewedPatch,
  list: ListPolicy,
  { policies, history, now }: PlanInput,
): Silence | null {
  const { mail } = policies;
  if (patch.depth > 0 || message.origin === "pasted" || message.subjectInfo.reply) return "quoted-patch";
  if (message.origin !== "mail") return "no-whole-mail";
  if (isMadeHere(message.headers) || addressKey(message.from.address) === ownAddress(mail)) return "own-mail";
  if (isProgram(message.headers) || fitsPattern(message.from.address, mail?.bots ?? [])) return "bot";
  if (message.subjectInfo.pull) return "pull-request";
  if (history.ignored) return "ignored";
  if (history.superseded) return "superseded";
  if (message.messageId === null || safeMessageId(message.messageId) === null) return "no-message-id";
  if (history.merged.has(message.messageId)) return "merged";
  if (message.date === null || message.date > after(now, "1d")) return "undated";
  if (after(message.date, list.maxAge) < now) return "old";
  const unwanted = [message.from.address, patch.author.address].some(
    (address) => history.optedOut.has(addressKey(address)) || isAmong(address, mail?.optOut ?? []),
  );
  if (unwanted) return "opted-out";
  return history.incomplete ? "not-judged-whole" : null;
}
