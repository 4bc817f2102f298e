/**
 * What is known at one point of one path class of a function. States are kept apart while their locksets differ and joined
 * when they agree (property simulation: Das, Lerner, Seigle, "ESP", PLDI 2002), so that `if (x) lock(); ... if (x) unlock();`
 * is read as the programmer meant it.
 */
import type { LockMode } from "./models.js";
import { PathMap } from "./path-map.js";
import type { Value } from "./value.js";

/** How the key of a lock begins that was taken of each element of a loop. */
export const OF_EACH = "*";

/** A lock that is held: which, and where it was taken. `acquired` is the offset of the call, -1 on entry. */
export interface Held {
  lock: Value;
  mode: LockMode;
  acquired: number;
  /** Block in which it was taken. */
  block: number;
  family: string;
  /** "asserted" by lockdep_assert_held() or an annotation; "taken" by a visible call. */
  how: "taken" | "asserted";
  /** Taken for each element of a loop and not given back in it: the lock of every one of them is held. */
  all?: boolean;
  /** A callee says that it wants it held, and nothing here says that it is. */
  askedFor?: boolean;
}

/** A read of shared state and the locks held while it was made. */
export interface ReadDep {
  place: Value;
  /** Name of the predicate function when its body is not visible: reads something of `place`, unknown what. */
  predicate: string | null;
  at: number;
  held: readonly Held[];
  /** Keys of locks that were held at the read and have been released since, with the offset of the release. */
  released: ReadonlyMap<string, number>;
  /** True when the outcome that was tested is the opposite of what was read: `return !x;`. */
  inverted: boolean;
  /** True when what was read was compared with something of the running thread: `kvm->owner == vcpu`. */
  compares: boolean;
  /** True when it is known that the value rests on the read, but not which outcome goes with which: `n++` under a check. */
  vague?: boolean;
  /** The constant that what was read was compared with, for being unlike it when `unlike`; absent when for being nonzero. */
  against?: string | undefined;
  unlike?: boolean | undefined;
}

/** The outcome of a check that this path has relied on since. */
export interface Fact {
  dep: ReadDep;
  truth: boolean;
  /** True when the test compares what was read for being equal to an object: `kvm->owner == vcpu`. */
  comparesObject: boolean;
  /** Offset of the branch. */
  at: number;
  /** True once the same was looked at anew: nothing relies on it any more, but this path did come by its outcome. */
  superseded?: boolean;
}

/** A read made now, under the locks held now. */
export function newDep(s: PathState, place: Value, at: number, predicate: string | null = null): ReadDep {
  return { place, predicate, at, held: [...s.locks.values()], released: new Map(), inverted: false, compares: false };
}

/** A lock that is taken only if a call's result says so. */
export interface PendingLock {
  held: Held;
  success: "zero" | "nonzero";
}

export interface PathState {
  locks: PathMap<string, Held>;
  /** Locks that some path to here released or never took while another holds them. */
  unsure: Set<string>;
  /**
   * Locks that this path gave back and has not taken since; `callers` when it had not taken them before either, `there` when a
   * callee gave them back.
   */
  freed: PathMap<string, { lock: Value; callers: boolean; there: boolean }>;
  env: PathMap<string, Value>;
  /** Truth of conditions already decided on this path, by value key. */
  known: PathMap<string, boolean>;
  deps: PathMap<string, readonly ReadDep[]>;
  facts: PathMap<string, Fact>;
  guards: PathMap<number, { key: string; family: string }>;
  pending: PathMap<string, PendingLock>;
  /** A call that never returns was made. */
  dead: boolean;
  /** What events record of this state; made when first asked for, forgotten when locks or facts change. */
  snapshot: Snapshot | null;
}

/** Locks and checks at one point, shared by the events there. */
export interface Snapshot {
  /** In order of their keys. */
  held: Held[];
  unsure: ReadonlySet<string>;
  /** Keys of locks that this path gave back. */
  freed: ReadonlySet<string>;
  facts: Fact[];
}

const byLock = (a: Held, b: Held): number => (a.lock.key < b.lock.key ? -1 : 1);

export function snapshotOf(s: PathState): Snapshot {
  s.snapshot ??= {
    held: [...s.locks.values()].sort(byLock),
    unsure: new Set(s.unsure),
    freed: new Set(s.freed.keys()),
    facts: factsInForce(s),
  };
  return s.snapshot;
}

/** The locks of a caller and those that a callee takes itself, in order. */
export function joinHeld(outer: readonly Held[], inner: readonly Held[]): Held[] {
  return [...outer.filter((h) => !inner.some((i) => i.lock === h.lock)), ...inner].sort(byLock);
}

export function emptyState(): PathState {
  return {
    locks: PathMap.empty(),
    unsure: new Set(),
    freed: PathMap.empty(),
    env: PathMap.empty(),
    known: PathMap.empty(),
    deps: PathMap.empty(),
    facts: PathMap.empty(),
    guards: PathMap.empty(),
    pending: PathMap.empty(),
    dead: false,
    snapshot: null,
  };
}

export function copyState(s: PathState): PathState {
  return {
    locks: s.locks.copy(),
    unsure: new Set(s.unsure),
    freed: s.freed.copy(),
    env: s.env.copy(),
    known: s.known.copy(),
    deps: s.deps.copy(),
    facts: s.facts.copy(),
    guards: s.guards.copy(),
    pending: s.pending.copy(),
    dead: s.dead,
    snapshot: s.snapshot,
  };
}

/**
 * The property that keeps states apart: which locks are held, which of the caller's were given back, and which were tried
 * without a look at the answer yet.
 */
export function propertyKey(s: PathState): string {
  const given = [...s.freed].filter(([, f]) => f.callers).map(([key]) => `-${key}`);
  const tried = [...s.pending.keys()].map((key) => `?${key}`);
  // for writing on one path and for reading on another: `if (w) down_write(l); else down_read(l); ... if (w) ...`
  const held = [...s.locks].map(([key, h]) => (h.mode === "shared" ? `${key} shared` : key));
  return [...held, ...given, ...tried].sort().join("|");
}

export const factKey = (dep: ReadDep, truth: boolean): string =>
  `${dep.at}:${dep.place.key}:${dep.predicate ?? ""}:${dep.vague === true ? "~" : ""}${truth}`;

export const sameRead = (a: ReadDep, b: ReadDep): boolean =>
  a.at === b.at && a.place === b.place && a.predicate === b.predicate && a.vague === b.vague;

/** Takes a lock. Facts learnt before stay as they are: taking a lock again does not make an old check new. */
export function takeLock(s: PathState, held: Held): void {
  s.snapshot = null;
  s.locks.set(held.lock.key, held);
  s.freed.delete(held.lock.key);
  s.unsure.delete(held.lock.key);
}

/** Gives a lock back: every read made under it is from now on only history. Returns whether it was known to be held. */
export function dropLock(s: PathState, key: string, lock: Value, at: number, there = false): boolean {
  s.snapshot = null;
  const held = s.locks.get(key);
  const had = s.locks.delete(key);
  if (!s.freed.has(key))
    s.freed.set(key, { lock, callers: held === undefined ? !s.unsure.has(key) : held.how === "asserted", there });
  s.unsure.delete(key);
  for (const [k, fact] of s.facts) {
    const dep = aged(fact.dep, key, at);
    if (dep !== fact.dep) s.facts.set(k, { ...fact, dep });
  }
  for (const [k, deps] of s.deps) {
    if (deps.some((d) => aged(d, key, at) !== d))
      s.deps.set(
        k,
        deps.map((d) => aged(d, key, at)),
      );
  }
  return had;
}

function aged(dep: ReadDep, key: string, at: number): ReadDep {
  if (dep.released.has(key) || !dep.held.some((h) => h.lock.key === key)) return dep;
  return { ...dep, released: new Map([...dep.released, [key, at]]) };
}

/** The checks in force: those whose other outcome does not also lead here. */
function factsInForce(s: PathState): Fact[] {
  const out: Fact[] = [];
  for (const fact of s.facts.values())
    if (fact.superseded !== true && !s.facts.has(factKey(fact.dep, !fact.truth))) out.push(fact);
  return out;
}
