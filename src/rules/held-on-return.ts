/** A lock that is still held on a way out: whether that is a fault by itself, or only beside what the function did before. */
import { mentions } from "../analysis/conditions.js";
import type { ProgramFunction } from "../analysis/definitions.js";
import type { LockEvent, ReturnEvent } from "../analysis/events.js";
import type { FunctionFacts } from "../analysis/function-facts.js";
import type { AnalysisModels } from "../analysis/models.js";
import type { Held } from "../analysis/state.js";
import type { Value } from "../analysis/value.js";
import { declares, isSteady, type LockRule, lockOutcome } from "./lock-outcome.js";
import type { Outcome } from "./outcome.js";
import { classOf } from "./return-class.js";
import { siteAt, siteOf } from "./sites.js";

/** The ways out of one function that keep a lock, one outcome for each. */
export function heldOnReturn(
  rule: LockRule,
  f: ProgramFunction,
  facts: FunctionFacts,
  models: AnalysisModels,
): Outcome[] {
  const severity = rule.severity.heldOnReturn;
  if (severity === "silent") return [];
  const returns = facts.events.filter((e): e is ReturnEvent => e.kind === "return");
  const out: Outcome[] = [];
  for (const event of returns) {
    for (const held of event.held) {
      if (held.how !== "taken" || !rule.families.includes(held.family)) continue;
      if (declares(f, models.acquires, held.lock) || isOf(event.value, held.lock)) continue;
      const unlocks = unlocksOf(facts, held.lock);
      const weak = !isFault(f, event, held, returns, unlocks, facts);
      const taken = siteAt(f, held.acquired, "lock", []);
      const others = unlocks.length > 0;
      const lock = held.lock.show;
      const detail = { kind: "held-on-return" as const, lock, writer: f.fn.name, taken: taken.code, others };
      const given = unlocks[0];
      const sites = [siteOf(f, event, "act"), taken, ...(given === undefined ? [] : [siteOf(f, given, "unlock")])];
      const when = classOf(event, f.fn);
      out.push(lockOutcome(rule, f, { detail, severity, sites, lock: held.lock, what: "keeps", when, weak }));
    }
  }
  return out;
}

const unlocksOf = (facts: FunctionFacts, lock: Value): LockEvent[] =>
  facts.events.filter((e): e is LockEvent => e.kind === "unlock" && e.via.length === 0 && e.lock === lock);

/** The lock of what is returned: the caller gets it with the object. */
const isOf = (value: Value | null, lock: Value): boolean =>
  value !== null && (mentions(lock, value) || value.parts.some((p) => p.kind !== "constant" && mentions(lock, p)));

/** A fault by the function's own evidence: other ways out that tell the caller the same have given the lock back. */
function isFault(
  f: ProgramFunction,
  event: ReturnEvent,
  held: Held,
  returns: readonly ReturnEvent[],
  unlocks: readonly LockEvent[],
  facts: FunctionFacts,
): boolean {
  const { lock } = held;
  const unlocksAll = facts.events.filter((e) => e.kind === "unlock" && e.lock === lock);
  if (held.all || !isSteady(lock) || !unlocks.some((u) => !u.odd) || unlocks.some((u) => u.callers)) return false;
  const having = returns.filter((r) => r.held.some((h) => h.lock === lock));
  const isPeer = (r: ReturnEvent): boolean =>
    r.at !== event.at && !having.includes(r) && unlocks.some((u) => facts.dominance.reaches(u.block, r.block));
  // Given back on some paths to this very exit: the condition for that may well be the right one.
  const isHere = (r: ReturnEvent): boolean =>
    r.at === event.at && !having.includes(r) && unlocksAll.some((u) => facts.dominance.reaches(u.block, r.block));
  if (returns.some(isHere)) return false;
  const peers = returns.filter(isPeer).map((r) => classOf(r, f.fn));
  const own = classOf(event, f.fn);
  if (own === "errno") return peers.length > 0 && having.every((r) => classOf(r, f.fn) === "errno");
  return peers.includes(own);
}
