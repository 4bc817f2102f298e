/** Where two paths meet: what holds on both of them, and what each has learnt. */
import { mergeDeps } from "./implied.js";
import type { PathMap } from "./path-map.js";
import { type Known, limitSigns, signKeys, signsOf } from "./signs.js";
import { type PathState, type ReadDep, sameRead } from "./state.js";
import type { Value } from "./value.js";

/**
 * Joins `from` into `into` (same lockset, or forced). `merge` makes the value of a variable that differs. Returns true when
 * `into` changed. Variables differing merge; conditions and pending locks not on both sides go; facts are united.
 */
export function joinInto(into: PathState, from: PathState, merge: (name: string, values: Value[]) => Value): boolean {
  into.snapshot = null;
  let changed = joinLocks(into, from);
  if (dropMissing(into.freed, from.freed)) changed = true;
  if (joinVariables(into, from, merge)) changed = true;
  if (joinDeps(into, from)) changed = true;
  if (joinFacts(into, from)) changed = true;
  if (!into.guards.shares(from.guards))
    for (const [id, key] of from.guards) if (!into.guards.has(id)) into.guards.set(id, key);
  if (dropMissing(into.pending, from.pending)) changed = true;
  return changed;
}

/** Takes out what only one path has; whether there was such. */
function dropMissing<V>(into: PathMap<string, V>, from: PathMap<string, V>): boolean {
  let changed = false;
  if (into.shares(from)) return changed;
  for (const key of into.keys()) {
    if (from.has(key)) continue;
    into.delete(key);
    changed = true;
  }
  return changed;
}

/** Joins what variables mean and what is known of conditions. */
function joinVariables(into: PathState, from: PathState, merge: (name: string, values: Value[]) => Value): boolean {
  let changed = false;
  const signs = new Map<Value, { before: number; after: number }>();
  if (!into.env.shares(from.env)) {
    for (const [name, value] of into.env) {
      const other = from.env.get(name);
      if (other === undefined || other === value) continue;
      const merged = merge(name, [value, other]);
      if (mergeDeps(into, from, merged, value, other)) changed = true;
      const before = signsOf(into.known, value);
      const own = signs.get(merged);
      signs.set(merged, { before, after: (own?.after ?? 0) | before | signsOf(from.known, other) });
      if (merged === value) continue;
      into.env.set(name, merged);
      changed = true;
    }
    for (const [name, value] of from.env) {
      if (into.env.has(name)) continue;
      into.env.set(name, value);
      changed = true;
    }
  }
  if (joinKnown(into.known, from.known, signs)) changed = true;
  return changed;
}

function joinKnown(into: Known, from: Known, signs: ReadonlyMap<Value, { before: number; after: number }>): boolean {
  let changed = false;
  if (!into.shares(from)) {
    const kept = new Set([...signs.keys()].flatMap((value) => signKeys(value.key)));
    for (const [key, truth] of into) {
      if (from.get(key) === truth || kept.has(key)) continue;
      into.delete(key);
      changed = true;
    }
  }
  for (const [value, { before, after }] of signs) {
    limitSigns(into, value, after);
    if (before !== after) changed = true;
  }
  return changed;
}

function joinDeps(into: PathState, from: PathState): boolean {
  let changed = false;
  if (into.deps.shares(from.deps)) return changed;
  for (const [key, deps] of from.deps) {
    const united = uniteDeps(into.deps.get(key), deps);
    if (united === null) continue;
    into.deps.set(key, united);
    changed = true;
  }
  return changed;
}

function joinLocks(into: PathState, from: PathState): boolean {
  let changed = false;
  const isUnsure = (key: string): void => {
    if (into.unsure.has(key)) return;
    into.unsure.add(key);
    changed = true;
  };
  if (!into.locks.shares(from.locks)) {
    for (const key of into.locks.keys()) {
      if (from.locks.has(key)) continue;
      into.locks.delete(key);
      isUnsure(key);
      changed = true;
    }
    for (const key of from.locks.keys()) if (!into.locks.has(key)) isUnsure(key);
  }
  for (const key of from.unsure) isUnsure(key);
  return changed;
}

/** The releases of both; null when the first already has them all. */
function uniteReleased(own: ReadDep, other: ReadDep): ReadDep | null {
  if (own.released === other.released) return null;
  let released: Map<string, number> | null = null;
  for (const [lock, at] of other.released) {
    if (own.released.has(lock)) continue;
    released ??= new Map(own.released);
    released.set(lock, at);
  }
  return released === null ? null : { ...own, released };
}

/** The reads of both, or null when the first already says it all. */
function uniteDeps(own: readonly ReadDep[] | undefined, other: readonly ReadDep[]): readonly ReadDep[] | null {
  if (own === undefined) return other;
  if (own === other) return null;
  let out: ReadDep[] | null = null;
  let near = 0;
  for (const dep of other) {
    const i = placeOf(dep, out ?? own, near);
    const united = i === -1 ? dep : uniteReleased((out ?? own)[i] as ReadDep, dep);
    if (i !== -1) near = i + 1;
    if (united === null) continue;
    out ??= [...own];
    if (i === -1) out.push(dep);
    else out[i] = united;
  }
  return out;
}

/** Where a read stands in a list, most likely at `near`: lists that met before are in one order. -1 when it does not. */
function placeOf(dep: ReadDep, list: readonly ReadDep[], near: number): number {
  if (near < list.length && sameRead(list[near] as ReadDep, dep)) return near;
  return list.findIndex((other) => sameRead(other, dep));
}

function joinFacts(into: PathState, from: PathState): boolean {
  let changed = false;
  if (into.facts.shares(from.facts)) return changed;
  for (const [key, fact] of from.facts) {
    const own = into.facts.get(key);
    if (own === fact) continue;
    const dep = own === undefined ? fact.dep : uniteReleased(own.dep, fact.dep);
    const revived = own?.superseded === true && fact.superseded !== true;
    if (dep === null && !revived) continue;
    into.facts.set(key, { ...(own === undefined || revived ? fact : own), dep: dep ?? fact.dep });
    changed = true;
  }
  return changed;
}
