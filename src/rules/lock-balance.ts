/**
 * Rule kind `lock-balance`: a lock is still held on one way out of a function that gives it back on others, is taken while it is
 * held, or is given back when it is not. A function that returns with a lock by design is told by what it returns.
 */

import { truthOf } from "../analysis/conditions.js";
import type { LockEvent, ReturnEvent } from "../analysis/events.js";
import type { FunctionFacts } from "../analysis/function-facts.js";
import type { Program, ProgramFunction } from "../analysis/program.js";
import type { Held } from "../analysis/state.js";
import type { Value } from "../analysis/value.js";
import { globs } from "./glob.js";
import type { Outcome, OutcomeDetail, OutcomeSite } from "./outcome.js";
import type { RuleOf } from "./rule-schema.js";
import { acknowledgement, siteAt, siteOf } from "./sites.js";

type Rule = RuleOf<"lock-balance">;

/** One outcome for each function, lock and kind of fault. */
export function evaluateLockBalance(program: Program, rule: Rule): Outcome[] {
  const inScope = globs(rule.scope.paths);
  const out: Outcome[] = [];
  for (const f of program.functions) {
    if (!inScope(f.file.path) || !f.fn.whole || f.fn.errors > 0) continue;
    const facts = program.facts(f);
    if (!facts.complete) continue;
    const found = [...heldOnReturn(rule, f, facts), ...doubleAcquires(rule, f, facts), ...strayUnlocks(rule, f, facts)];
    out.push(...new Map(found.map((o) => [o.key, o])).values());
  }
  return out;
}

/** What a return says about how the function went. */
type ReturnClass = "ok" | "error" | "none" | "unknown";

function classOf(event: ReturnEvent): ReturnClass {
  const { value } = event;
  if (value === null) return "none";
  if (truthOf(value) === "zero") return "ok";
  if (value.kind === "op" && value.name === "-" && value.parts[0] !== undefined) return "error";
  if (value.kind === "result" && value.name === "ERR_PTR") return "error";
  return "unknown";
}

/** A lock whose path the function can name all through: it does not hang on something that changes under way. */
const isSteady = (lock: Value): boolean => {
  for (let v: Value | null = lock; v !== null; v = v.base) {
    if (v.kind === "merge" || v.kind === "op" || v.kind === "element" || (v.kind === "field" && v.name.startsWith("[")))
      return false;
  }
  return true;
};

function heldOnReturn(rule: Rule, f: ProgramFunction, facts: FunctionFacts): Outcome[] {
  const severity = rule.severity.heldOnReturn;
  if (severity === "silent") return [];
  const returns = facts.events.filter((e): e is ReturnEvent => e.kind === "return");
  const unlocks = facts.events.filter((e): e is LockEvent => e.kind === "unlock" && !e.odd && e.via.length === 0);
  const callers = new Set(facts.events.flatMap((e) => (e.kind === "unlock" && e.callers ? [e.lock] : [])));
  const out: Outcome[] = [];
  for (const event of returns) {
    for (const held of event.held) {
      if (held.how !== "taken" || held.all || !rule.families.includes(held.family) || !isSteady(held.lock)) continue;
      if (callers.has(held.lock)) continue;
      const given = unlocks.find((u) => u.lock === held.lock);
      if (given === undefined || !isOddOneOut(event, held, returns)) continue;
      const taken = siteAt(f, held.acquired, "lock", []);
      const detail: OutcomeDetail = {
        kind: "held-on-return",
        lock: held.lock.show,
        writer: f.fn.name,
        taken: taken.code,
      };
      const sites = [siteOf(f, event, "act"), taken, siteOf(f, given, "unlock")];
      out.push(outcome(rule, f, detail, severity, sites, held.lock));
    }
  }
  return out;
}

/** The way out that keeps the lock must not look like a design: the lock held on success only, or wherever it was taken. */
function isOddOneOut(event: ReturnEvent, held: Held, returns: readonly ReturnEvent[]): boolean {
  const having = returns.filter((r) => r.held.some((h) => h.lock === held.lock));
  const lacking = returns.filter((r) => !having.includes(r));
  if (lacking.length === 0) return false;
  const own = classOf(event);
  if (own === "error") return !having.some((r) => classOf(r) === "ok" || classOf(r) === "unknown");
  if (own === "unknown") return lacking.some((r) => classOf(r) === "unknown" && r.at !== event.at);
  return lacking.some((r) => classOf(r) === own && r.at !== event.at) || (own === "none" && lacking.length > 0);
}

function doubleAcquires(rule: Rule, f: ProgramFunction, facts: FunctionFacts): Outcome[] {
  const severity = rule.severity.doubleAcquire;
  if (severity === "silent") return [];
  const out: Outcome[] = [];
  for (const event of facts.events) {
    if (
      event.kind !== "lock" ||
      event.attempt ||
      !event.odd ||
      !rule.families.includes(event.family) ||
      !isSteady(event.lock)
    )
      continue;
    const first = event.held.find((h) => h.lock === event.lock);
    if (first === undefined || (first.mode === "shared" && event.mode === "shared")) continue;
    // Far down and only under conditions: those conditions are the callees' business, not visible here.
    if (event.via.length > 1 && !event.always) continue;
    const callee = event.via[0] ?? "";
    const detail: OutcomeDetail = { kind: "double-acquire", lock: event.lock.show, writer: f.fn.name, callee };
    out.push(
      outcome(rule, f, detail, severity, [siteOf(f, event, "lock"), siteAt(f, first.acquired, "lock", [])], event.lock),
    );
  }
  return out;
}

function strayUnlocks(rule: Rule, f: ProgramFunction, facts: FunctionFacts): Outcome[] {
  const severity = rule.severity.strayUnlock;
  if (severity === "silent") return [];
  const locks = facts.events.filter((e): e is LockEvent => e.kind === "lock" && e.via.length === 0);
  const out: Outcome[] = [];
  for (const event of facts.events) {
    if (
      event.kind !== "unlock" ||
      event.via.length > 0 ||
      !rule.families.includes(event.family) ||
      !isSteady(event.lock)
    )
      continue;
    const taken = locks.find((l) => l.lock === event.lock && l.at < event.at);
    const onBranch = taken !== undefined && event.oddOnSome && alwaysUnlocks(facts, taken, event);
    if (!event.twice && !onBranch) continue;
    const twice = event.twice;
    const detail: OutcomeDetail = { kind: "stray-unlock", lock: event.lock.show, writer: f.fn.name, twice };
    const sites = [siteOf(f, event, "unlock"), ...(taken === undefined ? [] : [siteOf(f, taken, "lock")])];
    out.push(outcome(rule, f, detail, severity, sites, event.lock));
  }
  return out;
}

/** The branch that decides whether the lock is taken leads to the unlock either way: no second condition pairs them. */
function alwaysUnlocks(facts: FunctionFacts, taken: LockEvent, unlock: LockEvent): boolean {
  const decider = facts.dominance.deciderOf(taken.block);
  return decider !== -1 && facts.dominance.alwaysReaches(decider, unlock.block);
}

function outcome(
  rule: Rule,
  f: ProgramFunction,
  detail: OutcomeDetail,
  severity: "error" | "warning" | "note",
  sites: OutcomeSite[],
  lock: Value,
): Outcome {
  return {
    rule,
    detail,
    key: `${detail.kind} ${f.fn.name} ${lock.name}`,
    severity,
    anchor: sites[0] as OutcomeSite,
    sites,
    competitors: [],
    whole: true,
    acknowledgedBy: acknowledgement(f, rule.acknowledged),
  };
}
