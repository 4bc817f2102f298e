/** Runs every rule over a program: from facts to outcomes, in a total order. */
import type { Evaluation } from "./evaluation.js";
import type { Outcome } from "./outcome.js";
import type { Rule } from "./rule-schema.js";

/** What one program teaches about the other side of a patch: predicates asked under a guard, by rule. */
export type Predicates = ReadonlyMap<string, ReadonlySet<string>>;

const order = (o: Outcome): string =>
  `${o.anchor.path}\0${String(o.anchor.line).padStart(9, "0")}\0${o.rule.id}\0${o.key}`;

/** All outcomes of `rules` on a program, and the predicates found, for the other side's evaluation. */
export function evaluateRules(
  evaluation: Evaluation,
  rules: readonly Rule[],
  learnt: Predicates = new Map(),
): { outcomes: Outcome[]; predicates: Predicates } {
  const outcomes: Outcome[] = [];
  const predicates = new Map<string, ReadonlySet<string>>();
  for (const rule of rules) {
    const found = evaluation.ask(rule, learnt.get(rule.id));
    outcomes.push(...found.outcomes);
    if ("object" in rule) predicates.set(rule.id, found.predicates);
  }
  const keys = new Map(outcomes.map((o) => [o, order(o)]));
  outcomes.sort((a, b) => ((keys.get(a) as string) < (keys.get(b) as string) ? -1 : 1));
  return { outcomes, predicates };
}
