/**
 * What a caller needs to know of a callee, relative to its parameters: accesses to shared state, locks taken or given back,
 * and the reads its result rests on (compositional summaries as in RacerD, Blackshear et al., OOPSLA 2018).
 */
import type { TypeRef } from "../source/ast.js";
import { truthOf } from "./conditions.js";
import type { AccessEvent, CallEvent, Site } from "./events.js";
import type { Interpreter } from "./interpret.js";
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
import { depText, heldText, typeText, valueText } from "./summary-text.js";
import { POINTEE, type Value } from "./value.js";

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

export class Summary {
  private said: string | null = null;

  constructor(
    readonly name: string,
    private readonly effects: readonly { event: AccessEvent; origin: Site; via: string[] }[],
    private readonly taken: readonly LockEffect[],
    private readonly released: readonly { lock: Value; always: boolean }[],
    /** Locks of the caller that it gives back, whether or not it takes them again. */
    private readonly drops: readonly { lock: Value; family: string; via: string[] }[],
    /** Locks that it gives back by a path of its own: which of the caller's that is, only their kind and name may tell. */
    private readonly unnamed: readonly { name: string; family: string }[],
    /** Locks that it takes although its caller might hold them, with the calls that lead there. */
    private readonly acquires: readonly Acquired[],
    /** Calls of what the caller gave it to call. */
    private readonly callsBack: readonly CallEvent[],
    private readonly returned: readonly ReadDep[],
    private readonly params: readonly Value[],
    /** True when it returns an object that a getter gave it: not the caller's own. */
    private readonly returnsOthers: TypeRef | null,
    /** Locks of the object it returns which it may leave held, as fields joined with dots. */
    private readonly lockedOfResult: readonly string[],
    /** The path that it returns, in its own terms. */
    private readonly path: { value: Value; type: TypeRef } | null,
    /** True when it is seen to write shared state. */
    readonly mutates: boolean,
    readonly cut: boolean,
  ) {}

  /** True when both tell a caller the same, of the same places in the source. */
  sameAs(other: Summary): boolean {
    return this === other || this.text() === other.text();
  }

  /** All that a caller is told, as text. */
  private text(): string {
    this.said ??= JSON.stringify([
      this.name,
      this.effects.map(({ event: e, origin, via }) => [
        [e.kind, valueText(e.place), valueText(e.value), e.stored, e.once, e.exclusive, e.step],
        [e.owned, e.rechecked, e.facts.map((f) => [f.comparesObject, isFresh(f, e.place)])],
        [e.held.map(heldText), [...e.unsure], origin.fn.path, origin.fn.name, origin.at, via],
      ]),
      this.taken.map(({ held, success }) => [heldText(held), success]),
      this.released.map(({ lock, always }) => [valueText(lock), always]),
      this.drops.map(({ lock, family, via }) => [valueText(lock), family, via]),
      this.unnamed.map(({ name, family }) => [name, family]),
      this.acquires.map(({ held, via, always }) => [heldText(held), via, always]),
      this.callsBack.map(({ target, args, held }) => [valueText(target), args.map(valueText), held.map(heldText)]),
      this.returned.map(depText),
      this.params.map(valueText),
      typeText(this.returnsOthers),
      this.lockedOfResult,
      this.path === null ? null : [valueText(this.path.value), typeText(this.path.type)],
      [this.mutates, this.cut],
    ]);
    return this.said;
  }

  /** Does to the caller's state what the callee does, and records the callee's accesses at the call. */
  apply(interpreter: Interpreter, s: PathState, args: readonly Value[], at: number, result: Value): void {
    const translate = (v: Value): Value | null => this.translate(interpreter, v, args);
    const heldIn = (held: readonly Held[]): Held[] =>
      held.flatMap((h) => {
        const lock = translate(h.lock) ?? (h.all ? this.anyElement(interpreter, h.lock, at) : null);
        return lock === null ? [] : [{ ...h, lock, acquired: at }];
      });
    // Inside a loop of the callee a lock of its element is one of whatever it hands on.
    const heldOfElements = (held: readonly Held[]): Held[] =>
      held.flatMap((h) => {
        const lock = translate(h.lock) ?? this.anyElement(interpreter, h.lock, at);
        return lock === null ? [] : [{ ...h, lock, acquired: at }];
      });
    const joined = new Map<readonly Held[], Held[]>();
    for (const { event, origin, via } of interpreter.log === null ? [] : this.effects) {
      const place = translate(event.place);
      if (place === null) continue;
      const held = joined.get(event.held) ?? joinHeld(snapshotOf(s).held, asked(s, heldIn(event.held)));
      joined.set(event.held, held);
      const { value, stored } = storedAt(event, translate);
      const { kind, once, exclusive, step } = event;
      const owned = event.owned || event.facts.some((f) => f.comparesObject);
      const rechecked = event.rechecked || event.facts.some((f) => isFresh(f, event.place));
      const access = { kind, place, value, stored, once, exclusive, step, owned, rechecked };
      // A lock that the callee takes under a condition may be held: its key ends with its name in any function's terms.
      const unsure = new Set([...snapshotOf(s).unsure, ...event.unsure]);
      interpreter.record(s, { ...access, at, held, unsure, origin, via: [this.name, ...via] });
    }
    for (const { target, args: inner, held } of interpreter.log === null ? [] : this.callsBack) {
      const called = target === null ? null : translate(target);
      if (called === null) continue;
      const given = inner.map((v) => translate(v) ?? this.anyElement(interpreter, v, at) ?? interpreter.unknown(v, at));
      interpreter.callBack(s, called, given, at, heldOfElements(held));
    }
    for (const { lock, family, via } of interpreter.log === null ? [] : this.drops) {
      const dropped = translate(lock);
      if (dropped !== null) interpreter.emitUnlock(s, dropped, family, at, [this.name, ...via]);
    }
    for (const { held, via, always } of interpreter.log === null ? [] : this.acquires) {
      const lock = translate(held.lock);
      if (lock !== null) interpreter.emitLock(s, { ...held, lock }, at, { via: [this.name, ...via], always });
    }
    for (const { name, family } of this.unnamed) {
      for (const [key, held] of [...s.locks]) {
        if (held.family !== family || held.lock.name !== name) continue;
        s.locks.delete(key);
        s.unsure.add(key);
        s.snapshot = null;
      }
    }
    for (const { lock, always } of this.released) {
      const value = translate(lock);
      if (value === null) continue;
      dropLock(s, value.key, value, at, true);
      if (!always) s.unsure.add(value.key);
    }
    for (const { held, success } of this.taken) {
      const lock = translate(held.lock) ?? (held.all ? this.anyElement(interpreter, held.lock, at) : null);
      if (lock === null) continue;
      const here = { ...held, lock, acquired: at, block: interpreter.block };
      if (success === null) takeLock(s, here);
      else if (success === "maybe") s.unsure.add(lock.key);
      else s.pending.set(result.key, { held: here, success });
    }
    if (this.returnsOthers !== null) {
      result.others = true;
      result.type ??= this.returnsOthers;
    }
    // What is locked of the object that is returned, on some ways out at least.
    for (const field of this.lockedOfResult) s.unsure.add(`${result.key}.${field}`);
    s.snapshot = null;
    const deps: ReadDep[] = [];
    for (const dep of this.returned) {
      const place = translate(dep.place) ?? this.anyElement(interpreter, dep.place, at);
      const held = [...s.locks.values(), ...heldIn(dep.held)];
      const released = new Map<string, number>();
      for (const h of dep.held) {
        const lock = dep.released.has(h.lock.key) ? translate(h.lock) : null;
        if (lock !== null) released.set(lock.key, at);
      }
      if (place !== null) deps.push({ ...dep, place, at, held, released });
    }
    if (deps.length > 0) s.deps.set(result.key, deps);
  }

  /** What a call returns, when that is a path of the caller's: `to_dev(x)` is x->dev. */
  returnedPath(interpreter: Interpreter, args: readonly Value[]): Value | null {
    const path = this.path === null ? null : this.translate(interpreter, this.path.value, args);
    // The getter's header tells what a field of an unknown struct, or of type void *, is.
    if (path !== null && path.type === null) path.type = this.path?.type ?? null;
    return path;
  }

  /** What a callee says of each element of a loop, in the caller: the same of one that stands for all. */
  private anyElement(interpreter: Interpreter, value: Value, at: number): Value | null {
    if (value.kind === "element") return interpreter.values.element(-1 - at, value.name, value.type);
    if (value.kind !== "field" || value.base === null) return null;
    const base = this.anyElement(interpreter, value.base, at);
    return base === null
      ? null
      : interpreter.values.field(base, value.name, value.type, value.show.endsWith(`->${value.name}`));
  }

  /** A callee's value in the caller's terms; null when the caller has no name for it. */
  private translate(interpreter: Interpreter, value: Value, args: readonly Value[]): Value | null {
    switch (value.kind) {
      case "param":
        return args[value.index] ?? null;
      case "container": {
        const i = this.params.indexOf(value);
        if (i !== -1) return args[i] ?? null;
        const object = this.params.findIndex((p) => interpreter.isObject(p));
        const arg = args[object];
        return arg === undefined ? null : interpreter.containerOfObject(arg);
      }
      case "global":
      case "constant":
        return value.kind === "global"
          ? interpreter.values.global(value.name, value.type)
          : interpreter.values.constant(value.name);
      case "field": {
        const base = value.base === null ? null : this.translate(interpreter, value.base, args);
        if (value.name === POINTEE && base !== null) return base.kind === "param" ? interpreter.pointee(base) : base;
        const mask = value.parts[0];
        if (mask !== undefined && base !== null) {
          return interpreter.values.bit(base, this.translate(interpreter, mask, args) ?? mask);
        }
        const arrow = value.show.endsWith(`->${value.name}`);
        return base === null ? null : interpreter.values.field(base, value.name, value.type, arrow);
      }
      case "op": {
        const [inner] = value.parts;
        if (inner !== undefined && !value.name.includes(".")) {
          const parts = value.parts.map((p) => this.translate(interpreter, p, args));
          return parts.some((p) => p === null) ? null : interpreter.values.op(value.name, parts as Value[]);
        }
        if (inner === undefined) return null;
        const part = this.translate(interpreter, inner, args);
        return part === null ? null : interpreter.wholeOf(part, value.name.slice("container_of.".length), value.type);
      }
      default:
        return null;
    }
  }
}

/** Locks that a callee only says are held, and its caller does not hold here, are asked for, not there. */
function asked(s: PathState, held: readonly Held[]): Held[] {
  return held.flatMap((h) => {
    if (h.how !== "asserted") return [h];
    return s.locks.has(h.lock.key) ? [] : [{ ...h, askedFor: true }];
  });
}

/** What a callee stores, in the caller's terms: `set_flag(kvm, true)` stores true. */
function storedAt(event: AccessEvent, translate: (v: Value) => Value | null): Pick<AccessEvent, "value" | "stored"> {
  const value = event.value === null ? null : translate(event.value);
  return { value, stored: truthOf(value) };
}

export const rootOf = (value: Value): Value => (value.base === null ? value : rootOf(value.base));

/** A check of the same object, under a lock that is still held. */
function isFresh(fact: Fact, place: Value): boolean {
  return rootOf(fact.dep.place) === rootOf(place) && fact.dep.held.length > 0 && fact.dep.released.size === 0;
}
