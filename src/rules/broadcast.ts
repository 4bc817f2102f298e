/**
 * Flags of each object that one function sets on all of them and another clears on all: a pause, a halt. Two owners whose
 * times overlap undo each other: the first to end clears what the second still relies on. A counter has no such fault.
 */
import type { AccessEvent } from "../analysis/events.js";
import type { ProgramFunction } from "../analysis/program.js";
import { pathOf } from "../analysis/value.js";
import type { RuleContext } from "./context.js";
import { identityOf, sharedPlace } from "./places.js";

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

/** Flags of all objects that owners with overlapping times set and clear; in order of their fields. */
export function overlappingBroadcasts(ctx: RuleContext): Broadcast[] {
  const flags = new Map<string, Writes>();
  for (const f of ctx.functions) {
    for (const { event } of ctx.digest(f).writes) if (event.origin === null) collect(ctx, f, event, flags);
  }
  const out: Broadcast[] = [];
  for (const [field, writes] of [...flags].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [set, clear] = [writes.sets[0], writes.clears[0]];
    if (set === undefined || clear === undefined || writes.counted) continue;
    const gates = testers(ctx, field);
    const owners = ownersOf(ctx, set.f);
    if (gates.length > 0 && owners !== null && set.f !== clear.f) out.push({ field, set, clear, gates, owners });
  }
  return out;
}

function collect(ctx: RuleContext, f: ProgramFunction, event: AccessEvent, flags: Map<string, Writes>): void {
  const place = sharedPlace(event.place, ctx.model);
  if (place?.scope !== "object" || place.owner.kind !== "element" || identityOf(place.owner, ctx.model) !== "other")
    return;
  const own = flags.get(place.field) ?? { sets: [], clears: [], counted: false };
  flags.set(place.field, own);
  if (event.step !== 0) own.counted = true;
  else if (event.stored === "nonzero") own.sets.push({ f, event });
  else if (event.stored === "zero") own.clears.push({ f, event });
}

function testers(ctx: RuleContext, field: string): string[] {
  const out = new Set<string>();
  for (const f of ctx.functions) {
    for (const { event, place } of ctx.digest(f).accesses) {
      if (event.kind !== "read" || event.origin !== null) continue;
      if (place.scope === "object" && place.field === field && place.owner.kind !== "element") out.add(f.fn.name);
    }
  }
  return [...out].sort();
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

interface Way {
  from: string;
  /** Fields of the container that are locks held on the way. */
  locks: Set<string>;
}

function waysTo(ctx: RuleContext, f: ProgramFunction, locks: ReadonlySet<string>, depth: number): Way[] {
  const calls = ctx.callsTo(f);
  if (calls.length === 0 || depth === 0) return [{ from: f.fn.name, locks: new Set(locks) }];
  return calls.flatMap(({ caller, event }) => {
    const held = event.held.filter((h) => pathOf(h.lock).root.kind === "container");
    const here = new Set([...locks, ...held.map((h) => pathOf(h.lock).fields.join("."))]);
    return here.size > 0 ? [{ from: caller.fn.name, locks: here }] : waysTo(ctx, caller, here, depth - 1);
  });
}
