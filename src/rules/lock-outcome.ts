/** What the parts of the rule kind `lock-balance` share. */
import type { ProgramFunction } from "../analysis/definitions.js";
import type { Value } from "../analysis/value.js";
import type { LockEffect, Outcome, OutcomeDetail, OutcomeSite } from "./outcome.js";
import type { RuleOf } from "./rule-schema.js";
import { acknowledgement } from "./sites.js";

export type LockRule = RuleOf<"lock-balance">;

/** A lock whose path the function can name all through: it does not hang on something that changes under way. */
export const isSteady = (lock: Value): boolean => {
  for (let v: Value | null = lock; v !== null; v = v.base) {
    if (v.kind === "merge" || v.kind === "op" || v.kind === "element" || (v.kind === "field" && v.name.startsWith("[")))
      return false;
  }
  return true;
};

/** Whether the function says in an annotation that it takes or gives back a lock: `__acquires(&x->lock)`. */
export const declares = (f: ProgramFunction, names: ReadonlySet<string>, lock: Value): boolean =>
  f.fn.annotations.some((a) => names.has(a.name) && /(\w+)[\s)]*$/.exec(a.args)?.[1] === lock.name);

function ownersOf(lock: Value): string[] {
  const out: string[] = [];
  for (let v: Value | null = lock; v !== null; v = v.base) out.push(v.key);
  return out;
}

export interface LockFault {
  detail: OutcomeDetail;
  severity: "error" | "warning" | "note";
  sites: OutcomeSite[];
  lock: Value;
  what: LockEffect["what"];
  when?: LockEffect["when"];
  /** Counts only where the other side of a patch does not do it. */
  weak: boolean;
}

/** An outcome about one lock of one function. */
export function lockOutcome(rule: LockRule, f: ProgramFunction, fault: LockFault): Outcome {
  const { detail, severity, sites, lock, what, when = "", weak } = fault;
  return {
    rule,
    detail,
    key: `${detail.kind} ${f.fn.name} ${lock.name}`,
    severity,
    anchor: sites[0] as OutcomeSite,
    sites,
    competitors: [],
    whole: true,
    weak,
    effect: { what, lock: lock.show, field: lock.name, owners: ownersOf(lock), when },
    acknowledgedBy: acknowledgement(f, rule.acknowledged),
  };
}
