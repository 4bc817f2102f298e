/**
 * Rule kind `lock-balance`: a lock is still held on one way out of a function that gives it back on others, is taken while it is
 * held, is given back when it is not, or is tried for without a look at the answer. What may be design by the code alone is told
 * as a weak outcome: it counts where a patch makes a function do it that did not do it before.
 */
import type { ProgramFunction } from "../analysis/definitions.js";
import type { LockEvent } from "../analysis/events.js";
import type { FunctionFacts } from "../analysis/function-facts.js";
import type { AnalysisModels } from "../analysis/models.js";
import type { Program } from "../analysis/program.js";
import { globs } from "./glob.js";
import { heldOnReturn } from "./held-on-return.js";
import { declares, isSteady, type LockRule, lockOutcome } from "./lock-outcome.js";
import type { Outcome } from "./outcome.js";
import { siteAt, siteOf } from "./sites.js";
import type { Unit } from "./units.js";

/** One outcome for each function, lock and kind of fault; one that is a fault by itself before one that is not. */
export function lockBalance(program: Program, rule: LockRule): Unit[] {
  const inScope = globs(rule.scope.paths);
  const functions = program.definitions.all.filter((f) => inScope(f.file.path) && f.fn.whole && f.fn.errors === 0);
  return functions.map((f) => ({ key: f.fn, find: () => balanceOf(program, f, rule) }));
}

function balanceOf(program: Program, f: ProgramFunction, rule: LockRule): Outcome[] {
  const facts = program.facts(f);
  if (!facts.complete) return [];
  const found = [
    ...heldOnReturn(rule, f, facts, program.models),
    ...doubleAcquires(rule, f, facts),
    ...strayUnlocks(rule, f, facts, program.models),
    ...ignoredAttempts(rule, f, facts),
  ];
  const byKey = new Map<string, Outcome>();
  for (const o of found) {
    const key = `${o.key} ${o.weak ? `${o.effect?.when} ${o.effect?.lock}` : ""}`;
    if (!byKey.has(key)) byKey.set(key, o);
  }
  return [...byKey.values()];
}

function doubleAcquires(rule: LockRule, f: ProgramFunction, facts: FunctionFacts): Outcome[] {
  const severity = rule.severity.doubleAcquire;
  if (severity === "silent") return [];
  const out: Outcome[] = [];
  for (const event of facts.events) {
    if (event.kind !== "lock" || event.attempt || !event.oddOnSome || !rule.families.includes(event.family)) continue;
    const first = event.held.find((h) => h.lock === event.lock);
    // Only under conditions in a callee: those are the callee's business, not visible here.
    const weak = first?.how !== "taken" || !event.odd || !event.always || !isSteady(event.lock);
    const callee = event.via[0] ?? "";
    const detail = { kind: "double-acquire" as const, lock: event.lock.show, writer: f.fn.name, callee };
    const before = first ?? facts.events.find((e) => e.kind === "lock" && e.lock === event.lock && e.via.length === 0);
    const at = before === undefined ? -1 : "acquired" in before ? before.acquired : before.at;
    const sites = [siteOf(f, event, "lock"), ...(at < 0 ? [] : [siteAt(f, at, "lock", [])])];
    out.push(lockOutcome(rule, f, { detail, severity, sites, lock: event.lock, what: "takes-again", weak }));
  }
  return out;
}

function strayUnlocks(rule: LockRule, f: ProgramFunction, facts: FunctionFacts, models: AnalysisModels): Outcome[] {
  const severity = rule.severity.strayUnlock;
  if (severity === "silent") return [];
  const locks = facts.events.filter((e): e is LockEvent => e.kind === "lock" && e.via.length === 0);
  const unlocks = facts.events.filter((e): e is LockEvent => e.kind === "unlock");
  const out: Outcome[] = [];
  for (const event of unlocks) {
    if (!event.oddOnSome || !rule.families.includes(event.family)) continue;
    if (declares(f, models.releases, event.lock)) continue;
    const taken = locks.find((l) => l.lock === event.lock && l.at < event.at);
    const others = unlocks.filter((u) => u !== event && u.lock === event.lock);
    const onBranch = taken !== undefined && alwaysUnlocks(facts, taken, event) && !others.some((u) => u.callers);
    const { twice } = event;
    // Under a condition of its own, the second may well be paired by it with a lock in between.
    const again = twice && !event.there && others.some((u) => facts.dominance.alwaysReaches(u.block, event.block));
    const weak = event.via.length > 0 || !isSteady(event.lock) || !(again || onBranch);
    const callee = event.via[0] ?? "";
    const how = twice ? "twice" : taken !== undefined ? "branch" : "never";
    const detail = { kind: "stray-unlock" as const, lock: event.lock.show, writer: f.fn.name, callee, how } as const;
    const sites = [siteOf(f, event, "unlock"), ...(taken === undefined ? [] : [siteOf(f, taken, "lock")])];
    const what = twice ? "gives-back-twice" : "gives-back";
    out.push(lockOutcome(rule, f, { detail, severity, sites, lock: event.lock, what, weak }));
  }
  return out;
}

/** The branch that decides whether the lock is taken leads to the unlock either way: no second condition pairs them. */
function alwaysUnlocks(facts: FunctionFacts, taken: LockEvent, unlock: LockEvent): boolean {
  const decider = facts.dominance.deciderOf(taken.block);
  return decider !== -1 && facts.dominance.alwaysReaches(decider, unlock.block);
}

/** A trylock, or a form that a signal can end, whose answer is thrown away: nobody knows whether the lock is held behind it. */
function ignoredAttempts(rule: LockRule, f: ProgramFunction, facts: FunctionFacts): Outcome[] {
  const severity = rule.severity.ignoredAttempt;
  if (severity === "silent") return [];
  return facts.events.flatMap((event) => {
    if (event.kind !== "lock" || !event.ignored || !rule.families.includes(event.family)) return [];
    const detail = { kind: "attempt-ignored" as const, lock: event.lock.show, writer: f.fn.name };
    const unlock = facts.events.find((e) => e.kind === "unlock" && e.lock === event.lock && e.at > event.at);
    const sites = [siteOf(f, event, "lock"), ...(unlock === undefined ? [] : [siteOf(f, unlock, "unlock")])];
    const weak = unlock === undefined;
    return [lockOutcome(rule, f, { detail, severity, sites, lock: event.lock, what: "ignores", weak })];
  });
}
