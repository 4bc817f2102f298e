/**
 * What it means that something relies on a look at another object's state: which object was looked at, and whether what
 * is done later rests on its having stayed so.
 */
import type { Loop } from "../analysis/cfg.js";
import type { ProgramFunction } from "../analysis/definitions.js";
import type { Event } from "../analysis/events.js";
import type { Fact, ReadDep } from "../analysis/state.js";
import type { Value } from "../analysis/value.js";
import { isField, type RuleContext } from "./context.js";
import { guardHeld } from "./guards.js";
import { objectOf, sharedPlace } from "./places.js";

/** The object whose guarded state was looked at; null when it was something else. */
export function checkedObject(ctx: RuleContext, f: ProgramFunction, { place, predicate }: ReadDep): Value | null {
  if (predicate !== null) return ctx.readsState(f, predicate) ? objectOf(place, ctx.model) : null;
  const shared = sharedPlace(place, ctx.model);
  if (shared?.scope !== "object") return null;
  return isField(shared.field, ctx.rule.state.fields) ? shared.owner : null;
}

/** The loop that looks at one object after the other until all were seen; undefined when there is none. */
export function loopOver(loops: readonly Loop[], object: Value, fact: Fact): Loop | undefined {
  if (object.kind === "element") return loops.find((l) => l.id === object.index);
  if (object.kind !== "result") return undefined;
  const inner = loops.filter((l) => l.at <= object.index && object.index < l.end).sort((a, b) => b.at - a.at)[0];
  if (inner === undefined || inner.name === "for") return inner;
  // while and do may go on until one is found: then what follows is about that one. Not so where the look only decides
  // whether to go on to the next, and the loop ends when there is no next.
  const inBody = inner.bodyAt <= fact.dep.at && fact.dep.at < inner.bodyEnd && fact.at < inner.bodyEnd;
  return inBody && !inner.endless ? inner : undefined;
}

/** What was looked at leads there: `ops->run` of `ops`. */
const isBelow = (value: Value, place: Value): boolean =>
  value === place || (value.base !== null && isBelow(value.base, place));

/** Whether every object was looked at, rather than one. */
export const isAll = (loops: readonly Loop[], object: Value, fact: Fact): boolean =>
  object.kind === "element" || loopOver(loops, object, fact) !== undefined;

/**
 * What relies on the check: after a look at every element, anything done behind the loop; after a look at one object, a
 * change of that object's state, or what is done with it out of sight.
 */
export function reliesOn(ctx: RuleContext, loops: readonly Loop[], object: Value, act: Event, fact: Fact): boolean {
  // Below zero: a helper has looked at every element.
  if (object.kind === "element" && object.index < 0) return act.at > fact.at;
  const loop = loopOver(loops, object, fact);
  if (loop !== undefined && act.at >= loop.end) return true;
  // What was seen under the lock and put by for later decides on the state itself; what is looked at on the spot, or
  // without a lock, on anything of the object.
  // One that a loop has picked from many will do, stopped or not: only its state itself counts then.
  const picked = object.kind === "element" || loops.some((l) => l.at <= object.index && object.index < l.end);
  const locked = guardHeld(fact.dep.held, object, ctx.model, ctx.allGuards()) !== null;
  const onTheSpot = (fact.dep.at === fact.at || !locked) && !picked;
  if (act.kind === "call") {
    // What has no thread of its own is handed to everybody: only what is called through what was looked at rests on it.
    if (ctx.model.shared) return act.target !== null && isBelow(act.target, fact.dep.place);
    return onTheSpot && !act.resolved && act.args.includes(object);
  }
  if (act.kind !== "write" || act.rechecked) return false;
  const written = sharedPlace(act.place, ctx.model);
  if (written?.scope !== "object" || written.owner !== object) return false;
  return (onTheSpot && !ctx.model.shared) || isField(written.field, ctx.rule.state.fields);
}
