/** From outcomes on both sides of a patch to findings: what the patch brings, what it sets out to fix and does not, what was there. */
import type { Patch } from "../patch/patch.js";
import type { Outcome, OutcomeSite } from "../rules/outcome.js";
import { claimsFix } from "./claims.js";
import { bringsEffect } from "./effects.js";
import { type Confidence, type Finding, type FindingStatus, ROLES, type WitnessSite } from "./finding.js";
import { findingId } from "./finding-id.js";
import { interleave } from "./interleaving.js";
import type { Sides } from "./sides.js";
import { wordsFor } from "./words.js";

/** What a patch changes: functions, and whether it reaches between the sites of an outcome. */
export interface Touched {
  function: (path: string, name: string) => boolean;
  sites: (outcome: Outcome) => boolean;
}

function statusOf(outcome: Outcome, sides: BothOutcomes, patch: Patch, touched: Touched): FindingStatus | null {
  if (outcome.acknowledgedBy !== null) return "acknowledged";
  if (!wasThere(outcome, sides)) return "introduced";
  if (!outcome.sites.some((s) => touched.function(s.path, s.function))) return null;
  return claimsFix(patch) && touched.sites(outcome) ? "incomplete-fix" : "pre-existing";
}

/** The outcomes before and after a patch. */
interface BothOutcomes {
  base: readonly Outcome[];
  result: readonly Outcome[];
}

const plain = (code: string): string => code.replace(/\s+/g, "");
const sameCode = (a: Outcome, b: Outcome): boolean => plain(a.anchor.code) === plain(b.anchor.code);
const stemOf = (o: Outcome): string => o.key.replace(/ #\d+$/, "");

/**
 * Whether a fault was there before. Faults of one kind in one function are paired by their code, then by their order; one
 * that has gone from its old place, and stands elsewhere with the same code, was moved or renamed with its function.
 */
function wasThere(outcome: Outcome, { base, result }: BothOutcomes): boolean {
  const like = (o: Outcome): boolean => o.rule.id === outcome.rule.id && stemOf(o) === stemOf(outcome);
  const [before, after] = [base.filter(like), result.filter(like)];
  if (before.some((b) => sameCode(b, outcome))) return true;
  const unpaired = before.filter((b) => !after.some((a) => sameCode(a, b)));
  const fresh = after.filter((a) => !before.some((b) => sameCode(a, b)));
  if (fresh.indexOf(outcome) < unpaired.length && unpaired.length > 0) return true;
  const isGone = (b: Outcome): boolean => !result.some((r) => sameFault(r, b));
  return base.some(
    (b) => b.rule.id === outcome.rule.id && b.detail.kind === outcome.detail.kind && isGone(b) && sameCode(b, outcome),
  );
}

const withoutMarks = ({ base, result }: BothOutcomes): BothOutcomes => ({
  base: base.filter((o) => o.mark !== true),
  result: result.filter((o) => o.mark !== true),
});

/** A doubt that the patch itself brings: before it, what is missing now was there. */
const isLoss = (outcome: Outcome, { base }: BothOutcomes): boolean =>
  outcome.lost !== undefined &&
  base.some((b) => b.rule.id === outcome.rule.id && b.key === outcome.lost) &&
  !base.some((b) => b.rule.id === outcome.rule.id && b.key === outcome.key);

/** What tells the faults of a program apart. */
export const faultOf = ({ rule, key }: Outcome): string => `${rule.id}\0${key}`;

const sameFault = (a: Outcome, b: Outcome): boolean => faultOf(a) === faultOf(b);

/** How the code was seen. */
type View = Pick<Sides, "analysed" | "confidence">;

function confidenceOf(outcome: Outcome, sides: View): Confidence {
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

/** An outcome as a finding, with its words. */
export function toFinding(outcome: Outcome, status: FindingStatus, patch: Patch | null, sides: View): Finding {
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
    witness: uniqueSites(outcome.rival ? [...outcome.sites, outcome.rival] : outcome.sites),
    interleaving: interleave(outcome, sides.analysed === "tree"),
    cites: [...rule.cites],
    ...lockAround(outcome),
  };
}

/** The lock of an object that a write lacks; nothing where more than a critical section is missing. */
function lockAround({ detail }: Outcome): Pick<Finding, "around"> {
  if (detail.kind !== "unlocked-write" || detail.guard.by !== "object") return {};
  return { around: { object: detail.variable, field: detail.guard.field } };
}

/** The findings of one patch, in a total order. */
export function judge(
  sides: Sides,
  outcomes: { base: readonly Outcome[]; result: readonly Outcome[] },
  patch: Patch,
  touched: Touched,
): { finding: Finding; outcome: Outcome }[] {
  const out: { finding: Finding; outcome: Outcome }[] = [];
  const compared = {
    base: { program: sides.base, outcomes: outcomes.base },
    result: { program: sides.result, outcomes: outcomes.result },
  };
  // One comment for one lock of a function: the first way out stands for the others.
  const byEffect = (outcome: Outcome): FindingStatus | null => {
    if (outcome.effect === undefined || out.some((o) => sameFault(o.outcome, outcome))) return null;
    return bringsEffect(outcome, compared) ? "introduced" : null;
  };
  const plain = withoutMarks(outcomes);
  const nearer = new Set(outcomes.result.filter((o) => isLoss(o, outcomes)).map((o) => o.key));
  for (const outcome of outcomes.result) {
    if (outcome.below?.some((key) => nearer.has(key))) continue;
    const isWeak = outcome.weak && !isLoss(outcome, outcomes);
    const status = isWeak ? byEffect(outcome) : statusOf(outcome, plain, patch, touched);
    if (status !== null) out.push({ finding: toFinding(outcome, status, patch, sides), outcome });
  }
  return out.sort((a, b) => compareFindings(a.finding, b.finding));
}

const sortKey = (f: Finding): string =>
  [f.path, String(f.line).padStart(9, "0"), f.rule, f.id, ROLES.indexOf(f.witness[0]?.role ?? "act")].join("\0");

/** The order of findings within a patch: by place, rule and id. */
export const compareFindings = (a: Finding, b: Finding): number => {
  const [ka, kb] = [sortKey(a), sortKey(b)];
  return ka < kb ? -1 : ka > kb ? 1 : 0;
};
