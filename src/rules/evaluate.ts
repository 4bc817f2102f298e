/** Runs every rule over a program: from facts to outcomes, in a total order. */
import { GuardEvidence } from "../analysis/guard-evidence.js";
import type { Program } from "../analysis/program.js";
import { evaluateCheckThenAct } from "./check-then-act.js";
import { RuleContext } from "./context.js";
import { evaluateFlagProtocol } from "./flag-protocol.js";
import { evaluateGuardedAccess } from "./guarded-access.js";
import { evaluateInconsistentGuard } from "./inconsistent-guard.js";
import { evaluateLockBalance } from "./lock-balance.js";
import { evaluateLockOrder } from "./lock-order.js";
import { evaluateMissingRequiredLock } from "./missing-required-lock.js";
import type { Outcome } from "./outcome.js";
import type { ObjectRule, Rule } from "./rule-schema.js";
import { evaluateStaleAfterUnlock } from "./stale-after-unlock.js";

/** What one program teaches about the other side of a patch: predicates asked under a guard, by rule. */
export type Predicates = ReadonlyMap<string, ReadonlySet<string>>;

function evaluateObjectRule(ctx: RuleContext, rule: ObjectRule): Outcome[] {
  switch (rule.kind) {
    case "guarded-access":
      return evaluateGuardedAccess(ctx, rule);
    case "check-then-act":
      return evaluateCheckThenAct(ctx, rule);
    case "flag-protocol":
      return evaluateFlagProtocol(ctx, rule);
  }
}

const order = (o: Outcome): string =>
  `${o.anchor.path}\0${String(o.anchor.line).padStart(9, "0")}\0${o.rule.id}\0${o.key}`;

/** All outcomes of `rules` on `program`, and the predicates found, for the other side's evaluation. */
export function evaluateRules(
  program: Program,
  rules: readonly Rule[],
  learnt: Predicates = new Map(),
): { outcomes: Outcome[]; predicates: Predicates } {
  const outcomes: Outcome[] = [];
  let evidence: GuardEvidence | null = null;
  const predicates = new Map<string, ReadonlySet<string>>();
  for (const rule of rules) {
    if (rule.kind === "lock-balance") {
      outcomes.push(...evaluateLockBalance(program, rule));
      continue;
    }
    if (rule.kind === "lock-order") {
      outcomes.push(...evaluateLockOrder(program, rule));
      continue;
    }
    if (rule.kind === "inconsistent-guard") {
      evidence ??= new GuardEvidence(program);
      outcomes.push(...evaluateInconsistentGuard(evidence, rule));
      continue;
    }
    if (rule.kind === "stale-after-unlock") {
      evidence ??= new GuardEvidence(program);
      outcomes.push(...evaluateStaleAfterUnlock(evidence, rule));
      continue;
    }
    if (rule.kind === "missing-required-lock") {
      outcomes.push(...evaluateMissingRequiredLock(program, rule));
      continue;
    }
    const ctx = new RuleContext(program, rule, learnt.get(rule.id));
    predicates.set(rule.id, ctx.predicates);
    outcomes.push(...evaluateObjectRule(ctx, rule));
  }
  outcomes.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return { outcomes, predicates };
}
