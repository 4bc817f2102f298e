/** What a function does, in the order it does it: the facts that rules are evaluated on. */
import type { LockMode } from "./models.js";
import { type Fact, type Held, OF_EACH, type ReadDep } from "./state.js";
import type { Value } from "./value.js";

/** Where something happens: a function and an offset into its file. */
export interface Site {
  fn: FunctionKey;
  at: number;
}

/** A function by file and name. */
export interface FunctionKey {
  path: string;
  name: string;
}

interface EventBase {
  at: number;
  /** Block of the control flow graph. */
  block: number;
  /** Locks held on every path to here, in order of their keys. */
  held: Held[];
  /** Keys of locks of which it is not known whether they are held. */
  unsure: ReadonlySet<string>;
  /** Keys of locks that were given back on the way here, on some path. */
  given: ReadonlySet<string>;
  /** Checks in force here. */
  facts: Fact[];
  /** Where it really happens when it stands in a callee, and the calls that lead there, outermost first. */
  origin: Site | null;
  via: string[];
}

export interface AccessEvent extends EventBase {
  kind: "read" | "write";
  place: Value;
  /** What is stored; null for a read or when it is not a plain value. */
  value: Value | null;
  /** Whether what is stored is zero, when that is known. */
  stored: "zero" | "nonzero" | null;
  once: boolean;
  exclusive: boolean;
  /** Counts up (1) or down (-1); 0 for all else. */
  step: number;
  /** In a callee: done only after a look at who owns the place; after a second look at the same object under a lock. */
  owned: boolean;
  rechecked: boolean;
}

export interface CallEvent extends EventBase {
  kind: "call";
  name: string;
  args: Value[];
  /** What becomes of the result. A statement is there for what it does. */
  use: "statement" | "returned" | "value";
  /** True when the callee is seen to write shared state. */
  mutates: boolean;
  /** True when the body is visible. */
  resolved: boolean;
  /** Where the called pointer comes from; null for a call by name. */
  through: Pointer | null;
  /** The value that is called, when it is no function's name. */
  target: Value | null;
}

/** Where a function pointer was read: a field of a struct, an element of a table, or only its type is known. */
export interface Pointer {
  /** The struct that holds the field, or the pointer's own typedef. */
  type: string | null;
  /** The global table at the root of its path. */
  table: string | null;
  /** "" for an element of a table of plain pointers, or for a plain pointer. */
  field: string;
}

export interface LockEvent extends EventBase {
  kind: "lock" | "unlock";
  lock: Value;
  family: string;
  mode: LockMode;
  /** lock: it was already held; unlock: it was not known to be held. On every path, and on some path. */
  odd: boolean;
  oddOnSome: boolean;
  /** unlock: it was given back before on this path, and not taken since. On some path. */
  twice: boolean;
  /** unlock: it was a callee that gave it back before, which may have more to say of it than its summary. */
  there: boolean;
  /** unlock: on some path the lock was the caller's, not taken here. */
  callers: boolean;
  /** In a callee: every path through it does this. */
  always: boolean;
  /** A trylock or killable form: taken only if its result says so. */
  attempt: boolean;
  /** False for a trylock: it gives up instead of waiting. */
  waits: boolean;
  /** Such a form whose result nobody looks at. */
  ignored: boolean;
}

export interface ReturnEvent extends EventBase {
  kind: "return";
  value: Value | null;
  deps: readonly ReadDep[];
  /** The signs that the value can have (signs.ts). */
  signs: number;
  /** Locks of the caller that were given back and not taken again. */
  freed: readonly Value[];
}

/** The function says that a lock is held here: lockdep_assert_held(). The event's own locks are those held before it. */
export interface AssertEvent extends EventBase {
  kind: "assert";
  lock: Value;
  /** For reading only is not enough. */
  write: boolean;
}

/** A branch that rests on reads of shared state. */
export interface CheckEvent extends EventBase {
  kind: "check";
  deps: readonly ReadDep[];
}

export type Event = AccessEvent | CallEvent | LockEvent | ReturnEvent | CheckEvent | AssertEvent;

/** An event as it is recorded: without what is known of the place anyway. */
export type NewEvent = DistributiveOmit<Event, Exclude<keyof EventBase, "at">> & Partial<EventBase>;

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/**
 * The whole of an event; what it says itself goes before what is known of the place. One literal for each kind, and no spread:
 * V8 gives objects that are spread from several kinds a hidden class each, which costs more than the events.
 */
export function eventAt(known: Omit<EventBase, "at">, e: NewEvent): Event {
  const { at, block = known.block, held = known.held, unsure = known.unsure, given = known.given } = e;
  const { facts = known.facts, origin = known.origin, via = known.via } = e;
  switch (e.kind) {
    case "read":
    case "write":
      return {
        kind: e.kind,
        at,
        block,
        held,
        unsure,
        given,
        facts,
        origin,
        via,
        place: e.place,
        value: e.value,
        stored: e.stored,
        once: e.once,
        exclusive: e.exclusive,
        step: e.step,
        owned: e.owned,
        rechecked: e.rechecked,
      };
    case "call":
      return {
        kind: e.kind,
        at,
        block,
        held,
        unsure,
        given,
        facts,
        origin,
        via,
        name: e.name,
        args: e.args,
        use: e.use,
        mutates: e.mutates,
        resolved: e.resolved,
        through: e.through,
        target: e.target,
      };
    case "lock":
    case "unlock":
      return {
        kind: e.kind,
        at,
        block,
        held,
        unsure,
        given,
        facts,
        origin,
        via,
        lock: e.lock,
        family: e.family,
        mode: e.mode,
        odd: e.odd,
        oddOnSome: e.oddOnSome,
        twice: e.twice,
        there: e.there,
        callers: e.callers,
        always: e.always,
        attempt: e.attempt,
        waits: e.waits,
        ignored: e.ignored,
      };
    case "return": {
      const { kind, value, deps, signs, freed } = e;
      return { kind, at, block, held, unsure, given, facts, origin, via, value, deps, signs, freed };
    }
    case "assert":
      return { kind: e.kind, at, block, held, unsure, given, facts, origin, via, lock: e.lock, write: e.write };
    case "check":
      return { kind: e.kind, at, block, held, unsure, given, facts, origin, via, deps: e.deps };
  }
}

const keysOf = (values: readonly Value[]): string => values.map((v) => v.key).join();

const eventKey = (e: Event): string => {
  const what = e.kind === "read" || e.kind === "write" ? `${e.place.key}:${e.stored}` : e.kind === "call" ? e.name : "";
  const lock = e.kind === "lock" || e.kind === "unlock" || e.kind === "assert" ? e.lock.key : "";
  const locks = e.kind === "return" ? `${keysOf(e.held.map((h) => h.lock))}-${keysOf(e.freed)}` : "";
  return `${e.at}:${e.kind}:${locks}:${what}:${lock}:${e.origin?.at ?? ""}:${e.origin?.fn.name ?? ""}`;
};

/** In front of the key of a lock that one path to an event holds and another has never taken. */
export const SOMETIMES = "~";

/** Collects events; the same event on several paths becomes one, with what holds on all of them. */
export class EventLog {
  private readonly table = new Map<string, Event>();

  add(event: Event): void {
    const key = eventKey(event);
    const own = this.table.get(key);
    if (own === undefined) {
      this.table.set(key, event);
      return;
    }
    if (own.kind === "return") own.signs |= (event as ReturnEvent).signs;
    if (
      event.kind !== "lock" &&
      event.kind !== "unlock" &&
      own.held === event.held &&
      own.facts === event.facts &&
      own.unsure === event.unsure &&
      own.given === event.given
    )
      return;
    const everywhere = own.held.flatMap((h) => {
      const other = event.held.find((o) => o.lock === h.lock);
      return other === undefined ? [] : [h.mode === "shared" ? other : h];
    });
    const unsure = new Set([...own.unsure, ...event.unsure]);
    // Held on one path and never taken on the other: a lock that is taken under a condition, which this one may share.
    for (const [one, other] of [
      [own, event],
      [event, own],
    ] as const)
      for (const { lock, all } of one.held)
        if (!everywhere.some((h) => h.lock === lock) && !other.given.has(lock.key))
          unsure.add(`${SOMETIMES}${all === true ? OF_EACH : ""}${lock.key}`);
    const given = new Set([...own.given, ...event.given]);
    own.held = everywhere;
    own.unsure = unsure;
    own.given = given;
    own.facts = mergeFacts(own.facts, event.facts);
    if (own.kind === "lock" || own.kind === "unlock") mergeLock(own, event as LockEvent);
  }

  /** All events, by offset and then by kind and place. */
  sorted(): Event[] {
    return [...this.table.entries()]
      .sort(([ka, a], [kb, b]) => a.at - b.at || (ka < kb ? -1 : 1))
      .map(([, event]) => event);
  }
}

function mergeLock(own: LockEvent, other: LockEvent): void {
  own.odd = own.odd && other.odd;
  own.oddOnSome = own.oddOnSome || other.oddOnSome;
  own.twice = own.twice || other.twice;
  own.there = own.there || other.there;
  own.callers = own.callers || other.callers;
}

function mergeFacts(a: Fact[], b: Fact[]): Fact[] {
  const out: Fact[] = [];
  for (const fact of [...a, ...b]) {
    if (out.some((o) => o.dep.at === fact.dep.at && o.truth === fact.truth && o.dep.place === fact.dep.place)) continue;
    out.push(fact);
  }
  return out.filter(
    (f) => !out.some((o) => o.dep.at === f.dep.at && o.truth !== f.truth && o.dep.place === f.dep.place),
  );
}
