/** From outcomes on both sides of a patch to findings: what the patch brings, what it sets out to fix and does not, what was there. */
import type { Patch } from "../patch/patch.js";
import type { Outcome, OutcomeSite } from "../rules/outcome.js";
import { claimsFix } from "./claims.js";
import { type Confidence, type Finding, type FindingStatus, ROLES, type WitnessSite } from "./finding.js";
import { findingId } from "./finding-id.js";
import { interleave } from "./interleaving.js";
import type { Sides } from "./sides.js";
import { wordsFor } from "./words.js";

/** 1-based lines of the files after the patch that lie in its hunks; how the patch itself counts them. */
export type Touched = (path: string, functionName: string) => boolean;

function statusOf(outcome: Outcome, base: readonly Outcome[], patch: Patch, touched: Touched): FindingStatus | null {
  if (outcome.acknowledgedBy !== null) return "acknowledged";
  const before = base.some((b) => sameFault(b, outcome));
  if (!before) return "introduced";
  if (!outcome.sites.some((s) => touched(s.path, s.function))) return null;
  return claimsFix(patch) ? "incomplete-fix" : "pre-existing";
}

export const sameFault = (a: Outcome, b: Outcome): boolean => a.rule.id === b.rule.id && a.key === b.key;

function confidenceOf(outcome: Outcome, sides: Sides): Confidence {
  if (sides.analysed === "tree") return sides.confidence;
  return outcome.whole ? "medium" : "low";
}

const witness = (site: OutcomeSite): WitnessSite => ({
  path: site.path,
  line: site.line,
  side: "new",
  function: site.function,
  role: site.role,
  locks: site.held,
  code: site.code,
  via: site.via,
});

function uniqueSites(sites: readonly OutcomeSite[]): WitnessSite[] {
  const seen = new Map<string, WitnessSite>();
  for (const site of sites) {
    const key = `${site.path}:${site.line}:${site.role}`;
    if (!seen.has(key)) seen.set(key, witness(site));
  }
  return [...seen.values()];
}

function toFinding(outcome: Outcome, status: FindingStatus, patch: Patch | null, sides: Sides): Finding {
  const { rule, anchor } = outcome;
  const words = wordsFor(outcome, sides.analysed === "tree" ? "tree" : outcome.whole ? "function" : "diff");
  return {
    id: findingId(rule.id, anchor.path, outcome.key),
    rule: rule.id,
    severity: status === "acknowledged" ? "note" : outcome.severity,
    confidence: confidenceOf(outcome, sides),
    status,
    nursery: rule.stage === "nursery",
    messageId: patch?.messageId ?? null,
    path: anchor.path,
    line: anchor.line,
    side: "new",
    function: anchor.function,
    ...words,
    witness: uniqueSites(outcome.sites),
    interleaving: interleave(outcome),
    cites: [...rule.cites],
  };
}

/** The findings of one patch, in a total order. */
export function judge(
  sides: Sides,
  outcomes: { base: readonly Outcome[]; result: readonly Outcome[] },
  patch: Patch,
  touched: Touched,
): { finding: Finding; outcome: Outcome }[] {
  const out: { finding: Finding; outcome: Outcome }[] = [];
  for (const outcome of outcomes.result) {
    const status = statusOf(outcome, outcomes.base, patch, touched);
    if (status !== null) out.push({ finding: toFinding(outcome, status, patch, sides), outcome });
  }
  return out.sort((a, b) => compareFindings(a.finding, b.finding));
}

const sortKey = (f: Finding): string =>
  [f.path, String(f.line).padStart(9, "0"), f.rule, f.id, ROLES.indexOf(f.witness[0]?.role ?? "act")].join("\0");

/** The order of findings within a patch: by place, rule and id. */
const compareFindings = (a: Finding, b: Finding): number => {
  const [ka, kb] = [sortKey(a), sortKey(b)];
  return ka < kb ? -1 : ka > kb ? 1 : 0;
};
