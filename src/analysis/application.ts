/** A call of a function whose summary is known: what it does to the caller's state, and which events it makes there. */
import type { TypeRef } from "../source/ast.js";
import type { CallInterpreter } from "./call-interpreter.js";
import { truthOf } from "./conditions.js";
import type { AccessEvent, CallEvent, Site } from "./events.js";
import {
  dropLock,
  type Fact,
  type Held,
  joinHeld,
  type PathState,
  type ReadDep,
  snapshotOf,
  takeLock,
} from "./state.js";
import type { Terms } from "./terms.js";
import type { Value } from "./value.js";

/** An access of the callee, or of what it calls. */
export interface Effect {
  event: AccessEvent;
  origin: Site;
  via: string[];
}

export interface LockEffect {
  held: Held;
  /** The result under which it is held; null when it always is; maybe when no result tells. */
  success: "zero" | "nonzero" | "maybe" | null;
}

export interface Acquired {
  held: Held;
  via: string[];
  /** True when every path through the callee takes it. */
  always: boolean;
}

export interface Released {
  lock: Value;
  always: boolean;
}

export interface Dropped {
  lock: Value;
  family: string;
  via: string[];
}

export interface Unnamed {
  name: string;
  family: string;
}

export class Application {
  constructor(
    private readonly name: string,
    private readonly terms: Terms,
    private readonly interpreter: CallInterpreter,
    private readonly s: PathState,
    private readonly at: number,
  ) {}

  /** Records the callee's accesses at the call. */
  access(effects: readonly Effect[]): void {
    const { s, at, terms } = this;
    const joined = new Map<readonly Held[], Held[]>();
    for (const { event, origin, via } of effects) {
      const place = terms.of(event.place);
      if (place === null) continue;
      const held = joined.get(event.held) ?? joinHeld(snapshotOf(s).held, asked(s, terms.held(event.held)));
      joined.set(event.held, held);
      // What it stores, in the caller's terms: `set_flag(kvm, true)` stores true.
      const value = event.value === null ? null : terms.of(event.value);
      const { kind, once, exclusive, step } = event;
      const owned = event.owned || event.facts.some((f) => f.comparesObject);
      const rechecked = event.rechecked || event.facts.some((f) => isFresh(f, event.place));
      const access = { kind, place, value, stored: truthOf(value), once, exclusive, step, owned, rechecked };
      // A lock that the callee takes under a condition may be held: its key ends with its name in any function's terms.
      const unsure = new Set([...snapshotOf(s).unsure, ...event.unsure]);
      this.interpreter.record(s, { ...access, at, held, unsure, origin, via: [this.name, ...via] });
    }
  }

  /** Calls what the caller gave the callee to call. */
  callBack(calls: readonly CallEvent[]): void {
    const { terms, at, interpreter } = this;
    for (const { target, args, held } of calls) {
      const called = target === null ? null : terms.of(target);
      if (called === null) continue;
      const given = args.map((v) => terms.of(v) ?? terms.element(v) ?? interpreter.unknown(v, at));
      // Inside a loop of the callee a lock of its element is one of whatever it hands on.
      interpreter.callBack(this.s, called, given, at, terms.held(held, true));
    }
  }

  /** Records the locks that it gives back and takes on its way. */
  emit(drops: readonly Dropped[], acquires: readonly Acquired[]): void {
    for (const { lock, family, via } of drops) {
      const dropped = this.terms.of(lock);
      if (dropped !== null) this.interpreter.emitUnlock(this.s, dropped, family, this.at, [this.name, ...via]);
    }
    for (const { held, via, always } of acquires) {
      const lock = this.terms.of(held.lock);
      const how = { via: [this.name, ...via], always };
      if (lock !== null) this.interpreter.emitLock(this.s, { ...held, lock }, this.at, how);
    }
  }

  /** Gives back the caller's locks that it gives back, in the end. */
  release(unnamed: readonly Unnamed[], released: readonly Released[]): void {
    const { s, at } = this;
    for (const { name, family } of unnamed) {
      for (const [key, held] of [...s.locks]) {
        if (held.family !== family || held.lock.name !== name) continue;
        s.locks.delete(key);
        s.unsure.add(key);
        s.snapshot = null;
      }
    }
    for (const { lock, always } of released) {
      const value = this.terms.of(lock);
      if (value === null) continue;
      dropLock(s, value.key, value, at, true);
      if (!always) s.unsure.add(value.key);
    }
  }

  /** Takes the locks that it leaves held, some of them only if its result says so. */
  take(taken: readonly LockEffect[], result: Value): void {
    const { s } = this;
    for (const { held, success } of taken) {
      const [here] = this.terms.held([held]);
      if (here === undefined) continue;
      here.block = this.interpreter.block;
      if (success === null) takeLock(s, here);
      else if (success === "maybe") s.unsure.add(here.lock.key);
      else s.pending.set(result.key, { held: here, success });
    }
  }

  /** What is known of its result: whose object it is, what of it is locked, and the reads that it rests on. */
  returns(result: Value, returned: readonly ReadDep[], others: TypeRef | null, locked: readonly string[]): void {
    const { s, at, terms } = this;
    if (others !== null) {
      result.others = true;
      result.type ??= others;
    }
    // What is locked of the object that is returned, on some ways out at least.
    for (const field of locked) s.unsure.add(`${result.key}.${field}`);
    s.snapshot = null;
    const deps: ReadDep[] = [];
    for (const dep of returned) {
      const place = terms.of(dep.place) ?? terms.element(dep.place);
      if (place === null) continue;
      const held = [...s.locks.values(), ...terms.held(dep.held)];
      const released = new Map<string, number>();
      for (const h of dep.held) {
        const lock = dep.released.has(h.lock.key) ? terms.of(h.lock) : null;
        if (lock !== null) released.set(lock.key, at);
      }
      deps.push({ ...dep, place, at, held, released });
    }
    if (deps.length > 0) s.deps.set(result.key, deps);
  }
}

/** Locks that a callee only says are held, and its caller does not hold here, are asked for, not there. */
function asked(s: PathState, held: readonly Held[]): Held[] {
  return held.flatMap((h) => {
    if (h.how !== "asserted") return [h];
    return s.locks.has(h.lock.key) ? [] : [{ ...h, askedFor: true }];
  });
}

export const rootOf = (value: Value): Value => (value.base === null ? value : rootOf(value.base));

/** A check of the same object, under a lock that is still held. */
export function isFresh(fact: Fact, place: Value): boolean {
  return rootOf(fact.dep.place) === rootOf(place) && fact.dep.held.length > 0 && fact.dep.released.size === 0;
}
