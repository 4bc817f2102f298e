/**
 * Rule kind `check-then-act`: the state of another object is looked at in one critical section (or in none) and relied on
 * after it. Looking at all objects, one lock at a time, ends as a check of all that nothing keeps true. Excused by a sound
 * gate: a flag that every competitor tests and that nobody else can clear.
 */
import type { Event } from "../analysis/events.js";
import type { ProgramFunction } from "../analysis/program.js";
import type { Fact } from "../analysis/state.js";
import type { Value } from "../analysis/value.js";
import type { RuleContext } from "./context.js";
import { competitors } from "./flag-protocol.js";
import { type FlagProtocol, flagProtocols } from "./flags.js";
import { guardHeld } from "./guards.js";
import type { Outcome, OutcomeSite } from "./outcome.js";
import { identityOf, sharedPlace } from "./places.js";
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
      const key = `${f.fn.name} ${stale.object.kind === "element" ? "all" : "one"}`;
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

const isSound = (p: FlagProtocol): boolean => p.foreignClears.length === 0 && p.selfWipes.length === 0;

function staleChecks(ctx: RuleContext, rule: RuleOf<"check-then-act">, f: ProgramFunction): Stale[] {
  const facts = ctx.facts(f);
  const entry = ctx.entryLocks(f);
  const out: Stale[] = [];
  for (const act of facts.events) {
    if (!ctx.isAct(act)) continue;
    for (const fact of act.facts) {
      const object = checkedObject(ctx, rule, fact);
      if (object === null || identityOf(object, ctx.model) !== "other") continue;
      if (!reliesOn(ctx, facts.loops, object, act)) continue;
      if (guardHeld(entry, object, ctx.model, ctx.guards) !== null) continue;
      const guard = guardHeld(fact.dep.held, object, ctx.model, ctx.guards);
      const at = guard === null ? undefined : fact.dep.released.get(guard.lock.key);
      if (guard !== null && at === undefined) continue;
      if (guard === null && !f.fn.whole && !comesFromShownLines(object)) continue;
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

/** An element or a getter's result is bound in the shown lines: no lock of its own was taken before them. */
const comesFromShownLines = (object: Value): boolean => object.kind === "element" || object.kind === "result";

/** The object whose guarded state a check looked at; null when it looked at something else. */
function checkedObject(ctx: RuleContext, rule: RuleOf<"check-then-act">, fact: Fact): Value | null {
  const { place, predicate } = fact.dep;
  if (predicate !== null) return ctx.predicates.has(predicate) ? place : null;
  const shared = sharedPlace(place, ctx.model);
  if (shared?.scope !== "object") return null;
  const isState = rule.state.fields.some((field) => shared.field === field || shared.field.startsWith(`${field}.`));
  return isState ? shared.owner : null;
}

/**
 * What relies on the check: after a look at every element, anything done behind the loop; after a look at one object, a
 * change of that object's state.
 */
function reliesOn(
  ctx: RuleContext,
  loops: readonly { id: number; at: number; end: number }[],
  object: Value,
  act: Event,
): boolean {
  if (object.kind === "element") {
    const loop = loops.find((l) => l.id === object.index);
    return loop !== undefined && act.at >= loop.end;
  }
  if (act.kind !== "write") return false;
  const written = sharedPlace(act.place, ctx.model);
  return written?.scope === "object" && written.owner === object;
}

/** What an act is called where it is done: the call that leads to it, the function called, or the place written. */
function actName(act: Event): string {
  if (act.via[0] !== undefined) return `${act.via[0]}()`;
  return act.kind === "call" ? `${act.name}()` : act.kind === "write" ? act.place.show : "";
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
      all: first.object.kind === "element",
      guard: ctx.guards[0]?.label ?? "",
      dropped: dropped?.show ?? "",
      acts: [...new Set(acts.map(actName))],
      gate: gate === null ? null : { flag: gate.field, wipedBy: [...new Set(wipedBy)] },
      checker: f.fn.name,
    },
    key: `stale-check ${key}`,
    anchor: check,
    sites,
    competitors: competitors(ctx, rule.state.fields, gate),
    whole: f.fn.whole,
    acknowledgedBy: ctx.acknowledgement(f),
  };
}
