/**
 * Rule kind `check-then-act`: the state of another object is looked at in one critical section (or in none) and relied on
 * after it. Looking at all objects, one lock at a time, ends as a check of all that nothing keeps true. Excused by a sound
 * gate: a flag that every competitor tests and that nobody else can clear.
 */
import type { Loop } from "../analysis/cfg.js";
import type { Event } from "../analysis/events.js";
import type { ProgramFunction } from "../analysis/program.js";
import type { Fact } from "../analysis/state.js";
import type { Value } from "../analysis/value.js";
import { isField, type RuleContext } from "./context.js";
import { competitors } from "./flag-protocol.js";
import { type FlagProtocol, flagProtocols } from "./flags.js";
import { guardHeld, wrongInstance } from "./guards.js";
import type { Outcome, OutcomeSite } from "./outcome.js";
import { sharedPlace } from "./places.js";
import { stateRival } from "./rival.js";
import type { RuleOf } from "./rule-schema.js";

/** A check of another object's state, and an act that relies on it after its guard was dropped. */
interface Stale {
  f: ProgramFunction;
  object: Value;
  fact: Fact;
  act: Event;
  /** Guard that was held at the check and dropped before the act; null when none was held. */
  dropped: { show: string; at: number } | null;
}

/** One outcome for each function and kind of object that a stale check is relied on in. */
export function evaluateCheckThenAct(ctx: RuleContext, rule: RuleOf<"check-then-act">): Outcome[] {
  const severity = rule.severity.staleCheck;
  if (severity === "silent") return [];
  const protocols = flagProtocols(ctx);
  const out: Outcome[] = [];
  for (const f of ctx.functions) {
    const groups = new Map<string, Stale[]>();
    for (const stale of staleChecks(ctx, rule, f)) {
      const key = `${f.fn.name} ${isAll(ctx, stale) ? "all" : "one"}`;
      groups.set(key, [...(groups.get(key) ?? []), stale]);
    }
    for (const [key, group] of groups) {
      const gates = protocols.filter((p) =>
        p.sets.some((s) => s.f === f && s.event.at < (group[0] as Stale).fact.dep.at),
      );
      if (gates.some(isSound)) continue;
      out.push(outcome(ctx, rule, severity, key, group, gates[0] ?? null));
    }
  }
  return out;
}

/** Whether every object was looked at, rather than one. */
const isAll = (ctx: RuleContext, { f, object }: Stale): boolean =>
  object.kind === "element" || (object.kind === "result" && innermost(ctx.facts(f).loops, object.index) !== undefined);

const isSound = (p: FlagProtocol): boolean => p.foreignClears.length === 0 && p.selfWipes.length === 0;

function staleChecks(ctx: RuleContext, rule: RuleOf<"check-then-act">, f: ProgramFunction): Stale[] {
  const { checkedActs } = ctx.digest(f);
  if (checkedActs.length === 0 || ctx.isLifecycle(f) || ctx.saysGuarded(f)) return [];
  const facts = ctx.facts(f);
  const entry = ctx.entryLocks(f);
  const guards = ctx.allGuards();
  const out: Stale[] = [];
  for (const act of checkedActs) {
    for (const fact of act.facts) {
      const object = checkedObject(ctx, rule, f, fact);
      if (object === null || ctx.identity(f, object) !== "other") continue;
      if (!reliesOn(ctx, facts.loops, object, act, fact)) continue;
      if (guardHeld(entry, object, ctx.model, guards) !== null) continue;
      if (object.kind === "param" && callersGuard(ctx, f, object)) continue;
      // The wrong vCPU's lock is another rule's matter.
      if (wrongInstance(fact.dep.held, object, ctx.model, guards) !== null) continue;
      const guard = guardHeld(fact.dep.held, object, ctx.model, guards);
      const at = guard === null ? undefined : fact.dep.released.get(guard.lock.key);
      if (guard !== null && at === undefined) continue;
      out.push({
        f,
        object,
        fact,
        act,
        dropped: guard === null || at === undefined ? null : { show: guard.lock.show, at },
      });
    }
  }
  return out;
}

/** Every caller that passes another's object holds a guard of it. */
function callersGuard(ctx: RuleContext, f: ProgramFunction, object: Value): boolean {
  const calls = ctx.callsTo(f).filter(({ caller, event }) => {
    const arg = event.args[object.index];
    return arg !== undefined && ctx.identity(caller, arg) === "other";
  });
  return calls.every(({ caller, event }) => {
    const held = [...event.held, ...ctx.entryLocks(caller)];
    return guardHeld(held, event.args[object.index] as Value, ctx.model, ctx.allGuards()) !== null;
  });
}

/** The object whose guarded state a check looked at; null when it looked at something else. */
function checkedObject(ctx: RuleContext, rule: RuleOf<"check-then-act">, f: ProgramFunction, fact: Fact): Value | null {
  const { place, predicate } = fact.dep;
  if (predicate !== null) return ctx.readsState(f, predicate) ? place : null;
  const shared = sharedPlace(place, ctx.model);
  if (shared?.scope !== "object") return null;
  return isField(shared.field, rule.state.fields) ? shared.owner : null;
}

/**
 * What relies on the check: after a look at every element, anything done behind the loop; after a look at one object, a
 * change of that object's state.
 */
function reliesOn(ctx: RuleContext, loops: readonly Loop[], object: Value, act: Event, fact: Fact): boolean {
  // Below zero: a helper has looked at every element.
  if (object.kind === "element" && object.index < 0) return act.at > fact.at;
  const loop =
    object.kind === "element"
      ? loops.find((l) => l.id === object.index)
      : innermost(loops, object.kind === "result" ? object.index : -1);
  if (loop !== undefined && act.at >= loop.end) return true;
  if (act.kind !== "write" || act.rechecked) return false;
  const written = sharedPlace(act.place, ctx.model);
  if (written?.scope !== "object" || written.owner !== object) return false;
  // What was put by for later decides on the state itself; what is looked at on the spot, on anything of the object.
  // One that a loop has picked from many will do, stopped or not: only its state itself counts then.
  const picked = object.kind === "element" || loops.some((l) => l.at <= object.index && object.index < l.end);
  const onTheSpot = fact.dep.at === fact.at && !picked;
  return onTheSpot || isField(written.field, ctx.rule.state.fields);
}

/** What an act is called where it is done: the call that leads to it, the function called, or the place written. */
function actName(act: Event): string {
  if (act.via[0] !== undefined) return `${act.via[0]}()`;
  return act.kind === "call" ? `${act.name}()` : act.kind === "write" ? `the write to ${act.place.show}` : "";
}

/** The `for` loop that an offset stands in most closely: it looks at one after the other. */
function innermost(loops: readonly Loop[], at: number): Loop | undefined {
  const inner = loops.filter((l) => l.at <= at && at < l.end).sort((a, b) => b.at - a.at)[0];
  // while and do go on until one is found: what follows is about that one.
  return inner?.name === "for" ? inner : undefined;
}

function outcome(
  ctx: RuleContext,
  rule: RuleOf<"check-then-act">,
  severity: "error" | "warning" | "note",
  key: string,
  group: readonly Stale[],
  gate: FlagProtocol | null,
): Outcome {
  const first = group[0] as Stale;
  const { f, fact, dropped } = first;
  const check = ctx.siteAt(f, fact.at, "check", fact.dep.held);
  const sites: OutcomeSite[] = [check];
  if (dropped !== null) sites.push(ctx.siteAt(f, dropped.at, "unlock", []));
  const acts = [...new Map(group.map((s) => [s.act.at, s.act])).values()].sort((a, b) => a.at - b.at);
  for (const act of acts.slice(0, 3)) sites.push(ctx.site(f, act, "act"));
  for (const g of gate?.gates ?? []) sites.push(ctx.site(g.f, g.check, "check"), ctx.site(g.f, g.act, "act"));
  for (const c of [...(gate?.foreignClears ?? []), ...(gate?.selfWipes ?? [])])
    sites.push(ctx.site(c.f, c.event, "clear"));
  const wipedBy = [...(gate?.foreignClears ?? []), ...(gate?.selfWipes ?? [])].map((c) => c.f.fn.name);
  return {
    rule,
    severity,
    detail: {
      kind: "stale-check",
      object: ctx.model.label,
      state: rule.state.label,
      all: isAll(ctx, first),
      guard: ctx.protection,
      dropped: dropped?.show ?? "",
      acts: [...new Set(acts.map(actName))],
      gate: gate === null ? null : { flag: gate.field, wipedBy: [...new Set(wipedBy)] },
      checker: f.fn.name,
    },
    key: `stale-check ${key}`,
    anchor: check,
    sites,
    rival: stateRival(ctx, f, rule.state.fields, "write"),
    competitors: competitors(ctx, rule.state.fields, gate),
    whole: f.fn.whole,
    // Above the shown lines a lock of the container may have been taken.
    weak: dropped === null && !f.fn.whole,
    acknowledgedBy: ctx.acknowledgement(f),
  };
}
