/** How right each rule was, by the answers of maintainers and by hand judgements; and which rules are taken off duty. */
import type { LedgerPolicy } from "./policy.js";

/** One answer about one finding. */
export interface LedgerAnswer {
  finding: string;
  rule: string;
  valid: boolean;
  by: string;
  reason: string;
  /** "mail" for an answer on a list, "github" for one on a pull request, "hand" for a judgement that was put down here. */
  via: "mail" | "github" | "hand";
  /** ISO 8601. */
  at: string;
}

/** What takes a judgement down. */
interface Judging {
  putAnswer(answer: LedgerAnswer): Promise<unknown>;
  suppress(finding: string, by: string, reason: string, now: string): Promise<unknown>;
  unsuppress(finding: string): Promise<unknown>;
}

/** A judgement: what is called wrong is not told any more, until somebody calls it right. */
export async function putJudgement(answer: LedgerAnswer, store: Judging): Promise<void> {
  const { finding, valid, by, reason, at } = answer;
  await store.putAnswer(answer);
  if (valid) await store.unsuppress(finding);
  else await store.suppress(finding, by, reason, at);
}

export interface LedgerRow {
  rule: string;
  valid: number;
  invalid: number;
  /** Share of valid ones; null without answers. */
  precision: number | null;
  /** True when it was taken off duty by these answers. */
  demoted: boolean;
}

/** The ledger, rule by rule in order. `rules` are named even without an answer. */
export function ledgerRows(
  answers: readonly Pick<LedgerAnswer, "rule" | "valid">[],
  policy: LedgerPolicy,
  rules: readonly string[] = [],
): LedgerRow[] {
  const counts = new Map<string, { valid: number; invalid: number }>();
  for (const rule of rules) counts.set(rule, { valid: 0, invalid: 0 });
  for (const { rule, valid } of answers) {
    const count = counts.get(rule) ?? { valid: 0, invalid: 0 };
    counts.set(rule, count);
    count[valid ? "valid" : "invalid"]++;
  }
  return [...counts.keys()].sort().map((rule) => {
    const { valid, invalid } = counts.get(rule) ?? { valid: 0, invalid: 0 };
    const total = valid + invalid;
    const precision = total === 0 ? null : valid / total;
    const demoted = total >= policy.answers && precision !== null && precision < policy.precision;
    return { rule, valid, invalid, precision, demoted };
  });
}

/** Rules that their answers put back on trial. */
export const demotedRules = (answers: readonly LedgerAnswer[], policy: LedgerPolicy): ReadonlySet<string> =>
  new Set(
    ledgerRows(answers, policy)
      .filter((row) => row.demoted)
      .map((row) => row.rule),
  );
