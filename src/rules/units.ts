/**
 * Rules in parts. A unit is what a rule says of one function, field or order, and rests on what was noted while it was worked
 * out (trace.ts): after a patch only those are worked out anew whose notes the patch reaches (unit-answers.ts).
 */
import type { CFunction } from "../source/ast.js";
import type { Outcome } from "./outcome.js";

/** A function for a unit about it: only the very same function is the same unit. */
export type UnitKey = CFunction | string;

export interface Unit {
  key: UnitKey;
  find: () => Outcome[];
}

/** One for each key: the first, but rather one that is said than one that is not. */
export function mergeByKey(outcomes: readonly Outcome[]): Outcome[] {
  const out = new Map<string, Outcome>();
  for (const o of outcomes) {
    const own = out.get(o.key);
    if (own === undefined || (own.weak === true && o.weak !== true)) out.set(o.key, o);
  }
  return [...out.values()];
}

/** One for each key: the first. */
export function mergeFirst(outcomes: readonly Outcome[]): Outcome[] {
  const out = new Map<string, Outcome>();
  for (const o of outcomes) if (!out.has(o.key)) out.set(o.key, o);
  return [...out.values()];
}
