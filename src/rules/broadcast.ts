/**
 * Flags of each object that one function sets on all of them and another clears on all: a pause, a halt. Two owners whose
 * times overlap undo each other: the first to end clears what the second still relies on. A counter has no such fault.
 */
import type { ProgramFunction } from "../analysis/definitions.js";
import type { AccessEvent } from "../analysis/events.js";
import { classOfField } from "../analysis/field-class.js";
import type { ObjectModel } from "../analysis/models.js";
import type { Held } from "../analysis/state.js";
import { pathOf } from "../analysis/value.js";
import type { RuleContext } from "./context.js";
import type { Access } from "./digest.js";
import { identityOf } from "./places.js";
import type { Silent } from "./silence.js";

export interface Broadcast {
  field: string;
  set: { f: ProgramFunction; event: AccessEvent };
  clear: { f: ProgramFunction; event: AccessEvent };
  /** Functions that look at the flag of one object. */
  gates: string[];
  /** Functions that set it (directly, or through the setter), which hold no lock in common. */
  owners: string[];
}

interface Writes {
  sets: { f: ProgramFunction; event: AccessEvent }[];
  clears: { f: ProgramFunction; event: AccessEvent }[];
  counted: boolean;
}

/** Fields of all objects that some function sets or clears one after the other; sorted. */
export const markedFields = (ctx: RuleContext): string[] => ctx.words(`${ctx.model.name} marks `);

/** A flag of all objects that owners with overlapping times set and clear, or why a field is none. */
export function overlappingBroadcast(ctx: RuleContext, field: string): Broadcast | Silent {
  const writes: Writes = { sets: [], clears: [], counted: false };
  for (const f of ctx.with(`${ctx.model.name} marks ${field}`))
    for (const access of ctx.digest(f).writes)
      if (markedField(access, ctx.model) === field) collect(ctx, f, access.event, writes);
  const [set, clear] = [nearest(writes.sets), nearest(writes.clears)];
  if (writes.counted) return { silence: "counted" };
  if (set === undefined) return { silence: "never-set" };
  if (clear === undefined) return { silence: "never-cleared" };
  if (set.f === clear.f) return { silence: "same-function" };
  const gates = testers(ctx, field);
  if (gates.length === 0) return { silence: "never-tested" };
  const owners = ownersOf(ctx, set.f);
  return owners === null ? { silence: "one-owner" } : { field, set, clear, gates, owners };
}

/** The field of all objects, one after the other, that a write is to; null when it is to something else. */
export function markedField({ event, place }: Access, model: ObjectModel): string | null {
  // Of objects without a thread of their own any will do: whoever marks one marks it for others.
  if (model.shared) return place.scope === "object" ? place.field : null;
  const isOfAll =
    place.scope === "object" && place.owner.kind === "element" && identityOf(place.owner, model) === "other";
  return isOfAll && event.origin === null ? place.field : null;
}

function collect(ctx: RuleContext, f: ProgramFunction, event: AccessEvent, own: Writes): void {
  if (event.step !== 0 || isCounted(ctx, f, event)) own.counted = true;
  else if (event.stored === "nonzero") own.sets.push({ f, event });
  else if (event.stored === "zero") own.clears.push({ f, event });
}

/** The write that stands nearest to where it really happens: the others come to it by calls. */
const nearest = <T extends { event: AccessEvent }>(writes: readonly T[]): T | undefined =>
  writes.reduce<T | undefined>(
    (best, w) => (best === undefined || w.event.via.length < best.event.via.length ? w : best),
    undefined,
  );

/** Done on the strength of something that the function itself counts: `if (!--q->depth) clear(q)`. */
function isCounted(ctx: RuleContext, f: ProgramFunction, event: AccessEvent): boolean {
  const counts = ctx.digest(f).writes.filter((w) => w.event.step !== 0);
  return event.facts.some((fact) => counts.some((c) => c.event.place === fact.dep.place));
}

/** The field of one object that is looked at; null when it is something else. */
export function testedField({ event, place }: Access, model: ObjectModel): string | null {
  const isOne = place.scope === "object" && (model.shared || place.owner.kind !== "element");
  // A look through one helper, or macro, is the function's own; what is behind more calls is told where it stands.
  const isOwn = event.origin === null || (model.shared && event.via.length <= 1);
  return isOne && event.kind === "read" && isOwn ? place.field : null;
}

function testers(ctx: RuleContext, field: string): string[] {
  const looking = ctx.with(`${ctx.model.name} tests ${field}`);
  return [...new Set(looking.map((f) => f.fn.name))].sort();
}

const MAX_UP = 5;

/** Those who come to the setter by ways that share no lock; null when there is one way only, or one lock on all. */
function ownersOf(ctx: RuleContext, setter: ProgramFunction): string[] | null {
  const ways = waysTo(ctx, setter, new Set(), MAX_UP);
  if (ways.length < 2) return null;
  const [first, ...rest] = ways as [Way, ...Way[]];
  const common = [...first.locks].filter((lock) => rest.every((w) => w.locks.has(lock)));
  return common.length > 0 ? null : [...new Set(ways.map((w) => w.from))].sort();
}

/** Locks that others who come to the setter may hold too: of the container; where there is none, by their class. */
function sharedLocks(ctx: RuleContext, held: readonly Held[]): string[] {
  if (ctx.model.shared) return held.flatMap((h) => classOfField(h.lock)?.name ?? []);
  return held.filter((h) => pathOf(h.lock).root.kind === "container").map((h) => pathOf(h.lock).fields.join("."));
}

interface Way {
  from: string;
  /** Locks that are held on the way. */
  locks: Set<string>;
}

function waysTo(ctx: RuleContext, f: ProgramFunction, locks: ReadonlySet<string>, depth: number): Way[] {
  const calls = ctx.waysIn.callsTo(f);
  if (calls.length === 0 || depth === 0) return [{ from: f.fn.name, locks: new Set(locks) }];
  return calls.flatMap(({ caller, event }) => {
    const here = new Set([...locks, ...sharedLocks(ctx, event.held)]);
    return here.size > 0 ? [{ from: caller.fn.name, locks: here }] : waysTo(ctx, caller, here, depth - 1);
  });
}
