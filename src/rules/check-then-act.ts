/**
 * Rule kind `check-then-act`: the state of another object is looked at in one critical section (or in none) and relied on
 * after it. Looking at all objects, one lock at a time, ends as a check of all that nothing keeps true. Excused by a sound
 * gate: a flag that every competitor tests and that nobody else can clear.
 */
import type { ProgramFunction } from "../analysis/definitions.js";
import { type Event, SOMETIMES } from "../analysis/events.js";
import { type Fact, type Held, OF_EACH } from "../analysis/state.js";
import { pathOf, type Value } from "../analysis/value.js";
import type { RuleContext } from "./context.js";
import { checkOf } from "./digest.js";
import { competitors } from "./flag-protocol.js";
import { type FlagProtocol, protocolsSetBy } from "./flags.js";
import { notOther } from "./guarded-access.js";
import { guardHeld, wrongInstance } from "./guards.js";
import type { Outcome, OutcomeSite } from "./outcome.js";
import { objectOf } from "./places.js";
import { checkedObject, isAll, loopOver, reliesOn } from "./reliance.js";
import { stateRival } from "./rival.js";
import type { RuleOf } from "./rule-schema.js";
import { isSilent, type Silent } from "./silence.js";
import type { Unit } from "./units.js";

type Severity = Outcome["severity"];

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
export function checkThenAct(ctx: RuleContext, rule: RuleOf<"check-then-act">): Unit[] {
  const severity = rule.severity.staleCheck;
  if (severity === "silent") return [];
  return ctx.stateful.map((f) => ({ key: f.fn, find: () => staleIn(ctx, rule, severity, f) }));
}

function staleIn(ctx: RuleContext, rule: RuleOf<"check-then-act">, severity: Severity, f: ProgramFunction): Outcome[] {
  const groups = new Map<string, Stale[]>();
  for (const stale of staleChecks(ctx, f)) {
    const key = `${f.fn.name} ${ofAll(ctx, stale) ? "all" : "one"}`;
    groups.set(key, [...(groups.get(key) ?? []), stale]);
  }
  const out: Outcome[] = [];
  for (const [key, group] of groups) {
    const gates = protocolsSetBy(ctx, f).filter((p) =>
      p.sets.some((s) => s.f === f && s.event.at < (group[0] as Stale).fact.dep.at),
    );
    if (gates.some(isSound)) continue;
    out.push(outcome(ctx, rule, severity, key, group, gates[0] ?? null));
  }
  return out;
}

const ofAll = (ctx: RuleContext, { f, object, fact }: Stale): boolean => isAll(ctx.facts(f).loops, object, fact);

const isSound = (p: FlagProtocol): boolean => p.foreignClears.length === 0 && p.selfWipes.length === 0;

function staleChecks(ctx: RuleContext, f: ProgramFunction): Stale[] {
  const { checkedActs } = ctx.digest(f);
  if (checkedActs.length === 0 || ctx.silenceOn(f) !== null) return [];
  const entry = ctx.waysIn.entryLocks(f);
  return checkedActs.flatMap((act) =>
    act.facts.flatMap((fact) => {
      const judged = judgeReliance(ctx, f, act, fact, entry);
      return isSilent(judged) ? [] : judged;
    }),
  );
}

/** Whether an act relies on a check that nothing keeps true, or why not. `entry` are the locks on entry to the function. */
export function judgeReliance(
  ctx: RuleContext,
  f: ProgramFunction,
  act: Event,
  fact: Fact,
  entry: readonly Held[],
): Stale | Silent {
  const guards = ctx.allGuards();
  const object = checkedObject(ctx, f, fact.dep);
  if (object === null) return { silence: "other-field" };
  const foreign = notOther(ctx.identity(f, object));
  if (foreign !== null) return foreign;
  if (!reliesOn(ctx, ctx.facts(f).loops, object, act, fact)) return { silence: "no-reliance" };
  const outer = guardHeld(entry, object, ctx.model, guards);
  if (outer !== null) return { silence: "entry-guarded", lock: outer.lock.show };
  if (object.kind === "param" && callersGuard(ctx, f, object)) return { silence: "callers-guarded" };
  if (ctx.model.shared && pathOf(object).root.kind === "param" && ctx.waysIn.isReachedGuarded(f))
    return { silence: "callers-guarded" };
  const guard = guardHeld(fact.dep.held, object, ctx.model, guards);
  // The wrong vCPU's lock, where it is held in place of the right one, is another rule's matter.
  if (guard === null && wrongInstance(fact.dep.held, object, ctx.model, guards) !== null)
    return { silence: "wrong-instance" };
  if (guard === null && allLocked(ctx, f, act, fact)) return { silence: "guard-unsure" };
  const at = guard === null ? undefined : fact.dep.released.get(guard.lock.key);
  if (guard !== null && at === undefined) return { silence: "still-held", lock: guard.lock.show };
  return { f, object, fact, act, dropped: guard === null || at === undefined ? null : { show: guard.lock.show, at } };
}

/**
 * A loop before the check has locked each of them, none of which is given back before the act. Seen as perhaps held: the loop may
 * find none.
 */
function allLocked(ctx: RuleContext, f: ProgramFunction, act: Event, { dep }: Fact): boolean {
  const fields = ctx.allGuards().flatMap((g) => (g.scope === "object" ? [`.${g.field}`] : []));
  const isGuard = (key: string): boolean => fields.some((field) => key.endsWith(field));
  const isAllLocked = ({ unsure }: Event): boolean =>
    [...unsure].some((key) => key.startsWith(`${SOMETIMES}${OF_EACH}`) && isGuard(key));
  const check = checkOf(ctx.digest(f), dep);
  if (check === undefined || !isAllLocked(check) || !isAllLocked(act)) return false;
  return !ctx.facts(f).events.some((e) => e.kind === "unlock" && e.at > dep.at && e.at < act.at && isGuard(e.lock.key));
}

/** Every caller that passes another's object holds a guard of it. */
function callersGuard(ctx: RuleContext, f: ProgramFunction, object: Value): boolean {
  const calls = ctx.waysIn.callsTo(f).filter(({ caller, event }) => {
    const arg = event.args[object.index];
    return arg !== undefined && ctx.identity(caller, objectOf(arg, ctx.model)) === "other";
  });
  // With nobody in view who passes one, nobody holds a guard for it.
  if (calls.length === 0) return false;
  return calls.every(({ caller, event }) => {
    const held = [...event.held, ...ctx.waysIn.entryLocks(caller)];
    return guardHeld(held, objectOf(event.args[object.index] as Value, ctx.model), ctx.model, ctx.allGuards()) !== null;
  });
}

/** What an act is called where it is done: the call that leads to it, the function called, or the place written. */
function actName(act: Event): string {
  if (act.via[0] !== undefined) return `${act.via[0]}()`;
  return act.kind === "call" ? `${act.name}()` : act.kind === "write" ? `the write to ${act.place.show}` : "";
}

function outcome(
  ctx: RuleContext,
  rule: RuleOf<"check-then-act">,
  severity: Severity,
  key: string,
  group: readonly Stale[],
  gate: FlagProtocol | null,
): Outcome {
  const first = group[0] as Stale;
  const { f, fact, dropped } = first;
  // What a loop found is told where it was seen, not where it is asked for behind the loop.
  const loop = loopOver(ctx.facts(f).loops, first.object, fact);
  const at = loop !== undefined && fact.at >= loop.end ? fact.dep.at : fact.at;
  const check = ctx.siteAt(f, at, "check", fact.dep.held);
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
      all: ofAll(ctx, first),
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
