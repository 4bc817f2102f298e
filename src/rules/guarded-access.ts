/**
 * Rule kind `guarded-access`: another object's guarded state is touched without its guard, or under the guard of another
 * instance. Own state, and state of an object that only the caller knows, is judged where the object is bound.
 */
import type { ProgramFunction } from "../analysis/definitions.js";
import { type AccessEvent, type CallEvent, SOMETIMES } from "../analysis/events.js";
import type { Held } from "../analysis/state.js";
import type { Value } from "../analysis/value.js";
import { hasField, isField, type RuleContext } from "./context.js";
import { competitors } from "./flag-protocol.js";
import { guardHeld, wrongInstance } from "./guards.js";
import type { Outcome, OutcomeDetail } from "./outcome.js";
import { unguardedOwnWrites } from "./own-write.js";
import { type Identity, sharedPlace } from "./places.js";
import { readFate } from "./read-fate.js";
import { stateRival } from "./rival.js";
import type { RuleOf } from "./rule-schema.js";
import { isSilent, type Silence, type Silent } from "./silence.js";
import type { Unit, UnitKey } from "./units.js";

/** One outcome for each function, access and kind of fault. */
export function guardedAccess(ctx: RuleContext, rule: RuleOf<"guarded-access">): Unit[] {
  const each = ctx.stateful.map((f) => ({ key: f.fn as UnitKey, find: () => foreignAccesses(ctx, rule, f) }));
  return [...each, { key: "own writes", find: () => ownWrites(ctx, rule) }];
}

function foreignAccesses(ctx: RuleContext, rule: RuleOf<"guarded-access">, f: ProgramFunction): Outcome[] {
  const { accesses } = ctx.digest(f);
  if (accesses.length === 0 || ctx.silenceOn(f) !== null) return [];
  const entry = ctx.waysIn.entryLocks(f);
  return accesses.flatMap(({ event }) => {
    const judged = judgeAccess(ctx, rule, f, event, entry);
    return isSilent(judged) ? [] : judged;
  });
}

/** What the rule makes of one access: an outcome, or why there is none. `entry` are the locks on entry to the function. */
export function judgeAccess(
  ctx: RuleContext,
  rule: RuleOf<"guarded-access">,
  f: ProgramFunction,
  event: AccessEvent,
  entry: readonly Held[],
): Outcome | Silent {
  const object = foreignState(ctx, rule, f, event);
  if (isSilent(object)) return object;
  // cmpxchg() and its like are a protocol of their own.
  if (event.exclusive) return { silence: "one-step" };
  return judge(ctx, rule, f, event, object, [...event.held, ...entry]);
}

function ownWrites(ctx: RuleContext, rule: RuleOf<"guarded-access">): Outcome[] {
  return unguardedOwnWrites(ctx, rule.state.fields).flatMap(({ f, event }) => {
    const detail: OutcomeDetail = {
      kind: "own-write",
      object: ctx.model.label,
      state: rule.state.label,
      guard: ctx.protection,
      writer: f.fn.name,
    };
    const made = outcome(ctx, rule, f, event, detail, rule.severity.ownWrite);
    return isSilent(made) ? [] : made;
  });
}

/** Several accesses that are one fault are told once; faults of one kind in one function are told apart by their order. */
export function mergeAccesses(outcomes: readonly Outcome[]): Outcome[] {
  const out: Outcome[] = [];
  const places = new Set<string>();
  for (const found of outcomes) {
    const place = `${found.key} ${found.anchor.code}`;
    const isOwn = found.detail.kind === "own-write";
    if (!isOwn && places.has(place)) continue;
    places.add(place);
    if (found.detail.kind !== "wrong-instance" || !out.some((o) => o.key === found.key)) out.push(found);
  }
  return numbered(out);
}

/** Several faults of one kind in one function are told apart by their order. */
function numbered(outcomes: readonly Outcome[]): Outcome[] {
  const seen = new Map<string, number>();
  return outcomes.map((o) => {
    const n = (seen.get(o.key) ?? 0) + 1;
    seen.set(o.key, n);
    return n === 1 ? o : { ...o, key: `${o.key} #${n}` };
  });
}

/** The other object whose guarded state an event touches, or why it is none. */
function foreignState(
  ctx: RuleContext,
  rule: RuleOf<"guarded-access">,
  f: ProgramFunction,
  event: AccessEvent,
): Value | Silent {
  const place = sharedPlace(event.place, ctx.model);
  const overwritten = event.kind === "write" && place !== null && hasField(place.field, rule.state.fields);
  if (place?.scope !== "object" || !(overwritten || isField(place.field, rule.state.fields)))
    return { silence: "other-field" };
  return notOther(ctx.whose(f, place.owner)) ?? place.owner;
}

const WHOSE: Readonly<Record<Exclude<Identity, "other">, Silence>> = {
  self: "own",
  param: "callers",
  unknown: "unknown-object",
};

/** Why an object's state is nothing that a rule about others speaks of; null when it is another's. */
export const notOther = (whose: Identity): Silent | null => (whose === "other" ? null : { silence: WHOSE[whose] });

function judge(
  ctx: RuleContext,
  rule: RuleOf<"guarded-access">,
  f: ProgramFunction,
  event: AccessEvent,
  object: Value,
  held: readonly Held[],
): Outcome | Silent {
  const guards = ctx.allGuards();
  const guard = guardHeld(held, object, ctx.model, guards, event.kind === "write");
  if (guard !== null) return { silence: "guarded", lock: guard.lock.show };
  const mayBeLocked = !locksItself(ctx, f, object);
  // Who calls here cannot have locked what is only found here: a lock of it that is taken on one branch is the only one.
  const isGuard = (key: string): boolean =>
    !(key.startsWith(SOMETIMES) && key.includes(object.key)) &&
    ((mayBeLocked && key === `?${object.key}`) || guards.some((g) => key.endsWith(`.${g.field}`)));
  if ([...event.unsure].some(isGuard)) return { silence: "guard-unsure" };
  const base = {
    object: ctx.model.label,
    state: rule.state.label,
    guard: ctx.protection,
    variable: object.show,
    writer: f.fn.name,
  };
  const fate = event.kind === "read" ? readFate(ctx, f, event, object) : null;
  const wrong = wrongInstance(held, object, ctx.model, ctx.guards);
  if (wrong !== null && (fate === null || fate === "decisive")) {
    const detail: OutcomeDetail = { kind: "wrong-instance", ...base, held: wrong.lock.show, access: event.kind };
    return outcome(ctx, rule, f, event, detail, rule.severity.wrongInstance);
  }
  if (!f.fn.whole) return { silence: "part-shown" };
  if (event.kind === "write") {
    const state = writtenState(rule, event);
    return outcome(ctx, rule, f, event, { kind: "unlocked-write", ...base, state }, rule.severity.unlockedWrite);
  }
  if (fate === null || fate === "unused") return { silence: "unused-read" };
  if (fate === "decisive") return { silence: "decisive-read" };
  const severity = fate === "reported" ? rule.severity.reportedRead : rule.severity.heuristicRead;
  if (fate === "hint" && severity === "silent") return { silence: "hint-read" };
  return outcome(ctx, rule, f, event, { kind: "reported-read", ...base }, severity);
}

/** The field that is written, where it is one of the state's: an older tree may not have the one that the rule is named by. */
function writtenState(rule: RuleOf<"guarded-access">, { place }: AccessEvent): string {
  const field = rule.state.fields.find((one) => place.key.endsWith(`.${one}`));
  return field?.split(".").at(-1) ?? rule.state.label;
}

/** The function takes the object's lock by itself somewhere: then what it calls is not a helper that does. */
function locksItself(ctx: RuleContext, f: ProgramFunction, object: Value): boolean {
  return ctx.facts(f).events.some((e) => e.kind === "lock" && sharedPlace(e.lock, ctx.model)?.owner === object);
}

function outcome(
  ctx: RuleContext,
  rule: RuleOf<"guarded-access">,
  f: ProgramFunction,
  event: AccessEvent | CallEvent,
  detail: OutcomeDetail,
  severity: "error" | "warning" | "note" | "silent",
): Outcome | Silent {
  if (severity === "silent") return { silence: "set-silent" };
  const anchor = ctx.site(f, event, event.kind === "read" ? "read" : "write");
  return {
    rule,
    severity,
    detail,
    key:
      detail.kind === "wrong-instance" ? `${detail.kind} ${f.fn.name}` : `${detail.kind} ${f.fn.name} ${anchor.role}`,
    anchor,
    sites: [anchor],
    rival: stateRival(ctx, f, rule.state.fields, event.kind === "read" ? "write" : "check"),
    competitors: competitors(ctx, rule.state.fields, null),
    whole: f.fn.whole,
    acknowledgedBy: ctx.acknowledgement(f),
  };
}
